"""Availability: what is said to be free is, and what is not says why."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contract_tests.apis.anny.looking import linked, points_at, refused_at, unavailable
from contract_tests.apis.anny.scene import ADMIN, IDS, NOBODY, AnnyScene, Json, Slot, moment
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("availability")

_NOT_FOUND = (404, "not_found")
_INVALID = (422, "validation_error")
_WEEK = 7
_YEAR = 366
_NOON = time(12)
_SECOND = timedelta(seconds=1)


def _starts(scene: AnnyScene, rule: str, slot: Slot) -> list[Json]:
    answer = scene.starts(scene.local_day(slot), slot.service_id, slot.resource_id, slot.minutes)
    found: list[Json] = answer.ok(rule, 200).json
    return found


def _is(scene: AnnyScene, rule: str, slot: Slot, reason: str | None) -> None:
    """The start of a slot has to be available, or unavailable for that reason."""
    found = scene.interval(rule, slot)
    what = f"available and unavailability_type at {slot.starts_at}"
    scene.same(rule, (found["available"], found["unavailability_type"]), (reason is None, reason), what)


def _as_slot(interval: Json, like: Slot) -> Slot:
    return Slot(like.service_id, like.resource_id, moment(interval["start_date"]), moment(interval["end_date"]))


@LAWS.law("AN-T01", "AN-T02", "AN-N14")
def a_start_can_be_booked_exactly_when_it_is_said_to_be_free(scene: AnnyScene) -> None:
    slot = scene.slot(minutes=90)
    scene.booked(slot)
    for interval in _starts(scene, "AN-T01", slot):
        left, reason = interval["remaining_number_available"], interval["unavailability_type"]
        is_free = reason is None and left > 0
        scene.same("AN-T02", interval["available"], is_free, f"whether {interval['start_date']} is available")
        scene.same("AN-T02", left > 0, reason is None, "whether something is left")
        answer = scene.book(_as_slot(interval, slot), title=f"book {interval['start_date']}")
        if interval["available"]:
            number = answer.ok("AN-T01", 201).json["data"]["id"]
            scene.cancel(number).ok("AN-X01", 200)
        else:
            unavailable(scene, "AN-T01", answer, reason, said_by="AN-N14")


@LAWS.law("AN-T03", "AN-X04")
def the_last_place_comes_and_goes(scene: AnnyScene) -> None:
    slot = scene.slot()
    _is(scene, "AN-T03", slot, None)
    booking = scene.booked(slot)
    _is(scene, "AN-T03", slot, "booked_out")
    scene.cancel(booking).ok("AN-X01", 200)
    _is(scene, "AN-X04", slot, None)


@LAWS.law("AN-T04")
def what_touches_a_booking_is_free(scene: AnnyScene) -> None:
    slot = scene.slot()
    scene.booked(slot)
    for minutes, reason in ((-60, None), (-30, "booked_out"), (0, "booked_out"), (30, "booked_out"), (60, None)):
        _is(scene, "AN-T04", slot.later(minutes=minutes), reason)
    for minutes in (-60, 60):
        scene.booked(slot.later(minutes=minutes), "AN-T04")


@LAWS.law("AN-T05", "AN-T06")
def a_question_is_about_something_that_exists(scene: AnnyScene) -> None:
    slot = scene.slot()
    day, when = str(scene.local_day(slot)), slot.starts_at.isoformat()
    right: Json = {"service_id": slot.service_id, "resource_id": slot.resource_id}
    for name in right:
        wrong: Json = {**right, name: IDS[name]}
        for answer in (
            scene.call("listAvailabilityStarts", date=day, by=NOBODY, **wrong),
            scene.call("listAvailabilityEnds", date_time=when, by=NOBODY, **wrong),
        ):
            points_at(scene, "AN-T05", answer.refused("AN-T05", *_NOT_FOUND), parameter=name)
    for zone in ("Europe/Atlantis", "Berlin", "Mars/Olympus"):
        answers = [
            scene.call("listAvailabilityStarts", date=day, timezone=zone, by=NOBODY, **right),
            scene.call("listAvailabilityEnds", date_time=when, timezone=zone, by=NOBODY, **right),
        ]
        for answer in answers:
            refused_at(scene, "AN-T06", answer, parameter="timezone")
    days = [scene.local_day(slot) + timedelta(days=ahead) for ahead in (-1, 0, 1)]
    near = [moment(each["start_date"]) for day_ in days for each in scene.starts(day_, **right).ok("AN-T06", 200).json]
    for zone in ("UTC", "America/New_York", "Pacific/Auckland", "Pacific/Pago_Pago"):
        answer = scene.starts(days[1], **right, timezone=zone).ok("AN-T06", 200)
        wanted = [each for each in near if each.astimezone(ZoneInfo(zone)).date() == days[1]]
        found = [moment(each["start_date"]) for each in answer.json]
        scene.same("AN-T06", found, wanted, f"the starts in {zone}", answer)


@LAWS.law("AN-T07")
def the_padding_of_both_bookings_is_kept_free(scene: AnnyScene) -> None:
    service = scene.service("strict")
    before, after = service["padding_before"], service["padding_after"]
    padded = scene.slot("strict", "other_room", minutes=60)
    plain = padded.of(scene.service_id("instant"))
    step = service["booking_interval"] or 15
    scene.submitted(padded, "AN-C06")
    late = next(minutes for minutes in range(0, 600, step) if minutes >= after)
    early = next(minutes for minutes in range(0, 600, step) if minutes >= before)
    _is(scene, "AN-T07", plain.later(minutes=60), "booked_out" if after else None)
    _is(scene, "AN-T07", plain.later(minutes=60 + late), None)
    _is(scene, "AN-T07", plain.later(minutes=-60), "booked_out" if before else None)
    _is(scene, "AN-T07", plain.later(minutes=-60 - early), None)
    scene.booked(plain.later(minutes=60 + late))
    behind = padded.later(minutes=120 + late)
    _is(scene, "AN-T07", behind, "booked_out" if before else None)
    _is(scene, "AN-T07", behind.later(minutes=early), None)
    both = next(minutes for minutes in range(0, 600, step) if minutes >= before + after)
    _is(scene, "AN-T07", padded.later(minutes=-60), "booked_out")
    if both <= 60:
        _is(scene, "AN-T07", padded.later(minutes=-60 - both), None)


@LAWS.law("AN-T08")
def places_are_taken_by_weight(scene: AnnyScene) -> None:
    slot = scene.slot("course", "course_room")
    quantity = scene.resource("course_room")["quantity"]
    left = quantity
    for weight in (quantity - 3, 1):
        scene.add(slot, service_id={slot.service_id: weight}, title=f"hold {weight} places").ok("AN-T08", 201)
        left -= weight
        found = scene.interval("AN-T08", slot)["remaining_number_available"]
        scene.same("AN-T08", found, left, "how many places are left")
    too_many = scene.add(slot, service_id={slot.service_id: left + 1}, title=f"hold {left + 1} places")
    unavailable(scene, "AN-T08", too_many, "booked_out")
    scene.same("AN-T08", scene.interval("AN-T08", slot)["remaining_number_available"], left, "how many are still left")
    scene.add(slot, service_id={slot.service_id: left}, title=f"hold {left} places").ok("AN-T08", 201)
    _is(scene, "AN-T08", slot, "booked_out")
    unavailable(scene, "AN-T08", scene.add(slot, title="hold one more"), "booked_out")


@LAWS.law("AN-T09")
def what_is_past_or_too_far_ahead_is_not_offered(scene: AnnyScene) -> None:
    service = scene.service("instant")
    service_id, resource_id = scene.service_id("instant"), scene.resource_id("room")
    now = scene.now()
    from_ = now + timedelta(minutes=service["lead_time"])
    for interval in scene.starts(now.date(), service_id, resource_id).ok("AN-T09", 200).json:
        if interval["unavailability_type"] == "outside_opening_hours":
            continue
        is_early = moment(interval["start_date"]) < from_
        got = interval["unavailability_type"] == "lead_time_conflict"
        scene.same("AN-T09", got, is_early, f"whether {interval['start_date']} is a lead_time_conflict")
    period = service["advance_booking_period"]
    if period is None:
        return
    until = now + timedelta(minutes=period)
    slots = []
    for ahead in range(-1, 4):
        found = scene.starts((until + timedelta(days=ahead)).date(), service_id, resource_id).ok("AN-T09", 200).json
        for interval in found:
            if interval["unavailability_type"] in ("outside_opening_hours", "booked_out", "blocked"):
                continue
            is_late = moment(interval["end_date"]) > until
            got = interval["unavailability_type"] == "after_lead_time"
            scene.same("AN-T09", got, is_late, f"whether {interval['start_date']} is after_lead_time")
            slots.append(interval)
    late = [each for each in slots if each["unavailability_type"] == "after_lead_time"]
    slot = Slot(service_id, resource_id, moment(late[-1]["start_date"]), moment(late[-1]["end_date"]))
    unavailable(scene, "AN-T09", scene.book(slot, title="book too far ahead"), "after_lead_time")
    night = slot.later(minutes=-12 * 60)
    answer = scene.book(night, title="book a night too far ahead")
    answer.refused("AN-T09", 422, "unavailable_interval")
    reason = answer.json["errors"][0]["meta"]["unavailability_type"]
    scene.expect("AN-T09", reason in ("outside_opening_hours", "closed"), "opening hours first", reason, answer)


@LAWS.law("AN-T09")
def how_early_and_how_late_one_books_is_told_alike_to_the_second(scene: AnnyScene) -> None:
    service, slot = scene.service("instant"), scene.slot(where="desk")
    scene.go_to(slot.starts_at - timedelta(minutes=service["lead_time"]))
    _is_everywhere(scene, slot, None)
    scene.pass_time(_SECOND)
    _is_everywhere(scene, slot, "lead_time_conflict")
    if service["advance_booking_period"] is None:
        return
    period = timedelta(minutes=service["advance_booking_period"])
    late = _first_after(scene, slot, scene.now() + period)
    scene.go_to(late.ends_at - period - _SECOND)
    _is_everywhere(scene, late, "after_lead_time")
    scene.pass_time(_SECOND)
    _is_everywhere(scene, late, None)


def _is_everywhere(scene: AnnyScene, slot: Slot, reason: str | None) -> None:
    """Among starts, among ends and to whoever wants it a slot has to be free, or not for that reason."""
    _is(scene, "AN-T09", slot, reason)
    answer = scene.ends(slot).ok("AN-T09", 200)
    told = [
        (each["available"], each["unavailability_type"])
        for each in answer.json
        if moment(each["end_date"]) == slot.ends_at
    ]
    scene.same("AN-T09", told, [(reason is None, reason)], f"what is told of the end {slot.ends_at}", answer)
    held = scene.add(slot)
    if reason is None:
        scene.empty(order=held.ok("AN-T09", 201).json["data"]).ok("AN-C17", 200)
    else:
        unavailable(scene, "AN-T09", held, reason)


def _first_after(scene: AnnyScene, like: Slot, when: datetime) -> Slot:
    """A slot like another one, on the first day after that of a moment on which something begins."""
    for ahead in range(1, _WEEK + 1):
        answer = scene.starts(when.date() + timedelta(days=ahead), like.service_id, like.resource_id, like.minutes)
        if found := answer.ok("AN-T09", 200).json:
            return _as_slot(found[0], like)
    raise NotApplicable("nothing begins in the week after the last day on which it can be booked")


@LAWS.law("AN-T10")
def a_booking_is_as_long_as_the_service_says_and_begins_on_its_grid(scene: AnnyScene) -> None:
    service = scene.service("instant")
    least, most, step = service["min_duration"], service["max_duration"], service["booking_interval"]
    first = scene.day()[0]
    for minutes, reason in (
        (least, None),
        (least - 1, "under_min_duration"),
        (most, None),
        (most + 1, "over_max_duration"),
    ):
        _is(scene, "AN-T10", first.lasting(minutes), reason)
        if reason:
            unavailable(scene, "AN-T10", scene.book(first.lasting(minutes), title=f"book {minutes} minutes"), reason)
    for minutes in (1, step // 2, step - 1):
        answer = scene.book(first.later(minutes=minutes), title="book off the grid")
        unavailable(scene, "AN-T10", answer, "staggered_conflict")
    for interval in _starts(scene, "AN-T10", first):
        is_on_grid = moment(interval["start_date"]).minute % step == 0
        scene.expect("AN-T10", is_on_grid, f"starts every {step} minutes", interval["start_date"])


@LAWS.law("AN-V13")
def of_several_reasons_the_first_is_given(scene: AnnyScene) -> None:
    service = scene.service("instant")
    least, most, step = service["min_duration"], service["max_duration"], service["booking_interval"]
    day = scene.day()
    taken, free = day[2], day[6]
    scene.booked(taken, by=OTHER)
    booking = scene.booked(scene.slot(where="other_room"))
    night = day[0].later(minutes=-240)
    for slot, reason in (
        (night.at(scene.resource_id("course_room")), "resource_unavailable"),
        (night.lasting(least - 1), "outside_opening_hours"),
        (night.later(minutes=1), "outside_opening_hours"),
        (taken.lasting(least - 1), "under_min_duration"),
        (free.later(minutes=1).lasting(least - 1), "under_min_duration"),
        (free.later(minutes=1).lasting(most + 1), "over_max_duration"),
        (taken.lasting(most + 1), "over_max_duration"),
        (taken.later(minutes=step // 2), "staggered_conflict"),
        (taken, "booked_out"),
    ):
        for answer in (
            scene.book(slot),
            scene.add(slot),
            scene.move(booking, **slot.span, resource_id=slot.resource_id),
        ):
            unavailable(scene, "AN-V13", answer, reason)


@LAWS.law("AN-T13", "AN-T15")
def every_start_of_the_grid_is_listed_once_in_order(scene: AnnyScene) -> None:
    for kind, where in (("instant", "room"), ("strict", "other_room")):
        service, first = scene.service(kind), scene.day(kind, where)[0]
        step, day = timedelta(minutes=service["booking_interval"]), scene.local_day(first)
        for minutes in (None, first.minutes, 2 * first.minutes):
            answer = scene.starts(day, first.service_id, first.resource_id, minutes).ok("AN-T13", 200)
            listed = [_as_slot(each, first) for each in answer.json]
            lengths = {each.minutes for each in listed}
            wanted = {minutes or service["min_duration"]}
            scene.same("AN-T13" if minutes else "AN-T15", lengths, wanted, "how long they are, in minutes", answer)
            starts = [each.starts_at for each in listed]
            scene.same("AN-T13", starts, sorted({*starts}), "the starts, each once and in order", answer)
        at = starts[0] - step
        while step and at <= starts[-1] + step:
            if at not in starts:
                slot = replace(first, starts_at=at, ends_at=at + (first.ends_at - first.starts_at))
                answer = scene.add(slot, title="hold what is not listed")
                unavailable(scene, "AN-T13", answer, "outside_opening_hours", said_by="AN-T11")
            at += step


@LAWS.law("AN-T14")
def without_a_resource_all_of_the_service_are_meant(scene: AnnyScene) -> None:
    slot = scene.slot()
    answer = scene.call("getService", serviceId=slot.service_id, by=NOBODY, title="read the service").ok("AN-A07", 200)
    resources = linked(answer.json["data"], "resources")
    scene.booked(slot)
    scene.booked(slot.later(minutes=60).at(scene.resource_id("desk")))
    day = scene.local_day(slot)
    asks: tuple[Callable[[str | None], Answer], ...] = (
        lambda resource: scene.starts(day, slot.service_id, resource, 60),
        lambda resource: scene.ends(slot, resource),
    )
    for ask in asks:
        alone = {each: ask(each).ok("AN-T14", 200).json for each in resources}
        places = sum(each["number_available"] for listed in alone.values() for each in listed[:1])
        for interval in ask(None).ok("AN-T14", 200).json:
            left = {
                resource: found["remaining_number_available"]
                for resource, listed in alone.items()
                for found in listed
                if all(found[name] == interval[name] for name in ("start_date", "end_date"))
            }
            free = sorted(each for each, number in left.items() if number)
            names = ("number_available", "remaining_number_available", "available")
            got = [*(interval[name] for name in names), sorted(interval["resource_ids"])]
            wanted = [places, sum(left.values()), bool(free), free]
            scene.same("AN-T14", got, wanted, f"{names} and resource_ids from {interval['start_date']}")
        taken = next(each for each in alone[slot.resource_id] if moment(each["start_date"]) == slot.starts_at)
        told = (taken["number_available"], taken["remaining_number_available"], taken["resource_ids"])
        scene.same("AN-T14", told, (1, 0, []), "places, those left and where, of the room that is taken")


@LAWS.law("AN-T14")
def of_what_keeps_each_resource_from_being_booked_the_last_is_told(scene: AnnyScene) -> None:
    blocker = scene.seen("AN-S07", scene.given("blocker"), by=ADMIN)
    starts_at, (where,) = moment(blocker["attributes"]["start_date"]), linked(blocker, "resource")
    blocked = Slot(scene.service_id("instant"), where, starts_at, starts_at).lasting(60)
    answer = scene.call("getService", serviceId=blocked.service_id, by=NOBODY, title="read the service").ok(
        "AN-A07", 200
    )
    if not scene.world.is_own or scene.interval("AN-T14", blocked)["unavailability_type"] != "blocked":
        raise NotApplicable("the blocker is not in the way of the service, or others book beside it")
    for each in linked(answer.json["data"], "resources"):
        if scene.interval("AN-T14", blocked.at(each))["available"]:
            scene.booked(blocked.at(each))
    listed = scene.starts(scene.local_day(blocked), blocked.service_id, None, 60, timezone="UTC").ok("AN-T14", 200)
    reasons = [each["unavailability_type"] for each in listed.json if moment(each["start_date"]) == starts_at]
    scene.same("AN-T14", reasons, ["booked_out"], "unavailability_type without a resource", listed)


@LAWS.law("AN-T11")
def nothing_is_offered_outside_the_opening_hours(scene: AnnyScene) -> None:
    day = scene.day()
    last = day[-1]
    refusals = [
        scene.book(day[0].later(minutes=-30), title="book before it opens"),
        scene.book(last.later(minutes=30), title="book beyond closing time"),
        scene.book(last.later(minutes=120), title="book after closing time"),
        scene.book(day[0].later(minutes=-240), title="book at night"),
    ]
    for answer in refusals:
        unavailable(scene, "AN-T11", answer, "outside_opening_hours")
    off = _day_off(scene, last)
    sunday = last.later(minutes=24 * 60 * (off - scene.local_day(last)).days)
    unavailable(scene, "AN-T11", scene.book(sunday, title="book a day off"), "closed")


@LAWS.law("AN-T11")
def the_hours_are_those_of_the_resources_clock_in_summer_and_in_winter(scene: AnnyScene) -> None:
    zone = ZoneInfo(scene.resource("room")["timezone"])
    first = scene.day()[0]
    changes = list(_changes_of_clock(zone, scene.local_day(first)))
    if not changes:
        raise NotApplicable("the clock of the room is never changed")
    for change in changes:
        after = change + timedelta(days=(scene.local_day(first) - change).days % _WEEK)
        wanted = _times_of_day(scene, first, after - timedelta(days=_WEEK), zone)
        scene.same("AN-T11", _times_of_day(scene, first, after, zone), wanted, f"the starts of {after} in {zone}")
        if wanted:
            opens_at = datetime.combine(after, wanted[0], zone).astimezone(UTC)
            early = replace(first, starts_at=opens_at, ends_at=opens_at + (first.ends_at - first.starts_at))
            answer = scene.book(early.later(minutes=-30), title=f"book before it opens on {after}")
            unavailable(scene, "AN-T11", answer, "outside_opening_hours")


def _changes_of_clock(zone: ZoneInfo, day: date) -> Iterator[date]:
    """The days of a year on which clocks are put forward or back."""
    for ahead in range(1, _YEAR):
        yesterday, today = (datetime.combine(day + timedelta(days=each), _NOON, zone) for each in (ahead - 1, ahead))
        if yesterday.utcoffset() != today.utcoffset():
            yield today.date()


def _times_of_day(scene: AnnyScene, like: Slot, day: date, zone: ZoneInfo) -> list[time]:
    starts = scene.starts(day, like.service_id, like.resource_id).ok("AN-T11", 200).json
    return [moment(each["start_date"]).astimezone(zone).time() for each in starts]


def _day_off(scene: AnnyScene, slot: Slot) -> date:
    """The first day after a slot on which nothing begins."""
    for ahead in range(1, _WEEK + 1):
        day = scene.local_day(slot) + timedelta(days=ahead)
        if not scene.starts(day, slot.service_id, slot.resource_id).ok("AN-T11", 200).json:
            return day
    raise NotApplicable("there is no day off")


@LAWS.law("AN-T12")
def an_end_is_free_up_to_the_next_booking(scene: AnnyScene) -> None:
    service = scene.service("instant")
    least, most = service["min_duration"], service["max_duration"]
    slot = scene.slot()
    alone = scene.ends(slot).ok("AN-T12", 200).json
    lengths = [round((moment(each["end_date"]) - slot.starts_at).total_seconds() / 60) for each in alone]
    scene.same("AN-T12", (min(lengths), max(lengths)), (least, most), "the shortest and the longest, in minutes")
    scene.same("AN-T12", lengths, sorted(lengths), "the lengths, in order")
    scene.same("AN-T12", {moment(each["start_date"]) for each in alone}, {slot.starts_at}, "their start")
    scene.same("AN-T12", {each["available"] for each in alone}, {True}, "what is available of a free day")
    free_minutes = 120
    scene.booked(slot.later(minutes=free_minutes))
    for each, minutes in zip(scene.ends(slot).ok("AN-T12", 200).json, lengths, strict=True):
        got = (each["available"], each["unavailability_type"])
        wanted = (True, None) if minutes <= free_minutes else (False, "booked_out")
        scene.same("AN-T12", got, wanted, f"available and unavailability_type of {minutes} minutes")


@LAWS.law("AN-T17", "AN-T16")
def starts_are_listed_under_two_names_and_for_several_places(scene: AnnyScene) -> None:
    slot = scene.slot("course", "course_room")
    quantity = scene.resource("course_room")["quantity"]
    asked: Json = {"date": str(scene.local_day(slot)), "resource_id": slot.resource_id, "timezone": "UTC"}

    def listed(operation: str, **service: object) -> list[Json]:
        query = {**asked, **service}
        found: list[Json] = (
            scene.call(operation, by=NOBODY, query=query, title=f"{operation} with {[*service]}").ok("AN-T16", 200).json
        )
        return found

    wanted = listed("listAvailabilityStarts", service_id=slot.service_id)
    scene.same("AN-T17", listed("listIntervalStarts", service_id=slot.service_id), wanted, "the starts of the day")
    for number in (1, quantity, quantity + 1):
        for operation in ("listAvailabilityStarts", "listIntervalStarts"):
            found = listed(operation, **{f"service_id[{slot.service_id}]": number})
            left = [each["available"] and number <= quantity for each in wanted]
            scene.same("AN-T16", [each["available"] for each in found], left, f"what has {number} places left")
    scene.same(
        "AN-T16", listed("listIntervalStarts", **{f"service_id[{slot.service_id}]": 1}), wanted, "those of one place"
    )


@LAWS.law("AN-T17")
def starts_that_are_near_are_listed_under_both_names(scene: AnnyScene) -> None:
    slot = scene.slot()
    scene.go_to(slot.starts_at - timedelta(minutes=10))
    asked: Json = {"date": str(scene.local_day(slot)), "resource_id": slot.resource_id, "service_id": slot.service_id}
    found, wanted = (
        scene.call(operation, by=NOBODY, query={**asked, "timezone": "UTC"}).ok("AN-T17", 200).json
        for operation in ("listIntervalStarts", "listAvailabilityStarts")
    )
    scene.same("AN-T17", found, wanted, "the starts of the day, ten minutes before one of them")
