"""When a spa has time."""

from datetime import date, datetime, timedelta

from contract_tests.apis.bardge.laws.spa import long_spa
from contract_tests.apis.bardge.payments import LAGOS, Json
from contract_tests.apis.bardge.scene import BardgeScene
from contract_tests.laws.law import Laws

__all__ = ["LAWS"]

LAWS = Laws("slots")

_HOURS = [f"{hour:02}:00" for hour in range(9, 18)]
_DAY = timedelta(days=1)
_LAST_DAY = timedelta(days=90)


@LAWS.law("BG-S30", "BG-S32")
def every_hour_that_is_available_can_be_had(scene: BardgeScene) -> None:
    issued, spa, day = scene.spa_pass(), scene.spa(), scene.spa_day()
    scene.begun(issued, spa, day, "13:00")
    answer = scene.call("getProviderAvailability", id=spa["id"], date=day.isoformat(), title="look for slots")
    slots = answer.ok("BG-S32", 200).json["slots"]
    scene.shows("BG-S32", answer, {"provider_branch_id": spa["id"], "date": day.isoformat()})
    scene.same("BG-S32", [each["time"] for each in slots], _HOURS, "the slots", answer, leaned_on=False)
    scene.expect("BG-S30", any(each["available"] for each in slots), "something is available", slots, answer)
    for each in slots:
        begun = scene.begin(issued, spa, day, each["time"], title=f"begin at {each['time']}")
        if each["available"]:
            begun.ok("BG-S30", 201)
    scene.same("BG-S36", scene.free_hours(spa, day), [], "what is still available")


@LAWS.law("BG-S31", "BG-S36")
def what_is_held_or_booked_is_not_available(scene: BardgeScene) -> None:
    spa, day = scene.spa(), scene.spa_day()
    issued = scene.spa_pass()
    free = scene.free_hours(spa, day)
    held = scene.begun(issued, spa, day, "09:00")
    pending = scene.appointed(issued, spa, day, "11:00")
    wanted = [each for each in free if each not in ("09:00", "11:00")]
    available = scene.free_hours(spa, day)
    scene.expect("BG-S31", "11:00" not in available, "the hour of an appointment is not available", available)
    scene.same("BG-S36", available, wanted, "what is available beside a session and an appointment")
    scene.expect("BG-S31", scene.status(pending) in {"pending", "confirmed"}, "the appointment stands", pending)
    available = scene.free_hours(spa, day)
    scene.expect("BG-S31", "11:00" not in available, "nor is it when the venue has accepted", available)
    scene.confirm_spa(held).ok("BG-S20", 201)
    scene.same("BG-S31", scene.free_hours(spa, day), wanted, "what is available after the confirmation")


@LAWS.law("BG-S36")
def what_a_session_held_is_available_when_it_is_over(scene: BardgeScene) -> None:
    spa, day = scene.spa(), scene.spa_day()
    free = scene.free_hours(spa, day)
    session = scene.begun(scene.spa_pass(), spa, day, "09:00")
    ends_at = datetime.fromtimestamp(session["expires_at"], LAGOS)
    scene.wait_before(ends_at)
    scene.same("BG-S36", "09:00" in scene.free_hours(spa, day), False, "whether the hour is available")
    scene.wait_until(ends_at)
    scene.same("BG-S36", scene.free_hours(spa, day), free, "what is available when the session is over")


@LAWS.law("BG-S33")
def with_services_all_hours_that_they_need_have_to_be_free(scene: BardgeScene) -> None:
    spa, day = long_spa(scene), scene.spa_day()
    services = ",".join(each["id"] for each in spa["services"])
    scene.begun(scene.spa_pass(), spa, day, "13:00")
    wanted = [each for each in _HOURS if each not in ("12:00", "13:00", "17:00")]
    scene.same("BG-S33", _free(scene, spa, day, services), wanted, "when two hours are free")
    wanted = [each for each in _HOURS if each != "13:00"]
    scene.same("BG-S33", _free(scene, spa, day, spa["services"][0]["id"]), wanted, "when an hour is free")
    scene.same("BG-S33", scene.free_hours(spa, day), wanted, "when an hour is free, no service named")


@LAWS.law("BG-S34")
def what_has_begun_or_is_too_far_ahead_is_not_available(scene: BardgeScene) -> None:
    spa = scene.spa()
    today = scene.now().astimezone(LAGOS).date()
    scene.same("BG-S34", scene.free_hours(spa, today - _DAY), [], "what is available yesterday")
    found = scene.free_hours(spa, today + _LAST_DAY)
    scene.expect("BG-S34", bool(found), "something is available in 90 days", found)
    found = scene.free_hours(spa, today + _LAST_DAY + _DAY)
    scene.same("BG-S34", found, [], "what is available in 91 days")
    tomorrow = today + _DAY
    noon = datetime(tomorrow.year, tomorrow.month, tomorrow.day, 12, tzinfo=LAGOS)
    scene.wait_before(noon)
    scene.same("BG-S34", scene.free_hours(spa, tomorrow), _HOURS[3:], "what is available before noon")
    scene.wait_until(noon)
    scene.same("BG-S34", scene.free_hours(spa, tomorrow), _HOURS[4:], "what is available at noon")


def _free(scene: BardgeScene, spa: Json, day: date, services: str) -> list[str]:
    return scene.free_hours(spa, day, service_ids=services)
