"""Documentation pages: an overview, Swagger UI per API, and each contract as JSON. All of it from the package."""

from collections.abc import Sequence
from typing import Any

import flask
from a2wsgi import WSGIMiddleware
from starlette.types import ASGIApp
from swagger_ui_bundle import swagger_ui_path
from werkzeug.exceptions import HTTPException

from mockserver.apis.bundle import Api

__all__ = ["build_pages"]


def build_pages(apis: Sequence[Api]) -> ASGIApp:
    """One Flask application with the pages of every API under that API's own prefix."""
    pages = flask.Flask("mockserver.console", static_folder=None)
    pages.json.sort_keys = False  # type: ignore[attr-defined]  # a contract reads in the order it was written

    @pages.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> flask.typing.ResponseReturnValue:
        return {"error": f"{error.name.lower()}: {flask.request.path}"}, error.code or 500

    @pages.get("/")
    def overview() -> str:
        return flask.render_template("overview.html", apis=apis)

    for api in apis:
        _add_api(pages, api)
    if all(api.prefix for api in apis):
        pages.add_url_rule("/docs", "docs", overview, strict_slashes=False)
    app: ASGIApp = WSGIMiddleware(pages)
    return app


def _add_api(pages: flask.Flask, api: Api) -> None:
    public = _public_spec(api)

    def contract() -> flask.Response:
        return flask.jsonify(public)

    def page() -> str:
        return flask.render_template("swagger.html", api=api)

    def asset(name: str) -> flask.Response:
        return flask.send_from_directory(swagger_ui_path, name, max_age=86_400)

    prefix = api.prefix
    pages.add_url_rule(f"{prefix}/openapi.json", f"{api.name}-contract", contract)
    pages.add_url_rule(f"{prefix}/docs", f"{api.name}-docs", page, strict_slashes=False)
    pages.add_url_rule(f"{prefix}/docs/<path:name>", f"{api.name}-asset", asset)


def _public_spec(api: Api) -> dict[str, Any]:
    """The contract with the address it is served at, so that a tool that reads it needs to be told nothing."""
    return {**api.spec, "servers": [{"url": api.prefix + api.base_path or "/"}]}
