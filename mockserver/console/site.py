"""The console below `/console`: its pages, their parts, the forms they send, the token that it asks for."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import flask
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException, NotFound

from mockserver import __version__
from mockserver.console import KNOWN_COOKIE, LOOP, shown
from mockserver.console.asking import Control, Operation, Refused, operations_in
from mockserver.console.doing import FORM_COOKIE, came_from_us, do, form_token, way_back
from mockserver.console.frame import NAVIGATION, Page
from mockserver.console.placing import placing_css
from mockserver.console.ports import Asking, Doorman
from mockserver.console.views import PAGES, Sandboxes

__all__ = ["build_console"]

_ASSETS = Path(__file__).parent / "assets"
_NOTHING_INLINE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_FRAME = "sandbox.html"
_OPEN = {"console.asset", "console.positions", "console.show_token"}
"""What is no secret."""

_OK = 200
_YEAR = 31_536_000


def build_console(spec: Mapping[str, Any], within: Asking, door: Doorman) -> flask.Blueprint:
    """Args: spec: The document of the control plane."""
    console = flask.Blueprint("console", __name__, url_prefix="/console", template_folder="templates")
    operations = operations_in(spec)
    console.before_app_request(_name_the_sandbox)
    console.before_request(lambda: _know_the_reader(operations, within, door))
    console.after_request(_stay_here)
    console.register_error_handler(Refused, _refusal)
    console.register_error_handler(HTTPException, _missed)
    console.record_once(_equip)
    _add_assets(console)
    _add_forms(console, operations, door)

    @console.get("/")
    def sandboxes() -> flask.typing.ResponseReturnValue:
        return _shown(Sandboxes(flask.g.control, flask.request.args))

    @console.get("/s/<name>/bundle.json")
    def bundle(name: str) -> flask.Response:
        until = flask.request.args.get("until")
        found = flask.g.control("exportSandbox", name=name, until=until)["bundle"]
        answer = flask.Response(json.dumps(found, indent=1, ensure_ascii=False), mimetype="application/json")
        answer.headers.set(
            "Content-Disposition", "attachment", filename=f"{name}-{until}.json" if until else f"{name}.json"
        )
        return answer

    for number, (path, page) in enumerate(PAGES.items()):
        console.add_url_rule(f"/s/<name>{path}", f"page-{number}", _view(page))
    return console


# Around each request


def _name_the_sandbox() -> flask.typing.ResponseReturnValue | None:
    # Behind `/~NAME` there are APIs and their documentation; the console names the sandbox itself.
    root = flask.request.script_root
    if root and flask.request.path.startswith("/console"):
        return flask.redirect(f"/console/s/{root.removeprefix('/~')}")
    return None


def _know_the_reader(
    operations: Mapping[str, Operation], within: Asking, door: Doorman
) -> flask.typing.ResponseReturnValue | None:
    request = flask.request
    if request.method == "POST" and request.endpoint != "console.show_token" and not came_from_us():
        return _refusal(Refused(403, "forbidden", "This form did not come from a page of this console: load it anew."))
    if request.endpoint in _OPEN:
        return None
    if not door.knows(request.headers.get("Authorization", ""), request.cookies.get(KNOWN_COOKIE, "")):
        return _ask_for_token()
    flask.g.control = Control(operations, within, request.environ["asgi.scope"][LOOP])
    return None


def _stay_here(response: flask.Response) -> flask.Response:
    response.headers["Content-Security-Policy"] = _NOTHING_INLINE
    response.headers["Referrer-Policy"] = "same-origin"
    if flask.g.get("form_token"):
        _keep(response, FORM_COOKIE, flask.g.form_token)
    if response.mimetype == "text/html" and response.status_code == _OK:
        response.headers["Cache-Control"] = "no-cache"
        response.add_etag()
        response.make_conditional(flask.request)
    return response


def _equip(state: BlueprintSetupState) -> None:
    # Parts of a page are drawn alone, so what draws them is known everywhere, and not imported by a whole page.
    words = state.app.jinja_env.globals
    words.update(shown=shown, navigation=NAVIGATION, token=form_token, version=__version__, where=_where)
    words.update(part_url=_part_url, with_query=_with_query)
    macros = state.app.jinja_env.get_template("parts/macros.html").module
    words.update({name: each for name, each in vars(macros).items() if not name.startswith("_")})


# What there is beside the pages


def _add_assets(console: flask.Blueprint) -> None:
    @console.get("/assets/<path:name>")
    def asset(name: str) -> flask.Response:
        return flask.send_from_directory(_ASSETS, name, max_age=_YEAR if flask.request.args.get("v") else 0)

    @console.get("/assets/positions.css")
    def positions() -> flask.Response:
        answer = flask.Response(placing_css(), mimetype="text/css")
        answer.cache_control.max_age = _YEAR
        return answer


def _add_forms(console: flask.Blueprint, operations: Mapping[str, Operation], door: Doorman) -> None:
    @console.post("/token")
    def show_token() -> flask.typing.ResponseReturnValue:
        cookie = door.cookie_for(flask.request.form.get("token", ""))
        if cookie is None:
            return _ask_for_token(is_wrong=True)
        answer = cast("flask.Response", flask.redirect(_local(flask.request.form.get("_back", "")), 303))
        _keep(answer, KNOWN_COOKIE, cookie)
        return answer

    @console.post("/do/<operation>")
    def do_to_all(operation: str) -> flask.typing.ResponseReturnValue:
        return _done(_known(operations, operation), None)

    @console.post("/s/<name>/do/<operation>")
    def do_to_one(name: str, operation: str) -> flask.typing.ResponseReturnValue:
        return _done(_known(operations, operation), name)


# Answers


def _view(page: type[Page]) -> Callable[..., flask.typing.ResponseReturnValue]:
    def view(name: str, **path: str) -> flask.typing.ResponseReturnValue:
        return _shown(page(flask.g.control, name, {**flask.request.args, **path}))

    return view


def _shown(page: Page | Sandboxes) -> str:
    """The page, or the block of it that `?part=` names."""
    part = flask.request.args.get("part")
    if part is None:
        return flask.render_template(page.template, page=page)
    for name in (page.template, _FRAME):
        template = flask.current_app.jinja_env.get_template(name)
        block = template.blocks.get(f"part_{part}")
        if block is not None:
            break
    else:
        raise NotFound(f"There is no part {part} of this page.")
    context: dict[str, Any] = {"page": page}
    flask.current_app.update_template_context(context)
    return "".join(block(template.new_context(context)))


def _known(operations: Mapping[str, Operation], name: str) -> Operation:
    if name not in operations:
        raise NotFound(f"there is no operation {name}")
    return operations[name]


def _done(operation: Operation, name: str | None) -> flask.typing.ResponseReturnValue:
    answer = do(flask.g.control, operation, name)
    if "HX-Request" not in flask.request.headers:
        if isinstance(answer, dict) and answer.get("dry_run"):  # nothing has changed, so only this page can tell
            return flask.render_template(
                "noted.html", operation=operation.name, answer=answer, back=way_back(operation, answer)
            )
        return flask.redirect(way_back(operation, answer), 303)
    said = flask.render_template("parts/done.html", operation=operation.name, answer=answer)
    return said, 200, {"HX-Trigger": "changed"}


def _refusal(refused: Refused) -> flask.typing.ResponseReturnValue:
    """On a page of its own, or beside the button that caused it."""
    if "HX-Request" in flask.request.headers and flask.request.method == "POST":
        # htmx puts only what succeeds into a page.
        return flask.render_template("parts/refused.html", refused=refused), 200
    back = _local(flask.request.form.get("_back", ""))
    return flask.render_template("refused.html", refused=refused, back=back), refused.status


def _missed(error: HTTPException) -> flask.typing.ResponseReturnValue:
    return _refusal(Refused(error.code or 500, error.name.lower(), error.description or error.name))


def _ask_for_token(*, is_wrong: bool = False) -> flask.typing.ResponseReturnValue:
    wanted = flask.request.form.get("_back") or flask.request.full_path.rstrip("?")
    return flask.render_template("token.html", is_wrong=is_wrong, back=_local(wanted)), 401


def _local(back: str) -> str:
    """An address of the console, whatever a form says."""
    return back if back.startswith("/console") and "//" not in back and "\\" not in back else "/console/"


def _keep(response: flask.Response, name: str, value: str) -> None:
    response.set_cookie(name, value, httponly=True, samesite="Strict", path="/console")


def _where() -> str:
    """The sandbox of this page; "" where it is about all of them."""
    return str((flask.request.view_args or {}).get("name", ""))


def _part_url(part: str, **changed: Any) -> str:
    return _with_query(part=part, **changed)


def _with_query(**changed: Any) -> str:
    """This page, with other values in its URL; None takes one out."""
    values = {**flask.request.args.to_dict(), "part": None, **changed}
    kept = {name: value for name, value in values.items() if value not in (None, "")}
    path = flask.request.path
    return f"{path}?{flask.url_for('console.sandboxes', **kept).partition('?')[2]}" if kept else path
