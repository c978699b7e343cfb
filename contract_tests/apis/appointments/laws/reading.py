"""What a customer reads of a booking, and who may read it at all."""

from contract_tests.apis.appointments.refusals import NO_BOOKING, NOT_THEIRS, TAKEN
from contract_tests.apis.appointments.scene import (
    COLLEAGUE,
    CUSTOMER,
    MINUTES,
    NOWHERE,
    ROOMMATE,
    SECOND,
    THIRD,
    AppointmentsScene,
)
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("reading")

_MEMBERS = {
    "from_date",
    "to_date",
    "service_name",
    "cancel_deadline",
    "formatted_location",
    "price",
    "price_type",
    "merchant_name",
    "is_cancelled",
}


@LAWS.law("AP-G01", "AP-G08")
def a_customer_reads_nine_members_and_the_merchant_s_name_for_people(scene: AppointmentsScene) -> None:
    start = scene.spot()
    seen = scene.seen("AP-G01", scene.booked(start))
    scene.same("AP-G01", _MEMBERS - set(seen), set(), "the members that the answer lacks")
    page = scene.page_of(scene.slug)
    scene.same("AP-G01", seen["service_name"], scene.service.name, "service_name")
    scene.same("AP-G01", seen["price_type"], scene.service.price_type, "price_type")
    locations = {each["id"]: each["formatted_location"] for each in page["locations"]}
    scene.same("AP-G01", seen["formatted_location"], locations[scene.location], "formatted_location")
    scene.same("AP-G08", seen["merchant_name"], page["merchant_name"], "merchant_name")


@LAWS.law("AP-G02", "AP-A08", "AP-G10")
def what_never_was_is_not_found_and_what_is_another_s_is_forbidden(scene: AppointmentsScene) -> None:
    start = scene.spot()
    booking = scene.booked(start)
    scene.ours("id", NOWHERE)
    scene.ours("booking_id", NOWHERE)

    def asked(path: int, by: str) -> list[Answer]:
        """Who is no employee of another merchant is not asked to change the booking."""
        may_change = by == OTHER or (path == NOWHERE and by == MAIN)
        changes = (scene.move(path, start, by=by), scene.call_off(path, by=by)) if may_change else ()
        return [scene.read(path, by=by), scene.leave(path, by=by), *changes]

    for who in (CUSTOMER, SECOND, MAIN, OTHER):
        for answer in asked(NOWHERE, who):
            answer.refused("AP-G02", *NO_BOOKING)
        if who != CUSTOMER:
            for answer in asked(booking, who):
                answer.refused("AP-G10" if who == MAIN else "AP-A08", *NOT_THEIRS)


@LAWS.law("AP-G03", "AP-X05", "AP-G10")
def who_never_took_part_reads_and_cancels_nothing(scene: AppointmentsScene) -> None:
    start = scene.spot()
    appointment, entered = scene.booked(start), scene.entered(start + 60 * MINUTES, scene.record(CUSTOMER))
    group = scene.group(start + 120 * MINUTES, scene.record(CUSTOMER))
    for booking in (appointment, entered, group):
        for who in (SECOND, THIRD, MAIN, ROOMMATE, COLLEAGUE, OTHER):
            read, cancel = ("AP-G10", "AP-G10") if who in (MAIN, ROOMMATE, COLLEAGUE) else ("AP-G03", "AP-X05")
            scene.read(booking, by=who).refused(read, *NOT_THEIRS)
            scene.leave(booking, by=who, title="cancel another's booking").refused(cancel, *NOT_THEIRS)
        seen = scene.read(booking).ok("AP-G03", 200)
        scene.same("AP-X05", seen.json["is_cancelled"], False, "is_cancelled afterwards")
    scene.book(start, by=SECOND, title="book beside it").refused("AP-X05", *TAKEN)


@LAWS.law("AP-G04")
def the_price_is_that_of_one_person_however_many_take_part(scene: AppointmentsScene) -> None:
    group = scene.group(scene.far_day())
    for who in (CUSTOMER, SECOND):
        scene.joined(group, by=who)
        scene.same("AP-G04", scene.group_service.price_type, "per_person", "price_type of the group service")
        seen = scene.seen("AP-G04", group)
        scene.same("AP-G04", seen["price"]["amount"], scene.group_service.price, "the price")


@LAWS.law("AP-G05", "AP-G09")
def the_deadline_is_the_service_s_own_or_the_merchant_s_in_hours(scene: AppointmentsScene) -> None:
    own = scene.profile.want("terms.deadlines", "the cancel deadlines of services are not known")
    usual = scene.profile.want("terms.deadline_hours", "the cancel deadline of the merchant is not known")
    start = scene.far_day()
    group = scene.group(start - 180 * MINUTES, scene.record(CUSTOMER))
    hours = own.get(str(scene.group_service_id), usual)
    scene.same("AP-G09", scene.seen("AP-G09", group)["cancel_deadline"], hours, "cancel_deadline of the group")
    for number, (service, hours) in enumerate(sorted(own.items())):
        begin = start + number * 120 * MINUTES
        booking = scene.entered(begin, scene.record(CUSTOMER), service_id=int(service))
        seen = scene.seen("AP-G05", booking)
        scene.same("AP-G05", seen["cancel_deadline"], hours, f"cancel_deadline of {seen['service_name']}")


@LAWS.law("AP-G06")
def who_left_a_group_reads_that_it_is_cancelled_and_the_others_do_not(scene: AppointmentsScene) -> None:
    group = scene.group(scene.far_day())
    for who in (CUSTOMER, SECOND):
        scene.joined(group, by=who)
    scene.left(group)
    scene.same("AP-G06", scene.seen("AP-G06", group)["is_cancelled"], True, "is_cancelled for who left")
    scene.same("AP-G06", scene.seen("AP-G06", group, by=SECOND)["is_cancelled"], False, "is_cancelled for another")


@LAWS.law("AP-G07")
def after_the_merchant_s_cancel_every_participant_reads_it(scene: AppointmentsScene) -> None:
    start = scene.spot()
    appointment = scene.booked(start)
    group = scene.group(start + 60 * MINUTES, scene.record(CUSTOMER))
    persons = scene.persons(scene.places)
    for who in persons[1:]:
        scene.joined(group, by=who)
    scene.left(group, by=SECOND)
    scene.call_off(appointment, "ill").ok("AP-D01", 200)
    scene.call_off(group, "ill").ok("AP-D01", 200)
    for booking, who in ((appointment, CUSTOMER), *((group, who) for who in persons)):
        scene.same("AP-G07", scene.seen("AP-G07", booking, by=who)["is_cancelled"], True, f"is_cancelled for {who}")
