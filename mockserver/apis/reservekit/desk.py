"""What a business does with ReserveKit: offers services, publishes slots, takes bookings.

Each method is one use case for one tenant; whatever belongs to another tenant is not there. A method that refuses
raises before or after it wrote something: the transaction around it undoes the rest.
"""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from mockserver.apis.reservekit.auth import TENANT_NUMBERS
from mockserver.apis.reservekit.records import (
    BOOKINGS,
    BOOKINGS_OF_SERVICE,
    CLAIMS,
    CUSTOMERS,
    LIFECYCLE,
    SERVICES,
    SERVICES_OF_TENANT,
    SLOTS_OF_SERVICE,
    TIME_SLOTS,
    Booking,
    Customer,
    Service,
    Status,
    TimeSlot,
)
from mockserver.apis.reservekit.requests import (
    BookingChange,
    CustomerChange,
    NewBooking,
    NewService,
    ServiceChange,
    SlotChange,
)
from mockserver.apis.zones import is_zone
from mockserver.booking.errors import NotFound, RuleBroken, in_json
from mockserver.booking.ledger import Ledger, Pool, Seat
from mockserver.booking.paging import PageInfo, PageRequest
from mockserver.sandbox.work import Work

__all__ = ["Desk"]

T = TypeVar("T")


class Desk:
    __slots__ = ("_now", "_number", "_tenant", "_work")

    def __init__(self, work: Work, tenant: str) -> None:
        self._work = work
        self._tenant = tenant
        self._number = TENANT_NUMBERS[tenant]
        self._now = work.this_second

    # Bookings

    def booking(self, booking_id: int) -> Booking:
        booking = self._work.records(BOOKINGS).find(booking_id)
        if booking is None or booking.tenant != self._tenant:
            raise NotFound("booking", booking_id)
        return booking

    def bookings_of(self, service_id: int, page: PageRequest) -> tuple[Sequence[Booking], PageInfo]:
        self.service(service_id)
        bookings = self._work.records(BOOKINGS)
        found = bookings.page(BOOKINGS_OF_SERVICE, service_id, offset=page.offset, limit=page.size)
        return found, PageInfo.of(page, bookings.count(BOOKINGS_OF_SERVICE, service_id))

    def book(self, wanted: NewBooking, *, service_id: int | None) -> Booking:
        """Raises NotFound, RuleBroken `foreign_slot`, NoPlacesLeft, AlreadyBooked, in this order."""
        if service_id is not None:
            self.service(service_id)
        slot = self._slot(wanted.time_slot_id)
        if service_id is not None and slot.service_id != service_id:
            raise RuleBroken("foreign_slot", f"time slot {slot.id} belongs to service {slot.service_id}")
        bookings = self._work.records(BOOKINGS)
        customer = Customer(
            id=self._work.next_id(CUSTOMERS, self._number),
            name=wanted.customer_name,
            email=wanted.customer_email,
            phone=wanted.customer_phone,
            created_at=self._now,
            updated_at=self._now,
        )
        booking = Booking(
            id=bookings.next_id(self._number),
            tenant=self._tenant,
            service_id=slot.service_id,
            date=wanted.day,
            time_slot_id=slot.id,
            status=Status.PENDING,
            cancel_reason=None,
            message=wanted.message,
            created_at=self._now,
            updated_at=self._now,
            customer=customer,
        )
        self._take_place(booking, slot)
        bookings.put(booking)
        self._work.outbox.announce("bookings.create", booking)
        return booking

    def change_booking(self, booking_id: int, change: BookingChange) -> Booking:
        """Raises RuleBroken `no_cancel_reason` | `cancelled_stays`, MoveRefused, and what `book` raises on a move."""
        before = self.booking(booking_id)
        after = _with(before, message=change.message)
        if change.status is not None:
            status = LIFECYCLE.after(before.status, change.status)
            if change.status is Status.CANCELLED and change.cancel_reason is msgspec.UNSET:
                raise RuleBroken("no_cancel_reason", "a cancel needs a reason", field="cancel_reason")
            if status is Status.CANCELLED and before.status is not Status.CANCELLED:
                after = _with(after, cancel_reason=change.cancel_reason)
            after = _with(after, status=status)
        if change.day is not None and change.day != before.date:
            if before.status is Status.CANCELLED:
                raise RuleBroken("cancelled_stays", "a cancelled booking has no place to move")
            after = _with(after, date=change.day)
        if after == before:
            return before

        after = _with(after, updated_at=self._now)
        if before.status is not Status.CANCELLED:
            if after.status is Status.CANCELLED:
                self._ledger.give_back(before.id)
            elif after.date != before.date:
                self._take_place(after, self._slot(after.time_slot_id))
        self._work.records(BOOKINGS).put(after)
        self._work.outbox.announce("bookings.update", after)
        return after

    def delete_booking(self, booking_id: int) -> None:
        booking = self.booking(booking_id)
        self._remove(booking)
        self._work.outbox.announce("bookings.delete", booking)

    def change_customer(self, booking_id: int, change: CustomerChange) -> Customer:
        """Another e-mail or phone makes it another customer to later bookings; nothing is compared now."""
        booking = self.booking(booking_id)
        before = booking.customer
        after = _with(before, name=change.name, email=change.email, phone=change.phone)
        if after == before:
            return before
        after = _with(after, updated_at=self._now)
        changed = msgspec.structs.replace(booking, customer=after)
        if booking.status is not Status.CANCELLED and after.party != before.party:
            self._ledger.rename(booking.id, after.party)
        self._work.records(BOOKINGS).put(changed)
        self._work.outbox.announce("bookings.update", changed)
        return after

    def _take_place(self, booking: Booking, slot: TimeSlot) -> None:
        pool = _pool(slot, booking.date)
        self._ledger.take(booking.id, [(pool, Seat(pool.id, party=booking.customer.party))])

    def _remove(self, booking: Booking) -> None:
        if booking.status is not Status.CANCELLED:
            self._ledger.give_back(booking.id)
        self._work.records(BOOKINGS).delete(booking.id)

    @property
    def _ledger(self) -> Ledger:
        return Ledger(CLAIMS, self._work.records(CLAIMS.kind))

    # Services

    def service(self, service_id: int) -> Service:
        service = self._work.records(SERVICES).find(service_id)
        if service is None or service.tenant != self._tenant:
            raise NotFound("service", service_id)
        return service

    def services(self, page: PageRequest) -> tuple[Sequence[Service], PageInfo]:
        services = self._work.records(SERVICES)
        found = services.page(SERVICES_OF_TENANT, self._tenant, offset=page.offset, limit=page.size)
        return found, PageInfo.of(page, services.count(SERVICES_OF_TENANT, self._tenant))

    def offer(self, wanted: NewService) -> Service:
        """Raises RuleBroken `unknown_timezone`, `slot_ends_early`."""
        _check_timezone(wanted.timezone)
        services = self._work.records(SERVICES)
        service = Service(
            id=services.next_id(self._number),
            tenant=self._tenant,
            name=wanted.name,
            description=wanted.description,
            timezone=wanted.timezone,
            created_at=self._now,
            updated_at=self._now,
        )
        services.put(service)
        for slot in wanted.time_slots:
            self._add_slot(service, slot)
        return service

    def change_service(self, service_id: int, change: ServiceChange) -> Service:
        """Raises RuleBroken `unknown_timezone`."""
        before = self.service(service_id)
        if change.timezone is not msgspec.UNSET:
            _check_timezone(change.timezone)
        after = _with(before, name=change.name, description=change.description, timezone=change.timezone)
        if after == before:
            return before
        after = _with(after, updated_at=self._now)
        self._work.records(SERVICES).put(after)
        return after

    def withdraw(self, service_id: int) -> None:
        """Delete a service with its slots and its bookings; no word of the bookings goes out."""
        self.service(service_id)
        for booking in self._work.records(BOOKINGS).page(BOOKINGS_OF_SERVICE, service_id):
            self._remove(booking)
        for slot in self.slots_of(service_id):
            self._work.records(TIME_SLOTS).delete(slot.id)
        self._work.records(SERVICES).delete(service_id)

    # Time slots

    def slots_of(self, service_id: int) -> Sequence[TimeSlot]:
        self.service(service_id)
        return self._work.records(TIME_SLOTS).page(SLOTS_OF_SERVICE, service_id)

    def slot_page(self, service_id: int, page: PageRequest) -> tuple[Sequence[TimeSlot], PageInfo]:
        self.service(service_id)
        slots = self._work.records(TIME_SLOTS)
        found = slots.page(SLOTS_OF_SERVICE, service_id, offset=page.offset, limit=page.size)
        return found, PageInfo.of(page, slots.count(SLOTS_OF_SERVICE, service_id))

    def places_left(self, slot: TimeSlot, day: str) -> int:
        return self._ledger.places_left(_pool(slot, day))

    def publish(self, service_id: int, changes: Sequence[SlotChange]) -> list[TimeSlot]:
        """Change slots and add slots, all or none. Answers the changed ones, then the added ones.

        Raises:
            NotFound: The service, or a slot named by id that is not one of its slots.
            RuleBroken: `slot_ends_early`.
        """
        service = self.service(service_id)
        changed: list[TimeSlot] = []
        early: list[RuleBroken] = []
        for change in changes:
            if change.id is not msgspec.UNSET:
                try:
                    changed.append(self._change_slot(service, change))
                except RuleBroken as refusal:  # what a later entry names may not be there, which is said first
                    early.append(refusal)
        if early:
            raise early[0]
        added = [self._add_slot(service, change) for change in changes if change.id is msgspec.UNSET]
        return changed + added

    def delete_slot(self, slot_id: int) -> None:
        """The bookings of the slot stay."""
        self._work.records(TIME_SLOTS).delete(self._slot(slot_id).id)

    def delete_slots_of_day(self, service_id: int, day_of_week: int) -> None:
        for slot in self.slots_of(service_id):
            if slot.day_of_week == day_of_week:
                self._work.records(TIME_SLOTS).delete(slot.id)

    def _slot(self, slot_id: int) -> TimeSlot:
        slot = self._work.records(TIME_SLOTS).find(slot_id)
        service = None if slot is None else self._work.records(SERVICES).find(slot.service_id)
        if slot is None or service is None or service.tenant != self._tenant:
            raise NotFound("time_slot", slot_id)
        return slot

    def _change_slot(self, service: Service, change: SlotChange) -> TimeSlot:
        before = self._work.records(TIME_SLOTS).find(change.id or 0)
        if before is None or before.service_id != service.id:
            raise NotFound("time_slot", change.id)
        after = _with(
            before,
            day_of_week=change.day_of_week,
            start_time=change.start_time,
            end_time=change.end_time,
            max_bookings=change.max_bookings,
            updated_at=self._now,
        )
        return self._put_slot(after)

    def _add_slot(self, service: Service, wanted: SlotChange) -> TimeSlot:
        return self._put_slot(
            TimeSlot(
                id=self._work.records(TIME_SLOTS).next_id(self._number),
                service_id=service.id,
                day_of_week=_given(wanted.day_of_week),
                start_time=_given(wanted.start_time),
                end_time=_given(wanted.end_time),
                max_bookings=_given(wanted.max_bookings),
                created_at=self._now,
                updated_at=self._now,
            )
        )

    def _put_slot(self, slot: TimeSlot) -> TimeSlot:
        # Both are text of one fixed form, which sorts as the moments do.
        if slot.end_time <= slot.start_time:
            raise RuleBroken("slot_ends_early", f"{slot.end_time} is not after {slot.start_time}", field="end_time")
        self._work.records(TIME_SLOTS).put(slot)
        return slot


def _pool(slot: TimeSlot, day: str) -> Pool:
    return Pool(f"{slot.id}/{day}", slot.max_bookings)


def _with(record: T, **fields: object) -> T:
    """A record with the fields that were sent; UNSET means it was not."""
    sent = {name: value for name, value in fields.items() if value is not msgspec.UNSET}
    return msgspec.structs.replace(record, **sent)  # type: ignore[type-var]  # every record here is a Struct


def _given(value: T | msgspec.UnsetType) -> T:
    if value is msgspec.UNSET:
        raise ValueError("the contract lets no new slot through that lacks a field")
    return value


def _check_timezone(name: str) -> None:
    if not is_zone(name):
        raise RuleBroken("unknown_timezone", f"{in_json(name)} is no IANA time zone", field="timezone")
