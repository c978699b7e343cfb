"""Published clients, each played against a server that serves its API alone, at the vendor's own paths.

A file of `API/` is one client: where its source is public, the headers that all of its requests have, and the requests
that it sends, in order. `{name}` in a path, a query, a header or a body stands for what `take` found, by a JSON pointer, in
an earlier answer. Every answer has to have the status that the client counts on and to be one that the document allows, in
which no answer may have a member that it does not name; where an answer is a page, the client goes on to the last one.
"""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from agreed import FACTS
from contract_documents import Contract, at_pointer, read
from servers import started

HERE = Path(__file__).parent
CLIENTS = sorted(HERE.glob("*/*.yaml"))
MONDAY = "2026-03-02T08:00:00Z"
"""The moment at which the clients run."""

_NAME = re.compile(r"\{(\w+)\}")
_MOST_PAGES = 50


@pytest.fixture(scope="module")
def serving() -> Iterator[Any]:
    """The address of a server for one API, started when it is first asked for."""
    running: dict[str, Any] = {}

    def address(api: str) -> str:
        if api not in running:
            context = started(api, "--clock", MONDAY)
            running[api] = context, context.__enter__().url
        url: str = running[api][1]
        return url

    yield address
    for context, _ in running.values():
        context.__exit__(None, None, None)


@pytest.mark.parametrize("file", CLIENTS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_published_client_is_answered(serving: Any, file: Path) -> None:
    api, client = file.parent.name, read(file)
    contract = Contract(api, FACTS[api])
    # Each client in a sandbox of its own, which its credential need not name.
    headers = {"X-Sandbox": file.stem.replace("_", "-"), **client.get("headers", {})}
    taken: dict[str, Any] = {}
    assert set(client) - {"headers"} == {"client", "source", "requests"}

    with httpx.Client(base_url=serving(api)) as http:
        for request in client["requests"]:
            said = filled({name: request[name] for name in ("path", "query", "body") if name in request}, taken)
            head = {**headers, **filled(request.get("headers", {}), taken)}
            content = json.dumps(said["body"]).encode() if "body" in said else None
            answers = [
                http.request(request["method"], said["path"], params=said.get("query"), content=content, headers=head)
            ]
            while (link := next_page(answers[-1])) and len(answers) < _MOST_PAGES:
                answers.append(http.get(link, headers=head))

            for answer in answers:
                assert answer.status_code == request["status"], f"{answer.request.url}: {answer.text}"
                is_documented(contract, answer)
            ids = [things_of(answer) for answer in answers]
            assert not any(set(one) & set(other) for one, other in pairwise(ids)), "two pages have the same on them"
            for name, pointer in request.get("take", {}).items():
                taken[name] = at_pointer(answers[0].json(), pointer)


def test_there_are_lists_of_several_pages_among_the_answers(serving: Any) -> None:
    headers = {"Authorization": "Bearer sk_rsv_demo_alpha"}
    with httpx.Client(base_url=serving("reservekit"), headers=headers) as http:
        assert next_page(http.get("/v1/time-slots", params={"service_id": 201}))


def filled(value: Any, taken: dict[str, Any]) -> Any:
    """With what was taken in place of its names; a text that is a name and nothing else becomes what was taken, a number too."""
    if isinstance(value, dict):
        return {filled(name, taken): filled(each, taken) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, taken) for each in value]
    if not isinstance(value, str):
        return value
    whole = _NAME.fullmatch(value)
    return taken[whole[1]] if whole else _NAME.sub(lambda found: str(taken[found[1]]), value)


def is_documented(contract: Contract, answer: httpx.Response) -> None:
    """An answer is one that the document has for its request: status, media type, members, formats."""
    request = answer.request
    operation = contract.operation_at(request.method, request.url.path)
    response = contract.responses(operation)[str(answer.status_code)]
    kind = answer.headers.get("content-type", "").partition(";")[0]
    if "content" not in response:
        assert answer.content == b""
        return
    contract.check(response["content"][kind]["schema"], answer.json())


def next_page(answer: httpx.Response) -> str | None:
    """Where a client goes from a page: where its link leads, to the next number, or behind the last id, while there is more."""
    body = answer.json() if answer.content else None
    if not isinstance(body, dict):
        return None
    link = body.get("links", {}).get("next") if isinstance(body.get("links"), dict) else None
    if link is not None:
        assert urlsplit(link).netloc == answer.request.url.netloc.decode(), "a link leads to another host"
        return str(link)
    if body.get("has_more"):
        return str(answer.request.url.copy_set_param("starting_after", body["data"][-1]["id"]))
    meta = body.get("meta")
    if isinstance(meta, dict) and meta.get("current_page", 1) < meta.get("last_page", 1):
        return str(answer.request.url.copy_set_param("page[number]", meta["current_page"] + 1))
    data = body.get("data")
    pages = data.get("pagination") if isinstance(data, dict) else None
    if isinstance(pages, dict) and pages["current_page"] < pages["total_pages"]:
        return str(answer.request.url.copy_set_param("page", pages["current_page"] + 1))
    return None


def things_of(answer: httpx.Response) -> list[Any]:
    """The ids of what a page lists; nothing of any other answer."""
    body = answer.json() if answer.content else None
    data = body.get("data") if isinstance(body, dict) else None
    return [each["id"] for each in data if isinstance(each, dict) and "id" in each] if isinstance(data, list) else []
