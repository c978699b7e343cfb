"""Lists, and how they are read page by page."""

from collections import Counter
from functools import partial
from typing import Any

from contract_tests.apis.bardge.scene import NOTHING, BardgeScene
from contract_tests.laws.law import Laws
from contract_tests.laws.paging import Page, meets_each_once, walk
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.differences import shown

__all__ = ["LAWS"]

LAWS = Laws("pages")

Json = dict[str, Any]

_BAD = (400, "invalid_request_error", "validation_error")
_ROOT = "/v3/api/business/reseller"
_ALL = 100
_MOST_CURSORS = 2
_HERE = {"lat": 6.43, "lon": 3.42}


class Lists:
    """Every list that has pages, by operationId: its parameters, and where it is. The bookings of a client are twelve."""

    def __init__(self, scene: BardgeScene) -> None:
        self.product = scene.product()
        self.issued = scene.issued(self.product)
        client = self.issued["client_id"]
        one, two, three = scene.instances()[:3]
        self.made: list[str] = []
        for instance in (one, two, three, one, two, three, one, two, three, one):
            booking = scene.booked(self.issued, instance)
            self.made.append(booking["booking_id"])
            scene.cancel(booking).ok("BG-L34", 200)
        self.made += [scene.booked(self.issued, each)["booking_id"] for each in (two, three)]
        venue = one.branch
        busiest = Counter(each["provider_branch_id"] for each in scene.classes()).most_common(1)[0][0]
        gym = max(scene.providers("GYM"), key=lambda each: len(each["copay_options"]))["id"]
        self.client = client
        self.all: dict[str, tuple[Json, str]] = {
            "listPasses": ({}, "/passes"),
            "listProvidersForPass": ({"id": self.product["id"]}, f"/passes/{self.product['id']}/providers"),
            "listProviders": ({}, "/providers"),
            "listProviderClasses": ({"id": busiest}, f"/providers/{busiest}/classes"),
            "listClasses": ({}, "/classes"),
            "listClientBookings": ({"clientId": client}, f"/clients/{client}/bookings"),
            "listGymCopayOptions": ({"providerBranchId": gym}, f"/providers/{gym}/gym-copay-options"),
            "listCreditPackages": ({}, "/credit_packages"),
            "listIssuers": ({}, "/issuers"),
        }
        self.filtered: dict[str, Json] = {
            "listPasses": {"category": "GYM"},
            "listProvidersForPass": {"id": self.product["id"], **_HERE},
            "listProviders": {"category": "GYM"},
            "listClasses": {"provider_branch_id": venue},
            "listClientBookings": {"clientId": client, "status": "cancelled"},
        }

    def queries(self) -> list[tuple[str, Json]]:
        """Of every list, and of those that have a filter with it."""
        plain = [(operation_id, parameters) for operation_id, (parameters, _) in self.all.items()]
        near = [(operation_id, {**_HERE}) for operation_id in ("listProviders", "listClasses")]
        return [*plain, *self.filtered.items(), *near]


@LAWS.law("BG-P01", "BG-P11")
def a_page_has_ten_items_unless_1_to_100_are_wanted(scene: BardgeScene) -> None:
    lists = Lists(scene)
    for operation_id, (parameters, _) in lists.all.items():
        whole = _ids(_page(scene, "BG-P01", operation_id, parameters, limit=_ALL))
        usual = _page(scene, "BG-P01", operation_id, parameters)
        scene.same("BG-P01", _ids(usual), whole[:10], "a page without a limit", usual)
        one = _page(scene, "BG-P01", operation_id, parameters, limit=1)
        scene.same("BG-P01", _ids(one), whole[:1], "a page of one", one)
        for limit in ("0", "101", "-1", "2.5", "ten", ""):
            answer = scene.call(operation_id, query={"limit": limit}, title=f"a limit of {shown(limit)}", **parameters)
            scene.error("BG-P11", answer, *_BAD)
    first = _page(scene, "BG-P01", "listClientBookings", {"clientId": lists.client})
    scene.same("BG-P01", len(_ids(first)), 10, "the number of bookings on a page without a limit", first)
    all_of_them = _page(scene, "BG-P01", "listClientBookings", {"clientId": lists.client}, limit=12)
    scene.same("BG-P01", len(_ids(all_of_them)), 12, "the number on a page of twelve", all_of_them)


@LAWS.law("BG-P02", "BG-P09", "BG-P12")
def a_list_has_five_members_and_says_where_it_is(scene: BardgeScene) -> None:
    lists = Lists(scene)
    wanted = {"object", "data", "has_more", "url", "message"}
    for operation_id, (parameters, path) in {**lists.all, "listClassCategories": ({}, "/class_categories")}.items():
        paged: tuple[Json, ...] = ({},) if operation_id == "listClassCategories" else ({}, {"limit": 1})
        for query in paged:
            answer = _page(scene, "BG-P02", operation_id, parameters, **query)
            scene.expect("BG-P02", wanted - {"message"} <= set(answer.json), "what every list has", answer.json, answer)
            members = sorted(answer.json)
            scene.same("BG-P12", members, sorted(wanted), "the members of the list", answer, leaned_on=False)
            scene.same("BG-P02", answer.json["object"], "list", "object", answer)
            scene.same("BG-P09", answer.json["url"], _ROOT + path, "url", answer)
    for operation_id, parameters in lists.filtered.items():
        answer = _page(scene, "BG-P02", operation_id, parameters, limit=1)
        scene.same("BG-P09", answer.json["url"], _ROOT + lists.all[operation_id][1], "url with a filter", answer)
    cursor = lists.made[-1]
    answer = _page(scene, "BG-P02", "listClientBookings", {"clientId": lists.client}, starting_after=cursor)
    scene.same("BG-P09", answer.json["url"], _ROOT + lists.all["listClientBookings"][1], "url of a later page", answer)


@LAWS.law("BG-P03")
def the_newest_comes_first(scene: BardgeScene) -> None:
    lists = Lists(scene)
    for operation_id, parameters in lists.queries():
        if "lat" in parameters or operation_id == "listGymCopayOptions":
            continue
        answer = _page(scene, "BG-P03", operation_id, parameters, limit=_ALL)
        created = [each["created"] for each in answer.json["data"]]
        scene.same("BG-P03", created, sorted(created, reverse=True), f"created in {operation_id}", answer)
    answer = _page(scene, "BG-P03", "listClientBookings", {"clientId": lists.client}, limit=_ALL)
    scene.same("BG-P03", _ids(answer), lists.made[::-1], "the bookings, the last one first", answer)


@LAWS.law("BG-P04", "BG-P07", "BG-P08", "BG-P10", "BG-P13")
def pages_go_on_where_others_end(scene: BardgeScene) -> None:
    lists = Lists(scene)
    for operation_id, parameters in lists.queries():
        rule = "BG-P10" if parameters == lists.filtered.get(operation_id) else "BG-P08"
        ids = _ids(_page(scene, "BG-P04", operation_id, parameters, limit=_ALL))
        for size in (1, 4):
            pages = walk(scene, rule, "", partial(_next, scene, operation_id, parameters, size))
            meets_each_once(scene, rule, pages, ids)
            met = [item for page in pages for item in page.items]
            scene.same(rule, met, ids, "what the pages hold", *(page.answer for page in pages))
        for number, cursor in [*enumerate(ids)][:_MOST_CURSORS] + [*enumerate(ids)][_MOST_CURSORS:][-1:]:
            for size in (1, 3):
                after = _page(scene, "BG-P04", operation_id, parameters, limit=size, starting_after=cursor)
                scene.same("BG-P04", _ids(after), ids[number + 1 :][:size], f"what follows {cursor}", after)
                more = len(ids) > number + 1 + size
                scene.same("BG-P07", after.json["has_more"], more, f"has_more after {cursor}", after)
                before = _page(scene, "BG-P04", operation_id, parameters, limit=size, ending_before=cursor)
                wanted = ids[max(number - size, 0) : number]
                scene.expect(
                    "BG-P04",
                    set(_ids(before)) <= set(ids[:number]),
                    f"what comes before {cursor}",
                    _ids(before),
                    before,
                )
                scene.same("BG-P13", _ids(before), wanted, f"what comes right before {cursor}", before)
                scene.same("BG-P07", before.json["has_more"], number > size, f"has_more before {cursor}", before)


@LAWS.law("BG-P10")
def pages_hold_what_a_filter_lets_through(scene: BardgeScene) -> None:
    lists = Lists(scene)
    parameters = {"clientId": lists.client}
    cancelled, open_ = lists.made[:10][::-1], lists.made[10:][::-1]
    for status, wanted in (("cancelled", cancelled), ("CANCELLED", cancelled), ("completed", [])):
        answer = _page(scene, "BG-P10", "listClientBookings", parameters, status=status, limit=len(cancelled))
        scene.same("BG-P10", (_ids(answer), answer.json["has_more"]), (wanted, False), "ids and has_more", answer)
    answer = _page(scene, "BG-P10", "listClientBookings", parameters, status="cancelled", limit=9)
    scene.same("BG-P10", (_ids(answer), answer.json["has_more"]), (cancelled[:9], True), "ids and has_more", answer)
    rest = _page(scene, "BG-P10", "listClientBookings", parameters, status="cancelled", starting_after=cancelled[8])
    scene.same("BG-P10", (_ids(rest), rest.json["has_more"]), (cancelled[9:], False), "ids and has_more", rest)
    answer = _page(scene, "BG-P10", "listClientBookings", parameters, type="class", limit=len(open_))
    scene.same("BG-P10", (_ids(answer), answer.json["has_more"]), (open_, True), "ids and has_more", answer)
    answer = _page(scene, "BG-P10", "listClientBookings", parameters, type="spa")
    scene.same("BG-P10", (_ids(answer), answer.json["has_more"]), ([], False), "ids and has_more", answer)


@LAWS.law("BG-P05", "BG-P06")
def a_page_is_asked_for_with_one_item_of_the_list(scene: BardgeScene) -> None:
    lists = Lists(scene)
    others = scene.issued()
    foreign = scene.booked(others, scene.instances()[0])["booking_id"]
    for operation_id, (parameters, _) in lists.all.items():
        ids = _ids(_page(scene, "BG-P04", operation_id, parameters, limit=_ALL))
        if ids:
            title = "with both cursors"
            for after, before in ((ids[0], ids[-1]), (ids[0], ids[0])):
                answer = scene.call(operation_id, starting_after=after, ending_before=before, title=title, **parameters)
                scene.error("BG-P05", answer, *_BAD)
        for cursor in (NOTHING, others["id"], foreign, _own_id(parameters)):
            for name in ("starting_after", "ending_before"):
                answer = scene.call(operation_id, query={name: cursor}, title=f"{name} of another list", **parameters)
                scene.error("BG-P06", answer, *_BAD)
    for what, value in (("status", "cancelled"), ("type", "spa")):
        for name in ("starting_after", "ending_before"):
            answer = scene.call(
                "listClientBookings", clientId=lists.client, query={what: value, name: lists.made[-1]},
                title=f"{name} of what the filter keeps out",
            )  # fmt: skip
            scene.error("BG-P06", answer, *_BAD)


def _own_id(parameters: Json) -> str:
    """The id that the list itself is of, where it is of something."""
    return str(next(iter(parameters.values()), NOTHING))


def _next(scene: BardgeScene, operation_id: str, parameters: Json, size: int, here: str) -> Page:
    query = {"starting_after": here} if here else {}
    answer = _page(scene, "BG-P08", operation_id, parameters, limit=size, **query)
    ids = _ids(answer)
    return Page(ids, ids[-1] if answer.json["has_more"] and ids else None, answer)


def _page(scene: BardgeScene, rule: str, operation_id: str, parameters: Json, **query: Any) -> Answer:
    return scene.call(operation_id, title=f"{operation_id}, a page", **parameters, **query).ok(rule, 200)


def _ids(answer: Answer) -> list[str]:
    return [each["id"] for each in answer.json["data"]]
