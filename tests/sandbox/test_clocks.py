"""Clocks that only go forward, whatever is done to the machine's."""

from datetime import timedelta

from doubles import MONDAY

from mockserver.sandbox.clocks import RealTime

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)


class Machine:
    """A clock that is set, and ticks that nobody sets."""

    def __init__(self):
        self.moment = MONDAY
        self.ticks = 0.0
        self.time = RealTime(lambda: self.moment, lambda: self.ticks)

    def pass_(self, by):
        self.moment += by
        self.ticks += by.total_seconds()


def test_it_shows_what_the_machine_shows():
    machine = Machine()

    shown = [(machine.time.now(), machine.pass_(MINUTE))[0] for _ in range(3)]

    assert shown == [MONDAY, MONDAY + MINUTE, MONDAY + 2 * MINUTE]


def test_it_goes_forward_with_the_machine():
    machine = Machine()
    machine.time.now()
    machine.moment += HOUR

    assert machine.time.now() == MONDAY + HOUR


def test_set_back_it_goes_on_at_half_speed_until_the_machine_has_caught_up():
    machine = Machine()
    machine.time.now()
    machine.moment -= HOUR

    first = machine.time.now()
    machine.pass_(MINUTE)
    second = machine.time.now()
    machine.pass_(2 * HOUR - MINUTE)
    caught_up = machine.time.now()
    machine.pass_(SECOND)

    assert (first, second) == (MONDAY, MONDAY + MINUTE / 2)
    assert caught_up == machine.time.now() - SECOND == MONDAY + HOUR


def test_set_back_again_and_again_it_never_goes_back():
    machine = Machine()
    shown = []
    for step in range(50):
        shown.append(machine.time.now())
        machine.pass_(7 * SECOND)
        machine.moment += (step % 5 - 3) * MINUTE

    assert shown == sorted(shown)
    assert shown[-1] > shown[0]
