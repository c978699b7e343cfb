"""People who do not exist: Faker draws their names, from lists of ours.

Its own lists change with its versions, and so would every drawn world; how it draws from a list does not.
"""

from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from doublebook_data import fixtures_dir, read_yaml
from mockserver.lean_imports import all_left_out, partly_imported
from mockserver.sandbox.randomness import draw

if TYPE_CHECKING:
    from faker import Generator
    from faker.providers import BaseProvider

__all__ = ["People"]

_UNUSED = {"faker.decode": ("unidecode",), "faker.factory": ("Factory",), "faker.proxy": ("Faker",)}


class People:
    """A source of names of its own for one purpose of a seed."""

    def __init__(self, seed: int, *purpose: object) -> None:
        make_generator, make_provider = _faker()
        generator = make_generator()
        generator.seed_instance(draw(seed, *purpose).getrandbits(64))
        self._provider = make_provider(generator)

    def first_name(self) -> str:
        return self._one_of("first_names")

    def last_name(self) -> str:
        return self._one_of("last_names")

    def _one_of(self, kind: str) -> str:
        return self._provider.random_elements(_names()[kind], length=1, use_weighting=True)[0]


@cache
def _faker() -> tuple[type["Generator"], type["BaseProvider"]]:
    """What draws. It is imported when the first world is drawn."""
    with partly_imported("faker"), all_left_out(_UNUSED):
        from faker import Generator  # noqa: PLC0415
        from faker.providers import BaseProvider  # noqa: PLC0415
    return Generator, BaseProvider


@cache
def _names() -> Mapping[str, "OrderedDict[str, int]"]:
    """The lists, each name with its weight."""
    document = read_yaml(fixtures_dir() / "people.yaml")
    return {kind: OrderedDict(weights) for kind, weights in document.items()}
