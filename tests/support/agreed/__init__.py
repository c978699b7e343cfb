"""What was agreed about each API, and no document of its own can say."""

from agreed import anny, appointments, bardge, reservekit
from agreed.facts import Facts

__all__ = ["FACTS", "Facts"]

FACTS = {
    "reservekit": reservekit.FACTS,
    "appointments": appointments.FACTS,
    "anny": anny.FACTS,
    "bardge": bardge.FACTS,
}
