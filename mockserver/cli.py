"""The command `mockserver`."""

import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec

import click

from mockserver import __version__
from mockserver.lifeline import end_with
from mockserver.settings import Settings, nearest, read_list, read_moment, read_settings

if TYPE_CHECKING:
    from mockserver.apis.bundle import Api

__all__ = ["main"]

P = ParamSpec("P")

_CANNOT_RUN = 2


class _Commands(click.Group):
    """Answers a mistyped command with the nearest right one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            ctx.fail(f"no command is called {args[0]!r}; {nearest(args[0], self.commands)}")
        return super().resolve_command(ctx, args)


class _Serve(click.Command):
    """Takes `--log` without a word after it, too, also in front of an API's name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        spelled = [
            "--log=lines" if word == "--log" and after not in {"lines", "json"} else word
            for word, after in zip(args, [*args[1:], ""], strict=False)
        ]
        return super().parse_args(ctx, spelled)


class _ApiName(click.ParamType):  # type: ignore[type-arg]  # generic from 8.3 on
    name = "API"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        from mockserver.app import API_NAMES  # noqa: PLC0415 - half a second, which `--help` need not wait for

        if value not in API_NAMES:
            self.fail(f"no API is called {value!r}; {nearest(value, API_NAMES)}", param, ctx)
        return str(value)


def _stop(message: str) -> NoReturn:
    click.echo(f"mockserver: {message}", err=True)
    sys.exit(_CANNOT_RUN)


def _sentences(command: Callable[P, None]) -> Callable[P, None]:
    """What the user can mend is said as a sentence, not as a traceback."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (ValueError, FileNotFoundError) as error:
            _stop(str(error))

    return run


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mockserver")
def main() -> None:
    """Stateful sandboxes of booking APIs: they run out of places, expire holds and refuse late cancellations."""


@main.command(cls=_Serve, short_help="Serve APIs, all of them by default.")
@click.argument("apis", nargs=-1, type=_ApiName(), metavar="[API]...")
@click.option("--host", help="Address to listen on. Anything but loopback demands a control token.  [127.0.0.1]")
@click.option("--port", type=int, help="Port to listen on; 0 is any free one.  [8080]")
@click.option("--seed", type=int, help="Decides names, people, busy slots of every new sandbox.  [0]")
@click.option(
    "--clock", help="Where new sandboxes' clocks start: `real`, or a moment such as 2026-03-02T08:00:00Z.  [real]"
)
@click.option(
    "--store",
    help="Where changes are kept: `memory`, `sqlite:///FILE`, or `postgresql://...`, which hosts share.  [memory]",
)
@click.option("--workers", type=int, help="Processes to serve with; more than one need a store that is no memory.  [1]")
@click.option(
    "--control-token",
    help="What /_sandbox demands as a bearer token. Whoever lists processes sees it here, and sees it neither in a file"
    " nor in MOCKSERVER_CONTROL_TOKEN.",
)
@click.option("--control-token-file", help="A file with that token in it, and nothing else.")
@click.option(
    "--allowed-hosts",
    "names",
    help="What else this server is called, with commas, by who asks for its pages or for /_sandbox: doublebook.test.",
)
@click.option(
    "--control-origins", "origins", help="Web pages that may use /_sandbox too, with commas: https://app.test."
)
@click.option(
    "--webhook-hosts",
    "hosts",
    help="Hosts, with commas, that events may be sent to beside this machine, or with it where --host is not loopback;"
    " * is any.",
)
@click.option(
    "--defect",
    "defects",
    multiple=True,
    help="A bug to plant, to see whether your tests notice; see `mockserver defects`. NAME@OPERATION: in that one alone.",
)
@click.option("--config", "file", type=click.Path(path_type=Path), help="A TOML file with any of the settings.")
@click.option(
    "--log",
    type=click.Choice(["lines", "json"]),
    help="Print a line per request: for people, which --log alone does too, or a JSON object, so that errors are objects as well.",
)
@click.option(
    "--metrics", is_flag=True, default=None, help="Show figures for Prometheus at /metrics, to whom /_sandbox lets in."
)
@click.option("--traces", is_flag=True, default=None, help="Send a span a request by OTLP, as OTEL_* variables say.")
@click.option(
    "--ready-file",
    type=click.Path(dir_okay=False),
    help="Written when it answers: url, pid and control_token, as JSON; gone when it has ended.",
)
@click.option("--until-pid", type=int, help="End when that process has ended, however it did.")
@_sentences
def serve(
    apis: tuple[str, ...],
    file: Path | None,
    clock: str | None,
    hosts: str | None,
    names: str | None,
    origins: str | None,
    defects: tuple[str, ...],
    until_pid: int | None,
    **flags: Any,
) -> None:
    """Serve APIS, all of them by default.

    Several are served each under its own prefix, one alone at the paths its vendor has. Every option can also be set
    in the file, or as MOCKSERVER_SEED and the like in the environment.
    """
    given = {
        **flags,
        "apis": apis or None,
        "defects": defects or None,
        "clock": None if clock is None else read_moment(clock),
        "webhook_hosts": None if hosts is None else read_list(hosts),
        "allowed_hosts": None if names is None else read_list(names),
        "control_origins": None if origins is None else read_list(origins),
    }
    settings = read_settings(given, file=file)
    ready_file = None if settings.ready_file is None else Path(settings.ready_file)

    if ready_file is not None and not os.access(ready_file.parent, os.W_OK):
        raise ValueError(f"--ready-file: nothing can be written into {ready_file.parent}")
    if until_pid is not None:
        end_with(until_pid)
    gc.disable()  # what is imported stays; the server turns the collector on when all is built
    from mockserver.serving import bind, guarded  # noqa: PLC0415 - imports everything
    from mockserver.serving import serve as serve_until_interrupted  # noqa: PLC0415

    token_was_given = settings.control_token is not None
    try:
        listener = bind(settings.host, settings.port)
    except OSError as error:
        option = "--host" if isinstance(error, socket.gaierror) else "--port"
        _stop(f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; choose another with {option}")
    settings = guarded(settings, listener)
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - where it is reached from here
    url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    token = None if token_was_given else settings.control_token

    def ready(apis: "Sequence[Api]") -> None:
        if ready_file is not None:
            _write_whole(ready_file, {"url": url, "pid": os.getpid(), "control_token": settings.control_token})
        _say_ready(apis, settings, url, token)

    # Else a signal, which the server hands on when it has closed, would end the process before the file is gone.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        serve_until_interrupted(settings, listener, ready=ready)
    finally:
        if ready_file is not None:
            ready_file.unlink(missing_ok=True)


@main.group("db", short_help="The tables of a store in PostgreSQL.")
def database() -> None:
    """The tables of a store in PostgreSQL: made and brought to the format of this program, or looked at."""


def _with_store(command: Callable[[str], None]) -> click.Command:
    """A command on the store of the settings."""

    @_sentences
    def run(store: str | None, file: Path | None) -> None:
        settings = read_settings({"store": store}, file=file)
        if not settings.is_shared:
            raise ValueError(
                f"--store: {settings.store!r} has no tables to look after: it has to be postgresql://HOST/DATABASE"
            )
        command(settings.store)

    options = (
        click.option(
            "--store", help="postgresql://USER@HOST/DATABASE; or in MOCKSERVER_STORE, which no list of processes shows."
        ),
        click.option("--config", "file", type=click.Path(path_type=Path), help="A TOML file with any of the settings."),
    )
    for option in options:
        run = option(run)
    return database.command(command.__name__.removeprefix("_"), help=command.__doc__)(run)


def _migrate(store: str) -> None:
    """Make the tables, or bring them to the format of this program. Programs of the format before go on meanwhile."""
    from mockserver.app import postgresql  # noqa: PLC0415 - see `serve`

    before, after = postgresql().migrate(store)
    click.echo(f"format {after}, as before" if before == after else f"format {after}; it was {before or 'empty'}")


def _check(store: str) -> None:
    """Say which format the tables have; fails where this program cannot work with them."""
    from mockserver.app import postgresql  # noqa: PLC0415 - see `serve`

    found, _ = postgresql().check(store)
    if found != postgresql().FORMAT:
        raise ValueError(
            f"the tables are of format {found or 'none'}; this program works with format {postgresql().FORMAT}"
        )
    click.echo(f"format {found}")


_with_store(_migrate)
_with_store(_check)


@main.command(short_help="Build all that would be served, and serve nothing.")
@click.argument("apis", nargs=-1, type=_ApiName(), metavar="[API]...")
@click.option("--config", "file", type=click.Path(path_type=Path), help="A TOML file with any of the settings.")
@_sentences
def check(apis: tuple[str, ...], file: Path | None) -> None:
    """Build APIS, all of them by default, with the settings that `serve` would have; open no port and no store.

    `serve` builds an API when it is first asked. Here a setting or a document that cannot be used is found at once.
    """
    settings = replace(read_settings({"apis": apis or None}, file=file), store="memory")

    from mockserver.app import build_app  # noqa: PLC0415 - see `serve`

    for api in build_app(settings).apis:
        click.echo(f"{api.name}: {len(api.operations)} operations")


@main.command("apis", short_help="List the APIs, and where their operations and rules come from.")
def list_apis() -> None:
    """List the APIs: what each is, how many operations and rules it has, and where these come from.

    The seed is the vendor's page that was the requirement; documented is any other published page; inferred is an
    assumption, explained in the API's SOURCES.md.
    """
    from mockserver.app import API_NAMES, load_api  # noqa: PLC0415 - see `serve`
    from mockserver.control.fidelity import fidelity_of  # noqa: PLC0415

    margin = max(map(len, API_NAMES)) + 3
    for name in API_NAMES:
        api = load_api(name, prefix=f"/{name}")
        fidelity = fidelity_of(api.spec)
        click.echo(f"{name:{margin}}{api.title}")
        for part in ("operations", "bounds", "refusals", "rules"):
            click.echo(f"{'':{margin}}{_counted(part, fidelity[part])}")


@main.command("defects", short_help="List the bugs that can be planted.")
@click.argument("apis", nargs=-1, type=_ApiName(), metavar="[API]...")
@click.option("--generated", "made", is_flag=True, help="Those that operators make: thousands of an API.")
def list_defects(apis: tuple[str, ...], made: bool) -> None:
    """List the bugs that can be planted: `mockserver serve API --defect NAME`, to see whether your tests notice.

    Those listed by default were chosen by hand, and each breaks the rule it is named after.
    """
    from mockserver.app import API_NAMES, load_api  # noqa: PLC0415 - see `serve`
    from mockserver.defects.catalogue import curated, generated  # noqa: PLC0415

    for name in apis or API_NAMES:
        for bug in (generated(load_api(name, prefix="")) if made else curated(name)).values():
            click.echo(f"{bug.name:<24} {bug.says}")


@main.command()
@click.argument("api", type=_ApiName())
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="As JSON instead of the YAML it is written in, with what a sandbox may answer to any operation.",
)
@click.option(
    "--view",
    type=click.Choice(["ours", "agreed"]),
    default="ours",
    show_default=True,
    help="agreed: only what pages state of answers, as JSON; ours: all that the sandbox keeps.",
)
def spec(api: str, as_json: bool, view: str) -> None:
    """Print the OpenAPI document of API."""
    from doublebook_data import openapi_dir, read_yaml  # noqa: PLC0415 - see `serve`
    from doublebook_data.views import agreed  # noqa: PLC0415

    path = openapi_dir() / api / "openapi.yaml"
    if view == "agreed":
        click.echo(json.dumps(agreed(read_yaml(path)), indent=2))
    elif as_json:
        from mockserver.app import load_api  # noqa: PLC0415

        click.echo(json.dumps(load_api(api, prefix="").contract, indent=2))
    else:
        click.echo(path.read_text(encoding="utf-8"))


@main.command()
@click.argument("api", type=_ApiName())
@click.option("--seed", "number", type=int, default=0, show_default=True)
@click.option("--epoch", help="The Monday the world is placed at, such as 2026-03-02T00:00:00Z.  [this week's]")
@_sentences
def seed(api: str, number: int, epoch: str | None) -> None:
    """Print the world of API that a seed draws, as JSON."""
    import msgspec  # noqa: PLC0415 - see `serve`

    from mockserver.app import load_api  # noqa: PLC0415
    from mockserver.sandbox.clocks import monday_of  # noqa: PLC0415

    moment = read_moment(epoch) if epoch else None
    domain = load_api(api, prefix="").domain
    assert domain is not None  # noqa: S101 - only the control plane has none, and it is not in the list
    world = domain.seed(number, moment or monday_of(datetime.now(UTC)))
    documents: dict[str, list[Any]] = {}
    for kind, record in world.records:
        documents.setdefault(kind.name.partition(".")[2], []).append(record)
    click.echo(msgspec.json.format(msgspec.json.encode(documents), indent=2))


def _of_a_server(command: Callable[P, None]) -> Callable[P, None]:
    """With the options of a command that asks a server that runs."""
    url = click.option(
        "--url", default="http://127.0.0.1:8080", show_default=True, envvar="DOUBLEBOOK_URL", help="Of the server."
    )
    token = click.option("--token", envvar="DOUBLEBOOK_TOKEN", help="What its control plane demands.")
    return url(token(_sentences(command)))


def _ask(url: str, token: str | None, path: str) -> Any:
    """What its control plane answers. Raises ValueError."""
    import httpx  # noqa: PLC0415 - see `serve`

    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    try:
        answer = httpx.get(f"{url.rstrip('/')}/_sandbox{path}", headers=headers, timeout=30)
    except httpx.TransportError as problem:
        raise ValueError(f"no server answers at {url}: {problem}") from None
    if answer.is_error:
        raise ValueError(answer.json()["error"]["message"])
    return answer.json()


@main.command(short_help="Say why a running server refused a request.")
@click.argument("sandbox", default="default")
@click.argument("number", type=int, required=False)
@_of_a_server
def explain(sandbox: str, number: int | None, url: str, token: str | None) -> None:
    """Say why SANDBOX answered the request of that NUMBER as it did; without one, the request that it refused last."""
    journal = f"/sandboxes/{sandbox}/journal"
    if number is None:
        refused = _ask(url, token, f"{journal}?status=4xx&limit=1&bodies=false")["entries"]
        if not refused:
            raise ValueError(f"sandbox {sandbox} has refused nothing yet")
        number = refused[0]["id"]
    click.echo(_ask(url, token, f"{journal}/{number}/explain")["sentence"])


@main.command(short_help="Print what a sandbox was asked, to replay it.")
@click.argument("sandbox", default="default")
@click.option("--as", "form", type=click.Choice(["bundle", "pytest", "curl"]), default="bundle", show_default=True)
@_of_a_server
def export(sandbox: str, form: str, url: str, token: str | None) -> None:
    """Print what SANDBOX was asked: as a bundle for `mockserver replay`, as a test, or as lines for a shell.

    What is not there any more is said on standard error.
    """
    exported = _ask(url, token, f"/sandboxes/{sandbox}/export?as={form}")
    for missing in exported["missing"]:
        click.echo(f"mockserver: {missing}", err=True)
    text = json.dumps(exported["bundle"], indent=1, ensure_ascii=False) if form == "bundle" else exported["text"]
    click.echo(text.rstrip())


@main.command(short_help="Ask again what stands in a bundle.")
@click.argument("file", type=click.File(encoding="utf-8"))
@_sentences
def replay(file: Any) -> None:
    """Ask again what stands in FILE, a bundle of `mockserver export`, and stop where an answer differs.

    It is played in memory, in the same world under the same name. Exit code 0: all answers are the same; 1: one is not;
    2: the file cannot be played here.
    """
    from mockserver.replaying import replay as play  # noqa: PLC0415 - see `serve`

    try:
        bundle = json.load(file)
    except ValueError as problem:
        raise ValueError(f"{file.name} is no bundle: {problem}") from None
    outcome = play(bundle)
    for said in outcome.said:
        click.echo(said)
    if outcome.difference is not None:
        click.echo(outcome.difference)
        click.echo(f"{outcome.same} answers are the same, then one differs")
        sys.exit(1)
    click.echo(f"{outcome.same} answers are the same")


@main.command(short_help="Subscribe to webhooks and print them.")
@click.argument("apis", nargs=-1, type=_ApiName(), metavar="[API]...")
@click.option("--sandbox", default="default", show_default=True)
@click.option("--forward-to", help="Where webhooks are handed on to, as they came: http://localhost:3000/hooks.")
@click.option("--events", default="", help="Only these, with commas.")
@_of_a_server
def listen(
    apis: tuple[str, ...], sandbox: str, forward_to: str | None, events: str, url: str, token: str | None
) -> None:
    """Subscribe to webhooks of APIS, of all that send any by default, and print them until Ctrl-C.

    Of each it says whether its signature holds, and what was answered where it is handed on; the sandbox is answered the same.
    """
    from mockserver.app import API_NAMES, load_api  # noqa: PLC0415 - see `serve`
    from mockserver.listening import Listener, Wanted  # noqa: PLC0415

    known = {name: load_api(name, prefix="") for name in apis or API_NAMES}
    chosen = {name: api for name, api in known.items() if api.webhooks is not None}
    if silent := sorted(set(apis) - set(chosen)):
        raise ValueError(f"{', '.join(silent)} sends no webhooks")
    wanted = Wanted(url, sandbox, token, forward_to, read_list(events) if events else ())
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with Listener(chosen, wanted, click.echo):
        click.echo(f"Webhooks of {', '.join(chosen)} in sandbox {sandbox} come here. Ctrl-C ends it.")
        try:
            signal.pause()
        except KeyboardInterrupt:
            click.echo("The subscription is taken back.")


def _write_whole(file: Path, said: Mapping[str, Any]) -> None:
    """Whoever waits for the file finds all of it. It has a token in it: nobody else may read it."""
    new = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
        json.dump(said, written)
    new.replace(file)


def _counted(part: str, counts: Mapping[str, int]) -> str:
    """`37 operations: 28 seed, 4 documented, 5 inferred`."""
    sources = ", ".join(f"{number} {source}" for source, number in counts.items() if source != "total")
    return f"{counts['total']} {part}: {sources}"


def _say_ready(apis: "Sequence[Api]", settings: Settings, url: str, new_token: str | None) -> None:
    from mockserver.apis.samples import sample_curl  # noqa: PLC0415

    rows = [(api.name, f"{url}{api.prefix}{api.base_path}", api.personas[0].credential) for api in apis]
    headings = ("API", "base URL", "a key that works")
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    click.echo()
    for row in (headings, *rows):
        line = "   ".join(map(str.ljust, row, widths)).rstrip()
        click.secho(line, bold=row is headings)
    click.echo(f"\nConsole {url}/\nPages   {url}/docs\nControl {url}/_sandbox/docs")
    if new_token is not None:
        click.echo(
            f"        Authorization: Bearer {new_token}   (made for this run, since {settings.host} is not loopback)"
        )
    for name in settings.defects:
        click.echo(f"{click.style('Planted', fg='red', bold=True)} {name}")
    click.echo("\nTry it:\n")
    click.echo(sample_curl(apis[0], url, (settings.clock or datetime.now(UTC)).date()))
    click.echo("\nReady. Ctrl-C ends it.\n")
