"""What a refusal says, and which of several is told, where no law asks. Now is day 0, 01:00 in Lagos."""

import pytest
from bardge_spas import SERENITY, hold
from bardge_world import KEMI_TOKEN, day, ms, said

from mockserver.apis.bardge.errors import render
from mockserver.apis.bardge.records import LIFECYCLE, SESSION_LIFECYCLE
from mockserver.booking.errors import MoveRefused

ADA, BOLA, CHIDI, DAYO, FEMI = (
    (f"client_{name}", f"brgpass_{name}_gym") for name in ("ada", "bola", "chidi", "dayo", "femi")
)
BOXING, APPOINTMENT = "booking_ada0000000000001", "booking_funke00000000001"
PULSE = "branch_pulse_lekki"
VISITS = {"number_of_visits": 1, "duration": "MONTHLY"}
COPAY = {"copay_package_id": "copay_abc123"}
BAD, DENIED, NOT_FOUND = (400, "validation_error"), (403, "permission_denied"), (404, "resource_not_found")

MOVES = [
    ("booking", "cancelled", "cancel", "A cancelled booking cannot be cancelled."),
    ("booking", "completed", "reschedule", "A completed booking cannot be rescheduled."),
    ("booking", "pending", "complete", "A pending booking cannot be completed."),
    ("booking", "confirmed", "accept", "A confirmed booking cannot be accepted."),
    ("session", "used", "expire", "A used session cannot be expired."),
    ("session", "expired", "confirm", "An expired session cannot be confirmed."),
]


@pytest.mark.parametrize(("thing", "state", "event", "expected"), MOVES)
def test_what_cannot_become_of_a_thing_is_said_in_a_sentence(thing, state, event, expected):
    reply = render(MoveRefused(thing, state, event))

    assert (reply.status, reply.body["error"]["message"]) == (403, expected)


def test_the_sentences_are_of_every_event():
    events = {(each.name, move.event) for each in (LIFECYCLE, SESSION_LIFECYCLE) for move in each.moves}

    assert {(thing, event) for thing, _, event, _ in MOVES} == events


@pytest.mark.parametrize("key", [None, "one"])
def test_a_fault_of_the_server_has_the_envelope_and_is_not_remembered(world, monkeypatch, key):
    body = {"client_id": "client_ada", "credit_package_id": "crpkg_10"}
    with monkeypatch.context() as patch:
        patch.setattr("mockserver.apis.bardge.desk.till.Till.credits", None)
        answer = world.alpha.post("/credit_purchases", body, key=key)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["type"]) == (500, "internal_error", "api_error")
    assert error["request_id"] == answer.headers["bardge-request-id"]
    assert world.debits() == []
    again = world.alpha.post("/credit_purchases", body, key=key)
    assert (again.status_code, again.headers.get("x-idempotent-replayed")) == (201, None)


@pytest.mark.parametrize(("lat", "lon", "name"), [("1e999", "3", "lat"), ("6", "-1e999", "lon"), ("6", "NaN", "lon")])
def test_a_coordinate_that_is_no_number_to_reckon_with_is_named(alpha, lat, lon, name):
    answer = alpha.get("/providers", lat=lat, lon=lon)

    assert said(answer) == BAD
    assert answer.json()["error"]["message"].startswith(f"{name}: ")
    assert "null" not in answer.json()["error"]["message"]


# What is wrong is named


def issue(alpha, **fields):
    body = {"pass_id": "pass_gym_standard", "client_id": "client_chidi", "first_name": "Chidi", "last_name": "Okeke"}
    return alpha.post("/issued_passes", {**body, **fields})


def prolong(alpha, pass_id, expires_at):
    return alpha.post(f"/issued_passes/{pass_id}/expiry", {"expires_at": expires_at})


def move(alpha, booking_id, **target):
    return alpha.post(f"/bookings/{booking_id}/reschedule", target)


def confirm(alpha, who, instance_id, body):
    session_id = alpha.book_class(*who, instance_id).json()["session_id"]
    return alpha.post(f"/bookings/class/{session_id}/confirm", body)


def confirm_visits(alpha, body):
    return confirm(alpha, BOLA, "ci_sunrise_open", body)


def confirm_package(alpha, body):
    return confirm(alpha, CHIDI, "ci_reformer_open", body)


def spend_twice(alpha):
    """Power Spin takes six credits, and Ada has ten."""
    alpha.book_class(*ADA, "ci_spin_open")
    return alpha.book_class(*ADA, "ci_spin_other")


def cover_less(alpha):
    session_id = alpha.book_class(*BOLA, "ci_sunrise_open").json()["session_id"]
    alpha.put_under(BOLA[1], "pass_spa_monthly")
    return alpha.post(f"/bookings/class/{session_id}/confirm", VISITS)


def buy_quote_of(alpha, who, holder):
    """What was quoted to *holder*."""
    names = ("client_id", "user_pass_id")
    path = f"/providers/{SERENITY}/spa-copay-quote"
    quote = alpha.post(path, {**dict(zip(names, holder, strict=True)), "service_ids": ["svc_deep_tissue"]})
    body = {**dict(zip(names, who, strict=True)), "provider_branch_id": SERENITY, "quote_id": quote.json()["id"]}
    return alpha.post("/spa_copay_purchases", body)


@pytest.mark.parametrize(
    ("ask", "name"),
    [
        (lambda alpha: issue(alpha, start_date=0), "start_date"),
        # The pass would end when there are no numbers for moments any more.
        (lambda alpha: issue(alpha, start_date=7258118400000), "start_date"),
        (lambda alpha: prolong(alpha, ADA[1], ms(0, "01:00")), "expires_at"),
        (lambda alpha: prolong(alpha, issue(alpha, start_date=ms(9, "09:00")).json()["id"], ms(9, "09:00")), "expires_at"),
        (lambda alpha: alpha.get("/classes/class_boxing", **{"from": day(3), "to": day(2)}), "to"),
        (lambda alpha: alpha.book_class(*ADA, "ci_sunrise_past"), "class_instance_id"),
        (spend_twice, "class_instance_id"),
        (cover_less, "sessionId"),
        (lambda alpha: buy_quote_of(alpha, ADA, CHIDI), "quote_id"),
        (lambda alpha: hold(alpha, "funke", 3, "14:00", branch=PULSE), "provider_branch_id"),
        (lambda alpha: hold(alpha, "funke", -1, "14:00"), "time"),
        (lambda alpha: hold(alpha, "funke", 3, "14:00", date="2026-02-30"), "date"),
        (lambda alpha: confirm_visits(alpha, {}), "number_of_visits"),
        (lambda alpha: confirm_visits(alpha, {"number_of_visits": 2}), "duration"),
        (lambda alpha: confirm_visits(alpha, {"duration": "MONTHLY"}), "number_of_visits"),
        (lambda alpha: confirm_visits(alpha, {**VISITS, **COPAY}), "copay_package_id"),
        (lambda alpha: confirm_package(alpha, VISITS), "copay_package_id"),
        (lambda alpha: confirm_package(alpha, {**VISITS, **COPAY}), "number_of_visits"),
        (lambda alpha: confirm_package(alpha, {"duration": "MONTHLY", **COPAY}), "duration"),
        (lambda alpha: confirm_package(alpha, {"copay_package_id": "copay_nothing"}), "copay_package_id"),
        (lambda alpha: move(alpha, BOXING), "class_instance_id"),
        (lambda alpha: move(alpha, BOXING, date=day(4), time="10:00"), "date"),
        (lambda alpha: move(alpha, BOXING, class_instance_id="ci_boxing_other", time="10:00"), "time"),
        (lambda alpha: move(alpha, BOXING, class_instance_id="ci_sunrise_open"), "class_instance_id"),
        (lambda alpha: move(alpha, BOXING, class_instance_id="ci_boxing_past"), "class_instance_id"),
        (lambda alpha: move(alpha, APPOINTMENT), "date"),
        (lambda alpha: move(alpha, APPOINTMENT, date=day(4)), "time"),
        (lambda alpha: move(alpha, APPOINTMENT, time="10:00"), "date"),
        (lambda alpha: move(alpha, APPOINTMENT, class_instance_id="ci_boxing_other"), "class_instance_id"),
        (lambda alpha: move(alpha, APPOINTMENT, date=day(0), time="00:00"), "time"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(alpha, ask, name):
    answer = ask(alpha)

    assert said(answer) == BAD
    assert answer.json()["error"]["message"].startswith(f"{name}: ")


# What comes first


def update(alpha, pass_id, product_id):
    return alpha.post("/issued_passes/update", {"user_pass_id": pass_id, "pass_id": product_id})


def buy(alpha, client_id, branch_id=PULSE, **what):
    return alpha.post("/copay_purchases", {"client_id": client_id, "provider_branch_id": branch_id, **what})


def client_with(token, client_id):
    return lambda world: world.alpha.get(f"/clients/{client_id}", token=token)


def give(world, code):
    """To alpha's lookup that waits for 246810."""
    return world.alpha.post("/lookups/lkp_lara/verify", {"access_code": code})


def give_a_wrong_code_to_who_is_off(world):
    world.harbour.post("/lookup_enabled", {"enabled": False})
    return give(world, "000000")


def verify_again_when_all_is_over(world):
    give(world, "246810")
    world.go_to(40, "12:00")
    return give(world, "000000")


def confirm_again_when_it_is_over(world):
    session_id = hold(world.alpha, "funke", 3, "14:00").json()["session_id"]
    world.alpha.post(f"/bookings/spa/{session_id}/confirm")
    world.wait(minutes=15)
    return world.alpha.post(f"/bookings/spa/{session_id}/confirm")


@pytest.mark.parametrize(
    ("ask", "first"),
    [
        (lambda world: update(world.alpha, DAYO[1], "pass_harbour_gym"), (404, "pass_not_found")),
        (lambda world: update(world.alpha, FEMI[1], "pass_harbour_gym"), (404, "pass_not_found")),
        (lambda world: prolong(world.alpha, FEMI[1], ms(0, "00:00")), (403, "pass_cancelled")),
        (lambda world: hold(world.alpha, FEMI, -3, "14:00"), (403, "pass_cancelled")),
        (lambda world: hold(world.alpha, "funke", -1, "10:30"), BAD),
        (lambda world: move(world.alpha, APPOINTMENT, class_instance_id="ci_nothing"), NOT_FOUND),
        (lambda world: buy(world.alpha, "client_chidi", "branch_nothing"), BAD),
        # Without a pass what is bought comes before whose the client is, and before the passes that are held.
        (lambda world: buy(world.alpha, "client_dayo", copay_package_id="nothing"), NOT_FOUND),
        (lambda world: buy(world.alpha, "client_dayo", quote_id="nothing"), NOT_FOUND),
        (lambda world: buy(world.alpha, "client_kemi", copay_package_id="nothing"), NOT_FOUND),
        (lambda world: buy(world.alpha, "client_kemi", "branch_nothing", copay_package_id="copay_abc123"), NOT_FOUND),
        (lambda world: buy(world.alpha, "client_nobody", copay_package_id="copay_abc123"), NOT_FOUND),
        (lambda world: buy(world.alpha, "client_kemi", copay_package_id="copay_abc123"), DENIED),
        (client_with(KEMI_TOKEN, "client_nobody"), NOT_FOUND),
        (client_with("lkpt_stale", "client_lara"), (403, "lookup_token_invalid")),
        (give_a_wrong_code_to_who_is_off, DENIED),
        (verify_again_when_all_is_over, (409, "lookup_already_verified")),
        (confirm_again_when_it_is_over, (409, "session_already_confirmed")),
    ],
)
def test_of_several_refusals_the_first_is_told(world, ask, first):
    """BG-A13."""
    assert said(ask(world)) == first
