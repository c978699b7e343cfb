"""Codes that open doors. Ada has visits left, Bola none, Chidi's pass covers no PREMIUM gym; now is day 0, 01:00 in Lagos."""

import base64
import re
import struct
import zlib

import pytest
import zxingcpp
from bardge_world import KEMI_TOKEN, day, ms, said, seconds

ADA, BOLA, CHIDI, KEMI, DAYO, FEMI = (
    {"client_id": f"client_{name}", "user_pass_id": f"brgpass_{name}_gym"}
    for name in ("ada", "bola", "chidi", "kemi", "dayo", "femi")
)
IRONWORKS, PULSE, SKYLINE, SERENITY = (
    "branch_ironworks_ikeja",
    "branch_pulse_lekki",
    "branch_skyline_ikoyi",
    "branch_serenity_vi",
)
VISITS = {"number_of_visits": 3, "duration": "MONTHLY"}
COPAY = {"copay_package_id": "copay_abc123"}


def ask(reseller, who, branch_id, *, token=None, **fields):
    return reseller.post("/access-codes", {**who, "provider_branch_id": branch_id, **fields}, token=token)


def answered(response):
    assert response.status_code == 201, response.text
    return response.json()


def session(reseller, who, branch_id):
    return answered(ask(reseller, who, branch_id))["session_id"]


def confirm(reseller, session_id, body):
    return reseller.post(f"/access-codes/{session_id}/confirm", body)


def refused(world, refusal, act):
    """A refusal that leaves everything as it was."""
    before = world.everything()
    response = act()
    assert said(response) == refusal
    assert world.everything() == before
    return response.json()["error"]["message"]


def text_of(picture):
    """What a QR code says, a data URI of a PNG with one bit for each pixel."""
    kind, _, data = picture.partition(",")
    assert kind == "data:image/png;base64"
    png = base64.b64decode(data, validate=True)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place, pixels, size = 8, b"", 0
    while place < len(png):
        length, name = struct.unpack(">I4s", png[place : place + 8])
        chunk = png[place + 8 : place + 8 + length]
        if name == b"IHDR":
            size, height, depth, *_ = struct.unpack(">IIBBBBB", chunk)
            assert (height, depth) == (size, 1)
        if name == b"IDAT":
            pixels += chunk
        place += length + 12
    grey = b"".join(bytes(255 * (row[x // 8] >> (7 - x % 8) & 1) for x in range(size)) for row in rows_of(pixels, size))
    shown = memoryview(grey).cast("B", (size, size))
    (code,) = zxingcpp.read_barcodes(shown, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    return code.text


def rows_of(pixels, size):
    """The lines of a picture: each is there as it is, or as what differs from the one above it."""
    lines, width = zlib.decompress(pixels), (size + 7) // 8
    row = bytes(width)
    for start in range(0, len(lines), 1 + width):
        kind, line = lines[start], lines[start + 1 : start + 1 + width]
        assert kind in {0, 2}
        row = line if kind == 0 else bytes((here + above) % 256 for here, above in zip(line, row, strict=True))
        yield row


# A code at once


def test_what_the_pass_covers_and_has_visits_for_gets_a_code(alpha):
    """BG-C01, BG-C02."""
    shown = answered(ask(alpha, ADA, IRONWORKS))

    assert re.fullmatch(r"acode_[A-Za-z0-9]{16}", shown.pop("id"))
    assert re.fullmatch(r"[A-Z0-9]{10}", shown.pop("access_code"))
    assert shown.pop("qr_code")
    assert shown.pop("message")
    assert shown == {
        "object": "access_code",
        "expires_at": ms(1, "00:00") - 1,
        "client_id": "client_ada",
        "provider_branch_id": IRONWORKS,
    }


def test_the_picture_says_what_the_code_says(alpha):
    """BG-C05."""
    shown = answered(ask(alpha, ADA, IRONWORKS))

    assert text_of(shown["qr_code"]) == shown["access_code"]


@pytest.mark.parametrize("clock", ["00:00", "23:59"])
def test_a_day_is_one_of_lagos(world, clock):
    """BG-C02. Days of UTC begin an hour later."""
    world.go_to(1, clock)

    assert answered(ask(world.alpha, ADA, IRONWORKS))["expires_at"] == ms(2, "00:00") - 1


def test_each_request_gives_another_code(alpha):
    """BG-C03."""
    first, second = (answered(ask(alpha, ADA, IRONWORKS)) for _ in range(2))

    assert first["access_code"] != second["access_code"]
    assert first["id"] != second["id"]


def test_a_code_takes_nothing_and_books_nothing(world):
    """BG-C04."""
    before = world.everything()

    answered(ask(world.alpha, ADA, IRONWORKS))

    assert world.everything() == before


def test_at_a_spa_every_valid_pass_gets_its_code(alpha):
    """BG-C09."""
    for who in (ADA, BOLA, {"client_id": "client_efe", "user_pass_id": "brgpass_efe_spa"}):
        assert "access_code" in answered(ask(alpha, who, SERENITY))


def test_a_client_of_another_reseller_gets_a_code_with_a_token(alpha):
    """BG-C10."""
    assert answered(ask(alpha, KEMI, IRONWORKS, token=KEMI_TOKEN))["client_id"] == "client_kemi"


def test_names_that_are_sent_are_the_clients(alpha):
    answered(ask(alpha, ADA, IRONWORKS, first_name="Adaeze"))

    shown = alpha.read("/clients/client_ada")
    assert (shown["first_name"], shown["last_name"]) == ("Adaeze", "Obi")


# What has to be bought


def test_where_no_visit_is_left_visits_are_asked_for(world):
    """BG-C07."""
    shown = answered(ask(world.alpha, BOLA, IRONWORKS))

    assert re.fullmatch(r"sess_[A-Za-z0-9]{16}", shown.pop("session_id"))
    assert shown.pop("message")
    assert shown == {
        "object": "access_code_session",
        "copay_required": False,
        "additional_visits_required": True,
        "cost_per_visit": 150_000,
        "currency": "NGN",
        "expires_at": seconds(0, "01:15"),
    }


def test_a_gym_that_is_not_covered_asks_for_a_copay(alpha):
    """BG-C08."""
    shown = answered(ask(alpha, CHIDI, PULSE))

    assert (shown["copay_required"], shown["additional_visits_required"]) == (True, False)
    assert [each["id"] for each in shown["copay_options"]] == ["copay_abc123", "copay_pulse_year"]


def test_a_gym_without_packages_refuses_whom_the_pass_does_not_cover(world):
    """BG-C06."""
    refused(world, (403, "permission_denied"), lambda: ask(world.alpha, CHIDI, SKYLINE))


@pytest.mark.parametrize(
    ("who", "branch_id", "refusal"),
    [
        (ADA, "branch_nothing", (404, "resource_not_found")),
        ({**ADA, "client_id": "client_nobody"}, IRONWORKS, (404, "resource_not_found")),
        ({**ADA, "user_pass_id": BOLA["user_pass_id"]}, IRONWORKS, (404, "pass_not_found")),
        (KEMI, "branch_nothing", (404, "resource_not_found")),
        (KEMI, IRONWORKS, (403, "permission_denied")),
        (DAYO, IRONWORKS, (403, "pass_expired")),
        (FEMI, SERENITY, (403, "pass_cancelled")),
    ],
)
def test_venue_client_and_pass_have_to_be_there_and_good(world, who, branch_id, refusal):
    """BG-A06, BG-A08, BG-A09, BG-A13, BG-N50, BG-N51."""
    refused(world, refusal, lambda: ask(world.alpha, who, branch_id))


def test_a_pass_that_begins_later_opens_nothing(world):
    """BG-N52."""
    later = {"pass_id": "pass_gym_standard", "client_id": "client_ada", "first_name": "Ada", "last_name": "Obi"}
    pass_id = answered(world.alpha.post("/issued_passes", {**later, "start_date": ms(1, "00:00")}))["id"]

    refused(world, (403, "permission_denied"), lambda: ask(world.alpha, {**ADA, "user_pass_id": pass_id}, IRONWORKS))


# Buying it


def test_visits_that_are_bought_are_the_passes_and_the_code_takes_none(world):
    """BG-C20."""
    shown = answered(confirm(world.alpha, session(world.alpha, BOLA, IRONWORKS), VISITS))

    assert text_of(shown["qr_code"]) == shown["access_code"]
    (category,) = world.alpha.issued_pass(BOLA["user_pass_id"])["categories"]
    assert (category["visits_allowed"], category["visits_used"]) == (11, 8)
    assert world.debits() == [3 * 150_000]
    assert "access_code" in answered(ask(world.alpha, BOLA, IRONWORKS))


def test_a_package_that_is_bought_is_the_clients(world):
    """BG-C21."""
    shown = answered(confirm(world.alpha, session(world.alpha, CHIDI, PULSE), COPAY))

    assert re.fullmatch(r"[A-Z0-9]{10}", shown["access_code"])
    assert world.debits() == [900_000]
    assert "access_code" in answered(ask(world.alpha, CHIDI, PULSE))
    assert "booking_id" in world.alpha.book_class(*CHIDI.values(), "ci_reformer_open").json()


def test_a_session_is_confirmed_once_and_within_a_quarter_of_an_hour(world):
    """BG-F01, BG-F02."""
    used, late = (session(world.alpha, BOLA, IRONWORKS) for _ in range(2))
    answered(confirm(world.alpha, used, VISITS))

    refused(world, (409, "session_already_confirmed"), lambda: confirm(world.alpha, used, VISITS))
    world.wait(minutes=15)
    refused(world, (409, "session_expired"), lambda: confirm(world.alpha, late, VISITS))


@pytest.mark.parametrize("body", [{}, COPAY, {**VISITS, **COPAY}, {"number_of_visits": 1}])
def test_a_session_takes_what_it_asks_for_alone(world, body):
    """BG-F03."""
    session_id = session(world.alpha, BOLA, IRONWORKS)

    refused(world, (400, "validation_error"), lambda: confirm(world.alpha, session_id, body))


def test_sessions_of_classes_and_of_appointments_are_not_found(world):
    """BG-C22."""
    of_class = world.alpha.book_class(*CHIDI.values(), "ci_reformer_open").json()["session_id"]
    slot = {"provider_branch_id": SERENITY, "service_ids": ["svc_deep_tissue"], "date": day(4), "time": "12:00"}
    of_spa = answered(world.alpha.post("/bookings/spa", {**CHIDI, **slot}))["session_id"]

    for session_id in (of_class, of_spa, "sess_nothing"):
        refused(
            world,
            (404, "resource_not_found"),
            lambda session_id=session_id: confirm(world.alpha, session_id, COPAY),
        )


@pytest.mark.parametrize(
    ("who", "branch_id", "body", "other", "same"),
    [
        (BOLA, IRONWORKS, VISITS, "pass_spa_monthly", "pass_gym_unlimited"),
        (CHIDI, PULSE, COPAY, "pass_all_year", "pass_gym_unlimited"),
    ],
    ids=["covered no longer", "covered by now"],
)
def test_a_pass_that_covers_something_else_by_now_buys_nothing(world, who, branch_id, body, other, same):
    """BG-F12."""
    session_id = session(world.alpha, who, branch_id)

    world.alpha.put_under(who["user_pass_id"], other)
    refused(world, (400, "validation_error"), lambda: confirm(world.alpha, session_id, body))

    world.alpha.put_under(who["user_pass_id"], same)
    answered(confirm(world.alpha, session_id, body))


def test_a_pass_that_is_over_since_opens_nothing(world):
    """BG-N50."""
    session_id = session(world.alpha, BOLA, IRONWORKS)
    pass_id = BOLA["user_pass_id"]
    world.alpha.post(f"/issued_passes/{pass_id}/expiry", {"expires_at": ms(0, "01:05")})
    world.wait(minutes=5)

    refused(world, (403, "pass_expired"), lambda: confirm(world.alpha, session_id, VISITS))


@pytest.mark.parametrize(
    ("who", "branch_id", "body", "price"), [(BOLA, IRONWORKS, VISITS, 450_000), (CHIDI, PULSE, COPAY, 900_000)]
)
def test_what_the_business_account_does_not_cover_is_not_bought(open_world, who, branch_id, body, price):
    """BG-D10."""
    poor = open_world(settings={"business_balance": price - 1})
    session_id = session(poor.alpha, who, branch_id)

    refused(poor, (400, "insufficient_balance"), lambda: confirm(poor.alpha, session_id, body))
