"""The command line: options in, exit code out.

0 all passed and something was tested; 1 a finding; 2 cannot run; 3 nothing was tested; 130 interrupted.
"""

from collections.abc import Sequence
from pathlib import Path

import click

from contract_tests import __version__
from contract_tests.contracts import load_contract
from contract_tests.problems import CannotRun, did_you_mean
from contract_tests.reports import REPORTS
from contract_tests.reports.terminal import Terminal, terminal_console
from contract_tests.results import RunResult, Verdict
from contract_tests.suites import SUITES
from contract_tests.suites.plans import Plan
from contract_tests.targets import TOKEN_VARIABLE, find_target, knock

__all__ = ["main"]

# Measured on two cores against the reservekit sandbox: about half a minute.
_DEFAULT_EXAMPLES = 150
_DEFAULT_SEED = 1


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        return int(_commands.main(args=arguments, prog_name="contract-tests", standalone_mode=False) or 0)
    except CannotRun as problem:
        return _refuse(str(problem))
    except click.UsageError as problem:
        return _refuse(problem.format_message())
    except (click.Abort, KeyboardInterrupt):
        return Verdict.INTERRUPTED


def _refuse(why: str) -> int:
    click.echo(f"contract-tests: {why}", err=True)
    return Verdict.CANNOT_RUN


@click.group(invoke_without_command=True)
@click.version_option(__version__)
@click.pass_context
def _commands(context: click.Context) -> None:
    """
    Contract tests for booking APIs.

    Exit codes: 0 all passed and something was tested, 1 a finding, 2 cannot run, 3 nothing was tested,
    130 interrupted.
    """
    if context.invoked_subcommand is None:
        raise CannotRun("say what to do, for example: contract-tests run API --base-url URL --token KEY")


@_commands.command("run", short_help="Check a running implementation of API.")
@click.argument("api")
@click.option("--base-url", required=True, help="Where it is served, for example http://127.0.0.1:8080/reservekit.")
@click.option("--token", envvar=TOKEN_VARIABLE, help=f"A valid credential; also read from {TOKEN_VARIABLE}.")
@click.option("--suite", default="conformance", show_default=True, help=f"One of: {', '.join(SUITES)}.")
@click.option(
    "--max-examples",
    type=click.IntRange(min=1),
    default=_DEFAULT_EXAMPLES,
    show_default=True,
    help="Generated requests per operation.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=_DEFAULT_SEED, show_default=True, help="Same seed, same requests."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1, max=64),
    default=1,
    show_default=True,
    help="More is faster and less repeatable.",
)
@click.option(
    "--report", "reports", multiple=True, metavar="KIND=FILE", help=f"Write a report; KIND: {', '.join(REPORTS)}."
)
def _run(
    *,
    api: str,
    base_url: str,
    token: str | None,
    suite: str,
    max_examples: int,
    seed: int,
    workers: int,
    reports: tuple[str, ...],
) -> int:
    """
    Check a running implementation of API against its contract.

    Creates, changes and deletes data there: use a sandbox or a disposable target.
    """
    if suite not in SUITES:
        raise CannotRun(f"unknown suite {suite!r}{did_you_mean(suite, SUITES)}")
    files = [_report(given) for given in reports]
    contract = load_contract(api)
    target = find_target(contract, base_url, token)
    knock(contract, target)

    plan = Plan(max_examples=max_examples, seed=seed, workers=workers)
    terminal = Terminal(terminal_console())
    terminal.announce(api=api, suite=suite, base_url=target.base_url, plan=plan)
    try:
        result = SUITES[suite](contract, target, plan, terminal)
    finally:
        terminal.close()
    terminal.summarise(result)
    for kind, file in files:
        _write(result, kind, file)
    return result.verdict


def _report(given: str) -> tuple[str, Path]:
    """Raises before the run what would otherwise be a run without a report."""
    kind, equals, name = given.partition("=")
    if kind not in REPORTS:
        raise CannotRun(f"unknown report kind {kind!r}{did_you_mean(kind, REPORTS)}")
    if not equals or not name:
        raise CannotRun(f"--report {given!r} names no file: write --report {kind}=report.xml")
    file = Path(name)
    if not file.parent.is_dir() or file.is_dir():
        raise CannotRun(f"the report cannot be written to {name!r}: name a file in a folder that exists")
    return kind, file


def _write(result: RunResult, kind: str, file: Path) -> None:
    try:
        REPORTS[kind](result, file)
    except OSError as problem:
        raise CannotRun(f"the report cannot be written to {str(file)!r}: {problem.strerror}") from problem
