"""Confirming an appointment: what its session said is taken, and the hours stay taken."""

from datetime import datetime, timedelta

from contract_tests.apis.bardge.laws.spa import long_spa, mixed_spa, without_visits
from contract_tests.apis.bardge.payments import LAGOS, Json
from contract_tests.apis.bardge.scene import BardgeScene, issued_to
from contract_tests.laws.law import Laws
from contract_tests.scenes.scene import path_text

__all__ = ["LAWS"]

LAWS = Laws("appointments")

_TAKEN = (409, "slot_unavailable")
_LONGER_THAN_A_SESSION = timedelta(minutes=16)


@LAWS.law("BG-B21", "BG-S20", "BG-S21", "BG-S37")
def a_confirmed_session_is_an_appointment(scene: BardgeScene) -> None:
    issued, spa, day = scene.spa_pass(), long_spa(scene), scene.spa_day()
    services = spa["services"][::-1]
    session, since = scene.begun(issued, spa, day, services=services), scene.now()
    answer = scene.confirm_spa(session).ok("BG-S20", 201)
    wanted = {
        "object": "booking",
        "type": "spa",
        "message": "Appointment booked successfully",
        "provider_name": spa["name"],
        "date": day.isoformat(),
        "time": "10:00",
        "scheduled_for": session["scheduled_for"],
    }
    scene.shows("BG-S20", answer, wanted)
    ours = {
        **issued_to(issued),
        "provider_branch_id": spa["id"],
        "service_ids": [each["id"] for each in services],
        "visits_deducted": 1,
        "credits_deducted": 0,
    }
    scene.shows("BG-S37", answer, ours)
    scene.same("BG-B21", answer.json["status"], "pending", "the status", answer)
    scene.is_now("BG-S37", datetime.fromtimestamp(answer.json["created"], LAGOS), since, "created", answer)
    names = ", ".join(each["name"] for each in services)
    scene.same("BG-S21", answer.json["service_name"], names, "service_name", answer)
    listed = [(each["id"], each.get("service_name")) for each in scene.bookings_of(issued["client_id"])]
    scene.same("BG-S20", listed, [(answer.json["id"], names)], "the bookings in the list")
    scene.same("BG-S20", scene.visits(issued)[1], 1, "the number of visits used")


@LAWS.law("BG-S22")
def a_confirmation_needs_no_body(scene: BardgeScene) -> None:
    issued, spa, day = scene.spa_pass(), scene.spa(), scene.spa_day()
    session = scene.begun(issued, spa, day)
    path = f"/bookings/spa/{path_text(session['session_id'])}/confirm"
    title = "confirm without a body and a content type"
    answer = scene.send("POST", path, title=title, meant_for="confirmSpaBooking").ok("BG-S22", 201)
    scene.expect("BG-S22", scene.status(answer.json) in {"pending", "confirmed"}, "the appointment stands", answer)
    scene.cancel(answer.json).ok("BG-L34", 200)


@LAWS.law("BG-S23")
def credits_of_an_appointment_are_a_debit(scene: BardgeScene) -> None:
    spa, day = scene.spa(), scene.spa_day()
    issued = without_visits(scene, spa, day)
    price = spa["services"][0]["credits_required"]
    scene.with_credits(price, issued)
    held = scene.credits(issued["client_id"])
    visits = scene.visits(issued)
    booking = scene.appointed(issued, spa, day)
    took = (booking["visits_deducted"], booking["credits_deducted"])
    scene.same("BG-S23", took, (0, price), "visits_deducted and credits_deducted")
    after = scene.credits(issued["client_id"])
    scene.one_more("BG-S23", held, after, "DEBIT", price, f"Spa booking — {spa['name']}")
    scene.same("BG-S23", scene.visits(issued), visits, "visits allowed and used")


@LAWS.law("BG-S25")
def the_copay_of_an_appointment_is_debited(scene: BardgeScene) -> None:
    product, spa, covered, others = mixed_spa(scene)
    session = scene.begun(scene.lasting(product), spa, scene.spa_day(spa), services=[covered, others[0]])
    spent = scene.spent()
    answer = scene.confirm_spa(session).ok("BG-S20", 201)
    scene.same("BG-S25", session["copay_amount"], others[0]["price"], "copay_amount of the session")
    scene.same("BG-S25", answer.json["amount_charged"], others[0]["price"], "amount_charged", answer)
    scene.same("BG-S25", scene.spent() - spent, others[0]["price"], "what was debited", answer)


@LAWS.law("BG-S24")
def the_visit_that_a_session_counted_on_has_to_be_there(scene: BardgeScene) -> None:
    spa, day = scene.spa(), scene.spa_day()
    issued = scene.spa_pass()
    allowed, _ = scene.visits(issued)
    sessions = [scene.begun(issued, spa, day, f"{9 + number:02}:00") for number in range((allowed or 0) + 1)]
    bookings = [scene.confirm_spa(each).ok("BG-S20", 201).json for each in sessions[:-1]]
    _refused_for_now(scene, issued, sessions[-1])
    scene.cancel(bookings[0]).ok("BG-L34", 200)
    scene.confirm_spa(sessions[-1]).ok("BG-S24", 201)


@LAWS.law("BG-S24")
def the_credits_that_a_session_counted_on_have_to_be_there(scene: BardgeScene) -> None:
    spa, day = long_spa(scene), scene.spa_day()
    issued = without_visits(scene, spa, day)
    client_id = issued["client_id"]
    price = sum(each["credits_required"] for each in spa["services"])
    first = scene.begun(issued, spa, day, "09:00", services=spa["services"])
    last = scene.begun(issued, spa, day, "11:00", services=spa["services"])
    scene.confirm_spa(first).ok("BG-S20", 201)
    number = 3
    while scene.balance(client_id) >= price:
        number += 1
        other = scene.spa_day() if not scene.world.is_own else day + timedelta(days=number)
        scene.appointed(issued, spa, other, services=spa["services"])
    _refused_for_now(scene, issued, last)
    scene.with_credits(price, issued)
    scene.confirm_spa(last).ok("BG-S24", 201)


@LAWS.law("BG-S24")
def the_copay_that_a_session_counted_on_has_to_be_there(scene: BardgeScene) -> None:
    _, spa, _, others = mixed_spa(scene)
    issued, day = scene.lasting(), scene.spa_day(spa)
    services = others[:1]
    quote = scene.quoted(issued, spa, services)
    scene.buy(issued, spa["id"], quote=quote["id"]).ok("BG-O20", 201)
    first, last = (scene.begun(issued, spa, day, time, services=services) for time in ("09:00", "12:00"))
    booking = scene.confirm_spa(first).ok("BG-S20", 201).json
    _refused_for_now(scene, issued, last)
    scene.cancel(booking).ok("BG-L34", 200)
    scene.confirm_spa(last).ok("BG-S24", 201)


def _refused_for_now(scene: BardgeScene, issued: Json, session: Json) -> None:
    before = scene.trace(issued)
    answer = scene.confirm_spa(session).refused("BG-S24", 400, "validation_error")
    scene.left_alone("BG-S24", issued, before, answer)


@LAWS.law("BG-S27")
def the_hours_stay_taken_until_the_appointment_is_cancelled_or_moved(scene: BardgeScene) -> None:
    spa, day = scene.spa(), scene.spa_day()
    mine, others = scene.spa_pass(), scene.spa_pass()
    first, second = (scene.appointed(mine, spa, day, time) for time in ("10:00", "12:00"))
    if scene.world.clock is not None and scene.world.is_own:
        scene.pass_time(_LONGER_THAN_A_SESSION)
    for time in ("10:00", "12:00"):
        scene.begin(others, spa, day, time).refused("BG-S27", *_TAKEN)
    scene.cancel(first).ok("BG-L34", 200)
    scene.begin(others, spa, day, "10:00").ok("BG-S27", 201)
    scene.move(second, date=day.isoformat(), time="15:00").ok("BG-M13", 201)
    scene.begin(others, spa, day, "12:00").ok("BG-S27", 201)
    scene.begin(others, spa, day, "15:00").refused("BG-S27", *_TAKEN)
