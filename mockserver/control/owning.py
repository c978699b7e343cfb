"""What a key may do: everything, in the sandboxes that it owns, and nothing in any other."""

from collections.abc import Callable
from typing import Any

from mockserver.apis.exchange import Call
from mockserver.apis.refusals import Forbidden
from mockserver.booking.errors import in_json
from mockserver.control.auth import KEY
from mockserver.control.desk import Desk
from mockserver.sandbox.owners import Owner

__all__ = ["beginning_of", "check_owned", "kept_to_own"]


def beginning_of(desk: Desk, call: Call) -> str:
    """Of the names that the caller may name; "" where they may name any."""
    owner = _owner(desk, call)
    return "" if owner is None else owner.beginning


def check_owned(desk: Desk, call: Call, *names: str | None) -> None:
    """Raises Forbidden: the caller has a key that does not own one of *names*; None is no name."""
    owner = _owner(desk, call)
    if owner is None:
        return
    for name in names:
        if name is not None and desk.sandboxes.owners.owner_of(name) != owner:
            raise Forbidden(
                f"key {in_json(owner.name)} owns the sandboxes whose names begin with {in_json(owner.beginning)},"
                f" and {in_json(name)} is none of them"
            )


def kept_to_own(desk: Desk, act: Callable[[Call], Any], call: Call) -> Any:
    """Do what was asked of the sandbox in the path. Raises what `check_owned` and *act* raise."""
    check_owned(desk, call, call.path.get("name"))
    return act(call)


def _owner(desk: Desk, call: Call) -> Owner | None:
    caller = call.identity.caller
    return None if caller is None or caller.role != KEY else desk.sandboxes.owners.named(caller.id)
