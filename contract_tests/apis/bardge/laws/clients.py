"""Clients, as they are read, and the list of what they have booked."""

from datetime import datetime
from typing import Any

from contract_tests.apis.bardge.scene import LAGOS, BardgeScene, issued_to
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.scene import OTHER

__all__ = ["LAWS"]

LAWS = Laws("clients")

Json = dict[str, Any]


@LAWS.law("BG-T01", "BG-T02")
def a_client_has_all_passes_and_one_balance(scene: BardgeScene) -> None:
    client = scene.new_client()
    made = [scene.issued(product, client) for product in (scene.product(), scene.product("SPA"), scene.product())]
    answer = scene.client(client).ok("BG-T01", 200)
    wanted = [
        {"id": each["id"], "name": each["pass_name"], "status": "ACTIVE", "expires_at": each["expires_at"]}
        for each in made[::-1]
    ]
    scene.same("BG-T01", answer.json["passes"], wanted, "the passes, the newest first", answer)
    scene.same("BG-T02", answer.json["credit_balance"], scene.balance(client), "credit_balance", answer)
    scene.booked(made[0], scene.instance(credits=True), "BG-B09")
    answer = scene.client(client).ok("BG-T02", 200)
    scene.same("BG-T02", answer.json["credit_balance"], scene.balance(client), "credit_balance after a booking", answer)
    over = scene.expired()
    newer = scene.issued(None, over["client_id"])
    answer = scene.client(over["client_id"]).ok("BG-T01", 200)
    both = {
        newer["id"],
        over["id"],
    }  # a pass that is over may be the profile's, whose client other runs have given passes
    got = [(each["id"], each["status"]) for each in answer.json["passes"] if each["id"] in both]
    scene.same("BG-T01", got, [(newer["id"], "ACTIVE"), (over["id"], "EXPIRED")], "the passes and their status", answer)


@LAWS.law("BG-T01")
def a_cancelled_pass_is_shown_with_its_client(scene: BardgeScene) -> None:
    cancelled = scene.cancelled()
    answer = scene.client(cancelled["client_id"]).ok("BG-T01", 200)
    shown = {each["id"]: each["status"] for each in answer.json["passes"]}
    scene.same("BG-T01", shown.get(cancelled["id"]), "CANCELLED", "the status of the pass", answer)


@LAWS.law("BG-T03", "BG-T04")
def with_a_token_a_client_is_read_without_the_passcode(scene: BardgeScene) -> None:
    foreign = scene.foreign()
    client = foreign["client_id"]
    token = scene.token(client)
    own = scene.client(client, by=OTHER).ok("BG-T04", 200)
    scene.expect("BG-T04", "passcode" in own.json, "the passcode of one's own client", own.json, own)
    answer = scene.client(client, token=token).ok("BG-T03", 200)
    scene.expect("BG-T04", "passcode" not in answer.json, "no passcode", answer.json, answer)
    rest = {name: said for name, said in own.json.items() if name != "passcode"}
    scene.same("BG-T03", answer.json, rest, "the client", own, answer)
    mine = scene.client(scene.issued()["client_id"]).ok("BG-T04", 200)
    scene.expect("BG-T04", "passcode" in mine.json, "the passcode of one's own client", mine.json, mine)


# The list of bookings


@LAWS.law("BG-L01", "BG-L02", "BG-L03", "BG-L04", "BG-L06")
def bookings_are_listed_by_status_and_kind(scene: BardgeScene) -> None:
    client = scene.new_client()
    gym, spa_pass = scene.issued(None, client), scene.spa_pass(client)
    spa, day = scene.spa(), scene.spa_day()
    one, two, three = scene.instances()[:3]
    alike = [each for each in scene.instances() if each.class_id == one.class_id and each not in (one, two, three)]
    made = [scene.booked(gym, one)["booking_id"], scene.appointed(spa_pass, spa, day)["id"]]
    made += [scene.booked(gym, each)["booking_id"] for each in (two, three)]
    made.append(scene.appointed(spa_pass, spa, day, "15:00")["id"])
    for booking in (made[2], made[4]):
        scene.cancel(booking).ok("BG-L34", 200)
    moved = scene.move(made[0], class_instance_id=alike[0].id).ok("BG-M13", 201).json["id"]
    made.append(moved)
    listed = scene.bookings_of(client)
    scene.same("BG-L01", [each["id"] for each in listed], made[::-1], "the bookings, the last one first")
    statuses = {each["id"]: each["status"] for each in listed}
    wanted = {each: scene.status(each) for each in made}
    scene.same("BG-L02", statuses, wanted, "the statuses in the list")
    scene.same("BG-L02", wanted[made[0]], "rescheduled", "the status of what was moved")
    for status in ("pending", "confirmed", "cancelled", "completed", "rescheduled"):
        for written in (status, status.upper(), status.capitalize(), status.swapcase()[:-1] + status[-1]):
            found = [each["id"] for each in scene.bookings_of(client, "BG-L02", status=written)]
            here = [each["id"] for each in listed if each["status"] == status]
            scene.same("BG-L02", found, here, f"the bookings that are {written}")
    for kind, members in (("spa", ("service_name", "class_name")), ("class", ("class_name", "service_name"))):
        found_here = scene.bookings_of(client, "BG-L03", type=kind)
        wanted_here = [each for each in listed if each["type"] == kind]
        scene.same("BG-L03", found_here, wanted_here, f"the bookings of the type {kind}")
        scene.expect("BG-L03", bool(found_here), f"bookings of the type {kind}", "none")
        for each in found_here:
            has = (members[0] in each, members[1] in each)
            scene.same("BG-L04", has, (True, False), f"whether a {kind} booking has {' and '.join(members)}")
    appointments = {each["id"] for each in scene.bookings_of(client, "BG-L03", type="spa")}
    scene.same("BG-L03", appointments, {made[1], made[4]}, "the appointments")
    both = [each["id"] for each in scene.bookings_of(client, "BG-L03", type="spa", status="cancelled")]
    scene.same("BG-L03", both, [made[4]], "the appointments that are cancelled")
    for each in listed:
        scene.expect("BG-L06", not {"message", "refund"} & each.keys(), "no message and no refund", each)


@LAWS.law("BG-L06", "BG-M01", "BG-M13")
def a_list_shows_a_booking_as_its_own_answer_does(scene: BardgeScene) -> None:
    spa, day = scene.spa(), scene.spa_day()
    first, second = scene.of_one_class(2)
    gym_pass, spa_pass = scene.issued(), scene.spa_pass()
    booked = scene.booked(gym_pass, first)
    appointed = scene.confirm_spa(scene.begun(spa_pass, spa, day, services=spa["services"][:2])).ok("BG-S20", 201)
    _is_listed(scene, spa_pass, appointed)
    when = {"date": day.isoformat(), "time": "15:00"}
    where = {**second.shown, **issued_to(gym_pass), "type": "class"}
    for issued, booking, target, wanted in (
        (gym_pass, booked, {"class_instance_id": second.id}, where),
        (spa_pass, appointed.json, when, {**appointed.json, **when}),
    ):
        since = scene.now()
        moved = scene.move(booking, **target).ok("BG-M13", 201)
        new = ("id", "created", "message", "scheduled_for" if "time" in target else "")
        scene.shows("BG-M13", moved, {name: said for name, said in wanted.items() if name not in new})
        begins = datetime.fromisoformat(f"{moved.json['date']}T{moved.json['time']}").replace(tzinfo=LAGOS)
        scene.same("BG-M01", moved.json["scheduled_for"], round(begins.timestamp()), "scheduled_for", moved)
        scene.is_now("BG-M13", datetime.fromtimestamp(moved.json["created"], LAGOS), since, "created", moved)
        _is_listed(scene, issued, moved)
        cancelled = scene.cancel(moved.json).ok("BG-L34", 200)
        rest = {name: said for name, said in moved.json.items() if name not in ("message", "status")}
        scene.shows("BG-L06", cancelled, rest)
        _is_listed(scene, issued, cancelled)


def _is_listed(scene: BardgeScene, issued: Json, answer: Answer) -> None:
    """Just so, but that its venue may have accepted it by now."""
    listed = scene.first("BG-L01", scene.bookings_of(issued["client_id"]), "a booking", answer)
    said = {**answer.json, "status": listed["status"]} if answer.json["status"] == "pending" else answer.json
    wanted = {name: value for name, value in said.items() if name not in ("message", "refund")}
    scene.same("BG-L06", listed, wanted, "the booking in the list", answer)


@LAWS.law("BG-L05")
def everybody_lists_the_bookings_they_made(scene: BardgeScene) -> None:
    foreign = scene.foreign()
    client = foreign["client_id"]
    token = scene.token(client)
    one, two = scene.instances()[:2]
    mine = scene.booked(foreign, one, "BG-B17", token=token)["booking_id"]
    theirs = scene.booked(foreign, two, by=OTHER)["booking_id"]
    headers: Json = {"Bardge-Lookup-Token": token}
    found = [each["id"] for each in scene.bookings_of(client, "BG-L05", **headers)]
    scene.same("BG-L05", found, [mine], "what is listed with the token")
    found = [each["id"] for each in scene.bookings_of(client, "BG-L05", by=OTHER)]
    scene.same("BG-L05", found, [theirs], "what the client's reseller lists")
    found = [each["id"] for each in scene.bookings_of(client, "BG-L05", status="confirmed", type="class", **headers)]
    scene.same("BG-L05", found, [mine], "what is listed with the token and filters")
