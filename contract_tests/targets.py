"""Where a run goes: the address, the credential, and whether anybody is at home there.

The token never leaves this module in the clear, except in a request: whatever is shown or written goes through
`Target.redact`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from urllib.parse import urlsplit

import requests

from contract_tests.contracts import Contract, Operation
from contract_tests.outgoing import Outlet, reach, why
from contract_tests.problems import CannotRun

__all__ = [
    "TOKEN_VARIABLE",
    "Redact",
    "Target",
    "ensure_sendable",
    "ensure_somebody_listens",
    "find_target",
    "knock",
]

Redact = Callable[[str], str]
"""Takes the secrets out of a text."""

# The command line reads the token from this variable too, so a copied curl runs in the same shell.
TOKEN_VARIABLE = "CONTRACT_TESTS_TOKEN"  # noqa: S105 - the name of a variable
_OK = 200
_UNAUTHENTICATED = 401
_UNAUTHORIZED = (_UNAUTHENTICATED, 403)
_NOT_FOUND = 404
_NOBODY: Mapping[str, Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Target:
    """
    Args:
        base_url: Complete: what stands before the contract's paths, without a slash at its end.
        headers: The main credential as it is sent; empty when there is none.
        secrets: What must never be shown: each token with the shell variable that stands for it.
    """

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    def redact(self, text: str) -> str:
        """*text* without secrets. In a curl command, a credential's header becomes one that a shell fills in."""
        for token, variable in self.secrets.items():
            if token in text:
                header = re.compile(rf"-H '([^'\n]*?){re.escape(token)}([^'\n]*)'")
                text = header.sub(rf'-H "\g<1>${variable}\g<2>"', text).replace(token, f"${variable}")
        return text

    def with_secrets(self, tokens: Mapping[str, str], variables: Mapping[str, str]) -> "Target":
        """This target, which keeps more *tokens* to itself; they and the *variables* they are in are by identity."""
        made_up = {token: f"{TOKEN_VARIABLE}_{who.upper().replace('-', '_')}" for who, token in tokens.items()}
        known = {tokens[who]: variable for who, variable in variables.items()}
        return replace(self, secrets={**made_up, **self.secrets, **known})

    @property
    def stand_ins(self) -> Mapping[str, str]:
        """Variables that commands are shown with and nobody may have set, each with the identity whose token is meant."""
        return {
            variable: variable.removeprefix(TOKEN_VARIABLE).removeprefix("_").lower() or "main"
            for variable in self.secrets.values()
            if variable.startswith(TOKEN_VARIABLE)
        }


def find_target(
    contract: Contract, base_url: str, token: str | None, *, source: str = "", wants_token: bool = True
) -> Target:
    """
    The address and credential for *contract*, from what the user typed.

    Args:
        source: Where the token comes from, for people; "" for the command line.

    What is typed replaces the host of the document's server and whatever stands before that server's own path, so
    the path is added unless it, or that of another server of the document, is already there.

    Raises:
        CannotRun: The address is not one, or a token is missing or cannot stand in a header.
    """
    address = _address(base_url)
    if not _base_path_in(address, contract):
        address += contract.base_path
    if not token:
        if wants_token and any(operation.secured for operation in contract.operations):
            raise CannotRun(f"{contract.api} wants a token: pass --token KEY or set {TOKEN_VARIABLE}")
        return Target(base_url=address)
    ensure_sendable(contract, token, source)
    name, form = contract.credential
    return Target(base_url=address, headers={name: form.format(token)}, secrets={token: TOKEN_VARIABLE})


def ensure_sendable(contract: Contract, token: str, source: str = "") -> None:
    """Raises CannotRun: *token*, from that *source*, cannot stand alone in the header of *contract*."""
    word = contract.credential[1].partition("{}")[0]
    if word.strip() and token.lower().startswith(word.lower()):
        raise CannotRun(f"{source or 'the token'} begins with {word.strip()!r}: leave that away, it is sent with it")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise CannotRun(
            f"{source or 'the token'} cannot be sent: a header takes printable ASCII without spaces"
            f"{'' if source else ', check --token'}"
        )


def ensure_somebody_listens(target: Target) -> None:
    """Raises CannotRun. Nothing is asked there: that is for `knock`, once it is known as whom."""
    try:
        reach(target.base_url)
    except OSError as problem:
        raise _unreachable(target, problem) from problem


def _unreachable(target: Target, problem: Exception) -> CannotRun:
    return CannotRun(
        f"{target.base_url} cannot be reached ({why(problem)}): is the server running, and is --base-url right?"
    )


def knock(
    contract: Contract, target: Target, source: str = "", others: Mapping[str, Mapping[str, str]] = _NOBODY
) -> None:
    """
    Ask for one harmless answer before the run, to tell a wrong call from a broken API.

    Args:
        source: Where the target's token comes from, for people; "" for the command line.
        others: Credentials beside it that have to be known, as they are sent, by their sources.

    Raises:
        CannotRun: Nobody answers there, somebody else does, or a token is refused.
    """
    operation = _harmless(contract)
    if operation is None:
        return
    with Outlet().session() as session:
        session.headers.update(target.headers)
        url = target.base_url + operation.path
        try:
            answer = session.get(url, params=operation.query)
        except requests.RequestException as problem:
            raise _unreachable(target, problem) from problem
        if answer.status_code in _UNAUTHORIZED and operation.secured:
            raise _refusal(answer, contract, source)
        _understand(answer, contract, target, session, operation)
        for other, headers in others.items() if operation.secured else ():
            try:
                answer = session.get(url, params=operation.query, headers=headers)
            except requests.RequestException as problem:
                raise CannotRun(f"{target.base_url} stopped answering: {why(problem)}") from problem
            if answer.status_code == _UNAUTHENTICATED:  # with 403 it is known, and only may not read this
                raise _refusal(answer, contract, other)


def _refusal(answer: requests.Response, contract: Contract, source: str) -> CannotRun:
    said = _code_in(answer, contract)
    asked = answer.url.partition("?")[0]
    wanted = "one that works" if answer.status_code == _UNAUTHENTICATED else "one that may read this"
    return CannotRun(
        f"{source or 'the token'} was refused: GET {asked} answered "
        f"{answer.status_code}{f' {said!r}' if said else ''}; "
        + (f"put {wanted} there" if source else f"pass {wanted} with --token or {TOKEN_VARIABLE}")
    )


def _understand(
    answer: requests.Response, contract: Contract, target: Target, session: requests.Session, operation: Operation
) -> None:
    asked = f"GET {target.base_url}{operation.path}"
    if answer.is_redirect:
        raise CannotRun(f"{asked} redirects to {answer.headers['location']}: pass the final address as --base-url")
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    if is_page or answer.status_code == _NOT_FOUND:
        what = "a web page" if is_page else "404"
        elsewhere = _elsewhere(contract, target, session, operation)
        hint = f"did you mean --base-url {elsewhere}?" if elsewhere else "check --base-url, its path included"
        raise CannotRun(f"{asked} answered {what}, so {contract.api} is not served there: {hint}")


def _elsewhere(contract: Contract, target: Target, session: requests.Session, operation: Operation) -> str | None:
    """The address that was probably meant: the API under its own name, or at the root of the host."""
    given = target.base_url.removesuffix(_base_path_in(target.base_url, contract))
    parts = urlsplit(given)
    root = f"{parts.scheme}://{parts.netloc}"
    for candidate in dict.fromkeys((f"{given}/{contract.api}", f"{root}/{contract.api}", root)):
        address = candidate + contract.base_path
        if address == target.base_url:
            continue
        try:
            answer = session.get(address + operation.path, params=operation.query)
        except requests.RequestException:
            return None
        if answer.status_code == _OK and answer.headers.get("content-type", "").partition(";")[0].endswith("json"):
            return candidate
    return None


def _base_path_in(address: str, contract: Contract) -> str:
    """The longest of the document's base paths that *address* ends with; often empty."""
    path = urlsplit(address).path
    return max((base for base in contract.base_paths if path.endswith(base)), key=len, default="")


def _harmless(contract: Contract) -> Operation | None:
    """A secured read is best, it tells about the token too; one that asks for the least comes first."""
    reads = [
        operation
        for operation in contract.operations
        if operation.method == "GET" and operation.reads_only and "{" not in operation.path
    ]
    return min(reads, key=lambda operation: (not operation.secured, len(operation.query)), default=None)


def _code_in(answer: requests.Response, contract: Contract) -> object:
    try:
        return contract.code_in(answer.json())
    except ValueError:
        return None


def _address(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
        port_is_a_number = parts.port is None or parts.port > 0
    except ValueError:
        port_is_a_number = False
    if not port_is_a_number:
        raise CannotRun(f"--base-url {base_url!r} has no usable port: write one like http://127.0.0.1:8080")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        bare = base_url.partition("://")[2] or base_url
        raise CannotRun(f"--base-url {base_url!r} is no http address: did you mean 'http://{bare.lstrip('/')}'?")
    if parts.query or parts.fragment:
        clean = parts._replace(query="", fragment="").geturl()
        raise CannotRun(f"--base-url takes no query and no fragment: did you mean {clean!r}?")
    return base_url.rstrip("/")
