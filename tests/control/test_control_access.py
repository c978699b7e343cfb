from collections.abc import Callable

import pytest
from doubles import Client

from doublebook_data import openapi_dir, read_yaml
from mockserver.app import App
from mockserver.control.auth import Door
from mockserver.control.operations import _OPERATIONS

TOKEN = "s3cret"
OPEN = ("/health", "/ready")


@pytest.fixture
def guarded(build: Callable[..., App]) -> Client:
    return Client(build(control_token=TOKEN), base="/_sandbox")


def code(answer):
    return answer.json()["error"]["code"]


def test_without_a_token_set_anybody_is_let_in(control):
    assert control.get("/sandboxes").status_code == 200


def test_with_a_token_set_it_is_demanded(guarded):
    answer = guarded.get("/sandboxes")

    assert (answer.status_code, code(answer)) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="/_sandbox"'


@pytest.mark.parametrize("token", ["wrong", TOKEN + "x", TOKEN.upper(), f"{TOKEN}.default"])
def test_wrong_token_is_refused(guarded, token):
    assert guarded.as_(token).post("/sandboxes").status_code == 401


@pytest.mark.parametrize("credential", ["", "Bearer", "Bearer ", "Bearer  ", "Bearer a b", "Basic czNjcmV0", TOKEN])
@pytest.mark.parametrize("token", [TOKEN, ""])
def test_an_empty_or_malformed_credential_equals_no_token(credential, token):
    identity = Door(token).identify({b"authorization": credential.encode(), b"host": b"localhost"})

    assert identity.caller is None
    assert identity.refused is not None


def test_right_token_is_let_in(guarded):
    assert guarded.as_(TOKEN).post("/sandboxes").status_code == 201


@pytest.mark.parametrize("path", OPEN)
def test_health_and_readiness_need_no_token(guarded, path):
    assert guarded.get(path).status_code == 200


def test_every_other_operation_needs_the_token(guarded):
    paths = read_yaml(openapi_dir() / "control" / "openapi.yaml")["paths"]
    guarded_ones = [(method, path) for path, item in paths.items() for method in item if path not in OPEN]

    answers = [guarded.request(method.upper(), path).status_code for method, path in guarded_ones]

    assert answers == [401] * (len(_OPERATIONS) - len(OPEN))


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://sandbox:3000", "http://[", ""])
def test_page_of_another_origin_is_refused_even_with_the_token(guarded, origin):
    answer = guarded.as_(TOKEN).post("/sandboxes/default/reset", headers={"Origin": origin})

    assert (answer.status_code, code(answer)) == (403, "forbidden")
    assert "access-control-allow-origin" not in answer.headers


def test_page_of_another_origin_is_refused_without_a_token_set(control):
    assert control.get("/sandboxes", headers={"Origin": "https://evil.example"}).status_code == 403


def test_own_page_is_let_in(control):
    answer = control.post("/sandboxes/default/reset", headers={"Origin": "http://sandbox"})

    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


def test_preflight_of_another_origin_is_not_granted(control):
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}

    answer = control.request("OPTIONS", "/sandboxes", headers=headers)

    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_served_apis_still_answer_any_origin(reservekit):
    answer = reservekit.get("/services?page=1", headers={"Origin": "https://shop.example"})

    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


def test_a_page_of_an_origin_that_is_named_may_control(build):
    app = build(control_token=TOKEN, control_origins=("https://app.test",))
    client = Client(app, base="/_sandbox").as_(TOKEN)
    headers = {"Origin": "https://app.test", "Sec-Fetch-Site": "cross-site"}

    asked = client.request("OPTIONS", "/apis", headers={**headers, "Access-Control-Request-Method": "GET"})
    told = client.get("/apis", headers=headers)
    others = [client.get("/apis", headers={"Origin": each}) for each in ("https://app.test.evil", "http://app.test")]

    assert [asked.status_code, told.status_code, *(each.status_code for each in others)] == [204, 200, 403, 403]
    assert told.headers["access-control-allow-origin"] == "https://app.test"
    for other in others:
        assert "access-control-allow-origin" not in other.headers


OURS = [
    *("localhost", "localhost:8080", "LocalHost:1", "localhost.", "localhost.:8080", "localhost:"),
    *("127.0.0.1", "127.0.0.1:8080", "127.255.1.2", "[::1]", "[::1]:8080", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]"),
    *("doublebook", "doublebook:8080", "Doublebook.:80", "[fd00::8]", "[FD00:0::8]:8080"),
]
THEIRS = [
    *("evil.test", "evil.test:8080", "localhost.evil.test", "127.0.0.1.evil.test", "evil-localhost", "a.localhost"),
    *("", ".", ":8080", "0.0.0.0", "0.0.0.0:8080", "[::]", "192.168.1.5", "[fd00::9]", "127.1", "2130706433"),
    *(
        "localhost, evil.test",
        "evil.test, localhost",
        "localhost@evil.test",
        "evil.test#localhost",
        "evil.test/localhost",
    ),
    *(
        "localhost:8080:8080",
        "localhost:x",
        "[::1",
        "::1",
        "[localhost]",
        "[::1].evil.test",
        "localhost..",
        "doublebook.test",
    ),
]


@pytest.fixture
def named(build):
    return build(allowed_hosts=("Doublebook", "fd00::8"))


@pytest.mark.parametrize(
    "path", ["/_sandbox/sandboxes", "/~mine/_sandbox/apis", "/console/", "/docs", "/reservekit/openapi.json"]
)
def test_a_name_of_this_machine_or_one_that_was_allowed_is_answered_and_no_other(named, path):
    client = Client(named)

    assert {host: client.get(path, headers={"Host": host}).status_code for host in OURS} == dict.fromkeys(OURS, 200)
    assert {host: client.get(path, headers={"Host": host}).status_code for host in THEIRS} == {
        host: 403 if host and "," not in host else 400 for host in THEIRS
    }


@pytest.mark.parametrize("act", [("POST", "/reset"), ("DELETE", ""), ("GET", "/journal")])
def test_a_name_that_was_led_to_this_machine_controls_nothing_although_its_page_is_of_one_origin_with_it(named, act):
    client = Client(named, base="/_sandbox/sandboxes")
    client.post("", {"name": "mine"}, headers={"Host": "localhost"})
    rebound = {"Host": "evil.test:8080", "Origin": "http://evil.test:8080", "Sec-Fetch-Site": "same-origin"}

    answer = client.request(act[0], f"/mine{act[1]}", headers={**rebound, "X-Forwarded-Host": "localhost"})

    assert (answer.status_code, code(answer)) == (403, "forbidden")
    assert '"evil.test:8080"' in answer.json()["error"]["message"]
    assert client.get("/mine", headers={"Host": "localhost"}).status_code == 200


@pytest.mark.parametrize("path", ["/_sandbox/sandboxes", "/docs"])
def test_the_right_token_is_let_in_by_whatever_name(guarded, path):
    client = Client(guarded.app)
    rebound = {"Host": "evil.test"}

    assert client.as_(TOKEN).get(path, headers=rebound).status_code == 200
    assert client.as_("wrong").get(path, headers=rebound).status_code in {401, 403}
    assert client.as_(f"{TOKEN}, Bearer {TOKEN}").get(path, headers=rebound).status_code in {401, 403}


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost:8080", 200),
        ("https://localhost:8080", 403),
        ("http://localhost:3000", 403),
        ("http://localhost", 403),
        ("http://localhost:8080/", 403),
        ("http://localhost:8080, http://localhost:8080", 403),
        ("//localhost:8080", 403),
        ("localhost:8080", 403),
        ("http://127.0.0.1:8080", 403),
        ("null", 403),
    ],
)
def test_an_origin_is_compared_whole(named, origin, status):
    headers = {"Host": "localhost:8080", "Origin": origin}

    assert Client(named).post("/_sandbox/sandboxes/default/reset", headers=headers).status_code == status


@pytest.mark.parametrize(("site", "status"), [("cross-site", 403), ("same-origin", 200), ("none", 200)])
@pytest.mark.parametrize("path", ["/_sandbox/sandboxes", "/docs", "/console/"])
def test_what_a_page_of_another_site_makes_a_browser_ask_is_refused(named, path, site, status):
    headers = {"Host": "localhost", "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}

    assert Client(named).get(path, headers=headers).status_code == status


@pytest.mark.parametrize(("dest", "status"), [("document", 200), ("iframe", 403)])
def test_a_link_to_a_page_may_be_followed_from_elsewhere_but_not_framed(named, dest, status):
    headers = {
        "Host": "localhost",
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": dest,
    }

    assert Client(named).get("/docs", headers=headers).status_code == status
    assert Client(named).get("/_sandbox/sandboxes", headers=headers).status_code == 403


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("token", [None, TOKEN])
def test_health_and_readiness_ask_nobody(build, token, path):
    headers = {"Host": "evil.test", "Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}

    assert Client(build(control_token=token)).get(f"/_sandbox{path}", headers=headers).status_code == 200


def test_an_api_is_asked_by_whatever_name(reservekit):
    headers = {"Host": "api.reservekit.test", "Sec-Fetch-Site": "cross-site"}

    assert reservekit.get("/services", headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["", "/", "/nope", "/sandboxes/", "/sandboxes/default/clock/stop"])
def test_unknown_path_is_a_404_in_the_envelope(control, path):
    answer = control.get(path)

    assert (answer.status_code, code(answer)) == (404, "unknown_path")


def test_unknown_method_is_a_405_that_tells_the_known_ones(control):
    answer = control.request("PUT", "/sandboxes")

    assert (answer.status_code, code(answer)) == (405, "wrong_method")
    assert answer.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, POST"
