"""An answer as laws read it where only what pages state may be asked for.

Laws are written in the document's own words. Another server may leave out what only our reading promises, add members, or
write a moment in another form: the lens tells what it says in the document's words, by the document's marks alone.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from contract_tests.profiles import Lacking
from doublebook_data import resolved
from doublebook_data.views import is_reading, unstated

__all__ = ["Lens", "Seen"]

Json = dict[str, Any]

_NOTHING = object()
_FORMS = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%S.%f+00:00")


class Seen(Json):
    """
    An object in an answer. Equal to another one if all is equal that is known of both.

    Args:
        unpromised: Members that are not there and that no page promises. Whoever reads one is told that it is lacking.
    """

    __slots__ = ("unpromised",)

    def __init__(self, members: Mapping[str, Any], unpromised: frozenset[str]) -> None:
        super().__init__(members)
        self.unpromised = unpromised

    def __missing__(self, name: str) -> Any:
        if name in self.unpromised:
            raise Lacking(f"the answer has no {name!r}, which no page promises")
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in self.unpromised else super().get(name, default)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, dict):
            return False
        free = self.unpromised | (other.unpromised if isinstance(other, Seen) else frozenset())
        known = {name for name in (*self, *other) if name not in free or (name in self and name in other)}
        return all(dict.get(self, name, _NOTHING) == dict.get(other, name, _NOTHING) for name in known)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None


class Lens:
    """
    Args:
        document: As it is written.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def read(self, method: str, path: str, status: int, form: str, value: Any) -> Any:
        """The *value* that a successful request to the operation was answered in the media type *form*, as laws read it."""
        operation = self._document["paths"][path][method.lower()]
        responses = operation["responses"]
        successes = [said for name, said in responses.items() if name.startswith("2")]
        response = responses.get(str(status)) or (successes[0] if successes else {})
        forms = resolved(self._document, response).get("content", {})
        said: Json = forms.get(form.partition(";")[0].strip().lower()) or next(iter(forms.values()), {})
        if "schema" not in said:
            return value
        return self._seen(value, [said["schema"]], is_reading(self._document, operation))

    def is_beyond(self, method: str, path: str, body: Any) -> bool:
        """Whether the *body* of a request to the operation is null in a place of which no page says that it may be."""
        forms = resolved(self._document, self._document["paths"][path][method.lower()].get("requestBody", {}))
        schemas = [said["schema"] for said in list(forms.get("content", {}).values())[:1] if "schema" in said]
        return self._has_null_beyond(body, schemas)

    def _has_null_beyond(self, value: Any, schemas: list[Json]) -> bool:
        branches = [branch for each in schemas for branch in self._branches(each, value)]
        if value is None:
            allowing = [each for each in branches if each.get("nullable")]
            return bool(allowing) and all(
                "nullable" in each.get("x-inferred", ()) or is_reading(self._document, each) for each in allowing
            )
        if isinstance(value, dict):
            known = [(name, each) for branch in branches for name, each in branch.get("properties", {}).items()]
            return any(self._has_null_beyond(value[name], [each]) for name, each in known if name in value)
        items = [each["items"] for each in branches if isinstance(each.get("items"), dict)]
        return isinstance(value, list) and any(self._has_null_beyond(each, items) for each in value)

    def _seen(self, value: Any, schemas: list[Json], above: bool) -> Any:
        """
        Args:
            schemas: All of them hold of it.
            above: What it stands in is our reading.
        """
        reading = bool(schemas) and all(is_reading(self._document, each, above) for each in schemas)
        branches = [branch for each in schemas for branch in self._branches(each, value)]
        if isinstance(value, dict):
            return self._object(value, branches, reading)
        if isinstance(value, list):
            items = [each["items"] for each in branches if isinstance(each.get("items"), dict)]
            return [self._seen(each, items, reading) for each in value] if items else value
        if isinstance(value, str):
            return next((_moment(value, each) for each in branches if _is_free_moment(each, reading)), value)
        return value

    def _branches(self, schema: Json, value: Any) -> Iterator[Json]:
        """The schema with all that it is made of, as far as it may be that of *value*."""
        node = resolved(self._document, schema)
        yield node
        for each in node.get("allOf", ()):
            yield from self._branches(each, value)
        for word in ("anyOf", "oneOf"):
            for each in node.get(word, ()):
                if self._may_be(each, value):
                    yield from self._branches(each, value)

    def _may_be(self, schema: Json, value: Any) -> bool:
        """Whether the members of *value* that tell things apart, such as a type, do not speak against the schema."""
        node = resolved(self._document, schema)
        told = {name: resolved(self._document, each).get("enum") for name, each in node.get("properties", {}).items()}
        tells = isinstance(value, dict) and all(
            value[name] in said for name, said in told.items() if said is not None and name in value
        )
        return (tells or not isinstance(value, dict)) and all(
            self._may_be(each, value) for each in node.get("allOf", ())
        )

    def _object(self, value: Json, branches: list[Json], reading: bool) -> Any:
        known: dict[str, list[Json]] = {}
        for branch in branches:
            for name, each in branch.get("properties", {}).items():
                known.setdefault(name, []).append(each)
        inner = [each["additionalProperties"] for each in branches if _is_open(each)]
        is_closed = not inner and any(each.get("additionalProperties") is False for each in branches)
        members = {
            name: self._seen(each, known.get(name, inner), reading)
            for name, each in value.items()
            if name in known or not is_closed
        }
        free = frozenset().union(*(unstated(each, "required") for each in branches))
        unpromised: set[str] = set()
        for name in known.keys() - value.keys():
            if name in free and any(resolved(self._document, each).get("nullable") for each in known[name]):
                members[name] = None  # null or absent: no page says which
            elif reading or name in free or any(each.get("x-source") == "inferred" for each in known[name]):
                unpromised.add(name)
        return Seen(members, frozenset(unpromised)) if unpromised else members


def _is_open(schema: Json) -> bool:
    return isinstance(schema.get("additionalProperties"), dict)


def _is_free_moment(schema: Json, reading: bool) -> bool:
    """Whether pages leave open how the moment is written."""
    is_moment = schema.get("format") == "date-time" and "pattern" in schema
    return is_moment and (reading or "pattern" in schema.get("x-inferred", ()))


def _moment(text: str, schema: Json) -> str:
    """The moment as the document writes it; as it came where it is none."""
    if re.search(schema["pattern"], text):
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is None:
        return text
    written = (moment.astimezone(UTC).strftime(form) for form in _FORMS)
    return next((each for each in written if re.search(schema["pattern"], each)), text)
