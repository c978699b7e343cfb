"""From what was typed to what is tested: which world, and how to find it again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from independent_reservekit import KEYS, Shop, serving

from benchmarks.in_process import SandboxServer, deployment
from contract_tests import __version__
from contract_tests.contracts import load_contract
from contract_tests.deployments import Typed, find_deployment
from contract_tests.problems import CannotRun
from contract_tests.runs import evidence_of
from contract_tests.suites.plans import Plan
from mockserver.apis.reservekit.seed import draw_world


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about the real ones."""


@pytest.fixture(scope="module")
def sandbox():
    server = SandboxServer()
    with server.serving("reservekit") as url:
        yield url
    server.stop()


@pytest.fixture(scope="module")
def deployed():
    with serving(Shop()) as url:
        yield url


def worlds_of(found):
    """Two worlds, as two tests would be given them."""
    return found.worlds.open(), found.worlds.open()


def test_our_own_sandbox_has_a_world_for_each_test(sandbox):
    with deployment("reservekit", sandbox) as found:
        one, two = worlds_of(found)

    assert one.base_url != two.base_url
    assert one.is_own
    assert found.worlds.are_own


@pytest.mark.parametrize(("path", "name"), [("", "bench"), ("/~bench", None), ("/~bench/v1", "bench")])
def test_a_sandbox_that_is_named_is_the_one_world_of_all_tests(sandbox, path, name):
    with deployment("reservekit", f"{sandbox}{path}", sandbox=name) as found:
        one, two = worlds_of(found)

    assert one is two
    assert one.base_url == f"{sandbox}/~bench/v1"
    assert not one.is_own


def test_a_named_sandbox_is_found_again_by_its_address(sandbox):
    with deployment("reservekit", sandbox, sandbox="bench") as found:
        address = evidence_of(found, Plan()).base_url

    with deployment("reservekit", address) as again:
        assert again.worlds.open() == found.worlds.open()


@pytest.mark.parametrize("name", [None, "bench"])
def test_of_our_own_sandbox_the_version_and_what_it_draws_are_kept(sandbox, name):
    with deployment("reservekit", sandbox, sandbox=name) as found:
        evidence = evidence_of(found, Plan())

    drawn = draw_world(0, datetime(2026, 3, 2, tzinfo=UTC))
    assert evidence.sandbox == f"{__version__}-{drawn.digest()[:12]}"
    assert evidence.found_by == f"{__version__}-{evidence.suite[:12]},{evidence.sandbox}"


def test_a_sandbox_that_is_not_served_there_is_said(sandbox):
    with pytest.raises(CannotRun, match="answered 404, so reservekit is not served there"):
        find_deployment(load_contract("reservekit"), Typed(base_url=f"{sandbox}/elsewhere", sandbox="bench"))


def test_a_sandbox_is_not_asked_where_it_does_not_serve_the_api(sandbox):
    where = rf"reservekit is not served there: did you mean --base-url {sandbox}\?"

    with pytest.raises(CannotRun, match=where):
        find_deployment(load_contract("reservekit"), Typed(base_url=f"{sandbox}/reservekit"))


def test_a_deployment_is_found_again_by_its_address_and_its_profile(deployed, tmp_path):
    file = tmp_path / "profile.toml"
    file.write_text(f'[identities]\nmain = "{KEYS["main"]}"\n', encoding="utf-8")

    with deployment("reservekit", deployed, profile=file) as found:
        evidence = evidence_of(found, Plan())

    assert (evidence.base_url, evidence.options) == (f"{deployed}/v1", ("--profile", str(file)))
    assert evidence.found_by == f"{__version__}-{evidence.suite[:12]}"


def test_a_token_that_was_typed_is_said_by_nobody(deployed):
    with deployment("reservekit", deployed, token=KEYS["main"]) as found:
        assert evidence_of(found, Plan()).options == ()
        assert KEYS["main"] not in found.target.redact(f"Bearer {KEYS['main']}")


def test_keys_of_all_identities_are_kept_out_of_what_is_shown(deployed, tmp_path):
    file = tmp_path / "profile.toml"
    said = "\n".join(f'{who} = "{key}"' for who, key in KEYS.items())
    file.write_text(f"[identities]\n{said}\n", encoding="utf-8")

    with deployment("reservekit", deployed, profile=file) as found:
        shown = found.target.redact(" ".join(KEYS.values()))

    assert not any(key in shown for key in KEYS.values())
    assert "$CONTRACT_TESTS_TOKEN_REVOKED" in shown


@pytest.fixture
def refused_with(deployed, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def call(*, token=None, **identities):
        """What is said of a profile with these identities."""
        said = "\n".join(f'{who} = "{key}"' for who, key in identities.items())
        Path("p1.toml").write_text(f"[identities]\n{said}\n", encoding="utf-8")
        with pytest.raises(CannotRun) as refusal:
            find_deployment(load_contract("reservekit"), Typed(base_url=deployed, token=token, profile=Path("p1.toml")))
        return str(refusal.value)

    return call


def test_a_token_that_is_refused_is_named_with_the_key_and_the_variable_it_comes_from(
    deployed, refused_with, monkeypatch
):
    monkeypatch.setenv("API_TOKEN", "mistyped")

    said = refused_with(main="${API_TOKEN}")

    assert said.startswith(
        f"identities.main of p1.toml (from API_TOKEN) was refused: GET {deployed}/v1/services answered 401"
    )
    assert said.endswith("; put one that works there")
    assert "mistyped" not in said


def test_a_typed_token_that_is_refused_is_not_said_to_be_the_profile_s(refused_with):
    said = refused_with(token="mistyped", main=KEYS["main"])

    assert said.startswith("the token was refused: ")
    assert said.endswith("; pass one that works with --token or CONTRACT_TESTS_TOKEN")


def test_another_identity_that_is_refused_is_named_before_anything_is_tested(refused_with, monkeypatch):
    monkeypatch.setenv("OTHER_KEY", "mistyped")

    said = refused_with(main=KEYS["main"], other="${OTHER_KEY}")

    assert said.startswith("identities.other of p1.toml (from OTHER_KEY) was refused: GET ")
    assert "mistyped" not in said


def test_who_has_to_be_refused_and_who_may_not_read_that_are_no_reason_to_stop(deployed, tmp_path):
    file = tmp_path / "profile.toml"
    said = "\n".join(f'{who} = "{KEYS[who]}"' for who in ("main", "revoked", "restricted"))
    file.write_text(f"[identities]\n{said}\n", encoding="utf-8")

    with deployment("reservekit", deployed, profile=file) as found:
        assert set(found.headers) == {"main", "revoked", "restricted"}


def test_two_identities_that_are_the_same_are_refused(refused_with, monkeypatch):
    monkeypatch.setenv("API_TOKEN", KEYS["main"])

    said = refused_with(main="${API_TOKEN}", other=KEYS["main"])
    typed = refused_with(token=KEYS["main"], main="${API_TOKEN}", other=KEYS["main"])

    assert said == (
        "identities.main of p1.toml (from API_TOKEN) and identities.other of p1.toml are the same: "
        "each identity has to be somebody else"
    )
    assert typed.startswith("the token of --token or CONTRACT_TESTS_TOKEN and identities.other of p1.toml are the same")


def test_a_token_with_the_word_that_is_sent_before_it_is_refused(refused_with):
    said = "begins with 'Bearer': leave that away, it is sent with it"

    assert refused_with(main="Bearer key") == f"identities.main of p1.toml {said}"
    assert refused_with(main=KEYS["main"], other="bearer key") == f"identities.other of p1.toml {said}"
    assert refused_with(token="Bearer key") == f"the token {said}"


def test_an_identity_that_no_header_can_carry_is_named(refused_with):
    said = refused_with(main=KEYS["main"], revoked="two words")

    assert said == "identities.revoked of p1.toml cannot be sent: a header takes printable ASCII without spaces"


def test_a_sandbox_that_knows_its_own_identities_is_not_asked_about_them(sandbox, monkeypatch):
    asked = []
    send = requests.Session.send

    def overheard(session, request, **options):
        asked.append(request.path_url)
        return send(session, request, **options)

    monkeypatch.setattr(requests.Session, "send", overheard)

    with deployment("reservekit", sandbox):
        pass

    assert asked
    assert all(path.startswith("/_sandbox/") for path in asked)


def test_a_shown_command_names_the_variable_that_the_profile_names(deployed, tmp_path, monkeypatch):
    monkeypatch.setenv("API_TOKEN", KEYS["main"])
    monkeypatch.setenv("HALF_OF_IT", KEYS["other"][7:])
    file = tmp_path / "profile.toml"
    other = KEYS["other"][:7] + "${HALF_OF_IT}"
    file.write_text(f'[identities]\nmain = "${{API_TOKEN}}"\nother = "{other}"\n', encoding="utf-8")

    with deployment("reservekit", deployed, profile=file) as found:
        target, stand_ins = found.target, evidence_of(found, Plan()).stand_ins

    assert target.redact(f"curl -H 'key: {KEYS['main']}'") == 'curl -H "key: $API_TOKEN"'
    assert target.redact(KEYS["other"]) == "$CONTRACT_TESTS_TOKEN_OTHER"
    assert stand_ins == {"CONTRACT_TESTS_TOKEN_OTHER": "other"}


def test_a_sandbox_cannot_be_named_where_there_is_no_control_plane(deployed):
    with pytest.raises(CannotRun, match="--sandbox bench: there is no control plane beside"):
        find_deployment(load_contract("reservekit"), Typed(base_url=deployed, sandbox="bench"))


def test_nobody_is_asked_where_no_address_is_said():
    with pytest.raises(CannotRun, match="pass --base-url URL, or write base_url into the profile"):
        find_deployment(load_contract("reservekit"), Typed())
