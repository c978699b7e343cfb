"""What is offered, and the account of a token."""

from anny_world import account, resource


def test_a_resource_is_found_by_its_id_in_capitals(world):
    assert world.nobody.read(f"/resources/{resource(10).upper()}")["data"]["id"] == resource(10)


def test_the_account_of_a_well_known_token_is_the_seeds(world):
    jane = world.jane.read("/customer-account")["data"]

    assert (jane["id"], jane["attributes"]["email"]) == (account(1), "jane@example.com")
    assert jane["links"]["self"].endswith("/api/v1/customer-account")


def test_somebody_new_has_an_account_too_and_always_the_same(world):
    first, second = (world.enter("anny_customer_ada_l").read("/customer-account")["data"] for _ in range(2))

    assert first == second
    assert first["attributes"] | {"given_name": "Ada", "family_name": "L"} == first["attributes"]
