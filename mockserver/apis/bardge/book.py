"""Writes a world: what every world offers, and on it clients, passes, classes at their times, bookings, sessions, lookups.

What a world begins with comes to be without a desk, so what goes with it is written here as well: the place of a booking,
the timer for what time does to it next, the entries that a balance is made of.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mockserver.apis.bardge.blueprint import Blueprint, Records
from mockserver.apis.bardge.desk.coverage import covered_tiers
from mockserver.apis.bardge.desk.diary import hours_of, places_of
from mockserver.apis.bardge.desk.register import duration_end, id_of, tx_ref_of
from mockserver.apis.bardge.desk.sessions import SESSION_LIFETIME
from mockserver.apis.bardge.desk.timetable import next_event
from mockserver.apis.bardge.records import (
    BOOKINGS,
    CLAIMS,
    CLIENTS,
    CREDITS,
    INSTANCES,
    ISSUED_PASSES,
    LOOKUPS,
    SERIAL,
    SESSIONS,
    Booking,
    BookingType,
    Category,
    ClassInstance,
    Client,
    CreditEntry,
    IssuedPass,
    Lookup,
    LookupStatus,
    Outcome,
    Session,
    SessionKind,
    SessionStatus,
    Status,
    Taken,
    client_key,
)
from mockserver.apis.bardge.terms import appointment
from mockserver.booking.ledger import Claim, Pool, Seat
from mockserver.booking.spans import Span
from mockserver.sandbox.domains import SeedWorld
from mockserver.sandbox.timers import Timer, TimerKind

__all__ = ["TIMERS", "Book", "Transaction"]

TIMERS = TimerKind("bardge").kind

Transaction = tuple[datetime, int, str]
"""(when, how many credits came, what for)."""

_AT_ONCE = timedelta(0)
"""How long venues take to accept what a world begins with."""

_LATER = timedelta(hours=1)
"""From a booking to its cancellation."""

_KNOWN_FOR = timedelta(days=90)
"""So long before the world begins its clients got their passcodes: before the first of their passes."""

_TAKES_PLACES = {Status.PENDING, Status.CONFIRMED, Status.COMPLETED}


class Book:
    """A world while it is written. Whatever is named by an id was written before.

    Args:
        now: When the world is true: what time would have done by then is done already.
    """

    def __init__(self, blueprint: Blueprint, seed: int, now: datetime) -> None:
        self.blueprint = blueprint
        self.now = now
        self.instances: dict[str, ClassInstance] = {}
        self._seed = seed
        self._serial = blueprint.last_serial
        self._records: Records = list(blueprint.records)
        self._clients: dict[str, Client] = {}
        self._passes: dict[str, IssuedPass] = {}
        self._bookings: dict[str, Booking] = {}
        self._entries: list[CreditEntry] = []
        self._timers = 0

    def world(self) -> SeedWorld:
        """Bookings are counted in the order in which they were made, credits in that in which they came and went."""
        for booking in sorted(self._bookings.values(), key=lambda each: each.created_at):
            self._keep_booking(booking)
        for number, entry in enumerate(sorted(self._entries, key=lambda each: each.at), start=1):
            self._records.append((CREDITS, msgspec.structs.replace(entry, id=number)))
        return SeedWorld(self._records, {SERIAL: self._serial})

    def new_id(self, prefix: str) -> str:
        return id_of(self._seed, self._next_serial(), prefix)

    # For whom

    def client(self, document: Mapping[str, Any]) -> None:
        """Keep `{id, reseller, first_name, last_name, email, phone, passcode}`."""
        client_id, reseller_id = document["id"], document["reseller"]
        renamed = {
            "id": client_key(reseller_id, client_id),
            "client_id": client_id,
            "reseller_id": reseller_id,
            "passcode_at": self.now - _KNOWN_FOR,
        }
        client = self._clients[client_id] = msgspec.convert({**document, **renamed}, Client)
        self._records.append((CLIENTS, client))

    def credits(self, client_id: str, balance: int, transactions: Sequence[Transaction]) -> None:
        """Keep what a balance is made of: what the transactions do not say came with the client's pass.

        Raises:
            ValueError: The client has no pass.
        """
        client = self._clients[client_id]
        rest = balance - sum(amount for _, amount, _ in transactions)
        if rest:
            granted = next((each for each in self._passes.values() if each.client == client.id), None)
            if granted is None:
                raise ValueError(f"{client_id} has {rest} credits from nowhere")
            name = self.blueprint.products[granted.product_id].name
            transactions = [(granted.created_at, rest, f"Pass — {name}"), *transactions]
        self._entries += [
            CreditEntry(id=0, client=client.id, amount=amount, description=description, at=at)
            for at, amount, description in transactions
        ]

    def issued_pass(
        self,
        pass_id: str,
        *,
        client_id: str,
        product_id: str,
        starts_at: datetime,
        ends_at: datetime | None,
        visits_used: Mapping[str, int],
        is_cancelled: bool,
    ) -> None:
        """Keep a pass that was issued when it begins; without *ends_at* it is valid as long as its product says."""
        client = self._clients[client_id]
        serial = self._next_serial()
        self._passes[pass_id] = IssuedPass(
            id=pass_id,
            serial=serial,
            reseller_id=client.reseller_id,
            client=client.id,
            product_id=product_id,
            starts_at=starts_at,
            ends_at=ends_at or duration_end(starts_at, self.blueprint.products[product_id].duration),
            created_at=starts_at,
            transaction_id=id_of(self._seed, serial, "txn"),
            tx_ref=tx_ref_of(self._seed, serial),
            visits_used={Category(name): number for name, number in visits_used.items()},
            is_cancelled=is_cancelled,
        )
        self._records.append((ISSUED_PASSES, self._passes[pass_id]))

    def beginning_of(self, pass_id: str) -> datetime:
        return self._passes[pass_id].starts_at

    # What is booked

    def instance(self, instance: ClassInstance) -> None:
        self.instances[instance.id] = instance
        self._records.append((INSTANCES, instance))

    def class_booking(self, booking_id: str, *, instance_id: str, **fields: Any) -> None:
        """Keep a place in a class; *fields* as in `_booking`."""
        instance = self.instances[instance_id]
        gym_class = self.blueprint.classes[instance.class_id]
        self._bookings[booking_id] = self._booking(
            booking_id,
            type=BookingType.CLASS,
            branch_id=gym_class.branch_id,
            instance_id=instance_id,
            span=Span(instance.starts_at, instance.starts_at + timedelta(minutes=gym_class.minutes)),
            **fields,
        )

    def spa_booking(
        self, booking_id: str, *, branch_id: str, service_ids: Sequence[str], starts_at: datetime, **fields: Any
    ) -> None:
        """Keep an appointment; *fields* as in `_booking`."""
        self._bookings[booking_id] = self._booking(
            booking_id,
            type=BookingType.SPA,
            branch_id=branch_id,
            service_ids=tuple(service_ids),
            span=self._appointment(branch_id, service_ids, starts_at),
            **fields,
        )

    def _booking(
        self,
        booking_id: str,
        *,
        pass_id: str,
        reseller_id: str,
        status: str,
        created_at: datetime,
        branch_id: str,
        span: Span,
        took: Taken,
        **fields: Any,
    ) -> Booking:
        """*took* says what; the category of its visit is that of the venue."""
        if took.visits:
            took = msgspec.structs.replace(took, category=self.blueprint.branches[branch_id].category)
        return Booking(
            id=booking_id,
            serial=0,
            reseller_id=reseller_id,
            client=self._passes[pass_id].client,
            pass_id=pass_id,
            status=Status(status),
            branch_id=branch_id,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            took=took,
            created_at=created_at,
            updated_at=created_at,
            **fields,
        )

    def session(
        self,
        session_id: str,
        *,
        kind: str,
        reseller_id: str,
        pass_id: str,
        branch_id: str,
        instance_id: str | None,
        service_ids: Sequence[str],
        starts_at: datetime,
        ends_at: datetime,
    ) -> None:
        """Keep an open session, until *ends_at*.

        Args:
            kind: `spa`, or what the session of a class asks for: `visits` or `copay`. Appointments take a visit.
        """
        branch = self.blueprint.branches[branch_id]
        held = self._passes[pass_id]
        services = [service for service in branch.services if service.id in service_ids]
        session = Session(
            id=session_id,
            reseller_id=reseller_id,
            client=held.client,
            pass_id=pass_id,
            kind=SessionKind.CLASS,
            status=SessionStatus.OPEN,
            branch_id=branch_id,
            covered=covered_tiers(self.blueprint.products[held.product_id], branch, services),
            created_at=ends_at - SESSION_LIFETIME,
            ends_at=ends_at,
            timer=self._timer(ends_at, "expire", session_id),
        )
        if kind == SessionKind.SPA:
            session = msgspec.structs.replace(
                session,
                kind=SessionKind.SPA,
                service_ids=tuple(service_ids),
                starts_at=starts_at,
                took=Taken(category=branch.category, visits=1),
            )
            span = self._appointment(branch_id, service_ids, starts_at)
            self._claim(session_id, hours_of(branch_id, span), expires_at=ends_at)
        else:
            asks = Outcome(kind)
            price = branch.visit_price if asks is Outcome.VISITS else 0
            session = msgspec.structs.replace(session, asks=asks, price=price, instance_id=instance_id)
        self._records.append((SESSIONS, session))

    def lookup(
        self,
        document: Mapping[str, Any],
        *,
        issuer_id: str,
        client_id: str,
        token: str | None,
        created_at: datetime,
        ends_at: datetime,
    ) -> None:
        """Keep `{id, reseller, status, access_code}`, and who was asked for whom."""
        lookup = Lookup(
            id=document["id"],
            reseller_id=document["reseller"],
            issuer_id=issuer_id,
            client=self._clients[client_id].id,
            status=LookupStatus(document["status"]),
            access_code=document["access_code"],
            created_at=created_at,
            ends_at=ends_at,
            token=token,
        )
        self._records.append((LOOKUPS, lookup))

    def begin_lookup(self, lookup_id: str) -> None:
        """A lookup that waits does so from the moment at which the sandbox begins, which the world does not know."""
        self._timer(self.now, "begin", lookup_id)

    # What goes with it

    def _keep_booking(self, booking: Booking) -> None:
        """Keep a booking with its place and its timer."""
        booking = self._became(booking)
        if booking.status in _TAKES_PLACES:
            self._claim(booking.id, self._place_of(booking))
        event = next_event(booking, _AT_ONCE, self.now)
        timer = None if event is None else self._timer(*event, booking.id)
        kept = msgspec.structs.replace(booking, serial=self._next_serial(), timer=timer)
        self._records.append((BOOKINGS, kept))

    def _became(self, booking: Booking) -> Booking:
        """The booking as what happened since has left it."""
        before = next((each.id for each in self._bookings.values() if each.rescheduled_to == booking.id), None)
        changed_at = booking.created_at
        if booking.status is Status.COMPLETED:
            changed_at = booking.starts_at
        elif booking.status is Status.CANCELLED:
            changed_at += _LATER
        elif booking.rescheduled_to is not None:
            changed_at = self._bookings[booking.rescheduled_to].created_at
        return msgspec.structs.replace(booking, updated_at=changed_at, rescheduled_from=before)

    def _place_of(self, booking: Booking) -> tuple[Pool, Seat]:
        if booking.instance_id is None:
            return hours_of(booking.branch_id, booking.span)
        pool = places_of(self.instances[booking.instance_id])
        return pool, Seat(pool.id, party=booking.client)

    def _claim(self, holder: str, place: tuple[Pool, Seat], expires_at: datetime | None = None) -> None:
        self._records.append((CLAIMS.kind, Claim(holder, (place[1],), expires_at)))

    def _timer(self, due_at: datetime, action: str, subject: str) -> int:
        self._timers += 1
        self._records.append((TIMERS, Timer(self._timers, due_at, action, subject)))
        return self._timers

    def _appointment(self, branch_id: str, service_ids: Iterable[str], starts_at: datetime) -> Span:
        offered = {service.id: service for service in self.blueprint.branches[branch_id].services}
        return appointment(starts_at, [offered[service_id] for service_id in service_ids])

    def _next_serial(self) -> int:
        self._serial += 1
        return self._serial
