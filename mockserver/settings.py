"""What can be set from outside: read once, from flags over environment over file over defaults, then never again."""

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from mockserver.hosts import named_host

__all__ = ["ENVIRONMENT_PREFIX", "Key", "Settings", "nearest", "read_list", "read_moment", "read_settings"]

ENVIRONMENT_PREFIX = "MOCKSERVER_"
_SQLITE = "sqlite:///"
_POSTGRESQL = ("postgresql://", "postgres://")
_TOKEN_FILE = "control_token_file"  # noqa: S105 - the name of a setting
_SENDABLE = re.compile(r"[!-~]+")
_KEY_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key of the control plane: it owns the sandboxes whose names begin with its own and a hyphen.

    Attributes:
        token: What is sent for it; or in `token_file`, alone.
        quota_documents: So many may its sandboxes have together; 0 is any number. `quota_requests` likewise, a second.
        quota_journal_bytes: Of their journals together, those that were asked last are kept; 0 is any number.
    """

    token: str = ""
    token_file: str = ""
    quota_documents: int = 0
    quota_journal_bytes: int = 0
    quota_requests: float = 0.0


@dataclass(frozen=True, slots=True)
class Settings:
    """All of them.

    Attributes:
        apis: Which to serve; none is all.
        clock: The moment at which the clock of a new sandbox starts; None is the real time.
        store: `memory`, `sqlite:///FILE`, or `postgresql://USER@HOST/DATABASE`, which hosts share.
        store_connections: Of a store in PostgreSQL, so many at most for each process.
        store_sync: Wait for the disk at each write: survives a power cut, not only a killed process.
        log: Print a line per request: `lines`, which True is too, for people, or `json`.
        metrics: Show figures for Prometheus at `/metrics`.
        traces: Send a span of each request to where the `OTEL_*` variables of the environment say.
        ready_file: Where it is written that the server answers, and at which address; None is nowhere.
        control_token: What the control plane demands; None lets anybody in, which is for loopback only. Empty is None.
        allowed_hosts: What this server is called beside `localhost` and the address it listens on, by who asks for its
            pages or, without a token, its control plane.
        control_origins: Web pages of these origins may ask the control plane too, for tests in a browser.
        max_sandboxes: Above this number the least recently used is dropped (memory) or unloaded (durable).
        sandbox_idle_seconds: Unused for longer, a sandbox goes likewise.
        sandbox_expiry_seconds: Unused for longer, it is deleted, also where it is durable; 0 is never.
        quota_documents: So many may a sandbox have beyond its seed; 0 is any number.
        quota_journal_bytes: Of its journal, the newest entries that fit are kept.
        quota_requests: So many a second may a process be asked for one sandbox; 0 is any number.
        max_head_bytes: A request with a longer head is not read.
        head_seconds: As long may its head take, or half as long again.
        connection_idle_seconds: So long a connection may be without a request.
        defects: Bugs to plant, by name; see `mockserver defects`.
        webhook_hosts: Hosts that events may be sent to beside this machine, and that machine too where `host` is not
            loopback; `*` is any.
        api_settings: By API, the settings of new sandboxes.
        keys: By name, who else may use the control plane, each for sandboxes of its own.
    """

    apis: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8080
    seed: int = 0
    clock: datetime | None = None
    store: str = "memory"
    store_sync: bool = False
    store_connections: int = 10
    workers: int = 1
    log: Literal["lines", "json"] | bool = False
    metrics: bool = False
    traces: bool = False
    ready_file: str | None = None
    control_token: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    control_origins: tuple[str, ...] = ()
    max_sandboxes: int = 50_000
    sandbox_idle_seconds: float = 86_400.0
    sandbox_expiry_seconds: float = 0.0
    quota_documents: int = 0
    quota_journal_bytes: int = 4 << 20
    quota_requests: float = 0.0
    max_head_bytes: int = 65_536
    head_seconds: float = 10.0
    connection_idle_seconds: float = 75.0
    webhook_hosts: tuple[str, ...] = ()
    defects: tuple[str, ...] = ()
    api_settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    keys: Mapping[str, Key] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.store != "memory" and not self.store.startswith((_SQLITE, *_POSTGRESQL)):
            raise ValueError(
                f"store: {self.store!r} is neither memory nor sqlite:///FILE nor postgresql://HOST/DATABASE"
            )
        if self.store == _SQLITE:
            raise ValueError("store: sqlite:/// needs a file after it, such as sqlite:///sandbox.sqlite")
        if self.max_sandboxes < 1:
            raise ValueError(f"max_sandboxes: at least 1, not {self.max_sandboxes}")
        self._check_bounds()
        if self.workers < 1:
            raise ValueError(f"workers: at least 1, not {self.workers}")
        if self.workers > 1 and self.store == "memory":
            raise ValueError(
                "workers: more than one share a store, so they need --store sqlite:///FILE or postgresql://..."
            )
        if self.store_connections < 1:
            raise ValueError(f"store_connections: at least 1, not {self.store_connections}")
        if not 0 <= self.port < 65_536:  # noqa: PLR2004 - what TCP has
            raise ValueError(f"port: 0 to 65535, not {self.port}")

        self._check_who_may_ask()

    def _check_bounds(self) -> None:
        for name in ("quota_documents", "quota_requests", "sandbox_expiry_seconds"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: 0, which is no bound, or more, not {getattr(self, name)}")
        for name in (
            "quota_journal_bytes",
            "sandbox_idle_seconds",
            "max_head_bytes",
            "head_seconds",
            "connection_idle_seconds",
        ):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name}: more than 0, not {getattr(self, name)}")

    def _check_who_may_ask(self) -> None:
        if not self.control_token:  # a variable that is set and empty, as `${TOKEN:-}` of a compose file makes it
            object.__setattr__(self, "control_token", None)
        elif not _SENDABLE.fullmatch(self.control_token):
            raise ValueError("control_token: printable ASCII without blanks, as a bearer token is sent")
        self._check_keys()
        for name in ("allowed_hosts", "webhook_hosts"):
            for host in getattr(self, name):
                if name == "webhook_hosts" and host == "*":
                    continue
                try:
                    named_host(host)
                except ValueError as error:
                    raise ValueError(f"{name}: {error}") from None

    def _check_keys(self) -> None:
        if self.keys and self.control_token is None:
            raise ValueError("keys: without a control_token beside them anybody may do everything anyhow")
        tokens = {self.control_token: "the control token"}
        for name, key in self.keys.items():
            said = f"keys.{name}"
            if not _KEY_NAME.fullmatch(name):
                raise ValueError(f"{said}: a key is called by lower-case letters, digits and hyphens, at most 40")
            around = next((each for each in self.keys if name.startswith(f"{each}-")), None)
            if around is not None:
                raise ValueError(f"{said}: key {around} owns whatever begins with {around}-")
            if not _SENDABLE.fullmatch(key.token):
                raise ValueError(f"{said}: token: printable ASCII without blanks, as a bearer token is sent")
            if key.token in tokens:
                raise ValueError(f"{said}: token: it is that of {tokens[key.token]} too")
            tokens[key.token] = f"key {name}"
            if 0 < key.quota_journal_bytes < self.quota_journal_bytes:
                raise ValueError(
                    f"{said}: quota_journal_bytes: not less than that of one sandbox, {self.quota_journal_bytes}"
                )
            for quota in ("quota_documents", "quota_journal_bytes", "quota_requests"):
                if getattr(key, quota) < 0:
                    raise ValueError(f"{said}: {quota}: 0, which is no bound, or more, not {getattr(key, quota)}")

    @property
    def is_shared(self) -> bool:
        """Whether hosts share the store."""
        return self.store.startswith(_POSTGRESQL)

    @property
    def store_path(self) -> Path | None:
        return Path(self.store.removeprefix(_SQLITE)) if self.store.startswith(_SQLITE) else None


def read_settings(
    flags: Mapping[str, Any], *, file: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Settings from all sources; a flag that is None or empty was not given, a variable that is empty is not set.

    Beside the settings each source may have `control_token_file`, a file with the control token in it.

    Raises:
        ValueError: A name nobody knows (with the nearest that exists), a value of the wrong form, or a file without a
            token. Names its source.
    """
    chosen: dict[str, Any] = {}
    if file is not None:
        chosen |= _converted(_file(file), str(file), spelled=str)
    given = _environment(os.environ if environment is None else environment)
    chosen |= _converted(given, "the environment", spelled=lambda name: ENVIRONMENT_PREFIX + name.upper())
    options = {name: value for name, value in flags.items() if value not in (None, "")}
    chosen |= _with_token(options, lambda name: "--" + name.replace("_", "-"))
    return Settings(**chosen)


def read_moment(text: str) -> datetime | None:
    """`real`, or a moment with an offset, as aware UTC. Raises ValueError."""
    if text == "real":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither `real` nor a moment such as 2026-03-02T08:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} lacks its offset, such as a Z at the end")
    return moment.astimezone(UTC)


def read_list(text: str) -> tuple[str, ...]:
    """A list with commas."""
    return tuple(host.strip() for host in text.split(",") if host.strip())


def nearest(wrong: str, known: Iterable[str]) -> str:
    """A sentence that helps whoever mistyped: the nearest right word, or all of them."""
    words = sorted(known)
    close = difflib.get_close_matches(wrong, words, n=1, cutoff=0.5)
    return f"did you mean {close[0]!r}?" if close else f"there is {', '.join(words)}"


def _file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: is not TOML: {error}") from error


def _environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(ENVIRONMENT_PREFIX) and value
    }
    if "apis" in found:
        found["apis"] = found["apis"].split()
    for name in {"webhook_hosts", "control_origins", "allowed_hosts"} & found.keys():
        found[name] = read_list(found[name])
    if "defects" in found:
        found["defects"] = found["defects"].split()
    return found


def _converted(values: dict[str, Any], source: str, *, spelled: Callable[[str], str]) -> dict[str, Any]:
    types = {_TOKEN_FILE: str, **{each.name: each.type for each in fields(Settings)}}
    out: dict[str, Any] = {}
    for name, value in values.items():
        if name not in types:
            raise ValueError(
                f"{source}: no setting is called {spelled(name)}; {nearest(spelled(name), map(spelled, types))}"
            )
        try:
            if name == "clock":
                out[name] = read_moment(value.isoformat() if isinstance(value, datetime) else str(value))
            else:
                # Text from the environment stands for numbers and booleans too.
                out[name] = msgspec.convert(value, types[name], strict=False)
            if name == "keys":
                out[name] = {each: _with_its_token(each, key) for each, key in out[name].items()}
        except (ValueError, msgspec.ValidationError) as error:
            raise ValueError(f"{source}: {spelled(name)} cannot be {value!r}: {error}") from error
    return _with_token(out, lambda name: f"{source}: {spelled(name)}")


def _with_token(values: dict[str, Any], spelled: Callable[[str], str]) -> dict[str, Any]:
    """With the token of a file in the place of the file's name. An empty file is an error, and not an open door."""
    if _TOKEN_FILE not in values:
        return values
    said, path = spelled(_TOKEN_FILE), values.pop(_TOKEN_FILE)
    if values.get("control_token"):
        raise ValueError(f"{said}: the control token is given beside it; leave out one of the two")
    return {**values, "control_token": _token_in(path, said)}


def _with_its_token(name: str, key: Key) -> Key:
    if not key.token_file:
        return key
    if key.token:
        raise ValueError(f"{name}: token_file: the token is given beside it; leave out one of the two")
    return msgspec.structs.replace(key, token=_token_in(key.token_file, f"{name}: token_file"), token_file="")


def _token_in(path: str, said: str) -> str:
    """Raises ValueError, which begins with what is *said*."""
    try:
        token = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ValueError(f"{said}: {path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if not token:
        raise ValueError(f"{said}: there is no token in {path}")
    return token
