"""Which of several media types a client would rather have, by its Accept header (RFC 9110, section 12.5.1)."""

import re
from functools import lru_cache

__all__ = ["preferred"]

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"?')
"""A quoted value; one that is never closed reaches to the end, so that no text is read twice."""

_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?", re.ASCII)


@lru_cache(maxsize=256)
def preferred(accept: str, offered: tuple[str, ...]) -> str:
    """The one of *offered* that *accept* rates highest; the first of them where it makes no difference or likes none.

    Between two of one quality, the one that is named goes before the one that a wildcard lets in: who sends
    `application/json, */*` means JSON. Assumed: RFC 9110 leaves it to the server.
    """
    if accept in offered:
        return accept
    ranges = _ranges(accept)
    return max(offered, key=lambda media_type: _rating(media_type, ranges))


def _ranges(accept: str) -> dict[str, float]:
    """Media ranges and their qualities. Parameters such as JSON:API's `ext` and `profile` do not tell ranges apart."""
    ranges: dict[str, float] = {}
    for part in _QUOTED.sub("", accept.lower()).split(","):
        name, *parameters = [each.strip() for each in part.split(";")]
        told = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        # What cannot be read counts for nothing.
        if _QUALITY.fullmatch(told):
            ranges[name] = max(float(told), ranges.get(name, 0.0))
    return ranges


def _rating(media_type: str, ranges: dict[str, float]) -> tuple[float, int]:
    """The quality, by the range that fits most closely, and how closely it fits."""
    kind = media_type.partition("/")[0]
    for closeness, name in ((2, media_type), (1, f"{kind}/*"), (0, "*/*")):
        if name in ranges:
            return (ranges[name], closeness) if ranges[name] else (0.0, 0)
    return 0.0, 0
