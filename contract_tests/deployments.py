"""From what the user typed to what is tested: which world, whose credentials, which profile.

a profile, or a token          a deployment: one world, shared by all tests
--sandbox NAME                 our own sandbox, in that one world of it; an address with ~NAME in it says the same
nothing of these               our own sandbox: a world for each test, and the control plane says the rest
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from contract_tests.apis import kit_of
from contract_tests.apis.bundle import ApiKit
from contract_tests.contracts import Contract, contract_file
from contract_tests.problems import CannotRun
from contract_tests.profiles import TOKEN, Profile, read_profile
from contract_tests.readings import held_to, readings_of
from contract_tests.runs import Deployment
from contract_tests.scenes.sandboxes import CONTROL_TOKEN_VARIABLE, ControlPlane
from contract_tests.scenes.scene import MAIN
from contract_tests.scenes.worlds import ForkedWorlds, SharedWorld, Worlds
from contract_tests.targets import TOKEN_VARIABLE, Target, ensure_sendable, ensure_somebody_listens, find_target, knock
from doublebook_data.views import View

__all__ = ["CONTROL_TOKEN_VARIABLE", "Typed", "find_deployment"]

_NAMED = re.compile(r"/~([^/]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What the command line said; None and "" were not said."""

    base_url: str | None = None
    token: str | None = None
    profile: Path | None = None
    sandbox: str | None = None
    control_token: str | None = None
    view: View | None = None


def find_deployment(contract: Contract, typed: Typed) -> Deployment:
    """
    What is to be tested: our own sandbox held to all of the contract, anything else to what pages state of it.

    Raises:
        CannotRun: Nobody is at home there, a credential is missing or refused, a profile cannot be used.
    """
    found = _find(contract, typed)
    readings = readings_of(found.profile, contract)
    is_ours = bool(found.sandbox) or readings.adopts_all
    view = typed.view or (View.OURS if is_ours else View.AGREED)
    said = () if typed.view is None else ("--view", typed.view)
    return replace(found, contract=held_to(contract, view, readings), options=(*found.options, *said))


def _find(contract: Contract, typed: Typed) -> Deployment:
    kit = kit_of(contract.api)
    profile = _profile(contract, kit, typed)
    base_url = typed.base_url or profile.find("base_url")
    if not base_url:
        raise CannotRun("nobody said where it is served: pass --base-url URL, or write base_url into the profile")
    target = find_target(contract, base_url, None, wants_token=False)
    ensure_somebody_listens(target)
    if kit is not None and typed.token is None and typed.profile is None:
        plane = ControlPlane.find(target.base_url, typed.control_token)
        if plane is not None:
            try:
                return _sandbox(contract, kit, target, plane, typed)
            except CannotRun:
                plane.close()
                raise
    if typed.sandbox is not None:
        raise CannotRun(f"--sandbox {typed.sandbox}: there is no control plane beside {target.base_url}")
    source = "" if typed.token else profile.source("identities.main")
    token = typed.token or profile.find("identities.main")
    target = find_target(contract, base_url, token, source=source)
    _ensure_everybody_is_somebody_else(contract, profile, token, source)
    knock(contract, target, source, _let_in(contract, kit, profile))
    target = target.with_secrets(profile.find("identities") or {}, _variables(profile))
    found = _deployment(contract, kit, target, profile, SharedWorld(target.base_url, profile))
    return found if typed.profile is None else replace(found, options=("--profile", str(typed.profile)))


def _profile(contract: Contract, kit: ApiKit | None, typed: Typed) -> Profile:
    if typed.profile is None:
        return Profile(api=contract.api)
    return read_profile(typed.profile, contract.api, kit.scene.KEYS if kit else ())


def _ensure_everybody_is_somebody_else(contract: Contract, profile: Profile, main: str | None, source: str) -> None:
    """Raises CannotRun: of two identities that are the same, each sees what the other has, and a test would blame the API."""
    sources = {main: source or f"the token of --token or {TOKEN_VARIABLE}"}
    for who, token in (profile.find("identities") or {}).items():
        if who == MAIN:
            continue
        theirs = profile.source(f"identities.{who}")
        ensure_sendable(contract, token, theirs)
        if token in sources:
            raise CannotRun(f"{sources[token]} and {theirs} are the same: each identity has to be somebody else")
        sources[token] = theirs


def _let_in(contract: Contract, kit: ApiKit | None, profile: Profile) -> Mapping[str, Mapping[str, str]]:
    """The credentials beside the main one that have to be known, as they are sent, by their sources."""
    headers = _headers(contract, profile, None)
    names = [key.name for key in kit.scene.KEYS if key.kind is TOKEN and profile.find(key.name)] if kit else []
    return {profile.source(name): headers[name.removeprefix("identities.")] for name in names}


def _variables(profile: Profile) -> Mapping[str, str]:
    """The identities whose token is what one variable says and nothing else, each with that variable."""
    found = {who: profile.variables.get(f"identities.{who}", "") for who in profile.find("identities") or {}}
    return {who: name for who, name in found.items() if os.environ.get(name) == profile.find(f"identities.{who}")}


def _sandbox(contract: Contract, kit: ApiKit, target: Target, plane: ControlPlane, typed: Typed) -> Deployment:
    profile = plane.profile(contract.api)
    named = _NAMED.match(target.base_url.removeprefix(plane.root))
    path = target.base_url.removeprefix(plane.root + (named[0] if named else ""))
    name = typed.sandbox or (named[1] if named else None)
    if name is None:
        prefix = plane.path_of(contract.api).removesuffix(contract.base_path)
        if path not in {prefix + base for base in contract.base_paths}:
            knock(contract, find_target(contract, target.base_url, profile.find("identities.main")))
        worlds: Worlds = ForkedWorlds(contract, plane, path, profile.world)
    else:
        base_url = f"{plane.root}/~{name}{path}"
        target = find_target(contract, base_url, profile.find("identities.main"))
        knock(contract, target)
        worlds = SharedWorld(base_url, profile, plane)
    # What the sandbox hands out to everybody is no secret: a curl that is shown works as it stands.
    control = {typed.control_token: CONTROL_TOKEN_VARIABLE} if typed.control_token else {}
    public = Target(base_url=target.base_url, headers=_headers(contract, profile, None)["main"], secrets=control)
    found = _deployment(contract, kit, public, profile, worlds)
    return replace(found, sandbox=plane.drawn_by(contract.api))


def _deployment(contract: Contract, kit: ApiKit | None, target: Target, profile: Profile, worlds: Worlds) -> Deployment:
    return Deployment(
        contract=contract,
        file=contract_file(contract.api),
        kit=kit,
        target=target,
        headers=_headers(contract, profile, target),
        profile=profile,
        worlds=worlds,
    )


def _headers(contract: Contract, profile: Profile, target: Target | None) -> Mapping[str, Mapping[str, str]]:
    name, form = contract.credential
    headers = {who: {name: form.format(token)} for who, token in (profile.find("identities") or {}).items()}
    return headers | ({"main": target.headers} if target is not None and target.headers else {})
