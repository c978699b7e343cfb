"""Access codes: what opens the door of a venue for one visit."""

import base64
import re
from datetime import datetime, time, timedelta
from typing import Any

from contract_tests.apis.bardge.scene import LAGOS, BardgeScene, milliseconds
from contract_tests.laws.law import Laws
from contract_tests.scenes.answers import Answer

__all__ = ["LAWS"]

LAWS = Laws("checkins")

Json = dict[str, Any]

_PNG = b"\x89PNG\r\n\x1a\n"
_CODE = re.compile(r"[A-Z0-9]{10}")
_PICTURE = "data:image/png;base64,"


def _ask(scene: BardgeScene, issued: Json, venue: str, *, token: str | None = None, title: str = "") -> Answer:
    body = {"client_id": issued["client_id"], "user_pass_id": issued["id"], "provider_branch_id": venue}
    headers = {} if token is None else {"Bardge-Lookup-Token": token}
    return scene.call("generateAccessCode", body, headers=headers, title=title or "ask for an access code")


def _code(scene: BardgeScene, rule: str, answer: Answer) -> Json:
    said: Json = answer.ok(rule, 201).json
    holds = all(said.get(name) for name in ("access_code", "qr_code", "expires_at")) and "session_id" not in said
    scene.expect(rule, holds, "access_code, qr_code and expires_at", said, answer)
    code = said["access_code"]
    scene.expect("BG-C23", bool(_CODE.fullmatch(code)), "ten capitals or digits", code, answer, leaned_on=False)
    return said


def _confirm(scene: BardgeScene, session: Json, **payment: Any) -> Answer:
    return scene.call("confirmAccessCode", payment, sessionId=session["session_id"], title="confirm the access code")


@LAWS.law("BG-C01", "BG-C03", "BG-C04", "BG-C05", "BG-C23")
def a_covered_gym_is_opened_again_and_again(scene: BardgeScene) -> None:
    issued = scene.issued()
    venue = scene.instance().branch
    before = _held(scene, issued)
    codes = [_code(scene, "BG-C01", _ask(scene, issued, venue)) for _ in range(3)]
    for code in codes:
        scene.shows("BG-C23", code, {"client_id": issued["client_id"], "provider_branch_id": venue})
    for name in ("access_code", "qr_code"):
        different = len({each[name] for each in codes})
        scene.same("BG-C03", different, 3, f"the number of different {name}s", leaned_on=False)
    for each in codes:
        scene.expect("BG-C05", _is_picture(each["qr_code"]), "a data URI of a PNG picture", each["qr_code"][:60])
    scene.same("BG-C04", _held(scene, issued), before, "all of the client, what was spent, and places")


def _is_picture(uri: str) -> bool:
    try:
        return uri.startswith(_PICTURE) and base64.b64decode(uri.removeprefix(_PICTURE)).startswith(_PNG)
    except ValueError:  # it is not base64
        return False


def _held(scene: BardgeScene, issued: Json) -> Json:
    return {**scene.trace(issued), "places": [scene.places_left(each) for each in scene.instances()[:3]]}


@LAWS.law("BG-C02")
def a_code_is_good_until_the_day_is_over(scene: BardgeScene) -> None:
    issued, venue = scene.issued(), scene.instance().branch
    _ends_today(scene, issued, venue)
    today = scene.now().astimezone(LAGOS).date()
    midnight = datetime.combine(today + timedelta(days=1), time(), LAGOS)
    scene.pass_time(midnight - scene.now() - timedelta(seconds=1))
    gym = scene.instance(covered=False, copay=True).branch
    sessions = [_ask(scene, scene.issued(), gym).ok("BG-C08", 201).json for _ in range(2)]
    for session in sessions:
        _ends_today(scene, issued, venue)
        paid = _confirm(scene, session, copay_package_id=session["copay_options"][0]["id"])
        _is_until_midnight(scene, paid)
        if session is sessions[0]:
            scene.pass_time(timedelta(seconds=1))
    scene.pass_time(timedelta(minutes=30))
    _ends_today(scene, issued, venue)


def _ends_today(scene: BardgeScene, issued: Json, venue: str) -> None:
    _is_until_midnight(scene, _ask(scene, issued, venue))


def _is_until_midnight(scene: BardgeScene, answer: Answer) -> None:
    today = scene.now().astimezone(LAGOS).date()
    wanted = milliseconds(datetime.combine(today + timedelta(days=1), time(), LAGOS)) - 1
    scene.same("BG-C02", _code(scene, "BG-C02", answer)["expires_at"], wanted, f"expires_at on {today}", answer)


@LAWS.law("BG-C06", "BG-C08")
def a_gym_that_is_not_covered_asks_for_a_package_if_it_has_one(scene: BardgeScene) -> None:
    issued = scene.issued()
    closed = scene.instance(covered=False, copay=False).branch
    scene.error("BG-C06", _ask(scene, issued, closed), 403, "permission_error", "permission_denied")
    for venue in {each.branch for each in scene.instances(covered=False, copay=True)}:
        answer = _ask(scene, issued, venue)
        said = answer.ok("BG-C08", 201).json
        flags = (said.get("copay_required"), said.get("additional_visits_required"), bool(said.get("session_id")))
        scene.same("BG-C08", flags, (True, False, True), "the flags, and whether there is a session", answer)
        scene.same("BG-C08", said.get("copay_options"), scene.packages(venue), "copay_options", answer)
        scene.expect("BG-C08", "access_code" not in said, "no code yet", said, answer)


@LAWS.law("BG-C07", "BG-C20")
def without_visits_some_have_to_be_bought(scene: BardgeScene) -> None:
    issued = scene.exhausted()
    venue = scene.instances()[-1].branch
    allowed, used = scene.visits(issued)
    answer = _ask(scene, issued, venue)
    said = answer.ok("BG-C07", 201).json
    flags = (said.get("copay_required"), said.get("additional_visits_required"), bool(said.get("session_id")))
    scene.same("BG-C07", flags, (False, True, True), "the flags, and whether there is a session", answer)
    cost = said.get("cost_per_visit")
    scene.expect(
        "BG-C07", isinstance(cost, int) and "access_code" not in said, "cost_per_visit and no code", said, answer
    )
    again = _ask(scene, issued, venue, title="ask a second time").ok("BG-C07", 201).json
    for session, number in ((said, 3), (again, 2)):
        confirmed = _confirm(scene, session, number_of_visits=number, duration="MONTHLY")
        _code(scene, "BG-C20", confirmed)
        allowed = (allowed or 0) + number
        scene.same("BG-C20", scene.visits(issued), (allowed, used), "visits allowed and used", confirmed)
    _code(scene, "BG-C20", _ask(scene, issued, venue, title="ask again, with visits left"))


@LAWS.law("BG-C21")
def a_package_that_was_bought_at_the_door_opens_the_gym(scene: BardgeScene) -> None:
    instance = scene.instance(covered=False, copay=True)
    issued, other = scene.issued(), scene.issued()
    session = _ask(scene, issued, instance.branch).ok("BG-C08", 201).json
    _code(scene, "BG-C21", _confirm(scene, session, copay_package_id=session["copay_options"][0]["id"]))
    _code(scene, "BG-C21", _ask(scene, issued, instance.branch, title="ask again, with a package"))
    scene.booked(issued, instance, "BG-C21")
    scene.same("BG-C21", scene.visits(issued)[1], 0, "visits of the pass used")
    said = _ask(scene, other, instance.branch, title="ask for somebody else").ok("BG-C21", 201).json
    scene.expect("BG-C21", "session_id" in said, "a session for who has no package", said)


@LAWS.law("BG-C09")
def a_spa_lets_every_valid_pass_in(scene: BardgeScene) -> None:
    spas = scene.providers("SPA")
    for issued in (scene.issued(), scene.spa_pass(), scene.exhausted()):
        for spa in spas:
            _code(scene, "BG-C09", _ask(scene, issued, spa["id"], title="ask for a code of a spa"))


@LAWS.law("BG-C10")
def with_a_token_another_resellers_client_is_let_in(scene: BardgeScene) -> None:
    foreign = scene.foreign()
    token = scene.token(foreign["client_id"])
    venue = scene.instance().branch
    _ask(scene, foreign, venue, title="without the token").refused("BG-A08", 403, "permission_denied")
    answer = _ask(scene, foreign, venue, token=token)
    said = _code(scene, "BG-C10", answer)
    scene.same("BG-C10", said.get("client_id"), foreign["client_id"], "the client of the code", answer)
