"""What becomes of a booking that is moved, and of the one in its stead."""

import pytest
from bardge_spas import SERENITY, booked, hold, slots
from bardge_world import KEMI_TOKEN, day, ms, said, seconds

DENIED = (403, "permission_denied")
INVALID = (400, "validation_error")

BOXING, APPOINTMENT = "booking_ada0000000000001", "booking_funke00000000001"
"""Ada's on day 3, Funke's on day 2 from 10:00 to 11:00."""


def move(reseller, booking_id, **target):
    """`day` and `time`, or `instance`."""
    body = {
        name: target[given] for name, given in (("time", "time"), ("class_instance_id", "instance")) if given in target
    }
    if "day" in target:
        body["date"] = day(target["day"])
    return reseller.post(f"/bookings/{booking_id}/reschedule", body, key=target.get("key"))


def moved(reseller, booking_id, **target):
    answer = move(reseller, booking_id, **target)
    assert answer.status_code == 201, answer.text
    return answer.json()


def book_class(alpha, instance_id="ci_sunrise_open", client_id="client_ada", pass_id="brgpass_ada_gym", **options):
    answer = alpha.book_class(client_id, pass_id, instance_id, **options)
    assert answer.status_code == 201, answer.text
    return answer.json()["booking_id"]


def visits_used(alpha, pass_id="brgpass_ada_gym"):
    return alpha.issued_pass(pass_id)["categories"][0]["visits_used"]


def spots(alpha, instance_id, class_id="class_sunrise_yoga"):
    instances = alpha.read(f"/classes/{class_id}")["instances"]
    return next(each["spots_left"] for each in instances if each["id"] == instance_id)


# Both bookings


def test_a_class_booking_is_moved_to_another_instance(world, alpha):
    """BG-M01."""
    old = book_class(alpha)
    world.wait(minutes=5)

    new = moved(alpha, old, instance="ci_sunrise_other")

    assert (new["object"], new["type"], new["status"]) == ("booking", "class", "pending")
    assert (new["rescheduled_from"], new["class_instance_id"]) == (old, "ci_sunrise_other")
    assert (new["date"], new["time"], new["scheduled_for"]) == (day(11), "07:00", seconds(11, "07:00"))
    assert new["created"] == seconds(0, "01:05")
    assert new["message"] == "Booking rescheduled successfully"
    shown = {each["id"]: each for each in alpha.bookings("client_ada")}
    assert (shown[old]["status"], shown[old]["rescheduled_to"]) == ("rescheduled", new["id"])
    assert "refund" not in shown[old]
    assert shown[new["id"]]["status"] == "confirmed"
    assert alpha.read(f"/bookings/{old}/status")["updated"] == seconds(0, "01:05")


def test_an_appointment_is_moved_to_another_time_and_lasts_as_long(alpha):
    """BG-M01."""
    old = booked(alpha, "funke", 3, "14:00", "svc_deep_tissue", "svc_aromatherapy")

    new = moved(alpha, old["id"], day=4, time="09:00")

    assert (new["type"], new["date"], new["time"]) == ("spa", day(4), "09:00")
    assert (new["rescheduled_from"], new["service_ids"]) == (old["id"], old["service_ids"])
    assert slots(alpha, 4)[0] == "11:00"
    assert {"14:00", "15:00"} <= {*slots(alpha, 3)}


def test_nothing_is_taken_a_second_time(world, alpha):
    """BG-M02."""
    of_visit, of_credits = book_class(alpha), book_class(alpha, "ci_spin_open")
    of_money = booked(alpha, "chidi", 3, "14:00")["id"]
    before = (visits_used(alpha), alpha.credits("client_ada"), world.debits())

    shown = [
        moved(alpha, of_visit, instance="ci_sunrise_other"),
        moved(alpha, of_credits, instance="ci_spin_other"),
        moved(alpha, of_money, day=3, time="15:00"),
    ]

    assert (visits_used(alpha), alpha.credits("client_ada"), world.debits()) == before
    assert [each["visits_deducted"] for each in shown] == [1, 0, 0]
    assert [each["credits_deducted"] for each in shown] == [0, 6, 0]
    assert [each["amount_charged"] for each in shown] == [0, 0, 2_500_000]


def test_cancelling_the_new_booking_gives_back_what_the_old_one_took(world, alpha):
    """BG-M10."""
    before = (visits_used(alpha), alpha.credits("client_ada"))
    of_visit, of_credits = book_class(alpha), book_class(alpha, "ci_spin_open")
    of_money = booked(alpha, "chidi", 3, "14:00")["id"]

    refunds = [
        alpha.cancel(moved(alpha, of_visit, instance="ci_sunrise_other")["id"]).json()["refund"],
        alpha.cancel(moved(alpha, of_credits, instance="ci_spin_other")["id"]).json()["refund"],
        alpha.cancel(moved(alpha, of_money, day=3, time="15:00")["id"]).json()["refund"],
    ]

    assert [each["visits_restored"] for each in refunds] == [1, 0, 0]
    assert [each["credits_refunded"] for each in refunds] == [0, 6, 0]
    assert [each["amount_refunded"] for each in refunds] == [0, 0, 2_500_000]
    assert (visits_used(alpha), alpha.credits("client_ada")) == before
    assert sum(world.debits()) == 0


def prepay(alpha, *services):
    """Each by itself, for Chidi."""
    body = {"client_id": "client_chidi", "user_pass_id": "brgpass_chidi_gym"}
    for service in services:
        quote = alpha.post(f"/providers/{SERENITY}/spa-copay-quote", {**body, "service_ids": [service]}).json()
        named = {"provider_branch_id": SERENITY, "quote_id": quote["id"]}
        assert said(alpha.post("/spa_copay_purchases", {**body, **named})) == (201, "")


def test_co_pays_that_were_bought_before_go_with_the_appointment(world, alpha):
    """BG-M02, BG-M10."""
    both = ("svc_deep_tissue", "svc_aromatherapy")
    prepay(alpha, *both)
    old = booked(alpha, "chidi", 3, "14:00", *both)

    new = moved(alpha, old["id"], day=3, time="16:00")

    assert [each["used_by"] for each in world.kept("copay_purchase")] == [new["id"]] * 2
    assert hold(alpha, "chidi", 4, "14:00", *both).json()["copay_amount"] == 4_300_000
    alpha.cancel(new["id"])
    assert hold(alpha, "chidi", 4, "16:00", *both).json()["copay_amount"] == 0


# When a refund is over


@pytest.mark.parametrize(("seconds_later", "is_refunded"), [(0, True), (1, False)])
def test_who_moves_a_booking_too_late_for_a_refund_has_none_any_more(world, alpha, seconds_later, is_refunded):
    """BG-M10, BG-M11. The class begins on day 9 at 7, and is moved to day 11."""
    old = book_class(alpha)
    world.go_to(8, "07:00")
    world.wait(seconds=seconds_later)

    new = moved(alpha, old, instance="ci_sunrise_other")["id"]

    refund = alpha.cancel(new).json()["refund"]
    assert (refund["refunded"], refund["visits_restored"]) == (is_refunded, int(is_refunded))
    assert visits_used(alpha) == (3 if is_refunded else 4)


def test_what_was_moved_too_late_once_is_not_refunded_after_further_moves(world, alpha):
    """BG-M11."""
    soon = book_class(alpha, "ci_sunrise_soon")
    world.go_to(7, "08:00")

    first = moved(alpha, soon, instance="ci_sunrise_other")["id"]
    second = moved(alpha, first, instance="ci_sunrise_last")["id"]

    assert alpha.cancel(second).json()["refund"]["refunded"] is False
    assert visits_used(alpha) == 4


@pytest.mark.parametrize(("seconds_later", "is_refunded"), [(0, True), (1, False)])
def test_who_moves_a_booking_in_time_is_refunded_by_its_new_beginning(world, alpha, seconds_later, is_refunded):
    """BG-L24, BG-L25. From day 9 to day 11, at 7."""
    new = moved(alpha, book_class(alpha), instance="ci_sunrise_other")["id"]
    world.go_to(10, "07:00")
    world.wait(seconds=seconds_later)

    assert alpha.cancel(new).json()["refund"]["refunded"] is is_refunded


def test_money_and_co_pays_of_an_appointment_that_was_moved_too_late_stay_where_they_are(world, alpha):
    """BG-M11."""
    prepay(alpha, "svc_deep_tissue")
    old = booked(alpha, "chidi", 1, "14:00", "svc_deep_tissue", "svc_aromatherapy")
    world.go_to(0, "14:01")
    before = world.debits()

    new = moved(alpha, old["id"], day=9, time="14:00")["id"]

    assert alpha.cancel(new).json()["refund"]["amount_refunded"] == 0
    assert world.debits() == before == [2_500_000, 1_800_000]
    assert [each["used_by"] for each in world.kept("copay_purchase")] == [new]


# What was bought


def prolong(alpha, pass_id, number):
    """A pass, until a day."""
    answer = alpha.post(f"/issued_passes/{pass_id}/expiry", {"expires_at": ms(number, "00:00")})
    assert said(answer) == (200, "")


def test_a_class_is_not_moved_to_when_its_package_is_over(world, alpha):
    """BG-M12. The package is good for a month."""
    prolong(alpha, "brgpass_chidi_gym", 90)
    body = {"client_id": "client_chidi", "user_pass_id": "brgpass_chidi_gym"}
    package = {"provider_branch_id": "branch_pulse_lekki", "copay_package_id": "copay_abc123"}
    alpha.post("/gym_copay_purchases", {**body, **package})
    old = book_class(alpha, "ci_reformer_open", "client_chidi", "brgpass_chidi_gym")
    instances = alpha.read("/classes/class_reformer", to=day(60))["instances"]
    late = next(each["id"] for each in instances if each["scheduled_for"] >= seconds(31, "01:00"))
    alpha.status(old)

    world.refuses(lambda: move(alpha, old, instance=late), DENIED)

    moved(alpha, old, instance="ci_reformer_other")
    assert [each["visits_used"] for each in world.kept("copay_purchase")] == [1]


def test_an_appointment_is_not_moved_to_when_one_of_its_co_pays_is_over(world, alpha):
    """BG-M12. They are good for thirty days."""
    prolong(alpha, "brgpass_chidi_gym", 90)
    prepay(alpha, "svc_deep_tissue")
    world.wait(hours=12)
    prepay(alpha, "svc_aromatherapy")
    old = booked(alpha, "chidi", 3, "14:00", "svc_deep_tissue", "svc_aromatherapy")["id"]
    alpha.status(old)

    world.refuses(lambda: move(alpha, old, day=30, time="09:00"), DENIED)

    moved(alpha, old, day=29, time="09:00")


def test_a_booking_can_be_moved_again_and_again(alpha):
    first = book_class(alpha)

    second = moved(alpha, first, instance="ci_sunrise_other")["id"]
    third = moved(alpha, second, instance="ci_sunrise_open")

    assert third["rescheduled_from"] == second
    assert [alpha.status(each) for each in (first, second, third["id"])] == ["rescheduled", "rescheduled", "confirmed"]


def test_a_pending_booking_can_be_moved(open_world):
    world = open_world(settings={"acceptance_minutes": 60})
    old = book_class(world.alpha)

    new = moved(world.alpha, old, instance="ci_sunrise_other")["id"]
    world.wait(minutes=60)

    assert [world.alpha.status(each) for each in (old, new)] == ["rescheduled", "confirmed"]


def test_the_new_booking_is_completed_in_its_time_and_the_old_one_never(world, alpha):
    new = moved(alpha, APPOINTMENT, day=9, time="15:00")["id"]

    world.go_to(9, "15:00")

    assert [alpha.status(each) for each in (APPOINTMENT, new)] == ["rescheduled", "completed"]


# Their places


def test_the_old_place_is_free_at_once(alpha):
    """BG-M09."""
    old = book_class(alpha, "ci_sunrise_last")
    before = spots(alpha, "ci_sunrise_other")

    moved(alpha, old, instance="ci_sunrise_other")

    assert spots(alpha, "ci_sunrise_last") == 1
    assert spots(alpha, "ci_sunrise_other") == before - 1
    book_class(alpha, "ci_sunrise_last", "client_chidi", "brgpass_chidi_gym")


def test_the_old_hours_are_free_at_once(alpha):
    """BG-M09."""
    moved(alpha, APPOINTMENT, day=9, time="15:00")

    assert said(hold(alpha, "chidi", 9, "10:00")) == (201, "")
    assert said(hold(alpha, "chidi", 9, "15:00")) == (409, "slot_unavailable")


def test_an_appointment_does_not_stand_in_its_own_way(alpha):
    """BG-M08."""
    old = booked(alpha, "funke", 3, "14:00", "svc_deep_tissue", "svc_aromatherapy")

    new = moved(alpha, old["id"], day=3, time="15:00")

    assert "14:00" in slots(alpha, 3)
    assert moved(alpha, new["id"], day=3, time="15:00")["time"] == "15:00"


def test_a_slot_that_is_not_free_leaves_the_old_booking_as_it_is(world, alpha):
    """BG-M08."""
    hold(alpha, "chidi", 3, "14:00")
    before = world.everything()

    for number, clock in ((3, "14:00"), (3, "18:00"), (3, "09:30"), (14, "08:00")):
        assert said(move(alpha, APPOINTMENT, day=number, time=clock)) == (409, "slot_unavailable")
    assert world.everything() == before
    assert alpha.status(APPOINTMENT) == "confirmed"


def test_a_class_that_is_full_leaves_the_old_booking_as_it_is(world, alpha):
    """BG-M07."""
    old = book_class(alpha)
    alpha.status(old)
    before = world.everything()

    assert said(move(alpha, old, instance="ci_sunrise_full")) == (409, "class_full")
    assert world.everything() == before


@pytest.mark.parametrize("instance_id", ["ci_boxing_open", "ci_boxing_other"])
def test_a_class_in_which_the_client_has_a_place_is_refused_the_present_one_too(world, alpha, instance_id):
    """BG-M06."""
    before = world.everything()

    assert said(move(alpha, BOXING, instance=instance_id)) == (409, "already_booked")
    assert world.everything() == before


def test_a_place_of_ones_own_comes_before_a_full_class(alpha):
    old = book_class(alpha, "ci_sunrise_last")

    assert said(move(alpha, old, instance="ci_sunrise_last")) == (409, "already_booked")


# What is refused before that


@pytest.mark.parametrize("number", [2, 3, 4])
def test_what_is_over_cannot_be_moved(world, alpha, number):
    """BG-M03."""
    before = world.everything()

    assert said(move(alpha, f"booking_ada000000000000{number}", instance="ci_sunrise_open")) == DENIED
    assert said(move(alpha, f"booking_ada000000000000{number}")) == DENIED
    assert world.everything() == before


@pytest.mark.parametrize(
    ("booking_id", "target", "named"),
    [
        (BOXING, {}, "class_instance_id"),
        (BOXING, {"day": 4, "time": "10:00"}, "date"),
        (BOXING, {"instance": "ci_boxing_other", "time": "10:00"}, "time"),
        (APPOINTMENT, {}, "date"),
        (APPOINTMENT, {"day": 4}, "time"),
        (APPOINTMENT, {"time": "10:00"}, "date"),
        (APPOINTMENT, {"instance": "ci_boxing_other"}, "class_instance_id"),
        (APPOINTMENT, {"instance": "ci_boxing_other", "day": 4, "time": "10:00"}, "class_instance_id"),
        (BOXING, {"instance": "ci_sunrise_open"}, "class_instance_id"),
        (BOXING, {"instance": "ci_boxing_past"}, "class_instance_id"),
        (APPOINTMENT, {"day": 0, "time": "00:00"}, "time"),
    ],
)
def test_members_that_do_not_fit_are_refused_and_named(world, alpha, booking_id, target, named):
    """BG-M04, BG-M05."""
    before = world.everything()

    answer = move(alpha, booking_id, **target)

    assert said(answer) == INVALID
    assert named in answer.json()["error"]["message"]
    assert world.everything() == before


@pytest.mark.parametrize(("clock", "answer"), [("12:00", INVALID), ("13:00", (201, ""))])
def test_a_beginning_is_past_from_its_moment_on(world, alpha, clock, answer):
    """BG-M05."""
    booking = booked(alpha, "funke", 3, "14:00")
    world.go_to(3, "12:00")

    assert said(move(alpha, booking["id"], day=3, time=clock)) == answer


@pytest.mark.parametrize(
    ("booking_id", "target"),
    [
        ("booking_nothing", {"instance": "ci_boxing_other"}),
        ("booking_kemi000000000001", {"instance": "ci_boxing_other"}),
        (BOXING, {"instance": "ci_nothing"}),
        (BOXING, {"instance": SERENITY}),
        (APPOINTMENT, {"instance": "ci_nothing"}),
        ("booking_ada0000000000002", {"instance": "ci_nothing"}),
    ],
)
def test_what_an_id_does_not_name_is_not_found_before_anything_else(alpha, booking_id, target):
    """BG-A05, BG-A09."""
    assert said(move(alpha, booking_id, **target)) == (404, "resource_not_found")


def test_the_pass_has_to_be_good_at_the_new_moment(alpha):
    """BG-N50. It ends on day 21."""
    assert said(move(alpha, APPOINTMENT, day=40, time="10:00")) == (403, "pass_expired")
    assert said(move(alpha, APPOINTMENT, day=40, time="10:30")) == (403, "pass_expired")
    assert said(move(alpha, APPOINTMENT, day=14, time="10:00")) == (201, "")


def test_a_booking_of_another_resellers_client_is_moved_without_a_token(world):
    old = book_class(world.alpha, "ci_sunrise_open", "client_kemi", "brgpass_kemi_gym", token=KEMI_TOKEN)

    new = moved(world.alpha, old, instance="ci_sunrise_other")

    assert new["client_id"] == "client_kemi"
    assert [each["id"] for each in world.alpha.bookings("client_kemi", token=KEMI_TOKEN)] == [new["id"], old]


def test_with_its_key_a_request_is_repeated(alpha):
    first, second = [move(alpha, APPOINTMENT, day=3, time="10:00", key="once") for _ in range(2)]

    assert (first.status_code, second.json()) == (201, first.json())
    assert second.headers["x-idempotent-replayed"] == "true"
    assert len(alpha.bookings("client_funke")) == 2


def test_a_date_that_does_not_exist_is_refused(alpha):
    answer = alpha.post(f"/bookings/{APPOINTMENT}/reschedule", {"date": "2026-02-30", "time": "10:00"})

    assert said(answer) == INVALID
