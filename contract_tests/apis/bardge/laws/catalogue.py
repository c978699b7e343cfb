"""Classes, and the instances at which they are given."""

from datetime import date, timedelta
from typing import Any

from contract_tests.apis.bardge.scene import LAGOS, NOTHING, BardgeScene, Instance, instances_in
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS"]

LAWS = Laws("catalogue")

Json = dict[str, Any]

_BAD = (400, "invalid_request_error", "validation_error")
_MOST_DAYS = 92
_DAY = timedelta(days=1)
_USUAL = 30 * _DAY


@LAWS.law("BG-K01", "BG-K02")
def every_class_has_a_category_of_the_list(scene: BardgeScene) -> None:
    whole = scene.call("listClassCategories", title="list the categories").ok("BG-K01", 200)
    scene.same("BG-K01", whole.json["has_more"], False, "has_more", whole)
    for limit in ("1", "0", "ten"):
        answer = scene.call("listClassCategories", query={"limit": limit}, title=f"with a limit of {limit}")
        scene.same("BG-K01", answer.ok("BG-K01", 200).json, whole.json, "the list", answer)
    ids = {each["id"] for each in whole.json["data"]}
    for gym_class in scene.classes():
        category = gym_class["category"]
        scene.expect("BG-K02", category in ids, f"a category of {gym_class['id']} that is listed", category)
        read = scene.call("getClass", classId=gym_class["id"], title="read the class").ok("BG-K02", 200)
        scene.same("BG-K02", read.json["category"], category, "the category of the class", read)


@LAWS.law("BG-K03", "BG-K05")
def a_list_of_classes_says_where_they_are_and_not_when(scene: BardgeScene) -> None:
    venues = {each["id"]: (each["tier"], each["name"]) for each in scene.providers()}
    for gym_class in scene.classes():
        told = {"instances", "message"} & gym_class.keys()
        scene.same("BG-K03", told, set(), f"what {gym_class['id']} should not have in the list")
        said, wanted = (gym_class["tier"], gym_class["provider_name"]), venues.get(gym_class["provider_branch_id"])
        scene.same("BG-K05", said, wanted, f"tier and provider_name of {gym_class['id']}")
        read = scene.call("getClass", classId=gym_class["id"], title="read the class").ok("BG-K14", 200)
        scene.shows("BG-K05", read, gym_class, "the class, read alone")


@LAWS.law("BG-K04")
def filters_leave_the_classes_that_fit_all_of_them(scene: BardgeScene) -> None:
    everything = scene.classes()
    of_venues = {each["id"] for venue in scene.providers("GYM") for each in _given_at(scene, venue["id"])}
    scene.same("BG-K04", {each["id"] for each in everything}, of_venues, "the classes that no filter keeps out")
    days = {each["id"]: {instance.date for instance in scene.instances_of(each["id"])} for each in everything}
    today = scene.now().astimezone(LAGOS).date()
    dates = [(today + timedelta(days=number)).isoformat() for number in range(1, 9)]
    categories = sorted({each["category"] for each in everything})
    venues = sorted({each["provider_branch_id"] for each in everything})
    filters: list[Json] = [{"category": each} for each in categories]
    filters += [{"provider_branch_id": each} for each in venues]
    filters += [{"date": each} for each in dates]
    filters += [{"category": categories[0], "date": each} for each in dates]
    filters += [{"category": one, "provider_branch_id": other} for one in categories[:2] for other in venues]
    filters += [{"provider_branch_id": venues[0], "date": each, "category": categories[0]} for each in dates[:3]]
    filters += [{"category": NOTHING}, {"provider_branch_id": NOTHING}, {"category": venues[0]}]
    filters += [{"provider_branch_id": NOTHING, "date": dates[0]}]
    for wanted in filters:
        answer = scene.call("listClasses", limit=100, title=f"classes by {', '.join(wanted)}", **wanted)
        fitting = [each["id"] for each in everything if _fits(each, days, wanted)]
        got = [each["id"] for each in answer.ok("BG-K04", 200).json["data"]]
        scene.same("BG-K04", got, fitting, f"the classes with {wanted}", answer)


def _fits(gym_class: Json, days: dict[str, set[str]], wanted: Json) -> bool:
    here = {name: gym_class[name] for name in wanted if name != "date"}
    same = here == {name: value for name, value in wanted.items() if name != "date"}
    return same and ("date" not in wanted or wanted["date"] in days[gym_class["id"]])


@LAWS.law("BG-K11", "BG-K12", "BG-K14")
def a_class_has_the_instances_of_some_days(scene: BardgeScene) -> None:
    now = scene.now()
    today = now.astimezone(LAGOS).date()
    for gym_class in scene.classes():
        found = scene.instances_of(gym_class["id"])
        begins = [each.scheduled_for for each in found]
        scene.same("BG-K14", begins, sorted(begins), f"the beginnings of {gym_class['id']}")
        scene.expect("BG-K14", all(each > now.timestamp() for each in begins), "nothing that has begun", begins)
        for each in found:
            told = (f"{each.starts_at:%Y-%m-%d}", f"{each.starts_at:%H:%M}", each.starts_at.second)
            scene.same("BG-K11", told, (each.date, each.time, 0), f"scheduled_for of {each.id} in Lagos")
        for number in (1, 5, 9):
            day = today + timedelta(days=number)
            here = scene.instances_of(gym_class["id"], "BG-K12", **_days(day, day))
            wanted = [each.id for each in found if each.date == day.isoformat()]
            scene.same("BG-K12", [each.id for each in here], wanted, f"the instances on {day}")
    gym_class = scene.first("BG-K20", scene.classes(), "a class")
    for first, given in ((today, {}), (today + _DAY * 4, {"from": (today + _DAY * 4).isoformat()})):
        usual = scene.instances_of(gym_class["id"], "BG-K12", **given)
        wanted = [each.id for each in scene.instances_of(gym_class["id"], **_days(first, first + _USUAL))]
        scene.same("BG-K12", [each.id for each in usual], wanted, f"the instances from {first} on")
    for first, last in ((today, today - timedelta(days=1)), (today, today + timedelta(days=_MOST_DAYS + 1))):
        answer = scene.call("getClass", classId=gym_class["id"], title=f"from {first} to {last}", **_days(first, last))
        scene.error("BG-K12", answer, *_BAD)
    for first, last in ((today, today), (today, today + timedelta(days=_MOST_DAYS))):
        answer = scene.call("getClass", classId=gym_class["id"], title=f"from {first} to {last}", **_days(first, last))
        answer.ok("BG-K12", 200)


def _days(first: date, last: date) -> Json:
    return {"from": first.isoformat(), "to": last.isoformat()}


@LAWS.law("BG-K14")
def what_begins_now_is_not_ahead_any_more(scene: BardgeScene) -> None:
    instance = min(scene.instances(), key=lambda each: each.scheduled_for)
    left = instance.starts_at - scene.now()
    scene.pass_time(left - timedelta(seconds=1))
    ids = [each.id for each in scene.instances_of(instance.class_id)]
    scene.expect("BG-K14", ids[:1] == [instance.id], f"{instance.id} first", ids)
    scene.pass_time(timedelta(seconds=1))
    ids = [each.id for each in scene.instances_of(instance.class_id)]
    scene.expect("BG-K14", instance.id not in ids, f"{instance.id} not there any more", ids)
    day = instance.starts_at.date()
    for first, is_there in ((day - timedelta(days=1), True), (day, False)):
        ids = [each.id for each in scene.instances_of(instance.class_id, **_days(first, day))]
        scene.same("BG-K14", instance.id in ids, is_there, f"whether {instance.id} is there from {first} on")
    scene.wait_until(instance.starts_at + timedelta(days=1))
    ids = [each.id for each in scene.instances_of(instance.class_id, **_days(day, day))]
    scene.expect("BG-K14", instance.id in ids, f"{instance.id} on its day, which is over", ids)


@LAWS.law("BG-K10", "BG-K13")
def a_booking_takes_one_place(scene: BardgeScene) -> None:
    first, second = scene.lasting(), scene.lasting()  # as long as classes are listed ahead
    by_class: dict[str, list[Instance]] = {}
    for each in scene.instances():
        by_class.setdefault(each.class_id, []).append(each)
    for *others, instance in by_class.values():
        before = scene.places_left(instance)
        one = scene.booked(first, instance, "BG-K10")
        scene.same("BG-K13", scene.places_left(instance), before - 1, "spots_left after a booking")
        two = scene.booked(second, instance, "BG-K10")
        scene.same("BG-K13", scene.places_left(instance), before - 2, "spots_left after two bookings")
        for other in others[:1]:
            left = scene.places_left(other)
            for there in (other, instance):
                two = scene.move(two, class_instance_id=there.id).ok("BG-M13", 201).json
                now = (scene.places_left(instance), scene.places_left(other))
                wanted = (before - 2, left) if there is instance else (before - 1, left - 1)
                scene.same("BG-M09", now, wanted, "spots_left of both instances after a booking was moved")
        scene.cancel(one).ok("BG-L34", 200)
        scene.same("BG-K13", scene.places_left(instance), before - 1, "spots_left after a cancellation")
        scene.cancel(two).ok("BG-L34", 200)
        scene.same("BG-K13", scene.places_left(instance), before, "spots_left after both were cancelled")
    for gym_class in scene.classes():
        read = scene.call("getClass", classId=gym_class["id"], title="read the class").ok("BG-K13", 200)
        for each in read.json["instances"]:
            both = each["booked"] + each["spots_left"]
            scene.same("BG-K13", both, each["capacity"], f"booked and spots_left of {each['id']}", read)


@LAWS.law("BG-K20", "BG-K21")
def a_venue_lists_its_classes_with_their_instances(scene: BardgeScene) -> None:
    everything = scene.classes()
    given = {venue["id"]: _given_at(scene, venue["id"]) for venue in scene.providers("GYM")}
    for venue_id, found in given.items():
        wanted = [each for each in everything if each["provider_branch_id"] == venue_id]
        alone = [{name: said for name, said in each.items() if name != "instances"} for each in found]
        ids = {each["id"] for each in wanted}
        scene.expect("BG-K20", {each["id"] for each in found} <= ids, f"classes of {venue_id} alone", found)
        scene.same("BG-K21", alone, wanted, f"the classes of {venue_id}, but for their instances")
    issued = scene.issued()
    bookable = {each.id for each in scene.instances()}
    classes = {venue_id: [each["id"] for each in found] for venue_id, found in given.items()}
    for venue_id, class_ids in classes.items():
        for instances in _shown_alike(scene, venue_id, class_ids, "the instances"):
            for instance in [each for each in instances if each.id in bookable][:1]:
                scene.booked(issued, instance, "BG-K20")
    for venue_id, class_ids in classes.items():
        _shown_alike(scene, venue_id, class_ids, "the instances after bookings")


def _shown_alike(scene: BardgeScene, venue_id: str, class_ids: list[str], what: str) -> list[list[Instance]]:
    """What the venue and each of its classes itself show of its instances."""
    answer, own = scene.steady(
        lambda: _ask_given_at(scene, venue_id), lambda: {each: scene.instances_of(each) for each in class_ids}
    )
    listed = answer.ok("BG-K20", 200).json["data"]
    shown = []
    for class_id, instances in own.items():
        found = [each for each in listed if each["id"] == class_id]
        gym_class = scene.first("BG-K20", found, f"{class_id} among the classes of {venue_id}")
        shown.append(instances_in(gym_class))
        scene.same("BG-K21", shown[-1], instances, f"{what} of {class_id}", answer)
        ids = {each["class_id"] for each in gym_class["instances"]}
        scene.expect("BG-K21", ids <= {class_id}, f"class_id {class_id} of each", ids)
    return shown


def _given_at(scene: BardgeScene, venue_id: str) -> list[Json]:
    """Its classes, with their instances."""
    found: list[Json] = _ask_given_at(scene, venue_id).ok("BG-K20", 200).json["data"]
    return found


def _ask_given_at(scene: BardgeScene, venue_id: str) -> Answer:
    return scene.call("listProviderClasses", id=venue_id, limit=100, title="list the classes of the venue")
