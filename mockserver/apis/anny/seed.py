"""The world an anny sandbox starts with: the organisation of `fixtures/anny/seed.yaml`, and bookings that are drawn from a
seed as that file says, or written by hand as a scenario.

Everything drawn is placed relative to the day of the epoch, never to today, and by the clock on the organisation's wall.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from mockserver.apis.anny.blueprint import read_blueprint
from mockserver.apis.anny.book import Book
from mockserver.apis.anny.records import SeriesType
from mockserver.apis.anny.terms import shortest, step_of
from mockserver.booking.schedule import local_moment, openings_on
from mockserver.booking.spans import Span
from mockserver.sandbox.domains import Scenario, SeedWorld
from mockserver.sandbox.randomness import draw

__all__ = ["SEED_VERSION", "draw_world", "read_scenario", "world_of"]

SEED_VERSION = "2"
"""Counts the changes of what a seed draws; a durable sandbox remembers the one it was made with."""

_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)
_FORTNIGHT = timedelta(days=14)
"""Before the world begins, its first booking was made; each after it an hour later than the one before."""

_ORDER_AFTER = 1_000
_INVOICE_AFTER = 2_000
"""What is well known has an order and an invoice with the number of its booking, plus so much."""


def draw_world(seed: int, epoch: datetime) -> SeedWorld:
    """The world of *seed*: the organisation, the well-known bookings, and those that are drawn."""
    drawing = _Drawing(seed, epoch.astimezone(UTC).replace(microsecond=0))
    drawing.well_known()
    drawing.series()
    drawing.blockers()
    drawing.drawn()
    return drawing.book.world()


def read_scenario(name: str, document: Mapping[str, Any]) -> Scenario:
    """A scenario, or the world of a golden sample: `{title, world: {clock, bookings, orders, next_ids}}`."""
    world = document["world"]
    clock = _moment(world["clock"])
    return Scenario(name, document["title"], clock, world_of(world, clock))


def world_of(document: Mapping[str, Any], now: datetime) -> SeedWorld:
    """The organisation with bookings written by hand, all of them made a fortnight ago.

    Raises:
        ValueError: What an order says was paid is neither nothing nor all of it.
    """
    blueprint = read_blueprint()
    book = Book(blueprint, 0, now, {**blueprint.document["first_ids"], **document.get("next_ids", {})})
    for order in document.get("orders", ()):
        bookings = [
            book.booking(
                {**each, "account": each["customer"]},
                Span(_moment(each["start_date"]), _moment(each["end_date"])),
                order_id=int(order["id"]),
                made_at=now - _FORTNIGHT,
            )
            for each in document["bookings"]
            if each["order"] == order["id"]
        ]
        paid, total = round(order["paid_amount"] * 100), sum(booking.total for booking in bookings)
        if paid not in {0, total}:
            raise ValueError(f"of order {order['id']} all {total} are paid or nothing, not {paid}")
        book.order(
            bookings,
            paid=paid > 0,
            number=order["number"],
            invoice_id=int(order["id"]) + _INVOICE_AFTER - _ORDER_AFTER,
        )
    return book.world()


class _Drawing:
    """One world being drawn: the blueprint, the days, the chance."""

    def __init__(self, seed: int, epoch: datetime) -> None:
        blueprint = read_blueprint()
        self.blueprint = blueprint
        self.seed = seed
        self.first_day = epoch.date()
        self.book = Book(blueprint, seed, epoch, blueprint.document["first_ids"])
        self._made_at = datetime.combine(self.first_day, time(), UTC) - _FORTNIGHT

    def made_at(self) -> datetime:
        """When the next one is made."""
        self._made_at += timedelta(hours=1)
        return self._made_at

    def well_known(self) -> None:
        for each in self.blueprint.document["bookings"]:
            number = int(each["id"])
            booking = self.book.booking(each, self._span(each), order_id=number + _ORDER_AFTER, made_at=self.made_at())
            self.book.order([booking], paid=each.get("paid", False), invoice_id=number + _INVOICE_AFTER)

    def series(self) -> None:
        """A master stands for its dates, from the start of the first to the end of the last, and costs nothing."""
        for each in self.blueprint.document["series"]:
            master = int(each["master"])
            spans = [self._span(each, weeks) for weeks in range(len(each["dates"]))]
            shared: dict[str, Any] = {
                "order_id": master + _ORDER_AFTER,
                "made_at": self.made_at(),
                "series_id": master,
                "series_type": SeriesType(each["type"]),
            }
            whole = Span(spans[0].starts_at, spans[-1].ends_at)
            bookings = [self.book.booking({**each, "id": master}, whole, **shared, is_master=True, subtotal=0, total=0)]
            bookings += [
                self.book.booking({**each, "id": number}, span, **shared)
                for number, span in zip(each["dates"], spans, strict=True)
            ]
            self.book.order(bookings, paid=each.get("paid", False), invoice_id=master + _INVOICE_AFTER)

    def blockers(self) -> None:
        for each in self.blueprint.document["blockers"]:
            self.book.blocker(each, self._span(each), made_at=self.made_at())

    def drawn(self) -> None:
        drawn = self.blueprint.document["drawn"]["bookings"]
        for service, resource, span in self._free_spans(drawn):
            document = {
                "id": self.book.next_id("booking"),
                "status": "accepted",
                "account": drawn["account"],
                "service": service,
                "resource": resource,
            }
            order_id = self.book.next_id("order")
            booking = self.book.booking(document, span, order_id=order_id, made_at=self.made_at())
            self.book.order([booking], paid=True)

    def _free_spans(self, drawn: Mapping[str, Any]) -> Iterator[tuple[int, int, Span]]:
        """Services, resources and spans within opening hours, none of them over another."""
        chance = draw(self.seed, "anny", "bookings")
        taken: dict[int, list[Span]] = {resource: [] for resource in drawn["resources"]}
        count = drawn["count"]
        while count:
            service, resource = chance.choice(drawn["services"]), chance.choice(drawn["resources"])
            day = self._day(chance.randint(*drawn["days"]))
            openings = openings_on(day, self.blueprint.resources[resource].hours, self.blueprint.zone)
            if not openings:
                continue
            offered = self.blueprint.services[service]
            step = step_of(offered)
            lengths = range(shortest(offered), (offered.max_duration or step) + 1, step)
            length = timedelta(minutes=chance.choice(lengths))
            opening = chance.choice(openings)
            latest = (opening.ends_at - opening.starts_at - length) // timedelta(minutes=step)
            starts_at = opening.starts_at + chance.randint(0, latest) * timedelta(minutes=step)
            span = Span(starts_at, starts_at + length)
            if not any(span.overlaps(other) for other in taken[resource]):
                taken[resource].append(span)
                count -= 1
                yield service, resource, span

    def _day(self, number: int) -> date:
        return self.first_day + number * _DAY

    def _span(self, document: Mapping[str, Any], weeks: int = 0) -> Span:
        """Of `{day, at, minutes}`, so many weeks later by the clock on the wall."""
        day = self._day(document["day"]) + weeks * _WEEK
        starts_at = local_moment(day, time.fromisoformat(document["at"]), self.blueprint.zone)
        return Span(starts_at, starts_at + timedelta(minutes=document["minutes"]))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
