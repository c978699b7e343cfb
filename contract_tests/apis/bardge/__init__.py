"""Bardge, as its documents say it."""

from contract_tests.apis.bardge import laws, machine
from contract_tests.apis.bardge.scene import BardgeScene
from contract_tests.apis.bundle import ApiKit
from contract_tests.results import Move, StateChart

__all__ = ["KIT"]

_BOOKING = StateChart(
    name="booking",
    states=("pending", "confirmed", "completed", "cancelled", "rescheduled"),
    moves=(
        Move("pending", "the venue accepts", "confirmed", "BG-L10"),
        Move("confirmed", "its time comes", "completed", "BG-L11"),
        Move("pending", "cancel", "cancelled", "BG-L30"),
        Move("confirmed", "cancel", "cancelled", "BG-L20"),
        Move("confirmed", "reschedule", "rescheduled", "BG-M01"),
    ),
)

KIT = ApiKit(
    api="bardge",
    scene=BardgeScene,
    laws=laws.ALL,
    machine=machine.BardgeMachine,
    state_charts=(_BOOKING,),
)
