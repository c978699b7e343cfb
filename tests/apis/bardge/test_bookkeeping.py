"""A busy month of a reseller, for as long as Hypothesis likes, beside a bookkeeper; see `bardge_bookkeeper`.

They say beforehand what each call will answer, and afterwards what accounts, passes, bookings, places and hours are.
"""

import asyncio
from collections import Counter
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from typing import Any

from bardge_bookkeeper import (
    CLASSES,
    GYMS,
    KEMI,
    LAGOS,
    PACKAGES,
    PRODUCTS,
    SPAS,
    STAYS,
    Book,
    Booking,
    Deed,
    Instance,
    Pass,
    Took,
)
from bardge_world import KEMI_TOKEN, said
from examples import examples
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

CLIENTS = tuple(f"client_{name}" for name in ("ada", "bola", "chidi", "dayo", "efe", "femi", "funke", "halima", "nia"))
DONE_WITH = {"change": 200, "prolong": 200, "quote": 200, "cancel": 200}
CONFIRMED_BY = {
    "class": ("confirm", "/bookings/class"),
    "access": ("unlock", "/access-codes"),
    "spa": ("appoint", "/bookings/spa"),
}
Drawn = tuple[str, dict[str, Any]]
"""What is to be asked, and with what."""
KEPT = ("client", "issued_pass", "credit_entry", "debit", "copay_purchase", "quote", "booking", "session", "timer")


def moment_in(seconds):
    return datetime.fromtimestamp(seconds, UTC)


class Month:
    """The reseller that calls, and the bookkeeper."""

    def __init__(self, world, acceptance, balance):
        self.world, self.alpha, self.start_balance = world, world.alpha, balance
        self.book = Book(datetime(2026, 3, 2, tzinfo=UTC), timedelta(minutes=acceptance), balance)
        self.last = None
        self.read_the_world()
        self.check()

    # What is there to begin with

    def read_the_world(self):
        for name in CLIENTS[:-1]:
            client = self.alpha.read(f"/clients/{name}")
            self.book.credits[name] = client["credit_balance"]
            for each in client["passes"]:
                self.read_pass(self.alpha.issued_pass(each["id"]))
        self.book.credits[KEMI] = self.alpha.credits(KEMI, token=KEMI_TOKEN)
        self.read_pass(self.world.harbour.issued_pass("brgpass_kemi_gym"))
        shown = {name: each for kind in CLASSES for name, each in self.instances(kind).items()}
        for name in CLIENTS[:-1]:
            for each in self.alpha.bookings(name):
                self.read_booking(each)
        ours = Counter(each.instance for each in self.book.bookings.values() if each.status in STAYS)
        for name, each in shown.items():
            elsewhere = each["booked"] - ours[name]
            start = moment_in(each["scheduled_for"])
            self.book.instances[name] = Instance(each["class_id"], start, each["capacity"], elsewhere)

    def instances(self, kind):
        found = self.alpha.read(f"/classes/{kind}", **{"from": "2026-02-10", "to": "2026-05-10"})["instances"]
        return {each["id"]: each for each in found}

    def read_pass(self, shown):
        start, end = (moment_in(shown[name] / 1000) for name in ("start_date", "expires_at"))
        used = Counter({each["type"]: each["visits_used"] for each in shown["categories"]})
        self.book.passes[shown["id"]] = Pass(
            shown["id"], shown["client_id"], shown["pass_id"], start, end, shown["status"] == "CANCELLED", used
        )

    def read_booking(self, shown):
        self.book.bookings[shown["id"]] = Booking(
            shown["id"],
            shown["client_id"],
            shown["user_pass_id"],
            shown["provider_branch_id"],
            moment_in(shown["scheduled_for"]),
            moment_in(shown["created"]),
            Took(
                {"class": "GYM", "spa": "SPA"}[shown["type"]] if shown["visits_deducted"] else None,
                shown["visits_deducted"],
                shown["credits_deducted"],
            ),
            shown["status"],
            shown.get("class_instance_id"),
            tuple(shown.get("service_ids", ())),
        )

    # What is asked

    def visitor(self, who, number):
        """A pass, mostly a good one and its own client's, and mostly the token that is needed."""
        every = list(self.book.passes.values())
        good = [each for each in every if each.against(self.book.now) is None] or every
        at_limit = [each for each in good if not (each.has_visits("GYM") or each.has_visits("SPA"))] or good
        held = every if number % 10 == 0 else at_limit if number % 10 < 4 else good
        ticket = held[number // 10 % len(held)]
        client = CLIENTS[number % len(CLIENTS)] if who == 0 else ticket.client
        token = KEMI_TOKEN if (client == KEMI) != (who == 1) else None
        return {"client_id": client, "user_pass_id": ticket.id}, token

    def issue(self, who, product, days):
        body = {"pass_id": product, "client_id": CLIENTS[who % len(CLIENTS)], "first_name": "Nia", "last_name": "Eke"}
        if days is not None:
            body["start_date"] = int((self.book.now + timedelta(days=days)).timestamp() * 1000)
        return Deed("issue", "/issued_passes", body)

    def change(self, number, product):
        body, _ = self.visitor(2, number)
        return Deed("change", "/issued_passes/update", {"user_pass_id": body["user_pass_id"], "pass_id": product})

    def prolong(self, number, days):
        until = int((self.book.now + timedelta(days=days)).timestamp() * 1000)
        return Deed(
            "prolong", f"/issued_passes/{self.visitor(2, number)[0]['user_pass_id']}/expiry", {"expires_at": until}
        )

    def buy_credits(self, who, package):
        client = (*CLIENTS[:-1], KEMI)[who % len(CLIENTS)]
        return Deed("credits", "/credit_purchases", {"client_id": client, "credit_package_id": package})

    def any_instance(self, number, name):
        """Mostly one that is ahead, and often the last place of one."""
        if name is not None:
            return name
        found = list(self.book.instances)
        ahead = [each for each in found if self.book.instances[each].start > self.book.now] or found
        return (ahead if number % 9 else found)[number // 9 % len(ahead)]

    def book_class(self, who, number, other, name):
        body, token = self.visitor(who, number)
        return Deed("book", "/bookings/class", {**body, "class_instance_id": self.any_instance(other, name)}, token)

    def any_session(self, number, kind):
        """Mostly one of a kind that is open, the newest first."""
        found = [each for each in self.book.sessions.values() if each.kind == kind or not number % 7]
        found = [each for each in found if each.status == "open" or not number % 5] or found
        return found[-1 - number % min(len(found), 3)].id if found else "sess_nothing"

    def payment(self, session, visits, package, matching):
        known = self.book.sessions.get(session)
        if known is not None and known.kind != "spa" and matching:
            options = list(GYMS[known.branch].options)
            wants_visits, package = known.visits, options[visits % len(options)] if options else package
        else:
            wants_visits = visits % 2
        return {"number_of_visits": visits, "duration": "MONTHLY"} if wants_visits else {"copay_package_id": package}

    def confirm(self, number, visits, package, matching):
        session = self.any_session(number, "class")
        return Deed("confirm", f"/bookings/class/{session}/confirm", self.payment(session, visits, package, matching))

    def unlock(self, number, visits, package, matching):
        session = self.any_session(number, "access")
        return Deed("unlock", f"/access-codes/{session}/confirm", self.payment(session, visits, package, matching))

    def enter(self, who, number, branch):
        body, token = self.visitor(who, number)
        return Deed("enter", "/access-codes", {**body, "provider_branch_id": branch}, token)

    def services(self, branch, which):
        found = list(SPAS[branch])
        return found if which == 2 else [found[which]]

    def hold(self, who, number, branch, which, day, hour):
        body, token = self.visitor(who, number)
        appointment = {
            "provider_branch_id": branch,
            "service_ids": self.services(branch, which),
            "date": self.day(day),
            "time": f"{hour:02}:00",
        }
        return Deed("hold", "/bookings/spa", {**body, **appointment}, token)

    def day(self, number):
        return (self.book.now.astimezone(LAGOS).date() + timedelta(days=number)).isoformat()

    def appoint(self, number):
        return Deed("appoint", f"/bookings/spa/{self.any_session(number, 'spa')}/confirm")

    def quote(self, who, number, branch, which):
        body, token = self.visitor(who, number)
        path = f"/providers/{branch}/spa-copay-quote"
        return Deed("quote", path, {**body, "service_ids": self.services(branch, which)}, token)

    def buy(self, who, number, branch, generic, with_pass):
        """Of a gym a package, of a spa what was quoted last."""
        body, token = self.visitor(who, number)
        quotes = list(self.book.quotes.values())[-2:]
        if branch is None and quotes:
            quote = quotes[number % len(quotes)]
            bought = {"provider_branch_id": quote.branch, "quote_id": quote.id}
            if number % 5:
                body = {"client_id": quote.client, "user_pass_id": quote.ticket}
                token = KEMI_TOKEN if quote.client == KEMI else None
        else:
            branch = branch or "branch_pulse_lekki"
            bought = {"provider_branch_id": branch, "copay_package_id": next(iter(GYMS[branch].options))}
        path = f"/{'gym' if 'copay_package_id' in bought else 'spa'}_copay_purchases"
        if generic and not with_pass:
            del body["user_pass_id"]
        return Deed("buy", "/copay_purchases" if generic else path, {**body, **bought}, token)

    def any_booking(self, number):
        """Mostly one that is still ahead."""
        found = list(self.book.bookings.values())
        ahead = [each for each in found if each.status in {"pending", "confirmed"}]
        return (found if number % 8 == 0 or not ahead else ahead)[-1 - number % len(ahead or found)]

    def cancel(self, number):
        return Deed("cancel", f"/bookings/{self.any_booking(number).id}/cancel")

    def move(self, number, other, day, hour, fitting):
        booking = self.any_booking(number)
        target = self.target(booking, other, day, hour, fitting=fitting)
        return Deed("move", f"/bookings/{booking.id}/reschedule", target)

    def target(self, booking, other, day, hour, *, fitting):
        """Mostly of the same class, and ahead."""
        body = {"date": self.day(day), "time": f"{hour:02}:00"}
        if (booking.instance is not None) == fitting:
            kind = booking.instance and self.book.instances[booking.instance].kind
            same = [name for name, each in self.book.instances.items() if each.kind == kind or not other % 7]
            ahead = [name for name in same if self.book.instances[name].start > self.book.now] or same
            found = ahead or list(self.book.instances)
            body = {"class_instance_id": found[other % len(found)]}
        return body

    # What happens

    def one(self, name, details, key):
        deed = getattr(self, name)(**details)
        self.do(deed if deed.name in {"cancel", "quote"} else replace(deed, key=key))

    def do(self, deed):
        """Say what will be answered, ask, and write down what came of it."""
        self.last = deed
        known = self.replayed(deed)
        expected = self.book.against(deed) or (DONE_WITH.get(deed.name, 201), "") if known is None else None
        note(f"{self.book.now:%d %H:%M:%S} {deed} {expected or 'again'}")
        before = self.kept() if expected is None or expected[1] else None

        answer = self.alpha.post(deed.path, deed.body, token=deed.token, key=deed.key)

        self.judge(deed, answer, known, expected)
        if before is not None:
            assert self.kept() == before

    def replayed(self, deed):
        known = self.book.known(deed)
        return known if known and (known.deed.path, known.deed.body) == (deed.path, deed.body) else None

    def judge(self, deed, answer, known, expected):
        if known is not None:
            assert answer.headers["x-idempotent-replayed"] == "true"
            assert (answer.status_code, shown_by(answer)) == (known.status, known.shown)
            return
        assert said(answer) == expected, answer.text
        assert "x-idempotent-replayed" not in answer.headers
        self.book.write(deed, expected, shown_by(answer))

    def kept(self):
        return {kind: self.world.kept(kind) for kind in KEPT}

    def both(self, first: Drawn, between, other: Drawn, key):
        """What is begun is confirmed soon, or too late."""
        self.one(*first, key)
        self.check()
        if between:
            self.wait(between)
        self.one(*other, None)

    def overtaken(self, first: Drawn, products, visits):
        """What is begun is confirmed when one product, and then another one, has been put under the pass."""
        opened = set(self.book.sessions)
        self.one(*first, None)
        for number in set(self.book.sessions) - opened:
            session = self.book.sessions[number]
            name, path = CONFIRMED_BY[session.kind]
            body = None if session.kind == "spa" else self.payment(number, visits, None, matching=True)
            for product in products:
                changed = {"user_pass_id": session.ticket, "pass_id": product}
                self.do(Deed("change", "/issued_passes/update", changed))
                self.do(Deed(name, f"{path}/{number}/confirm", body))

    def spree(self, number, branch, services, hour, ends):
        """Two appointments that count on the same visit, credits or co-pays; what became of them is then ended.

        *services* says for which ones they are, and of which there are co-pays.
        """
        which, buys = services
        body, token = self.visitor(2, number)
        for service in buys:
            self.one("quote", {"who": 2, "number": number, "branch": branch, "which": service}, None)
            if self.book.quotes:
                bought = {"provider_branch_id": branch, "quote_id": list(self.book.quotes)[-1]}
                self.do(Deed("buy", "/spa_copay_purchases", {**body, **bought}, token))
        held, booked = set(self.book.sessions), set(self.book.bookings)
        for clock in (hour, hour + 3):
            wanted = {"branch": branch, "which": which, "day": 2, "hour": clock}
            self.one("hold", {"who": 2, "number": number, **wanted}, None)
        for session in sorted(set(self.book.sessions) - held):
            self.do(Deed("appoint", f"/bookings/spa/{session}/confirm"))
        for booking in sorted(set(self.book.bookings) - booked):
            self.check()
            if ends == "cancel":
                self.do(Deed("cancel", f"/bookings/{booking}/cancel"))
                continue
            if ends == "move far":
                until = int((self.book.now + timedelta(days=60)).timestamp() * 1000)
                self.do(Deed("prolong", f"/issued_passes/{body['user_pass_id']}/expiry", {"expires_at": until}))
            moved = {"date": self.day(35 if ends == "move far" else 3), "time": f"{hour:02}:00"}
            self.do(Deed("move", f"/bookings/{booking}/reschedule", moved))

    def again(self, without):
        """What was asked last, with its key or, as it may be, without one."""
        if self.last is not None:
            self.do(replace(self.last, key=None) if without else self.last)

    def twins(self, name, details, key):
        """Two of the same, at once, with one key."""
        deed = getattr(self, name)(**details)
        if deed.name in {"cancel", "quote"} or self.book.known(replace(deed, key=key)):
            return
        deed = self.last = replace(deed, key=key)
        expected = self.book.against(deed) or (DONE_WITH.get(deed.name, 201), "")
        note(f"{self.book.now:%d %H:%M:%S} twins {deed} {expected}")

        answers = sorted(self.at_once(deed, deed), key=lambda each: "x-idempotent-replayed" in each.headers)

        self.judge(deed, answers[0], None, expected)
        self.judge(deed, answers[1], self.replayed(deed), expected)

    def race(self, first, other):
        """Two at once, without a key: the one came after the other, whichever it was."""
        deeds = [getattr(self, name)(**details) for name, details in (first, other)]
        note(f"{self.book.now:%d %H:%M:%S} race {deeds}")
        answers = self.at_once(*deeds)
        books = [self.book_after(order) for order in permutations(zip(deeds, answers, strict=True))]
        found = [book for book in books if book is not None]
        assert found, [said(answer) for answer in answers]
        self.book = found[0]

    def book_after(self, order):
        """None where the answers are not those of this order."""
        book = deepcopy(self.book)
        for deed, answer in order:
            expected = book.against(deed) or (DONE_WITH.get(deed.name, 201), "")
            if said(answer) != expected:
                return None
            try:
                book.write(deed, expected, shown_by(answer))
            except AssertionError:
                return None
        return book

    def at_once(self, *deeds):
        async def ask():
            asked = (
                self.alpha.client._request(
                    "POST",
                    self.alpha.client.base + deed.path,
                    {
                        **self.alpha.client.headers,
                        **({"bardge-lookup-token": deed.token} if deed.token else {}),
                        **({"idempotency-key": deed.key} if deed.key else {}),
                    },
                    {"json": deed.body},
                )
                for deed in deeds
            )
            return await asyncio.gather(*asked)

        return asyncio.run(ask())

    def wait(self, seconds):
        self.world.wait(seconds=seconds)
        self.book.passes_by(timedelta(seconds=seconds))

    def at_the_brink(self, number, before, moves):
        """A day before something that is booked, to the second, or at its very beginning; then it is cancelled, or first
        moved.
        """
        booking = self.any_booking(number)
        length = booking.start - timedelta(hours=24 * before) - self.book.now + timedelta(seconds=number % 3 // 2)
        if timedelta(0) < length < timedelta(days=5):
            self.wait(int(length.total_seconds()))
            for _ in range(moves):
                known = set(self.book.bookings)
                target = self.target(booking, number, 3, 9 + number % 7, fitting=True)
                self.do(Deed("move", f"/bookings/{booking.id}/reschedule", target))
                booking = next((self.book.bookings[each] for each in set(self.book.bookings) - known), booking)
            self.do(Deed("cancel", f"/bookings/{booking.id}/cancel"))

    # What holds

    def check(self):
        self.book.passes_by()
        self.check_accounts()
        self.check_passes()
        self.check_bookings()
        self.check_classes()
        self.check_spas()
        self.check_copays()

    def check_accounts(self):
        assert sum(self.world.debits()) == self.book.debited
        assert self.world.debits("reseller_harbour") == []
        assert self.book.balance == self.start_balance - self.book.debited >= 0
        assert self.world.record("account", "reseller_alpha")["balance"] == self.book.balance
        for client, number in self.book.credits.items():
            shown = self.alpha.read(f"/clients/{client}/credits", token=KEMI_TOKEN if client == KEMI else None)
            assert shown["balance"] == number >= 0, client

    def check_passes(self):
        for number, ticket in self.book.passes.items():
            owner = self.world.harbour if ticket.client == KEMI else self.alpha
            shown = owner.issued_pass(number)
            status = "CANCELLED" if ticket.cancelled else "EXPIRED" if ticket.end <= self.book.now else "ACTIVE"
            assert (shown["status"], shown["pass_id"]) == (status, ticket.product)
            assert shown["start_date"] == int(ticket.start.timestamp() * 1000)
            assert shown["expires_at"] == int(ticket.end.timestamp() * 1000)
            covers = PRODUCTS[ticket.product].covers
            assert {each["type"]: (each["visits_used"], each["visits_allowed"]) for each in shown["categories"]} == {
                name: (ticket.used[name], None if cover.visits is None else cover.visits + ticket.bought[name])
                for name, cover in covers.items()
            }

    def check_bookings(self):
        """By what is listed, and that no spa ever has two at once."""
        listed = {}
        for client in self.book.credits:
            for each in self.alpha.bookings(client, token=KEMI_TOKEN if client == KEMI else None):
                listed[each["id"]] = each
        assert set(listed) == set(self.book.bookings)
        for number, booking in self.book.bookings.items():
            each, took = listed[number], booking.took
            assert (each["status"], each["scheduled_for"]) == (booking.status, int(booking.start.timestamp()))
            assert (each["visits_deducted"], each["credits_deducted"]) == (took.visits, took.credits)
            assert (each["amount_charged"], each["user_pass_id"]) == (took.charged, booking.ticket)

    def check_classes(self):
        for kind in CLASSES:
            for name, each in self.instances(kind).items():
                assert each["spots_left"] == self.book.places(name) >= 0, name

    def check_spas(self):
        """Every day on which there is anything, and tomorrow."""
        for branch in SPAS:
            busy = sorted(self.book.busy(branch))
            assert all(one[1] <= other[0] for one, other in pairwise(busy))
            ahead = {one.astimezone(LAGOS).date() for one, _ in busy if one > self.book.now}
            for day in ahead | {self.book.now.astimezone(LAGOS).date() + timedelta(days=1)}:
                for slot in self.alpha.read(f"/providers/{branch}/availability", date=day.isoformat())["slots"]:
                    start = datetime.fromisoformat(f"{day}T{slot['time']}").replace(tzinfo=LAGOS)
                    free = self.book.against_slot(branch, start, timedelta(hours=1)) is None
                    assert slot["available"] == free, (branch, start)

    def check_copays(self):
        found = Counter(
            (
                each["client"].rpartition("/")[2],
                each["branch_id"],
                each["visits_allowed"],
                each["visits_used"],
                tuple(each["service_ids"]),
                each["used_by"],
            )
            for each in self.world.kept("copay_purchase")
        )
        assert found == Counter(
            (each.client, each.branch, each.visits, each.used, each.services, each.used_by)
            for each in self.book.copays.values()
        )
        assert all(0 <= each.used <= max(each.visits, 0) for each in self.book.copays.values())


def shown_by(answer):
    """Without what every answer has of its own."""
    shown = answer.json()
    shown.get("error", {}).pop("request_id", None)
    return shown


numbers = st.integers(0, 999)
who = st.integers(0, 24)
"""0 is somebody else's pass, 1 is without the token that is needed, and all others are right."""
days = st.sampled_from([0, 1, 1, 1, 2, 2, 2, 3, 3, 10, 25, 91])
hours = st.sampled_from([8, 9, 9, 10, 10, 11, 11, 12, 16, 17])
spas = st.sampled_from(list(SPAS))
keys = st.sampled_from([None] * 7 + ["one", "two", "three", "four"])
payments = {
    "number": numbers,
    "visits": st.integers(1, 3),
    "package": st.sampled_from(["copay_abc123", "copay_pulse_year", "copay_ironworks_month", "copay_yaba_month"]),
    "matching": st.sampled_from([True] * 6 + [False]),
}
visits = {"who": who, "number": numbers}

DEEDS: dict[str, tuple[int, dict[str, Any]]] = {
    "book_class": (
        9,
        {
            **visits,
            "other": numbers,
            "name": st.sampled_from(
                [
                    None,
                    None,
                    "ci_sunrise_last",
                    "ci_reformer_last",
                    "ci_reformer_open",
                    "ci_spin_open",
                    "ci_aerial_open",
                ]
            ),
        },
    ),
    "change": (2, {"number": numbers, "product": st.sampled_from(list(PRODUCTS)[:4])}),
    "prolong": (1, {"number": numbers, "days": st.sampled_from([-1, 0, 1, 3, 40])}),
    "buy_credits": (2, {"who": who, "package": st.sampled_from(list(PACKAGES))}),
    "confirm": (5, payments),
    "enter": (3, {**visits, "branch": st.sampled_from([*GYMS, "branch_pulse_lekki", "branch_serenity_vi"])}),
    "unlock": (3, payments),
    "hold": (8, {**visits, "branch": spas, "which": st.integers(0, 2), "day": days, "hour": hours}),
    "appoint": (7, {"number": numbers}),
    "quote": (3, {**visits, "branch": spas, "which": st.integers(0, 2)}),
    "buy": (
        4,
        {
            **visits,
            "branch": st.sampled_from(
                [None, None, "branch_pulse_lekki", "branch_ironworks_ikeja", "branch_yaba_cycle"]
            ),
            "generic": st.booleans(),
            "with_pass": st.booleans(),
        },
    ),
    "cancel": (5, {"number": numbers}),
    "issue": (
        2,
        {"who": who, "product": st.sampled_from(list(PRODUCTS)[:4]), "days": st.sampled_from([None, None, 0, -1, 2])},
    ),
    "move": (
        6,
        {
            "number": numbers,
            "other": numbers,
            "day": days,
            "hour": hours,
            "fitting": st.sampled_from([True] * 6 + [False]),
        },
    ),
}
"""What can be asked, how often beside the rest, and what it takes."""


def drawn_of(name):
    return st.tuples(st.just(name), st.fixed_dictionaries(DEEDS[name][1]))


deeds = st.sampled_from([name for name, (weight, _) in DEEDS.items() for _ in range(weight)]).flatmap(drawn_of)
begun = st.sampled_from([("book_class", "confirm"), ("hold", "appoint"), ("enter", "unlock"), ("quote", "buy")])
between = st.sampled_from([0] * 7 + [89, 899, 900])
products = st.sampled_from(list(PRODUCTS)[:4])
STEPS = {
    "one": (24, st.tuples(deeds, keys).map(lambda drawn: (*drawn[0], drawn[1]))),
    "twins": (3, st.tuples(deeds, st.sampled_from(["two", "three", "four"])).map(lambda drawn: (*drawn[0], drawn[1]))),
    "race": (3, st.tuples(deeds, deeds)),
    "both": (12, begun.flatmap(lambda names: st.tuples(*(drawn_of(names[0]), between, drawn_of(names[1]), keys)))),
    "spree": (
        3,
        st.tuples(
            numbers,
            spas,
            st.sampled_from([(0, ()), (2, ()), (0, (0,)), (1, (2,)), (2, (2,)), (2, (0, 1)), (2, (0, 1)), (2, (1, 2))]),
            st.integers(9, 13),
            st.sampled_from(["cancel", "move", "move far"]),
        ),
    ),
    "overtaken": (
        5,
        st.tuples(
            st.sampled_from(["book_class", "enter", "hold"]).flatmap(drawn_of),
            st.tuples(products, products),
            st.integers(1, 2),
        ),
    ),
    "again": (4, st.tuples(st.sampled_from([False, False, True]))),
    "wait": (4, st.tuples(st.sampled_from([1, 89, 90, 300, 899, 900, 3_600, 43_200, 86_400]))),
    "at_the_brink": (7, st.tuples(numbers, st.sampled_from([0, 1, 1]), st.integers(0, 2))),
}
"""What happens, how often beside the rest, and with what."""

what_happens = st.sampled_from([name for name, (weight, _) in STEPS.items() for _ in range(weight)]).flatmap(
    lambda name: st.tuples(st.just(name), STEPS[name][1])
)


def test_whatever_happens_accounts_visits_and_places_add_up(open_world):
    # A run that goes wrong is shown as it is: making it shorter takes minutes.
    @settings(
        examples(8),
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(
        st.sampled_from([0, 0, 0, 30, 1_440]),
        st.sampled_from([50_000_000, 50_000_000, 6_000_000]),
        st.lists(what_happens, min_size=30, max_size=30),
    )
    def live(acceptance, balance, steps):
        world = open_world(settings={"acceptance_minutes": acceptance, "business_balance": balance})
        month = Month(world, acceptance, balance)
        for name, details in steps:
            getattr(month, name)(*details)
            month.check()

    live()
