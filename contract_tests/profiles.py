"""What a deployment has to offer to its tests: who may sign in, what may be used, what the target can do.

A profile is a TOML file that the person who runs the target writes (`contract-tests init API` writes a commented one),
or what the sandbox's control plane answers for the same question. Whatever a test cannot find there, and cannot
discover or make itself, is *lacking*: the test is skipped, and the key to add is named.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from contract_tests.problems import CannotRun, did_you_mean

__all__ = ["COMMON_KEYS", "Key", "Lacking", "NotApplicable", "Profile", "draft_profile", "read_profile"]

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Key:
    """
    One thing that a profile may say.

    Args:
        name: Dotted, as `inventory.slot`.
        says: One line for people: what it is, and what is tested with it.
        example: A value, in TOML.
    """

    name: str
    says: str
    example: str


class Lacking(Exception):  # noqa: N818 - a precondition, no error: the test is skipped
    """A test lacks something it needs; *key* is what to add to the profile, "" when nothing added would help."""

    def __init__(self, why: str, *, key: str = "") -> None:
        super().__init__(f"{why}: add {key} to the profile" if key else why)
        self.key = key


class NotApplicable(Exception):  # noqa: N818 - no error: the test is left out
    """The target does not do what the test is about."""


COMMON_KEYS = (
    Key("base_url", "Where the API is served; --base-url wins.", '"https://staging.example.com"'),
    Key("identities.main", "The credential everything is done with; --token wins.", '"${API_TOKEN}"'),
    Key(
        "clock.advance_url",
        "A call of your own (POST) that moves the target's clock; {seconds} is replaced. Without it nothing waits for an "
        "expiry or a deadline.",
        '"https://staging.example.com/test/clock?advance={seconds}"',
    ),
    Key("clock.now_url", "A call of your own (GET) that answers the target's time as RFC 3339.", '"https://..."'),
    Key("budgets.read_p95_ms", "What 95 of 100 reads may take at most, in milliseconds.", "300"),
    Key("budgets.write_p95_ms", "What 95 of 100 writes may take at most, in milliseconds.", "800"),
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
    """

    api: str
    values: Mapping[str, Any] = field(default_factory=dict)
    origin: str = "no profile"
    world: Mapping[str, Any] = field(default_factory=dict)

    def find(self, name: str, default: Any = None) -> Any:
        """What stands under the dotted *name*."""
        here: Any = self.values
        for part in name.split("."):
            if not isinstance(here, Mapping) or part not in here:
                return default
            here = here[part]
        return here

    def want(self, name: str, why: str) -> Any:
        """As `find`; raises Lacking where nothing stands there."""
        found = self.find(name)
        if found is None:
            raise Lacking(why, key=name)
        return found


def read_profile(file: Path, api: str, keys: Iterable[Key]) -> Profile:
    """
    The profile in *file*, with `${NAME}` replaced from the environment.

    Raises:
        CannotRun: It cannot be read, is for another API, has a key that nothing reads, or names a variable that is not set.
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
    known = {key.name for key in (*COMMON_KEYS, *keys)}
    for name in _names(values, known):
        if name not in known:
            raise CannotRun(f"the profile {str(file)!r} has {name!r}, which nothing reads{did_you_mean(name, known)}")
    return Profile(api=api, values=_filled(values, file, ""), origin=str(file))


def _names(values: Mapping[str, Any], known: set[str], above: str = "") -> Iterator[str]:
    """The dotted names of what is said; a table that is itself a key is not looked into."""
    for name, value in values.items():
        dotted = f"{above}{name}"
        if isinstance(value, Mapping) and dotted not in known:
            yield from _names(value, known, f"{dotted}.")
        else:
            yield dotted


def _filled(value: Any, file: Path, above: str) -> Any:
    if isinstance(value, Mapping):
        return {name: _filled(each, file, f"{above}.{name}".lstrip(".")) for name, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, file, above) for each in value]
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        found = os.environ.get(match[1])
        if not found:
            raise CannotRun(f"{above} of the profile {str(file)!r} names the variable {match[1]}, which is not set")
        return found

    return _VARIABLE.sub(replace, value)


def draft_profile(api: str, keys: Iterable[Key]) -> str:
    """A profile with every key that may be said, each explained and commented out."""
    tables: dict[str, list[Key]] = {}
    for key in (*COMMON_KEYS, *keys):
        tables.setdefault(key.name.rpartition(".")[0], []).append(key)
    lines = [
        f"# What a deployment of {api} offers to `contract-tests run {api} --profile THIS_FILE`.",
        "# Take the # away from what there is. ${NAME} is read from the environment, so that no secret stands here.",
        "",
        f'api = "{api}"',
    ]
    for table, said in sorted(tables.items()):  # what belongs to no table comes first
        lines += ["", f"[{table}]"] if table else []
        for key in said:
            lines += ["", f"# {key.says}", f"# {key.name.rpartition('.')[2]} = {key.example}"]
    return "\n".join(lines) + "\n"
