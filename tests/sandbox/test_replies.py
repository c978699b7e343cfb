"""What is remembered of requests that came with a key; and attempts, which a refusal undoes without its transaction."""

from datetime import timedelta

import msgspec
import pytest
from doubles import ManualClock

from mockserver.booking.errors import KeyReused, RuleBroken
from mockserver.booking.ports import ALL, Kind
from mockserver.sandbox.domains import Domain, SeedWorld
from mockserver.sandbox.sandboxes import Sandboxes

WINDOW = timedelta(seconds=90)


class Note(msgspec.Struct, frozen=True):
    id: int
    text: str


NOTES = Kind("toy.note", Note)
TOY = Domain("toy", (NOTES,), lambda seed, epoch: SeedWorld(()), "1", actions={"ring": lambda work, timer: None})


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def sandboxes(store, clock):
    return Sandboxes(store, [TOY], clock=clock)


def work_in(sandboxes, act, name="s"):
    return sandboxes.open(name).run(TOY, act, writes=True)


def remember(sandboxes, key, *, caller="anna", fingerprint="print-1", body=b"{}", name="s", **facts):
    def act(work):
        facts.setdefault("status", 201)
        work.replies.remember(caller, key, fingerprint, window=WINDOW, body=body, **facts)

    work_in(sandboxes, act, name)


def recall(sandboxes, key, *, caller="anna", fingerprint="print-1", name="s"):
    return work_in(sandboxes, lambda work: work.replies.recall(caller, key, fingerprint, window=WINDOW), name)


def kept(sandboxes, name="s"):
    """How many replies take room."""
    return work_in(sandboxes, lambda work: work.records(TOY.replies.kind).count(TOY.replies.by_age, ALL), name)


def test_a_reply_is_recalled_as_it_was_given(sandboxes):
    headers = ((b"location", b"/vouchers/1"),)
    remember(sandboxes, "k", status=409, body=b'{"a":1}', headers=headers, media_type="text/json", refusal="spent")

    reply = recall(sandboxes, "k")

    assert (reply.status, reply.body, reply.headers) == (409, b'{"a":1}', headers)
    assert (reply.media_type, reply.refusal) == ("text/json", "spent")


@pytest.mark.parametrize(("caller", "key"), [("bert", "k"), ("anna", "K"), ("ann", "ak"), ("", "annak")])
def test_nobody_else_and_no_other_key_is_answered(sandboxes, caller, key):
    remember(sandboxes, "k")

    assert recall(sandboxes, key, caller=caller) is None


def test_another_request_is_refused_until_the_window_ends(sandboxes, clock):
    remember(sandboxes, "k")

    with pytest.raises(KeyReused):
        recall(sandboxes, "k", fingerprint="print-2")
    clock.advance(WINDOW)
    assert recall(sandboxes, "k", fingerprint="print-2") is None


def test_a_key_that_is_used_again_after_its_window_stands_for_what_it_was_used_for_last(sandboxes, clock):
    remember(sandboxes, "k")
    clock.advance(WINDOW)

    remember(sandboxes, "k", fingerprint="print-2", body=b"2")

    assert recall(sandboxes, "k", fingerprint="print-2").body == b"2"
    assert kept(sandboxes) == 1


def test_what_is_out_of_its_window_goes_with_those_that_come(sandboxes, clock):
    for number in range(20):
        remember(sandboxes, f"old-{number}")
    clock.advance(WINDOW)

    for number in range(20):
        remember(sandboxes, f"new-{number}")

    assert kept(sandboxes) == 20
    assert all(recall(sandboxes, f"new-{number}") for number in range(20))


def test_no_more_is_kept_than_one_window_holds_however_long_it_goes_on(sandboxes, clock):
    for number in range(200):
        remember(sandboxes, f"key-{number}")
        clock.advance(WINDOW / 10)

    assert kept(sandboxes) <= 11


def test_a_fork_forgets_by_itself_what_its_parent_still_knows(sandboxes, clock):
    remember(sandboxes, "k")
    sandboxes.fork("s", "fork")
    assert recall(sandboxes, "k", name="fork") is not None
    clock.advance(WINDOW)

    remember(sandboxes, "other", name="fork")

    assert (kept(sandboxes, "fork"), kept(sandboxes)) == (1, 1)
    sandboxes.reset("s")
    assert kept(sandboxes) == 0


# Attempts


def write(work, text):
    notes = work.records(NOTES)
    notes.put(Note(notes.next_id(), text))


def texts(sandboxes):
    return work_in(sandboxes, lambda work: [each.text for each in work.records(NOTES).page(NOTES.listed, ALL)])


def refuse(work):
    write(work, "undone")
    work.timers.schedule(work.now + WINDOW, "ring", 1)
    raise RuleBroken("no", "no")


def test_a_refused_attempt_is_undone_and_the_work_goes_on(sandboxes):
    told = []
    sandboxes.open("s")
    sandboxes.on_waiting = lambda *waiting: told.append(waiting)

    def act(work):
        write(work, "before")
        with pytest.raises(RuleBroken):
            work.attempt(refuse)
        write(work, "after")
        return work.records(NOTES).find(2).text, work.timers.next_due()

    assert work_in(sandboxes, act) == ("after", None)
    assert texts(sandboxes) == ["before", "after"]
    assert told == []


def test_an_attempt_that_answers_is_kept_with_its_transaction_and_undone_with_it(sandboxes):
    def act(work):
        work.attempt(lambda work: write(work, "attempted"))
        if not work.records(NOTES).find(2):
            return
        raise RuleBroken("no", "no")

    work_in(sandboxes, act)
    with pytest.raises(RuleBroken):
        work_in(sandboxes, act)

    assert texts(sandboxes) == ["attempted"]
