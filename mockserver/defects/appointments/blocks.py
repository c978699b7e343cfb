"""Bugs about blocked times."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.appointments import operations
from mockserver.apis.appointments.desk import CalendarBlock, CalendarRow, merchants
from mockserver.apis.appointments.desk.merchants import MerchantDesk
from mockserver.apis.appointments.records import (
    BLOCKED_TIMES,
    BLOCKED_TYPES,
    BOOKINGS,
    BOOKINGS_OF_MERCHANT,
    BlockedTime,
    Status,
)
from mockserver.apis.appointments.requests import NewBlockedTime
from mockserver.apis.refusals import Forbidden
from mockserver.booking.errors import NotFound
from mockserver.booking.spans import microseconds
from mockserver.defects.appointments.parts import before, during, whoever_has_it
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Defects, Planter, swapped

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_A_DAY = 1_440
_GONE = 1_000_000_000


@DEFECTS.defect("AP-B01", "A blocked time is always that of the merchant's first employee.")
def _(plant: Planter) -> None:
    during(plant, MerchantDesk, "block", MerchantDesk, "_employee", lambda _: lambda self: self.team()[0])


@DEFECTS.defect("AP-B02", "A blocked time whose ends are in the wrong order is turned round.")
def _(plant: Planter) -> None:
    def ordered(_: MerchantDesk, wanted: NewBlockedTime) -> tuple[NewBlockedTime]:
        if wanted.ends_at >= wanted.starts_at:
            return (wanted,)
        return (msgspec.structs.replace(wanted, sent_start=wanted.sent_end, sent_end=wanted.sent_start),)

    before(plant, MerchantDesk, "_put_block", ordered)


@DEFECTS.defect("AP-B03", "A blocked time may last a day more than 366.")
def _(plant: Planter) -> None:
    plant.replace(merchants, "LONGEST_BLOCK", lambda longest: longest + timedelta(days=1))


@DEFECTS.defect("AP-B03.exactly", "A blocked time of exactly 366 days is too long.")
def _(plant: Planter) -> None:
    plant.replace(merchants, "LONGEST_BLOCK", lambda longest: longest - timedelta(seconds=1))


@DEFECTS.defect("AP-B04", "A blocked time may have a type of another merchant.")
def _(plant: Planter) -> None:
    def anybody_s(put: Callable[..., BlockedTime]) -> Any:
        def run(self: MerchantDesk, wanted: NewBlockedTime, **ids: int) -> BlockedTime:
            kind = self._work.records(BLOCKED_TYPES).find(wanted.blocked_type_id or 0)
            if kind is None:
                return put(self, wanted, **ids)
            with swapped(MerchantDesk, "blocked_types", lambda _: [kind]):
                return put(self, wanted, **ids)

        return run

    plant.replace(MerchantDesk, "_put_block", anybody_s)


@DEFECTS.defect("AP-B05", "A blocked time cancels the bookings that begin in it.")
def _(plant: Planter) -> None:
    def clearing(self: MerchantDesk, block: BlockedTime, _: NewBlockedTime) -> BlockedTime:
        bookings = self._work.records(BOOKINGS)
        low, high = microseconds(block.busy_from), microseconds(block.busy_to)
        for booking in list(bookings.between(BOOKINGS_OF_MERCHANT, block.merchant_id, low, high)):
            bookings.put(msgspec.structs.replace(booking, status=Status.CANCELLED))
        return block

    afterwards(plant, MerchantDesk, "block", clearing)


@DEFECTS.defect("AP-B06", "A blocked time without a type has an icon.")
def _(plant: Planter) -> None:
    plant.replace(
        operations,
        "show_block",
        lambda show: lambda block: {**show(block), **({} if block.type else {"icon": "clock"})},
    )


@DEFECTS.defect("AP-B07", "A change without blocked_type_id leaves the type as it is.")
def _(plant: Planter) -> None:
    def keeping(self: MerchantDesk, block_id: int, change: NewBlockedTime) -> tuple[int, NewBlockedTime]:
        block = self._work.records(BLOCKED_TIMES).find(block_id)
        if block is None or change.blocked_type_id is not None:
            return block_id, change
        return block_id, msgspec.structs.replace(change, blocked_type_id=block.type_id)

    before(plant, MerchantDesk, "change_block", keeping)


@DEFECTS.defect("AP-B08", "The id in the body does not matter.")
def _(plant: Planter) -> None:
    def path_wins(_: MerchantDesk, block_id: int, change: NewBlockedTime) -> tuple[int, NewBlockedTime]:
        return block_id, msgspec.structs.replace(change, id=block_id)

    before(plant, MerchantDesk, "change_block", path_wins)


@DEFECTS.defect("AP-B09", "To delete a blocked time that does not exist works.")
def _(plant: Planter) -> None:
    def patient(unblock: Callable[..., None]) -> Any:
        def run(self: MerchantDesk, block_id: int) -> None:
            try:
                unblock(self, block_id)
            except NotFound:
                return

        return run

    plant.replace(MerchantDesk, "unblock", patient)


@DEFECTS.defect("AP-B10", "Employees of another merchant may delete a blocked time.")
def _(plant: Planter) -> None:
    during(plant, MerchantDesk, "unblock", MerchantDesk, "_blocked", whoever_has_it(BLOCKED_TIMES, "blocked_time"))


@DEFECTS.defect("AP-B11", "Blocked times of colleagues cannot be changed.")
def _(plant: Planter) -> None:
    def own(self: MerchantDesk, block: BlockedTime, _: int) -> BlockedTime:
        if block.employee_id != self._employee().id:
            raise Forbidden("not authorized to access this blocked time")
        return block

    afterwards(plant, MerchantDesk, "_blocked", own)


@DEFECTS.defect("AP-B11.employee", "Who changes a blocked time of a colleague makes it their own.")
def _(plant: Planter) -> None:
    def taking(change: Callable[..., None]) -> Any:
        def run(self: MerchantDesk, block_id: int, wanted: NewBlockedTime) -> None:
            change(self, block_id, wanted)
            blocks = self._work.records(BLOCKED_TIMES)
            blocks.put(msgspec.structs.replace(blocks.get(block_id), employee_id=self._employee().id))

        return run

    plant.replace(MerchantDesk, "change_block", taking)


@DEFECTS.defect("AP-B12", "What is deleted is no longer listed, and blocks as before.")
def _(plant: Planter) -> None:
    def hiding(unblock: Callable[..., None]) -> Any:
        def run(self: MerchantDesk, block_id: int) -> None:
            blocks = self._work.records(BLOCKED_TIMES)
            block = blocks.find(block_id)
            unblock(self, block_id)
            if block is not None:
                blocks.put(msgspec.structs.replace(block, id=_GONE + block.id))

        return run

    def listed(
        _: MerchantDesk, found: tuple[list[CalendarRow], list[CalendarBlock]], __: datetime, ___: datetime, **____: Any
    ) -> tuple[list[CalendarRow], list[CalendarBlock]]:
        rows, blocks = found
        return rows, [each for each in blocks if each.blocked.id < _GONE]

    plant.replace(MerchantDesk, "unblock", hiding)
    afterwards(plant, MerchantDesk, "calendar", listed)


@DEFECTS.defect("AP-B13", "A type of a whole day is listed and cannot be given.")
def _(plant: Planter) -> None:
    def short_ones(self: MerchantDesk, wanted: NewBlockedTime) -> tuple[NewBlockedTime]:
        kind = self._work.records(BLOCKED_TYPES).find(wanted.blocked_type_id or 0)
        if kind is not None and kind.minutes >= _A_DAY:
            raise NotFound("blocked_type", kind.id)
        return (wanted,)

    before(plant, MerchantDesk, "_put_block", short_ones)
