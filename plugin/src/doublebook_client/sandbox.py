"""See the package. What is here speaks to `/_sandbox`, the control plane of the server, and knows nothing of pytest."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import httpx

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
    """

    method: str
    path: str
    at: datetime
    operation: str | None
    status: int
    refusal: str | None
    body: Json
    answer: Json


class Control:
    """The control plane of a server."""

    def __init__(self, url: str, token: str | None = None) -> None:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self.server = url.rstrip("/")
        self.token = token
        self._http = httpx.Client(base_url=f"{self.server}/_sandbox", headers=headers, timeout=30)

    def ask(self, method: str, path: str, body: Json = None, **query: object) -> Json:
        """Raises Refused."""
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
            name: Of the world; one is made up.
            token: What the server's control plane demands, if anything.
            api: Which is meant where a method is not told one.
            scenario: A world written by hand, such as `reservekit/documentation`.
            seed: Decides what is drawn.
            clock: The moment at which it begins; the real time.

        Raises:
            Refused: The server cannot be reached, or knows no such scenario, setting or the like.
        """
        wanted = {
            "name": name or f"w-{secrets.token_hex(6)}",
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

    def due(self, kind: str | None = None, *, until: datetime | str | None = None) -> list[Json]:
        """What falls due, the first 200 of it in order: of all kinds, or each `timer`, `delivery` or `deadline`."""
        wanted = None if until is None else _written(until)
        found = self._control.ask("GET", f"/sandboxes/{self.name}/due", kind=kind, until=wanted, limit=_PAGE)
        return list(found["due"])

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
        body = {"name": name or f"w-{secrets.token_hex(6)}"}
        made = self._control.ask("POST", f"/sandboxes/{self.name}/fork", body)
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
    )
