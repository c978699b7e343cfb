"""Bugs about confirming a class."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from mockserver.apis.bardge.desk import buying, classes, diary
from mockserver.apis.bardge.desk.classes import ClassDesk
from mockserver.apis.bardge.desk.coverage import add_visits, covered_tiers
from mockserver.apis.bardge.desk.register import Register
from mockserver.apis.bardge.desk.sessions import use_session
from mockserver.apis.bardge.desk.till import Till
from mockserver.apis.bardge.desk.timetable import drop_timer, plan
from mockserver.apis.bardge.desk.visitors import Visitor
from mockserver.apis.bardge.operations.calls import reseller_of
from mockserver.apis.bardge.operations.spa import confirm_spa_booking
from mockserver.apis.bardge.records import (
    BOOKINGS,
    COPAYS,
    ISSUED_PASSES,
    SESSIONS,
    Booking,
    Branch,
    Category,
    ClassInstance,
    Client,
    Copay,
    CopayOption,
    IssuedPass,
    Session,
    SessionKind,
    SessionStatus,
    Status,
    Taken,
)
from mockserver.apis.exchange import Call, Reply
from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import NoPlacesLeft
from mockserver.booking.ledger import Pool
from mockserver.defects.common import afterwards, done_though_refused
from mockserver.defects.planting import Defects, Planter, silenced
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS", "holds_although"]

DEFECTS = Defects()

Ensure = Callable[[Session], None]


@DEFECTS.defect("BG-F01", "A session stays open after its confirmation.")
def _(plant: Planter) -> None:
    plant.replace(classes, "use_session", lambda _: lambda _work, session: session)


@DEFECTS.defect("BG-F02", "A session that is over can be confirmed.")
def _(plant: Planter) -> None:
    def lenient(ensure_open: Ensure) -> Ensure:
        def ensure(session: Session) -> None:
            if session.status is not SessionStatus.EXPIRED:
                ensure_open(session)

        return ensure

    def use(_: Any) -> Any:
        def use_session(work: Work, session: Session) -> None:
            drop_timer(work, session.timer)
            work.records(SESSIONS).put(msgspec.structs.replace(session, status=SessionStatus.USED, timer=None))

        return use_session

    plant.replace(classes, "ensure_open", lenient)
    plant.replace(classes, "use_session", use)


@DEFECTS.defect("BG-F03", "Visits can be bought without a duration.")
def _(plant: Planter) -> None:
    _asked_only(plant, lambda field, is_asked: is_asked and field == "duration")


@DEFECTS.defect("BG-F03.more", "What the session does not ask for is ignored.")
def _(plant: Planter) -> None:
    _asked_only(plant, lambda _, is_asked: not is_asked)


def _asked_only(plant: Planter, is_ignored: Callable[[str, bool], bool]) -> None:
    def lenient(ensure_asked: Callable[..., None]) -> Any:
        def ensure(field: str, value: object, *, is_asked: bool) -> None:
            if not is_ignored(field, is_asked):
                ensure_asked(field, value, is_asked=is_asked)

        return ensure

    plant.replace(buying, "_ensure_asked", lenient)


@DEFECTS.defect("BG-F04", "One visit fewer than was bought is added to the pass.")
def _(plant: Planter) -> None:
    def fewer(add_visits: Callable[..., IssuedPass]) -> Any:
        return lambda work, issued, category, number: add_visits(work, issued, category, max(number - 1, 1))

    plant.replace(buying, "add_visits", fewer)


@DEFECTS.defect("BG-F05", "However many visits are bought, one is debited.")
def _(plant: Planter) -> None:
    def cheap(_: Any) -> Any:
        def buy_visits(work: Work, session: Session, issued: IssuedPass, number: int) -> IssuedPass:
            Till(work).debit(session.reseller_id, session.price, reason="visits", about=issued.id)
            return add_visits(work, issued, Category.GYM, number)

        return buy_visits

    plant.replace(classes, "buy_visits", cheap)


@DEFECTS.defect("BG-F06", "The package of a confirmation costs nothing.")
def _(plant: Planter) -> None:
    def free(buy_package: Callable[..., Copay]) -> Any:
        def buy(work: Work, reseller_id: str, client: Client, branch: Branch, option: CopayOption) -> Copay:
            with silenced(Till, "debit"):
                return buy_package(work, reseller_id, client, branch, option)

        return buy

    plant.replace(classes, "buy_package", free)


@DEFECTS.defect("BG-F07", "A class that was confirmed does not wait for its venue.")
def _(plant: Planter) -> None:
    def accept(self: ClassDesk, booking: Booking, *_: object) -> Booking:
        accepted = plan(self._work, msgspec.structs.replace(booking, status=Status.CONFIRMED))
        self._work.records(BOOKINGS).put(accepted)
        return accepted

    afterwards(plant, ClassDesk, "confirm", accept)


@DEFECTS.defect("BG-F08", "A session is used up although the class was full.")
def _(plant: Planter) -> None:
    def use(call: Call, work: Work) -> None:
        use_session(work, Register(work).session(reseller_of(call), call.path["sessionId"], SessionKind.CLASS))

    done_though_refused(plant, "confirmClassBooking", NoPlacesLeft, use)


@DEFECTS.defect("BG-F08.place", "Who confirms gets a place although others took the last one.")
def _(plant: Planter) -> None:
    confirming: list[bool] = []

    def make(confirm: Callable[..., Booking]) -> Any:
        def confirm_anyhow(self: ClassDesk, *args: Any) -> Booking:
            confirming.append(True)
            try:
                return confirm(self, *args)
            finally:
                confirming.pop()

        return confirm_anyhow

    def roomy(places_of: Callable[[ClassInstance], Pool]) -> Any:
        def places(instance: ClassInstance) -> Pool:
            pool = places_of(instance)
            return msgspec.structs.replace(pool, capacity=pool.capacity + len(confirming))

        return places

    plant.replace(ClassDesk, "confirm", make)
    plant.replace(diary, "places_of", roomy)


@DEFECTS.defect("BG-F09", "The session of an appointment can be confirmed as that of a class.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        session = work.records(SESSIONS).find(call.path["sessionId"])
        if session is not None and session.kind is SessionKind.SPA:
            return confirm_spa_booking(call, work)
        return inside(call, work)

    plant.operation("confirmClassBooking", around)


@DEFECTS.defect("BG-F10", "A package is good for classes after it is over, if they are booked before.")
def _(plant: Planter) -> None:
    def now(gym_copay: Callable[..., Copay | None]) -> Any:
        def find(work: Work, client: Client, branch_id: str, _: datetime) -> Copay | None:
            return gym_copay(work, client, branch_id, work.now)

        return find

    plant.replace(classes, "gym_copay", now)


@DEFECTS.defect("BG-F10.visits", "The class with which a package is bought takes no visit of it.")
def _(plant: Planter) -> None:
    def take(self: ClassDesk, took: Taken, *_: object) -> Taken:
        copays = self._work.records(COPAYS)
        for copay_id in took.copay_ids:
            copays.put(msgspec.structs.replace(copays.get(copay_id), visits_used=0))
        return took

    afterwards(plant, ClassDesk, "_take_bought", take)


@DEFECTS.defect("BG-F11", "What was booked by a session is not in the list of the client's bookings.")
def _(plant: Planter) -> None:
    confirmed: set[str] = set()

    def remember(_: ClassDesk, booking: Booking, *__: object) -> Booking:
        confirmed.add(booking.id)
        return booking

    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        reply = inside(call, work)
        reply.body["data"] = [each for each in reply.body["data"] if each["id"] not in confirmed]
        return reply

    afterwards(plant, ClassDesk, "confirm", remember)
    plant.operation("listClientBookings", around)


@DEFECTS.defect("BG-F12", "A class can be confirmed although the pass covers its tier no longer.")
def _(plant: Planter) -> None:
    holds_although(plant, classes, lambda now, then: set(now) < set(then))


@DEFECTS.defect("BG-F12.more", "A package can be confirmed although the pass covers the gym by now.")
def _(plant: Planter) -> None:
    holds_although(plant, classes, lambda now, then: set(now) > set(then))


def holds_although(plant: Planter, desk: Any, holds: Callable[[tuple[str, ...], tuple[str, ...]], bool]) -> None:
    """Let sessions of a desk hold where `holds(tiers covered now, tiers covered then)`."""

    def make(visitor_again: Callable[..., Visitor]) -> Any:
        def visitor(work: Work, session: Session, at: datetime) -> Visitor:
            register = Register(work)
            issued = work.records(ISSUED_PASSES).get(session.pass_id)
            product, branch = register.product_of(issued), register.branch(session.branch_id)
            covered = covered_tiers(product, branch, register.services(branch, session.service_ids))
            try:
                return visitor_again(work, session, at)
            except BadInput:
                if holds(covered, session.covered):
                    return Visitor(register.client(session), issued, product)
                raise

        return visitor

    plant.replace(desk, "visitor_again", make)
