"""What answers took, against what the profile allows."""

import pytest

from contract_tests.contracts import load_contract
from contract_tests.profiles import Profile
from contract_tests.results import Outcome
from contract_tests.suites.timing import compare, percentile

READ, WRITE = "GET /bookings/{booking_id}", "POST /bookings"


@pytest.mark.parametrize(
    ("seconds", "share", "found"),
    [
        ([], 0.95, 0.0),
        ([0.3], 0.95, 0.3),
        ([0.3, 0.1, 0.2], 0.5, 0.2),
        ([0.4, 0.3, 0.1, 0.2], 0.5, 0.2),
        (list(range(1, 21)), 0.95, 19),
        (list(range(1, 101)), 0.95, 95),
        (list(range(1, 101)), 1.0, 100),
        (list(range(1, 101)), 0.0, 1),
    ],
)
def test_a_percentile_is_the_one_that_so_many_do_not_exceed(seconds, share, found):
    assert percentile(seconds, share) == found


def compared(seconds, **budgets):
    profile = Profile(api="toy", values={"budgets": budgets})
    return list(compare(load_contract("toy"), profile, seconds))


def test_without_a_budget_nothing_is_judged():
    assert compared({READ: [9.0] * 100}) == []


def test_within_the_budget_it_passes():
    (result,) = compared({READ: [0.1] * 19 + [5.0]}, read_p95_ms=100)

    assert (result.name, result.outcome, result.findings) == ("timing.read_p95", Outcome.PASS, ())


def test_beyond_the_budget_it_is_said_by_how_much():
    (result,) = compared({READ: [0.1] * 18 + [0.25] * 2}, read_p95_ms=200)

    assert result.outcome is Outcome.FAIL
    (finding,) = result.findings
    assert finding.came == "250 ms, over 20 answers"
    assert finding.expected == "95 of 100 answers within 200 ms, as budgets.read_p95_ms says"


def test_reads_and_writes_have_budgets_of_their_own():
    results = compared({READ: [0.1] * 20, WRITE: [0.9] * 20}, read_p95_ms=300, write_p95_ms=300)

    assert [(result.name, result.outcome) for result in results] == [
        ("timing.read_p95", Outcome.PASS),
        ("timing.write_p95", Outcome.FAIL),
    ]


def test_of_few_answers_nothing_is_said():
    (result,) = compared({WRITE: [9.0] * 19}, write_p95_ms=1)

    assert (result.outcome, result.why) == (Outcome.SKIP, "19 answers are too few for a percentile")
