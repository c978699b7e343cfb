"""What happens in a sandbox, told as it happens. Each test runs on a loop of its own, and nothing waits for time to pass."""

import asyncio
import json
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from doubles import Client
from postgresql import database

from mockserver.control import watching
from mockserver.sandbox import news
from mockserver.sandbox.patience import patiently
from mockserver.sandbox.records import Setup

BOOKING = {"date": "2026-11-30", "time_slot_id": 456, "customer_email": "q@example.com"}
PATH = "/_sandbox/sandboxes/mine/events"


class Stream:
    """An answer that goes on, as a connection has it."""

    def __init__(self, app, query="", headers=()) -> None:
        self.sent: asyncio.Queue[Any] = asyncio.Queue()
        self.left = asyncio.Event()
        self.connection = SimpleNamespace(let_go=None)
        self.scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": "GET",
            "path": PATH,
            "raw_path": PATH.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"sandbox"), *headers],
            "connection": self.connection,
        }
        self.task = asyncio.create_task(app.asgi(self.scope, self.receive, self.sent.put))

    async def receive(self):
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def begin(self):
        """The head, and the first piece, after which it listens."""
        head, first = await self.sent.get(), await self.sent.get()
        assert first["body"].startswith(b"retry:"), first
        return head["status"], dict(head["headers"])

    async def next(self):
        """The next event."""
        message = await asyncio.wait_for(self.sent.get(), 10)
        lines = dict(line.split(": ", 1) for line in message["body"].decode().strip().split("\n"))
        told = json.loads(lines["data"])
        assert (lines["id"], lines["event"]) == (str(told["id"]), told["kind"])
        return told

    async def ends(self):
        """It is over. Answers what was still said."""
        await asyncio.wait_for(self.task, 10)
        return [self.sent.get_nowait() for _ in range(self.sent.qsize())]


@pytest.fixture
def app(build):
    app = build()
    app.sandboxes.create("mine", Setup(frozen=True))
    return app


@pytest.fixture
def ask(app):
    """A request on the same loop as the stream."""

    async def ask(method, path, body=None):
        key = {"Authorization": "Bearer sk_rsv_demo_alpha.mine"}
        return await Client(app, headers=key)._request(method, path, {"host": "sandbox", **key}, {"json": body})

    return ask


def test_each_thing_that_happens_is_told_with_where_to_look(app, ask):
    async def scene():
        stream = Stream(app)
        status, headers = await stream.begin()
        assert (status, headers[b"content-type"], b"content-length" in headers) == (200, b"text/event-stream", False)

        await ask("POST", "/reservekit/v1/bookings", BOOKING)
        told = [await stream.next(), await stream.next()]
        await ask("POST", "/_sandbox/sandboxes/mine/clock/advance", {"by": "PT1H"})
        told.append(await stream.next())
        await ask("POST", "/_sandbox/sandboxes/mine/reset")
        told.append(await stream.next())

        stream.left.set()
        await stream.ends()
        return told

    assert asyncio.run(scene()) == [
        {"id": 0, "kind": "booking", "ref": "reservekit"},  # its entry gets a number with the answer
        {"id": 1, "kind": "exchange", "ref": "1"},
        {"id": 1, "kind": "clock", "ref": None},
        {"id": 1, "kind": "reset", "ref": None},
    ]


def test_who_only_looks_is_told_as_an_exchange_and_no_change(app, ask):
    async def scene():
        stream = Stream(app)
        await stream.begin()
        await ask("GET", "/reservekit/v1/services?page=1&page_size=1")
        told = await stream.next()
        stream.left.set()
        assert len(await stream.ends()) == 1
        return told["kind"]

    assert asyncio.run(scene()) == "exchange"


@pytest.mark.usefixtures("in_memory")  # elsewhere an exchange is told with its number, when the journal is written
def test_more_of_a_kind_is_told_together_later_and_ends_with_the_last(app, ask, monkeypatch):
    monkeypatch.setattr(news, "_APART_SECONDS", 3_600.0)

    async def scene():
        stream = Stream(app)
        await stream.begin()
        await ask("GET", "/reservekit/v1/bookings/1")
        first = await stream.next()
        await ask("GET", "/reservekit/v1/bookings/2")
        await ask("GET", "/reservekit/v1/bookings/3")
        await ask("POST", "/_sandbox/sandboxes/mine/clock/freeze")
        other = await stream.next()
        await patiently(app.sandboxes, lambda: app.sandboxes.delete("mine"))
        last = await stream.next()
        await stream.ends()
        return first, other, last

    first, other, last = asyncio.run(scene())

    assert (first["ref"], other["kind"]) == ("1", "clock")
    assert (last["kind"], last["ref"]) == ("exchange", "3")


def test_changes_of_several_apis_at_once_have_no_reference(app, monkeypatch):
    monkeypatch.setattr(news, "_APART_SECONDS", 3_600.0)

    async def scene():
        sandbox = app.sandboxes.get("mine")
        with sandbox.watched() as watcher:
            sandbox.news.tell_of_change("reservekit", is_stirred=False)
            sandbox.news.tell_of_change("appointments", is_stirred=True)
            words = watcher.words()
            said = [await anext(words) for _ in range(3)]
            await words.aclose()
        return {word.kind.value: word.ref for word in said}

    assert asyncio.run(scene()) == {"booking": None, "due": "appointments", "delivery": "appointments"}


@pytest.mark.parametrize("way", ["query", "header"])
def test_who_comes_back_is_told_where_to_look_again(app, ask, way):
    async def scene():
        for number in (1, 2):
            await ask("GET", f"/reservekit/v1/bookings/{number}")
        seen = {"query": "after=1"} if way == "query" else {"query": "after=2", "headers": [(b"last-event-id", b"1")]}
        stream = Stream(app, **seen)
        await stream.begin()
        told = [await stream.next() for _ in range(5)]
        stream.left.set()
        await stream.ends()
        return told

    told = asyncio.run(scene())

    assert told[0] == {"id": 2, "kind": "exchange", "ref": "2"}
    assert [each["kind"] for each in told[1:]] == ["booking", "due", "delivery", "clock"]


def test_who_knows_more_than_there_is_has_missed_a_reset(app):
    async def scene():
        stream = Stream(app, "after=99")
        await stream.begin()
        told = await stream.next()
        stream.left.set()
        await stream.ends()
        return told

    assert asyncio.run(scene()) == {"id": 0, "kind": "reset", "ref": None}


def test_nobody_watches_any_more_once_the_reader_has_gone(app):
    get = partial(patiently, app.sandboxes, lambda: app.sandboxes.get("mine"))

    async def scene():
        stream, other = Stream(app), Stream(app)
        await stream.begin()
        await other.begin()
        stream.left.set()
        await stream.ends()
        still = (await get()).news is not None
        other.left.set()
        await other.ends()
        return still, (await get()).news

    assert asyncio.run(scene()) == (True, None)


def test_the_answer_ends_with_the_sandbox_and_when_the_server_stops(app):
    async def scene():
        gone, stopped = Stream(app), Stream(app)
        await gone.begin()
        await stopped.begin()
        stopped.connection.let_go()
        last = (await stopped.ends())[-1]
        await patiently(app.sandboxes, lambda: app.sandboxes.delete("mine"))
        return last, (await gone.ends())[-1]

    end = {"type": "http.response.body", "body": b""}
    assert asyncio.run(scene()) == (end, end)


def test_silence_is_told_too(app, monkeypatch):
    monkeypatch.setattr(news, "_SILENCE_SECONDS", 0.0)

    async def scene():
        stream = Stream(app)
        await stream.begin()
        said = await stream.sent.get()
        stream.left.set()
        await stream.ends()
        return said["body"]

    assert asyncio.run(scene()).startswith(b":")


@pytest.mark.parametrize(
    ("path", "headers", "status", "named"),
    [
        ("/sandboxes/nobody/events", {}, 404, 'there is no sandbox "nobody"'),
        ("/sandboxes/default/events?after=x", {}, 400, "after"),
        ("/sandboxes/default/events", {"Last-Event-ID": "-1"}, 400, "Last-Event-ID"),
        ("/sandboxes/default/events?aftr=1", {}, 400, 'did you mean "after"?'),
    ],
)
def test_what_cannot_be_watched_is_refused_by_name(control, path, headers, status, named):
    answer = control.get(path, headers=headers)

    assert answer.status_code == status
    assert named in answer.json()["error"]["message"]


def test_the_head_alone_is_answered_at_once(control):
    answer = control.request("HEAD", "/sandboxes/default/events")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")


# Several processes


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.nightly)])
def processes(request, build, tmp_path):
    """Two apps on one store, in which both have the sandbox."""
    if request.param == "postgresql":
        database().empty()
    store = database().address if request.param == "postgresql" else f"sqlite:///{tmp_path / 'shared.sqlite'}"
    apps = [build(store=store, workers=2) for _ in range(2)]
    apps[0].sandboxes.create("mine", Setup(frozen=True))
    return apps


async def ask_at(app, method, path, body=None):
    key = {"Authorization": "Bearer sk_rsv_demo_alpha.mine"}
    return await Client(app)._request(method, path, {"host": "sandbox", **key}, {"json": body})


def test_who_watches_here_is_told_what_is_done_there_with_the_number_that_it_has_in_the_journal(processes, monkeypatch):
    monkeypatch.setattr(watching, "_LOOK_SECONDS", 0.01)
    here, there = processes

    async def scene():
        await ask_at(here, "GET", "/reservekit/v1/services?page=1")
        stream = Stream(here)
        await stream.begin()
        await ask_at(there, "POST", "/reservekit/v1/bookings", BOOKING)
        await ask_at(there, "GET", "/_sandbox/sandboxes/mine/journal")  # which tells the store what was asked
        told = {}
        while "exchange" not in told or "booking" not in told:
            word = await stream.next()
            told[word["kind"]] = word["ref"]
        await ask_at(there, "POST", "/_sandbox/sandboxes/mine/reset")
        while "reset" not in told:
            word = await stream.next()
            told[word["kind"]] = word["ref"]
        stream.left.set()
        await stream.ends()
        return told

    told = asyncio.run(scene())

    assert told.keys() >= {"exchange", "booking", "due", "delivery", "clock", "reset"}
    assert (told["exchange"], told["booking"]) == ("2", None)


def test_what_is_done_from_outside_stands_behind_what_any_process_was_asked_before(processes):
    here, there = processes

    async def scene():
        for app in (here, there, there):
            await ask_at(app, "GET", "/reservekit/v1/services?page=1")
        await ask_at(there, "GET", "/_sandbox/sandboxes/mine/journal")
        moved = await ask_at(here, "POST", "/_sandbox/sandboxes/mine/clock/advance", {"by": "PT1H"})
        assert moved.status_code == 200, moved.text
        (move,) = (await ask_at(there, "GET", "/_sandbox/sandboxes/mine/clock/moves")).json()["moves"]
        await ask_at(here, "PATCH", "/_sandbox/sandboxes/mine", {"settings": {"reservekit": {}}})
        return move["after_entry"]

    assert asyncio.run(scene()) == 3
    assert [note.after for note in here.sandboxes.get("mine").journal.notes] == [3]
