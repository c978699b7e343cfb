"""Bugs about bookings that merchants move."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from mockserver.apis.appointments import claims
from mockserver.apis.appointments.claims import time_holder, time_seats
from mockserver.apis.appointments.desk import diary, merchants
from mockserver.apis.appointments.desk.diary import Diary
from mockserver.apis.appointments.desk.merchants import MerchantDesk
from mockserver.apis.appointments.records import BOOKINGS, CLAIMS, LIFECYCLE, Booking, Status
from mockserver.apis.appointments.requests import BookingChange
from mockserver.apis.appointments.terms import openings_of
from mockserver.apis.exchange import Call
from mockserver.booking.errors import NoPlacesLeft, RuleBroken
from mockserver.booking.ledger import Claim, Pool
from mockserver.booking.lifecycle import Lifecycle, Move
from mockserver.booking.schedule import Phase, lies_open
from mockserver.booking.spans import Span
from mockserver.defects.appointments.parts import before, during
from mockserver.defects.common import done_though_refused, mended
from mockserver.defects.planting import Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _asked(plant: Planter, change: Callable[[MerchantDesk, Booking, BookingChange], BookingChange]) -> None:
    """Another change than that of the request; or a refusal."""

    def act(self: MerchantDesk, booking_id: int, wanted: BookingChange) -> tuple[int, BookingChange]:
        booking = self._work.records(BOOKINGS).find(booking_id)
        return booking_id, wanted if booking is None else change(self, booking, wanted)

    before(plant, MerchantDesk, "change", act)


def _stored(plant: Planter, alter: Callable[[MerchantDesk, Booking, Booking], Booking]) -> None:
    """A changed booking is stored once more, as *alter* makes it of what it was and what it became."""

    def around(change: Callable[..., None]) -> Any:
        def run(self: MerchantDesk, booking_id: int, wanted: BookingChange) -> None:
            bookings = self._work.records(BOOKINGS)
            was = bookings.find(booking_id)
            change(self, booking_id, wanted)
            if was is not None:
                bookings.put(alter(self, was, bookings.get(booking_id)))

        return run

    plant.replace(MerchantDesk, "change", around)


@DEFECTS.defect("AP-U01", "A booking that moves keeps its note.")
def _(plant: Planter) -> None:
    def old_note(_: MerchantDesk, was: Booking, now: Booking) -> Booking:
        moved = was.span != now.span
        return msgspec.structs.replace(now, merchant_note=was.merchant_note if moved else now.merchant_note)

    _stored(plant, old_note)


@DEFECTS.defect("AP-U02", "A booking can be moved onto another one.")
def _(plant: Planter) -> None:
    roomy = lambda _: lambda location_id: Pool(f"location/{location_id}", 99)  # noqa: E731
    during(plant, MerchantDesk, "change", claims, "location_pool", roomy)


@DEFECTS.defect("AP-U02.note", "A move that is refused because the time is taken writes the note.")
def _(plant: Planter) -> None:
    def write(call: Call, work: Work) -> None:
        bookings = work.records(BOOKINGS)
        booking = bookings.get(call.path["id"])
        bookings.put(msgspec.structs.replace(booking, merchant_note=call.body["merchant_note"]))

    done_though_refused(plant, "updateMerchantBooking", NoPlacesLeft, write)


@DEFECTS.defect("AP-U03", "A booking can be moved onto a blocked time.")
def _(plant: Planter) -> None:
    during(plant, MerchantDesk, "change", Diary, "blocks", lambda _: lambda *_, **__: ())


@DEFECTS.defect("AP-U04", "A booking stands in its own way when it is moved by a little.")
def _(plant: Planter) -> None:
    another = lambda _: lambda booking_id: f"booking/{booking_id}/moved"  # noqa: E731
    during(plant, MerchantDesk, "change", diary, "time_holder", another)


@DEFECTS.defect("AP-U05", "A cancelled booking can be changed.")
def _(plant: Planter) -> None:
    moves = (*LIFECYCLE.moves, Move(Status.CANCELLED, "move", Status.CANCELLED))
    plant.replace(
        merchants,
        "LIFECYCLE",
        lambda old: Lifecycle(name=old.name, states=old.states, initial=old.initial, moves=moves),
    )


@DEFECTS.defect("AP-U06", "Times in the wrong order are put into the right one.")
def _(plant: Planter) -> None:
    def ordered(_: MerchantDesk, __: Booking, wanted: BookingChange) -> BookingChange:
        if wanted.ends_at >= wanted.starts_at:
            return wanted
        return msgspec.structs.replace(wanted, sent_start=wanted.sent_end, sent_end=wanted.sent_start)

    _asked(plant, ordered)


@DEFECTS.defect("AP-U07", "A booking may last a year.")
def _(plant: Planter) -> None:
    plant.replace(merchants, "LONGEST_BOOKING", lambda _: timedelta(days=366))


@DEFECTS.defect("AP-U07.exactly", "A booking of exactly 31 days is too long.")
def _(plant: Planter) -> None:
    plant.replace(merchants, "LONGEST_BOOKING", lambda longest: longest - timedelta(seconds=1))


@DEFECTS.defect("AP-U08", "Employees of another merchant may move a booking.")
def _(plant: Planter) -> None:
    anybody_s = lambda _: lambda self, booking_id: self._register.booking(booking_id)  # noqa: E731
    during(plant, MerchantDesk, "change", MerchantDesk, "_booking", anybody_s)


@DEFECTS.defect("AP-U09", "A change without merchant_note clears the note.")
def _(plant: Planter) -> None:
    mended(plant, lambda body: body.setdefault("merchant_note", ""), "updateMerchantBooking")


@DEFECTS.defect("AP-U10", "An empty merchant_note leaves the note as it is.")
def _(plant: Planter) -> None:
    _asked(
        plant,
        lambda _, booking, wanted: msgspec.structs.replace(
            wanted, merchant_note=wanted.merchant_note or booking.merchant_note or ""
        ),
    )


@DEFECTS.defect("AP-U11", "A blocked time over a booking keeps its note from being changed.")
def _(plant: Planter) -> None:
    def strict(self: MerchantDesk, booking: Booking, wanted: BookingChange) -> BookingChange:
        blocks = self._diary.blocks(booking.merchant_id, booking.span, employee_id=booking.employee_id)
        is_same = (booking.starts_at, booking.ends_at) == (wanted.starts_at, wanted.ends_at)
        if is_same and any(block.busy.overlaps(booking.span) for block in blocks):
            raise RuleBroken("blocked", "a blocked time lies over it")
        return wanted

    _asked(plant, strict)


@DEFECTS.defect("AP-U12", "A booking keeps its length, whatever to_date says.")
def _(plant: Planter) -> None:
    def as_long(_: MerchantDesk, booking: Booking, wanted: BookingChange) -> BookingChange:
        if wanted.ends_at <= wanted.starts_at:
            return wanted
        ends_at = wanted.starts_at + (booking.ends_at - booking.starts_at)
        return msgspec.structs.replace(wanted, sent_end=ends_at.isoformat())

    _asked(plant, as_long)


@DEFECTS.defect("AP-U12.phases", "What is added to a booking's length is not taken.")
def _(plant: Planter) -> None:
    def as_they_are(phases: Sequence[Phase], _: timedelta) -> tuple[Phase, ...]:
        return tuple(phases)

    plant.replace(merchants, "fit", lambda _: as_they_are)


@DEFECTS.defect("AP-U13", "A booking that moves keeps its old time as well.")
def _(plant: Planter) -> None:
    def both(self: MerchantDesk, was: Booking, now: Booking) -> Booking:
        if was.span != now.span:
            old = Claim(f"{time_holder(was.id)}/old", tuple(seat for _, seat in time_seats(was)))
            self._work.records(CLAIMS.kind).put(old)
        return now

    _stored(plant, both)


@DEFECTS.defect("AP-U14", "A group that moves forgets the notes of its participants.")
def _(plant: Planter) -> None:
    def forgetful(_: MerchantDesk, was: Booking, now: Booking) -> Booking:
        if not now.is_group or was.span == now.span:
            return now
        return msgspec.structs.replace(
            now, participants=tuple(msgspec.structs.replace(each, note=None) for each in now.participants)
        )

    _stored(plant, forgetful)


@DEFECTS.defect("AP-U15", "A booking cannot be moved into the past.")
def _(plant: Planter) -> None:
    def in_time(self: MerchantDesk, booking: Booking, wanted: BookingChange) -> BookingChange:
        if wanted.starts_at < self._now and wanted.starts_at != booking.starts_at:
            raise RuleBroken("starts_in_past", "the start is in the past")
        return wanted

    _asked(plant, in_time)


@DEFECTS.defect("AP-U15.hours", "A booking cannot be moved outside business hours.")
def _(plant: Planter) -> None:
    def in_hours(self: MerchantDesk, _: Booking, wanted: BookingChange) -> BookingChange:
        span = Span(wanted.starts_at, max(wanted.ends_at, wanted.starts_at + timedelta(seconds=1)))
        # Years away nobody has said when the merchant opens.
        if self._now < wanted.starts_at and not lies_open(span, openings_of(self.merchant(), wanted.starts_at)):
            raise RuleBroken("closed", "the merchant is closed")
        return wanted

    _asked(plant, in_hours)
