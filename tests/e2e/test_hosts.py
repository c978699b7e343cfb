"""Two hosts of two workers each over one database: whichever dies, or whatever becomes of the database, it is one service."""

import contextlib
import signal
import threading
from pathlib import Path

import ahead
import httpx
import pytest
from database_proxies import Proxy, Step
from lives import buy, live_while, untrue
from postgresql import database
from receiving import receiving
from servers import started
from striking import ALPHA, DATES, PLACES_OF_SLOT, book_while, broken

from doublebook_data import openapi_dir, read_yaml

OPTIONS = ("reservekit", "--workers", "2", "--clock", "2026-03-02T08:00:00Z")


@pytest.fixture
def shared():
    database().empty()
    return database()


@contextlib.contextmanager
def hosts(*stores, options=OPTIONS):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(started(*options, MOCKSERVER_STORE=store)) for store in stores]


def test_a_host_that_is_killed_loses_nothing_and_the_other_goes_on(shared):
    with hosts(shared.address, shared.address) as (doomed, left):
        history = book_while([doomed.url, left.url], doomed.kill)

        assert broken(history, [left.url]) == []
    assert len(history.made) > 20
    assert len(history.made) <= len(DATES) * PLACES_OF_SLOT


def test_a_host_that_is_told_to_end_writes_down_what_it_was_asked_and_ends_well(shared):
    with started("reservekit", MOCKSERVER_STORE=shared.address) as host:
        assert httpx.get(f"{host.url}/_sandbox/health").json()["store"] == "postgresql"
        assert httpx.get(f"{host.url}/v1/services", headers=ALPHA).status_code == 200

        code, said = host.stop()

    assert (code, said) == (0, "")
    assert shared.ask("SELECT count(*) FROM journal") == [(1,)]


def asked_of_the_control_plane():
    """Method, path and bodies of each operation but the one that goes on, as the examples of its contract have them; what deletes last."""
    values = {"name": "checkout", "api": "reservekit", "kind": "booking", "id": 1, "snapshot": "booked"}
    found = []
    for path, item in read_yaml(openapi_dir() / "control" / "openapi.yaml")["paths"].items():
        for method in item.keys() & {"get", "post", "patch", "delete"} if not path.endswith("/events") else ():
            content = item[method].get("requestBody", {}).get("content", {}).get("application/json", {})
            bodies = [each["value"] for each in content.get("examples", {}).values()] or [None]
            found += [(method.upper(), path.format_map(values), body) for body in bodies]
    return sorted(found, key=lambda each: (each[0] == "DELETE", each[1]))


def test_each_operation_of_the_control_plane_is_answered_by_a_host(shared):
    """Its event loop may not stand still for the database."""
    with started("reservekit", MOCKSERVER_STORE=shared.address) as host, httpx.Client(timeout=40) as client:
        client.post(f"{host.url}/_sandbox/sandboxes", json={"name": "checkout"})
        client.get(f"{host.url}/v1/services", headers={**ALPHA, "X-Sandbox": "checkout"})

        answers = [
            client.request(method, f"{host.url}/_sandbox{path}", json=body)
            for method, path, body in asked_of_the_control_plane()
        ]

    assert [(each.request.method, each.url.path, each.text) for each in answers if each.status_code >= 500] == []
    assert sum(each.status_code < 400 for each in answers) > 30


@pytest.mark.nightly
def test_two_hosts_sell_what_there_is_and_nothing_twice(shared):
    with hosts(shared.address, shared.address) as both:
        urls = [each.url for each in both]
        history = book_while(urls, lambda: None)

        assert broken(history, urls) == []
    assert set(history.statuses) <= {"201", "400"}
    assert len(history.made) == len(DATES) * PLACES_OF_SLOT


@pytest.mark.nightly
def test_connections_that_are_ended_again_and_again_lose_nothing(shared):
    with hosts(shared.address, shared.address) as both:
        urls = [each.url for each in both]
        history = book_while(urls, end_connections)

        assert broken(history, urls) == []


@pytest.mark.nightly
@pytest.mark.parametrize("way", ["fast", "immediate"])
def test_a_database_that_is_started_again_or_crashes_loses_nothing(shared, way):
    def again():
        shared.stop(way)
        shared.start()

    with hosts(shared.address, shared.address) as both:
        urls = [each.url for each in both]
        history = book_while(urls, again)

        assert broken(history, urls) == []


@pytest.mark.nightly
def test_a_host_that_is_cut_off_and_comes_back_goes_on_and_holds_up_nobody(shared):
    with Proxy(shared) as proxy, hosts(proxy.address, shared.address) as both:
        urls = [each.url for each in both]
        history = book_while(urls, proxy.cut)
        proxy.heal()

        assert broken(history, urls[1:]) == []
        again = book_while(urls, lambda: None, least=0)
        assert broken(again, urls) == []
    assert len(history.made) > 20


# Stages of a request


@pytest.mark.parametrize(
    ("last", "is_kept"),
    [
        pytest.param(Step.NOTHING, False, id="before it begins", marks=pytest.mark.nightly),
        pytest.param(Step.BEGIN, False, id="before it commits", marks=pytest.mark.nightly),
        pytest.param(Step.COMMIT, True, id="before it answers"),
    ],
)
def test_who_asks_with_a_key_is_answered_at_whichever_stage_the_host_is_killed(shared, last, is_kept):
    one_worker = ("bardge", "reservekit", "--clock", "2026-03-02T08:00:00Z")
    client = httpx.Client(timeout=40)

    def bought(url):
        return client.get(f"{url}/_sandbox/sandboxes/default/state/bardge/debit").json()["total"]

    def buy_in_vain():
        with pytest.raises(httpx.TransportError):
            buy(httpx.Client(timeout=40), doomed.url, "once")

    with Proxy(shared) as proxy, hosts(proxy.address, shared.address, options=one_worker) as (doomed, left), client:
        assert [bought(each.url) for each in (doomed, left)] == [0, 0]
        proxy.stop_after(last)
        asking = threading.Thread(target=buy_in_vain)
        asking.start()
        assert proxy.has_stopped.wait(20)
        doomed.kill()
        asking.join(20)

        assert bought(left.url) == is_kept
        retried = buy(client, left.url, "once")

        assert (retried.status_code, retried.headers.get("x-idempotent-replayed")) == (201, "true" if is_kept else None)
        assert bought(left.url) == 1


# Lives


def kill_one(doomed, *_):
    doomed.kill()


def kill_two_at_once(one, other, _):
    for each in (one, other):
        each.process.send_signal(signal.SIGSTOP)
    for each in (one, other):
        each.kill()


def end_connections(*_hosts):
    for _ in range(20):
        database().ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )


def crash(*_):
    database().stop("immediate")
    database().start()


@pytest.mark.nightly
@pytest.mark.parametrize("strike", [kill_one, kill_two_at_once, end_connections, crash])
def test_whatever_dies_each_key_has_one_effect_and_each_booking_a_legal_life_that_is_told(shared, strike):
    options = ("bardge", "reservekit", "--clock", "2026-03-02T08:00:00Z", "--workers", "2")
    count = strike.__code__.co_argcount
    with receiving() as receiver, hosts(*[shared.address] * max(count, 2), options=options) as all_of_them:
        lives = live_while([each.url for each in all_of_them], receiver, lambda: strike(*all_of_them))

        assert untrue(lives, receiver, all_of_them[-1].url) == []
    assert len(lives.booked) > 10
    assert len(lives.bought) > 10


# Time


@pytest.mark.nightly
def test_a_host_whose_clock_is_two_minutes_ahead_moves_no_sandbox(shared):
    """A session lasts fifteen minutes of the sandbox's clock."""
    when = {"date": "2026-05-13", "time": "14:00"}
    where = {"provider_branch_id": "branch_serenity_vi", "service_ids": ["svc_deep_tissue"]}
    spa = {"client_id": "client_funke", "user_pass_id": "brgpass_funke_spa", **where, **when}
    reseller = {"Authorization": "Bearer brg_live_alpha_demo"}
    options = ("bardge", "--clock", "2026-05-04T08:00:00Z")
    sandbox = "/_sandbox/sandboxes/default"

    with (
        hosts(shared.address, options=options) as (right,),
        started(*options, program=(str(Path(ahead.__file__)),), MOCKSERVER_STORE=shared.address) as hasty,
    ):
        made = httpx.post(f"{right.url}/v3/api/business/reseller/bookings/spa", json=spa, headers=reseller)
        assert made.status_code == 201, made.text

        def status():
            """As the hasty one has it, which has been asked, so that what is due there has fired."""
            assert httpx.get(f"{hasty.url}/v3/api/business/reseller/providers", headers=reseller).status_code == 200
            (session,) = [
                each
                for each in httpx.get(f"{hasty.url}{sandbox}/state/bardge/session").json()["documents"]
                if each["id"] == made.json()["session_id"]
            ]
            return session["status"]

        def advance(by):
            assert httpx.post(f"{right.url}{sandbox}/clock/advance", json={"by": by}).status_code == 200
            return status()

        shown = [httpx.get(f"{each.url}{sandbox}/clock").json()["now"] for each in (right, hasty) * 3]
        assert shown == sorted(shown)
        assert shown[-1] < "2026-05-04T08:01"
        assert [advance("PT13M30S"), advance("PT1M30S")] == ["open", "expired"]
