"""A small library: books that have an author, an owner and sequels, in circles if need be."""

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.apis.anny.documents import error, many, one
from mockserver.apis.anny.views import Relation, Type, Types


@dataclass
class Person:
    id: str
    name: str


@dataclass
class Book:
    id: str
    title: str
    author: str | None = None
    owner: str | None = None
    sequels: tuple[str, ...] = ()


@dataclass
class Library:
    people: dict[str, Person] = field(default_factory=dict)
    books: dict[str, Book] = field(default_factory=dict)
    looked_up: Counter[tuple[str, str]] = field(default_factory=Counter)

    def person(self, relation, book):
        self.looked_up[relation, book.id] += 1
        return self.people.get(getattr(book, relation))

    def sequels(self, book):
        self.looked_up["sequels", book.id] += 1
        return [self.books[each] for each in book.sequels]

    def by(self, person):
        self.looked_up["books", person.id] += 1
        return [book for book in self.books.values() if book.author == person.id]


INCLUDES = ("author.books.owner", "author.books.sequels", "owner", "sequels.author.books", "sequels.sequels.owner")

TYPES: Types[Library] = Types(
    Type(
        name="books",
        attributes=lambda book, _: {"title": book.title, "letters": len(book.title), "shelf": None},
        meta=lambda book, _: {"is_long": len(book.title) > 5},
        relationships={
            "author": Relation.to_one("people", lambda book, library: library.person("author", book)),
            "owner": Relation.to_one(
                "people",
                lambda book, library: library.person("owner", book),
                lambda book, owner, _: {"wrote_it": True} if owner.id == book.author else {},
            ),
            "sequels": Relation.to_many(
                "books", lambda book, library: library.sequels(book), lambda _, sequel, __: {"title": sequel.title}
            ),
        },
        includes=INCLUDES,
    ),
    Type(
        name="people",
        attributes=lambda person, _: {"name": person.name},
        relationships={"books": Relation.to_many("books", lambda person, library: library.by(person), on_demand=True)},
        includes=("books",),
        path="/me",
    ),
)

ANN, BEN = Person("1", "Ann"), Person("2", "Ben")
FIRST = Book("10", "First", author="1", owner="1", sequels=("11",))
SECOND = Book("11", "Second", author="1", owner="2", sequels=("10",))
LONELY = Book("12", "Lonely")


@pytest.fixture
def library():
    return Library({each.id: each for each in (ANN, BEN)}, {each.id: each for each in (FIRST, SECOND, LONELY)})


def view(name="books", *, flat=False, **query):
    return TYPES.view(name, query, base_path="/api", flat=flat)


def key(resource):
    return resource["type"], resource["id"]


def keys(resources):
    return [key(each) for each in resources]


def linkage_to(resources):
    return [{"type": each["type"], "id": each["id"]} for each in resources]


# One


def test_linkage_on_demand_is_looked_up_only_when_its_path_is_included(library):
    one(ANN, view("people"), library)
    assert not library.looked_up

    document = one(ANN, view("people", include="books"), library)

    assert document["data"]["relationships"]["books"]["data"] == linkage_to(document["included"])


# Included


@pytest.mark.parametrize(("include", "is_there"), [(None, False), ("", True), ("author", True)])
def test_whoever_asks_gets_a_list_even_if_it_is_empty(library, include, is_there):
    assert ("included" in one(LONELY, view(include=include), library)) is is_there


def test_nothing_is_looked_up_twice(library):
    many([FIRST, SECOND, LONELY], view(include=",".join(INCLUDES)), library, total=3)

    assert set(library.looked_up.values()) == {1}


"""Nobody draws covers or takes notes; pages cannot be read by themselves."""


# Fields


def test_relationships_nobody_asked_for_are_not_looked_up(library):
    one(FIRST, view(**{"fields[books]": "title"}), library)

    assert not library.looked_up


# Many


def paged(number, size, total, **query):
    records = [Book(str(n), "x") for n in range(total)][(number - 1) * size :][:size]
    asked = view(**{"page[number]": number, "page[size]": size}, **query)
    return many(records, asked, Library(), total=total)


def test_an_empty_list_has_one_page():
    assert paged(1, 3, 0)["meta"]["page"]["last-page"] == 1


# The flattened form


def test_flattened_nothing_is_looked_up_twice(library):
    many([FIRST, SECOND, LONELY], view(include=",".join(INCLUDES), flat=True), library, total=3)

    assert set(library.looked_up.values()) == {1}


# Whatever the records, whatever is asked


@st.composite
def libraries(draw):
    people = [str(n) for n in range(draw(st.integers(0, 3)))]
    books = [str(n) for n in range(draw(st.integers(1, 5)))]
    someone = st.sampled_from([None, *people])
    several = st.lists(st.sampled_from(books), unique=True, max_size=3).map(tuple)
    drawn = {
        each: Book(each, "x" * draw(st.integers(0, 9)), draw(someone), draw(someone), draw(several)) for each in books
    }
    return Library({each: Person(each, f"person {each}") for each in people}, drawn)


WAYS = sorted({".".join(path.split(".")[:n]) for path in INCLUDES for n in range(1, path.count(".") + 2)})
includes = st.lists(st.sampled_from(WAYS), unique=True).map(",".join)
asks = st.tuples(libraries(), includes, st.data())


def primary_of(library, data):
    return [library.books[each] for each in data.draw(st.lists(st.sampled_from(sorted(library.books)), unique=True))]


def linked_from(resource):
    for relationship in resource.get("relationships", {}).values():
        linkage = relationship.get("data") or []
        yield from keys(linkage if isinstance(linkage, list) else [linkage])


def reached(library, records, include):
    """Everything the paths lead to, found the long way."""
    found = set()
    for path in include.split(",") if include else ():
        here = [("books", each) for each in records]
        for step in path.split("."):
            if step in {"author", "owner"}:
                here = [("people", library.person(step, book)) for _, book in here]
            else:
                read = library.by if step == "books" else library.sequels
                here = [("books", other) for _, record in here for other in read(record)]
            here = [(name, record) for name, record in here if record]
            found |= {(name, record.id) for name, record in here}
    return found


def nested(flat):
    """A flattened resource and all that are inside it."""
    yield flat
    for value in flat.values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict) and "type" in inner:
                yield from nested(inner)


@given(asks)
def test_everything_included_is_linked_from_the_primary_data(asked):
    library, include, data = asked

    document = many(primary_of(library, data), view(include=include), library, total=9)

    everything = {key(each): each for each in [*document["data"], *document["included"]]}
    seen, left = set(), keys(document["data"])
    while left:
        here = left.pop()
        if here in everything and here not in seen:
            seen.add(here)
            left += linked_from(everything[here])
    assert seen == set(everything)


@given(asks)
def test_no_resource_is_in_a_document_twice(asked):
    library, include, data = asked

    document = many(primary_of(library, data), view(include=include), library, total=9)

    everything = keys([*document["data"], *document["included"]])
    assert len(everything) == len(set(everything))


@given(asks)
def test_what_the_paths_lead_to_is_in_both_forms(asked):
    library, include, data = asked
    records = primary_of(library, data)

    document = many(records, view(include=include), library, total=9)
    flat = many(records, view(include=include, flat=True), library, total=9)

    wanted = {("books", each.id) for each in records} | reached(library, records, include)
    assert set(keys([*document["data"], *document["included"]])) == wanted
    assert {key(each) for resource in flat["data"] for each in nested(resource)} == wanted


@given(asks, st.sampled_from([None, "title,author", "letters", ""]))
def test_both_forms_carry_the_same_values(asked, fields):
    library, include, data = asked
    records = primary_of(library, data)
    query = {"include": include, "fields[books]": fields}

    document = many(records, view(**query), library, total=9)
    flat = many(records, view(**query, flat=True), library, total=9)

    said = {key(each): each["attributes"] for each in [*document["data"], *document["included"]]}
    relations = {"author", "owner", "sequels", "books"}
    for resource in flat["data"]:
        for each in nested(resource):
            assert {name: each[name] for name in each if name not in {"id", "type", "meta", *relations}} == said[
                key(each)
            ]


# Errors


@pytest.mark.parametrize(
    ("where", "source"),
    [
        ({}, None),
        ({"parameter": "include"}, {"parameter": "include"}),
        ({"pointer": ""}, {"pointer": ""}),  # the body as a whole
    ],
)
def test_an_error_leads_to_its_source_if_it_has_one(where, source):
    (said,) = error(400, "bad", "Bad", "Bad.", **where)["errors"]

    assert said.get("source") == source
    assert "meta" not in said
