"""Bugs in the program's text: what they are called, and that a name goes on meaning the same."""

import importlib.util
import sys

import pytest

from mockserver.app import load_api
from mockserver.defects.operators import code
from mockserver.defects.operators.code import NothingChangedError
from mockserver.defects.planting import Planter

SHOP = '''
"""A shop."""


def price(places, *, member=False):
    if places <= 0:
        raise LookupError("nothing is free")
    total = places * 10 + 1
    return total - 2 if member else total


class Till:
    def __init__(self):
        self.kept = []

    def take(self, amount):
        self.kept.append(amount)
        return sum(each for each in self.kept if each > 1)
'''


@pytest.fixture
def read(tmp_path, request):
    """A module of that text, and its bugs: the word of the operator, where, and the site."""
    made: list[str] = []

    def module_of(text):
        name = f"shop_{len(made)}"
        file = tmp_path / f"{name}.py"
        file.write_text(text, encoding="utf-8")
        spec = importlib.util.spec_from_file_location(name, file)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        made.append(name)
        return module, [(word, site.where, site) for word, site, _ in code.sites_in("shop", module)]

    yield module_of
    for name in made:
        del sys.modules[name]


def names(bugs):
    return {(word, where) for word, where, _ in bugs}


def planter():
    return Planter(load_api("reservekit", prefix=""))


def one(bugs, word, said):
    (found,) = [site for its_word, _, site in bugs if its_word == word and said in site.says]
    return found


def test_every_name_is_unlike_every_other(read):
    _, bugs = read(SHOP)

    assert len(names(bugs)) == len(bugs) > 12


def test_a_name_survives_blanks_comments_and_whatever_is_edited_elsewhere(read):
    _, before = read(SHOP)
    edited = SHOP.replace("places * 10 + 1", "(  # dear\n        places * 10\n        + 1\n    )")
    edited = edited.replace("def price", "def other(n):\n    return n + 7\n\n\ndef price")
    _, after = read(edited)

    assert names(before) <= names(after)
    assert all(".other:" in where for _, where in names(after) - names(before))


def test_another_expression_is_another_bug(read):
    _, before = read(SHOP)
    _, after = read(SHOP.replace("places <= 0", "places <= 1"))

    gone = {(word, where) for word, where in names(before) - names(after)}
    assert {word for word, _ in gone} == {"boundary", "check", "number", "step"} - {"step"}


def test_expressions_that_are_alike_are_told_apart(read):
    twice = "def both(a, b):\n    return (a < 1, b < 1, b < 1)\n"

    _, bugs = read(twice)

    assert len([word for word, *_ in bugs if word == "boundary"]) == 3
    assert len(names(bugs)) == len(bugs)


def test_a_bug_is_put_on_the_running_function_and_taken_off(read):
    module, bugs = read(SHOP)
    plant = planter()

    one(bugs, "boundary", "places <= 0").plant(plant)
    assert module.price(0) == 1
    plant.uproot()
    with pytest.raises(LookupError, match="nothing is free"):
        module.price(0)


@pytest.mark.parametrize(
    ("word", "said", "seen"),
    [
        ("choice", "always the first", (29, 29)),
        ("sum", "places * 10 + 1", (29, 27)),
        ("check", "places <= 0` is turned round", LookupError),
        ("number", "`10` is one more", (34, 32)),
    ],
)
def test_each_kind_of_bug_does_what_it_says(read, word, said, seen):
    module, bugs = read(SHOP)
    plant = planter()
    one(bugs, word, said).plant(plant)

    if seen is LookupError:
        with pytest.raises(LookupError, match="nothing"):
            module.price(3)
    else:
        assert (module.price(3), module.price(3, member=True)) == seen
    plant.uproot()


def test_steps_of_methods_and_conditions_of_loops_are_left_out(read):
    module, bugs = read(SHOP)
    till, plant = module.Till(), planter()

    one(bugs, "step", "self.kept.append(amount)").plant(plant)
    assert till.take(5) == 0
    plant.uproot()
    one(bugs, "check", "`each > 1` is not asked").plant(plant)
    assert till.take(1) == 1
    plant.uproot()
    assert till.take(1) == 0


def test_of_two_conditions_the_other_one_is_left(read):
    module, bugs = read("def both(a, b):\n    return a > 0 and b > 0\n\n\ndef one(a, b):\n    return a > 0 or b > 0\n")
    plant = planter()

    for _, _, site in [each for each in bugs if "`a > 0` is not asked" in each[2].says]:
        site.plant(plant)

    assert (module.both(0, 1), module.both(1, 0)) == (True, False)
    assert (module.one(1, 0), module.one(0, 1)) == (False, True)
    plant.uproot()


def test_what_python_does_the_same_is_no_bug(read):
    _, bugs = read("def answer(wanted):\n    if wanted:\n        if True:\n            return 1\n    return 0\n")

    with pytest.raises(NothingChangedError):
        one(bugs, "check", "`True` is always true").plant(planter())


def test_texts_of_refusals_and_what_is_asserted_are_left_alone(read):
    _, bugs = read('def answer(n):\n    assert n > 1\n    raise ValueError(f"{n + 1} is too many", n + 2)\n')

    assert [word for word, *_ in bugs] == ["step"]


def test_of_two_bounds_one_is_forgotten(read):
    module, bugs = read("def most(n):\n    return min(n, 3)\n")
    plant = planter()

    one(bugs, "call", "is always the first").plant(plant)
    assert module.most(5) == 5
    plant.uproot()
    assert module.most(5) == 3


def test_what_is_one_of_a_kind_is_another(read):
    kind = "import enum\n\n\nclass Kind(enum.Enum):\n    ONE = 1\n    TWO = 2\n"
    module, bugs = read(f"{kind}\n\ndef answer():\n    return Kind.ONE\n")
    plant = planter()

    one(bugs, "sibling", "Kind.ONE").plant(plant)
    assert module.answer() is module.Kind.TWO
    plant.uproot()
    assert module.answer() is module.Kind.ONE


def test_what_only_asks_whether_the_program_is_right_is_left_alone(read):
    _, bugs = read("def half(n):\n    if n % 2 or n < 0:\n        raise ValueError('odd')\n    return n\n")

    assert bugs == []


def test_whether_a_span_is_there_is_asked_of_either_end(read):
    _, bugs = read("def lasts(seat):\n    return seat.starts_at is not None and seat.ends_at\n")

    assert [site.says for word, _, site in bugs if word == "sibling"] == [
        "In shop.lasts, line 2, `seat.ends_at` reads starts_at."
    ]
