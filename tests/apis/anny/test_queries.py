"""Queries as clients write them: several ways to say the same, and what nobody knows."""

import pytest
from anny_world import at, resource, said, source

BAD_REQUEST = (400, "bad_request")
ELBE, ALSTER = resource(1), resource(2)


def ask(person, path, **headers):
    """With a query as it stands."""
    return person.client.request("GET", path, headers=headers)


def listed(person, query):
    """The ids of a list."""
    answer = ask(person, f"/bookings?{query}")
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()["data"]]


@pytest.mark.parametrize("name", ["resources", "status"])
def test_a_list_may_be_written_in_four_ways(world, name):
    one, two = {"resources": (ELBE, ALSTER), "status": ("accepted", "canceled")}[name]

    ways = [
        f"filter[{name}]={one},{two}",
        f"filter[{name}]={one}&filter[{name}]={two}",
        f"filter[{name}][]={one}&filter[{name}][]={two}",
        f"filter[{name}][0]={one}&filter[{name}][1]={two}",
        f"filter%5B{name}%5D%5B%5D={one}%2C{two}",
    ]

    found = [listed(world.admin, f"page[size]=250&{way}") for way in ways]
    assert found[0]
    assert found == [found[0]] * len(ways)
    assert len(found[0]) > len(listed(world.admin, f"page[size]=250&filter[{name}]={one}")) > 0


def test_the_next_page_keeps_a_list_that_was_written_with_brackets(world):
    query = f"filter[resources][]={ELBE}&filter[resources][]={ALSTER}&page[size]=1"
    first = ask(world.admin, f"/bookings?{query}").json()

    following = ask(world.admin, path_of(first["links"]["next"]))

    assert following.json()["data"][0]["id"] == listed(world.admin, query.replace("size]=1", "size]=2"))[1]


def path_of(link):
    """What is left of an absolute address for a client that knows the host."""
    return "/" + link.partition("/api/v1/")[2]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/bookings?filter[colour]=red", "filter[colour]"),
        ("/bookings?colour=red", "colour"),
        ("/bookings?filter[search][]=a", "filter[search][]"),
        ("/bookings?filter[resources][a]=1", "filter[resources][a]"),
        ("/bookings/1001?filter[status]=accepted", "filter[status]"),
        ("/bookings/1001/cancellation-preview?include=order", "include"),
        ("/orders?filter[status]=draft", "filter[status]"),
        ("/orders?sort=total", "sort"),
        ("/services?sort=price", "sort"),
        ("/resources?sort=name,slug", "sort"),
        ("/customer-account?include=communities", "include"),
        ("/webhook-subscriptions?sort=name", "sort"),
        ("/webhook-subscriptions?include=events", "include"),
        ("/bookings/1001/cancel?scope=single", "scope"),
    ],
)
def test_what_is_not_known_is_refused_by_its_name(world, path, name):
    answer = ask(world.admin, path)

    assert (said(answer), source(answer)) == (BAD_REQUEST, name)
    assert world.jane.status(1001) == "accepted"


@pytest.mark.parametrize("query", ["=%FF", "=1", "%5B%5D=1&=2", "=%00"])
def test_a_parameter_without_a_name_is_refused(jane, query):
    assert said(ask(jane, f"/bookings?{query}")) == BAD_REQUEST


@pytest.mark.parametrize(("flag", "same"), [("1", "true"), ("0", "false")])
def test_a_flag_is_a_digit_or_a_word(world, flag, same):
    world.go_to(at(10, "09:00"))

    found = listed(world.admin, f"page[size]=250&filter[upcoming_only]={flag}")

    assert found == listed(world.admin, f"page[size]=250&filter[upcoming_only]={same}")


def test_a_time_without_an_offset_is_the_organisations(jane):
    """Booking 1001 is from nine to ten, in winter an hour ahead of UTC."""
    end = jane.booking(1001)["attributes"]["end_date"]
    assert end.endswith("T09:00:00+00:00")

    day = end[:10]
    assert "1001" in listed(jane, f"filter[start_date]={day}T09:59:59&filter[end_date]={day}T23:00:00")
    assert "1001" not in listed(jane, f"filter[start_date]={day}T10:00:00&filter[end_date]={day}T23:00:00")


@pytest.mark.parametrize("host", ["rooms.example:9000", "127.0.0.1:8080"])
def test_links_begin_as_the_caller_has_called(world, host):
    answer = ask(world.jane, "/bookings", host=host).json()

    beginning = f"http://{host}/api/v1/bookings"
    assert answer["links"]["self"].startswith(f"{beginning}?")
    assert answer["data"][0]["links"]["self"].startswith(f"{beginning}/")


def test_links_stay_in_the_sandbox_that_a_path_names(world):
    answer = ask(world.nobody, "/resources", host="rooms.example").json()

    assert answer["data"][0]["links"]["self"].startswith(f"http://rooms.example/~{world.name}/api/v1/resources/")
