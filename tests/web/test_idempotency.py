"""What comes with a key is done once and answered each time."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from doubles import Client, ManualClock
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from vouchers import DOMAIN, WINDOW, gate_of, vouchers

from mockserver.sandbox.sandbox import DEFAULT
from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore

REPLAYED = "x-idempotent-replayed"
KEY = {"Idempotency-Key": "key-1"}
TEA = {"word": "tea"}


@pytest.fixture(params=["memory", "sqlite"])
def sandboxes(request, tmp_path, clock):
    store = MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "store.sqlite")
    yield Sandboxes(store, [DOMAIN], clock=clock)
    store.close()


@pytest.fixture
def shop(sandboxes):
    return Client(SimpleNamespace(asgi=gate_of(vouchers(), sandboxes)), headers={"Authorization": "Bearer anna"})


def issue(shop, body=TEA, *, key="key-1", path="/oslo/vouchers", **headers):
    return shop.post(path, body, headers={"Idempotency-Key": key, **headers})


def issued(shop):
    return shop.get("/vouchers").json()


def test_the_same_request_with_the_same_key_is_done_once_and_answered_again(shop):
    first = issue(shop)
    again = issue(shop)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["location"] == again.headers["location"] == "/vouchers/1"
    assert (first.headers.get(REPLAYED), again.headers[REPLAYED]) == (None, "true")
    assert issued(shop) == ["tea"]


def test_a_retry_that_writes_its_json_in_another_way_is_the_same_request(shop):
    first = issue(shop, {"word": "tea", "then": "rest"})
    again = shop.post(
        "/oslo/vouchers",
        content=b'{ "then":"rest",\n"word":"te\\u0061" }',
        headers={"Content-Type": "application/json", **KEY},
    )

    assert again.headers[REPLAYED] == "true"
    assert again.content == first.content


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/oslo/vouchers", {"word": "coffee"}),
        ("/rome/vouchers", TEA),
        ("/oslo/vouchers?times=2", TEA),
        ("/gifts", TEA),
    ],
    ids=["another body", "another path", "another query", "another operation"],
)
def test_another_request_with_the_same_key_is_refused_and_changes_nothing(shop, path, body):
    issue(shop)

    refused = issue(shop, body, path=path)

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "key_reused")
    assert REPLAYED not in refused.headers
    assert issued(shop) == ["tea"]
    assert issue(shop).headers[REPLAYED] == "true"


def test_how_a_path_is_encoded_makes_no_other_request(shop):
    issue(shop)

    assert issue(shop, path="/%6Fslo/vouchers?times=1").headers[REPLAYED] == "true"


@pytest.mark.parametrize("grants", [("one", "other"), (None, "one"), ("one", None)])
def test_a_header_that_is_counted_makes_another_request_when_it_changes(shop, grants):
    first, other = ({} if grant is None else {"Toy-Grant": grant} for grant in grants)
    issue(shop, **first)

    refused = issue(shop, **other)

    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "key_reused")
    assert issue(shop, **first).headers[REPLAYED] == "true"
    assert issued(shop) == ["tea"]


def test_a_header_that_is_not_counted_or_that_the_operation_does_not_have_makes_no_other_request(shop):
    issue(shop, **{"Toy-Wish": "one"})
    assert issue(shop, **{"Toy-Wish": "other"}).headers[REPLAYED] == "true"

    issue(shop, path="/gifts", key="key-2", **{"Toy-Grant": "one"})
    assert issue(shop, path="/gifts", key="key-2", **{"Toy-Grant": "other"}).headers[REPLAYED] == "true"


asked = st.tuples(
    st.sampled_from(["anna", "bert"]),
    st.sampled_from(["key-1", "key-2"]),
    st.sampled_from([TEA, {"word": "coffee"}, {"word": "tea", "then": "spent"}, {"word": "tea", "then": "unclear"}]),
    st.sampled_from([0, 40, 90]),
)


@examples(30)
@given(st.lists(asked, max_size=12))
def test_whatever_comes_in_whichever_order_is_done_once_for_each_window(history):
    clock = ManualClock()
    sandboxes = Sandboxes(MemoryStore(), [DOMAIN], clock=clock)
    shop = Client(SimpleNamespace(asgi=gate_of(vouchers(), sandboxes)), headers={"Authorization": "Bearer anna"})
    remembered: dict[tuple[str, str], tuple[datetime, Any, int]] = {}
    done = []

    for tenant, key, body, seconds in history:
        clock.advance(timedelta(seconds=seconds))
        told = issue(shop.as_(tenant), body, key=key)

        first = remembered.get((tenant, key))
        if first is not None and clock.moment - first[0] < WINDOW:
            same = first[1] == body
            assert (told.status_code, told.headers.get(REPLAYED)) == ((first[2], "true") if same else (409, None))
            continue
        status = {"spent": 409, "unclear": 400}.get(body.get("then"), 201)
        assert (told.status_code, told.headers.get(REPLAYED)) == (status, None)
        if status != 400:
            remembered[tenant, key] = (clock.moment, body, status)
        if status == 201:
            done.append(body["word"])

    assert issued(shop) == done


def test_without_a_key_each_request_is_done_by_itself(shop):
    told = [shop.post("/oslo/vouchers", TEA) for _ in range(2)]

    assert [each.headers.get(REPLAYED) for each in told] == [None, None]
    assert issued(shop) == ["tea", "tea"]


def test_an_operation_whose_document_lacks_the_header_ignores_it(shop):
    told = [issue(shop, path="/drafts", key=key) for key in ("key-1", "key-1", "not a key")]

    assert [(each.status_code, each.headers.get(REPLAYED)) for each in told] == [(201, None)] * 3
    assert issued(shop) == ["tea"] * 3


def test_after_its_window_a_key_is_free_for_anything(shop, clock):
    issue(shop)
    clock.advance(WINDOW - timedelta(microseconds=1))
    assert issue(shop).headers[REPLAYED] == "true"
    clock.advance(timedelta(microseconds=1))

    anew = issue(shop, {"word": "coffee"})

    assert (anew.status_code, anew.headers.get(REPLAYED)) == (201, None)
    assert issue(shop, {"word": "coffee"}).headers[REPLAYED] == "true"
    assert issued(shop) == ["tea", "coffee"]


def test_a_replay_does_not_make_the_window_longer(shop, clock):
    for _ in range(3):
        issue(shop)
        clock.advance(WINDOW / 3)

    assert REPLAYED not in issue(shop).headers


def test_keys_of_two_tenants_have_nothing_to_do_with_each_other(shop):
    issue(shop)

    other = issue(shop.as_("bert"), {"word": "coffee"})

    assert (other.status_code, other.headers.get(REPLAYED)) == (201, None)


@pytest.mark.parametrize(("then", "status"), [("spent", 409), ("forbidden", 403), ("missing", 404), ("unpaid", 400)])
def test_a_refusal_that_is_remembered_is_answered_again_though_its_deed_was_undone(shop, then, status):
    first = issue(shop, {"word": "tea", "then": then})
    again = issue(shop, {"word": "tea", "then": then})
    other = issue(shop, TEA)

    assert (first.status_code, again.status_code, other.status_code) == (status, status, 409)
    assert (first.headers.get(REPLAYED), again.headers[REPLAYED]) == (None, "true")
    assert issued(shop) == []
    errors = [first.json()["error"], again.json()["error"]]
    ids = [each.pop("request_id") for each in errors]
    assert errors[0] == errors[1]
    assert ids == [each.headers["toy-request-id"] for each in (first, again)]
    assert len(set(ids)) == 2


def test_what_a_refused_deed_counted_is_free_for_the_next(shop):
    issue(shop, {"word": "tea", "then": "spent"})

    assert issue(shop, key="key-2").json()["id"] == 1


@pytest.mark.parametrize(
    ("body", "token", "status"),
    [
        ({"word": "tea", "then": "unclear"}, "anna", 400),
        ({"word": 7}, "anna", 400),
        (TEA, None, 401),
        ({"word": "tea", "then": "crash"}, "anna", 500),
        ({"word": "tea", "then": "lie"}, "anna", 500),
        ({"word": "tea", "then": "undocumented"}, "anna", 500),
    ],
    ids=["a rule", "the contract", "no credential", "a bug", "a broken contract", "a status of no contract"],
)
def test_after_what_is_not_remembered_the_key_is_free_and_nothing_is_done(shop, body, token, status):
    refused = issue(shop, body, Authorization=token and f"Bearer {token}")
    assert refused.status_code == status
    assert issued(shop) == []

    done = issue(shop)

    assert (done.status_code, done.headers.get(REPLAYED)) == (201, None)
    assert issued(shop) == ["tea"]


@pytest.mark.parametrize("key", ["", "k" * 256, "a blank", "\t", "\xe9"])
def test_a_key_that_breaks_the_contract_is_refused_by_the_name_of_its_header(shop, key):
    refused = shop.post("/oslo/vouchers", TEA, headers={"Idempotency-Key": key.encode("latin-1")})

    assert refused.status_code == 400
    assert refused.json()["error"]["message"].startswith("Idempotency-Key: ")
    assert issued(shop) == []


def test_the_longest_key_is_a_key(shop):
    assert [issue(shop, key="k" * 255).headers.get(REPLAYED) for _ in range(2)] == [None, "true"]


def test_many_at_the_same_time_share_one_execution_and_one_answer(shop):
    async def at_once():
        transport = httpx.ASGITransport(shop.app.asgi)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox", headers=shop.headers) as client:
            sent = [client.post("/oslo/vouchers", json=TEA, headers=KEY) for _ in range(200)]
            return await asyncio.gather(*sent)

    told = asyncio.run(at_once())

    assert Counter((each.status_code, each.content) for each in told) == {(201, told[0].content): 200}
    assert Counter(each.headers.get(REPLAYED) for each in told) == {None: 1, "true": 199}
    assert len({each.headers["toy-request-id"] for each in told}) == 200
    assert issued(shop) == ["tea"]


@pytest.mark.parametrize(("fault", "replayed"), [("lost-after", "true"), ("lost-before", None)])
def test_a_retry_is_given_the_lost_answer_of_what_was_done_and_does_what_was_not(shop, fault, replayed):
    with pytest.raises(ConnectionResetError):
        shop.post("/oslo/vouchers", TEA, headers={**KEY, "Prefer": f"fault={fault}"})

    retried = issue(shop)

    assert (retried.status_code, retried.headers.get(REPLAYED)) == (201, replayed)
    assert issued(shop) == ["tea"]


def test_forks_know_what_their_parent_answered_and_resets_forget_it(shop, sandboxes):
    issue(shop)
    sandboxes.fork(DEFAULT, "fork")
    fork = Client(shop.app, base="/~fork", headers=shop.headers)

    in_fork = issue(fork)
    sandboxes.reset("fork")

    assert in_fork.headers[REPLAYED] == "true"
    assert REPLAYED not in issue(fork).headers
    assert issue(shop).headers[REPLAYED] == "true"


def test_the_journal_says_what_was_refused_of_a_replay_too(shop, sandboxes):
    for _ in range(2):
        issue(shop, {"word": "tea", "then": "spent"})

    entries = sandboxes.open(DEFAULT).entries()[-2:]

    assert [(each.status, each.refusal) for each in entries] == [(409, "spent"), (409, "spent")]


@pytest.mark.parametrize(
    ("rules", "missing"),
    [({"header": "Idempotency-Kay"}, "Idempotency-Kay"), ({"counted": ("Toy-Grant", "Toy-Grand")}, "Toy-Grand")],
)
def test_a_document_without_a_header_that_counts_does_not_start(sandboxes, rules, missing):
    api = vouchers()
    assert api.idempotency is not None
    api = replace(api, idempotency=replace(api.idempotency, **rules))

    with pytest.raises(ValueError, match=f"no operation of its document has the header {missing}"):
        gate_of(api, sandboxes)


def test_an_operation_that_only_reads_and_takes_keys_does_not_start(sandboxes):
    api = vouchers()
    api.spec["paths"]["/gifts"]["post"]["x-effect"] = "read"

    with pytest.raises(ValueError, match="give takes keys"):
        gate_of(api, sandboxes)
