from schemathesis.checks import CHECKS, load_all_checks

from contract_tests.checks.expectations import ANSWERED, EXPECTATIONS
from contract_tests.checks.refusals import REFUSALS_CHECK, REPLACED_CHECK


def test_every_check_that_runs_has_a_sentence():
    load_all_checks()

    theirs = set(CHECKS.get_all_names()) - {REPLACED_CHECK}

    assert set(EXPECTATIONS) == theirs | {ANSWERED, REFUSALS_CHECK}
