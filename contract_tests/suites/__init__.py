"""What is run. A suite takes a contract and a target, tells a `Watcher` how it goes, and answers a `RunResult`."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from contract_tests.contracts import Contract
from contract_tests.results import RunResult
from contract_tests.suites import conformance
from contract_tests.suites.plans import Plan, Watcher
from contract_tests.targets import Target

__all__ = ["SUITES", "Suite"]

Suite = Callable[[Contract, Target, Plan, Watcher], RunResult]

SUITES: Mapping[str, Suite] = MappingProxyType({"conformance": conformance.run})
