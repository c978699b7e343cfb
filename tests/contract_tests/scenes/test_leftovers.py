"""What a run made in a world it shares is known, and taken back, whoever ended it."""

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from flask import request
from independent_reservekit import KEYS, Shop, serving

from contract_tests.cli import main
from contract_tests.scenes.leftovers import Thing, Track, interrupted

AT = "http://host/v1"
SERVICE = Thing("serviceID", 7, "main", "POST /services")
BOOKING = Thing("bookingID", 8, "main", "POST /bookings")


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about a real one."""


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


def die(track):
    """As a process does: nothing is tidied up."""
    assert track._file is not None
    track._file.close()


def left_in(file):
    track = Track(file, {"serviceID"})
    die(track)
    return track.left


def begun(*things, run="a", url=AT):
    track = Track.of_run("reservekit", url, run, {"serviceID"})
    for thing in things:
        track.made(thing)
    return track


def test_what_is_made_is_known_when_the_run_does_not_go_on():
    track = begun(SERVICE, BOOKING)
    assert interrupted("reservekit", AT) == []  # it goes on

    die(track)
    (file,) = interrupted("reservekit", AT)

    assert left_in(file) == [SERVICE]
    assert interrupted("reservekit", "http://other/v1") == interrupted("anny", AT) == []


def test_who_is_killed_while_it_asks_leaves_what_it_asked_until_that_is_told(cache):
    track = begun()
    with track.asking("POST /services"):
        pass
    with track.asking("POST /bookings"):
        (file,) = cache.rglob("*.jsonl")
        so_far = file.read_bytes()
    die(track)
    file.write_bytes(so_far)

    again = Track(file, {"serviceID"})
    again.close(told=False)
    assert again.unheard == ("POST /bookings",)
    assert interrupted("reservekit", AT) == [file]

    Track(file, {"serviceID"}).close()
    assert not list(cache.rglob("*.jsonl"))


def test_nothing_is_kept_of_a_run_that_took_everything_back(cache):
    track = begun(BOOKING, SERVICE)
    track.gone(SERVICE)
    track.close()

    assert not list(cache.rglob("*.jsonl"))


def test_what_is_half_written_is_passed_over(cache):
    die(begun(SERVICE))
    (file,) = cache.rglob("*.jsonl")
    with file.open("a") as half:
        half.write('{"made": ["serviceID", 9')

    assert left_in(file) == [SERVICE]


def test_a_machine_without_a_place_to_write_to_can_test(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    track = begun(SERVICE)
    track.close()

    assert track.left == [SERVICE]


class Halting(Shop):
    """Takes the first request to an *endpoint* to heart: it says so, and answers nothing before it is let go."""

    def __init__(self, endpoint):
        super().__init__()
        self.endpoint = endpoint
        self.reached, self.released = threading.Event(), threading.Event()

    def let_in(self):
        if request.endpoint == self.endpoint:
            self.reached.set()
            assert self.released.wait(30)
        super().let_in()


@contextmanager
def killed_at(endpoint):
    """A shop at which a run was killed while it asked for that first; the options that lead there."""
    shop = Halting(endpoint)
    with serving(shop) as url:
        where = ["--base-url", url, "--token", KEYS["main"]]
        command = [
            sys.executable,
            "-m",
            "contract_tests",
            "run",
            "reservekit",
            *where,
            "--jobs",
            "1",
            "--rule",
            "RK-B03",
        ]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert shop.reached.wait(60)
            assert main(["sweep", "reservekit", *where]) == 0  # of a run that goes on, nothing is taken
        finally:
            os.kill(running.pid, signal.SIGKILL)
            running.wait(10)
            shop.released.set()
        yield shop, where


def test_what_a_killed_run_left_is_swept(capsys):
    with killed_at("create_booking") as (shop, where):
        assert "nothing was left" in capsys.readouterr().out
        made = [*shop.services]
        assert made

        assert main(["sweep", "reservekit", *where]) == 0
        said = capsys.readouterr().out
        assert main(["sweep", "reservekit", *where]) == 0

    assert shop.services == {}
    assert sorted(said.splitlines()) == [f"taken back: serviceID {each} of POST /services" for each in sorted(made)]
    assert capsys.readouterr().out == f"nothing was left at {where[1]}/v1\n"


def test_what_a_run_asked_for_when_it_was_killed_is_told_once(capsys):
    with killed_at("create_service") as (_, where):
        capsys.readouterr()
        codes = [main(["sweep", "reservekit", *where]) for _ in range(2)]

    said = "left behind: perhaps what POST /services made: the run was killed before an answer named it"
    assert codes == [1, 0]
    assert said in capsys.readouterr().out


def test_what_cannot_be_taken_back_is_kept_for_the_next_time(capsys, monkeypatch):
    shop = Shop()
    with serving(shop) as url:
        where = ["--base-url", url, "--token", KEYS["main"]]
        track = begun(SERVICE, url=f"{url}/v1")
        die(track)
        monkeypatch.setattr(shop, "service", lambda _: 1 / 0)

        assert main(["sweep", "reservekit", *where]) == 1
        assert capsys.readouterr().out.startswith("left behind: serviceID 7 of POST /services (500 ")
        monkeypatch.undo()
        monkeypatch.setenv("XDG_CACHE_HOME", str(track._path.parents[1]))
        assert main(["sweep", "reservekit", *where]) == 0

    assert capsys.readouterr().out == "taken back: serviceID 7 of POST /services\n"
