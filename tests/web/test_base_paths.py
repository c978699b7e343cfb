"""An API is served under each path that its document's servers name; the first is the one that is shown."""

import pytest
from doubles import Client
from toys import serve, toy

BOTH = ("/", "/api/v1")


@pytest.fixture
def alone(build):
    return Client(serve(build(), toy(*BOTH)))


@pytest.fixture
def among_others(build):
    return Client(serve(build(), toy(*BOTH, prefix="/toy")))


def code_of(response):
    return response.json()["error"]["code"]


@pytest.mark.parametrize("base", ["", "/api/v1", "/~docs", "/~docs/api/v1"])
def test_alone_each_base_path_leads_to_the_same_operations(alone, base):
    assert alone.get(f"{base}/bookings/7").json() == {"id": 7, "base_path": base}


@pytest.mark.parametrize("base", ["/toy", "/toy/api/v1", "/~docs/toy", "/~docs/toy/api/v1"])
def test_behind_a_prefix_each_base_path_leads_to_the_same_operations(among_others, base):
    assert among_others.get(f"{base}/bookings/7").json() == {"id": 7, "base_path": base}


@pytest.mark.parametrize("servers", [BOTH, BOTH[::-1]])
def test_the_longest_base_path_that_fits_counts_whichever_is_written_first(build, servers):
    client = Client(serve(build(), toy(*servers)))

    assert client.get("/api/v1/bookings/7").json()["base_path"] == "/api/v1"
    assert client.get("/bookings/7").json()["base_path"] == ""


def test_the_address_of_what_was_made_works_for_whoever_asked(among_others):
    for base in ("/toy", "/toy/api/v1", "/~docs/toy/api/v1"):
        made = among_others.post(f"{base}/bookings", {"timeStamp": "now"})

        assert made.headers["location"] == f"{base}/bookings/7"
        assert among_others.get(made.headers["location"]).status_code == 200


@pytest.mark.parametrize(
    "path", ["/nonsense", "/api", "/api/v1", "/api/v1/", "/api/v1/nonsense", "/api/v1x/bookings/7", "//bookings/7"]
)
def test_alone_without_a_base_path_an_api_answers_every_unknown_path(alone, path):
    response = alone.get(path)

    assert (response.status_code, code_of(response)) == (404, "unknown_path")


def test_alone_without_a_base_path_pages_and_control_plane_stay_what_they_are(alone):
    assert alone.get("/").headers["content-type"].startswith("text/html")
    assert alone.get("/docs").headers["content-type"].startswith("text/html")
    assert alone.get("/_sandbox/health").json()["status"] == "ok"
    assert alone.get("/openapi.json").json()["servers"] == [{"url": "/"}, {"url": "/api/v1"}]
    assert alone.get("/~docs/openapi.json").json()["servers"] == [{"url": "/~docs"}, {"url": "/~docs/api/v1"}]


@pytest.mark.parametrize("path", ["/toy", "/toy/", "/toy/nonsense", "/toy/api/v1", "/toy/api/v1/nonsense"])
def test_behind_a_prefix_an_api_answers_what_begins_with_it(among_others, path):
    response = among_others.get(path)

    assert (response.status_code, code_of(response)) == (404, "unknown_path")


@pytest.mark.parametrize("path", ["/toyX", "/bookings/7", "/api/v1/bookings/7"])
def test_beside_every_prefix_nothing_is_served(among_others, path):
    response = among_others.get(path)

    assert response.status_code == 404
    assert response.json()["base_urls"] == {"toy": "/toy", "control": "/_sandbox"}


def test_what_is_shown_of_an_api_leads_to_its_first_base_path(among_others):
    (shown,) = among_others.get("/_sandbox/apis").json()["apis"]

    assert shown["base_url"] == "/toy"
    assert among_others.get("/_sandbox/sandboxes/default").json()["base_urls"] == {"toy": "/toy"}
    assert "<code>http://sandbox/toy</code>" in among_others.get("/docs").text
    assert among_others.get("/toy/openapi.json").json()["servers"] == [{"url": "/toy"}, {"url": "/toy/api/v1"}]


def test_alone_the_base_url_shown_has_no_slash_at_its_end(alone):
    (shown,) = alone.get("/_sandbox/apis").json()["apis"]

    assert alone.get(f"{shown['base_url']}/bookings/7").status_code == 200
    assert alone.get("/").headers["location"] == "/console/"


def test_what_a_document_says_of_its_servers_stays(build):
    api = toy(*BOTH, prefix="/toy")
    api.spec["servers"][1]["description"] = "As the vendor has it"

    contract = Client(serve(build(), api)).get("/toy/openapi.json").json()

    assert contract["servers"][1] == {"url": "/toy/api/v1", "description": "As the vendor has it"}
