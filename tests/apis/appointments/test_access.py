"""Who may call what, under which addresses, and what is refused before anything is asked of a desk."""

import pytest
from doubles import MONDAY, Client

from mockserver.app import load_spec
from mockserver.sandbox.records import Setup

JANE = "550e8400-e29b-41d4-a716-446655440000"
GONE = 2_147_483_647
SPAN = {"from_date": "2026-03-16T16:00:00Z", "to_date": "2026-03-16T17:00:00Z"}
BLOCK = {"name": "Lunch", **SPAN, "all_day": False}
BOOKING = {"merchant_name": "spa-retreat", "service_id": 123, "location_id": 456, "timeStamp": "2026-03-16T16:00:00Z"}
FOR_CUSTOMERS = {"service_id": 123, "timestamp": "2026-03-16T16:00:00Z", "customers": [], "is_recurring": False}
RANGE = "?start=2026-03-01T00:00:00Z&end=2026-03-31T23:59:59Z"
MASSAGE = "/merchants/spa-retreat/locations/456/services/123"

CALLS = {
    "createCustomerBooking": ("POST", "/bookings/customer", BOOKING),
    "getCustomerBooking": ("GET", "/bookings/customer/123", None),
    "cancelCustomerBooking": ("DELETE", "/bookings/customer/123", {"booking_id": 123, "merchant_name": "spa-retreat"}),
    "createMerchantBooking": ("POST", "/bookings/merchant", FOR_CUSTOMERS),
    "updateMerchantBooking": ("PATCH", "/bookings/merchant/123", {"merchant_note": "", **SPAN}),
    "cancelMerchantBooking": ("DELETE", "/bookings/merchant/123", {"cancellation_reason": ""}),
    "listCalendarEvents": ("GET", f"/bookings/calendar/events{RANGE}", None),
    "getMerchant": ("GET", "/merchants/spa-retreat", None),
    "getMerchantService": ("GET", MASSAGE, None),
    "getServiceSummary": ("GET", f"{MASSAGE}/summary", None),
    "listAvailability": ("GET", f"{MASSAGE}/availability{RANGE}", None),
    "getNextAvailability": ("GET", f"{MASSAGE}/availability/next", None),
    "getDisabledDays": ("GET", f"{MASSAGE}/availability/disabled-days", None),
    "listTeam": ("GET", "/merchant/team", None),
    "getTeamMember": ("GET", "/merchant/team/789", None),
    "listCalendarServices": ("GET", "/merchant/calendar/services", None),
    "listCustomers": ("GET", "/merchant/customers", None),
    "createCustomer": ("POST", "/merchant/customers", {"first_name": "Vera", "last_name": "Lind"}),
    "getCustomer": ("GET", f"/merchant/customers/{JANE}", None),
    "blacklistCustomer": ("PUT", f"/merchant/customers/{JANE}/blacklist", {"id": JANE}),
    "unblacklistCustomer": ("DELETE", f"/merchant/customers/{JANE}/blacklist", None),
    "createBlockedTime": ("POST", "/merchant/blocked-times", BLOCK),
    "updateBlockedTime": ("PUT", "/merchant/blocked-times/456", {"id": 456, **BLOCK}),
    "deleteBlockedTime": ("DELETE", "/merchant/blocked-times/456", None),
    "listBlockedTimeTypes": ("GET", "/merchant/blocked-time-types", None),
}
"""One call of each operation that is answered, in the world of the pages."""

OPEN = {
    "getMerchant",
    "getMerchantService",
    "getServiceSummary",
    "listAvailability",
    "getNextAvailability",
    "getDisabledDays",
}
OF_CUSTOMERS = {"createCustomerBooking", "getCustomerBooking", "cancelCustomerBooking"}
CLOSED = [name for name in CALLS if name not in OPEN]
OF_MERCHANTS = [name for name in CLOSED if name not in OF_CUSTOMERS]
WITH_BODY = [name for name, (_, _, body) in CALLS.items() if body is not None]
READS = [name for name, (method, _, _) in CALLS.items() if method == "GET"]
NOT_AN_EMPLOYEE = (403, "this operation needs a merchant's token")


def state(world):
    """All that a merchant can see."""
    return world.owner.calendar(include_cancelled=True), world.owner.read("/merchant/customers")


def test_there_is_a_call_of_every_operation():
    paths = load_spec("appointments")["paths"]
    operations = [
        definition["operationId"]
        for item in paths.values()
        for definition in item.values()
        if isinstance(definition, dict) and "operationId" in definition
    ]

    assert sorted(operations) == sorted(CALLS)


# Tokens


@pytest.mark.parametrize("name", CALLS)
def test_every_call_is_answered_to_whom_it_is_for(printed, name):
    person = printed.nobody if name in OPEN else printed.jane if name in OF_CUSTOMERS else printed.owner

    assert person.ask(*CALLS[name]).response.status_code in {200, 201}


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize(
    ("header", "text"),
    [
        (None, "Authorization header is missing"),
        ("customer_jane", "Authorization header is malformed"),
        ("Bearer nobody", "token is invalid or expired"),
    ],
)
def test_without_a_token_that_works_nothing_happens(printed, name, header, text):
    before = state(printed)

    answer = printed.nobody.ask(*CALLS[name], headers={"Authorization": header})

    assert answer.said == (401, text)
    assert state(printed) == before


def test_the_token_is_asked_for_before_ids_bodies_and_content_types(quiet):
    for method, path, options in (
        ("GET", "/bookings/customer/nonsense", {}),
        ("POST", "/bookings/customer", {"content": b"{", "headers": {"Content-Type": "text/plain"}}),
        ("GET", "/bookings/calendar/events", {}),
    ):
        assert quiet.nobody.ask(method, path, **options).said == (401, "Authorization header is missing")


@pytest.mark.parametrize("name", sorted(OPEN))
def test_the_catalogue_is_the_same_for_everybody(printed, name):
    assert printed.nobody.ask(*CALLS[name]).response.json() == printed.jane.ask(*CALLS[name]).response.json()


@pytest.mark.parametrize("name", OF_MERCHANTS)
def test_a_customer_does_not_do_what_employees_do(printed, name):
    before = state(printed)

    assert printed.jane.ask(*CALLS[name]).said == NOT_AN_EMPLOYEE
    assert state(printed) == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"/merchant/team/{GONE}", None),
        ("GET", "/merchant/customers/99999999-9999-4999-8999-999999999999", None),
        ("PUT", f"/merchant/customers/{JANE}/blacklist", {"id": "99999999-9999-4999-8999-999999999999"}),
        ("DELETE", "/merchant/customers/99999999-9999-4999-8999-999999999999/blacklist", None),
        ("POST", "/merchant/blocked-times", {**BLOCK, "to_date": BLOCK["from_date"]}),
        ("PUT", f"/merchant/blocked-times/{GONE}", {"id": 456, **BLOCK}),
        ("DELETE", f"/merchant/blocked-times/{GONE}", None),
        ("GET", "/bookings/calendar/events?start=2026-03-02T00:00:00Z&end=2026-03-01T00:00:00Z", None),
        ("POST", "/bookings/merchant", {**FOR_CUSTOMERS, "service_id": GONE}),
    ],
)
def test_a_customer_hears_so_before_anything_is_looked_for(printed, method, path, body):
    assert printed.jane.ask(method, path, body).said == NOT_AN_EMPLOYEE


@pytest.mark.parametrize("name", ["updateMerchantBooking", "cancelMerchantBooking"])
def test_a_customer_hears_first_that_a_booking_never_was(printed, name):
    method, path, body = CALLS[name]

    assert printed.jane.ask(method, path.replace("123", str(GONE)), body).said == (404, "booking not found")


@pytest.mark.parametrize("name", [name for name in WITH_BODY if name in OF_MERCHANTS])
def test_a_customer_hears_first_what_is_wrong_with_the_body(printed, name):
    method, path, _ = CALLS[name]

    status, text = printed.jane.ask(method, path, {}).said

    assert (status, text.endswith(": is required")) == (400, True)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("updateMerchantBooking", (403, "not authorized to access this booking")),
        ("cancelMerchantBooking", (403, "not authorized to access this booking")),
        ("updateBlockedTime", (403, "not authorized to access this blocked time")),
        ("deleteBlockedTime", (403, "not authorized to access this blocked time")),
        ("getTeamMember", (404, "team member not found")),
        ("getCustomer", (404, "customer not found")),
        ("blacklistCustomer", (404, "customer not found")),
        ("unblacklistCustomer", (404, "customer not found")),
        ("createMerchantBooking", (404, "service not found")),
    ],
)
def test_an_employee_of_another_merchant_changes_nothing(printed, name, said):
    before = state(printed)

    assert printed.stranger.ask(*CALLS[name]).said == said
    assert state(printed) == before


def test_the_printed_token_is_a_customer_and_an_employee_at_once(printed):
    both = printed.enter("TOKEN")

    assert both.booking(123)["service_name"] == "Deep Tissue Massage"
    assert [row["id"] for row in both.rows()] == [123]


def test_what_people_are_shown_to_try_first_works_in_a_new_sandbox(appointments):
    (api,) = [each for each in appointments.app.apis if each.name == "appointments"]
    sample = api.sample(MONDAY.date())

    assert appointments.request(sample.method, sample.path, json=sample.body).status_code == 201


# Addresses


@pytest.mark.parametrize("name", READS)
def test_both_base_paths_answer_alike(printed, name):
    method, path, body = CALLS[name]
    person = printed.jane if name == "getCustomerBooking" else printed.owner

    assert person.ask(method, f"/api/v1{path}", body).response.json() == person.ask(method, path, body).response.json()


@pytest.mark.parametrize("base", ["", "/api/v1"])
@pytest.mark.parametrize(
    ("name", "person", "read"),
    [
        ("createCustomerBooking", "jane", "GET"),
        ("createMerchantBooking", "owner", "DELETE"),
        ("createCustomer", "owner", "GET"),
        ("createBlockedTime", "owner", "DELETE"),
    ],
)
def test_location_can_be_followed_as_it_stands(quiet, base, name, person, read):
    method, path, body = CALLS[name]
    client = getattr(quiet, person).client

    made = client.request(method, base + path, json=body)
    there = made.headers["location"].removeprefix("/appointments")

    assert there.startswith(f"{base}{path}/")
    assert client.request(read, there, json={"cancellation_reason": ""}).status_code == 200


def test_a_sandbox_in_the_path_stays_in_location(quiet):
    answer = (
        Client(quiet.app, base=f"/~{quiet.name}/appointments/api/v1")
        .as_("customer_jane")
        .post("/bookings/customer", BOOKING)
    )

    assert answer.headers["location"] == f"/~{quiet.name}/appointments/api/v1/bookings/customer/123"


@pytest.mark.parametrize("base", ["", "/api/v1"])
def test_alone_the_api_stands_where_the_vendor_has_it(build, base):
    app = build(apis=("appointments",))
    app.sandboxes.create("docs", Setup(scenario="appointments/documentation-empty"))
    jane = Client(app, base=base).as_("customer_jane.docs")

    made = jane.post("/bookings/customer", BOOKING)

    assert (made.status_code, made.headers["location"]) == (201, f"{base}/bookings/customer/123")
    assert jane.get("/bookings/customer/123").status_code == 200
    assert Client(app).get("/nonsense").json() == {"error": {"message": "not found"}}


# Refused at the door


@pytest.mark.parametrize("path", ["/nonsense", "/", "/api/v1", "/api/v2/merchant/team", "/bookings", "/merchant/team/"])
def test_an_unknown_path_is_not_found_with_or_without_a_token(quiet, path):
    for person in (quiet.nobody, quiet.owner):
        assert person.ask("GET", path).said == (404, "not found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/bookings/customer", {"POST"}),
        ("POST", "/bookings/customer/123", {"GET", "DELETE"}),
        ("GET", "/bookings/merchant/123", {"PATCH", "DELETE"}),
        ("DELETE", "/merchants/spa-retreat", {"GET"}),
        ("PATCH", "/api/v1/merchant/blocked-times/456", {"PUT", "DELETE"}),
    ],
)
def test_a_method_a_path_does_not_have_is_refused_with_those_it_has(quiet, method, path, allowed):
    for person in (quiet.nobody, quiet.owner):
        answer = person.ask(method, path)

        assert answer.said == (405, "method not allowed")
        assert set(answer.response.headers["allow"].split(", ")) - {"HEAD", "OPTIONS"} == allowed


@pytest.mark.parametrize("name", WITH_BODY)
@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "the body is empty, JSON is needed"),
        (b"{", "the body is not valid JSON: Input data was truncated"),
        (b"{} {}", "the body is not valid JSON: trailing characters (byte 4)"),
        (b'{"id": NaN}', "the body is not valid JSON: invalid character (byte 7)"),
        (b'{"id": "\xff"}', "the body is not valid UTF-8"),
        (b"[]", 'body: [] is not of type "object"'),
        (b"null", 'body: null is not of type "object"'),
    ],
)
def test_a_body_is_one_json_object_in_utf_8(printed, name, content, text):
    method, path, _ = CALLS[name]
    before = state(printed)
    headers = {"Content-Type": "application/json; charset=utf-8"}

    assert printed.owner.ask(method, path, content=content, headers=headers).said == (400, text)
    assert state(printed) == before


@pytest.mark.parametrize("name", WITH_BODY)
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
def test_a_body_says_that_it_is_json(printed, name, content_type):
    method, path, _ = CALLS[name]
    before = state(printed)

    answer = printed.owner.ask(method, path, content=b"{}", headers={"Content-Type": content_type})

    assert answer.said == (415, "Content-Type must be application/json")
    assert state(printed) == before


def test_a_body_has_an_end(quiet):
    note = "x" * 1_048_576

    assert quiet.jane.book("09:00", customer_note=note).said == (413, "request body is too large")


@pytest.mark.parametrize("path", ["/bookings/customer/0", "/merchant/team/x", "/merchant/blocked-times/2147483648"])
def test_an_id_in_the_path_is_looked_at_before_the_body(quiet, path):
    method = "DELETE" if "blocked" in path else "GET"

    status, text = quiet.owner.ask(method, path).said

    assert (status, text.partition(":")[0]) == (400, "id")


def test_fields_that_are_not_known_do_no_harm(quiet):
    assert quiet.jane.book("09:00", employee_id=789, price=1).said == (201, "")
