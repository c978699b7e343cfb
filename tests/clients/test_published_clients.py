"""What published clients of the vendors send, played as it stands in their sources: their host changes and nothing else.

One file per client, in the folder of its API: where it is public, and its requests. `{name}` stands for what an earlier
request says it takes from its answer. An answer that has pages is followed to its end, as a client would.
"""

from contextlib import ExitStack
from functools import cache
from pathlib import Path

import httpx
import pytest
from agreed import FACTS
from contract_documents import Contract, at_pointer, read
from servers import started

CLIENTS = sorted(Path(__file__).parent.glob("*/*.yaml"))


@pytest.fixture(scope="module")
def alone():
    """Where an API is that is served alone: at the vendor's own paths."""
    with ExitStack() as running:
        yield cache(lambda api: running.enter_context(started(api)).url)


@pytest.mark.parametrize("file", CLIENTS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_what_a_published_client_sends_is_answered_as_the_document_says(alone, file):
    api, client = file.parent.name, read(file)
    contract = Contract(api, FACTS[api])
    taken: dict[str, object] = {}
    assert set(client) == {"client", "source", "requests"}

    with httpx.Client(base_url=alone(api), headers={"X-Sandbox": file.stem.replace("_", "-")}) as http:
        for said in client["requests"]:
            request = filled({key: said[key] for key in said.keys() - {"status", "take"}}, taken)
            answers = list(pages(http, request))
            for answer in answers:
                assert answer.status_code == said["status"], (request, answer.text)
                check(contract, request, answer)
            taken |= {name: at_pointer(answers[0].json(), where) for name, where in said.get("take", {}).items()}


def test_there_are_lists_of_several_pages_among_the_answers(alone):
    request = {"method": "GET", "path": "/v1/time-slots", "query": {"service_id": 201}}

    with httpx.Client(base_url=alone("reservekit"), headers={"Authorization": "Bearer sk_rsv_demo_alpha"}) as http:
        assert len(list(pages(http, request))) > 1


def filled(value, taken):
    if isinstance(value, dict):
        return {name: filled(each, taken) for name, each in value.items()}
    if isinstance(value, str) and value[:1] + value[-1:] == "{}":
        return taken[value[1:-1]]  # with its type
    return value.format(**taken) if isinstance(value, str) else value


def pages(http, request):
    """The answer, and where it is a page, those after it."""
    while request is not None:
        answer = http.request(
            request["method"],
            request["path"],
            params=request.get("query"),
            headers=request.get("headers"),
            json=request.get("body"),
        )
        yield answer
        request = following(request, answer)


def following(request, answer):
    data = answer.json().get("data")
    pagination = data.get("pagination") if isinstance(data, dict) else None
    if not pagination or pagination["current_page"] >= pagination["total_pages"]:
        return None
    return {**request, "query": {**request.get("query", {}), "page": pagination["current_page"] + 1}}


def check(contract, request, answer):
    """Strictly: a member that the document does not know, or a text of another format than it says, is wrong."""
    operation = contract.operation_at(request["method"], request["path"])
    content = contract.responses(operation)[str(answer.status_code)]["content"]
    contract.check(content[answer.headers["content-type"]]["schema"], answer.json())
