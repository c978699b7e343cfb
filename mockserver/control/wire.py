"""What the control plane shows: sandboxes, clocks, entries of a journal and documents, as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from mockserver.apis.bundle import Api
from mockserver.control.asking import changes_of, identity_of, reasons_of, shown_to, touched_by
from mockserver.control.secrets import HIDDEN, Secrets
from mockserver.control.webhooks import Sending
from mockserver.sandbox.deliveries import Attempt
from mockserver.sandbox.domains import Domain
from mockserver.sandbox.journal import Entry
from mockserver.sandbox.records import Fired, Moved, SandboxRecord
from mockserver.sandbox.sandbox import DEFAULT, Sandbox
from mockserver.sandbox.subscriptions import Subscription

__all__ = [
    "show_api",
    "show_attempt",
    "show_clock",
    "show_delivery",
    "show_document",
    "show_entry",
    "show_fired",
    "show_moment",
    "show_sandbox",
    "show_subscription",
    "show_summary",
]

_MOST_LEVELS = 64
"""A body nested deeper is shown as text: whoever validates or reads it would have to recurse as deep."""


# What is served


def show_api(api: Api, fidelity: Mapping[str, Any], digest: str) -> dict[str, Any]:
    domain = api.domain
    return {
        "name": api.name,
        "title": api.title,
        "base_url": api.prefix + api.base_path,
        "docs": f"{api.prefix}/docs",
        "contract": f"{api.prefix}/openapi.json",
        "operations": fidelity["operations"]["total"],
        "rules": fidelity["rules"]["total"],
        "seed": domain and {"version": domain.seed_version, "digest": digest},
        "personas": [{"credential": each.credential, "who": each.who} for each in api.personas],
        "settings": {} if domain is None else _show_settings_known(domain),
        "scenarios": [] if domain is None else _show_scenarios(domain),
        "kinds": [] if domain is None else domain.kind_names(),
        "webhooks": api.webhooks and {"events": [*api.webhooks.events], "filters": [*api.webhooks.filters]},
    }


def _show_scenarios(domain: Domain) -> list[dict[str, Any]]:
    return [{"name": f"{domain.name}/{name}", "title": each.title} for name, each in domain.scenarios.items()]


def _show_settings_known(domain: Domain) -> dict[str, Any]:
    """By name, what values it may have and which it has without being set."""
    _, schemas = msgspec.json.schema_components([domain.settings])
    properties: dict[str, Any] = schemas[domain.settings.__name__].get("properties", {})
    defaults = msgspec.to_builtins(domain.settings())
    return {
        name: {"default": defaults[name], "values": {key: each[key] for key in each if key != "default"}}
        for name, each in properties.items()
    }


# Sandboxes


def show_summary(record: SandboxRecord) -> dict[str, Any]:
    return {
        "name": record.name,
        "seed": record.seed,
        "epoch": show_moment(record.epoch),
        "scenario": record.scenario,
        "frozen": record.clock.frozen_at is not None,
        "made_at": show_moment(record.made_at),
    }


def show_sandbox(sandbox: Sandbox, apis: Sequence[Api]) -> dict[str, Any]:
    record = sandbox.record
    in_path, suffix = ("", "") if record.name == DEFAULT else (f"/~{record.name}", f".{record.name}")
    return {
        "name": record.name,
        "seed": record.seed,
        "epoch": show_moment(record.epoch),
        "scenario": record.scenario,
        "clock": show_clock(sandbox),
        "made_at": show_moment(record.made_at),
        "outbox": record.outbox,
        "settings": {api.name: _show_settings(api.domain, record) for api in apis if api.domain is not None},
        "base_urls": {api.name: in_path + api.prefix + api.base_path for api in apis},
        "credentials": {
            api.name: [{"credential": each.credential + suffix, "who": each.who} for each in api.personas]
            for api in apis
        },
    }


def _show_settings(domain: Domain, record: SandboxRecord) -> Any:
    return msgspec.to_builtins(msgspec.convert(record.settings.get(domain.name, {}), domain.settings))


# Time


def show_clock(shown: Sandbox | Moved) -> dict[str, Any]:
    record = shown.record
    return {
        "now": show_moment(shown.now if isinstance(shown, Moved) else shown.now()),
        "frozen": record.clock.frozen_at is not None,
        "epoch": show_moment(record.epoch),
    }


def show_fired(fired: Fired) -> dict[str, Any]:
    timer = fired.timer
    return {
        "api": fired.api,
        "id": timer.id,
        "due_at": show_moment(timer.due_at),
        "action": timer.action,
        "subject": timer.subject,
    }


# Journal


def show_entry(entry: Entry, api: Api | None, secrets: Secrets, *, bodies: bool = True) -> dict[str, Any]:
    """
    Args:
        bodies: With the two messages, headers and all, and what it changed.
    """
    changes = changes_of(entry)
    shown = {
        "id": entry.id,
        "at": None if entry.at is None else show_moment(entry.at),
        "received_at": show_moment(entry.received_at),
        "identity": identity_of(api, entry),
        "method": entry.method,
        "path": entry.path,
        "query": secrets.hide_in_query(entry.query.decode("latin-1")),
        "api": entry.api,
        "operation": entry.operation,
        "status": entry.status,
        "refusal": entry.refusal,
        "rules": [each.id for each in reasons_of(api, entry)],
        "touched": touched_by(entry),
        "timers": entry.timers,
        "deliveries": [each["id"] for each in changes if each["kind"] == "delivery"],
        "faults": [{"what": what, "rule": rule or None} for what, rule in entry.faults],
        "commit": entry.broke or None,
        "is_rival": entry.is_rival,
        "microseconds": entry.microseconds,
    }
    if not bodies:
        return shown
    return {
        **shown,
        "changes": secrets.hide(shown_to(api, entry)),
        "request": _show_message(_unpacked(entry.headers), entry.request_body, secrets, cut=entry.request_cut),
        "response": _show_message(entry.response_headers, entry.response_body, secrets, cut=entry.response_cut),
    }


def _show_message(
    headers: Iterable[tuple[bytes, bytes]], body: bytes, secrets: Secrets, *, cut: bool
) -> dict[str, Any]:
    form, shown = _show_body(body, secrets, cut=cut)
    return {"headers": _show_headers(headers, secrets), "body": shown, "body_is": form, "body_cut": cut}


def _unpacked(headers: bytes) -> Iterable[tuple[bytes, bytes]]:
    """What `pack_headers` packed."""
    return ((name, value) for name, _, value in (line.partition(b": ") for line in headers.split(b"\r\n")) if name)


def _show_headers(headers: Iterable[tuple[bytes, bytes]], secrets: Secrets) -> dict[str, str]:
    """By name; what came more than once is joined with a comma, as HTTP says."""
    shown: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name = raw_name.decode("latin-1")
        hidden = name.lower() in secrets.in_heads
        value = HIDDEN if hidden else secrets.hide_in_text(raw_value.decode("latin-1"))
        shown[name] = f"{shown[name]}, {value}" if name in shown else value
    return shown


def _show_body(body: bytes, secrets: Secrets, *, cut: bool) -> tuple[str, Any]:
    """What it is, `empty`, `json` or `text`, and the body as such; of a text that may tell a secret, nothing."""
    if not body:
        return "empty", None
    if not cut:
        try:
            document = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            pass
        else:
            if _is_flat(document, _MOST_LEVELS):
                return "json", secrets.hide(document)
    text = body.decode(errors="replace")
    return "text", HIDDEN if secrets.are_in(text) else secrets.hide_in_text(text)


def _is_flat(value: Any, levels: int) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_is_flat(each, levels - 1) for each in inner)


# State


def show_document(value: Any) -> Any:
    """A record with all its fields by name, also where a store keeps it as an array."""
    if isinstance(value, msgspec.Struct):
        fields = {name: getattr(value, name) for name in value.__struct_fields__}
        return {name: show_document(each) for name, each in fields.items() if each is not msgspec.UNSET}
    if isinstance(value, Mapping):
        return {str(key): show_document(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [show_document(each) for each in value]
    return msgspec.to_builtins(value)


# Webhooks


def show_subscription(subscription: Subscription, *, is_new: bool = False) -> dict[str, Any]:
    """The values of its headers are shown to whoever has just sent them, and then no more."""
    shown: dict[str, Any] = msgspec.to_builtins(subscription)
    if not is_new:
        shown["headers"] = dict.fromkeys(subscription.headers, HIDDEN)
    shown["is_signed"] = shown.pop("secret") is not None
    del shown["name"], shown["changed_at"]  # some vendors' own, shown by their APIs
    if subscription.hostile is None:
        del shown["hostile"]
    return shown


def show_delivery(sending: Sending) -> dict[str, Any]:
    delivery, event, about = sending.delivery, sending.event, sending.about
    return {
        "id": delivery.id,
        "api": sending.api,
        "subscription_id": delivery.subscription_id,
        "url": sending.url,
        "event": {"id": event.id, "name": event.name, "occurred_at": show_moment(event.occurred_at)},
        "about": None if about is None else {"kind": about[0], "id": about[1]},
        "caused_by": sending.caused_by,
        "status": delivery.status.value,
        "due_at": None if delivery.due_at is None or sending.is_held else show_moment(delivery.due_at),
        "held": sending.is_held,
        "mischief": [each.value for each in delivery.mischief],
        "attempts": [show_attempt(each) for each in delivery.attempts],
        "body": msgspec.json.decode(sending.body),
    }


def show_attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": show_moment(attempt.at),
        "status": attempt.status,
        "error": attempt.error,
        "milliseconds": attempt.milliseconds,
        "sent_at": None if attempt.sent_at is None else show_moment(attempt.sent_at),
        "sent": dict(attempt.sent),
        "answer": attempt.answer,
    }


def show_moment(moment: Any) -> str:
    shown: str = msgspec.to_builtins(moment)
    return shown
