"""How many examples a property is shown."""

from hypothesis import settings

__all__ = ["examples"]


def examples(often: int) -> settings:
    """*often* at full length, and as large a part of that as the profile in use takes; see `conftest.py`."""
    return settings(max_examples=max(1, often * settings.default.max_examples // 100))
