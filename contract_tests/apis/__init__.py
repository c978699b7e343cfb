"""What the kit knows of each API, written from the documents: one folder per API, the same file names in each.

scene      the API's steps, what a profile may say, what a request makes and how it is taken back
laws/      scripted tests by theme
model      what the documents say of its state, pure
machine    the state machine that plays model and target side by side
"""

import tomllib
from collections.abc import Mapping
from importlib import import_module
from importlib.resources import files
from importlib.util import find_spec

from contract_tests.apis.bundle import ApiKit

__all__ = ["kit_of", "unlocked"]


def kit_of(api: str) -> ApiKit | None:
    """None for an API of which only the document is known."""
    if not api.isidentifier() or find_spec(f"contract_tests.apis.{api}") is None:
        return None
    kit: ApiKit = import_module(f"contract_tests.apis.{api}").KIT
    return kit


def unlocked(api: str) -> Mapping[str, int]:
    """How many rules are not tested where a profile lacks a key, by its name."""
    said: Mapping[str, Mapping[str, int]] = tomllib.loads(files(__name__).joinpath("unlocked.toml").read_text("utf-8"))
    return said.get(api, {})
