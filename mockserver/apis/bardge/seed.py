"""The world a Bardge sandbox starts with: what `fixtures/bardge/seed.yaml` offers in every world, and clients, classes and
bookings that are placed and drawn as that file says, or written by hand as a scenario.

Everything drawn is placed relative to the day of the epoch, never to today, and by the clock in Lagos.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from mockserver.apis.bardge.blueprint import read_blueprint
from mockserver.apis.bardge.book import Book, Transaction
from mockserver.apis.bardge.desk.lookups import LOOKUP_LIFETIME, TOKEN_LIFETIME
from mockserver.apis.bardge.desk.register import moment_at
from mockserver.apis.bardge.records import LAGOS, ClassInstance, LookupStatus, Status, Taken
from mockserver.apis.bardge.terms import moment_of
from mockserver.sandbox.domains import Scenario, SeedWorld
from mockserver.sandbox.randomness import draw

__all__ = ["SEED_VERSION", "draw_world", "read_scenario", "world_of"]

SEED_VERSION = "3"
"""Counts the changes of what a seed draws; a durable sandbox remembers the one it was made with."""

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MIDNIGHT = time(0)
_MADE_AT = time(9)
"""When bookings were made of which only the day is known."""

_A_VISIT = Taken(visits=1)

_Place = tuple[str, int]
"""(class, day)."""


def draw_world(seed: int, epoch: datetime) -> SeedWorld:
    """The world of *seed*: what is well known, and classes and bookings that are drawn."""
    drawing = _Drawing(seed, epoch.astimezone(UTC).replace(microsecond=0))
    drawing.clients()
    drawing.instances()
    drawing.bookings()
    drawing.credits()
    drawing.lookups()
    drawing.drawn_bookings()
    return drawing.book.world()


def read_scenario(name: str, document: Mapping[str, Any]) -> Scenario:
    """A scenario, or the world of a golden sample: `{title, world: {clock, clients, issued_passes...}}`."""
    world = document["world"]
    clock = datetime.fromisoformat(world["clock"]).astimezone(UTC)
    return Scenario(name, document["title"], clock, world_of(world, clock))


def world_of(document: Mapping[str, Any], now: datetime) -> SeedWorld:
    """A world written by hand. What business accounts hold is a setting of the sandbox; `balance` says what is usual."""
    book = Book(read_blueprint(), 0, now)
    for each in document["clients"]:
        book.client(each)
    for each in document["issued_passes"]:
        _write_pass(book, each)
    for each in document["clients"]:
        transactions = [
            (moment_at(said["timestamp"]), _came(said), said["description"]) for said in each["transactions"]
        ]
        book.credits(each["id"], each["credits"], transactions)
    for each in document["class_instances"]:
        book.instance(_instance(each, each["class_id"], _at(each)))
    for each in document["bookings"]:
        _write_booking(book, each)
    for each in document["sessions"]:
        _write_session(book, each)
    for each in document["lookups"]:
        _write_lookup(book, each)
    return book.world()


def _write_pass(book: Book, document: Mapping[str, Any]) -> None:
    book.issued_pass(
        document["id"],
        client_id=document["client_id"],
        product_id=document["pass_id"],
        starts_at=moment_at(document["start_date"]),
        ends_at=moment_at(document["expires_at"]),
        visits_used=document["visits_used"],
        is_cancelled=document["is_cancelled"],
    )


def _write_booking(book: Book, document: Mapping[str, Any]) -> None:
    shared: dict[str, Any] = {
        "reseller_id": document["reseller"],
        "pass_id": document["user_pass_id"],
        "status": document["status"],
        "created_at": _of_seconds(document["created"]),
        "took": Taken(
            visits=document["visits_deducted"],
            credits=document["credits_deducted"],
            charged=document["amount_charged"],
        ),
    }
    if document["class_instance_id"] is not None:
        book.class_booking(document["id"], instance_id=document["class_instance_id"], **shared)
    else:
        book.spa_booking(
            document["id"],
            branch_id=document["provider_branch_id"],
            service_ids=document["service_ids"],
            starts_at=_at(document),
            **shared,
        )


def _write_session(book: Book, document: Mapping[str, Any]) -> None:
    book.session(
        document["id"],
        kind=document["kind"],
        reseller_id=document["reseller"],
        pass_id=document["user_pass_id"],
        branch_id=document["provider_branch_id"],
        instance_id=document["class_instance_id"],
        service_ids=document["service_ids"],
        starts_at=_at(document),
        ends_at=_of_seconds(document["expires_at"]),
    )


def _write_lookup(book: Book, document: Mapping[str, Any]) -> None:
    ends_at = moment_at(document["expires_at"])
    book.lookup(
        document,
        issuer_id=document["issuer_id"],
        client_id=document["client_id"],
        token=document["lookup_token"],
        created_at=ends_at - _lifetime(document),
        ends_at=ends_at,
    )


class _Drawing:
    """One world being drawn: the blueprint, the days, the chance."""

    def __init__(self, seed: int, epoch: datetime) -> None:
        blueprint = read_blueprint()
        self.placed = blueprint.document["epoch"]
        self.drawn = blueprint.document["drawn"]
        self.resellers = {each["id"]: each["reseller"] for each in self.placed["clients"]}
        self.seed = seed
        self.epoch = epoch
        self.first_day = epoch.astimezone(LAGOS).date()
        self.book = Book(blueprint, seed, epoch)
        self._spent: dict[str, list[Transaction]] = defaultdict(list)
        self._given: dict[_Place, str] = {}
        """Which class is given on which day, and the instance."""

    def clients(self) -> None:
        for each in self.placed["clients"]:
            self.book.client(each)
        for each in self.placed["issued_passes"]:
            self.book.issued_pass(
                each["id"],
                client_id=each["client"],
                product_id=each["product"],
                starts_at=self._midnight(each["day"]),
                ends_at=self._midnight(each["until"]) if "until" in each else None,
                visits_used=each["visits_used"],
                is_cancelled=each.get("cancelled", False),
            )

    def credits(self) -> None:
        for each in self.placed["clients"]:
            transactions = [
                (self._moment(said["day"], said["at"]), _came(said), said["description"])
                for said in each.get("transactions", ())
            ]
            self.book.credits(each["id"], each["credits"], [*transactions, *self._spent[each["id"]]])

    def instances(self) -> None:
        for each in self.placed["class_instances"]:
            self._give(each["class"], each["day"], each)

    def bookings(self) -> None:
        for number, each in enumerate(self.placed["bookings"]):
            shared: dict[str, Any] = {
                "reseller_id": self.resellers[each["client"]],
                "pass_id": each["pass"],
                "status": each["status"],
                "created_at": moment_of(self._day(each["made"]), _MADE_AT) + number * timedelta(minutes=1),
                "took": Taken(credits=each["credits"]) if "credits" in each else _A_VISIT,
            }
            if "instance" in each:
                moved_to = each.get("to")
                self.book.class_booking(each["id"], instance_id=each["instance"], rescheduled_to=moved_to, **shared)
            else:
                starts_at = self._moment(each["day"], each["at"])
                offered = {"branch_id": each["branch"], "service_ids": each["services"]}
                self.book.spa_booking(each["id"], starts_at=starts_at, **offered, **shared)
                if "credits" in each:
                    description = f"Spa booking — {self.book.blueprint.branches[each['branch']].name}"
                    self._spent[each["client"]].append((shared["created_at"], -each["credits"], description))

    def lookups(self) -> None:
        for each in self.placed["lookups"]:
            waits = each["status"] == LookupStatus.PENDING
            created_at = self.epoch if waits else self._midnight(each["until"]) - _lifetime(each)
            self.book.lookup(
                each,
                issuer_id=each["issuer"],
                client_id=each["client"],
                token=each.get("token"),
                created_at=created_at,
                ends_at=created_at + _lifetime(each),
            )
            if waits:
                self.book.begin_lookup(each["id"])

    def drawn_bookings(self) -> None:
        """Each of another instance of its client's: where a class is not given on a day that was drawn, it is after all.
        Those that were written by hand are left alone.
        """
        for row in self.drawn["bookings"]:
            self._draw_bookings(row)

    def _draw_bookings(self, row: Mapping[str, Any]) -> None:
        chance = draw(self.seed, "bardge", "bookings", row["client"])
        written = {(each["class"], each["day"]) for each in self.placed["class_instances"]}
        first, last = row["days"]
        places = [(name, number) for number in range(first, last + 1) for name in row["classes"]]
        made_at = self.book.beginning_of(row["pass"])
        for name, number in chance.sample([place for place in places if place not in written], row["count"]):
            self._give_drawn(name, number, chance)
            instance_id = self._given[name, number]
            made_at += _HOUR
            began = self.book.instances[instance_id].starts_at <= self.epoch
            self.book.class_booking(
                self.book.new_id("booking"),
                instance_id=instance_id,
                reseller_id=self.resellers[row["client"]],
                pass_id=row["pass"],
                status=Status.COMPLETED if began else Status.CONFIRMED,
                created_at=made_at,
                took=_A_VISIT,
            )

    def _give_drawn(self, class_id: str, number: int, chance: Random) -> None:
        """With room for all who are drawn."""
        if (class_id, number) in self._given:
            return
        weekly = self.book.blueprint.classes[class_id].weekly
        assert weekly is not None  # noqa: S101 - a class without a week is not drawn
        fewest, most = weekly.taken
        taken = chance.randint(fewest, min(most, weekly.capacity - len(self.drawn["bookings"])))
        document = {
            "id": self.book.new_id("ci"),
            "capacity": weekly.capacity,
            "taken": taken,
            "at": f"{weekly.at:%H:%M}",
        }
        self._give(class_id, number, document)

    def _give(self, class_id: str, number: int, document: Mapping[str, Any]) -> None:
        instance = _instance(document, class_id, self._moment(number, document["at"]))
        self._given[class_id, number] = instance.id
        self.book.instance(instance)

    def _day(self, number: int) -> date:
        return self.first_day + number * _DAY

    def _midnight(self, number: int) -> datetime:
        return moment_of(self._day(number), _MIDNIGHT)

    def _moment(self, number: int, clock: str) -> datetime:
        return moment_of(self._day(number), time.fromisoformat(clock))


def _instance(document: Mapping[str, Any], class_id: str, starts_at: datetime) -> ClassInstance:
    """Of `{id, capacity, taken}`."""
    return ClassInstance(
        id=document["id"],
        class_id=class_id,
        starts_at=starts_at,
        capacity=document["capacity"],
        taken=document["taken"],
    )


def _lifetime(document: Mapping[str, Any]) -> timedelta:
    """Of a lookup that waits, or of its token."""
    return LOOKUP_LIFETIME if document["status"] == LookupStatus.PENDING else TOKEN_LIFETIME


def _came(document: Mapping[str, Any]) -> int:
    """How many credits a transaction brought."""
    amount: int = document["amount"]
    return amount if document["type"] == "CREDIT" else -amount


def _at(document: Mapping[str, Any]) -> datetime:
    """Of `{date, time}`."""
    return moment_of(date.fromisoformat(document["date"]), time.fromisoformat(document["time"]))


def _of_seconds(number: int) -> datetime:
    return datetime.fromtimestamp(number, UTC)
