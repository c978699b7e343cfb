import pytest

from contract_tests.contracts import load_contract
from contract_tests.targets import find_target


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


def test_a_redacted_curl_lets_the_shell_fill_in_the_token():
    target = find_target(load_contract("toy"), "http://host", "s3cr3t")

    said = target.redact("curl -H 'Authorization: Bearer s3cr3t' -d '{\"echo\": \"s3cr3t\"}' http://host")

    assert said == (
        'curl -H "Authorization: Bearer $CONTRACT_TESTS_TOKEN" -d \'{"echo": "$CONTRACT_TESTS_TOKEN"}\' http://host'
    )


def test_a_target_does_not_show_its_token():
    assert "s3cr3t" not in repr(find_target(load_contract("toy"), "http://host", "s3cr3t"))
