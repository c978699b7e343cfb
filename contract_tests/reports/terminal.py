"""What a person sees: progress while it runs, each finding with a curl, one screen at the end.

On a terminal a moving bar; elsewhere plain lines, at least one every few seconds, for a log must not fall silent.
Answers of the API are shown without their control characters: a server must not drive somebody's terminal.
"""

import re
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from contract_tests.findings import Finding
from contract_tests.results import OperationResult, RunResult, Verdict
from contract_tests.suites.plans import Plan

__all__ = ["Terminal", "terminal_console"]

_LOG_WIDTH = 110  # where nobody tells a width: a table in a CI log that is neither cut nor folded
_HEARTBEAT_SECONDS = 10.0
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_STYLES = {
    Verdict.PASSED: "bold green",
    Verdict.FAILED: "bold red",
    Verdict.CANNOT_RUN: "bold red",
    Verdict.NOTHING_TESTED: "bold yellow",
    Verdict.INTERRUPTED: "bold yellow",
}


def terminal_console() -> Console:
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_LOG_WIDTH)


class Terminal:
    """A `suites.plans.Watcher` that writes to a console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._told_at = 0.0
        self._phase = ""
        self._began_at = 0.0

    def announce(self, *, api: str, suite: str, base_url: str, plan: Plan) -> None:
        self._line(
            f"{api}: {suite} against {base_url} (seed {plan.seed}, {plan.max_examples} examples an operation, "
            f"{plan.workers} worker{'s' if plan.workers > 1 else ''})"
        )
        self._line("This run creates, changes and deletes data there: meant for a sandbox or a disposable target.")

    def phase_started(self, phase: str, steps: int | None) -> None:
        self._phase, self._began_at, self._told_at = phase, time.monotonic(), time.monotonic()
        if self._console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description:<9}"),
                BarColumn(),
                TextColumn("{task.fields[requests]:,} requests, {task.fields[findings]} findings"),
                TimeElapsedColumn(),
                console=self._console,
                transient=True,
            )
            self._task = self._bar.add_task(phase, total=steps, requests=0, findings=0)
            self._bar.start()

    def progressed(self, requests: int, findings: int) -> None:
        if self._bar:
            self._bar.update(self._task, advance=1, requests=requests, findings=findings)
        elif time.monotonic() - self._told_at >= _HEARTBEAT_SECONDS:
            self._told_at = time.monotonic()
            self._line(f"{self._phase}: {requests} requests so far, {findings} findings")

    def phase_finished(self, phase: str, *, cases: int, skipped_because: str | None) -> None:
        self.close()
        if skipped_because:
            self._line(f"{phase}: skipped ({skipped_because})")
        else:
            self._line(f"{phase}: {cases} cases in {time.monotonic() - self._began_at:.1f} s")

    def found(self, finding: Finding) -> None:
        self._line("")
        self._line(f"FINDING ({finding.severity}) {finding.operation} [{finding.check}, {finding.phase}]", "bold red")
        self._line(f"  expected  {finding.expected}")
        self._line(f"  came      {finding.came}")
        for line in finding.detail.splitlines():
            self._line(f"            {line}" if line else "")
        for number, command in enumerate(finding.commands):
            for offset, line in enumerate(command.splitlines()):
                self._line(f"  {'repeat' if number == offset == 0 else '':<8}  {line}")

    def close(self) -> None:
        """Take the moving bar away, if there is one; whoever started the run calls it last."""
        if self._bar:
            self._bar.stop()
            self._bar = None

    def summarise(self, result: RunResult) -> None:
        self._line("")
        self._console.print(_table(result))
        for problem in result.problems:
            self._line(f"PROBLEM {problem}", "bold red")
        self._line(_verdict(result), _STYLES[result.verdict])

    def _line(self, text: str, style: str = "") -> None:
        visible = _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text)
        # Soft wrap: a curl that is broken into lines cannot be copied.
        self._console.print(Text(visible, style=style), soft_wrap=True)


def _table(result: RunResult) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("operation", overflow="fold")
    for column in (*result.phases, "accepted"):
        table.add_column(column, justify="right")
    table.add_column("result")
    for operation in result.operations:
        numbers = [str(operation.cases.get(phase, 0)) for phase in result.phases]
        table.add_row(operation.label, *numbers, str(operation.accepted), _result_of(operation))
    return table


def _result_of(operation: OperationResult) -> Text:
    if operation.findings:
        return Text(_counted(len(operation.findings), "finding"), style="red")
    return Text("passed", style="green") if operation.was_tested else Text("not tested", style="yellow")


def _verdict(result: RunResult) -> str:
    word = {
        Verdict.PASSED: "PASSED",
        Verdict.FAILED: f"FAILED with {_counted(len(result.findings), 'finding')}",
        Verdict.CANNOT_RUN: "NOT PASSED: some of it could not be tested",
        Verdict.NOTHING_TESTED: "NOTHING WAS TESTED",
        Verdict.INTERRUPTED: f"INTERRUPTED after {_counted(len(result.findings), 'finding')}",
    }[result.verdict]
    return (
        f"{word}: {result.tested} of {len(result.operations)} operations tested, {result.requests} requests, "
        f"{result.seconds:.1f} s, seed {result.seed}"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
