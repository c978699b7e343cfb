"""Documents: what is included, which fields there are, pages, the flattened form."""

from collections.abc import Iterator
from math import ceil
from typing import Any

from contract_tests.apis.anny.looking import linked, points_at
from contract_tests.apis.anny.scene import ADMIN, NOBODY, PARTICIPANT, AnnyScene, Json, order_id
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN

__all__ = ["LAWS"]

LAWS = Laws("documents")

_FLAT = {"Accept": "application/json"}
_EVERYTHING = (
    "resource.parent,service.custom_forms.custom_fields,service.add_ons,order,customer,booking_add_ons.add_on,"
    "booking_participants,cancellation_policy"
)
_BAD_REQUEST = (400, "bad_request")
_DEFAULT_SIZE = 15
_MOST = 250


def _rich(scene: AnnyScene) -> Json:
    """A paid booking with add-ons and a participant."""
    return scene.paid(booking_add_ons=scene.choice(1, 2))


def _identifiers(thing: Json) -> Iterator[tuple[str, str]]:
    """What the relationships of something name."""
    for relationship in thing.get("relationships", {}).values():
        linkage = relationship.get("data") or []
        for each in linkage if isinstance(linkage, list) else [linkage]:
            yield each["type"], each["id"]


def _key(thing: Json) -> tuple[str, str]:
    return thing["type"], thing["id"]


def _things(answer: Answer) -> list[Json]:
    data = answer.json["data"]
    return [*(data if isinstance(data, list) else [data]), *answer.json.get("included", [])]


# What is sent along


@LAWS.law("AN-D01")
def everything_has_a_type_and_an_id_and_is_included_once(scene: AnnyScene) -> None:
    booking = _rich(scene)
    for answer in (
        scene.read(booking, include=_EVERYTHING),
        scene.read_order(booking, include="bookings.service,bookings.booking_add_ons.add_on,invoice,invoices,customer"),
        scene.call("listServices", by=NOBODY, include="resources,add_ons,cancellation_policy"),
        scene.call("listBookings", by=MAIN, include="resource,service,customer"),
    ):
        things = _things(answer.ok("AN-D01", 200))
        named = all(isinstance(each.get("type"), str) and isinstance(each.get("id"), str) for each in things)
        scene.expect("AN-D01", named, "a type and an id of everything", [*map(sorted, things)], answer)
        keys = [_key(each) for each in things]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        scene.same("AN-D01", twice, [], "what is there more than once", answer)


@LAWS.law("AN-D02")
def include_sends_what_is_named_and_nothing_else(scene: AnnyScene) -> None:
    booking = _rich(scene)
    at_a_desk = scene.booked(scene.slot(where="desk"))
    for answer, paths in (
        (scene.read(booking, include=_EVERYTHING), _EVERYTHING),
        (scene.read(booking, include="service.add_ons"), "service.add_ons"),
        (scene.read(at_a_desk, include="resource.parent"), "resource.parent"),
        (scene.read(booking, include="resource"), "resource"),
        (scene.read_order(booking, include="bookings.service,invoices"), "bookings.service,invoices"),
    ):
        document = answer.ok("AN-D02", 200).json
        things = {_key(each): each for each in _things(answer)}
        reached: set[tuple[str, str]] = set()
        for path in paths.split(","):
            here = [document["data"]]
            for step in path.split("."):
                found = [key for each in here for key in _of_step(each, step)]
                missing = [key for key in found if key not in things]
                scene.same("AN-D02", missing, [], f"what {path} names and is not sent along", answer)
                reached.update(found)
                here = [things[key] for key in found]
        sent = {_key(each) for each in document["included"]}
        scene.same("AN-D02", sorted(sent - reached), [], "what is sent along beyond that", answer)
    without = scene.read(booking).ok("AN-D02", 200)
    scene.same("AN-D02", without.json.get("included", []), [], "what is sent along unasked", without)


def _of_step(thing: Json, step: str) -> list[tuple[str, str]]:
    linkage = thing["relationships"][step]["data"] or []
    return [_key(each) for each in (linkage if isinstance(linkage, list) else [linkage])]


@LAWS.law("AN-D03")
def what_cannot_be_included_is_refused(scene: AnnyScene) -> None:
    booking = scene.booked()
    number, order = booking["attributes"]["number"], order_id(booking)
    for path in ("nothing", "resource.nothing", "order.nothing", "service,nothing", "Resource"):
        for answer in (
            scene.read(booking, include=path),
            scene.call("listBookings", include=path),
            scene.by_number(number=number, include=path),
        ):
            points_at(scene, "AN-D03", answer.refused("AN-D03", *_BAD_REQUEST), parameter="include")
    for answer in (
        scene.read(booking, include="order.bookings"),
        scene.read_order(order, include="bookings.nothing"),
        scene.call("listOrders", include="resource"),
        scene.call("listInvoices", include="bookings"),
        scene.call("listResources", include="children.nothing", by=NOBODY),
        scene.call("getService", serviceId=scene.service_id("paid"), include="add_ons.nothing", by=NOBODY),
        scene.call("listServices", include="parent", by=NOBODY),
    ):
        points_at(scene, "AN-D03", answer.refused("AN-D03", *_BAD_REQUEST), parameter="include")


@LAWS.law("AN-D14")
def linkage_names_everything_whether_it_is_included_or_not(scene: AnnyScene) -> None:
    booking = _rich(scene)
    order = scene.order("AN-D14", booking)
    for plain, full in (
        (scene.read(booking), scene.read(booking, include=_EVERYTHING)),
        (scene.read_order(booking), scene.read_order(booking, include="bookings,invoice,invoices,customer")),
    ):
        without, within = plain.ok("AN-D14", 200).json["data"], full.ok("AN-D14", 200).json["data"]
        for name, relationship in within["relationships"].items():
            scene.same(
                "AN-D14", without["relationships"][name].get("data"), relationship.get("data"), f"the linkage of {name}"
            )
    scene.same("AN-D14", len(linked(booking, "booking_add_ons")), 2, "how many add-ons the booking names")
    scene.same("AN-D14", linked(order, "bookings"), [booking["id"]], "the bookings of the order")


# Fields


@LAWS.law("AN-D04")
def fields_leaves_only_what_it_names(scene: AnnyScene) -> None:
    booking = scene.booked()
    wanted = {"fields[bookings]": "number,status,resource", "fields[resources]": "name"}
    one = scene.read(booking, include="resource", query=wanted)
    many = scene.call("listBookings", include="resource", query={**wanted, "page[size]": 3})
    for answer in (one, many):
        for each in _things(answer.ok("AN-D04", 200)):
            is_booking = each["type"] == "bookings"
            attributes, related = ({"number", "status"}, {"resource"}) if is_booking else ({"name"}, set())
            scene.same("AN-D04", set(each["attributes"]), attributes, f"the attributes of {each['type']}", answer)
            found = set(each.get("relationships", {}))
            scene.same("AN-D04", found, related, f"the relationships of {each['type']}", answer)
            if is_booking:
                scene.expect("AN-D04", {"links", "meta"} <= set(each), "links and meta stay", sorted(each), answer)
    whole = scene.read(booking).ok("AN-D04", 200).json["data"]
    shown = one.json["data"]
    scene.same("AN-D04", shown["meta"], whole["meta"], "the meta of the booking", one)
    scene.same("AN-D04", shown["links"], whole["links"], "its links", one)


def _documented(scene: AnnyScene, name: str) -> set[str]:
    return set(scene.contract.document["components"]["schemas"][name]["properties"])


@LAWS.law("AN-D05")
def without_fields_everything_is_there(scene: AnnyScene) -> None:
    booking = _rich(scene)
    answers = {
        "Booking": [scene.read(booking), scene.call("listBookings", query={"page[size]": 5})],
        "Order": [scene.read_order(booking), scene.call("listOrders", query={"page[size]": 5})],
        "Resource": [scene.call("listResources", by=NOBODY)],
        "Service": [scene.call("listServices", by=NOBODY)],
    }
    for kind, shown in answers.items():
        for answer in shown:
            for each in _things(answer.ok("AN-D05", 200)):
                if kind == "Booking" and not linked(each, "customer"):
                    continue
                hidden = {"code"} if _is_guest(each) else set()
                missing = _documented(scene, f"{kind}Attributes") - set(each["attributes"]) - hidden
                scene.same("AN-D05", sorted(missing), [], f"the attributes that a {kind.lower()} lacks", answer)
                related = _documented(scene, f"{kind}Relationships") - set(each["relationships"])
                scene.same("AN-D05", sorted(related), [], f"the relationships that a {kind.lower()} lacks", answer)


def _is_guest(thing: Json) -> bool:
    """Who only takes part in a booking does not see its code."""
    return bool(thing.get("meta", {}).get("participation_status"))


# Pages


def _page(scene: AnnyScene, number: int, size: int | None, *, by: str = MAIN, **query: Any) -> Answer:
    asked = {**query, "page[number]": number, **({} if size is None else {"page[size]": size})}
    return scene.call("listBookings", by=by, query=asked, title=f"list, page {number}")


def _somebody_with_many(scene: AnnyScene, rule: str) -> str:
    """Whoever has more bookings than a page has. Raises Lacking."""
    for by in (ADMIN, MAIN):
        if scene.has(by):
            total = _page(scene, 1, 1, by=by).ok(rule, 200).json["meta"]["page"]["total"]
            if total > _DEFAULT_SIZE:
                return by
    raise Lacking("nobody has more bookings than there are on a page", key="identities.admin")


@LAWS.law("AN-D06")
def all_pages_together_hold_each_thing_once(scene: AnnyScene) -> None:
    scene.booked()
    for operation, by, sizes in (
        ("listBookings", MAIN, (1, 4)),
        ("listOrders", MAIN, (3,)),
        ("listServices", NOBODY, (2, 7)),
    ):
        for size in sizes:
            found: list[str] = []
            number, last = 1, 1
            while number <= last:
                query = {"page[number]": number, "page[size]": size}
                answer = scene.call(operation, by=by, query=query, title=f"page {number}").ok("AN-D06", 200)
                page = answer.json["meta"]["page"]
                last = ceil(page["total"] / size)
                wanted = {"current-page": number, "last-page": last, "per-page": size, "total": page["total"]}
                scene.same("AN-D06", page, wanted, "meta.page", answer)
                there = [each["id"] for each in answer.json["data"]]
                scene.same("AN-D06", len(there), min(size, page["total"] - len(found)), "how many the page has", answer)
                found += there
                number += 1
            twice = sorted({each for each in found if found.count(each) > 1})
            scene.same("AN-D06", twice, [], "what is on two pages", answer)
            scene.same("AN-D06", len(found), page["total"], "how many there are on all pages", answer)


@LAWS.law("AN-D06")
def all_pages_together_hold_each_booking_once_in_every_order(scene: AnnyScene) -> None:
    """For somebody whose own bookings stand between those in which they take part."""
    slots = scene.day()[:12:2]
    address = scene.address(PARTICIPANT)
    for number in (3, 0, 5, 1, 4, 2):
        if number % 2:
            scene.booked(slots[number], by=PARTICIPANT)
        else:
            scene.invite(scene.booked(slots[number]), {"email": address}).ok("AN-G01", 200)
    for sort in ("start_date", "-start_date", "created_at", "-created_at"):
        whole = [each["id"] for each in scene.listed("AN-D06", by=PARTICIPANT, sort=sort)]
        size = len(whole) // 4 + 1
        found = [each["id"] for each in scene.every("AN-D06", "listBookings", by=PARTICIPANT, size=size, sort=sort)]
        scene.same("AN-D06", found, whole, f"what pages of {size} by {sort} hold, in order")


@LAWS.law("AN-D07")
def a_page_has_fifteen(scene: AnnyScene) -> None:
    by = _somebody_with_many(scene, "AN-D07")
    for operation in ("listBookings", "listOrders"):
        answer = scene.call(operation, by=by, title="list without a size").ok("AN-D07", 200)
        page = answer.json["meta"]["page"]
        scene.same("AN-D07", page["per-page"], _DEFAULT_SIZE, "per-page", answer)
        wanted = min(_DEFAULT_SIZE, page["total"])
        scene.same("AN-D07", len(answer.json["data"]), wanted, "how many the page has", answer)


@LAWS.law("AN-D08")
def no_page_has_more_than_250(scene: AnnyScene) -> None:
    for operation, by in (("listBookings", MAIN), ("listResources", NOBODY)):
        for size in (_MOST - 1, _MOST, _MOST + 1, 1_000_000):
            title = f"{operation}, {size} to a page"
            answer = scene.call(operation, by=by, query={"page[size]": size}, title=title).ok("AN-D08", 200)
            scene.same("AN-D08", answer.json["meta"]["page"]["per-page"], min(size, _MOST), "per-page", answer)


def _follow(scene: AnnyScene, link: str, by: str) -> Answer:
    _, _, path = link.partition(scene.contract.base_path)
    return scene.send("GET", path, by=by, title="follow a link", meant_for="listBookings")


@LAWS.law("AN-D09")
def links_lead_from_page_to_page(scene: AnnyScene) -> None:
    scene.booked()
    query: dict[str, Any] = {"filter[status]": "accepted", "sort": "-start_date", "filter[hide_blocker]": "true"}
    wanted = [each["id"] for each in scene.every("AN-D09", "listBookings", **query)]
    size = max(1, len(wanted) // 2)
    answer = _page(scene, 1, size, **query).ok("AN-D09", 200)
    scene.expect(
        "AN-D09", "prev" not in answer.json["links"], "no prev on the first page", answer.json["links"], answer
    )
    found: list[str] = []
    pages: list[list[str]] = []
    while True:
        there = [each["id"] for each in answer.json["data"]]
        found += there
        pages.append(there)
        if len(pages) > 1:
            back = _follow(scene, answer.json["links"]["prev"], MAIN).ok("AN-D09", 200)
            scene.same("AN-D09", [each["id"] for each in back.json["data"]], pages[-2], "what prev leads to", back)
        onward = answer.json["links"].get("next")
        is_last = len(found) >= len(wanted)
        scene.same("AN-D09", onward is None, is_last, "whether next is missing", answer)
        if onward is None:
            break
        answer = _follow(scene, onward, MAIN).ok("AN-D09", 200)
    scene.same("AN-D09", found, wanted, "what the pages hold, in order", answer)


@LAWS.law("AN-D09")
def links_keep_every_filter(scene: AnnyScene) -> None:
    slots = [scene.slot(where=where) for where in ("room", "other_room", "desk")]
    made = [scene.booked(each) for each in slots]
    span = min(each.starts_at for each in slots), max(each.ends_at for each in slots)
    alone: dict[str, Any] = {
        "filter[resources][]": [each.resource_id for each in slots],
        "filter[start_date]": span[0].isoformat(),
        "filter[end_date]": span[1].isoformat(),
        "filter[search]": made[0]["attributes"]["number"][:2],
        "filter[status]": "accepted",
        "filter[upcoming_only]": "true",
        "filter[hide_blocker]": "true",
        "filter[email]": scene.address(),
    }
    whole: dict[str, Any] = {**alone, "sort": "-start_date", "fields[bookings]": "number", "include": "resource"}
    wanted = [each["id"] for each in scene.every("AN-D09", "listBookings", **whole)]
    answer = _page(scene, 1, 1, **whole).ok("AN-D09", 200)
    for direction, pages in (("next", range(1, len(wanted))), ("prev", range(len(wanted) - 2, -1, -1))):
        for here in pages:
            links = answer.json["links"]
            scene.expect("AN-D09", direction in links, f"a link to {direction}", links, answer)
            answer = _follow(scene, answer.json["links"][direction], MAIN).ok("AN-D09", 200)
            found = [each["id"] for each in answer.json["data"]]
            scene.same("AN-D09", found, wanted[here : here + 1], f"what {direction} leads to", answer)
            shown = [sorted(each["attributes"]) for each in answer.json["data"]]
            scene.same("AN-D09", shown, [["number"]], "the attributes that are shown", answer)
    for name, value in alone.items():
        first = _page(scene, 1, 1, **{name: value}).ok("AN-D09", 200)
        second = _page(scene, 2, 1, **{name: value}).ok("AN-D09", 200)
        onward = _follow(scene, first.json["links"]["next"], MAIN).ok("AN-D09", 200)
        ids = [each["id"] for each in second.json["data"]]
        scene.same(
            "AN-D09", [each["id"] for each in onward.json["data"]], ids, f"what next leads to with {name}", onward
        )


@LAWS.law("AN-D10")
def a_page_after_the_last_is_empty(scene: AnnyScene) -> None:
    scene.booked()
    for operation, by in (("listBookings", MAIN), ("listOrders", MAIN), ("listResources", NOBODY)):
        first = scene.call(operation, by=by, title="list").ok("AN-D10", 200)
        last = first.json["meta"]["page"]["last-page"]
        for number in (last + 1, last + 1000):
            answer = scene.call(operation, by=by, query={"page[number]": number}, title=f"page {number} of {last}")
            scene.same("AN-D10", answer.ok("AN-D10", 200).json["data"], [], "what is on it", answer)


# The flattened form


@LAWS.law("AN-D11")
def the_flattened_form_has_everything_on_one_level(scene: AnnyScene) -> None:
    booking = _rich(scene)
    for full, flat in (
        (scene.read(booking), scene.read(booking, headers=_FLAT)),
        (scene.read_order(booking), scene.read_order(booking, headers=_FLAT)),
    ):
        whole = full.ok("AN-D11", 200).json["data"]
        wanted = {"id": whole["id"], "type": whole["type"], **whole["attributes"], "meta": whole["meta"]}
        scene.same("AN-D11", flat.ok("AN-D11", 200).json["data"], wanted, "data in the flattened form", flat)
        kind = flat.headers.get("content-type", "").partition(";")[0]
        scene.same("AN-D11", kind, "application/json", "the media type", flat)


@LAWS.law("AN-D12")
def a_flattened_list_tells_its_page(scene: AnnyScene) -> None:
    scene.booked(scene.slot(where="other_room"))
    scene.booked()
    query = {"page[size]": 1, "page[number]": 2}
    full = scene.call("listBookings", query=query).ok("AN-D12", 200)
    flat = scene.call("listBookings", query=query, headers=_FLAT, title="the same, flattened").ok("AN-D12", 200)
    meta = {name.replace("-", "_"): value for name, value in full.json["meta"]["page"].items()}
    scene.same("AN-D12", flat.json["meta"], meta, "meta", flat)
    ids = [each["id"] for each in full.json["data"]]
    scene.same("AN-D12", [each["id"] for each in flat.json["data"]], ids, "what is on it", flat)


@LAWS.law("AN-D13")
def the_flattened_form_has_what_is_included_and_no_more(scene: AnnyScene) -> None:
    booking = _rich(scene)
    related = set(booking["relationships"])
    for include in ("", "order", "resource,booking_add_ons.add_on", "service,customer"):
        answer = scene.read(booking, include=include or None, headers=_FLAT).ok("AN-D13", 200)
        data = answer.json["data"]
        named = {path.partition(".")[0] for path in include.split(",") if path}
        scene.same("AN-D13", related & set(data), named, f"what is there of include={include}", answer)
        for name in named:
            things = data[name] if isinstance(data[name], list) else [data[name]]
            whole = all(isinstance(each, dict) and {"id", "type"} < set(each) for each in things)
            scene.expect("AN-D13", whole, f"{name} itself", data[name], answer)
            ids = [each["id"] for each in things]
            scene.same("AN-D13", ids, linked(booking, name), f"which {name}", answer)
        for each in data.get("booking_add_ons", []):
            scene.expect("AN-D13", isinstance(each.get("add_on"), dict), "the add-on itself", each, answer)
