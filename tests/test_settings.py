import pytest

from mockserver.settings import Key, Settings, read_list, read_settings


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


@pytest.mark.parametrize("environment", [{}, {"MOCKSERVER_CONTROL_TOKEN": ""}, {"MOCKSERVER_PORT": ""}])
def test_an_empty_variable_is_not_set(environment):
    assert read_settings({"control_token": ""}, environment=environment) == Settings()


def test_an_empty_flag_leaves_the_token_of_the_environment():
    settings = read_settings({"control_token": ""}, environment={"MOCKSERVER_CONTROL_TOKEN": "secret"})

    assert settings.control_token == "secret"


@pytest.mark.parametrize("token", [" ", "a b", "a\n", "ä", "\x7f"])
def test_a_token_that_no_header_carries_is_refused(token):
    with pytest.raises(ValueError, match="control_token: printable ASCII without blanks"):
        read_settings({"control_token": token}, environment={})


@pytest.mark.parametrize("source", ["flag", "variable", "file"])
def test_the_token_may_stand_in_a_file(tmp_path, source):
    token, file = tmp_path / "token", tmp_path / "settings.toml"
    token.write_text("of-the-file\n")
    file.write_text(f'control_token_file = "{token}"' if source == "file" else "")

    settings = read_settings(
        {"control_token_file": str(token) if source == "flag" else None},
        file=file,
        environment={"MOCKSERVER_CONTROL_TOKEN_FILE": str(token) if source == "variable" else ""},
    )

    assert settings.control_token == "of-the-file"


def test_a_file_that_is_named_by_a_flag_wins_over_the_token_of_the_environment(tmp_path):
    (tmp_path / "token").write_text("of-the-file")
    environment = {"MOCKSERVER_CONTROL_TOKEN": "of-the-environment"}

    settings = read_settings({"control_token_file": str(tmp_path / "token")}, environment=environment)

    assert settings.control_token == "of-the-file"


@pytest.mark.parametrize(
    ("content", "flags", "said"),
    [
        (" \n", {}, "--control-token-file: there is no token in"),
        (None, {}, "--control-token-file: .* cannot be read: No such file"),
        (b"\xff", {}, "--control-token-file: .* cannot be read"),
        ("a", {"control_token": "b"}, "--control-token-file: the control token is given beside it"),
    ],
)
def test_a_file_without_a_token_is_an_error_and_no_open_door(tmp_path, content, flags, said):
    token = tmp_path / "token"
    if content is not None:
        token.write_bytes(content if isinstance(content, bytes) else content.encode())

    with pytest.raises(ValueError, match=said):
        read_settings({**flags, "control_token_file": str(token)}, environment={})


@pytest.mark.parametrize("host", ["http://a.test", "a.test:80", "*", "a b", "", "[::1]:80", "[a.test]", "fe80::1%eth0"])
def test_what_is_no_host_is_allowed_by_no_mistake(host):
    with pytest.raises(ValueError, match=r"allowed_hosts: .* is no host"):
        read_settings({"allowed_hosts": (host,)}, environment={})


def test_allowed_hosts_of_the_environment_are_listed_with_commas():
    settings = read_settings({}, environment={"MOCKSERVER_ALLOWED_HOSTS": "a.test, [::1],fd00::1"})

    assert settings.allowed_hosts == ("a.test", "[::1]", "fd00::1")


def settings_of(tmp_path, text, **flags):
    file = tmp_path / "settings.toml"
    file.write_text(text)
    return read_settings(flags, file=file, environment={})


def test_keys_stand_in_the_file_with_their_tokens_or_where_these_are(tmp_path):
    (tmp_path / "token").write_text("of-the-file\n")
    text = f"""
        control_token = "all"
        [keys.shop]
        token = "abc"
        quota_documents = 10
        [keys.web]
        token_file = "{tmp_path / "token"}"
        quota_requests = 2
    """

    keys = settings_of(tmp_path, text).keys

    assert keys == {"shop": Key(token="abc", quota_documents=10), "web": Key(token="of-the-file", quota_requests=2.0)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[keys.shop]\ntoken = 'a'", "keys: without a control_token beside them"),
        ("control_token = 'all'\n[keys.Shop]\ntoken = 'a'", r"keys\.Shop: a key is called by lower-case letters"),
        ("control_token = 'all'\n[keys.a]\ntoken = 'a'\n[keys.a-b]\ntoken = 'b'", r"keys\.a-b: key a owns whatever"),
        ("control_token = 'all'\n[keys.a]\nquota_documents = 1", r"keys\.a: token: printable ASCII"),
        ("control_token = 'all'\n[keys.a]\ntoken = 'all'", r"keys\.a: token: it is that of the control token too"),
        ("control_token = 'all'\n[keys.a]\ntoken = 'b'\n[keys.c]\ntoken = 'b'", r"keys\.c: token: it is that of key a"),
        ("control_token = 'all'\n[keys.a]\ntoken = 'b'\nquota_requests = -1", r"keys\.a: quota_requests: 0, which is"),
        ("control_token = 'all'\n[keys.a]\ntoken = 'b'\nquota = 1", "unknown field `quota`"),
        ("control_token = 'all'\n[keys.a]\ntoken = 'b'\ntoken_file = '/b'", "a: token_file: the token is given beside"),
        ("control_token = 'all'\n[keys.a]\ntoken_file = '/nowhere'", "a: token_file: /nowhere cannot be read"),
    ],
)
def test_a_key_that_cannot_be_is_refused(tmp_path, text, said):
    with pytest.raises(ValueError, match=said):
        settings_of(tmp_path, text)
