"""Never write to what the run neither made nor was given: asked before each request that changes something."""

from collections.abc import Iterable, Mapping

from contract_tests.contracts import Operation

__all__ = ["Guard", "Trespass"]


class Trespass(Exception):  # noqa: N818 - nothing was sent
    """A request that would have written to something foreign: a mistake of the kit, or an id the target made up."""


class Guard:
    """
    What the run may write to, by the name of the parameter that says it.

    Args:
        guarded: Parameters that name what is written to although they stand in no path.
    """

    __slots__ = ("_guarded", "_own")

    def __init__(self, guarded: frozenset[str] = frozenset()) -> None:
        self._guarded = guarded
        self._own: set[tuple[str, str]] = set()

    def let(self, parameter: str, values: Iterable[object]) -> None:
        """What was made, was given by the profile, or is known to be nobody's."""
        self._own.update((parameter, str(value)) for value in values)

    def ensure(self, operation: Operation, parameters: Mapping[str, object]) -> None:
        """Raises Trespass."""
        if operation.reads_only:
            return
        for name, value in parameters.items():
            if name in self._guarded or operation.places.get(name) == "path":
                self.ensure_own(operation, name, value)

    def ensure_own(self, operation: Operation, parameter: str, value: object) -> None:
        """Raises Trespass. For what names something although it is no parameter, such as an id inside a list."""
        if (parameter, str(value)) not in self._own:
            said = f"{operation.label} with {parameter}={value!r}"
            raise Trespass(f"{said} was not sent: the run neither made that nor was given it")
