"""Samples of made bugs: how they are drawn, tried, and what is said of them."""

import subprocess
import sys
from collections import Counter
from contextlib import nullcontext
from contextvars import copy_context
from dataclasses import asdict
from io import StringIO
from itertools import islice
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from rich.console import Console

from benchmarks.in_process import SandboxServer
from benchmarks.mutation import measuring
from benchmarks.mutation.measuring import _section, try_sample
from benchmarks.mutation.reach import Reach, _Tracer
from benchmarks.mutation.sampling import draw, equivalents, seed_of_the_kit, unpromised
from benchmarks.mutation.score import EQUIVALENT, NOTICED, UNNOTICED, UNPROMISED, UNREACHED, Score, Trial
from benchmarks.mutation.trials import Part, Played, parts_of, staged_at, try_bug
from benchmarks.report import judge
from mockserver.app import API_NAMES, load_api
from mockserver.booking.ledger import Claim, Pool, Seat
from mockserver.booking.lifecycle import Lifecycle, Move
from mockserver.booking.ports import Kind
from mockserver.defects.bug import Bug, Lines
from mockserver.defects.catalogue import generated


def bug(name, **where):
    return Bug(name, f"{name}.", lambda _: None, **where)


def executed(**lines):
    """Of a desk, in each operation a line."""
    own = {(operation, "desk.py"): frozenset({line}) for operation, line in lines.items()}
    return {**own, ("", "desk.py"): frozenset(lines.values())}


def score(noticed, unnoticed=0, **others):
    return Score(Counter({NOTICED: noticed, UNNOTICED: unnoticed, **others}))


def test_the_share_is_of_those_that_can_be_noticed():
    found = score(147, 3, **{UNPROMISED: 10, EQUIVALENT: 5, UNREACHED: 40})

    assert (found.shown, found.share, found.share_of_all) == (165, 0.98, 147 / 160)


@pytest.mark.parametrize(
    ("noticed", "of", "low", "high"), [(98, 100, 0.9300, 0.9945), (784, 800, 0.9678, 0.9877), (10, 10, 0.7225, 1.0)]
)
def test_the_interval_is_wilsons(noticed, of, low, high):
    assert score(noticed, of - noticed).interval == pytest.approx((low, high), abs=1e-4)


def test_of_nothing_nothing_is_known():
    assert (score(0).share, score(0).interval) == (0.0, (0.0, 1.0))


def test_a_sample_is_the_same_for_a_seed_and_asks_every_operator_alike():
    bugs = [bug(f"XX~said:{number}") for number in range(1_000)] + [bug(f"XX~move:{number}") for number in range(100)]

    drawn = list(islice(draw(bugs, 7), 120))

    assert drawn == list(islice(draw(bugs, 7), 120)) != list(islice(draw(bugs, 8), 120))
    assert 40 <= sum(each.operator == "move" for each in drawn) <= 80
    assert len({each.name for each in draw(bugs, 7)}) == 1_100


def test_the_seed_is_that_of_a_commit():
    assert 0 <= seed_of_the_kit() < 16**8


_NOTHING: frozenset[tuple[str, str]] = frozenset()


def test_a_bug_is_shown_to_the_tests_that_execute_it_the_shortest_first():
    reach = Reach(
        places={
            "long": executed(book=10, cancel=20),
            "short": executed(book=10),
            "other": executed(list=20),
        },
        operations={
            "long": frozenset({"book", "cancel"}),
            "short": frozenset({"book"}),
            "other": frozenset({"list"}),
        },
        happened={
            "long": frozenset({("cancel", "delete seat"), ("", "delete seat")}),
            "short": _NOTHING,
            "other": _NOTHING,
        },
        answers={"long": frozenset({"book.200.id", "book.409.full"}), "short": frozenset(), "other": frozenset()},
        calls={"long": 9, "short": 2, "other": 1},
    )

    assert reach.tests(bug("everywhere")) == ["other", "short", "long"]
    assert reach.tests(bug("a line", lines=(Lines("desk.py", 8, 12),))) == ["short", "long"]
    assert reach.tests(bug("an operation", operations=frozenset({"cancel"}))) == ["long"]
    assert reach.tests(bug("both", operations=frozenset({"cancel"}), lines=(Lines("desk.py", 10, 10),))) == []
    assert reach.tests(bug("an end", needs="delete seat")) == ["long"]
    assert reach.tests(bug("an end elsewhere", operations=frozenset({"book"}), needs="delete seat")) == []
    assert reach.tests(bug("XX~said:book.200.id.off")) == reach.tests(bug("XX~refused:book.409.full.words")) == ["long"]


def test_a_bug_in_what_draws_the_world_is_shown_to_every_test_after_those_that_execute_it():
    reach = Reach(
        places={"short": {}, "long": executed(book=10)},
        operations={"short": frozenset(), "long": frozenset({"book"})},
        happened={"short": _NOTHING, "long": _NOTHING},
        answers={"short": frozenset(), "long": frozenset()},
        calls={"short": 1, "long": 9},
        drawn={"desk.py": frozenset({10})},
    )

    assert reach.tests(bug("an index", lines=(Lines("desk.py", 10, 10),))) == ["long", "short"]
    assert reach.tests(bug("another line", lines=(Lines("desk.py", 11, 11),))) == []
    assert reach.tests(bug("in one", operations=frozenset({"book"}), lines=(Lines("desk.py", 10, 10),))) == ["long"]


class Records:
    """Of a kind, with nothing in them."""

    _kind = Kind("world.seat", Claim)

    def find(self, _):
        return None


def test_what_falls_due_before_a_request_is_not_what_the_request_has_written():
    tracer = _Tracer([])
    written = []

    for operation in ("", "book"):
        tracer._asked.set(operation)
        tracer.delete(lambda *_: None, Records(), 7)
        written.append(tracer.has_written)

    assert written == [False, True]
    assert tracer.happened == {("", "delete world.seat"), ("book", "delete world.seat")}


def test_who_was_told_of_what_is_noted():
    tracer, told = _Tracer([]), []
    tracer._asked.set("book")

    tracer.announce(lambda *announced: told.append(announced), None, "seat.taken", 7)

    assert told == [(None, "seat.taken", 7)]
    assert tracer.happened == {("book", "announce seat.taken"), ("", "announce seat.taken")}


def test_of_requests_at_the_same_moment_each_counts_for_its_own_operation_and_those_to_the_control_plane_for_none():
    tracer, table = _Tracer([]), Lifecycle("visit", ("open", "over"), ("open",), (Move("open", "end", "over"),))
    booking, control = copy_context(), copy_context()
    booking.run(tracer._asked.set, "book")

    for context, event in ((booking, "end"), (control, "begin")):
        context.run(tracer.allows, Lifecycle.allows, table, "open", event)

    assert tracer.happened == {("book", "ask visit open end"), ("", "ask visit open end"), ("", "ask visit open begin")}


def test_who_takes_a_place_again_and_for_whom_is_noted():
    tracer = _Tracer([])

    held: Any = SimpleNamespace(holds={"ann": "ann"}.get)

    for holder, party in (("ann", None), ("bob", "bob")):
        tracer.take(lambda *_, **__: None, held, holder, [(Pool("class", 1), Seat("class", party=party))])
        tracer.happened, noted = set(), tracer.happened
        assert noted == {("", "take again" if party is None else "take for somebody")}


@pytest.mark.parametrize("listed", [equivalents, unpromised])
@pytest.mark.parametrize("api", API_NAMES)
def test_what_need_not_be_noticed_exists_and_has_a_reason(api, listed):
    """A name that is gone: its expression was changed, and whether the new one can be noticed is to be seen."""
    listed = listed()[api]

    assert {*listed} - {*generated(load_api(api, prefix=""))} == set()
    assert [name for name, reason in listed.items() if len(reason) < 20] == []


def test_a_made_bug_is_tried_until_a_test_notices_and_leaves_no_trace():
    server = SandboxServer()
    seen = []

    def look(stage):
        scene = stage.kit.scene(stage.setting, stage.worlds.open(), "trial")
        seen.append(scene.call("getHealth").json)
        return Played((), 1)

    def never(_):
        raise AssertionError("nobody asked")

    blind, law = Part("blind", (), look), next(each for each in parts_of("reservekit") if "RK-B01" in each.rules)
    tests = [blind, law, Part("late", (), never)]

    noticed = try_bug("reservekit", server, "RK~undone:createBooking", tests, seed=1)
    unnoticed = try_bug("reservekit", server, "RK~said:getService.200.data.name.off", [blind], seed=1)
    with server.serving("reservekit") as url, staged_at("reservekit", url, seed=1) as stage:
        after = law.play(stage)
    server.stop()

    assert noticed is not None
    assert unnoticed is not None
    assert (noticed.by, noticed.played, "RK-B01" in {rule for _, rule in noticed.blamed}) == (law.name, 2, True)
    assert (unnoticed.by, unnoticed.played, len(seen)) == ("", 1, 2)
    assert after.findings == ()


class InNoOtherProcess:
    """Pools in which nobody looks and nobody tries."""

    def __init__(self, reach):
        self._reach = reach

    def Pool(self, *_, **__):  # noqa: N802 - as it is called there
        return nullcontext(self)

    def apply(self, *_):
        return self._reach

    def imap(self, _, names):
        assert names == []
        return iter(())


def test_what_was_not_noticed_before_is_judged_by_the_lists_as_they_are_now(monkeypatch, tmp_path):
    kept = {
        "noticed": NOTICED,
        "listed since": UNNOTICED,
        "promised no more": UNNOTICED,
        "listed no more": EQUIVALENT,
        "reached no more": UNNOTICED,
    }
    lines = [msgspec.json.encode(asdict(Trial(name, "", outcome))).decode() for name, outcome in kept.items()]
    (tmp_path / "reservekit-00000007.jsonl").write_text("\n".join(lines), encoding="utf-8")
    reach = Reach({"test": executed(book=10)}, {"test": frozenset({"book"})}, {"test": _NOTHING}, {}, {"test": 1})
    drawn = [bug(name, needs="delete seat" if name == "reached no more" else "") for name in kept]
    monkeypatch.setattr(measuring, "_KEPT", tmp_path)
    monkeypatch.setattr(measuring, "draw", lambda *_: iter(drawn))
    monkeypatch.setattr(measuring, "get_context", lambda _: InNoOtherProcess(reach))
    monkeypatch.setattr(measuring, "equivalents", lambda: {"reservekit": {"listed since": "Nobody can ask."}})
    monkeypatch.setattr(measuring, "unpromised", lambda: {"reservekit": {"promised no more": "No page says so."}})

    trials = try_sample("reservekit", size=5, seed=7, until=None, out=Console(file=StringIO()))

    found = {trial.name: trial.outcome for trial in trials}
    assert found == {
        "noticed": NOTICED,
        "listed since": EQUIVALENT,
        "promised no more": UNPROMISED,
        "listed no more": UNNOTICED,
        "reached no more": UNREACHED,
    }


def test_what_was_not_noticed_is_published_with_its_sentence():
    of_api = {
        "measured": "today",
        "seed": "1903aa2f",
        "counts": {NOTICED: 97, UNNOTICED: 3},
        "unnoticed": [["RK~move:x", "A booking moves."]],
        "clean_seeds": 20,
        "findings_on_clean": 0,
        "alone_shown": 11,
        "alone_found": 0,
    }

    section = _section({"reservekit": of_api})

    assert "Not noticed: `RK~move:x`. A booking moves." in section.notes
    (goal,) = [each for each in judge([section]) if "nobody wrote" in each.promise]
    assert (goal.found, goal.met) == ("97.0 %, surely 91.5 %", False)


def test_counts_of_apis_are_added():
    trials = [Trial("a", "", NOTICED), Trial("b", "", UNNOTICED)]

    assert sum([Score.of(trials), Score.of(trials[:1])], Score.of([])).counts == {NOTICED: 2, UNNOTICED: 1}


@pytest.mark.nightly
def test_of_bugs_of_another_teams_server_those_that_break_what_a_page_states_are_noticed():
    bugs = ("~step:independent_appointments.book:0c093", "~boundary:independent_appointments.make_appointment:9ee66")
    command = [sys.executable, "-m", "benchmarks.mutation.strangers", "--seed", "1", "--only", *bugs]

    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=3_000).stdout

    assert "{'noticed': 1, 'unnoticed': 1}" in said or "{'unnoticed': 1, 'noticed': 1}" in said, said
    assert f"noticed   {bugs[0]}" in said
