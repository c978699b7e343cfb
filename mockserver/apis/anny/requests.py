"""What clients of the anny API send to book, as records: parsed once, from a body the contract has let through.

Moments come as text, with any offset and any fraction of a second; from here on they are UTC, in whole seconds.
"""

import re
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from mockserver.apis.anny.records import Customer
from mockserver.apis.moments import read_moment
from mockserver.apis.refusals import BadInput
from mockserver.booking.spans import Span

__all__ = [
    "ID",
    "BaseDataEdit",
    "Checkout",
    "GivenParticipant",
    "ParticipantsEdit",
    "Person",
    "Selection",
    "ServiceOptionsEdit",
    "Wish",
    "read_cart_booking",
    "read_checkout",
    "read_instant_booking",
    "read_span",
]

ID = re.compile(r"[0-9a-fA-F-]{1,36}", re.ASCII)


def read_span(start: str, end: str) -> Span:
    """Raises BadInput of `end_date` when it is not after the start."""
    return _span(read_moment(start), read_moment(end))


def _span(starts_at: datetime, ends_at: datetime) -> Span:
    if ends_at <= starts_at:
        raise BadInput("body", "end_date", "must be after start_date").under("AN-V12")
    return Span(starts_at, ends_at)


class Selection(msgspec.Struct, frozen=True, gc=False):
    """So many of an add-on; 0 is none."""

    add_on_id: str
    quantity: int


class Wish(msgspec.Struct, frozen=True, dict=True, rename={"sent_start": "start_date", "sent_end": "end_date"}):
    """What somebody wants to book, at once or into a cart. What its members may not mean together, they raise when asked.

    Attributes:
        service: An id, or an id and how many places.
        resource: An id, or several of which the first that is free is wanted.
    """

    sent_start: str
    sent_end: str
    service: str | dict[str, int] = msgspec.field(name="service_id")
    resource: str | tuple[str, ...] = msgspec.field(name="resource_id")
    description: str | None = None
    customer_note: str | None = None
    add_ons_by_service: dict[str, tuple[tuple[Selection, ...], ...]] = {}
    booking_add_ons: tuple[Selection, ...] = ()

    @property
    def service_id(self) -> str:
        """Raises BadInput when it is no id: the contract cannot say so of the name of a member."""
        found = self.service if isinstance(self.service, str) else next(iter(self.service))
        if not ID.fullmatch(found):
            raise BadInput("body", "service_id", "must have the id of a service as its member").under("AN-N11")
        return found

    @property
    def weight(self) -> int:
        """How many places are wanted."""
        return 1 if isinstance(self.service, str) else next(iter(self.service.values()))

    @property
    def resources(self) -> tuple[tuple[str, str], ...]:
        """The ids of resources, each with its JSON pointer."""
        if isinstance(self.resource, str):
            return ((self.resource, "/resource_id"),)
        return tuple((each, f"/resource_id/{number}") for number, each in enumerate(self.resource))

    @cached_property
    def span(self) -> Span:
        """Raises BadInput, see `read_span`."""
        return read_span(self.sent_start, self.sent_end)

    @property
    def add_ons(self) -> tuple[tuple[Selection, ...], tuple[str, ...]]:
        """The selection, and the way to it in the body.

        Raises:
            BadInput: It is for another service.
        """
        for service_id, selections in self.add_ons_by_service.items():
            steps = ("add_ons_by_service", service_id)
            if service_id.lower() != self.service_id.lower():
                raise BadInput("body", ".".join(steps), "must be the service of service_id", steps).under("AN-C12")
            return (selections[0], (*steps, "0")) if selections else ((), steps)
        return self.booking_add_ons, ("booking_add_ons",)


class GivenParticipant(msgspec.Struct, frozen=True, gc=False):
    """Somebody who is to take part."""

    email: str
    name: str | None = None
    can_edit: bool = False
    attending_virtually: bool = False

    @property
    def address(self) -> str:
        return self.email.lower()


class ParticipantsEdit(msgspec.Struct, frozen=True, gc=False):
    participants: tuple[GivenParticipant, ...]


class ServiceOptionsEdit(msgspec.Struct, frozen=True, gc=False):
    addons: tuple[Selection, ...]


class BaseDataEdit(msgspec.Struct, frozen=True, rename={"sent_start": "start_date", "sent_end": "end_date"}):
    """Where a booking is to go; what is None stays."""

    sent_start: str | None = None
    sent_end: str | None = None
    resource_id: str | None = None

    def moved(self, span: Span) -> Span:
        """Where a booking of *span* goes: a new start alone keeps its length. Raises BadInput of `end_date`."""
        starts_at = span.starts_at if self.sent_start is None else read_moment(self.sent_start)
        if self.sent_end is not None:
            ends_at = read_moment(self.sent_end)
        else:
            ends_at = span.ends_at + (starts_at - span.starts_at)
        return _span(starts_at, ends_at)


class Person(msgspec.Struct, frozen=True, gc=False):
    given_name: str
    family_name: str
    email: str

    def is_like(self, customer: Customer) -> bool:
        """Whether a customer is known by the same name and address."""
        names = (customer.given_name, customer.family_name)
        return names == (self.given_name, self.family_name) and customer.email.lower() == self.email.lower()


class Checkout(msgspec.Struct, frozen=True):
    """How a cart is submitted. That the terms are accepted, the contract has seen to."""

    customer: Person | None = None


def read_instant_booking(body: Any) -> Wish:
    """An instant booking is of one resource and has no add-ons, whatever else the body says."""
    return msgspec.convert({name: body[name] for name in _INSTANT}, Wish)


_INSTANT = ("start_date", "end_date", "resource_id", "service_id")


def read_cart_booking(body: Any) -> Wish:
    return msgspec.convert(body, Wish)


def read_checkout(body: Any) -> Checkout:
    return msgspec.convert(body, Checkout)
