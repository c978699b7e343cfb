"""What anybody may see: merchants, services, and when they can be booked; and the lists that employees see of it."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any

from contract_tests.apis.appointments.refusals import (
    NO_EMPLOYEE,
    NO_LOCATION,
    NO_MERCHANT,
    NO_SERVICE,
    NOT_A_WINDOW,
    PAST,
    RANGE_REVERSED,
)
from contract_tests.apis.appointments.scene import (
    COLLEAGUE,
    CUSTOMER,
    MINUTES,
    NOWHERE,
    ROOMMATE,
    SECOND,
    AppointmentsScene,
    lasting,
    stamp,
    starts_in,
)
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking, NotApplicable
from contract_tests.scenes.differences import shown
from contract_tests.scenes.scene import MAIN, OTHER
from doublebook_data.views import View

__all__ = ["LAWS"]

LAWS = Laws("catalogue")

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_TICK = timedelta(seconds=1)
_DAYS_ELSEWHERE = 28
_TRIES = 30
_OFFERS = (
    "getMerchantService",
    "getServiceSummary",
    "listAvailability",
    "getNextAvailability",
    "getDisabledDays",
)
"""The operations that name merchant, location and service."""


@LAWS.law("AP-T01", "AP-T06", "AP-T18", "AP-T19")
def each_service_is_the_same_wherever_it_is_named(scene: AppointmentsScene) -> None:
    for slug in (scene.slug, scene.other_slug):
        page = scene.page_of(slug)
        listed = [service for category in page["services"] for service in category["services"]]
        scene.expect("AP-T01", bool(listed and page["locations"]), "services and locations", page)
        first = page["locations"][0]
        scene.same("AP-T01", page["url_name"], slug, "url_name")
        where = (page["location_id"], page["formatted_location"])
        scene.same("AP-T19", where, (first["id"], first["formatted_location"]), "its place", leaned_on=False)
        for location, service in itertools.product(page["locations"], listed):
            rule = "AP-T01" if location is first else "AP-T19"
            names = ("name", "total_duration", "price", "price_type")
            wanted = {name: service[name] for name in names} | {"formatted_location": location["formatted_location"]}
            for operation in ("getServiceSummary", "getMerchantService"):
                found = scene.look(operation, slug, location["id"], service["id"]).ok(rule, 200).json
                scene.same(rule, {name: found[name] for name in wanted}, wanted, f"what {operation} says of it")
            got = (found["id"], found["description"], found["geo_point"] if location is first else page["geo_point"])
            scene.same(rule, got, (service["id"], service["description"], page["geo_point"]), "its id, text and place")
            phases = found["phases"]
            total = sum(phase["duration"] for phase in phases)
            scene.same("AP-T06", found["total_duration"], total, "total_duration")
            order = [phase["sequence"] for phase in phases]
            scene.same("AP-T06", order, sorted(set(order)), "the sequence of its phases")
            _are_counted(scene, phases, "phases")
        _are_counted(scene, page["services"], "categories")
        for category in page["services"]:
            _are_counted(scene, category["services"], "services of a category")


def _are_counted(scene: AppointmentsScene, items: list[dict[str, Any]], what: str) -> None:
    counted = list(range(1, len(items) + 1))
    scene.same("AP-T18", [each["sequence"] for each in items], counted, f"the sequence of the {what}")


@LAWS.law("AP-T02", "AP-T04", "AP-T05")
def what_a_merchant_does_not_have_is_not_found(scene: AppointmentsScene) -> None:
    foreign = scene.other_shop
    own, place = scene.service_id, scene.location
    for slug in (f"nobody-{scene.word()}", scene.slug.upper()):
        scene.call("getMerchant", merchantName=slug, by="", title="read nobody's page").refused("AP-T02", *NO_MERCHANT)
        for operation in _OFFERS:
            scene.look(operation, slug, place, own).refused("AP-T02", *NO_MERCHANT)
    for operation in _OFFERS:
        for location in (NOWHERE, foreign.locations[0]):
            scene.look(operation, scene.slug, location, own).refused("AP-T04", *NO_LOCATION)
        for service in (NOWHERE, foreign.services[0]):
            scene.look(operation, scene.slug, place, service).refused("AP-T05", *NO_SERVICE)


@LAWS.law("AP-T03", "AP-T20")
def business_hours_are_those_of_the_weekdays_on_which_it_opens(scene: AppointmentsScene) -> None:
    pausing = scene.profile.find("inventory.pausing_merchant")
    for slug in (scene.slug, scene.other_slug, *([pausing] if pausing else [])):
        hours = scene.page_of(slug)["business_hours"]
        scene.expect("AP-T03", set(hours) <= set("0123456"), "weekdays from 0 to 6", sorted(hours))
        for openings in hours.values():
            times = [each[name] for each in openings for name in ("start_time", "end_time")]
            scene.expect("AP-T20", times == sorted(times) and bool(times), "openings in ascending order", openings)
    for slug in (scene.slug, scene.other_slug):
        shop = scene.shop_of(slug)
        service = _for_one(scene, slug)
        begin = datetime.combine(scene.window[0] + 21 * _DAY, time(12), shop.zone)
        days = scene.available(begin, begin + 6 * _DAY, "AP-T12", slug, shop.locations[0], service)
        weekdays = {str(date.fromisoformat(day["date"]).isoweekday() % 7) for day in days}
        opened = {str(day) for day, openings in shop.hours.items() if openings}
        scene.same("AP-T03", sorted(opened), sorted(weekdays), "the weekdays with openings, as of the availability")


def _for_one(scene: AppointmentsScene, slug: str) -> int:
    """A service of a merchant that is not a group's."""
    return int(_singles(scene, slug)[0]["id"])


def _singles(scene: AppointmentsScene, slug: str) -> list[dict[str, Any]]:
    """The services of a merchant, one of the two, that are not a group's."""
    services = scene.calendar_services(by=MAIN if slug == scene.slug else OTHER)
    found = [each for each in services if each["booking_type"] == "appointment"]
    scene.expect("AP-T17", bool(found), f"services of {slug} for one customer", services)
    return found


@LAWS.law("AP-T07")
def a_start_that_is_listed_can_be_booked_and_is_gone_then(scene: AppointmentsScene) -> None:
    # Nobody could take it back at the one whose employees are not known.
    pausing = [scene.profile.find("inventory.pausing_merchant")] if scene.world.is_own else []
    elsewhere = scene.window[0] + (21 + scene.lease("day elsewhere", _DAYS_ELSEWHERE)) * _DAY
    for slug in filter(None, (scene.slug, scene.other_slug, *pausing)):
        shop, booked = scene.shop_of(slug), 0
        begin = scene.spot() if slug == scene.slug else datetime.combine(elsewhere, time(12), shop.zone)
        for service in (scene.service_id, scene.waiting.id) if slug == scene.slug else shop.services:
            offer = (slug, shop.locations[0], service)
            days = [day for day in scene.available(begin, begin + 6 * _DAY, "AP-T12", *offer) if starts_in(day)]
            for edge in (0, -1) if days and not any(day["group_bookings"] for day in days) else ():
                on, start = date.fromisoformat(days[edge]["date"]), starts_in(days[edge])[edge]
                moment = datetime.combine(on, time.fromisoformat(start), shop.zone)
                body = {**scene.body_for(shop, moment), "service_id": service}
                for is_last in (False, True) if slug == scene.slug else (True,):
                    free = starts_in(*scene.available(moment, moment, "AP-T12", *offer))
                    scene.expect("AP-T07", start in free, f"{start} is listed", free)
                    answer = scene.call("createCustomerBooking", body, by=CUSTOMER, title="book a listed start")
                    answer.ok("AP-T07", 201)
                    left = starts_in(*scene.available(moment, moment, "AP-T12", *offer))
                    scene.expect("AP-T07", start not in left, f"{start} is not listed any more", left, answer)
                    if not is_last:
                        scene.left(scene.made(answer))
                booked += 1
        scene.expect("AP-T07", booked > 0, f"free starts at {slug}", booked)


@LAWS.law("AP-T08", "AP-T12")
def each_start_lies_on_a_quarter_and_leaves_room_for_all_of_it(scene: AppointmentsScene) -> None:
    for slug, by in ((scene.slug, MAIN), (scene.other_slug, OTHER)):
        shop = scene.shop_of(slug)
        week = [scene.window[0] + number * _DAY for number in range(21, 28)]
        noons = [datetime.combine(day, time(12), shop.zone) for day in week]
        busy = _busy(scene, noons, by)
        offers = [
            (each, scene.available(noons[0], noons[-1], "AP-T12", slug, shop.locations[0], each["id"]))
            for each in _singles(scene, slug)
        ]
        if not scene.world.is_own:  # where somebody may have come meanwhile
            busy |= _busy(scene, noons, by)
        for service, days in offers:
            length = service["duration"] * MINUTES
            wanted = [day.isoformat() for day in week if day.isoweekday() % 7 in shop.hours]
            scene.same("AP-T12", [day["date"] for day in days], wanted, "the days on which the merchant opens")
            for day in days:
                on, starts = date.fromisoformat(day["date"]), starts_in(day)
                quarters = [
                    f"{datetime.combine(on, opens) + number * 15 * MINUTES:%H:%M}"
                    for opens, closes in shop.hours[on.isoweekday() % 7]
                    for number in range((lasting(on, opens, closes) - length) // (15 * MINUTES) + 1)
                ]
                listed = [start for start in quarters if start in starts] if on in busy else quarters
                scene.same("AP-T08", starts, listed, f"the starts of {on}, each on a quarter within an opening")
                morning = [start for start in starts if start < "12"]
                scene.same("AP-T12", day["morning"], morning, f"the starts of {on} before noon")


def _busy(scene: AppointmentsScene, noons: Iterable[datetime], by: str) -> set[date]:
    """The days, by their noons, on which there is something."""
    half = 12 * _HOUR
    return {noon.date() for noon in noons if any(scene.calendar(noon - half, noon + half, by=by).values())}


def _windows(scene: AppointmentsScene, zone: tzinfo, minutes: int, months: int) -> list[tuple[date, date]]:
    """
    The first and the last day of a window, as they may be: two pairs where it is not known when now is, near midnight.

    Where the last month lacks the day of today, no page says which one ends it.
    """
    now, unsure = scene.now(), timedelta() if scene.world.clock else scene.margin
    found = []
    for moment in (now - unsure, now + unsure):
        local = moment.astimezone(zone)
        begins, ends = (moment + minutes * MINUTES).astimezone(zone), scene.months_after(moment, months)
        found.append((begins.date(), ends.astimezone(zone).date()))
        if scene.contract.view is View.AGREED and ends.astimezone(zone).day != local.day:
            found.append((begins.date(), ends.astimezone(zone).date() + (local.day - ends.astimezone(zone).day) * _DAY))
    return found


@LAWS.law("AP-C07", "AP-T08", "AP-T14")
def outside_the_window_nothing_is_listed_and_nothing_is_booked(scene: AppointmentsScene) -> None:
    own = scene.windows if scene.world.clock or scene.profile.find("terms.window_months") else {}
    for slug in (scene.slug, scene.other_slug):
        shop = scene.shop_of(slug)
        for service in _singles(scene, slug):
            offer = (slug, shop.locations[0], service["id"])
            found = scene.look("getDisabledDays", *offer).ok("AP-T14", 200).json
            closed = sorted(set(range(7)) - set(shop.hours))
            scene.same("AP-T14", found["closed_days"], closed, f"closed_days of {service['name']}")
            first, last = (date.fromisoformat(found[name]) for name in ("min_date", "max_date"))
            if slug == scene.slug and service["id"] in own:
                minutes, months = own[service["id"]]
                wanted = _windows(scene, shop.zone, minutes, months)
                spans = " or ".join(dict.fromkeys(f"{begins} to {ends}" for begins, ends in wanted))
                said = f"the window of {service['name']} is {spans}"
                scene.expect("AP-T14", (first, last) in wanted, said, f"{first} to {last}")
            late, early = (datetime.combine(day, time(12), shop.zone) for day in (last + _DAY, first - _DAY))
            for begin, end in ((late, late + 13 * _DAY), (early, early)):
                starts = starts_in(*scene.available(begin, end, "AP-T12", *offer))
                scene.same("AP-T08", starts, [], f"the starts outside the window of {service['name']}")
            body = {**scene.body_for(shop, late), "service_id": service["id"]}
            answer = scene.call("createCustomerBooking", body, by=CUSTOMER, title="book the day after the window")
            answer.refused("AP-C07", *NOT_A_WINDOW)
    for service_id, (minutes, months) in [*own.items()][:1] if scene.world.clock else []:
        zone = scene.shop.zone
        tomorrow = (scene.now() + minutes * MINUTES).astimezone(zone).date() + _DAY
        for before in (20, -20):
            night = datetime.combine(tomorrow, time(), zone) - (minutes + before) * MINUTES
            scene.pass_time(night - scene.now())
            found = scene.look("getDisabledDays", scene.slug, scene.location, service_id).ok("AP-T14", 200).json
            ends = (scene.now() + minutes * MINUTES, scene.months_after(scene.now(), months))
            wanted_days = [each.astimezone(zone).date().isoformat() for each in ends]
            days = [found["min_date"], found["max_date"]]
            scene.same("AP-T14", days, wanted_days, f"the window {before} minutes before midnight")


@LAWS.law("AP-T09")
def a_group_with_places_left_is_listed_until_it_is_full_or_cancelled(scene: AppointmentsScene) -> None:
    start = scene.spot()
    service = scene.group_service_id
    open_group = scene.group(start, *scene.people(scene.places - 1))
    other = scene.group(start + 2 * _HOUR)
    # At the other location somebody may be.
    _, answer = scene.first_free(
        [start + number * 15 * MINUTES for number in range(16)],
        partial(scene.enter, by=COLLEAGUE, service_id=service, title="make a group there"),
    )
    elsewhere = scene.made(answer.ok("AP-M12", 201))
    made = {open_group, other, elsewhere}

    def listed(location: int = 0) -> dict[int, dict[str, Any]]:
        days = scene.available(start, start, "AP-T09", service=service, location=location)
        return {each["booking_id"]: each for day in days for each in day["group_bookings"]}

    found = listed()
    scene.same("AP-T09", made & set(found), {open_group, other}, "the groups of the location")
    scene.same("AP-T09", made & set(listed(scene.other_location)), {elsewhere}, "the groups of the other location")
    wanted = {
        "booking_id": open_group,
        "from_date": stamp(start),
        "to_date": stamp(start + scene.group_service.length),
        "current_participants": scene.places - 1,
        "max_participants": scene.places,
    }
    scene.same("AP-T09", found[open_group], wanted, "the group that is listed")
    scene.join(open_group, title="join the listed group").ok("AP-T09", 201)
    scene.expect("AP-T09", open_group not in listed(), "the full group is not listed", sorted(listed()))
    scene.left(open_group)
    scene.expect("AP-T09", open_group in listed(), "the group with a place again is listed", sorted(listed()))
    scene.call_off(other).ok("AP-D01", 200)
    scene.expect("AP-T09", other not in listed(), "the cancelled group is not listed", sorted(listed()))


@LAWS.law("AP-T09")
def a_group_is_listed_on_the_local_day_on_which_it_begins(scene: AppointmentsScene) -> None:
    length = scene.group_service.length
    for day in _open_days(scene):
        begins, ends = scene.local(day, time(0)), scene.local(day + _DAY, time(0))
        answers = [
            scene.enter(begin, service_id=scene.group_service_id, title="make a group")
            for begin in (begins - length, begins, ends - _TICK)
        ]
        if not any(map(scene.is_beaten, answers)):
            break
        for answer in answers:
            if answer.is_success:
                scene.call_off(scene.made(answer)).ok("AP-D01", 200)
    else:
        raise Lacking("others are there whenever one of some days begins")
    groups = [scene.made(answer.ok("AP-M12", 201)) for answer in answers]
    days = scene.available(begins - _DAY, ends, "AP-T09", service=scene.group_service_id)
    for on, wanted in ((day - _DAY, groups[:1]), (day, groups[1:]), (day + _DAY, [])):
        found = [each["booking_id"] for one in days for each in one["group_bookings"] if one["date"] == on.isoformat()]
        scene.same("AP-T09", [each for each in found if each in groups], wanted, f"the groups of {on}")
        noon = scene.local(on, time(12))
        alone = scene.available(noon, noon, "AP-T09", service=scene.group_service_id)
        found = [each["booking_id"] for one in alone for each in one["group_bookings"]]
        scene.same("AP-T09", [each for each in found if each in groups], wanted, f"the groups of {on} alone")


def _open_days(scene: AppointmentsScene) -> Iterator[date]:
    """Some days beside which the merchant opens too: what is listed where it closes has a law of its own."""
    for _ in range(_TRIES):
        day = scene.spot().astimezone(scene.shop.zone).date()
        if all((day + number * _DAY).isoweekday() % 7 in scene.shop.hours for number in (-1, 0, 1)):
            yield day


@LAWS.law("AP-T09")
def a_group_that_has_begun_is_not_listed(scene: AppointmentsScene) -> None:
    start = scene.spot()
    group = scene.group(start)

    def is_listed() -> bool:
        days = scene.available(start, start, "AP-T09", service=scene.group_service_id)
        return any(each["booking_id"] == group for day in days for each in day["group_bookings"])

    scene.pass_time(start - _TICK - scene.now())
    scene.same("AP-T09", is_listed(), True, "whether it is listed a second before it begins")
    scene.pass_time(_TICK)
    scene.same("AP-T09", is_listed(), False, "whether it is listed when it begins")


@LAWS.law("AP-T09", "AP-T14", "AP-T21")
def a_group_on_a_closed_day_is_listed_and_opens_that_weekday(scene: AppointmentsScene) -> None:
    shop = scene.other_shop
    closed = sorted(set(range(7)) - set(shop.hours))
    services = scene.calendar_services(by=OTHER)
    groups = [each["id"] for each in services if each["booking_type"] == "class"]
    if not closed or not groups:
        raise NotApplicable("the other merchant never closes, or has no groups")
    team = scene.call("listTeam", by=OTHER, title="list its team").ok("AP-T15", 200).json
    if {each["location_id"] for each in team} != {shop.locations[0]}:
        raise NotApplicable("where the other merchant's employee works is not known")
    offer = (scene.other_slug, shop.locations[0], groups[0])
    day = scene.window[0] + 21 * _DAY
    day += ((closed[0] - day.isoweekday()) % 7) * _DAY
    noon = datetime.combine(day, time(12), shop.zone)
    before = scene.look("getDisabledDays", *offer).ok("AP-T14", 200).json["closed_days"]
    if not scene.world.is_own and {*before} < {*closed}:
        raise Lacking("others have a group on a day on which the other merchant closes")
    scene.same("AP-T14", before, closed, "closed_days before there is a group")
    alone = scene.look("getDisabledDays", shop.slug, shop.locations[0], _for_one(scene, shop.slug))
    scene.same("AP-T14", alone.ok("AP-T14", 200).json["closed_days"], closed, "closed_days of another service")
    group = scene.group(noon, by=OTHER, service_id=groups[0])
    (found,) = scene.available(noon, noon, "AP-T12", *offer) or [{}]
    scene.same("AP-T09", found.get("date"), day.isoformat(), "the day that is listed")
    ids = scene.made_here(each["booking_id"] for each in found["group_bookings"])
    scene.same("AP-T09", ids, [group], "the groups of the closed day")
    body = {**scene.body_for(shop, noon), "service_id": groups[0], "booking_id": group}
    scene.call("createCustomerBooking", body, by=CUSTOMER, title="join it").ok("AP-T09", 201)
    after = scene.look("getDisabledDays", *offer).ok("AP-T14", 200).json["closed_days"]
    scene.same("AP-T21", after, closed[1:], "closed_days with a group")
    alone = scene.look("getDisabledDays", shop.slug, shop.locations[0], _for_one(scene, shop.slug))
    scene.same("AP-T14", alone.ok("AP-T14", 200).json["closed_days"], closed, "closed_days of another service")


@LAWS.law("AP-T10", "AP-T11")
def a_range_is_not_reversed_and_touches_at_most_a_hundred_days(scene: AppointmentsScene) -> None:
    start = scene.local(scene.window[0] + 3 * _DAY, time(23))
    scene.look("listAvailability", start=start, end=start - _TICK).refused("AP-T10", *RANGE_REVERSED)
    scene.look("listAvailability", start=start, end=start).ok("AP-T10", 200)
    day = start.astimezone(scene.shop.zone).date()
    last = scene.local(day + 99 * _DAY, time(23, 59, 59))
    scene.look("listAvailability", start=start, end=last).ok("AP-T11", 200)
    answer = scene.look("listAvailability", start=start, end=scene.local(day + 100 * _DAY, time(0)))
    answer.refused("AP-T11", 400, "availability covers at most 100 days")


@LAWS.law("AP-T12")
def a_day_is_available_exactly_when_it_has_a_start(scene: AppointmentsScene) -> None:
    start = scene.spot()
    day = start.astimezone(scene.shop.zone).date()
    scene.blocked(start, start + _HOUR, all_day=True, by=COLLEAGUE)
    scene.group(start)
    for service in (scene.service_id, scene.group_service_id):
        days = scene.available(start - 3 * _DAY, start + 3 * _DAY, "AP-T12", service=service)
        for each in days:
            scene.same("AP-T12", each["is_available"], bool(starts_in(each)), f"is_available on {each['date']}")
        found = {each["date"]: each["is_available"] for each in days}
        wanted = service == scene.group_service_id
        scene.same("AP-T12", found.get(day.isoformat()), wanted, "is_available on the blocked day")
        if service == scene.service_id:
            scene.expect("AP-T12", any(found.values()), "an available day", found)


@LAWS.law("AP-T13")
def the_next_start_is_the_first_that_is_listed(scene: AppointmentsScene) -> None:
    today = scene.local(scene.window[0], time(0))
    last = today + 89 * _DAY
    scene.group(scene.spot())
    for location in scene.shop.locations:
        for service in scene.shop.services:
            offer = (scene.slug, location, service)
            listed, answer = scene.steady(
                partial(scene.look, "listAvailability", *offer, start=today, end=last),
                partial(scene.look, "getNextAvailability", *offer),
            )
            days, found = listed.ok("AP-T12", 200).json, answer.ok("AP-T13", 200).json
            first = next(((day["date"], starts_in(day)[0]) for day in days if starts_in(day)), ("", ""))
            if found["date"] <= last.astimezone(scene.shop.zone).date().isoformat() or any(first):
                scene.same("AP-T13", _at(found), first, f"the next start of service {service}")


@LAWS.law("AP-T13")
def the_next_start_comes_after_what_was_booked(scene: AppointmentsScene) -> None:
    for _ in range(1 if scene.world.is_own else _TRIES):  # somebody else may be faster
        before = scene.look("getNextAvailability").ok("AP-T13", 200).json
        scene.expect("AP-T13", all(before.values()), "a next start", before)
        begin = scene.local(date.fromisoformat(before["date"]), time.fromisoformat(before["time"]))
        answer = scene.book(begin, title="book the next start")
        if answer.is_success:
            break
    answer.ok("AP-T13", 201)
    after = scene.look("getNextAvailability").ok("AP-T13", 200).json
    is_later = _at(after) > _at(before) if scene.world.is_own else _at(after) != _at(before)
    scene.expect("AP-T13", is_later, "a later start", after)
    if scene.world.is_own:  # elsewhere nobody could book meanwhile
        horizon = scene.months_after(scene.now(), 3)
        first = (horizon - _DAY).astimezone(scene.shop.zone).date()
        scene.blocked(scene.now() - _DAY, scene.local(first, time(0)), by=COLLEAGUE)
        for service in (each["id"] for each in _singles(scene, scene.slug)):
            days = scene.available(scene.local(first, time(0)), horizon, service=service)
            listed = next(((day["date"], starts_in(day)[0]) for day in days if starts_in(day)), ("", ""))
            found = scene.look("getNextAvailability", scene.slug, scene.location, service).ok("AP-T13", 200).json
            scene.same("AP-T13", _at(found), listed, "the next start at the end of three months")
        scene.blocked(scene.now(), horizon + 2 * _DAY, by=COLLEAGUE)
        found = scene.look("getNextAvailability").ok("AP-T13", 200).json
        scene.same("AP-T13", _at(found), ("", ""), "the next start where three months have none")


@LAWS.law("AP-T08", "AP-T13")
def what_is_free_now_is_listed_and_what_was_free_before_is_not(scene: AppointmentsScene) -> None:
    start, quarter = scene.spot(), 15 * MINUTES
    day = start.astimezone(scene.shop.zone).date()

    def first_is(first: datetime) -> None:
        wall = f"{first.astimezone(scene.shop.zone):%H:%M}"
        scene.same("AP-T08", scene.starts_on(day, "AP-T08")[:1], [wall], "the first start that is listed of the day")
        found = scene.look("getNextAvailability").ok("AP-T13", 200).json
        scene.same("AP-T13", _at(found), (day.isoformat(), wall), "the next start")

    scene.pass_time(start - _TICK - scene.now())
    for first in (start, start, start + quarter):
        first_is(first)
        scene.pass_time(_TICK)
    long = -(-scene.service.length // quarter) * quarter  # so that one alone leaves room for the service
    for begin in (start + quarter, start + quarter + long):
        scene.blocked(begin, begin + long)
        first_is(begin + long)


def _at(found: Mapping[str, str]) -> tuple[str, str]:
    return found["date"], found["time"]


@LAWS.law("AP-T15", "AP-T16", "AP-T22")
def each_employee_is_answered_alike_and_another_s_is_not_found(scene: AppointmentsScene) -> None:
    _is_read_alike(scene, scene.team)
    start = scene.far_day()
    for who in filter(scene.has, (MAIN, COLLEAGUE, ROOMMATE)):
        scene.blocked(start, start + _HOUR, by=who)
    today = scene.local(scene.window[0], time(0))
    events = [*scene.blocks(start, start + _HOUR), *scene.blocks(today - 30 * _DAY, today + 60 * _DAY)]
    ids = {member["id"] for member in scene.team}
    named = {each["employee_id"] for each in events}
    scene.expect("AP-T15", bool(named) and named <= ids, f"employees of {shown(ids)}", named)
    theirs = scene.call("listTeam", by=OTHER, title="list the other team").ok("AP-T15", 200).json
    scene.expect("AP-T15", bool(theirs), "employees of the other merchant", theirs)
    _is_read_alike(scene, theirs, by=OTHER)
    for employee in (NOWHERE, theirs[0]["id"]):
        answer = scene.call("getTeamMember", id=employee, title="read another's employee")
        answer.refused("AP-T16", *NO_EMPLOYEE)


def _is_read_alike(scene: AppointmentsScene, team: list[dict[str, Any]], *, by: str = MAIN) -> None:
    numbers = [member["id"] for member in team]
    scene.same("AP-T22", numbers, sorted(set(numbers)), "the ids of the team")
    for member in team:
        answer = scene.call("getTeamMember", id=member["id"], by=by, title="read the employee")
        scene.same("AP-T15", answer.ok("AP-T15", 200).json, member, "the employee")


def _services(categories: list[dict[str, Any]], duration: str) -> list[list[Any]]:
    names = ("id", "name", duration, "price", "price_type")
    listed = [(each, service) for each in categories for service in each["services"]]
    return sorted(([each["id"], each["name"], *(service[name] for name in names)] for each, service in listed), key=str)


@LAWS.law("AP-T17", "AP-T18")
def the_calendar_s_services_are_those_of_the_merchant_s_page(scene: AppointmentsScene) -> None:
    for slug, by in ((scene.slug, MAIN), (scene.other_slug, OTHER)):
        page = scene.page_of(slug)["services"]
        listed = scene.call("listCalendarServices", by=by, title="list the services").ok("AP-T17", 200).json
        scene.same("AP-T17", _services(listed, "duration"), _services(page, "total_duration"), "the services")
        ours, theirs = (
            [(category["id"], [each["id"] for each in category["services"]]) for category in categories]
            for categories in (listed, page)
        )
        scene.same("AP-T18", ours, theirs, "the order of categories and services")
        for category in page:
            inside = {service["category_id"] for service in category["services"]}
            scene.same("AP-T17", inside, {category["id"]}, "category_id of the services of a category")
    past = scene.local(scene.window[0] - 30 * _DAY, time(12))
    for service in scene.calendar_services("AP-T17"):
        is_group = service["booking_type"] == "class"
        # Whether a group is needed is asked before the time is looked at, so nothing is made of either.
        wanted = (400, "this service is booked as a group: booking_id is needed") if is_group else PAST
        answer = scene.book(past, by=SECOND, service_id=service["id"], title="book it without a group")
        answer.refused("AP-T17", *wanted)
