"""What a deployment has to offer to its tests: who may sign in, what may be used, what the target can do.

A profile is a TOML file that the person who runs the target writes (`contract-tests init API` writes a commented one),
or what the sandbox's control plane answers for the same question. Whatever a test cannot find there, and cannot
discover or make itself, is *lacking*: the test is skipped, and the key to add is named.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

import msgspec

from contract_tests.problems import CannotRun, as_written, did_you_mean

__all__ = [
    "COMMON_KEYS",
    "DEAD_TOKEN",
    "ID",
    "PACE",
    "POSITIVE",
    "TEXT",
    "TOKEN",
    "WHOLE",
    "Key",
    "Kind",
    "Lacking",
    "NotApplicable",
    "Profile",
    "draft_profile",
    "read_profile",
]

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_MOST_SHOWN = 8
_VARIABLE_WITHOUT_BRACES = re.compile(r"\$([A-Z_][A-Z0-9_]*)")  # in capitals alone: a password may begin with $ too


# Two that look alike stay two: a token that is let in, and one that is not.
@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """
    What the value of a key has to be.

    Args:
        type: As msgspec checks it; a number may be a text, for that is what the environment has.
        says: The same for people.
    """

    type: Any
    says: str


TEXT = Kind(str, "a text")
TOKEN = Kind(str, "a text")
"""The credential of somebody who is let in."""
DEAD_TOKEN = Kind(str, "a text")
"""The credential of somebody who is refused."""
ID = Kind(str | int, "a text or a whole number")
WHOLE = Kind(Annotated[int, msgspec.Meta(gt=0)], "a whole number above 0")
ADOPTED = Kind(Literal["ours"] | list[str], 'a list of rules, or "ours"')
STATUSES = Kind(dict[str, Annotated[int, msgspec.Meta(ge=400, le=499)]], "a table of statuses from 400 to 499")
TEXTS = Kind(dict[str, str], "a table of texts")
YES_OR_NO = Kind(bool, "true or false")
POSITIVE = Kind(Annotated[float, msgspec.Meta(gt=0)], "a number above 0")


@dataclass(frozen=True, slots=True)
class Key:
    """
    One thing that a profile may say.

    Args:
        name: Dotted, as `inventory.slot`.
        says: One line for people: what it is, and what is tested with it.
        example: A value, in TOML.
        shown_as: Of what an id is in answers, where that is another word: `team` of employees.
    """

    name: str
    says: str
    example: str
    kind: Kind = TEXT
    shown_as: str = ""


class Lacking(Exception):  # noqa: N818 - a precondition, no error: the test is skipped
    """A test lacks something it needs; *key* is what to add to the profile, "" when nothing added would help."""

    def __init__(self, why: str, *, key: str = "") -> None:
        super().__init__(f"{why}: add {key} to the profile" if key else why)
        self.key = key


class NotApplicable(Exception):  # noqa: N818 - no error: the test is left out
    """The target does not do what the test is about."""


PACE = "limits.requests_per_second"

COMMON_KEYS = (
    Key("base_url", "Where the API is served; --base-url wins.", '"https://staging.example.com"'),
    Key("identities.main", "The credential everything is done with; --token wins.", '"${API_TOKEN}"', TOKEN),
    Key(
        "clock.advance_url",
        "A call of your own (POST) that moves the target's clock; {seconds} is replaced. Without it nothing waits for an "
        "expiry or a deadline.",
        '"https://staging.example.com/test/clock?advance={seconds}"',
    ),
    Key("clock.now_url", "A call of your own (GET) that answers the target's time as RFC 3339.", '"https://..."'),
    Key(
        PACE,
        "How many requests in a second the target takes at most: all of the run together sends no more.",
        "20",
        POSITIVE,
    ),
    Key("budgets.read_p95_ms", "What 95 of 100 reads may take at most, in milliseconds.", "300", POSITIVE),
    Key("budgets.write_p95_ms", "What 95 of 100 writes may take at most, in milliseconds.", "800", POSITIVE),
    Key(
        "readings.adopt",
        'Rules that no page states and that hold here nevertheless, by their ids, or "ours" for all of them: they must.',
        '["RULE-ID"]',
        ADOPTED,
    ),
    Key(
        "readings.statuses",
        "With which status something is refused that no page gives one; by the text of the refusal in small letters, "
        "with _ for what is no letter.",
        "{ not_found = 404 }",
        STATUSES,
    ),
    Key(
        "texts",
        "Other words for what is refused, by those of the document.",
        '{ "not found" = "no such thing" }',
        TEXTS,
    ),
    Key(
        "known_failures", "A TOML file of failures that are known, each with reason, owner and expiry.", '"known.toml"'
    ),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """
    Args:
        values: As read, tables in tables.
        origin: Where it comes from, for people.
        world: What kind of world the sandbox makes for it; empty anywhere else.
        variables: Of the environment, by the dotted name of the value that they are in.
    """

    api: str
    values: Mapping[str, Any] = field(default_factory=dict)
    origin: str = "no profile"
    world: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    def find(self, name: str, default: Any = None) -> Any:
        """What stands under the dotted *name*."""
        here: Any = self.values
        for part in name.split("."):
            if not isinstance(here, Mapping) or part not in here:
                return default
            here = here[part]
        return here

    def want(self, name: str, why: str, *beside: str) -> Any:
        """As `find`; raises Lacking where nothing stands there, or under a name that is needed *beside*: with all such names."""
        missing = [each for each in (name, *beside) if self.find(each) is None]
        if missing:
            raise Lacking(why, key=" and ".join(missing))
        return self.find(name)

    def source(self, name: str) -> str:
        """Where the value under the dotted *name* comes from, for people."""
        variables = self.variables.get(name)
        return f"{name} of {self.origin}" + (f" (from {variables})" if variables else "")


def read_profile(file: Path, api: str, keys: Iterable[Key]) -> Profile:
    """
    The profile in *file*, with `${NAME}` replaced from the environment, each value of its key's kind.

    Raises:
        CannotRun: It cannot be read, is for another API, has a key that nothing reads or a value of another kind, or
            names a variable that is not set.
    """
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise CannotRun(f"the profile {str(file)!r} cannot be read: {problem.strerror}") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise CannotRun(f"the profile {str(file)!r} is not TOML: {problem}") from problem
    said = values.pop("api", api)
    if said != api:
        raise CannotRun(f"the profile {str(file)!r} is for {said!r}, not for {api!r}")
    reader = _Reader(file, {key.name: key.kind for key in (*COMMON_KEYS, *keys)})
    return Profile(api=api, values=reader.table(values), origin=str(file), variables=reader.variables)


class _Reader:
    def __init__(self, file: Path, kinds: Mapping[str, Kind]) -> None:
        self._file = file
        self._kinds = kinds
        self.variables: dict[str, str] = {}

    def table(self, values: Mapping[str, Any], above: str = "") -> dict[str, Any]:
        read = {}
        for name, value in values.items():
            dotted = f"{above}{name}"
            if dotted in self._kinds:  # a table that is itself a key is not looked into
                read[name] = self._value(value, dotted)
            elif isinstance(value, Mapping):
                read[name] = self.table(value, f"{dotted}.")
            else:
                guess = did_you_mean(dotted, self._kinds)
                raise CannotRun(f"the profile {str(self._file)!r} has {dotted!r}, which nothing reads{guess}")
        return read

    def _value(self, written: Any, name: str) -> Any:
        where, kind = f"{name} of the profile {str(self._file)!r}", self._kinds[name]
        if written == "":
            raise CannotRun(f"{where} is empty")
        value = _filled(written, where)
        variables = ", ".join(dict.fromkeys(_VARIABLE.findall(str(written))))
        if variables:
            self.variables[name] = variables
        try:
            return msgspec.convert(value, kind.type, strict=False)
        except msgspec.ValidationError as problem:
            # What the environment has may be a secret, and so may any credential.
            seen = f"what {variables} says" if variables else as_written(written)
            instead = "" if kind in (TOKEN, DEAD_TOKEN) else f", not {seen}"
            raise CannotRun(f"{where} has to be {kind.says}{instead}") from problem


def _filled(value: Any, where: str) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(each, where) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, where) for each in value]
    if not isinstance(value, str):
        return value
    bare = _VARIABLE_WITHOUT_BRACES.fullmatch(value)
    if bare:
        raise CannotRun(f"{where} is the text {value!r} itself: the variable is written ${{{bare[1]}}}")

    def replace(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if not found:
            raise CannotRun(f"{where} names the variable {match[1]}, which is not set")
        return found

    return _VARIABLE.sub(replace, value)


def draft_profile(
    api: str,
    keys: Iterable[Key],
    unlocked: Mapping[str, int] = _NOTHING,
    found: Mapping[str, Sequence[Any]] = _NOTHING,
    base_url: str = "",
) -> str:
    """
    A profile with every key that may be said, each explained and commented out.

    Args:
        unlocked: How many rules are not tested without a key.
        found: What a target has shown that a key may mean. Which of it is for the reader to say, for a wrong one accuses
            the API.
        base_url: Where that target is served; "" for none.
    """
    tables: dict[str, list[Key]] = {}
    for key in (*COMMON_KEYS, *keys):
        tables.setdefault(key.name.rpartition(".")[0], []).append(key)
    lines = [
        f"# What a deployment of {api} offers to `contract-tests run {api} --profile THIS_FILE`.",
        "# Take the # away from what there is. ${NAME} is read from the environment, so that no secret stands here.",
        "# Behind a key stands how many rules are not tested without it.",
        "",
        f'api = "{api}"',
    ]
    for table, said in sorted(tables.items()):  # what belongs to no table comes first
        lines += ["", f"[{table}]"] if table else []
        for key in said:
            line = _line(key, unlocked.get(key.name, 0), found.get(key.name, ()))
            if key.name == "base_url" and base_url:
                line = f"base_url = {json.dumps(base_url)}"
            lines += ["", f"# {key.says}", line]
    return "\n".join(lines) + "\n"


def _line(key: Key, rules: int, found: Sequence[Any]) -> str:
    first, *others = [json.dumps(value) for value in found[:_MOST_SHOWN]] or [key.example]
    said = [f"{rules} rule{'s' * (rules > 1)}"] if rules else []
    said += [", ".join(["found there", *others, *["..."] * (len(found) > _MOST_SHOWN)])] if found else []
    return f"# {key.name.rpartition('.')[2]} = {first}" + (f"  # {'; '.join(said)}" if said else "")
