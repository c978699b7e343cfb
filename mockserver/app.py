"""The composition root: the only module that knows everybody, and the only one that opens anything."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send

from doublebook_data import openapi_dir, read_yaml
from mockserver.apis.bundle import Api
from mockserver.booking.errors import RuleBroken
from mockserver.booking.ports import Clock, Store
from mockserver.console import pages_on_demand
from mockserver.control.api import build as build_control
from mockserver.control.auth import Door
from mockserver.defects.catalogue import plant, uproot
from mockserver.defects.planting import Planter
from mockserver.hosts import is_loopback, named_host
from mockserver.sandbox.clocks import system_time
from mockserver.sandbox.journal import Limits
from mockserver.sandbox.owners import Owner, Owners
from mockserver.sandbox.patience import JournalWriter
from mockserver.sandbox.receivers import Receivers
from mockserver.sandbox.records import Bounds, Setup
from mockserver.sandbox.sandbox import DEFAULT
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.settings import Settings
from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore
from mockserver.web.addresses import Mount
from mockserver.web.asking import Within
from mockserver.web.gate import Background, Gate
from mockserver.web.pacing import Pace, PaceKeeper
from mockserver.web.stack import Stack
from mockserver.webhooks.deliverer import Deliverer

__all__ = ["API_NAMES", "App", "build_app", "load_api", "load_spec", "open_store", "postgresql"]

API_NAMES = ("reservekit", "appointments", "anny", "bardge")


@dataclass(frozen=True, slots=True)
class App:
    """Everything that was put together, for whoever started it."""

    asgi: ASGIApp
    apis: Sequence[Api]
    sandboxes: Sandboxes
    store: Store
    uproot: Callable[[], None]
    """Takes off the bugs that were put on this process; nothing is undone in requests that were answered."""


def load_api(name: str, *, prefix: str) -> Api:
    """One API of `API_NAMES`."""
    build = import_module(f"mockserver.apis.{name}.api").build
    api: Api = build(load_spec(name), prefix=prefix)
    return api


def load_spec(name: str) -> dict[str, Any]:
    spec: dict[str, Any] = read_yaml(openapi_dir() / name / "openapi.yaml")
    return spec


def build_app(settings: Settings, *, clock: Clock | None = None, at_once: bool = True) -> App:
    """Put the program together.

    Args:
        clock: The real time; None is that of the store, where several hosts share it, or the machine's.
        at_once: Build what answers for an API now, and not when it is first asked.

    Raises:
        ValueError: The store or a setting cannot be used, or a document is broken.
    """
    names = settings.apis or API_NAMES
    # Alone, an API stands where the vendor has it: a client changes its host and nothing else.
    alone = len(settings.apis) == 1
    planters = plant([load_api(name, prefix="" if alone else f"/{name}") for name in names], settings.defects)
    try:
        return _put_together(settings, planters, clock, at_once=at_once)
    except BaseException:
        uproot(planters)
        raise


def _put_together(settings: Settings, planters: Sequence[Planter], given: Clock | None, *, at_once: bool) -> App:
    apis = [planter.api for planter in planters]
    receivers = Receivers(
        frozenset(each if each == "*" else named_host(each) for each in settings.webhook_hosts),
        own_port=settings.port,
        loopback=is_loopback(settings.host),
    )
    owners = _owners(settings)
    store = open_store(settings)
    clock = given or store.clock or system_time
    try:
        sandboxes = Sandboxes(
            store,
            [api.domain for api in apis if api.domain is not None],
            clock=clock,
            setup=Setup(seed=settings.seed, clock=settings.clock, settings=settings.api_settings),
            bounds=Bounds(most=settings.max_sandboxes, idle_seconds=settings.sandbox_idle_seconds),
            receivers=receivers,
            shared=settings.workers > 1 or settings.is_shared,
            journal_limits=Limits(size=settings.quota_journal_bytes),
            most_documents=settings.quota_documents or None,
            owners=owners,
        )
    except RuleBroken as refusal:
        store.close()
        raise ValueError(f"api_settings: {refusal}") from refusal
    door = Door(
        settings.control_token,
        hosts=frozenset({settings.host.lower(), *map(named_host, settings.allowed_hosts)}),
        origins=frozenset(settings.control_origins),
        keys={key.token: name for name, key in settings.keys.items()},
    )

    async def whole(scope: Scope, receive: Receive, send: Send) -> None:
        await asgi(scope, receive, send)

    control = build_control(apis, sandboxes, door, whole)

    def today_in(name: str) -> date:
        found = sandboxes.find(name or DEFAULT, any_seed=True)
        return (found.now() if found is not None else settings.clock or clock.now()).date()

    mounts = [Mount(api, Stack(api, sandboxes)) for api in (*apis, control)]
    pages = door.before(pages_on_demand([*apis, control], today_in, Within(mounts[-1].stack), door))
    for mount in mounts if at_once else ():
        mount.stack.build()
    watching = _watching(settings, sandboxes, store, door, owners)
    deliverer = Deliverer(apis, sandboxes, receivers, tell=watching.tell)
    beside: list[Background] = [*watching.beside, deliverer, JournalWriter(sandboxes)]
    if settings.sandbox_expiry_seconds:
        after = timedelta(seconds=settings.sandbox_expiry_seconds)
        beside.append(import_module("mockserver.sandbox.expiring").Expiry(sandboxes, after))
    if settings.is_shared:
        beside.insert(0, cast("Background", store))
    asgi: ASGIApp = watching.gate(mounts, pages, sandboxes, beside)
    for planter in planters:
        asgi = planter.wrap(asgi)
    return App(asgi, apis, sandboxes, store, uproot=partial(uproot, planters))


@dataclass(frozen=True, slots=True)
class _Watching:
    """How the server is watched and held back: not at all, where nothing is said.

    Attributes:
        gate: What makes the gate.
        tell: Told of each attempt to deliver a webhook.
    """

    gate: Callable[..., ASGIApp] = Gate
    tell: Callable[..., None] | None = None
    beside: Sequence[Background] = ()


def _owners(settings: Settings) -> Owners:
    return Owners(
        Owner(name, key.quota_documents, key.quota_journal_bytes, key.quota_requests)
        for name, key in settings.keys.items()
    )


def _watching(settings: Settings, sandboxes: Sandboxes, store: Store, door: Door, owners: Owners) -> _Watching:
    """Raises ValueError: a library that it takes is not installed."""
    watchers: list[Any] = []
    pages: dict[str, ASGIApp] = {}
    tell = None
    if settings.metrics:
        counted = store if settings.is_shared else None
        metrics = _extra("mockserver.instruments.metrics", "metrics").Metrics(sandboxes, counted)
        watchers.append(metrics)
        pages["/metrics"], tell = door.in_front_of(metrics), metrics.see_webhook
    if settings.log == "json":
        watchers.append(import_module("mockserver.instruments.logs").RequestLog())
    beside: list[Background] = []
    if settings.traces:
        traces = _extra("mockserver.instruments.traces", "traces").Traces()
        watchers.append(traces)
        beside.append(traces)
    pace = None
    if settings.quota_requests or any(key.quota_requests for key in settings.keys.values()):
        pace = Pace(settings.quota_requests, owners, tells=sandboxes.shared)
        if sandboxes.shared and store.paces is not None:
            beside.append(PaceKeeper(pace, store.paces, sandboxes))
    if not watchers and pace is None:
        return _Watching()
    gate = import_module("mockserver.instruments.gate").WatchedGate
    return _Watching(partial(gate, watchers=watchers, beside_pages=pages, pace=pace), tell, beside)


def open_store(settings: Settings) -> Store:
    """Raises ValueError: it cannot be used."""
    if settings.is_shared:
        shared: Store = postgresql().PostgresqlStore(settings.store, connections=settings.store_connections)
        return shared
    path = settings.store_path
    return MemoryStore() if path is None else SqliteStore(path, sync=settings.store_sync)


def postgresql() -> ModuleType:
    """The store that hosts share, with its libraries. Raises ValueError: they are not installed."""
    return _extra("mockserver.stores.postgresql", "postgresql", "a store in PostgreSQL needs")


def _extra(module: str, extra: str, what: str = "") -> ModuleType:
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise ValueError(f"{what or f'--{extra} needs'} {error.name}: pip install 'doublebook[{extra}]'") from error
