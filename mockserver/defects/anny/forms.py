"""Bugs of what is answered to custom forms."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from mockserver.apis.anny.desk import forms
from mockserver.apis.anny.offers import FieldType, Form
from mockserver.apis.anny.operations import edits as operations
from mockserver.apis.anny.operations.calls import viewer_of
from mockserver.apis.anny.records import BOOKINGS, Booking, FilledForm, Status
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import Viewer
from mockserver.apis.exchange import Call
from mockserver.apis.refusals import BadInput
from mockserver.booking.errors import Refusal, RuleBroken
from mockserver.booking.lifecycle import Move
from mockserver.defects.anny.ways import moves_too
from mockserver.defects.common import done_though_refused, schema_says
from mockserver.defects.planting import Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_Given = Mapping[str, Any]
_Fill = Callable[[Form, _Given], dict[str, Any]]


def _filling(plant: Planter, around: Callable[[_Fill, Form, _Given], dict[str, Any]]) -> None:
    plant.replace(forms, "fill", lambda fill: lambda form, given: around(fill, form, given))


@DEFECTS.defect("AN-F01", "The last answer is not kept.")
def _(plant: Planter) -> None:
    def short(fill: _Fill, form: Form, given: _Given) -> dict[str, Any]:
        values = fill(form, given)
        values.popitem()
        return values

    _filling(plant, short)


@DEFECTS.defect("AN-F02", "Of the mandatory fields only the first has to be answered.")
def _(plant: Planter) -> None:
    def first_only(fill: _Fill, form: Form, given: _Given) -> dict[str, Any]:
        fields = form.fields
        lenient = (fields[0], *(msgspec.structs.replace(each, required=False) for each in fields[1:]))
        return fill(msgspec.structs.replace(form, fields=lenient), given)

    _filling(plant, first_only)


@DEFECTS.defect("AN-F03", "What the form does not ask for is ignored.")
def _(plant: Planter) -> None:
    def known(fill: _Fill, form: Form, given: _Given) -> dict[str, Any]:
        names = {"email", *(field.id for field in form.fields)}
        return fill(form, {name: value for name, value in given.items() if name in names})

    _filling(plant, known)


@DEFECTS.defect("AN-F04", "Any text is an option.")
def _(plant: Planter) -> None:
    plant.replace(forms._TAKES, FieldType.SELECT, lambda _: forms._text)


@DEFECTS.defect("AN-F04.address", "Any text is an address.")
def _(plant: Planter) -> None:
    plant.replace(forms._TAKES, FieldType.EMAIL, lambda _: forms._text)


@DEFECTS.defect("AN-F05", "A form can be answered again and again.")
def _(plant: Planter) -> None:
    plant.replace(forms, "_form_of", lambda of: lambda register, booking, _: of(register, booking, None))


def _keeps(plant: Planter, refusal: type[Refusal]) -> None:
    """Keep what was refused, as far as it answers the form."""

    def act(call: Call, work: Work) -> None:
        register = Register(work)
        booking, part = register.booking(call.path["bookingId"], viewer_of(call, work))
        service = register.service_of(booking)
        form = None if service is None else register.form_of(service)
        if form is None or part.takes_part:
            return
        values = {field.id: call.body[field.id] for field in form.fields if field.id in call.body}
        answers = FilledForm(values=values, name="", email=call.body.get("email"))
        work.records(BOOKINGS).put(msgspec.structs.replace(booking, answers=answers))

    done_though_refused(plant, "personalizeBooking", refusal, act)


@DEFECTS.defect("AN-F05.kept", "Answering again is refused, and changes the answers.")
def _(plant: Planter) -> None:
    _keeps(plant, RuleBroken)


@DEFECTS.defect("AN-F06", "The form of a canceled booking can be answered.")
def _(plant: Planter) -> None:
    moves_too(plant, forms, Move(Status.CANCELED, "personalize", Status.CANCELED))


@DEFECTS.defect("AN-F07", "An address may be as long as it likes.")
def _(plant: Planter) -> None:
    schema_says(plant, "Email", {"maxLength": None})


@DEFECTS.defect("AN-F08", "The name of whoever answered is their address.")
def _(plant: Planter) -> None:
    def make(filled_form: type[FilledForm]) -> Any:
        return lambda **said: filled_form(**{**said, "name": said["email"] or "somebody"})

    plant.replace(forms, "FilledForm", make)


@DEFECTS.defect("AN-F09", "What a participant answers is answered for the customer.")
def _(plant: Planter) -> None:
    def make(personalize: Callable[..., Booking]) -> Any:
        def for_all(work: Work, viewer: Viewer, booking_id: str, given: _Given) -> Booking:
            after = personalize(work, viewer, booking_id, given)
            mine = after.participant(viewer.address or "")
            if mine is not None and mine.answers is not None:
                after = msgspec.structs.replace(after, answers=mine.answers)
                work.records(BOOKINGS).put(after)
            return after

        return for_all

    plant.replace(operations, "personalize", make)


@DEFECTS.defect("AN-F10", "Of a personalization that is refused the good answers are kept.")
def _(plant: Planter) -> None:
    _keeps(plant, BadInput)


@DEFECTS.defect("AN-F11", "email answers nothing.")
def _(plant: Planter) -> None:
    def without(fill: _Fill, form: Form, given: _Given) -> dict[str, Any]:
        return fill(form, {name: value for name, value in given.items() if name != "email"})

    _filling(plant, without)
