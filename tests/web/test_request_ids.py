import re
from dataclasses import replace
from types import SimpleNamespace

import pytest
from doubles import Client, ManualClock
from toys import toy
from vouchers import DOMAIN, gate_of, vouchers

from mockserver.sandbox.sandboxes import Sandboxes
from mockserver.stores.memory import MemoryStore
from mockserver.stores.sqlite import SqliteStore

HEADER = "toy-request-id"
TEA = {"word": "tea"}


def shop_on(store):
    sandboxes = Sandboxes(store, [DOMAIN], clock=ManualClock())
    return Client(SimpleNamespace(asgi=gate_of(vouchers(), sandboxes)), headers={"Authorization": "Bearer anna"})


@pytest.fixture
def shop():
    return shop_on(MemoryStore())


def asked_in_many_ways(shop):
    """Answers from every place that answers."""
    stranger = Client(shop.app)
    return [
        shop.post("/oslo/vouchers", TEA),
        shop.post("/oslo/vouchers", {}),
        shop.post("/oslo/vouchers", {"word": "tea", "then": "crash"}),
        shop.post("/oslo/vouchers", {"word": "tea", "then": "spent"}),
        shop.post("/oslo/vouchers", content=b"tea"),
        shop.get("/vouchers"),
        shop.get("/nowhere"),
        shop.delete("/vouchers"),
        shop.request("OPTIONS", "/vouchers"),
        shop.request("HEAD", "/vouchers"),
        shop.get("/vouchers", headers={"X-Sandbox": "NO NAME"}),
        stranger.get("/vouchers"),
        stranger.get("/nowhere"),
        Client(shop.app, base="/~nobody-made-it").get("/vouchers"),
    ]


def test_every_answer_has_an_id_of_the_apis_form_and_no_two_have_the_same(shop):
    told = asked_in_many_ways(shop)

    ids = [each.headers[HEADER] for each in told]
    assert {each.status_code for each in told} >= {200, 201, 204, 400, 401, 404, 405, 409, 415, 500}
    assert all(re.fullmatch(r"req_[0-9a-f]{32}", each) for each in ids)
    assert len(set(ids)) == len(ids)
    assert all("x-request-id" not in each.headers for each in told)


def test_an_error_names_the_request_it_answers(shop):
    told = [each for each in asked_in_many_ways(shop) if each.status_code >= 400]

    assert [each.json()["error"]["request_id"] for each in told] == [each.headers[HEADER] for each in told]


def test_the_same_requests_to_a_new_sandbox_have_the_same_ids(shop):
    first, second = asked_in_many_ways(shop), asked_in_many_ways(shop_on(MemoryStore()))

    assert [each.headers[HEADER] for each in first] == [each.headers[HEADER] for each in second]


def test_ids_are_new_in_every_process_that_shares_a_store(tmp_path):
    stores = [SqliteStore(tmp_path / "store.sqlite") for _ in range(2)]

    ids = [each.headers[HEADER] for store in stores for each in asked_in_many_ways(shop_on(store))]

    assert len(set(ids)) == len(ids)
    for store in stores:
        store.close()


def test_ids_go_on_after_a_reset(shop):
    asked = [shop.get("/vouchers").headers[HEADER]]
    sandboxes = shop.app.asgi._sandboxes
    sandboxes.reset("default")
    asked.append(shop.get("/vouchers").headers[HEADER])

    assert len(set(asked)) == 2


@pytest.mark.parametrize("is_durable", [False, True])
def test_a_sandbox_that_is_made_again_begins_anew_and_a_durable_one_never_does(tmp_path, is_durable):
    """Within its life no id comes twice; in memory, the same requests to a new sandbox have the same ids."""
    shop = shop_on(SqliteStore(tmp_path / "store.sqlite") if is_durable else MemoryStore())
    sandboxes = shop.app.asgi._sandboxes
    mine = Client(shop.app, base="/~mine", headers=shop.headers)
    lives = []
    for _ in range(2):
        lives.append([mine.get("/vouchers").headers[HEADER] for _ in range(3)])
        sandboxes.delete("mine")

    assert [len(set(ids)) for ids in lives] == [3, 3]
    assert (lives[0] == lives[1]) is not is_durable
    assert len(set(lives[0] + lives[1])) == (6 if is_durable else 3)


def test_a_client_names_its_request_only_where_the_api_lets_it(shop):
    assert shop.get("/vouchers", headers={HEADER: "mine"}).headers[HEADER] != "mine"

    api = vouchers()
    lenient = replace(api, request_ids=replace(api.request_ids, may_be_given=True))
    open_shop = Client(SimpleNamespace(asgi=gate_of(lenient, shop.app.asgi._sandboxes)))
    refused = open_shop.get("/vouchers", headers={HEADER: "mine"})

    assert (refused.headers[HEADER], refused.json()["error"]["request_id"]) == ("mine", "mine")
    assert open_shop.get("/vouchers", headers={HEADER: "m" * 129}).headers[HEADER] != "m" * 129


@pytest.mark.usefixtures("in_memory")  # elsewhere ids name the loading too
def test_no_tenant_sees_in_its_ids_how_much_others_ask(build):
    app = build()

    def ids(count, path="/reservekit/v1/services?page=1", token=None):
        client = Client(app, headers={"Authorization": f"Bearer {token}"} if token else {})
        return [client.get(path).headers["x-request-id"] for _ in range(count)]

    alpha, beta = ids(2, token="sk_rsv_demo_alpha"), ids(3, token="sk_rsv_demo_beta")
    nobody, other_api = ids(2), ids(2, "/appointments/merchant/services", token="owner_spa-retreat")
    again = ids(1, token="sk_rsv_demo_alpha"), ids(1, token="sk_rsv_demo_beta")

    assert alpha == ["default-1", "default-2"]
    assert beta == [f"default-reservekit.beta.{number}" for number in (1, 2, 3)]
    assert nobody == [f"default-reservekit.anybody.{number}" for number in (1, 2)]
    assert [each.rpartition(".")[2] for each in other_api] == ["1", "2"]
    assert again == (["default-3"], ["default-reservekit.beta.4"])
    every = [*alpha, *beta, *nobody, *other_api, *again[0], *again[1]]
    assert len(set(every)) == len(every)


def test_who_comes_under_many_names_takes_no_room_for_them(build):
    app = build(apis=("appointments",))
    for number in range(50):
        Client(app).as_(f"customer_p{number}").get("/bookings/customer/1")

    assert len(app.sandboxes.open("default").journal._asked) <= 2


def test_an_api_that_says_nothing_of_ids_is_named_by_sandbox_and_number():
    sandboxes = Sandboxes(MemoryStore(), [], clock=ManualClock())
    client = Client(SimpleNamespace(asgi=gate_of(toy("/v1"), sandboxes)))

    asked = [client.get("/v1/bookings/7").headers["x-request-id"] for _ in range(2)]

    assert asked == ["toy.1", "toy.2"]
