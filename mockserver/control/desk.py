"""What can be done to sandboxes from outside: made, forked, reset, deleted, looked into, and moved through time."""

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from secrets import token_hex
from typing import Any

from starlette.types import ASGIApp

from doublebook_data import fixtures_dir
from mockserver.apis.bundle import Api
from mockserver.booking.errors import NotFound, RuleBroken, StoreDown
from mockserver.booking.ports import ALL, Kind
from mockserver.control.asking import Filter, Question, Verdict, verify, wanted
from mockserver.control.errors import UnknownName
from mockserver.control.fidelity import fidelity_of
from mockserver.control.requests import NewSandbox, SandboxChange, SettingsByApi
from mockserver.control.rules import RuleDesk
from mockserver.control.secrets import Secrets, secrets_of
from mockserver.control.webhooks import WebhookDesk
from mockserver.control.why import explain, export
from mockserver.sandbox.domains import Domain
from mockserver.sandbox.journal import Entry, latest
from mockserver.sandbox.records import Setup
from mockserver.sandbox.sandbox import DEFAULT, Sandbox
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.sandbox.work import Work

__all__ = ["Desk"]

_LONGEST_NUMBER = 18
"""Digits of an id: what every store can hold."""


class Desk:
    """The control plane's use cases.

    The default sandbox always exists: whoever asks for it before anybody used it opens it.

    Args:
        asgi: The whole application, asked as a client asks it.
    """

    def __init__(self, apis: Sequence[Api], sandboxes: Sandboxes, asgi: ASGIApp) -> None:
        self.apis = apis
        self.asgi = asgi
        self.sandboxes = sandboxes
        self._by_name = {api.name: api for api in apis}
        self.domains = {api.name: api.domain for api in apis if api.domain is not None}
        self._fidelity: dict[str, Mapping[str, Any]] = {}
        self._digests: dict[str, str] = {}
        self._secrets: Secrets | None = None
        self._numbers: Iterator[int] = count(1)

    # What is served

    def ensure_ready(self) -> None:
        """Raises RuleBroken `not_ready`: the store does not answer."""
        try:
            self.sandboxes.find(DEFAULT, any_seed=True)
        except StoreDown as problem:
            raise RuleBroken("not_ready", str(problem)) from None

    def api(self, name: str) -> Api:
        if name not in self._by_name:
            raise UnknownName("API", name, self._by_name)
        return self._by_name[name]

    def fidelity(self, name: str) -> Mapping[str, Any]:
        """Computed when first asked for: a document does not change."""
        if name not in self._fidelity:
            self._fidelity[name] = fidelity_of(self.api(name).spec)
        return self._fidelity[name]

    def digest(self, name: str) -> str:
        """Of what the seed of the API draws; computed when first asked for."""
        if name not in self._digests:
            self._digests[name] = self.domains[name].digest() if name in self.domains else ""
        return self._digests[name]

    def secrets(self) -> Secrets:
        """Of all that is served; computed when first asked for."""
        if self._secrets is None:
            self._secrets = secrets_of(api.spec for api in self.apis)
        return self._secrets

    def profile(self, name: str) -> Mapping[str, Any]:
        """What the API offers to contract tests. Raises NotFound: it offers nothing."""
        file = fixtures_dir() / self.api(name).name / "profile.toml"
        if not file.is_file():
            raise NotFound("profile", name)
        return tomllib.loads(file.read_text(encoding="utf-8"))

    # Sandboxes

    def sandbox(self, name: str) -> Sandbox:
        """Raises NotFound, RuleBroken `seed_version`."""
        return self.sandboxes.open(name, fresh=True) if name == DEFAULT else self.sandboxes.get(name)

    def wanted(self, name: str) -> Sandbox:
        """One that is to be changed: it comes to be as by a key that names it, and is kept.

        Raises RuleBroken: `seed_version`, `no_room`.
        """
        return self.sandboxes.keep(name)

    def create(self, wanted: NewSandbox, *, beginning: str = "") -> Sandbox:
        """
        Args:
            beginning: Of a name that nobody has chosen; "" is the usual one.

        Raises:
            NotFound: The parent.
            RuleBroken: `exists`, `unknown_scenario`, `unknown_setting`, `no_room`.
        """
        if wanted.fork_of is not None:
            child = self.fork(wanted.fork_of, wanted.name)
            return self._set_up(child, wanted.settings, outbox=wanted.outbox)
        setup = Setup(
            seed=wanted.seed,
            epoch=wanted.epoch,
            scenario=wanted.scenario,
            clock=wanted.clock,
            frozen=wanted.frozen,
            settings=wanted.settings,
            outbox=bool(wanted.outbox),
        )
        return self._named(wanted.name, lambda name: self.sandboxes.create(name, setup), beginning)

    def fork(self, parent: str, name: str | None) -> Sandbox:
        """Raises NotFound, RuleBroken `exists`."""
        self.sandbox(parent)
        owner = self.sandboxes.owners.owner_of(parent)
        beginning = "" if owner is None else owner.beginning
        return self._named(name, lambda chosen: self.sandboxes.fork(parent, chosen), beginning)

    def change(self, name: str, change: SandboxChange) -> Sandbox:
        """Raises NotFound, RuleBroken `unknown_setting`."""
        self.wanted(name)
        return self.sandboxes.update(name, settings=change.settings, outbox=change.outbox)

    def reset(self, name: str) -> Sandbox:
        # Not `open` at once: one made by another version of the seed cannot be opened, only reset and deleted.
        if self.sandboxes.find(name, any_seed=True) is None:
            self.wanted(name)
        return self.sandboxes.reset(name)

    def delete(self, name: str) -> None:
        """Raises NotFound."""
        self._ensure_default(name)
        self.sandboxes.delete(name)

    def _named(self, name: str | None, make: Callable[[str], Sandbox], beginning: str) -> Sandbox:
        """Make a sandbox called *name*; without one, called by the next number that is free, or at random where others make
        sandboxes of the same store.
        """
        if name is not None:
            self._ensure_default(name)
            return make(name)
        while True:
            try:
                number = token_hex(6) if self.sandboxes.durable else next(self._numbers)
                return make(f"{beginning or 'sandbox-'}{number}")
            except RuleBroken as refusal:
                if refusal.code != "exists":
                    raise

    def _ensure_default(self, name: str) -> None:
        if name == DEFAULT:
            self.ensure_default()

    def ensure_default(self) -> None:
        """Open the default sandbox unless it is there."""
        # Not `open` at once: one made by another version of the seed cannot be opened, only reset and deleted.
        if self.sandboxes.find(DEFAULT, any_seed=True) is None:
            self.sandboxes.open(DEFAULT)

    def _set_up(self, child: Sandbox, settings: SettingsByApi | None, *, outbox: bool | None) -> Sandbox:
        """A fork with settings of its own is made whole or not at all."""
        if settings is None and outbox is None:
            return child
        try:
            return self.sandboxes.update(child.name, settings=settings, outbox=outbox)
        except RuleBroken:
            self.sandboxes.delete(child.name)
            raise

    # Journal

    def entries(self, name: str, query: Mapping[str, Any]) -> list[Entry]:
        """Newest first. Raises NotFound for the sandbox, and for an API or an identity that is asked about."""
        asked = Filter(
            **{each: query[each] for each in Filter.__struct_fields__ if each in query}, since=query["after"]
        )
        also = wanted(asked, self._by_name, strict=False)
        return latest(self.sandbox(name).entries(), query["limit"], before=query["before"], also=also)

    def entry(self, name: str, number: int) -> Entry:
        found = next((each for each in self.sandbox(name).entries() if each.id == number), None)
        if found is None:
            raise NotFound("journal entry", number)
        return found

    def explain(self, name: str, number: int) -> dict[str, Any]:
        """Raises NotFound."""
        entry = self.entry(name, number)
        return explain(self.sandbox(name), self.api_of(entry), entry)

    def export(self, name: str, number: int, form: str, origin: str) -> str:
        """Raises NotFound."""
        entry = self.entry(name, number)
        return export(entry, form, self.api_of(entry), origin, name)

    def verify(self, name: str, question: Question) -> Verdict:
        """Raises NotFound for what a filter names, RuleBroken `bad_question`."""
        return verify(question, self.sandbox(name).entries(), self._by_name)

    def api_of(self, entry: Entry) -> Api | None:
        return self._by_name.get(entry.api)

    def clear_journal(self, name: str) -> int:
        return self.wanted(name).clear_journal()

    # Rules

    def rules(self, name: str, *, arms: bool = False) -> RuleDesk:
        """Raises NotFound for the sandbox, where nobody *arms*."""
        sandbox = self.wanted(name) if arms else self.sandbox(name)
        return RuleDesk(sandbox, shared=self.sandboxes.shared)

    # State

    def counts(self, name: str) -> dict[str, dict[str, int]]:
        """How many documents there are, by API and kind."""
        sandbox = self.sandbox(name)
        return {api: sandbox.run(domain, _count_kinds, writes=False) for api, domain in self.domains.items()}

    def documents(self, name: str, api: str, kind: str, *, offset: int, limit: int) -> tuple[int, list[Any]]:
        """How many there are, and some of them in order of their ids."""
        sandbox, domain, found = self._kind(name, api, kind)

        def read(work: Work) -> tuple[int, list[Any]]:
            records = work.records(found)
            return records.count(found.listed, ALL), records.page(found.listed, ALL, offset=offset, limit=limit)

        return sandbox.run(domain, read, writes=False)

    def document(self, name: str, api: str, kind: str, key: str) -> Any:
        """The document whose id is *key*, a number or a text."""
        sandbox, domain, found = self._kind(name, api, kind)

        def read(work: Work) -> Any:
            records = work.records(found)
            numbered = records.find(int(key)) if _is_number(key) else None
            return records.find(key) if numbered is None else numbered

        document = sandbox.run(domain, read, writes=False)
        if document is None:
            raise NotFound(f"{api} {kind}", key)
        return document

    def _kind(self, name: str, api: str, kind: str) -> tuple[Sandbox, Domain, Kind[Any]]:
        sandbox = self.sandbox(name)
        domain = self.domains.get(api)
        if domain is None:
            raise UnknownName("API", api, self.domains)
        found = domain.kind(kind)
        if found is None:
            raise UnknownName(f"kind of {api}", kind, domain.kind_names())
        return sandbox, domain, found

    # Webhooks

    def webhooks(self, name: str, api: str, *, subscribes: bool = False) -> WebhookDesk:
        """Raises NotFound for the sandbox, where nobody *subscribes*, and for an API that sends no events."""
        sandbox = self.wanted(name) if subscribes else self.sandbox(name)
        return WebhookDesk(self.apis, api, self.sandboxes, sandbox)


def _count_kinds(work: Work) -> dict[str, int]:
    counts = {}
    for name in work.domain.kind_names():
        kind = work.domain.kind(name)
        assert kind is not None  # noqa: S101 - its own list names it
        counts[name] = work.records(kind).count(kind.listed, ALL)
    return counts


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER
