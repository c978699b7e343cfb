"""Bugs about booking classes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.bardge import operations
from mockserver.apis.bardge.desk import classes, coverage, diary, timetable
from mockserver.apis.bardge.desk.classes import ClassDesk
from mockserver.apis.bardge.desk.clients import Clients, Particulars
from mockserver.apis.bardge.desk.diary import Diary, places_of
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.desk.sessions import open_session
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.desk.visitors import Visitor, Wish
from mockserver.apis.bardge.operations.calls import reseller_of
from mockserver.apis.bardge.records import (
    BOOKINGS,
    BOOKINGS_OF_CLIENT,
    COPAYS,
    COPAYS_OF_CLIENT,
    ISSUED_PASSES,
    Booking,
    Branch,
    Category,
    ClassInstance,
    Client,
    Copay,
    GymClass,
    IssuedPass,
    Outcome,
    Product,
    Session,
    SessionKind,
    Status,
    Taken,
)
from mockserver.apis.exchange import Call
from mockserver.apis.refusals import BadInput, Forbidden
from mockserver.booking.errors import NoPlacesLeft
from mockserver.booking.ledger import Ledger, Pool, Seat
from mockserver.defects.common import afterwards, done_though_refused, mended
from mockserver.defects.planting import Answer, Defects, Planter, silenced
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_HOUR_SECONDS = 3_600
_AS_MANY_AS_ANYBODY_WANTS = 8

Initiate = Callable[[ClassDesk, str, Wish], Booking | Session]


# At once


@DEFECTS.defect("BG-B01", "A class that is booked at once takes no visit of the pass.")
def _(plant: Planter) -> None:
    plant.replace(classes, "take_visit", lambda _: lambda _work, _issued, category: Taken(category=category, visits=1))


@DEFECTS.defect("BG-B01.message", "The answer says Booking for Class.")
def _(plant: Planter) -> None:
    plant.replace(operations.classes, "_BOOKED", lambda _: "Booking successful")


@DEFECTS.defect("BG-B04", "scheduled_for takes the time in Lagos for UTC.")
def _(plant: Planter) -> None:
    _in_the_answer(plant, "scheduled_for")


@DEFECTS.defect("BG-B04.created", "created is the time in Lagos, taken for UTC.")
def _(plant: Planter) -> None:
    _in_the_answer(plant, "created")


def _in_the_answer(plant: Planter, name: str) -> None:
    def change(answer: Answer) -> None:
        if answer.status == 201 and name in answer.json:
            answer.json = {**answer.json, name: answer.json[name] + _HOUR_SECONDS}

    plant.answer(change, "initiateClassBooking")


@DEFECTS.defect("BG-B05", "A venue is given twice the time that it takes.")
def _(plant: Planter) -> None:
    def patient(next_event: Callable[..., Any]) -> Any:
        return lambda booking, acceptance, now: next_event(booking, 2 * acceptance, now)

    plant.replace(timetable, "next_event", patient)


@DEFECTS.defect("BG-B05.never", "What a venue has not accepted at once it never accepts.")
def _(plant: Planter) -> None:
    def once(next_event: Callable[..., Any]) -> Any:
        def next_of(booking: Booking, acceptance: timedelta, now: datetime) -> Any:
            return None if booking.status is Status.PENDING and acceptance else next_event(booking, acceptance, now)

        return next_of

    plant.replace(timetable, "next_event", once)


@DEFECTS.defect("BG-B09", "A class priced in credits takes a visit too.")
def _(plant: Planter) -> None:
    def take(self: ClassDesk, took: Taken | None, visitor: Visitor, *_: object) -> Taken | None:
        if took is not None and took.credits:
            coverage.take_visit(self._work, visitor.issued, Category.GYM)
        return took

    afterwards(plant, ClassDesk, "_take", take)


@DEFECTS.defect("BG-B10", "The description of a class that took credits has a hyphen for the dash.")
def _(plant: Planter) -> None:
    def plain(spend: Callable[..., None]) -> Any:
        def spend_plainly(self: Till, client: Client, amount: int, description: str, *, field: str) -> None:
            spend(self, client, amount, description.replace("Class booking —", "Class booking -"), field=field)

        return spend_plainly

    plant.replace(Till, "spend", plain)


@DEFECTS.defect("BG-B20", "Credits are taken only from who has visits left.")
def _(plant: Planter) -> None:
    def make(take: Callable[..., Taken | None]) -> Any:
        def take_as_planted(
            self: ClassDesk, visitor: Visitor, instance: ClassInstance, gym_class: GymClass, branch: Branch
        ) -> Taken | None:
            if not coverage.has_visits(visitor.issued, visitor.product, Category.GYM):
                gym_class = msgspec.structs.replace(gym_class, credits=None)
            return take(self, visitor, instance, gym_class, branch)

        return take_as_planted

    plant.replace(ClassDesk, "_take", make)


@DEFECTS.defect("BG-B18", "A pass without a limit is good for eight visits.")
def _(plant: Planter) -> None:
    def limited(visits_left: Callable[..., int | None]) -> Any:
        def left_of(issued: IssuedPass, product: Product, category: Category) -> int:
            left = visits_left(issued, product, category)
            used = issued.visits_used.get(category, 0)
            return max(_AS_MANY_AS_ANYBODY_WANTS - used, 0) if left is None else left

        return left_of

    plant.replace(coverage, "visits_left", limited)


@DEFECTS.defect("BG-B16", "The visits of a package are never used up.")
def _(plant: Planter) -> None:
    plant.replace(classes, "take_copay_visit", lambda _: lambda _work, copay: Taken(visits=1, copay_ids=(copay.id,)))


@DEFECTS.defect("BG-B16.venue", "A package opens every gym.")
def _(plant: Planter) -> None:
    def of_any_gym(_: Any) -> Any:
        def gym_copay(work: Work, client: Client, _branch_id: str, at: datetime) -> Copay | None:
            held = work.records(COPAYS).page(COPAYS_OF_CLIENT, client.id)
            return next((each for each in held if each.option_id and each.visits_used < each.visits_allowed), None)

        return gym_copay

    plant.replace(classes, "gym_copay", of_any_gym)


@DEFECTS.defect("BG-B17", "A visit of another reseller's client is not counted.")
def _(plant: Planter) -> None:
    def take(self: ClassDesk, took: Taken | None, visitor: Visitor, *_: object) -> Taken | None:
        if took is not None and took.category and visitor.client.reseller_id != self._reseller_id:
            self._work.records(ISSUED_PASSES).put(visitor.issued)
        return took

    afterwards(plant, ClassDesk, "_take", take)


@DEFECTS.defect("BG-B19", "A name is kept only where both are sent.")
def _(plant: Planter) -> None:
    def both(keep_names: Callable[..., Client]) -> Any:
        def keep(work: Work, client: Client, wish: Wish) -> Client:
            return keep_names(work, client, wish) if wish.first_name and wish.last_name else client

        return keep

    plant.replace(classes, "keep_names", both)


# By a session


@DEFECTS.defect("BG-B02", "A pass is good for one visit more than it allows.")
def _(plant: Planter) -> None:
    def generous(_: Any) -> Any:
        def has_visits(issued: IssuedPass, product: Product, category: Category) -> bool:
            cover = product.cover(category)
            if cover is None or cover.visits_allowed is None:
                return cover is not None
            bought = issued.visits_bought.get(category, 0)
            return issued.visits_used.get(category, 0) <= cover.visits_allowed + bought

        return has_visits

    plant.replace(classes, "has_visits", generous)


@DEFECTS.defect("BG-B02.visit", "A session that asks for visits adds one to those that are used.")
def _(plant: Planter) -> None:
    def counting(ask: Callable[..., Session]) -> Any:
        def ask_and_count(work: Work, reseller_id: str, visitor: Visitor, *more: Any) -> Session:
            session = ask(work, reseller_id, visitor, *more)
            if session.asks is Outcome.VISITS:
                coverage.take_visit(work, visitor.issued, Category.GYM)
            return session

        return ask_and_count

    plant.replace(classes, "ask_to_buy", counting)


@DEFECTS.defect("BG-B03", "A session offers the first package of the venue alone.")
def _(plant: Planter) -> None:
    def first(show_session: Callable[..., dict[str, Any]]) -> Any:
        def show(session: Session, branch: Branch, *, message: str) -> dict[str, Any]:
            shown = show_session(session, branch, message=message)
            return {**shown, "copay_options": shown["copay_options"][:1]} if "copay_options" in shown else shown

        return show

    plant.replace(operations.classes, "show_session", first)


@DEFECTS.defect("BG-B07", "A session takes the last place for as long as it is open.")
def _(plant: Planter) -> None:
    def hold(self: ClassDesk, outcome: Booking | Session, instance_id: str, _: Wish) -> Booking | Session:
        instance = self._register.instance(instance_id)
        if isinstance(outcome, Session) and self._diary.places_left(instance) == 1:
            pool = places_of(instance)
            self._diary._ledger.take(outcome.id, [(pool, Seat(pool.id))], expires_at=outcome.ends_at)
        return outcome

    afterwards(plant, ClassDesk, "initiate", hold)


# Refused


@DEFECTS.defect("BG-B06", "For the id of a service some class is booked.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        if str(body.get("class_instance_id")).startswith("svc_"):
            body["class_instance_id"] = "ci_sunrise_open"

    mended(plant, mend, "initiateClassBooking")


@DEFECTS.defect("BG-B08", "Who books at the same moment as others does not see their places.")
def _(plant: Planter) -> None:
    flight = plant.flight("initiateClassBooking")

    def blind(places_of: Callable[[ClassInstance], Pool]) -> Any:
        def places(instance: ClassInstance) -> Pool:
            pool = places_of(instance)
            return msgspec.structs.replace(pool, capacity=pool.capacity + (flight.now > 1))

        return places

    plant.replace(diary, "places_of", blind)


@DEFECTS.defect("BG-B11", "A class can be booked at the moment at which it begins.")
def _(plant: Planter) -> None:
    def late(ensure_ahead: Callable[..., None]) -> Any:
        def ensure(starts_at: datetime, now: datetime, place: str, field: str) -> None:
            if starts_at != now:
                ensure_ahead(starts_at, now, place, field)

        return ensure

    plant.replace(classes, "ensure_ahead", late)


@DEFECTS.defect("BG-B12", "With another pass a client gets another place.")
def _(plant: Planter) -> None:
    def make(initiate: Initiate) -> Any:
        def initiate_as_planted(self: ClassDesk, instance_id: str, wish: Wish) -> Booking | Session:
            client = f"{self._reseller_id}/{self._reseller_id}/{wish.client_id}"
            made = self._work.records(BOOKINGS).page(BOOKINGS_OF_CLIENT, client)
            if any(each.instance_id == instance_id and each.pass_id == wish.pass_id for each in made):
                return initiate(self, instance_id, wish)
            with silenced(Ledger, "is_there"), silenced(Ledger, "_is_there"):
                return initiate(self, instance_id, wish)

        return initiate_as_planted

    plant.replace(ClassDesk, "initiate", make)


@DEFECTS.defect("BG-B13", "Who has to buy something first is not told that the class is full.")
def _(plant: Planter) -> None:
    def make(initiate: Initiate) -> Any:
        def initiate_as_planted(self: ClassDesk, instance_id: str, wish: Wish) -> Booking | Session:
            try:
                return initiate(self, instance_id, wish)
            except NoPlacesLeft:
                with silenced(Diary, "ensure_place"):
                    return initiate(self, instance_id, wish)

        return initiate_as_planted

    plant.replace(ClassDesk, "initiate", make)


@DEFECTS.defect("BG-B14", "The names are kept although the credits are too few.")
def _(plant: Planter) -> None:
    def keep(call: Call, work: Work) -> None:
        client = Register(work).client_of(reseller_of(call), call.body["client_id"])
        Clients(work).change(client, Particulars(first_name=call.body.get("first_name")))

    done_though_refused(plant, "initiateClassBooking", BadInput, keep)


@DEFECTS.defect("BG-B14.credit", "Who has some credits, and too few, gives those.")
def _(plant: Planter) -> None:
    def make(spend: Callable[..., None]) -> Any:
        def spend_what_is_there(self: Till, client: Client, amount: int, description: str, *, field: str) -> None:
            spend(self, client, min(amount, self.credits(client)), description, field=field)

        return spend_what_is_there

    plant.replace(Till, "spend", make)


@DEFECTS.defect("BG-B15", "A venue without packages sells single visits to everybody.")
def _(plant: Planter) -> None:
    def make(ask: Callable[..., Session]) -> Any:
        def ask_anybody(
            work: Work,
            reseller_id: str,
            visitor: Visitor,
            branch: Branch,
            kind: SessionKind,
            instance: ClassInstance,
        ) -> Session:
            try:
                return ask(work, reseller_id, visitor, branch, kind, instance)
            except Forbidden:
                return open_session(
                    work,
                    reseller_id=reseller_id,
                    visitor=visitor,
                    kind=kind,
                    branch=branch,
                    asks=Outcome.VISITS,
                    price=branch.visit_price,
                    instance_id=instance.id,
                )

        return ask_anybody

    plant.replace(classes, "ask_to_buy", make)
