import pytest

from mockserver.apis.appointments.auth import PERSONAS, SLUGS, identify, name_of
from mockserver.apis.identities import Caller


def caller_of(token):
    return identify({b"authorization": f"Bearer {token}".encode()}).caller


@pytest.mark.parametrize(
    ("header", "text"),
    [
        (None, "Authorization header is missing"),
        ("", "Authorization header is malformed"),
        ("customer_jane", "Authorization header is malformed"),
        ("Basic Y3VzdG9tZXJfamFuZQ==", "Authorization header is malformed"),
        ("Bearer", "Authorization header is malformed"),
        ("Bearer a b", "Authorization header is malformed"),
        ("Bearer nobody", "token is invalid or expired"),
        ("Bearer token", "token is invalid or expired"),
        ("Bearer customer_", "token is invalid or expired"),
        ("Bearer customer_Jane", "token is invalid or expired"),
        ("Bearer customer_jane-smith", "token is invalid or expired"),
        ("Bearer customer_" + "x" * 41, "token is invalid or expired"),
        ("Bearer customer_" + "x" * 9_000, "token is invalid or expired"),
        ("Bearer owner_", "token is invalid or expired"),
        ("Bearer owner_nowhere", "token is invalid or expired"),
        ("Bearer manager_spa-retreat", "token is invalid or expired"),
    ],
)
def test_a_credential_that_does_not_work_is_refused_and_says_why(header, text):
    identity = identify({} if header is None else {b"authorization": header.encode()})

    assert identity.caller is None
    assert identity.sandbox is None
    assert str(identity.refused) == text


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
