import pytest

from mockserver.settings import read_list, read_settings


@pytest.mark.parametrize(
    ("text", "hosts"),
    [("", ()), ("a.example", ("a.example",)), (" a.example , b.example,", ("a.example", "b.example")), ("*", ("*",))],
)
def test_hosts_are_listed_with_commas(text, hosts):
    assert read_list(text) == hosts
    assert read_settings({}, environment={"MOCKSERVER_WEBHOOK_HOSTS": text}).webhook_hosts == hosts


def test_hosts_of_a_file_are_a_list(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text('webhook_hosts = ["a.example"]')

    assert read_settings({}, file=file, environment={}).webhook_hosts == ("a.example",)
