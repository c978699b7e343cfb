"""Lists in pages."""

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from operator import itemgetter
from typing import Any

from contract_tests.apis.reservekit.scene import ReserveKitScene, slot_body
from contract_tests.laws.law import Laws
from contract_tests.profiles import NotApplicable
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS"]

LAWS = Laws("pages")

_MOST_WALKS = 10
_NAMES = {"listBookings": "bookings", "listTimeSlots": "time_slots", "listServices": "services"}


def _lists(service_id: int) -> Mapping[str, dict[str, Any]]:
    """The lists that have pages, with what they are asked for beside the page."""
    return {"listBookings": {"service_id": service_id}, "listTimeSlots": {"service_id": service_id}, "listServices": {}}


@LAWS.law("RK-P01", "RK-P10")
def a_walk_through_the_pages_meets_everything_once_in_ascending_order(scene: ReserveKitScene) -> None:
    scene.be_alone()  # whose services go meanwhile, pushes others from the next page to one that was read
    slots = scene.service(*range(1, 6))
    service_id = slots[0].service_id
    bookings = [scene.booked(slots[4], scene.day(-number)) for number in range(5)]
    scene.changed("RK-L02", bookings[1], status="cancelled", cancel_reason="ill")
    others = [scene.offered()["id"] for _ in range(3)]
    ids = {
        "listBookings": [booking["id"] for booking in bookings],
        "listTimeSlots": [slot.id for slot in slots],
        "listServices": [service_id, *others],
    }
    _walk(scene, service_id, ids, (2, 3, 100))
    # After one is gone from the middle and another from the beginning, and again when there is one more.
    for gone in (2, 0):
        scene.delete({"id": ids["listBookings"].pop(gone)}).ok("RK-D01", 200)
        scene.delete_slot(ids["listTimeSlots"].pop(gone)).ok("RK-D09", 200)
    scene.delete_service(ids["listServices"].pop(2)).ok("RK-D05", 200)
    _walk(scene, service_id, ids, (2,))
    ids["listBookings"].append(scene.booked(slots[4], scene.day(1))["id"])
    ids["listTimeSlots"].append(scene.changed_slots("RK-T06", service_id, slot_body())[0]["id"])
    ids["listServices"].append(scene.offered()["id"])
    _walk(scene, service_id, ids, (2,))


def _walk(scene: ReserveKitScene, service_id: int, ids: Mapping[str, list[int]], sizes: tuple[int, ...]) -> None:
    for operation_id, query in _lists(service_id).items():
        for size in sizes:
            met, answers = _read(scene, operation_id, query, size, ids[operation_id])
            of_ours = sorted(item for item in met if item in ids[operation_id])
            scene.same("RK-P01", of_ours, sorted(ids[operation_id]), "what the pages hold of it", *answers)
            scene.same("RK-P01", sorted(met), sorted(set(met)), "what the pages hold", *answers)
            scene.same("RK-P10", met, sorted(met), "what the pages hold, in order", *answers)
            if len(counts := _counts(answers)) == 1:  # else something came or went meanwhile
                scene.same("RK-P01", {len(met)}, counts, "how many the pages hold", *answers)


def _read(
    scene: ReserveKitScene, operation_id: str, query: Mapping[str, Any], size: int, ours: Collection[int]
) -> tuple[list[int], list[Answer]]:
    """
    What all pages hold, and the answers.

    Who takes something away meanwhile pushes what comes after it to a page that was read. So in a shared world what is not
    met there is looked for again, unless nothing has changed.

    Raises:
        NotApplicable: Something changes each time.
    """
    for _ in range(_MOST_WALKS):
        before = _last(scene) if operation_id == "listServices" else None
        pages = scene.pages("RK-P01", operation_id, _NAMES[operation_id], size=size, **query)
        met, answers = [item for page in pages for item in page.items], [page.answer for page in pages]
        if ({*ours} <= {*met} and _counts(answers) == {len(met)}) or before is None or _last(scene) == before:
            return met, answers
    raise NotApplicable("others change meanwhile what is looked at")


def _last(scene: ReserveKitScene) -> object:
    """What the last page holds, which is another one whatever comes or goes; None where only this test is."""
    if scene.world.is_own:
        return None
    ask = partial(scene.call, "listServices", page_size=100)
    number = ask(page=1).ok("RK-P01", 200).json["data"]["pagination"]["total_pages"]
    return ask(page=number).ok("RK-P01", 200).json["data"]


def _counts(answers: Iterable[Answer]) -> set[int]:
    return {answer.json["data"]["pagination"]["total_count"] for answer in answers}


@LAWS.law("RK-P02", "RK-P09")
def each_page_tells_where_it_is_and_how_much_there_is(scene: ReserveKitScene) -> None:
    slots = scene.service(1, 1, 1, 1, 8)
    service_id = slots[0].service_id
    nothing = scene.call("listBookings", service_id=service_id, page=1, page_size=10, title="list no bookings")
    _told(scene, nothing, page=1, size=10, count=0, pages=0, rule="RK-P09")
    for number in range(5):
        scene.booked(slots[4], scene.day(number))
    for operation_id in ("listBookings", "listTimeSlots"):
        for size, pages in ((1, 5), (2, 3), (4, 2), (5, 1), (100, 1)):
            for page in range(1, pages + 1):
                answer = scene.call(operation_id, service_id=service_id, page=page, page_size=size)
                _told(scene, answer, page=page, size=size, count=5, pages=pages)
                here = len(answer.json["data"][_NAMES[operation_id]])
                scene.same("RK-P02", here, min(size, 5 - (page - 1) * size), "how many are on the page", answer)
    answer, services = scene.steady(
        lambda: scene.call("listServices", page=1, page_size=3, title="list services").ok("RK-P02", 200),
        lambda: scene.services("RK-P02"),
    )
    count = answer.json["data"]["pagination"]["total_count"]
    scene.same("RK-P02", count, len(services), "total_count of the services", answer)
    _told(scene, answer, page=1, size=3, count=count, pages=-(-count // 3))


def _told(
    scene: ReserveKitScene, answer: Answer, *, page: int, size: int, count: int, pages: int, rule: str = "RK-P02"
) -> None:
    wanted = {"current_page": page, "page_size": size, "total_count": count, "total_pages": pages}
    told = answer.ok(rule, 200).json["data"]["pagination"]
    scene.same(rule, told, wanted, "pagination", answer)


@LAWS.law("RK-P03")
def a_page_past_the_last_is_empty(scene: ReserveKitScene) -> None:
    scene.be_alone()  # whoever makes services meanwhile fills the page past the last
    slots = scene.service(1, 1, 8)
    service_id = slots[0].service_id
    for number in range(3):
        scene.booked(slots[2], scene.day(number))
    for operation_id, query in _lists(service_id).items():
        ask = partial(scene.call, operation_id, page_size=2, **query)
        for ask_past in (partial(_past, ask, 1), partial(_past, ask, 7), partial(ask, page=2_147_483_647)):
            first, answer = scene.steady(partial(ask, page=1), ask_past)
            data, wanted = answer.ok("RK-P03", 200).json["data"], first.json["data"]["pagination"]
            scene.same("RK-P03", data[_NAMES[operation_id]], [], "what is on it", answer)
            told = (data["pagination"]["total_count"], data["pagination"]["total_pages"])
            scene.same("RK-P03", told, (wanted["total_count"], wanted["total_pages"]), "count and pages", answer)


def _past(ask: Callable[..., Answer], further: int) -> Answer:
    """The page so much further than the last that there is now."""
    page = ask(page=1).ok("RK-P03", 200).json["data"]["pagination"]["total_pages"] + further
    return ask(page=page, title=f"page {page}")


@LAWS.law("RK-P05")
def without_a_page_the_first_ten_are_answered(scene: ReserveKitScene) -> None:
    scene.be_alone()  # ten services are there only until others take theirs back
    service_id = scene.offered(time_slots=[slot_body(hour=hour) for hour in range(8, 20)])["id"]
    for _ in range(11 - len(scene.services("RK-P05"))):
        scene.offered()
    lists: dict[str, dict[str, Any]] = {"listTimeSlots": {"service_id": service_id}, "listServices": {}}
    ways: tuple[dict[str, Any], ...] = ({}, {"page": 1}, {"page_size": 10})
    for operation_id, query in lists.items():
        ask = partial(scene.call, operation_id, **query)
        for less in ways:
            title = f"{operation_id} with {less or 'no page'}"
            first, answer = scene.steady(partial(ask, page=1, page_size=10), partial(ask, **less, title=title))
            data, there = answer.ok("RK-P05", 200).json["data"], first.json["data"]["pagination"]["total_count"]
            wanted = min(10, there) if operation_id == "listServices" else 10  # others may take theirs back
            scene.same("RK-P05", len(data[_NAMES[operation_id]]), wanted, "how many there are", answer)
            scene.same("RK-P05", data, first.json["data"], "the page", first, answer)


@LAWS.law("RK-P06", "RK-V10")
def the_list_of_bookings_needs_its_service_its_page_and_the_size_of_it(scene: ReserveKitScene) -> None:
    whole: dict[str, Any] = {"service_id": scene.slot().service_id, "page": 1, "page_size": 10}
    scene.call("listBookings", **whole).ok("RK-P07", 200)
    for name in whole:
        rest = {**whole, name: None}
        answer = scene.call("listBookings", **rest, title=f"list bookings without {name}")
        scene.refused_input("RK-P06", answer).names("RK-P06", name)


@LAWS.law("RK-P07")
def the_list_holds_the_bookings_of_its_service_in_every_status(scene: ReserveKitScene) -> None:
    one, two = scene.service(8, 8)
    elsewhere = scene.slot()
    made = [scene.booked(one), scene.confirmed(two), scene.cancelled(one, scene.day(3)), scene.booked(two, message="x")]
    other = scene.booked(elsewhere)
    wanted = [scene.seen("RK-P07", booking) for booking in sorted(made, key=itemgetter("id"))]
    scene.same("RK-P07", scene.bookings_of(one.service_id), wanted, "the bookings in the list")
    scene.same("RK-P07", scene.bookings_of(elsewhere.service_id), [other], "the bookings of another service")


@LAWS.law("RK-P08")
def without_pagination_all_slots_come_at_once(scene: ReserveKitScene) -> None:
    service_id = scene.service(*[1] * 12)[0].service_id
    wanted = {"time_slots": scene.slots_of(service_id), "pagination": None}
    for more in ({}, {"page": 2}, {"page": 1, "page_size": 5}, {"page": 7, "page_size": 3}):
        answer = scene.slot_page(service_id, no_pagination="true", **more)
        scene.same("RK-P08", answer.ok("RK-P08", 200).json["data"], wanted, "the slots, without pages", answer)
    paged = scene.slot_page(service_id, no_pagination="false", page_size=5).ok("RK-P08", 200).json["data"]
    scene.same("RK-P08", len(paged["time_slots"]), 5, "how many slots a page of five has")
