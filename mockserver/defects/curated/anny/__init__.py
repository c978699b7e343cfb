"""anny's."""

from mockserver.defects.curated.anny import clients, shown, subtle

__all__ = ["BUGS"]

BUGS = (*shown.BUGS, *subtle.BUGS, *clients.BUGS)
