"""A law that stumbles over what it reads: whose fault is it?

Every law passes where the answers have the form that their document promises. So what stumbles while it reads, over a
member that is not there or a value of another kind, has met an answer of another form: a finding. What stumbles over
the kit itself, or before it was answered anything, is an error of the kit.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from linecache import getline
from traceback import FrameSummary, extract_tb, walk_tb
from types import FrameType, NoneType
from typing import Any

from contract_tests.scenes.answers import Answer, Broken
from contract_tests.scenes.scene import Scene

__all__ = ["misread", "unforeseen"]

_OF_READING = (KeyError, IndexError, TypeError, AttributeError, ValueError, ArithmeticError, StopIteration)
_OF_JSON = (NoneType, bool, int, float, str, list, dict)
_OF_CALLING = re.compile(r"\(\) (got|missing|takes) |is not callable$")
_SCENES = "contract_tests.scenes."
_CLIENTS = {f"{_SCENES}{name}" for name in ("sending", "sandboxes", "worlds")}


def misread(problem: Exception, scene: Scene, rules: Sequence[str]) -> Broken | None:
    """
    What *problem* says of an answer; None where it says nothing of any.

    The rule is the one by which that answer was judged last, for a law that takes an answer for accepted reads it under
    the rule that says so; of an answer that was not judged it is the likeliest.

    Args:
        rules: Those that the test is about.
    """
    steps = [step for step in _steps(problem) if _module(step[0]).partition(".")[0] not in sys.stdlib_module_names]
    frame, at = steps[-1]
    is_asking = _module(frame).startswith(_SCENES) or any(_module(each) in _CLIENTS for each, _ in steps)
    if is_asking or not scene.answers or not _is_of_reading(problem):
        return None
    read = _read_at(at)
    answer = _answer_with([frame.f_locals.get(name) for name in re.findall(r"\w+", read)], scene)
    rule = next(iter(_rules_for(answer, scene, rules)), "")
    expected = f"{answer.exchange.title}: an answer of which this can be read: {read} ({_said(problem)})"
    return Broken(rule, expected, answer.exchange.came(), (answer.exchange,)) if rule else None


def _rules_for(answer: Answer, scene: Scene, rules: Sequence[str]) -> Iterator[str]:
    judged = scene.judged.get(answer.exchange.number)
    yield from [judged] if judged else []
    yield from rules if len(rules) == 1 else []
    yield from reversed(scene.judged.values())
    yield from rules


def unforeseen(problem: Exception, scene: Scene) -> str:
    """What a test was not made for, where in it, and at which answer."""
    *_, (_, at) = _steps(problem)
    last = f"; the last answer was {scene.log[-1].came()}" if scene.log else ""
    return f"{_said(problem)} (at {at.filename}:{at.lineno}){last}"


def _said(problem: Exception) -> str:
    return f"{type(problem).__name__}: {problem}"


def _steps(problem: Exception) -> Iterator[tuple[FrameType, FrameSummary]]:
    """From where it was caught to where it was raised."""
    for (frame, _), summary in zip(walk_tb(problem.__traceback__), extract_tb(problem.__traceback__), strict=True):
        yield frame, summary


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _is_of_reading(problem: Exception) -> bool:
    if isinstance(problem, AttributeError):
        return isinstance(problem.obj, _OF_JSON)
    return isinstance(problem, _OF_READING) and not _OF_CALLING.search(str(problem))


def _read_at(at: FrameSummary) -> str:
    """What was read there, as it is written: no more than the expression, where it stands on one line."""
    if at.colno is None or at.lineno != at.end_lineno:
        return at.line or "?"
    return getline(at.filename, at.lineno or 0).encode()[at.colno : at.end_colno].decode()


def _answer_with(values: Sequence[object], scene: Scene) -> Answer:
    """The latest answer that one of *values* is, or is a part of; else the last one."""
    for answer in reversed(scene.answers):
        if any(value is answer or _is_in(value, answer.json) for value in values):
            return answer
    return scene.answers[-1]


def _is_in(part: object, whole: Any) -> bool:
    if not isinstance(whole, dict | list):
        return False
    inner = whole.values() if isinstance(whole, dict) else whole
    return part is whole or any(_is_in(part, each) for each in inner)
