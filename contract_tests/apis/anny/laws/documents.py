"""Documents: what is included, which fields there are, pages, the flattened form. Each operation that has them is asked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import ceil
from typing import Any

from contract_tests.apis.anny.looking import is_free, linked, parameters, points_at, reads
from contract_tests.apis.anny.scene import ADMIN, BODIES, IDS, NOBODY, PARTICIPANT, AnnyScene, Json
from contract_tests.laws.law import Laws
from contract_tests.profiles import Lacking
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import MAIN
from contract_tests.scenes.sending import NO_BODY

__all__ = ["LAWS"]

LAWS = Laws("documents")

_FLAT = {"Accept": "application/json"}
_BAD_REQUEST = (400, "bad_request")
_DEFAULT_SIZE = 15
_MOST = 250
_PAGES = 5
"""So many of a list are looked at, and its end, where it has more."""
_SOME = {"page[size]": 5}
"""Enough of a list to be looked at thing by thing."""


@dataclass(frozen=True, slots=True)
class _Asking:
    """
    An operation that reads, and what it is asked.

    Args:
        paths: What it includes, in the words of the document.
        types: Of which it takes `fields`.
    """

    scene: AnnyScene
    operation: str
    by: str
    asked: Json
    paths: tuple[str, ...]
    types: tuple[str, ...]

    @property
    def whole(self) -> Json:
        """All of what can be included."""
        return {"include": ",".join(self.paths)} if self.paths else {}

    @property
    def some_paths(self) -> tuple[str, ...]:
        """All of them together, and of one thing each alone."""
        return (*(() if self.operation.startswith("list") else self.paths), *self.whole.values())

    @property
    def can_be_flat(self) -> bool:
        return bool(self.scene.contract.operation(self.operation).other_forms)

    def __call__(self, asked: Json | None = None, *, flat: bool = False) -> Answer:
        """Not judged."""
        title, everything = f"{self.operation} {asked or ''}", {**self.asked, **(asked or {})}
        return self.scene.call(self.operation, by=self.by, headers=_FLAT if flat else {}, title=title, **everything)

    def page(self, rule: str, number: int, size: int) -> Answer:
        return self({"page[number]": number, "page[size]": size}).ok(rule, 200)


def _asking(scene: AnnyScene, booking: Json) -> Iterator[_Asking]:
    """Each operation that answers documents in two forms, about that booking or what is offered; of lists, some."""
    for name, asked in reads(scene, booking).items():
        given = parameters(scene, scene.contract.operation(name))
        said = given.get("include", {}).get("description", "")
        types = tuple(each[7:-1] for each in given if each.startswith("fields["))
        some = _SOME if "page[size]" in given else {}
        yield _Asking(scene, name, MAIN, {**asked, **some}, tuple(re.findall("`([a-z_.]+)`", said)), types)


def _rich(scene: AnnyScene) -> Json:
    """A paid booking with add-ons and a participant."""
    booking = scene.paid(booking_add_ons=scene.choice(1, 2))
    scene.invite(booking, {"email": f"{scene.word()}@example.com"}).ok("AN-G01", 200)
    return scene.seen("AN-B11", booking)


def _as_list(data: Any) -> list[Json]:
    return data if isinstance(data, list) else [data] if data else []


def _key(thing: Json) -> tuple[str, str]:
    return thing["type"], thing["id"]


def _linkage(scene: AnnyScene, rule: str, thing: Json, name: str, answer: Answer) -> list[Json]:
    found = thing.get("relationships", {}).get(name)
    scene.expect(rule, isinstance(found, dict) and "data" in found, f"the linkage of {name}", thing, answer)
    return _as_list(found["data"])


def _ids(answer: Answer) -> list[str]:
    return [each["id"] for each in answer.json["data"]]


def _things(answer: Answer) -> list[Json]:
    return [*_as_list(answer.json["data"]), *answer.json.get("included", [])]


# What is sent along


@LAWS.law("AN-D01", "AN-D02", "AN-D05", "AN-D14")
def everything_is_there_and_linked_and_sent_along_when_it_is_named(scene: AnnyScene) -> None:
    booking = _rich(scene)
    scene.booked(scene.slot(where="desk"))
    for ask in _asking(scene, booking):
        without, whole = ask().ok("AN-D02", 200), ask(ask.whole).ok("AN-D02", 200)
        scene.same("AN-D02", without.json.get("included", []), [], "what is sent along unasked", without)
        plain, full = (
            [{name: each.get("data") for name, each in thing.get("relationships", {}).items()} for thing in things]
            for things in (_as_list(without.json["data"]), _as_list(whole.json["data"]))
        )
        scene.same("AN-D14", plain, full, "the linkage without include", without, whole)
        _has_everything(scene, whole)
        for path in ask.some_paths:
            answer = whole if path == ask.whole["include"] else ask({"include": path})
            _sends_what_is_named(scene, answer, path)
    order = scene.order("AN-D14", booking)
    scene.same("AN-D14", len(linked(booking, "booking_add_ons")), 2, "how many add-ons the booking names")
    scene.same("AN-D14", linked(order, "bookings"), [booking["id"]], "the bookings of the order")


def _has_everything(scene: AnnyScene, answer: Answer) -> None:
    schemas = scene.contract.document["components"]["schemas"]
    for each in _things(answer):
        kind = each["type"].title().replace("-", "").replace("ies", "y").removesuffix("s")
        hidden = {"code"} if _is_guest(each) else set()
        for part in ("attributes", "relationships"):
            documented = set(schemas.get(kind + part.title(), {}).get("properties", ()))
            missing = documented - set(each.get(part, ())) - hidden
            scene.same("AN-D05", sorted(missing), [], f"the {part} that one of {each['type']} lacks", answer)


_OF_ALL_THINGS: dict[str, Any] = {
    **dict.fromkeys((
        "is_net_total", "price_hidden", "is_sequence", "is_sub_booking", "viewing_requires_community",
        "booking_requires_community", "is_online", "auto_duration", "is_full_day", "requires_address",
        "viewing_restricted", "booking_restricted", "is_featured", "is_quote", "has_organization",
    ), False),
    **dict.fromkeys((
        "visible_for_customer", "bookings_enabled", "live", "allow_customer_notes", "locked", "is_base_order",
    ), True),
    "discount_amount": 0, "system_fee": 0, "staggered_quantity": None,
}  # fmt: skip


@LAWS.law("AN-D20")
def what_is_the_same_of_all_things_is_so(scene: AnnyScene) -> None:
    for ask in _asking(scene, _rich(scene)):
        answer = ask(ask.whole).ok("AN-D20", 200)
        for thing in _things(answer):
            shown = {**thing["attributes"], **thing.get("meta", {})}
            got = {name: shown[name] for name in _OF_ALL_THINGS if name in shown}
            wanted = {name: _OF_ALL_THINGS[name] for name in got}
            scene.same("AN-D20", got, wanted, f"what is so of all {thing['type']}", answer)


@LAWS.law("AN-B21")
def a_blocker_costs_nothing(scene: AnnyScene) -> None:
    shown = scene.seen("AN-A09", scene.given("blocker"), by=ADMIN)["attributes"]
    got = {name: shown[name] for name in ("charged_duration", "starting_fee", "tax_rate", "total")}
    scene.same("AN-B21", got, dict.fromkeys(got, 0), "what a blocker costs")


def _is_guest(thing: Json) -> bool:
    """Who only takes part in a booking does not see its code."""
    return bool(thing.get("meta", {}).get("participation_status"))


def _sends_what_is_named(scene: AnnyScene, answer: Answer, paths: str) -> None:
    shown = _things(answer.ok("AN-D02", 200))
    named = all(isinstance(each.get("type"), str) and isinstance(each.get("id"), str) for each in shown)
    scene.expect("AN-D01", named, "a type and an id of everything", [*map(sorted, shown)], answer)
    keys = [_key(each) for each in shown]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    scene.same("AN-D01", twice, [], "what is there more than once", answer)
    things = dict(zip(keys, shown, strict=True))
    reached: set[tuple[str, str]] = set()
    for path in paths.split(","):
        here = _as_list(answer.json["data"])
        for step in path.split("."):
            found = [_key(other) for each in here for other in _linkage(scene, "AN-D02", each, step, answer)]
            missing = [key for key in found if key not in things]
            scene.same("AN-D02", missing, [], f"what {path} names and is not sent along", answer)
            reached.update(found)
            here = [things[key] for key in found]
    sent = {_key(each) for each in answer.json.get("included", [])}
    scene.same("AN-D02", sorted(sent - reached), [], "what is sent along beyond that", answer)


@LAWS.law("AN-B11")
def a_thing_is_the_same_wherever_it_is_shown(scene: AnnyScene) -> None:
    seen: dict[tuple[str, str], tuple[Json, Answer]] = {}
    for ask in _asking(scene, _rich(scene)):
        more = {"page[size]": _MOST} if "page[size]" in ask.asked else {}
        answer = ask({**ask.whole, **more}).ok("AN-B11", 200)
        for thing in _things(answer):
            first, shown_by = seen.setdefault(_key(thing), (thing, answer))
            scene.same("AN-B11", thing, first, f"what {ask.operation} shows of {_key(thing)}", answer, shown_by)


@LAWS.law("AN-D03", "AN-V13")
def what_cannot_be_included_is_refused(scene: AnnyScene) -> None:
    slot = scene.slot()
    booking, free = scene.booked(slot), slot.later(minutes=120)
    asking = [ask for ask in _asking(scene, scene.paid()) if ask.paths]
    known = {path for ask in asking for path in ask.paths}
    refusals = []
    for ask in asking:
        foreign = sorted(path for path in known if not any(f"{own}.".startswith(f"{path}.") for own in ask.paths))
        further = [path for path in foreign if path.partition(".")[0] in ask.paths]
        wrong = (*foreign[:2], *further[:3], "nothing", f"{ask.paths[0]},nothing", ask.paths[0].title())
        refusals += [ask({"include": path}) for path in wrong]
    for operation in scene.contract.operations:
        if "include" in operation.places and not operation.reads_only:
            places = {name: booking["id"] for name in ("bookingId",) if name in operation.places}
            body = {**BODIES[operation.id], **(free.span if places else free.body)}
            refusals.append(scene.call(operation.id, body, include="resource,nothing", **places))
    for answer in refusals:
        points_at(scene, "AN-D03", answer.refused("AN-D03", *_BAD_REQUEST), parameter="include")
    for operation in scene.contract.operations:
        if "sort" in operation.places:
            places = {name: scene.resource_id("room") for name in ("resourceId",) if name in operation.places}
            for sort in ("nothing", "-", "", "created_at,name", "Name"):
                answer = scene.call(operation.id, query={"sort": sort}, title=f"{operation.id} by {sort!r}", **places)
                points_at(scene, "AN-D03", answer.refused("AN-D03", *_BAD_REQUEST), parameter="sort")
    scene.stays("AN-D03", booking)
    is_free(scene, "AN-D03", free)
    _is_refused_before_the_id_is_looked_up(scene)


def _is_refused_before_the_id_is_looked_up(scene: AnnyScene) -> None:
    scene.nowhere()
    for operation in scene.contract.operations:
        nothing: Json = {name: IDS[name] for name, place in operation.places.items() if place == "path"}
        if "include" in operation.places and nothing:
            body = BODIES[operation.id] if operation.media_type else NO_BODY
            answer = scene.call(operation.id, body, include="nothing", **nothing)
            points_at(scene, "AN-V13", answer.refused("AN-V13", *_BAD_REQUEST), parameter="include")


@LAWS.law("AN-D14")
def linkage_names_only_what_may_be_seen(scene: AnnyScene) -> None:
    booking = scene.joined(scene.paid())
    for path in ("", "order"):
        answer = scene.read(booking, by=PARTICIPANT, **({"include": path} if path else {})).ok("AN-D14", 200)
        scene.same(
            "AN-D14", linked(answer.json["data"], "order"), [], "the order that a participant is told of", answer
        )
    scene.same("AN-D14", len(linked(scene.seen("AN-D14", booking), "order")), 1, "the orders that the customer sees")
    number = scene.seen("AN-D14", scene.given("recurring_master"))["attributes"]["number"]
    for by in (NOBODY, MAIN):
        answer = scene.by_number(by=by, number=number).ok("AN-D14", 200)
        told = {name: bool(linked(answer.json["data"], name)) for name in ("order", "series_bookings")}
        scene.same("AN-D14", told, dict.fromkeys(told, by == MAIN), "whether they are told of order and dates", answer)


def _links_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from each.values() if name == "links" else _links_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _links_in(each)


@LAWS.law("AN-D18")
def every_link_is_absolute_and_leads_somewhere(scene: AnnyScene) -> None:
    booking = _rich(scene)
    asked = [(ask, ask(ask.whole)) for ask in _asking(scene, booking)]
    answers = [answer.ok("AN-D18", 200) for _, answer in asked]
    answers += [scene.preview(booking).ok("AN-P01", 200), scene.call("getUser", include="active_organization")]
    links = {link: answer for answer in answers for link in _links_in(answer.ok("AN-D18", 200).json)}
    for link, answer in links.items():
        begins = link.startswith(f"{scene.world.base_url}/")
        scene.expect("AN-D18", begins, f"a link that begins with {scene.world.base_url}", link, answer)
    shown = {_kind_of(link): link for link in links}
    for name, link in shown.items():
        found = scene.send("GET", link.removeprefix(scene.world.base_url), title=f"follow a link to {name}")
        followed = found.ok("AN-D18", 200).json
        if "links" in followed:
            scene.same("AN-D18", followed["links"]["self"], link, "what it says of itself", found)
    for thing, name in _longest_linkage(answers):
        kind, number = _key(thing)
        found = scene.call("getRelationship", type=kind, id=number, relationship=name).ok("AN-D18", 200)
        wanted = thing["relationships"][name]
        scene.same("AN-D18", found.json, wanted, f"the relationship {name} of {kind} read by itself", found)
    scene.invite(booking, {"email": f"{scene.word()}@example.com"}).ok("AN-G01", 200)
    for name, each in scene.seen("AN-B11", booking)["relationships"].items():
        found = scene.call("getRelationship", type="bookings", id=booking["id"], relationship=name).ok("AN-D18", 200)
        scene.same("AN-D18", found.json, each, f"the relationship {name} read once more", found)


def _longest_linkage(answers: list[Answer]) -> list[tuple[Json, str]]:
    """Of each relationship of a type that can be read by itself, the thing that names most in it."""
    found: dict[tuple[str, str], Json] = {}
    for thing in (each for answer in answers for each in _things(answer)):
        for name, each in thing.get("relationships", {}).items():
            if "links" in each:
                most = found.setdefault((thing["type"], name), thing)
                if len(linked(thing, name)) > len(linked(most, name)):
                    found[thing["type"], name] = thing
    return [(thing, name) for (_, name), thing in found.items()]


def _kind_of(link: str) -> str:
    """Of all links of a kind one is followed: `/bookings/{}/relationships/order`."""
    return re.sub("[0-9a-f-]*[0-9][0-9a-f-]*", "{}", link)


# Fields


@LAWS.law("AN-D04")
def fields_leaves_only_what_it_names(scene: AnnyScene) -> None:
    for ask in _asking(scene, _rich(scene)):
        whole = {_key(each): each for each in _things(ask(ask.whole).ok("AN-D04", 200))}
        first = {kind: thing for (kind, _), thing in reversed(whole.items()) if kind in ask.types}
        wanted = {
            kind: {*list(thing["attributes"])[:3:2], *list(thing.get("relationships", ()))[:1], "nothing"}
            for kind, thing in first.items()
        }
        for named in (list(wanted)[:1], list(wanted)) if wanted else ():
            fields = {f"fields[{kind}]": ",".join(sorted(wanted[kind])) for kind in named}
            answer = ask({**ask.whole, **fields}).ok("AN-D04", 200)
            for thing in _things(answer):
                left = _left(whole[_key(thing)], wanted) if thing["type"] in named else whole[_key(thing)]
                scene.same("AN-D04", thing, left, f"what is left with {fields}", answer)
            flat = ask(fields, flat=True).ok("AN-D04", 200)
            for thing in _as_list(flat.json["data"]):
                left = _flattened(_left(whole[_key(thing)], wanted) if thing["type"] in named else whole[_key(thing)])
                scene.same("AN-D04", thing, left, "what is left in the flattened form", flat)


def _left(thing: Json, fields: dict[str, set[str]]) -> Json:
    """Of a thing, what *fields* leaves."""
    parts = {part: thing[part] for part in ("attributes", "relationships") if part in thing}
    names = fields[thing["type"]]
    return {**thing, **{part: {name: each[name] for name in each if name in names} for part, each in parts.items()}}


def _flattened(thing: Json) -> Json:
    """The same in the other form, with nothing included."""
    meta = {"meta": thing["meta"]} if "meta" in thing else {}
    return {"id": thing["id"], "type": thing["type"], **thing["attributes"], **meta}


# Pages


def _lists(scene: AnnyScene) -> list[_Asking]:
    """Each operation that has pages, with several things in it."""
    first, _, _ = scene.paid(), scene.paid(scene.slot("paid", "other_room")), scene.booked(scene.slot(where="desk"))
    asked = reads(scene, first)
    if scene.has(ADMIN):
        for _ in range(3):
            scene.call("createWebhookSubscription", BODIES["createWebhookSubscription"], by=ADMIN).ok("AN-W01", 201)
    lists = [
        _Asking(scene, each.id, MAIN if each.id in asked else ADMIN, asked.get(each.id, {}), (), ())
        for each in scene.contract.operations
        if "page[number]" in each.places and (each.id in asked or scene.has(ADMIN))
    ]
    if scene.has(ADMIN) and scene.world.is_own:  # of customers everybody else sees one
        lists.append(_Asking(scene, "listCustomers", ADMIN, asked["listCustomers"], (), ()))
    return lists


@LAWS.law("AN-D06", "AN-D08", "AN-D10", "AN-D12", "AN-D16")
def pages_hold_each_thing_once_and_tell_where_they_stand(scene: AnnyScene) -> None:
    for ask in _lists(scene):
        scene.unless_others_do(partial(_tell_where_they_stand, scene, ask))


def _tell_where_they_stand(scene: AnnyScene, ask: _Asking) -> None:
    whole = ask.page("AN-D06", 1, _MOST)
    total = whole.json["meta"]["page"]["total"]
    scene.expect("AN-D06", total > 0, f"something in {ask.operation}", total, whole)
    alone = ask.page("AN-D06", 1, total)  # one more of them would be another page
    scene.same("AN-D06", alone.json["meta"]["page"]["last-page"], ceil(total / _MOST), "last-page", alone)
    size = min(total // 3 + 1, _MOST)
    found: list[str] = []
    last = ceil(total / size)
    looked_at = [number for number in range(1, last + 1) if number <= _PAGES or number >= last - 1]
    for number in looked_at:
        answer = ask.page("AN-D06", number, size)
        told = {"current-page": number, "last-page": last, "total": total}
        page = dict(answer.json["meta"]["page"])
        scene.same("AN-D16", page.pop("per-page", None), size, "per-page", answer, leaned_on=False)
        scene.same("AN-D06", page, told, "meta.page", answer)
        scene.expect("AN-D06", len(_ids(answer)) <= size, f"at most {size} on a page", _ids(answer), answer)
        found += _ids(answer)
        if number == 2 and ask.can_be_flat:
            flat = ask({"page[number]": number, "page[size]": size}, flat=True).ok("AN-D12", 200)
            same = {name.replace("-", "_"): value for name, value in told.items()}
            meta = dict(flat.json["meta"])
            scene.same(
                "AN-D16", meta.pop("per_page", None), size, "per_page in the flattened form", flat, leaned_on=False
            )
            scene.same("AN-D12", meta, same, "meta in the flattened form", flat)
            scene.same("AN-D12", _ids(flat), _ids(answer), "what is on it", flat)
    scene.same("AN-D06", found[:_MOST], _ids(whole), "what the pages hold, in order", whole)
    there = total - size * (last - len(looked_at))
    scene.same("AN-D06", (len(found), len({*found})), (there, there), "how many there are, and different ones")
    for number in (last + 1, last + 1000):
        scene.same("AN-D10", ask.page("AN-D10", number, size).json["data"], [], f"what is on page {number}")
    for size in (_MOST, _MOST + 1):
        answer = ask.page("AN-D08", 1, size)
        scene.same("AN-D08", answer.json["meta"]["page"]["per-page"], min(size, _MOST), "per-page", answer)


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
    span: Json = {}
    if not scene.world.is_own and len(scene.listed("AN-D06", by=PARTICIPANT)) >= _MOST:  # where there is a long past
        span = {"start_date": slots[0].starts_at.isoformat(), "end_date": slots[-1].ends_at.isoformat()}
    for sort in ("start_date", "-start_date", "created_at", "-created_at"):
        asked: Json = {"by": PARTICIPANT, "sort": sort, "until": None, **span}
        scene.unless_others_do(partial(_are_in_one_order, scene, asked))


def _are_in_one_order(scene: AnnyScene, asked: Json) -> None:
    whole = [each["id"] for each in scene.listed("AN-D06", **asked)]
    size = len(whole) // 4 + 1
    found = [each["id"] for each in scene.listed("AN-D06", size=size, **asked)]
    scene.same("AN-D06", found, whole, f"what pages of {size} by {asked['sort']} hold, in order")


@LAWS.law("AN-D07")
def a_page_has_fifteen(scene: AnnyScene) -> None:
    most = 0
    for ask in _lists(scene):
        for by in {ask.by, ADMIN} if scene.has(ADMIN) else {ask.by}:
            answer = scene.call(ask.operation, by=by, title="list without a size", **ask.asked).ok("AN-D07", 200)
            page = answer.json["meta"]["page"]
            scene.same("AN-D07", page["per-page"], _DEFAULT_SIZE, "per-page", answer)
            scene.same("AN-D07", len(_ids(answer)), min(_DEFAULT_SIZE, page["total"]), "how many the page has", answer)
            most = max(most, page["total"])
    if most <= _DEFAULT_SIZE:
        raise Lacking("nobody has more bookings than there are on a page", key="identities.admin")


def _follow(scene: AnnyScene, answer: Answer, link: str, by: str = MAIN) -> Answer:
    """The page that a link leads to."""
    links, rule = answer.json["links"], _rule_of(link)
    scene.expect(rule, link in links, f"a link to {link}", links, answer)
    _, _, path = links[link].partition(scene.contract.base_path)
    asked = answer.exchange.operation
    title = f"follow the link to {link}"
    return scene.send("GET", path, by=by, title=title, meant_for=asked.id if asked else "").ok(rule, 200)


def _rule_of(link: str) -> str:
    return "AN-D09" if link == "next" else "AN-D17"


@LAWS.law("AN-D09", "AN-D17")
def links_lead_from_page_to_page(scene: AnnyScene) -> None:
    for ask in _lists(scene):
        scene.unless_others_do(partial(_links_lead, scene, ask))


def _links_lead(scene: AnnyScene, ask: _Asking) -> None:
    size = min(ask.page("AN-D09", 1, 1).json["meta"]["page"]["total"] // 3 + 1, _MOST)
    first = answer = ask.page("AN-D09", 1, size)
    pages = [_ids(answer)]
    while "next" in answer.json["links"] and len(pages) < 4:
        scene.same("AN-D17", "prev" in answer.json["links"], len(pages) > 1, "whether there is a prev", answer)
        answer = _follow(scene, answer, "next", ask.by)
        pages.append(_ids(answer))
        back = _follow(scene, answer, "prev", ask.by)
        scene.same("AN-D17", _ids(back), pages[-2], "what prev leads to", back)
    wanted = [_ids(ask.page("AN-D09", number, size)) for number in range(1, len(pages) + 1)]
    scene.same("AN-D09", pages, wanted, "what next leads to, page by page", answer)
    last = first.json["meta"]["page"]["last-page"]
    scene.same("AN-D09", len(pages), min(last, 4), "how many pages next leads through", answer)
    at_the_end = pages[-1] if len(pages) == last else _ids(ask.page("AN-D09", last, size))
    for link, there in (("first", pages[0]), ("last", at_the_end)):
        scene.same("AN-D17", _ids(_follow(scene, answer, link, ask.by)), there, f"what {link} leads to", answer)


@LAWS.law("AN-D09", "AN-D17")
def links_keep_every_filter(scene: AnnyScene) -> None:
    slots = [scene.slot(where=where) for where in ("room", "other_room", "desk")]
    made = [scene.booked(each) for each in slots]
    span = min(each.starts_at for each in slots), max(each.ends_at for each in slots)
    alone: dict[str, Any] = {
        "filter[resources]": ",".join(each.resource_id for each in slots),
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
    ask = _Asking(scene, "listBookings", MAIN, whole, (), ())
    answer = ask.page("AN-D09", 1, 1)
    for direction, pages in (("next", range(1, len(wanted))), ("prev", range(len(wanted) - 2, -1, -1))):
        for here in pages:
            answer = _follow(scene, answer, direction)
            rule = _rule_of(direction)
            scene.same(rule, _ids(answer), wanted[here : here + 1], f"what {direction} leads to", answer)
            shown = [sorted(each["attributes"]) for each in answer.json["data"]]
            scene.same(rule, shown, [["number"]], "the attributes that are shown", answer)
    for name, value in alone.items():
        scene.unless_others_do(partial(_leads_on, scene, _Asking(scene, "listBookings", MAIN, {name: value}, (), ())))


def _leads_on(scene: AnnyScene, ask: _Asking) -> None:
    onward = _follow(scene, ask.page("AN-D09", 1, 1), "next")
    scene.same("AN-D09", _ids(onward), _ids(ask.page("AN-D09", 2, 1)), f"what next leads to with {ask.asked}", onward)


# The flattened form


@LAWS.law("AN-D11", "AN-D13")
def the_flattened_form_has_everything_on_one_level_and_what_is_included(scene: AnnyScene) -> None:
    for ask in _asking(scene, _rich(scene)):
        for path in ("", *ask.paths[-1:], *ask.whole.values()):
            include: Json = {"include": path} if path else {}
            full, flat = ask(include).ok("AN-D11", 200), ask(include, flat=True).ok("AN-D11", 200)
            kind = flat.headers.get("content-type", "").partition(";")[0]
            scene.same("AN-D11", kind, "application/json", "the media type", flat)
            things = {_key(each): each for each in _things(full)}
            ids = [each.get("id") for each in _as_list(flat.json["data"])]
            data = _as_list(full.json["data"])
            scene.same("AN-D11", ids, [each["id"] for each in data], "what is there", flat)
            for thing, shown in zip(data, _as_list(flat.json["data"]), strict=True):
                _is_flat(scene, flat, shown, thing, things, [each.split(".") for each in path.split(",") if each])


def _is_flat(
    scene: AnnyScene, answer: Answer, shown: Json, thing: Json, things: dict[Any, Json], paths: list[list[str]]
) -> None:
    """*shown* has to be *thing* on one level, with what *paths* lead to inside it."""
    related = set(thing.get("relationships", {}))
    named = {path[0] for path in paths if path}
    parts = {name: (_linkage(scene, "AN-D13", thing, name, answer), shown.get(name)) for name in sorted(named)}
    scene.same("AN-D13", related & set(shown), named, f"which relationships are there of {paths}", answer)
    own = {name: value for name, value in shown.items() if name not in related}
    wanted = _flattened(thing)
    if "type" in thing["attributes"]:  # there is one place for both, and nobody says whose it is
        own["type"] = wanted["type"]
    scene.same("AN-D11", own, wanted, "the thing on one level", answer)
    for name, (linkage, part) in parts.items():
        inside = _as_list(part)
        scene.same(
            "AN-D13", [each.get("id") for each in inside], [each["id"] for each in linkage], f"which {name}", answer
        )
        rest = [path[1:] for path in paths if path[0] == name and path[1:]]
        for identifier, each in zip(linkage, inside, strict=True):
            scene.expect("AN-D02", _key(identifier) in things, f"{name} in the other form", identifier, answer)
            _is_flat(scene, answer, each, things[_key(identifier)], things, rest)
