"""How many examples a property is shown."""

from hypothesis import settings

__all__ = ["examples"]

_ALL = 100


def examples(often: int, *, dear: int = 1) -> settings:
    """*often* at full length; otherwise the part of it that the profile in use takes (see `conftest.py`), and of *dear*
    ones so many times fewer.
    """
    assert settings.default is not None
    part = settings.default.max_examples / _ALL
    return settings(max_examples=often if part >= 1 else max(1, int(often * part / dear)))
