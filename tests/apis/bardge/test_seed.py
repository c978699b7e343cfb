from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from bardge_world import at, day, said
from doubles import Client
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from doublebook_data import fixtures_dir, read_yaml
from mockserver.apis.bardge.api import Settings
from mockserver.apis.bardge.blueprint import read_blueprint
from mockserver.apis.bardge.book import TIMERS
from mockserver.apis.bardge.records import (
    ACCOUNTS,
    BOOKINGS,
    BRANCHES,
    CLAIMS,
    CLASS_CATEGORIES,
    CLASSES,
    CLIENTS,
    CREDIT_PACKAGES,
    CREDITS,
    INSTANCES,
    ISSUED_PASSES,
    LAGOS,
    LOOKUPS,
    PRODUCTS,
    RESELLERS,
    SERIAL,
    SESSIONS,
    BookingType,
    Category,
    LookupStatus,
    Mode,
    Status,
    client_key,
    mode_of,
)
from mockserver.apis.bardge.seed import draw_world, read_scenario
from mockserver.apis.bardge.terms import SLOTS, appointment
from mockserver.booking.spans import Span, peak
from mockserver.sandbox.merging import Seed

EPOCH = datetime(2026, 3, 2, tzinfo=UTC)

DOCUMENT = read_yaml(fixtures_dir() / "bardge" / "seed.yaml")
KINDS = (
    RESELLERS,
    ACCOUNTS,
    PRODUCTS,
    BRANCHES,
    CLASS_CATEGORIES,
    CLASSES,
    INSTANCES,
    CREDIT_PACKAGES,
    CLIENTS,
    ISSUED_PASSES,
    CREDITS,
    BOOKINGS,
    SESSIONS,
    LOOKUPS,
    CLAIMS.kind,
    TIMERS,
)
FILES = {
    path.stem: read_yaml(path)
    for folder in ("samples", "scenarios")
    for path in sorted((fixtures_dir() / "bardge" / folder).glob("*.yaml"))
}
WRITTEN = {name: read_scenario(name, document) for name, document in FILES.items()}
HALIMA = client_key("reseller_alpha", "client_halima")

seeds = st.integers(0, 2**63)
mondays = st.integers(-300, 500).map(lambda weeks: EPOCH + timedelta(weeks=weeks))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is beside them
some = examples(15)


def held(world):
    """The records of a world by kind and id; `held(world).booking["booking_ada0000000000001"]`."""
    found: dict[str, dict[Any, Any]] = {kind.name: {} for kind in KINDS}
    for kind, record in world.records:
        assert record.id not in found[kind.name]
        found[kind.name][record.id] = record
    return SimpleNamespace(**{name.removeprefix("bardge."): records for name, records in found.items()})


def balances(here):
    """The credits of each client that has any."""
    found: Counter[str] = Counter()
    for entry in here.credit_entry.values():
        found[entry.client] += entry.amount
    return found


def check_places(here):
    """What takes places has them, nothing else has, and nothing is fuller than it can be."""
    taking = {
        key: booking
        for key, booking in here.booking.items()
        if booking.status in {Status.PENDING, Status.CONFIRMED, Status.COMPLETED}
    }
    spas = {key: session for key, session in here.session.items() if session.kind == "spa"}
    assert here.claim.keys() == taking.keys() | spas.keys()
    people: Counter[str] = Counter()
    hours = defaultdict(list)
    for key, claim in here.claim.items():
        (seat,) = claim.seats
        if key in spas:
            session = spas[key]
            services = [here.branch[session.branch_id].service(each) for each in session.service_ids]
            expected: Any = (
                f"spa/{session.branch_id}",
                None,
                appointment(session.starts_at, services),
                session.ends_at,
            )
        elif taking[key].type is BookingType.SPA:
            expected = (f"spa/{taking[key].branch_id}", None, taking[key].span, None)
        else:
            expected = (f"instance/{taking[key].instance_id}", taking[key].client, None, None)
            people[taking[key].instance_id] += 1
        assert (seat.pool, seat.party, seat.span, claim.expires_at) == expected
        if seat.span is not None:
            hours[seat.pool].append((seat.span, 1))
    for instance in here.class_instance.values():
        assert instance.taken + people[instance.id] <= instance.capacity
    for taken in hours.values():
        assert all(peak(span, taken) == 1 for span, _ in taken)
    places = Counter((each.client, each.instance_id) for each in taking.values() if each.instance_id)
    assert set(places.values()) <= {1}


def check_bookings(here, now):
    """A booking is of its client's pass, which is good for it, at the time of its class or its services."""
    for booking in here.booking.values():
        issued = here.issued_pass[booking.pass_id]
        assert issued.client == booking.client
        assert issued.starts_at <= booking.starts_at < issued.ends_at
        assert (booking.status is Status.COMPLETED) == (booking.starts_at <= now and booking.rescheduled_to is None)
        assert booking.created_at <= booking.updated_at <= now
        assert booking.created_at < booking.starts_at
        branch = here.branch[booking.branch_id]
        assert booking.took.category is (branch.category if booking.took.visits else None)
        if booking.instance_id is not None:
            instance = here.class_instance[booking.instance_id]
            given = getattr(here, "class")[instance.class_id]
            ends_at = instance.starts_at + timedelta(minutes=given.minutes)
            assert (booking.type, given.branch_id) == (BookingType.CLASS, branch.id)
            assert (booking.span, booking.service_ids) == (Span(instance.starts_at, ends_at), ())
        else:
            services = [branch.service(each) for each in booking.service_ids]
            assert booking.type is BookingType.SPA
            assert booking.span == appointment(booking.starts_at, services)
            assert booking.starts_at.astimezone(LAGOS).time() in SLOTS


def check_passes(here, now):
    """The visits of a pass are at least those of its bookings; it was issued before now, by who has the client."""
    used = visits_of_bookings(here)
    for issued in here.issued_pass.values():
        client, product = here.client[issued.client], here.product[issued.product_id]
        assert issued.reseller_id == client.reseller_id == product.reseller_id
        assert client.passcode_at < issued.created_at <= now
        assert issued.created_at <= issued.starts_at < issued.ends_at
        for category, visits in issued.visits_used.items():
            cover = product.cover(category)
            assert used[issued.id, category] <= visits
            assert cover.visits_allowed is None or visits <= cover.visits_allowed
    assert all(issued_id in here.issued_pass for issued_id, _ in used)


def visits_of_bookings(here):
    """By pass and category."""
    used: Counter[tuple[str, Category]] = Counter()
    for booking in here.booking.values():
        if booking.status not in {Status.CANCELLED, Status.RESCHEDULED} and booking.took.category:
            used[booking.pass_id, booking.took.category] += booking.took.visits
    return used


def check_explained(here):
    """Visits that were used were used by bookings. Credits that went away went for one, when it was made, and no booking
    took others.
    """
    used = {
        (each.id, category): visits
        for each in here.issued_pass.values()
        for category, visits in each.visits_used.items()
    }
    assert {key: visits for key, visits in used.items() if visits} == visits_of_bookings(here)
    went = Counter((each.client, -each.amount, each.at) for each in here.credit_entry.values() if each.amount < 0)
    took = Counter(
        (each.client, each.took.credits, each.created_at)
        for each in here.booking.values()
        if each.took.credits and each.status is not Status.CANCELLED
    )
    assert went == took


def check_order(here):
    """What was made later has the higher number."""
    for records in (here.booking, here.branch, here.product, getattr(here, "class"), here.credit_package):
        ordered = sorted(records.values(), key=lambda each: each.serial)
        assert [each.created_at for each in ordered] == sorted(each.created_at for each in records.values())
    entries = sorted(here.credit_entry.values(), key=lambda each: each.id)
    assert [each.at for each in entries] == sorted(each.at for each in entries)


def check_timers(here, now):
    """What happens next to bookings, sessions and lookups has its timer, and nothing else has one."""
    expected = {}
    for each in here.booking.values():
        if each.status is Status.CONFIRMED:
            expected[each.id] = (each.starts_at, "complete", each.timer)
    for each in here.session.values():
        expected[each.id] = (each.ends_at, "expire", each.timer)
    found = {each.subject: (each.due_at, each.action, each.id) for each in here.timer.values()}
    begun = {subject: found.pop(subject) for subject in here.lookup if subject in found}
    assert found == expected
    assert all(here.booking[key].timer is None for key in here.booking.keys() - expected.keys())
    for subject, (due_at, action, _) in begun.items():
        assert (due_at, action, here.lookup[subject].status) == (now, "begin", LookupStatus.PENDING)


def check(world, now):
    here = held(world)
    check_places(here)
    check_bookings(here, now)
    check_passes(here, now)
    check_order(here)
    check_timers(here, now)
    assert all(balance >= 0 for balance in balances(here).values())
    assert all(each.at <= now for each in here.credit_entry.values())
    assert all(each.created_at <= now for each in (*here.lookup.values(), *here.session.values()))
    for kind, record in world.records:
        for value in msgspec.structs.asdict(record).values() if kind is not CLAIMS.kind else ():
            assert not isinstance(value, datetime) or value.microsecond % 1_000 == 0


# Every world


@given(seeds, mondays)
@some
def test_a_drawn_world_holds_together(seed, epoch):
    world = draw_world(seed, epoch)

    check(world, epoch)
    check_explained(held(world))


@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_world_holds_together(name):
    check(WRITTEN[name].world, WRITTEN[name].clock)


@given(seeds, moments)
@some
def test_any_epoch_has_a_world(seed, epoch):
    here = held(draw_world(seed, epoch))

    check_places(here)
    assert len(here.booking) == 49


@given(seeds, mondays)
@some
def test_a_world_moves_with_its_epoch(seed, epoch):
    by = epoch - EPOCH
    here, there = held(draw_world(seed, EPOCH)), held(draw_world(seed, epoch))

    assert list(here.booking) == list(there.booking)
    for one, other in zip(here.class_instance.values(), there.class_instance.values(), strict=True):
        assert (one.id, one.taken, other.starts_at - one.starts_at) == (other.id, other.taken, by)
    for one, other in zip(here.booking.values(), there.booking.values(), strict=True):
        assert (one.starts_at + by, one.created_at + by) == (other.starts_at, other.created_at)


@given(seeds)
@some
def test_what_is_made_later_is_counted_from_where_the_world_ends(seed):
    world = draw_world(seed, EPOCH)
    here = held(world)
    seeded = Seed(world.records, dict(world.last_ids))
    counted = [
        each.serial
        for records in (here.reseller, here.product, here.branch, here.credit_package, here.issued_pass, here.booking)
        for each in records.values()
    ]

    assert len(set(counted)) == len(counted)
    assert seeded.last_id(SERIAL) >= max(counted)
    assert seeded.last_id(CREDITS.name) == max(here.credit_entry)
    assert seeded.last_id(TIMERS.name) == max(here.timer)


@given(seeds)
@some
def test_a_world_knows_each_name_once(seed):
    here = held(draw_world(seed, EPOCH))

    for values in (
        [each.transaction_id for each in here.issued_pass.values()],
        [each.tx_ref for each in here.issued_pass.values()],
        [each.passcode for each in here.client.values()],
    ):
        assert len(set(values)) == len(values)
    assert all(key.startswith("booking_") and len(key) == 24 for key in here.booking)
    assert all(each.tx_ref[8:].isupper() and len(each.tx_ref) == 16 for each in here.issued_pass.values())


# What is offered


@pytest.mark.parametrize(
    ("written", "kept"),
    [("resellers", "reseller"), ("products", "product"), ("branches", "branch"), ("credit_packages", "credit_package")],
)
def test_what_is_written_first_is_the_newest(written, kept):
    records = getattr(held(draw_world(0, EPOCH)), kept)

    newest_first = sorted(records.values(), key=lambda each: -each.serial)
    live = [each.id for each in newest_first if mode_of(each.id) is Mode.LIVE]
    assert live == [each["id"] for each in DOCUMENT[written]]


def test_a_product_covers_what_the_seed_says():
    product = read_blueprint().products["pass_all_year"]

    assert (product.price, product.duration) == (12_000_000, "ANNUALLY")
    assert [(each.category, each.tiers, each.credits, each.visits_allowed) for each in product.covers] == [
        (Category.SPA, ("STANDARD",), 60, 12),
        (Category.GYM, ("STANDARD", "PREMIUM"), 40, 48),
    ]
    unlimited = read_blueprint().products["pass_gym_unlimited"].cover(Category.GYM)
    assert unlimited is not None
    assert unlimited.visits_allowed is None


def test_spas_have_services_and_gyms_a_price_of_a_visit():
    for branch in read_blueprint().branches.values():
        is_spa = branch.category is Category.SPA
        assert bool(branch.services) == is_spa
        assert (branch.visit_price == 0) == is_spa
        assert not (is_spa and branch.copay_options)


def test_the_business_accounts_hold_what_a_sandbox_usually_sets():
    keys = {each["reseller"] for each in DOCUMENT["keys"]}

    assert {each["balance"] for each in DOCUMENT["resellers"] if each["id"] in keys} == {Settings().business_balance}
    assert {each["world"]["balance"] for each in FILES.values()} == {Settings().business_balance}


# What is well known


def test_ada_has_a_booking_in_every_status_but_pending():
    here = held(draw_world(0, EPOCH))
    booked = {key[-1]: here.booking[key] for key in here.booking if key.startswith("booking_ada")}

    assert {number: each.status for number, each in booked.items()} == {
        "1": Status.CONFIRMED,
        "2": Status.CANCELLED,
        "3": Status.COMPLETED,
        "4": Status.RESCHEDULED,
        "5": Status.CONFIRMED,
    }
    assert (booked["4"].rescheduled_to, booked["5"].rescheduled_from) == (booked["5"].id, booked["4"].id)
    assert booked["4"].updated_at == booked["5"].created_at
    assert here.issued_pass["brgpass_ada_gym"].visits_used == {Category.GYM: 3}


def test_clients_have_the_credits_that_the_seed_says():
    here = held(draw_world(0, EPOCH))

    for each in DOCUMENT["epoch"]["clients"]:
        assert balances(here)[client_key(each["reseller"], each["id"])] == each["credits"]
    said = [each for each in here.credit_entry.values() if each.client.endswith("client_funke")]
    assert [(each.amount, each.description) for each in said] == [
        (20, "Pass — Monthly Spa Pass"),
        (10, "Credits purchase — 10 Credits Pack"),
    ]
    ada = next(each for each in here.credit_entry.values() if each.client.endswith("client_ada"))
    assert (ada.description, ada.at) == ("Pass — Monthly Gym Pass", here.issued_pass["brgpass_ada_gym"].created_at)


def test_passes_begin_at_midnight_in_lagos_and_last_as_long_as_their_product():
    here = held(draw_world(0, EPOCH))
    ada, dayo, femi = (here.issued_pass[f"brgpass_{name}_gym"] for name in ("ada", "dayo", "femi"))

    assert ada.starts_at.isoformat() == "2026-02-22T23:00:00+00:00"
    assert ada.ends_at.isoformat() == "2026-03-22T23:00:00+00:00"
    assert dayo.ends_at < EPOCH
    assert [each.id for each in here.issued_pass.values() if each.is_cancelled] == [femi.id]


def test_one_token_is_good_and_one_is_over():
    here = held(draw_world(0, EPOCH))

    assert {each.id: (each.token, each.ends_at > EPOCH) for each in here.lookup.values()} == {
        "lkp_lara": (None, True),
        "lkp_kemi": ("lkpt_abc123", True),
        "lkp_stale": ("lkpt_stale", False),
    }
    assert here.lookup["lkp_kemi"].client == client_key("reseller_harbour", "client_kemi")


@given(seeds, mondays)
@some
def test_halima_has_more_bookings_than_a_page_and_each_is_of_another_instance(seed, epoch):
    here = held(draw_world(seed, epoch))
    drawn = [each for each in here.booking.values() if each.client == HALIMA]

    assert len({each.instance_id for each in drawn}) == len(drawn) == 24
    assert {each.status for each in drawn} == {Status.COMPLETED, Status.CONFIRMED}
    assert not {each["id"] for each in DOCUMENT["epoch"]["class_instances"]} & {each.instance_id for each in drawn}


@given(seeds, mondays)
@some
def test_a_class_is_given_once_a_day_at_most(seed, epoch):
    here = held(draw_world(seed, epoch))

    given = [(each.class_id, each.starts_at.astimezone(LAGOS).date()) for each in here.class_instance.values()]
    assert len(set(given)) == len(given)


def test_who_has_credits_from_nowhere_is_no_world():
    sample = FILES["02-issue-pass"]
    (client,) = sample["world"]["clients"]
    broken = {**sample, "world": {**sample["world"], "clients": [{**client, "credits": 3}]}}

    with pytest.raises(ValueError, match="client_ngozi has 3 credits from nowhere"):
        read_scenario("broken", broken)


# In a sandbox


@pytest.mark.parametrize("days", [0, 1_000])
def test_classes_are_given_and_booked_up_to_a_year_ahead_of_any_clock(open_world, days):
    world = open_world(clock=EPOCH + timedelta(days=days), epoch=EPOCH)
    today = EPOCH.date() + timedelta(days=days)
    issued = {"pass_id": "pass_all_year", "client_id": "client_nia", "first_name": "Nia", "last_name": "Eke"}
    pass_id = world.alpha.post("/issued_passes", issued).json()["id"]
    world.alpha.post(f"/issued_passes/{pass_id}/expiry", {"expires_at": 7_000_000_000_000})
    window = {"from": str(today + timedelta(days=340)), "to": str(today + timedelta(days=400))}

    for kind in ("sunrise_yoga", "reformer", "boxing", "deep_stretch"):
        first, *_, last = world.alpha.read(f"/classes/class_{kind}", **window)["instances"]

        assert today + timedelta(days=360) <= datetime.fromisoformat(last["date"]).date() <= today + timedelta(days=366)
        made = world.alpha.book_class("client_nia", pass_id, first["id"])
        assert (made.status_code, made.json().get("scheduled_for")) == (201, first["scheduled_for"])
        again = world.alpha.read(f"/classes/class_{kind}", **window)["instances"][0]
        assert (again["id"], again["spots_left"]) == (first["id"], first["spots_left"] - 1)
    assert {each["class_name"] for each in world.alpha.bookings("client_nia")} == {
        "Sunrise Yoga",
        "Reformer Pilates",
        "Boxing Basics",
        "Deep Stretch",
    }


@pytest.mark.parametrize(
    "instance_id",
    ["ci_boxing_20260303", "ci_boxing_20260313", "ci_boxing_20280306", "ci_boxing_2026030", "ci_aerial_silks_20260306"],
    ids=["another weekday", "one that is kept stands there", "too far ahead", "no day", "a class without a week"],
)
def test_what_no_week_has_is_no_class(alpha, instance_id):
    body = {"client_id": "client_ada", "user_pass_id": "brgpass_ada_gym", "class_instance_id": instance_id}

    assert said(alpha.post("/bookings/class", body)) == (404, "resource_not_found")


def test_a_lookup_waits_from_the_beginning_of_the_sandbox(open_world):
    world = open_world(clock=EPOCH + timedelta(days=4, hours=9))

    answer = world.alpha.post("/lookups/lkp_lara/verify", {"access_code": "246810"})

    assert answer.status_code == 200, answer.text


def test_ten_minutes_later_it_is_over(open_world):
    world = open_world(clock=EPOCH + timedelta(days=4, hours=9))

    world.wait(minutes=10)

    answer = world.alpha.post("/lookups/lkp_lara/verify", {"access_code": "246810"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "lookup_expired")


def test_time_completes_the_bookings_that_a_world_begins_with(world):
    world.go_to(10, "06:30")

    assert world.record("booking", "booking_ada0000000000001")["status"] == "completed"
    assert world.record("booking", "booking_ada0000000000005")["status"] == "confirmed"


@pytest.mark.parametrize("since_monday", [timedelta(0), timedelta(days=7, seconds=-1)], ids=["Monday", "Sunday"])
def test_what_is_known_to_be_ahead_is_so_the_whole_week_and_what_is_past_is_past(open_world, since_monday):
    world = open_world(clock=EPOCH + since_monday, epoch=None)
    world.alpha.post("/issued_passes/update", {"user_pass_id": "brgpass_bola_gym", "pass_id": "pass_all_year"})
    refused, kept = {}, set()

    for each in DOCUMENT["epoch"]["class_instances"]:
        answer = world.alpha.book_class("client_bola", "brgpass_bola_gym", each["id"])
        if answer.status_code != 201:
            refused[each["id"]] = said(answer)
        elif not world.alpha.cancel(answer.json()["booking_id"]).json()["refund"]["refunded"]:
            kept.add(each["id"])

    assert refused == {
        "ci_sunrise_full": (409, "class_full"),
        "ci_sunrise_past": (400, "validation_error"),
        "ci_boxing_past": (400, "validation_error"),
    }
    assert kept == ({"ci_sunrise_soon"} if since_monday else set())


@pytest.mark.parametrize("since_monday", [timedelta(0), timedelta(days=7, seconds=-1)], ids=["Monday", "Sunday"])
def test_the_bookings_of_ada_and_funke_are_what_they_are_the_whole_week(open_world, since_monday):
    world = open_world(clock=EPOCH + since_monday, epoch=None)

    ada = [each["status"] for each in world.alpha.bookings("client_ada")]
    (funke,) = world.alpha.bookings("client_funke")

    assert Counter(ada) == {"confirmed": 2, "cancelled": 1, "completed": 1, "rescheduled": 1}
    assert (funke["status"], funke["date"], funke["time"]) == ("confirmed", day(9), "10:00")


def test_the_clock_of_the_drawn_world_is_one_in_the_morning_in_lagos(world):
    shown = datetime.fromisoformat(world.control.get("/clock").json()["now"])

    assert shown == datetime.fromisoformat(at(0, "01:00"))


def test_nothing_was_debited_before_a_world_begins(world):
    assert world.kept("debit") == []
    assert world.debits() == []


@pytest.mark.parametrize(
    "wrong", [{"business_balance": -1}, {"business_balance": "1"}, {"acceptance_minutes": 1_441}, {"balance": 1}]
)
def test_a_setting_that_makes_no_sense_is_refused(app, wrong):
    answer = Client(app).post("/_sandbox/sandboxes", {"name": "wrong", "settings": {"bardge": wrong}})

    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("days", range(7))
def test_the_sample_works_on_every_day_of_the_week(app, open_world, days):
    now = EPOCH + timedelta(days=days, hours=22)
    world = open_world(clock=now)
    (api,) = app.apis
    sample = api.sample(now.date())

    answer = world.alpha.ask(sample.method, sample.path, sample.body)

    assert answer.status_code == 201, answer.text
