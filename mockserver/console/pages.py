"""All pages: the console, Swagger UI per API, and each contract as JSON. All of it from the package.

Pages of documentation refer to what belongs to them by relative addresses, so they work behind `/~NAME/` too, where
everything they show leads into the sandbox NAME.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, cast

import flask
from a2wsgi import WSGIMiddleware
from starlette.types import ASGIApp
from swagger_ui_bundle import swagger_ui_path
from werkzeug.exceptions import HTTPException

from mockserver.apis.bundle import Api
from mockserver.apis.samples import key_of, sample_curl
from mockserver.console.examples import fitting
from mockserver.console.ports import Asking, Doorman
from mockserver.console.site import build_console
from mockserver.sandbox.sandbox import DEFAULT

__all__ = ["build_pages"]

_ASSETS = Path(__file__).parent / "assets"
_OURS = frozenset(path.name for path in _ASSETS.iterdir())
_ONLY_FROM_HERE = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'self'"
"""Swagger UI sets styles and draws its icons inline; scripts come from files, and nothing comes from elsewhere."""


def build_pages(apis: Sequence[Api], today_in: Callable[[str], date], within: Asking, door: Doorman) -> ASGIApp:
    """One Flask application with the console, and the pages of every API under that API's own prefix; see
    `pages_on_demand`.
    """
    pages = flask.Flask("mockserver.console", static_folder=None)
    pages.url_map.merge_slashes = False  # else `//docs` is a redirect, to whatever host was asked for
    pages.json.sort_keys = False  # type: ignore[attr-defined]  # a contract reads in the order it was written
    pages.jinja_env.trim_blocks = pages.jinja_env.lstrip_blocks = True
    pages.add_template_global(_curls(apis, today_in), "curl")
    pages.add_template_global(_base_url, "base_url")
    several = all(api.prefix for api in apis)
    pages.jinja_env.globals["several"] = several
    pages.add_template_global(key_of, "key")

    @pages.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> flask.typing.ResponseReturnValue:
        return {"error": f"{error.name.lower()}: {flask.request.path}"}, error.code or 500

    @pages.after_request
    def stay_here(response: flask.Response) -> flask.Response:
        response.headers.setdefault("Content-Security-Policy", _ONLY_FROM_HERE)
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    def lead_to_console() -> flask.typing.ResponseReturnValue:
        return flask.redirect("/console/" + flask.request.script_root.replace("/~", "s/", 1))

    def index() -> str:
        return flask.render_template("docs.html", apis=apis)

    for api in apis:
        _add_api(pages, api, today_in)
    pages.register_blueprint(build_console(apis[-1].spec, within, door))
    pages.add_url_rule("/", "home", lead_to_console)
    if several:
        pages.add_url_rule("/docs", "docs", index, strict_slashes=False)
    return cast("ASGIApp", WSGIMiddleware(cast("Any", pages)))  # each library has its own types for one and the same


def _add_api(pages: flask.Flask, api: Api, today_in: Callable[[str], date]) -> None:
    def served(spec: Mapping[str, Any]) -> flask.Response:
        # With the addresses it is served at, so that a tool that reads it needs to be told nothing.
        root = _root(api)
        servers = [
            {**server, "url": root + base or "/"}
            for server, base in zip(api.spec["servers"], api.base_paths, strict=True)
        ]
        return flask.jsonify({**spec, "servers": servers})

    def contract() -> flask.Response:
        return served(api.contract)

    def page_contract() -> flask.Response:
        today = today_in(flask.request.script_root.removeprefix("/~"))
        return served(fitting(api.contract, today, None if api.sample is None else api.sample(today)))

    def page() -> str:
        # What stands beside the page is found from `/docs` and from `/docs/`.
        beside = "" if flask.request.path.endswith("/") else "docs/"
        return flask.render_template("swagger.html", api=api, beside=beside, up="../" if not beside else "")

    def asset(name: str) -> flask.Response:
        return flask.send_from_directory(_ASSETS if name in _OURS else swagger_ui_path, name, max_age=86_400)

    prefix = api.prefix
    pages.add_url_rule(f"{prefix}/openapi.json", f"{api.name}-contract", contract)
    pages.add_url_rule(f"{prefix}/docs", f"{api.name}-docs", page, strict_slashes=False)
    pages.add_url_rule(f"{prefix}/docs/requests.json", f"{api.name}-requests", page_contract)
    pages.add_url_rule(f"{prefix}/docs/<path:name>", f"{api.name}-asset", asset)


def _root(api: Api) -> str:
    """What stands in front of all the API's base paths."""
    return flask.request.script_root + api.prefix


def _base_url(api: Api) -> str:
    return flask.request.host_url.rstrip("/") + _root(api) + api.base_path


def _curls(apis: Sequence[Api], today_in: Callable[[str], date]) -> Callable[[str, str], str]:
    by_name = {api.name: api for api in apis}

    def curl(api: str, sandbox: str) -> str:
        """A call of the API that works in the sandbox."""
        root = flask.request.host_url.rstrip("/") + ("" if sandbox == DEFAULT else f"/~{sandbox}")
        return sample_curl(by_name[api], root, today_in("" if sandbox == DEFAULT else sandbox))

    return curl
