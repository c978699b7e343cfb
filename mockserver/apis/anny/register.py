"""Finding records, and whose they are. All that is changed is changed in `desk`."""

import re
from typing import TypeVar

from mockserver.apis.anny.numbering import uuid_named, uuid_of
from mockserver.apis.anny.offers import (
    ADD_ONS,
    FORMS,
    POLICIES,
    RESOURCES,
    RESOURCES_BY_SLUG,
    SERVICES,
    AddOn,
    Form,
    PolicyRecord,
    Resource,
    Service,
)
from mockserver.apis.anny.records import (
    ACCOUNTS,
    ACCOUNTS_BY_EMAIL,
    BOOKINGS,
    BOOKINGS_BY_CODE,
    BOOKINGS_BY_NUMBER,
    BOOKINGS_OF_SERIES,
    CUSTOMERS,
    INVOICES,
    ORDERS,
    Booking,
    Customer,
    CustomerAccount,
    Invoice,
    Order,
)
from mockserver.apis.anny.viewers import Part, Role, Viewer
from mockserver.apis.refusals import Forbidden
from mockserver.booking.errors import NotFound
from mockserver.booking.ports import Kind, Record
from mockserver.sandbox.subscriptions import Subscription
from mockserver.sandbox.work import Work

__all__ = ["Register", "account_named", "address_of"]

R = TypeVar("R", bound=Record)

_NUMBER = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


class Register:
    """Raises NotFound for what is not there, Forbidden for what is not the viewer's."""

    __slots__ = ("_work",)

    def __init__(self, work: Work) -> None:
        self._work = work

    # What a path names: existence first, then whose it is.

    def booking(self, text: str, viewer: Viewer) -> tuple[Booking, Part]:
        """A booking the viewer may read, and how they stand to it."""
        booking = self._numbered(BOOKINGS, "booking", text)
        part = viewer.part_in(booking)
        if not part.may_read:
            # Who has no token got here with the hash of a terminal.
            unknown = viewer.role is Role.STRANGER
            if unknown:
                raise Forbidden("no terminal has this hash").under("AN-L07")
            raise Forbidden("this booking is somebody else's").under("AN-A05", "AN-A10")
        return booking, part

    def booking_known_by(self, *, number: str | None = None, code: str | None = None) -> Booking:
        """The booking with a number, or else with a code, whoever asks."""
        index, text = (BOOKINGS_BY_CODE, code) if number is None else (BOOKINGS_BY_NUMBER, number)
        found = self._work.records(BOOKINGS).page(index, text or "")
        if not found:
            raise NotFound("booking", text)
        return found[0]

    def order(self, text: str, viewer: Viewer, *, access_token: str | None = None) -> Order:
        order = self._numbered(ORDERS, "order", text)
        if not viewer.owns(order) and access_token != order.access_token:
            rules = ("AN-A15", "AN-C11") if access_token is None else ("AN-C11", "AN-A15")
            raise Forbidden("this order is somebody else's").under(*rules)
        return order

    def invoice(self, text: str, viewer: Viewer) -> Invoice:
        invoice = self._numbered(INVOICES, "invoice", text)
        if not viewer.owns(invoice):
            raise Forbidden("this invoice is somebody else's").under("AN-A15", "AN-A05")
        return invoice

    def customer(self, text: str, viewer: Viewer) -> Customer:
        customer = self._work.records(CUSTOMERS).find(text.lower())
        if customer is None:
            raise NotFound("customer", text)
        if not viewer.owns(customer):
            raise Forbidden("this customer is somebody else's").under("AN-A05")
        return customer

    def subscription(self, text: str) -> Subscription:
        return self._numbered(self._work.domain.subscriptions.kind, "webhook subscription", text)

    def resource(self, text: str) -> Resource:
        """By id or slug; an archived one is not there."""
        resource = self._work.records(RESOURCES).find(text.lower())
        if resource is None:
            found = self._work.records(RESOURCES).page(RESOURCES_BY_SLUG, text, limit=1)
            resource = found[0] if found else None
        if resource is None or resource.is_archived:
            raise NotFound("resource", text).under("AN-A04")
        return resource

    def service(self, text: str) -> Service:
        service = self._work.records(SERVICES).find(text.lower())
        if service is None:
            raise NotFound("service", text)
        return service

    # What a record names is there.

    def resource_of(self, booking: Booking) -> Resource:
        return self._work.records(RESOURCES).get(booking.resource_id)

    def service_of(self, booking: Booking) -> Service | None:
        """None of a blocker."""
        return None if booking.service_id is None else self._work.records(SERVICES).get(booking.service_id)

    def order_of(self, booking: Booking) -> Order | None:
        """None of a blocker."""
        return None if booking.order_id is None else self._work.records(ORDERS).get(booking.order_id)

    def ordered_as(self, booking: Booking) -> Order:
        """The order of what is no blocker."""
        assert booking.order_id is not None  # noqa: S101 - the caller knows
        return self._work.records(ORDERS).get(booking.order_id)

    def customer_of(self, record: Booking | Order) -> Customer | None:
        return None if record.customer_id is None else self._work.records(CUSTOMERS).get(record.customer_id)

    def policy_of(self, service: Service | None) -> PolicyRecord | None:
        if service is None or service.policy_id is None:
            return None
        return self._work.records(POLICIES).get(service.policy_id)

    def form_of(self, service: Service) -> Form | None:
        return None if service.form_id is None else self._work.records(FORMS).get(service.form_id)

    def add_on(self, add_on_id: str) -> AddOn | None:
        return self._work.records(ADD_ONS).find(add_on_id)

    def bookings_of(self, order: Order) -> list[Booking]:
        return [self._work.records(BOOKINGS).get(number) for number in order.booking_ids]

    def dates_of(self, booking: Booking) -> list[Booking]:
        """The dates of the series a booking belongs to, by start, without the master; none where there is no series."""
        if booking.series_id is None:
            return []
        return list(self._work.records(BOOKINGS).page(BOOKINGS_OF_SERIES, booking.series_id))

    # People

    def account(self, name: str) -> CustomerAccount:
        """Whom a token stands for. Who is new is kept with their first write, see `desk.people`."""
        found = self._work.records(ACCOUNTS).page(ACCOUNTS_BY_EMAIL, address_of(name), limit=1)
        return found[0] if found else account_named(name)

    # What is new

    def new_uuid(self, kind: str) -> str:
        return uuid_of(kind, self._work.next_id(f"anny.{kind}"))

    def _numbered(self, kind: Kind[R], name: str, text: str) -> R:
        record = self._work.records(kind).find(int(text)) if _NUMBER.fullmatch(text) else None
        if record is None:
            raise NotFound(name, text).under("AN-A04")
        return record


def address_of(name: str) -> str:
    return f"{name}@example.com"


def account_named(name: str) -> CustomerAccount:
    """The account of an `anny_customer_NAME` whom no world knows: always the same one, `ben_ten` being Ben Ten."""
    given, *rest = [part.capitalize() for part in re.findall(r"[a-z0-9]+", name)] or [name]
    return CustomerAccount(
        id=uuid_named("customer_account", name),
        customer_id=uuid_named("customer", name),
        email=address_of(name),
        given_name=given,
        family_name=" ".join(rest) or None,
    )
