"""What canceling reaches, costs and leaves behind, over the drawn world; the amounts of one booking, to the moment, are
in `test_worked_example`.
"""

import pytest
from anny_edits import alter
from anny_world import add_on, at, policy, resource, said, service, shown

from mockserver.apis.anny.offers import POLICIES, FeeTier, FeeType
from mockserver.apis.anny.records import BOOKINGS

NOT_CANCELABLE = (422, "booking_not_cancelable")
FORBIDDEN = (403, "unauthorized")

RECURRING = (1010, 1011, 1012, 1013, 1014)
COURSE = (1015, 1016, 1017, 1018, 1019)
"""The master, then its dates."""


def fees(preview):
    return tuple(preview[name] for name in ("base_amount", "fee_amount", "refund_amount", "amount_due"))


def amounts(order):
    """`(total, modification_total, paid, refunded, due)`."""
    attributes, meta = order["attributes"], order["meta"]
    return (
        attributes["total"],
        attributes["modification_total"],
        *(meta[name] for name in ("paid_amount", "refunded_amount", "amount_due")),
    )


def statuses(person, *numbers):
    return [person.status(number) for number in numbers]


# What can be canceled


@pytest.mark.parametrize(
    ("number", "status"), [(1005, "reserved"), (1006, "rejected"), (1007, "canceled"), (1008, "expired")]
)
def test_what_is_neither_accepted_nor_requested_has_no_preview_and_is_not_canceled(world, number, status):
    before = world.kept()

    assert world.admin.status(number) == status
    assert said(world.admin.get(f"/bookings/{number}/cancellation-preview")) == NOT_CANCELABLE
    assert said(world.admin.cancel(number)) == NOT_CANCELABLE
    assert world.kept() == before


def test_a_blocker_is_not_canceled(world):
    assert said(world.admin.get("/bookings/1020/cancellation-preview")) == NOT_CANCELABLE
    assert said(world.admin.cancel(1020)) == NOT_CANCELABLE
    assert world.admin.status(1020) == "accepted"


def test_a_requested_booking_is_canceled_at_the_same_terms(world):
    """Two days before, half of 80 euros; nobody has decided yet."""
    world.go_to(at(9, "12:00"))
    preview = world.jane.preview(1002)

    response = world.jane.cancel(1002)

    assert (preview["status"], fees(preview)) == ("requested", (80, 40, 40, 0))
    attributes = response.json()["data"]["attributes"]
    assert (attributes["status"], attributes["canceled_at"]) == ("canceled", shown(at(9, "12:00")))
    assert attributes["updated_at"] == shown(at(9, "12:00"))
    assert amounts(world.jane.order(2002)) == (40, -40, 80, 40, 0)
    assert world.jane.order(2002)["attributes"]["status"] == "canceled"


def test_a_second_cancellation_is_refused_and_refunds_nothing(world):
    world.jane.cancel(1001)
    before = world.kept()

    assert said(world.jane.cancel(1001)) == NOT_CANCELABLE
    assert said(world.jane.get("/bookings/1001/cancellation-preview")) == NOT_CANCELABLE
    assert world.kept() == before


def test_a_preview_changes_nothing_however_often_it_is_asked(world):
    before = world.kept()

    previews = [world.jane.preview(1001) for _ in range(3)]

    assert previews[0] == previews[1] == previews[2]
    assert world.kept() == before


# What it costs


def test_a_fee_that_is_an_amount_has_no_percentage_and_is_due_where_nothing_was_paid(world):
    preview = world.jane.preview(1009)

    assert (preview["fee_type"], preview["fee_percentage"]) == ("amount", None)
    assert fees(preview) == (130, 15, 0, 15)
    assert preview["deadline"] == shown(at(11, "10:00"))
    assert preview["next_tier"] is None
    assert preview["tiers"] == [
        {"before_start_minutes": 0, "fee_type": "amount", "fee_value": 15, "deadline": shown(at(11, "10:00"))}
    ]

    assert world.jane.cancel(1009).json()["meta"]["amount_due"] == 15
    assert amounts(world.jane.order(2009)) == (15, -115, 0, 0, 15)


def test_a_fee_that_is_an_amount_is_never_more_than_the_booking_costs(world):
    alter(world, policy(2), POLICIES, tiers=(FeeTier(0, FeeType.AMOUNT, 500_00),))

    preview = world.jane.preview(1009)

    assert fees(preview) == (130, 130, 0, 130)
    assert preview["tiers"][0]["fee_value"] == 500
    world.jane.cancel(1009)
    assert amounts(world.jane.order(2009)) == (130, 0, 0, 0, 130)


def test_a_percentage_is_rounded_to_cents_halves_up(world):
    """5 per cent of 130 euros and 10 cents are 6.505."""
    alter(world, policy(1), POLICIES, tiers=(FeeTier(0, FeeType.PERCENTAGE, 5),))
    alter(world, 1001, BOOKINGS, total=130_10)

    assert world.jane.preview(1001)["fee_amount"] == 6.51


def test_the_fee_of_a_canceled_booking_can_be_paid(world):
    world.jane.cancel(1009)

    assert said(world.jane.post("/orders/2009/pay")) == (200, "")
    assert amounts(world.jane.order(2009)) == (15, -115, 15, 0, 0)


def test_what_was_paid_goes_back_as_far_as_the_fee_does_not_take_it(world):
    """249 are paid of 349; on the day of the start all of it is the fee."""
    add_ons = [{"add_on_id": add_on(1), "quantity": 3}, {"add_on_id": add_on(2), "quantity": 3}]
    world.jane.post("/bookings/1001/edit-service-options", {"addons": add_ons})
    world.go_to(at(8, "08:00"))

    assert fees(world.jane.preview(1001)) == (349, 174.5, 74.5, 0)
    world.go_to(at(9, "08:00"))
    assert fees(world.jane.preview(1001)) == (349, 349, 0, 100)

    world.jane.cancel(1001)

    assert amounts(world.jane.order(2001)) == (349, 100, 249, 0, 100)


def test_without_a_policy_canceling_is_free_up_to_the_start(world):
    preview = world.max.preview(1003)

    assert fees(preview) == (0, 0, 0, 0)
    assert (preview["fee_type"], preview["fee_percentage"]) == ("percentage", 0)
    assert preview["deadline"] == shown(at(9, "09:00"))
    assert preview["next_tier"] is None
    assert [each["deadline"] for each in preview["tiers"]] == [shown(at(9, "09:00"))]


@pytest.mark.parametrize(
    ("now", "answer"),
    [
        (at(11, "08:00"), (200, "")),
        (at(11, "08:00:00.000001"), NOT_CANCELABLE),
        (at(11, "08:00:01"), NOT_CANCELABLE),
        (at(11, "09:59"), NOT_CANCELABLE),
    ],
)
def test_after_cancelable_until_it_is_too_late_long_before_the_start(world, now, answer):
    assert world.jane.preview(1009)["cancelable_until"] == shown(at(11, "08:00"))
    world.go_to(now)

    assert said(world.jane.get("/bookings/1009/cancellation-preview")) == answer
    assert said(world.jane.cancel(1009)) == answer


@pytest.mark.parametrize(
    ("number", "now", "answer"),
    [
        (1002, at(10, "16:59:59.999999"), (200, "")),
        (1002, at(10, "17:00"), NOT_CANCELABLE),
        (1003, at(9, "08:59:59.999999"), (200, "")),
        (1003, at(9, "09:00"), NOT_CANCELABLE),
    ],
)
def test_the_start_is_too_late(world, number, now, answer):
    world.go_to(now)

    assert said(world.admin.get(f"/bookings/{number}/cancellation-preview")) == answer
    assert said(world.admin.cancel(number)) == answer


# Who cancels


@pytest.mark.parametrize("query", [{}, {"o": "500"}])
def test_the_organisation_cancels_at_the_customer_s_terms(world, query):
    world.go_to(at(8, "08:00"))
    preview = world.jane.preview(1001)

    assert world.admin.preview(1001) == preview
    response = world.admin.get("/bookings/1001/cancel", **query)

    assert response.json()["data"]["attributes"]["status"] == "canceled"
    assert world.jane.status(1001) == "canceled"
    assert world.jane.order(2001)["meta"]["refunded_amount"] == preview["refund_amount"] == 124.5


@pytest.mark.parametrize(
    ("person", "preview", "cancel"),
    [
        ("nobody", (401, "unauthenticated"), (401, "unauthenticated")),
        ("ben", FORBIDDEN, FORBIDDEN),
        ("lena", (200, ""), FORBIDDEN),  # invited
        ("max", (200, ""), FORBIDDEN),  # takes part, and may edit
        ("jane", (200, ""), (200, "")),
        ("admin", (200, ""), (200, "")),
    ],
)
def test_who_takes_part_reads_the_terms_and_the_customer_and_the_organisation_cancel(world, person, preview, cancel):
    caller = getattr(world, person)

    assert said(caller.get("/bookings/1022/cancellation-preview")) == preview
    assert said(caller.cancel(1022)) == cancel
    assert (world.jane.status(1022) == "canceled") is (cancel == (200, ""))


@pytest.mark.parametrize("operation", ["cancel", "cancellation-preview"])
def test_what_is_not_there_is_said_before_whose_it_is_and_that_before_its_state(world, operation):
    assert said(world.ben.get(f"/bookings/999999/{operation}")) == (404, "not_found")
    assert said(world.ben.get(f"/bookings/1007/{operation}")) == FORBIDDEN
    assert said(world.jane.get(f"/bookings/1007/{operation}")) == NOT_CANCELABLE
    world.jane.cancel(1022)
    assert said(world.max.get(f"/bookings/1022/{operation}")) == (
        FORBIDDEN if operation == "cancel" else NOT_CANCELABLE
    )
    assert said(world.nobody.get(f"/bookings/999999/{operation}")) == (401, "unauthenticated")
    assert said(world.admin.get(f"/bookings/1001/{operation}", o="501")) == FORBIDDEN
    assert said(world.jane.get(f"/bookings/1001/{operation}", o="500")) == FORBIDDEN


def test_an_invited_person_reads_invited_in_the_preview_as_in_the_booking(world):
    assert world.lena.preview(1022)["status"] == world.lena.status(1022) == "invited"
    assert world.jane.preview(1022)["status"] == "accepted"


def test_participants_read_that_a_booking_is_canceled(world):
    world.jane.cancel(1022)

    assert [person.status(1022) for person in (world.lena, world.max, world.jane)] == ["canceled"] * 3


# What follows


def test_the_interval_of_a_canceled_booking_can_be_booked_by_somebody_else_at_once(world):
    taken = world.ben.book(1, 1, at(9, "09:00"), at(9, "10:00"))
    world.jane.cancel(1001)

    assert said(taken) == (422, "unavailable_interval")
    assert said(world.ben.book(1, 1, at(9, "09:00"), at(9, "10:00"))) == (201, "")


def test_nothing_happens_any_more_to_a_canceled_booking(world):
    world.jane.cancel(1001)

    fired = world.go_to(at(10, "00:00"))

    assert 1001 not in {each["subject"] for each in fired}
    assert 1003 in {each["subject"] for each in fired}
    assert world.jane.status(1001) == "canceled"


def test_canceling_ends_an_edit_and_gives_back_where_it_came_from(world):
    move = {"start_date": at(9, "14:00"), "end_date": at(9, "15:00")}
    assert said(world.jane.post("/bookings/1001/edit-booking-base-data", move)) == (200, "")

    hours = [(at(9, "09:00"), at(9, "10:00")), (at(9, "14:00"), at(9, "15:00"))]
    assert [said(world.ben.book(1, 1, *each)) for each in hours] == [(422, "unavailable_interval")] * 2

    meta = world.jane.cancel(1001).json()["data"]["meta"]

    assert (meta["edit_in_progress"], meta["edit_expires_at"]) == (False, None)
    assert said(world.jane.get("/bookings/1001/cancel-edit-booking")) == (422, "no_edit_in_progress")
    assert [said(world.ben.book(1, 1, *each)) for each in hours] == [(201, "")] * 2


def test_word_of_a_cancellation_is_left_of_every_booking_it_reaches(open_world):
    world = open_world(outbox=True)

    world.jane.preview(1010)
    assert world.kept()["event"] == []
    world.jane.cancel(1010)

    events = [(each["name"], each["about"]["id"]) for each in world.kept()["event"]]
    assert events == [("bookings.updated", number) for number in RECURRING]


def test_an_order_stays_completed_while_one_of_its_bookings_is_left(world):
    for hour in ("10", "12"):
        assert world.ben.add_to_cart(2, 2, at(15, f"{hour}:00"), at(15, f"{int(hour) + 1}:00")).status_code == 201
    order = world.ben.submit().json()["data"]
    first, second = (each["id"] for each in order["relationships"]["bookings"]["data"])
    world.ben.post(f"/orders/{order['id']}/pay")

    world.ben.cancel(first)

    assert amounts(world.ben.order(order["id"])) == (199, -199, 398, 199, 0)
    assert world.ben.order(order["id"])["attributes"]["status"] == "completed"
    world.ben.cancel(second)
    assert amounts(world.ben.order(order["id"])) == (0, -398, 398, 398, 0)
    assert world.ben.order(order["id"])["attributes"]["status"] == "canceled"


# Series


def text(numbers):
    return [str(number) for number in numbers]


def test_canceling_a_master_cancels_every_date_and_itself(world):
    preview = world.jane.preview(1010)

    response = world.jane.cancel(1010)

    assert (preview["series_scope"], preview["affected_booking_ids"]) == ("series", text(RECURRING))
    assert response.json()["data"]["id"] == "1010"
    assert statuses(world.jane, *RECURRING) == ["canceled"] * 5
    assert world.jane.order(2010)["attributes"]["status"] == "canceled"
    for weeks in range(4):
        assert said(world.ben.book(1, 11, at(8 + 7 * weeks, "09:00"), at(8 + 7 * weeks, "13:00"))) == (201, "")


def test_one_date_that_the_customer_repeated_goes_alone(world):
    preview = world.jane.preview(1012)

    world.jane.cancel(1012)

    assert (preview["series_scope"], preview["affected_booking_ids"]) == ("single", ["1012"])
    assert statuses(world.jane, *RECURRING) == ["accepted", "accepted", "canceled", "accepted", "accepted"]
    assert world.jane.order(2010)["attributes"]["status"] == "completed"


def test_a_master_leaves_what_has_started_and_what_is_over_with(world):
    world.jane.cancel(1013)
    before = world.jane.booking(1013)
    world.go_to(at(8, "09:00"))
    preview = world.jane.preview(1010)

    world.jane.cancel(1010)

    assert preview["affected_booking_ids"] == text([1010, 1012, 1014])
    assert preview["deadline"] == shown(at(15, "09:00"))
    assert statuses(world.jane, *RECURRING) == ["canceled", "accepted", "canceled", "canceled", "canceled"]
    assert world.jane.booking(1013) == before
    assert said(world.jane.cancel(1010)) == NOT_CANCELABLE


def test_the_last_date_that_is_left_takes_the_master_and_the_order_with_it(world):
    for number in RECURRING[1:-1]:
        world.jane.cancel(number)
    assert world.jane.status(1010) == "accepted"
    last = RECURRING[-1]
    preview = world.jane.preview(last)

    world.jane.cancel(last)

    assert (preview["series_scope"], preview["affected_booking_ids"]) == ("single", text([1010, last]))
    assert statuses(world.jane, *RECURRING) == ["canceled"] * 5
    assert world.jane.order(2010)["attributes"]["status"] == "canceled"
    assert said(world.jane.cancel(1010)) == NOT_CANCELABLE


def test_a_master_cannot_be_canceled_when_all_of_its_dates_have_started(world):
    world.go_to(at(8 + 21, "09:00"))

    assert said(world.jane.cancel(1010)) == NOT_CANCELABLE
    assert world.jane.status(1010) == "accepted"


@pytest.mark.parametrize("number", COURSE)
def test_a_series_that_is_sold_together_goes_together_whichever_is_named(world, number):
    """36 hours before its first date that costs half, the others nothing."""
    world.go_to(at(7, "06:00"))
    preview = world.jane.preview(number)

    response = world.jane.cancel(number)

    assert (preview["series_scope"], preview["affected_booking_ids"]) == ("series", text(COURSE))
    assert fees(preview) == (480, 60, 420, 0)
    # No one percentage of all of it; until when this holds, the first date says.
    assert (preview["fee_percentage"], preview["deadline"]) == (None, shown(at(7, "18:00")))
    assert response.json()["data"]["id"] == str(number)
    assert statuses(world.jane, *COURSE) == ["canceled"] * 5
    assert amounts(world.jane.order(2015)) == (60, -420, 480, 420, 0)
    refunds = world.jane.order(2015)["meta"]["refunds"]
    assert [(each["booking_id"], each["amount"]) for each in refunds] == [
        ("1016", 60),
        ("1017", 120),
        ("1018", 120),
        ("1019", 120),
    ]


def test_of_a_series_that_has_begun_the_rest_is_canceled_but_by_naming_what_has_started(world):
    world.go_to(at(8, "18:00"))

    assert said(world.jane.cancel(1016)) == NOT_CANCELABLE
    assert world.jane.preview(1018)["affected_booking_ids"] == text([1015, 1017, 1018, 1019])
    assert said(world.jane.cancel(1018)) == (200, "")

    assert statuses(world.jane, *COURSE) == ["canceled", "accepted", "canceled", "canceled", "canceled"]
    assert amounts(world.jane.order(2015)) == (120, -360, 480, 360, 0)
    assert world.jane.order(2015)["attributes"]["status"] == "completed"


def test_a_canceled_course_gives_back_its_places(world):
    def left():
        query = {"date": at(8, "18:00")[:10], "service_id": service(7), "resource_id": resource(20), "duration": 120}
        starts = world.nobody.get("/availability/start", **query).json()
        return next(
            each["remaining_number_available"] for each in starts if shown(each["start_date"]) == shown(at(8, "18:00"))
        )

    assert left() == 9
    world.jane.cancel(1017)
    assert left() == 10


# HEAD


@pytest.mark.parametrize(
    ("person", "path"),
    [("jane", "/bookings/1001/cancel"), ("max", "/order/bookings/delete-all"), ("jane", "/bookings/1010/cancel")],
)
def test_the_head_of_a_get_that_writes_changes_nothing(world, person, path):
    caller = getattr(world, person)
    before = world.kept()

    response = caller.ask("HEAD", path)

    assert (response.status_code, response.content) == (200, b"")
    assert world.kept() == before
    assert said(caller.get(path)) == (200, "")
    assert world.kept() != before


def test_the_head_of_a_revert_changes_nothing(world):
    world.jane.post("/bookings/1001/edit-service-options", {"addons": []})
    before = world.kept()

    response = world.jane.ask("HEAD", "/bookings/1001/cancel-edit-booking")

    assert (response.status_code, response.content) == (200, b"")
    assert world.kept() == before
    assert said(world.jane.get("/bookings/1001/cancel-edit-booking")) == (200, "")
    assert world.jane.booking(1001)["attributes"]["total"] == 249


@pytest.mark.parametrize("path", ["/bookings/1001/cancel", "/bookings/1001/cancellation-preview"])
def test_head_and_get_of_what_is_refused_say_the_same(world, path):
    world.jane.cancel(1001)

    assert world.jane.ask("HEAD", path).status_code == world.jane.get(path).status_code == 422
