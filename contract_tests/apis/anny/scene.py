"""anny's steps: find a free interval, book it at once or by a cart, invite, edit, cancel, look.

Every test that books has a day of its own, far enough ahead that nothing it does depends on the hour; what it books is
canceled afterwards, which frees the interval.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from contract_tests.laws.paging import Page, walk
from contract_tests.laws.probes import Probe, probes
from contract_tests.laws.receiving import RECEIVER_KEY
from contract_tests.profiles import ID, TOKEN, Key, Lacking
from contract_tests.scenes.answers import Answer, Broken
from contract_tests.scenes.exchanges import Exchange
from contract_tests.scenes.scene import MAIN, Made, Scene
from contract_tests.scenes.sending import NO_BODY, Silence

__all__ = [
    "ADMIN",
    "BODIES",
    "IDS",
    "JSON_API",
    "NOBODY",
    "PARTICIPANT",
    "UNKNOWN",
    "AnnyScene",
    "Json",
    "Slot",
    "bookings_in",
    "cents",
    "included",
    "moment",
    "number_of",
    "order_id",
    "people_in",
]

Json = dict[str, Any]

ADMIN = "admin"
PARTICIPANT = "participant"
NOBODY = ""
JSON_API = "application/vnd.api+json"

UNKNOWN = "4294967295"
"""A well-formed id that is nobody's."""
_UNKNOWN_UUID = "3f0cffff-ffff-4fff-bfff-ffffffffffff"

IDS: Mapping[str, object] = {
    **dict.fromkeys(("bookingId", "orderId", "invoiceId", "subscriptionId", "oid"), UNKNOWN),
    **dict.fromkeys(("resourceId", "serviceId", "customerId", "service_id", "resource_id"), _UNKNOWN_UUID),
    "type": "bookings",
    "id": UNKNOWN,
    "relationship": "resource",
}
"""For every parameter that names something, the id of nothing; `type` is what the id would be of."""

BODIES: Mapping[str, Any] = {
    "bookInstantly": {
        "start_date": "2031-03-03T10:00:00+00:00",
        "end_date": "2031-03-03T11:00:00+00:00",
        "resource_id": IDS["resource_id"],
        "service_id": IDS["service_id"],
    },
    "updateBooking": {"data": {"type": "bookings", "id": IDS["bookingId"], "attributes": {"status": "accepted"}}},
    "editParticipants": {"participants": []},
    "editServiceOptions": {"addons": []},
    "editBookingBaseData": {"start_date": "2031-03-03T10:00:00+00:00"},
    "createWebhookSubscription": {
        "data": {
            "type": "webhook-subscriptions",
            "attributes": {"name": "test", "url": "http://127.0.0.1:9/hook", "events": ["bookings.created"]},
        }
    },
    "addToCart": {
        "start_date": "2031-03-03T10:00:00+00:00",
        "end_date": "2031-03-03T11:00:00+00:00",
        "resource_id": IDS["resource_id"],
        "service_id": IDS["service_id"],
    },
    "submitOrder": {"accept_terms": True},
    "updateWebhookSubscription": {
        "data": {"type": "webhook-subscriptions", "id": IDS["subscriptionId"], "attributes": {"name": "test"}}
    },
}
"""What each operation that takes a body accepts, about nothing that is there."""

_DAYS_AHEAD = 21
"""Before that many days from now nothing is booked: other deadlines than those tested are far away."""
_DAYS = 54
"""So many days there are, so that none is further ahead than services let anybody book."""
_USUAL = ("room", "other_room", "desk")
"""The resources of the service that is booked at once: what a test books at one of them it may move to another."""
_TAKEN = ("booked_out", "blocked")
_UNPROCESSABLE = 422
_CARTS = ("addToCart", "emptyCart", "submitOrder")
_NAMES = {"bookings": "bookingId", "orders": "orderId"}
_PLACES = ("listAvailabilityStarts", "listAvailabilityEnds")
_TICK = timedelta(seconds=1)
"""Moments of bookings are told in whole seconds."""
_PAGES = 3
"""So many pages of what is new are looked through in a world with a past, which may have hundreds."""


@dataclass(frozen=True, slots=True)
class Slot:
    """An interval of one resource, for one service."""

    service_id: str
    resource_id: str
    starts_at: datetime
    ends_at: datetime

    @property
    def body(self) -> Json:
        return {
            "start_date": self.starts_at.isoformat(),
            "end_date": self.ends_at.isoformat(),
            "service_id": self.service_id,
            "resource_id": self.resource_id,
        }

    @property
    def span(self) -> Json:
        return {"start_date": self.starts_at.isoformat(), "end_date": self.ends_at.isoformat()}

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    def later(self, *, minutes: int) -> "Slot":
        by = timedelta(minutes=minutes)
        return replace(self, starts_at=self.starts_at + by, ends_at=self.ends_at + by)

    def lasting(self, minutes: int) -> "Slot":
        return replace(self, ends_at=self.starts_at + timedelta(minutes=minutes))

    def of(self, service_id: str) -> "Slot":
        return replace(self, service_id=service_id)

    def at(self, resource_id: str) -> "Slot":
        return replace(self, resource_id=resource_id)


class AnnyScene(Scene):
    KEYS = (
        Key("identities.other", "A second customer: what is kept from strangers, who books what others hold.", '"${OTHER_TOKEN}"', TOKEN),
        Key("identities.participant", "A third customer, who is invited to bookings.", '"${GUEST_TOKEN}"', TOKEN),
        Key("identities.admin", "The organisation: it decides about requests and sees everything.", '"${ADMIN_TOKEN}"', TOKEN),
        Key("inventory.organization", "The id of the organisation that the administrator's token is for.", '"500"', ID),
        Key("inventory.terminal", "The hash of a terminal.", '"${TERMINAL_HASH}"'),
        Key("inventory.blocker", "The id of a booking that is a blocker.", '"1020"', ID),
        Key("inventory.recurring_master", "The main customer's series of repeated dates, by its master; dates of it are canceled.", '"1010"', ID),
        Key("inventory.series_master", "The main customer's series that is sold together, by its master; it is canceled.", '"1015"', ID),
        Key("inventory.services.instant", "A free service that is booked at once, at room, other_room and desk.", '"3f0c..."', ID),
        Key(
            "inventory.services.paid",
            "A service that is paid at once, with two add-ons and a policy of percentages, at room and other_room.",
            '"3f0c..."', ID,
        ),
        Key(
            "inventory.services.strict",
            "A service by the hour with padding, a fee that is an amount, no participants and little that can be edited, at "
            "room and other_room.",
            '"3f0c..."', ID,
        ),
        Key("inventory.services.approval", "A paid service whose bookings somebody has to accept, at room.", '"3f0c..."', ID),
        Key("inventory.services.form", "A service with a custom form that has to be answered, at room.", '"3f0c..."', ID),
        Key("inventory.services.course", "A service with several places, at course_room.", '"3f0c..."', ID),
        Key("inventory.resources.room", "A resource with one place, whose bookings expire unless somebody checks in.", '"3f0c..."', ID),
        Key("inventory.resources.other_room", "A resource with one place, without check-in.", '"3f0c..."', ID),
        Key("inventory.resources.desk", "Another resource with one place, which does not offer the paid service.", '"3f0c..."', ID),
        Key("inventory.resources.course_room", "A resource with several places.", '"3f0c..."', ID),
        Key("inventory.resources.area", "A resource that has children.", '"3f0c..."', ID),
        RECEIVER_KEY,
    )  # fmt: skip
    MADE: ClassVar[Mapping[str, Made]] = {
        "bookInstantly": lambda answer: _booking_made(answer.json["data"]),
        "addToCart": lambda answer: _cart_made(answer.json["data"]),
        "submitOrder": lambda answer: [("orderId", answer.json["data"]["id"])],
        "createWebhookSubscription": lambda answer: [("subscriptionId", answer.json["data"]["id"])],
    }
    UNDO: ClassVar[Mapping[str, Callable[[Any, Any, str], Answer | None]]] = {
        "bookingId": lambda scene, value, by: scene.give_back(value, by),
        "oid": lambda scene, value, by: scene.drop_cart(value, by),
        "subscriptionId": lambda scene, value, by: scene.call("deleteWebhookSubscription", subscriptionId=value, by=by),
    }
    LEAVES = frozenset({"addToCart", "bookInstantly", "createWebhookSubscription", "submitOrder"})
    STAYS: ClassVar[Mapping[str, str]] = {"bookingId": "canceled bookings", "orderId": "orders"}
    GUARDED = frozenset({"oid"})
    LEANS: ClassVar[Mapping[str, Sequence[str]]] = {
        "cancelBooking": ("AN-X04",),
        "cancelEditBooking": ("AN-E07", "AN-E08"),
        "checkOutBooking": ("AN-K08",),
        "editBookingBaseData": ("AN-E06",),
    }

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._tokens: dict[str, str] = {}
        self._spans: list[tuple[datetime, datetime]] = []
        self._has_cart = False

    def call(self, operation_id: str, body: Any = NO_BODY, **options: Any) -> Answer:
        span = _span_in(body)
        if span is not None:
            if any(span[0] == ends or span[1] == starts for starts, ends in self._spans):
                self.lean_on("AN-T04")  # what touches is free
            self._spans.append(span)
        if (
            operation_id in _CARTS
            and options.get("by", MAIN)
            and (operation_id == "addToCart" or not options.get("oid"))
        ):
            self._has_cart = True
            self.take_turn()
        answer = super().call(operation_id, body, **options)
        if operation_id == "submitOrder" and answer.is_success:
            self._has_cart = False
        return answer

    def has_company(self, broken: Broken | None) -> bool:
        """
        Whether others have put something into the same cart; or have booked by the same accounts since the test began while
        it has a cart, or shows a list of more than its own; or have booked at all while it looks at places.
        """
        told = broken.exchanges if broken else ()
        is_of_places = any((each.operation and each.operation.id in _PLACES) or _is_taken(each) for each in told)
        if self._shares_a_cart():
            return True
        if broken and not (is_of_places or self._has_cart or any(map(self._lists_more, told))):
            return False
        accounts = {MAIN, *(each.by for each in self.log if each.by)} - {ADMIN}
        if self.has(ADMIN) and (is_of_places or any(each.by == ADMIN for each in told)):
            accounts.add(ADMIN)
        return self._have_news_of_others(accounts)

    def _shares_a_cart(self) -> bool:
        """Whether there was something in a cart that nobody of the run has put there."""
        labels = {self.contract.operation(each).label for each in _CARTS}
        carts = [each.json["data"] for each in self.answers if each.is_success and each.exchange.label in labels]
        return not all(self.is_of_the_run("bookingId", each) for cart in carts for each in bookings_in(cart))

    def _lists_more(self, exchange: Exchange) -> bool:
        """Whether it shows a list in which something is not known to be of the run."""
        if exchange.operation is None or "page[number]" not in exchange.operation.places:
            return False
        try:
            return not all(self.is_of_the_run(_NAMES[each["type"]], each["id"]) for each in exchange.json()["data"])
        except (LookupError, TypeError):
            return True

    def _have_news_of_others(self, accounts: Iterable[str]) -> bool:
        """By the target's clock, which the bookings of the test tell better than any other."""
        made_at = {which: at for by in accounts for which, at in self._newest(by)}
        own = [made_at[each] for each in self.made_as("bookingId") if each in made_at]
        since = (min(own) if own else self.now() - self.slack) - self.lasted - _TICK
        theirs = {which for which, at in made_at.items() if at >= since and not self.is_of_the_run("bookingId", which)}
        news = theirs - self._strangers
        self._strangers |= theirs
        return bool(news)

    def _newest(self, by: str) -> list[tuple[object, datetime]]:
        query = {"sort": "-created_at", "page[size]": 100}
        try:
            answer = self.call("listBookings", by=by, title="look whether others book", **query)
            return [(each["id"], moment(each["attributes"]["created_at"])) for each in answer.json["data"]]
        except (Silence, Lacking, LookupError, TypeError, ValueError):
            return []

    # What is offered

    def service_id(self, kind: str) -> str:
        """Raises Lacking."""
        return str(self.profile.want(f"inventory.services.{kind}", f"nobody knows which service is {kind}"))

    def resource_id(self, name: str) -> str:
        """Raises Lacking."""
        return str(self.profile.want(f"inventory.resources.{name}", f"nobody knows which resource is the {name}"))

    def given(self, name: str) -> str:
        """What the profile says under `inventory`; a booking named there may be written to. Raises Lacking."""
        value = str(self.profile.want(f"inventory.{name}", f"nobody knows the {name.replace('_', ' ')}"))
        self.ours("bookingId", value)
        return value

    def service(self, kind: str) -> Json:
        """The attributes of a service."""
        answer = self.call("getService", serviceId=self.service_id(kind), by=NOBODY, title="read the service")
        found: Json = answer.ok("AN-A07", 200).json["data"]["attributes"]
        return found

    def resource(self, name: str) -> Json:
        """The attributes of a resource."""
        answer = self.call("getResource", resourceId=self.resource_id(name), by=NOBODY, title="read the resource")
        found: Json = answer.ok("AN-A07", 200).json["data"]["attributes"]
        return found

    def add_ons(self, kind: str = "paid") -> list[Json]:
        """The add-ons of a service: `{id, attributes...}`."""
        answer = self.call(
            "getService", serviceId=self.service_id(kind), include="add_ons", by=NOBODY, title="read its add-ons"
        )
        found = included(answer.ok("AN-A07", 200), "add-ons")
        self.expect("AN-U08", bool(found) or kind != "paid", "add-ons of the service", found, answer)
        return found

    def tiers(self, kind: str = "paid") -> list[Json]:
        """The tiers of a service's cancellation policy, the longest notice first."""
        answer = self.call(
            "getService",
            serviceId=self.service_id(kind),
            include="cancellation_policy",
            by=NOBODY,
            title="read its policy",
        )
        policy = self.only("AN-D02", included(answer.ok("AN-A07", 200), "cancellation-policies"), "its policy")
        return sorted(policy["attributes"]["tiers"], key=lambda tier: -tier["before_start_minutes"])

    def address(self, by: str = MAIN) -> str:
        """The address of an identity's account."""
        answer = self.call("getCustomerAccount", by=by, title="read the account")
        return str(answer.ok("AN-A09" if by == ADMIN else "AN-A01", 200).json["data"]["attributes"]["email"])

    # Free intervals

    def starts(
        self, day: date | str, service_id: str, resource_id: str | None = None, minutes: int | None = None, **query: Any
    ) -> Answer:
        """The starts of a day; not judged."""
        return self.call(
            "listAvailabilityStarts",
            date=str(day),
            service_id=service_id,
            resource_id=resource_id,
            duration=minutes,
            by=NOBODY,
            title=f"list the starts of {day}",
            **query,
        )

    def ends(self, slot: Slot, resource_id: str | None = "") -> Answer:
        """The ends for the start of a slot, at another resource if one is named; not judged."""
        return self.call(
            "listAvailabilityEnds",
            date_time=slot.starts_at.isoformat(),
            service_id=slot.service_id,
            resource_id=slot.resource_id if resource_id == "" else resource_id,
            by=NOBODY,
            title="list the ends",
        )

    def interval(self, rule: str, slot: Slot) -> Json:
        """What is said of a slot among the starts of its day."""
        day = slot.starts_at.date()
        answer = self.starts(day, slot.service_id, slot.resource_id, slot.minutes, timezone="UTC").ok(rule, 200)
        found = [each for each in answer.json if moment(each["start_date"]) == slot.starts_at]
        self.expect(rule, len(found) == 1, f"the start {slot.starts_at} once among the starts", len(found), answer)
        interval: Json = found[0]
        return interval

    def local_day(self, slot: Slot) -> date:
        """The day of a slot; opening hours are those of daylight, so that UTC tells the same day."""
        return slot.starts_at.date()

    def day(self, kind: str = "instant", where: str = "room", *, minutes: int = 60) -> list[Slot]:
        """All starts of a day on which nothing is booked yet, for a service at a resource. Raises Lacking."""
        service_id, resource_id = self.service_id(kind), self.resource_id(where)
        today, first = self.now().date(), self.lease("day", _DAYS)
        seen: set[str | None] = set()
        for number in range(first, first + _DAYS):
            day = today + timedelta(days=_DAYS_AHEAD + number % _DAYS)
            answer = self.starts(day, service_id, resource_id, minutes)
            found = answer.ok("AN-A07", 200).json
            free = [each for each in found if each["available"]]
            seen |= {each["unavailability_type"] for each in found}
            # No page promises that a start says when it would end.
            slots = [
                Slot(service_id, resource_id, start, start + timedelta(minutes=minutes))
                for start in (moment(each["start_date"]) for each in free)
            ]
            if slots and _is_whole(slots, found) and self._is_free_beside(day, where):
                return slots
        is_offered = bool(seen & {None, *_TAKEN})
        self.expect("AN-T13", is_offered, f"a start in {_DAYS} days that is free, or taken", seen, answer)
        raise Lacking(f"no day of {_DAYS} is free at the {where}", key=f"inventory.resources.{where}")

    def _is_free_beside(self, day: date, where: str) -> bool:
        """Whether nothing is booked at the other resources of the usual service on that day, where others are in the world too."""
        if self.world.is_own or where not in _USUAL:
            return True
        service_id = self.service_id("instant")
        known = (self.profile.find(f"inventory.resources.{name}") for name in _USUAL if name != where)
        answers = (self.starts(day, service_id, resource_id).ok("AN-A07", 200) for resource_id in known if resource_id)
        return not any(each["unavailability_type"] in _TAKEN for answer in answers for each in answer.json)

    def slot(self, kind: str = "instant", where: str = "room", *, minutes: int = 60) -> Slot:
        """A free interval with two free hours around it, on a day on which nothing else is booked."""
        slots = self.day(kind, where, minutes=minutes)
        return next((each for each in slots if each.starts_at >= slots[0].starts_at + timedelta(hours=2)), slots[0])

    # Booking

    def book(self, slot: Slot, *, by: str = MAIN, title: str = "book at once", **fields: Any) -> Answer:
        """Not judged."""
        return self.call("bookInstantly", {**slot.body, **fields}, by=by, title=title)

    def booked(self, slot: Slot | None = None, rule: str = "AN-N01", *, by: str = MAIN) -> Json:
        """An accepted booking of the service that is booked at once."""
        booking: Json = self.book(slot or self.slot(), by=by).ok(rule, 201).json["data"]
        return booking

    def add(
        self, slot: Slot, *, by: str = MAIN, order: Json | None = None, title: str = "put into the cart", **fields: Any
    ) -> Answer:
        """Put into the caller's cart, or into the cart *order*; not judged."""
        answer = self.call("addToCart", {**slot.body, **fields}, by=by, title=title, **self.keys_of(order))
        if answer.is_success:
            self._remember(answer.json["data"])
        return answer

    def held(self, slot: Slot | None = None, rule: str = "AN-C01", *, by: str = MAIN, **fields: Any) -> Json:
        """The draft with what was put into it."""
        order: Json = self.add(slot or self.slot(), by=by, **fields).ok(rule, 201).json["data"]
        return order

    def keys_of(self, order: Json | None) -> Json:
        """What names a cart, and shows that one may use it."""
        if order is None:
            return {}
        return {"oid": order["id"], "oat": order["attributes"]["access_token"] or self._tokens.get(order["id"])}

    def person(self) -> Json:
        return {"given_name": "Contract", "family_name": "Test", "email": f"{self.word()}@example.com"}

    def submit(
        self, *, by: str = MAIN, order: Json | None = None, title: str = "submit the cart", **fields: Any
    ) -> Answer:
        """Not judged. Without a token a customer goes along, unless *fields* say otherwise."""
        body = {"accept_terms": True, **({} if by else {"customer": self.person()}), **fields}
        return self.call("submitOrder", body, by=by, title=title, **self.keys_of(order))

    def submitted(self, slot: Slot, rule: str = "AN-C06", *, by: str = MAIN, **fields: Any) -> Json:
        """The order of one booking, which was put into a cart and submitted."""
        begins = bool(by) and self.take_turn()
        order = self.held(slot, by=by, **fields)
        after: Json = self.submit(by=by, order=order).ok(rule, 200).json["data"]
        if begins:
            self.end_turn()  # the next one begins with an empty cart
        return after

    def ordered(self, slot: Slot | None = None, *, kind: str = "paid", by: str = MAIN, **fields: Any) -> Json:
        """An accepted booking that was put into a cart and submitted; nothing of it is paid."""
        order = self.submitted(slot or self.slot(kind), by=by, **fields)
        (booking_id,) = bookings_in(order)
        return self.seen("AN-C06", booking_id, by=by)

    def choice(self, *quantities: int) -> list[Json]:
        """So many of each add-on of the paid service."""
        add_ons = self.add_ons()
        return [
            {"add_on_id": add_on["id"], "quantity": quantity}
            for add_on, quantity in zip(add_ons, quantities, strict=False)
            if quantity
        ]

    def paid(self, slot: Slot | None = None, *, kind: str = "paid", by: str = MAIN, **fields: Any) -> Json:
        """An accepted booking that was ordered and paid."""
        booking = self.ordered(slot, kind=kind, by=by, **fields)
        self.pay(order_id(booking), by=by).ok("AN-C22", 200)
        return self.seen("AN-C22", booking, by=by)

    def requested(self, slot: Slot | None = None, *, by: str = MAIN) -> Json:
        """A booking about which somebody has to decide, not paid."""
        booking: Json = self.book(slot or self.slot("approval"), by=by).ok("AN-N05", 201).json["data"]
        return booking

    def rejected(self, slot: Slot | None = None) -> Json:
        booking = self.requested(slot)
        self.decide(booking, "rejected").ok("AN-S12", 200)
        return booking

    def canceled(self, slot: Slot | None = None) -> Json:
        booking = self.booked(slot)
        self.cancel(booking).ok("AN-X01", 200)
        return booking

    def pay(self, order: Json | str, *, by: str = MAIN, oat: str | None = None) -> Answer:
        number = order if isinstance(order, str) else order["id"]
        return self.call("payOrder", orderId=number, by=by, oat=oat, title="pay")

    def empty(self, *, by: str = MAIN, order: Json | None = None) -> Answer:
        return self.call("emptyCart", by=by, title="empty the cart", **self.keys_of(order))

    # Reading

    def read(self, booking: Json | str, *, by: str = MAIN, **query: Any) -> Answer:
        return self.call("getBooking", bookingId=number_of(booking), by=by, title="read the booking", **query)

    def seen(self, rule: str, booking: Json | str, *, by: str = MAIN) -> Json:
        """The booking as it is read now."""
        found: Json = self.read(booking, by=by).ok(rule, 200).json["data"]
        return found

    def status(self, rule: str, booking: Json | str, *, by: str = MAIN) -> str:
        return str(self.seen(rule, booking, by=by)["attributes"]["status"])

    def stays(self, rule: str, booking: Json, *, by: str = MAIN) -> None:
        """The booking has to be read as it was in *booking*."""
        self.same(rule, self.seen(rule, booking, by=by), booking, "the booking read afterwards")

    def listed(
        self, rule: str, *, by: str = MAIN, size: int = 100, until: Collection[str] | None = (), **filters: Any
    ) -> list[Json]:
        """The bookings in somebody's list, as of `every`; `status="accepted"` is `filter[status]=accepted`."""
        query = {f"filter[{name}]": value for name, value in filters.items() if name not in _NO_FILTERS}
        if "resources" in filters:
            query["filter[resources]"] = ",".join(filters["resources"])
        if "sort" in filters:
            query["sort"] = filters["sort"]
        return self.every(rule, "listBookings", by=by, size=size, until=until, **query)

    def expires_after(self) -> timedelta:
        """How long after its start a booking of the room is expired that nobody has checked in."""
        check_in = self.resource("room")["settings"]["checkIn"]
        self.expect("AN-S02", check_in["isEnabled"] and check_in["autoExpiry"], "expiry at the room", check_in)
        return timedelta(minutes=max(check_in["autoExpiresAfter"], check_in["allowedDelayPeriod"]))

    def every(
        self,
        rule: str,
        operation_id: str,
        *,
        by: str = MAIN,
        size: int = 100,
        o: str | None = None,
        until: Collection[str] | None = None,
        **query: Any,
    ) -> list[Json]:
        """
        A list from its first page to its last; *query* are its parameters, those of its path too.

        Args:
            until: The ids that have to be in it. Where there is a past, some pages are enough that have them, of what is
                newest unless *query* sorts. None if the whole list is wanted.
        """
        found: list[Json] = []
        has_past = until is not None and not self.world.is_own
        if has_past and "sort" in self.contract.operation(operation_id).places:
            query = {"sort": "-created_at", **query}

        def read(number: int) -> Page:
            asked = {**query, "page[number]": number, "page[size]": size}
            answer = self.call(operation_id, by=by, o=o, title=f"list, page {number}", **asked).ok(rule, 200)
            # What others book meanwhile moves the last of a page to the next one.
            known = {each["id"] for each in found} if has_past else set()
            found.extend(each for each in answer.json["data"] if each["id"] not in known)
            last = answer.json["meta"]["page"]["last-page"]
            if has_past and number >= _PAGES and {*(until or ())} <= {each["id"] for each in found}:
                last = number
            return Page([each["id"] for each in answer.json["data"]], number + 1 if number < last else None, answer)

        walk(self, rule, 1, read)
        return found

    def by_number(self, *, by: str = NOBODY, **query: Any) -> Answer:
        return self.call("getBookingByNumber", by=by, title="look the booking up", **query)

    def order(self, rule: str, order: Json | str, *, by: str = MAIN) -> Json:
        """The order as it is now, of an order or of a booking."""
        found: Json = self.read_order(order, by=by).ok(rule, 200).json["data"]
        return found

    def read_order(self, order: Json | str, *, by: str = MAIN, **query: Any) -> Answer:
        number = order if isinstance(order, str) else order_id(order)
        return self.call("getOrder", orderId=number, by=by, title="read the order", **query)

    def invoices(self, rule: str, order: Json | str, *, by: str = MAIN) -> list[Json]:
        """Those of an order, the oldest first."""
        answer = self.read_order(order, by=by, include="invoices").ok(rule, 200)
        return sorted(included(answer, "invoices"), key=lambda invoice: int(invoice["id"]))

    def preview(self, booking: Json | str, *, by: str = MAIN) -> Answer:
        return self.call("getCancellationPreview", bookingId=number_of(booking), by=by, title="preview a cancellation")

    def previewed(self, rule: str, booking: Json | str, *, by: str = MAIN) -> Json:
        found: Json = self.preview(booking, by=by).ok(rule, 200).json["data"]["attributes"]
        return found

    # Changing

    def cancel(self, booking: Json | str, *, by: str = MAIN) -> Answer:
        return self.call("cancelBooking", bookingId=number_of(booking), by=by, title="cancel")

    def decide(self, booking: Json | str, status: str, *, by: str = ADMIN, **attributes: Any) -> Answer:
        number = number_of(booking)
        body = {"data": {"type": "bookings", "id": number, "attributes": {"status": status, **attributes}}}
        return self.call("updateBooking", body, bookingId=number, by=by, title=f"decide: {status}")

    def move(self, booking: Json | str, *, by: str = MAIN, title: str = "", **fields: Any) -> Answer:
        """Edit dates and resource; not judged."""
        title = title or f"edit {', '.join(fields) or 'nothing'}"
        self.lean_on("AN-R03")  # which may be where it stands now
        return self.call("editBookingBaseData", fields, bookingId=number_of(booking), by=by, title=title)

    def moved(self, rule: str, booking: Json | str, **fields: Any) -> Json:
        after: Json = self.move(booking, **fields).ok(rule, 200).json["data"]
        return after

    def choose(self, booking: Json | str, *choices: Json, by: str = MAIN) -> Answer:
        """Edit the add-ons; not judged."""
        body = {"addons": list(choices)}
        return self.call("editServiceOptions", body, bookingId=number_of(booking), by=by, title="edit the add-ons")

    def invite(
        self, booking: Json | str, *people: Json, by: str = MAIN, title: str = "edit the participants"
    ) -> Answer:
        """Make *people* the participants; not judged."""
        body = {"participants": list(people)}
        return self.call(
            "editParticipants",
            body,
            bookingId=number_of(booking),
            include="booking_participants",
            by=by,
            title=title,
        )

    def invited(self, booking: Json | None = None, *, by: str = PARTICIPANT, **fields: Any) -> Json:
        """A booking of the main customer to which somebody is invited."""
        booking = booking or self.booked()
        self.invite(booking, {"email": self.address(by), **fields}).ok("AN-G01", 200)
        return booking

    def joined(self, booking: Json | None = None, *, by: str = PARTICIPANT, **fields: Any) -> Json:
        """A booking of the main customer in which somebody takes part."""
        booking = self.invited(booking, by=by, **fields)
        self.accept(booking, by=by).ok("AN-I01", 200)
        return booking

    def accept(self, booking: Json | str, *, by: str = PARTICIPANT) -> Answer:
        return self.call("acceptInvite", bookingId=number_of(booking), by=by, title="accept the invitation")

    def reject(self, booking: Json | str, *, by: str = PARTICIPANT) -> Answer:
        return self.call("rejectInvite", bookingId=number_of(booking), by=by, title="reject the invitation")

    def people(self, rule: str, booking: Json | str, *, by: str = MAIN) -> list[Json]:
        """The participants as they are read now: `{id, attributes}`, in the order of the booking."""
        return people_in(self.read(booking, by=by, include="booking_participants").ok(rule, 200))

    def check_in(self, booking: Json | str, *, by: str = ADMIN, **query: Any) -> Answer:
        return self.call("checkInBooking", bookingId=number_of(booking), by=by, title="check in", **query)

    def check_out(self, booking: Json | str, *, by: str = ADMIN, **query: Any) -> Answer:
        return self.call("checkOutBooking", bookingId=number_of(booking), by=by, title="check out", **query)

    def revert(self, booking: Json | str, *, by: str = MAIN) -> Answer:
        return self.call("cancelEditBooking", bookingId=number_of(booking), by=by, title="put back what was edited")

    def only(self, rule: str, things: Sequence[Json], what: str) -> Json:
        """The single one of *things*."""
        self.same(rule, len(things), 1, f"the number of what has to be {what}")
        return things[0]

    # All operations

    def nowhere(self) -> None:
        """Ids that name nothing may be written to."""
        for name, value in IDS.items():
            self.ours(name, value)

    def probes(self, **options: Any) -> list[Probe]:
        """A request for each operation that needs a token, or for those that are wanted, whose ids name nothing."""
        return list(probes(self.contract, IDS, **options))

    # Time

    def go_to(self, when: datetime) -> None:
        """Let the time pass until then; whole seconds. Raises Lacking."""
        self.pass_time(when - self.now())

    # Leaving

    def give_back(self, booking: Any, by: str) -> Answer | None:
        """Cancel what can be canceled: the rest takes no place."""
        answer = self.cancel(str(booking), by=by or ADMIN) if by or self.has(ADMIN) else None
        return None if answer is None or answer.status == _UNPROCESSABLE else answer

    def drop_cart(self, order_id: Any, by: str) -> Answer | None:
        answer = self.call(
            "emptyCart", oid=order_id, oat=self._tokens.get(str(order_id)), by=by, title="empty the cart"
        )
        return None if answer.status == _UNPROCESSABLE else answer

    def _remember(self, order: Json) -> None:
        token = order["attributes"]["access_token"]
        if token:
            self._tokens[order["id"]] = token


_NO_FILTERS = frozenset({"resources", "sort"})


def _is_whole(free: list[Slot], found: list[Json]) -> bool:
    """Whether nothing is booked: every start is free but those so late that they end after hours."""
    taken = [each for each in found if each["unavailability_type"] in _TAKEN]
    return not taken and len(free) > 1


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def cents(amount: Any) -> int:
    """Whole minor units."""
    return round(Decimal(str(amount)) * 100)


def _span_in(body: Any) -> tuple[datetime, datetime] | None:
    """What the body of a request asks to be taken, if it names both ends."""
    try:
        starts, ends = (datetime.fromisoformat(body[name]) for name in ("start_date", "end_date"))
    except (TypeError, KeyError, ValueError):
        return None
    return (starts, ends) if starts.tzinfo and ends.tzinfo else None


def number_of(booking: Json | str) -> str:
    return booking if isinstance(booking, str) else str(booking["id"])


def order_id(thing: Json) -> str:
    """Of an order itself, or of the booking that it is about."""
    return str(thing["id"] if thing["type"] == "orders" else thing["relationships"]["order"]["data"]["id"])


def bookings_in(order: Json) -> list[str]:
    return [each["id"] for each in order["relationships"]["bookings"]["data"]]


def included(answer: Answer, kind: str) -> list[Json]:
    """What was sent along of a type."""
    return [each for each in answer.json.get("included", []) if each["type"] == kind]


def people_in(answer: Answer) -> list[Json]:
    """The participants of a booking that were sent along, in the order of the booking."""
    sent = {each["id"]: each for each in included(answer, "booking-participants")}
    linked = answer.json["data"]["relationships"]["booking_participants"]["data"]
    return [sent[each["id"]] for each in linked]


def _booking_made(booking: Json) -> Iterator[tuple[str, object]]:
    yield "bookingId", booking["id"]
    yield "orderId", order_id(booking)


def _cart_made(order: Json) -> Iterable[tuple[str, object]]:
    """What else is in a cart may be of others."""
    yield "orderId", order["id"]
    yield "oid", order["id"]
    for booking in bookings_in(order)[-1:]:
        yield "bookingId", booking


def _is_taken(exchange: Exchange) -> bool:
    return exchange.status == _UNPROCESSABLE and b"unavailable_interval" in exchange.content
