"""What canceling reaches and costs where no law looks."""

import pytest
from anny_world import at, said, shown

NOT_CANCELABLE = (422, "booking_not_cancelable")


def test_without_a_policy_canceling_is_free_up_to_the_start(world):
    preview = world.max.preview(1003)

    assert (preview["fee_type"], preview["fee_percentage"], preview["next_tier"]) == ("percentage", 0, None)
    assert [each["deadline"] for each in preview["tiers"]] == [shown(at(9, "09:00"))]


@pytest.mark.parametrize(
    ("number", "now", "answer"),
    [
        (1003, at(9, "08:59:59.999999"), (200, "")),
        (1009, at(11, "08:00:00.000001"), NOT_CANCELABLE),
    ],
)
def test_it_is_too_late_to_the_fraction_of_a_second(world, number, now, answer):
    world.go_to(now)

    assert said(world.admin.get(f"/bookings/{number}/cancellation-preview")) == answer
    assert said(world.admin.cancel(number)) == answer


def test_an_invited_person_reads_invited_in_the_preview_as_in_the_booking(world):
    assert world.lena.preview(1022)["status"] == world.lena.status(1022) == "invited"
    assert world.jane.preview(1022)["status"] == "accepted"


def test_a_master_cannot_be_canceled_when_all_of_its_dates_have_started(world):
    world.go_to(at(8 + 21, "09:00"))

    assert said(world.jane.cancel(1010)) == NOT_CANCELABLE
    assert world.jane.status(1010) == "accepted"


@pytest.mark.parametrize("path", ["/bookings/1001/cancel", "/bookings/1001/cancellation-preview"])
def test_head_and_get_of_what_is_refused_say_the_same(world, path):
    world.jane.cancel(1001)

    assert world.jane.ask("HEAD", path).status_code == world.jane.get(path).status_code == 422
