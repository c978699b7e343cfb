import pytest
from doubles import MONDAY

from mockserver.sandbox.journal import REDACTED, Entry, Journal, Limits, Memory, pack_headers


def kept(entry):
    Journal(Limits(), Memory()).add(entry)
    return entry


EMPTY = kept(Entry("GET", "/", b"")).size
"""What an entry without a body costs."""


def entry_of(number, *, method="GET", path="/bookings", api="shop", operation="list", status=200, body=b""):
    entry = Entry(method, path, b"")
    entry.id, entry.api, entry.operation, entry.status, entry.at = number, api, operation, status, MONDAY
    entry.response_body, entry.response_headers = body, [(b"content-length", b"%d" % len(body))]
    return entry


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
def make(memory):
    def make(**limits):
        return Journal(Limits(**limits), memory)

    return make


def ids(entries):
    return [entry.id for entry in entries]


def test_the_latest_entries_are_kept(make):
    journal = make(entries=3)

    for number in range(1, 6):
        journal.add(entry_of(number))

    assert ids(journal) == [3, 4, 5]
    assert len(journal) == 3
    assert journal.find(2) is None
    assert journal.find(4).id == 4


def test_entries_are_kept_up_to_a_number_of_bytes(make, memory):
    journal = make(size=3 * (EMPTY + 100))

    for number in range(1, 6):
        journal.add(entry_of(number, body=b"x" * 100))
    assert ids(journal) == [3, 4, 5]

    journal.add(entry_of(6, body=b"x" * 101))
    assert ids(journal) == [5, 6]
    assert memory.used == sum(entry.size for entry in journal)


def test_an_entry_larger_than_the_journal_is_not_kept(make, memory):
    journal = make(size=EMPTY + 10)
    journal.add(entry_of(1))

    journal.add(entry_of(2, body=b"x" * 11))

    assert (len(journal), memory.used) == (0, 0)


def test_a_long_body_is_cut_and_says_so(make):
    journal = make(body_bytes=10)
    entry, whole = entry_of(1, body=b"x" * 11), entry_of(2, body=b"x" * 10)
    entry.request_body = b"y" * 1_000

    journal.add(entry)
    journal.add(whole)

    assert (entry.request_body, entry.response_body) == (b"y" * 10, b"x" * 10)
    assert (entry.request_cut, entry.response_cut) == (True, True)
    assert (whole.request_cut, whole.response_cut) == (False, False)


def test_journals_count_what_they_hold_together(make, memory):
    one, other = make(), make()
    for number in range(3):
        one.add(entry_of(number, body=b"x" * number))
        other.add(entry_of(number))
    assert memory.used == 6 * EMPTY + 3

    one.drop_oldest()
    other.clear()
    assert memory.used == 2 * EMPTY + 3

    one.clear()
    assert memory.used == 0


@pytest.mark.parametrize("many", [2, 30])
def test_a_journal_that_rested_holds_what_it_held(make, memory, many):
    journal = make(entries=40)
    for number in range(1, many + 1):
        journal.add(entry_of(number))
    before, used = journal.latest(many), memory.used

    for _ in range(2):
        journal.rest()
    assert (journal.latest(many), memory.used) == (before, used)

    journal.rest()
    journal.add(entry_of(99))
    journal.rest()
    journal.drop_oldest()
    assert ids(journal) == [*range(2, many + 1), 99]

    journal.rest()
    assert (journal.clear(), memory.used) == (many, 0)


def test_a_cleared_journal_goes_on_counting(make):
    journal = make()
    for _ in range(2):
        journal.add(entry_of(journal.number()))

    assert journal.clear() == 2

    assert (len(journal), journal.latest(9), journal.clear()) == (0, [], 0)
    assert journal.number() == 3


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"before": 4}, [3, 2, 1]),
        ({"before": 1}, []),
        ({"api": "club"}, [6]),
        ({"operation": "create"}, [3, 2]),
        ({"method": "DELETE"}, [4]),
        ({"status": 404}, [5, 4]),
        ({"path": "/bookings/7"}, [5, 4]),
        ({"path": "7", "status": 404, "method": "GET"}, [5]),
        ({"operation": None, "api": "shop"}, [5, 4, 3, 2, 1]),
    ],
)
def test_the_latest_come_first_and_can_be_filtered(make, wanted, expected):
    journal = make()
    journal.add(entry_of(1))
    journal.add(entry_of(2, method="POST", operation="create", status=201))
    journal.add(entry_of(3, method="POST", operation="create", status=400))
    journal.add(entry_of(4, method="DELETE", operation="delete", path="/bookings/7", status=404))
    journal.add(entry_of(5, operation="get", path="/bookings/7", status=404))
    journal.add(entry_of(6, api="club"))

    assert ids(journal.latest(9, **wanted)) == expected
    assert ids(journal.latest(2, **wanted)) == expected[:2]


def test_headers_are_packed_without_credentials():
    headers = [
        (b"host", b"sandbox"),
        (b"authorization", b"Bearer sk_rsv_secret"),
        (b"cookie", b"session=secret"),
        (b"set-cookie", b"session=secret"),
        (b"proxy-authorization", b"Basic secret"),
        (b"x-api-key", b"secret"),
        (b"accept", b"*/*"),
    ]

    packed = pack_headers(headers)

    assert b"secret" not in packed
    assert packed.count(REDACTED) == 5
    assert packed.split(b"\r\n")[0] == b"host: sandbox"
    assert packed.endswith(b"\r\naccept: */*")


def test_no_headers_pack_to_nothing():
    assert pack_headers([]) == b""
