"""What a target shows to whoever only reads: the ids that `init --from` writes into a profile."""

from collections.abc import Iterable, Mapping
from typing import Any

from contract_tests.contracts import Contract, Operation
from contract_tests.problems import CannotRun
from contract_tests.profiles import ID, TEXT, WHOLE, Key, Profile
from contract_tests.scenes.exchanges import SUCCESSES
from contract_tests.scenes.scene import MAIN
from contract_tests.scenes.sending import NO_BODY, Sender, Silence
from contract_tests.suites.inventory import Inventory
from contract_tests.targets import Target

__all__ = ["ids_for", "look_around"]


def ids_for(keys: Iterable[Key], shown: Inventory) -> Mapping[str, list[Any]]:
    """What each of *keys* may mean of what was *shown*, by its name: `services.paid` any service, `service` one as well."""
    found: dict[str, list[Any]] = {}
    for key in keys:
        table, _, name = key.name.rpartition(".")
        if table.startswith("inventory") and key.kind in (ID, TEXT, WHOLE):
            words = (key.shown_as, name, name.rpartition("_")[2], table.rpartition(".")[2])
            found[key.name] = next(filter(None, map(shown.of_kind, words)), [])
    return found


def look_around(contract: Contract, target: Target) -> Inventory:
    """
    Ask each operation that reads once, as soon as what its path names is known from another's answer.

    Raises:
        CannotRun: The target does not answer.
    """
    sender = Sender(contract, {MAIN: target.headers})
    shown = Inventory(contract, Profile(contract.api))
    pending = [each for each in contract.operations if each.reads_only and each.method == "GET"]
    try:
        while ready := [each for each in pending if _path_of(each, shown) is not None]:
            pending = [each for each in pending if each not in ready]
            for operation in ready:
                _ask(sender, target, operation, shown)
    except Silence as silence:
        raise CannotRun(str(silence)) from silence
    finally:
        sender.close()
    return shown


def _ask(sender: Sender, target: Target, operation: Operation, shown: Inventory) -> None:
    path = _path_of(operation, shown) or {}
    query = {name: next(iter(shown.values(name, operation)), value) for name, value in operation.query.items()}
    exchange = sender.call(
        operation,
        base_url=target.base_url,
        by=MAIN,
        title=operation.id,
        parameters={"path": path, "query": query},
        body=NO_BODY,
        headers={},
    )
    if exchange.status in SUCCESSES:
        shown.note(operation, path, exchange.content)


def _path_of(operation: Operation, shown: Inventory) -> dict[str, Any] | None:
    """What may stand in its path; None as long as something of it is not known."""
    names = [name for name, place in operation.places.items() if place == "path"]
    values = {name: next(iter(shown.values(name, operation)), None) for name in names}
    return None if None in values.values() else values
