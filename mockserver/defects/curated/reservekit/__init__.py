"""ReserveKit's."""

from mockserver.defects.curated.reservekit import shown, subtle

__all__ = ["BUGS"]

BUGS = (*shown.BUGS, *subtle.BUGS)
