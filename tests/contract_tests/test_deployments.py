"""From what was typed to what is tested: which world, and how to find it again."""

import pytest
from defective import SandboxServer, deployment
from independent_reservekit import KEYS, Shop, serving

from contract_tests.contracts import load_contract
from contract_tests.deployments import Typed, find_deployment
from contract_tests.problems import CannotRun
from contract_tests.runs import evidence_of
from contract_tests.suites.plans import Plan


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


def test_a_sandbox_cannot_be_named_where_there_is_no_control_plane(deployed):
    with pytest.raises(CannotRun, match="--sandbox bench: there is no control plane beside"):
        find_deployment(load_contract("reservekit"), Typed(base_url=deployed, sandbox="bench"))


def test_nobody_is_asked_where_no_address_is_said():
    with pytest.raises(CannotRun, match="pass --base-url URL, or write base_url into the profile"):
        find_deployment(load_contract("reservekit"), Typed())
