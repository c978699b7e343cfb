from datetime import UTC, datetime, timedelta

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from mockserver.booking.errors import AlreadyBooked, CapacityRefused, NoPlacesLeft, NotFound
from mockserver.booking.ledger import Claim, ClaimKind, Ledger, Pool, Seat
from mockserver.booking.spans import Span
from mockserver.sandbox.merging import Level, MergedRecords, Seed
from mockserver.stores.memory import MemoryStore

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
CLAIMS = ClaimKind("toy.claim")
CLASS = Pool("class", 3)
DESK = Pool("desk", 2)
ROOM = Pool("room", 1)


def claims_over(*seeded):
    with MemoryStore().writing() as session:
        changes = session.changes(session.new_layer())
    return MergedRecords(Level(Seed([(CLAIMS.kind, claim) for claim in seeded], {}), changes), CLAIMS.kind)


def ledger_over(*seeded):
    return Ledger(CLAIMS, claims_over(*seeded))


@pytest.fixture
def ledger():
    return ledger_over()


def at(hour, minute=0):
    return MONDAY + timedelta(hours=hour, minutes=minute)


def from_to(start, end):
    return Span(at(start), at(end))


def place(places=1, party=None, pool=CLASS):
    return (pool, Seat(pool.id, places, party))


def stay(start, end, places=1, pool=DESK):
    return (pool, Seat(pool.id, places, None, at(start), at(end)))


# Places without a time


def test_places_are_taken_and_given_back(ledger):
    ledger.take("ann", [place(2)])
    assert ledger.places_left(CLASS) == 1

    ledger.give_back("ann")
    assert ledger.places_left(CLASS) == 3
    assert ledger.holds("ann") is None


def test_a_full_pool_is_refused_with_what_is_left(ledger):
    ledger.take("ann", [place(2)])

    with pytest.raises(NoPlacesLeft) as refused:
        ledger.take("bob", [place(2)])

    assert (refused.value.pool, refused.value.asked, refused.value.left) == ("class", 2, 1)
    assert ledger.holds("bob") is None
    assert ledger.places_left(CLASS) == 1


def test_places_of_the_seed_count(ledger):
    ledger = ledger_over(Claim(1, (Seat("class", 2),)), Claim(2, (Seat("class"),)))

    with pytest.raises(NoPlacesLeft):
        ledger.take(3, [place()])

    ledger.give_back(1)
    ledger.take(3, [place(2)])


def test_an_overfull_pool_has_no_places_left(ledger):
    ledger.take("ann", [place(3)])
    smaller = Pool("class", 1)

    assert ledger.places_left(smaller) == 0
    with pytest.raises(NoPlacesLeft) as refused:
        ledger.take("bob", [place(pool=smaller)])
    assert refused.value.left == 0


def test_all_seats_are_taken_or_none(ledger):
    ledger.take("ann", [place(3)])

    with pytest.raises(NoPlacesLeft):
        ledger.take("bob", [stay(9, 10), place()])

    assert ledger.places_left(DESK, from_to(9, 10)) == 2


@pytest.mark.parametrize("same", [True, False])
def test_seats_of_one_claim_do_not_share_a_place(ledger, same):
    one = place(2)
    other = one if same else (CLASS, Seat("class", 2))

    with pytest.raises(NoPlacesLeft):
        ledger.take("ann", [one, other])

    assert ledger.holds("ann") is None


def test_a_holder_who_takes_again_moves(ledger):
    ledger.take("ann", [place(3)])

    ledger.take("ann", [place(2)])
    assert ledger.places_left(CLASS) == 1

    ledger.take("ann", [stay(9, 10)])
    assert ledger.places_left(CLASS) == 3


def test_a_move_that_is_refused_leaves_the_holder_where_it_was(ledger):
    ledger.take("bob", [stay(9, 10, places=2)])
    ledger.take("ann", [place(3)])

    with pytest.raises(NoPlacesLeft):
        ledger.take("ann", [stay(9, 10)])

    assert ledger.holds("ann").seats == (Seat("class", 3),)
    assert ledger.places_left(CLASS) == 0


# Parties


def test_a_party_is_not_there_twice(ledger):
    ledger.take(1, [place(party="ann")])

    with pytest.raises(AlreadyBooked) as refused:
        ledger.take(2, [place(party="ann")])

    assert (refused.value.pool, refused.value.party) == ("class", "ann")
    assert ledger.places_left(CLASS) == 2


def test_a_party_is_there_until_its_place_is_given_back(ledger):
    ledger.take("first", [place(party="ann")])

    assert ledger.is_there(CLASS, "ann")
    assert not ledger.is_there(CLASS, "bob")
    assert not ledger.is_there(DESK, "ann")

    ledger.give_back("first")
    assert not ledger.is_there(CLASS, "ann")


def test_nobody_in_particular_may_be_there_many_times(ledger):
    ledger.take(1, [place(), place()])
    ledger.take(2, [place()])

    assert ledger.places_left(CLASS) == 0


def test_a_holder_may_take_again_for_the_same_party(ledger):
    ledger.take(1, [place(party="ann")])

    ledger.take(1, [place(2, party="ann")])

    assert ledger.places_left(CLASS) == 1


def test_too_few_places_are_noticed_before_a_party_that_is_there(ledger):
    ledger.take(1, [place(3, party="ann")])

    with pytest.raises(NoPlacesLeft):
        ledger.take(2, [place(party="ann")])


def test_a_party_may_be_in_two_pools(ledger):
    other = Pool("other class", 1)
    ledger.take(1, [place(party="ann"), place(party="ann", pool=other)])

    with pytest.raises(AlreadyBooked):
        ledger.take(2, [place(party="ann")])


def test_names_of_pools_and_parties_do_not_run_together(ledger):
    ledger.take(1, [place(party="ann", pool=Pool("a", 9))])

    ledger.take(2, [place(party="nann", pool=Pool("a", 9))])
    ledger.take(3, [place(party="ann", pool=Pool("aa", 9))])


def test_a_renamed_holder_frees_its_former_party(ledger):
    ledger.take(1, [place(party="ann")])

    ledger.rename(1, "bob")

    ledger.take(2, [place(party="ann")])
    with pytest.raises(AlreadyBooked):
        ledger.take(3, [place(party="bob")])
    assert ledger.holds(1) == Claim(1, (Seat("class", 1, "bob"),))


def test_a_holder_can_be_renamed_to_nobody(ledger):
    ledger.take(1, [place(party="ann")])

    ledger.rename(1, None)

    ledger.take(2, [place(party="ann")])


# Holds


def test_a_hold_counts_until_it_is_given_back(ledger):
    ledger.take(1, [place(3)], expires_at=at(9))
    assert ledger.places_left(CLASS) == 0
    assert ledger.holds(1).expires_at == at(9)

    ledger.give_back(1)
    assert ledger.places_left(CLASS) == 3


def test_a_hold_that_is_kept_does_not_run_out(ledger):
    ledger.take(1, [place(3, party="ann")], expires_at=at(9))

    ledger.keep(1)

    assert ledger.holds(1) == Claim(1, (Seat("class", 3, "ann"),), None)
    assert ledger.places_left(CLASS) == 0


@pytest.mark.parametrize("act", [Ledger.keep, Ledger.give_back, lambda ledger, holder: ledger.rename(holder, "ann")])
def test_there_is_nothing_to_do_for_a_holder_without_a_claim(ledger, act):
    with pytest.raises(NotFound):
        act(ledger, "nobody")


# Places at a time


def test_touching_stays_share_a_place(ledger):
    ledger.take(1, [stay(9, 10, places=2)])
    ledger.take(2, [stay(10, 11, places=2)])

    assert ledger.places_left(DESK, from_to(9, 11)) == 0
    assert ledger.places_left(DESK, from_to(8, 9)) == 2


def test_stays_one_after_the_other_take_one_place_of_a_longer_one(ledger):
    ledger.take(1, [stay(9, 10)])
    ledger.take(2, [stay(10, 11)])
    ledger.take(3, [stay(11, 12)])

    assert ledger.places_left(DESK, from_to(9, 12)) == 1
    ledger.take(4, [stay(9, 12)])
    with pytest.raises(NoPlacesLeft):
        ledger.take(5, [stay(10, 11)])


def test_a_claim_with_several_stays_counts_each_of_them_once(ledger):
    ledger.take(1, [stay(9, 10), stay(11, 12)])

    assert ledger.places_left(DESK, from_to(9, 12)) == 1
    ledger.take(2, [stay(9, 12)])


def test_stays_of_one_claim_count_at_their_busiest_moment(ledger):
    ledger.take(1, [stay(9, 11), stay(9, 10), stay(10, 11)])

    assert ledger.places_left(DESK, from_to(9, 11)) == 0
    with pytest.raises(NoPlacesLeft):
        ledger.take(1, [stay(9, 11), stay(9, 10), stay(9, 11)])


def test_a_stay_moves_over_its_own_former_time(ledger):
    ledger.take(1, [stay(9, 11, places=2)])

    ledger.take(1, [stay(10, 12, places=2)])

    assert ledger.places_left(DESK, from_to(9, 10)) == 2


def days(n):
    return timedelta(days=n)


def test_the_longest_stay_is_still_seen_at_its_end(ledger):
    ledger.take(1, [stay(0, 366 * 24, places=2)])

    assert ledger.places_left(DESK, Span(MONDAY + days(366) - timedelta(minutes=1), MONDAY + days(400))) == 0
    assert ledger.places_left(DESK, Span(MONDAY + days(366), MONDAY + days(400))) == 2


def test_a_stay_of_more_than_a_year_is_a_mistake_and_takes_nothing(ledger):
    with pytest.raises(ValueError, match="desk has seats of at most 366 days"):
        ledger.take(1, [stay(9, 10), stay(0, 366 * 24 + 1)])

    assert ledger.holds(1) is None


@pytest.mark.parametrize(
    ("start", "end"),
    [(22, 26), (20, 24), (24, 28), (24, 48), (20, 100)],
    ids=["over", "to", "from", "whole", "several"],
)
def test_a_stay_is_seen_on_every_day_it_touches_and_on_no_other(ledger, start, end):
    ledger.take(1, [stay(start, end, places=2)])

    for hour in range(120):
        free = 0 if start <= hour < end else 2
        assert ledger.places_left(DESK, from_to(hour, hour + 1)) == free
        if free:
            ledger.take(2, [stay(hour, hour + 1)])
        else:
            with pytest.raises(NoPlacesLeft):
                ledger.take(2, [stay(hour, hour + 1)])


def test_a_stay_from_before_1970_counts_like_any_other(ledger):
    moonday = datetime(1969, 7, 20, 20, tzinfo=UTC)
    eagle = Seat("room", starts_at=moonday, ends_at=moonday + timedelta(hours=21))

    ledger.take(1, [(ROOM, eagle)])

    assert ledger.taken(ROOM, Span(moonday + timedelta(hours=20), moonday + days(1))) == [eagle.span]
    assert ledger.places_left(ROOM, Span(moonday - days(1), moonday)) == 1


def test_a_stay_that_is_given_back_leaves_no_day_behind(ledger):
    ledger.take(1, [stay(20, 100, places=2), stay(110, 120)])

    ledger.give_back(1)

    assert ledger.places_left(DESK, from_to(0, 200)) == 2
    ledger.take(2, [stay(0, 200, places=2)])


def test_a_question_reads_only_the_days_it_is_about():
    claims = claims_over()
    read: list[int] = []

    class Watched:
        def __getattr__(self, name):
            return getattr(claims, name)

        def between(self, index, group, low, high):
            found = claims.between(index, group, low, high)
            read.extend(claim.id for claim in found)
            return found

    ledger = Ledger(CLAIMS, Watched())
    for day in range(100):
        ledger.take(day, [stay(day * 24, day * 24 + 24)])
    ledger.take(1000, [stay(0, 2400)])
    read.clear()

    assert ledger.places_left(DESK, from_to(24 * 50, 24 * 51)) == 0
    assert sorted(read) == [50, 1000]


# When it is taken


def test_what_is_taken_is_listed_whole_and_in_order(ledger):
    ledger.take(1, [stay(30, 31), stay(9, 11)])
    ledger.take(2, [stay(10, 60), stay(12, 13, pool=ROOM)])
    ledger.take(3, [stay(40, 41)])

    assert ledger.taken(DESK, from_to(10, 31)) == [from_to(9, 11), from_to(10, 60), from_to(30, 31)]
    assert ledger.taken(DESK, from_to(11, 30)) == [from_to(10, 60)]
    assert ledger.taken(ROOM, from_to(0, 99)) == [from_to(12, 13)]


def test_what_one_holder_has_taken_can_be_left_out(ledger):
    ledger.take(1, [stay(9, 10), stay(11, 12)])
    ledger.take(2, [stay(9, 12)])

    assert ledger.taken(DESK, from_to(0, 24), without=1) == [from_to(9, 12)]
    assert ledger.taken(DESK, from_to(0, 24), without="nobody") == [from_to(9, 10), from_to(9, 12), from_to(11, 12)]


def test_the_places_that_are_left_can_leave_out_what_one_holder_has(ledger):
    ledger.take("ann", [stay(9, 10)])
    ledger.take("bob", [stay(9, 10)])

    assert ledger.places_left(DESK, from_to(9, 10)) == 0
    assert ledger.places_left(DESK, from_to(9, 10), without="bob") == 1
    assert ledger.places_left(DESK, from_to(9, 10), without="cid") == 0


def test_seats_of_the_same_time_are_listed_one_by_one(ledger):
    ledger.take(1, [stay(9, 10), stay(9, 10)])

    assert ledger.taken(DESK, from_to(9, 10)) == [from_to(9, 10)] * 2


# Margins


def hours(n):
    return timedelta(hours=n)


@pytest.mark.parametrize(("start", "end"), [(6, 8), (12, 14)])
def test_a_margin_is_kept_from_others_and_may_end_where_they_begin(ledger, start, end):
    ledger.take(1, [stay(9, 11, pool=ROOM)])

    with pytest.raises(NoPlacesLeft):
        ledger.take(2, [stay(start, end, pool=ROOM)], margin=hours(1) + timedelta.resolution)
    ledger.take(2, [stay(start, end, pool=ROOM)], margin=hours(1))


def test_a_margin_is_kept_over_midnight(ledger):
    ledger.take(1, [stay(20, 24, pool=ROOM)])

    with pytest.raises(NoPlacesLeft):
        ledger.take(2, [stay(25, 26, pool=ROOM)], margin=hours(2))


def test_a_margin_is_asked_for_and_not_kept(ledger):
    ledger.take(1, [stay(9, 10, pool=ROOM)], margin=hours(5))

    assert ledger.taken(ROOM, from_to(0, 24)) == [from_to(9, 10)]
    ledger.take(2, [stay(10, 11, pool=ROOM)])


def test_the_seats_of_one_claim_touch_whatever_the_margin(ledger):
    ledger.take(1, [stay(9, 10, pool=ROOM), stay(10, 11, pool=ROOM), stay(11, 12, pool=ROOM)], margin=hours(1))

    ledger.take(1, [stay(10, 11, pool=ROOM), stay(11, 12, pool=ROOM)], margin=hours(1))


def test_others_may_be_in_the_other_place_within_the_margin(ledger):
    ledger.take(1, [stay(10, 11)])

    with pytest.raises(NoPlacesLeft):
        ledger.take(2, [stay(9, 10, places=2)], margin=hours(1))
    ledger.take(2, [stay(9, 10), stay(11, 12)], margin=hours(1))


def test_seats_at_the_same_time_keep_the_margin_together(ledger):
    ledger.take(1, [stay(11, 12)])

    ledger.take(2, [stay(9, 10)], margin=hours(2))
    with pytest.raises(NoPlacesLeft) as refused:
        ledger.take(2, [stay(9, 10), stay(9, 10)], margin=hours(2))
    assert refused.value.left == 0


def test_a_margin_is_kept_where_the_seats_are_together_and_not_where_they_are_alone(ledger):
    ledger.take(1, [stay(12, 13)])

    ledger.take(2, [stay(9, 13), stay(9, 10)], margin=hours(1))


def test_a_margin_says_nothing_about_places_without_a_time(ledger):
    ledger.take(1, [place(2), stay(9, 10)])

    ledger.take(2, [place(1), stay(10, 11)], margin=hours(1))


def test_a_negative_margin_is_a_mistake(ledger):
    with pytest.raises(ValueError, match="not negative"):
        ledger.take(1, [stay(9, 10)], margin=hours(-1))


# At the edges


def test_one_may_ask_about_a_longer_time_than_any_stay(ledger):
    ledger.take(1, [stay(20, 21)])

    assert ledger.places_left(DESK, from_to(0, 48)) == 1


@pytest.mark.parametrize("microsecond", [1, 3, 7, 999_999])
def test_a_stay_that_overlaps_by_a_microsecond_is_refused(microsecond):
    """A moment as a float of seconds is off by one microsecond here and there."""
    moment = datetime(2026, 3, 2, 8, 0, 0, microsecond, tzinfo=UTC)
    hour, tick = timedelta(hours=1), timedelta(microseconds=1)

    def stay_from(start):
        return [(ROOM, Seat("room", starts_at=start, ends_at=start + hour))]

    for start in (moment - hour + tick, moment + hour - tick):
        ledger = ledger_over()
        ledger.take(1, stay_from(moment))
        with pytest.raises(NoPlacesLeft):
            ledger.take(2, stay_from(start))
    ledger.take(2, stay_from(moment + hour))
    ledger.take(3, stay_from(moment - hour))


# Whatever happens

PARTIES = [None, "ann", "bob", "cid"]
HOURS = st.integers(18, 27)  # around midnight
MARGINS = st.sampled_from([0, 0, 1, 2])
POOLS = {pool.id: pool for pool in (Pool("one", 1), Pool("few", 4), Pool("desk", 2), Pool("hall", 5))}
TIMED = ("desk", "hall")

plain_seats = st.builds(Seat, st.sampled_from(["one", "few"]), st.integers(1, 3), st.sampled_from(PARTIES))
timed_seats = st.tuples(
    st.sampled_from(TIMED),
    st.integers(1, 3),
    HOURS,
    st.sampled_from([1, 1, 2, 3, 4, 6, 24, 30, 50]),
).map(lambda drawn: Seat(*drawn[:2], None, at(drawn[2]), at(drawn[2] + drawn[3])))
seats = st.lists(plain_seats | timed_seats, min_size=1, max_size=3)
holders = st.integers(1, 6)
steps = st.one_of(
    st.tuples(st.just("take"), holders, st.tuples(seats, MARGINS)),
    st.tuples(st.just("take"), holders, st.tuples(seats, MARGINS)),
    st.tuples(st.just("give_back"), holders, st.none()),
    st.tuples(st.just("keep"), holders, st.none()),
    st.tuples(st.just("rename"), holders, st.sampled_from(PARTIES)),
)


def busiest(pool, taken, span):
    """Places taken at the busiest moment, hour by hour; all hours here are whole."""
    if span is None:
        return sum(seat.places for seat in taken if seat.pool == pool)
    moment, most = span.starts_at, 0
    while moment < span.ends_at:
        now = [seat for seat in taken if seat.pool == pool and seat.starts_at <= moment < seat.ends_at]
        most = max(most, sum(seat.places for seat in now))
        moment += timedelta(hours=1)
    return most


def has_room(seat, wanted, others, margin):
    """Whether at each hour of a seat all that is wanted fits beside what others have until a margin before and after."""
    if seat.span is None:
        return busiest(seat.pool, [*others, *wanted], None) <= POOLS[seat.pool].capacity
    moment, free = seat.starts_at, True
    while moment < seat.ends_at:
        hour = Span(moment, moment + hours(1))
        own = busiest(seat.pool, wanted, hour)
        theirs = busiest(seat.pool, others, hour.widen(hours(margin), hours(margin)))
        free = free and own + theirs <= POOLS[seat.pool].capacity
        moment += hours(1)
    return free


def refusal_of(model, holder, wanted, margin):
    """What a clerk with a wall calendar would say."""
    others = [seat for key, held in model.items() if key != holder for seat in held]
    if not all(has_room(seat, wanted, others, margin) for seat in wanted):
        return NoPlacesLeft
    there = {(seat.pool, seat.party) for seat in others}
    if any((seat.pool, seat.party) in there for seat in wanted if seat.party is not None):
        return AlreadyBooked
    return None


def do(ledger, step):
    what, holder, value = step
    if what == "take":
        wanted, margin = value
        ledger.take(holder, [(POOLS[seat.pool], seat) for seat in wanted], margin=hours(margin))
    elif what == "rename":
        ledger.rename(holder, value)
    else:
        getattr(ledger, what)(holder)


def every(claims):
    return [claim for holder in range(1, 7) if (claim := claims.find(holder)) is not None]


@given(st.lists(steps, max_size=25))
@examples(200)
def test_no_pool_is_ever_oversold_and_the_ledger_agrees_with_a_calendar(history):
    claims = claims_over()
    ledger = Ledger(CLAIMS, claims)
    model: dict[int, tuple[Seat, ...]] = {}

    for step in history:
        what, holder, value = step
        before = every(claims)
        known = None if holder in model else NotFound
        expected = refusal_of(model, holder, *value) if what == "take" else known
        if expected is None:
            do(ledger, step)
            if what == "take":
                model[holder] = tuple(value[0])
            elif what == "give_back":
                del model[holder]
            elif what == "rename":
                model[holder] = tuple(Seat(s.pool, s.places, value, s.starts_at, s.ends_at) for s in model[holder])
        else:
            with pytest.raises((CapacityRefused, NotFound)) as refused:
                do(ledger, step)
            assert refused.type is expected
            assert every(claims) == before

        taken = [seat for held in model.values() for seat in held]
        assert {claim.id: claim.seats for claim in every(claims)} == model
        for pool in POOLS.values():
            span = from_to(0, 80) if pool.id in TIMED else None
            assert busiest(pool.id, taken, span) <= pool.capacity
            asked_about = [from_to(23, 24), from_to(24, 25), from_to(20, 26), from_to(48, 72), span]
            for asked in asked_about if pool.id in TIMED else [None]:
                assert ledger.places_left(pool, asked) == pool.capacity - busiest(pool.id, taken, asked)
                if asked is not None:
                    stays = [seat.span for seat in taken if seat.pool == pool.id and seat.span is not None]
                    there = [each for each in stays if each.overlaps(asked)]
                    assert ledger.taken(pool, asked) == sorted(there, key=lambda each: (each.starts_at, each.ends_at))
