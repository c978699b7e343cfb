"""What a merchant's employees do: book for customers, move, cancel, look at the calendar, keep customers and blocks."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from mockserver.apis.appointments.auth import MERCHANT_NUMBERS
from mockserver.apis.appointments.desk.diary import Diary
from mockserver.apis.appointments.desk.register import Register
from mockserver.apis.appointments.records import (
    BLOCKED_OF_MERCHANT,
    BLOCKED_TIMES,
    BLOCKED_TYPES,
    BLOCKED_TYPES_OF_MERCHANT,
    BOOKINGS,
    BOOKINGS_OF_CUSTOMER,
    BOOKINGS_OF_MERCHANT,
    CUSTOMERS,
    CUSTOMERS_OF_MERCHANT,
    EMPLOYEES,
    EMPLOYEES_OF_MERCHANT,
    LIFECYCLE,
    SERIES,
    SERVICES,
    SERVICES_OF_MERCHANT,
    BlockedTime,
    BlockedType,
    Booking,
    BookingType,
    Customer,
    Employee,
    Merchant,
    Participant,
    Service,
    Status,
    customer_group,
)
from mockserver.apis.appointments.requests import (
    Blacklisting,
    BookingChange,
    MerchantBooking,
    NewBlockedTime,
    NewCustomer,
    Person,
    RecurrenceRule,
)
from mockserver.apis.appointments.terms import HORIZON_MONTHS, buffer_of
from mockserver.apis.identities import Caller
from mockserver.apis.refusals import Forbidden
from mockserver.booking.errors import NoPlacesLeft, NotFound, RuleBroken
from mockserver.booking.recurrence import Rule, months_after, occurrences
from mockserver.booking.schedule import fit, local_moment, total_length, whole_days
from mockserver.booking.spans import Span, microseconds
from mockserver.sandbox.work import Work

__all__ = ["CalendarBlock", "CalendarRow", "CustomerCount", "MerchantDesk"]

LONGEST_BOOKING = timedelta(days=31)
LONGEST_BLOCK = timedelta(days=366)
"""Assumed, both: the pages name no limit, and some bound is needed."""

LONGEST_BUSY = LONGEST_BLOCK + timedelta(days=3)
"""An all-day block takes the rest of its first and of its last local day as well."""

MOST_OCCURRENCES = 366
"""A year of days. Assumed: the vendor makes three months at a time, whatever the rule says."""


class CalendarRow(msgspec.Struct, frozen=True, gc=False):
    """One participant's share in a booking, or a booking without participants."""

    booking: Booking
    service: Service
    participant: Participant | None
    customer: Customer | None


class CalendarBlock(msgspec.Struct, frozen=True, gc=False):
    blocked: BlockedTime
    type: BlockedType | None


class CustomerCount(msgspec.Struct, frozen=True, gc=False):
    """A customer and how often they have booked; cancelled bookings are counted in both."""

    customer: Customer
    booked: int
    cancelled: int


class MerchantDesk:
    """The use cases of one employee. Every method raises Forbidden for a caller who is none."""

    __slots__ = ("_caller", "_diary", "_now", "_register", "_work")

    def __init__(self, work: Work, caller: Caller) -> None:
        self._work = work
        self._caller = caller
        self._now = work.this_second
        self._register = Register(work)
        self._diary = Diary(work)

    # Bookings

    def book(self, wanted: MerchantBooking) -> Booking:
        """Book for customers, once or as a series: all of it or nothing. Answers the first booking.

        Raises, in this order:
            NotFound: The service or a customer.
            RuleBroken: `one_customer`, `no_occurrence`, `too_many_occurrences`.
            NoPlacesLeft: More customers than the group takes, or a time that is taken.
            RuleBroken: `blocked`.
        """
        merchant, employee = self.merchant(), self._employee()
        service = self._register.service(merchant, wanted.service_id)
        customers = list(dict.fromkeys(self._customer(merchant, person).id for person in wanted.customers))
        if len(customers) > 1 and not service.is_group:
            raise RuleBroken("one_customer", "an appointment is for one customer")
        starts = self._starts(merchant, wanted)
        if len(customers) > service.max_participants:
            raise NoPlacesLeft("group", asked=len(customers), left=service.max_participants)
        series_id = (
            None if wanted.recurrence_rule is None else self._work.next_id(SERIES, MERCHANT_NUMBERS[merchant.slug])
        )
        bookings = self._work.records(BOOKINGS)
        phases, buffer = service.timing, buffer_of(service, merchant)
        length = total_length(phases)
        made = []
        for starts_at in starts:
            booking = Booking(
                id=bookings.next_id(MERCHANT_NUMBERS[merchant.slug]),
                merchant_id=merchant.id,
                service_id=service.id,
                location_id=employee.location_id,
                employee_id=employee.id,
                type=_type_of(service, is_recurring=series_id is not None),
                status=Status.BOOKED,
                starts_at=starts_at,
                ends_at=starts_at + length,
                phases=phases,
                participants=tuple(Participant(customer) for customer in customers),
                min_participants=service.min_participants,
                max_participants=service.max_participants,
                merchant_note=wanted.merchant_note,
                series_id=series_id,
            )
            self._diary.take_time(booking, buffer=buffer)
            if booking.is_group:
                for customer in customers:
                    self._diary.take_place(booking, customer)
            bookings.put(booking)
            self._work.outbox.announce("booking.created", booking)
            made.append(booking)
        return made[0]

    def change(self, booking_id: int, change: BookingChange) -> None:
        """Move a booking, for everybody in it, and write its note.

        Raises NotFound, Forbidden, RuleBroken `ends_before_start` | `too_long`, MoveRefused, RuleBroken `blocked`,
        NoPlacesLeft, in this order.
        """
        before = self._booking(booking_id)
        span = _span(change, longest=LONGEST_BOOKING, too_long="too_long")
        LIFECYCLE.after(before.status, "move")
        after = msgspec.structs.replace(before, merchant_note=change.merchant_note or "")
        if span != before.span:
            service = self._work.records(SERVICES).get(before.service_id)
            # From the service's own phases, so that moving there and back changes nothing.
            phases = fit(service.timing, span.ends_at - span.starts_at)
            after = msgspec.structs.replace(after, starts_at=span.starts_at, ends_at=span.ends_at, phases=phases)
            self._diary.take_time(after, buffer=buffer_of(service, self.merchant()))
        self._work.records(BOOKINGS).put(after)
        self._work.outbox.announce("booking.updated", after)

    def cancel(self, booking_id: int, reason: str) -> None:
        """Cancel a booking for all who take part, even when it is over. Raises NotFound, Forbidden, MoveRefused."""
        before = self._booking(booking_id)
        status = LIFECYCLE.after(before.status, "cancel")
        self._diary.free_time(before)
        if before.is_group:
            for participant in before.active:
                self._diary.free_place(before, participant.customer_id)
        after = msgspec.structs.replace(
            before, status=status, cancelled_by_merchant_at=self._now, cancellation_reason=reason
        )
        self._work.records(BOOKINGS).put(after)
        self._work.outbox.announce("booking.cancelled", after)

    def calendar(
        self, start: datetime | date, end: datetime | date, *, include_cancelled: bool
    ) -> tuple[list[CalendarRow], list[CalendarBlock]]:
        """The bookings that overlap a range, a row for each participant, and the blocks that overlap or touch it.

        A date is a local day of the merchant: *start* its beginning, *end* its end.

        Raises RuleBroken `range_reversed`.
        """
        merchant = self.merchant()
        start = start if isinstance(start, datetime) else local_moment(start, time.min, merchant.zone)
        end = end if isinstance(end, datetime) else local_moment(end + timedelta(days=1), time.min, merchant.zone)
        if end < start:
            raise RuleBroken("range_reversed", "a range ends after it starts", field="end")
        high = microseconds(end)
        earliest = microseconds(start - LONGEST_BOOKING)
        bookings = [
            booking
            for booking in self._work.records(BOOKINGS).between(BOOKINGS_OF_MERCHANT, merchant.id, earliest, high)
            if booking.ends_at > start and (include_cancelled or not booking.is_cancelled)
        ]
        blocked = self._work.records(BLOCKED_TIMES)
        earliest = microseconds(start - LONGEST_BUSY)
        blocks = [
            block
            for block in blocked.between(BLOCKED_OF_MERCHANT, merchant.id, earliest, high + 1)
            if block.busy_to >= start
        ]
        types = {each.id: each for each in self.blocked_types()}
        return (
            list(self._rows(merchant, sorted(bookings, key=_id))),
            [CalendarBlock(block, types.get(block.type_id or 0)) for block in sorted(blocks, key=_id)],
        )

    def _rows(self, merchant: Merchant, bookings: Iterable[Booking]) -> Iterator[CalendarRow]:
        # Looked up once, not once a row: a month has thousands of rows.
        services = {each.id: each for each in self._work.records(SERVICES).page(SERVICES_OF_MERCHANT, merchant.id)}
        customer_of = self._work.records(CUSTOMERS).get
        for booking in bookings:
            service = services[booking.service_id]
            shown = booking.participants if booking.is_cancelled else booking.active
            for participant in shown:
                yield CalendarRow(booking, service, participant, customer_of(participant.customer_id))
            if not shown:
                yield CalendarRow(booking, service, None, None)

    def _starts(self, merchant: Merchant, wanted: MerchantBooking) -> Sequence[datetime]:
        rule = wanted.recurrence_rule
        return [wanted.starts_at] if rule is None else self._occurrences(merchant, wanted.starts_at, rule)

    def _occurrences(self, merchant: Merchant, starts_at: datetime, rule: RecurrenceRule) -> Sequence[datetime]:
        until = rule.until
        end = months_after(max(starts_at, self._now), HORIZON_MONTHS, merchant.zone) if until is None else until
        return occurrences(
            Rule(rule.frequency, rule.interval or 1, rule.weekdays or (), end),
            starts_at,
            merchant.zone,
            not_before=self._now,
            most=MOST_OCCURRENCES,
        )

    def _booking(self, booking_id: int) -> Booking:
        booking = self._register.booking(booking_id)
        if booking.merchant_id != self.merchant().id:
            raise Forbidden("not authorized to access this booking")
        return booking

    # Who works here

    def team(self) -> Sequence[Employee]:
        return self._work.records(EMPLOYEES).page(EMPLOYEES_OF_MERCHANT, self.merchant().id)

    def team_member(self, employee_id: int) -> Employee:
        merchant = self.merchant()
        employee = self._work.records(EMPLOYEES).find(employee_id)
        if employee is None or employee.merchant_id != merchant.id:
            raise NotFound("team_member", employee_id)
        return employee

    def services(self) -> tuple[Merchant, Sequence[Service]]:
        merchant = self.merchant()
        return merchant, self._work.records(SERVICES).page(SERVICES_OF_MERCHANT, merchant.id)

    def merchant(self) -> Merchant:
        if not self._caller.tenant:
            raise Forbidden("this operation needs a merchant's token")
        return self._register.merchant(self._caller.tenant)

    def _employee(self) -> Employee:
        """The merchant's first employee of the caller's role."""
        return next(each for each in self.team() if each.role == self._caller.role)

    # Who comes here

    def customers(self) -> Sequence[CustomerCount]:
        merchant = self.merchant()
        found = self._work.records(CUSTOMERS).page(CUSTOMERS_OF_MERCHANT, merchant.id)
        return [self._count(customer) for customer in found]

    def customer(self, customer_id: str) -> CustomerCount:
        return self._count(self._register.customer(self.merchant(), customer_id))

    def add_customer(self, wanted: NewCustomer) -> Customer:
        person = {**msgspec.structs.asdict(wanted), "birthday": wanted.day_of_birth}
        return self._register.new_customer(self.merchant(), **person)

    def blacklist(self, customer_id: str, wanted: Blacklisting) -> None:
        """From now on the customer books nothing here; what they have booked stays.

        Raises NotFound, RuleBroken `customer_id_mismatch`.
        """
        customer = self._register.customer(self.merchant(), customer_id)
        if wanted.id.lower() != customer.id:
            raise RuleBroken("customer_id_mismatch", f"{wanted.id} is not {customer.id}", field="id")
        self._mark(customer, is_blacklisted=True, blacklist_reason=wanted.blacklist_reason)

    def unblacklist(self, customer_id: str) -> None:
        customer = self._register.customer(self.merchant(), customer_id)
        self._mark(customer, is_blacklisted=False, blacklist_reason=None)

    def _mark(self, customer: Customer, *, is_blacklisted: bool, blacklist_reason: str | None) -> None:
        marked = msgspec.structs.replace(customer, is_blacklisted=is_blacklisted, blacklist_reason=blacklist_reason)
        self._work.records(CUSTOMERS).put(marked)

    def _customer(self, merchant: Merchant, person: Person) -> Customer:
        if person.id is not None:
            return self._register.customer(merchant, person.id)
        return self._register.new_customer(
            merchant,
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            phone_number=person.phone_number,
        )

    def _count(self, customer: Customer) -> CustomerCount:
        bookings = self._work.records(BOOKINGS)
        kept, cancelled = (
            bookings.count(BOOKINGS_OF_CUSTOMER, customer_group(customer.id, status))
            for status in (Status.BOOKED, Status.CANCELLED)
        )
        return CustomerCount(customer, kept + cancelled, cancelled)

    # When nobody can come

    def blocked_types(self) -> Sequence[BlockedType]:
        return self._work.records(BLOCKED_TYPES).page(BLOCKED_TYPES_OF_MERCHANT, self.merchant().id)

    def block(self, wanted: NewBlockedTime) -> BlockedTime:
        """Block the caller's own time. What is booked in it stays booked.

        Raises NotFound for the type, RuleBroken `ends_before_start` | `block_too_long`.
        """
        employee = self._employee()
        block_id = self._work.records(BLOCKED_TIMES).next_id(MERCHANT_NUMBERS[self.merchant().slug])
        return self._put_block(wanted, block_id=block_id, employee_id=employee.id)

    def change_block(self, block_id: int, change: NewBlockedTime) -> None:
        """Raises NotFound, Forbidden, RuleBroken `id_mismatch`, and what `block` raises."""
        before = self._blocked(block_id)
        if change.id != block_id:
            raise RuleBroken("id_mismatch", f"{change.id} is not {block_id}", field="id")
        self._put_block(change, block_id=block_id, employee_id=before.employee_id)

    def unblock(self, block_id: int) -> None:
        self._work.records(BLOCKED_TIMES).delete(self._blocked(block_id).id)

    def _blocked(self, block_id: int) -> BlockedTime:
        merchant = self.merchant()
        block = self._work.records(BLOCKED_TIMES).find(block_id)
        if block is None:
            raise NotFound("blocked_time", block_id)
        if block.merchant_id != merchant.id:
            raise Forbidden("not authorized to access this blocked time")
        return block

    def _put_block(self, wanted: NewBlockedTime, *, block_id: int, employee_id: int) -> BlockedTime:
        merchant = self.merchant()
        kind = wanted.blocked_type_id
        if kind is not None and kind not in {each.id for each in self.blocked_types()}:
            raise NotFound("blocked_type", kind)
        span = _span(wanted, longest=LONGEST_BLOCK, too_long="block_too_long")
        busy = whole_days(span, merchant.zone) if wanted.all_day else span
        block = BlockedTime(
            id=block_id,
            merchant_id=merchant.id,
            employee_id=employee_id,
            name=wanted.name,
            type_id=kind,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            all_day=wanted.all_day,
            busy_from=busy.starts_at,
            busy_to=busy.ends_at,
        )
        self._work.records(BLOCKED_TIMES).put(block)
        return block


def _span(wanted: BookingChange | NewBlockedTime, *, longest: timedelta, too_long: str) -> Span:
    if wanted.ends_at <= wanted.starts_at:
        raise RuleBroken("ends_before_start", "it ends after it starts", field="to_date")
    span = Span(wanted.starts_at, wanted.ends_at)
    if span.ends_at - span.starts_at > longest:
        raise RuleBroken(too_long, f"it lasts at most {longest.days} days", field="to_date")
    return span


def _type_of(service: Service, *, is_recurring: bool) -> BookingType:
    if not service.is_group:
        return BookingType.APPOINTMENT
    return BookingType.CLASS if is_recurring else BookingType.EVENT


def _id(record: Booking | BlockedTime) -> int:
    return record.id
