"""What resources look like, and to whom."""

import pytest
from anny_world import at, resource, service, shown
from harbour import HOURLY, ROOM, booked, working

from mockserver.apis.anny.documents import one
from mockserver.apis.anny.records import Order, OrderStatus
from mockserver.apis.anny.types import TYPES, Context, amount
from mockserver.apis.anny.viewers import ORGANISATION, STRANGER, TERMINAL

# A booking


def test_a_booking_has_the_group_of_the_documentation(open_world):
    meta = open_world("documentation").jane.booking(1001)["meta"]

    assert meta["booking_group_identifier"] == (
        f"resource:{resource(1)}-service:{service(2)}"
        "-startDate:2026-04-15T07:00:00+00:00-endDate:2026-04-15T08:00:00+00:00-"
    )


def test_a_blocker_has_neither_customer_nor_service_nor_order(world):
    related = world.admin.booking(1020)["relationships"]

    assert [related[name]["data"] for name in ("customer", "service", "order")] == [None, None, None]


def test_until_when_a_booking_can_be_canceled_stands_in_its_meta(jane):
    assert jane.booking(1009)["meta"]["cancelable_until"] == shown(at(11, "08:00"))


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


def test_an_order_says_when_it_was_made_and_changed(world):
    made_at = world.jane.order(2001)["attributes"]["created_at"]
    world.wait(hours=1)
    world.jane.post("/bookings/1001/edit-service-options", {"addons": []})

    order = world.jane.order(2001)["attributes"]

    assert (order["created_at"], order["updated_at"]) == (made_at, world.now())


def test_an_order_is_read_by_whoever_names_its_access_token(world):
    token = world.jane.order(2001)["attributes"]["access_token"]

    document = world.nobody.read("/orders/2001", oat=token, include="bookings")

    assert document["included"][0]["attributes"]["code"] == world.jane.booking(1001)["attributes"]["code"]
    assert document["included"][0]["attributes"]["can_edit"] is False
    assert world.max.get("/orders/2001", oat=token).status_code == 200


def test_what_is_open_can_be_paid_where_the_order_says(world):
    """Booking 1023 of Max has not been paid."""
    order = world.max.order(2023)
    assert order["meta"]["amount_due"] == 199
    assert order["meta"]["payment_url"].endswith("/api/v1/orders/2023/pay")

    token = order["attributes"]["access_token"]
    url = world.nobody.read("/orders/2023", oat=token)["data"]["meta"]["payment_url"]
    paid = world.nobody.client.request("POST", url.partition(f"/~{world.name}/api/v1")[2])

    assert paid.status_code == 200
    assert world.max.order(2023)["meta"]["payment_url"] is None


def test_a_write_that_leaves_something_to_pay_says_so_to_who_pays(world):
    world.max.post(
        "/bookings/1023/edit-participants", {"participants": [{"email": "lena@example.com", "can_edit": True}]}
    )
    world.lena.post("/bookings/1023/accept-invite")

    answers = {
        "max": world.max.post("/bookings/1023/edit-service-options", {"addons": []}),
        "admin": world.admin.post("/bookings/1023/edit-service-options", {"addons": []}),
        "lena": world.lena.post("/bookings/1023/edit-participants", {"participants": [{"email": "lena@example.com"}]}),
    }

    assert {who: "meta" in answer.json() for who, answer in answers.items()} == {
        "max": True,
        "admin": True,
        "lena": False,
    }
    payment = answers["max"].json()["meta"]
    assert (payment["amount_due"], payment["currency"]) == (199, "EUR")
    assert payment["payment_url"].endswith("/api/v1/orders/2023/pay")


@pytest.mark.parametrize(
    ("minor", "shown_as"),
    [(24900, 249), (12450, 124.5), (1, 0.01), (0, 0), (-12450, -124.5), (-100, -1), (10**11 + 1, 10**9 + 0.01)],
)
def test_amounts_are_in_major_units_and_whole_ones_have_no_decimals(minor, shown_as):
    assert amount(minor) == shown_as
    assert type(amount(minor)) is type(shown_as)
