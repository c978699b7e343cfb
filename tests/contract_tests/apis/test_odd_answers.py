"""An answer that is too short, or null, is a finding, whatever a law does with it: none ends by an exception."""

import json
import random
from typing import Any

import pytest

from benchmarks.in_process import deployment
from contract_tests.apis import kit_of
from contract_tests.laws.law import Layer
from contract_tests.results import Outcome
from contract_tests.runs import staged
from contract_tests.suites.scripted import play
from mockserver.app import API_NAMES

SOME_LAWS = 25


def nothing(_):
    return None


def short(value):
    """Without the last item of each list."""
    if isinstance(value, list):
        return [short(each) for each in value[:-1]]
    return {name: short(each) for name, each in value.items()} if isinstance(value, dict) else value


def hollow(value):
    """Without anything in its members."""
    return dict.fromkeys(value) if isinstance(value, dict) else []


def answering(change):
    """Around a program that answers: each success is changed."""

    def around(asgi):
        async def changed(scope, receive, send):
            if scope["type"] != "http" or "/_sandbox" in scope["path"]:
                await asgi(scope, receive, send)
                return
            head: dict[str, Any] = {}
            body = b""

            async def keep(message):
                nonlocal body
                head.update(message if message["type"] == "http.response.start" else {})
                body += message.get("body", b"")

            await asgi(scope, receive, keep)
            if head["status"] < 300 and body.startswith((b"{", b"[")):
                body = json.dumps(change(json.loads(body))).encode()
            kept = [each for each in head["headers"] if each[0] != b"content-length"]
            await send({**head, "headers": [*kept, (b"content-length", str(len(body)).encode())]})
            await send({"type": "http.response.body", "body": body})

        return changed

    return around


@pytest.mark.parametrize("change", [nothing, short, hollow])
@pytest.mark.parametrize("api", API_NAMES)
def test_no_law_ends_by_an_exception_over_an_odd_answer(sandbox_server, api, change):
    kit = kit_of(api)
    assert kit is not None
    laws = [law for law in kit.laws if law.layer is Layer.LAWS]
    some = random.Random(api).sample(laws, SOME_LAWS)

    with (
        sandbox_server.serving(api, seen_by=answering(change)) as url,
        deployment(api, url) as found,
        staged(found, seed=1) as stage,
    ):
        assert stage is not None
        results = [play(stage, law) for law in some]

    assert [(each.name, each.why) for each in results if each.outcome is Outcome.ERROR] == []
    assert sum(each.outcome is Outcome.FAIL for each in results) > SOME_LAWS / 3
