"""What is offered: resources and their children, services and what belongs to them, and the account of a token."""

import pytest
from anny_world import account, add_on, at, field, form, policy, resource, said, service, source

FREE = {"filter[available_from]": at(17, "10:00"), "filter[available_to]": at(17, "11:00")}
"""A Thursday on which no desk is booked."""
FOR_HOURS = {"filter[availability_service_id]": service(1)}
DESKS = [resource(11), resource(12), resource(13)]


def names(person, path, **query):
    return [each["attributes"]["name"] for each in person.read(path, **query)["data"]]


def included(document, type_):
    return {each["id"]: each["attributes"] for each in document["included"] if each["type"] == type_}


# Resources


@pytest.mark.parametrize("path", ["/resources", "/services"])
def test_lists_are_in_the_order_of_names(world, path):
    shown = names(world.nobody, path)

    assert len(shown) == 7
    assert shown == sorted(shown)


def test_what_is_listed_can_be_read_by_its_id(world):
    for path in ("/resources", "/services"):
        for each in world.nobody.read(path)["data"]:
            assert world.nobody.read(f"{path}/{each['id']}")["data"] == each


@pytest.mark.parametrize("name", [resource(10), resource(10).upper(), "desk-area"])
def test_a_resource_is_the_same_by_its_id_and_by_its_slug(world, name):
    assert world.nobody.read(f"/resources/{name}")["data"]["id"] == resource(10)


@pytest.mark.parametrize("path", ["/resources/nothing", f"/resources/{resource(99)}", f"/services/{resource(1)}"])
def test_what_is_not_there_is_not_found(world, path):
    assert said(world.nobody.get(path)) == (404, "not_found")


def test_children_have_their_parent_and_parents_know_that_they_have_children(world):
    children = world.nobody.read("/resources/desk-area/children")["data"]

    assert [child["id"] for child in children] == DESKS
    assert {child["relationships"]["parent"]["data"]["id"] for child in children} == {resource(10)}
    has_children = {each["id"]: each["attributes"]["has_children"] for each in world.nobody.read("/resources")["data"]}
    assert [id_ for id_, has in has_children.items() if has] == [resource(10)]


def test_a_page_of_children_is_linked_under_their_parent(world):
    document = world.nobody.read("/resources/desk-area/children", **{"page[size]": 2})

    assert document["meta"]["page"]["total"] == 3
    assert document["links"]["next"].startswith(f"/~{world.name}/api/v1/resources/desk-area/children?page")


def test_services_of_a_resource_come_with_all_that_belongs_to_them(world):
    document = world.nobody.read("/resources/desk-1", include="parent,services.add_ons,services.custom_forms")

    assert set(included(document, "services")) == {service(1), service(6)}
    assert set(included(document, "resources")) == {resource(10)}


# Children that are free


def test_a_child_is_listed_when_it_could_be_booked_then(world):
    def free():
        return world.nobody.listed("/resources/desk-area/children", **FREE, **FOR_HOURS)

    assert free() == DESKS

    made = world.ben.book(1, 12, at(17, "10:30"), at(17, "11:30"))
    assert free() == [resource(11), resource(13)]

    assert world.ben.cancel(made.json()["data"]["id"]).status_code == 200
    assert free() == DESKS


def test_no_child_is_free_when_they_are_closed_and_all_are_shown_to_who_wants_the_others_too(world):
    night = {"filter[available_from]": at(17, "22:00"), "filter[available_to]": at(17, "23:00"), **FOR_HOURS}

    assert world.nobody.listed("/resources/desk-area/children", **night) == []
    assert (
        world.nobody.listed("/resources/desk-area/children", **night, **{"filter[include_unavailable]": "true"})
        == DESKS
    )


def test_pages_of_free_children_count_the_free_ones(world):
    world.ben.book(1, 12, at(17, "10:30"), at(17, "11:30"))

    document = world.nobody.read("/resources/desk-area/children", **FREE, **FOR_HOURS, **{"page[size]": 1})

    assert document["meta"]["page"] == {"current-page": 1, "last-page": 2, "per-page": 1, "total": 2}


@pytest.mark.parametrize("missing", [*FREE, *FOR_HOURS])
def test_the_three_filters_go_together(world, missing):
    given = {name: value for name, value in {**FREE, **FOR_HOURS}.items() if name != missing}

    for query in (given, {**given, "filter[include_unavailable]": "true"}):
        answer = world.nobody.get("/resources/desk-area/children", **query)
        assert (said(answer), source(answer)) == ((422, "validation_error"), missing)


@pytest.mark.parametrize("end", [at(17, "10:00"), at(17, "09:00")])
def test_the_interval_ends_after_it_begins(world, end):
    answer = world.nobody.get("/resources/desk-area/children", **{**FREE, **FOR_HOURS, "filter[available_to]": end})

    assert (said(answer), source(answer)) == ((422, "validation_error"), "filter[available_to]")


def test_a_service_that_does_not_exist_is_not_found(world):
    asked = {**FREE, "filter[availability_service_id]": service(99)}

    answer = world.nobody.get("/resources/desk-area/children", **asked)

    assert (said(answer), source(answer)) == ((404, "not_found"), "filter[availability_service_id]")


# Services


def test_a_form_comes_with_its_fields(world):
    document = world.nobody.read(f"/services/{service(5)}", include="custom_forms.custom_fields")

    assert included(document, "custom-forms") == {form(1): {"name": "Catering and shirts", "is_mandatory": True}}
    fields = included(document, "custom-fields")
    assert list(fields) == [field(1), field(2), field(3)]
    assert fields[field(2)] == {
        "uuid": field(2),
        "label": "T-shirt size",
        "type": "select",
        "required": True,
        "options": ["S", "M", "L", "XL"],
        "placeholder": None,
        "position": 2,
        "help_text": None,
    }


def test_a_form_is_mandatory_when_one_of_its_fields_is_required(world):
    for each in world.nobody.read("/services", include="custom_forms.custom_fields")["data"]:
        document = world.nobody.read(f"/services/{each['id']}", include="custom_forms.custom_fields")
        required = [shown["required"] for shown in included(document, "custom-fields").values()]
        assert each["meta"]["has_custom_forms"] is bool(each["relationships"]["custom_forms"]["data"])
        assert each["meta"]["has_mandatory_custom_forms"] is any(required)


def test_add_ons_come_with_prices_and_greatest_quantities(world):
    document = world.nobody.read(f"/services/{service(2)}", include="add_ons")

    add_ons = included(document, "add-ons")
    assert {id_: (each["name"], each["price"], each["max_quantity"]) for id_, each in add_ons.items()} == {
        add_on(1): ("Flip chart", 20, 5),
        add_on(2): ("Coffee", 30, 20),
    }
    assert document["data"]["meta"]["has_add_ons"] is True


def test_a_policy_comes_with_its_tiers(world):
    percentages = included(
        world.nobody.read(f"/services/{service(2)}", include="cancellation_policy"), "cancellation-policies"
    )
    amount = included(
        world.nobody.read(f"/services/{service(3)}", include="cancellation_policy"), "cancellation-policies"
    )

    assert [tier["fee_value"] for tier in percentages[policy(1)]["tiers"]] == [0, 50, 100]
    assert amount[policy(2)]["tiers"] == [{"before_start_minutes": 0, "fee_type": "amount", "fee_value": 15}]


def test_what_can_be_edited_is_told_twice_alike(world):
    for each in world.nobody.read("/services")["data"]:
        shown = each["attributes"]
        assert shown["settings"]["editing"] == shown["public_settings"]["editing"]


def test_instant_booking_has_two_names(world):
    metas = {each["id"]: each["meta"] for each in world.nobody.read("/services")["data"]}

    assert all(meta["can_instant_book"] is meta["supports_instant_booking"] for meta in metas.values())
    assert {id_ for id_, meta in metas.items() if meta["can_instant_book"]} == {service(1), service(4)}


@pytest.mark.parametrize(
    ("number", "price", "duration"),
    [(1, "0 EUR", "1 to 4 hours"), (2, "199 EUR", "1 to 4 hours"), (3, "50 EUR per hour", "1 to 4 hours")],
)
def test_previews_say_price_and_duration_in_words(world, number, price, duration):
    meta = world.nobody.read(f"/services/{service(number)}")["data"]["meta"]

    assert (meta["price_preview"], meta["duration_preview"]) == (price, duration)


# The account


def test_the_account_is_that_of_the_token(world):
    jane, max_ = (person.read("/customer-account")["data"] for person in (world.jane, world.max))

    assert (jane["id"], jane["attributes"]["email"]) == (account(1), "jane@example.com")
    assert (max_["id"], max_["attributes"]["given_name"]) == (account(2), "Max")
    assert jane["links"]["self"].endswith("/api/v1/customer-account")


def test_somebody_new_has_an_account_too_and_always_the_same(world):
    first, second = (world.enter("anny_customer_ada_l").read("/customer-account")["data"] for _ in range(2))

    assert first == second
    assert first["attributes"] | {"given_name": "Ada", "family_name": "L"} == first["attributes"]


def test_an_administrator_stands_for_no_customer(world):
    assert said(world.admin.get("/customer-account")) == (403, "unauthorized")


def test_the_account_can_be_had_flattened(world):
    answer = world.jane.get("/customer-account", headers={"accept": "application/json"})

    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["data"]["email"] == "jane@example.com"
