"""Business accounts, as the control plane shows and sets them."""

import pytest
from doubles import Client

ALPHA, ON_TRIAL, HARBOUR = "reseller_alpha", "reseller_alpha_test", "reseller_harbour"
A_PACKAGE = {"client_id": "client_ada", "credit_package_id": "crpkg_10"}
PRICE = 450_000


def left(world, reseller_id=ALPHA):
    return world.record("account", reseller_id)["balance"]


def buy(world):
    return world.alpha.post("/credit_purchases", A_PACKAGE).status_code


def set_balance(world, **settings):
    answer = world.control.request("PATCH", "", json={"settings": {"bardge": settings}})
    assert answer.status_code == 200, answer.text


def test_what_is_left_is_shown(world):
    before = left(world)

    assert buy(world) == 201

    assert (left(world), left(world, HARBOUR), left(world, ON_TRIAL)) == (before - PRICE, before, before)


def test_what_is_left_is_set_whatever_was_debited(world):
    assert buy(world) == 201

    set_balance(world, business_balance=PRICE)

    assert [left(world, each) for each in (ALPHA, ON_TRIAL, HARBOUR)] == [PRICE] * 3
    assert [buy(world), buy(world), left(world)] == [201, 400, 0]


def test_the_same_setting_again_fills_the_account_again(world):
    for _ in range(2):
        set_balance(world, business_balance=PRICE)
        assert (buy(world), left(world)) == (201, 0)


def test_another_setting_leaves_the_account_alone(world):
    assert buy(world) == 201
    before = left(world)

    set_balance(world, acceptance_minutes=5)

    assert left(world) == before


@pytest.mark.parametrize("settings", [{}, {"business_balance": 7}])
def test_a_reset_leaves_what_a_new_sandbox_with_these_settings_would_have(open_world, settings):
    world = open_world(settings=settings)
    before = left(world)
    set_balance(world, acceptance_minutes=5)
    buy(world)

    world.control.post("/reset")

    assert left(world) == before == settings.get("business_balance", 50_000_000)


def test_a_fork_has_an_account_of_its_own(world):
    assert buy(world) == 201
    into = f"{world.name}-fork"
    setting = {"settings": {"bardge": {"business_balance": 7}}}
    made = Client(world.app).post("/_sandbox/sandboxes", {"name": into, "fork_of": world.name, **setting})
    assert made.status_code == 201, made.text

    fork = type(world)(world.app, into)

    assert (left(fork), left(world)) == (7, 50_000_000 - PRICE)
