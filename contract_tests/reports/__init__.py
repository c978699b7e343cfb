"""What people and CI systems read: values in, text out."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from contract_tests.reports.github import write_github
from contract_tests.reports.html import write_html
from contract_tests.reports.json_report import write_json
from contract_tests.reports.junit import write_junit
from contract_tests.reports.sarif import write_sarif
from contract_tests.results import RunResult

__all__ = ["FILE_VARIABLES", "REPORTS"]

REPORTS: Mapping[str, Callable[[RunResult, Path], None]] = MappingProxyType(
    {
        "github": write_github,
        "html": write_html,
        "json": write_json,
        "junit": write_junit,
        "sarif": write_sarif,
    }
)

FILE_VARIABLES: Mapping[str, str] = MappingProxyType({"github": "GITHUB_STEP_SUMMARY"})
"""The variable that names a kind's file where nobody does."""
