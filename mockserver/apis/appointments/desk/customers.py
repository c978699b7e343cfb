"""What a customer does: books, joins a group, looks at a booking, cancels it."""

import msgspec

from mockserver.apis.appointments.auth import MERCHANT_NUMBERS, name_of
from mockserver.apis.appointments.desk.diary import Diary
from mockserver.apis.appointments.desk.register import Register
from mockserver.apis.appointments.records import (
    BOOKINGS,
    LIFECYCLE,
    LOCATIONS,
    MERCHANTS,
    PARTICIPATION,
    SERVICES,
    Booking,
    BookingType,
    Customer,
    Location,
    Merchant,
    Participant,
    Service,
    Status,
)
from mockserver.apis.appointments.requests import CustomerBooking
from mockserver.apis.appointments.terms import booking_window, buffer_of, deadline_of, openings_of
from mockserver.apis.refusals import Forbidden
from mockserver.booking.cancellation import deadline_at, ensure_before_deadline
from mockserver.booking.errors import NotFound, RuleBroken, TooLate
from mockserver.booking.schedule import lies_open, total_length
from mockserver.sandbox.work import Work

__all__ = ["CustomerDesk"]


class CustomerDesk:
    """The use cases of one person, who may be a customer of many merchants."""

    __slots__ = ("_diary", "_now", "_register", "_user", "_work")

    def __init__(self, work: Work, user: str) -> None:
        self._work = work
        self._user = user
        self._now = work.this_second
        self._register = Register(work)
        self._diary = Diary(work)

    def book(self, wanted: CustomerBooking) -> Booking:
        """Make an appointment, or take a place in the group booking named.

        Raises, in this order:
            NotFound: The merchant, the service, the location or the group booking.
            RuleBroken: 400s of the rules, then `already_started`, `closed`, `blocked`.
            MoveRefused: The group booking is cancelled, or the customer is in it.
            NoPlacesLeft: The time is taken, or the group is full.
        """
        merchant = self._register.merchant(wanted.merchant_name)
        service = self._register.service(merchant, wanted.service_id)
        location = self._register.location(merchant, wanted.location_id)
        if wanted.booking_id is not None:
            return self._join(self._register.booking(wanted.booking_id), merchant, service, location, wanted)
        return self._make(merchant, service, location, wanted)

    def booking(self, booking_id: int) -> tuple[Booking, Participant]:
        """A booking the customer takes part in, or has left. Raises NotFound, Forbidden."""
        booking = self._register.booking(booking_id)
        return booking, self._participant(booking)

    def surroundings(self, booking: Booking) -> tuple[Merchant, Service, Location]:
        """What a booking is of."""
        return (
            self._work.records(MERCHANTS).get(booking.merchant_id),
            self._work.records(SERVICES).get(booking.service_id),
            self._work.records(LOCATIONS).get(booking.location_id),
        )

    def cancel(self, booking_id: int, merchant_name: str) -> None:
        """Cancel an appointment; leave a group, which stays.

        Raises NotFound, Forbidden, MoveRefused when it is cancelled or left already, TooLate.
        """
        booking = self._register.booking(booking_id)
        merchant = self._register.merchant(merchant_name)
        if booking.merchant_id != merchant.id:
            raise NotFound("booking", booking_id)
        participant = self._participant(booking)
        status = LIFECYCLE.after(booking.status, "cancel")
        left = msgspec.structs.replace(participant, status=PARTICIPATION.after(participant.status, "leave"))
        service = self._work.records(SERVICES).get(booking.service_id)
        until_at = deadline_at(booking.starts_at, deadline_of(service, merchant))
        ensure_before_deadline("cancelling", until_at=until_at, now=self._work.now)
        if self._work.now >= booking.starts_at:  # a deadline of 0 hours lasts to the start, which it does not include
            raise TooLate("cancelling", deadline_at=booking.starts_at)
        if booking.is_group:
            self._diary.free_place(booking, participant.customer_id)
            status = booking.status
        else:
            self._diary.free_time(booking)
        after = _with_participant(msgspec.structs.replace(booking, status=status), left)
        self._work.records(BOOKINGS).put(after)
        self._work.outbox.announce("booking.left" if booking.is_group else "booking.cancelled", after)

    def _make(self, merchant: Merchant, service: Service, location: Location, wanted: CustomerBooking) -> Booking:
        if service.is_group:
            raise RuleBroken("group_needs_booking", "a group service is booked by joining")
        starts_at = wanted.starts_at
        if starts_at < self._now:
            raise RuleBroken("starts_in_past", "the start is in the past")
        earliest, latest = booking_window(service, merchant, self._now)
        if not earliest <= starts_at <= latest:
            raise RuleBroken("outside_window", "the start is outside the booking window")
        customer = self._customer_at(merchant)
        booking = Booking(
            id=self._work.records(BOOKINGS).next_id(MERCHANT_NUMBERS[merchant.slug]),
            merchant_id=merchant.id,
            service_id=service.id,
            location_id=location.id,
            employee_id=None,
            type=BookingType.APPOINTMENT,
            status=Status.BOOKED,
            starts_at=starts_at,
            ends_at=starts_at + total_length(service.timing),
            phases=service.timing,
            participants=(Participant(customer.id, wanted.customer_note),),
            min_participants=service.min_participants,
            max_participants=service.max_participants,
            merchant_note=None,
        )
        if self._work.settings().business_hours and not lies_open(booking.span, openings_of(merchant, starts_at)):
            raise RuleBroken("closed", "the merchant is closed")
        self._diary.take_time(booking, buffer=buffer_of(service, merchant))
        self._work.records(BOOKINGS).put(booking)
        self._work.outbox.announce("booking.created", booking)
        return booking

    def _join(
        self, booking: Booking, merchant: Merchant, service: Service, location: Location, wanted: CustomerBooking
    ) -> Booking:
        if not booking.is_group:
            raise RuleBroken("not_a_group", "an appointment cannot be joined")
        if (booking.merchant_id, booking.service_id, booking.location_id) != (merchant.id, service.id, location.id):
            raise RuleBroken("group_mismatch", "the group booking is of something else")
        customer = self._customer_at(merchant)
        LIFECYCLE.after(booking.status, "join")
        if self._work.now >= booking.starts_at:
            raise RuleBroken("already_started", "the group has started")
        before = booking.participant(customer.id)
        if before is not None:
            PARTICIPATION.after(before.status, "join")
        self._diary.take_place(booking, customer.id)
        after = _with_participant(booking, Participant(customer.id, wanted.customer_note))
        self._work.records(BOOKINGS).put(after)
        self._work.outbox.announce("booking.joined", after)
        return after

    def _participant(self, booking: Booking) -> Participant:
        customer = self._register.customer_of(booking.merchant_id, self._user)
        found = None if customer is None else booking.participant(customer.id)
        if found is None:
            raise Forbidden("not authorized to access this booking")
        return found

    def _customer_at(self, merchant: Merchant) -> Customer:
        """The merchant's record of the customer, made with their first booking. Raises RuleBroken `blacklisted`."""
        customer = self._register.customer_of(merchant.id, self._user)
        if customer is None:
            first_name, last_name = name_of(self._user)
            customer = self._register.new_customer(
                merchant, user=self._user, first_name=first_name, last_name=last_name
            )
        if customer.is_blacklisted:
            raise RuleBroken("blacklisted", "the merchant takes no bookings of this customer")
        return customer


def _with_participant(booking: Booking, participant: Participant) -> Booking:
    """The booking with a participant's share as it is now; somebody new comes last."""
    others = [participant if each.customer_id == participant.customer_id else each for each in booking.participants]
    if participant not in others:
        others.append(participant)
    return msgspec.structs.replace(booking, participants=tuple(others))
