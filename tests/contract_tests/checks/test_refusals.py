import pytest
from schemathesis.checks import CHECKS

from contract_tests.checks.refusals import REFUSALS_CHECK, refusals_checked
from contract_tests.contracts import load_contract


def test_the_check_is_registered_only_while_a_run_lasts():
    with refusals_checked(load_contract("toy"), {}):
        assert REFUSALS_CHECK in CHECKS.get_all_names()

    assert REFUSALS_CHECK not in CHECKS.get_all_names()


def test_the_check_goes_even_when_the_run_breaks():
    with pytest.raises(RuntimeError), refusals_checked(load_contract("toy"), {}):
        raise RuntimeError

    assert REFUSALS_CHECK not in CHECKS.get_all_names()
