from collections.abc import Callable

import pytest
from doubles import Client

from doublebook_data import openapi_dir, read_yaml
from mockserver.app import App
from mockserver.control.auth import identify_with
from mockserver.control.operations import _OPERATIONS

TOKEN = "s3cret"


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
    identify = identify_with(token)

    identity = identify({b"authorization": credential.encode()})

    assert identity.caller is None
    assert identity.refused is not None


def test_right_token_is_let_in(guarded):
    assert guarded.as_(TOKEN).post("/sandboxes").status_code == 201


def test_health_needs_no_token(guarded):
    assert guarded.get("/health").status_code == 200


def test_every_other_operation_needs_the_token(guarded):
    paths = read_yaml(openapi_dir() / "control" / "openapi.yaml")["paths"]
    guarded_ones = [(method, path) for path, item in paths.items() for method in item if path != "/health"]

    answers = [guarded.request(method.upper(), path).status_code for method, path in guarded_ones]

    assert answers == [401] * (len(_OPERATIONS) - 1)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://sandbox:3000", "http://[", ""])
def test_page_of_another_origin_is_refused_even_with_the_token(guarded, origin):
    answer = guarded.as_(TOKEN).post("/sandboxes/default/reset", headers={"Origin": origin})

    assert (answer.status_code, code(answer)) == (403, "forbidden")
    assert "access-control-allow-origin" not in answer.headers


def test_page_of_another_origin_is_refused_without_a_token_set(control):
    assert control.get("/health", headers={"Origin": "https://evil.example"}).status_code == 403


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
    headers = {"Origin": "https://app.test"}

    asked = client.request("OPTIONS", "/health", headers={**headers, "Access-Control-Request-Method": "GET"})
    told = client.get("/health", headers=headers)
    other = client.get("/health", headers={"Origin": "https://app.test.evil"})

    assert [asked.status_code, told.status_code, other.status_code] == [204, 200, 403]
    assert told.headers["access-control-allow-origin"] == "https://app.test"
    assert "access-control-allow-origin" not in other.headers


@pytest.mark.parametrize("path", ["", "/", "/nope", "/sandboxes/", "/sandboxes/default/clock/stop"])
def test_unknown_path_is_a_404_in_the_envelope(control, path):
    answer = control.get(path)

    assert (answer.status_code, code(answer)) == (404, "unknown_path")


def test_unknown_method_is_a_405_that_tells_the_known_ones(control):
    answer = control.request("PUT", "/sandboxes")

    assert (answer.status_code, code(answer)) == (405, "wrong_method")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
