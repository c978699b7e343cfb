"""Lives of bookings; those of anny, which has most of it, are tested there."""

import pytest
from bardge_world import at as lagos
from doubles import Client

BOOKING = {"date": "2026-11-30", "time_slot_id": 456, "customer_email": "q@example.com"}


def steps(said):
    return [(each["event"], each["from"], each["to"]) for each in said["path"]]


def test_a_booking_of_reservekit_from_its_creation_to_its_deletion(control, reservekit_in):
    client = reservekit_in("mine")
    number = client.post("/bookings", BOOKING).json()["data"]["id"]
    client.patch(f"/bookings/{number}", {"status": "confirmed"})
    client.patch(f"/bookings/{number}", {"message": "Window seat"})
    alive = control.get(f"/sandboxes/mine/history/reservekit/{number}").json()
    client.delete(f"/bookings/{number}")

    gone = control.get(f"/sandboxes/mine/history/reservekit/{number}").json()

    assert steps(alive) == [
        ("create", None, "pending"),
        ("confirmed", "pending", "confirmed"),
        ("updateBooking", "confirmed", "confirmed"),
    ]
    assert (alive["status"], alive["label"], alive["ledger"]) == ("confirmed", "q@example.com", [])
    assert steps(gone)[3:] == [("delete", "confirmed", None)]
    assert (gone["status"], gone["is_whole"]) == (None, True)


def test_a_booking_of_appointments_has_its_path(control):
    jane = Client(control.app, base="/appointments").as_("customer_jane.mine")
    control.post("/sandboxes", {"name": "mine", "scenario": "appointments/documentation-empty"})
    made = jane.post(
        "/bookings/customer",
        {
            "merchant_name": "spa-retreat",
            "location_id": 456,
            "service_id": 123,
            "timeStamp": "2026-03-16T11:00:00-07:00",
        },
    )
    number = made.headers["location"].rpartition("/")[2]
    jane.request(
        "DELETE", f"/bookings/customer/{number}", json={"booking_id": int(number), "merchant_name": "spa-retreat"}
    )

    said = control.get(f"/sandboxes/mine/history/appointments/{number}").json()

    assert steps(said) == [("create", None, "booked"), ("cancel", "booked", "cancelled")]
    assert said["from"] == "2026-03-16T18:00:00Z"


def test_a_booking_of_bardge_is_accepted_by_time_and_tells_what_it_took(build):
    app = build(apis=("bardge",))
    control = Client(app, base="/_sandbox")
    setup = {"name": "mine", "clock": lagos(0, "01:00"), "epoch": lagos(0, "01:00"), "frozen": True}
    assert control.post("/sandboxes", setup).status_code == 201
    alpha = Client(app, base="/v3/api/business/reseller").as_("brg_live_alpha_demo.mine")
    body = {
        "provider_branch_id": "branch_serenity_vi",
        "service_ids": ["svc_deep_tissue"],
        "date": "2026-03-09",
        "time": "14:00",
        "client_id": "client_funke",
        "user_pass_id": "brgpass_funke_spa",
    }
    session = alpha.post("/bookings/spa", body).json()["session_id"]
    alpha.post(f"/bookings/spa/{session}/confirm")
    (number,) = [
        each["id"]
        for each in control.get("/sandboxes/mine/state/bardge/booking?limit=200").json()["documents"]
        if each["starts_at"] == "2026-03-09T13:00:00Z"
    ]
    alpha.get(f"/bookings/{number}/status")
    alpha.post(f"/bookings/{number}/cancel")

    said = control.get(f"/sandboxes/mine/history/bardge/{number}").json()

    assert steps(said) == [
        ("create", None, "pending"),
        ("accept", "pending", "confirmed"),
        ("cancel", "confirmed", "cancelled"),
    ]
    assert [each["entry"] for each in said["path"]] == [2, None, 4]
    assert sum(line["owed"] for line in said["ledger"]) == sum(line["paid"] for line in said["ledger"]) == 0


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/sandboxes/nobody/history/reservekit/789", 'there is no sandbox "nobody"'),
        ("/sandboxes/default/history/reservkit/789", 'there is no API "reservkit"; did you mean "reservekit"?'),
        ("/sandboxes/default/history/reservekit/999999", 'there is no reservekit booking "999999"'),
        ("/sandboxes/default/history/reservekit/abc", 'there is no reservekit booking "abc"'),
    ],
)
def test_what_is_not_there_is_a_404_that_names_it(control, path, said):
    answer = control.get(path)

    assert answer.status_code == 404
    assert answer.json()["error"]["message"].startswith(said)


def test_an_api_without_histories_says_which_have_one(toy):
    answer = Client(toy, base="/_sandbox").get("/sandboxes/default/history/toy/1")

    assert answer.status_code == 404
    assert "API with histories" in answer.json()["error"]["message"]
