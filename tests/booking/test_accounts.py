from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.accounts import Account, LineKind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ROOM, DESK = 1001, 1002


@pytest.fixture
def charged():
    """100 for the room and 30 for the desk, nothing paid yet."""
    return Account().charge(ROOM, 10_000, "ordered", NOON).charge(DESK, 3_000, "ordered", NOON)


@pytest.fixture
def paid(charged):
    return charged.pay(ROOM, "payment", NOON).pay(DESK, "payment", NOON)


def test_an_empty_account_owes_nothing():
    account = Account()

    assert (account.charged(), account.paid(), account.refunded(), account.kept(), account.due()) == (0, 0, 0, 0, 0)
    assert account.subjects() == []


def test_charges_add_up_for_each_thing_and_for_all(charged):
    assert (charged.charged(ROOM), charged.charged(DESK), charged.charged()) == (10_000, 3_000, 13_000)
    assert (charged.due(ROOM), charged.due(DESK), charged.due()) == (10_000, 3_000, 13_000)
    assert charged.subjects() == [ROOM, DESK]


def test_a_payment_pays_for_one_thing_all_of_it(charged):
    account = charged.pay(ROOM, "payment", NOON)

    assert (account.paid(ROOM), account.due(ROOM)) == (10_000, 0)
    assert (account.paid(DESK), account.due()) == (0, 3_000)


def test_what_is_paid_is_not_paid_twice(paid):
    assert paid.pay(ROOM, "payment", NOON) == paid


def test_a_charge_of_nothing_adds_no_line(charged):
    assert charged.charge(ROOM, 0, "edit", NOON) == charged


def test_a_credit_of_a_paid_thing_is_given_back(paid):
    account = paid.charge(ROOM, -2_500, "edit", NOON).settle(ROOM, "edit", NOON)

    assert (account.charged(ROOM), account.refunded(ROOM), account.kept(ROOM)) == (7_500, 2_500, 7_500)
    assert account.due() == 0


def test_a_credit_of_an_unpaid_thing_gives_nothing_back(charged):
    account = charged.charge(ROOM, -2_500, "edit", NOON)

    assert account.settle(ROOM, "edit", NOON) == account
    assert account.due(ROOM) == 7_500


def test_what_was_paid_too_much_for_one_thing_does_not_pay_for_another(charged):
    account = charged.pay(ROOM, "payment", NOON).charge(ROOM, -10_000, "cancellation", NOON)

    assert (account.due(ROOM), account.due(DESK), account.due()) == (0, 3_000, 3_000)


def test_a_credit_beyond_what_was_charged_is_no_credit(paid):
    with pytest.raises(ValueError, match="10000 was charged for 1001, too little to take off 10001"):
        paid.charge(ROOM, -10_001, "edit", NOON)


def test_a_thing_never_charged_takes_no_credit_from_another(paid):
    with pytest.raises(ValueError, match="0 was charged for 1003"):
        paid.charge(1003, -1, "edit", NOON)


def test_what_was_given_back_is_not_given_back_twice(paid):
    account = paid.charge(ROOM, -2_500, "edit", NOON).settle(ROOM, "edit", NOON)

    assert account.settle(ROOM, "edit", NOON) == account


def test_undoing_takes_back_charges_and_refunds_of_one_thing(paid):
    edited = paid.charge(ROOM, -2_500, "edit", NOON).settle(ROOM, "edit", NOON).charge(DESK, 500, "edit", NOON)

    account = edited.undo(ROOM, since=len(paid.lines), reason="revert", at=NOON)

    assert (account.charged(ROOM), account.kept(ROOM), account.refunded(ROOM)) == (10_000, 10_000, 0)
    assert account.charged(DESK) == 3_500
    assert list(account.standing(LineKind.REFUND)) == []
    assert [line.reason for line in account.standing(LineKind.CHARGE)] == ["ordered", "ordered", "edit"]


def test_undoing_leaves_payments(charged):
    account = charged.charge(ROOM, 500, "edit", NOON).pay(ROOM, "payment", NOON)

    undone = account.undo(ROOM, since=len(charged.lines), reason="revert", at=NOON)

    assert (undone.charged(ROOM), undone.paid(ROOM)) == (10_000, 10_500)


def test_what_is_undone_is_not_undone_twice(paid):
    once = paid.charge(ROOM, 500, "edit", NOON).undo(ROOM, since=len(paid.lines), reason="revert", at=NOON)

    assert once.undo(ROOM, since=len(paid.lines), reason="revert", at=NOON) == once


# Properties

subjects = st.integers(1, 3)
events = st.one_of(
    st.tuples(st.just("charge"), subjects, st.integers(1, 50_000)),
    st.tuples(st.just("credit"), subjects, st.integers(1, 100)),
    st.tuples(st.just("pay"), subjects, st.none()),
    st.tuples(st.just("begin_an_edit"), subjects, st.none()),
    st.tuples(st.just("revert"), subjects, st.none()),
)


@dataclass
class Clerk:
    """Keeps an account as its owner does: each credit is settled, and a payment ends what could be reverted."""

    account: Account
    edits: dict[str, tuple[int, int, int]]
    """Where the edit of each thing began, and what was charged and kept then."""
    at: datetime = NOON

    def does(self, event, about, detail):
        self.at += timedelta(seconds=1)
        getattr(self, event)(about, detail)

    def charge(self, about, amount):
        self.account = self.account.charge(about, amount, "edit", self.at)

    def credit(self, about, per_cent):
        amount = self.account.charged(about) * per_cent // 100
        self.account = self.account.charge(about, -amount, "edit", self.at).settle(about, "edit", self.at)

    def pay(self, about, _):
        self.account = self.account.pay(about, "payment", self.at)
        self.edits.pop(about, None)

    def begin_an_edit(self, about, _):
        self.edits[about] = (len(self.account.lines), self.account.charged(about), self.account.kept(about))

    def revert(self, about, _):
        if about in self.edits:
            since, *before = self.edits.pop(about)
            self.account = self.account.undo(about, since=since, reason="revert", at=self.at)
            assert [self.account.charged(about), self.account.kept(about)] == before


@given(st.lists(events, max_size=30))
def test_nothing_is_rewritten(happening):
    clerk = Clerk(Account(), {})
    for each in happening:
        before = clerk.account.lines

        clerk.does(*each)

        assert clerk.account.lines[: len(before)] == before


@given(st.lists(events, max_size=30))
def test_a_settled_account_keeps_no_more_than_was_charged_and_nothing_that_never_came_in(happening):
    clerk = Clerk(Account(), {})
    for each in happening:
        clerk.does(*each)

        for about in clerk.account.subjects():
            assert 0 <= clerk.account.kept(about) <= clerk.account.charged(about)
            assert clerk.account.refunded(about) <= clerk.account.paid(about)


@given(st.lists(events, max_size=30))
def test_what_is_due_and_what_was_kept_add_up_to_what_was_charged(happening):
    clerk = Clerk(Account(), {})
    for each in happening:
        clerk.does(*each)

        account = clerk.account
        for about in [None, *account.subjects()]:
            assert account.due(about) == account.charged(about) - account.kept(about)
        for kind, total in ((LineKind.PAYMENT, account.paid()), (LineKind.REFUND, account.refunded())):
            assert sum(line.amount for line in account.standing(kind)) == total


@given(st.lists(events, max_size=30), st.lists(events, max_size=10), subjects, st.data())
def test_undoing_restores_what_was_charged_and_kept_whatever_has_happened_since(happening, since, about, data):
    clerk = Clerk(Account(), {})
    for each in happening:
        clerk.does(*each)
    before = clerk.account
    others = [each for each in since if each[1] != about]
    own = [each for each in since if each[1] == about and each[0] in {"charge", "credit"}]
    for each in data.draw(st.permutations([*own, *others])):
        clerk.does(*each)

    account = clerk.account.undo(about, since=len(before.lines), reason="revert", at=NOON)

    assert (account.charged(about), account.kept(about)) == (before.charged(about), before.kept(about))
    for other in account.subjects():
        if other != about:
            assert account.due(other) == clerk.account.due(other)
    stale = [line for line in account.lines[len(before.lines) :] if line.undoes is None and line.about == about]
    assert not set(stale) & set(account.standing(LineKind.REFUND))
