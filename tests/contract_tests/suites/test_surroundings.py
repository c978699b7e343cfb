import gc
import importlib
import signal

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from hypothesis.configuration import storage_directory

from contract_tests.suites.surroundings import (
    Interrupt,
    collecting_seldom,
    terminated_as_interrupted,
    without_constants,
    without_traces,
)


def made_up():
    made = []

    @seed(1)
    @settings(max_examples=500, database=None)
    @given(st.integers())
    def collect(number):
        made.append(number)

    with without_constants():
        collect()
    return made


def test_what_is_made_up_does_not_depend_on_the_modules_that_happen_to_be_loaded(tmp_path, monkeypatch):
    numbers = range(100_000, 100_050)
    (tmp_path / "somebody_elses_module.py").write_text(f"NUMBERS = {list(numbers)}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    before = made_up()

    importlib.import_module("somebody_elses_module")

    assert made_up() == before
    assert not set(before) & set(numbers)


@pytest.fixture(params=[signal.default_int_handler, signal.SIG_IGN], ids=["in front", "in the background"])
def interrupts(request):
    """How a shell starts a program: in the background of a script it hears no Ctrl-C."""
    before = signal.signal(signal.SIGINT, request.param)
    yield request.param
    signal.signal(signal.SIGINT, before)


def test_a_termination_comes_where_an_interrupt_would_so_that_everything_is_taken_back(interrupts):
    with pytest.raises(KeyboardInterrupt), terminated_as_interrupted():
        signal.raise_signal(signal.SIGTERM)

    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is interrupts


def test_in_the_background_of_a_script_an_interrupt_is_not_heard():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with terminated_as_interrupted():
            signal.raise_signal(signal.SIGINT)
        with Interrupt().awaited():
            signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)


def test_who_has_asked_for_terminations_keeps_them():
    came = []
    before = signal.signal(signal.SIGTERM, lambda *_: came.append("theirs"))
    try:
        with terminated_as_interrupted():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)

    assert came == ["theirs"]


def test_hypothesis_keeps_its_tables_where_the_user_keeps_caches(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    with without_traces():
        kept = storage_directory("unicode_data").path

    assert kept.is_relative_to(tmp_path)


def test_the_collector_comes_seldom_while_a_run_goes_on_and_as_before_afterwards():
    usual = gc.get_threshold()

    with collecting_seldom():
        meanwhile = gc.get_threshold()

    assert all(seldom > often for seldom, often in zip(meanwhile, usual, strict=True))
    assert gc.get_threshold() == usual
