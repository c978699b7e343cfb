"""ReserveKit, as its documents say it."""

from contract_tests.apis.bundle import ApiKit
from contract_tests.apis.reservekit import laws, machine
from contract_tests.apis.reservekit.scene import ReserveKitScene
from contract_tests.results import Move, StateChart

__all__ = ["KIT"]

_BOOKING = StateChart(
    name="booking",
    states=("pending", "confirmed", "cancelled", "deleted"),
    moves=(
        Move("pending", "confirm", "confirmed", "RK-L01"),
        Move("pending", "cancel", "cancelled", "RK-L02"),
        Move("confirmed", "cancel", "cancelled", "RK-L03"),
        Move("pending", "delete", "deleted", "RK-D01"),
        Move("confirmed", "delete", "deleted", "RK-D03"),
        Move("cancelled", "delete", "deleted", "RK-D03"),
    ),
)

KIT = ApiKit(
    api="reservekit",
    scene=ReserveKitScene,
    laws=laws.ALL,
    machine=machine.ReserveKitMachine,
    state_charts=(_BOOKING,),
)
