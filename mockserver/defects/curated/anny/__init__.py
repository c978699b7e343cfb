"""anny's."""

from mockserver.defects.curated.anny import shown, subtle

__all__ = ["BUGS"]

BUGS = (*shown.BUGS, *subtle.BUGS)
