"""Bugs of invitations."""

from collections.abc import Callable
from typing import Any

import msgspec

from mockserver.apis.anny.desk import invitations
from mockserver.apis.anny.desk.reading import Reading
from mockserver.apis.anny.operations import edits as operations
from mockserver.apis.anny.records import BOOKINGS, REMOVED, Booking, Participant, Participation, Status
from mockserver.apis.anny.register import Register
from mockserver.apis.anny.viewers import Part, Viewer
from mockserver.apis.refusals import Forbidden
from mockserver.booking.lifecycle import Move
from mockserver.defects.anny.ways import error, moves_too
from mockserver.defects.common import afterwards
from mockserver.defects.planting import Answer, Defects, Planter
from mockserver.sandbox.work import Work

__all__ = ["DEFECTS"]

DEFECTS = Defects()

_Answering = Callable[[Work, Viewer, str], Booking]


def _answering(plant: Planter, name: str, around: Callable[[_Answering, Work, Viewer, str], Booking]) -> None:
    def make(inside: _Answering) -> Any:
        return lambda work, viewer, booking_id: around(inside, work, viewer, booking_id)

    plant.replace(operations, name, make)


@DEFECTS.defect("AN-I01", "Who accepts is told so, and stays invited.")
def _(plant: Planter) -> None:
    def unkept(inside: _Answering, work: Work, viewer: Viewer, booking_id: str) -> Booking:
        before, _ = Register(work).booking(booking_id, viewer)
        after = inside(work, viewer, booking_id)
        work.records(BOOKINGS).put(before)
        return after

    _answering(plant, "accept_invite", unkept)


@DEFECTS.defect("AN-I01.all", "Who accepts, accepts for all that are invited.")
def _(plant: Planter) -> None:
    def for_all(inside: _Answering, work: Work, viewer: Viewer, booking_id: str) -> Booking:
        after = inside(work, viewer, booking_id)
        people = tuple(msgspec.structs.replace(each, status=Participation.ACCEPTED) for each in after.participants)
        after = msgspec.structs.replace(after, participants=people)
        work.records(BOOKINGS).put(after)
        return after

    _answering(plant, "accept_invite", for_all)


@DEFECTS.defect("AN-I02", "Who has accepted goes on reading invited.")
def _(plant: Planter) -> None:
    def make(status_of: Callable[[Part, Booking], str]) -> Any:
        def still_invited(self: Part, booking: Booking) -> str:
            is_guest = self in {Part.INVITED, Part.PARTICIPANT}
            return "invited" if is_guest and booking.status is Status.ACCEPTED else status_of(self, booking)

        return still_invited

    plant.replace(Part, "status_of", make)


def _lenient_to_owners(inside: _Answering, work: Work, viewer: Viewer, booking_id: str) -> Booking:
    booking, part = Register(work).booking(booking_id, viewer)
    try:
        return inside(work, viewer, booking_id)
    except Forbidden:
        if part is not Part.OWNER:
            raise
        return booking


@DEFECTS.defect("AN-I03", "The customer accepts an invitation to what is their own, and nothing happens.")
def _(plant: Planter) -> None:
    _answering(plant, "accept_invite", _lenient_to_owners)


@DEFECTS.defect("AN-I03.reject", "The customer rejects for somebody who is invited.")
def _(plant: Planter) -> None:
    def for_another(inside: _Answering, work: Work, viewer: Viewer, booking_id: str) -> Booking:
        booking, part = Register(work).booking(booking_id, viewer)
        if part is not Part.OWNER or not booking.participants:
            return inside(work, viewer, booking_id)
        after = msgspec.structs.replace(booking, participants=booking.participants[1:])
        work.records(BOOKINGS).put(after)
        return after

    _answering(plant, "reject_invite", for_another)


@DEFECTS.defect("AN-I04", "Who has accepted can accept once more.")
def _(plant: Planter) -> None:
    move = Move(Participation.ACCEPTED, "accept_invite", Participation.ACCEPTED)
    moves_too(plant, invitations, move, name="PARTICIPATION")


@DEFECTS.defect("AN-I04.late", "Who has accepted can still reject.")
def _(plant: Planter) -> None:
    moves_too(plant, invitations, Move(Participation.ACCEPTED, "reject_invite", REMOVED), name="PARTICIPATION")


@DEFECTS.defect("AN-I04.over", "An invitation to what was canceled can be accepted.")
def _(plant: Planter) -> None:
    moves_too(plant, invitations, Move(Status.CANCELED, "invite", Status.CANCELED))


@DEFECTS.defect("AN-I05", "What somebody takes part in is not in their list.")
def _(plant: Planter) -> None:
    def act(self: Reading, found: tuple[Any, int], *_: Any) -> tuple[Any, int]:
        bookings, total = found
        return [each for each in bookings if self._viewer.part_in(each) is not Part.PARTICIPANT], total

    afterwards(plant, Reading, "bookings", act)


@DEFECTS.defect("AN-I06", "Who rejects with an empty object is asked for a content type that is there.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if answer.request.body:
            answer.status, answer.json = 415, error(415, "unsupported_media_type")

    plant.answer(change, "rejectInvite")


@DEFECTS.defect("AN-I06.nothing", "Who accepts without a body has sent a bad one.")
def _(plant: Planter) -> None:
    def change(answer: Answer) -> None:
        if not answer.request.body:
            answer.status, answer.json = 400, error(400, "bad_request")

    plant.answer(change, "acceptInvite")


@DEFECTS.defect("AN-I07", "An address with a capital letter in it is somebody else's.")
def _(plant: Planter) -> None:
    def exactly(booking: Booking, address: str) -> Participant | None:
        return next((each for each in booking.participants if each.email == address), None)

    plant.replace(Booking, "participant", lambda _: exactly)


@DEFECTS.defect("AN-I08", "The answer to a rejection names whoever rejected.")
def _(plant: Planter) -> None:
    def as_it_was(inside: _Answering, work: Work, viewer: Viewer, booking_id: str) -> Booking:
        before, _ = Register(work).booking(booking_id, viewer)
        inside(work, viewer, booking_id)
        return before

    _answering(plant, "reject_invite", as_it_was)


@DEFECTS.defect("AN-I09", "Who has rejected can read the booking on.")
def _(plant: Planter) -> None:
    left: set[tuple[str | None, str]] = set()

    def noted(inside: _Answering, work: Work, viewer: Viewer, booking_id: str) -> Booking:
        after = inside(work, viewer, booking_id)
        left.add((viewer.address, after.code))
        return after

    def part(viewer: Viewer, found: Part, booking: Booking) -> Part:
        return Part.PARTICIPANT if found is Part.STRANGER and (viewer.address, booking.code) in left else found

    _answering(plant, "reject_invite", noted)
    afterwards(plant, Viewer, "_part_of_account", part)


@DEFECTS.defect("AN-I10", "Who rejects takes all that are invited along.")
def _(plant: Planter) -> None:
    def alone(inside: _Answering, work: Work, viewer: Viewer, booking_id: str) -> Booking:
        after = inside(work, viewer, booking_id)
        joined = tuple(each for each in after.participants if each.has_joined)
        after = msgspec.structs.replace(after, participants=joined)
        work.records(BOOKINGS).put(after)
        return after

    _answering(plant, "reject_invite", alone)


@DEFECTS.defect("AN-I10.edit", "Who rejects takes the right to edit from the others.")
def _(plant: Planter) -> None:
    def strict(inside: _Answering, work: Work, viewer: Viewer, booking_id: str) -> Booking:
        after = inside(work, viewer, booking_id)
        others = tuple(msgspec.structs.replace(each, can_edit=False) for each in after.participants)
        after = msgspec.structs.replace(after, participants=others)
        work.records(BOOKINGS).put(after)
        return after

    _answering(plant, "reject_invite", strict)
