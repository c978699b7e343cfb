"""Bugs about services."""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import UNSET

from mockserver.apis.exchange import Call, Reply
from mockserver.apis.reservekit.auth import ALPHA
from mockserver.apis.reservekit.desk import Desk
from mockserver.apis.reservekit.records import (
    BOOKINGS,
    BOOKINGS_OF_SERVICE,
    SERVICES,
    SLOTS_OF_SERVICE,
    TIME_SLOTS,
    Service,
    Status,
)
from mockserver.apis.reservekit.requests import NewService, ServiceChange
from mockserver.booking.errors import RuleBroken
from mockserver.defects.common import afterwards, done_though_refused
from mockserver.defects.planting import Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()


def _desk(call: Call, work: Work) -> Desk:
    return Desk(work, (call.identity.caller or ALPHA).tenant)


def _kept(desk: Desk, service: Service, **fields: Any) -> Service:
    """The service, kept with other fields."""
    service = msgspec.structs.replace(service, **fields)
    desk._work.records(SERVICES).put(service)
    return service


@DEFECTS.defect("RK-S01", "The list of services has no descriptions.")
def _(plant: Planter) -> None:
    def around(inside: Callable[[Call, Work], Reply], call: Call, work: Work) -> Reply:
        reply = inside(call, work)
        for service in reply.body["data"]["services"]:
            service["description"] = None
        return reply

    plant.operation("listServices", around)


@DEFECTS.defect("RK-S02", "The slots of a new service are sorted by their times.")
def _(plant: Planter) -> None:
    def sorting(offer: Callable[..., Service]) -> Any:
        def offer_sorted(self: Desk, wanted: NewService) -> Service:
            slots = tuple(sorted(wanted.time_slots, key=lambda slot: (slot.day_of_week, slot.start_time)))
            return offer(self, msgspec.structs.replace(wanted, time_slots=slots))

        return offer_sorted

    plant.replace(Desk, "offer", sorting)


@DEFECTS.defect("RK-S03", "Whatever has a slash in it is a time zone to a new service.")
def _(plant: Planter) -> None:
    def lenient(offer: Callable[..., Service]) -> Any:
        def offer_anywhere(self: Desk, wanted: NewService) -> Service:
            if not wanted.timezone[:1].isalpha() or "/" not in wanted.timezone:
                return offer(self, wanted)
            service = offer(self, msgspec.structs.replace(wanted, timezone="UTC"))
            return _kept(self, service, timezone=wanted.timezone)

        return offer_anywhere

    plant.replace(Desk, "offer", lenient)


@DEFECTS.defect("RK-S04", "A service stays although one of its slots is refused.")
def _(plant: Planter) -> None:
    def offer_alone(call: Call, work: Work) -> None:
        if call.body.get("time_slots"):
            _desk(call, work).offer(NewService(call.body["name"], call.body["timezone"]))

    done_though_refused(plant, "createService", RuleBroken, offer_alone)


@DEFECTS.defect("RK-S05", "A description cannot be emptied.")
def _(plant: Planter) -> None:
    def lenient(change_service: Callable[..., Service]) -> Any:
        def change(self: Desk, service_id: int, change: ServiceChange) -> Service:
            if change.description is None:
                change = msgspec.structs.replace(change, description=UNSET)
            return change_service(self, service_id, change)

        return change

    plant.replace(Desk, "change_service", lenient)


@DEFECTS.defect("RK-S05.moment", "A service does not tell when its time zone was changed.")
def _(plant: Planter) -> None:
    def timeless(change_service: Callable[..., Service]) -> Any:
        def change(self: Desk, service_id: int, change: ServiceChange) -> Service:
            before = self.service(service_id)
            after = change_service(self, service_id, change)
            only_the_zone = change.name is UNSET and change.description is UNSET
            return _kept(self, after, updated_at=before.updated_at) if only_the_zone else after

        return change

    plant.replace(Desk, "change_service", timeless)


@DEFECTS.defect("RK-S06", "A service gets its new name although its time zone is refused.")
def _(plant: Planter) -> None:
    def rename(call: Call, work: Work) -> None:
        at = _desk(call, work)
        service = at.service(call.path["serviceID"])
        _kept(at, service, name=call.body.get("name", service.name))

    done_though_refused(plant, "updateService", RuleBroken, rename)


@DEFECTS.defect("RK-S06.zone", "A service moves to a time zone that does not exist.")
def _(plant: Planter) -> None:
    def lenient(change_service: Callable[..., Service]) -> Any:
        def change(self: Desk, service_id: int, change: ServiceChange) -> Service:
            known = msgspec.structs.replace(change, timezone=UNSET)
            after = change_service(self, service_id, known)
            return after if change.timezone is UNSET else _kept(self, after, timezone=change.timezone)

        return change

    plant.replace(Desk, "change_service", lenient)


@DEFECTS.defect("RK-S07", "An empty change of a service counts as one.")
def _(plant: Planter) -> None:
    def touched(self: Desk, service: Service, _: int, change: ServiceChange) -> Service:
        return _kept(self, service, updated_at=self._now) if change == ServiceChange() else service

    afterwards(plant, Desk, "change_service", touched)


@DEFECTS.defect("RK-S08", "A service that is not there has no slots.")
def _(plant: Planter) -> None:
    def slots_of(self: Desk, service_id: int) -> Any:
        return self._work.records(TIME_SLOTS).page(SLOTS_OF_SERVICE, service_id)

    plant.replace(Desk, "slots_of", lambda _: slots_of)


@DEFECTS.defect("RK-D05", "What was cancelled in a deleted service can still be read.")
def _(plant: Planter) -> None:
    def keeping(withdraw: Callable[..., None]) -> Any:
        def keep(self: Desk, service_id: int) -> None:
            bookings = self._work.records(BOOKINGS)
            cancelled = [
                each for each in bookings.page(BOOKINGS_OF_SERVICE, service_id) if each.status is Status.CANCELLED
            ]
            withdraw(self, service_id)
            for booking in cancelled:
                bookings.put(booking)

        return keep

    plant.replace(Desk, "withdraw", keeping)


@DEFECTS.defect("RK-D06", "Deleting a service frees the places of the next one.")
def _(plant: Planter) -> None:
    def too_much(withdraw: Callable[..., None]) -> Any:
        def with_the_next(self: Desk, service_id: int) -> None:
            withdraw(self, service_id)
            later = self._work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, service_id + 1)
            for booking in later:
                if self._ledger.holds(booking.id):
                    self._ledger.give_back(booking.id)

        return with_the_next

    plant.replace(Desk, "withdraw", too_much)
