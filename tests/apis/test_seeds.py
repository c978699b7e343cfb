"""The worlds that seeds draw, whichever API they are of: their bytes."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import API_NAMES

EPOCH = datetime(2026, 3, 2, tzinfo=UTC)
GOLDEN = {
    ("reservekit", 0): "155c9137beae4b659123ee317d8b9140e34bbe14a1385fc690f38f4633cf93ae",
    ("reservekit", 7): "d150dd3b7626e9fc7afd00a03e96ceb46b3e7d2cc4b4cb72056e3ce6dbec2cc7",
    ("appointments", 0): "996aecdd6c64fa9c1faf05f6637a0a06ab7e0935a301fb80ee3aa6473d481876",
    ("appointments", 7): "30a3370337209823584fafd3e0bacce1ad8ad27e51a9f4a41cca18833fb94bbc",
    ("anny", 0): "15ddda0fac11a101b621d0ee9907743c199b20efbe198fe5af46bbf65a67bd19",
    ("anny", 7): "f4afddf0aa5eba14fa5ea0a8d4b11b4be41cfe366377fc7a9b4eb10d158790fa",
    ("bardge", 0): "26e3ccc6cc3452a505a9d897eb5808bdc8afbebf3e7e9520a0deacb093e6bacb",
    ("bardge", 7): "ef02b6917ec58137c240bc01ee235b65e34e0343ebbf09b9e284396f33461bcf",
}
"""When one of these changes, so does the API's `SEED_VERSION`: durable sandboxes stand on the bytes of their seed."""

seeds = st.integers(0, 2**63)
mondays = st.integers(-300, 500).map(lambda weeks: EPOCH + timedelta(weeks=weeks))


def digest(api, seed, epoch=EPOCH):
    return import_module(f"mockserver.apis.{api}.seed").draw_world(seed, epoch).digest()


@pytest.mark.parametrize(("api", "seed"), GOLDEN)
def test_a_seed_draws_the_same_bytes_on_every_machine(api, seed):
    assert digest(api, seed) == GOLDEN[api, seed]


@pytest.mark.parametrize("api", API_NAMES)
@given(seeds, mondays)
@examples(15)
def test_a_seed_draws_the_same_bytes_again(api, seed, epoch):
    assert digest(api, seed, epoch) == digest(api, seed, epoch)


@pytest.mark.parametrize("api", API_NAMES)
@given(seeds, seeds)
@examples(15)
def test_different_seeds_draw_different_worlds(api, one, other):
    assert (digest(api, one) == digest(api, other)) == (one == other)
