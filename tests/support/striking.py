"""Hosts that share a database, people who book on all of them at once, and what must hold whatever happens meanwhile."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

__all__ = ["ALPHA", "DATES", "PLACES_OF_SLOT", "History", "book_while", "broken"]

ALPHA = {"Authorization": "Bearer sk_rsv_demo_alpha"}
DATES = [f"2026-{month:02}-{day:02}" for month in (4, 5) for day in (6, 13, 20, 27)]
PLACES_OF_SLOT = 8
_PEOPLE = 8


@dataclass
class History:
    """What people were answered: of bookings that were made the id and the date, of all the statuses."""

    made: list[tuple[int, str]] = field(default_factory=list)
    statuses: "Counter[str]" = field(default_factory=Counter)


def book_while(urls: Sequence[str], strike: Callable[[], object], *, least: int = 20) -> History:
    """People book at *urls* until all is full or everything was struck; *strike* comes when some have been answered."""
    history, struck, over = History(), threading.Event(), threading.Event()

    def ask(number: int) -> None:
        with httpx.Client(headers=ALPHA, timeout=40) as client:
            for turn in range(len(DATES) * PLACES_OF_SLOT // 2):
                date = DATES[(number + turn) % len(DATES)]
                body = {"date": date, "time_slot_id": 456, "customer_name": f"{number}"}
                try:
                    answer = client.post(f"{urls[(number + turn) % len(urls)]}/v1/bookings", json=body)
                except httpx.HTTPError as error:
                    history.statuses[type(error).__name__] += 1
                    continue
                history.statuses[str(answer.status_code)] += 1
                if answer.status_code == 201:
                    history.made.append((answer.json()["data"]["id"], date))
                if over.is_set() and turn > 6:
                    return

    people = [threading.Thread(target=ask, args=(number,)) for number in range(_PEOPLE)]
    for each in people:
        each.start()
    patient_until = time.monotonic() + 60
    while len(history.made) < least and time.monotonic() < patient_until and any(each.is_alive() for each in people):
        struck.wait(0.01)
    strike()
    over.set()
    for each in people:
        each.join(120)
    return history


def broken(history: History, urls: Sequence[str]) -> list[str]:
    """What does not hold: each place is sold once, what was answered is there, at every host the same."""
    told = Counter(number for number, _ in history.made)
    found = [f"booking {number} was given {times} times" for number, times in told.items() if times > 1]
    pictures = [_bookings(url) for url in urls]
    if any(picture != pictures[0] for picture in pictures):
        found.append("two hosts tell of different worlds")
    kept = dict(pictures[0])
    found += [f"booking {number} on {date} is gone" for number, date in history.made if kept.get(number) != date]
    sold = Counter(date for _, date in pictures[0] if date in DATES)
    found += [f"{times} places were sold on {date}" for date, times in sold.items() if times > PLACES_OF_SLOT]
    return found


def _bookings(url: str) -> list[tuple[int, str]]:
    found = []
    for page in range(1, 20):
        query = f"service_id=123&page={page}&page_size=100"
        answer = httpx.get(f"{url}/v1/bookings?{query}", headers=ALPHA, timeout=40)
        shown = answer.json()["data"]
        found += [(each["id"], each["date"]) for each in shown["bookings"] if each["time_slot_id"] == 456]
        if page >= shown["pagination"]["total_pages"]:
            break
    return sorted(found)
