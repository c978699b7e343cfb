"""Finding what a request names; whatever belongs to another merchant than the one asked is not there."""

from mockserver.apis.appointments.records import (
    BOOKINGS,
    CUSTOMERS,
    CUSTOMERS_OF_USER,
    LOCATIONS,
    MERCHANTS,
    MERCHANTS_BY_SLUG,
    SERVICES,
    Booking,
    Customer,
    Location,
    Merchant,
    Service,
)
from mockserver.booking.errors import NotFound
from mockserver.sandbox.randomness import draw, uuid7
from mockserver.sandbox.work import Work

__all__ = ["Register"]


class Register:
    __slots__ = ("_work",)

    def __init__(self, work: Work) -> None:
        self._work = work

    def merchant(self, slug: str) -> Merchant:
        found = self._work.records(MERCHANTS).page(MERCHANTS_BY_SLUG, slug, limit=1)
        if not found:
            raise NotFound("merchant", slug)
        return found[0]

    def service(self, merchant: Merchant, service_id: int) -> Service:
        service = self._work.records(SERVICES).find(service_id)
        if service is None or service.merchant_id != merchant.id:
            raise NotFound("service", service_id)
        return service

    def location(self, merchant: Merchant, location_id: int) -> Location:
        location = self._work.records(LOCATIONS).find(location_id)
        if location is None or location.merchant_id != merchant.id:
            raise NotFound("location", location_id)
        return location

    def booking(self, booking_id: int) -> Booking:
        """Whoever's it is: that a booking exists is no secret here, see SOURCES.md."""
        booking = self._work.records(BOOKINGS).find(booking_id)
        if booking is None:
            raise NotFound("booking", booking_id)
        return booking

    def customer(self, merchant: Merchant, customer_id: str) -> Customer:
        customer = self._work.records(CUSTOMERS).find(customer_id.lower())
        if customer is None or customer.merchant_id != merchant.id:
            raise NotFound("customer", customer_id)
        return customer

    def customer_of(self, merchant_id: str, user: str) -> Customer | None:
        """The record a merchant has of a user."""
        found = self._work.records(CUSTOMERS).page(CUSTOMERS_OF_USER, f"{merchant_id}/{user}", limit=1)
        return found[0] if found else None

    def new_customer(
        self,
        merchant: Merchant,
        *,
        user: str | None = None,
        first_name: str | None,
        last_name: str | None,
        email: str | None = None,
        phone_number: str | None = None,
        birthday: str | None = None,
        note: str | None = None,
    ) -> Customer:
        customers = self._work.records(CUSTOMERS)
        now = self._work.now
        chance = draw(self._work.seed, "appointments", "customer", customers.next_id())
        customer = Customer(
            id=uuid7(now, chance),  # as the vendor mints them
            merchant_id=merchant.id,
            user=user,
            first_name=first_name,
            last_name=last_name,
            email=email,
            phone_number=phone_number,
            birthday=birthday,
            note=note,
        )
        customers.put(customer)
        return customer
