"""Bugs about classes and their instances."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from mockserver.apis.bardge.desk import catalogue
from mockserver.apis.bardge.desk.bookings import Bookings
from mockserver.apis.bardge.desk.catalogue import Catalogue
from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.records import SESSIONS, SessionStatus
from mockserver.apis.bardge.terms import moment_of
from mockserver.booking.ports import ALL
from mockserver.defects.planting import Answer, Defects, Planter

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _said(plant: Planter, change: Callable[[dict[str, Any]], dict[str, Any]], *operations: str) -> None:
    def alter(answer: Answer) -> None:
        if answer.status == 200:
            answer.json = change(answer.json)

    plant.answer(alter, *operations)


def _listed(plant: Planter, change: Callable[[dict[str, Any]], dict[str, Any]], *operations: str) -> None:
    _said(plant, lambda body: {**body, "data": [change(each) for each in body["data"]]}, *operations)


@DEFECTS.defect("BG-K01", "A limit cuts the list of categories short.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        limits = [int(text) for name, text in answer.request.query if name == "limit" and text.isdigit()]
        if limits and answer.status == 200:
            body = answer.json
            data = body["data"][: limits[0]]
            answer.json = {**body, "data": data, "has_more": len(data) < len(body["data"])}

    plant.answer(change, "listClassCategories")


@DEFECTS.defect("BG-K02", "The last category is not in the list.")
def _(plant: Planter) -> None:
    _said(plant, lambda body: {**body, "data": body["data"][:-1]}, "listClassCategories")


@DEFECTS.defect("BG-K03", "Classes in a list have instances, none.")
def _(plant: Planter) -> None:
    _listed(plant, lambda each: {**each, "instances": []}, "listClasses")


@DEFECTS.defect("BG-K04", "Of several filters the day does not count.")
def _(plant: Planter) -> None:
    def hasty(fits: Callable[..., bool]) -> Any:
        def fit(self: Catalogue, gym_class: Any, query: Any) -> bool:
            only = query.category_id is None and query.branch_id is None
            by_ids = query.category_id in {None, gym_class.category_id} and query.branch_id in {
                None,
                gym_class.branch_id,
            }
            return fits(self, gym_class, query) if only else by_ids

        return fit

    plant.replace(Catalogue, "_fits", hasty)


@DEFECTS.defect("BG-K04.utc", "A day is one of UTC.")
def _(plant: Planter) -> None:
    def by_utc(_: object) -> Any:
        def given(self: Catalogue, gym_class: Any, day: Any) -> bool:
            start = moment_of(day, catalogue._MIDNIGHT) + timedelta(hours=8)
            return bool(self._between(gym_class, start, start + timedelta(days=1)))

        return given

    plant.replace(Catalogue, "_is_given_on", by_utc)


@DEFECTS.defect("BG-K04.unknown", "A category that names nothing is forgotten.")
def _(plant: Planter) -> None:
    def lenient(classes: Callable[..., Any]) -> Any:
        def listed(self: Catalogue, query: Any, place: Any, request: Any) -> Any:
            page = classes(self, query, place, request)
            return page if page.items or query.day else classes(self, catalogue.ClassQuery(), place, request)

        return listed

    plant.replace(Catalogue, "classes", lenient)


@DEFECTS.defect("BG-K05", "A class for credits is of the tier PREMIUM.")
def _(plant: Planter) -> None:
    _listed(plant, lambda each: {**each, "tier": "PREMIUM"} if each["credits_required"] else each, "listClasses")


def _instances(plant: Planter, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    _said(plant, lambda body: {**body, "instances": [change(each) for each in body["instances"]]}, "getClass")


@DEFECTS.defect("BG-K10", "Instances are shown with the id of their class before their own.")
def _(plant: Planter) -> None:
    _instances(plant, lambda each: {**each, "id": f"{each['id']}-{each['class_id']}"[:64]})


@DEFECTS.defect("BG-K11", "scheduled_for is the time in Lagos as if it were UTC.")
def _(plant: Planter) -> None:
    _instances(plant, lambda each: {**each, "scheduled_for": each["scheduled_for"] + 3_600})


@DEFECTS.defect("BG-K12", "From one day to another are 92 days at most, the last one included.")
def _(plant: Planter) -> None:
    plant.replace(catalogue, "_LONGEST", lambda _: timedelta(days=91))


@DEFECTS.defect("BG-K12.turned", "Days in the wrong order have no instances.")
def _(plant: Planter) -> None:
    def lenient(instances: Callable[..., Any]) -> Any:
        def between(self: Catalogue, gym_class: Any, first: Any, last: Any) -> Any:
            return [] if first and last and last < first else instances(self, gym_class, first, last)

        return between

    plant.replace(Catalogue, "instances", lenient)


@DEFECTS.defect("BG-K13", "The place of a cancelled booking stays taken.")
def _(plant: Planter) -> None:
    def greedy(cancel: Callable[..., Any]) -> Any:
        def kept(self: Bookings, booking_id: str) -> Any:
            free = self._diary
            self._diary = _Never(free)  # type: ignore[assignment]  # it only has to do nothing
            try:
                return cancel(self, booking_id)
            finally:
                self._diary = free

        return kept

    plant.replace(Bookings, "cancel", greedy)


class _Never:
    """A diary in which nothing is crossed out."""

    def __init__(self, diary: Diary) -> None:
        self._usual = diary

    def free(self, holder: str) -> None:
        """Do nothing."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._usual, name)


@DEFECTS.defect("BG-K13.booked", "booked does not count people from elsewhere.")
def _(plant: Planter) -> None:
    _instances(plant, lambda each: {**each, "booked": max(each["booked"] - 1, 0)})


@DEFECTS.defect("BG-K14", "What begins at this moment is still ahead.")
def _(plant: Planter) -> None:
    def late(instances: Callable[..., Any]) -> Any:
        def between(self: Catalogue, gym_class: Any, first: Any, last: Any) -> Any:
            found = instances(self, gym_class, first, last)
            now = self._work.now
            starting = self._between(gym_class, now, now + timedelta(seconds=1))
            more = [(each, Diary(self._work).places_left(each)) for each in starting if each.starts_at == now]
            return [*more, *found] if first is None else found

        return between

    plant.replace(Catalogue, "instances", late)


@DEFECTS.defect("BG-K14.order", "The instance with the most places comes first.")
def _(plant: Planter) -> None:
    def by_places(instances: Callable[..., Any]) -> Any:
        return lambda self, gym_class, first, last: sorted(
            instances(self, gym_class, first, last), key=lambda pair: -pair[1]
        )

    plant.replace(Catalogue, "instances", by_places)


@DEFECTS.defect("BG-K15", "An open session takes a place.")
def _(plant: Planter) -> None:
    def less(places_left: Callable[..., int]) -> Any:
        def left(self: Diary, instance: Any) -> int:
            sessions = self._work.records(SESSIONS)
            held = [
                each
                for each in sessions.page(SESSIONS.listed, ALL)
                if each.instance_id == instance.id and each.status is SessionStatus.OPEN
            ]
            return max(places_left(self, instance) - len(held), 0)

        return left

    plant.replace(Diary, "places_left", less)


@DEFECTS.defect("BG-K20", "A venue lists its classes with the next three instances.")
def _(plant: Planter) -> None:
    _listed(plant, lambda each: {**each, "instances": each["instances"][:3]}, "listProviderClasses")
