"""Requests as lines that can be pasted into a shell, one after another: what one was answered, the next ones take from it.

In another world, or at another moment, ids are others. `jq` takes them out of an answer, of which the last is kept in a file.
A name that was made up may be taken in a world that others use, so there a shell makes up others.
"""

import functools
import itertools
import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from contract_tests.scenes.exchanges import Exchange, is_id, kind_of, known_as, scalars_in

__all__ = ["KEPT_IN", "pasted"]

KEPT_IN = "answer"
"""The file with the last answer of which something is used."""

_LEAST_LETTERS = 8
"""A shorter text, or one without a digit, may come twice by chance."""
_WORDS = range(_LEAST_LETTERS, 41)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d")
_PLACE = re.compile(r"CARRIED(\d+)END")


@dataclass(frozen=True, slots=True)
class _Told:
    """
    A value that an answer gave.

    Args:
        link: What it is known by: `booking 71`, or the text itself.
        taken: The command that takes it out of the file with the answer.
        in_head: It stands in the headers.
    """

    link: str
    name: str
    taken: str
    in_head: bool = False


def pasted(steps: Sequence[Exchange], made_up: Collection[str] = ()) -> list[str]:
    """
    Of each of *steps*, oldest first, what is pasted: its curl, and a line for each value that later ones take from its answer.

    With credentials in it, to be redacted by whoever shows it. Pasted alone a line shows nothing.

    Args:
        made_up: Words of small letters instead of which others are sent.
    """
    variables: dict[str, str] = {}
    words: dict[str, str] = {}
    renamed = [word for word in made_up if len(word) in _WORDS and _is_as_written(word, steps)]
    asked: set[str] = set()
    texts = []
    for place, step in enumerate(steps):
        new = [word for word in renamed if word not in words and word in _text(step)]
        for word in new:
            words[word] = _unused("word", [*words.values(), *variables.values()])
        command = _with_variables(step, variables, words)
        asked |= _asked_by(step)
        wanted = set[str]().union(*map(_asked_by, steps[place + 1 :])) - asked - variables.keys()
        given: dict[_Told, str] = {}
        for told in _told_by(step):
            if told.link in wanted and told.link not in variables:
                same = (name for each, name in given.items() if each.taken == told.taken)  # the id of several things
                given[told] = variables[told.link] = next(same, "") or _unused(
                    told.name, [*words.values(), *variables.values()]
                )
        if given:
            head = " -i" * any(told.in_head for told in given)
            command = f"{command.replace('curl', f'curl -s{head}', 1)} | tee {KEPT_IN}"
        taken = {name: told.taken for told, name in given.items()}
        before = (f"{words[word]}=$(LC_ALL=C tr -dc a-z </dev/urandom | head -c {len(word)})" for word in new)
        texts.append("\n".join([*before, command, *(f"{name}=$({each})" for name, each in taken.items())]))
    return texts


def _text(step: Exchange) -> str:
    return "\n".join([step.url, *step.request_headers.values(), step.request_body.decode(errors="replace")])


def _is_as_written(word: str, steps: Sequence[Exchange]) -> bool:
    """And nowhere in capitals, which might be what it is about."""
    return all(_text(step).lower().count(word) == _text(step).count(word) for step in steps)


def _unused(name: str, used: Collection[str]) -> str:
    numbered = (f"{name}_{number}" for number in itertools.count(2))
    return next(each for each in itertools.chain([name], numbered) if each not in used)


def _told_by(step: Exchange) -> list[_Told]:
    """What the answer gives that a request could name; first what is nearest to its beginning."""
    found = []
    for place, name, kinds, value in scalars_in(step.json(), step.path):
        path = "".join(f"[{each}]" if isinstance(each, int) else _member(each) for each in place)
        taken = f"jq -r {_quoted(path if path.startswith('.') else f'.{path}')} {KEPT_IN}"
        called = _called(name, kinds)
        links = [*_links(name, kinds, value), *([_of_anything(value)] if is_id(name) else [])]
        found += [_Told(link, called, taken) for link in links]
    location = urlsplit(step.headers.get("location", "")).path
    words = [kind_of(word) for word in location.split("/")[:-1]]
    if text := location.rpartition("/")[2]:
        taken = f"sed -n 's|^[Ll]ocation: .*/||p' {KEPT_IN} | tr -d '\\r'"
        found += [
            _Told(link, words[-1] if words else "id", taken, in_head=True)
            for link in known_as("id", words, unquote(text))
        ]
    return found


def _member(name: str) -> str:
    return f".{name}" if re.fullmatch(r"[A-Za-z_]\w*", name) else f"[{json.dumps(name)}]"


def _quoted(path: str) -> str:
    return path if re.fullmatch(r"[\w.]+", path) else f"'{path}'"


def _called(name: str, kinds: Sequence[str]) -> str:
    own = re.sub(r"\W+", "_", name).lower()
    return own if not is_id(name) else kind_of(name) or next(reversed(kinds), "") or own


def _links(name: str, kinds: Sequence[str], value: Any) -> list[str]:
    if is_id(name):
        return list(known_as(name, kinds, value))
    if name.lower().endswith("id") and str(value).isdecimal():
        return [_of_anything(value)]  # as in `oid`: of what, nobody can tell
    is_drawn = isinstance(value, str) and len(value) >= _LEAST_LETTERS and re.search(r"\d", value)
    return [value] if is_drawn and not _MOMENT.match(value) else []


def _of_anything(number: object) -> str:
    return f"? {number}"


def _asked_by(step: Exchange) -> frozenset[str]:
    """What the request names of what answers give."""
    found: set[str] = set()

    def note(links: Sequence[str]) -> None:
        found.update(links)

    _rewritten(step, note)
    return frozenset(found)


def _with_variables(step: Exchange, variables: Mapping[str, str], words: Mapping[str, str]) -> str:
    """The curl of *step* in which values, and words anywhere in it, are taken out of variables."""
    names = sorted({*variables.values(), *words.values()})
    said = {word: f"CARRIED{names.index(name)}END" for word, name in words.items()}

    def renamed(text: str) -> str:
        return functools.reduce(lambda text, word: text.replace(word, said[word]), said, text)

    def put(links: Sequence[str]) -> str | None:
        return next((f"CARRIED{names.index(variables[link])}END" for link in links if link in variables), None)

    there = _rewritten(step, put)
    headers = {name: renamed(value) for name, value in there.request_headers.items()}
    body = renamed(there.request_body.decode(errors="surrogateescape")).encode(errors="surrogateescape")
    command = replace(there, url=renamed(there.url), request_headers=headers, request_body=body).curl()
    shown, end = "", 0
    for match in _PLACE.finditer(command):
        before = command[: match.start()]
        again = "$'" if before.rfind(" $'") > before.rfind(" '") else "'"  # a text that spells out what does not show
        is_quoted = before.replace('"\'"', "").replace("\\'", "").count("'") % 2
        variable = f'"${names[int(match[1])]}"'
        shown += command[end : match.start()] + (f"'{variable}{again}" if is_quoted else variable)
        end = match.end()
    shown += command[end:]
    return shown.replace("''", "") if end else command


def _rewritten(step: Exchange, put: Callable[[Sequence[str]], str | None]) -> Exchange:
    """*step* with what *put* answers in the places of its values; None leaves one as it is."""
    base, question, query = step.url.partition("?")
    parts = base.split("/")
    for place, part in enumerate(parts[3:], 3):
        text = unquote(part)
        by_name = [
            link
            for given in step.parameters[:1]
            for name, value in given.items()
            if str(value) == text
            for link in known_as(name, _words(step.path), value)
        ]
        parts[place] = put([*by_name, *known_as("id", [kind_of(parts[place - 1])], text)]) or part
    pairs = [pair.partition("=") for pair in query.split("&")]
    queried = "&".join(
        f"{name}{equals}{','.join(_put_into(name, each, put) for each in value.split(','))}"
        for name, equals, value in pairs
    )
    headers = {
        name: (put([value]) or value) if len(value) >= _LEAST_LETTERS else value
        for name, value in step.request_headers.items()
    }
    body = step.request_body
    try:
        read = json.loads(body.decode())  # of bytes Python reads what is no UTF-8, too
    except ValueError:
        read = None
    if isinstance(read, dict | list):
        body = _body(read, step, put, body)
    return replace(step, url="/".join(parts) + question + queried, request_headers=headers, request_body=body)


def _words(path: str) -> list[str]:
    return [kind_of(word) for word in path.split("/") if word and "{" not in word]


def _put_into(name: str, text: str, put: Callable[[Sequence[str]], str | None]) -> str:
    plain = re.findall(r"\w+", unquote(name))
    return put(_links(plain[-1] if plain else "", [], unquote(text))) or text


def _body(read: Any, step: Exchange, put: Callable[[Sequence[str]], str | None], body: bytes) -> bytes:
    has_changed = False
    for place, name, kinds, value in scalars_in(read, step.path):
        if new := put(_links(name, kinds, value)):
            inner = read
            for each in place[:-1]:
                inner = inner[each]
            inner[place[-1]] = new if isinstance(value, str) else f"{new}NUMBER"
            has_changed = True
    if not has_changed:
        return body
    text = re.sub(r'"(CARRIED\d+END)NUMBER"', r"\1", json.dumps(read, ensure_ascii=False))
    return text.encode(errors="backslashreplace")  # half of a pair is said as JSON says it
