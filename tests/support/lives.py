"""What people do in one sandbox while something happens to its hosts, and what must hold of it afterwards.

Some buy, under a key for each purchase, and ask until they are answered. Others book, confirm and cancel, and somebody is told of it.
"""

import contextlib
import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import httpx
from receiving import Receiver
from striking import ALPHA, DATES, PLACES_OF_SLOT

__all__ = ["Lives", "buy", "live_while", "untrue"]

_RESELLER = {"Authorization": "Bearer brg_live_alpha_demo"}
_PURCHASES = "/bardge/v3/api/business/reseller/credit_purchases"
_PURCHASE = {"client_id": "client_ada", "credit_package_id": "crpkg_10"}
_SANDBOX = "/_sandbox/sandboxes/default"
_MUCH = 10**12
_PATIENCE_SECONDS = 60.0

_Event = tuple[str, int, str]
"""Its name, the booking, its status then."""


@dataclass
class Lives:
    """What people were answered.

    Attributes:
        bought: By key, the purchases that it was answered with; none where nobody answered.
        booked: By booking, the date and the statuses that it was said to have, in order.
    """

    bought: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    booked: dict[int, tuple[str, list[str]]] = field(default_factory=dict)

    @property
    def told(self) -> set[_Event]:
        """The events of all this."""
        return {
            ("bookings.update" if number else "bookings.create", booking, status)
            for booking, (_, statuses) in self.booked.items()
            for number, status in enumerate(statuses)
        }


def buy(client: httpx.Client, url: str, key: str) -> httpx.Response:
    return client.post(f"{url}{_PURCHASES}", json=_PURCHASE, headers={**_RESELLER, "Idempotency-Key": key})


def live_while(urls: Sequence[str], receiver: Receiver, strike: Callable[[], object], *, least: int = 30) -> Lives:
    """People live at *urls* until everything was struck; *strike* comes when some have been answered."""
    settings = {"settings": {"bardge": {"business_balance": _MUCH}}}
    assert httpx.patch(urls[0] + _SANDBOX, json=settings, timeout=20).status_code == 200
    wanted = f"{urls[0]}{_SANDBOX}/webhooks/reservekit/subscriptions"
    assert httpx.post(wanted, json={"url": receiver.url}, timeout=20).status_code == 201
    people = _People(urls)
    threads = [threading.Thread(target=live, args=(who,)) for who in range(3) for live in (people.shop, people.book)]
    for each in threads:
        each.start()
    lives, patient_until = people.lives, time.monotonic() + _PATIENCE_SECONDS
    while len(lives.booked) + len(lives.bought) < least and time.monotonic() < patient_until:
        people.over.wait(0.01)
    strike()
    people.over.set()
    for each in threads:
        each.join(240)
    return lives


class _People:
    """Attributes: over: Set when everything was struck: they go home a little later."""

    def __init__(self, urls: Sequence[str]) -> None:
        self._urls = urls
        self.lives = Lives()
        self.over = threading.Event()

    def shop(self, who: int) -> None:
        with httpx.Client(timeout=40) as client:
            for turn in self._turns():
                key = f"{who}-{turn}"
                answer = self._ask(who + turn, partial(_buy_at, client, key))
                self.lives.bought[key] |= {answer.json()["id"]} if answer else set()

    def book(self, who: int) -> None:
        with httpx.Client(headers=ALPHA, timeout=40) as client:
            for turn in self._turns():
                date = DATES[(who + turn) % len(DATES)]
                url = f"{self._urls[(who + turn) % len(self._urls)]}/reservekit/v1/bookings"
                with contextlib.suppress(httpx.HTTPError):  # nobody knows, and it is not asked again: it has no key
                    made = client.post(url, json={"date": date, "time_slot_id": 456, "customer_name": f"{who}"})
                    if made.status_code == 201:
                        self._go_on(client, turn, made.json()["data"]["id"], date)

    def _go_on(self, client: httpx.Client, turn: int, booking: int, date: str) -> None:
        statuses = ["pending"]
        self.lives.booked[booking] = (date, statuses)
        for status in ("confirmed", "cancelled")[: turn % 3]:
            change = {"status": status, "cancel_reason": "ill"}
            answer = self._ask(turn, partial(_change_at, client, booking, change))
            assert answer is None or answer.status_code == 200, answer.text
            statuses += [status] if answer else []

    def _turns(self) -> Iterator[int]:
        for turn in range(60):
            if self.over.is_set() and turn > 6:
                return
            yield turn

    def _ask(self, turn: int, request: Callable[[str], httpx.Response]) -> httpx.Response | None:
        """Until somebody answers; None where nobody does."""
        patient_until = time.monotonic() + _PATIENCE_SECONDS
        while time.monotonic() < patient_until:
            try:
                answer = request(self._urls[turn % len(self._urls)])
            except httpx.HTTPError:
                threading.Event().wait(0.01)
            else:
                if answer.status_code < 500:
                    return answer
            turn += 1
        return None


def _buy_at(client: httpx.Client, key: str, url: str) -> httpx.Response:
    return buy(client, url, key)


def _change_at(client: httpx.Client, booking: int, change: dict[str, str], url: str) -> httpx.Response:
    return client.patch(f"{url}/reservekit/v1/bookings/{booking}", json=change)


def untrue(lives: Lives, receiver: Receiver, url: str) -> list[str]:
    """What does not hold, as *url* tells it, when all that waits has been delivered."""
    return [*_doubled(lives, url), *_overbooked(url), *_wrong_paths(lives, url), *_untold(lives, receiver, url)]


def _doubled(lives: Lives, url: str) -> Iterator[str]:
    for key, purchases in lives.bought.items():
        if len(purchases) != 1:
            yield f"key {key} was answered with {len(purchases)} purchases"
    debits = _get(f"{url}{_SANDBOX}/state/bardge/debit?limit=1")["total"]
    if debits != len(lives.bought):
        yield f"{len(lives.bought)} keys were used, and {debits} purchases paid for"
    balance = _get(f"{url}/bardge/v3/api/business/reseller/clients/client_ada/credits", _RESELLER)["balance"]
    if balance != 10 + 10 * debits:
        yield f"{debits} purchases made {balance} credits of 10"


def _overbooked(url: str) -> Iterator[str]:
    found: Counter[str] = Counter()
    page, pages = 1, 1
    while page <= pages:
        query = f"service_id=123&page={page}&page_size=100"
        shown = _get(f"{url}/reservekit/v1/bookings?{query}", ALPHA)["data"]
        pages, page = shown["pagination"]["total_pages"], page + 1
        found.update(
            each["date"] for each in shown["bookings"] if each["status"] != "cancelled" and each["time_slot_id"] == 456
        )
    for date in DATES:
        if found[date] > PLACES_OF_SLOT:
            yield f"{found[date]} places were sold on {date}"


def _wrong_paths(lives: Lives, url: str) -> Iterator[str]:
    """A host that is killed takes what it was asked last out of the journal, and a step out of a path; no other step is one."""
    (lifecycle,) = _get(f"{url}/_sandbox/apis/reservekit/lifecycles")["lifecycles"]
    legal = {(each["from"], each["to"]) for each in lifecycle["moves"]}
    legal |= {(None, state) for state in lifecycle["initial"]}
    for booking, (_, statuses) in lives.booked.items():
        life = _get(f"{url}{_SANDBOX}/history/reservekit/{booking}")
        if life["status"] != statuses[-1]:
            yield f"booking {booking} was {statuses[-1]} and is {life['status']}"
        for step in life["path"]:
            if (step["from"], step["to"]) not in legal:
                yield f"booking {booking} went from {step['from']} to {step['to']}"


def _untold(lives: Lives, receiver: Receiver, url: str) -> Iterator[str]:
    listed = _delivered(url)
    came = {_event(json.loads(body)) for _, _, body in receiver.got}
    yield from (f"{event} is not listed" for event in lives.told - listed.keys())
    yield from (f"{event} came, and is not listed" for event in came - listed.keys())
    yield from (f"{event} did not come, and is {status}" for event, status in listed.items() if event not in came)
    yield from (f"{event} is {status}" for event, status in listed.items() if status != "delivered")


def _delivered(url: str) -> dict[_Event, str]:
    """The status of each, when nothing waits any more; what a host that was killed was at is another's after half a minute."""
    patient_until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        found: dict[_Event, str] = {}
        after: str | None = ""
        while after is not None:
            page = _get(f"{url}{_SANDBOX}/webhooks/deliveries?limit=200{after}")
            found |= {_event(each["body"]): each["status"] for each in page["deliveries"]}
            after = None if page["next"] is None else f"&after={page['next']}"
        if "pending" not in found.values() or time.monotonic() > patient_until:
            return found
        threading.Event().wait(0.5)


def _event(body: Any) -> _Event:
    (booking,) = body["bookings"]
    return body["event_type"], booking["id"], booking["status"]


def _get(url: str, headers: dict[str, str] | None = None) -> Any:
    answer = httpx.get(url, headers=headers, timeout=40)
    assert answer.status_code == 200, answer.text
    return answer.json()
