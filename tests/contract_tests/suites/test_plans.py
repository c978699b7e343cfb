"""What a plan wants of laws, operations and layers."""

import time

import pytest

from contract_tests.apis.reservekit import KIT
from contract_tests.contracts import load_contract
from contract_tests.laws.law import Layer
from contract_tests.suites.plans import Mode, Plan


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about a real one, for it has rules and tags."""


@pytest.fixture(scope="module")
def contract():
    return load_contract("reservekit")


def laws(plan, contract):
    return {law.name for law in KIT.laws if plan.wants_law(law, contract)}


def operations(plan, contract):
    return {operation.id for operation in contract.operations if plan.wants_operation(operation)}


def test_who_selects_nothing_gets_everything(contract):
    plan = Plan()

    assert not plan.selects
    assert laws(plan, contract) == {law.name for law in KIT.laws}
    assert operations(plan, contract) == {operation.id for operation in contract.operations}


def test_a_rule_selects_the_laws_about_it_and_no_generated_requests(contract):
    plan = Plan(rules=frozenset({"RK-B13"}))

    assert laws(plan, contract) == {
        "capacity.a_cancel_gives_the_place_back_whatever_was_before",
        "capacity.a_place_that_was_given_back_can_be_booked_again",
        "moves.all_fields_of_one_request_are_changed",
    }
    assert operations(plan, contract) == set()


def test_an_operation_is_selected_by_its_id_or_by_its_method_and_path(contract):
    by_id = Plan(operations=frozenset({"getBookingCustomer"}))
    by_label = Plan(operations=frozenset({"GET /bookings/{bookingID}/customer"}))

    for plan in (by_id, by_label):
        assert operations(plan, contract) == {"getBookingCustomer"}
        assert laws(plan, contract) == {
            "customers.the_customer_is_the_one_that_the_booking_embeds",
            "customers.a_booking_of_nobody_known_has_a_customer_of_nulls",
            "customers.each_booking_has_a_customer_of_its_own",
        }


def test_a_tag_selects_its_operations_and_their_laws(contract):
    plan = Plan(tags=frozenset({"Customers"}))

    assert operations(plan, contract) == {"getBookingCustomer", "updateBookingCustomer"}
    assert "customers.an_empty_change_of_the_customer_changes_nothing" in laws(plan, contract)
    assert {name.partition(".")[0] for name in laws(plan, contract)} == {"customers", "races"}


def test_a_rule_and_an_operation_select_what_either_does(contract):
    plan = Plan(rules=frozenset({"RK-B16"}), operations=frozenset({"getBooking"}))

    assert operations(plan, contract) == {"getBooking"}
    assert laws(plan, contract) == {
        "capacity.a_confirmed_booking_takes_a_place",
        "bookings.a_booking_that_does_not_exist_is_not_found",
    }


@pytest.mark.parametrize(
    ("mode", "layer", "runs"),
    [
        (Mode.OBSERVE, Layer.READS, True),
        (Mode.OBSERVE, Layer.LAWS, False),
        (Mode.OBSERVE, Layer.BURSTS, False),
        (Mode.OBSERVE, Layer.LIFECYCLE, False),
        (Mode.OBSERVE, Layer.CONFORMANCE, False),
        (Mode.OWN, Layer.LAWS, True),
        (Mode.OWN, Layer.READS, True),
        (Mode.OWN, Layer.CONFORMANCE, False),
        (Mode.FULL, Layer.CONFORMANCE, True),
        (Mode.FULL, Layer.READS, False),
    ],
)
def test_a_mode_runs_what_it_may(mode, layer, runs):
    assert Plan(mode=mode).runs(layer) is runs
    assert not Plan(mode=mode, layers=frozenset(Layer) - {layer}).runs(layer)


def test_a_plan_is_over_when_its_time_is():
    now = time.monotonic()

    assert Plan().seconds_left is None
    assert not Plan().is_over
    assert not Plan(time_limit=60, began_at=now).is_over
    assert Plan(time_limit=60, began_at=now - 61).is_over


def test_bursts_come_first_where_time_is_short():
    assert Plan().scripted == (Layer.LAWS, Layer.BURSTS)
    assert Plan(fail_fast=True).scripted == (Layer.LAWS, Layer.BURSTS)
    assert Plan(time_limit=60).scripted == (Layer.BURSTS, Layer.LAWS)
