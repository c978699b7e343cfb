"""A receiver of webhooks keeps what is posted to it."""

import socket
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import httpx
import pytest

from contract_tests.laws import receiving
from contract_tests.laws.receiving import Post, Receiver
from contract_tests.profiles import Lacking, Profile


def scene(base_url="http://127.0.0.1:8000", margin=timedelta(), **values):
    return SimpleNamespace(world=SimpleNamespace(base_url=base_url), profile=Profile("anny", values), margin=margin)


def test_what_is_posted_is_kept_in_the_order_in_which_it_came():
    with Receiver(scene()) as receiver:
        for number in (1, 2):
            answer = httpx.post(receiver.url, json={"number": number}, headers={"X-Event": "made"})
            assert answer.status_code == 200

        posts = receiver.wait(2)

    assert [post.json for post in posts] == [{"number": 1}, {"number": 2}]
    assert posts[0].headers["x-event"] == "made"
    assert posts[0].path == "/hook"


def test_only_what_is_wanted_is_waited_for():
    with Receiver(scene()) as receiver:
        httpx.post(receiver.url, content=b"no JSON")
        httpx.post(receiver.url, json={"number": 2})

        posts = receiver.wait(1, lambda post: post.json is not None)

    assert [post.json for post in posts] == [{"number": 2}]


class Coming:
    """Stands for what the receiver waits with: each time that it waits one more has come, as long as there are some."""

    def __init__(self, receiver, posts):
        self.receiver, self.posts, self.waited = receiver, posts, []

    def __enter__(self):
        return self

    def __exit__(self, *_): ...

    def wait(self, seconds):
        self.waited.append(seconds)
        if self.posts:
            self.receiver._posts.append(Post("/hook", {}, self.posts.pop(0)))
        return len(self.waited) <= 3


def test_as_long_as_others_come_what_is_wanted_may_come_too(monkeypatch):
    with Receiver(scene()) as receiver:
        monkeypatch.setattr(receiver, "_came", Coming(receiver, [b"1", b"2", b"3"]))

        assert [post.json for post in receiver.wait(1, lambda post: post.json == 3)] == [3]


def test_who_answers_late_may_tell_late(monkeypatch):
    with Receiver(scene(margin=timedelta(seconds=40))) as receiver:
        coming = Coming(receiver, [b"1"])
        monkeypatch.setattr(receiver, "_came", coming)

        receiver.wait(1)

    assert coming.waited == [40]


def test_what_does_not_come_in_time_is_not_there():
    with Receiver(scene()) as receiver:
        assert receiver.wait(1, seconds=0) == []


def test_it_answers_as_it_is_told():
    with Receiver(scene(), status=500) as receiver:
        assert httpx.post(receiver.url).status_code == 500
        receiver.status = 204
        assert httpx.post(receiver.url).status_code == 204


def test_a_target_elsewhere_has_to_know_this_machine():
    with pytest.raises(Lacking, match=r"webhooks\.host"):
        Receiver(scene("https://staging.example.com"))


def test_the_profile_says_by_which_name_this_machine_is_reached():
    with Receiver(scene("https://staging.example.com", webhooks={"host": "localhost"})) as receiver:
        assert receiver.url.startswith("http://localhost:")
        httpx.post(receiver.url, json=1)
        assert [post.json for post in receiver.wait(1)] == [1]


@pytest.mark.parametrize("length", ["-1", "many\x1b[2J", "9" * 5_000, "1000000"])
def test_who_posts_what_cannot_be_read_keeps_nobody_and_is_not_heard(length, monkeypatch, capfd):
    monkeypatch.setattr(receiving, "_PATIENCE_SECONDS", 0.1)
    with Receiver(scene()) as receiver:
        port = urlsplit(receiver.url).port
        with socket.create_connection(("127.0.0.1", port), 5) as sender:
            sender.sendall(f"POST /hook HTTP/1.1\r\nContent-Length: {length}\r\n\r\n[".encode())
            while sender.recv(1_000):
                pass
        httpx.post(receiver.url, json=2)

        assert [post.json for post in receiver.wait(1, lambda post: post.json is not None)] == [2]

    assert capfd.readouterr() == ("", "")


def test_of_posts_without_end_the_first_are_kept(monkeypatch):
    monkeypatch.setattr(receiving, "_MOST_POSTS", 2)
    with Receiver(scene()) as receiver:
        for number in range(4):
            assert httpx.post(receiver.url, json=number).status_code == 200

        assert [post.json for post in receiver.posts] == [0, 1]
