"""A session as something to run: a test, or lines for a shell. It makes a world of its own, moves its clock as it was moved, and
takes ids that an answer has told from the answer, for another world may give others.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

__all__ = ["SCRIPTS"]

_SAFE = "/~:@!&()*+,;=-._%[]"
"""Of paths and queries: what neither a shell nor an f-string takes for something else."""

_SHORTEST = 3
"""Letters and digits of a value that is taken for an id: a 1 may mean anything."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What an answer has told: a variable, and the way to it in the JSON of that answer."""

    variable: str
    way: tuple[str | int, ...]


class _Chain:
    """The ids that answers have told, and where they are used later."""

    def __init__(self, steps: list[Mapping[str, Any]]) -> None:
        self._known: dict[str, _Known] = {}
        self.told_by: dict[int, list[_Known]] = {}
        asked: set[str] = set()
        used = [self._words(step) for step in steps]
        for number, step in enumerate(steps):
            asked |= used[number]
            later = set().union(*used[number + 1 :])
            for way, value in _ids(_json(step["answer"]["body"])):
                if value in later and value not in asked and value not in self._known:
                    known = self._known[value] = _Known(f"id_{len(self._known) + 1}", way)
                    self.told_by.setdefault(number, []).append(known)

    @staticmethod
    def _words(step: Mapping[str, Any]) -> set[str]:
        request = step["request"]
        parts = re.split(r"[/?&=]", f"{request['path']}?{request['query']}")
        told = (value for _, value in request["headers"])
        return {*parts, *told, *(str(value) for _, value in _leaves(_json(request["body"])))}

    def of(self, value: object) -> str | None:
        """The variable that stands for a value."""
        known = self._known.get(str(value))
        return None if known is None else known.variable


def _ids(answer: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for way, value in _leaves(answer):
        is_id = way and str(way[-1]).lower().endswith(("id", "token", "number", "code"))
        if is_id and isinstance(value, str | int) and not isinstance(value, bool) and len(str(value)) >= _SHORTEST:
            yield way, str(value)


def _leaves(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict | list):
        for step, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _leaves(each, (*way, step))
    elif value is not None:
        yield way, value


def _json(body: Any) -> Any:
    try:
        return json.loads(body) if isinstance(body, str) and body else None
    except ValueError:
        return None


def _requests(bundle: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [step for step in bundle["steps"] if "request" in step and not step.get("is_rival")]


def _world(bundle: Mapping[str, Any]) -> dict[str, Any]:
    world = bundle["world"]
    wanted = {name: world[name] for name in ("seed", "epoch", "scenario", "settings") if world[name]}
    return {**wanted, "clock": world["began_at"], "frozen": True}


def _path(step: Mapping[str, Any], old: str) -> str:
    return str(step["request"]["path"]).removeprefix(f"/~{old}")


def _headers(step: Mapping[str, Any], old: str) -> dict[str, str]:
    """Those that say something of what is asked; the world is named by the path, and not by the key."""
    kept = {}
    for name, value in step["request"]["headers"]:
        if name == "authorization":
            kept[name] = value.removesuffix(f".{old}")
        elif name in {"content-type", "accept", "prefer", "idempotency-key"} or name.startswith("bardge-"):
            kept[name] = value
    return {name: value for name, value in kept.items() if value != "*/*"}


# A test


def _pytest(bundle: Mapping[str, Any], origin: str) -> str:
    old, steps = bundle["world"]["name"], _requests(bundle)
    chain, at = _Chain(steps), bundle["world"]["began_at"]
    lines = [
        "import httpx",
        "",
        "",
        f"def test_{re.sub('[^a-z0-9]+', '_', old)}():",
        f"    with httpx.Client(base_url={origin!r}) as client:",
        f"        made = client.post('/_sandbox/sandboxes', json={_world(bundle)!r})",
        "        world = made.json()['name']",
    ]
    for number, step in enumerate(steps):
        if step["at"] not in {None, at}:
            at = step["at"]
            lines.append(f"        client.post(f'/_sandbox/sandboxes/{{world}}/clock/set', json={{'to': {at!r}}})")
        lines += [
            "",
            f"        answer = client.request({step['request']['method']!r}, {_python_url(step, old, chain)},",
        ]
        lines[-1] += f" headers={_python(_headers(step, old), chain)}{_python_body(step, chain)})"
        lines.append(f"        assert answer.status_code == {step['answer']['status']}, answer.text")
        for known in chain.told_by.get(number, ()):
            way = "".join(f"[{each!r}]" for each in known.way)
            lines.append(f"        {known.variable} = answer.json(){way}")
    return "\n".join(lines) + "\n"


def _python_url(step: Mapping[str, Any], old: str, chain: _Chain) -> str:
    return f"f{'/~{world}' + _with_variables(step, old, chain, '{%s}')!r}"


def _with_variables(step: Mapping[str, Any], old: str, chain: _Chain, form: str) -> str:
    """Path and query, with variables in the place of ids that answers have told."""
    parts = re.split(r"([/?&=])", _path(step, old))
    path = "".join(form % found if (found := chain.of(each)) else quote(each, safe=_SAFE[:-3]) for each in parts)
    query = re.split(r"([&=])", step["request"]["query"])
    told = "".join(form % found if (found := chain.of(each)) else quote(each, safe=_SAFE) for each in query)
    return f"{path}?{told}" if told else path


def _python_body(step: Mapping[str, Any], chain: _Chain) -> str:
    body = step["request"]["body"]
    if not body:
        return ""
    document = _json(body)
    return f", content={body!r}" if document is None else f", json={_python(document, chain)}"


def _python(value: Any, chain: _Chain) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name!r}: {_python(each, chain)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_python(each, chain) for each in value) + "]"
    variable = None if isinstance(value, bool) else chain.of(value)
    if variable is None:
        return repr(value)
    return f"str({variable})" if isinstance(value, str) else f"int({variable})"


# Lines for a shell


def _curl(bundle: Mapping[str, Any], origin: str) -> str:
    old, steps = bundle["world"]["name"], _requests(bundle)
    chain, at = _Chain(steps), bundle["world"]["began_at"]
    control = f"{origin}/_sandbox/sandboxes"
    as_json = "-H 'Content-Type: application/json'"
    lines = [f"WORLD=$(curl -s {control} {as_json} -d {shlex.quote(json.dumps(_world(bundle)))} | jq -r .name)"]
    for number, step in enumerate(steps):
        if step["at"] not in {None, at}:
            at = step["at"]
            lines.append(
                f"curl -s {control}/$WORLD/clock/set {as_json} -d {shlex.quote(json.dumps({'to': at}))} > /dev/null"
            )
        words = ["curl", "-s", "-X", step["request"]["method"]]
        words.append(f'"{origin}/~$WORLD{_with_variables(step, old, chain, "$%s")}"')
        for name, value in _headers(step, old).items():
            known = chain.of(value)
            words += ["-H", shlex.quote(f"{name}: {value}") if known is None else f'"{name}: ${known}"']
        if step["request"]["body"]:
            words += ["-d", _shell_body(step, chain)]
        lines += _asked(" ".join(words), chain.told_by.get(number, ()))
    return "\n".join(lines) + "\n"


def _asked(command: str, told: Any) -> Iterator[str]:
    if not told:
        yield command
        return
    yield f"ANSWER=$({command})"
    yield 'echo "$ANSWER"'
    for known in told:
        way = "".join(f"[{json.dumps(each)}]" for each in known.way)
        yield f"{known.variable}=$(echo \"$ANSWER\" | jq -r '.{way}')"


def _shell_body(step: Mapping[str, Any], chain: _Chain) -> str:
    body = step["request"]["body"]
    document = _json(body)
    variables = {chain.of(value) for _, value in _leaves(document) if not isinstance(value, bool)} - {None}
    if not variables:
        return shlex.quote(body if isinstance(body, str) else "")
    told = shlex.quote(json.dumps(_named(document, chain)))
    for variable in variables:
        inserted = f"'\"${variable}\"'"
        told = told.replace(f'"\\u0001{variable}\\u0001"', inserted).replace(f"\\u0002{variable}\\u0002", inserted)
    return told


def _named(value: Any, chain: _Chain) -> Any:
    """With marks where variables go: numbers without quotes, texts within them."""
    if isinstance(value, dict):
        return {name: _named(each, chain) for name, each in value.items()}
    if isinstance(value, list):
        return [_named(each, chain) for each in value]
    variable = None if isinstance(value, bool) or value is None else chain.of(value)
    if variable is None:
        return value
    mark = "\x02" if isinstance(value, str) else "\x01"
    return f"{mark}{variable}{mark}"


SCRIPTS: Mapping[str, Callable[[Mapping[str, Any], str], str]] = {"curl": _curl, "pytest": _pytest}
