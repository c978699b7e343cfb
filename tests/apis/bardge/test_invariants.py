"""A busy fortnight of classes and spas, for as long as Hypothesis likes: what holds after every call, whoever called."""

from itertools import pairwise
from typing import Any

from bardge_spas import LAGOON, SERENITY, hold
from bardge_world import KEMI_TOKEN, day
from examples import examples
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from mockserver.apis.bardge.records import (
    BOOKINGS,
    CLAIMS,
    CREDITS,
    DEBITS,
    INSTANCES,
    ISSUED_PASSES,
    LIFECYCLE,
    SESSIONS,
    Category,
    SessionKind,
    SessionStatus,
    Status,
)
from mockserver.booking.ports import ALL

WHO = {
    "ada": ("client_ada", "brgpass_ada_gym", None),
    "bola": ("client_bola", "brgpass_bola_gym", None),
    "chidi": ("client_chidi", "brgpass_chidi_gym", None),
    "efe": ("client_efe", "brgpass_efe_spa", None),
    "funke": ("client_funke", "brgpass_funke_spa", None),
    "kemi": ("client_kemi", "brgpass_kemi_gym", KEMI_TOKEN),
}
PLACES = {SERENITY: ("svc_deep_tissue", "svc_aromatherapy"), LAGOON: ("svc_hot_stone", "svc_salt_scrub")}
CLASSES = ("ci_sunrise_open", "ci_sunrise_other", "ci_sunrise_last", "ci_sunrise_full", "ci_spin_open", "ci_spin_other")
STAYS = {Status.PENDING, Status.CONFIRMED, Status.COMPLETED}
AHEAD = {Status.PENDING, Status.CONFIRMED}
KINDS = (BOOKINGS, SESSIONS, ISSUED_PASSES, CREDITS, DEBITS, INSTANCES)


class Kept:
    """All that is kept, read at one moment; a claim by its holder."""

    def __init__(self, work):
        found = {kind.name: work.records(kind).page(kind.listed, ALL) for kind in KINDS}
        timers = work.domain.timers
        self.bookings = {each.id: each for each in found[BOOKINGS.name]}
        self.sessions = {each.id: each for each in found[SESSIONS.name]}
        self.passes = {each.id: each for each in found[ISSUED_PASSES.name]}
        self.instances = {each.id: each for each in found[INSTANCES.name]}
        self.credits = found[CREDITS.name]
        self.debits = found[DEBITS.name]
        self.timers = {each.id: each for each in work.records(timers.kind).page(timers.by_due, ALL)}
        holders = (*self.bookings, *self.sessions)
        self.claims = {each: claim for each in holders if (claim := work.records(CLAIMS.kind).find(each)) is not None}

    def __eq__(self, other):
        return vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # so says the data model of what can change and be equal


class Fortnight:
    """Those who call, and what they were told."""

    def __init__(self, world):
        self.world = world
        self.alpha = world.alpha
        self.seen = self.kept()
        self.used = {each.id: dict(each.visits_used) for each in self.seen.passes.values()}
        self.spent = 0

    def kept(self):
        sandboxes = self.world.app.sandboxes
        return sandboxes.open(self.world.name).run(sandboxes.domain("bardge"), Kept, writes=True)

    def step(self, name, *details):
        before = self.kept()
        answer = getattr(self, name)(*details)
        after = self.kept()
        note(f"{name}{details}: {answer.status_code}")
        assert answer.status_code < 500
        if answer.status_code >= 400:
            # What was due has been done before; a refusal adds nothing to it.
            assert after == before
        self.check(after)

    def wait(self, minutes):
        return self.world.control.post("/clock/advance", {"seconds": minutes * 60})

    def hold(self, who, branch, which, number, hour):
        client_id, pass_id, token = WHO[who]
        services = PLACES[branch][:2] if which == 2 else PLACES[branch][which : which + 1]
        return hold(self.alpha, (client_id, pass_id), number, f"{hour:02}:00", *services, branch=branch, token=token)

    def confirm(self, number):
        """Rather a session that is open."""
        sessions = [each for each in self.seen.sessions.values() if each.kind is SessionKind.SPA]
        found = [each.id for each in sessions if each.status is SessionStatus.OPEN] or [each.id for each in sessions]
        session_id = found[number % len(found)] if found else "sess_nothing"
        return self.told(self.alpha.post(f"/bookings/spa/{session_id}/confirm"))

    def book(self, who, instance_id):
        client_id, pass_id, token = WHO[who]
        return self.told(self.alpha.book_class(client_id, pass_id, instance_id, token=token), pass_id)

    def buy(self, who):
        answer = self.alpha.post("/credit_purchases", {"client_id": WHO[who][0], "credit_package_id": "crpkg_10"})
        self.spent += answer.json()["amount"] if answer.status_code == 201 else 0
        return answer

    def told(self, answer, pass_id=None):
        """What was booked took from the pass, and from the account, what the answer says."""
        shown = answer.json()
        if answer.status_code == 201 and shown.get("status"):
            self.use(shown.get("user_pass_id", pass_id), shown["visits_deducted"])
            self.spent += shown.get("amount_charged", 0)
        return answer

    def use(self, pass_id, visits):
        category = Category.SPA if pass_id.endswith("spa") else Category.GYM
        self.used[pass_id][category] = self.used[pass_id].get(category, 0) + visits

    def any_booking(self, number):
        """Mostly one that is not over."""
        bookings = [each for _, each in sorted(self.seen.bookings.items()) if each.client.endswith(tuple(WHO))]
        ahead = [each for each in bookings if each.status in AHEAD]
        found = ahead if ahead and number % 3 else bookings
        return found[number % len(found)]

    def cancel(self, number):
        booking = self.any_booking(number)
        answer = self.alpha.cancel(booking.id)
        if answer.status_code == 200:
            refund = answer.json()["refund"]
            self.use(booking.pass_id, -refund["visits_restored"])
            self.spent -= refund["amount_refunded"]
        return answer

    def move(self, number, instance_id, to, hour):
        booking = self.any_booking(number)
        appointment = {"date": day(to), "time": f"{hour:02}:00"}
        target = appointment if booking.instance_id is None else {"class_instance_id": instance_id}
        return self.alpha.post(f"/bookings/{booking.id}/reschedule", target)

    # What holds

    def check(self, kept):
        self.check_places(kept)
        self.check_timers(kept)
        self.check_accounts(kept)
        for booking_id, before in self.seen.bookings.items():
            assert is_reached(before.status, kept.bookings[booking_id].status)
        for each in kept.bookings.values():
            new = kept.bookings.get(each.rescheduled_to)
            assert (each.status is Status.RESCHEDULED) == (new is not None)
            assert new is None or (new.rescheduled_from, new.took) == (each.id, each.took)
        self.seen = kept

    def check_places(self, kept):
        stays = {each.id for each in kept.bookings.values() if each.status in STAYS}
        open_sessions = {
            each.id
            for each in kept.sessions.values()
            if each.kind is SessionKind.SPA and each.status is SessionStatus.OPEN
        }
        assert {*kept.claims} == stays | open_sessions
        pools: dict[str, list[Any]] = {}
        for claim in kept.claims.values():
            (seat,) = claim.seats
            pools.setdefault(seat.pool, []).append(seat)
        for pool, seats in pools.items():
            kind, _, subject = pool.partition("/")
            if kind == "spa":
                spans = sorted((seat.starts_at, seat.ends_at) for seat in seats)
                assert all(first[1] <= second[0] for first, second in pairwise(spans))
            else:
                instance = kept.instances[subject]
                assert len(seats) + instance.taken <= instance.capacity
                assert len({seat.party for seat in seats}) == len(seats)

    def check_timers(self, kept):
        waiting = {each.timer for each in (*kept.bookings.values(), *kept.sessions.values()) if each.timer is not None}
        assert waiting == {each.id for each in kept.timers.values() if not str(each.subject).startswith("lkp_")}
        for each in kept.bookings.values():
            assert (each.timer is not None) == (each.status in AHEAD)
        for each in kept.sessions.values():
            assert (each.timer is not None) == (each.status is SessionStatus.OPEN)

    def check_accounts(self, kept):
        for pass_id, used in self.used.items():
            assert {k: v for k, v in kept.passes[pass_id].visits_used.items() if v} == {
                k: v for k, v in used.items() if v
            }
        balances: dict[str, int] = {}
        for entry in kept.credits:
            balances[entry.client] = balances.get(entry.client, 0) + entry.amount
        assert all(balance >= 0 for balance in balances.values())
        assert sum(debit.amount for debit in kept.debits) == self.spent


def is_reached(before, after):
    """Whether time and one call can lead from one status to another."""
    reached = {before}
    for _ in LIFECYCLE.states:
        reached |= {move.target for move in LIFECYCLE.moves if move.source in reached}
    return after in reached


NUMBER, HOUR, DAY = st.integers(0, 30), st.integers(8, 18), st.integers(1, 9)
STEPS = st.one_of(
    st.tuples(st.just("hold"), st.sampled_from([*WHO]), st.sampled_from([*PLACES]), st.integers(0, 2), DAY, HOUR),
    st.tuples(st.just("confirm"), NUMBER),
    st.tuples(st.just("book"), st.sampled_from([*WHO]), st.sampled_from(CLASSES)),
    st.tuples(st.just("cancel"), NUMBER),
    st.tuples(st.just("move"), NUMBER, st.sampled_from(CLASSES), DAY, HOUR),
    st.tuples(st.just("buy"), st.sampled_from([*WHO])),
    st.tuples(st.just("wait"), st.sampled_from([1, 15, 60, 600])),
)


@settings(examples(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acceptance=st.sampled_from([0, 0, 30, 1_440]), steps=st.lists(STEPS, min_size=20, max_size=40))
def test_places_visits_credits_and_money_add_up_whatever_happens(open_world, acceptance, steps):
    fortnight = Fortnight(open_world(settings={"acceptance_minutes": acceptance}))

    for step in steps:
        fortnight.step(*step)
