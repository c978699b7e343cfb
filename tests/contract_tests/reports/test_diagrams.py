import re
from xml.etree import ElementTree as ET

import pytest
from run_results import a_state_chart

from contract_tests.reports.diagrams import draw
from contract_tests.results import Move

SVG = "{http://www.w3.org/2000/svg}"

MANY = a_state_chart(
    name="many",
    states=("cart", "reserved", "requested", "accepted", "cancelled", "declined", "expired", "checked in"),
    moves=tuple(
        Move(source=source, event=event, target=target, times=times)
        for source, event, target, times in (
            ("cart", "reserve", "reserved", 9),
            ("cart", "expire", "expired", 0),
            ("reserved", "check out", "accepted", 5),
            ("reserved", "ask for approval", "requested", 2),
            ("reserved", "expire", "expired", 3),
            ("requested", "accept", "accepted", 1),
            ("requested", "decline", "declined", 0),
            ("requested", "cancel", "cancelled", 0),
            ("accepted", "cancel", "cancelled", 120),
            ("accepted", "check in", "checked in", 4),
            ("accepted", "reschedule", "accepted", 4),
            ("checked in", "check out", "accepted", 1),
            ("declined", "undo", "requested", 0),
        )
    ),
)


def drawn(chart):
    return ET.fromstring(draw(chart))


def boxes(root, kind):
    return [
        tuple(float(rect.get(name)) for name in ("x", "y", "width", "height"))
        for rect in root.iter(f"{SVG}rect")
        if rect.get("class").split()[0] == kind
    ]


def overlap(one, other):
    return all(one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2] for axis in (0, 1))


def test_an_arrow_is_coloured_by_what_was_seen_of_it():
    root = drawn(a_state_chart())

    labels = {text.text: text.get("class") for text in root.iter(f"{SVG}text")}
    assert labels["confirm \N{MULTIPLICATION SIGN}12"] == "label seen"
    assert labels["cancel \N{MULTIPLICATION SIGN}4"] == "label broken"
    assert labels["cancel"] == labels["delete"] == "label unseen"
    arrows = [path.get("class") for path in root.iter(f"{SVG}path") if path.get("class").startswith("move")]
    assert sorted(arrows) == ["move broken", *["move seen"] * 3, *["move unseen"] * 2]


def test_who_cannot_see_it_is_told_each_move():
    root = drawn(a_state_chart())

    said = root.findtext(f"{SVG}desc")
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "booking"
    assert "pending to cancelled by cancel: broken" in said
    assert "cancelled to deleted by delete: not exercised" in said


@pytest.mark.parametrize("chart", [a_state_chart(), MANY], ids=["few", "many"])
def test_no_label_hides_a_state_or_another_label(chart):
    root = drawn(chart)

    states, labels = boxes(root, "state"), boxes(root, "under")
    assert (len(states), len(labels)) == (len(chart.states), len(chart.moves))
    for place, label in enumerate(labels):
        assert not any(overlap(label, other) for other in [*states, *labels[place + 1 :]])


def test_everything_is_inside_the_picture():
    root = drawn(MANY)

    left, top, width, height = map(float, root.get("viewBox").split())
    for x, y, wide, high in boxes(root, "state") + boxes(root, "under"):
        assert left <= x
        assert top <= y
        assert x + wide <= left + width
        assert y + high <= top + height


def test_states_that_nothing_leads_to_are_drawn_too():
    root = drawn(a_state_chart(moves=()))

    assert len(boxes(root, "state")) == 4


def test_a_move_from_nowhere_is_left_to_the_table():
    ghost = Move(source="ghost", event="haunt", target="pending")

    assert boxes(drawn(a_state_chart(moves=(ghost,))), "under") == []


@pytest.mark.parametrize("chart", [a_state_chart(), MANY], ids=["few", "many"])
def test_a_loop_is_not_hidden_by_its_own_label(chart):
    root = drawn(chart)

    loops = [move for move in chart.moves if move.source == move.target]
    texts = [text for text in root.iter(f"{SVG}text") if text.get("class").startswith("label")]
    for loop in loops:
        place = next(number for number, text in enumerate(texts) if text.text.startswith(loop.event))
        left, _, width, _ = boxes(root, "under")[place]
        curve = [path.get("d") for path in root.iter(f"{SVG}path") if path.get("class", "").startswith("move")][place]
        x = [float(number) for number in re.findall(r"(-?[\d.]+),", curve)]
        turn = (x[0] + 3 * x[1] + 3 * x[2] + x[3]) / 8
        assert not left < turn < left + width
    assert loops
