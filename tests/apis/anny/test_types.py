"""What resources look like, and to whom: every attribute of the contract, whoever asks for it."""

import pytest
from anny_world import add_on_choice, at, field, participant, policy, resource, service, shown
from harbour import HOURLY, ROOM, booked, working

from mockserver.apis.anny.documents import one
from mockserver.apis.anny.records import Order, OrderStatus
from mockserver.apis.anny.types import TYPES, Context, amount
from mockserver.apis.anny.viewers import ORGANISATION, STRANGER, TERMINAL
from mockserver.app import load_spec

FLAT = {"accept": "application/json"}
INCLUDES = {
    "/bookings": "resource.parent,service.custom_forms.custom_fields,service.add_ons,order,customer,"
    "booking_add_ons.add_on,booking_participants,series_bookings,cancellation_policy",
    "/orders": "bookings.resource,bookings.service,bookings.booking_add_ons.add_on,customer,invoice,invoices",
    "/invoices": "order.bookings",
    "/resources": "parent,children,services.custom_forms.custom_fields,services.add_ons,services.cancellation_policy",
    "/services": "resources,custom_forms.custom_fields,add_ons,cancellation_policy",
    "/customer-account": None,
}
"""All that each list lets along."""

SCHEMAS = {
    "bookings": "Booking",
    "orders": "Order",
    "invoices": "Invoice",
    "resources": "Resource",
    "services": "Service",
    "customers": "Customer",
    "customer-accounts": "CustomerAccount",
    "add-ons": "AddOn",
    "booking-add-ons": "BookingAddOn",
    "booking-participants": "BookingParticipant",
    "cancellation-policies": "CancellationPolicy",
    "custom-forms": "CustomForm",
    "custom-fields": "CustomField",
}
"""The schema of each type, by which the contract calls its attributes and relationships too."""


@pytest.fixture(scope="module")
def schemas():
    return load_spec("anny")["components"]["schemas"]


def document_at(person, path, **options):
    query = {"page[size]": 250} if INCLUDES[path] else {}
    include = {"include": INCLUDES[path]} if INCLUDES[path] else {}
    answer = person.get(path, **query, **include, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


def things_in(document):
    data = document["data"]
    return [*(data if isinstance(data, list) else [data]), *document.get("included", ())]


def linkage(thing):
    """The identifiers of everything that something leads to."""
    for relationship in thing.get("relationships", {}).values():
        data = relationship["data"]
        yield from data if isinstance(data, list) else [data] if data else []


def entry(person, number, which):
    """A participant of a booking, as somebody sees them."""
    included = person.read(f"/bookings/{number}", include="booking_participants")["included"]
    return {each["id"]: each["attributes"] for each in included}[participant(which)]


# All that the contract has


def unseen(meta):
    """What those who take part in a booking do not see of it."""
    return {"code"} if (meta or {}).get("participation_status") else set()


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (who, path)
        for who in ("jane", "max", "admin")
        for path in INCLUDES
        if (who, path) != ("admin", "/customer-account")
    ],
)
def test_whatever_is_shown_has_every_attribute_and_relationship_of_the_contract(world, schemas, who, path):
    for thing in things_in(document_at(getattr(world, who), path)):
        schema = SCHEMAS[thing["type"]]
        shown = set(thing["attributes"]) | unseen(thing.get("meta"))
        assert shown == set(schemas[f"{schema}Attributes"]["properties"]), schema
        relationships = schemas.get(f"{schema}Relationships", {}).get("properties", {})
        assert set(thing.get("relationships", {})) == set(relationships), schema


def test_every_type_has_been_seen(world):
    seen = {thing["type"] for path in INCLUDES for thing in things_in(document_at(world.jane, path))}

    assert seen == set(SCHEMAS) == set(TYPES) - {"webhook-subscriptions"}


@pytest.mark.parametrize("path", INCLUDES)
def test_everything_is_there_once_and_whatever_is_included_is_linked(world, path):
    things = things_in(document_at(world.jane, path))

    keys = [(thing["type"], thing["id"]) for thing in things]
    assert len(set(keys)) == len(keys)
    data = document_at(world.jane, path)["data"]
    primary = len(data) if isinstance(data, list) else 1
    linked = {(each["type"], each["id"]) for thing in things for each in linkage(thing)}
    assert set(keys[primary:]) <= linked


@pytest.mark.parametrize("path", INCLUDES)
def test_flattened_everything_is_at_one_level_and_relationships_are_what_is_included(world, schemas, path):
    answer = document_at(world.jane, path, headers=FLAT)

    data = answer["data"]
    for thing in data if isinstance(data, list) else [data]:
        schema = SCHEMAS[thing["type"]]
        attributes = set(schemas[f"{schema}Attributes"]["properties"])
        relationships = set(schemas.get(f"{schema}Relationships", {}).get("properties", {}))
        meta = {"meta"} if f"{schema}Meta" in schemas else set()
        included = {each.split(".")[0] for each in (INCLUDES[path] or "").split(",")} & relationships
        assert set(thing) | unseen(thing.get("meta")) == {"id", "type", *attributes, *meta, *included}


def test_fields_choose_attributes_and_relationships_and_the_rest_stays(jane):
    data = jane.read("/bookings/1001", **{"fields[bookings]": "number,order,nothing"})["data"]

    assert data["attributes"] == {"number": "BB20261001"}
    assert list(data["relationships"]) == ["order"]
    assert {"id", "type", "links", "meta"} <= set(data)


@pytest.mark.parametrize(
    ("path", "type_"),
    [("/bookings/1001", "bookings"), ("/orders/2001", "orders"), ("/invoices/3001", "invoices"),
     ("/resources/desk-1", "resources"), (f"/services/{service(1)}", "services")],
)  # fmt: skip
def test_fields_may_choose_nothing_at_all(jane, path, type_):
    data = jane.read(path, **{f"fields[{type_}]": ""})["data"]

    assert (data["attributes"], data["relationships"]) == ({}, {})


# A booking


def test_a_booking_says_what_the_documentation_says(printed):
    """The numbers are those of the pages: 199 with add-ons of 20 and 30 is 249."""
    data = printed.jane.booking(1001)

    assert (
        data["attributes"] | {"start_date": "2026-04-15T07:00:00+00:00", "charged_duration": 60} == data["attributes"]
    )
    amounts = [data["attributes"][name] for name in ("starting_fee", "subtotal", "total", "charged_total", "tax_rate")]
    assert amounts == [0, 199, 249, 249, 19]
    assert data["meta"]["booking_group_identifier"] == (
        f"resource:{resource(1)}-service:{service(2)}"
        "-startDate:2026-04-15T07:00:00+00:00-endDate:2026-04-15T08:00:00+00:00-"
    )
    assert data["relationships"]["cancellation_policy"]["data"]["id"] == policy(1)


@pytest.mark.parametrize(
    ("who", "status", "participation", "can_edit"),
    [("max", "accepted", None, True), ("jane", "invited", "invited", False), ("lena", "accepted", "accepted", False),
     ("admin", "accepted", None, True)],
)  # fmt: skip
def test_who_is_invited_sees_that_where_others_see_a_booking_that_stands(world, who, status, participation, can_edit):
    data = getattr(world, who).booking(1003)

    assert (data["attributes"]["status"], data["meta"]["participation_status"]) == (status, participation)
    assert data["attributes"]["can_edit"] is can_edit
    assert data["attributes"]["is_editable"] is True


def test_who_may_edit_is_told_so_once_they_take_part(world):
    assert world.max.booking(1022)["attributes"]["can_edit"] is True
    assert world.lena.booking(1022)["attributes"]["can_edit"] is False


def test_after_a_cancellation_everybody_sees_it_canceled(world):
    world.max.cancel(1003)

    assert [person.status(1003) for person in (world.jane, world.lena, world.max)] == ["canceled"] * 3


@pytest.mark.parametrize("number", [1002, 1005, 1006, 1007, 1008, 1010, 1020])
def test_what_is_not_accepted_or_stands_for_others_is_not_editable(world, number):
    assert world.admin.booking(number)["attributes"]["is_editable"] is False


def test_padding_is_shown_around_a_booking(jane):
    """Booking 1009 is on a service with a quarter of an hour on each side."""
    attributes = jane.booking(1009)["attributes"]

    assert (attributes["start_date"], attributes["end_date"]) == (shown(at(11, "10:00")), shown(at(11, "11:30")))
    assert attributes["blocker_start_date"] == shown(at(11, "09:45"))
    assert attributes["blocker_end_date"] == shown(at(11, "11:45"))
    assert attributes["charged_duration"] == 90
    assert jane.booking(1009)["meta"]["cancelable_until"] == shown(at(11, "08:00"))


def test_a_blocker_has_neither_customer_nor_service_nor_order(world):
    data = world.admin.booking(1020)

    assert data["attributes"]["is_blocker"] is True
    assert [data["relationships"][name]["data"] for name in ("customer", "service", "order")] == [None, None, None]
    assert data["meta"]["is_anonymous"] is False


def test_dates_of_a_series_know_their_master_and_the_other_dates(jane):
    master, date = jane.booking(1010), jane.booking(1012)

    def others(data):
        return [each["id"] for each in data["relationships"]["series_bookings"]["data"]]

    assert others(master) == ["1011", "1012", "1013", "1014"]
    assert others(date) == ["1011", "1013", "1014"]
    facts = ("is_series", "is_series_master", "series_id", "series_type")
    assert [master["attributes"][name] for name in facts] == [False, True, "1010", "recurring"]
    assert [date["attributes"][name] for name in facts] == [True, False, "1010", "recurring"]


def test_add_ons_have_the_price_they_had_then(jane):
    included = jane.read("/bookings/1001", include="booking_add_ons")["included"]

    assert {each["id"]: each["attributes"] for each in included} == {
        add_on_choice(1): {"quantity": 1, "single_price": 20, "total": 20},
        add_on_choice(2): {"quantity": 1, "single_price": 30, "total": 30},
    }


# Participants


def test_addresses_are_shown_to_those_who_edit_and_to_their_owners(world):
    seen = {who: entry(getattr(world, who), 1003, 1)["email"] for who in ("max", "jane", "lena", "admin")}

    assert seen == {"max": "jane@example.com", "jane": "jane@example.com", "lena": None, "admin": "jane@example.com"}


def test_a_participant_sees_their_own_answers_and_not_the_customers(world):
    answers = {field(1): "Vegan", field(2): "M", "email": "jane@example.com"}
    world.jane.post("/bookings/1004/personalization", answers)
    world.jane.post("/bookings/1004/edit-participants", {"participants": [{"email": "lena@example.com"}]})
    world.lena.post("/bookings/1004/accept-invite")

    def answered(person):
        data = person.booking(1004)
        return set(data["attributes"]["custom_entry_map"]), data["meta"]["personalization_name"]

    assert answered(world.lena) == (set(), None)
    assert answered(world.jane) == answered(world.admin) == ({field(1), field(2), field(3)}, "Jane Doe")


def test_an_answer_is_shown_with_its_question(jane):
    answers = {field(1): "Vegan", field(2): "M", "email": "jane@example.com"}
    jane.post("/bookings/1004/personalization", answers)

    assert jane.booking(1004)["attributes"]["custom_entry_map"][field(1)] == {
        "value": "Vegan",
        "formatted_value": "Vegan",
        "label": "Dietary preference",
        "type": "select",
    }


def test_the_order_of_a_booking_is_sent_along_to_its_customer_and_the_organisation(world):
    world.jane.post("/bookings/1001/edit-participants", {"participants": [{"email": "lena@example.com"}]})
    world.lena.post("/bookings/1001/accept-invite")

    sent = {}
    for who in ("jane", "lena", "admin"):
        document = getattr(world, who).read("/bookings/1001", include="order")
        assert document["data"]["relationships"]["order"]["data"]["id"] == "2001"
        sent[who] = len(document["included"])

    assert sent == {"jane": 1, "lena": 0, "admin": 1}


def test_a_note_is_the_organisations_own():
    booking = booked(1001, "10:00", "11:00", note="always late")
    order = Order(
        id=2000,
        number="BO000002000",
        access_token="x" * 30,
        status=OrderStatus.COMPLETED,
        account_id=None,
        customer_id=None,
        booking_ids=(1001,),
        currency="EUR",
        created_at=booking.created_at,
        updated_at=booking.updated_at,
    )

    with working(ROOM, HOURLY, booking, order) as work:
        shown_to = {
            viewer: one(booking, TYPES.view("bookings"), Context(work, viewer, ""))["data"]["attributes"]
            for viewer in (ORGANISATION, TERMINAL, STRANGER)
        }

    assert shown_to[ORGANISATION]["note"] == "always late"
    assert shown_to[TERMINAL]["note"] is None
    assert "note" not in shown_to[STRANGER]


# Orders and invoices


def test_an_order_says_what_the_documentation_says(printed):
    order = printed.jane.order(2001)

    attributes, meta = order["attributes"], order["meta"]
    assert [attributes[name] for name in ("total", "net_amount", "tax_amount")] == [249, 209.24, 39.76]
    assert meta["items"] == [
        {"title": "Workshop room", "quantity": 1, "single_net_amount": 167.23},
        {"title": "Flip chart", "quantity": 1, "single_net_amount": 16.81},
        {"title": "Coffee", "quantity": 1, "single_net_amount": 25.21},
    ]
    assert [meta[name] for name in ("paid_amount", "refunded_amount", "amount_due", "payment_url")] == [249, 0, 0, None]


def test_an_invoice_says_what_the_documentation_says(printed):
    invoice = printed.jane.read("/invoices/3001")["data"]["attributes"]

    assert invoice["formatted_number"] == "RE-2026-3001"
    assert invoice["vat_breakdown"] == [
        {"tax_rate": 19, "item_count": 3, "net_amount": 209.24, "tax_amount": 39.76, "gross_amount": 249}
    ]


@pytest.mark.parametrize("path", ["/orders", "/invoices"])
def test_net_amounts_and_taxes_add_up(world, path):
    for each in world.admin.read(path, **{"page[size]": 250})["data"]:
        shown_ = each["attributes"]
        assert round(shown_["net_amount"] + shown_["tax_amount"], 2) == shown_["total"]
        for line in shown_.get("vat_breakdown", ()):
            assert round(line["net_amount"] + line["tax_amount"], 2) == line["gross_amount"] == shown_["total"]


def test_the_access_token_is_for_the_customer_and_not_for_the_organisation(world):
    assert len(world.jane.order(2001)["attributes"]["access_token"]) == 30
    assert world.admin.order(2001)["attributes"]["access_token"] is None


def test_an_order_is_read_by_whoever_names_its_access_token(world):
    token = world.jane.order(2001)["attributes"]["access_token"]

    document = world.nobody.read("/orders/2001", oat=token, include="bookings")

    assert document["data"]["attributes"]["access_token"] == token
    assert document["included"][0]["attributes"]["code"] == world.jane.booking(1001)["attributes"]["code"]
    assert document["included"][0]["attributes"]["can_edit"] is False
    assert world.max.read("/orders/2001", oat=token)["data"]["id"] == "2001"


def test_what_is_open_can_be_paid_where_the_order_says(world):
    """Booking 1023 of Max has not been paid."""
    order = world.max.order(2023)
    assert order["meta"]["amount_due"] == 199
    assert order["meta"]["payment_url"] == "/api/v1/orders/2023/pay"

    token = order["attributes"]["access_token"]
    url = world.nobody.read("/orders/2023", oat=token)["data"]["meta"]["payment_url"]
    paid = world.nobody.client.request("POST", url.removeprefix(f"/~{world.name}/api/v1"))

    assert paid.status_code == 200
    assert world.max.order(2023)["meta"]["payment_url"] is None


def test_a_write_that_leaves_something_to_pay_says_so_to_who_pays(world):
    world.max.post(
        "/bookings/1023/edit-participants", {"participants": [{"email": "lena@example.com", "can_edit": True}]}
    )
    world.lena.post("/bookings/1023/accept-invite")

    answers = {
        who: getattr(world, who).post("/bookings/1023/edit-service-options", {"addons": []}).json()
        for who in ("max", "admin", "lena")
    }

    payment = {"amount_due": 199, "currency": "EUR", "payment_url": "/api/v1/orders/2023/pay"}
    assert {who: answer.get("meta") for who, answer in answers.items()} == {
        "max": payment,
        "admin": payment,
        "lena": None,
    }


def test_a_cart_adds_up_what_is_in_it_and_cannot_be_paid_yet(world):
    """Booking 1005 is in the cart of Max."""
    order = world.max.order(2005)

    assert (order["attributes"]["status"], order["attributes"]["total"]) == ("draft", 199)
    assert order["attributes"]["expires_at"] == shown(at(0, "01:15"))
    assert (order["meta"]["amount_due"], order["meta"]["payment_url"]) == (199, None)


@pytest.mark.parametrize(
    ("minor", "shown_as"),
    [(24900, 249), (12450, 124.5), (1, 0.01), (0, 0), (-12450, -124.5), (-100, -1), (10**11 + 1, 10**9 + 0.01)],
)
def test_amounts_are_in_major_units_and_whole_ones_have_no_decimals(minor, shown_as):
    assert amount(minor) == shown_as
    assert type(amount(minor)) is type(shown_as)
