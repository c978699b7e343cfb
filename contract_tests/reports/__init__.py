"""What people and CI systems read: values in, text out."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from contract_tests.reports.junit import write_junit
from contract_tests.results import RunResult

__all__ = ["REPORTS"]

REPORTS: Mapping[str, Callable[[RunResult, Path], None]] = MappingProxyType({"junit": write_junit})
