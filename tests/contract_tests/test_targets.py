from dataclasses import replace

import pytest
from toy_server import TOKEN, toy_server

from contract_tests.contracts import load_contract
from contract_tests.problems import CannotRun
from contract_tests.targets import find_target, knock


@pytest.mark.parametrize(
    ("given", "complete"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1"),
        ("http://127.0.0.1:8080/toy", "http://127.0.0.1:8080/toy/v1"),
        ("http://127.0.0.1:8080/toy/v1", "http://127.0.0.1:8080/toy/v1"),
        ("https://api.example/~mine/toy/v1/", "https://api.example/~mine/toy/v1"),
    ],
)
def test_the_servers_path_is_added_once(given, complete):
    assert find_target(load_contract("toy"), given, "secret").base_url == complete


@pytest.mark.parametrize(
    ("base_paths", "given", "complete"),
    [
        (("", "/api/v1"), "http://host", "http://host"),
        (("", "/api/v1"), "http://host/toy/", "http://host/toy"),
        (("", "/api/v1"), "http://host/toy/api/v1/", "http://host/toy/api/v1"),
        (("/v1", ""), "http://host/toy", "http://host/toy/v1"),
        (("/v1", "/api/v1"), "http://host/api/v1", "http://host/api/v1"),
        (("/v1",), "http://v1", "http://v1/v1"),
    ],
)
def test_a_base_path_the_document_lists_is_taken_as_it_was_typed(base_paths, given, complete):
    contract = replace(load_contract("toy"), base_paths=base_paths)

    assert find_target(contract, given, "secret").base_url == complete


def test_who_typed_a_base_path_that_is_not_served_is_shown_the_one_that_is():
    contract = replace(load_contract("toy"), base_paths=("/v1", "/api/v1"))
    with toy_server() as url:
        target = find_target(contract, f"{url}/api/v1", TOKEN)

        with pytest.raises(CannotRun, match=f"did you mean --base-url {url}\\?"):
            knock(contract, target)


def test_a_redacted_curl_lets_the_shell_fill_in_the_token():
    target = find_target(load_contract("toy"), "http://host", "s3cr3t")

    said = target.redact("curl -H 'Authorization: Bearer s3cr3t' -d '{\"echo\": \"s3cr3t\"}' http://host")

    assert said == (
        'curl -H "Authorization: Bearer $CONTRACT_TESTS_TOKEN" -d \'{"echo": "$CONTRACT_TESTS_TOKEN"}\' http://host'
    )


def test_a_target_does_not_show_its_token():
    assert "s3cr3t" not in repr(find_target(load_contract("toy"), "http://host", "s3cr3t"))
