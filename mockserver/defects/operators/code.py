"""One expression of the program's text is another: a comparison, a number, a condition, a call that is left out.

Only bodies of functions are changed, in the modules of an API and of `booking/`; what happens at import is over. What
draws a world is left alone, and so is what only asks whether the program itself is right: an `assert`, and an `if` that does
nothing but raise ValueError. Nobody who asks over HTTP gets there. A bug is named by its function and a hash of the expression's source, so that it survives whatever
else is edited, and is another one when the expression is.
"""

import ast
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import mockserver.booking
from mockserver.apis.bundle import Api
from mockserver.defects.bug import Lines
from mockserver.defects.operators.sites import Operator, Site
from mockserver.defects.operators.tables import modules_of
from mockserver.defects.planting import Planter
from mockserver.defects.swapping import function_of, swap_code

__all__ = ["OPERATORS", "NothingChangedError", "sites_in"]

_HASHED = 5
_SHOWN = 60

_BOUNDARIES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip
_OPPOSITES: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt,
}  # fmt: skip
_SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Mod: ast.FloorDiv,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_CALLS = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
_SIBLINGS = {"starts_at": "ends_at", "ends_at": "starts_at", "created_at": "updated_at", "updated_at": "created_at"}


_Function = ast.FunctionDef | ast.AsyncFunctionDef


class NothingChangedError(ValueError):
    """The bug is none: Python makes the same of it."""


@dataclass(frozen=True, slots=True)
class _Mutation:
    """An expression or a statement, and what may stand there instead.

    Attributes:
        word: The operator's.
        put: Puts what stands there instead into the tree.
    """

    word: str
    says: str
    node: ast.AST
    statement: ast.AST
    put: Callable[[], object]


def _mutations(function: _Function) -> Iterator[_Mutation]:
    """All of one function, those of functions inside of it included; each is good for one use of its tree."""
    for place, statement in enumerate(function.body):
        if not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)):
            yield from _below(statement, statement, partial(_put, function, "body", place))
    yield from _left_out(function, function)


def _below(node: ast.AST, statement: ast.AST, put: Callable[[ast.AST], object]) -> Iterator[_Mutation]:
    if isinstance(node, ast.JoinedStr | ast.Assert) or _is_a_guard(node):
        return
    for word, says, instead in _instead(node):
        yield _Mutation(word, says, node, statement, partial(put, instead))
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "args") and not isinstance(node, ast.Call):
            continue
        if isinstance(node, ast.Raise) or (name == "left" and _asks_if_there_is_any(node)):
            continue
        for place, inner in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(inner, ast.AST):
                holder = inner if isinstance(inner, ast.stmt) else statement
                yield from _below(inner, holder, partial(_put, node, name, place))
    yield from _left_out(node, statement)


def _is_a_guard(node: ast.AST) -> bool:
    match node:
        case ast.If(body=[ast.Raise(ast.Call(ast.Name("ValueError")))], orelse=[]):
            return True
    return False


def _asks_if_there_is_any(node: ast.AST) -> bool:
    """Where there is a beginning there is an end, so it may be asked of either."""
    match node:
        case ast.Compare(ast.Attribute(attr=name), [ast.Is() | ast.IsNot()], [ast.Constant(None)]):
            return name in _SIBLINGS
    return False


def _put(holder: ast.AST, name: str, place: int | None, instead: ast.AST) -> None:
    if place is None:
        setattr(holder, name, instead)
    else:
        getattr(holder, name)[place] = instead


def _left_out(  # noqa: C901 - a table of what can be left out
    node: ast.AST, statement: ast.AST
) -> Iterator[_Mutation]:
    """What can be missing inside of a node: an operand, an argument, a step, a question."""
    if isinstance(node, ast.If):
        for answer in (True, False):
            always = partial(_put, node, "test", None, ast.Constant(answer))
            yield _Mutation("check", f"is always {_said(answer)}", node.test, statement, always)
    if isinstance(node, ast.BoolOp):
        for place, value in enumerate(node.values):
            neutral = ast.Constant(isinstance(node.op, ast.And))  # of two, one alone would be no expression
            yield _Mutation("check", "is not asked", value, statement, partial(_put, node, "values", place, neutral))
    if isinstance(node, ast.comprehension):
        for place, value in enumerate(node.ifs):
            yield _Mutation("check", "is not asked", value, statement, partial(_drop, node.ifs, place))
    if isinstance(node, ast.Call):
        for place, keyword in enumerate(node.keywords):
            if keyword.arg is not None:
                yield _Mutation("call", "is not passed", keyword, statement, partial(_drop, node.keywords, place))
    for name in ("body", "orelse", "finalbody"):
        block = getattr(node, name, None)
        for place, inner in enumerate(block if isinstance(block, list) else ()):
            if isinstance(inner, ast.Raise | ast.AugAssign) or (
                isinstance(inner, ast.Expr) and isinstance(inner.value, ast.Call)
            ):
                yield _Mutation("step", "is left out", inner, inner, partial(_put, node, name, place, ast.Pass()))


def _drop(values: list[Any], place: int) -> None:
    del values[place]


def _instead(  # noqa: C901, PLR0912 - a table of what stands for what
    node: ast.AST,
) -> Iterator[tuple[str, str, ast.AST]]:
    """What may stand for an expression: the operator's word, what to say of it, and the other expression."""
    match node:
        case ast.Compare(left, [operator], right):
            if other := _BOUNDARIES.get(type(operator)):
                yield "boundary", "is wrong at its boundary", ast.Compare(left, [other()], right)
            if other := _OPPOSITES.get(type(operator)):
                yield "check", "is turned round", ast.Compare(left, [other()], right)
        case ast.BoolOp(operator, values):
            other_op = ast.Or() if isinstance(operator, ast.And) else ast.And()
            yield "check", "takes one for both", ast.BoolOp(other_op, values)
        case ast.UnaryOp(ast.Not(), operand):
            yield "check", "is turned round", operand
        case ast.IfExp(_, body, orelse):
            yield "choice", "is always the first", body
            yield "choice", "is always the second", orelse
        case ast.Constant(bool() as value):
            yield "number", f"is {_said(not value)}", ast.Constant(not value)
        case ast.Constant(int() as value):
            yield "number", "is one more", ast.Constant(value + 1)
        case ast.BinOp(left, sign, right) if other_sign := _SUMS.get(type(sign)):
            yield "sum", "is reckoned the other way", ast.BinOp(left, other_sign(), right)
        case ast.Call(ast.Name(name), arguments, keywords) if name in _CALLS:
            keywords = [] if name == "sorted" else keywords
            yield "call", f"calls {_CALLS[name]}", ast.Call(ast.Name(_CALLS[name], ast.Load()), arguments, keywords)
            if name in ("min", "max") and arguments[1:]:
                yield "call", "is always the first", arguments[0]
                yield "call", "is always the second", arguments[1]
        case ast.Attribute(value, name, ast.Load()) if name in _SIBLINGS:
            yield "sibling", f"reads {_SIBLINGS[name]}", ast.Attribute(value, _SIBLINGS[name], ast.Load())
        case ast.Attribute(ast.Name(kind), name, ast.Load()) if kind[0].isupper() and name.isupper():
            others = f"next(each for each in {kind} if each is not {kind}.{name})"
            yield "sibling", "is another of its kind", ast.parse(others, mode="eval").body
        case ast.Slice(lower, upper) if lower is not None:
            yield "slice", "begins at the first", ast.Slice(None, upper)
        case ast.Continue():
            yield "step", "ends the loop", ast.Break()


def _said(answer: bool) -> str:
    return "true" if answer else "false"


# The names


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    mutation: _Mutation


def _named(function: _Function, source: "_Source") -> Iterator[_Named]:
    """The mutations of a function with the hashes they are known by."""
    found = list(_mutations(function))
    short = [_hash(each, _text(each.node, source)) for each in found]
    often = Counter(short)
    long = [
        digest if often[digest] == 1 else _hash(each, _text(each.node, source), _text(each.statement, source))
        for each, digest in zip(found, short, strict=True)
    ]
    seen: Counter[str] = Counter()
    for mutation, digest in zip(found, long, strict=True):
        seen[digest] += 1
        # Alike in a statement that is alike: told apart by which of them it is.
        yield _Named(digest if seen[digest] == 1 else f"{digest}.{seen[digest]}", mutation)


def _hash(mutation: _Mutation, *texts: str) -> str:
    return sha256("\n".join((mutation.word, mutation.says, *texts)).encode()).hexdigest()[:_HASHED]


def _text(node: Any, source: "_Source") -> str:
    """The source of a node, its blanks collapsed."""
    first, last = node.lineno - 1, node.end_lineno - 1
    if first == last:
        found = source.lines[first][node.col_offset : node.end_col_offset]
    else:
        middle = source.lines[first + 1 : last]
        found = b"\n".join((source.lines[first][node.col_offset :], *middle, source.lines[last][: node.end_col_offset]))
    return " ".join(found.decode().split())


# The sites


@dataclass(frozen=True, slots=True)
class _Source:
    """The text of a module, and its lines as bytes: what counts columns counts bytes."""

    text: str
    lines: list[bytes]


def _parsed(source: _Source) -> ast.Module:
    try:
        return ast.parse(source.text)
    except SystemError:  # Python 3.11 may lose count of its own recursion when something is collected meanwhile
        return ast.parse(source.text)


@cache
def _source(module: ModuleType) -> _Source:
    text = Path(str(module.__file__)).read_text(encoding="utf-8")
    return _Source(text, text.encode().split(b"\n"))


def _functions(tree: ast.Module) -> Iterator[tuple[str, _Function]]:
    """Of a module and of its classes, by what they are called there."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{inner.name}", inner


def _living(module: ModuleType, name: str, line: int) -> FunctionType | None:
    """The function itself; None for one that something else has taken the place of."""
    held: Any = module
    for step in name.split("."):
        held = vars(held).get(step)
        if held is None:
            return None
    try:
        function = function_of(held)
    except TypeError:
        return None
    return function if function.__code__.co_firstlineno == line else None


def _first_line(node: _Function) -> int:
    return min([node.lineno, *(each.lineno for each in node.decorator_list)])


def _modules(api: Api) -> Iterator[tuple[str, ModuleType]]:
    """Those whose text is changed, by what they are called in names."""
    for module in modules_of(api):
        yield module.__name__.removeprefix(f"mockserver.apis.{api.name}."), module
    for each in sorted(pkgutil.iter_modules(mockserver.booking.__path__), key=lambda each: each.name):
        yield f"booking.{each.name}", import_module(f"mockserver.booking.{each.name}")


@cache
def sites_in(short: str, module: ModuleType) -> tuple[tuple[str, Site, bool], ...]:
    """Every site of a module, with the word of its operator, and whether it is about what is announced."""
    source = _source(module)
    found = []
    for name, node in _functions(_parsed(source)):
        function = _living(module, name, _first_line(node))
        if function is None:
            continue
        for each in _named(node, source):
            at: Any = each.mutation.node
            text = _text(at, source)
            shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
            site = Site(
                where=f"{short}.{name}:{each.name}",
                says=f"In {short}.{name}, line {at.lineno}, `{shown}` {each.mutation.says}.",
                plant=partial(_plant, module, name, each.name),
                lines=(Lines(function.__code__.co_filename, at.lineno, at.end_lineno),),
            )
            statement = each.mutation.statement
            is_told = isinstance(statement, ast.Expr) and ".announce(" in _text(statement, source)
            found.append((each.mutation.word, site, is_told))
    return tuple(found)


def _plant(module: ModuleType, name: str, digest: str, plant: Planter) -> None:
    """Raises NothingChangedError."""
    tree = _parsed(_source(module))
    node = dict(_functions(tree))[name]
    function = _living(module, name, _first_line(node))
    assert function is not None  # noqa: S101 - it was when the site was found
    before = _code_of(tree, module, function)
    next(each for each in _named(node, _source(module)) if each.name == digest).mutation.put()
    after = _code_of(ast.fix_missing_locations(tree), module, function)
    if _does(after) == _does(before):
        raise NothingChangedError(f"{name}: nothing is changed by {digest}")
    if plant.only:
        other = FunctionType(after, function.__globals__, name, function.__defaults__, function.__closure__)
        other.__kwdefaults__ = function.__kwdefaults__
        plant.around(function, lambda _, *args, **named: other(*args, **named))
    else:
        plant.undone_by(swap_code(function, after))


def _code_of(tree: ast.Module, module: ModuleType, function: FunctionType) -> CodeType:
    """What Python makes of a function of that text."""
    waiting = [compile(tree, str(module.__file__), "exec", dont_inherit=True)]
    sought = (function.__code__.co_qualname, function.__code__.co_firstlineno)
    while waiting:
        code = waiting.pop()
        if (code.co_qualname, code.co_firstlineno) == sought:
            return code
        waiting += [each for each in code.co_consts if isinstance(each, CodeType)]
    raise LookupError(f"{sought[0]} is not in its module")


def _does(code: CodeType) -> tuple[Any, ...]:
    """All that makes a difference, without line numbers."""
    constants = tuple(_does(each) if isinstance(each, CodeType) else (type(each), each) for each in code.co_consts)
    return code.co_code, constants, code.co_names, code.co_varnames


def _of(word: str) -> Callable[[Api], Iterator[Site]]:
    def sites(api: Api) -> Iterator[Site]:
        for short, module in _modules(api):
            for its_word, site, is_told in sites_in(short, module):
                if its_word == word and (api.webhooks or not is_told):  # else there is nobody to tell
                    yield site

    return sites


OPERATORS = tuple(
    Operator(word, _of(word))
    for word in ("boundary", "check", "choice", "number", "sum", "call", "sibling", "slice", "step")
)
