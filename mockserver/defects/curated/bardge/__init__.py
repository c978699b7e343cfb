"""Bardge's."""

from mockserver.defects.curated.bardge import shown, subtle

__all__ = ["BUGS"]

BUGS = (*shown.BUGS, *subtle.BUGS)
