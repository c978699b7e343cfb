"""How a target reads what no page states: what its profile answers, and the contract that it is held to then.

[readings]
adopt = ["RK-B08"]              it reads these rules as we do, or "ours" for all of them
[readings.statuses]
time_slot_is_full = 409         this refusal has that status; refusals are called by their text
[texts]
"time slot is full" = "sold out"
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from contract_tests.contracts import Contract, Refusal, Rule
from contract_tests.problems import CannotRun, did_you_mean
from contract_tests.profiles import Profile
from doublebook_data.views import View

__all__ = ["Readings", "held_to", "readings_of"]

_OURS = "ours"


@dataclass(frozen=True, slots=True)
class Readings:
    """
    Args:
        adopted: Rules that the target reads as we do.
        adopts_all: So it does all.
        statuses: By the names of refusals.
        texts: Of the target, by ours.
    """

    adopted: frozenset[str] = frozenset()
    adopts_all: bool = False
    statuses: Mapping[str, int] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)

    def rule(self, rule: Rule) -> Rule:
        if rule.id in self.adopted:
            return replace(rule, inferred=frozenset())
        if rule.is_always_held:  # however that is said
            return replace(rule, inferred=frozenset({"status", "text"}))
        return replace(rule, is_reading=rule.source == "inferred")

    def refusal(self, refusal: Refusal) -> Refusal:
        """As the target says it. What was adopted or answered is no longer a reading."""
        if refusal.rule in self.adopted:
            refusal = replace(refusal, inferred=frozenset())
        said = {"status": refusal.name in self.statuses, "code": str(refusal.code) in self.texts}
        if not any(said.values()):
            return refusal
        answered = self.statuses.get(refusal.name, refusal.status), self.texts.get(str(refusal.code), refusal.code)
        return replace(
            refusal, answered=answered, inferred=frozenset(each for each in refusal.inferred if not said[each])
        )


def readings_of(profile: Profile, contract: Contract) -> Readings:
    """
    What the profile answers.

    Raises:
        CannotRun: It names a rule, a refusal or a text that the contract does not have.
    """
    adopt = profile.find("readings.adopt", [])
    statuses, texts = profile.find("readings.statuses", {}), profile.find("texts", {})
    rules = {rule.id: rule for rule in contract.rules}
    rows = contract.all_refusals
    where = f"of {profile.origin}"
    _ensure_known(f"readings.adopt {where}", () if adopt == _OURS else adopt, rules)
    _ensure_known(f"readings.statuses {where}", statuses, {row.name for row in rows})
    _ensure_known(f"texts {where}", texts, {str(row.code) for row in rows})
    return Readings(frozenset() if adopt == _OURS else frozenset(adopt), adopt == _OURS, statuses, texts)


def _ensure_known(what: str, named: Iterable[str], known: Iterable[str]) -> None:
    names = [*known]
    for name in named:
        if name not in names:
            raise CannotRun(f"{what} names {name!r}, which nothing is called{did_you_mean(name, names)}")


def held_to(contract: Contract, view: View, readings: Readings) -> Contract:
    """The contract as an implementation is held to it."""
    if view is View.OURS:
        return contract
    return replace(
        contract,
        view=view,
        rules=tuple(map(readings.rule, contract.rules)),
        refusals=tuple(map(readings.refusal, contract.refusals)),
        operations=tuple(
            replace(each, refusals=tuple(map(readings.refusal, each.refusals))) for each in contract.operations
        ),
    )
