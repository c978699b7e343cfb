"""What a run needs around it so that Schemathesis and Hypothesis behave in somebody else's terminal and folder."""

import ast
import functools
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.internal.conjecture import engine, providers
from hypothesis.internal.constants_ast import Constants
from requests import Session
from schemathesis.transport.requests import SameHostRedirectsSession

from contract_tests.outgoing import Outlet
from contract_tests.scenes.leftovers import cache_folder

__all__ = [
    "Interrupt",
    "collecting_seldom",
    "drawing_afresh",
    "parsing_in_turn",
    "searching_as_usual",
    "sending_through",
    "terminated_as_interrupted",
    "without_constants",
    "without_traces",
]


_INTERRUPTED = 130
_SAME_SECONDS = 0.5
"""Signals so close together are one: `timeout` sends its own to the process and once more to the group."""


_GC_THRESHOLDS = (2_000, 50, 100)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Documents and strategies stay for the whole run, and the collector walked through all of them: a tenth of its time."""
    usual = gc.get_threshold()
    gc.set_threshold(*_GC_THRESHOLDS)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """
    Take SIGTERM, which `timeout`, `docker stop` and Kubernetes send, as Ctrl-C is taken: what was made is taken back.

    Only where the main thread calls, and nobody else has asked for the signals.
    """
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    is_usual = all(signal.getsignal(number) in (handler, signal.SIG_IGN) for number, handler in usual.items())
    if not is_usual or threading.current_thread() is not threading.main_thread():
        yield
        return
    with _taking_signals(lambda: signal.default_int_handler(signal.SIGINT, None)):
        yield


@contextmanager
def _taking_signals(take: Callable[[], object]) -> Iterator[None]:
    """
    Have *take* called by the first Ctrl-C or SIGTERM. The second ends the process, whatever it waits for.

    A signal that is ignored stays so: a shell starts what a script sends to the background without Ctrl-C.
    """
    first_at: list[float] = []

    def came(_number: int, _frame: FrameType | None) -> None:
        if not first_at:
            first_at.append(time.monotonic())
            take()
        elif time.monotonic() - first_at[0] > _SAME_SECONDS:
            _end_at_once()

    heard = [number for number in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(number) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, came) for number in heard}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _end_at_once() -> NoReturn:
    """Not by an exception: it would first have to pass by everybody who takes something back, or waits for a thread."""
    with suppress(RuntimeError, OSError, ValueError):  # it may be writing, or nobody may be listening
        print("\x1b[?25h" * sys.stdout.isatty(), end="", flush=True)  # noqa: T201 - a bar hides the cursor
        os.write(2, b"contract-tests: ended at once: what it made is not taken back, and no report is written\n")
    os._exit(_INTERRUPTED)


class Interrupt:
    """
    The first Ctrl-C or SIGTERM ends the run after the requests under way, the second one at once.

    Not left to KeyboardInterrupt: the engine forgets one that arrives while it is setting up a phase, and goes on.
    """

    def __init__(self) -> None:
        self.has_come = False
        self._stops: list[Callable[[], None]] = []

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Take Ctrl-C and SIGTERM from here on. Only the main thread can; another one is left to whoever has it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        with _taking_signals(self.come):
            yield

    def come(self) -> None:
        self.has_come = True
        for stop in self._stops:
            stop()

    @contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Have *stop* called when it comes, at once when it has come already."""
        self._stops.append(stop)
        if self.has_come:
            stop()
        try:
            yield
        finally:
            self._stops.remove(stop)


@contextmanager
def sending_through(outlet: Outlet) -> Iterator[None]:
    """Schemathesis opens sessions of its own, all of one class, for requests, probes and checks: these too are bounded."""

    def open_fitted(self: Session) -> None:
        Session.__init__(self)
        outlet.fit(self)

    SameHostRedirectsSession.__init__ = open_fitted  # type: ignore[method-assign]
    try:
        yield
    finally:
        del SameHostRedirectsSession.__init__


@contextmanager
def parsing_in_turn() -> Iterator[None]:
    """
    CPython 3.11 fails with `SystemError: AST constructor recursion depth mismatch` when two threads build syntax
    trees at once, which Hypothesis does to read lambdas. Seen with two workers.
    """
    parse = ast.parse
    turn = threading.Lock()

    @functools.wraps(parse)
    def parse_in_turn(*arguments: Any, **options: Any) -> Any:
        with turn:
            return parse(*arguments, **options)

    ast.parse = parse_in_turn
    try:
        yield
    finally:
        ast.parse = parse


@contextmanager
def searching_as_usual() -> Iterator[None]:
    """After a run with a time limit, which has cut short how long Hypothesis looks for fewer steps, it takes its time again."""
    usual = engine.MAX_SHRINKING_SECONDS
    try:
        yield
    finally:
        engine.MAX_SHRINKING_SECONDS = usual


@contextmanager
def drawing_afresh() -> Iterator[None]:
    """
    Hypothesis varies what it has drawn up to five times before it draws again, and climbs towards what an operation accepts.
    Where ids come from an inventory both mostly repeat what was asked (`docs/decisions`, 0027), and there is no setting for either.
    """
    runner = engine.ConjectureRunner
    usual = runner.generate_mutations_from, runner.optimise_targets
    runner.generate_mutations_from = lambda *_: None  # type: ignore[method-assign]
    runner.optimise_targets = lambda *_, **__: False  # type: ignore[method-assign]
    try:
        yield
    finally:
        runner.generate_mutations_from, runner.optimise_targets = usual  # type: ignore[method-assign]


@contextmanager
def without_constants() -> Iterator[None]:
    """
    Hypothesis puts constants of the modules that happen to be loaded into what it makes up, so the same seed would send
    something else from a checkout, from a package and from inside somebody's tests.
    """
    find = providers._get_local_constants  # noqa: SLF001 - there is no setting for it
    providers._get_local_constants = Constants  # noqa: SLF001
    providers.CONSTANTS_CACHE.cache.clear()
    try:
        yield
    finally:
        providers._get_local_constants = find  # noqa: SLF001
        providers.CONSTANTS_CACHE.cache.clear()


@contextmanager
def without_traces() -> Iterator[None]:
    """
    Hypothesis keeps tables of Unicode in `.hypothesis` of the current folder, which is the user's. Here they are kept in the
    user's cache: to make them takes a second.
    """
    set_hypothesis_home_dir(cache_folder() / "hypothesis")
    try:
        yield
    finally:
        set_hypothesis_home_dir(None)
