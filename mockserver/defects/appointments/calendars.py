"""Bugs about what the calendar lists."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.appointments import operations
from mockserver.apis.appointments.desk import CalendarBlock, CalendarRow
from mockserver.apis.appointments.desk.merchants import MerchantDesk
from mockserver.apis.appointments.records import Booking, Merchant
from mockserver.booking.errors import RuleBroken
from mockserver.defects.planting import Answer, Defects, Planter, Request

__all__ = ["DEFECTS"]

DEFECTS = Defects()

Rows = list[CalendarRow]
Blocks = list[CalendarBlock]
Listing = Callable[..., tuple[Rows, Blocks]]


def _listed(
    plant: Planter, make: Callable[[Listing, MerchantDesk, datetime, datetime, bool], tuple[Rows, Blocks]]
) -> None:
    """What the calendar lists, made with the listing as it is."""

    def around(calendar: Callable[..., tuple[Rows, Blocks]]) -> Any:
        def run(self: MerchantDesk, start: datetime, end: datetime, *, include_cancelled: bool) -> tuple[Rows, Blocks]:
            def listing(start: datetime, end: datetime, *, cancelled: bool = include_cancelled) -> tuple[Rows, Blocks]:
                return calendar(self, start, end, include_cancelled=cancelled)

            return make(listing, self, start, end, include_cancelled)

        return run

    plant.replace(MerchantDesk, "calendar", around)


def _rows(plant: Planter, make: Callable[[CalendarRow], Iterable[CalendarRow]]) -> None:
    """For each row others, or none."""

    def around(rows: Callable[..., Iterator[CalendarRow]]) -> Any:
        def run(self: MerchantDesk, merchant: Merchant, bookings: Iterable[Booking]) -> Iterator[CalendarRow]:
            for row in rows(self, merchant, bookings):
                yield from make(row)

        return run

    plant.replace(MerchantDesk, "_rows", around)


def _shown(plant: Planter, change: Callable[[CalendarRow], dict[str, Any]]) -> None:
    """Other members of a row."""
    plant.replace(operations, "show_row", lambda show: lambda row, merchant: {**show(row, merchant), **change(row)})


@DEFECTS.defect("AP-K01", "The calendar has a third member, the number of rows.")
def _(plant: Planter) -> None:
    def counted(answer: Answer) -> None:
        if answer.status == 200:
            answer.json = {**answer.json, "total": len(answer.json["bookings"])}

    plant.answer(counted, "listCalendarEvents")


@DEFECTS.defect("AP-K02", "A booking is listed when any of it lies in the range.")
def _(plant: Planter) -> None:
    def overlapping(listing: Listing, _: MerchantDesk, start: datetime, end: datetime, __: bool) -> tuple[Rows, Blocks]:
        day = timedelta(days=1)
        rows = [
            row
            for row in listing(start - day, end + day)[0]
            if row.booking.starts_at < end and start < row.booking.ends_at
        ]
        return rows, listing(start, end)[1]

    _listed(plant, overlapping)


@DEFECTS.defect("AP-K02.edge", "A booking that ends when the range ends is not listed.")
def _(plant: Planter) -> None:
    def half_open(listing: Listing, _: MerchantDesk, start: datetime, end: datetime, __: bool) -> tuple[Rows, Blocks]:
        rows, blocks = listing(start, end)
        return [row for row in rows if row.booking.ends_at < end], blocks

    _listed(plant, half_open)


@DEFECTS.defect("AP-K03", "A blocked time that only touches the range is not listed.")
def _(plant: Planter) -> None:
    def half_open(listing: Listing, _: MerchantDesk, start: datetime, end: datetime, __: bool) -> tuple[Rows, Blocks]:
        rows, blocks = listing(start, end)
        return rows, [each for each in blocks if each.blocked.busy_from < end and start < each.blocked.busy_to]

    _listed(plant, half_open)


@DEFECTS.defect("AP-K03.days", "An all-day blocked time is listed for the hours that were given.")
def _(plant: Planter) -> None:
    def as_given(listing: Listing, _: MerchantDesk, start: datetime, end: datetime, __: bool) -> tuple[Rows, Blocks]:
        rows, blocks = listing(start, end)
        return rows, [each for each in blocks if each.blocked.starts_at <= end and start <= each.blocked.ends_at]

    _listed(plant, as_given)


@DEFECTS.defect("AP-K04", "Both lists are in the order of time.")
def _(plant: Planter) -> None:
    def by_time(listing: Listing, _: MerchantDesk, start: datetime, end: datetime, __: bool) -> tuple[Rows, Blocks]:
        rows, blocks = listing(start, end)
        return (
            sorted(rows, key=lambda row: row.booking.starts_at),
            sorted(blocks, key=lambda block: block.blocked.starts_at),
        )

    _listed(plant, by_time)


@DEFECTS.defect("AP-K05", "All rows of a booking have the note of its first participant.")
def _(plant: Planter) -> None:
    _shown(plant, lambda row: {"customer_note": row.booking.active[0].note} if row.booking.active else {})


@DEFECTS.defect("AP-K06", "Who left a group is listed still.")
def _(plant: Planter) -> None:
    def everybody(bookings: Iterable[Booking]) -> Iterator[Booking]:
        for booking in bookings:
            participants = [msgspec.structs.replace(each, status=each.status.BOOKED) for each in booking.participants]
            yield msgspec.structs.replace(booking, participants=tuple(participants)) if booking.is_group else booking

    def around(rows: Callable[..., Iterator[CalendarRow]]) -> Any:
        def run(self: MerchantDesk, merchant: Merchant, bookings: Iterable[Booking]) -> Iterator[CalendarRow]:
            right = {booking.id: booking for booking in bookings}
            for row in rows(self, merchant, everybody(right.values())):
                yield msgspec.structs.replace(row, booking=right[row.booking.id])

        return run

    plant.replace(MerchantDesk, "_rows", around)


@DEFECTS.defect("AP-K06.nobody", "What nobody takes part in is not listed.")
def _(plant: Planter) -> None:
    _rows(plant, lambda row: () if row.participant is None else (row,))


@DEFECTS.defect("AP-K07", "What the customer cancelled is listed unasked.")
def _(plant: Planter) -> None:
    def most(
        listing: Listing, _: MerchantDesk, start: datetime, end: datetime, include_cancelled: bool
    ) -> tuple[Rows, Blocks]:
        rows, blocks = listing(start, end, cancelled=True)
        return [row for row in rows if include_cancelled or row.booking.cancelled_by_merchant_at is None], blocks

    _listed(plant, most)


@DEFECTS.defect("AP-K07.rows", "Of a cancelled group those who had left before are not listed.")
def _(plant: Planter) -> None:
    def active(row: CalendarRow) -> Iterable[CalendarRow]:
        return () if row.booking.is_group and row.participant and not row.participant.is_active else (row,)

    _rows(plant, active)


@DEFECTS.defect("AP-K08", "A range that ends before it starts has nothing in it.")
def _(plant: Planter) -> None:
    def patient(listing: Listing, _: MerchantDesk, start: datetime, end: datetime, __: bool) -> tuple[Rows, Blocks]:
        return listing(start, end) if start <= end else ([], [])

    _listed(plant, patient)


@DEFECTS.defect("AP-K08.equal", "A range of a single moment is refused.")
def _(plant: Planter) -> None:
    def strict(listing: Listing, _: MerchantDesk, start: datetime, end: datetime, __: bool) -> tuple[Rows, Blocks]:
        if start == end:
            raise RuleBroken("range_reversed", "a range ends after it starts", field="end")
        return listing(start, end)

    _listed(plant, strict)


@DEFECTS.defect("AP-K09", "Without end the calendar is that of the start's moment.")
def _(plant: Planter) -> None:
    def mended(request: Request) -> None:
        given = dict(request.query)
        if "start" in given and "end" not in given:
            request.query.append(("end", given["start"]))

    plant.request(mended, "listCalendarEvents")


@DEFECTS.defect("AP-K10", "current_participants counts those who left a group.")
def _(plant: Planter) -> None:
    _shown(
        plant,
        lambda row: {"current_participants": len(row.booking.participants)} if row.booking.is_group else {},
    )


@DEFECTS.defect("AP-K10.least", "min_participants is always 1.")
def _(plant: Planter) -> None:
    _shown(plant, lambda _: {"min_participants": 1})
