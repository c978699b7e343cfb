"""What is offered: resources, their children, services."""

from datetime import timedelta

from contract_tests.apis.anny.looking import linked, points_at, sent
from contract_tests.apis.anny.scene import IDS, NOBODY, AnnyScene, Json, Slot
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("catalogue")

_INVALID = (422, "validation_error")
_FROM, _TO, _SERVICE = "filter[available_from]", "filter[available_to]", "filter[availability_service_id]"
_ALL = "filter[include_unavailable]"


def _read(scene: AnnyScene, resource: str) -> Answer:
    return scene.call("getResource", resourceId=resource, by=NOBODY, title="read a resource")


@LAWS.law("AN-U01")
def what_is_listed_is_there_and_not_hidden(scene: AnnyScene) -> None:
    resources = scene.every("AN-U01", "listResources", by=NOBODY)
    scene.expect("AN-U01", bool(resources), "resources", resources)
    for each in resources:
        shown = each["attributes"]
        scene.same(
            "AN-U01", (shown["hidden"], shown["archived"]), (False, False), f"hidden and archived of {each['id']}"
        )
        found = _read(scene, each["id"]).ok("AN-U01", 200)
        scene.same("AN-U01", found.json["data"], each, "what is read by its id", found)


@LAWS.law("AN-U02")
def a_slug_is_as_good_as_an_id(scene: AnnyScene) -> None:
    for each in scene.every("AN-U02", "listResources", by=NOBODY):
        by_id = _read(scene, each["id"]).ok("AN-U02", 200)
        by_slug = _read(scene, each["attributes"]["slug"]).ok("AN-U02", 200)
        scene.same("AN-U02", by_slug.json, by_id.json, "what is read by its slug", by_id, by_slug)


def _children(scene: AnnyScene, resource: str, **query: object) -> Answer:
    asked = {"page[size]": 250, **query}
    return scene.call("listResourceChildren", resourceId=resource, by=NOBODY, query=asked, title="list the children")


def _all(scene: AnnyScene, rule: str) -> list[Json]:
    """Those that are part of others too."""
    query: Json = {"filter[exclude_child_resources]": "false"}
    return scene.every(rule, "listResources", by=NOBODY, **query)


@LAWS.law("AN-U12")
def a_list_has_what_is_no_part_of_another(scene: AnnyScene) -> None:
    area, everything = scene.resource_id("area"), _all(scene, "AN-U12")
    for each in everything:
        parent = next(iter(linked(each, "parent")), None)
        scene.same("AN-U12", each["meta"]["parent_id"], parent, f"parent_id of {each['id']}")
    wanted = [each["id"] for each in everything if each["meta"]["parent_id"] is None]
    scene.expect("AN-U12", area in wanted and len(wanted) < len(everything), "the area and parts of it", wanted)
    asked: tuple[Json, ...] = ({}, *({"filter[exclude_child_resources]": each} for each in ("true", "1")))
    for query in asked:
        found = [each["id"] for each in scene.every("AN-U12", "listResources", by=NOBODY, **query)]
        scene.same("AN-U12", found, wanted, f"what is listed with {query}")


@LAWS.law("AN-U11")
def what_is_offered_is_found_by_a_part_of_its_name(scene: AnnyScene) -> None:
    for operation in ("listResources", "listServices"):
        things = scene.every("AN-U11", operation, by=NOBODY)
        name = things[0]["attributes"]["name"]
        for part in (name, name.upper(), name[1:4].lower()):
            query: Json = {"filter[search]": part}
            found = scene.every("AN-U11", operation, by=NOBODY, **query)
            wanted = [each for each in things if part.casefold() in each["attributes"]["name"].casefold()]
            scene.same("AN-U11", found, wanted, f"what {part} finds in {operation}")


@LAWS.law("AN-U03")
def children_have_their_parent(scene: AnnyScene) -> None:
    area = scene.resource_id("area")
    resources = _all(scene, "AN-U03")
    scene.expect("AN-U03", area in {each["id"] for each in resources}, "the area among the resources", area)
    for each in resources:
        answer = _children(scene, each["id"]).ok("AN-U03", 200)
        children = answer.json["data"]
        has = each["attributes"]["has_children"]
        scene.same("AN-U03", has, bool(children), f"has_children of {each['id']}", answer)
        parents = [linked(child, "parent") for child in children]
        scene.same("AN-U03", parents, [[each["id"]]] * len(children), "the parents of the children", answer)
        wanted = {other["id"] for other in resources if linked(other, "parent") == [each["id"]]}
        scene.same("AN-U03", {child["id"] for child in children}, wanted, "which children there are", answer)
    scene.expect("AN-U03", bool(_children(scene, area).json["data"]), "children of the area", "none")


def _asked(slot: Slot) -> Json:
    return {_FROM: slot.starts_at.isoformat(), _TO: slot.ends_at.isoformat(), _SERVICE: slot.service_id}


def _ids(answer: Answer) -> set[str]:
    return {each["id"] for each in answer.ok("AN-U04", 200).json["data"]}


@LAWS.law("AN-U04", "AN-D06", "AN-D19")
def children_are_listed_when_they_can_be_booked(scene: AnnyScene) -> None:
    area = scene.resource_id("area")
    slot = scene.slot(where="desk")
    everything = _ids(_children(scene, area))
    if slot.resource_id not in everything:
        raise Lacking("the desk is no child of the area", key="inventory.resources.area")
    least = scene.service("instant")["min_duration"] or 1
    asked = [slot, slot.of(scene.service_id("paid"))]
    asked += [slot.lasting(least - 1)] if least > 1 else []
    for each in asked:
        answer = _children(scene, area, **_asked(each))
        wanted = {child for child in everything if _can_be_booked(scene, each.at(child))}
        scene.same("AN-U04", _ids(answer), wanted, "the children that are listed", answer)
        paged = scene.every("AN-D06", "listResourceChildren", by=NOBODY, size=1, resourceId=area, **_asked(each))
        scene.same("AN-D06", sorted(child["id"] for child in paged), sorted(wanted), "the children on pages of one")
        for sort in ("name", "-name"):
            listed = scene.every(
                "AN-D19", "listResourceChildren", by=NOBODY, sort=sort, resourceId=area, **_asked(each)
            )
            names = [child["attributes"]["name"] for child in listed]
            scene.same("AN-D19", names, sorted(names, reverse=sort.startswith("-")), f"the children by {sort}")
        whole = _children(scene, area, **_asked(each), **{_ALL: "true"})
        scene.same("AN-U04", _ids(whole), everything, "the children that are listed with the others", whole)
    booking = scene.booked(slot, by=OTHER)
    answer = _children(scene, area, **_asked(slot))
    scene.expect("AN-U04", slot.resource_id not in _ids(answer), "the desk is not listed", sorted(_ids(answer)), answer)
    scene.cancel(booking, by=OTHER).ok("AN-X01", 200)
    answer = _children(scene, area, **_asked(slot))
    scene.expect("AN-U04", slot.resource_id in _ids(answer), "the desk is listed again", sorted(_ids(answer)), answer)


def _can_be_booked(scene: AnnyScene, slot: Slot) -> bool:
    """Whether it is booked when somebody tries; then that is taken back."""
    answer = scene.book(slot, title="try to book a child")
    if answer.is_success:
        scene.cancel(answer.json["data"]).ok("AN-X01", 200)
    return answer.is_success


@LAWS.law("AN-U04")
def children_are_listed_up_to_the_second_until_which_they_can_be_booked(scene: AnnyScene) -> None:
    area, slot = scene.resource_id("area"), scene.slot(where="desk")
    if slot.resource_id not in _ids(_children(scene, area)):
        raise Lacking("the desk is no child of the area", key="inventory.resources.area")
    scene.go_to(slot.starts_at - timedelta(minutes=scene.service("instant")["lead_time"]))
    for _ in range(2):
        held = scene.add(slot, title="try to hold the desk")
        if held.is_success:
            scene.empty(order=held.json["data"]).ok("AN-C17", 200)
        answer = _children(scene, area, **_asked(slot))
        scene.same("AN-U04", slot.resource_id in _ids(answer), held.is_success, "whether the desk is listed", answer)
        scene.pass_time(timedelta(seconds=1))


@LAWS.law("AN-T05", "AN-U05")
def the_three_filters_go_together(scene: AnnyScene) -> None:
    area = scene.resource_id("area")
    slot = scene.slot(where="desk")
    full = _asked(slot)
    for lacking in full:
        for given in ({name: full[name] for name in full if name != lacking}, {lacking: full[lacking]}):
            answer = _children(scene, area, **given).refused("AN-U05", *_INVALID)
            source = answer.json["errors"][0].get("source", {}).get("parameter")
            scene.expect("AN-U05", source in set(full) - set(given), "the source is a missing filter", source, answer)
    for to in (slot.starts_at, slot.later(minutes=-60).starts_at):
        answer = _children(scene, area, **{**full, _TO: to.isoformat()}).refused("AN-U05", *_INVALID)
        points_at(scene, "AN-U05", answer, parameter=_TO)
    _children(scene, area, **full).ok("AN-U05", 200)
    answer = _children(scene, area, **{**full, _SERVICE: IDS["service_id"]}).refused("AN-T05", 404, "not_found")
    points_at(scene, "AN-T05", answer, parameter=_SERVICE)


@LAWS.law("AN-U07")
def a_service_says_whether_its_form_has_to_be_answered(scene: AnnyScene) -> None:
    form = scene.service_id("form")
    seen = set()
    for each in scene.every("AN-U07", "listServices", by=NOBODY):
        answer = scene.call(
            "getService", serviceId=each["id"], include="custom_forms.custom_fields", by=NOBODY, title="read a service"
        ).ok("AN-U07", 200)
        required = any(field["attributes"]["required"] for field in sent(answer, "custom-fields").values())
        said = answer.json["data"]["meta"]["has_mandatory_custom_forms"]
        scene.same("AN-U07", said, required, "has_mandatory_custom_forms", answer)
        scene.same("AN-U07", each["meta"]["has_mandatory_custom_forms"], required, "the same in the list", answer)
        seen.add(each["id"])
    scene.expect("AN-U07", form in seen, "the service with a form among the services", sorted(seen))


_HOUR = 60


def _lengths(*minutes: int) -> str:
    size, unit = (1, "minute") if any(each % _HOUR for each in minutes) else (_HOUR, "hour")
    numbers = sorted({each // size for each in minutes})
    return f"{' to '.join(map(str, numbers))} {unit}{'' if numbers == [1] else 's'}"


@LAWS.law("AN-U07")
def a_service_says_in_short_what_it_says_at_length(scene: AnnyScene) -> None:
    for each in scene.every("AN-U07", "listServices", by=NOBODY):
        shown, meta = each["attributes"], each["meta"]
        counts = {name: len(linked(each, name)) for name in ("custom_forms", "add_ons", "resources")}
        said = (meta["has_custom_forms"], meta["has_add_ons"], meta["resource_count"])
        wanted = (counts["custom_forms"] > 0, counts["add_ons"] > 0, counts["resources"])
        scene.same("AN-U07", said, wanted, f"has_custom_forms, has_add_ons and resource_count of {each['id']}")
        bounds = shown["min_duration"], shown["max_duration"]
        duration = None if None in bounds else _lengths(*bounds)
        scene.same("AN-U07", meta["duration_preview"], duration, f"duration_preview of {each['id']}")
        interval = shown["calculation_interval"]
        whole = f"{shown['price']:g} {shown['currency']}"
        price = f"{whole} per {_lengths(interval).removeprefix('1 ')}" if interval else whole
        if not shown["starting_fee"]:
            scene.same("AN-U07", meta["price_preview"], price, f"price_preview of {each['id']}")


@LAWS.law("AN-U09")
def editing_is_said_twice_alike(scene: AnnyScene) -> None:
    for each in scene.every("AN-U09", "listServices", by=NOBODY):
        answer = scene.call("getService", serviceId=each["id"], by=NOBODY, title="read a service").ok("AN-U09", 200)
        for service in (each, answer.json["data"]):
            shown = service["attributes"]
            scene.same("AN-U09", shown["public_settings"]["editing"], shown["settings"]["editing"], "editing", answer)
