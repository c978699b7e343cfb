"""A profile is refused with one sentence, or read with what the environment has."""

from pathlib import Path

import pytest

from contract_tests.apis import kit_of
from contract_tests.problems import CannotRun
from contract_tests.profiles import (
    COMMON_KEYS,
    ID,
    TOKEN,
    WHOLE,
    Key,
    Kind,
    Lacking,
    Profile,
    draft_profile,
    read_profile,
)

KEYS = (
    Key("identities.other", "Somebody else.", '"${OTHER}"', TOKEN),
    Key("inventory.slot", "A slot with one place.", "7", ID),
    Key("inventory.free", "Slots that are free.", "{}", Kind(dict[str, list[int]], "a table of ids by day")),
    Key("limits.requests", "More than may be sent.", "60", WHOLE),
)


@pytest.fixture
def read():
    def call(text):
        Path("profile.toml").write_text(text, encoding="utf-8")
        return read_profile(Path("profile.toml"), "toy", KEYS)

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


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("base_url = 5", "base_url of the profile 'profile.toml' has to be a text, not 5"),
        ("known_failures = true", "known_failures of the profile 'profile.toml' has to be a text, not true"),
        (
            "clock.advance_url = 2031-03-03",
            "clock.advance_url of the profile 'profile.toml' has to be a text, not 2031-03-03",
        ),
        (
            'budgets.read_p95_ms = "fast"',
            "budgets.read_p95_ms of the profile 'profile.toml' has to be a number above 0, not \"fast\"",
        ),
        ("budgets.read_p95_ms = nan", "has to be a number above 0, not NaN"),
        (
            'limits.requests = "sixty"',
            "limits.requests of the profile 'profile.toml' has to be a whole number above 0, not \"sixty\"",
        ),
        ("limits.requests = 60.5", "has to be a whole number above 0, not 60.5"),
        ("limits.requests = true", "has to be a whole number above 0, not true"),
        ("inventory.slot = [7]", "has to be a text or a whole number, not [7]"),
        ("inventory.free = 7", "has to be a table of ids by day, not 7"),
        ('base_url.host = "x"', 'has to be a text, not {"host": "x"}'),
        ('identities.main = ""', "identities.main of the profile 'profile.toml' is empty"),
    ],
)
def test_a_value_of_another_kind_is_refused_with_its_key(read, written, said):
    with pytest.raises(CannotRun) as refusal:
        read(written)

    assert said in str(refusal.value)


@pytest.mark.parametrize("written", ["5", '["s3cret"]'])
def test_a_credential_of_another_kind_is_not_shown(read, written):
    with pytest.raises(CannotRun, match=r"identities\.main of the profile 'profile\.toml' has to be a text$"):
        read(f"identities.main = {written}")


def test_a_number_may_come_from_the_environment(read, monkeypatch):
    monkeypatch.setenv("LATENCY", "250.5")
    monkeypatch.setenv("MANY", "60")

    profile = read('[budgets]\nread_p95_ms = "${LATENCY}"\n[limits]\nrequests = "${MANY}"\n')

    assert profile.find("budgets.read_p95_ms") == 250.5
    assert profile.find("limits.requests") == 60


def test_what_the_environment_has_instead_of_a_number_is_not_shown(read, monkeypatch):
    monkeypatch.setenv("LATENCY", "s3cret")

    with pytest.raises(CannotRun, match=r"has to be a number above 0, not what LATENCY says$"):
        read('budgets.read_p95_ms = "${LATENCY}"')


@pytest.mark.parametrize("written", ["7", '"7"'])
def test_an_id_stays_the_number_or_the_text_that_it_is(read, written):
    assert repr(read(f"inventory.slot = {written}").find("inventory.slot")) == written.replace('"', "'")


def test_a_variable_without_braces_is_no_value(read):
    with pytest.raises(
        CannotRun, match=r"main of the .* is the text '\$API_TOKEN' itself: .* is written \$\{API_TOKEN\}"
    ):
        read('identities.main = "$API_TOKEN"')


def test_a_value_knows_where_it_comes_from(read, monkeypatch):
    monkeypatch.setenv("OTHER_KEY", "key")

    profile = read('[identities]\nmain = "key"\nother = "${OTHER_KEY}"\n')

    assert profile.source("identities.main") == "identities.main of profile.toml"
    assert profile.source("identities.other") == "identities.other of profile.toml (from OTHER_KEY)"


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


def test_who_lacks_several_things_is_told_all_of_them_at_once():
    profile = Profile(api="toy", values={"identities": {"other": "key"}})

    with pytest.raises(Lacking, match=r": add inventory\.slot and limits\.requests to the profile$"):
        profile.want("inventory.slot", "nobody knows a slot", "identities.other", "limits.requests")
    with pytest.raises(Lacking, match=r": add limits\.requests to the profile$"):
        profile.want("identities.other", "nobody knows how many", "limits.requests")
    assert profile.want("identities.other", "nobody else is known") == "key"


def test_a_draft_explains_every_key_and_says_nothing_by_itself(read):
    draft = draft_profile("toy", KEYS)

    for key in (*COMMON_KEYS, *KEYS):
        assert f"# {key.says}\n# {key.name.rpartition('.')[2]} = {key.example}\n" in draft
    assert not any(read(draft).values.values())


def test_a_draft_says_of_a_key_what_it_unlocks_and_what_was_found_for_it(read):
    draft = draft_profile(
        "toy", KEYS, {"inventory.slot": 12}, {"inventory.slot": [7, 8, *range(20, 40)]}, "http://here"
    )

    assert "\n# slot = 7  # 12 rules; found there, 8, 20, 21, 22, 23, 24, 25, ...\n" in draft
    assert {name: value for name, value in read(draft).values.items() if value} == {"base_url": "http://here"}


def test_a_draft_whose_marks_are_taken_away_is_a_profile(read, monkeypatch):
    for name in ("API_TOKEN", "OTHER"):
        monkeypatch.setenv(name, "key")
    lines = draft_profile("toy", KEYS).splitlines()
    said = {f"# {key.name.rpartition('.')[2]} = {key.example}" for key in (*COMMON_KEYS, *KEYS)}

    profile = read("\n".join(line.removeprefix("# ") if line in said else line for line in lines))

    assert all(profile.find(key.name) is not None for key in (*COMMON_KEYS, *KEYS))


@pytest.mark.parametrize("api", ["anny", "appointments", "bardge", "reservekit"])
def test_every_example_of_an_api_is_of_its_key_s_kind(api, monkeypatch):
    kit = kit_of(api)
    assert kit is not None
    keys = (*COMMON_KEYS, *kit.scene.KEYS)
    for key in keys:
        if key.example.startswith('"${'):
            monkeypatch.setenv(key.example[3:-2], "key")
    file = Path("profile.toml")
    file.write_text("\n".join(f"{key.name} = {key.example}" for key in keys), encoding="utf-8")

    profile = read_profile(file, api, kit.scene.KEYS)

    assert all(profile.find(key.name) is not None for key in keys)
