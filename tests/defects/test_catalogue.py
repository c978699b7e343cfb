"""Bugs by name."""

import ast
import contextlib
from pathlib import Path

import pytest
from doubles import Client

from mockserver.app import API_NAMES, load_api
from mockserver.defects import curated as by_hand
from mockserver.defects.catalogue import curated, find, generated, plant

CURATED = sorted(Path(by_hand.__file__).parent.rglob("*.py"))


def test_a_name_that_is_nobodys_is_refused_with_the_nearest():
    reservekit = load_api("reservekit", prefix="")

    with pytest.raises(ValueError, match=r"no defect 'RK-B133' here; did you mean 'RK-B13'\?"):
        plant([reservekit], ["RK-B133"])
    with pytest.raises(
        ValueError, match="no defect 'RK~undone:createBookin' here; did you mean 'RK~undone:createBooking'"
    ):
        plant([reservekit], ["RK~undone:createBookin"])


def test_what_was_planted_before_a_name_that_is_refused_is_taken_off():
    from mockserver.sandbox.merging import MergedRecords

    before = MergedRecords.put.__code__

    with pytest.raises(ValueError, match="nowhere"):
        plant([load_api("reservekit", prefix="")], ["RK~field:booking.message.lost", "nowhere"])

    assert MergedRecords.put.__code__ is before


@pytest.mark.parametrize("name", API_NAMES)
def test_a_bug_is_found_by_its_name_alone(name):
    api = load_api(name, prefix="")

    for each in [*curated(name).values(), *list(generated(api).values())[::97]]:
        assert find(api, each.name) == each
    assert find(api, "XX~undone:nothing") is None


def made(beginning, end="."):
    return next(
        name
        for name, bug in generated(load_api("reservekit", prefix="")).items()
        if name.startswith(beginning) and bug.says.endswith(end)
    )


@pytest.mark.parametrize(
    "bug",
    [made("RK~check:desk.Desk.booking:", "is always true."), "RK~door:404.words"],
    ids=["function", "response"],
)
def test_a_bug_may_be_in_one_operation_alone(build, bug):
    def answers(*defects):
        headers = {"Authorization": "Bearer sk_rsv_demo_alpha"}
        with contextlib.ExitStack() as uprooting:
            client = Client(app := build(defects=defects), base="/reservekit/v1", headers=headers)
            uprooting.callback(app.uproot)
            booked = client.post("/bookings", {"date": "2026-03-09", "time_slot_id": 457, "message": "hello"})
            number = booked.json()["data"]["id"]
            return {
                "createBooking": (booked.status_code, booked.json()["data"]["message"]),
                "getBooking": [client.get(f"/bookings/{each}").json().get("error") for each in (number, 9999)],
                "updateBooking": client.patch(f"/bookings/{number}", {"status": "confirmed"}).status_code,
                "deleteBooking": [client.delete(f"/bookings/{each}").json().get("error") for each in (number, number)],
            }

    right, wrong = answers(), answers(bug)
    broken = [name for name in right if right[name] != wrong[name]]

    assert broken
    for operation in broken:
        alone = answers(f"{bug}@{operation}")
        assert [name for name in right if right[name] != alone[name]] == [operation]


def test_what_is_remembered_of_a_sandbox_is_not_answered_in_another(build):
    def listed(*defects):
        with contextlib.ExitStack() as uprooting:
            client = Client(app := build(defects=defects), headers={"Authorization": "Bearer sk_rsv_demo_alpha"})
            uprooting.callback(app.uproot)
            found = []
            for number in range(8):
                client.post("/_sandbox/sandboxes", {"name": f"passing-{number}"})
                booking = {"date": "2026-03-09", "time_slot_id": 457, "message": f"the {number}th"}
                client.post(f"/~passing-{number}/reservekit/v1/bookings", booking)
                answer = client.get(f"/~passing-{number}/reservekit/v1/bookings?service_id=123&page=1&page_size=9")
                found.append([each["message"] for each in answer.json()["data"]["bookings"]])
                client.delete(f"/_sandbox/sandboxes/passing-{number}")
            return found

    right, wrong = listed(), listed("RK~stale:listBookings")

    assert right[0] != right[1]
    assert wrong == right


def test_what_is_a_table_for_all_operations_cannot_be_in_one_alone():
    with pytest.raises(ValueError, match="cannot be in updateBooking alone"):
        plant([load_api("reservekit", prefix="")], [f"{made('RK~move:LIFECYCLE.')}@updateBooking"])


@pytest.mark.parametrize("name", ["RK-B03@listBookings", "RK~undone:createBooking@updateBooking"])
def test_what_is_in_another_operation_is_not_planted_in_one_that_is_named(name):
    reservekit = load_api("reservekit", prefix="")

    with pytest.raises(ValueError, match=r"cannot be in \w+ alone"):
        plant([reservekit], [name])


def test_an_operation_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match=r"no defect 'RK~door:404\.words@getBokking' here; .*@getBooking'"):
        plant([load_api("reservekit", prefix="")], ["RK~door:404.words@getBokking"])


@pytest.mark.parametrize("file", CURATED, ids=lambda file: file.name)
def test_no_bug_names_what_it_breaks_in_a_string(file):
    """What is given by reference is renamed with the rest, and missed by the type checker when it is gone."""
    texts = [
        node.value
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]

    assert [text for text in texts if text.startswith("_") and text.isidentifier()] == []


@pytest.mark.parametrize("name", API_NAMES)
def test_every_curated_bug_says_what_it_does_in_a_sentence(name):
    assert [bug.name for bug in curated(name).values() if not bug.says.endswith(".")] == []
