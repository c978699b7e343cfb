import pytest

from mockserver.booking.errors import RuleBroken
from mockserver.sandbox.receivers import LOOPBACK, Receivers


def refusal(receivers, url):
    with pytest.raises(RuleBroken) as refused:
        receivers.check(url)
    return refused.value.code


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9000/hook",
        "https://127.9.8.7/",
        "http://[::1]:80/a?b=c",
        "http://localhost:1",
        "http://LOCALHOST/hook",
        "http://shop.localhost/hook",
    ],
)
def test_this_machine_may_always_be_sent_to(url):
    LOOPBACK.check(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://2130706433/",
        "http://[fe80::1]/",
    ],
)
def test_another_host_may_not(url):
    assert refusal(LOOPBACK, url) == "receiver_not_allowed"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost",
        "ftp://localhost/",
        "file:///etc/passwd",
        "http://",
        "http:///hook",
        "http://localhost:port/",
        "http://localhost:99999/",
        "http://[::1/",
        "http://example.com\\@localhost/",
        "http://me:secret@localhost/",
        "http://localhost/a b",
        "http://localhost/\r\nX: y",
        "http://localhost/ä",
        "http://localhost/" + "a" * 2_000,
    ],
)
def test_what_is_no_address_is_refused(url):
    assert refusal(Receivers(frozenset({"*"})), url) == "bad_receiver"


def test_a_named_host_may_be_sent_to_and_no_other():
    named = Receivers(frozenset({"hooks.example.com"}))

    named.check("https://hooks.example.com/a")
    named.check("https://Hooks.Example.com:8443/a")
    named.check("http://127.0.0.1/")
    assert refusal(named, "https://example.com/") == "receiver_not_allowed"


def test_a_star_is_any_host():
    Receivers(frozenset({"*"})).check("https://example.com/")
