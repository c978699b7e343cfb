"""One page that needs nothing else: no network; light or dark as its reader has it. A script, ours alone, searches and copies."""

import base64
import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contract_tests.findings import Finding
from contract_tests.reports.comparing import name_of
from contract_tests.reports.diagrams import draw, state_of
from contract_tests.reports.digest import (
    Mark,
    Times,
    beside_the_rules,
    compared,
    counted,
    doubted,
    facts_of,
    following,
    gaps_in,
    is_cut_short,
    mark_beside,
    mark_of,
    marks_of,
    replay_command,
    sentence_of,
    times_of,
    visible,
)
from contract_tests.reports.marking import Piece, told_apart
from contract_tests.results import OperationResult, Outcome, RuleResult, RunResult

__all__ = ["write_html"]

_TEMPLATES = Path(__file__).parent / "templates"
_SHARES = {
    ("fail", "fails"): (Mark.BROKEN, Mark.ADVICE, Mark.KNOWN),
    ("differ", "differs"): (Mark.DIFFERS,),
    ("not tested", "untested"): (Mark.ERROR, Mark.SKIPPED, Mark.LEFT_OUT),
    ("hold", "holds"): (Mark.HOLDS,),
}
"""What can be shown alone, in a word for people and one for styles, and the marks in it."""
_LEAST_SECONDS = 0.0001  # where the scale begins at the latest: quicker is measured by nobody


@dataclass(frozen=True, slots=True)
class _Scale:
    """Seconds to per cent of a width, by decades: one slow answer must not flatten all the others."""

    first: int
    last: int

    @classmethod
    def over(cls, times: Sequence[Times]) -> "_Scale":
        least = min((each.p50 for each in times), default=0.001)
        most = max((each.worst for each in times), default=1.0)
        first = math.floor(math.log10(max(least, _LEAST_SECONDS)))
        return cls(first, max(math.ceil(math.log10(max(most, _LEAST_SECONDS))), first + 1))

    def place(self, seconds: float) -> float:
        decades = math.log10(max(seconds, 10.0**self.first)) - self.first
        return round(100 * decades / (self.last - self.first), 2)

    def marks(self) -> list[tuple[float, str]]:
        return [(self.place(10.0**decade), _seconds(10.0**decade)) for decade in range(self.first, self.last + 1)]


@dataclass(frozen=True, slots=True)
class _Row:
    """An operation, and where its times lie on the scale."""

    operation: OperationResult
    times: Times | None


def write_html(result: RunResult, file: Path) -> None:
    rows = [_Row(operation, times_of(operation.seconds)) for operation in result.operations]
    marks = marks_of(result)
    script = (_TEMPLATES / "page.js").read_text(encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        # Whatever is shown passes through here, so nothing of a server's can be forgotten; what is `safe` has another type.
        finalize=lambda value: visible(value, lines=True) if type(value) is str else value,
    )
    environment.filters.update(counted=counted, duration=_seconds, mark=mark_of, mark_beside=mark_beside)
    page = environment.get_template("page.html").render(
        result=result,
        evidence=facts_of(result.evidence),
        sentence=sentence_of(result),
        verdict="cut-short" if is_cut_short(result) else result.verdict.name.lower().replace("_", "-"),
        Mark=Mark,
        marks=marks,
        beside=beside_the_rules(result),
        texts={rule.rule.id: rule.rule.text for rule in result.rules},
        doubted=doubted(result),
        shares=[
            (word, place, {mark: len(marks[mark]) for mark in inside if marks[mark]})
            for (word, place), inside in _SHARES.items()
            if any(marks[mark] for mark in inside)
        ],
        share_of={mark: place for (_, place), inside in _SHARES.items() for mark in inside},
        apart=_apart,
        following=following,
        compared=compared(result.comparison) if result.comparison else {},
        new_names={*result.comparison.new} if result.comparison else (),
        name_of=name_of,
        gaps=[gap for gap in gaps_in(result) if gap.mark is not Mark.ERROR],
        ended=[test for test in result.tests if test.outcome is Outcome.ERROR],
        diagrams=[(chart, draw(chart, place)) for place, chart in enumerate(result.state_charts)],
        state_of=state_of,
        rows=rows,
        groups=_groups(result),
        scale=_Scale.over([row.times for row in rows if row.times]),
        style=(_TEMPLATES / "page.css").read_text(encoding="utf-8"),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        replay=lambda finding: replay_command(finding, result.evidence),
    )
    file.write_text(page, encoding="utf-8")


def _apart(finding: Finding) -> tuple[list[Piece], list[Piece]]:
    """Harmless before it is cut: what harms could lie across a cut."""
    return told_apart(visible(finding.expected, lines=True), visible(finding.came, lines=True))


def _groups(result: RunResult) -> list[tuple[str, list[RuleResult], Mapping[Mark, int]]]:
    """
    The rules as the contract has them: operation by operation, "" for those of the whole API; and how many of them came
    out in which other way than to hold, the worst first.
    """
    order = list(Mark)
    groups: list[tuple[str, list[RuleResult], Mapping[Mark, int]]] = []
    for operation, found in groupby(result.rules, lambda rule: rule.rule.operation):
        rules = list(found)
        unkept = Counter(sorted((mark_of(rule) for rule in rules), key=order.index))
        del unkept[Mark.HOLDS]
        groups.append((operation, rules, unkept))
    return groups


def _seconds(seconds: float) -> str:
    """With three digits that count, or whole."""
    number, unit = (seconds, "s") if seconds >= 1 else (seconds * 1000, "ms")
    return f"{number:,.0f} {unit}" if number >= 100 else f"{number:.3g} {unit}"  # noqa: PLR2004 - three digits
