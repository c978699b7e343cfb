"""What the control plane is asked for, as records: parsed once, from a body that the contract has already let through."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import RuleBroken
from mockserver.control.errors import UnknownName
from mockserver.sandbox.mischief import Hostile
from mockserver.sandbox.rules import Deed, Order, Subject

__all__ = [
    "Advance",
    "AskAgain",
    "ClockStep",
    "ClockTo",
    "NewFork",
    "NewRule",
    "NewSandbox",
    "NewSnapshot",
    "NewSubscription",
    "Release",
    "SandboxChange",
    "SetClock",
    "SettingsByApi",
    "SubscriptionChange",
    "parse",
    "refuse_unknown",
]

R = TypeVar("R")

SettingsByApi = dict[str, dict[str, Any]]

_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""As far as the clock of a sandbox goes."""

_SET_BY_PARENT = ("seed", "epoch", "scenario", "clock", "frozen")


class _Checked(msgspec.Struct, frozen=True):
    """Its moments are brought to UTC, its settings are known to be storable."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime):
                msgspec.structs.force_setattr(self, name, _utc(name, value))
            elif name == "settings":
                _check_storable(value)


class NewSandbox(_Checked, frozen=True):
    """None was not sent."""

    name: str | None = None
    seed: int | None = None
    epoch: datetime | None = None
    scenario: str | None = None
    clock: datetime | None = None
    frozen: bool | None = None
    fork_of: str | None = None
    settings: SettingsByApi | None = None
    outbox: bool | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        excluded = [name for name in _SET_BY_PARENT if getattr(self, name) is not None]
        if self.fork_of is not None and excluded:
            raise RuleBroken(
                "fork_excludes",
                f"a fork starts where its parent stands: fork_of goes without {', '.join(excluded)}",
                field=excluded[0],
            )


class NewFork(msgspec.Struct, frozen=True):
    name: str | None = None


class AskAgain(msgspec.Struct, frozen=True, rename={"where": "in"}):
    """`where` is `fork` or `here`."""

    where: str = "fork"


class NewSnapshot(msgspec.Struct, frozen=True):
    name: str | None = None


class SandboxChange(_Checked, frozen=True):
    settings: SettingsByApi | None = None
    outbox: bool | None = None


class SetClock(_Checked, frozen=True):
    to: datetime
    settle: bool = False


class Advance(msgspec.Struct, frozen=True):
    """One of `by` and `seconds`; the contract sees to it."""

    by: timedelta | None = None
    seconds: int = 0
    settle: bool = False

    @property
    def length(self) -> timedelta:
        return timedelta(seconds=self.seconds) if self.by is None else self.by


class ClockStep(msgspec.Struct, frozen=True):
    kind: str | None = None
    settle: bool = False


class ClockTo(msgspec.Struct, frozen=True):
    due: str
    offset: timedelta = timedelta()
    settle: bool = False


class NewSubscription(msgspec.Struct, frozen=True):
    """No events are all of them."""

    url: str
    events: tuple[str, ...] | None = None
    filter: dict[str, Any] = {}
    secret: str | None = None
    headers: dict[str, str] = {}
    hostile: Hostile | None = None


class SubscriptionChange(msgspec.Struct, frozen=True):
    """UNSET was not sent."""

    url: str | msgspec.UnsetType = msgspec.UNSET
    events: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    filter: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    secret: str | msgspec.UnsetType | None = msgspec.UNSET
    headers: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    is_active: bool | msgspec.UnsetType = msgspec.UNSET


class NewRule(msgspec.Struct, frozen=True):
    """Which API, which requests, and what is done to them; moments are brought to UTC."""

    api: str
    on: Subject
    do: Deed

    def __post_init__(self) -> None:
        on = self.on
        moments = {
            name: _utc(f"on.{field}", moment)
            for name, field, moment in (("since", "from", on.since), ("until", "until", on.until))
            if moment is not None
        }
        msgspec.structs.force_setattr(self, "on", msgspec.structs.replace(on, **moments))


class Release(msgspec.Struct, frozen=True):
    order: Order = "arrival"


def parse(body: Any, record: type[R]) -> R:
    """Raises BadInput for what a contract cannot say, such as a moment with a second 60."""
    try:
        return msgspec.convert({} if body is None else body, record)
    except msgspec.ValidationError as error:
        reason, _, field = str(error).partition(" - at `$.")
        raise BadInput("body", field.rstrip("`"), reason) from None


def _utc(field: str, moment: datetime) -> datetime:
    if not _EARLIEST <= moment <= _LATEST:
        raise BadInput("body", field, f"must lie between {_EARLIEST.year} and {_LATEST.year}")
    return moment.astimezone(UTC)


def _check_storable(settings: SettingsByApi | None) -> None:
    try:
        msgspec.msgpack.encode(settings)
    except OverflowError:
        raise BadInput("body", "settings", "an integer has more than 64 bits") from None


def refuse_unknown(texts: Mapping[str, list[str]], kinds: Mapping[str, str]) -> Mapping[str, list[str]]:
    """`apis.bundle.Respell`: what is asked for, if the operation knows it by that name. Raises BadInput."""
    for name in texts:
        if name not in kinds:
            hint = UnknownName("parameter", name, kinds).hint if kinds else "there is none"
            raise BadInput("query", name, f"is no parameter of this operation; {hint}")
    return texts
