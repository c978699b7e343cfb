"""Appointments: what one would take, and taking it. Funke's pass has three visits left, Efe's none."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from bardge_spas import LAGOON, SERENITY, book, booked, hold, slots
from bardge_world import KEMI_TOKEN, day, ms, said, seconds

BOTH = ("svc_deep_tissue", "svc_aromatherapy")


def used(alpha, pass_id="brgpass_funke_spa"):
    """Visits of spas."""
    categories = alpha.issued_pass(pass_id)["categories"]
    return next(each["visits_used"] for each in categories if each["type"] == "SPA")


def buy_credits(alpha, client_id, package="crpkg_10"):
    answer = alpha.post("/credit_purchases", {"client_id": client_id, "credit_package_id": package})
    assert answer.status_code == 201, answer.text


def issue_year(alpha, client_id="client_chidi"):
    """A pass that covers STANDARD spas and no others, in the hands of a client."""
    body = {"pass_id": "pass_all_year", "client_id": client_id, "first_name": "Chidi", "last_name": "Okeke"}
    answer = alpha.post("/issued_passes", body)
    assert answer.status_code == 201, answer.text
    return client_id, answer.json()["id"]


def buy_copay(alpha, who, *services, branch=SERENITY):
    client_id, pass_id = who
    body = {"client_id": client_id, "user_pass_id": pass_id}
    quote = alpha.post(f"/providers/{branch}/spa-copay-quote", {**body, "service_ids": list(services)})
    assert quote.status_code == 200, quote.text
    named = {"provider_branch_id": branch, "quote_id": quote.json()["id"]}
    answer = alpha.post("/spa_copay_purchases", {**body, **named})
    assert answer.status_code == 201, answer.text
    return answer.json()["copay_purchase_id"]


def users_of(world):
    """Which booking uses a co-pay, by the id of the co-pay."""
    return {each["id"]: each["used_by"] for each in world.kept("copay_purchase")}


# The first step


def test_a_session_says_what_the_appointment_is_and_books_nothing(world, alpha):
    """BG-S01, BG-S06."""
    bookings = world.kept("booking")

    answer = hold(alpha, "funke", 3, "14:00", *BOTH)

    assert answer.status_code == 201
    shown = answer.json()
    assert shown["object"] == "spa_booking_initiation"
    assert [service["id"] for service in shown["services"]] == list(BOTH)
    assert (shown["date"], shown["time"], shown["scheduled_for"]) == (day(3), "14:00", seconds(3, "14:00"))
    assert shown["provider_name"] == "Serenity Spa"
    assert shown["expires_at"] == seconds(0, "01:15")
    assert world.kept("booking") == bookings
    assert used(alpha) == 1


def test_services_are_shown_in_the_order_of_the_request(alpha):
    """BG-S01."""
    shown = hold(alpha, "funke", 3, "14:00", *reversed(BOTH)).json()

    assert [service["id"] for service in shown["services"]] == list(reversed(BOTH))


def test_services_of_the_pass_take_one_visit_together(alpha):
    """BG-S03."""
    shown = hold(alpha, "funke", 3, "14:00", *BOTH).json()

    assert (shown["visits_deducted"], shown["credits_deducted"]) == (1, 0)
    assert (shown["copay_required"], shown["copay_amount"]) == (False, 0)
    assert all(service["covered"] and service["copay_amount"] == 0 for service in shown["services"])


def test_without_a_visit_they_take_their_credits(alpha):
    """BG-S04."""
    buy_credits(alpha, "client_efe")

    shown = hold(alpha, "efe", 3, "14:00", *BOTH).json()

    assert (shown["visits_deducted"], shown["credits_deducted"]) == (0, 9)


def test_too_few_credits_are_refused_where_no_visit_is_left(world, alpha):
    """BG-S12."""
    before = world.everything()

    answer = hold(alpha, "efe", 3, "14:00")

    assert said(answer) == (400, "validation_error")
    assert world.everything() == before


def test_what_the_pass_does_not_cover_costs_its_price(alpha):
    """BG-S02."""
    shown = hold(alpha, "chidi", 3, "14:00", *BOTH).json()

    assert (shown["copay_required"], shown["copay_amount"]) == (True, 4_300_000)
    assert (shown["visits_deducted"], shown["credits_deducted"]) == (0, 0)
    assert [service["copay_amount"] for service in shown["services"]] == [2_500_000, 1_800_000]


def test_services_of_which_the_pass_covers_one_take_a_visit_and_the_price_of_the_other(alpha):
    """BG-S02, BG-S03."""
    who = issue_year(alpha)

    shown = hold(alpha, who, 3, "14:00", "svc_hot_stone", "svc_salt_scrub", branch=LAGOON).json()

    assert (shown["copay_amount"], shown["visits_deducted"]) == (4_200_000, 1)
    assert [service["covered"] for service in shown["services"]] == [False, True]


def test_a_session_keeps_others_from_its_hours_until_it_ends(world, alpha):
    """BG-S05, BG-S07."""
    hold(alpha, "funke", 3, "14:00", *BOTH)
    assert said(hold(alpha, "chidi", 3, "14:00")) == (409, "slot_unavailable")
    assert said(hold(alpha, "funke", 3, "15:00")) == (409, "slot_unavailable")
    assert said(hold(alpha, "chidi", 3, "16:00")) == (201, "")

    world.wait(minutes=15)

    assert said(hold(alpha, "chidi", 3, "14:00")) == (201, "")


def test_the_refusal_of_a_slot_is_a_conflict(alpha):
    """BG-S11."""
    answer = hold(alpha, "funke", 9, "10:00")

    assert answer.json()["error"]["type"] == "resource_conflict_error"


@pytest.mark.parametrize(
    ("number", "clock"), [(9, "10:00"), (9, "08:00"), (9, "18:00"), (9, "11:30"), (91, "10:00"), (9, "00:00")]
)
def test_a_slot_that_is_not_offered_is_not_available(world, alpha, number, clock):
    """BG-S11. Funke's pass has ended on day 91; a year's has not."""
    who = issue_year(alpha)
    before = world.everything()

    assert said(hold(alpha, who, number, clock)) == (409, "slot_unavailable")
    assert world.everything() == before


def test_an_appointment_does_not_last_beyond_closing(alpha):
    """BG-S11."""
    assert said(hold(alpha, "funke", 3, "17:00", *BOTH)) == (409, "slot_unavailable")
    assert said(hold(alpha, "funke", 3, "17:00")) == (201, "")


def test_of_one_slot_that_many_want_at_the_same_time_one_has_it(alpha):
    """BG-S08."""
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: said(hold(alpha, "funke", 3, "14:00")), range(8)))

    assert sorted(answers) == [(201, ""), *[(409, "slot_unavailable")] * 7]


@pytest.mark.parametrize(("clock", "answer"), [("12:00", (400, "validation_error")), ("13:00", (201, ""))])
def test_a_beginning_is_past_from_its_moment_on(world, alpha, clock, answer):
    """BG-S10."""
    world.go_to(3, "12:00")

    assert said(hold(alpha, "funke", 3, clock)) == answer


def test_a_beginning_that_is_past_and_no_slot_is_refused_as_past(world, alpha):
    world.go_to(3, "12:00")

    assert said(hold(alpha, "funke", 2, "10:30")) == (400, "validation_error")


@pytest.mark.parametrize(
    "changes",
    [
        {"provider_branch_id": "branch_nowhere"},
        {"service_ids": ["svc_deep_tissue", "svc_nothing"]},
        {"service_ids": ["svc_hot_stone"]},
        {"service_ids": ["ci_boxing_open"]},
        {"client_id": "client_nobody"},
        {"provider_branch_id": "branch_pulse_lekki", "service_ids": ["svc_nothing"]},
    ],
)
def test_what_an_id_does_not_name_is_not_found(world, alpha, changes):
    """BG-A09, BG-S13, BG-S15."""
    before = world.everything()

    assert said(hold(alpha, "funke", 3, "14:00", **changes)) == (404, "resource_not_found")
    assert world.everything() == before


@pytest.mark.parametrize("pass_id", ["brgpass_nothing", "brgpass_efe_spa", "pass_spa_monthly"])
def test_a_pass_of_somebody_else_is_none(alpha, pass_id):
    """BG-A06."""
    answer = hold(alpha, "funke", 3, "14:00", user_pass_id=pass_id)

    assert said(answer) == (404, "pass_not_found")
    assert pass_id in answer.json()["error"]["message"]


def test_a_gym_has_no_appointments(alpha):
    """BG-R20."""
    answer = hold(alpha, "funke", 3, "14:00", branch="branch_pulse_lekki")

    assert said(answer) == (400, "validation_error")
    assert "provider_branch_id" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("client_id", "pass_id", "number", "code"),
    [
        ("client_dayo", "brgpass_dayo_gym", 3, "pass_expired"),
        ("client_funke", "brgpass_funke_spa", 60, "pass_expired"),
        ("client_femi", "brgpass_femi_gym", 3, "pass_cancelled"),
    ],
)
def test_the_pass_has_to_be_good_at_the_moment_of_the_visit(world, alpha, client_id, pass_id, number, code):
    """BG-N50, BG-N51."""
    before = world.everything()

    assert said(hold(alpha, (client_id, pass_id), number, "14:00")) == (403, code)
    assert world.everything() == before


def test_a_pass_that_begins_later_is_not_good_yet(alpha):
    """BG-N52."""
    body = {"pass_id": "pass_spa_monthly", "client_id": "client_chidi", "first_name": "Chidi", "last_name": "Okeke"}
    issued = alpha.post("/issued_passes", {**body, "start_date": ms(4, "00:00")}).json()
    who = ("client_chidi", issued["id"])

    assert said(hold(alpha, who, 3, "14:00")) == (403, "permission_denied")
    assert said(hold(alpha, who, 4, "14:00")) == (201, "")


def test_the_pass_comes_before_the_kind_of_the_venue_and_the_time(alpha):
    who = ("client_femi", "brgpass_femi_gym")

    assert said(hold(alpha, who, 3, "14:00", branch="branch_pulse_lekki")) == (403, "pass_cancelled")
    assert said(hold(alpha, who, -3, "14:00")) == (403, "pass_cancelled")


def test_a_client_of_another_reseller_takes_a_lookup_token(world, alpha):
    """BG-A08, BG-A13, BG-S14, BG-U20 to BG-U23."""
    assert said(hold(alpha, "kemi", 3, "14:00")) == (403, "permission_denied")
    assert said(hold(alpha, "kemi", 3, "14:00", "svc_nothing")) == (404, "resource_not_found")
    assert said(hold(alpha, "kemi", 3, "14:00", user_pass_id="brgpass_nothing")) == (404, "pass_not_found")
    assert said(hold(alpha, "kemi", 3, "14:00", token="lkpt_stale")) == (403, "lookup_token_expired")
    assert said(hold(alpha, "funke", 3, "14:00", token=KEMI_TOKEN)) == (403, "lookup_token_invalid")

    assert said(book(alpha, "kemi", 3, "14:00", token=KEMI_TOKEN)) == (201, "")
    assert [each["type"] for each in alpha.bookings("client_kemi", token=KEMI_TOKEN)] == ["spa"]
    assert world.debits() == [2_500_000]


def test_names_that_are_sent_are_the_clients_from_then_on(world, alpha):
    hold(alpha, "funke", 3, "14:00", first_name="Funmilayo")

    client = world.client("reseller_alpha", "client_funke")
    assert (client["first_name"], client["last_name"]) == ("Funmilayo", "Bello")


@pytest.mark.parametrize(
    ("field", "value"),
    [("service_ids", []), ("service_ids", ["svc_deep_tissue"] * 2), ("date", "2026-02-30"), ("time", "9:00")],
)
def test_a_bad_member_is_named(alpha, field, value):
    """BG-V02, BG-V07."""
    answer = hold(alpha, "funke", 3, "14:00", **{field: value})

    assert said(answer) == (400, "validation_error")
    assert field in answer.json()["error"]["message"]


# The second step


def test_a_confirmation_makes_an_appointment(world, alpha):
    """BG-S20, BG-S21, BG-S22."""
    booking = booked(alpha, "funke", 3, "14:00", *reversed(BOTH))

    assert (booking["object"], booking["type"], booking["status"]) == ("booking", "spa", "pending")
    assert booking["message"] == "Appointment booked successfully"
    assert booking["service_name"] == "Aromatherapy, Deep Tissue Massage"
    assert booking["service_ids"] == list(reversed(BOTH))
    assert (booking["date"], booking["time"], booking["scheduled_for"]) == (day(3), "14:00", seconds(3, "14:00"))
    assert (booking["visits_deducted"], booking["credits_deducted"], booking["amount_charged"]) == (1, 0, 0)
    assert "class_name" not in booking
    assert used(alpha) == 2
    assert world.debits() == []
    assert alpha.status(booking["id"]) == "confirmed"


def test_the_hours_stay_taken(world, alpha):
    """BG-S27."""
    booked(alpha, "funke", 3, "14:00", *BOTH)
    world.wait(minutes=15)

    free = slots(alpha, 3)

    assert "14:00" not in free
    assert "15:00" not in free
    assert "16:00" in free


def test_credits_that_it_took_are_a_debit_of_the_client(alpha):
    """BG-S23."""
    buy_credits(alpha, "client_efe")

    booking = booked(alpha, "efe", 3, "14:00", *BOTH)

    assert (booking["visits_deducted"], booking["credits_deducted"]) == (0, 9)
    shown = alpha.read("/clients/client_efe/credits")
    assert shown["balance"] == 1
    newest = shown["transactions"][0]
    assert (newest["type"], newest["amount"], newest["description"]) == ("DEBIT", 9, "Spa booking — Serenity Spa")


def test_a_co_pay_debits_the_business_account(world, alpha):
    """BG-S25."""
    booking = booked(alpha, "chidi", 3, "14:00", *BOTH)

    assert booking["amount_charged"] == 4_300_000
    assert world.debits() == [4_300_000]


def test_a_balance_that_does_not_cover_it_is_refused_and_leaves_the_session_open(open_world):
    """BG-D10."""
    world = open_world(settings={"business_balance": 2_499_999})
    session_id = hold(world.alpha, "chidi", 3, "14:00").json()["session_id"]
    before = world.everything()

    assert said(world.alpha.post(f"/bookings/spa/{session_id}/confirm")) == (400, "insufficient_balance")
    assert world.everything() == before
    assert world.record("session", session_id)["status"] == "open"


def test_a_session_is_confirmed_once(world, alpha):
    """BG-F01."""
    session_id = hold(alpha, "funke", 3, "14:00").json()["session_id"]
    assert said(alpha.post(f"/bookings/spa/{session_id}/confirm")) == (201, "")
    before = world.everything()

    assert said(alpha.post(f"/bookings/spa/{session_id}/confirm")) == (409, "session_already_confirmed")
    world.wait(minutes=15)
    assert said(alpha.post(f"/bookings/spa/{session_id}/confirm")) == (409, "session_already_confirmed")
    assert world.kept("booking") == before["booking"]


def test_a_session_is_over_after_fifteen_minutes(world, alpha):
    """BG-F02."""
    first = hold(alpha, "funke", 3, "14:00").json()["session_id"]
    second = hold(alpha, "funke", 3, "15:00").json()["session_id"]

    world.wait(minutes=14, seconds=59)
    assert said(alpha.post(f"/bookings/spa/{first}/confirm")) == (201, "")

    world.wait(seconds=1)
    assert said(alpha.post(f"/bookings/spa/{second}/confirm")) == (409, "session_expired")
    assert said(alpha.post(f"/bookings/spa/{second}/confirm")) == (409, "session_expired")


def test_a_session_of_another_kind_or_reseller_is_none(world, alpha):
    """BG-S26, BG-A07."""
    of_class = alpha.book_class("client_bola", "brgpass_bola_gym", "ci_sunrise_open").json()["session_id"]
    of_alpha = hold(alpha, "funke", 3, "14:00").json()["session_id"]

    assert said(alpha.post(f"/bookings/spa/{of_class}/confirm")) == (404, "resource_not_found")
    assert said(alpha.post("/bookings/spa/sess_nothing/confirm")) == (404, "resource_not_found")
    assert said(world.harbour.post(f"/bookings/spa/{of_alpha}/confirm")) == (404, "resource_not_found")
    assert said(world.tester.post(f"/bookings/spa/{of_alpha}/confirm")) == (201, "")


def test_a_session_whose_beginning_has_come_cannot_be_confirmed(world, alpha):
    """BG-S10."""
    world.go_to(3, "13:50")
    session_id = hold(alpha, "funke", 3, "14:00").json()["session_id"]

    world.go_to(3, "14:00")

    assert said(alpha.post(f"/bookings/spa/{session_id}/confirm")) == (400, "validation_error")
    assert world.record("session", session_id)["status"] == "open"


def test_a_visit_that_is_gone_is_refused_and_leaves_the_session_open(world, alpha):
    """BG-S24."""
    sessions = [hold(alpha, "funke", 3, f"{hour}:00").json()["session_id"] for hour in (10, 11, 12, 13)]
    for session_id in sessions[:3]:
        assert said(alpha.post(f"/bookings/spa/{session_id}/confirm")) == (201, "")
    before = world.everything()

    assert said(alpha.post(f"/bookings/spa/{sessions[3]}/confirm")) == (400, "validation_error")
    assert world.kept("booking") == before["booking"]
    assert world.record("session", sessions[3])["status"] == "open"
    assert used(alpha) == 4


def test_credits_that_are_gone_are_refused_and_leave_the_session_open(world, alpha):
    """BG-S24."""
    buy_credits(alpha, "client_efe")
    first, second = [hold(alpha, "efe", 3, clock, *BOTH).json()["session_id"] for clock in ("10:00", "14:00")]
    assert said(alpha.post(f"/bookings/spa/{first}/confirm")) == (201, "")

    assert said(alpha.post(f"/bookings/spa/{second}/confirm")) == (400, "validation_error")
    assert world.record("session", second)["status"] == "open"
    assert alpha.credits("client_efe") == 1


def test_the_pass_is_looked_at_again(world, alpha):
    """BG-N50."""
    session_id = hold(alpha, "funke", 3, "14:00").json()["session_id"]
    changed = alpha.post("/issued_passes/brgpass_funke_spa/expiry", {"expires_at": ms(3, "13:00")})
    assert said(changed) == (200, "")

    assert said(alpha.post(f"/bookings/spa/{session_id}/confirm")) == (403, "pass_expired")


@pytest.mark.parametrize(
    ("who", "other", "same"),
    [
        (("client_funke", "brgpass_funke_spa"), "pass_gym_unlimited", "pass_all_year"),
        (("client_chidi", "brgpass_chidi_gym"), "pass_all_year", "pass_gym_unlimited"),
    ],
    ids=["covered no longer", "covered by now"],
)
def test_a_pass_that_covers_something_else_by_now_is_refused_until_it_covers_the_same(world, alpha, who, other, same):
    """BG-F12."""
    session_id = hold(alpha, who, 3, "14:00", *BOTH).json()["session_id"]

    alpha.put_under(who[1], other)
    world.refuses(lambda: alpha.post(f"/bookings/spa/{session_id}/confirm"), (400, "validation_error"))

    alpha.put_under(who[1], same)
    assert said(alpha.post(f"/bookings/spa/{session_id}/confirm")) == (201, "")


def test_a_pass_that_covers_one_service_more_or_less_covers_something_else(world, alpha):
    """BG-F12. At Lagoon Spa the salt scrub is STANDARD, the hot stones are PREMIUM."""
    services = ("svc_salt_scrub", "svc_hot_stone")
    session_id = hold(alpha, "funke", 3, "12:00", *services, branch=LAGOON).json()["session_id"]

    alpha.put_under("brgpass_funke_spa", "pass_all_year")
    world.refuses(lambda: alpha.post(f"/bookings/spa/{session_id}/confirm"), (400, "validation_error"))


def test_a_confirmation_is_repeated_with_its_key(alpha):
    """BG-I01."""
    session_id = hold(alpha, "funke", 3, "14:00").json()["session_id"]

    first, second = [alpha.post(f"/bookings/spa/{session_id}/confirm", key="once") for _ in range(2)]

    assert second.json() == first.json()
    assert second.headers["x-idempotent-replayed"] == "true"
    assert used(alpha) == 2


# A co-pay that was bought before


def test_a_co_pay_covers_the_next_appointment_and_no_further_one(world, alpha):
    """BG-O20, BG-O21."""
    who = ("client_chidi", "brgpass_chidi_gym")
    buy_copay(alpha, who, *BOTH)
    debits = world.debits()
    assert debits == [4_300_000]

    shown = hold(alpha, who, 3, "14:00", *BOTH).json()
    assert (shown["copay_required"], shown["copay_amount"], shown["visits_deducted"]) == (False, 0, 0)
    assert all(service["covered"] for service in shown["services"])
    booking = alpha.post(f"/bookings/spa/{shown['session_id']}/confirm").json()
    assert booking["amount_charged"] == 0
    assert world.debits() == debits

    assert hold(alpha, who, 4, "14:00", *BOTH).json()["copay_amount"] == 4_300_000


def test_several_co_pays_cover_an_appointment_together(world, alpha):
    """BG-O24."""
    who = ("client_chidi", "brgpass_chidi_gym")
    bought = [buy_copay(alpha, who, service) for service in BOTH]
    debits = world.debits()

    shown = hold(alpha, who, 3, "14:00", *BOTH).json()
    assert (shown["copay_required"], shown["copay_amount"]) == (False, 0)
    booking = alpha.post(f"/bookings/spa/{shown['session_id']}/confirm").json()

    assert booking["amount_charged"] == 0
    assert world.debits() == debits
    assert users_of(world) == dict.fromkeys(bought, booking["id"])
    assert hold(alpha, who, 4, "14:00", *BOTH).json()["copay_amount"] == 4_300_000
    alpha.cancel(booking["id"])
    assert users_of(world) == dict.fromkeys(bought)
    assert hold(alpha, who, 4, "16:00", *BOTH).json()["copay_amount"] == 0


def test_a_co_pay_that_an_appointment_does_not_need_is_kept(world, alpha):
    """BG-O24. The quotes are asked for before anything is bought, so that each is for all that it names."""
    body = {"client_id": "client_chidi", "user_pass_id": "brgpass_chidi_gym"}
    path = f"/providers/{SERENITY}/spa-copay-quote"
    quotes = [
        alpha.post(path, {**body, "service_ids": list(services)}).json()["id"]
        for services in (BOTH[1:], BOTH, BOTH, BOTH[:1])
    ]
    bought = [
        alpha.post("/spa_copay_purchases", {**body, "provider_branch_id": SERENITY, "quote_id": quote_id}).json()
        for quote_id in quotes
    ]
    oils, both, again, massage = [each["copay_purchase_id"] for each in bought]

    first = booked(alpha, "chidi", 3, "10:00", *BOTH)["id"]
    assert users_of(world) == {oils: None, both: first, again: None, massage: None}

    second = booked(alpha, "chidi", 3, "12:00", *BOTH)["id"]
    assert users_of(world) == {oils: None, both: first, again: second, massage: None}

    third = booked(alpha, "chidi", 3, "14:00", *BOTH)
    assert users_of(world) == {oils: third["id"], both: first, again: second, massage: third["id"]}
    assert third["amount_charged"] == 0


def test_a_co_pay_is_good_for_what_was_paid_with_it(alpha):
    """BG-O25. Of both services, the quote asks for the one that had not been bought."""
    who = ("client_chidi", "brgpass_chidi_gym")
    buy_copay(alpha, who, "svc_deep_tissue")
    buy_copay(alpha, who, *BOTH)

    assert booked(alpha, who, 3, "14:00", *BOTH)["amount_charged"] == 0
    assert hold(alpha, who, 3, "16:00", *BOTH).json()["copay_amount"] == 4_300_000


def test_a_co_pay_is_of_its_spa(alpha):
    who = ("client_chidi", "brgpass_chidi_gym")
    buy_copay(alpha, who, "svc_salt_scrub", branch=LAGOON)

    assert hold(alpha, who, 3, "14:00").json()["copay_amount"] == 2_500_000
    assert hold(alpha, who, 3, "14:00", "svc_salt_scrub", branch=LAGOON).json()["copay_amount"] == 0


@pytest.mark.parametrize("used_before", BOTH)
def test_a_co_pay_that_another_session_has_used_is_refused(world, alpha, used_before):
    """BG-S24."""
    who = ("client_chidi", "brgpass_chidi_gym")
    for service in BOTH:
        buy_copay(alpha, who, service)
    first = hold(alpha, who, 3, "10:00", used_before).json()["session_id"]
    second = hold(alpha, who, 3, "14:00", *BOTH).json()["session_id"]
    assert said(alpha.post(f"/bookings/spa/{first}/confirm")) == (201, "")

    assert said(alpha.post(f"/bookings/spa/{second}/confirm")) == (400, "validation_error")
    assert world.record("session", second)["status"] == "open"
