"""What is wrong with a value that breaks its schema: where it stands, and what to say about it.

A validator lists every error there is, and for a choice of forms all errors of every form. One is told: that of the
form that was probably meant. Names of the contract are shown; no long value is sent back, and no long pattern.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from jsonschema_rs import ValidationError, ValidationErrorKind

from mockserver.booking.errors import in_json
from mockserver.web.schemas import Validator

__all__ = ["Flaw", "find_flaw"]

_Form = Sequence[ValidationError]
"""What keeps a value from having one of the forms it may have."""

_LONGEST_REASON = 120
_FEW = 32
"""Items of a list. Assumed: no contract demands more of them."""


class Flaw(NamedTuple):
    """Attributes:
    steps: The way to it, `("customers", "0", "id")`; none lead to the value itself.
    reason: What is wrong with it, without naming it.
    """

    steps: tuple[str, ...]
    reason: str

    @property
    def field(self) -> str:
        """The way to it for people, `customers.0.id`; "" is the value itself."""
        return ".".join(self.steps)


def find_flaw(validator: Validator, value: Any) -> Flaw:
    """The one thing to say about a *value* that is not valid."""
    errors = list(validator.iter_errors(_enough_of(value, validator)))
    return _flaw_of(_plainest(errors), validator)


def _enough_of(value: Any, validator: Validator) -> Any:
    """*value* with its lists cut as short as it takes to find one flaw.

    An error holds a copy of all it is about: half a million bad items take a validator half a minute and gigabytes.
    """
    longest = _longest_list(value)
    if longest <= _FEW:
        return value
    # True is greater than False: this finds the first length that is not valid.
    tried = range(_FEW, longest)
    return _cut(value, _FEW + bisect_left(tried, 1, key=lambda limit: not validator.is_valid(_cut(value, limit))))


def _longest_list(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    longest = max((_longest_list(each) for each in inner if isinstance(each, dict | list)), default=0)
    return max(longest, len(value)) if isinstance(value, list) else longest


def _cut(value: Any, limit: int) -> Any:
    if isinstance(value, dict):
        return {name: _cut(each, limit) for name, each in value.items()}
    if isinstance(value, list):
        return [_cut(each, limit) if isinstance(each, dict | list) else each for each in value[:limit]]
    return value


# Which error to tell


def _plainest(errors: _Form) -> ValidationError:
    """The first that does not depend on which form was meant."""
    return next((error for error in errors if not _forms(error)), errors[0])


def _forms(error: ValidationError) -> list[_Form]:
    """The forms a value could have had; none where the error is about something else."""
    kind = error.kind
    return list(kind.context) if isinstance(kind, ValidationErrorKind.AnyOf | ValidationErrorKind.OneOfNotValid) else []


def _flaw_of(error: ValidationError, validator: Validator) -> Flaw:
    """Goes down into the forms for as long as one of them stands out."""
    kind = error.kind
    if isinstance(kind, ValidationErrorKind.Required):
        return Flaw(_path(error, kind.property), _missing(kind.property, error.instance))
    forms = _forms(error)
    possible = [form for form in forms if not any(_rules_out(inner, error) for inner in form)]
    if not possible and (choice := _choice_of_values(forms, error)):
        return choice
    furthest = _most(possible or forms, _reach)
    if missing := _missed_by_all(furthest):
        return missing
    if choice := _choice_of_names(furthest):
        return choice
    flaws = {_flaw_of(_plainest(form), validator) for form in _most(furthest, lambda form: -len(form))}
    return flaws.pop() if len(flaws) == 1 else Flaw(_path(error), _reason(error, validator))


def _rules_out(inner: ValidationError, outer: ValidationError) -> bool:
    """Whether it says that another form was meant: by the type of the value, or by a field with fixed values."""
    depth = len(inner.instance_path) - len(outer.instance_path)
    if isinstance(inner.kind, ValidationErrorKind.Type):
        return depth == 0
    return depth <= 1 and isinstance(inner.kind, ValidationErrorKind.Enum | ValidationErrorKind.Constant)


def _reach(form: _Form) -> int:
    """How deep the value has this form before anything is wrong."""
    return min(max(map(_reach, _forms(error)), default=len(error.instance_path)) for error in form)


def _most(forms: Iterable[_Form], measure: Callable[[_Form], int]) -> list[_Form]:
    measured = [(measure(form), form) for form in forms]
    most = max((size for size, _ in measured), default=0)
    return [form for size, form in measured if size == most]


# What to say


def _missed_by_all(forms: Sequence[_Form]) -> Flaw | None:
    """Where every form misses the same, whatever else is wrong with one or the other."""
    missed = [
        {
            _path(each, each.kind.property): (each.kind.property, each.instance)
            for each in form
            if isinstance(each.kind, ValidationErrorKind.Required)
        }
        for form in forms
    ]
    by_all = [path for path in (missed[0] if missed else ()) if all(path in form for form in missed)]
    return Flaw(by_all[0], _missing(*missed[0][by_all[0]])) if by_all else None


def _choice_of_names(forms: Sequence[_Form]) -> Flaw | None:
    """Where nothing is wrong but that each form misses something."""
    paths = {_path(error) for form in forms for error in form}
    missed = [
        [error.kind.property for error in form if isinstance(error.kind, ValidationErrorKind.Required)]
        for form in forms
    ]
    choice = dict.fromkeys(" + ".join(names) for names in missed)
    if len(paths) > 1 or len(choice) <= 1 or sum(map(len, missed)) != sum(map(len, forms)):
        return None
    return Flaw(paths.pop(), f"needs one of: {', '.join(choice)}")


def _choice_of_values(forms: Sequence[_Form], outer: ValidationError) -> Flaw | None:
    """Where one field decides on the form, and has none of the values it may have."""
    deciding = [
        (_path(error), error.kind.options)
        for form in forms
        for error in form
        if isinstance(error.kind, ValidationErrorKind.Enum) and _rules_out(error, outer)
    ]
    paths = {path for path, _ in deciding}
    values = ", ".join(dict.fromkeys(in_json(option) for _, options in deciding for option in options))
    if len(paths) != 1 or len(deciding) != len(forms) or len(values) > _LONGEST_REASON:
        return None
    return Flaw(paths.pop(), f"needs one of: {values}")


def _missing(name: str, holder: Any) -> str:
    spelled = next((key for key in holder if key.lower() == name.lower()), None)
    return "is required" if spelled is None else f'is required; "{spelled}" is another spelling of it'


def _reason(error: ValidationError, validator: Validator) -> str:
    message, kind = error.message, error.kind
    if _forms(error):
        message = f"{_shown(error.instance)} has none of the forms that the contract allows here"
    elif isinstance(kind, ValidationErrorKind.Enum):
        values = ", ".join(in_json(option) for option in kind.options)
        message = f"{_shown(error.instance)} is not one of {values}"
    elif isinstance(kind, ValidationErrorKind.AdditionalProperties):
        message = f"knows no {', '.join(map(in_json, kind.unexpected))}"
    elif isinstance(kind, ValidationErrorKind.Pattern | ValidationErrorKind.Format):
        example = validator.example_for(error)
        if example is not None:
            message = f"{_shown(error.instance)} does not have the form of {_shown(example)}"
        elif len(message) > _LONGEST_REASON:
            message = f"{_shown(error.instance)} does not have the form that the contract asks for"
    return message if len(message) <= _LONGEST_REASON else "..." + message[-_LONGEST_REASON:]


def _shown(value: Any) -> str:
    text = in_json(value)
    return text if len(text) <= _LONGEST_REASON // 2 else "the value"


def _path(error: ValidationError, *further: str) -> tuple[str, ...]:
    return tuple(str(step) for step in (*error.instance_path, *further))
