"""Who works at a merchant, who comes, when nobody can; and what anybody may see of it."""

import pytest

JANE = "550e8400-e29b-41d4-a716-446655440000"
NOBODY = "99999999-9999-4999-8999-999999999999"
GONE = 2_147_483_647
MADE, DONE = (201, ""), (200, "")
SPA = "/merchants/spa-retreat"
MASSAGE = f"{SPA}/locations/456/services/123"


# The team and the services


def test_the_team_is_listed_by_id_and_each_of_them_read_alike(quiet):
    team = quiet.owner.read("/merchant/team")

    assert [(each["id"], each["role"], each["location_id"]) for each in team] == [
        (789, "owner", 456),
        (790, "staff", 457),
        (791, "admin", 456),
    ]
    assert [quiet.staff.read(f"/merchant/team/{each['id']}") for each in team] == team


def test_who_works_here_no_longer_is_listed_as_inactive(quiet):
    assert [each["is_active"] for each in quiet.stranger.read("/merchant/team")] == [True, True, False, True]


@pytest.mark.parametrize("employee", [GONE, 511])
def test_an_employee_who_is_unknown_or_another_merchant_s_is_not_found(quiet, employee):
    assert quiet.owner.ask("GET", f"/merchant/team/{employee}").said == (404, "team member not found")


def test_the_calendar_s_services_are_those_of_the_catalogue(quiet):
    ours, shown = quiet.owner.read("/merchant/calendar/services"), quiet.nobody.read(SPA)["services"]

    assert [(each["name"], [service["id"] for service in each["services"]]) for each in ours] == [
        (each["name"], [service["id"] for service in each["services"]]) for each in shown
    ]
    assert [service["booking_type"] for each in ours for service in each["services"]] == ["appointment"] * 6 + [
        "class"
    ] * 4
    assert ours[1]["services"][0] == {
        "id": 456,
        "name": "Couples Aromatherapy Workshop",
        "duration": 90,
        "price": {"amount": 9500, "currency": "USD", "formatted": "$95.00"},
        "price_type": "per_person",
        "color": "#7C3AED",
        "booking_type": "class",
        "min_participants": 2,
        "max_participants": 4,
    }


# Customers


def test_a_new_customer_reads_back_where_location_says(quiet):
    sent = {
        "first_name": "Vera",
        "last_name": "Lind",
        "email": "vera@example.com",
        "phone_number": "+12025550199",
        "birthday": "1990-02-28T00:00:00Z",
        "note": "Cold hands",
    }

    answer = quiet.owner.ask("POST", "/merchant/customers", sent)

    assert answer.said == MADE
    number = answer.location.rpartition("/")[2]
    assert answer.location == f"/appointments/merchant/customers/{number}"
    assert quiet.owner.read(f"/merchant/customers/{number}") == {
        "id": number,
        **sent,
        "is_dummy": True,
        "is_blacklisted": False,
        "blacklist_reason": None,
        "times_booked": 0,
        "times_cancelled": 0,
    }
    assert quiet.owner.plan("09:00", 123, number).said == MADE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", ""),
        ("last_name", "x" * 31),
        ("last_name", None),
        ("email", "nobody"),
        ("phone_number", "1" * 31),
        ("birthday", "1990-02-30"),
        ("birthday", "1990-02-30T00:00:00Z"),
        ("birthday", "0000-02-28T00:00:00Z"),
    ],
)
def test_a_wrong_field_of_a_customer_is_named(quiet, field, value):
    sent = {"first_name": "Vera", "last_name": "Lind", field: value}

    status, text = quiet.owner.ask("POST", "/merchant/customers", sent).said

    assert (status, text.partition(":")[0]) == (400, field)


@pytest.mark.parametrize(
    "sent", ["1990-02-28", "1990-02-28T00:00:00.000Z", "1990-02-28T23:30:00-05:00", "1990-02-28T00:30:00+02:00"]
)
def test_a_birthday_is_the_day_that_is_written(quiet, sent):
    made = quiet.owner.ask("POST", "/merchant/customers", {"first_name": "Vera", "last_name": "Lind", "birthday": sent})

    customer = quiet.owner.read(f"/merchant/customers/{made.location.rpartition('/')[2]}")

    assert customer["birthday"] == "1990-02-28T00:00:00Z"


def test_a_phone_number_is_kept_as_it_is_written(quiet):
    person = {"first_name": "Vera", "last_name": "Lind", "phone_number": "+36 20 678 2012"}
    made = quiet.owner.ask("POST", "/merchant/customers", person)

    customer = quiet.owner.read(f"/merchant/customers/{made.location.rpartition('/')[2]}")

    assert customer["phone_number"] == "+36 20 678 2012"


@pytest.mark.parametrize("field", ["first_name", "last_name"])
def test_a_customer_is_added_with_both_names(quiet, field):
    sent = {"first_name": "Vera", "last_name": "Lind"}
    del sent[field]

    assert quiet.owner.ask("POST", "/merchant/customers", sent).said == (400, f"{field}: is required")


def test_customers_are_listed_by_id_and_each_of_them_read_alike(busy):
    listed = busy.owner.read("/merchant/customers")

    assert [each["id"] for each in listed] == sorted(each["id"] for each in listed)
    assert [busy.owner.read(f"/merchant/customers/{each['id']}") for each in listed] == listed


@pytest.mark.parametrize("person", ["owner", "stranger"])
def test_a_customer_who_is_unknown_or_another_merchant_s_is_not_found(quiet, person):
    number = NOBODY if person == "owner" else JANE
    customer = f"/merchant/customers/{number}"

    for method, path, body in (
        ("GET", customer, None),
        ("PUT", f"{customer}/blacklist", {"id": number}),
        ("DELETE", f"{customer}/blacklist", None),
    ):
        assert getattr(quiet, person).ask(method, path, body).said == (404, "customer not found")


def test_a_customer_is_named_by_a_uuid_in_either_case(quiet):
    status, text = quiet.owner.ask("GET", "/merchant/customers/jane").said

    assert (status, text.partition(":")[0]) == (400, "id")
    assert quiet.owner.read(f"/merchant/customers/{JANE.upper()}")["id"] == JANE


def test_bookings_and_what_became_of_them_are_counted(quiet):
    appointment, workshop = quiet.jane.book("09:00").id, quiet.owner.plan("11:00", 456, "jane", "ruth").id
    called_off = quiet.owner.plan("14:00", 123, "jane").id
    quiet.owner.plan("16:00", 123, "jane")

    def counts():
        jane = quiet.owner.read(f"/merchant/customers/{JANE}")
        return jane["times_booked"], jane["times_cancelled"]

    assert counts() == (4, 0)
    quiet.jane.cancel(appointment)
    quiet.jane.cancel(workshop)
    assert counts() == (4, 2)
    quiet.owner.call_off(called_off)
    assert counts() == (4, 3)
    quiet.jane.join(workshop)
    assert counts() == (4, 2)


def blacklist(person, customer=JANE, **body):
    return person.ask("PUT", f"/merchant/customers/{customer}/blacklist", {"id": customer, **body})


def test_who_is_blacklisted_books_nothing_until_it_is_lifted(quiet):
    assert blacklist(quiet.owner, blacklist_reason="Three times late").said == DONE
    jane = quiet.owner.read(f"/merchant/customers/{JANE}")
    assert (jane["is_blacklisted"], jane["blacklist_reason"]) == (True, "Three times late")
    assert quiet.jane.book("09:00").said == (400, "customer is blacklisted")

    assert quiet.owner.ask("DELETE", f"/merchant/customers/{JANE}/blacklist").said == DONE
    jane = quiet.owner.read(f"/merchant/customers/{JANE}")
    assert (jane["is_blacklisted"], jane["blacklist_reason"]) == (False, None)
    assert quiet.jane.book("09:00").said == MADE


def test_blacklisting_again_replaces_the_reason(quiet):
    blacklist(quiet.owner, blacklist_reason="Three times late")
    blacklist(quiet.staff)

    jane = quiet.owner.read(f"/merchant/customers/{JANE}")
    assert (jane["is_blacklisted"], jane["blacklist_reason"]) == (True, None)


def test_lifting_what_is_not_there_is_no_mistake(quiet):
    assert quiet.owner.ask("DELETE", f"/merchant/customers/{JANE}/blacklist").said == DONE


def test_what_the_blacklisted_have_booked_stays_and_is_theirs_to_cancel(printed):
    blacklist(printed.owner)

    assert len(printed.owner.rows(123)) == 1
    assert printed.jane.cancel(123).said == DONE


def test_a_blacklisting_names_the_customer_of_its_path(quiet):
    assert blacklist(quiet.owner, id=NOBODY).said == (400, "customer id does not match the path")
    assert blacklist(quiet.owner, id=JANE.upper()).said == DONE


# Blocked times


def change_block(person, block, **fields):
    body = {"id": block, "name": "Walk", "from_date": "2026-03-16T22:00:00Z", "to_date": "2026-03-16T23:00:00Z"}
    return person.ask("PUT", f"/merchant/blocked-times/{block}", {**body, "all_day": False, **fields})


def test_a_blocked_time_is_the_caller_s_and_stands_in_the_calendar(quiet):
    answer = quiet.staff.block("12:00", "13:00", name="Lunch", blocked_type_id=1)

    assert answer.said == MADE
    assert answer.location == "/appointments/merchant/blocked-times/456"
    assert quiet.owner.calendar()["blocked_times"] == [
        {
            "id": 456,
            "employee_id": 790,
            "name": "Lunch",
            "from_date": "2026-03-16T19:00:00Z",
            "to_date": "2026-03-16T20:00:00Z",
            "all_day": False,
            "icon": "utensils",
            "blocked_type_id": 1,
        }
    ]


def test_each_kind_of_blocked_time_has_its_icon(quiet):
    kinds = quiet.owner.read("/merchant/blocked-time-types")
    for kind in kinds:
        quiet.owner.block("12:00", "13:00", blocked_type_id=kind["id"])
    quiet.owner.block("12:00", "13:00", blocked_type_id=None)

    assert kinds == [
        {"id": 1, "name": "Lunch Break", "duration": 60, "icon": "utensils"},
        {"id": 2, "name": "Day off", "duration": 1440, "icon": "sun"},
    ]
    assert [(each["blocked_type_id"], each["icon"]) for each in quiet.owner.calendar()["blocked_times"]] == [
        (1, "utensils"),
        (2, "sun"),
        (None, None),
    ]


def test_a_change_replaces_everything_but_whose_time_it_is(quiet):
    block = quiet.staff.block("12:00", "13:00", blocked_type_id=1).id

    assert change_block(quiet.owner, block, all_day=True).said == DONE

    assert quiet.owner.calendar()["blocked_times"] == [
        {
            "id": block,
            "employee_id": 790,
            "name": "Walk",
            "from_date": "2026-03-16T22:00:00Z",
            "to_date": "2026-03-16T23:00:00Z",
            "all_day": True,
            "icon": None,
            "blocked_type_id": None,
        }
    ]


def test_a_block_that_moves_blocks_there_and_no_longer_here(quiet):
    change_block(quiet.owner, quiet.owner.block("12:00", "13:00").id)

    assert quiet.jane.book("12:00").said == MADE
    assert quiet.jane.book("15:00").said == (409, "blocked time in this slot")


def test_a_deleted_block_is_gone(quiet):
    block = quiet.owner.block("12:00", "13:00").id

    assert quiet.staff.ask("DELETE", f"/merchant/blocked-times/{block}").said == DONE

    assert quiet.owner.calendar()["blocked_times"] == []
    assert quiet.owner.ask("DELETE", f"/merchant/blocked-times/{block}").said == (404, "blocked time not found")
    assert change_block(quiet.owner, block).said == (404, "blocked time not found")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"to_date": "2026-03-16T19:00:00Z"}, (400, "to_date must be after from_date")),
        ({"to_date": "2026-03-16T18:00:00Z"}, (400, "to_date must be after from_date")),
        ({"to_date": "2027-03-17T19:00:01Z"}, (400, "a blocked time lasts at most 366 days")),
        ({"blocked_type_id": GONE, "to_date": "2026-03-16T18:00:00Z"}, (404, "blocked time type not found")),
        ({"blocked_type_id": 501}, (404, "blocked time type not found")),
    ],
)
def test_what_cannot_be_blocked_is_neither_made_nor_changed(quiet, fields, said):
    block = quiet.owner.block("12:00", "13:00").id
    before = quiet.owner.calendar()
    fields = {"from_date": "2026-03-16T19:00:00Z", **fields}

    assert quiet.owner.block("12:00", "13:00", **fields).said == said
    assert change_block(quiet.owner, block, **fields).said == said
    assert quiet.owner.calendar() == before


def test_a_block_may_last_366_days(quiet):
    assert quiet.owner.block("12:00", "2027-03-17T19:00:00Z").said == MADE


def test_a_change_names_the_block_of_its_path(printed):
    before = printed.owner.calendar()

    assert change_block(printed.owner, 456, id=457).said == (400, "id does not match the path")
    assert printed.owner.calendar() == before


def test_another_merchant_s_block_is_forbidden(printed):
    before = printed.owner.calendar()
    forbidden = (403, "not authorized to access this blocked time")

    assert change_block(printed.stranger, 456).said == forbidden
    assert printed.stranger.ask("DELETE", "/merchant/blocked-times/456").said == forbidden
    assert printed.owner.calendar() == before


@pytest.mark.parametrize("field", ["name", "from_date", "to_date", "all_day"])
def test_a_field_missing_from_a_block_is_named(quiet, field):
    body = {"name": "Lunch", "from_date": "2026-03-16T19:00:00Z", "to_date": "2026-03-16T20:00:00Z", "all_day": False}
    del body[field]

    assert quiet.owner.ask("POST", "/merchant/blocked-times", body).said == (400, f"{field}: is required")


# The catalogue


def test_a_merchant_is_shown_by_its_slug(quiet):
    shown = quiet.nobody.read(SPA)

    texts = ("merchant_name", "url_name", "timezone", "location_id", "formatted_location")
    assert [shown[name] for name in texts] == [
        "Spa Retreat",
        "spa-retreat",
        "America/Los_Angeles",
        456,
        "123 Wellness St, Suite 200, San Francisco, CA 94102",
    ]
    assert [location["id"] for location in shown["locations"]] == [456, 457]


def test_only_days_on_which_a_merchant_opens_have_hours(quiet):
    hours = quiet.nobody.read("/merchants/hana-clinic")["business_hours"]

    assert list(hours) == ["1", "2", "3", "4", "5", "6"]
    assert hours["1"] == [
        {"start_time": "09:00:00", "end_time": "12:30:00"},
        {"start_time": "15:00:00", "end_time": "18:30:00"},
    ]


def test_a_service_is_shown_with_its_phases(quiet):
    color = quiet.nobody.read(f"{SPA}/locations/457/services/124")

    assert [color[name] for name in ("id", "name", "total_duration", "price_type")] == [
        124,
        "Hair Color",
        105,
        "per_booking",
    ]
    assert color["formatted_location"] == "45 Stillwater Ln, San Francisco, CA 94103"
    assert [(phase["sequence"], phase["duration"], phase["phase_type"]) for phase in color["phases"]] == [
        (1, 30, "active"),
        (2, 45, "wait"),
        (3, 30, "active"),
    ]


def test_a_summary_has_the_few_facts_of_a_service(quiet):
    assert quiet.nobody.read(f"{MASSAGE}/summary") == {
        "name": "Deep Tissue Massage",
        "total_duration": 60,
        "price": {"amount": 8500, "currency": "USD", "formatted": "$85.00"},
        "price_type": "per_person",
        "formatted_location": "123 Wellness St, Suite 200, San Francisco, CA 94102",
    }


@pytest.mark.parametrize("page", ["", "/summary", "/availability", "/availability/next", "/availability/disabled-days"])
def test_what_is_unknown_or_another_merchant_s_is_not_in_the_catalogue(quiet, page):
    def said(merchant, location, service):
        path = f"/merchants/{merchant}/locations/{location}/services/{service}{page}"
        return quiet.nobody.ask("GET", f"{path}?start=2026-03-16T16:00:00Z&end=2026-03-16T16:00:00Z").said

    assert said("nobody", GONE, GONE) == (404, "merchant not found")
    assert said("spa-retreat", GONE, GONE) == said("spa-retreat", 510, GONE) == (404, "location not found")
    assert said("spa-retreat", 456, GONE) == said("spa-retreat", 456, 521) == (404, "service not found")


def test_free_starts_are_parted_at_noon_on_the_clock_of_the_merchant(quiet):
    day = quiet.nobody.starts("2026-03-16", 123)

    assert (day["date"], day["is_available"], day["group_bookings"]) == ("2026-03-16", True, [])
    assert (day["morning"][0], day["morning"][-1]) == ("07:00", "11:45")
    assert (day["afternoon"][0], day["afternoon"][-1]) == ("12:00", "20:00")
    assert len(day["morning"] + day["afternoon"]) == 53


def test_what_is_offered_is_the_time_of_day_at_the_merchant(quiet):
    glenelg = {"merchant_name": "glenelg-yoga", "location_id": 810}

    assert quiet.nobody.starts("2026-03-17", 821, "glenelg-yoga", 810)["morning"][0] == "06:00"
    assert quiet.jane.book("2026-03-17T05:45:00+10:30", 821, **glenelg).said == (409, "outside business hours")
    assert quiet.jane.book("2026-03-17T06:00:00+10:30", 821, **glenelg).said == MADE


def test_a_full_day_is_listed_and_a_closed_one_is_not(quiet):
    quiet.stranger.block("2026-03-17T12:00:00+01:00", "2026-03-17T13:00:00+01:00", all_day=True)

    assert quiet.nobody.starts("2026-03-16", 521, "zopf-und-schere", 510) is None
    assert quiet.nobody.starts("2026-03-17", 521, "zopf-und-schere", 510) == {
        "date": "2026-03-17",
        "is_available": False,
        "morning": [],
        "afternoon": [],
        "group_bookings": [],
    }


def test_the_range_is_taken_as_the_local_days_it_touches(quiet):
    """Two in the morning, UTC, is still the evening before at the spa."""
    days = quiet.nobody.read(f"{MASSAGE}/availability", start="2026-03-17T02:00:00Z", end="2026-03-18T08:00:00Z")

    assert [day["date"] for day in days] == ["2026-03-16", "2026-03-17", "2026-03-18"]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("2026-03-16T15:59:59Z", (400, "end must not be before start")),
        ("2026-06-24T16:00:00Z", (400, "availability covers at most 100 days")),
    ],
)
def test_availability_covers_one_to_a_hundred_days(quiet, end, said):
    query = {"start": "2026-03-16T16:00:00Z", "end": end}

    assert quiet.nobody.ask("GET", f"{MASSAGE}/availability", params=query).said == said
    assert len(quiet.nobody.read(f"{MASSAGE}/availability", **{**query, "end": "2026-06-23T16:00:00Z"})) == 100


def test_the_next_start_is_the_first_one_listed(quiet, wait):
    assert quiet.nobody.read(f"{MASSAGE}/availability/next") == {"date": "2026-03-10", "time": "07:00"}

    wait(hours=5, minutes=1)
    quiet.jane.book("2026-03-10T07:30:00-07:00")

    assert quiet.nobody.read(f"{MASSAGE}/availability/next") == {"date": "2026-03-10", "time": "08:30"}


def test_there_may_be_no_next_start(quiet):
    quiet.owner.block("2026-03-10T09:00:00Z", "2026-07-01T00:00:00Z")

    assert quiet.nobody.read(f"{MASSAGE}/availability/next") == {"date": "", "time": ""}


@pytest.mark.parametrize(
    ("merchant", "location", "service", "closed", "last"),
    [
        ("spa-retreat", 456, 123, [], "2026-08-10"),
        ("spa-retreat", 456, 128, [], "2026-05-10"),
        ("zopf-und-schere", 510, 521, [0, 1], "2026-06-10"),
    ],
)
def test_disabled_days_are_the_closed_weekdays_and_those_out_of_the_window(
    quiet, merchant, location, service, closed, last
):
    path = f"/merchants/{merchant}/locations/{location}/services/{service}/availability/disabled-days"

    assert quiet.nobody.read(path) == {"closed_days": closed, "min_date": "2026-03-10", "max_date": last}


# Groups in the catalogue


def test_a_group_is_found_in_the_catalogue_and_joined_by_its_number(quiet):
    made = quiet.owner.plan("14:00", 456, "ruth").id

    day = quiet.nobody.starts("2026-03-16", 456)

    assert (day["morning"], day["afternoon"]) == ([], ["14:00"])
    assert day["group_bookings"] == [
        {
            "booking_id": made,
            "from_date": "2026-03-16T21:00:00Z",
            "to_date": "2026-03-16T22:30:00Z",
            "current_participants": 1,
            "max_participants": 4,
        }
    ]
    assert quiet.jane.join(day["group_bookings"][0]["booking_id"]).said == MADE


def test_a_group_on_a_day_off_is_found_as_well(quiet):
    """The salon does not open on Mondays."""
    made = quiet.stranger.plan("2026-03-16T10:00:00+01:00", 525).id

    day = quiet.nobody.starts("2026-03-16", 525, "zopf-und-schere", 510)

    assert (day["morning"], [group["booking_id"] for group in day["group_bookings"]]) == (["10:00"], [made])


def test_every_group_of_a_drawn_world_that_is_shown_can_be_joined(busy, wait):
    wait(hours=20)
    path = f"{SPA}/locations/456/services/789/availability"
    days = busy.nobody.read(path, start="2026-03-01T12:00:00Z", end="2026-03-31T12:00:00Z")

    shown = [group["booking_id"] for day in days for group in day["group_bookings"]]
    ben = busy.enter("customer_ben")

    assert shown
    assert {ben.join(number, 789).said for number in shown} == {MADE}


def test_groups_that_take_nobody_are_not_shown(quiet, wait):
    started = quiet.owner.plan("07:00", 456).id
    full = quiet.owner.plan("09:00", 456, "jane", "maria", "ruth", "samuel").id
    cancelled = quiet.owner.plan("11:00", 456).id
    elsewhere = quiet.staff.plan("13:00", 456).id
    other_service = quiet.owner.plan("15:00", 789).id
    open_to_all = quiet.owner.plan("17:00", 456).id
    quiet.owner.call_off(cancelled)
    wait(days=6, hours=5)

    shown = [group["booking_id"] for group in quiet.nobody.starts("2026-03-16", 456)["group_bookings"]]

    assert shown == [open_to_all]
    assert {started, full, cancelled, elsewhere, other_service}.isdisjoint(shown)


def test_the_next_group_is_the_next_start_of_its_service(quiet):
    path = f"{SPA}/locations/456/services/456/availability/next"
    assert quiet.nobody.read(path) == {"date": "", "time": ""}

    quiet.owner.plan("14:00", 456)

    assert quiet.nobody.read(path) == {"date": "2026-03-16", "time": "14:00"}


def test_a_class_on_a_day_off_can_be_found_and_its_weekday_is_not_closed(quiet):
    salon = "/merchants/zopf-und-schere/locations/510/services/525"
    before = quiet.nobody.read(f"{salon}/availability/disabled-days")["closed_days"]
    monday = quiet.stranger.plan("2026-03-16T09:00:00+01:00", 525)

    days = quiet.nobody.read(f"{salon}/availability", start="2026-03-16T00:00:00Z", end="2026-03-16T12:00:00Z")

    assert [each["booking_id"] for each in days[0]["group_bookings"]] == [monday.id]
    assert before == [0, 1]
    assert quiet.nobody.read(f"{salon}/availability/disabled-days")["closed_days"] == [0]


@pytest.mark.parametrize(
    ("merchant", "location", "service", "price"),
    [
        ("spa-retreat", 456, 123, {"amount": 8500, "currency": "USD", "formatted": "$85.00"}),
        ("zopf-und-schere", 510, 521, {"amount": 4200, "currency": "EUR", "formatted": "42,00\N{NO-BREAK SPACE}€"}),
        ("hana-clinic", 610, 621, {"amount": 4800, "currency": "JPY", "formatted": "\N{FULLWIDTH YEN SIGN}4,800"}),
        ("zopf-und-schere", 510, 523, {"amount": 0, "currency": "EUR", "formatted": "0,00\N{NO-BREAK SPACE}€"}),
    ],
)
def test_a_price_is_written_as_the_merchant_s_locale_does_with_as_many_digits_as_the_currency_has(
    quiet, merchant, location, service, price
):
    offer = f"/merchants/{merchant}/locations/{location}/services/{service}"

    assert quiet.nobody.read(f"{offer}/summary")["price"] == price
