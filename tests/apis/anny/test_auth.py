import pytest

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.anny.auth import PERSONAS, TERMINALS, identify
from mockserver.apis.anny.register import address_of
from mockserver.apis.identities import Caller

SEED = read_yaml(fixtures_dir() / "anny" / "seed.yaml")


def caller_of(token):
    return identify({b"authorization": f"Bearer {token}".encode()}).caller


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (None, "the header Authorization is missing"),
        ("", "the header Authorization is not Bearer and a token"),
        ("Bearer nobody", "the token is not known"),
        ("Bearer customer_jane", "the token is not known"),
        ("Bearer anny_customer_", "the token is not known"),
        ("Bearer anny_customer_Jane", "the token is not known"),
        ("Bearer anny_customer_jane-doe", "the token is not known"),
        ("Bearer anny_customer_" + "x" * 41, "the token is not known"),
        ("Bearer anny_customer_" + "x" * 9_000, "the token is not known"),
        ("Bearer anny_guest_jane", "the token is not known"),
        ("Bearer anny_admin_500", "the token is not known"),
    ],
)
def test_a_credential_that_does_not_work_is_refused_and_says_why(header, text):
    identity = identify({} if header is None else {b"authorization": header.encode()})

    assert identity.caller is None
    assert identity.sandbox is None
    assert str(identity.refused) == text


@pytest.mark.parametrize("name", ["jane", "max", "ben_ten", "007", "_", "x" * 40])
def test_each_name_is_a_customer(name):
    assert caller_of(f"anny_customer_{name}") == Caller(tenant="500", role="customer", id=name)


def test_the_guest_is_the_customer_of_that_name():
    assert caller_of("anny_guest_lena") == caller_of("anny_customer_lena") == Caller("500", "customer", "lena")


def test_the_administrator_stands_for_no_customer():
    assert caller_of("anny_admin") == Caller(tenant="500", role="organisation", id="")


@pytest.mark.parametrize("token", ["anny_customer_jane", "anny_guest_lena", "anny_admin"])
def test_a_suffix_names_the_sandbox(token):
    identity = identify({b"authorization": f"Bearer {token}.my-docs".encode()})

    assert identity.caller == caller_of(token)
    assert identity.sandbox == "my-docs"


def test_every_persona_works():
    assert [persona.credential for persona in PERSONAS if caller_of(persona.credential) is None] == []
    assert len({persona.credential for persona in PERSONAS}) == len(PERSONAS)


def test_the_tokens_are_those_of_the_seed():
    emails = {each["id"]: each["email"] for each in SEED["accounts"]}

    for each in SEED["tokens"]:
        caller = caller_of(each["token"])
        if "organization" in each:
            assert (caller.tenant, caller.role) == (each["organization"], "organisation")
        else:
            assert address_of(caller.id) == emails[each["account"]]


def test_the_terminals_are_those_of_the_seed():
    assert {each["hash"] for each in SEED["terminals"]} == TERMINALS
