"""The worked example of a cancellation: 249 euros, all paid, start on 15 April 2026 at 9:00 in Berlin, to the cent and
to the moment; free up to 2880 minutes before, half up to 1440, all of it up to the start.
"""

import pytest
from anny_world import said, shown

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
