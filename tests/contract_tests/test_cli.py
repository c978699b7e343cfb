"""Calls that cannot be run end with 2 and one sentence that names the nearest right value."""

import re
import socket

import pytest
from toy_server import FULL, TOKEN, toy_server

from contract_tests.cli import main
from contract_tests.targets import TOKEN_VARIABLE
from doublebook_data import openapi_dir

NOWHERE = "http://127.0.0.1:9"


def refusal(outcome):
    assert outcome.code == 2
    assert outcome.out == ""
    assert outcome.err.count("\n") == 1
    return outcome.err


def test_an_unknown_api_names_the_nearest(kit):
    assert "unknown API 'toi'; did you mean 'toy'? Known: empty, toy" in refusal(kit(NOWHERE, api="toi"))


def test_without_anything_near_the_known_ones_are_named_within_the_sentence(kit):
    assert "unknown API 'nope'; known: empty, toy" in refusal(kit(NOWHERE, api="nope"))


def test_an_unknown_rule_names_the_nearest_and_what_lists_the_many(kit, monkeypatch):
    monkeypatch.setattr("contract_tests.contracts.openapi_dir", openapi_dir)

    said = refusal(kit(NOWHERE, "--rule", "RK-B99", api="reservekit"))

    assert re.search(r"unknown rule 'RK-B99'; did you mean 'RK-B\d\d'\? `contract-tests rules reservekit` lists", said)
    assert len(said) < 150


@pytest.mark.parametrize("arguments", [["-h"], ["run", "-h"]])
def test_help_is_short_to_ask_for(capsys, arguments):
    assert main(arguments) == 0
    assert "-h, --help" in capsys.readouterr().out


def test_what_may_be_repeated_says_so(capsys):
    main(["run", "--help"])

    said = " ".join(capsys.readouterr().out.split())
    assert said.lower().count("may be repeated") == len(("suite", "rule", "operation", "tag", "report"))


def test_a_path_is_no_api(kit):
    assert "unknown API '../toy'" in refusal(kit(NOWHERE, api="../toy"))


def test_an_unknown_suite_names_the_nearest(kit):
    assert "unknown suite 'conformance!'; did you mean 'conformance'?" in refusal(
        kit(NOWHERE, "--suite", "conformance!")
    )


def test_the_nearest_is_found_whatever_its_case(kit):
    assert "unknown operation 'READBOOKINGS'; did you mean 'readBooking'?" in refusal(
        kit(NOWHERE, "--operation", "READBOOKINGS")
    )


def test_what_cannot_be_compared_with_is_refused_before_the_run(kit, tmp_path):
    foreign = tmp_path / "package.json"
    foreign.write_text('{"name": "another program\'s"}')

    assert "cannot be read: No such file" in refusal(kit(NOWHERE, "--compare", str(tmp_path / "none.json")))
    assert "is no report of an earlier run" in refusal(kit(NOWHERE, "--compare", str(foreign)))


def test_a_run_is_compared_with_the_report_that_it_replaces(kit, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with toy_server("wrong_type") as url:
        kit(url, "--report", "json=last.json")
    with toy_server() as url:
        outcome = kit(url, "--compare", "last.json", "--report", "json=last.json")

    assert "compared with the run of" in outcome.out
    assert re.search(r"^  gone +[1-9]", outcome.out, re.MULTILINE)
    assert not re.search(r"^  new ", outcome.out, re.MULTILINE)


def test_an_unknown_report_kind_names_the_nearest(kit):
    assert "unknown report kind 'junt'; did you mean 'junit'?" in refusal(kit(NOWHERE, "--report", "junt=out.xml"))


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        ("github", "report.md"),
        ("html", "report.html"),
        ("json", "report.json"),
        ("junit", "report.xml"),
        ("sarif", "report.sarif"),
    ],
)
def test_a_report_without_a_file_says_how_to_write_it(kit, monkeypatch, kind, file):
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)

    assert f"write --report {kind}={file}\n" in refusal(kit(NOWHERE, "--report", kind))


def test_two_reports_in_one_file_are_refused_before_one_is_lost(kit):
    given = ("--report", "html=report", "--report", "json=./report")

    assert "two reports would be written to 'report'" in refusal(kit(NOWHERE, *given))


def test_a_report_that_nobody_may_write_is_refused_before_the_run(kit):
    said = refusal(kit(NOWHERE, "--report", "html=/proc/report.html"))

    assert said.startswith("contract-tests: the report cannot be written to '/proc/report.html': ")


def test_looking_whether_a_report_can_be_written_leaves_everything_as_it_was(kit, tmp_path):
    (tmp_path / "old.json").write_text("of the last run")

    outcome = kit(NOWHERE, "--report", "json=old.json", "--report", "html=new.html")

    assert outcome.code == 2
    assert outcome.left_behind == ("old.json",)
    assert (tmp_path / "old.json").read_text() == "of the last run"


def test_a_report_in_a_missing_folder_is_refused_before_the_run(kit):
    assert "'nowhere/out.xml'" in refusal(kit(NOWHERE, "--report", "junit=nowhere/out.xml"))


def test_an_unknown_option_names_the_nearest(kit):
    assert "'--seed'" in refusal(kit(NOWHERE, "--sed", "1"))


@pytest.mark.parametrize("option", ["--workers", "--max-examples"])
def test_nothing_is_too_little(kit, option):
    assert f"'{option}'" in refusal(kit(NOWHERE, option, "0"))


@pytest.mark.parametrize("token", [TOKEN, "", "two words"])
def test_that_nothing_listens_is_said_before_anything_is_wanted(kit, token):
    assert refusal(kit(NOWHERE, token=token)) == (
        f"contract-tests: {NOWHERE}/v1 cannot be reached ([Errno 111] Connection refused): "
        "is the server running, and is --base-url right?\n"
    )


def test_an_unreachable_target_is_named():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    assert main(["run", "toy", "--base-url", f"http://127.0.0.1:{port}", "--token", TOKEN]) == 2


def test_a_missing_token_is_asked_for(kit):
    with toy_server() as url:
        assert f"pass --token KEY or set {TOKEN_VARIABLE}" in refusal(kit(url, token=""))


def test_a_refused_token_is_said_with_the_reason_and_never_shown(kit):
    with toy_server() as url:
        said = refusal(kit(url, token="not-the-key"))

    assert "the token was refused" in said
    assert "answered 401 'unknown_key'" in said
    assert "not-the-key" not in said


def test_a_token_that_no_header_can_carry_is_refused(kit):
    with toy_server() as url:
        assert "printable ASCII" in refusal(kit(url, token="two words"))


def test_the_token_may_come_from_the_environment(monkeypatch):
    monkeypatch.setenv(TOKEN_VARIABLE, TOKEN)

    with toy_server() as url:
        code = main(["run", "empty", "--base-url", url, *FULL])

    assert code == 3


def test_a_wrong_prefix_names_the_right_address(kit):
    with toy_server() as url:
        said = refusal(kit(f"{url}/toi"))

    assert "answered 404, so toy is not served there" in said
    assert f"did you mean --base-url {url}?" in said


def test_a_web_page_is_not_the_api(kit):
    with toy_server("web_page") as url:
        assert "answered a web page" in refusal(kit(url))


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("127.0.0.1:8080", "'http://127.0.0.1:8080'"),
        ("ftp://host/x", "'http://host/x'"),
        ("http://host/x?y=1", "'http://host/x'"),
        ("http://host:port", "http://127.0.0.1:8080"),
    ],
)
def test_an_address_that_is_none_names_the_nearest(kit, given, meant):
    assert meant in refusal(kit(given))


def test_a_contract_that_cannot_be_read_is_named(kit, monkeypatch, tmp_path):
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "openapi.yaml").write_text("paths: {/x: {get: {x-refusals: [{status: 400}]}}}")
    monkeypatch.setattr("contract_tests.contracts.openapi_dir", lambda: tmp_path)

    assert "KeyError: 'rule'" in refusal(kit(NOWHERE, api="odd"))


def test_a_bug_of_the_kit_is_no_finding(kit, monkeypatch):
    def stumble(*_):
        raise ZeroDivisionError("of our own making")

    monkeypatch.setattr("contract_tests.cli.find_deployment", stumble)
    outcome = kit(NOWHERE)

    assert outcome.code == 2
    assert "ZeroDivisionError: of our own making" in outcome.err
    assert outcome.err.splitlines()[-1].startswith("contract-tests: this is a bug of the kit")
