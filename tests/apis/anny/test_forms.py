"""Answers to custom forms: what each type of field takes, and who may answer when.

Booking 1004 is Jane's, of a service whose form asks for a diet (1), a size (2) and an address (3).
"""

from typing import Any

import pytest
from anny_edits import alter, invite, people, personalize
from anny_world import AnnyWorld, field, form, said, service

from mockserver.apis.anny.desk.forms import fill
from mockserver.apis.anny.offers import FORMS, Field, FieldType, Form
from mockserver.apis.refusals import BadInput

DIET, SIZE = field(1), field(2)
FULL = {DIET: "Vegetarian", SIZE: "L", "email": "jane@example.com"}
NOT_ALLOWED = (422, "personalization_not_allowed")

CHOICES = ("S", "M", "L")
WITH_OPTIONS = {FieldType.SELECT, FieldType.MULTISELECT, FieldType.RADIO}

TAKEN: dict[FieldType, list[Any]] = {
    FieldType.TEXT: ["Window seat", " ", "0"],
    FieldType.TEXTAREA: ["One line\nand another"],
    FieldType.NUMBER: [0, -3, 2.5, 10**15],
    FieldType.EMAIL: ["jane@example.com", "j@" + "x" * 194 + ".com"],
    FieldType.PHONE: ["+49 40 123-456", "112", "(040) 12.34/5"],
    FieldType.DATE: ["2026-02-28", "2024-02-29"],
    FieldType.CHECKBOX: [True, False],
    FieldType.SELECT: ["S", "L"],
    FieldType.MULTISELECT: [["S"], ["L", "S"]],
    FieldType.RADIO: ["M"],
}
REFUSED: dict[FieldType, list[Any]] = {
    FieldType.TEXT: [1, True, ["S"]],
    FieldType.TEXTAREA: [1.5, False],
    FieldType.NUMBER: ["3", True, 10**15 + 1, ["S"]],
    FieldType.EMAIL: ["jane", "jane@example", "a b@example.com", "j@" + "x" * 195 + ".com", 7],
    FieldType.PHONE: ["call me", "12", "+" + "1" * 41, 112],
    FieldType.DATE: ["2026-02-29", "28.02.2026", "20260228", "2026-W09-6", "2026-02-28T00:00:00Z", 20260228],
    FieldType.CHECKBOX: ["true", 1, 0],
    FieldType.SELECT: ["XL", "s", ["S"], True],
    FieldType.MULTISELECT: ["S", ["S", "XL"], ["S", "S"]],
    FieldType.RADIO: ["XL", 1],
}


def asking(*types: FieldType, required: bool = True) -> Form:
    fields = (
        Field(
            id=f"f{number}",
            label=kind.value,
            type=kind,
            required=required,
            options=CHOICES if kind in WITH_OPTIONS else (),
        )
        for number, kind in enumerate(types, start=1)
    )
    return Form(id="f0", name="Questions", fields=tuple(fields))


def pairs(table: dict[FieldType, list[Any]]) -> list[tuple[FieldType, Any]]:
    return [(kind, value) for kind in FieldType for value in table[kind]]


@pytest.mark.parametrize(("kind", "value"), pairs(TAKEN))
def test_a_field_takes_what_is_of_its_type_and_keeps_it_as_it_was_sent(kind: FieldType, value: Any) -> None:
    assert fill(asking(kind), {"f1": value}) == {"f1": value}


@pytest.mark.parametrize(("kind", "value"), pairs(REFUSED))
def test_a_field_refuses_what_is_of_another_type_or_no_option(kind: FieldType, value: Any) -> None:
    for required in (True, False):
        with pytest.raises(BadInput) as refusal:
            fill(asking(kind, required=required), {"f1": value})
        assert refusal.value.pointer == "/f1"


@pytest.mark.parametrize("kind", FieldType)
@pytest.mark.parametrize("blank", [{}, {"f1": None}, {"f1": ""}, {"f1": []}])
def test_nothing_is_no_answer(kind: FieldType, blank: dict[str, Any]) -> None:
    assert fill(asking(kind, required=False), blank) == {}
    with pytest.raises(BadInput) as refusal:
        fill(asking(kind), blank)
    assert refusal.value.pointer == "/f1"


def test_answers_stand_in_the_order_of_the_form() -> None:
    asked = asking(FieldType.TEXT, FieldType.NUMBER, FieldType.CHECKBOX)

    assert list(fill(asked, {"f3": True, "f1": "x", "f2": 1})) == ["f1", "f2", "f3"]


def test_the_address_answers_a_field_of_type_email_that_has_no_answer_of_its_own() -> None:
    asked = asking(FieldType.EMAIL, FieldType.EMAIL, FieldType.TEXT, required=False)

    given = {"email": "jane@example.com", "f2": "max@example.com"}

    assert fill(asked, given) == {"f1": "jane@example.com", "f2": "max@example.com"}


def test_what_the_form_does_not_ask_is_refused_before_anything_else() -> None:
    with pytest.raises(BadInput) as refusal:
        fill(asking(FieldType.TEXT), {"f1": 1, "a/b": None})
    assert refusal.value.pointer == "/a~1b"


def answered(world: AnnyWorld) -> Any:
    """What Jane sees of her answers."""
    return world.jane.booking(1004)["attributes"]["custom_entry_map"]


def test_an_answer_is_formatted_for_people_and_kept_as_it_was_sent(world: AnnyWorld) -> None:
    known: tuple[tuple[str, FieldType, Any, str], ...] = (
        ("a", FieldType.NUMBER, 2.5, "2.5"),
        ("b", FieldType.CHECKBOX, True, "Yes"),
        ("c", FieldType.CHECKBOX, False, "No"),
        ("d", FieldType.MULTISELECT, ["S", "L"], "S, L"),
        ("e", FieldType.DATE, "2026-02-28", "2026-02-28"),
    )
    ids = {name: f"3f0c0051-5a7e-4c1d-9b2f-00000000009{number}" for number, (name, *_) in enumerate(known)}
    fields = tuple(
        Field(id=ids[name], label=name, type=kind, required=True, options=CHOICES) for name, kind, *_ in known
    )
    alter(world, form(1), FORMS, fields=fields)

    personalize(world.jane, 1004, {ids[name]: value for name, _, value, _ in known})

    shown = answered(world)
    for name, kind, value, text in known:
        assert shown[ids[name]] == {"value": value, "formatted_value": text, "label": name, "type": kind.value}


def test_a_form_is_answered_again_where_the_service_says_so(world: AnnyWorld) -> None:
    alter(world, service(5), allow_subsequent_personalizations=True)
    personalize(world.jane, 1004, FULL)

    assert said(personalize(world.jane, 1004, {**FULL, SIZE: "S"})) == (200, "")
    assert answered(world)[SIZE]["value"] == "S"


def test_a_service_that_takes_no_personalization_takes_no_answers(world: AnnyWorld) -> None:
    alter(world, service(5), allow_personalization=False)

    assert said(personalize(world.jane, 1004, FULL)) == NOT_ALLOWED


def test_the_same_answers_again_are_no_change(world: AnnyWorld) -> None:
    alter(world, service(5), allow_subsequent_personalizations=True)
    personalize(world.jane, 1004, FULL)
    before = world.jane.booking(1004)
    world.wait(hours=1)

    assert said(personalize(world.jane, 1004, FULL)) == (200, "")
    assert world.jane.booking(1004) == before


def test_the_organisation_answers_for_the_customer(world: AnnyWorld) -> None:
    assert said(personalize(world.admin, 1004, FULL)) == (200, "")

    assert answered(world)[SIZE]["value"] == "L"


@pytest.mark.parametrize(("given", "name"), [({"name": "Maximilian"}, "Maximilian"), ({}, "Max Muster")])
def test_a_participant_is_called_as_they_were_invited_or_as_their_account_is(
    world: AnnyWorld, given: dict[str, str], name: str
) -> None:
    invite(world.jane, 1004, {"email": "max@example.com", "can_edit": True, **given})
    world.max.post("/bookings/1004/accept-invite")

    answer = personalize(world.max, 1004, FULL)

    assert answer.json()["data"]["meta"]["personalization_name"] == name
    assert [each["has_personalization"] for each in people(world.jane, 1004)] == [True]
    assert world.jane.booking(1004)["meta"]["has_personalization"] is False
