"""What an account has one of is used in turn."""

import threading
from typing import TextIO

from contract_tests.scenes import turns
from contract_tests.scenes.turns import take_turn


def test_who_comes_second_waits_until_the_turn_ends(tmp_path):
    first, got = take_turn(tmp_path / "cart.turns"), list[TextIO | None]()
    second = threading.Thread(target=lambda: got.append(take_turn(tmp_path / "cart.turns")))
    second.start()

    second.join(0.1)
    assert first is not None
    assert not got
    first.close()
    second.join()
    assert len(got) == 1
    assert got[0] is not None
    got[0].close()


def test_who_has_waited_too_long_goes_on_without_a_turn(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "_LONGEST", 0.05)

    first = take_turn(tmp_path / "cart.turns")
    assert first is not None
    with first:
        assert take_turn(tmp_path / "cart.turns") is None


def test_where_nothing_can_be_written_nobody_waits(tmp_path):
    (tmp_path / "a file").touch()

    assert take_turn(tmp_path / "a file" / "cart.turns") is None
