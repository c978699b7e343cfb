"""Functions that are given another body."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest

from mockserver.defects.swapping import forget, function_of, wrap


def double(number, *, times=2):
    return number * times


TABLE = {"double": double}


class Shop:
    def __init__(self, name):
        self._name = name

    def greet(self, guest, *, mark="!"):
        return f"{self._name}: {guest}{mark}"

    @property
    def name(self):
        return self._name

    @classmethod
    def called(cls, name):
        return cls(name)

    @staticmethod
    def hours(n):
        return n


def unchanged(inside):
    return inside


@lru_cache
def square(number):
    return number * number


def test_whoever_holds_a_function_gets_the_other_body_and_then_the_old_one():
    undo = wrap(double, lambda inside: lambda number, **named: inside(number, **named) + 1)

    assert (double(4), TABLE["double"](4, times=3)) == (9, 13)
    undo()
    assert (double(4), TABLE["double"](4, times=3)) == (8, 12)


def test_two_bodies_on_one_function_are_both_used_and_come_off_one_by_one():
    first = wrap(double, lambda inside: lambda number: inside(number) + 1)
    second = wrap(double, lambda inside: lambda number: inside(number) * 10)

    assert double(4) == 90
    second()
    assert double(4) == 9
    first()
    assert double(4) == 8


def test_methods_properties_and_what_belongs_to_a_class_are_functions_too():
    targets: dict[Any, Callable[..., Any]] = {
        Shop.greet: lambda inside: lambda shop, guest, **named: inside(shop, guest, **named).upper(),
        Shop.__dict__["name"]: lambda inside: lambda shop: inside(shop) + "?",
        Shop.called: lambda inside: lambda cls, name: inside(cls, name * 2),
        Shop.hours: lambda inside: lambda n: inside(n) - 1,
    }
    undo = [wrap(target, make) for target, make in targets.items()]
    shop = Shop.called("ab")
    seen = (shop.greet("Ann", mark="."), shop.name, Shop.hours(8))
    for each in undo:
        each()

    assert seen == ("ABAB: ANN.", "abab?", 7)
    assert (Shop.called("ab").name, Shop("x").greet("Ann"), Shop.hours(8)) == ("ab", "x: Ann!", 8)


def test_what_is_cached_has_a_function_inside():
    assert function_of(square)(3) == 9


def test_what_is_written_in_another_language_has_no_other_body():
    with pytest.raises(TypeError, match="no function written in Python"):
        wrap(len, unchanged)


def test_a_function_that_holds_variables_is_refused():
    def outer(word):
        return lambda: word

    with pytest.raises(TypeError, match="holds variables"):
        wrap(outer("a"), unchanged)


def test_caches_of_the_program_are_emptied():
    from mockserver.apis.negotiation import preferred

    preferred("text/html", ("application/json",))
    assert preferred.cache_info().currsize

    forget()

    assert not preferred.cache_info().currsize
