"""The one way in which a new booking comes to be: its place, its record, and what time will do to it."""

from collections.abc import Sequence
from datetime import datetime

from mockserver.apis.bardge.desk.diary import Diary
from mockserver.apis.bardge.desk.register import new_id, new_serial, now_ms
from mockserver.apis.bardge.desk.schedule import instance_of
from mockserver.apis.bardge.desk.timetable import plan
from mockserver.apis.bardge.records import BOOKINGS, Booking, BookingType, Status, Taken
from mockserver.sandbox.work import Work

__all__ = ["make_booking"]


def make_booking(
    work: Work,
    *,
    reseller_id: str,
    client: str,
    pass_id: str,
    type: BookingType,  # noqa: A002 - as the record has it
    branch_id: str,
    starts_at: datetime,
    ends_at: datetime,
    took: Taken,
    instance_id: str | None = None,
    service_ids: Sequence[str] = (),
    rescheduled_from: str | None = None,
    was_late: bool = False,
    holder: str | None = None,
) -> Booking:
    """A pending booking in its place. What it takes besides is the caller's to take.

    Args:
        client: The id of its record.
        ends_at: Of an appointment the end of its last hour.
        instance_id: Of a class.
        holder: A session, or a booking that is moved: what it has taken goes back first. A client's place in the very
            same class does not.

    Raises:
        AlreadyBooked: The client has a place in the class.
        NoPlacesLeft
    """
    now = now_ms(work)
    booking = Booking(
        id=new_id(work, "booking"),
        serial=new_serial(work),
        reseller_id=reseller_id,
        client=client,
        pass_id=pass_id,
        type=type,
        status=Status.PENDING,
        branch_id=branch_id,
        starts_at=starts_at,
        ends_at=ends_at,
        took=took,
        created_at=now,
        updated_at=now,
        instance_id=instance_id,
        service_ids=tuple(service_ids),
        rescheduled_from=rescheduled_from,
        was_late=was_late,
    )
    diary = Diary(work, reseller_id)
    if instance_id is not None:
        diary.take_place(booking, instance_of(work, instance_id))
    if holder is not None:
        diary.free(holder)
    if instance_id is None:
        diary.take_hours(booking)
    booking = plan(work, booking)
    work.records(BOOKINGS).put(booking)
    return booking
