"""ReserveKit's steps: make a service with slots, book a place, look.

Every test works in services of its own, so that no slot was ever used before; what is made is deleted with its service.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any, ClassVar

from contract_tests.laws.paging import Page, walk
from contract_tests.laws.probes import Probe, probes
from contract_tests.laws.receiving import RECEIVER_KEY
from contract_tests.profiles import DEAD_TOKEN, TOKEN, WHOLE, Key, NotApplicable
from contract_tests.scenes.answers import ANY, Answer
from contract_tests.scenes.scene import MAIN, OTHER, Made, Scene, path_text
from contract_tests.scenes.worlds import ask_hook

__all__ = ["IDS", "UNKNOWN", "ReserveKitScene", "Slot", "slot_body"]

Json = dict[str, Any]

UNKNOWN = 2_147_483_647
"""The greatest id there may be: that of nothing."""

IDS: Mapping[str, object] = dict.fromkeys(("bookingID", "serviceID", "timeSlotID", "service_id"), UNKNOWN)
_NAMES = (*IDS, "time_slot_id")

_FIRST_DAY = date(2031, 3, 3)
_MANY_REQUESTS = 40
"""More than the burst of the sandbox's smallest plan."""
_MOST_WAITED_SECONDS = 120
"""Windows have a minute: who names more has something else in mind."""
_FEW_BOOKINGS = 2
_WRONG_INPUT = 400


@dataclass(frozen=True, slots=True)
class Slot:
    id: int
    service_id: int
    places: int


class ReserveKitScene(Scene):
    KEYS = (
        Key(
            "identities.other",
            "The key of a second tenant: that neither sees what the other has.",
            '"${OTHER_KEY}"',
            TOKEN,
        ),
        Key("identities.revoked", "A key that was revoked.", '"${REVOKED_KEY}"', DEAD_TOKEN),
        Key("identities.restricted", "A key that is bound to a domain.", '"${DOMAIN_KEY}"', TOKEN),
        Key("inventory.restricted_domain", "The domain that key is bound to.", '"shop.example.com"'),
        Key(
            "limits.requests",
            "How many requests in a row are certainly more than the main key may send; without it that limit is not "
            "provoked. What follows waits for as long as the target asks.",
            "60",
            WHOLE,
        ),
        Key(
            "limits.bookings",
            "How many bookings in a row are certainly more than the main key may make; without it that limit is not "
            "provoked. What follows waits for as long as the target asks.",
            "60",
            WHOLE,
        ),
        Key(
            "webhooks.subscribe_url",
            "A call of your own (POST) that has the target send its webhooks to {url}; without it none is looked at.",
            '"https://staging.example.com/test/subscribe?url={url}"',
        ),
        RECEIVER_KEY,
    )
    MADE: ClassVar[Mapping[str, Made]] = {
        "createBooking": lambda answer: [("bookingID", answer.json["data"]["id"])],
        "createService": lambda answer: _service_made(answer.json["data"]),
        "updateTimeSlots": lambda answer: _slots_made(answer.json["data"]),
    }
    UNDO: ClassVar[Mapping[str, Callable[[Any, Any, str], Answer | None]]] = {
        "serviceID": lambda scene, value, by: scene.call("deleteService", serviceID=value, by=by),
    }
    """A booking goes with its service, and every test has its own."""
    LEAVES = frozenset({"createService"})
    GUARDED = frozenset({"service_id", "time_slot_id"})
    LEANS: ClassVar[Mapping[str, Sequence[str]]] = {
        "updateBooking": ("RK-B13", "RK-B15", "RK-L12", "RK-L13", "RK-M02"),
        "updateBookingCustomer": ("RK-C10",),
        "updateTimeSlots": ("RK-T14",),
    }

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._days: dict[int, set[str]] = {}
        self._people: set[object] = set()

    def tenants(self) -> tuple[str, ...]:
        """To whom the same rules apply, as far as their keys are known."""
        return (MAIN, OTHER) if self.has(OTHER) else (MAIN,)

    # Services and their slots

    def service(self, *places: int, by: str = MAIN, **fields: Any) -> list[Slot]:
        """A new service with a slot for each number of places."""
        slots = [slot_body(number, hour) for hour, number in enumerate(places, start=8)]
        service = self.offered(by=by, time_slots=slots, **fields)
        made = sorted(self.slots_of(service["id"], by=by), key=itemgetter("start_time"))
        self.same("RK-S02", [slot["max_bookings"] for slot in made], list(places), "max_bookings of the slots made")
        return [Slot(slot["id"], service["id"], slot["max_bookings"]) for slot in made]

    def slot(self, places: int = 8, *, by: str = MAIN) -> Slot:
        """The only slot of a new service."""
        (slot,) = self.service(places, by=by)
        return slot

    def offer(self, *, by: str = MAIN, title: str = "make a service", **fields: Any) -> Answer:
        """Ask for a service; not judged."""
        return self.call("createService", fields, by=by, title=title)

    def offered(self, rule: str = "RK-S01", *, by: str = MAIN, **fields: Any) -> Json:
        """A service that was made."""
        body = {"name": f"Contract test {self.word()}", "timezone": "Europe/Berlin", **fields}
        service: Json = self.offer(by=by, **body).ok(rule, 201).json["data"]
        return service

    def read_service(self, service_id: int, *, by: str = MAIN) -> Answer:
        return self.call("getService", serviceID=service_id, by=by, title="read the service")

    def seen_service(self, rule: str, service_id: int) -> Json:
        """The service as it is read now."""
        found: Json = self.read_service(service_id).ok(rule, 200).json["data"]
        return found

    def change_service(self, service_id: int, *, by: str = MAIN, **fields: Any) -> Answer:
        title = f"change {', '.join(fields) or 'nothing'} of the service"
        return self.call("updateService", fields, serviceID=service_id, by=by, title=title)

    def delete_service(self, service_id: int, *, by: str = MAIN) -> Answer:
        return self.call("deleteService", serviceID=service_id, by=by, title="delete the service")

    def services(self, rule: str, *, by: str = MAIN) -> list[Json]:
        """All services of a tenant, page by page."""
        pages = self.pages(rule, "listServices", "services", by=by)
        return [service for page in pages for service in page.answer.json["data"]["services"]]

    def slots_of(self, service_id: int, rule: str = "RK-T01", *, day: str | None = None, by: str = MAIN) -> list[Json]:
        answer = self.call("listServiceTimeSlots", serviceID=service_id, date=day, by=by, title="list slots")
        slots: list[Json] = answer.ok(rule, 200).json["data"]
        if by and not day:
            self.ours("timeSlotID", *(slot["id"] for slot in slots))
            self.ours("time_slot_id", *(slot["id"] for slot in slots))
        return slots

    def slot_page(self, service_id: int, **query: Any) -> Answer:
        """The other list of slots, the one with pages."""
        return self.call("listTimeSlots", service_id=service_id, title="list slots by page", **query)

    def change_slots(self, service_id: int, *entries: Json, by: str = MAIN, title: str = "change slots") -> Answer:
        self.ensure_ours("updateTimeSlots", "timeSlotID", *(entry["id"] for entry in entries if "id" in entry))
        body = {"service_id": service_id, "time_slots": list(entries)}
        return self.call("updateTimeSlots", body, by=by, title=title)

    def changed_slots(self, rule: str, service_id: int, *entries: Json) -> list[Json]:
        slots: list[Json] = self.change_slots(service_id, *entries).ok(rule, 200).json["data"]
        return slots

    def delete_slot(self, slot_id: int, *, by: str = MAIN) -> Answer:
        return self.call("deleteTimeSlot", timeSlotID=slot_id, by=by, title="delete the slot")

    def delete_slots_of_day(self, service_id: int, day_of_week: int, *, by: str = MAIN) -> Answer:
        title = "delete the slots of a day"
        return self.call("deleteTimeSlotsOfDay", service_id=service_id, day_of_week=day_of_week, by=by, title=title)

    def places_left(self, slot: Slot, day: str | None = None, rule: str = "RK-T02") -> int:
        self.lean_on("RK-T02")
        slots = self.slots_of(slot.service_id, rule, day=day or self.day())
        left: int = next(each["available"] for each in slots if each["id"] == slot.id)
        return left

    # Bookings

    def day(self, number: int = 0) -> str:
        """A date far ahead; another one for another *number*."""
        return (_FIRST_DAY + timedelta(days=number)).isoformat()

    def email(self) -> str:
        return f"{self.word()}@example.com"

    def phone(self) -> str:
        return f"+49{self.random.randrange(10**9, 10**10)}"

    def book(
        self,
        slot: Slot,
        day: str | None = None,
        *,
        by: str = MAIN,
        title: str = "book",
        service_id: int | None = None,
        **fields: Any,
    ) -> Answer:
        """Ask for a place, for a new customer unless *fields* say who; not judged."""
        body = {"date": day or self.day(), "time_slot_id": slot.id, **fields}
        if not {"customer_email", "customer_phone", "customer_name"} & fields.keys():
            body["customer_email"] = self.email()
        self._lean_on_others(body)
        return self.call("createBooking", body, by=by, title=title, service_id=service_id)

    def _lean_on_others(self, body: Json) -> None:
        """A place on one date is none on another; and who comes again is told from others."""
        days, who = self._days.setdefault(body["time_slot_id"], set()), str(body.get("customer_email")).lower()
        if days - {body["date"]}:
            self.lean_on("RK-B04")
        if who in self._people:
            self.lean_on("RK-B08", "RK-B11", "RK-B25")
        days.add(body["date"])
        self._people.add(who)

    def booked(
        self, slot: Slot, day: str | None = None, *, rule: str = "RK-B02", by: str = MAIN, **fields: Any
    ) -> Json:
        """
        A booking that was made.

        Args:
            rule: Says that there is room, such as the one by which a place was given back.
        """
        booking: Json = self.book(slot, day, by=by, **fields).ok(rule).json["data"]
        return booking

    def confirmed(self, slot: Slot, day: str | None = None, **fields: Any) -> Json:
        booking = self.booked(slot, day, **fields)
        return self.changed("RK-L01", booking, status="confirmed")

    def cancelled(self, slot: Slot, day: str | None = None, **fields: Any) -> Json:
        booking = self.booked(slot, day, **fields)
        return self.changed("RK-L02", booking, status="cancelled", cancel_reason="ill")

    def change(self, booking: Json, *, by: str = MAIN, title: str = "", **fields: Any) -> Answer:
        title = title or f"change {', '.join(fields) or 'nothing'}"
        return self.call("updateBooking", fields, bookingID=booking["id"], by=by, title=title)

    def changed(self, rule: str, booking: Json, **fields: Any) -> Json:
        after: Json = self.change(booking, **fields).ok(rule, 200).json["data"]
        return after

    def read(self, booking: Json, *, by: str = MAIN) -> Answer:
        return self.call("getBooking", bookingID=booking["id"], by=by, title="read the booking")

    def seen(self, rule: str, booking: Json) -> Json:
        """The booking as it is read now."""
        found: Json = self.read(booking).ok(rule, 200).json["data"]
        return found

    def stays(self, rule: str, booking: Json) -> None:
        """The booking has to be read as it was in *booking*."""
        self.same(rule, self.seen(rule, booking), booking, "the booking read afterwards")

    def delete(self, booking: Json, *, by: str = MAIN) -> Answer:
        return self.call("deleteBooking", bookingID=booking["id"], by=by, title="delete the booking")

    def customer(self, booking: Json, *, by: str = MAIN) -> Answer:
        return self.call("getBookingCustomer", bookingID=booking["id"], by=by, title="read the customer")

    def change_customer(self, booking: Json, *, by: str = MAIN, **fields: Any) -> Answer:
        title = f"change {', '.join(fields) or 'nothing'} of the customer"
        return self.call("updateBookingCustomer", fields, bookingID=booking["id"], by=by, title=title)

    def bookings_of(self, service_id: int, rule: str = "RK-P07") -> list[Json]:
        """All bookings of a service, from all pages, by id; their order there has a rule of its own."""
        pages = self.pages(rule, "listBookings", "bookings", service_id=service_id)
        return sorted((each for page in pages for each in page.answer.json["data"]["bookings"]), key=itemgetter("id"))

    def pages(
        self, rule: str, operation_id: str, name: str, *, size: int = 100, by: str = MAIN, **query: Any
    ) -> list[Page]:
        """A list from its first page to its last."""

        def read(number: int) -> Page:
            answer = self.call(
                operation_id, page=number, page_size=size, by=by, title=f"list {name}, page {number}", **query
            )
            data = answer.ok(rule, 200).json["data"]
            last = data["pagination"]["total_pages"]
            return Page([item["id"] for item in data[name]], number + 1 if number < last else None, answer)

        return walk(self, rule, 1, read)

    # All operations

    def refused_input(self, rule: str, answer: Answer, text: object = ANY) -> Answer:
        """It has to be refused, with that *text* if one is given, says *rule*; another says with which status."""
        answer.refused(rule, answer.status if answer.is_refusal else _WRONG_INPUT, text)
        return answer.refused("RK-V10", _WRONG_INPUT)

    def nowhere(self) -> int:
        """The id of nothing, in whichever place."""
        for name in _NAMES:
            self.ours(name, UNKNOWN)
        return UNKNOWN

    def probes(self, **options: Any) -> list[Probe]:
        """A request for each operation with a key, or for those that are wanted, whose ids name nothing."""
        return list(probes(self.contract, IDS, **options))

    # Time

    def at(self) -> datetime:
        """The target's time in whole seconds, as it writes them."""
        return self.now().replace(microsecond=0)

    def is_now(self, rule: str, written: str, since: datetime, what: str) -> None:
        """The moment *written* has to lie between *since* and now."""
        moment, since, until = datetime.fromisoformat(written), since - self.slack, self.now() + self.slack
        said = f"{what} is the moment of the request, from {since:%Y-%m-%dT%H:%M:%SZ} to {until:%Y-%m-%dT%H:%M:%SZ}"
        self.expect(rule, since <= moment <= until, said, written, leaned_on=False)

    # Webhooks

    def subscribe(self, url: str, **only: Any) -> None:
        """
        From here on the target sends its webhooks to *url*, or *only* some of them.

        Raises:
            Lacking: The API has no call for that.
            NotApplicable: The call that there is subscribes to all of them.
        """
        if self.world.control is not None:
            self.world.control.ask("POST", self.world.name, "/webhooks/reservekit/subscriptions", {"url": url, **only})
            return
        hook = self.profile.want("webhooks.subscribe_url", "nobody can have the target send its webhooks here")
        self.be_alone()
        if only:
            raise NotApplicable("the profile's call to subscribe is for all webhooks")
        ask_hook("POST", hook.replace("{url}", path_text(url)))

    # Limits

    def limit_requests(self) -> int:
        """From here on the main key may send few requests; answers how many are certainly too many. Raises Lacking."""
        return self._limit("limits.requests", {"rate_limit": "starter"}, _MANY_REQUESTS)

    def limit_bookings(self) -> int:
        """From here on the main key may make few bookings; answers how many are certainly too many. Raises Lacking."""
        return self._limit("limits.bookings", {"bookings_per_minute": _FEW_BOOKINGS}, _FEW_BOOKINGS + 1)

    def wait_for(self, refused: Answer) -> None:
        """Let the time pass that a 429 tells: other tests of a shared world must not be refused for this one."""
        seconds = int(refused.headers["retry-after"])
        if self.world.clock is not None:
            self.world.clock.advance(timedelta(seconds=seconds))
        else:
            time.sleep(min(seconds, _MOST_WAITED_SECONDS))

    def _limit(self, key: str, settings: Json, too_many: int) -> int:
        if self.world.control is not None:
            self.world.control.ask("PATCH", self.world.name, "", {"settings": {"reservekit": settings}})
            return too_many
        most = int(self.profile.want(key, "the target's limits are not provoked unasked"))
        self.be_alone()
        self.exceed_limits()
        return most


def slot_body(places: int = 8, hour: int = 9, day_of_week: int = 1) -> Json:
    return {
        "day_of_week": day_of_week,
        "start_time": f"2031-01-01 {hour:02}:00:00",
        "end_time": f"2031-01-01 {hour:02}:45:00",
        "max_bookings": places,
    }


def _service_made(service: Json) -> Iterable[tuple[str, object]]:
    yield "serviceID", service["id"]
    yield "service_id", service["id"]


def _slots_made(slots: list[Json]) -> Iterable[tuple[str, object]]:
    for slot in slots:
        yield "timeSlotID", slot["id"]
        yield "time_slot_id", slot["id"]
