"""What stands in an exported session, and what it says is missing. That sessions replay is in `tests/e2e/test_replaying.py`."""

from contextlib import nullcontext as no_error

import pytest
from doubles import Client

from mockserver.replaying import CannotReplay, replay

HOOK = "http://127.0.0.1:9/hook"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def mine(control) -> Client:
    control.post("/sandboxes", {"name": "mine", "clock": "2026-03-02T08:00:00Z", "frozen": True})
    return Client(control.app, base="/_sandbox/sandboxes/mine")


@pytest.fixture
def client(reservekit_in):
    return reservekit_in("mine")


def book(client, slot=456, **options):
    return client.post("/bookings", {"date": "2026-03-09", "time_slot_id": slot}, **options)


def bundle_of(mine):
    return mine.get("/export").json()["bundle"]


def test_a_bundle_has_the_world_what_was_done_to_it_the_requests_and_the_answers(mine, client):
    book(client)
    mine.post("/clock/advance", {"by": "PT1H"})
    mine.patch("", {"settings": {"reservekit": {"rate_limit": "starter"}}})
    answer = book(client, 457)

    bundle = bundle_of(mine)

    world = bundle["world"]
    assert (world["name"], world["began_at"], world["settings"]) == ("mine", "2026-03-02T08:00:00Z", {})
    assert bundle["missing"] == []
    assert [step.get("operation", step.get("control")) for step in bundle["steps"]] == [
        "createBooking",
        "updateSandbox",
        "createBooking",
    ]
    assert [(move["from"], move["to"]) for move in bundle["moves"]] == [
        ("2026-03-02T08:00:00Z", "2026-03-02T09:00:00Z")
    ]
    last = bundle["steps"][-1]
    assert (last["at"], last["who"].partition(";")[0]) == ("2026-03-02T09:00:00Z", "the first tenant")
    assert last["answer"]["body"] == answer.text
    assert ["authorization", "Bearer sk_rsv_demo_alpha.mine"] in last["request"]["headers"]
    assert replay(bundle).same == 2


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda mine: mine.delete("/journal"), "1 requests are not kept any more, or were cleared"),
        (lambda mine: (mine.post("/snapshots", {"name": "x"}), mine.post("/snapshots/x/restore")), "snapshot x"),
    ],
)
def test_what_is_missing_is_said_and_such_a_bundle_is_not_replayed(mine, client, act, said):
    book(client)
    act(mine)
    book(client)

    bundle = bundle_of(mine)

    assert [said in each for each in bundle["missing"]] == [True]
    with pytest.raises(CannotReplay, match=said):
        replay(bundle)


def test_what_is_missing_of_a_journal_that_processes_share_is_said_until_a_reset(build, tmp_path):
    app = build(store=f"sqlite:///{tmp_path / 'shared.sqlite'}", workers=2)
    client = Client(app, base="/reservekit/v1", headers={"Authorization": "Bearer sk_rsv_demo_alpha"})
    default = Client(app, base="/_sandbox/sandboxes/default")
    said = []
    for act in (lambda: None, lambda: default.delete("/journal"), lambda: default.post("/reset")):
        book(client)
        act()
        book(client, 457)
        said.append(bundle_of(default)["missing"])

    assert said == [[], ["3 requests are not kept any more, or were cleared"], []]


def test_a_fork_says_what_it_began_as_and_a_reset_is_a_beginning(mine, client, control, reservekit_in):
    book(client)
    mine.post("/fork", {"name": "child"})
    child = Client(control.app, base="/_sandbox/sandboxes/child")
    forked = bundle_of(child)["missing"]
    child.post("/reset")
    book(reservekit_in("child"))
    mine.post("/reset")
    book(client)

    assert forked == ["it began as a fork of mine, and what was asked before that is not here"]
    for begun in (bundle_of(child), bundle_of(mine)):
        assert begun["missing"] == []
        assert replay(begun).difference is None


def test_a_session_of_a_durable_sandbox_replays_in_memory(build, tmp_path):
    app = build(store=f"sqlite:///{tmp_path / 's.sqlite'}")
    mine = Client(app, base="/_sandbox/sandboxes/mine")
    mine.post("/rules", {"api": "reservekit", "on": {"times": 2}, "do": {"what": "delay", "seconds": 0}})
    for _ in range(3):
        book(Client(app, base="/reservekit/v1").as_("sk_rsv_demo_alpha.mine"))

    outcome = replay(bundle_of(mine))

    assert (outcome.same, outcome.difference) == (3, None)
    assert (outcome.rules[0]["met"], outcome.rules[0]["fired"]) == (3, 2)


def test_a_body_that_was_cut_is_said(mine, client):
    client.post("/bookings", {"date": "2026-03-09", "time_slot_id": 456, "message": "m" * 70_000})

    assert bundle_of(mine)["missing"] == ["the body of request 1 was too long to be kept whole"]


def test_a_bundle_ends_with_the_request_that_it_is_asked_until_and_replays(mine, client):
    book(client)
    mine.patch("", {"settings": {"reservekit": {"rate_limit": "starter"}}})
    book(client, 457)
    mine.patch("", {"settings": {"reservekit": {"rate_limit": "off"}}})
    book(client, 457)

    bundle = mine.get("/export?until=2").json()["bundle"]

    assert [step.get("operation", step.get("control")) for step in bundle["steps"]] == [
        "createBooking",
        "updateSandbox",
        "createBooking",
    ]
    outcome = replay(bundle)
    assert (outcome.same, outcome.difference) == (2, None)


def test_secrets_that_a_client_has_given_are_left_out(mine, client):
    mine.post("/webhooks/reservekit/subscriptions", {"url": HOOK, "secret": SECRET, "hostile": {"forged": 1}})
    book(client)

    exported = mine.get("/export")

    assert SECRET not in exported.text
    assert exported.json()["bundle"]["steps"][0]["body"]["secret"] == "[redacted]"
    assert replay(exported.json()["bundle"]).same == 1


def test_callers_that_are_no_personas_and_strangers_are_themselves_again(mine, control):
    customers = Client(control.app, base="/~mine/appointments")
    for token in ("customer_zoe", "admin_glenelg-yoga", "nobody"):
        customers.get("/bookings/customer/123", headers={"Authorization": f"Bearer {token}"})
    customers.get("/bookings/customer/123")

    bundle = bundle_of(mine)

    assert bundle["missing"] == []
    assert replay(bundle).same == 4


def test_what_rules_did_is_done_again_as_far_as_it_was_done(mine, client):
    """A request that was never done, one whose answer was lost, and what follows: the last place is gone."""
    for prefer in ("fault=lost-before", "fault=lost-after", "code=400"):
        with pytest.raises(ConnectionResetError) if "lost" in prefer else no_error():
            book(client, 457, headers={"Prefer": prefer})
    statuses = [book(client, 457).status_code, client.get("/services").status_code]

    outcome = replay(bundle_of(mine))

    assert statuses == [400, 200]
    assert outcome.difference is None
    assert outcome.same == 4
    assert any("lost-before" in each for each in outcome.said)


def test_a_secret_has_a_mark_that_a_replay_finds_out_and_sends_where_it_is_needed(build):
    app = build(apis=("anny", "bardge"))
    Client(app, base="/_sandbox").post("/sandboxes", {"name": "mine", "scenario": "bardge/documentation"})
    alpha = Client(app, base="/~mine/bardge/v3/api/business/reseller")
    alpha = alpha.as_("brg_live_alpha_demo")
    verified = alpha.post("/lookups/lkp_lara/verify", {"access_code": "246810"}, headers={"Idempotency-Key": "k"})
    token = verified.json()["lookup_token"]
    read = alpha.get("/clients/client_lara", headers={"Bardge-Lookup-Token": token})
    assert (verified.status_code, read.status_code) == (200, 200), (verified.text, read.text)

    exported = Client(app, base="/_sandbox/sandboxes/mine").get("/export")
    test = Client(app, base="/_sandbox/sandboxes/mine").get("/export?as=pytest").json()["text"]

    assert token not in exported.text + test
    assert '"lookup_token":"[secret 1]"' in exported.json()["bundle"]["steps"][0]["answer"]["body"]
    assert "'bardge-lookup-token': str(id_" in test
    outcome = replay(exported.json()["bundle"])
    assert (outcome.same, outcome.difference) == (2, None)


def test_a_secret_that_a_client_gives_is_left_out_and_another_of_its_length_is_sent(build):
    app = build(apis=("anny", "bardge"))
    admin = Client(app, base="/~mine/anny/api/v1").as_("anny_admin")
    fields = {
        "name": "Door",
        "url": HOOK,
        "events": ["bookings.created"],
        "custom_headers": {"X-Token": "of-my-receiver"},
    }
    body = {"data": {"type": "webhook-subscriptions", "attributes": fields}}
    made = admin.post("/webhook-subscriptions", body, headers={"Content-Type": "application/vnd.api+json"})
    assert made.status_code == 201, made.text

    exported = Client(app, base="/_sandbox/sandboxes/mine").get("/export")

    key = made.json()["data"]["attributes"]["signing_key"]
    assert "of-my-receiver" not in exported.text
    assert key is None or key not in exported.text
    outcome = replay(exported.json()["bundle"])
    assert (outcome.same, outcome.difference) == (1, None)
