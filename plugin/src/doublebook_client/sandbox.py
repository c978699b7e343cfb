"""See the package. What is here speaks to `/_sandbox`, the control plane of the server, and knows nothing of pytest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

from doublebook_client.rules import Armed, Held, wanted_rule

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

__all__ = ["Clock", "Refused", "Request", "Sandbox", "Snapshot"]

Json = Any
_PAGE = 200


class Refused(Exception):  # noqa: N818 - what the control plane has done
    """The control plane did not do what it was asked; the text says why."""


@dataclass(frozen=True)
class Request:
    """What a world was asked, and what it answered.

    Attributes:
        at: By the clock of the world.
        operation: The operationId; None where no operation was met.
        refusal: The stable code of what was refused, such as `no_places_left`; None where nothing was.
        body: Of the request: JSON as Python has it, or text; None where there was none.
        answer: The body of the answer, likewise.
        id: Its number in the journal of the world.
        rules: The rules of the contract by which it was refused.
        faults: What was done to it, such as `lost-after`.
        commit: Which side of the commit its connection was broken on, `before` or `after`; None where it was not.
        is_rival: Whether a rule has made it up.
    """

    method: str
    path: str
    at: datetime
    operation: str | None
    status: int
    refusal: str | None
    body: Json
    answer: Json
    id: int = 0
    rules: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    commit: str | None = None
    is_rival: bool = False


class Control:
    """The control plane of a server."""

    def __init__(self, url: str, token: str | None = None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.server = url.rstrip("/")
        self.token = token
        self._http = httpx.Client(base_url=f"{self.server}/_sandbox", headers=headers, timeout=30)

    def ask(self, method: str, path: str, body: Json = None, **query: object) -> Json:
        """Raises Refused."""
        __tracebackhide__ = True  # what a test did wrong is where it says so
        wanted = {name: str(value) for name, value in query.items() if value is not None}
        try:
            answer = self._http.request(method, path, json=body, params=wanted)
        except httpx.TransportError as problem:
            raise Refused(f"no sandbox server answers at {self.server}: {problem}") from problem
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise Refused(f"{method} /_sandbox{path}: {answer.status_code} {_said(answer)}")
        return answer.json() if answer.content else None

    def every(self, path: str, of: str) -> list[Json]:
        """All pages of a list."""
        found: list[Json] = []
        while True:
            page = self.ask("GET", path, offset=len(found), limit=_PAGE)[of]
            found += page
            if len(page) < _PAGE:
                return found

    def close(self) -> None:
        self._http.close()


class Clock:
    """The clock of a world. It may be stopped, and goes forward only."""

    def __init__(self, control: Control, name: str) -> None:
        self._control = control
        self._path = f"/sandboxes/{name}/clock"

    def now(self) -> datetime:
        return moment(self._control.ask("GET", self._path)["now"])

    def freeze(self, at: datetime | str | None = None) -> datetime:
        """Stop it, at *at* if that is said; answers what it shows."""
        stopped = self._control.ask("POST", f"{self._path}/freeze")
        if at is not None:
            stopped = self._control.ask("POST", f"{self._path}/set", {"to": _written(at)})
        return moment(stopped["now"])

    def resume(self) -> datetime:
        return moment(self._control.ask("POST", f"{self._path}/resume")["now"])

    def advance(self, by: timedelta | None = None, *, settle: bool = False, **units: float) -> datetime:
        """Move it, by a `timedelta` or as one is made (`hours=2`); what falls due on the way happens.

        Args:
            settle: Come back when the webhooks that are due were delivered or have failed.

        Returns:
            What it shows.
        """
        seconds = ((by or timedelta()) + timedelta(**units)).total_seconds()
        return self._moved("advance", {"seconds": seconds}, settle=settle)

    def next(self, kind: str | None = None, *, settle: bool = False) -> datetime:
        """Move it to what falls due next, or to the next `timer`, `delivery` or `deadline`. Raises Refused: nothing does."""
        return self._moved("next", {} if kind is None else {"kind": kind}, settle=settle)

    def to(self, due: str, offset: timedelta | None = None, *, settle: bool = False) -> datetime:
        """Move it to one thing that falls due, by the `id` that `Sandbox.due` gives; a negative *offset* stops before it."""
        return self._moved("to", {"due": due, "offset": _duration(offset or timedelta())}, settle=settle)

    def _moved(self, how: str, body: Mapping[str, Json], *, settle: bool) -> datetime:
        """Raises Refused, also where what it caused was not sent in time."""
        moved = self._control.ask("POST", f"{self._path}/{how}", {**body, "settle": settle})
        if waiting := moved.get("waiting"):
            raise Refused(f"{len(waiting)} webhooks were not sent within ten seconds")
        return moment(moved["now"])


class Snapshot:
    """A world as it was at a moment.

    Attributes:
        name: What the server calls it.
    """

    def __init__(self, control: Control, path: str, name: str) -> None:
        self.name = name
        self._control = control
        self._path = f"{path}/{name}"

    def restore(self) -> None:
        """Go back: data, clock and settings are those of that moment, and nothing was asked yet."""
        self._control.ask("POST", f"{self._path}/restore")

    def delete(self) -> None:
        self._control.ask("DELETE", self._path)


class Sandbox:
    """One world: its own data, clock and journal. Nobody else sees it.

    Attributes:
        name: What the server calls it.
    """

    def __init__(self, control: Control, made: Mapping[str, Json], *, api: str | None = None) -> None:
        self.name: str = made["name"]
        self.clock = Clock(control, self.name)
        self._control = control
        self._urls: Mapping[str, str] = made["base_urls"]
        self._credentials: Mapping[str, Sequence[Mapping[str, str]]] = made["credentials"]
        self._api = api
        self._clients: list[httpx.Client] = []

    @classmethod
    def create(
        cls,
        url: str,
        *,
        name: str | None = None,
        token: str | None = None,
        api: str | None = None,
        scenario: str | None = None,
        seed: int | None = None,
        clock: datetime | str | None = None,
        frozen: bool | None = None,
        settings: Mapping[str, Mapping[str, Json]] | None = None,
    ) -> Sandbox:
        """Make a world.

        Args:
            url: Of the server.
            name: Of the world; the server makes one up.
            token: What the server's control plane demands, if anything.
            api: Which is meant where a method is not told one.
            scenario: A world written by hand, such as `reservekit/documentation`.
            seed: Decides what is drawn.
            clock: The moment at which it begins; the real time.

        Raises:
            Refused: The server cannot be reached, or knows no such scenario, setting or the like.
        """
        wanted = {
            "name": name,
            "scenario": scenario,
            "seed": seed,
            "clock": None if clock is None else _written(clock),
            "frozen": frozen,
            "settings": settings,
        }
        control = Control(url, token)
        body = {member: value for member, value in wanted.items() if value is not None}
        return cls(control, control.ask("POST", "/sandboxes", body), api=api)

    def api(self, api: str | None = None) -> str:
        """The one that is meant. Raises LookupError."""
        known = list(self._urls)
        name = api or self._api or (known[0] if len(known) == 1 else None)
        if name is None:
            raise LookupError(f"which API is meant? The server has {', '.join(known)}")
        if name not in self._urls:
            raise LookupError(f"the server has no API {name!r}; it has {', '.join(known)}")
        return name

    def url(self, api: str | None = None) -> str:
        """Where the API answers about this world, whatever the key."""
        return self._control.server + self._urls[self.api(api)]

    def key(self, api: str | None = None, *, who: int = 0) -> str:
        """A credential that works, and names this world wherever the API answers.

        Args:
            who: Which of those that `personas` lists.
        """
        return self.personas(api)[who]["credential"]

    def personas(self, api: str | None = None) -> Sequence[Mapping[str, str]]:
        """Credentials, each with `who` it stands for."""
        return self._credentials[self.api(api)]

    def client(self, api: str | None = None, *, who: int = 0) -> httpx.Client:
        """A client that is signed in; paths are those of the API's document, without their first slash or with it."""
        made = httpx.Client(base_url=self.url(api), headers={"Authorization": f"Bearer {self.key(api, who=who)}"})
        self._clients.append(made)
        return made

    def requests(self, operation: str | None = None, *, limit: int = _PAGE) -> list[Request]:
        """What was asked last, oldest first.

        Args:
            operation: Only this one, by its operationId.
            limit: At most so many, up to 200.
        """
        asked = self._control.ask("GET", f"/sandboxes/{self.name}/journal", operation=operation, limit=limit)
        return [_request(each) for each in reversed(asked["entries"])]

    def state(self, kind: str, api: str | None = None) -> list[Json]:
        """What the world holds of a kind, such as `booking`."""
        return self._control.every(f"/sandboxes/{self.name}/state/{self.api(api)}/{kind}", "documents")

    # What goes wrong

    def fault(
        self, do: str, on: str | Mapping[str, Json] | None = None, *, api: str | None = None, **options: Json
    ) -> Armed:
        """
        Have something happen to a request, once if *times* is not said.

        Args:
            do: `lost-after` (it is done, and the connection breaks instead of an answer), `lost-before`, `late-after`, `rst`, `fin`,
                `malformed`, `truncated`, `slow`, `delay`, `status`, `rate-limited`, `settle` (it is done, and answered when its
                webhooks were delivered or have failed).
            on: An operationId, or which requests in full, as the control plane says it.
            options: `times`, `share`, `identity`, `body`, `since`, `until`; what the fault takes, such as `status=409` or `seconds=2`.

        Raises:
            Refused: There is no such fault, operation or member; the text names the nearest.
        """
        __tracebackhide__ = True
        return Armed(*self._arm(do, on, api, options))

    def rival(
        self,
        on: str | Mapping[str, Json],
        *,
        who: str | None = None,
        api: str | None = None,
        **changes: Json,
    ) -> Armed:
        """
        Have somebody else do the same just before the next request.

        Args:
            who: Their credential; that of the client itself.
            changes: Members of the body that they have otherwise.
        """
        __tracebackhide__ = True
        return Armed(*self._arm("rival", on, api, {"identity": None, "changes": changes or None}, who=who))

    def hold(
        self,
        on: str | Mapping[str, Json],
        *,
        count: int = 1,
        seconds: float | None = None,
        api: str | None = None,
    ) -> Held:
        """Keep the next *count* requests waiting until they are released, or for so many *seconds*."""
        __tracebackhide__ = True
        return Held(*self._arm("hold", on, api, {"count": count, "seconds": seconds}))

    def barrier(
        self,
        count: int,
        on: str | Mapping[str, Json],
        *,
        order: str | Sequence[int] = "arrival",
        seconds: float | None = None,
        api: str | None = None,
    ) -> Held:
        """Keep the next *count* requests waiting until all are there; then they are done one after the other, in that *order*."""
        __tracebackhide__ = True
        return Held(*self._arm("barrier", on, api, {"count": count, "order": order, "seconds": seconds}))

    def armed(self) -> list[Json]:
        """All rules, each with how many requests it has `met`."""
        rules: list[Json] = self._control.ask("GET", f"/sandboxes/{self.name}/rules")["rules"]
        return rules

    def _arm(
        self,
        what: str,
        on: str | Mapping[str, Json] | None,
        api: str | None,
        options: Mapping[str, Json],
        *,
        who: str | None = None,
    ) -> tuple[Any, str, Json]:
        __tracebackhide__ = True
        path = f"/sandboxes/{self.name}/rules"
        said = {name: value for name, value in options.items() if value is not None or name == "times"}
        rule = wanted_rule(self.api(api), what, on, said)
        if who is not None:
            rule["do"]["identity"] = who
        return self._control.ask, path, self._control.ask("POST", path, rule)

    # Why

    def why(self, asked: int | Any) -> Json:
        """
        Why a request was answered as it was: `sentence`, `rules`, `blockers` and more.

        Args:
            asked: Its number in the journal, or the answer: whatever has its headers in `headers`.

        Raises:
            LookupError: It is no answer of this world, or the journal does not reach back to it.
        """
        number = asked if isinstance(asked, int) else self._number_of(asked.headers)
        return self._control.ask("GET", f"/sandboxes/{self.name}/journal/{number}/explain")

    def curl(self, number: int) -> str:
        """The request of that number in the journal, as a line for a shell."""
        text: str = self._control.ask("GET", f"/sandboxes/{self.name}/journal/{number}/export", **{"as": "curl"})[
            "text"
        ]
        return text

    def _number_of(self, headers: Mapping[str, str]) -> int:
        sent = {name.lower(): value for name, value in headers.items()}
        asked = self._control.ask("GET", f"/sandboxes/{self.name}/journal", limit=_PAGE)["entries"]
        for entry in asked:
            said = entry["response"]["headers"]
            if any(name.endswith("request-id") and sent.get(name) == value for name, value in said.items()):
                number: int = entry["id"]
                return number
        raise LookupError("no request of this world was answered like that")

    def verify(self, operation: str | None = None, *, times: int | None = None, **filters: Json) -> None:
        """
        Hold that the world was asked something so many times, or at all. Rivals do not count.

        Args:
            times: No other number; 0 is never.
            filters: `status`, `refusal`, `rule`, `identity`, `body`, `since` and more, as the control plane says it.

        Raises:
            AssertionError: It was not.
        """
        of = {"operation": operation, **filters}
        question = {"of": {name: value for name, value in of.items() if value is not None}}
        self._hold_true(question if times is None else {**question, "times": times})

    def verify_order(self, *operations: str) -> None:
        """Hold that these were asked one after the other; others may lie between. Raises AssertionError."""
        self._hold_true({"in_order": [{"operation": each} for each in operations]})

    def _hold_true(self, question: Json) -> None:
        verdict = self._control.ask("POST", f"/sandboxes/{self.name}/verify", question)
        if not verdict["holds"]:
            raise AssertionError(f"{verdict['sentence']}: {question}")

    def subscribe(
        self,
        url: str,
        *,
        api: str | None = None,
        events: Sequence[str] | None = None,
        secret: str | None = None,
        headers: Mapping[str, str] | None = None,
        filter: Mapping[str, Json] | None = None,  # noqa: A002 - what the control plane calls it
        hostile: Mapping[str, float] | None = None,
    ) -> Json:
        """Send events of this world to *url*: all, or those named. Answers the subscription.

        Args:
            hostile: What is done to webhooks, and to which share of them: `duplicate`, `delay` (by `delay_seconds`), `swap`, `lost`,
                `forged`, `stale`, `cut`. {"duplicate": 1} sends each twice.
        """
        wanted = {
            "url": url,
            "events": events,
            "secret": secret,
            "headers": headers,
            "filter": filter,
            "hostile": hostile,
        }
        body = {member: value for member, value in wanted.items() if value is not None}
        return self._control.ask("POST", f"/sandboxes/{self.name}/webhooks/{self.api(api)}/subscriptions", body)

    def due(
        self, kind: str | None = None, *, api: str | None = None, until: datetime | str | None = None
    ) -> list[Json]:
        """What falls due, the first 200 of it in order: of all kinds, or each `timer`, `delivery` or `deadline`.

        Args:
            api: Of these, what falls due there. Raises LookupError.
        """
        only = None if api is None else self.api(api)
        wanted = None if until is None else _written(until)
        found = self._control.ask("GET", f"/sandboxes/{self.name}/due", kind=kind, until=wanted, limit=_PAGE)
        return [each for each in found["due"] if only in {None, each["api"]}]

    def snapshot(self, name: str | None = None) -> Snapshot:
        """The world as it is now, to go back to: `.restore()`, as often as you like."""
        path = f"/sandboxes/{self.name}/snapshots"
        made = self._control.ask("POST", path, {} if name is None else {"name": name})
        return Snapshot(self._control, path, made["name"])

    def reset(self) -> None:
        """Back to how it began."""
        self._control.ask("POST", f"/sandboxes/{self.name}/reset")

    def fork(self, name: str | None = None) -> Sandbox:
        """A copy that goes its own way from here."""
        made = self._control.ask("POST", f"/sandboxes/{self.name}/fork", {} if name is None else {"name": name})
        return Sandbox(Control(self._control.server, self._control.token), made, api=self._api)

    def delete(self) -> None:
        self._control.ask("DELETE", f"/sandboxes/{self.name}")

    def close(self) -> None:
        """Close the connections; the world stays."""
        for client in self._clients:
            client.close()
        self._control.close()

    def __enter__(self) -> Sandbox:  # noqa: PYI034 - Python 3.10 has no Self
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.delete()
        finally:
            self.close()


def _written(at: datetime | str) -> str:
    return at if isinstance(at, str) else at.isoformat()


def _duration(length: timedelta) -> str:
    seconds = length.total_seconds()
    return f"{'-' if seconds < 0 else ''}PT{abs(seconds):f}S"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))  # noqa: FURB162 - Python 3.10 reads no Z


def _said(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["error"]["message"])
    except (ValueError, LookupError, TypeError):
        return answer.text[:300]


def _request(entry: Mapping[str, Json]) -> Request:
    return Request(
        method=entry["method"],
        path=entry["path"] + (f"?{entry['query']}" if entry.get("query") else ""),
        at=moment(entry["at"]),
        operation=entry.get("operation"),
        status=entry["status"],
        refusal=entry.get("refusal"),
        body=entry["request"]["body"],
        answer=entry["response"]["body"],
        id=entry["id"],
        rules=tuple(entry.get("rules", ())),
        faults=tuple(each["what"] for each in entry.get("faults", ())),
        commit=entry.get("commit"),
        is_rival=entry.get("is_rival", False),
    )
