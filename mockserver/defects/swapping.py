"""Gives a function another body, for everybody who holds it: by its name, in a table, as a bound method.

Whoever has imported `take` from a module holds the function itself, so putting another one into that module changes
nothing for them. What is exchanged here is therefore the code inside of the function, and it is put back as it was.
"""

import sys
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

__all__ = ["Undo", "forget", "function_of", "swap_code", "wrap"]

Undo = Callable[[], None]

_INSTEAD = "what stands here instead"


def function_of(target: Any) -> FunctionType:
    """The plain function inside of a method, a property or something cached. Raises TypeError where there is none."""
    while not isinstance(target, FunctionType):
        inner = (getattr(target, name, None) for name in ("fget", "__func__", "__wrapped__"))
        found = next((each for each in inner if each is not None), None)
        if found is None:
            raise TypeError(f"{target!r} is no function written in Python")
        target = found
    return target


def swap_code(function: FunctionType, code: CodeType) -> Undo:
    """Let *function* do what *code* says."""
    before = function.__code__
    function.__code__ = code
    return lambda: setattr(function, "__code__", before)


def wrap(target: Any, make: Callable[[Callable[..., Any]], Callable[..., Any]]) -> Undo:
    """Let *target* do what *make* makes of it; *make* is given the function as it was. Raises TypeError."""
    function = function_of(target)
    code = function.__code__
    if code.co_freevars:
        raise TypeError(f"{code.co_qualname} holds variables of its surroundings and cannot be given another body")
    as_it_was = FunctionType(code, function.__globals__, function.__name__, function.__defaults__)
    as_it_was.__kwdefaults__ = function.__kwdefaults__
    instead, template = make(as_it_was), _template.__code__
    constants = tuple(instead if each == _INSTEAD else each for each in template.co_consts)
    return swap_code(function, template.replace(co_consts=constants, co_qualname=code.co_qualname))


def _template(*args: Any, **named: Any) -> Any:
    # The constant is replaced by the function to call: code that is put anywhere can rely on no name.
    act: Any = "what stands here instead"
    return act(*args, **named)


def forget() -> None:
    """Empty every cache of this program's functions: what they answered belongs to other code."""
    for name, module in sys.modules.copy().items():  # whole, whatever another thread imports meanwhile
        if name.startswith("mockserver."):
            for held in vars(module).values():
                for each in (held, *_held_by(held)):
                    if callable(clear := getattr(each, "cache_clear", None)):
                        clear()


def _held_by(held: Any) -> Iterator[Any]:
    """What a function keeps from where it was made."""
    if isinstance(held, FunctionType):
        yield from (cell.cell_contents for cell in held.__closure__ or ())
