"""The worked example of a cancellation: 249 euros, all paid, start on 15 April 2026 at 9:00 in Berlin, to the cent and
to the moment; free up to 2880 minutes before, half up to 1440, all of it up to the start.
"""

import pytest
from anny_world import said, shown

START = "2026-04-15T09:00:00+02:00"
FREE_UNTIL = "2026-04-13T09:00:00+02:00"
HALF_UNTIL = "2026-04-14T09:00:00+02:00"

ROWS = [
    # now, per cent, fee, refund, deadline
    ("2026-04-12T10:00:00+02:00", 0, 0, 249, FREE_UNTIL),
    ("2026-04-13T08:59:59+02:00", 0, 0, 249, FREE_UNTIL),
    ("2026-04-13T08:59:59.999999+02:00", 0, 0, 249, FREE_UNTIL),
    (FREE_UNTIL, 0, 0, 249, FREE_UNTIL),
    ("2026-04-13T09:00:00.000001+02:00", 50, 124.5, 124.5, HALF_UNTIL),
    ("2026-04-13T09:00:01+02:00", 50, 124.5, 124.5, HALF_UNTIL),
    ("2026-04-13T12:00:00+02:00", 50, 124.5, 124.5, HALF_UNTIL),
    ("2026-04-14T08:59:59.999999+02:00", 50, 124.5, 124.5, HALF_UNTIL),
    (HALF_UNTIL, 50, 124.5, 124.5, HALF_UNTIL),
    ("2026-04-14T09:00:00.000001+02:00", 100, 249, 0, START),
    ("2026-04-14T09:00:01+02:00", 100, 249, 0, START),
    ("2026-04-14T12:00:00+02:00", 100, 249, 0, START),
    ("2026-04-15T08:59:59+02:00", 100, 249, 0, START),
    ("2026-04-15T08:59:59.999999+02:00", 100, 249, 0, START),
]
by_moment = pytest.mark.parametrize(
    ("now", "percentage", "fee", "refund", "deadline"), ROWS, ids=[row[0][5:-6] for row in ROWS]
)
TIERS = [
    {"before_start_minutes": 2880, "fee_type": "percentage", "fee_value": 0, "deadline": shown(FREE_UNTIL)},
    {"before_start_minutes": 1440, "fee_type": "percentage", "fee_value": 50, "deadline": shown(HALF_UNTIL)},
    {"before_start_minutes": 0, "fee_type": "percentage", "fee_value": 100, "deadline": shown(START)},
]
NEXT = {
    FREE_UNTIL: {"fee_type": "percentage", "fee_value": 50, "from": shown(FREE_UNTIL)},
    HALF_UNTIL: {"fee_type": "percentage", "fee_value": 100, "from": shown(HALF_UNTIL)},
    START: None,
}


def invoices_of_order(person, number):
    """`(total, is_cancellation, status)`, the oldest first."""
    listed = person.read("/invoices", include="order")["data"]
    return [
        tuple(each["attributes"][name] for name in ("total", "is_cancellation", "status"))
        for each in reversed(listed)
        if each["relationships"]["order"]["data"]["id"] == str(number)
    ]


@by_moment
def test_the_preview_says_what_a_cancellation_costs_at_that_moment(printed, now, percentage, fee, refund, deadline):
    printed.go_to(now)

    assert printed.jane.preview(1001) == {
        "cancelable": True,
        "status": "accepted",
        "fee_type": "percentage",
        "fee_percentage": percentage,
        "fee_amount": fee,
        "refund_amount": refund,
        "amount_due": 0,
        "currency": "EUR",
        "base_amount": 249,
        "deadline": shown(deadline),
        "cancelable_until": None,
        "next_tier": NEXT[deadline],
        "tiers": TIERS,
        "series_scope": "single",
        "affected_booking_ids": ["1001"],
    }


@by_moment
def test_the_cancellation_costs_what_the_preview_said(printed, now, percentage, fee, refund, deadline):
    printed.go_to(now)

    response = printed.jane.cancel(1001)

    assert response.status_code == 200
    attributes = response.json()["data"]["attributes"]
    assert (attributes["status"], attributes["canceled_at"]) == ("canceled", printed.now()[:19] + "+00:00")
    order = printed.jane.order(2001)
    assert order["attributes"]["status"] == "canceled"
    assert order["attributes"]["total"] == fee
    assert order["attributes"]["modification_total"] == fee - 249
    assert order["meta"]["paid_amount"] == 249
    assert order["meta"]["refunded_amount"] == refund
    assert order["meta"]["amount_due"] == 0
    assert [(each["amount"], each["reason"]) for each in order["meta"]["refunds"]] == [(refund, "cancellation")] * (
        refund > 0
    )
    assert invoices_of_order(printed.jane, 2001) == [
        (249, False, "paid"),
        (-249, True, "paid"),
        *[(fee, False, "paid")] * (fee > 0),
    ]


@pytest.mark.parametrize("now", [START, "2026-04-15T09:00:00.000001+02:00", "2026-04-15T09:14:59+02:00"])
def test_from_the_start_on_there_is_neither_a_preview_nor_a_cancellation(printed, now):
    printed.go_to(now)

    assert said(printed.jane.get("/bookings/1001/cancellation-preview")) == (422, "booking_not_cancelable")
    assert said(printed.jane.cancel(1001)) == (422, "booking_not_cancelable")
    assert printed.jane.status(1001) == "accepted"
    assert printed.jane.order(2001)["meta"]["refunds"] == []
