"""How rules are counted, and how requests wait for each other."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from mockserver.sandbox.rules import Deed, Holding, Rule, Subject, count_met

NOW = datetime(2026, 3, 2, tzinfo=UTC)
EVERY = frozenset(range(1, 100))


def rule(number=1, what="rst", *, count=None, **on):
    return Rule(number, "toy", Subject(**on), Deed(what, count=count))


def is_fault(each):
    return each.do.what == "rst"


def fired(rules, times, *, seed=0, now=NOW):
    """Which rules fire at each of so many requests; and the rules after them."""
    told = []
    for _ in range(times):
        rules, counted = count_met(rules, EVERY, seed, now, is_fault)
        told.append([each.id for each, fires in counted if fires])
    return told, rules


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (rule(), [1, 0, 0]),
        (rule(times=2), [1, 1, 0]),
        (rule(times=None), [1, 1, 1]),
        (rule(what="hold", count=2), [1, 1, 0]),
        (rule(since=NOW + timedelta(seconds=1)), [0, 0, 0]),
        (rule(until=NOW), [0, 0, 0]),
        (rule(until=NOW + timedelta(seconds=1), times=None), [1, 1, 1]),
        (rule(share=0.0, times=None), [0, 0, 0]),
    ],
)
def test_a_rule_fires_as_often_as_it_says_and_counts_whom_it_met(one, expected):
    told, (after,) = fired((one,), 3)

    assert [len(each) for each in told] == expected
    assert (after.fired, after.met) == (sum(expected), 3 if one.on.since is None and one.on.until != NOW else 0)


def test_nothing_after_a_fault_is_met():
    told, rules = fired((rule(1, "delay"), rule(2), rule(3, "delay"), rule(4)), 3)

    assert told == [[1, 2], [3, 4], []]
    assert [each.met for each in rules] == [3, 3, 2, 2]


@examples(100)
@given(seed=st.integers(0, 1_000), share=st.floats(0, 1))
def test_who_is_among_a_share_depends_on_seed_rule_and_number_alone(seed, share):
    one = rule(share=share, times=None)

    assert fired((one,), 5, seed=seed)[0] == fired((one,), 5, seed=seed, now=NOW + timedelta(days=1))[0]


@examples(50)
@given(order=st.permutations(range(1, 5)))
def test_those_who_are_released_go_on_one_after_the_other_in_that_order(order):
    async def play():
        holding, told = Holding(), []

        async def request(number, ticket):
            assert await ticket.wait(9)
            told.append(number)
            await asyncio.sleep(0)
            told.append(number)
            holding.leave(ticket)

        tickets = [holding.enter(1) for _ in order]
        other = holding.enter(2)
        running = [asyncio.create_task(request(*each)) for each in enumerate(tickets, 1)]
        assert (holding.of(1), holding.release(1, tuple(order)), holding.of(1), holding.of(2)) == (4, 4, 0, 1)
        await asyncio.gather(*running)
        holding.let_go()
        assert await other.wait(9)
        return told

    assert asyncio.run(play()) == [number for number in order for _ in range(2)]


def test_who_is_not_named_waits_on_and_who_is_not_there_cannot_go():
    async def play():
        holding = Holding()
        first, second = holding.enter(1), holding.enter(1)
        assert holding.release(1, (2,)) == 1
        assert await second.wait(9)
        assert not await first.wait(0)
        with pytest.raises(IndexError):
            holding.release(1, (2,))
        holding.leave(second)
        assert holding.of(1) == 1

    asyncio.run(play())
