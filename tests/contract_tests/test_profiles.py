"""A profile is refused with one sentence, or read with what the environment has."""

import pytest

from contract_tests.problems import CannotRun
from contract_tests.profiles import COMMON_KEYS, Key, Lacking, Profile, draft_profile, read_profile

KEYS = (
    Key("identities.other", "Somebody else.", '"${OTHER}"'),
    Key("inventory.slot", "A slot with one place.", "7"),
    Key("inventory.free", "Slots that are free.", "{}"),
)


@pytest.fixture
def read(tmp_path):
    def call(text):
        file = tmp_path / "profile.toml"
        file.write_text(text, encoding="utf-8")
        return read_profile(file, "toy", KEYS)

    return call


def test_what_is_said_is_found_under_its_dotted_name(read):
    profile = read('api = "toy"\nbase_url = "http://host"\n[inventory]\nslot = 7\nfree = {"2031-03-03" = [1, 2]}\n')

    assert profile.find("base_url") == "http://host"
    assert profile.find("inventory.slot") == 7
    assert profile.find("inventory.free") == {"2031-03-03": [1, 2]}
    assert profile.find("inventory.nothing", "else") == "else"
    assert profile.find("base_url.deeper") is None
    assert profile.origin.endswith("profile.toml")


def test_variables_are_filled_in_wherever_they_stand(read, monkeypatch):
    monkeypatch.setenv("OTHER_KEY", "s3cret")
    monkeypatch.setenv("HOST", "host")

    profile = read('base_url = "http://${HOST}:8080"\n[identities]\nother = "${OTHER_KEY}"\n')

    assert profile.find("identities.other") == "s3cret"
    assert profile.find("base_url") == "http://host:8080"


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set_is_named_with_its_key(read, monkeypatch, value):
    monkeypatch.delenv("OTHER_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("OTHER_KEY", value)

    with pytest.raises(CannotRun, match=r"identities\.other of the profile .* names the variable OTHER_KEY"):
        read('[identities]\nother = "${OTHER_KEY}"\n')


def test_a_key_that_nothing_reads_names_the_nearest(read):
    with pytest.raises(CannotRun, match=r"has 'inventory\.slots', which nothing reads; did you mean 'inventory\.slot'"):
        read("[inventory]\nslots = 7\n")


def test_a_profile_of_another_api_is_refused(read):
    with pytest.raises(CannotRun, match="is for 'anny', not for 'toy'"):
        read('api = "anny"\n')


def test_what_is_no_toml_or_not_there_is_refused(read, tmp_path):
    with pytest.raises(CannotRun, match="is not TOML"):
        read("api: toy")
    with pytest.raises(CannotRun, match=r"'.*nowhere\.toml' cannot be read: No such file"):
        read_profile(tmp_path / "nowhere.toml", "toy", KEYS)


def test_who_lacks_something_is_told_the_key_to_add():
    with pytest.raises(Lacking, match=r"nobody knows a slot: add inventory\.slot to the profile") as lacking:
        Profile(api="toy").want("inventory.slot", "nobody knows a slot")

    assert lacking.value.key == "inventory.slot"


def test_a_draft_explains_every_key_and_says_nothing_by_itself(read):
    draft = draft_profile("toy", KEYS)

    for key in (*COMMON_KEYS, *KEYS):
        assert f"# {key.says}\n# {key.name.rpartition('.')[2]} = {key.example}\n" in draft
    assert not any(read(draft).values.values())


def test_a_draft_whose_marks_are_taken_away_is_a_profile(read, monkeypatch):
    for name in ("API_TOKEN", "OTHER"):
        monkeypatch.setenv(name, "key")
    lines = draft_profile("toy", KEYS).splitlines()
    said = {f"# {key.name.rpartition('.')[2]} = {key.example}" for key in (*COMMON_KEYS, *KEYS)}

    profile = read("\n".join(line.removeprefix("# ") if line in said else line for line in lines))

    assert all(profile.find(key.name) is not None for key in (*COMMON_KEYS, *KEYS))
