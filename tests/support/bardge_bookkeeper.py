"""A bookkeeper of Alpha Wellness, of `fixtures/bardge/seed.yaml`, who does everything the slow way.

They know the rules of the Bardge API and nothing of how they are kept: no ledger, no account, no timer. What is asked is
a `Deed`; each has an `against_`, which says what refuses it, and a `do_`, which writes down what came of it. Amounts are
kobo.
"""

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

__all__ = [
    "CLASSES",
    "GYMS",
    "KEMI",
    "LAGOS",
    "PACKAGES",
    "PRODUCTS",
    "SPAS",
    "STAYS",
    "Answer",
    "Book",
    "Booking",
    "Class",
    "Copay",
    "Deed",
    "Instance",
    "Pass",
    "Quote",
    "Session",
    "Took",
]

LAGOS = ZoneInfo("Africa/Lagos")
KEMI = "client_kemi"
"""Harbour's, and found with a token."""
FLEETING, KEY_LASTS = timedelta(minutes=15), timedelta(seconds=90)
NOTICE, PREPAID = timedelta(hours=24), timedelta(days=30)
DAYS_AHEAD = timedelta(days=90)
STAYS, AHEAD = {"pending", "confirmed", "completed"}, {"pending", "confirmed"}
MONTHS = {"MONTHLY": 1, "ANNUALLY": 12}

Answer = tuple[int, str]
"""Status, code of a refusal."""
INVALID, FORBIDDEN, POOR = (400, "validation_error"), (403, "permission_denied"), (400, "insufficient_balance")
LOST, NO_PASS, FULL = (404, "resource_not_found"), (404, "pass_not_found"), (409, "class_full")
TWICE, BUSY, STALE = (409, "already_booked"), (409, "slot_unavailable"), (409, "quote_expired")
USED, LATE, REUSED = (409, "session_already_confirmed"), (409, "session_expired"), (409, "idempotency_key_reused")
CANCELLED, OVER = (403, "pass_cancelled"), (403, "pass_expired")


@dataclass(frozen=True)
class Cover:
    tiers: str
    """Their initials."""
    credits: int
    visits: int | None


@dataclass(frozen=True)
class Product:
    price: int
    months: int
    covers: Mapping[str, Cover]


PRODUCTS = {
    "pass_gym_standard": Product(1_200_000, 1, {"GYM": Cover("S", 10, 8)}),
    "pass_gym_unlimited": Product(2_400_000, 1, {"GYM": Cover("S", 0, None)}),
    "pass_spa_monthly": Product(1_500_000, 1, {"SPA": Cover("SP", 20, 4)}),
    "pass_all_year": Product(12_000_000, 12, {"SPA": Cover("S", 60, 12), "GYM": Cover("SP", 40, 48)}),
    "pass_harbour_gym": Product(1_100_000, 1, {"GYM": Cover("S", 10, 8)}),
}


@dataclass(frozen=True)
class Option:
    price: int
    duration: str
    visits: int


@dataclass(frozen=True)
class Gym:
    tier: str
    visit: int
    options: Mapping[str, Option] = field(default_factory=dict)


GYMS = {
    "branch_ironworks_ikeja": Gym("S", 150_000, {"copay_ironworks_month": Option(400_000, "MONTHLY", 4)}),
    "branch_pulse_lekki": Gym(
        "P",
        300_000,
        {"copay_abc123": Option(900_000, "MONTHLY", 4), "copay_pulse_year": Option(8_000_000, "ANNUALLY", 48)},
    ),
    "branch_skyline_ikoyi": Gym("P", 350_000),
    "branch_yaba_cycle": Gym("S", 150_000, {"copay_yaba_month": Option(450_000, "MONTHLY", 4)}),
    "branch_ring_surulere": Gym("S", 120_000),
}


@dataclass(frozen=True)
class Service:
    minutes: int
    price: int
    tier: str
    credits: int


SPAS = {
    "branch_serenity_vi": {
        "svc_deep_tissue": Service(60, 2_500_000, "S", 5),
        "svc_aromatherapy": Service(45, 1_800_000, "S", 4),
    },
    "branch_lagoon_ikoyi": {
        "svc_hot_stone": Service(90, 4_200_000, "P", 9),
        "svc_salt_scrub": Service(30, 1_500_000, "S", 3),
    },
}
PACKAGES = {"crpkg_10": (10, 450_000), "crpkg_50": (50, 2_000_000), "crpkg_120": (120, 4_500_000)}
"""Credits, amount."""


@dataclass(frozen=True)
class Class:
    branch: str
    credits: int | None = None


CLASSES = {
    "class_sunrise_yoga": Class("branch_ironworks_ikeja"),
    "class_power_spin": Class("branch_yaba_cycle", 6),
    "class_reformer": Class("branch_pulse_lekki"),
    "class_aerial_silks": Class("branch_skyline_ikoyi"),
    "class_boxing": Class("branch_ring_surulere"),
}


@dataclass(frozen=True)
class Instance:
    kind: str
    start: datetime
    capacity: int
    elsewhere: int
    """Places of people who are not the reseller's."""

    @property
    def of(self) -> Class:
        return CLASSES[self.kind]

    @property
    def gym(self) -> Gym:
        return GYMS[self.of.branch]


@dataclass
class Pass:
    id: str
    client: str
    product: str
    start: datetime
    end: datetime
    cancelled: bool = False
    used: Counter[str] = field(default_factory=Counter)
    bought: Counter[str] = field(default_factory=Counter)

    def covers(self, category: str, tier: str) -> bool:
        cover = PRODUCTS[self.product].covers.get(category)
        return cover is not None and tier in cover.tiers

    def has_visits(self, category: str) -> bool:
        cover = PRODUCTS[self.product].covers.get(category)
        if cover is None:
            return False
        return cover.visits is None or self.used[category] < cover.visits + self.bought[category]

    def against(self, moment: datetime) -> Answer | None:
        if self.cancelled:
            return CANCELLED
        if self.end <= moment:
            return OVER
        return FORBIDDEN if moment < self.start else None


@dataclass(frozen=True)
class Took:
    category: str | None = None
    visits: int = 0
    credits: int = 0
    charged: int = 0
    copays: tuple[str, ...] = ()


@dataclass
class Copay:
    id: str
    client: str
    branch: str
    end: datetime
    number: int
    visits: int = 0
    """Of a gym; a spa's is good for some services, once."""
    services: tuple[str, ...] = ()
    used: int = 0
    used_by: str | None = None


@dataclass
class Quote:
    id: str
    client: str
    ticket: str
    branch: str
    services: tuple[str, ...]
    """Those that cost something."""
    amount: int
    end: datetime
    used: bool = False


@dataclass
class Session:
    id: str
    kind: str
    client: str
    ticket: str
    branch: str
    end: datetime
    instance: str | None = None
    visits: bool = False
    """What it asks for, visits or a package: whether the pass covered the gym."""
    start: datetime | None = None
    services: tuple[str, ...] = ()
    took: Took = Took()
    covered: tuple[bool, ...] = ()
    """Of an appointment, by service: whether by the pass."""
    status: str = "open"


@dataclass
class Booking:
    id: str
    client: str
    ticket: str
    branch: str
    start: datetime
    made: datetime
    took: Took
    status: str = "pending"
    instance: str | None = None
    services: tuple[str, ...] = ()
    late: bool = False
    """It was moved when there was no refund any more."""


@dataclass(frozen=True)
class Deed:
    """What is asked: *name* says which operation, *path* and *body* are as they are sent, *key* is that of idempotency."""

    name: str
    path: str
    body: Any = None
    token: str | None = None
    key: str | None = None


@dataclass
class Known:
    """A deed whose key is remembered."""

    deed: Deed
    status: int
    shown: Any
    until: datetime


@dataclass
class Book:
    """What the bookkeeper has written down."""

    now: datetime
    acceptance: timedelta
    balance: int
    passes: dict[str, Pass] = field(default_factory=dict)
    credits: Counter[str] = field(default_factory=Counter)
    bookings: dict[str, Booking] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    copays: dict[str, Copay] = field(default_factory=dict)
    quotes: dict[str, Quote] = field(default_factory=dict)
    instances: dict[str, Instance] = field(default_factory=dict)
    keys: dict[str, Known] = field(default_factory=dict)
    debited: int = 0

    # Any deed

    def known(self, deed: Deed) -> Known | None:
        """What was answered to the key of a deed, if it still counts."""
        found = self.keys.get(deed.key or "")
        return found if found is not None and self.now < found.until else None

    def against(self, deed: Deed) -> Answer | None:
        """What refuses a deed that is no replay; None when nothing does."""
        if self.known(deed) is not None:
            return REUSED
        check: Callable[[Deed], Answer | None] = getattr(self, f"against_{deed.name}")
        return check(deed)

    def write(self, deed: Deed, answer: Answer, shown: Any) -> None:
        """A deed that is no replay was done, or refused: what comes of it."""
        status, code = answer
        if not code:
            getattr(self, f"do_{deed.name}")(deed, shown)
        if deed.key is not None and answer not in {INVALID, REUSED}:
            self.keys[deed.key] = Known(deed, status, shown, self.now + KEY_LASTS)

    def pay(self, amount: int) -> None:
        self.debited += amount
        self.balance -= amount

    def poor(self, amount: int) -> Answer | None:
        return POOR if amount and self.balance < amount else None

    def visitor(self, deed: Deed, moment: datetime) -> Answer | None:
        """What is wrong with a client and the pass."""
        ticket = self.passes[deed.body["user_pass_id"]]
        stranger = self.stranger(deed)
        if stranger != LOST and ticket.client != deed.body["client_id"]:
            return NO_PASS
        return stranger or ticket.against(moment)

    def stranger(self, deed: Deed) -> Answer | None:
        if deed.body["client_id"] not in self.credits:
            return LOST
        if deed.body["client_id"] == KEMI:
            return None if deed.token else FORBIDDEN
        return (403, "lookup_token_invalid") if deed.token else None

    # Passes and credits

    def begins(self, deed: Deed) -> datetime:
        sent = deed.body.get("start_date")
        return self.now if sent is None else datetime.fromtimestamp(sent / 1000, LAGOS)

    def against_issue(self, deed: Deed) -> Answer | None:
        today = self.now.astimezone(LAGOS).date()
        if self.begins(deed).astimezone(LAGOS).date() < today:
            return INVALID
        return self.poor(PRODUCTS[deed.body["pass_id"]].price)

    def do_issue(self, deed: Deed, shown: Any) -> None:
        name, client = deed.body["pass_id"], deed.body["client_id"]
        product, start = PRODUCTS[name], self.begins(deed)
        self.passes[shown["id"]] = Pass(shown["id"], client, name, start, months_later(start, product.months))
        self.credits[client] += sum(cover.credits for cover in product.covers.values())
        self.pay(product.price)

    def dearer(self, deed: Deed) -> int:
        present = PRODUCTS[self.passes[deed.body["user_pass_id"]].product]
        return max(PRODUCTS[deed.body["pass_id"]].price - present.price, 0)

    def against_change(self, deed: Deed) -> Answer | None:
        ticket = self.passes[deed.body["user_pass_id"]]
        if ticket.client == KEMI:
            return NO_PASS
        if ticket.cancelled:
            return CANCELLED
        return OVER if ticket.end <= self.now else self.poor(self.dearer(deed))

    def do_change(self, deed: Deed, _: Any) -> None:
        self.pay(self.dearer(deed))
        self.passes[deed.body["user_pass_id"]].product = deed.body["pass_id"]

    def against_prolong(self, deed: Deed) -> Answer | None:
        ticket = self.passes[deed.path.split("/")[2]]
        if ticket.client == KEMI:
            return NO_PASS
        if ticket.cancelled:
            return CANCELLED
        return INVALID if self.until(deed) <= max(self.now, ticket.start) else None

    def until(self, deed: Deed) -> datetime:
        return datetime.fromtimestamp(deed.body["expires_at"] / 1000, LAGOS)

    def do_prolong(self, deed: Deed, _: Any) -> None:
        self.passes[deed.path.split("/")[2]].end = self.until(deed)

    def against_credits(self, deed: Deed) -> Answer | None:
        if deed.body["client_id"] == KEMI:
            return FORBIDDEN
        return self.poor(PACKAGES[deed.body["credit_package_id"]][1])

    def do_credits(self, deed: Deed, shown: Any) -> None:
        number, amount = PACKAGES[deed.body["credit_package_id"]]
        self.credits[deed.body["client_id"]] += number
        self.pay(amount)
        assert (shown["balance"], shown["amount"]) == (self.credits[deed.body["client_id"]], amount)

    # Classes

    def places(self, instance: str) -> int:
        """How many are left."""
        ours = sum(each.instance == instance and each.status in STAYS for each in self.bookings.values())
        return self.instances[instance].capacity - self.instances[instance].elsewhere - ours

    def is_there(self, client: str, instance: str) -> bool:
        return any(
            each.instance == instance and each.client == client and each.status in STAYS
            for each in self.bookings.values()
        )

    def against_place(self, client: str, instance: str) -> Answer | None:
        if self.instances[instance].start <= self.now:
            return INVALID
        if self.is_there(client, instance):
            return TWICE
        return None if self.places(instance) else FULL

    def package(self, client: str, branch: str, moment: datetime) -> Copay | None:
        """The one that is over first."""
        found = [
            each
            for each in self.copays.values()
            if (each.client, each.branch) == (client, branch) and moment < each.end and each.used < each.visits
        ]
        return min(found, key=lambda each: (each.end, each.number), default=None)

    def taken_by(self, ticket: Pass, instance: Instance) -> Took | None:
        """What a class takes of what is there; None when something has to be bought."""
        copay = self.package(ticket.client, instance.of.branch, instance.start)
        price = instance.of.credits
        if ticket.covers("GYM", instance.gym.tier):
            if price is not None and (copay is None or price <= self.credits[ticket.client]):
                return Took(credits=price)
            if price is None and ticket.has_visits("GYM"):
                return Took("GYM", visits=1)
        return None if copay is None else Took(visits=1, copays=(copay.id,))

    def against_book(self, deed: Deed) -> Answer | None:
        instance, ticket = self.instances[deed.body["class_instance_id"]], self.passes[deed.body["user_pass_id"]]
        wrong = self.visitor(deed, instance.start) or self.against_place(ticket.client, deed.body["class_instance_id"])
        if wrong is not None:
            return wrong
        took = self.taken_by(ticket, instance)
        if took is not None:
            return INVALID if took.credits > self.credits[ticket.client] else None
        return None if ticket.covers("GYM", instance.gym.tier) or instance.gym.options else FORBIDDEN

    def do_book(self, deed: Deed, shown: Any) -> None:
        name = deed.body["class_instance_id"]
        instance, ticket = self.instances[name], self.passes[deed.body["user_pass_id"]]
        took = self.taken_by(ticket, instance)
        if took is None:
            self.ask(ticket, instance.of.branch, shown, "class", name)
            return
        flags = shown["copay_required"], shown["additional_visits_required"]
        assert (*flags, shown["status"]) == (False, False, "pending")
        assert (shown["visits_deducted"], shown["credits_deducted"]) == (took.visits, took.credits)
        self.place(shown["booking_id"], ticket, name, took)

    def place(self, number: str, ticket: Pass, name: str, took: Took) -> None:
        """A class is booked: this takes what it takes."""
        instance = self.instances[name]
        self.bookings[number] = Booking(
            number, ticket.client, ticket.id, instance.of.branch, instance.start, self.now, took, instance=name
        )
        self.take(ticket, took, number)

    def take(self, ticket: Pass, took: Took, booking: str) -> None:
        if took.category is not None:
            ticket.used[took.category] += took.visits
        self.credits[ticket.client] -= took.credits
        self.pay(took.charged)
        for copay in took.copays:
            self.use(copay, 1, booking)

    def use(self, number: str, visits: int, booking: str | None) -> None:
        """A visit of a gym's, or the whole of a spa's, is used, or given back."""
        copay = self.copays[number]
        if copay.visits:
            copay.used += visits
        else:
            copay.used_by = booking

    def ask(self, ticket: Pass, branch: str, shown: Any, kind: str, instance: str | None = None) -> None:
        """A session was opened, for what has to be bought."""
        gym = GYMS[branch]
        visits = ticket.covers("GYM", gym.tier)
        assert (shown["copay_required"], shown["additional_visits_required"]) == (not visits, visits)
        assert shown.get("cost_per_visit") == (gym.visit if visits else None)
        assert {each["id"]: each["price"] for each in shown.get("copay_options", ())} == (
            {} if visits else {name: option.price for name, option in gym.options.items()}
        )
        self.open(Session(shown["session_id"], kind, ticket.client, ticket.id, branch, self.now, instance, visits))

    def open(self, session: Session) -> None:
        session.end = self.now + FLEETING
        self.sessions[session.id] = session

    def against_session(self, deed: Deed, kind: str) -> tuple[Session | None, Answer | None]:
        session = self.sessions.get(deed.path.split("/")[-2])
        if session is None or session.kind != kind:
            return None, LOST
        return session, {"used": USED, "expired": LATE}.get(session.status)

    def against_payment(self, deed: Deed, session: Session) -> Answer | None:
        asked = {"number_of_visits", "duration"} if session.visits else {"copay_package_id"}
        if set(deed.body) != asked:
            return INVALID
        return None if session.visits or deed.body["copay_package_id"] in GYMS[session.branch].options else INVALID

    def against_pass(self, session: Session, moment: datetime) -> Answer | None:
        """What has become of the pass since."""
        ticket = self.passes[session.ticket]
        if session.services:
            same = self.covered(ticket, session.branch, session.services) == session.covered
        else:
            same = ticket.covers("GYM", GYMS[session.branch].tier) == session.visits
        return ticket.against(moment) or (None if same else INVALID)

    def covered(self, ticket: Pass, branch: str, services: tuple[str, ...]) -> tuple[bool, ...]:
        return tuple(ticket.covers("SPA", SPAS[branch][each].tier) for each in services)

    def cost(self, deed: Deed, session: Session) -> int:
        gym = GYMS[session.branch]
        if session.visits:
            return int(gym.visit * deed.body["number_of_visits"])
        return gym.options[deed.body["copay_package_id"]].price

    def against_confirm(self, deed: Deed) -> Answer | None:
        session, wrong = self.against_session(deed, "class")
        if session is None or wrong is not None:
            return wrong
        assert session.instance is not None
        return (
            self.against_payment(deed, session)
            or self.against_pass(session, self.instances[session.instance].start)
            or self.against_place(session.client, session.instance)
            or self.poor(self.cost(deed, session))
        )

    def do_confirm(self, deed: Deed, shown: Any) -> None:
        session = self.sessions[deed.path.split("/")[-2]]
        assert session.instance is not None
        took = self.buy(deed, session)
        assert (shown["status"], shown["visits_deducted"], shown["amount_charged"]) == ("pending", 1, 0)
        self.place(shown["id"], self.passes[session.ticket], session.instance, took)

    def buy(self, deed: Deed, session: Session) -> Took:
        """What a session asks for, and what a visit then takes. The id of a package is not in the answer."""
        session.status = "used"
        self.pay(self.cost(deed, session))
        if session.visits:
            self.passes[session.ticket].bought["GYM"] += deed.body["number_of_visits"]
            return Took("GYM", visits=1)
        number = f"bought for {session.id}"
        self.add_package(number, session.client, session.branch, deed.body["copay_package_id"])
        return Took(visits=1, copays=(number,))

    def add_package(self, number: str, client: str, branch: str, name: str) -> None:
        option = GYMS[branch].options[name]
        end = months_later(self.now, MONTHS[option.duration])
        self.copays[number] = Copay(number, client, branch, end, len(self.copays), option.visits)

    # Doors

    def opens(self, ticket: Pass, branch: str) -> bool:
        if branch in SPAS:
            return True
        if ticket.covers("GYM", GYMS[branch].tier) and ticket.has_visits("GYM"):
            return True
        return self.package(ticket.client, branch, self.now) is not None

    def against_enter(self, deed: Deed) -> Answer | None:
        branch, ticket = deed.body["provider_branch_id"], self.passes[deed.body["user_pass_id"]]
        wrong = self.visitor(deed, self.now)
        if wrong is not None or self.opens(ticket, branch):
            return wrong
        return None if ticket.covers("GYM", GYMS[branch].tier) or GYMS[branch].options else FORBIDDEN

    def do_enter(self, deed: Deed, shown: Any) -> None:
        branch, ticket = deed.body["provider_branch_id"], self.passes[deed.body["user_pass_id"]]
        if self.opens(ticket, branch):
            assert shown["access_code"]
        else:
            self.ask(ticket, branch, shown, "access")

    def against_unlock(self, deed: Deed) -> Answer | None:
        session, wrong = self.against_session(deed, "access")
        if session is None or wrong is not None:
            return wrong
        return (
            self.against_payment(deed, session)
            or self.against_pass(session, self.now)
            or self.poor(self.cost(deed, session))
        )

    def do_unlock(self, deed: Deed, shown: Any) -> None:
        assert shown["access_code"]
        self.buy(deed, self.sessions[deed.path.split("/")[-2]])

    # Spas

    def busy(self, branch: str, without: str | None = None) -> list[tuple[datetime, datetime]]:
        """The hours that a spa has somebody."""
        held: list[Session | Booking] = [each for each in self.sessions.values() if each.status == "open"]
        stays = [each for each in self.bookings.values() if each.status in STAYS and each.id != without]
        return [
            (each.start, each.start + hours_of(branch, each.services))
            for each in held + stays
            if each.branch == branch and each.services and each.start is not None
        ]

    def against_slot(
        self, branch: str, start: datetime, length: timedelta, without: str | None = None
    ) -> Answer | None:
        local, end = start.astimezone(LAGOS), (start + length).astimezone(LAGOS)
        is_open = local.hour >= 9 and not local.minute and end <= local.replace(hour=18, minute=0)
        near = local.date() <= self.now.astimezone(LAGOS).date() + DAYS_AHEAD
        is_taken = any(one < end and local < other for one, other in self.busy(branch, without))
        return BUSY if not (is_open and near and start > self.now) or is_taken else None

    def prepaid(self, ticket: Pass, branch: str, wanted: set[str], moment: datetime) -> tuple[str, ...]:
        """What pays for services that the pass does not cover, each purchase once."""
        found = [
            (-len(wanted & set(each.services)), each.number, each)
            for each in self.copays.values()
            if (each.client, each.branch, each.used_by) == (ticket.client, branch, None)
            and moment < each.end
            and wanted & set(each.services)
        ]
        if not found:
            return ()
        best = min(found)[2]
        return best.id, *self.prepaid(ticket, branch, wanted - set(best.services), moment)

    def unpaid(
        self, ticket: Pass, branch: str, services: tuple[str, ...], moment: datetime
    ) -> tuple[set[str], set[str], tuple[str, ...]]:
        """The services that take a visit or credits, those that neither this nor a purchase pays for, and the purchases."""
        ours = {each for each in services if ticket.covers("SPA", SPAS[branch][each].tier)}
        is_short = self.is_short(ticket, branch, ours)
        copays = self.prepaid(ticket, branch, set(services) - (set() if is_short else ours), moment)
        paid = {each for copay in copays for each in self.copays[copay].services}
        if is_short:
            ours -= paid
        return ours, set(services) - ours - paid, copays

    def is_short(self, ticket: Pass, branch: str, services: set[str]) -> bool:
        """Whether neither a visit nor the credits pay for services of the pass."""
        credits_ = sum(SPAS[branch][each].credits for each in services)
        return not ticket.has_visits("SPA") and credits_ > self.credits[ticket.client]

    def priced(self, ticket: Pass, branch: str, services: tuple[str, ...], moment: datetime) -> Took:
        ours, unpaid, copays = self.unpaid(ticket, branch, services, moment)
        charged = sum(SPAS[branch][each].price for each in unpaid)
        is_visit = bool(ours) and ticket.has_visits("SPA")
        number = 0 if is_visit else sum(SPAS[branch][each].credits for each in ours)
        return Took("SPA" if is_visit else None, int(is_visit), number, charged, copays)

    def appointment(self, deed: Deed) -> tuple[Pass, str, tuple[str, ...], datetime]:
        body = deed.body
        start = datetime.fromisoformat(f"{body['date']}T{body['time']}").replace(tzinfo=LAGOS)
        return self.passes[body["user_pass_id"]], body["provider_branch_id"], tuple(body["service_ids"]), start

    def against_hold(self, deed: Deed) -> Answer | None:
        ticket, branch, services, start = self.appointment(deed)
        wrong = self.visitor(deed, start)
        if wrong is not None:
            return wrong
        if start <= self.now:
            return INVALID
        wrong = self.against_slot(branch, start, hours_of(branch, services))
        took = self.priced(ticket, branch, services, start)
        return wrong or (INVALID if took.credits > self.credits[ticket.client] else None)

    def do_hold(self, deed: Deed, shown: Any) -> None:
        ticket, branch, services, start = self.appointment(deed)
        took = self.priced(ticket, branch, services, start)
        amounts = shown["visits_deducted"], shown["credits_deducted"], shown["copay_amount"]
        assert amounts == (took.visits, took.credits, took.charged)
        covered = self.covered(ticket, branch, services)
        self.open(
            Session(
                shown["session_id"],
                "spa",
                ticket.client,
                ticket.id,
                branch,
                start,
                start=start,
                services=services,
                took=took,
                covered=covered,
            )
        )

    def against_appoint(self, deed: Deed) -> Answer | None:
        session, wrong = self.against_session(deed, "spa")
        if session is None or wrong is not None:
            return wrong
        assert session.start is not None
        ticket, took = self.passes[session.ticket], session.took
        gone = (
            session.start <= self.now
            or (took.visits and not ticket.has_visits("SPA"))
            or took.credits > self.credits[ticket.client]
            or any(self.copays[copay].used_by is not None for copay in took.copays)
        )
        return self.against_pass(session, session.start) or (INVALID if gone else self.poor(took.charged))

    def do_appoint(self, deed: Deed, shown: Any) -> None:
        session = self.sessions[deed.path.split("/")[-2]]
        assert session.start is not None
        session.status, took = "used", session.took
        amounts = shown["visits_deducted"], shown["credits_deducted"], shown["amount_charged"]
        assert amounts == (took.visits, took.credits, took.charged)
        ticket = self.passes[session.ticket]
        self.bookings[shown["id"]] = Booking(
            shown["id"],
            session.client,
            session.ticket,
            session.branch,
            session.start,
            self.now,
            took,
            services=session.services,
        )
        self.take(ticket, took, shown["id"])

    # Co-pays

    def against_quote(self, deed: Deed) -> Answer | None:
        return self.visitor(deed, self.now)

    def do_quote(self, deed: Deed, shown: Any) -> None:
        ticket, branch = self.passes[deed.body["user_pass_id"]], deed.path.split("/")[2]
        asked = tuple(deed.body["service_ids"])
        ours, unpaid, _ = self.unpaid(ticket, branch, asked, self.now)
        if self.is_short(ticket, branch, ours):
            unpaid |= ours
        services = tuple(each for each in asked if each in unpaid)
        amount = sum(SPAS[branch][each].price for each in services)
        assert shown["amount"] == amount
        self.quotes[shown["id"]] = Quote(
            shown["id"], ticket.client, ticket.id, branch, services, amount, self.now + FLEETING
        )

    def with_pass(self, deed: Deed) -> tuple[Deed, Answer | None]:
        """With the pass that was left out."""
        if "user_pass_id" in deed.body:
            return deed, None
        client, quote = deed.body["client_id"], self.quotes.get(deed.body.get("quote_id"))
        if (wrong := self.stranger(deed)) is not None:
            return deed, wrong
        held = [each.id for each in self.passes.values() if each.client == client and each.against(self.now) is None]
        ticket = quote.ticket if quote is not None and quote.client == client else held[-1] if held else None
        if ticket is None:
            return deed, OVER
        return Deed(deed.name, deed.path, {**deed.body, "user_pass_id": ticket}, deed.token), None

    def against_buy(self, deed: Deed) -> Answer | None:
        deed, wrong = self.with_pass(deed)
        wrong = wrong or self.visitor(deed, self.now)
        if wrong is not None:
            return wrong
        body, ticket = deed.body, self.passes[deed.body["user_pass_id"]]
        branch = body["provider_branch_id"]
        if "copay_package_id" in body:
            held = self.credits[ticket.client]
            dear = any(each.branch == branch and (each.credits or 0) > held for each in CLASSES.values())
            covered = ticket.covers("GYM", GYMS[branch].tier)
            return INVALID if covered and not dear else self.poor(GYMS[branch].options[body["copay_package_id"]].price)
        quote = self.quotes[body["quote_id"]]
        if (quote.client, quote.ticket, quote.branch) != (ticket.client, ticket.id, branch) or not quote.amount:
            return INVALID
        return STALE if quote.used or quote.end <= self.now else self.poor(quote.amount)

    def do_buy(self, deed: Deed, shown: Any) -> None:
        body, number = deed.body, shown["copay_purchase_id"]
        branch = body["provider_branch_id"]
        self.pay(shown["amount"])
        if "copay_package_id" in body:
            assert shown["amount"] == GYMS[branch].options[body["copay_package_id"]].price
            self.add_package(number, body["client_id"], branch, body["copay_package_id"])
            return
        quote = self.quotes[body["quote_id"]]
        assert shown["amount"] == quote.amount
        quote.used = True
        self.copays[number] = Copay(
            number, quote.client, branch, self.now + PREPAID, len(self.copays), services=quote.services
        )

    # What becomes of bookings

    def against_cancel(self, deed: Deed) -> Answer | None:
        return None if self.bookings[deed.path.split("/")[2]].status in AHEAD else FORBIDDEN

    def do_cancel(self, deed: Deed, shown: Any) -> None:
        booking = self.bookings[deed.path.split("/")[2]]
        back = None if self.is_late(booking) else booking.took
        took = back or Took()
        refund = shown["refund"]
        amounts = refund["visits_restored"], refund["credits_refunded"], refund["amount_refunded"]
        assert (refund["refunded"], *amounts) == (back is not None, took.visits, took.credits, took.charged)
        booking.status = "cancelled"
        if took.category is not None:
            self.passes[booking.ticket].used[took.category] -= took.visits
        self.credits[booking.client] += took.credits
        self.pay(-took.charged)
        for copay in took.copays:
            self.use(copay, -1, None)

    def is_late(self, booking: Booking) -> bool:
        return booking.late or self.now > booking.start - NOTICE

    def against_move(self, deed: Deed) -> Answer | None:
        booking, body = self.bookings[deed.path.split("/")[2]], deed.body
        if booking.status not in AHEAD:
            return FORBIDDEN
        asked = {"class_instance_id"} if booking.instance else {"date", "time"}
        if set(body) != asked:
            return INVALID
        start = self.target(body)
        wrong = self.passes[booking.ticket].against(start)
        if wrong is None and any(self.copays[copay].end <= start for copay in booking.took.copays):
            wrong = FORBIDDEN
        if booking.instance:
            name = body["class_instance_id"]
            if self.instances[name].kind != self.instances[booking.instance].kind or start <= self.now:
                return INVALID
            return wrong or self.against_place(booking.client, name)
        if start <= self.now:
            return INVALID
        length = hours_of(booking.branch, booking.services)
        return wrong or self.against_slot(booking.branch, start, length, without=booking.id)

    def target(self, body: Any) -> datetime:
        if "date" in body:
            return datetime.fromisoformat(f"{body['date']}T{body['time']}").replace(tzinfo=LAGOS)
        return self.instances[body["class_instance_id"]].start

    def do_move(self, deed: Deed, shown: Any) -> None:
        old, number = self.bookings[deed.path.split("/")[2]], shown["id"]
        old.status = "rescheduled"
        assert (shown["status"], shown["rescheduled_from"]) == ("pending", old.id)
        self.bookings[number] = Booking(
            number,
            old.client,
            old.ticket,
            old.branch,
            self.target(deed.body),
            self.now,
            old.took,
            instance=deed.body.get("class_instance_id"),
            services=old.services,
            late=self.is_late(old),
        )
        for copay in old.took.copays:
            self.use(copay, 0, number)

    # Time

    def passes_by(self, length: timedelta = timedelta(0)) -> None:
        """Everything falls due, each thing by itself."""
        self.now += length
        for session in self.sessions.values():
            if session.status == "open" and session.end <= self.now:
                session.status = "expired"
        for booking in self.bookings.values():
            if booking.status == "pending" and booking.made + self.acceptance <= self.now:
                booking.status = "confirmed"
            if booking.status == "confirmed" and booking.start <= self.now:
                booking.status = "completed"


def months_later(moment: datetime, number: int) -> datetime:
    """At the same time of day in Lagos; a day that a month does not have is its last one."""
    local = moment.astimezone(LAGOS)
    year, month = divmod(local.year * 12 + local.month - 1 + number, 12)
    day = date(year, month + 1, min(local.day, monthrange(year, month + 1)[1]))
    return datetime.combine(day, local.time(), LAGOS)


def hours_of(branch: str, services: tuple[str, ...]) -> timedelta:
    minutes = sum(SPAS[branch][each].minutes for each in services)
    return timedelta(hours=-(-minutes // 60))
