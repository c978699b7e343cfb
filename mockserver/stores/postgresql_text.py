"""Values as PostgreSQL reads them in a statement.

Statements are sent as text, many in one message, which takes half the work of a message each. So what is in them is quoted here and
nowhere else: text in which a quote is doubled (`standard_conforming_strings` is on), bytes as hexadecimal digits.
"""

from datetime import datetime

__all__ = ["bytes_", "moment", "text"]


def text(value: str) -> str:
    """Raises ValueError: PostgreSQL has no text with a NUL in it."""
    if "\x00" in value:
        raise ValueError(f"{value!r} cannot be kept: there is a NUL in it")
    return "'" + value.replace("'", "''") + "'"


def bytes_(value: bytes | None) -> str:
    return "NULL" if value is None else f"'\\x{value.hex()}'::bytea"


def moment(value: datetime) -> str:
    return f"'{value.isoformat()}'::timestamptz"
