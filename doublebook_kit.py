"""The door to the contract kit, which is an extra of the sandbox: it is imported when somebody wants it, and not before.

Every pytest of an environment passes through here, whatever it tests. So nothing is imported, neither pytest nor the kit.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["main", "pytest_addoption", "pytest_configure"]

_MISSING = "the kit is not installed; this installs it: pip install 'doublebook[kit]'"
_PARTS = frozenset(
    {
        "hypothesis", "jinja2", "openapi_schema_validator", "openapi_spec_validator", "pytest", "requests", "schemathesis",
        "urllib3",
    }
)  # fmt: skip
_CANNOT_RUN = 2
"""What the command ends with when nothing is known of the API, which 1 would accuse."""


def main() -> int:
    """The command `contract-tests`; answers its exit code."""
    try:
        from contract_tests.cli import main as run  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        if missing.name not in _PARTS:
            raise
        sys.stderr.write(f"contract-tests: {_MISSING}\n")
        return _CANNOT_RUN
    return run()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("contract", "contract tests of a booking API")
    group.addoption("--contract-api", metavar="API", help="Test a running implementation of this API.")
    group.addoption("--contract-url", metavar="URL", help="Where it is served.")
    group.addoption("--contract-profile", metavar="FILE", type=Path, help="What the deployment offers to its tests.")
    group.addoption("--contract-token", metavar="KEY", help="The main credential; also read from CONTRACT_TESTS_TOKEN.")
    group.addoption("--contract-sandbox", metavar="NAME", help="Of our own sandbox: play everything in this one.")
    group.addoption(
        "--contract-control-token",
        metavar="TOKEN",
        help="What our own sandbox's control plane wants; also read from MOCKSERVER_CONTROL_TOKEN.",
    )
    group.addoption("--contract-seed", metavar="N", type=int, default=1, help="Same seed, same requests.")


def pytest_configure(config: pytest.Config) -> None:
    if config.option.contract_api:
        from contract_tests import pytest_plugin  # noqa: PLC0415

        config.pluginmanager.register(pytest_plugin)
