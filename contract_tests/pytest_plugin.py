"""The laws of an API as tests of your own suite: `pytest --contract-api reservekit --contract-url URL`.

One test for each law and each batch of the lifecycle, so that `-k`, `-x`, `--lf` and xdist work as ever. What must hold and
does not is a failure, what only should hold a warning; what lacks a precondition is skipped, and the key to add is named. `doublebook_kit` has the options, and registers this.
"""

import os
import re
import warnings
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from contract_tests.contracts import load_contract
from contract_tests.deployments import CONTROL_TOKEN_VARIABLE, Typed, find_deployment
from contract_tests.findings import Finding, Severity
from contract_tests.problems import CannotRun
from contract_tests.reports.digest import replay_command, told, visible
from contract_tests.results import Evidence, Outcome, TestResult
from contract_tests.runs import Deployment, evidence_of, play_again, staged
from contract_tests.suites.plans import BATCHES, Plan
from contract_tests.suites.scripted import Stage
from contract_tests.targets import TOKEN_VARIABLE

__all__ = [
    "ContractWarning",
    "pytest_configure",
    "pytest_make_collect_report",
    "pytest_unconfigure",
]

_OPTIONS = {
    "--base-url": "--contract-url",
    "--control-token": "--contract-control-token",
    "--profile": "--contract-profile",
    "--sandbox": "--contract-sandbox",
    "--token": "--contract-token",
}
"""What the options of the command line are called here."""
_OPTION = re.compile(rf"(?<![\w-])({'|'.join(_OPTIONS)})(?![\w-])")
_HOUSE = pytest.StashKey["_House"]()


class ContractWarning(UserWarning):
    """The API does not do what its contract says it should."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_HOUSE] = _House(config)


def pytest_unconfigure(config: pytest.Config) -> None:
    house = config.stash.get(_HOUSE, None)
    if house is not None:
        house.close()


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Beside whatever files were named or found."""
    report = yield
    house = collector.config.stash.get(_HOUSE, None)
    if house is not None and isinstance(collector, pytest.Session):
        house.find()
        api = collector.config.option.contract_api
        report.result = [
            *(report.result or ()),
            _Api.from_parent(collector, name=api, nodeid=_node_id(collector.config, api), house=house),
        ]
    return report


def _node_id(config: pytest.Config, api: str) -> str:
    """Taken for a path below the root, and shown as seen from the current folder: `contract/API` there."""
    here, root = config.invocation_params.dir, config.rootpath
    below = here.relative_to(root) if here.is_relative_to(root) else Path()
    return (below / "contract" / api).as_posix()


class _House:
    """The deployment, found once in each process, and left at its end."""

    def __init__(self, config: pytest.Config) -> None:
        self._options = config.option
        self._stack = ExitStack()
        self._deployment: Deployment | None = None
        self._stage: Stage | None = None
        self._evidence: Evidence | None = None

    @property
    def seed(self) -> int:
        return int(self._options.contract_seed)

    def replay(self, finding: Finding) -> str:
        """The command that shows it again."""
        if self._evidence is None:
            self._evidence = evidence_of(self.find(), Plan(seed=self.seed))
        return replay_command(finding, self._evidence)

    def find(self) -> Deployment:
        """Raises pytest.UsageError."""
        if self._deployment is None:
            given = self._options
            try:
                contract = load_contract(given.contract_api)
                typed = Typed(
                    base_url=given.contract_url,
                    token=given.contract_token or os.environ.get(TOKEN_VARIABLE) or None,
                    profile=given.contract_profile,
                    sandbox=given.contract_sandbox,
                    control_token=given.contract_control_token or os.environ.get(CONTROL_TOKEN_VARIABLE) or None,
                )
                self._deployment = find_deployment(contract, typed)
            except CannotRun as problem:
                said = _OPTION.sub(lambda option: _OPTIONS[option[0]], str(problem))
                raise pytest.UsageError(visible(said)) from problem
            self._stack.callback(self._deployment.worlds.close)
        return self._deployment

    def stage(self) -> Stage:
        if self._stage is None:
            stage = self._stack.enter_context(staged(self.find(), self.seed))
            assert stage is not None  # noqa: S101 - without laws nothing was collected
            self._stage = stage
        return self._stage

    def close(self) -> None:
        self._stack.close()


class _Api(pytest.Collector):
    def __init__(self, *, house: _House, **given: Any) -> None:
        super().__init__(**given)
        self._house = house

    def collect(self) -> list[pytest.Item]:
        kit = self._house.find().kit
        laws = [(law.name, law.rules) for law in kit.laws] if kit else []
        batches = [(f"lifecycle.batch_{number}", kit.machine.RULES) for number in range(BATCHES)] if kit else []
        return list(self._items([*laws, *batches]))

    def _items(self, tests: list[tuple[str, tuple[str, ...]]]) -> Iterator[pytest.Item]:
        for name, rules in tests:
            yield _Test.from_parent(self, name=name, rules=rules, house=self._house)


class _Test(pytest.Item):
    """One law, or one batch of the lifecycle."""

    def __init__(self, *, rules: tuple[str, ...], house: _House, **given: Any) -> None:
        super().__init__(**given)
        self._house = house
        for rule in rules:
            self.user_properties.append(("rule", rule))
            self.extra_keyword_matches.add(rule)

    def runtest(self) -> None:
        result = play_again(self._house.stage(), self.name)
        if result.outcome in (Outcome.SKIP, Outcome.OMIT):
            pytest.skip(visible(result.why))
        if result.outcome is Outcome.ERROR:
            raise _Ended(result)
        broken = [finding for finding in result.findings if finding.severity is Severity.MUST]
        for finding in result.findings:
            if finding.severity is Severity.SHOULD:
                warnings.warn(ContractWarning(self._said(finding)), stacklevel=1)
        if broken:
            raise _Broken("\n\n".join(map(self._said, broken)))

    def _said(self, finding: Finding) -> str:
        contract = self._house.find().contract
        rule = contract.rule(finding.rule) if finding.rule else None
        about = f"{rule.id}: {rule.text}" if rule else finding.expected
        lines = filter(None, [about, *told(finding, rule), self._house.replay(finding)])
        return "\n".join(map(visible, lines))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, _Broken | _Ended):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.config.rootpath, None, self.name


class _Broken(Exception):  # noqa: N818 - the API's
    pass


class _Ended(Exception):  # noqa: N818 - by the kit or the network
    def __init__(self, result: TestResult) -> None:
        super().__init__(visible(f"nothing is known about the API: {result.why}"))
