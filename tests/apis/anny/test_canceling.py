"""What canceling reaches and costs where no law looks."""

import pytest
from anny_edits import alter
from anny_world import at, policy, said, shown

from mockserver.apis.anny.offers import POLICIES, FeeTier, FeeType
from mockserver.apis.anny.records import BOOKINGS

NOT_CANCELABLE = (422, "booking_not_cancelable")


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


def test_a_blocker_is_not_canceled(world):
    assert said(world.admin.get("/bookings/1020/cancellation-preview")) == NOT_CANCELABLE
    assert said(world.admin.cancel(1020)) == NOT_CANCELABLE


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


def test_without_a_policy_canceling_is_free_up_to_the_start(world):
    preview = world.max.preview(1003)

    assert (preview["fee_type"], preview["fee_percentage"], preview["next_tier"]) == ("percentage", 0, None)
    assert [each["deadline"] for each in preview["tiers"]] == [shown(at(9, "09:00"))]


@pytest.mark.parametrize(
    ("number", "now", "answer"),
    [
        (1003, at(9, "08:59:59.999999"), (200, "")),
        (1009, at(11, "08:00:00.000001"), NOT_CANCELABLE),
    ],
)
def test_it_is_too_late_to_the_fraction_of_a_second(world, number, now, answer):
    world.go_to(now)

    assert said(world.admin.get(f"/bookings/{number}/cancellation-preview")) == answer
    assert said(world.admin.cancel(number)) == answer


def test_an_invited_person_reads_invited_in_the_preview_as_in_the_booking(world):
    assert world.lena.preview(1022)["status"] == world.lena.status(1022) == "invited"
    assert world.jane.preview(1022)["status"] == "accepted"


def test_a_master_cannot_be_canceled_when_all_of_its_dates_have_started(world):
    world.go_to(at(8 + 21, "09:00"))

    assert said(world.jane.cancel(1010)) == NOT_CANCELABLE
    assert world.jane.status(1010) == "accepted"


@pytest.mark.parametrize(
    ("person", "path"),
    [("jane", "/bookings/1001/cancel"), ("max", "/order/bookings/delete-all")],
)
def test_the_head_of_a_get_that_writes_changes_nothing(world, person, path):
    caller = getattr(world, person)
    before = world.kept()

    response = caller.ask("HEAD", path)

    assert (response.status_code, response.content) == (200, b"")
    assert world.kept() == before
    assert said(caller.get(path)) == (200, "")
    assert world.kept() != before


@pytest.mark.parametrize("path", ["/bookings/1001/cancel", "/bookings/1001/cancellation-preview"])
def test_head_and_get_of_what_is_refused_say_the_same(world, path):
    world.jane.cancel(1001)

    assert world.jane.ask("HEAD", path).status_code == world.jane.get(path).status_code == 422


# The worked example: 249 euros, all paid, start on 15 April 2026 at 9:00 in Berlin; free up to 2880 minutes before, half up
# to 1440, all of it up to the start

START = "2026-04-15T09:00:00+02:00"
FREE_UNTIL = "2026-04-13T09:00:00+02:00"
HALF_UNTIL = "2026-04-14T09:00:00+02:00"

AS_THE_PAGES_SAY = [
    # now, per cent, fee, refund, deadline: AN-P03 to the fraction of a second
    ("2026-04-13T08:59:59.999999+02:00", 0, 0, 249, FREE_UNTIL),
    ("2026-04-13T09:00:00.000001+02:00", 50, 124.5, 124.5, HALF_UNTIL),
    ("2026-04-14T08:59:59.999999+02:00", 50, 124.5, 124.5, HALF_UNTIL),
    ("2026-04-14T09:00:00.000001+02:00", 100, 249, 0, START),
    ("2026-04-15T08:59:59.999999+02:00", 100, 249, 0, START),
]


@pytest.mark.parametrize(("now", "percentage", "fee", "refund", "deadline"), AS_THE_PAGES_SAY)
def test_a_cancellation_costs_what_its_preview_says(printed, now, percentage, fee, refund, deadline):
    printed.go_to(now)

    preview = printed.jane.preview(1001)
    attributes = printed.jane.cancel(1001).json()["data"]["attributes"]

    names = ("fee_percentage", "fee_amount", "refund_amount", "deadline")
    assert [preview[name] for name in names] == [percentage, fee, refund, shown(deadline)]
    assert attributes["canceled_at"] == printed.now()[:19] + "+00:00"
    order = printed.jane.order(2001)
    assert (order["attributes"]["total"], order["attributes"]["modification_total"]) == (fee, fee - 249)
    assert [(each["amount"], each["reason"]) for each in order["meta"]["refunds"]] == [(refund, "cancellation")] * (
        refund > 0
    )


@pytest.mark.parametrize("now", [START, "2026-04-15T09:00:00.000001+02:00"])
def test_from_the_start_on_there_is_neither_a_preview_nor_a_cancellation(printed, now):
    printed.go_to(now)

    assert said(printed.jane.get("/bookings/1001/cancellation-preview")) == (422, "booking_not_cancelable")
    assert said(printed.jane.cancel(1001)) == (422, "booking_not_cancelable")
