"""Appointments, as its documents say it."""

from contract_tests.apis.appointments import laws, machine
from contract_tests.apis.appointments.scene import AppointmentsScene
from contract_tests.apis.bundle import ApiKit
from contract_tests.results import Move, StateChart

__all__ = ["KIT"]

_BOOKING = StateChart(
    name="booking",
    states=("booked", "cancelled"),
    moves=(
        Move("booked", "the customer cancels in time", "cancelled", "AP-X01"),
        Move("booked", "the merchant cancels", "cancelled", "AP-D01"),
        Move("booked", "change", "booked", "AP-U01"),
    ),
)

_PARTICIPANT = StateChart(
    name="participant of a group",
    states=("takes part", "left"),
    moves=(
        Move("takes part", "leave", "left", "AP-X09"),
        Move("left", "join again", "takes part", "AP-J10"),
    ),
)

KIT = ApiKit(
    api="appointments",
    scene=AppointmentsScene,
    laws=laws.ALL,
    machine=machine.AppointmentsMachine,
    state_charts=(_BOOKING, _PARTICIPANT),
)
