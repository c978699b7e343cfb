"""The control plane's operations: read the call, act at the desk, show what came of it."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from mockserver import __version__
from mockserver.apis.bundle import Operation
from mockserver.apis.exchange import NO_BODY, Call, Reply
from mockserver.control.asking import Question
from mockserver.control.desk import Desk
from mockserver.control.noting import NOTED, noted
from mockserver.control.owning import beginning_of, check_owned, kept_to_own
from mockserver.control.requests import (
    NewFork,
    NewRule,
    NewSandbox,
    NewSubscription,
    Release,
    SandboxChange,
    SubscriptionChange,
    parse,
)
from mockserver.control.rules import show_rule
from mockserver.control.snapshots import OPERATIONS as SNAPSHOTS
from mockserver.control.timing import OPERATIONS as TIMING
from mockserver.control.webhooks import WebhookDesk
from mockserver.control.wire import (
    show_api,
    show_delivery,
    show_document,
    show_entry,
    show_sandbox,
    show_subscription,
)
from mockserver.lean_imports import on_call
from mockserver.sandbox.sandbox import Sandbox

__all__ = ["operations_of"]

_STORES = {(False, False): "memory", (True, False): "sqlite", (True, True): "postgresql"}


def get_health(desk: Desk, _: Call) -> Reply:
    """Whoever asks, and however much there is: nothing is looked for."""
    store = _STORES[desk.sandboxes.durable, desk.sandboxes.waits]
    return _ok({"status": "ok", "version": __version__, "store": store, "apis": [api.name for api in desk.apis]})


def get_readiness(desk: Desk, _: Call) -> Reply:
    desk.ensure_ready()
    return _ok({"status": "ready"})


def list_apis(desk: Desk, _: Call) -> Reply:
    shown = [show_api(api, desk.fidelity(api.name), desk.digest(api.name)) for api in desk.apis]
    return _ok({"version": __version__, "apis": shown})


def get_profile(desk: Desk, call: Call) -> Reply:
    return _ok(desk.profile(call.path["api"]))


def get_fidelity(desk: Desk, call: Call) -> Reply:
    name = call.path["api"]
    return _ok({"api": name, **desk.fidelity(name)})


def create_sandbox(desk: Desk, call: Call) -> Reply:
    wanted = parse(call.body, NewSandbox)
    check_owned(desk, call, wanted.name, wanted.fork_of)
    return Reply(201, _show(desk, desk.create(wanted, beginning=beginning_of(desk, call))))


def get_sandbox(desk: Desk, call: Call) -> Reply:
    return _ok(_show(desk, desk.sandbox(call.path["name"])))


def update_sandbox(desk: Desk, call: Call) -> Reply:
    return _ok(_show(desk, desk.change(call.path["name"], parse(call.body, SandboxChange))))


def delete_sandbox(desk: Desk, call: Call) -> Reply:
    desk.delete(call.path["name"])
    return Reply(204, NO_BODY)


def reset_sandbox(desk: Desk, call: Call) -> Reply:
    return _ok(_show(desk, desk.reset(call.path["name"])))


def fork_sandbox(desk: Desk, call: Call) -> Reply:
    wanted = parse(call.body, NewFork)
    check_owned(desk, call, wanted.name)
    return Reply(201, _show(desk, desk.fork(call.path["name"], wanted.name)))


def list_journal(desk: Desk, call: Call) -> Reply:
    secrets = desk.secrets()
    found = desk.entries(call.path["name"], call.query)
    return _ok(
        {"entries": [show_entry(each, desk.api_of(each), secrets, bodies=call.query["bodies"]) for each in found]}
    )


def get_journal_entry(desk: Desk, call: Call) -> Reply:
    entry = desk.entry(call.path["name"], call.path["id"])
    return _ok(show_entry(entry, desk.api_of(entry), desk.secrets()))


def explain_entry(desk: Desk, call: Call) -> Reply:
    return _ok(desk.secrets().hide(desk.explain(call.path["name"], call.path["id"])))


def export_entry(desk: Desk, call: Call) -> Reply:
    form = call.query["as"]
    return _ok({"as": form, "text": desk.export(call.path["name"], call.path["id"], form, call.origin)})


def verify_journal(desk: Desk, call: Call) -> Reply:
    return _ok(msgspec.to_builtins(desk.verify(call.path["name"], parse(call.body, Question))))


def list_rules(desk: Desk, call: Call) -> Reply:
    return _ok({"rules": [show_rule(each) for each in desk.rules(call.path["name"]).every()]})


def create_rule(desk: Desk, call: Call) -> Reply:
    new = parse(call.body, NewRule)
    return Reply(201, show_rule(desk.rules(call.path["name"], arms=True).arm(desk.api(new.api), new)))


def get_rule(desk: Desk, call: Call) -> Reply:
    return _ok(show_rule(desk.rules(call.path["name"]).get(call.path["id"])))


def delete_rule(desk: Desk, call: Call) -> Reply:
    desk.rules(call.path["name"]).disarm(call.path["id"])
    return Reply(204, NO_BODY)


def release_rule(desk: Desk, call: Call) -> Reply:
    order = parse(call.body, Release).order
    return _ok(show_rule(desk.rules(call.path["name"]).release(call.path["id"], order)))


def clear_journal(desk: Desk, call: Call) -> Reply:
    return _ok({"deleted": desk.clear_journal(call.path["name"])})


def export_sandbox(desk: Desk, call: Call) -> Reply:
    from mockserver.control.bundles import exported  # noqa: PLC0415 - asked for rarely, and not at the start

    return exported(desk, call)


def get_state(desk: Desk, call: Call) -> Reply:
    return _ok({"apis": desk.counts(call.path["name"])})


def list_documents(desk: Desk, call: Call) -> Reply:
    name, api, kind = (call.path[part] for part in ("name", "api", "kind"))
    total, documents = desk.documents(name, api, kind, offset=call.query["offset"], limit=call.query["limit"])
    return _ok({"total": total, "documents": desk.secrets().hide([show_document(each) for each in documents])})


def get_document(desk: Desk, call: Call) -> Reply:
    document = desk.document(*(call.path[part] for part in ("name", "api", "kind", "id")))
    return _ok(desk.secrets().hide(show_document(document)))


def list_subscriptions(desk: Desk, call: Call) -> Reply:
    total, found = _webhooks(desk, call).subscriptions(offset=call.query["offset"], limit=call.query["limit"])
    return _ok({"total": total, "subscriptions": [show_subscription(each) for each in found]})


def create_subscription(desk: Desk, call: Call) -> Reply:
    wanted = parse(call.body, NewSubscription)
    webhooks = desk.webhooks(call.path["name"], call.path["api"], subscribes=True)
    return Reply(201, show_subscription(webhooks.subscribe(wanted), is_new=True))


def get_subscription(desk: Desk, call: Call) -> Reply:
    return _ok(show_subscription(_webhooks(desk, call).subscription(call.path["id"])))


def update_subscription(desk: Desk, call: Call) -> Reply:
    change = parse(call.body, SubscriptionChange)
    return _ok(show_subscription(_webhooks(desk, call).change(call.path["id"], change)))


def delete_subscription(desk: Desk, call: Call) -> Reply:
    _webhooks(desk, call).unsubscribe(call.path["id"])
    return Reply(204, NO_BODY)


def list_deliveries(desk: Desk, call: Call) -> Reply:
    query = call.query
    total, found = _webhooks(desk, call).deliveries(
        status=query["status"], subscription_id=query["subscription"], offset=query["offset"], limit=query["limit"]
    )
    return _ok({"total": total, "deliveries": [show_delivery(each) for each in found]})


def get_delivery(desk: Desk, call: Call) -> Reply:
    return _ok(show_delivery(_webhooks(desk, call).delivery(call.path["id"])))


def replay_delivery(desk: Desk, call: Call) -> Reply:
    return Reply(202, show_delivery(_webhooks(desk, call).replay(call.path["id"])))


def operations_of(desk: Desk) -> Mapping[str, Operation]:
    """By operationId, each at work at *desk*."""
    operations: dict[str, Any] = {name: partial(operation, desk) for name, operation in _OPERATIONS.items()}
    for name in NOTED:
        operations[name] = partial(noted, desk, name, operations[name])
    if desk.sandboxes.owners:
        return {name: partial(kept_to_own, desk, operation) for name, operation in operations.items()}
    return operations


def _ok(body: Any) -> Reply:
    return Reply(200, body)


def _show(desk: Desk, sandbox: Sandbox) -> dict[str, Any]:
    return show_sandbox(sandbox, desk.apis)


def _webhooks(desk: Desk, call: Call) -> WebhookDesk:
    return desk.webhooks(call.path["name"], call.path["api"])


_OPERATIONS: Mapping[str, Callable[[Desk, Call], Reply | Awaitable[Reply]]] = {
    "getHealth": get_health,
    "getReadiness": get_readiness,
    "listApis": list_apis,
    "getProfile": get_profile,
    "getFidelity": get_fidelity,
    "listSandboxes": on_call("mockserver.control.listing", "list_sandboxes"),
    "deleteSandboxes": on_call("mockserver.control.listing", "delete_sandboxes"),
    "createSandbox": create_sandbox,
    "getSandbox": get_sandbox,
    "updateSandbox": update_sandbox,
    "deleteSandbox": delete_sandbox,
    "resetSandbox": reset_sandbox,
    "forkSandbox": fork_sandbox,
    "exportSandbox": export_sandbox,
    **SNAPSHOTS,
    **TIMING,
    "listJournal": list_journal,
    "getJournalEntry": get_journal_entry,
    "clearJournal": clear_journal,
    "explainJournalEntry": explain_entry,
    "exportJournalEntry": export_entry,
    "replayJournalEntry": on_call("mockserver.control.again", "replay_entry"),
    "verifyJournal": verify_journal,
    "listRules": list_rules,
    "createRule": create_rule,
    "getRule": get_rule,
    "deleteRule": delete_rule,
    "releaseRule": release_rule,
    "getState": get_state,
    "listDocuments": list_documents,
    "getDocument": get_document,
    "listSubscriptions": list_subscriptions,
    "createSubscription": create_subscription,
    "getSubscription": get_subscription,
    "updateSubscription": update_subscription,
    "deleteSubscription": delete_subscription,
    "listDeliveries": list_deliveries,
    "getDelivery": get_delivery,
    "replayDelivery": replay_delivery,
    "listLifecycles": on_call("mockserver.control.lifecycles", "list_lifecycles"),
    "listAllDeliveries": on_call("mockserver.control.deliveries", "list_all_deliveries"),
    "checkDelivery": on_call("mockserver.control.deliveries", "check_delivery"),
    "watchSandbox": on_call("mockserver.control.watching", "watch_sandbox"),
    "getHistory": on_call("mockserver.control.histories", "get_history"),
    "getCalendar": on_call("mockserver.control.calendar", "get_calendar"),
}
