"""anny, as its documents say it."""

from contract_tests.apis.anny import laws, machine
from contract_tests.apis.anny.scene import AnnyScene
from contract_tests.apis.bundle import ApiKit
from contract_tests.results import Move, StateChart

__all__ = ["KIT"]

_BOOKING = StateChart(
    name="booking",
    states=("reserved", "requested", "accepted", "rejected", "canceled", "expired", "gone"),
    moves=(
        Move("reserved", "submit", "accepted", "AN-C06"),
        Move("reserved", "submit, to be approved", "requested", "AN-C07"),
        Move("reserved", "hold ends", "gone", "AN-C03"),
        Move("reserved", "empty the cart", "gone", "AN-C17"),
        Move("requested", "accept", "accepted", "AN-S11"),
        Move("requested", "reject", "rejected", "AN-S12"),
        Move("requested", "cancel", "canceled", "AN-X01"),
        Move("accepted", "edit", "accepted", "AN-R01"),
        Move("accepted", "cancel", "canceled", "AN-X01"),
        Move("accepted", "nobody checks in", "expired", "AN-S02"),
    ),
)

_INVITATION = StateChart(
    name="invitation",
    states=("invited", "accepted", "removed"),
    moves=(
        Move("invited", "accept", "accepted", "AN-I01"),
        Move("invited", "reject", "removed", "AN-I08"),
        Move("invited", "not named any more", "removed", "AN-G04"),
        Move("accepted", "not named any more", "removed", "AN-G04"),
    ),
)

KIT = ApiKit(
    api="anny",
    scene=AnnyScene,
    laws=laws.ALL,
    machine=machine.AnnyMachine,
    state_charts=(_BOOKING, _INVITATION),
)
