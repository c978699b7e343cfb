import pytest

from mockserver.web.pacing import Pace


@pytest.fixture
def ticks():
    return [100.0]


def test_a_second_of_requests_may_come_at_once_and_then_they_come_evenly(ticks):
    pace = Pace(4, lambda: ticks[0])

    assert [pace.admits("a") for _ in range(5)] == [True] * 4 + [False]
    ticks[0] += 0.25
    assert [pace.admits("a") for _ in range(2)] == [True, False]
    ticks[0] += 60
    assert [pace.admits("a") for _ in range(5)] == [True] * 4 + [False]


def test_one_sandbox_takes_nothing_from_another(ticks):
    pace = Pace(1, lambda: ticks[0])

    assert [pace.admits(name) for name in "aabb"] == [True, False, True, False]


def test_less_than_one_a_second_lets_one_in_now_and_then(ticks):
    pace = Pace(0.1, lambda: ticks[0])

    assert [pace.admits("a") for _ in range(2)] == [True, False]
    ticks[0] += 9
    assert not pace.admits("a")
    ticks[0] += 1.01
    assert pace.admits("a")


def test_who_has_not_asked_lately_is_forgotten(ticks):
    pace = Pace(2, lambda: ticks[0])
    for number in range(100):
        pace.admits(f"s{number}")

    ticks[0] += 1
    pace.admits("last")

    assert len(pace._full_at) == 1
