"""What nobody uses any more goes: whichever process it was last used in, and nothing else."""

import asyncio
import logging
from datetime import timedelta

import pytest
from notes import write

from mockserver.sandbox.expiring import Expiry
from mockserver.sandbox.sandbox import DEFAULT

DAY = timedelta(days=1)
DURABLE = pytest.mark.parametrize(
    "store", ["sqlite", pytest.param("postgresql", marks=pytest.mark.nightly)], indirect=True
)


def names(sandboxes):
    return {record.name for record in sandboxes.every()}


@pytest.fixture
def expiry(sandboxes):
    return Expiry(sandboxes, 10 * DAY)


def test_unused_for_longer_a_sandbox_goes_and_the_log_says_so(sandboxes, expiry, clock, caplog):
    caplog.set_level(logging.INFO, "mockserver")
    for name in (DEFAULT, "old"):
        write(sandboxes.open(name), "something")
    expiry.note_use()
    clock.advance(9 * DAY)
    sandboxes.open("new")
    expiry.expire()
    assert names(sandboxes) == {DEFAULT, "old", "new"}

    clock.advance(2 * DAY)
    expiry.expire()

    assert names(sandboxes) == {DEFAULT, "new"}
    assert "sandbox old has expired: nobody used it for 10 days" in caplog.text
    assert "something" not in repr(sandboxes.open("old").record)


def test_who_is_used_stays_though_it_is_only_read(sandboxes, expiry, clock):
    sandboxes.open("a")
    for _ in range(5):
        clock.advance(5 * DAY)
        sandboxes.open("a")
        expiry.note_use()
        expiry.expire()

    assert names(sandboxes) == {"a"}


@DURABLE
def test_what_another_process_has_used_stays(make, clock):
    here, there = make(), make()
    here_expires, there_expires = Expiry(here, 10 * DAY), Expiry(there, 10 * DAY)
    here.open("a")
    clock.advance(11 * DAY)
    there.open("a")
    there_expires.note_use()

    here_expires.expire()

    assert names(here) == {"a"}


def test_what_was_used_between_the_look_and_the_delete_stays(sandboxes, expiry, clock, monkeypatch):
    sandboxes.open("a")
    expiry.note_use()
    clock.advance(11 * DAY)
    listed = sandboxes.named

    def use_meanwhile(*arguments, **options):
        found = listed(*arguments, **options)
        sandboxes.open("a")
        expiry.note_use()
        return found

    monkeypatch.setattr(sandboxes, "named", use_meanwhile)
    expiry.expire()

    assert names(sandboxes) == {"a"}


def test_a_fork_begins_anew(sandboxes, expiry, clock):
    sandboxes.open("a")
    expiry.note_use()
    clock.advance(9 * DAY)
    sandboxes.fork("a", "child")
    clock.advance(2 * DAY)

    expiry.expire()

    assert names(sandboxes) == {"child"}


@pytest.mark.parametrize("store", ["memory", "sqlite"], indirect=True)
def test_at_the_end_it_notes_what_was_used(sandboxes, clock):
    expiry = Expiry(sandboxes, 10 * DAY)

    async def scene():
        await expiry.start()
        sandboxes.open("last")
        await expiry.stop()

    asyncio.run(scene())

    assert sandboxes.get("last").record.used_at == clock.now()
