from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.anny.views import DEFAULT_SIZE, MOST_PER_PAGE, Relation, Type, Types, UnknownInclude
from mockserver.booking.errors import in_json


def nothing(*_):
    return {}


def shelf(**more):
    """Books with authors who have books."""
    books = {
        "author": Relation.to_one("people", nothing),
        "sequels": Relation.to_many("books", nothing),
        "owner": Relation.to_one("people", nothing),
    }
    return (
        Type(name="books", attributes=nothing, relationships=books, **more),
        Type(name="people", attributes=nothing, relationships={"books": Relation.to_many("books", nothing)}),
    )


TYPES = Types(*shelf(includes=("author.books.sequels", "sequels")))


def view(**query):
    return TYPES.view("books", query)


# What can be included


@pytest.mark.parametrize(
    "path", ["", "owner", "sequels.sequels", "books", "author.", ".author", " author", "AUTHOR", "author.books.author"]
)
def test_any_other_path_is_refused_and_named(path):
    with pytest.raises(UnknownInclude) as refused:
        view(include=f"sequels,{path}")

    assert (refused.value.place, refused.value.field, refused.value.path) == ("query", "include", path)
    assert refused.value.reason == f"{in_json(path)} cannot be included, only author.books.sequels, sequels"


def test_from_a_type_that_lists_no_paths_nothing_can_be_included():
    with pytest.raises(UnknownInclude, match="only nothing"):
        TYPES.view("people", {"include": "books"})


def test_asking_for_nothing_is_not_the_same_as_not_asking():
    assert view(include="").include == {}
    assert view(include=None).include is None
    assert view().include is None


# Fields and pages


@given(number=st.none() | st.integers(), size=st.none() | st.integers())
def test_a_page_is_never_an_error(number, size):
    page = TYPES.view("books", {"page[number]": number, "page[size]": size}).page

    assert page.number == max(1, 1 if number is None else number)
    assert page.size == min(max(1, DEFAULT_SIZE if size is None else size), MOST_PER_PAGE)


# Addresses


def test_the_address_keeps_all_of_the_query_but_the_page():
    query = {
        "sort": "-start",
        "include": "author,sequels",
        "fields[books]": "title",
        "open": True,
        "filter[of][]": ["1", "ä&b"],
        "page[number]": 3,
        "page[size]": 5,
        "none": None,
    }

    address = urlsplit(TYPES.view("books", query, base_path="/~me/api/v1", path="/people/7/books").here)

    assert address.path == "/~me/api/v1/people/7/books"
    assert parse_qs(address.query) == {
        "sort": ["-start"],
        "include": ["author,sequels"],
        "fields[books]": ["title"],
        "open": ["true"],
        "filter[of][]": ["1", "ä&b"],
    }


def test_commas_stay_readable():
    assert TYPES.view("books", {"include": "author,sequels"}).here == "/books?include=author,sequels&"


# The table


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ((*shelf(), Type(name="people", attributes=nothing)), "same name"),
        (shelf()[:1], "books.author leads to 'people', which is no type"),
        (shelf(includes=("author.cats",)), "books lists 'author.cats', but people has no relation 'cats'"),
    ],
)
def test_a_table_that_does_not_hold_together_is_refused_at_once(types, said):
    with pytest.raises(ValueError, match=said):
        Types(*types)
