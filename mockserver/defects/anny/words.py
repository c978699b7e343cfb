"""Words that several bugs of anny share: whom tokens stand for, what a refusal looks like."""

from typing import Any

from mockserver.defects.planting import Request

__all__ = ["ADMIN", "JANE", "JSON_API", "error", "without_token"]

ADMIN = "Bearer anny_admin"
JANE = "Bearer anny_customer_jane"
JSON_API = "application/vnd.api+json"


def error(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    """The body of a refusal."""
    title = code.replace("_", " ").capitalize()
    return {"errors": [{"status": str(status), "code": code, "title": title, "detail": detail, **more}]}


def without_token(request: Request) -> bool:
    return "authorization" not in request.headers
