"""Which keys of a profile a test asks for, seen while it is played: what `contract_tests/apis/unlocked.toml` counts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from contract_tests.apis.bundle import ApiKit
from contract_tests.apis.reservekit.scene import ReserveKitScene
from contract_tests.contracts import Contract
from contract_tests.profiles import COMMON_KEYS, Profile
from contract_tests.scenes.scene import MAIN, Scene
from contract_tests.scenes.worlds import Clock
from contract_tests.suites.scripted import Stage, play

__all__ = ["unlocked"]


def unlocked(stage: Stage, kit: ApiKit, contract: Contract) -> dict[str, int]:
    """Of each key the number of rules of which every test asks for it, so that none is tested without; no zeros."""
    asked = {law.name: _asked(stage, law) for law in kit.laws}
    of_rules = {rule.id: [asked[law.name] for law in kit.laws if rule.id in law.rules] for rule in contract.rules}
    counts = {
        key.name: sum(bool(tests) and all(key.name in test for test in tests) for tests in of_rules.values())
        for key in (*COMMON_KEYS, *kit.scene.KEYS)
    }
    return {name: number for name, number in counts.items() if number and name != f"identities.{MAIN}"}


def _asked(stage: Stage, law: Any) -> set[str]:
    asked: set[str] = set()
    with _heard(asked.add):
        assert play(stage, law).outcome == "pass", law.name
    return asked


@contextmanager
def _heard(ask: Callable[[str], None]) -> Iterator[None]:
    """Also what our own sandbox is told beside the API: a deployment needs a line for it."""
    clock = vars(Scene)["clock"].fget

    def read_clock(scene: Scene) -> Clock:
        ask("clock.advance_url")
        return clock(scene)  # type: ignore[no-any-return]  # the property's own

    def tell(kind: type, name: str, keys: Callable[..., list[str]]) -> None:
        usual = getattr(kind, name)

        def told(*arguments: Any, **options: Any) -> Any:
            for key in keys(*arguments, **options):
                ask(key)
            return usual(*arguments, **options)

        patch.setattr(kind, name, told)

    with pytest.MonkeyPatch.context() as patch:
        tell(Profile, "want", lambda _, name, why, *beside: [name, *beside])
        tell(Scene, "_identity", lambda _, by: [f"identities.{by}"] if by else [])
        tell(ReserveKitScene, "_limit", lambda _, key, *more: [key])
        tell(ReserveKitScene, "subscribe", lambda *_, **only: ["webhooks.subscribe_url"])
        patch.setattr(Scene, "clock", property(read_clock))
        yield
