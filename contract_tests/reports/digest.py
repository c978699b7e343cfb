"""What a run comes to, in the words and numbers that all reports share. Pure: values in, text out."""

import math
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from contract_tests.contracts import Rule
from contract_tests.findings import Finding, Severity, Step
from contract_tests.results import Comparison, Evidence, OperationResult, Outcome, RuleResult, RunResult, Verdict
from contract_tests.suites.plans import Mode

__all__ = [
    "Gap",
    "Mark",
    "Times",
    "beside_the_rules",
    "compared",
    "counted",
    "doubted",
    "facts_of",
    "following",
    "gaps_in",
    "harmless_json",
    "is_cut_short",
    "mark_beside",
    "mark_of",
    "marks_of",
    "promise_of",
    "replay_command",
    "replaying",
    "sentence_of",
    "times_of",
    "told",
    "told_step",
    "untested",
    "visible",
]

# Control characters drive a terminal, marks of direction hide text, others do not show at all, and the rest cannot stand in
# XML or in UTF-8. CI systems take `##[...]` for a command anywhere in a line, and `::...` at its beginning.
_HARMFUL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff"
    r"\U000e0000-\U000e007f]|(?<=#)#(?=\[|vso\[|teamcity\[)"
)
_COMMAND = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)
_SOURCES = {
    "seed": "stated by the vendor's page",
    "documented": "stated by other papers of the vendor",
    "inferred": "our reading, no page states it",
}
_CAUSE = re.compile(r"^follows from [^:]+")
_MOST_STEPS = 12
"""Of a finding in a terminal or a log."""
_REMEDY = re.compile(r"add \S+(?: and \S+)* to the profile$")
_UNDECIDABLE = "no test from outside can decide them"


class Mark(StrEnum):
    """What a report says of a rule: its outcome, and of a broken one whether the run fails by it."""

    BROKEN = "broken"
    ADVICE = "advice"
    """Broken, and it only should hold."""
    KNOWN = "known"
    """Broken, and listed among the known failures."""
    ERROR = "error"
    DIFFERS = "differs"
    """The target reads otherwise what no page states."""
    SKIPPED = "skipped"
    LEFT_OUT = "left out"
    HOLDS = "holds"


_MARKS = {
    Outcome.PASS: Mark.HOLDS,
    Outcome.DIFFER: Mark.DIFFERS,
    Outcome.SKIP: Mark.SKIPPED,
    Outcome.OMIT: Mark.LEFT_OUT,
    Outcome.ERROR: Mark.ERROR,
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Rules that were not judged, all for one reason."""

    mark: Mark
    reason: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """Of the answers of an operation, in seconds."""

    p50: float
    p95: float
    p99: float
    worst: float


def visible(text: str, *, lines: bool = False) -> str:
    """
    *text* of a server, harmless: what does not show is spelled out, and what a CI system would obey is broken.

    Args:
        lines: It may have several; else what would end its line is spelled out too.
    """
    spelled = _HARMFUL.sub(lambda match: f"\\{_code(ord(match.group()))}", text)
    return _COMMAND.sub(r"\1\\x3a", spelled if lines else spelled.replace("\n", "\\n"))


def _code(number: int) -> str:
    if number > 0xFFFF:  # noqa: PLR2004 - four digits
        return f"U{number:08x}"
    return f"x{number:02x}" if number <= 0xFF else f"u{number:04x}"  # noqa: PLR2004 - two digits


def harmless_json(encoded: bytes) -> bytes:
    """JSON of the same values in which what harms is written by its number: a file is looked at in a terminal too."""
    return _HARMFUL.sub(lambda match: _in_json(match.group()), encoded.decode()).encode()


def _in_json(letter: str) -> str:
    return re.sub("(....)", r"\\u\1", letter.encode("utf-16-be").hex())


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def mark_of(rule: RuleResult) -> Mark:
    if rule.outcome is not Outcome.FAIL:
        return _MARKS[rule.outcome]
    if rule.known:
        return Mark.KNOWN
    return Mark.ADVICE if rule.rule.level is Severity.SHOULD else Mark.BROKEN


def mark_beside(finding: Finding) -> Mark:
    """Of a finding of no rule."""
    if finding.known:
        return Mark.KNOWN
    return Mark.ADVICE if finding.severity is Severity.SHOULD else Mark.BROKEN


def marks_of(result: RunResult) -> dict[Mark, list[RuleResult]]:
    """The rules by mark, each mark there, what is worst first."""
    marks: dict[Mark, list[RuleResult]] = {mark: [] for mark in Mark}
    for rule in result.rules:
        marks[mark_of(rule)].append(rule)
    return {mark: _by_cause(rules) for mark, rules in marks.items()}


def _by_cause(rules: list[RuleResult]) -> list[RuleResult]:
    """What most follows from comes first, each with what follows from it under it."""
    found = {rule.rule.id: [each for each in rules if each.follows == rule.rule.id] for rule in rules}
    first = [rule for rule in rules if rule.follows not in found]
    return [
        each
        for rule in sorted(first, key=lambda each: -len(found[each.rule.id]))
        for each in (rule, *found[rule.rule.id])
    ]


def following(rule: RuleResult, result: RunResult) -> tuple[str, str]:
    """The rules that are broken as *rule* is, and those that could not be judged because of it; each "" where none is."""
    broken = [each.rule.id for each in result.rules if each.follows == rule.rule.id]
    unjudged = [each.rule.id for each in result.rules if _reason(each) == f"follows from {rule.rule.id}"]
    return ", ".join(broken), ", ".join(unjudged)


def beside_the_rules(result: RunResult) -> list[Finding]:
    """What breaks the document itself: a status, a shape."""
    ids = {rule.rule.id for rule in result.rules}
    return [finding for finding in result.findings if finding.rule not in ids]


def doubted(result: RunResult) -> list[RuleResult]:
    """What must hold, was skipped, and may not be: the run is to certify."""
    return [rule for rule in _skipped_musts(result.rules) if result.certify]


def _skipped_musts(rules: Iterable[RuleResult]) -> Iterable[RuleResult]:
    return (rule for rule in rules if rule.outcome is Outcome.SKIP and rule.rule.level is Severity.MUST)


def gaps_in(result: RunResult) -> list[Gap]:
    """Why rules were not judged: first what went wrong, then what a profile could mend, then what was left out."""
    found: dict[tuple[Mark, str], list[str]] = {}
    for rule in result.rules:
        mark = mark_of(rule)
        if mark in (Mark.ERROR, Mark.SKIPPED, Mark.LEFT_OUT):
            found.setdefault((mark, _reason(rule)), []).append(rule.rule.id)
    order = list(Mark)
    groups = sorted(found.items(), key=lambda item: (order.index(item[0][0]), -len(item[1])))
    return [Gap(mark, reason, tuple(rules)) for (mark, reason), rules in groups]


def _reason(rule: RuleResult) -> str:
    if rule.rule.not_tested:
        return _UNDECIDABLE
    remedy = _REMEDY.search(rule.why) or _CAUSE.search(rule.why)
    return remedy[0] if remedy else rule.why


def promise_of(finding: Finding, rule: Rule | None) -> str:
    """The sentence that is broken."""
    return rule.text if rule else finding.expected


def replay_command(finding: Finding, evidence: Evidence) -> str:
    """What shows the finding again; "" where only its steps do."""
    return replaying(finding.replay, evidence) if finding.replay else ""


def replaying(what: str, evidence: Evidence) -> str:
    """The command that plays *what* again, on the same target."""
    where = ["--base-url", evidence.base_url, *evidence.options]
    return shlex.join(["contract-tests", "replay", what, *where, "--found-by", evidence.found_by])


def facts_of(evidence: Evidence) -> Mapping[str, str]:
    """The head of every report, by the names of its fields."""
    return {
        "api": evidence.api,
        "target": evidence.base_url,
        "profile": evidence.profile,
        "mode": evidence.mode,
        "seed": str(evidence.seed),
        "started": evidence.started_at,
        "kit": evidence.kit,
        "suite": evidence.suite,
        "contract": evidence.contract,
        "view": evidence.view,
        **({"sandbox": evidence.sandbox} if evidence.sandbox else {}),
    }


def sentence_of(result: RunResult) -> str:
    """The verdict, with what it rests on."""
    marks = marks_of(result)
    judged = sum(len(marks[mark]) for mark in (Mark.HOLDS, Mark.BROKEN, Mark.ADVICE, Mark.KNOWN, Mark.DIFFERS))
    tested = sum(operation.was_tested for operation in result.operations)
    rests_on = [f"{judged} of {counted(len(result.rules), 'rule')} judged"] if result.rules else []
    if result.rules and not judged and result.evidence.mode == Mode.OBSERVE:
        rests_on = ["no rule is judged in observe mode"]
    rests_on += [
        f"{tested} of {counted(len(result.operations), 'operation')} tested",
        *([f"{len(vain)} never with a success"] if (vain := untested(result)) else []),
        counted(result.requests, "call"),
        f"{result.seconds:,.1f} s",
        f"seed {result.evidence.seed}",
    ]
    known = len(marks[Mark.KNOWN]) + sum(bool(finding.known) for finding in beside_the_rules(result))
    said = [_word(result, marks)] + ([f"{known:,} known"] if known else [])
    said += [counted(len(result.differences), "difference")] if result.differences else []
    said += [f"{len(marks[Mark.SKIPPED]):,} not tested"] if marks[Mark.SKIPPED] and not doubted(result) else []
    return f"{', '.join(said)}; {', '.join(rests_on)}"


def untested(result: RunResult) -> list[OperationResult]:
    """What was asked and never succeeded, so that it is not tested."""
    return [operation for operation in result.operations if operation.was_asked and not operation.was_tested]


def compared(comparison: Comparison) -> dict[str, tuple[str, ...]]:
    """What became of what an earlier run found, in words, what is worst first; what there is none of is not said."""
    said = {
        "new": comparison.new,
        "still there": comparison.still,
        "gone": comparison.gone,
        "not looked at": comparison.unknown,
    }
    return {word: names for word, names in said.items() if names}


def is_cut_short(result: RunResult) -> bool:
    """Nothing is broken, and not everything was looked at: no report may show it as a plain pass."""
    return result.verdict is Verdict.PASSED and bool(result.unreached)


def _word(result: RunResult, marks: Mapping[Mark, list[RuleResult]]) -> str:
    match result.verdict:
        case Verdict.PASSED:
            word = "PASSED as far as it came" if is_cut_short(result) else "PASSED"
            return f"{word}: {_passed(result, marks)}"
        case Verdict.FAILED:
            return _failed(result, marks)
        case Verdict.CANNOT_RUN:
            return "NOT PASSED: some of it could not be tested"
        case Verdict.NOTHING_TESTED:
            return "NOTHING WAS TESTED"
        case Verdict.INTERRUPTED:
            return f"INTERRUPTED after {counted(len(result.findings), 'finding')}"


def _passed(result: RunResult, marks: Mapping[Mark, list[RuleResult]]) -> str:
    if any(marks[mark] for mark in (Mark.HOLDS, Mark.ADVICE, Mark.KNOWN)):
        return _verb(len(marks[Mark.HOLDS]), "rule holds", "rules hold")
    answered = sum(operation.was_tested and not operation.findings for operation in result.operations)
    return f"{counted(answered, 'operation')} answered as documented"


def _failed(result: RunResult, marks: Mapping[Mark, list[RuleResult]]) -> str:
    broken = len(marks[Mark.BROKEN])
    beside = sum(finding.counts for finding in beside_the_rules(result))
    said = [_verb(broken, "rule is broken", "rules are broken")] if broken else []
    said += [f"{counted(beside, 'finding')} beside the rules"] if beside else []
    if said:
        return f"FAILED: {', '.join(said)}"
    skipped = len(doubted(result))
    return f"NOT CERTIFIED: {_verb(skipped, 'rule that must hold was', 'rules that must hold were')} skipped"


def _verb(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def times_of(seconds: Iterable[float]) -> Times | None:
    """By nearest rank, so each is an answer that was given; None where none was."""
    ordered = sorted(seconds)
    if not ordered:
        return None
    p50, p95, p99 = (ordered[math.ceil(share * len(ordered)) - 1] for share in (0.5, 0.95, 0.99))
    return Times(p50, p95, p99, ordered[-1])


def told(finding: Finding, rule: Rule | None) -> Iterator[str]:
    """What was expected, what came, and the steps that show it, in lines. Not yet `visible`."""
    source = f"{_SOURCES.get(rule.source, rule.source)}, " if rule else ""
    yield f"  ({finding.severity}, {source}{finding.layer}: {finding.check})"
    yield f"  expected  {finding.expected}"
    yield f"  got       {finding.came}"
    # The bar keeps a server from beginning a line: CI systems take some beginnings for commands.
    yield from (f"            | {line}" for line in finding.detail.splitlines())
    left = range(_MOST_STEPS // 2, len(finding.steps) - _MOST_STEPS // 2)
    for place, step in enumerate(finding.steps):
        if place not in left or len(left) == 1:
            yield from told_step(place + 1, step)
        elif place == left[0]:
            yield f"  {counted(len(left), 'step')} left out here, not by the reports"


def told_step(number: int, step: Step) -> Iterator[str]:
    """What was asked and what came, in lines. Not yet `visible`."""
    yield f"  {number}. {step.title or 'ask'}"
    yield from (f"     {line}" for line in step.curl.split("\n"))
    if step.came:
        yield f"     -> {step.came}"
