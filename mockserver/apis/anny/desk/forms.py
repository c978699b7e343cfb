"""What somebody answers to the custom form of a service.

What a form asks and what it takes for an answer is in `fill` and needs no world. Around it stands who may answer: the
customer and the organisation for the booking, whoever takes part and may edit their own data for themselves.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import msgspec

from mockserver.apis.anny.desk.invitations import change_participant
from mockserver.apis.anny.notices import tell
from mockserver.apis.anny.offers import Field, FieldType, Form
from mockserver.apis.anny.records import BOOKINGS, LIFECYCLE, Booking, FilledForm, Participant
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import Part, Viewer
from mockserver.apis.refusals import BadInput, Forbidden
from mockserver.booking.errors import RuleBroken
from mockserver.sandbox.work import Work

__all__ = ["fill", "personalize"]

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_LONGEST_EMAIL = 200
_PHONE = re.compile(r"\+?[0-9 ()./-]{3,40}", re.ASCII)
"""Assumed: no page of the vendor says what a number has to look like."""
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_GREATEST = 10**15
"""Assumed. A whole number up to here is the same in every client, whatever it takes numbers for."""


def personalize(work: Work, viewer: Viewer, booking_id: str, given: Mapping[str, Any]) -> Booking:
    """Keep what *given* answers: `email`, and values by the id of a field.

    Raises, in this order:
        NotFound, Forbidden: The booking.
        RuleBroken: `personalization_not_allowed`.
        BadInput: See `fill`.
    """
    register = Register(work)
    booking, part = register.booking(booking_id, viewer)
    _ensure_answers(part)
    participant = booking.participant(viewer.address or "") if part.takes_part else None
    form = _form_of(register, booking, booking.answers if participant is None else participant.answers)
    now = work.this_second
    email = given.get("email")
    values = fill(form, given)
    if participant is None:
        customer = register.customer_of(booking)
        name = customer.name if customer is not None else ""
        after = msgspec.structs.replace(booking, answers=FilledForm(values=values, name=name, email=email))
    else:
        answers = FilledForm(values=values, name=_name_of(participant, viewer), email=email)
        after = change_participant(
            booking, participant.id, lambda entry: msgspec.structs.replace(entry, answers=answers)
        )
    if after == booking:
        return booking
    after = msgspec.structs.replace(after, updated_at=now)
    work.records(BOOKINGS).put(after)
    tell(work, "bookings.updated", after)
    return after


def _ensure_answers(part: Part) -> None:
    if not part.may_personalize:
        raise Forbidden("who takes part answers the form once they have accepted, and where can_edit says so").under(
            "AN-F12"
        )


def fill(form: Form, given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers to a form by the id of the field, in its order.

    Null, an empty text and an empty list are no answers. `email` answers fields of type email that have none of their
    own.

    Raises:
        BadInput: A member that answers no field, then, field by field, one of another type or outside the options, and
            a required one without an answer. `steps` leads to the field.
    """
    known = {field.id for field in form.fields}
    for key in given:
        if key != "email" and key not in known:
            raise _refused(key, "the form has no such field").under("AN-F03")
    values = {}
    for field in form.fields:
        value = given.get(field.id)
        if _is_blank(value) and field.type is FieldType.EMAIL:
            value = given.get("email")
        if not _is_blank(value):
            if (reason := _TAKES[field.type](field, value)) is not None:
                raise _refused(field.id, reason).under("AN-F04")
            values[field.id] = value
        elif field.required:
            raise _refused(field.id, "this field has to be answered").under("AN-F02")
    return values


def _form_of(register: Register, booking: Booking, answered: FilledForm | None) -> Form:
    """The form that can be answered now."""
    service = register.service_of(booking)
    form = None if service is None else register.form_of(service)
    if service is None or form is None or not service.allow_personalization:
        raise _not_allowed("the service does not take personalization")
    if not LIFECYCLE.allows(booking.status, "personalize"):
        raise _not_allowed(f"the booking is {booking.status}")
    if answered is not None and not service.allow_subsequent_personalizations:
        raise _not_allowed("the form has been answered")
    return form


def _name_of(participant: Participant, viewer: Viewer) -> str:
    account = viewer.account
    own = " ".join(part for part in (account.given_name, account.family_name) if part) if account is not None else ""
    return participant.name or own or participant.email


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", [])


# What each type of field takes: None, or why not.


def _text(_: Field, value: Any) -> str | None:
    return None if isinstance(value, str) else "must be a text"


def _number(_: Field, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "must be a number"
    return None if abs(value) <= _GREATEST else f"must be at most {_GREATEST}, and at least as much below zero"


def _email(_: Field, value: Any) -> str | None:
    if isinstance(value, str) and len(value) <= _LONGEST_EMAIL and _EMAIL.fullmatch(value):
        return None
    return f"must be an address of at most {_LONGEST_EMAIL} characters"


def _phone(_: Field, value: Any) -> str | None:
    return None if isinstance(value, str) and _PHONE.fullmatch(value) else "must be a telephone number"


def _date(_: Field, value: Any) -> str | None:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            date.fromisoformat(value)
        except ValueError:
            return "there is no such day"
        return None
    return "must be a day as YYYY-MM-DD"


def _checkbox(_: Field, value: Any) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _one_of(field: Field, value: Any) -> str | None:
    return None if isinstance(value, str) and value in field.options else _options(field)


def _some_of(field: Field, value: Any) -> str | None:
    if not isinstance(value, list) or not set(value) <= {*field.options}:
        return _options(field, "a list of ")
    return None if len(set(value)) == len(value) else "names an option twice"


def _options(field: Field, what: str = "one of ") -> str:
    return f"must be {what}{', '.join(field.options)}"


_TAKES: dict[FieldType, Callable[[Field, Any], str | None]] = {
    FieldType.TEXT: _text,
    FieldType.TEXTAREA: _text,
    FieldType.NUMBER: _number,
    FieldType.EMAIL: _email,
    FieldType.PHONE: _phone,
    FieldType.DATE: _date,
    FieldType.CHECKBOX: _checkbox,
    FieldType.SELECT: _one_of,
    FieldType.MULTISELECT: _some_of,
    FieldType.RADIO: _one_of,
}


def _refused(field: str, reason: str) -> BadInput:
    return BadInput("body", field, reason, steps=(field,))


def _not_allowed(text: str) -> RuleBroken:
    return RuleBroken("personalization_not_allowed", text)
