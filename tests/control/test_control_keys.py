"""Keys of the control plane: each controls the sandboxes whose names begin with its own, and sees no others."""

import pytest
from doubles import Client

from mockserver.settings import Key

ALL, SHOP, WEB = "all-of-it", "of-the-shop", "of-the-web"


@pytest.fixture
def server(build):
    keys = {"shop": Key(token=SHOP, quota_documents=2), "web": Key(token=WEB, quota_requests=0.001)}
    return Client(build(control_token=ALL, keys=keys), base="/_sandbox")


@pytest.fixture
def shop(server):
    return server.as_(SHOP)


def refused(answer):
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"]


NOT_ITS_OWN = 'key "shop" owns the sandboxes whose names begin with "shop-", and {} is none of them'


def test_a_key_makes_forks_and_deletes_its_own(shop):
    assert shop.post("/sandboxes", {"name": "shop-a"}).status_code == 201
    chosen = [shop.post("/sandboxes").json()["name"], shop.post("/sandboxes/shop-a/fork").json()["name"]]

    assert [name.startswith("shop-") for name in chosen] == [True, True]
    assert shop.patch("/sandboxes/shop-b", {"outbox": True}).status_code == 200
    assert shop.delete("/sandboxes/shop-a").status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "body", "name"),
    [
        ("POST", "", {"name": "web-a"}, "web-a"),
        ("POST", "", {"name": "shop"}, "shop"),
        ("POST", "", {"name": "shop-b", "fork_of": "web-1"}, "web-1"),
        ("POST", "/shop-1/fork", {"name": "web-b"}, "web-b"),
        ("GET", "/web-1", None, "web-1"),
        ("GET", "/default/journal", None, "default"),
        ("POST", "/web-1/reset", None, "web-1"),
        ("POST", "/web-1/clock/next", {}, "web-1"),
        ("PATCH", "/default", {"outbox": True}, "default"),
        ("DELETE", "/web-1", None, "web-1"),
        ("GET", "/nobody", None, "nobody"),
    ],
)
def test_a_key_does_nothing_to_what_it_does_not_own(server, shop, method, path, body, name):
    server.as_(ALL).post("/sandboxes", {"name": "web-1"})
    server.as_(ALL).post("/sandboxes", {"name": "shop-1"})

    answer = shop.request(method, f"/sandboxes{path}", json=body)

    assert refused(answer) == (403, "forbidden", NOT_ITS_OWN.format(f'"{name}"'))
    assert server.as_(ALL).get("/sandboxes").json()["total"] == 3


@pytest.mark.parametrize("sort", ["name", "used"])
def test_a_key_is_shown_its_own_and_deletes_no_others(server, shop, sort):
    for name in ("shop-a", "shop-b", "web-a", "shops-a"):
        server.as_(ALL).post("/sandboxes", {"name": name})

    found = shop.get(f"/sandboxes?sort={sort}&limit=1").json()
    rest = shop.get(f"/sandboxes?sort={sort}&after={found['next']}").json()

    assert found["total"] == 2
    assert {each["name"] for each in [*found["sandboxes"], *rest["sandboxes"]]} == {"shop-a", "shop-b"}
    assert shop.delete("/sandboxes?q=a").json() == {"deleted": 1, "left": 0}
    assert shop.delete("/sandboxes?q=shop").json() == {"deleted": 1, "left": 0}
    assert server.as_(ALL).get("/sandboxes").json()["total"] == 3


def test_a_key_opens_what_is_of_no_sandbox_but_no_pages_and_no_figures(build):
    app = build(control_token=ALL, keys={"shop": Key(token=SHOP)}, metrics=True)
    client = Client(app).as_(SHOP)

    assert client.get("/_sandbox/apis").status_code == 200
    assert client.get("/metrics").status_code == 401
    assert client.as_(ALL).get("/metrics").status_code == 200
    assert client.get("/console/", headers={"Host": "elsewhere.test"}).status_code == 403


@pytest.mark.parametrize("token", ["", SHOP + "x", SHOP.upper(), f"{SHOP}.shop-a"])
def test_what_is_no_token_of_a_key_opens_nothing(server, token):
    assert server.as_(token).get("/sandboxes").status_code == 401


def test_an_api_makes_what_a_key_owns_and_nothing_else(server):
    def ask(name):
        client = Client(server.app, base="/reservekit/v1").as_(f"sk_rsv_demo_alpha{name}")
        return client.get("/services?page=1")

    answers = [ask(name) for name in ("", ".shop-a", ".nobody", ".shop")]

    assert [each.status_code for each in answers] == [200, 200, 400, 400]
    assert "no key owns it, so it does not come to be by its name" in answers[2].json()["error"]


def test_the_quotas_of_a_key_are_those_of_its_sandboxes_together(server):
    def ask(name, week=0):
        client = Client(server.app, base="/reservekit/v1").as_(f"sk_rsv_demo_alpha.{name}")
        return client.post("/bookings", {"date": f"2026-03-{9 + 7 * week:02}", "time_slot_id": 456})

    answers = [ask("shop-a"), ask("shop-b"), ask("shop-c"), ask("web-a"), ask("web-b")]

    assert [each.status_code for each in answers] == [201, 503, 503, 201, 503]
    assert 'the sandboxes of key "shop" may have 2 documents together' in answers[2].json()["error"]
    assert 'the sandboxes of key "web" are answered 0.001 times a second together' in answers[4].json()["error"]
