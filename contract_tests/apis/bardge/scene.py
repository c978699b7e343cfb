"""Bardge's steps: issue a pass, book a class, begin and confirm an appointment, look.

Every test issues passes of its own to clients that nobody had before, so that visits and credits are nobody else's. Venues,
classes and products are found by reading; days at spas are leased, and bookings are cancelled afterwards.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, ClassVar, TypedDict, TypeVar

from contract_tests.apis.bardge.payments import LAGOS, Json, Payments
from contract_tests.contracts import Operation
from contract_tests.laws.probes import Probe, is_secured, probes
from contract_tests.profiles import DEAD_TOKEN, TOKEN, Key, Kind, Lacking
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, OTHER, Made, Setting
from contract_tests.scenes.sending import NO_BODY
from contract_tests.scenes.worlds import World

__all__ = [
    "BODIES",
    "DISABLED",
    "HOUR",
    "IDS",
    "LAGOS",
    "NOTHING",
    "QUIET",
    "TEST",
    "BardgeScene",
    "Instance",
    "at",
    "instances_in",
    "issued_to",
    "milliseconds",
]

_T = TypeVar("_T")

TEST = "test"
QUIET = "quiet"
DISABLED = "disabled"

NOTHING = "ct_nothing_has_this_id"
IDS = dict.fromkeys(("id", "classId", "sessionId", "clientId", "bookingId", "providerBranchId"), NOTHING)
"""For the parameters of all paths: well-formed, and names of nothing."""

_VISITOR = {"client_id": NOTHING, "user_pass_id": NOTHING}
_VENUE = {"provider_branch_id": NOTHING}
BODIES: Mapping[str, Json] = {
    "issuePass": {"pass_id": NOTHING, "client_id": NOTHING, "first_name": "Contract", "last_name": "Test"},
    "updateIssuedPass": {"user_pass_id": NOTHING, "first_name": "Contract"},
    "updateIssuedPassExpiry": {"expires_at": 7_000_000_000_000},
    "generateAccessCode": {**_VISITOR, **_VENUE},
    "confirmAccessCode": {"copay_package_id": NOTHING},
    "initiateClassBooking": {**_VISITOR, "class_instance_id": NOTHING},
    "confirmClassBooking": {"copay_package_id": NOTHING},
    "initiateSpaBooking": {
        **_VISITOR, **_VENUE, "service_ids": [NOTHING], "date": "2199-01-01", "time": "10:00",
    },
    "rescheduleBooking": {"class_instance_id": NOTHING},
    "quoteSpaCopay": {**_VISITOR, "service_ids": [NOTHING]},
    "purchaseGymCopay": {**_VISITOR, **_VENUE, "copay_package_id": NOTHING},
    "purchaseSpaCopay": {**_VISITOR, **_VENUE, "quote_id": NOTHING},
    "purchaseCopay": {**_VISITOR, **_VENUE, "copay_package_id": NOTHING},
    "purchaseCredits": {"client_id": NOTHING, "credit_package_id": NOTHING},
    "initiateLookup": {"issuer_id": NOTHING, "client_id": NOTHING},
    "verifyLookup": {"access_code": "000000"},
    "updateLookupEnabled": {"enabled": False},
    "createPasscode": {"client_id": NOTHING},
}  # fmt: skip
"""For all operations that take a body: well-formed, and about nothing that is there."""

HOUR = timedelta(hours=1)

_NO_MONEY = "insufficient_balance"
_POOR = "the business account covers too little: fund it (of our own sandbox, with the setting business_balance)"
_REFUNDED_BEFORE = timedelta(hours=24)
_FIRST_SPA_DAY = 2
_SOON_DAYS = 5
"""So many of them are kept for tests that cannot wait for their turn."""
_PAID_DAYS = 20
"""A purchase is good for thirty days."""
_SPA_DAYS = 80
_A_QUARTER = timedelta(days=90)
_MOST = 100
_MOST_TRANSACTIONS = 50
_A_MOMENT = timedelta(minutes=1)
_BEFORE_IT_IS_OVER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Instance:
    """A class at a time, and the venue it is given at. `branch` is the venue's id."""

    id: str
    class_id: str
    class_name: str
    branch: str
    branch_name: str
    tier: str
    credits: int | None
    date: str
    time: str
    scheduled_for: int
    capacity: int
    spots_left: int

    @property
    def starts_at(self) -> datetime:
        return datetime.fromtimestamp(self.scheduled_for, LAGOS)

    @property
    def shown(self) -> Json:
        """As a booking has it."""
        return {
            "class_instance_id": self.id,
            "class_name": self.class_name,
            "provider_branch_id": self.branch,
            "provider_name": self.branch_name,
            "date": self.date,
            "time": self.time,
            "scheduled_for": self.scheduled_for,
        }


_GivenPass = TypedDict("_GivenPass", {"client": str, "pass": str})


class _GivenToken(TypedDict):
    client: str
    token: str


_A_PASS = Kind(_GivenPass, "a table with client and pass, both texts")
_A_TOKEN = Kind(_GivenToken, "a table with client and token, both texts")


class BardgeScene(Payments):
    KEYS = (
        Key(
            "identities.other",
            "The key of another reseller, which lets others look its clients up.",
            '"${OTHER_KEY}"',
            TOKEN,
        ),
        Key("identities.quiet", "The key of a reseller whose clients cannot be looked up.", '"${QUIET_KEY}"', TOKEN),
        Key("identities.test", "A test key of the reseller that calls.", '"${TEST_KEY}"', TOKEN),
        Key("identities.disabled", "The key of a reseller whose account is disabled.", '"${DISABLED_KEY}"', DEAD_TOKEN),
        Key(
            "inventory.cancelled_pass",
            "A client and a pass of theirs that was cancelled: no call does that.",
            '{ client = "client_femi", pass = "brgpass_femi_gym" }',
            _A_PASS,
        ),
        Key(
            "inventory.disabled_issuer",
            "The id under which the reseller with the disabled account would be listed as an issuer.",
            '"issuer_disabled"',
        ),
        Key(
            "inventory.expired_pass",
            "A client and a pass of theirs that is over; used where the clock cannot be moved.",
            '{ client = "client_dayo", pass = "brgpass_dayo_gym" }',
            _A_PASS,
        ),
        Key(
            "inventory.stale_token",
            "A client of another reseller, and a lookup token for them that is over.",
            '{ client = "client_kemi", token = "lkpt_stale" }',
            _A_TOKEN,
        ),
    )
    MADE: ClassVar[Mapping[str, Made]] = {
        "issuePass": lambda answer: _pass_made(answer.json),
        "initiateClassBooking": lambda answer: _begun(answer.json),
        "confirmClassBooking": lambda answer: [("bookingId", answer.json["id"])],
        "initiateSpaBooking": lambda answer: _begun(answer.json),
        "confirmSpaBooking": lambda answer: [("bookingId", answer.json["id"])],
        "rescheduleBooking": lambda answer: [("bookingId", answer.json["id"])],
        "generateAccessCode": lambda answer: _begun(answer.json),
        "quoteSpaCopay": lambda answer: [("quote_id", answer.json["id"])],
        "initiateLookup": lambda answer: [("id", answer.json["id"])],
    }
    UNDO: ClassVar[Mapping[str, Callable[[Any, Any, str], Answer | None]]] = {
        "bookingId": lambda scene, value, by: scene.cancel_if_open(value, by=by),
    }
    """Sessions run out by themselves; passes and clients cannot be taken back, and are in nobody's way."""
    LEAVES = frozenset({"confirmClassBooking", "confirmSpaBooking", "rescheduleBooking"})
    STAYS: ClassVar[Mapping[str, str]] = {"bookingId": "cancelled bookings", "user_pass_id": "passes"}
    GUARDED = frozenset({"client_id", "user_pass_id"})
    LEANS: ClassVar[Mapping[str, Sequence[str]]] = {
        "cancelBooking": ("BG-K13", "BG-N43"),
        "initiateClassBooking": ("BG-K15",),
        "initiateSpaBooking": ("BG-S05", "BG-S06"),
        "rescheduleBooking": ("BG-K13", "BG-M11", "BG-M14"),
    }

    def __init__(self, setting: Setting, world: World, name: str) -> None:
        super().__init__(setting, world, name)
        self._known: dict[str, list[Json]] = {}

    # All operations

    def probes(self, only: Callable[[Operation], bool] = is_secured) -> list[Probe]:
        """A well-formed request for each operation that is wanted; what it names does not exist."""
        return list(probes(self.contract, IDS, only=only, bodies=BODIES))

    def error(
        self, rule: str, answer: Answer, status: int, type_: str, code: str, message: str | None = None
    ) -> Answer:
        """A refusal with all that it has to say. *message* is compared whole."""
        said = answer.refused(rule, status, code).json["error"]
        self.same(rule, said.get("type"), type_, "the type", answer)
        if message is not None:
            self.same(rule, said.get("message"), message, "the message", answer)
        return answer

    def shows(self, rule: str, shown: Answer | Json, wanted: Json, what: str = "what the answer says") -> None:
        """Of its members those that are wanted."""
        said, answers = (shown.json, (shown,)) if isinstance(shown, Answer) else (shown, ())
        self.same(rule, {name: said.get(name) for name in wanted}, wanted, what, *answers, leaned_on=False)

    def first(self, rule: str, found: Sequence[_T], what: str, *answers: Answer) -> _T:
        """Of what *rule* says has to be there."""
        self.expect(rule, bool(found), what, "none", *answers)
        return found[0]

    def call(self, operation_id: str, body: Any = NO_BODY, **options: Any) -> Answer:
        """Raises Lacking: in a world that others use, too, the business account does not cover it any more."""
        answer = super().call(operation_id, body, **options)
        if not self.world.is_own and answer.code == _NO_MONEY:
            raise Lacking(_POOR)
        return answer

    # Products and passes

    def products(self, *, by: str = MAIN) -> list[Json]:
        return self._read_once(f"products of {by}", partial(self._products, by))

    def _products(self, by: str) -> list[Json]:
        answer = self.call("listPasses", limit=_MOST, by=by, title="list the products")
        found: list[Json] = answer.ok("BG-N01", 200).json["data"]
        return found

    def _read_once(self, what: str, read: Callable[[], list[Json]]) -> list[Json]:
        """For what no call of the API changes."""
        if what not in self._known:
            self._known[what] = read()
        return self._known[what]

    def product(self, category: str = "GYM", *, counted: bool = True, by: str = MAIN) -> Json:
        """The cheapest product for venues of *category* alone, whose visits are counted, or are not."""
        fitting = [
            each
            for each in self.products(by=by)
            if [(cover["type"], cover["visits_allowed"] is not None) for cover in each["categories"]]
            == [(category, counted)]
        ]
        if not fitting:
            raise Lacking(
                f"there is no product for {category} alone whose visits are {'' if counted else 'not '}counted"
            )
        return min(fitting, key=lambda each: int(each["price"]))

    def new_client(self) -> str:
        """The id of a client who does not exist."""
        client_id = f"ct_{self.word(12)}"
        self.ours("client_id", client_id)
        self.ours("clientId", client_id)
        return client_id

    def issue(
        self, product: Json | str, client_id: str | None = None, *, by: str = MAIN, title: str = "", **fields: Any
    ) -> Answer:
        """Ask for a pass, for a new client if none is said; not judged."""
        body = {
            "pass_id": product if isinstance(product, str) else product["id"],
            "client_id": client_id or self.new_client(),
            "first_name": "Contract",
            "last_name": "Test",
            **fields,
        }
        return self.call("issuePass", body, by=by, title=title or "issue a pass")

    def issued(
        self, product: Json | str | None = None, client_id: str | None = None, *, by: str = MAIN, **fields: Any
    ) -> Json:
        """A pass that was issued, for a gym with visits left if no product is said."""
        answer = self.issue(product or self.product(by=by), client_id, by=by, **fields)
        issued: Json = answer.ok("BG-N10", 201).json
        return issued

    def spa_pass(self, client_id: str | None = None, **fields: Any) -> Json:
        """A pass for spas, good on every day of `spa_day`."""
        return self.lasting(self.product("SPA"), client_id, **fields)

    def lasting(
        self, product: Json | None = None, client_id: str | None = None, *, by: str = MAIN, **fields: Any
    ) -> Json:
        """As `issued`, and good on every day of `spa_day`."""
        issued = self.issued(product, client_id, by=by, **fields)
        if not self.world.is_own:
            self.prolong(issued, milliseconds(self.now() + _A_QUARTER), by=by).ok("BG-N30", 200)
        return issued

    def expired(self, *, is_spared: bool = True) -> Json:
        """A pass of a client's that is over: `client_id` and `id`. One from the profile has to stay so: it is *is_spared*."""
        if not is_spared or (self.world.is_own and self.world.clock is not None):
            issued = self.issued()
            soon = milliseconds(self.now() + timedelta(minutes=1))
            self.prolong(issued, soon).ok("BG-N30", 200)
            self.pass_time(timedelta(minutes=1))
            return issued
        return self._given_pass("inventory.expired_pass", "no pass is over, and nobody can move the clock")

    def cancelled(self) -> Json:
        """A pass of a client's that was cancelled: `client_id` and `id`."""
        return self._given_pass("inventory.cancelled_pass", "no pass is known that was cancelled")

    def _given_pass(self, key: str, why: str) -> Json:
        given = self.profile.want(key, why)
        self.ours("client_id", given["client"])
        self.ours("user_pass_id", given["pass"])
        self.ours("id", given["pass"])
        return {"id": given["pass"], "client_id": given["client"]}

    def prolong(self, issued: Json, expires_at: int, *, by: str = MAIN) -> Answer:
        body = {"expires_at": expires_at}
        return self.call("updateIssuedPassExpiry", body, id=issued["id"], by=by, title="set when the pass is over")

    def read_pass(self, issued: Json, *, by: str = MAIN) -> Answer:
        return self.call("getIssuedPass", id=issued["id"], by=by, title="read the pass")

    def visits(self, issued: Json, category: str = "") -> tuple[int | None, int]:
        """Visits allowed and used; of the only category if none is said."""
        answer = self.read_pass(issued).ok("BG-N43", 200)
        found = [each for each in answer.json["categories"] if category in ("", each["type"])]
        cover = self.first("BG-N42", found, f"the category {category} of the pass", answer)
        return cover["visits_allowed"], cover["visits_used"]

    # Clients

    def client(self, client_id: str, *, by: str = MAIN, token: str | None = None) -> Answer:
        return self.call("getClient", clientId=client_id, by=by, title="read the client", **_token(token))

    def credits(self, client_id: str, *, by: str = MAIN) -> Json:
        """Balance and transactions."""
        answer = self.call("getClientCredits", clientId=client_id, by=by, title="read the credits")
        found: Json = answer.ok("BG-T05", 200).json
        return found

    def balance(self, client_id: str) -> int:
        return int(self.credits(client_id)["balance"])

    def one_more(self, rule: str, before: Json, after: Json, type_: str, amount: int, description: str) -> None:
        """Of `credits`: one transaction came on top, now, and the balance is what it makes of it."""
        first, *rest = after["transactions"] or [{}]
        said = (first.get("type"), first.get("amount"), first.get("description"))
        self.same(rule, said, (type_, amount, description), "the newest transaction")
        self.same(rule, rest, before["transactions"][: _MOST_TRANSACTIONS - 1], "the transactions before it")
        grown = amount if type_ == "CREDIT" else -amount
        self.same(rule, after["balance"] - before["balance"], grown, "by how much the balance has grown")
        self.is_now("BG-T06", at(first["timestamp"]), self.now() - _A_MOMENT, "timestamp of the newest transaction")

    def bookings_of(self, client_id: str, rule: str = "BG-L01", *, by: str = MAIN, **filters: Any) -> list[Json]:
        """The first hundred: tests make fewer."""
        title = "list the bookings of the client"
        answer = self.call("listClientBookings", clientId=client_id, limit=_MOST, by=by, title=title, **filters)
        found: list[Json] = answer.ok(rule, 200).json["data"]
        return found

    # Clients of others

    def foreign(self) -> Json:
        """A pass that another reseller issued to a client of its own."""
        return self.issued(by=OTHER)

    def issuer(self, rule: str = "BG-U01") -> str:
        """The id under which the other reseller can be asked for its clients."""
        self.call("updateLookupEnabled", {"enabled": True}, by=OTHER, title="let others look clients up").ok(
            "BG-U31", 200
        )
        mine = {each["id"] for each in self.issuers(rule)}
        its = {each["id"] for each in self.issuers(rule, by=OTHER)}
        return self._only(mine - its)

    def issuers(self, rule: str = "BG-U01", *, by: str = MAIN) -> list[Json]:
        answer = self.call("listIssuers", limit=_MOST, by=by, title="list the issuers")
        found: list[Json] = answer.ok(rule, 200).json["data"]
        return found

    def _only(self, found: set[str]) -> str:
        """Each of two resellers sees all issuers but itself, so one of them sees exactly the other more."""
        if len(found) != 1:
            raise Lacking("the other reseller cannot be told apart from the other issuers")
        return found.pop()

    def look_up(self, client_id: str, *, issuer: str | None = None, by: str = MAIN) -> Answer:
        body = {"issuer_id": issuer or self.issuer(), "client_id": client_id}
        return self.call("initiateLookup", body, by=by, title="look the client up")

    def code_of(self, lookup: Json) -> str:
        """The code that the client was sent. Lacking where nobody can look into the sandbox."""
        if self.world.control is None:
            raise Lacking("codes of lookups go to clients, by a way that is no part of the API")
        kept = self.world.control.ask("GET", self.world.name, f"/state/bardge/lookup/{lookup['id']}")
        return str(kept["access_code"])

    def token(self, client_id: str, *, issuer: str | None = None, by: str = MAIN) -> str:
        """A lookup token for a client of the other reseller."""
        lookup = self.look_up(client_id, issuer=issuer, by=by).ok("BG-U33", 201).json
        body = {"access_code": self.code_of(lookup)}
        verified = self.call("verifyLookup", body, id=lookup["id"], by=by, title="give the code").ok("BG-U14", 200)
        token = verified.json.get("lookup_token")
        self.expect("BG-U14", bool(token), "a lookup_token", verified.json, verified)
        return str(token)

    # Venues and classes

    def providers(self, category: str | None = None) -> list[Json]:
        return self._read_once(f"venues {category}", partial(self._providers, category))

    def _providers(self, category: str | None) -> list[Json]:
        answer = self.call("listProviders", limit=_MOST, category=category, title="list the venues")
        found: list[Json] = answer.ok("BG-R03", 200).json["data"]
        return found

    def instances(
        self,
        *,
        product: Json | None = None,
        covered: bool = True,
        credits: bool = False,  # noqa: A002 - the API's word
        copay: bool | None = None,
        places: tuple[int, int] = (2, 1_000),
    ) -> list[Instance]:
        """
        Instances that begin in more than a day, the earliest of each class first. Lacking: there are none.

        Args:
            product: Whose tiers are meant; that of `issued` if none is said.
            covered: Whether it covers them.
            credits: Whether they take credits in place of a visit.
            copay: Whether the venue has packages; None for both.
            places: How many are left, at least and at most.
        """
        tiers = _tiers(product or self.product(), "GYM")
        packages = {each["id"]: bool(each["copay_options"]) for each in self.providers("GYM")}
        fitting = [
            each
            for each in self.classes()
            if (each["tier"] in tiers) is covered
            and (each["credits_required"] is not None) is credits
            and copay in (None, packages[each["provider_branch_id"]])
        ]
        earliest = self.now() + _REFUNDED_BEFORE + HOUR
        found = [
            instance
            for each in fitting
            for instance in self.instances_of(each["id"])
            if instance.starts_at > earliest and places[0] <= instance.spots_left <= places[1]
        ]
        if not found:
            raise Lacking("no class is given that the test could book")
        return found

    def instance(self, number: int = 0, **wanted: Any) -> Instance:
        """One of `instances`."""
        found = self.instances(**wanted)
        if number >= len(found):
            raise Lacking("too few classes are given that the test could book")
        return found[number]

    def covered_gym(self) -> str:
        """A gym with packages that `issued` covers, where no class takes credits."""
        priced = {each["provider_branch_id"] for each in self.classes() if each["credits_required"] is not None}
        found = [each.branch for each in self.instances(copay=True) if each.branch not in priced]
        if not found:
            raise Lacking("no gym that a pass covers has packages and no class that takes credits")
        return found[0]

    def one_class_nearly_full(self) -> list[Instance]:
        """Three instances of one class that `issued` covers; the first has a single place left, for whose turn it is."""
        self.take_turn()
        found = self.instances(places=(1, 1_000))
        for last in found:
            others = [each for each in found if each.class_id == last.class_id and each.spots_left > 1]
            if last.spots_left == 1 and len(others) > 1:
                return [last, *others[:2]]
        raise Lacking("no class is given that has one place left on one day and more on others")

    def of_one_class(self, count: int, **wanted: Any) -> list[Instance]:
        """Some of `instances`, of one class, in the order in which they begin, more than a day apart."""
        found = self.instances(**wanted)
        for first in found:
            apart = [first]
            for each in found:
                if each.class_id == first.class_id and each.starts_at - apart[-1].starts_at > _REFUNDED_BEFORE:
                    apart.append(each)
            if len(apart) >= count:
                return apart[:count]
        raise Lacking("no class is given so often that bookings could be moved")

    def classes(self) -> list[Json]:
        return self._read_once("classes", self._classes)

    def _classes(self) -> list[Json]:
        answer = self.call("listClasses", limit=_MOST, title="list the classes")
        found: list[Json] = answer.ok("BG-K03", 200).json["data"]
        return found

    def instances_of(self, class_id: str, rule: str = "BG-K14", **days: Any) -> list[Instance]:
        return instances_in(self.call("getClass", classId=class_id, title="read the class", **days).ok(rule, 200).json)

    def places_left(self, instance: Instance) -> int:
        """Read now, on its own day."""
        here = self.instances_of(instance.class_id, "BG-K13", **{"from": instance.date, "to": instance.date})
        found = [each for each in here if each.id == instance.id]
        return self.first("BG-K12", found, f"{instance.id} among the instances of its day").spots_left

    # Booking classes

    def book(
        self,
        issued: Json,
        instance: Instance | str,
        *,
        by: str = MAIN,
        token: str | None = None,
        key: str | None = None,
        title: str = "",
        **fields: Any,
    ) -> Answer:
        """Ask for a place with a pass; not judged."""
        body = {
            "class_instance_id": instance if isinstance(instance, str) else instance.id,
            "client_id": issued["client_id"],
            "user_pass_id": issued["id"],
            **fields,
        }
        headers = {**_token(token), **_key(key)}
        return self.call("initiateClassBooking", body, by=by, title=title or "book a class", **headers)

    def booked(self, issued: Json, instance: Instance, rule: str = "BG-B01", **more: Any) -> Json:
        """A place that was booked at once: the pass covers it, and there is room."""
        answer = self.book(issued, instance, **more).ok(rule, 201)
        begun: Json = answer.json
        self.expect(rule, "booking_id" in begun, "the class is booked at once", begun, answer)
        return begun

    def exhausted(self, *, by: str = MAIN) -> Json:
        """A pass for gyms whose visits are used up."""
        issued = self.issued(by=by)
        allowed = sum(each["visits_allowed"] or 0 for each in issued["categories"] if each["type"] == "GYM")
        instances = self.instances()
        if len(instances) <= allowed:
            raise Lacking("too few classes are given to use up the visits of a pass")
        for instance in instances[:allowed]:
            self.booked(issued, instance, by=by)
        return issued

    def asked(self, issued: Json, instance: Instance, rule: str, **more: Any) -> Json:
        """A session: something has to be bought before the class is booked. By BG-B02 visits, by BG-B03 a package."""
        answer = self.book(issued, instance, **more).ok(rule, 201)
        begun: Json = answer.json
        asks = {"BG-B02": "cost_per_visit", "BG-B03": "copay_options"}.get(rule, "session_id")
        is_session = all(begun.get(each) for each in ("session_id", asks))
        self.expect(rule, is_session, f"a session with {asks}", begun, answer)
        return begun

    def confirm(self, session: Json, *, by: str = MAIN, key: str | None = None, **fields: Any) -> Answer:
        """Confirm the session of a class."""
        title = "confirm the class"
        return self.call(
            "confirmClassBooking", fields, sessionId=session["session_id"], by=by, title=title, **_key(key)
        )

    # Appointments

    def spa(self, product: Json | None = None, *, covered: bool = True) -> Json:
        """A spa with its services, of which the first are covered by *product* (the spa pass if none is said), or are not."""
        tiers = _tiers(product or self.product("SPA"), "SPA")
        for found in self.spas():
            fitting = [each for each in found["services"] if (each["tier"] in tiers) is covered]
            if fitting:
                others = [each for each in found["services"] if each not in fitting]
                self.ours("id", found["id"])
                return {**found, "services": fitting + others}
        raise Lacking(f"no spa has a service that the pass {'covers' if covered else 'does not cover'}")

    def spas(self) -> Iterator[Json]:
        """All, with their services."""
        for provider in self.providers("SPA"):
            yield from self._read_once(f"services of {provider['id']}", partial(self._spa, provider["id"]))

    def _spa(self, spa_id: str) -> list[Json]:
        return [self.call("listProviderServices", id=spa_id, title="list the services").ok("BG-R22", 200).json]

    def spa_day(self, spa: Json | None = None, *, soon: bool = False) -> date:
        """A day on which nobody has an appointment, and no other test books one.

        Args:
            spa: Where the day has to be free, and so soon that what is bought for it now is good; None for all spas.
            soon: It is in this week or the next, however many tests have had one. There are few of these.
        """
        today = self.now().astimezone(LAGOS).date()
        if self.world.is_own:
            return today + timedelta(days=_FIRST_SPA_DAY)
        if soon:
            what, first, days = "spa day soon", _FIRST_SPA_DAY, _SOON_DAYS
        else:
            what, days = ("spa day", _SPA_DAYS) if spa is None else (f"day at {spa['id']}", _PAID_DAYS)
            first = _FIRST_SPA_DAY + _SOON_DAYS
        for day in (today + timedelta(days=first + number) for number in self.numbers(what, days)):
            if (what, day) not in self._strangers:
                if all(self._is_all_free(each, day) for each in ([spa] if spa else self.spas())):
                    return day
                self._strangers.add((what, day))  # asked once: what a session holds is not free soon
        raise Lacking("all days at the spas are used by others")

    def _is_all_free(self, spa: Json, day: date) -> bool:
        answer = self.call("getProviderAvailability", id=spa["id"], date=day.isoformat(), title="look for a free day")
        return all(slot["available"] for slot in answer.ok("BG-S31", 200).json["slots"])

    def begin(
        self,
        issued: Json,
        spa: Json,
        day: date,
        time: str = "10:00",
        *,
        services: Sequence[Json] = (),
        by: str = MAIN,
        token: str | None = None,
        key: str | None = None,
        title: str = "",
        **fields: Any,
    ) -> Answer:
        """Ask for an appointment, for the first service if none is said; not judged."""
        body = {
            "provider_branch_id": spa["id"],
            "service_ids": [each["id"] for each in services or spa["services"][:1]],
            "date": day.isoformat(),
            "time": time,
            "client_id": issued["client_id"],
            "user_pass_id": issued["id"],
            **fields,
        }
        headers = {**_token(token), **_key(key)}
        return self.call("initiateSpaBooking", body, by=by, title=title or "begin an appointment", **headers)

    def begun(self, issued: Json, spa: Json, day: date, time: str = "10:00", **more: Any) -> Json:
        """The session of an appointment."""
        session: Json = self.begin(issued, spa, day, time, **more).ok("BG-S01", 201).json
        return session

    def confirm_spa(self, session: Json, *, by: str = MAIN, key: str | None = None) -> Answer:
        title = "confirm the appointment"
        return self.call("confirmSpaBooking", sessionId=session["session_id"], by=by, title=title, **_key(key))

    def appointed(self, issued: Json, spa: Json, day: date, time: str = "10:00", **more: Any) -> Json:
        """An appointment that was confirmed."""
        session = self.begun(issued, spa, day, time, **more)
        booking: Json = self.confirm_spa(session).ok("BG-S20", 201).json
        return booking

    def free_hours(self, spa: Json, day: date, **more: Any) -> list[str]:
        """When an appointment could begin."""
        answer = self.call(
            "getProviderAvailability", id=spa["id"], date=day.isoformat(), title="look for slots", **more
        )
        return [slot["time"] for slot in answer.ok("BG-S32", 200).json["slots"] if slot["available"]]

    def free_hour(self, spa: Json, day: date) -> str:
        """The first of them."""
        for time in self.free_hours(spa, day):
            return time
        raise Lacking(f"nothing is free at {spa['id']} on {day}")

    # Bookings

    def status(self, booking: Json | str, rule: str = "BG-L10", *, by: str = MAIN) -> str:
        """In one word."""
        return str(self.read_status(booking, by=by).ok(rule, 200).json["status"])

    def read_status(self, booking: Json | str, *, by: str = MAIN) -> Answer:
        return self.call("getBookingStatus", bookingId=_booking_id(booking), by=by, title="read the status")

    def cancel(self, booking: Json | str, *, by: str = MAIN, **headers: Any) -> Answer:
        return self.call(
            "cancelBooking", bookingId=_booking_id(booking), by=by, title="cancel the booking", headers=headers or None
        )

    def refund(self, answer: Answer, rule: str = "BG-L34") -> Json:
        """What a cancellation says that it gave back."""
        found: Json = answer.ok(rule, 200).json.get("refund") or {}
        self.expect("BG-L24", bool(found), "a refund", answer.json, answer)
        return found

    def cancel_if_open(self, booking_id: str, *, by: str = MAIN) -> Answer | None:
        """What was cancelled, moved or attended stays as it is."""
        if (self.read_status(booking_id, by=by).json or {}).get("status") not in ("pending", "confirmed"):
            return None
        return self.cancel(booking_id, by=by)

    def move(self, booking: Json | str, *, by: str = MAIN, key: str | None = None, **fields: Any) -> Answer:
        title = "move the booking"
        return self.call("rescheduleBooking", fields, bookingId=_booking_id(booking), by=by, title=title, **_key(key))

    # The business account

    def debits(self) -> list[Json]:
        """What was taken from business accounts so far. Lacking where nobody can look into the sandbox."""
        if self.world.control is None:
            raise Lacking("no call tells the balance of a business account")
        found: list[Json] = self.world.control.ask("GET", self.world.name, "/state/bardge/debit?limit=100")["documents"]
        return found

    def spent(self) -> int:
        """Kobo taken from business accounts so far, less what came back. Nobody else may spend at the same time."""
        return sum(int(each["amount"]) for each in self.debits())

    def leave(self, kobo: int) -> None:
        """Let the business account hold just so much. Lacking where nobody can look into the sandbox."""
        if self.world.control is None:
            raise Lacking("nobody can say what a business account holds")
        left = {"business_balance": kobo}
        self.world.control.ask("PATCH", self.world.name, "", {"settings": {"bardge": left}})

    def accept_after(self, minutes: int) -> None:
        """Let venues take so long to accept a booking."""
        if self.world.control is None:
            raise Lacking("nobody can say how long venues take to accept a booking")
        setting = {"acceptance_minutes": minutes}
        self.world.control.ask("PATCH", self.world.name, "", {"settings": {"bardge": setting}})

    # Moments

    def wait_until(self, moment: datetime) -> None:
        """Move the clock there, by whole seconds and not a moment less, or say that nobody can."""
        self.pass_time(timedelta(seconds=math.ceil((moment - self.now()).total_seconds())))

    def wait_before(self, moment: datetime, *, included: bool = False) -> None:
        """Move the clock to the last second before a moment, or to the moment where it is *included*. A clock that runs on
        is left a minute.
        """
        last = timedelta(0) if included else timedelta(seconds=1)
        self.wait_until(moment - (last if self.world.is_own else _BEFORE_IT_IS_OVER))

    def is_now(self, rule: str, got: datetime, since: datetime, what: str, *answers: Answer) -> None:
        """*what* lies between *since* and now, by a clock that may go a little wrong where it is nobody's to move."""
        holds = since.replace(microsecond=0) - self.slack <= got <= self.now() + self.slack
        self.expect(rule, holds, f"{what} is now", got.isoformat(), *answers, leaned_on=False)

    # What somebody has

    def open_to(self, issued: Json, least: int = 1, *, of_one_gym: bool = False, **wanted: Any) -> list[Instance]:
        """
        Instances in which the client of a pass could still have a place, while the pass lasts. Lacking: there are fewer.

        Args:
            of_one_gym: Of the first one that has so many.
            wanted: As for `instances`.
        """
        taken = {each.get("class_instance_id") for each in self.bookings_of(issued["client_id"])}
        found = [
            each
            for each in self.instances(**wanted)
            if each.id not in taken and milliseconds(each.starts_at) < issued["expires_at"]
        ]
        groups: dict[str, list[Instance]] = {}
        for each in found:
            groups.setdefault(each.branch if of_one_gym else "", []).append(each)
        for group in groups.values():
            if len(group) >= least:
                return group
        raise Lacking("too few classes are given that the test could book")

    def midnight(self) -> int:
        """The beginning of today in Lagos, as `start_date` of a pass has it."""
        return milliseconds(self.now().astimezone(LAGOS).replace(hour=0, minute=0, second=0, microsecond=0))

    def with_credits(self, least: int, issued: Json | None = None) -> Json:
        """A pass, and at least so many credits of its client. Lacking: none can be bought."""
        issued = issued or self.issued()
        while (held := self.balance(issued["client_id"])) < least:
            packages = sorted(self.credit_packages(), key=lambda each: int(each["credits"]))
            if not packages:
                raise Lacking("there is no package of credits")
            enough = next((each for each in packages if held + each["credits"] >= least), packages[-1])
            self.buy_credits(issued["client_id"], enough).ok("BG-D01", 201)
        return issued

    def other_product(self, issued: Json, product: Json | str, rule: str) -> None:
        """Put another product under a pass."""
        body = {"user_pass_id": issued["id"], "pass_id": product if isinstance(product, str) else product["id"]}
        self.call("updateIssuedPass", body, title="put another product under the pass").ok(rule, 200)

    def trace(self, issued: Json, *, by: str = MAIN) -> Json:
        """All of a client that a request with a pass of theirs could have changed, and what was spent."""
        client_id = issued["client_id"]
        return {
            "client": self.client(client_id, by=by).ok("BG-T01", 200).json,
            "pass": self.read_pass(issued, by=by).ok("BG-N40", 200).json,
            "credits": self.credits(client_id, by=by),
            "bookings": self.bookings_of(client_id, by=by),
            "spent": self.spent() if self.world.control else None,
        }

    def left_alone(self, rule: str, issued: Json, before: Json, *answers: Answer, by: str = MAIN) -> None:
        """Everything of the client is as `trace` found it."""
        after = self.trace(issued, by=by)
        for name, was in before.items():
            self.same(rule, after[name], was, f"of the client, {name}", *answers)


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000)


def at(moment: int) -> datetime:
    """What is written in milliseconds."""
    return datetime.fromtimestamp(moment / 1_000, LAGOS)


def issued_to(issued: Json) -> Json:
    """Who has a pass, and which, as a booking has it."""
    return {"client_id": issued["client_id"], "user_pass_id": issued["id"]}


def instances_in(gym_class: Json) -> list[Instance]:
    """Those of a class as `getClass` shows it, in its order."""
    return [
        Instance(
            id=each["id"],
            class_id=gym_class["id"],
            class_name=gym_class["name"],
            branch=gym_class["provider_branch_id"],
            branch_name=gym_class["provider_name"],
            tier=gym_class["tier"],
            credits=gym_class["credits_required"],
            date=each["date"],
            time=each["time"],
            scheduled_for=each["scheduled_for"],
            capacity=each["capacity"],
            spots_left=each["spots_left"],
        )
        for each in gym_class["instances"]
    ]


def _tiers(product: Json, category: str) -> set[str]:
    return {tier for cover in product["categories"] if cover["type"] == category for tier in cover["tiers"]}


def _token(token: str | None) -> dict[str, Any]:
    return {} if token is None else {"Bardge-Lookup-Token": token}


def _key(key: str | None) -> dict[str, Any]:
    return {} if key is None else {"Idempotency-Key": key}


def _booking_id(booking: Json | str) -> str:
    """Of a booking, and of a class that was booked at once."""
    return booking if isinstance(booking, str) else str(booking.get("booking_id") or booking["id"])


def _pass_made(issued: Json) -> Iterable[tuple[str, object]]:
    yield "client_id", issued["client_id"]
    yield "user_pass_id", issued["id"]
    yield "id", issued["id"]


def _begun(begun: Json) -> Iterator[tuple[str, object]]:
    """A session, or a booking where there was nothing to confirm."""
    for name, parameter in (("session_id", "sessionId"), ("booking_id", "bookingId")):
        if name in begun:
            yield parameter, begun[name]
