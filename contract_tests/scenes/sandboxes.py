"""The control plane of our own sandbox, as far as the kit uses it: a world for each test, and a clock that moves.

Everything is asked over HTTP; a target without a control plane answers the first question with something else, and is
then a deployment like any other.
"""

import json
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Self
from urllib.parse import urlsplit

import requests

from contract_tests.outgoing import Outlet, why
from contract_tests.problems import CannotRun
from contract_tests.profiles import Profile
from contract_tests.scenes.exchanges import SUCCESSES, Exchange
from contract_tests.wording import came, duration

__all__ = ["CONTROL_TOKEN_VARIABLE", "ControlPlane", "SandboxClock"]

CONTROL_TOKEN_VARIABLE = "MOCKSERVER_CONTROL_TOKEN"  # noqa: S105 - the name of a variable

_UNAUTHENTICATED = 401
_FORBIDDEN = 403
_DIGITS = 12
"""Of a digest, enough to tell two apart."""


class ControlPlane:
    """
    May be used from several threads.

    Args:
        root: What stands before `/_sandbox`.

    Attributes:
        told: What a sandbox was told beside the API, by its name: another time, another setting.
    """

    def __init__(self, root: str, token: str | None = None) -> None:
        self.root = root
        self.told: defaultdict[str, list[Exchange]] = defaultdict(list)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._outlet = Outlet()

    @classmethod
    def find(cls, base_url: str, token: str | None = None) -> Self | None:
        """The control plane beside *base_url*; None where there is none.

        Raises CannotRun: it wants a token, or has another name.
        """
        parts = urlsplit(base_url)
        plane = cls(f"{parts.scheme}://{parts.netloc}", token)
        try:
            answer = plane._send("GET", "/apis")
            if answer.status_code == _UNAUTHENTICATED and "/_sandbox" in answer.headers.get("www-authenticate", ""):
                raise CannotRun("the sandbox's control plane wants a token: pass --control-token")
            if answer.status_code == _FORBIDDEN and "--allowed-hosts" in answer.text:
                raise CannotRun(
                    f"the sandbox is not called {parts.netloc}: start it with --allowed-hosts {parts.hostname}"
                )
            served = answer.json()["apis"] if answer.status_code in SUCCESSES else None
        except (requests.RequestException, ValueError, KeyError, TypeError):
            served = None
        if served is None:
            plane.close()
            return None
        return plane

    def close(self) -> None:
        self._outlet.close()

    def profile(self, api: str) -> Profile:
        """What the sandbox offers to the tests of *api*. Raises CannotRun."""
        said = self._ask("GET", f"/apis/{api}/profile").json()
        world = said.pop("world", {})
        return Profile(api=api, values=said, origin="the sandbox's control plane", world=world)

    def path_of(self, api: str) -> str:
        """Where *api* is served, after the root; "" where it is not. Raises CannotRun."""
        served = self._ask("GET", "/apis").json()["apis"]
        return next((str(each["base_url"]) for each in served if each["name"] == api), "")

    def drawn_by(self, api: str) -> str:
        """The version of the sandbox and a digest of what its seed draws; "" where it says neither. Raises CannotRun."""
        said = self._ask("GET", "/apis").json()
        seeds = [each.get("seed") or {} for each in said["apis"] if each["name"] == api]
        digest = str(next(iter(seeds), {}).get("digest", ""))
        return f"{said.get('version', '')}-{digest[:_DIGITS]}" if digest else ""

    def create(self, name: str, world: Mapping[str, Any]) -> None:
        self._ask("POST", "/sandboxes", {"name": name, **world})

    def fork(self, parent: str, name: str) -> None:
        self._ask("POST", f"/sandboxes/{parent}/fork", {"name": name})

    def delete(self, name: str) -> None:
        self._ask("DELETE", f"/sandboxes/{name}")

    def ask(self, method: str, name: str, path: str, body: Any = None, *, title: str = "") -> Any:
        """A call about the sandbox *name*, such as its settings or its webhooks. Raises CannotRun."""
        began_at = time.perf_counter()
        answer = self._ask(method, f"/sandboxes/{name}{path}", body)
        if method != "GET":
            self.told[name].append(
                _kept(answer, title or f"beside the API: {method} {path or 'its settings'}", body, began_at)
            )
        return answer.json() if answer.content else None

    def reset_command(self, name: str) -> str:
        """What a person types to have the sandbox as it was made; holds no secret."""
        token = f' -H "Authorization: Bearer ${CONTROL_TOKEN_VARIABLE}"' if self._headers else ""
        return f"curl -X POST{token} {self.root}/_sandbox/sandboxes/{name}/reset"

    def _ask(self, method: str, path: str, body: Any = None) -> requests.Response:
        try:
            answer = self._send(method, path, body)
        except requests.RequestException as problem:
            raise CannotRun(f"the control plane stopped answering: {why(problem)}") from problem
        if answer.status_code not in SUCCESSES:
            raise CannotRun(f"the control plane answered {method} {path}: {came(answer.status_code, answer.content)}")
        return answer

    def _send(self, method: str, path: str, body: Any = None) -> requests.Response:
        return self._outlet.mine.request(method, f"{self.root}/_sandbox{path}", json=body, headers=self._headers)


def _kept(answer: requests.Response, title: str, body: Any, began_at: float) -> Exchange:
    return Exchange(
        number=0,
        title=title,
        by="",
        operation=None,
        method=str(answer.request.method),
        url=answer.url,
        request_headers={name: str(value) for name, value in answer.request.headers.items()},
        request_body=json.dumps(body).encode() if body is not None else b"",
        status=answer.status_code,
        headers={},
        content=answer.content,
        seconds=time.perf_counter() - began_at,
        began_at=began_at,
    )


class SandboxClock:
    """The clock of one sandbox."""

    slack = timedelta()

    def __init__(self, plane: ControlPlane, name: str) -> None:
        self._plane = plane
        self._name = name

    def now(self) -> datetime:
        return datetime.fromisoformat(self._plane.ask("GET", self._name, "/clock")["now"])

    def advance(self, by: timedelta) -> None:
        body = {"seconds": round(by.total_seconds())}
        self._plane.ask("POST", self._name, "/clock/advance", body, title=f"move the clock on by {duration(by)}")
