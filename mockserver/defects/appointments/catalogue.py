"""Bugs about what anybody may see, and about the lists that employees see of it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.appointments import operations
from mockserver.apis.appointments.desk import catalogue
from mockserver.apis.appointments.desk.catalogue import Catalogue, Day, Offer
from mockserver.apis.appointments.desk.diary import Diary
from mockserver.apis.appointments.desk.merchants import MerchantDesk
from mockserver.apis.appointments.desk.register import Register
from mockserver.apis.appointments.records import (
    BOOKINGS,
    EMPLOYEES,
    LOCATIONS,
    SERVICES,
    Booking,
    Employee,
    Merchant,
    PriceType,
    Service,
)
from mockserver.booking.errors import NotFound
from mockserver.booking.spans import Span
from mockserver.defects.appointments.parts import during, whoever_has_it
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Answer, Defects, Planter, Request

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_OK = 200


@DEFECTS.defect("AP-T01", "getMerchantService leaves waiting phases out of total_duration.")
def _(plant: Planter) -> None:
    def shorter(show: Callable[[Offer], dict[str, Any]]) -> Any:
        def run(offer: Offer) -> dict[str, Any]:
            return {
                **show(offer),
                "total_duration": sum(each.minutes for each in offer.service.phases if not each.waits),
            }

        return run

    plant.replace(operations, "show_service", shorter)


@DEFECTS.defect("AP-T02", "The page of a merchant is found by its slug in capitals as well.")
def _(plant: Planter) -> None:
    def lower(request: Request) -> None:
        request.parameters["merchantName"] = request.parameters["merchantName"].lower()

    plant.request(lower, "getMerchant")


@DEFECTS.defect("AP-T03", "The weekdays of business_hours are counted from Monday.")
def _(plant: Planter) -> None:
    def from_monday(show: Callable[..., dict[str, Any]]) -> Any:
        def run(*args: Any) -> dict[str, Any]:
            shown = show(*args)
            hours = shown["business_hours"]
            return {**shown, "business_hours": {str((int(day) - 1) % 7): each for day, each in hours.items()}}

        return run

    plant.replace(operations, "show_merchant", from_monday)


@DEFECTS.defect("AP-T04", "A merchant's service is offered at the locations of others.")
def _(plant: Planter) -> None:
    during(plant, Catalogue, "offer", Register, "location", whoever_has_it(LOCATIONS, "location"))


@DEFECTS.defect("AP-T05", "The services of another merchant are offered.")
def _(plant: Planter) -> None:
    during(plant, Catalogue, "offer", Register, "service", whoever_has_it(SERVICES, "service"))


@DEFECTS.defect("AP-T06", "Phases are listed from the last one to the first.")
def _(plant: Planter) -> None:
    def reversed_(show: Callable[[Offer], dict[str, Any]]) -> Any:
        def run(offer: Offer) -> dict[str, Any]:
            shown = show(offer)
            return {**shown, "phases": shown["phases"][::-1]}

        return run

    plant.replace(operations, "show_service", reversed_)


@DEFECTS.defect("AP-T07", "The starts that are listed overlap what has been booked.")
def _(plant: Planter) -> None:
    plant.replace(Diary, "taken_at", lambda _: lambda *_: ())


@DEFECTS.defect("AP-T08", "A start is listed until closing time, though the service ends after it.")
def _(plant: Planter) -> None:
    def longer(free_starts: Callable[..., list[datetime]]) -> Any:
        def run(openings: Iterable[Span], *args: Any, **kwargs: Any) -> list[datetime]:
            later = [Span(each.starts_at, each.ends_at + timedelta(minutes=30)) for each in openings]
            return free_starts(later, *args, **kwargs)

        return run

    plant.replace(catalogue, "free_starts", longer)


@DEFECTS.defect("AP-T08.grid", "Starts are counted from five minutes after an opening.")
def _(plant: Planter) -> None:
    def later(free_starts: Callable[..., list[datetime]]) -> Any:
        def run(openings: Iterable[Span], *args: Any, **kwargs: Any) -> list[datetime]:
            moved = [Span(each.starts_at + timedelta(minutes=5), each.ends_at) for each in openings]
            return free_starts(moved, *args, **kwargs)

        return run

    plant.replace(catalogue, "free_starts", later)


def _as_if(plant: Planter, change: Callable[[Booking], Booking]) -> None:
    """Groups are listed as if they were others."""

    def around(groups: Callable[..., Sequence[Booking]]) -> Any:
        def run(self: Catalogue, offer: Offer, start: datetime, end: datetime) -> Sequence[Booking]:
            records = self._work.records

            class Records:
                """What is stored, changed."""

                def between(self, *args: Any) -> list[Booking]:
                    return [change(each) for each in records(BOOKINGS).between(*args)]

            class Changed:
                def records(self, _: Any) -> Records:
                    return Records()

            work = self._work
            self._work = Changed()  # type: ignore[assignment]  # as far as it is used
            try:
                return groups(self, offer, start, end)
            finally:
                self._work = work

        return run

    plant.replace(Catalogue, "_groups", around)


@DEFECTS.defect("AP-T09", "A full group is still listed.")
def _(plant: Planter) -> None:
    _as_if(plant, lambda booking: msgspec.structs.replace(booking, max_participants=booking.max_participants + 1))


@DEFECTS.defect("AP-T09.begun", "A group is listed for an hour after it began.")
def _(plant: Planter) -> None:
    _at_another_time(plant, "availability", timedelta(hours=-1))


@DEFECTS.defect("AP-T09.closed", "A group on a day on which the merchant is closed is not listed.")
def _(plant: Planter) -> None:
    def open_days(days: Callable[..., Iterator[Day]]) -> Any:
        def run(self: Catalogue, offer: Offer, first: date, last: date) -> Iterator[Day]:
            return (day for day in days(self, offer, first, last) if day.date.isoweekday() % 7 in offer.merchant.hours)

        return run

    plant.replace(Catalogue, "_days", open_days)


@DEFECTS.defect("AP-T10", "A range that ends before it starts has no days.")
def _(plant: Planter) -> None:
    def patient(availability: Callable[..., Sequence[Day]]) -> Any:
        def run(self: Catalogue, offer: Offer, start: datetime, end: datetime) -> Sequence[Day]:
            return availability(self, offer, start, end) if start <= end else ()

        return run

    plant.replace(Catalogue, "availability", patient)


@DEFECTS.defect("AP-T11", "A range may touch 101 days.")
def _(plant: Planter) -> None:
    plant.replace(catalogue, "MOST_DAYS", lambda most: most + 1)


@DEFECTS.defect("AP-T12", "Every day that is listed is available.")
def _(plant: Planter) -> None:
    plant.replace(operations, "show_day", lambda show: lambda *args: {**show(*args), "is_available": True})


def _at_another_time(plant: Planter, name: str, by: timedelta) -> None:
    def around(method: Callable[..., Any]) -> Any:
        def run(self: Catalogue, *args: Any) -> Any:
            self._now += by
            try:
                return method(self, *args)
            finally:
                self._now -= by

        return run

    plant.replace(Catalogue, name, around)


@DEFECTS.defect("AP-T13", "The next start is looked for from tomorrow on.")
def _(plant: Planter) -> None:
    _at_another_time(plant, "next_start", timedelta(days=1))


@DEFECTS.defect("AP-T13.groups", "Groups have no next start.")
def _(plant: Planter) -> None:
    def alone(next_start: Callable[..., datetime | None]) -> Any:
        return lambda self, offer: None if offer.service.is_group else next_start(self, offer)

    plant.replace(Catalogue, "next_start", alone)


@DEFECTS.defect("AP-T14", "A weekday on which a group can be joined is closed all the same.")
def _(plant: Planter) -> None:
    def by_hours(self: Catalogue, offer: Offer) -> Sequence[int]:
        return sorted(set(range(7)) - {day for day, hours in offer.merchant.hours.items() if hours})

    plant.replace(Catalogue, "closed_days", lambda _: by_hours)


@DEFECTS.defect("AP-T14.order", "closed_days begin with the last of the week.")
def _(plant: Planter) -> None:
    afterwards(plant, Catalogue, "closed_days", lambda _, days, __: days[::-1])


@DEFECTS.defect("AP-T15", "getTeamMember writes phone numbers without their plus sign.")
def _(plant: Planter) -> None:
    def bare(answer: Answer) -> None:
        if answer.status == _OK and answer.json["phone_number"]:
            answer.json = {**answer.json, "phone_number": answer.json["phone_number"].lstrip("+")}

    plant.answer(bare, "getTeamMember")


@DEFECTS.defect("AP-T16", "The employees of another merchant can be read.")
def _(plant: Planter) -> None:
    def anybody_s(self: MerchantDesk, employee_id: int) -> Employee:
        self.merchant()
        found = self._work.records(EMPLOYEES).find(employee_id)
        if found is None:
            raise NotFound("team_member", employee_id)
        return found

    plant.replace(MerchantDesk, "team_member", lambda _: anybody_s)


@DEFECTS.defect("AP-T17", "Services that are free are not listed for the calendar.")
def _(plant: Planter) -> None:
    def paid(_: MerchantDesk, found: tuple[Merchant, Sequence[Service]]) -> tuple[Merchant, Sequence[Service]]:
        merchant, services = found
        return merchant, [each for each in services if each.price_type is not PriceType.FREE]

    afterwards(plant, MerchantDesk, "services", paid)


@DEFECTS.defect("AP-T17.type", "A group service that is paid per booking is listed as one for appointments.")
def _(plant: Planter) -> None:
    def by_price(_: MerchantDesk, found: tuple[Merchant, Sequence[Service]]) -> tuple[Merchant, Sequence[Service]]:
        merchant, services = found
        return merchant, [
            msgspec.structs.replace(each, is_group=each.is_group and each.price_type is PriceType.PER_PERSON)
            for each in services
        ]

    afterwards(plant, MerchantDesk, "services", by_price)
