import pytest

from mockserver.apis.appointments.auth import PERSONAS, SLUGS, identify, name_of
from mockserver.apis.identities import Caller


def caller_of(token):
    return identify({b"authorization": f"Bearer {token}".encode()}).caller


@pytest.mark.parametrize(
    "token",
    [
        "token",
        "customer_Jane",
        "customer_jane-smith",
        "customer_" + "x" * 41,
        "customer_" + "x" * 9_000,
        "owner_",
        "owner_nowhere",
        "manager_spa-retreat",
    ],
)
def test_a_token_that_is_nobodys_is_refused(token):
    identity = identify({b"authorization": f"Bearer {token}".encode()})

    assert (identity.caller, identity.sandbox) == (None, None)
    assert str(identity.refused) == "token is invalid or expired"


def test_an_empty_header_is_malformed():
    assert str(identify({b"authorization": b""}).refused) == "Authorization header is malformed"


@pytest.mark.parametrize("name", ["jane", "maria", "ben_ten", "007", "_", "x" * 40])
def test_each_name_is_a_customer_of_no_merchant(name):
    assert caller_of(f"customer_{name}") == Caller(tenant="", role="customer", id=name)


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("role", ["owner", "staff"])
def test_each_merchant_has_employees_who_are_users_like_others(role, slug):
    assert caller_of(f"{role}_{slug}") == Caller(tenant=slug, role=role, id=f"{role}_{slug}")


def test_no_customer_can_be_an_employee():
    employees = {f"{role}_{slug}" for role in ("owner", "staff") for slug in SLUGS}

    assert [name for name in employees if caller_of(f"customer_{name}")] == []


def test_the_printed_token_is_jane_who_owns_spa_retreat():
    assert caller_of("TOKEN") == Caller(tenant="spa-retreat", role="owner", id="jane")


@pytest.mark.parametrize("token", ["customer_jane", "owner_spa-retreat", "TOKEN"])
def test_a_suffix_names_the_sandbox(token):
    identity = identify({b"authorization": f"Bearer {token}.my-docs".encode()})

    assert identity.caller == caller_of(token)
    assert identity.sandbox == "my-docs"


def test_every_persona_works():
    assert [persona.credential for persona in PERSONAS if caller_of(persona.credential) is None] == []
    assert len({persona.credential for persona in PERSONAS}) == len(PERSONAS)


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ("jane", ("Jane", "Smith")),
        ("maria", ("Maria", "Garcia")),
        ("ben", ("Ben", None)),
        ("ben_ten", ("Ben", "Ten")),
        ("ana_de_la_cruz", ("Ana", "De La Cruz")),
        ("__ben__", ("Ben", None)),
        ("_", ("_", None)),
        ("owner_spa-retreat", ("Owner", "Spa Retreat")),
        ("x" * 40, ("X" + "x" * 29, None)),
        ("a_" + "b" * 38, ("A", "B" + "b" * 29)),
    ],
)
def test_whom_nobody_has_seen_has_a_name(user, name):
    assert name_of(user) == name
