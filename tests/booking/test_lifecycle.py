from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.errors import MoveRefused
from mockserver.booking.lifecycle import Lifecycle, Move


class Status(StrEnum):
    HELD = "held"
    BOOKED = "booked"
    NO_SHOW = "no-show"
    CANCELLED = "cancelled"


STAY = Lifecycle(
    "booking",
    states=tuple(Status),
    initial=(Status.HELD, Status.BOOKED),
    moves=(
        Move(Status.HELD, "book", Status.BOOKED),
        Move(Status.BOOKED, "cancel", Status.CANCELLED),
        Move(Status.BOOKED, "miss", Status.NO_SHOW),
        Move(Status.CANCELLED, "cancel", Status.CANCELLED),
    ),
)


def test_an_event_leads_to_the_state_in_the_table():
    assert STAY.after(Status.HELD, "book") is Status.BOOKED
    assert STAY.allows(Status.HELD, "book")


def test_a_state_read_back_as_plain_text_finds_its_move():
    assert STAY.after("booked", "cancel") is Status.CANCELLED  # type: ignore[arg-type]  # as a store may give it back


def test_plain_text_states_will_do():
    door = Lifecycle("door", ("open", "shut"), ("open",), (Move("open", "close", "shut"),))

    assert door.after("open", "close") == "shut"


def test_a_harmless_repeat_stays_where_it_is():
    assert STAY.after(Status.CANCELLED, "cancel") is Status.CANCELLED


def test_a_missing_move_is_refused_and_the_refusal_says_which():
    with pytest.raises(MoveRefused) as refused:
        STAY.after(Status.NO_SHOW, "cancel")

    assert not STAY.allows(Status.NO_SHOW, "cancel")
    assert (refused.value.lifecycle, refused.value.state, refused.value.event) == ("booking", "no-show", "cancel")
    assert str(refused.value) == "cancel is not possible for a booking that is no-show"


@given(st.sampled_from(Status) | st.text(), st.sampled_from([move.event for move in STAY.moves]) | st.text())
def test_every_event_in_every_state_leads_to_a_state_or_is_refused_and_nothing_else(state, event):
    try:
        target = STAY.after(state, event)
    except MoveRefused:
        assert not STAY.allows(state, event)
    else:
        assert STAY.allows(state, event)
        assert Move(state, event, target) in STAY.moves


def test_a_state_that_only_leads_to_itself_is_final():
    assert STAY.final == {Status.CANCELLED, Status.NO_SHOW}


@pytest.mark.parametrize(
    ("initial", "move"),
    [
        (("lost",), Move("open", "close", "shut")),
        (("open",), Move("lost", "close", "shut")),
        (("open",), Move("open", "close", "lost")),
    ],
    ids=["initial", "source", "target"],
)
def test_a_lifecycle_refuses_states_it_does_not_list(initial, move):
    with pytest.raises(ValueError, match="door: not among its states: lost"):
        Lifecycle("door", ("open", "shut"), initial, (move,))


def test_a_lifecycle_refuses_two_moves_for_one_event():
    with pytest.raises(ValueError, match="door: two moves from open by close"):
        Lifecycle("door", ("open", "shut"), ("open",), (Move("open", "close", "shut"), Move("open", "close", "open")))


def test_the_diagram_draws_the_whole_table():
    assert (
        STAY.diagram()
        == """\
stateDiagram-v2
    state "no-show" as no_show
    [*] --> held
    [*] --> booked
    held --> booked: book
    booked --> cancelled: cancel
    booked --> no_show: miss
    cancelled --> cancelled: cancel
    no_show --> [*]
    cancelled --> [*]
"""
    )
