"""Those of appointments."""

from mockserver.defects.curated.appointments import shown, subtle

__all__ = ["BUGS"]

BUGS = (*shown.BUGS, *subtle.BUGS)
