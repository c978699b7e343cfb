"""A bug: its name, what it does wrong, where it shows, and how it is put on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from dis import get_instructions
from typing import Any, NamedTuple

from mockserver.defects.meddling import Request, Response
from mockserver.defects.planting import Around, Planter
from mockserver.defects.swapping import function_of

__all__ = ["Bug", "Bugs", "Lines", "lines_of", "raises_of"]

Plant = Callable[[Planter], object]


class Lines(NamedTuple):
    """Lines of a file of this program, the last included."""

    file: str
    first: int
    last: int


def lines_of(target: Any) -> Lines:
    """Where a function stands."""
    code = function_of(target).__code__
    last = max((line for _, _, line in code.co_lines() if line), default=code.co_firstlineno)
    return Lines(code.co_filename, code.co_firstlineno, last)


def raises_of(target: Any) -> tuple[Lines, ...]:
    """Where a function refuses."""
    steps = (each for each in get_instructions(function_of(target)) if each.opname == "RAISE_VARARGS")
    file = function_of(target).__code__.co_filename
    return tuple(Lines(file, line, line) for each in steps if each.positions and (line := each.positions.lineno))


@dataclass(frozen=True, slots=True)
class Bug:
    """
    Attributes:
        name: Of one that is written by hand the id of the rule it breaks, with a dot and a word after it where there
            are several; of one that an operator makes `PREFIX~operator:site`.
        says: What it does wrong, in one sentence.
        operations: It can show only where one of these is called; empty for any.
        lines: It can show only where one of these is executed; empty for any.
        needs: What has to happen for it to show, such as `change reservekit.booking`; "" for anything.
    """

    name: str
    says: str
    plant: Plant
    operations: frozenset[str] = frozenset()
    lines: tuple[Lines, ...] = ()
    needs: str = ""

    @property
    def rule(self) -> str:
        """That a bug written by hand breaks; "" of one that was made."""
        return "" if "~" in self.name else self.name.partition(".")[0]

    @property
    def operator(self) -> str:
        """That made it; "" for none."""
        return self.name.partition("~")[2].partition(":")[0]


class Bugs:
    """The bugs of one API that were written by hand, in the order in which they are written.

    A bug that is one change in one place is written as that change alone:

        @BUGS.around(Desk.book, "RK-B18", "A service that is named beside the slot need not be there.")
        def _(book, desk, wanted, *, service_id): ...
    """

    def __init__(self) -> None:
        self._bugs: list[Bug] = []

    def __iter__(self) -> Iterator[Bug]:
        return iter(self._bugs)

    def bug(self, name: str, says: str) -> Callable[[Plant], Plant]:
        """Take the function as what plants the bug; it is given the planter."""

        def take(plant: Plant) -> Plant:
            self._bugs.append(Bug(name, says, plant))
            return plant

        return take

    def around(self, target: Any, name: str, says: str) -> Callable[..., Any]:
        """Take the function as what *target* does from now on; it is given what that did, and its arguments."""
        return self._taking(name, says, lambda act: lambda plant: plant.around(target, act))

    def operation(self, operation_id: str, name: str, says: str) -> Callable[[Around], Around]:
        """Take the function as what the operation does; it is given what that did, the call and the work."""
        return self._taking(name, says, lambda act: lambda plant: plant.operation(operation_id, act))

    def request(self, name: str, says: str, *operations: str) -> Callable[[Callable[[Request], object]], object]:
        """Take the function as what happens to requests of these operations, or of all, before anybody sees them."""
        return self._taking(name, says, lambda act: lambda plant: plant.request(act, *operations))

    def response(self, name: str, says: str, *operations: str) -> Callable[[Callable[[Response], object]], object]:
        """Take the function as what happens to responses of these operations, or of all, when nobody looks any more."""
        return self._taking(name, says, lambda act: lambda plant: plant.response(act, *operations))

    def _taking(self, name: str, says: str, how: Callable[[Any], Plant]) -> Callable[[Any], Any]:
        def take(act: Any) -> Any:
            self._bugs.append(Bug(name, says, how(act)))
            return act

        return take
