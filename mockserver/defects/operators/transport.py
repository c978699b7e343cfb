"""What a request is before it is understood: its media type, its size, its path, and how that is refused."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any

from mockserver.apis.bundle import Api
from mockserver.defects.meddling import Request, Response, drops_the_rest
from mockserver.defects.operators.bodies import other_status, other_words
from mockserver.defects.operators.sites import Operator, Pointer, Site, operations, request, resolved, response
from mockserver.defects.planting import Planter

__all__ = ["OPERATORS"]

_TELLING = {"www-authenticate", "location", "retry-after"}
"""Headers that tell a client what to do next."""

_BEARER = "Bearer "

_AT_THE_DOOR = (401, 403, 404, 405, 413, 415)
"""Statuses of refusals that no operation has a say in."""


def _taken(api: Api) -> Iterator[Site]:
    """Bodies that are read although they are not what the operation takes."""
    for each in operations(api):
        if each.body is not None:
            media_type = each.body[each.body.index("content") + 1]
            for word, says, change in (
                ("type", "takes a body of any media type", partial(_typed, str(media_type))),
                ("size", "takes a body of any size that is blanks", _stripped),
                ("rest", "does not read what follows the JSON of a body", drops_the_rest),
                ("empty", "takes nothing for an empty object", _filled),
            ):
                if word == "empty" and all(schema.get("required") for schema in _alternatives(api, each.body)):
                    continue  # an empty object is refused as well
                yield request(each.id, f"{each.id} {says}.", change, word=word)
        yield response(each.id, f"{each.id} answers as a text of no kind.", _plain, word="kind")
        for status, _ in each.replies():
            says = f"{each.id} does what it is asked with another status than {status}."
            yield response(each.id, says, partial(_at, status, _as_another), word=f"{status}")
        for header in each.headers & _TELLING:
            yield response(each.id, f"{each.id} sends no header {header}.", partial(_unsaid, header), word=header)


def _alternatives(api: Api, body: Pointer) -> list[Mapping[str, Any]]:
    pointer, schema = resolved(api.spec, body)
    ways = [resolved(api.spec, (*pointer, "anyOf", number))[1] for number, _ in enumerate(schema.get("anyOf", ()))]
    return ways or [schema]


def _typed(media_type: str, request: Request) -> None:
    if "content-type" in request.headers:
        request.headers["content-type"] = media_type


def _stripped(request: Request) -> None:
    request.body = request.body.strip()


def _filled(request: Request) -> None:
    if not request.body.strip():
        request.body = b"{}"
        request.headers.setdefault("content-type", "application/json")


def _unsaid(header: str, response: Response) -> None:
    response.headers.pop(header, None)


def _found(api: Api) -> Iterator[Site]:
    """Paths, methods and credentials, headers of every answer, and how whoever is not let in is told."""
    way = tuple(str(api.spec["x-error-code"]).strip("/").split("/"))
    yield Site("slash", "A slash at the end of a path makes no difference.", _everywhere_asked(_without_slash))
    yield Site("scheme", "The word Bearer is known in that spelling alone.", _everywhere_asked(_strictly_spelled))
    for header in sorted(set().union(*(each.headers for each in operations(api))) - _TELLING):
        for name, says, act in (
            (f"header.{header}", f"No answer has a header {header}.", _unsaid),
            (f"header.{header}.short", f"Headers {header} lack their last letter.", _short),
        ):
            yield Site(name, says, _everywhere_answered(partial(act, header)))
    in_a_language = partial(_in_a_language, other_words(way))
    yield Site("language", "Who asks in a language is refused in other words.", _everywhere_answered(in_a_language))
    for method in sorted({str(each.pointer[2]).upper() for each in operations(api)}):
        says = f"Allow leaves {method} out where there are others."
        yield Site(f"allow.{method}", says, _everywhere_answered(partial(_not_allowed, method)))
    for status in _AT_THE_DOOR:
        for word, says, change in (
            ("status", "with another status", other_status(status)),
            ("words", "in other words", other_words(way)),
            *([("beside", "with other words beside its code", other_words(way, beside=True))] * (way[-1] == "code")),
            ("more", "with a member more", _with_more),
            ("empty", "without a body", _emptied),
            ("kind", "as a text of no kind", _plain),
        ):
            at_status = partial(_at, status, change)
            yield Site(
                f"{status}.{word}", f"What is refused with {status} is so {says}.", _everywhere_answered(at_status)
            )


def _without_slash(request: Request) -> None:
    if not request.operation:
        request.path = request.path.rstrip("/") or "/"


def _not_allowed(method: str, response: Response) -> None:
    allowed = [each.strip() for each in response.headers.get("allow", "").split(",")]
    if method in allowed and len(allowed) > 1:
        response.headers["allow"] = ", ".join(each for each in allowed if each != method)


def _short(header: str, response: Response) -> None:
    if header in response.headers:
        response.headers[header] = response.headers[header][:-1]


def _in_a_language(change: Callable[[Response], object], response: Response) -> None:
    if response.status >= HTTPStatus.BAD_REQUEST and "accept-language" in response.request.headers:
        change(response)


def _at(status: int, change: Callable[[Response], object], response: Response) -> None:
    if response.status == status:
        change(response)


def _as_another(response: Response) -> None:
    response.status = HTTPStatus.CREATED if response.status == HTTPStatus.OK else HTTPStatus.OK


def _plain(response: Response) -> None:
    if response.body:
        response.headers["content-type"] = "text/plain"


def _strictly_spelled(request: Request) -> None:
    sent = request.headers.get("authorization", "")
    if sent.lower().startswith(_BEARER.lower()) and not sent.startswith(_BEARER):
        request.headers["authorization"] = f"Another-{sent}"


def _emptied(response: Response) -> None:
    response.body = b""


def _with_more(response: Response) -> None:
    response.json = {**(response.json or {}), "more": True}


def _everywhere_asked(change: Callable[[Request], object]) -> Callable[[Planter], object]:
    return lambda plant: plant.request(change)


def _everywhere_answered(change: Callable[[Response], object]) -> Callable[[Planter], object]:
    return lambda plant: plant.response(change)


OPERATORS = (Operator("taken", _taken), Operator("door", _found))
