"""What is offered: products, venues, what spas do, classes and their days, packages, and who can be asked."""

from datetime import datetime

import pytest
from bardge_spas import hold
from bardge_world import BASE, day, said, seconds

from mockserver.apis.bardge.records import LAGOS

LISTS = [
    "/passes",
    "/passes/pass_all_year/providers",
    "/providers",
    "/providers/branch_ironworks_ikeja/classes",
    "/providers/branch_pulse_lekki/gym-copay-options",
    "/classes",
    "/credit_packages",
    "/issuers",
]
LEKKI = {"lat": 6.4478, "lon": 3.4723}
BAD_INPUT = (400, "validation_error")


def message(response):
    return response.json()["error"]["message"]


def instances(reseller, **days):
    """Of Sunrise Yoga, by id; `from_` and `to` are numbers of days. Drawn ones are left out."""
    query = {name.rstrip("_"): day(number) for name, number in days.items()}
    shown = reseller.read("/classes/class_sunrise_yoga", **query)["instances"]
    return {each["id"]: each for each in shown if each["id"].startswith("ci_sunrise_")}


# Pages


@pytest.mark.parametrize("path", [*LISTS, "/class_categories"])
def test_a_list_has_five_members_and_says_where_it_is(alpha, path):
    shown = alpha.read(path)

    assert set(shown) == {"object", "data", "has_more", "url", "message"}
    assert (shown["object"], shown["url"]) == ("list", BASE + path)


@pytest.mark.parametrize("path", LISTS)
def test_following_the_last_id_of_each_page_gives_each_item_once(alpha, path):
    whole = alpha.listed(path)
    found: list[str] = []
    more: dict[str, str] = {}

    while True:
        page = alpha.read(path, limit=1, **more)
        found += [each["id"] for each in page["data"]]
        if not page["has_more"]:
            break
        more = {"starting_after": found[-1]}

    assert found == whole
    assert len(set(whole)) == len(whole)


@pytest.mark.parametrize("path", LISTS)
def test_what_comes_before_an_item_is_in_the_order_of_the_list(alpha, path):
    whole = alpha.listed(path)
    page = alpha.read(path, ending_before=whole[-1], limit=100)

    assert [each["id"] for each in page["data"]] == whole[:-1]
    assert not page["has_more"]


def test_there_is_more_in_the_direction_in_which_a_page_was_asked_for(alpha):
    whole = alpha.listed("/providers")
    page = alpha.read("/providers", ending_before=whole[4], limit=3)

    assert [each["id"] for each in page["data"]] == whole[1:4]
    assert page["has_more"]
    assert not alpha.read("/providers", ending_before=whole[3], limit=3)["has_more"]
    assert alpha.read("/providers", ending_before=whole[0])["data"] == []


def test_a_page_has_ten_items_unless_another_number_is_asked_for(alpha):
    assert len(alpha.read("/providers")["data"]) == 10
    assert len(alpha.listed("/providers")) == 12


@pytest.mark.parametrize("limit", [0, 101, "many", "1.5"])
def test_a_page_has_1_to_100_items(alpha, limit):
    answer = alpha.get("/providers", limit=limit)

    assert said(answer) == BAD_INPUT
    assert "limit" in message(answer)


@pytest.mark.parametrize("path", LISTS)
def test_two_cursors_at_once_are_refused(alpha, path):
    first = alpha.listed(path)[0]

    assert said(alpha.get(path, starting_after=first, ending_before=first)) == BAD_INPUT


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("name", ["starting_after", "ending_before"])
def test_a_cursor_that_is_not_of_the_list_is_refused(alpha, path, name):
    assert said(alpha.get(path, **{name: "clscat_yoga"})) == BAD_INPUT


@pytest.mark.parametrize(
    ("path", "query", "foreign"),
    [
        ("/passes", {}, "pass_harbour_gym"),
        ("/passes", {"category": "SPA"}, "pass_gym_standard"),
        ("/providers", {"category": "SPA"}, "branch_pulse_lekki"),
        ("/passes/pass_gym_standard/providers", {}, "branch_pulse_lekki"),
        ("/classes", {"category": "clscat_yoga"}, "class_boxing"),
        ("/providers/branch_ironworks_ikeja/classes", {}, "class_boxing"),
        ("/providers/branch_pulse_lekki/gym-copay-options", {}, "copay_ajah_month"),
        ("/credit_packages", {}, "crpkg_harbour_20"),
        ("/issuers", {}, "issuer_quiet"),
    ],
)
def test_what_a_list_leaves_out_is_no_cursor_of_it(alpha, path, query, foreign):
    assert said(alpha.get(path, starting_after=foreign, **query)) == BAD_INPUT


# Products


def test_products_are_the_callers_own_the_newest_first(world):
    assert world.alpha.listed("/passes") == [
        "pass_spa_monthly",
        "pass_gym_standard",
        "pass_gym_unlimited",
        "pass_all_year",
    ]
    assert world.harbour.listed("/passes") == ["pass_harbour_gym"]
    assert world.alpha.read("/passes")["message"] == "Passes retrieved successfully"


def test_a_product_says_what_it_covers(alpha):
    shown = next(each for each in alpha.read("/passes")["data"] if each["id"] == "pass_gym_unlimited")

    assert shown["price"] == 2_400_000
    assert shown["duration"] == "monthly"
    assert shown["categories"] == [
        {"type": "GYM", "tiers": ["STANDARD"], "duration": "monthly", "credit_allocated": 0, "visits_allowed": None}
    ]


def test_products_are_filtered_by_the_kind_of_venue(alpha):
    assert alpha.listed("/passes", category="SPA") == ["pass_spa_monthly", "pass_all_year"]
    assert alpha.listed("/passes", category="GYM") == ["pass_gym_standard", "pass_gym_unlimited", "pass_all_year"]
    assert said(alpha.get("/passes", category="POOL")) == BAD_INPUT


def test_a_filter_counts_for_whether_there_is_more(alpha):
    page = alpha.read("/passes", category="SPA", limit=1)

    assert page["has_more"]
    assert not alpha.read("/passes", category="SPA", limit=1, starting_after=page["data"][0]["id"])["has_more"]


def test_a_product_counts_the_venues_that_it_opens(alpha):
    counted = {each["id"]: each["provider_count"] for each in alpha.read("/passes")["data"]}

    assert counted == {each: len(alpha.listed(f"/passes/{each}/providers")) for each in counted}
    assert counted["pass_gym_standard"] == 6


def test_a_test_key_sees_the_same_products_in_test_mode(world):
    live, tested = world.alpha.read("/passes")["data"], world.tester.read("/passes")["data"]

    assert {each["livemode"] for each in live} == {True}
    assert tested == [{**each, "livemode": False} for each in live]


# Venues


def test_venues_are_the_newest_first_and_of_two_kinds(alpha):
    shown = alpha.read("/providers", limit=100)["data"]
    created = [each["created"] for each in shown]

    assert created == sorted(created, reverse=True)
    assert {each["category"] for each in shown} == {"SPA", "GYM"}
    assert all("distance_km" not in each for each in shown)


def test_venues_are_filtered_by_their_kind(alpha):
    spas, gyms = alpha.listed("/providers", category="SPA"), alpha.listed("/providers", category="GYM")

    assert spas == ["branch_serenity_vi", "branch_lagoon_ikoyi", "branch_bath_apapa"]
    assert sorted(spas + gyms) == sorted(alpha.listed("/providers"))


@pytest.mark.parametrize("path", ["/providers", "/passes/pass_all_year/providers"])
def test_from_a_place_the_nearest_venue_comes_first(alpha, path):
    shown = alpha.read(path, limit=100, **LEKKI)["data"]
    distances = [each["distance_km"] for each in shown]

    assert (shown[0]["id"], distances[0]) == ("branch_pulse_lekki", 0)
    assert distances == sorted(distances)
    assert len(set(distances)) > 5


def test_a_distance_is_as_the_crow_flies_with_one_decimal(alpha):
    shown = {each["id"]: each["distance_km"] for each in alpha.read("/providers", limit=100, lat=0, lon=0)["data"]}

    # By the haversine formula, a degree of a great circle being 111.2 km.
    assert shown["branch_ironworks_ikeja"] == pytest.approx(822.9, abs=0.5)
    assert all(round(each, 1) == each for each in shown.values())


@pytest.mark.parametrize("query", [{"lat": 91, "lon": 0}, {"lat": 0, "lon": -181}, {"lat": "north", "lon": 0}])
def test_a_place_is_on_the_earth(alpha, query):
    assert said(alpha.get("/providers", **query)) == BAD_INPUT


def test_the_farthest_place_is_half_way_round(alpha):
    shown = alpha.read("/providers", lat=-6.4478, lon=-176.5277, limit=100)["data"]

    assert shown[-1]["id"] == "branch_pulse_lekki"
    assert shown[-1]["distance_km"] == pytest.approx(20_015, abs=1)


@pytest.mark.parametrize("path", ["/providers", "/passes/pass_all_year/providers", "/classes"])
@pytest.mark.parametrize(("given", "missing"), [("lat", "lon"), ("lon", "lat")])
def test_one_coordinate_needs_the_other(alpha, path, given, missing):
    answer = alpha.get(path, **{given: 6.4})

    assert said(answer) == BAD_INPUT
    assert message(answer).startswith(missing)


def test_a_venue_shows_the_packages_of_its_own_list(alpha):
    for each in alpha.read("/providers", limit=100)["data"]:
        options = each["copay_options"]
        if each["category"] == "SPA":
            assert options == []
            assert each["copay_available"]
        else:
            assert options == alpha.read(f"/providers/{each['id']}/gym-copay-options")["data"]
            assert each["copay_available"] is bool(options)


# Venues of a product


def test_a_product_opens_the_venues_of_its_tiers(alpha):
    shown = alpha.read("/passes/pass_gym_standard/providers", limit=100)["data"]

    assert {(each["category"], each["tier"]) for each in shown} == {("GYM", "STANDARD")}


def test_the_venues_of_a_product_are_filtered_by_their_kind(alpha):
    assert alpha.listed("/passes/pass_all_year/providers", category="SPA") == [
        "branch_serenity_vi",
        "branch_bath_apapa",
    ]


@pytest.mark.parametrize("product", ["brgpass_ada_gym", "pass_harbour_gym", "pass_nothing", "branch_pulse_lekki"])
def test_what_is_no_product_of_the_caller_is_no_pass(alpha, product):
    answer = alpha.get(f"/passes/{product}/providers")

    assert said(answer) == (404, "pass_not_found")
    assert product in message(answer)


# What spas do


def test_a_spa_shows_its_services(alpha):
    shown = alpha.read("/providers/branch_lagoon_ikoyi/services")

    assert shown["object"] == "provider"
    assert [each["id"] for each in shown["services"]] == ["svc_hot_stone", "svc_salt_scrub"]
    assert shown["services"][0] == {
        "object": "service",
        "id": "svc_hot_stone",
        "name": "Hot Stone Ritual",
        "description": "Stones from the coast",
        "duration_minutes": 90,
        "price": 4_200_000,
        "currency": "NGN",
        "tier": "PREMIUM",
        "credits_required": 9,
    }


def test_a_gym_has_no_services_and_a_spa_no_classes_and_no_packages(alpha):
    answers = [
        alpha.get("/providers/branch_pulse_lekki/services"),
        alpha.get("/providers/branch_serenity_vi/classes"),
        alpha.get("/providers/branch_serenity_vi/gym-copay-options"),
    ]

    assert [said(answer) for answer in answers] == [BAD_INPUT] * 3


@pytest.mark.parametrize("what", ["services", "classes", "gym-copay-options"])
def test_a_venue_that_is_not_there_is_not_found(alpha, what):
    assert said(alpha.get(f"/providers/branch_nowhere/{what}")) == (404, "resource_not_found")


# Packages


def test_packages_of_a_gym_are_of_its_tier(alpha):
    shown = alpha.read("/providers/branch_pulse_lekki/gym-copay-options")["data"]

    assert [each["id"] for each in shown] == ["copay_abc123", "copay_pulse_year"]
    assert shown[1] == {
        "object": "copay_option",
        "id": "copay_pulse_year",
        "name": "Pulse, a year",
        "tier": "PREMIUM",
        "price": 8_000_000,
        "currency": "NGN",
        "duration": "ANNUALLY",
        "visits_allowed": 48,
    }


def test_a_gym_without_packages_has_an_empty_list(alpha):
    shown = alpha.read("/providers/branch_skyline_ikoyi/gym-copay-options")

    assert (shown["data"], shown["has_more"]) == ([], False)


def test_credit_packages_are_the_callers_own(world):
    assert world.alpha.listed("/credit_packages") == ["crpkg_50", "crpkg_10", "crpkg_120"]
    assert world.harbour.listed("/credit_packages") == ["crpkg_harbour_20"]
    assert [(each["credits"], each["amount"]) for each in world.harbour.read("/credit_packages")["data"]] == [
        (20, 900_000)
    ]


# Classes


def test_kinds_of_classes_come_all_at_once(alpha):
    shown = alpha.read("/class_categories", limit=1)

    assert not shown["has_more"]
    assert {each["name"] for each in shown["data"]} == {"Yoga", "Cycling", "Pilates", "Boxing", "Aerial"}
    assert {each["category"] for each in alpha.read("/classes")["data"]} <= {each["id"] for each in shown["data"]}


def test_classes_are_listed_without_their_days_in_the_tier_of_their_venue(alpha):
    tiers = {each["id"]: each["tier"] for each in alpha.read("/providers", limit=100)["data"]}
    shown = alpha.read("/classes")["data"]
    created = [each["created"] for each in shown]

    assert len(shown) == 6
    assert created == sorted(created, reverse=True)
    for each in shown:
        assert "instances" not in each
        assert "message" not in each
        assert each["tier"] == tiers[each["provider_branch_id"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"category": "clscat_yoga"}, ["class_sunrise_yoga", "class_deep_stretch"]),
        ({"provider_branch_id": "branch_pulse_lekki"}, ["class_reformer"]),
        ({"category": "clscat_yoga", "provider_branch_id": "branch_bend_ajah"}, ["class_deep_stretch"]),
        ({"category": "clscat_yoga", "provider_branch_id": "branch_pulse_lekki"}, []),
        ({"category": "clscat_chess"}, []),
        ({"provider_branch_id": "branch_nowhere"}, []),
        ({"date": day(12), "category": "clscat_aerial"}, ["class_aerial_silks"]),
        ({"date": day(11), "category": "clscat_aerial"}, []),
        ({"date": "2100-01-01"}, []),
    ],
)
def test_classes_are_filtered_by_all_that_is_asked_for(alpha, query, found):
    assert alpha.listed("/classes", **query) == found


@pytest.mark.parametrize("number", [-4, -1, 0, 3, 8, 12])
def test_classes_of_a_day_are_those_with_an_instance_then(world, number):
    given = {
        each["class_id"]
        for each in world.kept("class_instance")
        if datetime.fromisoformat(each["starts_at"]).astimezone(LAGOS).date().isoformat() == day(number)
    }

    assert world.alpha.listed("/classes", date=day(number)) == [
        each for each in world.alpha.listed("/classes") if each in given
    ]


def test_from_a_place_the_classes_of_the_nearest_venue_come_first(alpha):
    assert alpha.listed("/classes", **LEKKI)[:2] == ["class_reformer", "class_aerial_silks"]


def test_a_day_that_does_not_exist_is_refused(alpha):
    assert said(alpha.get("/classes", date="2026-02-30")) == BAD_INPUT


def test_classes_of_a_gym_have_their_days(alpha):
    (shown,) = alpha.read("/providers/branch_ironworks_ikeja/classes")["data"]
    starts = [each["scheduled_for"] for each in shown["instances"]]

    assert shown["id"] == "class_sunrise_yoga"
    assert starts == sorted(starts)
    assert starts[0] == seconds(0, "07:00")
    assert starts[-1] < seconds(31, "00:00")
    assert shown["instances"] == alpha.read("/classes/class_sunrise_yoga")["instances"]


# A class with its days


def test_an_instance_says_when_and_for_how_many(alpha):
    shown = instances(alpha, from_=9, to=9)

    assert shown["ci_sunrise_open"] == {
        "object": "class_instance",
        "id": "ci_sunrise_open",
        "class_id": "class_sunrise_yoga",
        "date": day(9),
        "time": "07:00",
        "scheduled_for": seconds(9, "07:00"),
        "capacity": 12,
        "booked": 3,
        "spots_left": 9,
        "instructor": "Tolu Adeyemi",
    }


def test_instances_are_the_earliest_first(alpha):
    shown = alpha.read("/classes/class_sunrise_yoga", **{"from": day(-10), "to": day(60)})["instances"]
    starts = [each["scheduled_for"] for each in shown]

    assert len(starts) > 10
    assert starts == sorted(starts)


def test_instances_are_those_from_one_day_to_another_both_included(alpha):
    assert set(instances(alpha, from_=9, to=11)) == {"ci_sunrise_open", "ci_sunrise_full", "ci_sunrise_other"}


def test_without_a_first_day_nothing_has_begun(world):
    """What begins at this moment has."""
    assert "ci_sunrise_soon" in instances(world.alpha)

    world.go_to(7, "20:00")

    shown = world.alpha.read("/classes/class_sunrise_yoga")["instances"]
    assert "ci_sunrise_soon" not in {each["id"] for each in shown}
    assert all(each["scheduled_for"] > seconds(7, "20:00") for each in shown)


def test_what_has_begun_is_shown_from_a_day_before_today_alone(world):
    world.go_to(7, "20:01")

    assert set(instances(world.alpha, from_=7, to=9)) == {"ci_sunrise_open"}
    assert set(instances(world.alpha, from_=-2, to=9)) == {"ci_sunrise_past", "ci_sunrise_soon", "ci_sunrise_open"}


def test_days_are_those_of_lagos(world):
    """Half an hour after midnight there it is still the day before in UTC."""
    world.go_to(10, "00:30")

    assert set(instances(world.alpha, to=10)) == {"ci_sunrise_full"}


def test_places_that_are_booked_are_not_left(world):
    booked = world.alpha.book_class("client_ada", "brgpass_ada_gym", "ci_sunrise_open").json()

    after = instances(world.alpha)["ci_sunrise_open"]
    world.alpha.cancel(booked["booking_id"])
    again = instances(world.alpha)["ci_sunrise_open"]

    assert (after["booked"], after["spots_left"]) == (4, 8)
    assert (again["booked"], again["spots_left"]) == (3, 9)


def test_a_session_takes_no_place(world):
    opened = world.alpha.book_class("client_bola", "brgpass_bola_gym", "ci_sunrise_open").json()

    assert opened["additional_visits_required"]
    assert instances(world.alpha)["ci_sunrise_open"]["booked"] == 3


@pytest.mark.parametrize(
    ("query", "is_fine"),
    [
        ({"from": day(3), "to": day(2)}, False),
        ({"from": day(3), "to": day(3)}, True),
        ({"from": day(0), "to": day(92)}, True),
        ({"from": day(0), "to": day(93)}, False),
        ({"to": day(-1)}, False),
        ({"to": day(93)}, False),
        ({"from": day(400)}, True),
    ],
)
def test_days_are_in_order_and_at_most_92_apart(alpha, query, is_fine):
    answer = alpha.get("/classes/class_sunrise_yoga", **query)

    assert said(answer) == ((200, "") if is_fine else BAD_INPUT)


def test_a_class_that_is_not_there_is_not_found(alpha):
    assert said(alpha.get("/classes/class_nothing")) == (404, "resource_not_found")


# Issuers


def test_issuers_are_those_who_can_be_asked_but_for_the_caller(world):
    assert world.alpha.listed("/issuers") == ["issuer_harbour", "issuer_lagoon", "issuer_marina", "issuer_palm"]
    assert world.harbour.listed("/issuers") == ["issuer_lagoon", "issuer_marina", "issuer_palm"]


def test_an_issuer_has_a_name_and_no_more(alpha):
    shown = alpha.read("/issuers")["data"][0]

    assert set(shown) == {"object", "id", "name", "created"}
    assert (shown["object"], shown["name"]) == ("issuer", "Harbour Benefits")


# What is offered can be had


@pytest.mark.parametrize("path", ["/providers/branch_ironworks_ikeja/classes", "/classes/class_sunrise_yoga"])
def test_instances_that_are_shown_can_be_booked(alpha, path):
    shown = alpha.read(path)
    free = [each for each in shown.get("data", [shown])[0]["instances"] if each["spots_left"]]

    answer = alpha.book_class("client_ada", "brgpass_ada_gym", free[0]["id"])

    assert answer.status_code == 201
    assert answer.json()["scheduled_for"] == free[0]["scheduled_for"]


def test_services_of_a_spa_can_be_booked_there_and_nowhere_else(alpha):
    for service in alpha.read("/providers/branch_serenity_vi/services")["services"]:
        here = hold(alpha, "funke", 3 if service["duration_minutes"] == 60 else 4, "10:00", service["id"])
        elsewhere = hold(alpha, "funke", 3, "14:00", service["id"], branch="branch_bath_apapa")

        assert here.status_code == 201
        assert said(elsewhere) == (404, "resource_not_found")


def test_packages_of_a_gym_can_be_bought_there(alpha):
    for option in alpha.read("/providers/branch_pulse_lekki/gym-copay-options")["data"]:
        body = {
            "client_id": "client_chidi",
            "user_pass_id": "brgpass_chidi_gym",
            "provider_branch_id": "branch_pulse_lekki",
            "copay_package_id": option["id"],
        }

        bought = alpha.post("/gym_copay_purchases", body)

        assert bought.status_code == 201
        assert bought.json()["amount"] == option["price"]


def test_an_issuer_that_is_listed_can_be_asked(alpha):
    answer = alpha.post("/lookups", {"issuer_id": alpha.listed("/issuers")[0], "client_id": "client_kemi"})

    assert answer.status_code == 201
