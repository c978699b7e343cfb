"""What a profile answers of what no page states."""

import pytest

from contract_tests.contracts import load_contract
from contract_tests.problems import CannotRun
from contract_tests.profiles import Profile
from contract_tests.readings import held_to, readings_of
from doublebook_data.views import View


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about real ones."""


@pytest.fixture
def contract():
    return load_contract("reservekit")


def held(contract, **said):
    return held_to(contract, View.AGREED, readings_of(Profile(api="reservekit", values=said), contract))


def test_what_no_page_states_is_a_reading_and_what_one_states_is_not(contract):
    agreed = held(contract)

    assert agreed.rule("RK-B08").is_reading
    assert not agreed.rule("RK-B03").is_reading


def test_an_adopted_reading_has_to_hold(contract):
    assert not held(contract, readings={"adopt": ["RK-B08"]}).rule("RK-B08").is_reading


def test_all_of_them_can_be_adopted(contract):
    assert readings_of(Profile(api="reservekit", values={"readings": {"adopt": "ours"}}), contract).adopts_all


def test_our_own_view_has_no_readings(contract):
    ours = held_to(contract, View.OURS, readings_of(Profile(api="reservekit"), contract))

    assert not any(rule.is_reading for rule in ours.rules)


def test_a_status_and_a_text_that_the_profile_says_have_to_come(contract):
    said = {"readings": {"statuses": {"service_not_found": 410}}, "texts": {"service not found": "no such service"}}
    agreed = held(contract, **said)

    assert [
        each.refusal_as_said(each.operation("listBookings"), "RK-S08", 404, "service not found")[:2]
        for each in (contract, agreed)
    ] == [(404, "service not found"), (410, "no such service")]


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"readings": {"adopt": ["RK-B80"]}}, "readings.adopt of no profile names 'RK-B80'"),
        ({"readings": {"statuses": {"service_not_fund": 404}}}, "did you mean 'service_not_found'"),
        ({"texts": {"Service not found": "x"}}, "texts of no profile names 'Service not found'"),
    ],
)
def test_what_nothing_is_called_is_refused(contract, said, named):
    with pytest.raises(CannotRun, match=named):
        readings_of(Profile(api="reservekit", values=said), contract)


def test_nobody_sells_a_place_twice_or_shows_what_is_another_s_whatever_they_read():
    bardge = load_contract("bardge")
    agreed = held_to(bardge, View.AGREED, readings_of(Profile(api="bardge"), bardge))

    assert not agreed.rule("BG-N44").is_reading
    assert agreed.rule("BG-N44").source == "inferred"
