"""What is marked, in brackets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.reports.marking import told_apart


def marked(expected, got):
    return tuple(
        "".join(f"[{text}]" if is_it else text for text, is_it in pieces) for pieces in told_apart(expected, got)
    )


@pytest.mark.parametrize(
    ("expected", "got", "shown"),
    [
        (
            "book: 400 'time slot is full'",
            '201 Created {"id": 1}',
            ("book: [400] 'time slot is full'", '[201 Created] {"id": 1}'),
        ),
        ("book: a success", '400 Bad Request {"a":1}', ("book: [a success]", '[400 Bad Request] {"a":1}')),
        ("book: 400 'full'", '400 Bad Request {"a":1}', ("book: 400[ 'full']", '400 Bad Request[ {"a":1}]')),
        ("the number left is [1, 0]", "[0, 0]", ("the number left is [[1], 0]", "[[0], 0]")),
        ('its day is "2033-01-01"', '"2032-12-31"', ('its day is "[2033]-[01]-[01]"', '"[2032]-[12]-[31]"')),
        (
            'it is {"id": 7, "date": "a"}',
            'date is "b", not "a"; in {"id": 7, "date": "b"}',
            ('it is {"id": 7, ["date": "a"]}', '[date is "b", not "a"]; in {"id": 7, "date": "b"}'),
        ),
        ("one success", "2 of 4", ("[one success]", "[2 of 4]")),
        ("a text " * 20, "another", ("a text " * 20, "another")),
    ],
)
def test_the_part_that_is_not_as_expected_is_marked(expected, got, shown):
    assert marked(expected, got) == shown


@given(st.text(), st.text())
def test_nothing_of_either_text_is_lost(expected, got):
    one, other = told_apart(expected, got)

    assert "".join(text for text, _ in one) == expected
    assert "".join(text for text, _ in other) == got
