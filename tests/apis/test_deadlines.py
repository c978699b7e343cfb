"""A deadline that is listed is one: at it something is possible, and a second later it is too late."""

import pytest
from doubles import Client, ManualClock

from mockserver.app import build_app
from mockserver.settings import Settings

JSON_API = {"Content-Type": "application/vnd.api+json"}
BARDGE = "/bardge/v3/api/business/reseller"


@pytest.fixture(scope="module")
def app():
    app = build_app(Settings(allowed_hosts=("sandbox",)), clock=ManualClock())
    yield app
    app.store.close()


def cancel_appointment(client):
    body = {"booking_id": 123, "merchant_name": "spa-retreat"}
    return client.as_("TOKEN").request("DELETE", "/appointments/bookings/customer/123", json=body).status_code


def cancel_booking(client):
    return client.as_("anny_customer_jane").get("/anny/api/v1/bookings/1001/cancel", headers=JSON_API).status_code


def fee_of_cancelling(client):
    shown = client.as_("anny_customer_jane").get("/anny/api/v1/bookings/1001/cancellation-preview", headers=JSON_API)
    return shown.json()["data"]["attributes"]["fee_amount"]


def use_token(client):
    headers = {"Bardge-Lookup-Token": "lkpt_abc123"}
    return client.as_("brg_live_alpha_demo").get(f"{BARDGE}/clients/client_kemi", headers=headers).status_code


def status_of_pass(client):
    return client.as_("brg_live_alpha_demo").get(f"{BARDGE}/issued_passes/brgpass_ada_gym").json()["status"]


@pytest.mark.parametrize(
    ("api", "subject", "action", "ask", "in_time", "too_late"),
    [
        ("appointments", ("booking", 123), "cancel", cancel_appointment, 200, 409),
        ("anny", ("booking", 1001), "cancel", cancel_booking, 200, 422),
        ("bardge", ("lookup", "lkp_kemi"), "use", use_token, 200, 403),
        ("bardge", ("issued_pass", "brgpass_ada_gym"), "use", status_of_pass, "ACTIVE", "EXPIRED"),
    ],
)
def test_up_to_a_deadline_something_is_possible_and_a_second_later_it_is_not(
    app, api, subject, action, ask, in_time, too_late
):
    found: list[object] = []
    for offset in ("-PT1S", "PT1S"):
        name = f"{api}-{subject[0]}-{len(found)}".replace("_", "-")
        Client(app, base="/_sandbox").post("/sandboxes", {"name": name, "scenario": f"{api}/documentation"})
        control = Client(app, base=f"/_sandbox/sandboxes/{name}")
        due = [
            each
            for each in control.get("/due?kind=deadline&limit=200").json()["due"]
            if (each["api"], each["subject"]["kind"], each["subject"]["id"]) == (api, *subject)
        ]
        (wanted,) = [each for each in due if each["action"] == action]
        assert control.post("/clock/to", {"due": wanted["id"], "offset": offset}).status_code == 200
        found.append(ask(Client(app, base=f"/~{name}")))

    assert found == [in_time, too_late]


def test_the_fee_of_cancelling_rises_after_the_end_of_a_tier(app):
    Client(app, base="/_sandbox").post("/sandboxes", {"name": "tiers", "scenario": "anny/documentation"})
    control, client = Client(app, base="/_sandbox/sandboxes/tiers"), Client(app, base="/~tiers")
    ends = [
        each["id"]
        for each in control.get("/due?kind=deadline&limit=200").json()["due"]
        if each["subject"]["id"] == 1001 and each["action"] == "cancel_at_this_fee"
    ]

    fees = []
    for end in ends:
        control.post("/clock/to", {"due": end})
        fees.append(fee_of_cancelling(client))
    control.post("/clock/advance", {"seconds": 1})
    fees.append(fee_of_cancelling(client))

    assert len(fees) > 1
    assert fees == sorted(set(fees))
