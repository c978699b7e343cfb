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
        "http://localhost./hook",
        "http://[::ffff:127.0.0.1]/",
        f"http://{'a' * 63}.localhost:65535/",
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
        "http://.localhost/",
        "http://a..localhost/",
        "http://localhost../",
        "http://-.localhost/",
        "http://-a.localhost/",
        f"http://{'a' * 64}.localhost/",
        f"http://{'a.' * 127}localhost/",
        "http://localhost:0/",
        "http://[localhost]/",
        "http://[::1%25lo]/",
        "http://[v1.a]/",
        "http://a;b.localhost/",
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


OWN = "http://127.0.0.1:8080/_sandbox/sandboxes/a/reset"


@pytest.mark.parametrize("listed", [(), ("*",), ("127.0.0.1", "localhost")])
@pytest.mark.parametrize(
    "url",
    [
        *(OWN, "http://localhost:8080", "http://LOCALHOST.:8080", "http://127.9.9.9:8080", "http://[::1]:8080/"),
        *("https://a.localhost:8080", "http://[::ffff:127.0.0.1]:8080", "http://0.0.0.0:8080/", "http://[::]:8080/"),
    ],
)
def test_our_own_port_is_no_receiver_by_whatever_name(url, listed):
    receivers = Receivers(frozenset(listed), own_port=8080)

    assert refusal(receivers, url) == "receiver_not_allowed"
    if not listed and "0.0" not in url and "[::]" not in url:
        Receivers(own_port=9090).check(url)


def test_the_port_that_a_scheme_implies_may_be_our_own():
    assert refusal(Receivers(own_port=80), "http://localhost/") == "receiver_not_allowed"
    assert refusal(Receivers(own_port=443), "https://localhost/") == "receiver_not_allowed"


@pytest.mark.parametrize(
    ("url", "address", "is_refused"),
    [
        ("http://localhost:9000/", "127.0.0.1", False),
        ("http://a.localhost:9000/", "::1", False),
        ("http://a.localhost:9000/", "10.0.0.1", True),
        ("http://named.test:9000/", "10.0.0.1", False),
        ("http://named.test:9000/", "127.0.0.1", False),
        ("http://named.test:8080/", "127.0.0.1", True),
        ("http://named.test:8080/", "::1", True),
        ("http://named.test:8080/", "192.0.2.1", False),
    ],
)
def test_what_a_name_led_to_is_looked_at(url, address, is_refused):
    receivers = Receivers(frozenset({"named.test"}), own_port=8080)

    if is_refused:
        with pytest.raises(RuleBroken, match=address):
            receivers.check_reached(url, address)
    else:
        receivers.check_reached(url, address)


def test_where_strangers_reach_the_server_this_machine_is_a_receiver_only_when_it_is_named():
    public = Receivers(frozenset({"127.0.0.1", "hooks.localhost"}), loopback=False)

    for url in ("http://127.0.0.1:9000/", "http://hooks.localhost/"):
        public.check(url)
    for url in ("http://localhost:9000/", "http://127.0.0.2:9000/", "http://[::1]:9000/", "http://other.localhost/"):
        assert refusal(public, url) == "receiver_not_allowed"
