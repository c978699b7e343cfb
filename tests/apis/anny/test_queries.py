"""Queries as clients write them: several ways to say the same, and what nobody knows."""

import pytest
from anny_world import resource, said, source

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
        ("/bookings?filter[search][]=a", "filter[search][]"),
        ("/bookings?filter[resources][a]=1", "filter[resources][a]"),
    ],
)
def test_a_list_that_is_none_is_refused_by_its_name(world, path, name):
    answer = ask(world.admin, path)

    assert (said(answer), source(answer)) == (BAD_REQUEST, name)


@pytest.mark.parametrize("query", ["%5B%5D=1&=2", "=%00"])
def test_a_parameter_without_a_name_is_refused(jane, query):
    assert said(ask(jane, f"/bookings?{query}")) == BAD_REQUEST


@pytest.mark.parametrize("host", ["rooms.example:9000", "127.0.0.1:8080"])
def test_links_begin_as_the_caller_has_called(world, host):
    answer = ask(world.jane, "/bookings", host=host).json()

    beginning = f"http://{host}/api/v1/bookings"
    assert answer["links"]["self"].startswith(f"{beginning}?")
    assert answer["data"][0]["links"]["self"].startswith(f"{beginning}/")


def test_links_stay_in_the_sandbox_that_a_path_names(world):
    answer = ask(world.nobody, "/resources", host="rooms.example").json()

    assert answer["data"][0]["links"]["self"].startswith(f"http://rooms.example/~{world.name}/api/v1/resources/")
