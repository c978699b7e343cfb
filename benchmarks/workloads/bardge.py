"""A reseller with so many bookings in a network of 5,000 venues, and what is asked of the Bardge API about them.

It is Alpha Wellness of the documentation in May 2026; the venues of every world are repeated round Lagos. One client makes
seven of eight bookings: an appointment at one spa, the others in classes that are given once. The eighth is of somebody who
comes once, in a class that has room for everybody. What is measured books that class, and noon at that spa, and cancels
both again, so that they are as full after a thousand bookings as before. All passes are good for any number of visits.
"""

import dataclasses
import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from msgspec import structs

from benchmarks.client import InProcess
from benchmarks.workloads.filled import (
    AT_RESERVEKIT,
    RK_CREATE,
    RK_GET,
    Ask,
    Call,
    FilledSandbox,
    Groups,
    rows_of,
    stock_list,
)

__all__ = ["GROUPS", "NEAREST", "PAGE", "VENUES", "Network"]

VENUES = 5_000
NEAREST = 10
PAGE = 15
"""The bookings of a page; the one who makes most has so many even in a network of 20."""

_KEY, _RESELLER = "brg_live_alpha_demo", "reseller_alpha"
_BARDGE = "/bardge/v3/api/business/reseller"
_LONGEST_PAGE = 100

_REGULAR, _NEWCOMER = "client_regular", "client_newcomer"
_ONE_IN = 8

_PRODUCT = "pass_everything"
_SPA, _MASSAGE = "branch_serenity_vi", "svc_deep_tissue"
_CLASS, _POPULAR = "class_sunrise_yoga", "ci_popular"
_ROOM = 10_000
_CLASSES_FROM = datetime(2026, 6, 1, 6, tzinfo=UTC)

_FIRST_DAY = date(2026, 6, 1)
"""After all that the documentation has booked, and far enough ahead for a cancellation to give everything back."""
_DAYS = 40
_NOON = 12
_HOURS = tuple(time(hour) for hour in range(9, 18) if hour != _NOON)
"""Of appointments."""

_EASTWARDS, _NORTHWARDS = 0.754877666, 0.569840291
"""Multiples of these, less their whole parts, are spread evenly over a square."""


class Network(FilledSandbox):
    """One reseller's; the bookings of the documentation are not counted.

    Attributes:
        booked: The bookings.
        clients: Who made them.
        made: What was made last: a booking, or a session.
    """

    api = "bardge"
    scenario = "network"
    most = len(_HOURS) * _DAYS * _ONE_IN

    def __init__(self, app: Any, stock: InProcess, size: int, turns: int) -> None:
        self.booked: list[str] = []
        self.clients: list[str] = []
        self.made = ""
        super().__init__(app, stock, size, turns)

    @classmethod
    def prepare(cls, domain: Any) -> None:
        """Beside the documentation's a scenario with the venues, and with a pass for any number of visits."""
        from mockserver.apis.bardge.records import BRANCHES, PRODUCTS, SERIAL  # noqa: PLC0415 - only the worker has it
        from mockserver.sandbox.domains import SeedWorld  # noqa: PLC0415

        printed = domain.scenarios["documentation"]
        records = list(printed.world.records)
        known = [each for kind, each in records if kind is BRANCHES]
        (product,) = (each for kind, each in records if kind is PRODUCTS and each.id == "pass_all_year")
        serial = printed.world.last_ids[SERIAL] + 1
        covers = tuple(structs.replace(each, visits_allowed=None) for each in product.covers)
        records.append((PRODUCTS, structs.replace(product, id=_PRODUCT, serial=serial, covers=covers)))
        for number in range(VENUES - len(known)):
            serial += 1
            latitude, longitude = _somewhere(number)
            venue = structs.replace(known[number % len(known)], id=f"branch_{number}", serial=serial)
            records.append((BRANCHES, structs.replace(venue, latitude=latitude, longitude=longitude)))
        world = SeedWorld(records, {**printed.world.last_ids, SERIAL: serial})
        ours = dataclasses.replace(printed, name=cls.scenario, world=world)
        # Frozen for the program, which is already built.
        object.__setattr__(domain, "scenarios", {**domain.scenarios, cls.scenario: ours})

    async def count(self) -> int:
        return sum([await self._count_of(client) for client in self.clients])

    async def ask(self, ask: Ask) -> tuple[float, bytes]:
        seconds, answer = await super().ask(ask)
        if ask.path.startswith(f"{_BARDGE}/bookings"):
            shown = json.loads(answer)
            self.made = shown.get("session_id") or shown.get("booking_id") or shown["id"]
        return seconds, answer

    async def _count_of(self, client: str) -> int:
        count, more, after = 0, True, ""
        while more:
            _, answer = await self.ask(_list(client, _LONGEST_PAGE, after))
            shown = json.loads(answer)
            count += len(shown["data"])
            more, after = shown["has_more"], f"&starting_after={shown['data'][-1]['id']}"
        return count

    def _fill(self, work: Any, turns: int) -> None:  # noqa: ARG002 - what is measured is free at every turn
        _give_class(work, _POPULAR, _CLASSES_FROM)
        _issue_pass(work, _NEWCOMER)
        _issue_pass(work, _REGULAR)
        self.clients.append(_REGULAR)
        for number in range(self.size):
            match number % _ONE_IN:
                case 3:
                    booking = _have_massage(work, number // _ONE_IN)
                case 7:
                    client = f"client_once_{number}"
                    _issue_pass(work, client)
                    self.clients.append(client)
                    booking = _join_class(work, _POPULAR, client)
                case _:
                    instance = f"ci_own_{number}"
                    _give_class(work, instance, _CLASSES_FROM + number * timedelta(minutes=1))
                    booking = _join_class(work, instance, _REGULAR)
            self.booked.append(booking)


# The fill


def _give_class(work: Any, instance_id: str, starts_at: datetime) -> None:
    from mockserver.apis.bardge.records import INSTANCES, ClassInstance  # noqa: PLC0415

    given = ClassInstance(id=instance_id, class_id=_CLASS, starts_at=starts_at, capacity=_ROOM, taken=0)
    work.records(INSTANCES).put(given)


def _issue_pass(work: Any, client_id: str) -> None:
    """To a new client."""
    from mockserver.apis.bardge.desk.register import new_id, new_passcode, new_serial, new_tx_ref, now_ms  # noqa: PLC0415
    from mockserver.apis.bardge.records import CLIENTS, ISSUED_PASSES, Client, IssuedPass, client_key  # noqa: PLC0415

    now = now_ms(work)
    client = Client(
        id=client_key(_RESELLER, client_id),
        client_id=client_id,
        reseller_id=_RESELLER,
        first_name="Ada",
        last_name="Obi",
        email=None,
        phone=None,
        passcode=new_passcode(work),
        passcode_at=now,
    )
    work.records(CLIENTS).put(client)
    issued = IssuedPass(
        id=_pass_of(client_id),
        serial=new_serial(work),
        reseller_id=_RESELLER,
        client=client.id,
        product_id=_PRODUCT,
        starts_at=now,
        ends_at=now + timedelta(days=365),
        created_at=now,
        transaction_id=new_id(work, "txn"),
        tx_ref=new_tx_ref(work),
    )
    work.records(ISSUED_PASSES).put(issued)


def _join_class(work: Any, instance_id: str, client_id: str) -> str:
    from mockserver.apis.bardge.desk.classes import ClassDesk  # noqa: PLC0415
    from mockserver.apis.bardge.desk.visitors import Wish  # noqa: PLC0415

    booking: Any = ClassDesk(work, _RESELLER).initiate(instance_id, Wish(client_id, _pass_of(client_id)))
    return str(booking.id)


def _have_massage(work: Any, number: int) -> str:
    """The regular's, never at noon."""
    from mockserver.apis.bardge.desk.spa import Request, Spa  # noqa: PLC0415
    from mockserver.apis.bardge.desk.visitors import Wish  # noqa: PLC0415
    from mockserver.apis.bardge.terms import moment_of  # noqa: PLC0415

    hour, day = divmod(number, _DAYS)
    request = Request(
        wish=Wish(_REGULAR, _pass_of(_REGULAR)),
        branch_id=_SPA,
        service_ids=(_MASSAGE,),
        starts_at=moment_of(_day(day), _HOURS[hour]),
    )
    spa = Spa(work, _RESELLER)
    return str(spa.confirm(spa.initiate(request).session.id).id)


def _pass_of(client_id: str) -> str:
    return f"brgpass_of_{client_id}"


def _day(number: int) -> date:
    return _FIRST_DAY + timedelta(days=number)


def _somewhere(number: int) -> tuple[float, float]:
    """Latitude and longitude of a place in or near Lagos."""
    return 6.35 + 0.4 * (number * _NORTHWARDS % 1), 3.1 + 0.6 * (number * _EASTWARDS % 1)


# What is asked


def _status(network: Network, turn: int) -> Ask:
    return Ask("GET", f"{_BARDGE}/bookings/{network.booked[turn % len(network.booked)]}/status", _KEY)


def _nearest(turn: int) -> Ask:
    latitude, longitude = _somewhere(turn)
    return Ask("GET", f"{_BARDGE}/providers?lat={latitude:.4f}&lon={longitude:.4f}&limit={NEAREST}", _KEY)


def _products(_: Network, __: int) -> Ask:
    return Ask("GET", f"{_BARDGE}/passes", _KEY)


def _list(client: str, limit: int = PAGE, after: str = "") -> Ask:
    return Ask("GET", f"{_BARDGE}/clients/{client}/bookings?limit={limit}{after}", _KEY)


def _book(_: Network, turn: int) -> Ask:
    return _post("class", f"class-{turn}", class_instance_id=_POPULAR, **_NEWCOMERS)


def _begin(_: Network, turn: int) -> Ask:
    when = {"date": f"{_day(turn % _DAYS)}", "time": f"{_NOON}:00"}
    return _post("spa", f"spa-{turn}", provider_branch_id=_SPA, service_ids=[_MASSAGE], **when, **_NEWCOMERS)


def _confirm(network: Network, turn: int) -> Ask:
    return _post(f"spa/{network.made}/confirm", f"confirmation-{turn}")


def _cancel(network: Network, _: int) -> Ask:
    return Ask("POST", f"{_BARDGE}/bookings/{network.made}/cancel", _KEY)


def _post(path: str, key: str, **body: Any) -> Ask:
    return Ask("POST", f"{_BARDGE}/bookings/{path}", _KEY, body or None, headers=((b"idempotency-key", key.encode()),))


def _rows(answer: Any) -> int:
    return len(answer["data"])


_NEWCOMERS = {"client_id": _NEWCOMER, "user_pass_id": _pass_of(_NEWCOMER)}

_STOCK_NEAREST, _STOCK_PAGE = f"stock: list of {NEAREST}", f"stock: list of {PAGE}"

_GETTING = {
    RK_GET: AT_RESERVEKIT[RK_GET],
    "status of a booking": Call(RK_GET, _status),
}
_FINDING = {
    _STOCK_NEAREST: Call(_STOCK_NEAREST, lambda _network, _turn: stock_list(NEAREST), rows_of),
    f"the {NEAREST} nearest of {VENUES:,} venues": Call(_STOCK_NEAREST, lambda _, turn: _nearest(turn), _rows),
    f"passes, each with its part of {VENUES:,} venues": Call(_STOCK_NEAREST, _products, _rows),
}
_LISTING = {
    _STOCK_PAGE: Call(_STOCK_PAGE, lambda _network, _turn: stock_list(PAGE), rows_of),
    f"list of {PAGE}, of one client": Call(_STOCK_PAGE, lambda _network, _turn: _list(_REGULAR), _rows),
}
_BOOKING = {
    RK_CREATE: AT_RESERVEKIT[RK_CREATE],
    "book a class, with a key": Call(RK_CREATE, _book, writes=True),
    "the same again, with that key": Call(RK_CREATE, _book),
    "cancel the class": Call(RK_CREATE, _cancel, writes=True),
    "begin an appointment": Call(RK_CREATE, _begin, writes=True),
    "confirm it": Call(RK_CREATE, _confirm, writes=True),
    "cancel it": Call(RK_CREATE, _cancel, writes=True),
}
GROUPS: Groups = (_GETTING, _FINDING, _LISTING, _BOOKING)
