from datetime import timedelta

from bardge_world import ms
from doubles import MONDAY


def test_a_pass_begins_now_in_whole_milliseconds(open_world):
    world = open_world(clock=MONDAY + timedelta(microseconds=123_987))
    body = {"pass_id": "pass_gym_standard", "client_id": "client_zainab", "first_name": "Zainab", "last_name": "Musa"}

    assert world.alpha.post("/issued_passes", body).json()["start_date"] == ms(0, "01:00") + 123


def test_a_pass_that_was_cancelled_is_so_also_when_it_is_over(world):
    """BG-N40."""
    world.go_to(60, "12:00")

    assert world.alpha.issued_pass("brgpass_femi_gym")["status"] == "CANCELLED"
