"""GitHub Actions: annotations on the contract, by workflow commands on standard output, and a job summary in Markdown.

The summary is appended: the file, `$GITHUB_STEP_SUMMARY`, belongs to the whole job.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from contract_tests.contracts import Rule
from contract_tests.findings import Finding
from contract_tests.reports.digest import (
    Mark,
    beside_the_rules,
    counted,
    doubted,
    facts_of,
    gaps_in,
    is_cut_short,
    mark_beside,
    mark_of,
    marks_of,
    promise_of,
    replay_command,
    sentence_of,
    untested,
    visible,
)
from contract_tests.reports.places import Places
from contract_tests.results import Evidence, Outcome, RuleResult, RunResult, Verdict

__all__ = ["write_github"]

# A summary may have 1 MiB, and the page shows ten annotations of a kind: what counts comes first.
_MOST_TOLD = 50
_MOST_BYTES = 800_000
_MOST_NAMED = 12
_SHOWN = 2_000  # characters of one answer
_ANNOTATED = {
    Mark.BROKEN: ("error", "is broken"),
    Mark.ADVICE: ("warning", "should hold and is broken"),
    Mark.KNOWN: ("notice", "is broken, as is known"),
}
_ICONS = {
    Verdict.PASSED: "✅",
    Verdict.FAILED: "❌",
    Verdict.CANNOT_RUN: "❌",
    Verdict.NOTHING_TESTED: "⚠️",
    Verdict.INTERRUPTED: "⚠️",
}
_CUT_SHORT = "⚠️"


def write_github(result: RunResult, file: Path) -> None:
    """Print the annotations and append the summary to *file*."""
    for command in _annotations(result):
        click.echo(command)
    with file.open("a", encoding="utf-8") as summary:
        summary.write("\n".join(_summary(result)) + "\n\n")


def _annotations(result: RunResult) -> Iterator[str]:
    """One for each broken rule and for each finding beside the rules, what counts first."""
    places = Places(result.evidence.api)
    for mark, (kind, word) in _ANNOTATED.items():
        for rule in marks_of(result)[mark]:
            finding = rule.findings[0] if rule.findings else None
            lines = [rule.rule.text]
            if finding:
                replay = replay_command(finding, result.evidence)
                lines += [f"Expected {finding.expected}", f"Got {finding.came}", *([replay] if replay else [])]
            yield _command(kind, lines, places.uri, places.of_rule(rule.rule.id), f"{rule.rule.id} {word}")
    for finding in beside_the_rules(result):
        kind, _ = _ANNOTATED[mark_beside(finding)]
        lines = [f"Expected {finding.expected}", f"Got {finding.came}"]
        title = f"{finding.operation}: {finding.check}"
        yield _command(kind, lines, places.uri, places.of_finding(finding), title)
    for rule in doubted(result):
        yield _command(
            "error",
            [f"Skipped: {rule.why}"],
            places.uri,
            places.of_rule(rule.rule.id),
            f"{rule.rule.id} is not certified",
        )
    for name, why in _errors(result):
        yield f"::error title={_property(name)}::{_data(why)}"
    for warning in result.warnings:
        yield f"::warning title=contract-tests::{_data(warning)}"


def _errors(result: RunResult) -> list[tuple[str, str]]:
    ended = [(test.name, test.why) for test in result.tests if test.outcome is Outcome.ERROR]
    return ended + [("could not be tested", problem) for problem in result.problems]


def _command(kind: str, lines: Sequence[str], uri: str, line: int, title: str) -> str:
    said = "%0A".join(map(_data, lines))
    return f"::{kind} file={_property(uri)},line={line},title={_property(title)}::{said}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _summary(result: RunResult) -> Iterator[str]:
    marks = marks_of(result)
    yield f"## {_CUT_SHORT if is_cut_short(result) else _ICONS[result.verdict]} contract-tests: {_text(result.evidence.api)}"
    yield ""
    yield f"**{_text(sentence_of(result))}**"
    yield ""
    present = [mark for mark, rules in marks.items() if rules]
    if present:
        yield f"| {' | '.join(present)} |"
        yield f"|{' ---: |' * len(present)}"
        yield f"| {' | '.join(f'{len(marks[mark]):,}' for mark in present)} |"
    worst = [rule for mark in _ANNOTATED for rule in marks[mark]]
    beside = beside_the_rules(result)
    if worst or beside:
        yield "\n### What is broken\n"
        told = [*_within(_MOST_BYTES, _told(worst[:_MOST_TOLD], beside[:_MOST_TOLD], result.evidence))]
        yield from told
        if more := len(worst) + len(beside) - len(told):
            yield f"\nand {counted(more, 'more finding')}: see the other reports."
    if result.differences:
        yield f"\n<details><summary>{counted(len(result.differences), 'difference')}: no page states how</summary>\n"
        yield from (
            f"- {_text(each.rule or each.operation)}: ours is {_text(each.expected)}; there {_text(each.came[:_SHOWN])}"
            for each in result.differences[:_MOST_TOLD]
        )
        yield "\n</details>"
    remarks = [*_remarks(result)]
    if remarks:
        yield "\n### What was not judged, and what else to know\n"
        yield from remarks
    yield "\n<details><summary>Evidence</summary>\n"
    yield "| | |\n| --- | --- |"
    for name, value in facts_of(result.evidence).items():
        yield f"| {name} | {_text(value)} |"
    yield "\n</details>"


def _told(rules: Sequence[RuleResult], beside: Sequence[Finding], evidence: Evidence) -> Iterator[str]:
    """A piece for each."""
    for rule in rules:
        yield "\n".join(_rule_told(rule, evidence))
    for finding in beside:
        headline = _headline(finding.operation, finding.check, finding.severity)
        yield "\n".join(_details(headline, finding, None, evidence))


def _within(most: int, pieces: Iterable[str]) -> Iterator[str]:
    """The first *pieces* that together have *most* bytes."""
    for piece in pieces:
        most -= len(piece.encode())
        if most < 0:
            return
        yield piece


def _rule_told(rule: RuleResult, evidence: Evidence) -> Iterator[str]:
    mark = mark_of(rule)
    note = f"known: {rule.known}" if rule.known else f"{mark}, {rule.rule.level}, {rule.rule.source}"
    headline = _headline(rule.rule.id, rule.rule.text, note)
    if rule.findings:
        yield from _details(headline, rule.findings[0], rule.rule, evidence)
    else:
        yield f"- {headline}"


def _headline(name: str, says: str, note: str) -> str:
    return f"<b>{_text(name)}</b> {_text(says)} <i>({_text(note)})</i>"


def _details(headline: str, finding: Finding, rule: Rule | None, evidence: Evidence) -> Iterator[str]:
    lines = [] if rule else [promise_of(finding, rule)]
    lines += [f"expected  {finding.expected}", f"got       {finding.came}", *finding.detail.splitlines(), ""]
    for number, step in enumerate(finding.steps, 1):
        lines += [f"{number}. {step.title}", *step.curl.split("\n"), f"-> {step.came}", ""]
    replay = replay_command(finding, evidence)
    lines += [replay] if replay else []
    yield f"<details><summary>{headline}</summary>\n"
    # As HTML and without empty lines: whatever a server sends ends neither the block nor a fence.
    yield f"<pre>{'<br>'.join(_text(line[:_SHOWN]) for line in lines)}</pre>\n"
    yield "</details>"


def _remarks(result: RunResult) -> Iterator[str]:
    for name, why in _errors(result):
        yield f"- **error** {_text(name)}: {_text(why)}"
    for gap in gaps_in(result):
        if gap.mark is not Mark.ERROR:
            named = ", ".join(gap.rules[:_MOST_NAMED]) + ("..." if len(gap.rules) > _MOST_NAMED else "")
            yield f"- **{gap.mark}** {counted(len(gap.rules), 'rule')}: {_text(gap.reason)} ({_text(named)})"
    for name, said in (
        ("warning", result.warnings),
        ("not taken back", result.leaked),
        ("not reached", result.unreached),
        ("not tested", tuple(f"{each.label}: {each.why_untested}" for each in untested(result))),
    ):
        yield from (f"- **{name}** {_text(each)}" for each in said[:_MOST_NAMED])


# Whatever Markdown or HTML would read, as entities: they are only themselves, in tables, lists and tags alike.
_ENTITIES = {ord(letter): f"&#{ord(letter)};" for letter in "&<>\"'|`*_[]\\~#@:"}


def _text(text: str) -> str:
    return visible(text).translate(_ENTITIES)
