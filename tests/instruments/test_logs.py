"""A log of JSON objects: what is in it, and what never is."""

import json
import logging

import httpx
import pytest
from click.testing import CliRunner
from doubles import Client
from servers import started

from mockserver.cli import main
from mockserver.instruments.logs import JsonLines
from mockserver.settings import read_settings

KEY = {"Authorization": "Bearer sk_rsv_demo_alpha"}
BOOKING = {"date": "2026-03-09", "time_slot_id": 456, "customer_email": "ann@example.com"}


@pytest.fixture
def logged(caplog):
    """What was written, object by object."""
    caplog.set_level(logging.INFO, "mockserver")
    return lambda: [
        json.loads(JsonLines().format(each)) for each in caplog.records if each.name != "mockserver.requests"
    ]


def test_a_request_is_an_object_without_its_secrets(build, logged):
    client = Client(build(log="json"), base="/reservekit/v1", headers=KEY)

    answer = client.post("/bookings?token=s3cret", json=BOOKING)

    (line,) = logged()
    assert list(line) == [
        "time", "level", "sandbox", "api", "operation", "method", "status", "refusal", "milliseconds", "request_id",
    ]  # fmt: skip
    assert (line["sandbox"], line["api"], line["operation"]) == ("default", "reservekit", "createBooking")
    assert (line["method"], line["status"], line["refusal"]) == ("POST", answer.status_code, None)
    assert line["milliseconds"] > 0
    assert line["request_id"] in answer.headers.values()
    assert not [secret for secret in ("sk_rsv", "s3cret", "ann@") if secret in json.dumps(line)]


def test_a_refusal_is_named_and_who_is_in_no_sandbox_is_logged_too(build, logged):
    app = build(log="json")
    Client(app, base="/reservekit/v1", headers=KEY).get("/bookings/1")
    Client(app, base="/_sandbox").get("/health")

    refused, control = logged()

    assert (refused["status"], refused["refusal"]) == (404, "not_found")
    assert (control["api"], control["operation"], control["sandbox"]) == ("control", "getHealth", None)


def test_an_error_is_an_object_with_its_traceback():
    error = KeyError("a bug")
    record = logging.getLogger("mockserver").makeRecord(
        "mockserver", logging.ERROR, "", 0, "unexpected %s", ("error",), (KeyError, error, None)
    )

    line = json.loads(JsonLines().format(record))

    assert (line["level"], line["message"]) == ("error", "unexpected error")
    assert line["error"].endswith("KeyError: 'a bug'")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_all_that_a_server_says_is_json_and_each_request_stands_there_once(tmp_path, workers):
    options = ("--log", "json", "--workers", workers, "--store", f"sqlite:///{tmp_path / 'a.sqlite'}")
    with started("reservekit", *options) as server:
        httpx.get(f"{server.url}/v1/bookings/789", headers=KEY)
        _, stderr = server.stop()

    lines = [json.loads(line) for line in stderr.splitlines()]
    assert [each["status"] for each in lines if each.get("operation") == "getBooking"] == [200]


@pytest.mark.parametrize(
    ("said", "log"), [("1", True), ("true", True), ("0", False), ("lines", "lines"), ("json", "json")]
)
def test_the_environment_says_it_as_the_option_does(said, log):
    assert read_settings({}, environment={"MOCKSERVER_LOG": said}).log == log


def test_another_word_is_refused_with_those_that_there_are():
    with pytest.raises(ValueError, match="MOCKSERVER_LOG cannot be 'jsno'"):
        read_settings({}, environment={"MOCKSERVER_LOG": "jsno"})


@pytest.mark.parametrize(
    ("words", "log"),
    [(["--log"], "lines"), (["--log", "reservekit"], "lines"), (["--log", "json", "anny"], "json"), (["--log=json"], "json"), ([], None)],
)  # fmt: skip
def test_log_alone_is_for_people_also_in_front_of_an_api(words, log):
    serve = main.commands["serve"]

    assert serve.make_context("serve", words).params["log"] == log


def test_help_names_both():
    assert "[lines|json]" in CliRunner().invoke(main, ["serve", "--help"]).output
