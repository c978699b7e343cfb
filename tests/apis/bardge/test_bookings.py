"""What a client has booked, and how it stands. Ada has a booking in every status, Halima more than a page of them."""

import pytest
from bardge_spas import booked
from bardge_world import BASE, KEMI_TOKEN, said, seconds

ADA = [f"booking_ada000000000000{number}" for number in range(1, 6)]
STATUSES = ["confirmed", "cancelled", "completed", "rescheduled", "confirmed"]


# The list


def test_the_booking_that_was_made_last_comes_first(alpha):
    """BG-L01."""
    before = [each["id"] for each in alpha.bookings("client_ada")]
    made = alpha.book_class("client_ada", "brgpass_ada_gym", "ci_sunrise_open").json()["booking_id"]

    assert sorted(before) == ADA
    assert [each["id"] for each in alpha.bookings("client_ada")] == [made, *before]


def test_bookings_of_a_list_have_no_message(alpha):
    """BG-L06."""
    shown = alpha.read("/clients/client_ada/bookings")

    assert shown["message"] == "Bookings retrieved successfully"
    assert shown["url"] == f"{BASE}/clients/client_ada/bookings"
    assert all("message" not in each for each in shown["data"])


@pytest.mark.parametrize("status", sorted(set(STATUSES)))
def test_a_status_leaves_the_bookings_in_it_in_capitals_too(alpha, status):
    """BG-L02."""
    wanted = {booking_id for booking_id, each in zip(ADA, STATUSES, strict=True) if each == status}

    for written in (status, status.upper()):
        assert {each["id"] for each in alpha.bookings("client_ada", status=written)} == wanted


def test_a_type_leaves_the_bookings_of_that_kind(alpha):
    """BG-L03."""
    booked(alpha, ("client_ada", "brgpass_ada_gym"), 3, "14:00")

    assert {each["id"] for each in alpha.bookings("client_ada", type="class")} == {*ADA}
    (appointment,) = alpha.bookings("client_ada", type="spa")
    assert appointment["type"] == "spa"
    assert alpha.bookings("client_ada", type="spa", status="cancelled") == []


def test_names_are_those_of_the_kind(alpha):
    """BG-L04."""
    booked(alpha, ("client_ada", "brgpass_ada_gym"), 3, "14:00")

    for each in alpha.bookings("client_ada"):
        assert ("class_name" in each, "service_name" in each) == (each["type"] == "class", each["type"] == "spa")
        assert ("class_instance_id" in each, "service_ids" in each) == (each["type"] == "class", each["type"] == "spa")


def test_a_booking_that_was_moved_and_the_one_in_its_stead_name_each_other(alpha):
    shown = {each["id"]: each for each in alpha.bookings("client_ada")}

    assert shown[ADA[3]]["rescheduled_to"] == ADA[4]
    assert shown[ADA[4]]["rescheduled_from"] == ADA[3]


@pytest.mark.parametrize("query", [{}, {"status": "confirmed"}, {"type": "class"}])
def test_pages_give_each_booking_once(alpha, query):
    """BG-P08, BG-P10."""
    whole = [each["id"] for each in alpha.bookings("client_halima", **query)]
    assert len(whole) > 7

    pages: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = alpha.read("/clients/client_halima/bookings", limit=7, **query, **after)
        pages += [each["id"] for each in page["data"]]
        if not page["has_more"]:
            break
        after = {"starting_after": page["data"][-1]["id"]}

    assert pages == whole


@pytest.mark.parametrize("query", [{}, {"type": "class"}])
def test_a_page_before_a_booking_is_what_comes_right_before_it(alpha, query):
    """BG-P04, BG-P07."""
    whole = [each["id"] for each in alpha.bookings("client_halima", **query)]

    page = alpha.read("/clients/client_halima/bookings", limit=3, ending_before=whole[5], **query)
    first = alpha.read("/clients/client_halima/bookings", limit=3, ending_before=whole[2], **query)

    assert ([each["id"] for each in page["data"]], page["has_more"]) == (whole[2:5], True)
    assert ([each["id"] for each in first["data"]], first["has_more"]) == (whole[:2], False)


@pytest.mark.parametrize("query", [{}, {"type": "class"}])
@pytest.mark.parametrize("cursor", ["booking_nothing", ADA[0]])
def test_a_cursor_that_is_not_in_the_list_is_refused(alpha, cursor, query):
    """BG-P06."""
    for name in ("starting_after", "ending_before"):
        answer = alpha.get("/clients/client_halima/bookings", **{name: cursor}, **query)
        assert said(answer) == (400, "validation_error")


def test_a_cursor_that_the_filter_leaves_out_is_refused(alpha):
    answer = alpha.get("/clients/client_ada/bookings", status="confirmed", starting_after=ADA[1])

    assert said(answer) == (400, "validation_error")


def test_two_cursors_are_refused(alpha):
    """BG-P05."""
    answer = alpha.get("/clients/client_ada/bookings", starting_after=ADA[0], ending_before=ADA[1])

    assert said(answer) == (400, "validation_error")


def test_what_another_reseller_booked_for_the_client_is_not_in_the_list(world):
    """BG-L05."""
    assert world.alpha.bookings("client_kemi", token=KEMI_TOKEN) == []
    made = world.alpha.book_class("client_kemi", "brgpass_kemi_gym", "ci_sunrise_open", token=KEMI_TOKEN)
    assert said(made) == (201, "")

    of_alpha = [each["id"] for each in world.alpha.bookings("client_kemi", token=KEMI_TOKEN)]
    of_harbour = [each["id"] for each in world.harbour.bookings("client_kemi")]

    assert of_alpha == [made.json()["booking_id"]]
    assert of_harbour == ["booking_kemi000000000001"]


@pytest.mark.parametrize(
    ("client_id", "token", "answer"),
    [
        ("client_nobody", None, (404, "resource_not_found")),
        ("client_kemi", None, (403, "permission_denied")),
        ("client_kemi", "lkpt_nothing", (403, "lookup_token_invalid")),
        ("client_kemi", "lkpt_stale", (403, "lookup_token_expired")),
        ("client_lara", KEMI_TOKEN, (403, "lookup_token_invalid")),
    ],
)
def test_whose_client_it_is_is_looked_at(alpha, client_id, token, answer):
    """BG-A05, BG-A08, BG-U20, BG-U21."""
    assert said(alpha.get(f"/clients/{client_id}/bookings", token=token)) == answer


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 101}, {"status": "gone"}, {"type": "SPA"}])
def test_a_bad_parameter_is_named(alpha, query):
    answer = alpha.get("/clients/client_ada/bookings", **query)

    assert said(answer) == (400, "validation_error")
    assert next(iter(query)) in answer.json()["error"]["message"]


# The status


@pytest.mark.parametrize(("booking_id", "status"), [*zip(ADA, STATUSES, strict=True)])
def test_the_status_is_in_lower_case(alpha, booking_id, status):
    """BG-L10."""
    shown = alpha.read(f"/bookings/{booking_id}/status")

    assert (shown["object"], shown["id"], shown["status"], shown["type"]) == (
        "booking_status",
        booking_id,
        status,
        "class",
    )


def test_a_booking_that_another_reseller_made_is_none(world):
    """BG-L13."""
    assert said(world.alpha.get("/bookings/booking_kemi000000000001/status")) == (404, "resource_not_found")
    assert said(world.harbour.get(f"/bookings/{ADA[0]}/status")) == (404, "resource_not_found")
    assert said(world.tester.get(f"/bookings/{ADA[0]}/status")) == (200, "")


def test_a_new_booking_was_last_changed_when_it_was_made(open_world):
    """BG-L12."""
    world = open_world(settings={"acceptance_minutes": 10})
    booking = booked(world.alpha, "funke", 3, "14:00")
    world.wait(minutes=9)

    shown = world.alpha.read(f"/bookings/{booking['id']}/status")

    assert (shown["status"], shown["updated"]) == ("pending", booking["created"])


# What time does


def test_a_booking_is_confirmed_once_its_venue_has_accepted_it(open_world):
    """BG-B05."""
    world = open_world(settings={"acceptance_minutes": 10})
    booking = booked(world.alpha, "funke", 3, "14:00")

    fired = world.wait(minutes=10)

    assert [each["action"] for each in fired if each["subject"] == booking["id"]] == ["accept"]
    shown = world.alpha.read(f"/bookings/{booking['id']}/status")
    assert (shown["status"], shown["updated"]) == ("confirmed", booking["created"] + 600)


def test_a_confirmed_booking_is_completed_when_it_begins(world, alpha):
    """BG-L11."""
    booking = booked(alpha, "funke", 3, "14:00")
    world.go_to(3, "13:59")
    assert alpha.status(booking["id"]) == "confirmed"

    world.go_to(3, "14:00")

    shown = alpha.read(f"/bookings/{booking['id']}/status")
    assert (shown["status"], shown["updated"], shown["scheduled_for"]) == ("completed", *[seconds(3, "14:00")] * 2)


def test_a_pending_booking_is_not_completed_before_it_is_accepted(open_world):
    """BG-L11."""
    world = open_world(settings={"acceptance_minutes": 1_440})
    booking = booked(world.alpha, "funke", 0, "10:00")
    world.go_to(0, "12:00")
    assert world.alpha.status(booking["id"]) == "pending"

    fired = world.go_to(1, "01:00")

    assert [each["action"] for each in fired if each["subject"] == booking["id"]] == ["accept", "complete"]
    shown = world.alpha.read(f"/bookings/{booking['id']}/status")
    assert (shown["status"], shown["updated"]) == ("completed", seconds(1, "01:00"))


def test_the_bookings_of_the_seed_are_completed_too(world, alpha):
    world.go_to(10, "06:30")

    assert alpha.status(ADA[0]) == "completed"
    assert alpha.status(ADA[4]) == "confirmed"
    assert alpha.status("booking_funke00000000001") == "completed"


def test_nothing_happens_to_what_is_over(world, alpha):
    booking = booked(alpha, "funke", 3, "14:00")
    alpha.cancel(booking["id"])

    fired = world.go_to(4, "00:00")

    assert booking["id"] not in {each["subject"] for each in fired}
    assert alpha.status(booking["id"]) == "cancelled"
