"""Results of runs that nobody ran, for what renders them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from contract_tests.contracts import Rule
from contract_tests.findings import Finding, Severity, Step
from contract_tests.laws.law import Layer
from contract_tests.results import (
    Evidence,
    Move,
    OperationResult,
    Outcome,
    RuleResult,
    RunResult,
    StateChart,
    TestResult,
)

NASTY = "500 \x1b[2J\x00 [red]gone[/red] <b>&amp; \u202e\n::error::injected"
"""What a server may answer to drive a terminal, a page, a table or a CI system."""

EVIDENCE = Evidence(
    kit="0.1.0",
    suite="5b1c0ffee5b1c0ffee5b1c0ffee",
    contract="c0n7rac7c0n7rac7c0n7rac7",
    api="toy",
    base_url="http://host:8080/v1",
    profile="profile.toml",
    mode="full",
    seed=7,
    started_at="2026-03-02T10:00:00Z",
)


def a_rule(
    number: int = 1,
    *,
    level: Severity = Severity.MUST,
    text: str = "",
    source: str = "documented",
    not_tested: str = "",
) -> Rule:
    return Rule(
        id=f"TOY-R{number:02}",
        level=level,
        text=text or f"Rule {number} holds whatever is booked.",
        source=source,
        needs=(),
        operation="readBooking",
        not_tested=not_tested,
    )


def a_finding(rule: Rule | None = None, **changed: Any) -> Finding:
    given: dict[str, Any] = {
        "severity": rule.level if rule else Severity.MUST,
        "rule": rule.id if rule else "",
        "operation": "POST /bookings",
        "check": "places.the_last_place_goes_once" if rule else "not_a_server_error",
        "layer": Layer.LAWS if rule else Layer.CONFORMANCE,
        "expected": "book once more: 400 'slot_full'" if rule else "no server error, whatever is sent",
        "came": '201 Created {"id":2}',
        "steps": (
            Step(
                "book", 'curl -X POST -H "key: $CONTRACT_TESTS_TOKEN" http://host/v1/bookings', '201 Created {"id":1}'
            ),
            Step("book once more", "curl -X POST http://host/v1/bookings", '201 Created {"id":2}'),
        ),
        "replay": "toy/places.the_last_place_goes_once/7" if rule else "",
    }
    return Finding(**given | changed)


def held(number: int = 1, *, times: int = 3, **rule: Any) -> RuleResult:
    return RuleResult(rule=a_rule(number, **rule), outcome=Outcome.PASS, times=times, tests=("places.some_law",))


def broken(
    number: int = 1, *, known: str = "", times: int = 0, finding: dict[str, Any] | None = None, **rule: Any
) -> RuleResult:
    made = a_rule(number, **rule)
    found = a_finding(made, **finding or {})
    return RuleResult(
        rule=made, outcome=Outcome.FAIL, times=times, tests=(found.check,), findings=(replace(found, known=known),)
    )


def skipped(
    number: int = 1, *, why: str = "nobody else to ask as: add identities.other to the profile", **rule: Any
) -> RuleResult:
    return RuleResult(rule=a_rule(number, **rule), outcome=Outcome.SKIP, why=why, tests=("guests.another_law",))


def left_out(number: int = 1, *, why: str = "not selected", **rule: Any) -> RuleResult:
    return RuleResult(rule=a_rule(number, **rule), outcome=Outcome.OMIT, why=why)


def an_operation(
    label: str = "POST /bookings",
    *,
    seconds: Sequence[float] = (0.01, 0.02, 0.03),
    findings: Iterable[Finding] = (),
    refused: Mapping[int, int] | None = None,
) -> OperationResult:
    return OperationResult(
        label=label,
        cases={"laws": len(seconds)} if seconds else {},
        accepted=0 if refused else len(seconds),
        seconds=tuple(seconds),
        findings=tuple(findings),
        refused=refused or {},
    )


IN_VAIN = an_operation("GET /bookings/{id}", refused={403: 3, 404: 12})
"""Asked, and never with a success."""


def a_test(
    name: str = "places.some_law",
    *,
    outcome: Outcome = Outcome.PASS,
    rules: tuple[str, ...] = ("TOY-R01",),
    **more: Any,
) -> TestResult:
    sentence = name.partition(".")[2].replace("_", " ")
    return TestResult(name=name, sentence=sentence, layer=Layer.LAWS, rules=rules, outcome=outcome, **more)


def a_state_chart(**changed: Any) -> StateChart:
    given: dict[str, Any] = {
        "name": "booking",
        "states": ("pending", "confirmed", "cancelled", "deleted"),
        "moves": (
            Move(source="pending", event="confirm", target="confirmed", rule="TOY-R01", times=12),
            Move(source="confirmed", event="set back", target="pending", rule="TOY-R01", times=2),
            Move(source="pending", event="cancel", target="cancelled", rule="TOY-R02", times=4, broken=True),
            Move(source="confirmed", event="cancel", target="cancelled", rule="TOY-R02"),
            Move(source="pending", event="move", target="pending", rule="TOY-R03", times=1),
            Move(source="cancelled", event="delete", target="deleted"),
        ),
    }
    return StateChart(**given | changed)


def a_result(*rules: RuleResult, beside: Iterable[Finding] = (), **changed: Any) -> RunResult:
    """Findings are those of the rules and those *beside* them."""
    given: dict[str, Any] = {
        "evidence": EVIDENCE,
        "tests": (a_test(),),
        "rules": rules,
        "operations": (an_operation(findings=beside),),
        "findings": (*(finding for rule in rules for finding in rule.findings), *beside),
        "requests": 1234,
        "seconds": 31.25,
    }
    return RunResult(**given | changed)


def a_big_result() -> RunResult:
    """As many rules as the longest contract has, and much that went wrong."""
    text = (
        "A create that finds no place left answers 400 and books nothing, whoever asks and however many ask at once; "
    )
    rules = [broken(number, text=text * 2) for number in range(1, 24)]
    rules += [broken(number, level=Severity.SHOULD) for number in range(24, 28)]
    rules += [broken(number, known="agreed with the vendor, until May") for number in range(28, 30)]
    rules += [skipped(number, why=f"it lacks: add identities.n{number % 9} to the profile") for number in range(30, 80)]
    rules += [left_out(number) for number in range(80, 100)]
    rules += [
        RuleResult(rule=a_rule(number), outcome=Outcome.ERROR, why=f"KeyError: {number}") for number in range(100, 110)
    ]
    rules += [held(number) for number in range(110, 278)]
    beside = [
        a_finding(check=f"check_{number % 7}", operation=f"GET /a/rather/long/path/{number}") for number in range(40)
    ]
    return a_result(
        *rules,
        beside=beside,
        tests=tuple(
            a_test(f"places.law_{number}", outcome=Outcome.ERROR, why=f"KeyError: {number}") for number in range(5)
        ),
        state_charts=(a_state_chart(),),
        problems=tuple(f"problem {number} " * 20 for number in range(9)),
        warnings=tuple(f"warning {number}" for number in range(9)),
        leaked=tuple(f"booking {number}" for number in range(9)),
        unreached=("laws: 12 of 40",),
    )
