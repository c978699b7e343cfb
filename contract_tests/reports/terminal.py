"""What a person sees: progress while it runs, each finding with its steps, one screen at the end.

On a terminal a line that moves; elsewhere plain lines, one for each tenth of a layer that takes over a second and one at
least every ten seconds, for a log must not fall silent.
Answers of the API are shown without their control characters: a server must not drive somebody's terminal.
"""

import textwrap
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column
from rich.text import Text

from contract_tests.contracts import Rule
from contract_tests.findings import Finding, Step
from contract_tests.laws.law import Layer
from contract_tests.reports.digest import (
    Mark,
    beside_the_rules,
    compared,
    counted,
    following,
    gaps_in,
    is_cut_short,
    mark_beside,
    marks_of,
    promise_of,
    replay_command,
    replaying,
    sentence_of,
    told,
    told_step,
    untested,
    visible,
)
from contract_tests.results import Evidence, Outcome, RuleResult, RunResult, Verdict
from contract_tests.suites.plans import Mode
from doublebook_data.views import View

__all__ = ["Terminal", "terminal_console"]

_LOG_WIDTH = 110  # where nobody tells a width: lines in a CI log that are neither cut nor folded
_HEARTBEAT_SECONDS = 10.0
_MINUTE = 60
_TENTHS = 10
_BARS = {110: 16, 80: 6}
"""How wide the bar is, by how wide the terminal is at least."""
_HEART = "heartbeat"

# Together with what stands between them one screen of forty lines, 80 wide; a run in which only rules broke takes 24.
_MOST_BROKEN = 5
_MOST_AGAIN = 4
_MOST_BESIDE = 2
_MOST_DIFFERENCES = 3
_MOST_ERRORS = 2
_MOST_GAPS = 4
_MOST_UNTESTED = 2
_MOST_SAID = 3
_MOST_NAMED = 3
_HASH_SHOWN = 12

_FOLDED = {"  expected": " " * 12, "  got": " " * 12, "     ->": " " * 8}
"""What of a finding is no command, by how its line begins, and where the next one begins."""

_STYLES = {
    Verdict.PASSED: "bold green",
    Verdict.FAILED: "bold red",
    Verdict.CANNOT_RUN: "bold red",
    Verdict.NOTHING_TESTED: "bold yellow",
    Verdict.INTERRUPTED: "bold yellow",
}
_CUT_SHORT = "bold yellow"
_COLOURS = {
    Mark.BROKEN: "bold red",
    Mark.ERROR: "bold red",
    Mark.ADVICE: "yellow",
    Mark.KNOWN: "cyan",
    Mark.DIFFERS: "magenta",
    Mark.SKIPPED: "yellow",
    Mark.HOLDS: "green",
}


_BECAME = {"new": "bold red", "gone": "green"}

_HELD_TO = {
    View.OURS: "all of the document, our readings included",
    View.AGREED: "what a page states; what it reads otherwise is a difference",
}


def terminal_console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_LOG_WIDTH)


@dataclass(slots=True)
class _State:
    """
    How far a layer is.

    Args:
        steps: How many it has; None where nobody knows.
        seconds: Since it began.
        limit: Seconds that the run still has; None where it has no limit.
    """

    layer: str = ""
    steps: int | None = None
    done: int = 0
    seconds: float = 0.0
    step: str = ""
    requests: int = 0
    findings: int = 0
    limit: float | None = None

    def __str__(self) -> str:
        """`laws 28 of 119, 1:20, about 4 min left`."""
        parts = [self.layer + (f" {self.done} of {self.steps}" if self.steps else ""), _clock(self.seconds)]
        if self.seconds_left is not None:
            parts.append(f"about {_about(self.seconds_left)} left")
        return ", ".join(parts)

    @property
    def counts(self) -> str:
        return f"{counted(self.requests, 'call')}, {counted(self.findings, 'finding')}"

    @property
    def seconds_left(self) -> float | None:
        """If what is left takes as long as what was; within the limit of the run."""
        guess = self.seconds / self.done * (self.steps - self.done) if self.steps and self.done else None
        return min((each for each in (guess, self.limit) if each is not None), default=None)

    @property
    def tenths(self) -> int:
        """How many are done, as far as a log is told: nothing of few steps or of the first second, and not of the last."""
        is_told = self.steps is not None and _TENTHS <= self.steps > self.done and self.seconds >= 1
        return self.done * _TENTHS // self.steps if is_told and self.steps else 0


_TOUCHES = {
    Mode.OBSERVE: "This run only reads there.",
    Mode.OWN: "This run writes there, to what it made or was given alone, and takes back what it made.",
    Mode.FULL: "This run creates, changes and deletes data there: meant for a sandbox or a disposable target.",
}


class Terminal:
    """
    A `suites.plans.Watcher` that writes to a console.

    Args:
        clock: Answers seconds.
    """

    def __init__(
        self,
        console: Console,
        *,
        heartbeat_seconds: float = _HEARTBEAT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._every = heartbeat_seconds
        self._clock = clock
        self._began_at = 0.0
        self._spoken = threading.Event()
        self._state = _State()
        self._evidence: Evidence | None = None
        self._seen: set[str] = set()
        self._times: Counter[str] = Counter()
        self._steps = 0
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._heart: threading.Thread | None = None
        self._stopped = threading.Event()

    def announce(self, evidence: Evidence, *, planned: Mapping[Layer, int]) -> None:
        self._evidence = evidence
        self._head(evidence)
        layers = ", ".join(f"{layer} {steps}" for layer, steps in planned.items() if steps)
        self._prose(f"steps    {layers or 'none'}")
        touched = _touched(Mode(evidence.mode), planned)
        if touched is not None:
            self._prose(_TOUCHES[touched], indent="")
        if evidence.stand_ins:
            tokens = ", ".join(f"${variable} for that of {who}" for variable, who in evidence.stand_ins.items())
            self._prose(f"tokens   not shown: a command says {tokens}")

    def layer_started(self, layer: Layer, steps: int | None) -> None:
        self.close()
        was, self._began_at = self._state, self._clock()
        self._state = _State(layer, steps, requests=was.requests, findings=was.findings)
        if self._console.is_terminal:
            self._bar = _bar(self._console)
            self._task = self._bar.add_task(str(self._state), total=steps, state=self._state.counts, step="")
            self._bar.start()
        else:
            self._stopped = threading.Event()
            self._heart = threading.Thread(target=self._beat, args=(self._stopped,), name=_HEART, daemon=True)
            self._heart.start()

    def progressed(self, *, step: str, requests: int, findings: int, seconds_left: float | None) -> None:
        was, seconds = self._state, self._clock() - self._began_at
        now = _State(was.layer, was.steps, was.done + 1, seconds, step, requests, findings, seconds_left)
        self._state = now
        if self._bar:
            self._bar.update(self._task, advance=1, description=str(now), state=now.counts, step=visible(step))
        elif now.tenths > was.tenths:
            self._spoken.set()
            self._line(f"{now}; {now.counts}")

    def layer_finished(self, layer: Layer, *, said: str) -> None:
        self.close()
        self._line(f"{layer}: {said}")

    def found(self, finding: Finding, rule: Rule | None) -> None:
        """In full the first time; what breaks the same promise again gets one line, and what is known one in all."""
        replay = replay_command(finding, self._evidence) if self._evidence else ""
        same = _name(finding)
        if finding.known:
            if same not in self._seen:
                self._prose(f"KNOWN {same}: {finding.known}", _COLOURS[Mark.KNOWN], indent="  ")
            self._seen.add(same)
            return
        self._times[same] += 1
        if self._times[same] > 1:
            if self._times[same] <= _MOST_AGAIN:
                self._line(f"BROKEN {same} again, in {finding.check}{replay and f': {replay}'}", "red")
            return
        self._line("")
        self._prose(f"BROKEN {_name(finding)}: {promise_of(finding, rule)}", "bold red", indent="  ")
        for line in told(finding, rule):
            self._told(line)
        if replay:
            self._line(f"  replay:   {replay}", "bold")
        if finding.world:
            self._line(f"  the sandbox {finding.world} is kept as it was left")
            if finding.reset:
                self._line(f"  to paste them: {finding.reset}")
            else:
                self._prose("  pasted one by one the steps need not show it again: the replay does", indent="  ")

    def step(self, step: Step) -> None:
        """One of a test that is replayed, after those before it."""
        self._steps += 1
        for line in told_step(self._steps, step):
            self._told(line)

    def close(self) -> None:
        if self._bar:
            self._bar.stop()
            self._bar = None
        if self._heart:
            self._stopped.set()
            self._heart.join()
            self._heart = None

    def summarise(self, result: RunResult) -> None:
        """Forty lines, however much there is to say: the reports have the rest."""
        marks = marks_of(result)
        self._line("")
        self._head(result.evidence)
        self._count(result, marks)
        self._line("")
        broken = [
            (mark, rule) for mark in (Mark.BROKEN, Mark.ADVICE, Mark.KNOWN) for rule in marks[mark] if not rule.follows
        ]
        for mark, rule in broken[:_MOST_BROKEN]:
            self._line(self._cut(f"{mark:<8} {rule.rule.id}  {rule.rule.text}"), _COLOURS[mark])
            if said := rule.known or _first_replay(rule):
                self._line(f"         {said}")
            for what, ids in zip(("broken as it is", "not judged because of it"), following(rule, result), strict=True):
                if ids:
                    self._line(self._cut(f"         {what}: {ids}"), _COLOURS[mark])
        if rest := [rule.rule.id for _, rule in broken[_MOST_BROKEN:]]:
            self._line(self._cut(f"         and {len(rest)} more: {', '.join(rest)}"), "red")
        if any(_first_replay(rule) and not rule.known for _, rule in broken):
            self._line(f"replay   {replaying('ID', result.evidence)}")
        self._list(_beside(result), most=_MOST_BESIDE)
        self._list(_differences(result), most=_MOST_DIFFERENCES)
        self._list(_errors(result), most=_MOST_ERRORS)
        self._list(_gaps(result), most=_MOST_GAPS)
        self._list(_untested(result), most=_MOST_UNTESTED)
        self._list(_remarks(result), most=_MOST_SAID)
        self._compared(result)
        self._prose(sentence_of(result), _CUT_SHORT if is_cut_short(result) else _STYLES[result.verdict], indent="")

    def _compared(self, result: RunResult) -> None:
        if result.comparison is None:
            return
        self._line(f"compared with the run of {result.comparison.started_at} at {result.comparison.base_url}", "bold")
        for word, names in compared(result.comparison).items():
            self._line(self._cut(f"  {word:<13} {len(names):>3}  {', '.join(names)}"), _BECAME.get(word, ""))
        if not compared(result.comparison):
            self._line("  nothing was found then or now")

    def _head(self, evidence: Evidence) -> None:
        self._line(f"{evidence.api} at {evidence.base_url}", "bold")
        self._prose(f"run      {evidence.profile}, mode {evidence.mode}, seed {evidence.seed}, {evidence.started_at}")
        self._prose(f"held to  {_HELD_TO[evidence.view]}")
        suite, contract = evidence.suite[:_HASH_SHOWN], evidence.contract[:_HASH_SHOWN]
        self._prose(
            f"kit      {evidence.kit}, suite {suite}, contract {contract}{evidence.sandbox and f', sandbox {evidence.sandbox}'}"
        )

    def _count(self, result: RunResult, marks: Mapping[Mark, Sequence[RuleResult]]) -> None:
        counts = Text("rules    ")
        for mark, rules in marks.items():
            if rules:
                counts.append(f"{len(rules):,} {mark}", style=_COLOURS.get(mark, ""))
                counts.append("   ")
        self._console.print(counts, soft_wrap=True)
        called = sum(bool(operation.seconds) for operation in result.operations)
        self._line(
            f"calls    {result.requests:,} to {called} of {counted(len(result.operations), 'operation')} "
            f"in {result.seconds:,.1f} s"
        )

    def _list(self, lines: Sequence[tuple[str, str]], *, most: int) -> None:
        """Each with its style."""
        shown = lines if len(lines) == most + 1 else lines[:most]  # "and 1 more" would take its place
        for line, style in shown:
            self._line(self._cut(line), style)
        if rest := len(lines) - len(shown):
            self._line(f"         and {rest} more lines like these: see a report")

    def _beat(self, stopped: threading.Event) -> None:
        while not stopped.wait(self._every):
            if self._spoken.is_set():  # since the last beat
                self._spoken.clear()
                continue
            now = replace(self._state, seconds=self._clock() - self._began_at)
            self._line(f"{now}; {now.counts}{f'; done: {now.step}' if now.step else ''}")

    def _told(self, line: str) -> None:
        """What came is folded at its own margin. What can be copied never is."""
        margin = next((margin for start, margin in _FOLDED.items() if line.startswith(start)), "")
        if margin:
            self._prose(line, indent=margin)
        else:
            self._line(line)

    def _prose(self, text: str, style: str = "", *, indent: str = " " * 9) -> None:
        """On a terminal folded between words. In a log a line is a line, and can be looked for."""
        if not self._console.is_terminal:
            self._line(text, style)
            return
        width = self._console.width - 1
        for line in textwrap.wrap(visible(text), width, subsequent_indent=indent, break_on_hyphens=False):
            self._line(line, style)

    def _cut(self, text: str) -> str:
        """The beginning of *text*, on one line."""
        room = self._console.width - 1
        flat = visible(text)
        return flat if len(flat) <= room else f"{flat[: room - 3]}..."

    def _line(self, text: str, style: str = "") -> None:
        # Soft wrap: a curl that is broken into lines cannot be copied.
        self._console.print(Text(visible(text), style=style), soft_wrap=True)


def _touched(mode: Mode, planned: Mapping[Layer, int]) -> Mode | None:
    """How much of *mode* the planned steps need of a target; None where they ask it nothing."""
    asking = {layer for layer, steps in planned.items() if steps} - {Layer.SPEC, Layer.TIMING}
    if not asking:
        return None
    return Mode.OBSERVE if asking == {Layer.READS} else mode


def _bar(console: Console) -> Progress:
    """The narrower the terminal, the less of a bar: what is said beside it is worth more."""
    bar = [BarColumn(bar_width=width, complete_style="cyan", finished_style="cyan") for width in _bar_widths(console)]
    return Progress(
        TextColumn("{task.description}"),
        *bar,
        TextColumn("{task.fields[state]}"),
        TextColumn(
            "{task.fields[step]}", markup=False, table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")
        ),
        console=console,
        transient=True,
        expand=True,
    )


def _bar_widths(console: Console) -> list[int]:
    return [width for least, width in _BARS.items() if console.width >= least][:1]


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), _MINUTE)
    return f"{minutes}:{rest:02}"


def _about(seconds: float) -> str:
    return f"{seconds / _MINUTE:.0f} min" if seconds >= 1.5 * _MINUTE else f"{seconds:.0f} s"


def _name(finding: Finding) -> str:
    return finding.rule or f"{finding.operation} [{finding.check}]"


def _first_replay(rule: RuleResult) -> str:
    return next((finding.replay for finding in rule.findings if finding.replay), "")


def _beside(result: RunResult) -> list[tuple[str, str]]:
    checks: dict[str, list[Finding]] = {}
    for finding in beside_the_rules(result):
        checks.setdefault(finding.check, []).append(finding)
    lines = []
    for check, found in checks.items():
        where = ", ".join(dict.fromkeys(finding.operation for finding in found))
        got = f": {found[0].came}" if len(found) == 1 else ""
        worst = min((mark_beside(finding) for finding in found), key=list(Mark).index)
        word = Mark.KNOWN if worst is Mark.KNOWN else found[0].severity
        lines.append((f"{word:<8} {check}: {counted(len(found), 'finding')}, {where}{got}", _COLOURS[worst]))
    return lines


def _differences(result: RunResult) -> list[tuple[str, str]]:
    return [
        (f"{Mark.DIFFERS:<8} {_name(each)}: ours is {each.expected}; there {each.came}", _COLOURS[Mark.DIFFERS])
        for each in result.differences
    ]


def _errors(result: RunResult) -> list[tuple[str, str]]:
    return [(f"error    {test.name}: {test.why}", "bold red") for test in result.tests if test.outcome is Outcome.ERROR]


def _gaps(result: RunResult) -> list[tuple[str, str]]:
    """Of rules with an error nothing: the tests that ended by one have told it."""
    lines = []
    for gap in gaps_in(result):
        which = ", ".join(gap.rules) if len(gap.rules) <= _MOST_NAMED else counted(len(gap.rules), "rule")
        if gap.mark is not Mark.ERROR:
            lines.append((f"{gap.mark:<8} {which}: {gap.reason}", _COLOURS.get(gap.mark, "")))
    return lines


def _untested(result: RunResult) -> list[tuple[str, str]]:
    return [(f"NOT TESTED {each.label}: {each.why_untested}", "yellow") for each in untested(result)]


def _remarks(result: RunResult) -> list[tuple[str, str]]:
    said = [(f"PROBLEM {each}", "bold red") for each in result.problems]
    said += [(f"WARNING {each}", "yellow") for each in result.warnings]
    said += [(f"NOT TAKEN BACK {each}", "yellow") for each in result.leaked]
    said += [(f"NOT REACHED {each}", "yellow") for each in result.unreached]
    return said
