"""A log for machines: one JSON object a line, one line a request, and one for whatever else is said.

No path, query, header or body is in it: some have secrets in them. The journal has all of them, and finds a request by its id.
"""

import logging
from datetime import UTC, datetime
from typing import Any

import msgspec

from mockserver.instruments.gate import Seen

__all__ = ["JsonLines", "RequestLog", "log_as_json"]

_LOG = logging.getLogger("mockserver.answers")
_PLAIN = "mockserver.requests"
"""Who writes a line a request for people."""


class RequestLog:
    def see(self, seen: Seen) -> None:
        fields = {
            "sandbox": seen.sandbox or None,
            "api": seen.api,
            "operation": seen.operation or None,
            "method": seen.method,
            "status": seen.status,
            "refusal": seen.refusal or None,
            "milliseconds": round(seen.took_ns / 1e6, 3),
            "request_id": seen.request_id,
        }
        _LOG.info("request", extra={"fields": fields, "began_at": seen.began_ns / 1e9})


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(getattr(record, "began_at", record.created), UTC)
        said: dict[str, Any] = {"time": at.isoformat(timespec="milliseconds"), "level": record.levelname.lower()}
        fields: dict[str, Any] | None = getattr(record, "fields", None)
        said |= {"message": record.getMessage()} if fields is None else fields
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(said).decode()


def log_as_json() -> None:
    """Whatever this process says on stderr from now on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger(_PLAIN).setLevel(logging.WARNING)
