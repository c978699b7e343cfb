import pytest

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.bardge.auth import DISABLED, PERSONAS, identify
from mockserver.apis.bardge.records import Mode, account_in
from mockserver.apis.identities import Caller

SEED = read_yaml(fixtures_dir() / "bardge" / "seed.yaml")


def identity_of(key):
    return identify({b"authorization": f"Bearer {key}".encode()})


@pytest.mark.parametrize(
    "header",
    [
        "Bearer\tbrg_live_alpha_demo",
        "Bearer brg_live_alpha_demo, Bearer brg_live_alpha_demo",
        "Bearer " + "x" * 9_000,
    ],
)
def test_what_only_looks_like_a_key_is_refused(header):
    identity = identify({b"authorization": header.encode()})

    assert (identity.caller, identity.sandbox) == (None, None)
    assert str(identity.refused) == "Invalid API key provided"


def test_a_suffix_names_the_sandbox():
    identity = identity_of("brg_live_alpha_demo.my-docs")

    assert identity.caller == Caller("reseller_alpha", Mode.LIVE, "brg_live_alpha_demo")
    assert identity.sandbox == "my-docs"


def test_the_keys_are_those_of_the_seed():
    assert {each["key"] for each in SEED["keys"]} == {persona.credential for persona in PERSONAS}
    for each in SEED["keys"]:
        caller = identity_of(each["key"]).caller
        mode = Mode.LIVE if each["livemode"] else Mode.TEST
        assert (caller.tenant, caller.role) == (account_in(mode, each["reseller"]), mode)


def test_the_disabled_account_is_that_of_the_seed():
    assert [each["id"] for each in SEED["resellers"] if not each["enabled"]] == [DISABLED]
