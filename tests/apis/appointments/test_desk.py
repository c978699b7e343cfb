"""What no law of the contract sees of the desks."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

MADE, DONE = (201, ""), (200, "")
GONE = 2_147_483_647

# What the availability offers

OFFERS = [
    ("spa-retreat", 456, 123),
    ("spa-retreat", 457, 124),
    ("spa-retreat", 456, 127),
    ("spa-retreat", 457, 128),
    ("zopf-und-schere", 510, 522),
    ("zopf-und-schere", 510, 524),
    ("hana-clinic", 610, 622),
    ("hana-clinic", 610, 624),
    ("glenelg-yoga", 810, 824),
]


def on_the_clock(day, zone):
    """Every quarter of an hour of a local day, as times of day and as moments."""
    for number in range(24 * 4):
        local = datetime.combine(day, time(), zone) + number * timedelta(minutes=15)
        yield f"{local:%H:%M}", local.isoformat()


@pytest.mark.parametrize(("merchant", "location", "service"), OFFERS)
def test_what_is_offered_can_be_booked_and_nothing_else(busy, wait, merchant, location, service):
    """Monday is half over by now; the days after it are as full as they were drawn."""
    wait(hours=20)
    jane, owner = busy.jane, busy.enter(f"owner_{merchant}")
    zone = ZoneInfo(busy.nobody.read(f"/merchants/{merchant}")["timezone"])

    for day in ("2026-03-02", "2026-03-04", "2026-03-07"):
        found = busy.nobody.starts(day, service, merchant, location) or {"morning": [], "afternoon": []}
        booked = []
        for clock, start in on_the_clock(datetime.fromisoformat(day).date(), zone):
            answer = jane.book(start, service, merchant_name=merchant, location_id=location)
            if answer.said == MADE:
                booked.append(clock)
                assert owner.call_off(answer.id).said == DONE
        assert booked == found["morning"] + found["afternoon"]


def test_hours_can_be_switched_off(open_world):
    world = open_world(settings={"appointments": {"business_hours": False}})

    assert world.jane.book("03:00").said == MADE


# Which refusal comes first, where no description says so


def test_of_what_the_catalogue_lacks_the_merchant_is_told_first_and_then_the_location(quiet):
    def said(merchant):
        return quiet.nobody.ask("GET", f"/merchants/{merchant}/locations/{GONE}/services/{GONE}/summary").said

    assert said("nobody") == (404, "merchant not found")
    assert said("spa-retreat") == (404, "location not found")


def test_a_customer_hears_that_it_is_no_operation_of_theirs_before_the_range_is_looked_at(quiet):
    reversed_range = {"start": "2026-03-02T00:00:00Z", "end": "2026-03-01T00:00:00Z"}

    answer = quiet.jane.ask("GET", "/bookings/calendar/events", params=reversed_range)

    assert answer.said == (403, "this operation needs a merchant's token")


# What is shown


@pytest.mark.parametrize(
    "sent", ["1990-02-28", "1990-02-28T00:00:00.000Z", "1990-02-28T23:30:00-05:00", "1990-02-28T00:30:00+02:00"]
)
def test_a_birthday_is_the_day_that_is_written(quiet, sent):
    made = quiet.owner.ask("POST", "/merchant/customers", {"first_name": "Vera", "last_name": "Lind", "birthday": sent})

    customer = quiet.owner.read(f"/merchant/customers/{made.location.rpartition('/')[2]}")

    assert customer["birthday"] == "1990-02-28T00:00:00Z"


@pytest.mark.parametrize(
    ("service", "totals"),
    [
        (790, [(12000, 3300), (12000, 3300)]),  # per booking
        (791, [(0, 200), (0, 400)]),  # free; what it costs is counted by heads
    ],
)
def test_what_a_group_costs_is_counted_by_heads_unless_it_is_paid_per_booking(quiet, service, totals):
    booking = quiet.owner.plan("2026-03-12T09:00:00Z", service, "jane").id
    before = quiet.owner.rows(booking)

    quiet.maria.book("2026-03-12T09:00:00Z", service, booking_id=booking)

    after = quiet.owner.rows(booking)
    assert [(rows[0]["price"]["amount"], rows[0]["cost"]["amount"]) for rows in (before, after)] == totals


@pytest.mark.parametrize(
    ("merchant", "location", "service", "price"),
    [
        ("spa-retreat", 456, 123, {"amount": 8500, "currency": "USD", "formatted": "$85.00"}),
        ("zopf-und-schere", 510, 521, {"amount": 4200, "currency": "EUR", "formatted": "42,00\N{NO-BREAK SPACE}€"}),
        ("hana-clinic", 610, 621, {"amount": 4800, "currency": "JPY", "formatted": "\N{FULLWIDTH YEN SIGN}4,800"}),
        ("zopf-und-schere", 510, 523, {"amount": 0, "currency": "EUR", "formatted": "0,00\N{NO-BREAK SPACE}€"}),
    ],
)
def test_a_price_is_written_as_the_merchant_s_locale_does_with_as_many_digits_as_the_currency_has(
    quiet, merchant, location, service, price
):
    offer = f"/merchants/{merchant}/locations/{location}/services/{service}"

    assert quiet.nobody.read(f"{offer}/summary")["price"] == price
