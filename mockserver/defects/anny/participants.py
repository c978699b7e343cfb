"""Bugs about who takes part."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from mockserver.apis.anny.desk import edits
from mockserver.apis.anny.desk.edits import EditDesk
from mockserver.apis.anny.offers import Service
from mockserver.apis.anny.records import Booking, Participant, Participation
from mockserver.apis.anny.requests import GivenParticipant
from mockserver.apis.anny.viewers import Part
from mockserver.defects.common import afterwards, mended, schema_says
from mockserver.defects.planting import Defects, Planter

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_LONGEST = 200


@DEFECTS.defect("AN-G01", "That somebody new attends virtually is forgotten.")
def _(plant: Planter) -> None:
    def in_person(_: EditDesk, entry: Participant, booking: Booking, given: GivenParticipant) -> Participant:
        is_new = booking.participant(given.address) is None
        return msgspec.structs.replace(entry, attending_virtually=False) if is_new else entry

    afterwards(plant, EditDesk, "_participant", in_person)


@DEFECTS.defect("AN-G02", "Somebody new who may edit has accepted already.")
def _(plant: Planter) -> None:
    def joined(_: EditDesk, entry: Participant, *__: object) -> Participant:
        return msgspec.structs.replace(entry, status=Participation.ACCEPTED) if entry.can_edit else entry

    afterwards(plant, EditDesk, "_participant", joined)


@DEFECTS.defect("AN-G03", "Somebody whose address is spelled in another case is somebody new.")
def _(plant: Planter) -> None:
    def exactly(participant: Callable[..., Participant]) -> Any:
        def found(self: EditDesk, booking: Booking, given: GivenParticipant) -> Participant:
            known = tuple(each for each in booking.participants if each.email == given.email)
            return participant(self, msgspec.structs.replace(booking, participants=known), given)

        return found

    plant.replace(EditDesk, "_participant", exactly)


@DEFECTS.defect("AN-G03.moment", "Who is named again has been invited at that moment.")
def _(plant: Planter) -> None:
    def again(desk: EditDesk, entry: Participant, *_: object) -> Participant:
        return msgspec.structs.replace(entry, invited_at=desk._now)

    afterwards(plant, EditDesk, "_participant", again)


@DEFECTS.defect("AN-G04", "Who has accepted stays, named or not.")
def _(plant: Planter) -> None:
    def keeping(apply: Callable[..., Booking]) -> Any:
        def applied(self: EditDesk, before: Booking, after: Booking, **named: Any) -> Booking:
            there = {each.address for each in after.participants}
            joined = [each for each in before.participants if each.has_joined and each.address not in there]
            people = (*after.participants, *joined)
            return apply(self, before, msgspec.structs.replace(after, participants=people), **named)

        return applied

    plant.replace(EditDesk, "_apply", keeping)


@DEFECTS.defect("AN-G05", "Of an address that stands twice in the same spelling the last one counts.")
def _(plant: Planter) -> None:
    def mend(body: dict[str, Any]) -> None:
        people = body.get("participants")
        if isinstance(people, list) and all(isinstance(each, dict) and "email" in each for each in people):
            body["participants"] = list({str(each["email"]): each for each in people}.values())

    mended(plant, mend, "editParticipants")


@DEFECTS.defect("AN-G05.pointer", "Of an address that stands twice the first one is named.")
def _(plant: Planter) -> None:
    plant.replace(
        edits, "_bad_address", lambda bad: lambda number, reason: bad(0 if "before" in reason else number, reason)
    )


@DEFECTS.defect("AN-G06", "One more may take part than the service says.")
def _(plant: Planter) -> None:
    plant.replace(edits, "_are_enough", lambda enough: lambda service, number: enough(service, max(number - 1, 0)))


@DEFECTS.defect("AN-G07", "A service that has no participants takes some.")
def _(plant: Planter) -> None:
    def with_participants(_: EditDesk, found: tuple[Booking, Service], *__: object) -> tuple[Booking, Service]:
        booking, service = found
        return booking, msgspec.structs.replace(service, allow_participants=True)

    afterwards(plant, EditDesk, "_editable", with_participants)


@DEFECTS.defect("AN-G08", "An address of 201 characters is taken.")
def _(plant: Planter) -> None:
    schema_says(plant, "Email", {"maxLength": _LONGEST + 1})


@DEFECTS.defect("AN-G08.short", "An address of 200 characters is refused.")
def _(plant: Planter) -> None:
    schema_says(plant, "Email", {"maxLength": _LONGEST - 1})


@DEFECTS.defect("AN-G09", "Who has no name is called by their address.")
def _(plant: Planter) -> None:
    def called(_: EditDesk, entry: Participant, *__: object) -> Participant:
        return msgspec.structs.replace(entry, name=entry.name or entry.email.partition("@")[0])

    afterwards(plant, EditDesk, "_participant", called)


@DEFECTS.defect("AN-G10", "The customer can take part under the address in capitals.")
def _(plant: Planter) -> None:
    def but_capitals(ensure: Callable[..., None]) -> Any:
        def ensured(self: EditDesk, booking: Booking, given: Sequence[GivenParticipant]) -> None:
            customer = self._register.customer_of(booking)
            own = None if customer is None else customer.email.lower()
            ensure(self, booking, [each for each in given if each.email == each.address or each.address != own])

        return ensured

    plant.replace(EditDesk, "_ensure_distinct", but_capitals)


@DEFECTS.defect("AN-G11", "Every participant may edit.")
def _(plant: Planter) -> None:
    may = {Part.ORGANISATION, Part.OWNER, Part.EDITOR, Part.PARTICIPANT}
    plant.replace(Part, "may_edit", lambda _: property(lambda part: part in may))


@DEFECTS.defect("AN-G11.invited", "Who is invited may edit before they have answered.")
def _(plant: Planter) -> None:
    may = {Part.ORGANISATION, Part.OWNER, Part.EDITOR, Part.INVITED}
    plant.replace(Part, "may_edit", lambda _: property(lambda part: part in may))


@DEFECTS.defect("AN-G12", "An empty list of participants changes nothing.")
def _(plant: Planter) -> None:
    def unless_empty(edit: Callable[..., Booking]) -> Any:
        def edited(self: EditDesk, booking_id: str, given: Sequence[GivenParticipant]) -> Booking:
            return edit(self, booking_id, given) if given else self._booking(booking_id)

        return edited

    plant.replace(EditDesk, "edit_participants", unless_empty)
