"""A law: a function that plays a scene and judges it by rules. Its name is a sentence."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

__all__ = ["Law", "Laws", "Layer"]

F = TypeVar("F", bound=Callable[[Any], None])


class Layer(StrEnum):
    """What a run is made of, in the order in which it goes."""

    SPEC = "spec"
    READS = "reads"
    CONFORMANCE = "conformance"
    LIFECYCLE = "lifecycle"
    LAWS = "laws"
    BURSTS = "bursts"
    TIMING = "timing"


@dataclass(frozen=True, slots=True)
class Law:
    """
    Args:
        name: `theme.sentence_with_underscores`, unique in its API.
        rules: Which it judges; a test holds it to that.
        play: Given the API's scene.
    """

    name: str
    rules: tuple[str, ...]
    layer: Layer
    play: Callable[[Any], None]

    @property
    def sentence(self) -> str:
        return self.name.partition(".")[2].replace("_", " ")


class Laws:
    """The laws of one module, in the order in which they are written."""

    def __init__(self, theme: str) -> None:
        self._theme = theme
        self._laws: list[Law] = []

    def __iter__(self) -> Iterator[Law]:
        return iter(self._laws)

    def law(self, *rules: str, layer: Layer = Layer.LAWS) -> Callable[[F], F]:
        """Take the function as a law about *rules*."""

        def take(play: F) -> F:
            self._laws.append(Law(f"{self._theme}.{play.__name__}", rules, layer, play))
            return play

        return take

    def burst(self, *rules: str) -> Callable[[F], F]:
        """As `law`, for one that asks many things at once."""
        return self.law(*rules, layer=Layer.BURSTS)
