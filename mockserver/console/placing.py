"""Where things stand in a day: a class for each five minutes and for each length, for pages may not style an element."""

from datetime import datetime, timedelta
from functools import cache

__all__ = ["PER_HOUR", "column", "placing_css", "width"]

PER_HOUR = 12
_HOURS = 24
_NAME, _AN_HOUR = 178, 96
"""Pixels: of a row's name, and of an hour in which half of it can still be read."""

_FIVE_MINUTES = timedelta(minutes=5)


def column(begins: datetime, at: datetime) -> int:
    """How many times five minutes after *begins*; before it, 0."""
    return max(round((at - begins) / _FIVE_MINUTES), 0)


def width(starts: datetime, ends: datetime) -> int:
    return max(round((ends - starts) / _FIVE_MINUTES), 1)


@cache
def placing_css() -> str:
    """`c25` begins 25 times five minutes after the left edge, `w12` is an hour wide, `h13` a grid of 13 hours, `d13` a day of as many."""
    most = _HOURS * PER_HOUR
    places = (f".c{each}{{grid-column-start:{each + 1}}}" for each in range(most))
    widths = (f".w{each}{{grid-column-end:span {each}}}" for each in range(1, most + 1))
    grids = (
        f".h{each}{{grid-template-columns:repeat({each * PER_HOUR},minmax(0,1fr));--hour:calc(100%/{each})}}"
        f".hours{each}{{grid-template-columns:repeat({each},minmax(0,1fr))}}"
        for each in range(1, _HOURS + 1)
    )
    # On a phone a day is read from above, and no lane is wide.
    wide = "".join(f".d{each} .lane{{min-width:{_NAME + each * _AN_HOUR}px}}" for each in range(1, _HOURS + 1))
    return "".join((*places, *widths, *grids, f"@media (min-width:761px){{{wide}}}"))
