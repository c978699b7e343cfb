import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from toy_server import FULL, TOKEN, toy_server

from contract_tests import contracts
from contract_tests.cli import main
from contract_tests.targets import TOKEN_VARIABLE

CONTRACTS = Path(__file__).parent / "contracts"


@dataclass(frozen=True)
class Outcome:
    """What a person sees of a call; `left_behind` are the files in the folder it was made in."""

    code: int
    out: str
    err: str
    junit: str
    left_behind: tuple[str, ...]


Kit = Callable[..., Outcome]


# Seen only along a chain of requests, which takes longer to come up.
_EXAMPLES = {"undying": "80", "vanishing": "40"}


@pytest.fixture(autouse=True)
def toy_contracts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The kit knows the toy's contracts alone, and runs in a folder of its own."""
    monkeypatch.setattr(contracts, "openapi_dir", lambda: CONTRACTS)
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def kit(tmp_path: Path) -> Kit:
    """Call the kit as a person would; `api` and `token` have the toy's values unless given."""

    def call(base_url: str, *options: str, api: str = "toy", token: str = TOKEN) -> Outcome:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            where = ["--base-url", base_url, "--token", token]
            code = main(["run", api, *where, *FULL, "--max-examples", "1", *options])
        report = tmp_path / "junit.xml"
        junit = report.read_text(encoding="utf-8") if report.exists() else ""
        left_behind = tuple(sorted(file.name for file in tmp_path.iterdir()))
        return Outcome(code, out.getvalue(), err.getvalue(), junit, left_behind)

    return call


@pytest.fixture
def outcome_with(kit: Kit, outcomes: dict[str, Outcome]) -> Callable[[str], Outcome]:
    """The outcome of a full run against the toy with this fault (or none): each is run once for all tests."""

    def outcome(fault: str) -> Outcome:
        if fault not in outcomes:
            with toy_server(fault) as url:
                outcomes[fault] = kit(url, "--max-examples", _EXAMPLES.get(fault, "15"), "--report", "junit=junit.xml")
        return outcomes[fault]

    return outcome


@pytest.fixture(scope="session")
def outcomes() -> dict[str, Outcome]:
    return {}
