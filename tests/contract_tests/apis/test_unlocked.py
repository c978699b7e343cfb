"""What `init` says of a key: how many rules are not tested without it."""

import tomllib
from pathlib import Path

import pytest
from unlocking import unlocked

import contract_tests.apis
from benchmarks.in_process import deployment
from contract_tests.apis import kit_of
from contract_tests.contracts import load_contract
from contract_tests.runs import staged
from mockserver.app import API_NAMES

FILE = Path(contract_tests.apis.__file__).with_name("unlocked.toml")


@pytest.mark.parametrize(
    "api", ["reservekit", *(pytest.param(api, marks=pytest.mark.nightly) for api in API_NAMES if api != "reservekit")]
)
def test_the_keys_unlock_as_many_rules_as_is_said(clean_sandbox, api):
    kit = kit_of(api)
    assert kit is not None
    with deployment(api, clean_sandbox(api)) as found, staged(found, seed=1) as stage:
        assert stage is not None
        numbers = unlocked(stage, kit, load_contract(api))

    assert tomllib.loads(FILE.read_text(encoding="utf-8"))[api] == numbers
