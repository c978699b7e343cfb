"""The command line: options in, exit code out.

0 all passed and something was tested; 1 a finding; 2 cannot run; 3 nothing was tested; 130 interrupted, by Ctrl-C or SIGTERM.
"""

import os
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

import click

from contract_tests import __version__
from contract_tests.apis import kit_of, unlocked
from contract_tests.contracts import Contract, contract_file, load_contract
from contract_tests.deployments import CONTROL_TOKEN_VARIABLE, Typed, find_deployment
from contract_tests.known import read_known_failures
from contract_tests.laws.law import Layer
from contract_tests.problems import CannotRun, did_you_mean
from contract_tests.profiles import draft_profile
from contract_tests.reports import FILE_VARIABLES, REPORTS
from contract_tests.reports.comparing import Earlier, compare, read_earlier
from contract_tests.reports.digest import visible
from contract_tests.reports.terminal import Terminal, terminal_console
from contract_tests.results import Outcome, RunResult, TestResult, Verdict
from contract_tests.runs import Deployment, evidence_of, replay, run, sweep
from contract_tests.suites import spec
from contract_tests.suites.lifecycle import SCENARIOS
from contract_tests.suites.plans import BATCHES, FAR_SECONDS, JOBS, JOBS_FAR_AWAY, Mode, Plan
from contract_tests.suites.surroundings import terminated_as_interrupted
from contract_tests.suites.survey import ids_for, look_around
from contract_tests.targets import TOKEN_VARIABLE, ensure_somebody_listens, find_target
from doublebook_data.views import View

__all__ = ["main"]

# Measured on two cores against the reservekit sandbox: about half a minute.
_DEFAULT_EXAMPLES = 60
_DEFAULT_SEED = 1

_EXTENSIONS = {"github": "md", "junit": "xml"}
"""Of a kind's file, where it is not the kind itself."""


def main(arguments: Sequence[str] | None = None) -> int:
    try:
        with terminated_as_interrupted():
            return int(_commands.main(args=arguments, prog_name="contract-tests", standalone_mode=False) or 0)
    except CannotRun as problem:
        return _refuse(str(problem))
    except click.UsageError as problem:
        return _refuse(problem.format_message())
    except (click.Abort, KeyboardInterrupt):
        return Verdict.INTERRUPTED
    except click.ClickException:
        raise
    except Exception:  # noqa: BLE001 - the outermost seam: 1, which Python would end with, accuses the API
        click.echo(visible(traceback.format_exc(), lines=True), err=True, nl=False)
        return _refuse("this is a bug of the kit, not of the API, of which nothing is known; please report the above")


def _refuse(why: str) -> int:
    click.echo(f"contract-tests: {visible(why)}", err=True)
    return Verdict.CANNOT_RUN


@click.group(
    invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__)
@click.pass_context
def _commands(context: click.Context) -> None:
    """
    Contract tests for booking APIs.

    Exit codes: 0 all passed and something was tested, 1 a finding, 2 cannot run, 3 nothing was tested,
    130 interrupted, by Ctrl-C or SIGTERM: what the run made is taken back and reports are written first.
    """
    if context.invoked_subcommand is None:
        raise CannotRun("say what to do, for example: contract-tests run API --base-url URL")


def _where(command: Callable[..., int]) -> Callable[..., int]:
    """The options that say what is tested; *command* gets them as `typed`."""

    @click.option("--base-url", help="Where it is served, for example http://127.0.0.1:8080/reservekit.")
    @click.option(
        "--profile", type=click.Path(path_type=Path), help="What the deployment offers to its tests, in TOML."
    )
    @click.option("--token", envvar=TOKEN_VARIABLE, help=f"The main credential; also read from {TOKEN_VARIABLE}.")
    @click.option("--sandbox", help="Of our own sandbox: play everything in this one, instead of a fresh one per test.")
    @click.option("--control-token", envvar=CONTROL_TOKEN_VARIABLE, help="What our own sandbox's control plane wants.")
    @click.option(
        "--view",
        type=click.Choice([view.value for view in View]),
        help="What it is held to. agreed: what a page states, and what it does otherwise is a difference; ours: all of the "
        "document.  [ours for our own sandbox, else agreed]",
    )
    @click.option("--strict", is_flag=True, help="The same as --view ours.")
    @wraps(command)
    def run_with(
        base_url: str | None,
        profile: Path | None,
        token: str | None,
        sandbox: str | None,
        control_token: str | None,
        view: str | None,
        strict: bool,
        **options: Any,
    ) -> int:
        if strict and view == View.AGREED:
            raise CannotRun(
                "--strict holds the target to all of the document, and --view agreed does not: say one of them"
            )
        typed = Typed(
            base_url=base_url,
            profile=profile,
            token=token,
            sandbox=sandbox,
            control_token=control_token,
            view=View.OURS if strict else View(view) if view else None,
        )
        return command(typed=typed, **options)

    return run_with


@_commands.command("run", short_help="Check a running implementation of API.")
@click.argument("api")
@_where
@click.option(
    "--mode",
    type=click.Choice([mode.value for mode in Mode]),
    default=Mode.OWN.value,
    show_default=True,
    help="observe: reads only; own: also writes, to what the run made or was given; full: anything, and needs --disposable.",
)
@click.option(
    "--disposable",
    is_flag=True,
    help="The target may be thrown away: what full mode wants to hear, except of our own sandbox.",
)
@click.option("--suite", "suites", multiple=True, help=f"Only this part, of {', '.join(Layer)}; may be repeated.")
@click.option("--rule", "rules", multiple=True, help="Only tests about this rule, by its id; may be repeated.")
@click.option("--operation", "operations", multiple=True, help="Only this operation, by its id; may be repeated.")
@click.option("--tag", "tags", multiple=True, help="Only operations with this tag; may be repeated.")
@click.option(
    "--max-examples",
    type=click.IntRange(min=1),
    default=_DEFAULT_EXAMPLES,
    show_default=True,
    help="Generated requests per operation, in full mode.",
)
@click.option(
    "--batches",
    type=click.IntRange(min=0),
    default=BATCHES,
    show_default=True,
    help=f"Batches of {SCENARIOS} scenarios of the lifecycle.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=_DEFAULT_SEED, show_default=True, help="Same seed, same requests."
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1, max=64),
    show_default=f"{JOBS}, or {JOBS_FAR_AWAY} where answers take over {1000 * FAR_SECONDS:.0f} ms",
    help="So many laws or batches at once; what comes of them is the same.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1, max=64),
    show_default="1, or as many as jobs where answers take as long",
    help="In full mode; more is faster and less repeatable.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=1),
    metavar="SECONDS",
    help="Begin nothing new after that; bursts come before laws.",
)
@click.option("--fail-fast", is_flag=True, help="Begin nothing new after the first finding that fails the run.")
@click.option("--certify", is_flag=True, help="A rule that must hold and could not be tested fails the run.")
@click.option("--known", type=click.Path(path_type=Path), help="Failures that are known, in TOML.")
@click.option(
    "--compare",
    "compared_with",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="An earlier --report json=FILE: what is new, gone and still there is told.",
)
@click.option(
    "--report",
    "reports",
    multiple=True,
    metavar="KIND=FILE",
    help=f"Write a report; KIND: {', '.join(REPORTS)}. May be repeated; in a GitHub action `github` needs no FILE.",
)
def _run(
    *,
    typed: Typed,
    api: str,
    mode: str,
    disposable: bool,
    suites: tuple[str, ...],
    rules: tuple[str, ...],
    operations: tuple[str, ...],
    tags: tuple[str, ...],
    known: Path | None,
    compared_with: Path | None,
    reports: tuple[str, ...],
    **options: Any,
) -> int:
    """
    Check a running implementation of API against its contract.

    Beside our own sandbox nothing else has to be said. A deployment wants a profile (contract-tests init API), or at
    least a token; what cannot be tested with that is skipped, and the key to add is named.
    """
    contract = load_contract(api)
    plan = Plan(
        mode=Mode(mode),
        layers=frozenset(Layer(_one_of("suite", name, [*Layer])) for name in suites) or frozenset(Layer),
        rules=frozenset(
            _one_of("rule", name, [rule.id for rule in contract.rules], listed_by=f"`contract-tests rules {api}`")
            for name in rules
        ),
        operations=frozenset(_operation(name, contract) for name in operations),
        tags=frozenset(
            _one_of("tag", name, {tag for each in contract.operations for tag in each.tags}) for name in tags
        ),
        **options,
    )
    files = _reports(reports)
    earlier = read_earlier(compared_with, contract.api) if compared_with else None
    deployment = find_deployment(contract, typed)
    try:
        if plan.mode is Mode.FULL and not disposable and not deployment.worlds.are_own:
            raise CannotRun("full mode sends anything anywhere: say --disposable where the target may be thrown away")
        result = _watched_run(deployment, plan, known, earlier)
    finally:
        deployment.worlds.close()
    for kind, file in files:
        _write(result, kind, file)
    return result.verdict


def _watched_run(deployment: Deployment, plan: Plan, known: Path | None, earlier: Earlier | None) -> RunResult:
    listed = deployment.profile.find("known_failures")
    failures = read_known_failures(known or (Path(listed) if listed else None), deployment.contract)
    terminal = Terminal(terminal_console())
    try:
        result = run(deployment, plan, failures, terminal)
    finally:
        terminal.close()
    if earlier is not None:
        result = replace(result, comparison=compare(earlier, result))
    terminal.summarise(result)
    return result


@_commands.command("replay", short_help="Play one test of an earlier run again.")
@click.argument("id", metavar="ID")
@_where
@click.option(
    "--found-by", default="", metavar="VERSIONS", help="Of what found it: where they are others, that is said."
)
def _replay(*, typed: Typed, id: str, found_by: str) -> int:  # noqa: A002 - what it is called
    """Play the test again that a finding names as `replay`, with the same seed, and print each request and its answer."""
    api, _, rest = id.partition("/")
    name, _, seed = rest.rpartition("/")
    if not seed.isdigit() or not name:
        raise CannotRun(
            f"{id!r} is no ID of a test: it looks like reservekit/moves.a_pending_booking_can_be_confirmed/1"
        )
    deployment = find_deployment(load_contract(api), typed)
    contract = deployment.contract
    try:
        played_by = evidence_of(deployment, Plan(seed=int(seed))).found_by
        if found_by not in {"", played_by}:
            click.echo(f"found by {found_by}, played by {played_by}: what comes may be something else")
        terminal = Terminal(terminal_console())
        result = replay(deployment, name, int(seed), terminal.step)
    except LookupError as problem:
        raise CannotRun(str(problem.args[0])) from problem
    finally:
        deployment.worlds.close()
    return _say_replayed(result, contract, terminal)


def _say_replayed(result: TestResult, contract: Contract, terminal: Terminal) -> int:
    for finding in result.findings:
        terminal.found(finding, contract.rule(finding.rule) if finding.rule else None)
    why = f": {result.why}" if result.why else ""
    click.echo(visible(f"{result.outcome}{why} ({result.name}, {result.calls} requests)"))
    return {Outcome.PASS: Verdict.PASSED, Outcome.FAIL: Verdict.FAILED, Outcome.ERROR: Verdict.CANNOT_RUN}.get(
        result.outcome, Verdict.NOTHING_TESTED
    )


@_commands.command("sweep", short_help="Take back what interrupted runs left.")
@click.argument("api")
@_where
def _sweep(*, typed: Typed, api: str) -> int:
    """
    Take back what runs against the same address made and could not take back, since they were killed or nobody answered.

    Each run keeps a list in the user's cache folder (XDG_CACHE_HOME, else ~/.cache), until nothing of it is left.
    """
    deployment = find_deployment(load_contract(api), typed)
    try:
        gone, left = sweep(deployment)
    finally:
        deployment.worlds.close()
    for each in gone:
        click.echo(visible(f"taken back: {each}"))
    for each in left:
        click.echo(visible(f"left behind: {each}"))
    if not gone and not left:
        click.echo(f"nothing was left at {deployment.target.base_url}")
    return Verdict.FAILED if left else Verdict.PASSED


@_commands.command("lint", short_help="Check the contract itself.")
@click.argument("api")
def _lint(api: str) -> int:
    """
    Check the contract of API: valid OpenAPI, and everything the tests read in it.

    What changed since another version of it is not looked at: that is what oasdiff is for.
    """
    results = spec.lint(load_contract(api), contract_file(api))
    for result in results:
        click.echo(f"{result.outcome:<5} {result.sentence}")
        for finding in result.findings:
            click.echo(f"      {finding.operation}: {finding.came}")
    return Verdict.FAILED if any(result.findings for result in results) else Verdict.PASSED


@_commands.command("init", short_help="Write a commented profile for a deployment of API.")
@click.argument("api")
@click.option("--output", type=click.Path(path_type=Path), help="A new file; without it the profile is printed.")
@click.option(
    "--from", "base_url", metavar="URL", help="Where it is served: the ids that its reads show are written down."
)
@click.option(
    "--token", envvar=TOKEN_VARIABLE, help=f"Who reads there, if not nobody; also read from {TOKEN_VARIABLE}."
)
def _init(api: str, output: Path | None, base_url: str | None, token: str | None) -> int:
    """Write a commented profile: what a deployment of API can offer to its tests, and what is tested with it."""
    contract = load_contract(api)
    kit = kit_of(api)
    keys = kit.scene.KEYS if kit else ()
    found: Mapping[str, Sequence[Any]] = {}
    if base_url:
        target = find_target(contract, base_url, token, wants_token=False)
        ensure_somebody_listens(target)
        found = ids_for(keys, look_around(contract, target))
    text = draft_profile(contract.api, keys, unlocked(contract.api), found, base_url or "")
    if output is None:
        click.echo(text, nl=False)
        return Verdict.PASSED
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as problem:
        raise CannotRun(f"{str(output)!r} cannot be written: {problem.strerror}") from problem
    seen = f" (ids for {sum(map(bool, found.values()))} of {len(found)} keys are found there)" if base_url else ""
    click.echo(f"wrote {output}{seen}: fill in what there is, then contract-tests run {api} --profile {output}")
    return Verdict.PASSED


@_commands.command("rules", short_help="List the rules of API, and the tests of each.")
@click.argument("api")
def _rules(api: str) -> int:
    """List the written rules of API: level, source, what a test of it needs, and which tests there are."""
    contract = load_contract(api)
    kit = kit_of(api)
    for rule in contract.rules:
        tests = [law.name for law in kit.laws if rule.id in law.rules] if kit else []
        tests += ["lifecycle"] if kit and rule.id in kit.machine.RULES else []
        needs = f"; needs {', '.join(rule.needs)}" if rule.needs else ""
        click.echo(f"{rule.id} ({rule.level}, {rule.source}{needs}) {rule.text}")
        click.echo(
            f"    {', '.join(tests) or f'not tested: {rule.not_tested}' if rule.not_tested or tests else 'not tested'}"
        )
    return Verdict.PASSED


def _one_of(what: str, given: str, known: Collection[str], *, listed_by: str = "") -> str:
    if given not in known:
        raise CannotRun(f"unknown {what} {given!r}{did_you_mean(given, map(str, known), listed_by=listed_by)}")
    return given


def _operation(given: str, contract: Contract) -> str:
    known = [each.id for each in contract.operations]
    return given if given in {each.label for each in contract.operations} else _one_of("operation", given, known)


def _reports(given: Sequence[str]) -> list[tuple[str, Path]]:
    files: dict[Path, tuple[str, Path]] = {}
    for each in given:
        kind, file = _report(each)
        if file.resolve() in files:
            raise CannotRun(f"two reports would be written to {str(file)!r}, and one be lost: name a file for each")
        files[file.resolve()] = kind, file
    return list(files.values())


def _report(given: str) -> tuple[str, Path]:
    """Raises before the run what would otherwise be a run without a report."""
    kind, equals, name = given.partition("=")
    if kind not in REPORTS:
        raise CannotRun(f"unknown report kind {kind!r}{did_you_mean(kind, REPORTS)}")
    name = name if equals else os.environ.get(FILE_VARIABLES.get(kind, ""), "")
    if not name:
        raise CannotRun(f"--report {given!r} names no file: write --report {kind}=report.{_EXTENSIONS.get(kind, kind)}")
    file = Path(name)
    try:
        if not file.parent.is_dir() or file.is_dir():
            raise CannotRun(f"the report cannot be written to {name!r}: name a file in a folder that exists")
        _try(file)
    except OSError as problem:
        raise _unwritable(file, problem) from problem
    return kind, file


def _try(file: Path) -> None:
    """Open it as it will be opened after the run, and leave everything as it was. Raises OSError."""
    if file.exists() and not file.is_file():  # whoever reads a pipe would take that for its end
        return
    is_new = not file.exists()
    file.open("a").close()
    if is_new:
        file.unlink()


def _unwritable(file: Path, problem: OSError) -> CannotRun:
    return CannotRun(f"the report cannot be written to {str(file)!r}: {problem.strerror}")


def _write(result: RunResult, kind: str, file: Path) -> None:
    try:
        REPORTS[kind](result, file)
    except OSError as problem:
        raise _unwritable(file, problem) from problem
