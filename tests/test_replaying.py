"""Sessions in which rules were armed, played again. What a bundle holds is in `tests/control/test_control_bundles.py`, files and commands
in `tests/e2e/test_replaying.py`.
"""

import asyncio
import contextlib
import json

import pytest
from doubles import Client, ManualClock
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import build_app
from mockserver.control.exchanging import exchange
from mockserver.replaying import replay
from mockserver.settings import Settings

KEYS = ("sk_rsv_demo_alpha.mine", "sk_rsv_demo_beta.mine", "nobody.mine")
HOOK = {"url": "http://127.0.0.1:9/hook"}
FULL = {"date": "2026-03-09", "time_slot_id": 457}
"""On the slot of one place."""


class World:
    """ReserveKit in a sandbox of this process, that nothing is sent from."""

    def __init__(self):
        app = build_app(Settings(apis=("reservekit",), store="memory", allowed_hosts=("sandbox",)), clock=ManualClock())
        self.control = Client(app, base="/_sandbox/sandboxes/mine")
        self.api = Client(app, base="/v1")
        Client(app, base="/_sandbox").post("/sandboxes", {"name": "mine", "clock": "2026-03-02T08:00:00Z"})

    def arm(self, what, *, on=None, **do):
        rule = {"api": "reservekit", "on": {"operation": "createBooking"} if on is None else on}
        return self.control.post("/rules", {**rule, "do": {"what": what, **do}})

    def ask(self, method, path, *, key=KEYS[0], prefer=None, **options):
        with contextlib.suppress(ConnectionResetError):
            return self.api.as_(key).request(method, path, headers={"Prefer": prefer}, **options)

    def book(self, slot=456, **options):
        return self.ask("POST", "/bookings", json={**FULL, "time_slot_id": slot}, **options)

    async def send(self, method, path, body=None):
        """Beside others."""
        head = [["host", "sandbox"], ["content-type", "application/json"], ["authorization", f"Bearer {KEYS[0]}"]]
        came = await exchange(
            self.api.app.asgi, method, path, "", head, b"" if body is None else json.dumps(body).encode()
        )
        assert came is not None
        return came

    def rules(self):
        """As a record has them, which says nothing that goes without saying."""
        listed = self.control.get("/rules").json()["rules"]
        return [{name: value for name, value in rule.items() if value or name in {"on", "do"}} for rule in listed]

    def bundle(self):
        return self.control.get("/export").json()["bundle"]


@pytest.fixture
def world():
    return World()


deeds = st.sampled_from(
    [
        {"what": "delay", "seconds": 0},
        {"what": "status", "status": 404},
        {"what": "rate-limited", "retry_after": 7},
        *({"what": what} for what in ("fin", "rst", "lost-before", "lost-after", "malformed", "truncated")),
        *({"what": what, "seconds": 0} for what in ("late-after", "slow", "settle", "hold")),
        {"what": "barrier", "count": 2, "order": [2, 1], "seconds": 0},
        {"what": "rival", "changes": {"customer_email": "rival@example.com"}},
        {"what": "rival", "identity": "sk_rsv_demo_beta"},
    ]
)
subjects = st.sampled_from(
    [
        *({}, {"times": 2}, {"times": None}),
        *({"share": 0.5, "times": None}, {"body": {"time_slot_id": 457}, "times": 2}),
        *({"identity": "sk_rsv_demo_beta"}, {"from": "2026-03-02T08:30:00Z"}),
    ]
)
keys = st.sampled_from(KEYS)
numbers = st.integers(1, 4)
prefers = st.sampled_from(
    [None] * 4
    + [
        *("explain", "delay=0, explain", "settle=0", "code=404, explain", "code=418", "respond-async"),
        *("fault=rate-limited", "fault=fin", "delay=0, fault=lost-after", "fault=malformed, explain"),
    ]
)
steps = st.one_of(
    st.tuples(st.just("arm"), deeds, subjects),
    st.tuples(st.just("arm"), deeds, subjects),
    st.tuples(st.just("disarm"), numbers),
    st.tuples(st.just("release"), numbers),
    st.tuples(st.just("advance"), st.sampled_from(["PT20M", "PT1S"])),
    st.tuples(st.just("change"), st.sampled_from(["off", "starter"])),
    st.tuples(st.just("subscribe")),
    st.tuples(st.just("book"), st.sampled_from([456, 457]), keys, prefers),
    st.tuples(st.just("book"), st.sampled_from([456, 457]), keys, prefers),
    st.tuples(st.just("book"), st.sampled_from([456, 457]), keys, prefers),
    st.tuples(st.just("read"), st.sampled_from(["/services?page=1", "/bookings/1184", "/nope"]), keys, prefers),
)


def take(world, step):
    match step:
        case ("arm", deed, on):
            if deed["what"] in {"hold", "barrier"}:
                on = {name: value for name, value in on.items() if name != "times"}
            assert world.arm(on={"operation": "createBooking", **on}, **deed).status_code == 201
        case ("disarm", number):
            world.control.delete(f"/rules/{number}")
        case ("release", number):
            world.control.post(f"/rules/{number}/release")
        case ("advance", by):
            world.control.post("/clock/advance", {"by": by})
        case ("change", limit):
            world.control.patch("", {"settings": {"reservekit": {"rate_limit": limit}}})
        case ("subscribe",):
            world.control.post("/webhooks/reservekit/subscriptions", HOOK)
        case ("book", slot, key, prefer):
            world.book(slot, key=key, prefer=prefer)
        case ("read", path, key, prefer):
            world.ask("GET", path, key=key, prefer=prefer)


@examples(100)
@given(st.lists(steps, min_size=8, max_size=25))
def test_a_session_with_rules_replays_to_the_same_answers_and_the_same_rules(session):
    world = World()
    for step in session:
        take(world, step)

    outcome = replay(world.bundle())

    assert outcome.difference is None, outcome.difference
    assert outcome.rules == world.rules()
    assert not [said for said in outcome.said if "broken off" not in said]


def test_what_rules_did_beside_limits_and_in_the_place_of_the_api_is_compared(world):
    take(world, ("change", "starter"))
    world.arm("rival", changes={"customer_email": "rival@example.com"})
    world.arm("rate-limited", on={"operation": "listServices"}, retry_after=7)
    world.book(457, prefer="explain, delay=0")
    world.ask("GET", "/services?page=1")

    outcome = replay(world.bundle())

    assert (outcome.same, outcome.said, outcome.difference) == (3, [], None)


def test_a_rule_that_was_taken_away_keeps_its_number(world):
    world.arm("rst")
    world.control.delete("/rules/1")
    world.arm("lost-after")

    assert [rule["id"] for rule in replay(world.bundle()).rules] == [2]


def test_those_who_met_each_other_replay_in_the_order_in_which_they_went_on(world):
    world.arm("barrier", count=2, order="reverse")

    async def play():
        both = [world.send("POST", "/v1/bookings", FULL) for _ in range(2)]
        return [came.status for came in await asyncio.gather(*both)]

    statuses = asyncio.run(play())
    outcome = replay(world.bundle())

    assert statuses == [400, 201]
    assert (outcome.same, outcome.difference, outcome.rules) == (2, None, world.rules())
    assert outcome.rules[0]["met"] == 2


def test_a_request_that_was_under_way_at_the_export_is_said(world):
    world.arm("hold", seconds=60)

    async def play():
        asked = asyncio.create_task(world.send("POST", "/v1/bookings", FULL))
        await asyncio.sleep(0)
        exported = await world.send("GET", "/_sandbox/sandboxes/mine/export")
        world.api.app.sandboxes.get("mine").let_go()
        assert (await asked).status == 201
        return json.loads(exported.body)["bundle"]

    outcome = replay(asyncio.run(play()))

    assert (outcome.same, outcome.difference) == (0, None)
    assert ["still under way" in said for said in outcome.said] == [True]


def test_what_a_request_has_met_is_left_out_where_a_bundle_ends_before(world):
    world.arm("lost-after", on={"operation": "createBooking", "times": 2})
    world.book()
    world.book()

    outcome = replay(world.control.get("/export?until=1").json()["bundle"])

    assert (outcome.difference, outcome.said, outcome.rules[0]["met"]) == (None, [], 1)
