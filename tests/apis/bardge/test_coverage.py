"""What passes are good for."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from mockserver.apis.bardge.desk.coverage import costs_of, visits_left
from mockserver.apis.bardge.desk.visitors import Visitor
from mockserver.apis.bardge.records import Category, Client, Cover, Duration, IssuedPass, Product, SpaService

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def product(**visits_allowed):
    """For STANDARD venues of the given categories."""
    covers = tuple(
        Cover(
            category=Category(name), tiers=("STANDARD",), duration=Duration.MONTHLY, credits=0, visits_allowed=allowed
        )
        for name, allowed in visits_allowed.items()
    )
    return Product(
        id="pass_some",
        reseller_id="reseller_alpha",
        serial=1,
        name="Some",
        description="Something",
        price=0,
        duration=Duration.MONTHLY,
        payment_model="ONE_TIME",
        covers=covers,
        created_at=NOW,
    )


def issued(used=0, bought=0):
    """With visits of gyms."""
    return IssuedPass(
        id="brgpass_some",
        serial=1,
        reseller_id="reseller_alpha",
        client="reseller_alpha/client_some",
        product_id="pass_some",
        starts_at=NOW,
        ends_at=NOW + timedelta(days=28),
        created_at=NOW,
        transaction_id="txn_some",
        tx_ref="FLW-TXN-ABCDEFGH",
        visits_used={Category.GYM: used} if used else {},
        visits_bought={Category.GYM: bought} if bought else {},
    )


def service(name, tier="STANDARD"):
    return SpaService(id=f"svc_{name}", name=name, description=None, minutes=60, price=500, tier=tier, credits=1)


def visitor(**visits_allowed):
    client = Client(
        id="reseller_alpha/client_some",
        client_id="client_some",
        reseller_id="reseller_alpha",
        first_name="Some",
        last_name="Body",
        email=None,
        phone=None,
        passcode="SOME2345",
        passcode_at=NOW,
    )
    return Visitor(client, issued(), product(**visits_allowed))


def copays(service_ids):
    return (SimpleNamespace(service_ids=service_ids),)


def test_who_has_used_more_visits_than_there_are_has_none_left():
    assert visits_left(issued(used=9), product(GYM=8), Category.GYM) == 0


def test_services_that_the_pass_does_not_cover_cost_their_price():
    costs = costs_of(visitor(SPA=4), [service("plain"), service("fine", "PREMIUM")], (), 0)

    assert [(each.is_covered, each.copay_amount) for each in costs] == [(True, 0), (False, 500)]


@pytest.mark.parametrize(
    ("bought", "held", "expected"),
    [
        ((), 2, [(True, True), (True, True)]),
        ((), 1, [(False, True), (False, True)]),
        (("svc_plain",), 1, [(True, False), (True, True)]),
        (("svc_plain",), 0, [(True, False), (False, True)]),
        (("svc_plain",), 2, [(True, True), (True, True)]),
        (("svc_plain", "svc_other"), 0, [(True, False), (True, False)]),
    ],
)
def test_without_a_visit_services_take_credits_together_or_what_was_bought(bought, held, expected):
    """Whether each is covered, and whether it takes credits."""
    costs = costs_of(visitor(SPA=0), [service("plain"), service("other")], copays(bought), held)

    assert [(each.is_covered, each.is_of_pass) for each in costs] == expected
