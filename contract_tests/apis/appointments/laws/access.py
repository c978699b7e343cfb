"""Who may do what: tokens, customers, employees, other merchants."""

from datetime import timedelta

from contract_tests.apis.appointments.laws.errands import is_a_merchant_s, run_errands
from contract_tests.apis.appointments.refusals import NO_BOOKING, NOT_A_MERCHANT, NOT_THEIRS
from contract_tests.apis.appointments.scene import (
    COLLEAGUE,
    CUSTOMER,
    NOBODY,
    NOWHERE,
    ROOMMATE,
    AppointmentsScene,
)
from contract_tests.laws import authentication
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import is_secured, probes
from contract_tests.laws.transport import MEBIBYTE
from contract_tests.scenes.scene import MAIN, OTHER

__all__ = ["LAWS"]

LAWS = Laws("access")

_HOUR = timedelta(hours=1)
_MISSING = (401, "Authorization header is missing")
_MALFORMED = (401, "Authorization header is malformed")
_UNKNOWN = (401, "token is invalid or expired")
_A_TOKEN = "contract-test-token-of-nobody"  # noqa: S105 - nobody's


@LAWS.law("AP-A01", "AP-A04")
def without_a_token_nothing_is_done(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    before = errands.state()
    authentication.refuses_nobody(scene, "AP-A01", errands.of(is_secured), *_MISSING)
    in_german = {"Accept-Language": "de-DE,de;q=0.9"}  # the text is what a program compares
    for probe in errands.of(is_secured):
        title = f"{probe.operation.id} in German, without a credential"
        probe.send(scene, by="", headers=in_german, title=title).refused("AP-A01", *_MISSING)
    scene.same("AP-A04", errands.state(), before, "calendar and customers")


@LAWS.law("AP-A02", "AP-A10")
def a_credential_that_is_not_bearer_and_one_token_is_malformed(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    before = errands.state()
    secured = errands.of(is_secured)
    token = _sent(scene).partition(" ")[2]
    authentication.refuses_a_credential(scene, "AP-A02", secured, f"Basic {token}", *_MALFORMED)
    for sent in ("Bearer", f"Bearer{token}", f"Bearer {token} more", token, f"Token {token}", f"Bearer,{token}"):
        authentication.refuses_a_credential(scene, "AP-A02", secured[:3], sent, *_MALFORMED)
    scene.same("AP-A02", errands.state(), before, "calendar and customers")
    (team,) = errands.of(lambda operation: operation.id == "listTeam")
    authentication.knows_the_scheme_in_any_case(scene, "AP-A10", team)


def _sent(scene: AppointmentsScene) -> str:
    """What main's requests say in Authorization."""
    return scene.call("listTeam", title="list the team").exchange.request_headers["Authorization"]


@LAWS.law("AP-A03", "AP-A04")
def a_token_that_nobody_holds_opens_nothing(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    before = errands.state()
    authentication.refuses_a_credential(scene, "AP-A03", errands.of(is_secured), f"Bearer {_A_TOKEN}", *_UNKNOWN)
    for token in (f"{_sent(scene).partition(' ')[2]}x", "customer_", "null", "Bearer"):
        authentication.refuses_a_credential(scene, "AP-A03", errands.of(is_secured)[:2], f"Bearer {token}", *_UNKNOWN)
    scene.same("AP-A04", errands.state(), before, "calendar and customers")


@LAWS.law("AP-A04")
def the_token_is_looked_at_before_ids_and_bodies(scene: AppointmentsScene) -> None:
    wrong: dict[str, list[int]] = {operation.id: [] for operation in scene.contract.operations}
    for ids in ({"id": "abc"}, {"id": NOWHERE}):
        asked = list(probes(scene.contract, ids, bodies=wrong))
        authentication.refuses_nobody(scene, "AP-A04", asked, *_MISSING)
        authentication.refuses_a_credential(scene, "AP-A04", asked, f"Bearer {_A_TOKEN}", *_UNKNOWN)
    for probe in filter(lambda each: each.content, asked):
        for sent, media_type in ((probe, "text/plain"), (probe.padded(MEBIBYTE + 1), "application/json")):
            answer = sent.send(scene, by="", headers={"Content-Type": media_type}, title=f"{probe.operation.id} so")
            answer.refused("AP-A04", *_MISSING)


@LAWS.law("AP-A05", "AP-A11")
def a_customer_does_nothing_that_is_a_merchant_s(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    before = errands.state()
    asked = errands.of(is_a_merchant_s)
    authentication.refuses_an_identity(scene, "AP-A05", asked, CUSTOMER, *NOT_A_MERCHANT)
    scene.same("AP-A05", errands.state(), before, "calendar and customers")
    scene.ours("id", NOWHERE)
    for path_id in (NOWHERE, NOBODY):
        nothing = [each for each in errands.elsewhere(path_id) if "/bookings/" not in each.path]
        wanted = [each for each in nothing if each.path.startswith("/merchant/customers/") == (path_id == NOBODY)]
        authentication.refuses_an_identity(scene, "AP-A11", wanted, CUSTOMER, *NOT_A_MERCHANT)
    for by in (CUSTOMER, MAIN):
        scene.move(NOWHERE, errands.start, by=by).refused("AP-A11", *NO_BOOKING)
        scene.call_off(NOWHERE, by=by).refused("AP-A11", *NO_BOOKING)
    own = scene.booked(errands.start + 2 * _HOUR)
    scene.move(own, errands.start, by=CUSTOMER, title="move one's own booking").refused("AP-A05", *NOT_A_MERCHANT)
    scene.call_off(own, by=CUSTOMER).refused("AP-A05", *NOT_A_MERCHANT)


@LAWS.law("AP-A06")
def the_catalogue_is_open_to_everybody(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    asked = errands.of(lambda operation: not operation.secured)
    scene.same("AP-A06", len(asked), 6, "the number of operations that need no token")
    for probe in asked:
        answer = probe.send(scene, by="", title=f"{probe.operation.id} without a token").ok("AP-A06", 200)
        again = probe.send(scene, by=CUSTOMER, title=f"{probe.operation.id} with a token").ok("AP-A06", 200)
        scene.same("AP-A06", again.json, answer.json, "what a customer reads", answer, again)


@LAWS.law("AP-A07", "AP-G10")
def an_employee_is_a_customer_like_any_other(scene: AppointmentsScene) -> None:
    start = scene.spot()
    for number, who in enumerate((MAIN, OTHER)):
        begin = start + number * _HOUR
        booking = scene.made(scene.book(begin, by=who, title="book for oneself").ok("AP-A07", 201))
        seen = scene.read(booking, by=who).ok("AP-A07", 200).json
        scene.same("AP-A07", seen["is_cancelled"], False, "is_cancelled")
        for another in (ROOMMATE, CUSTOMER):
            rule = "AP-G10" if another == ROOMMATE else "AP-A08"
            scene.read(booking, by=another).refused(rule, *NOT_THEIRS)
            scene.leave(booking, by=another).refused(rule, *NOT_THEIRS)
        scene.leave(booking, by=who).ok("AP-A07", 200)
    customers = scene.booked(start)
    scene.read(customers, by=MAIN).refused("AP-G10", *NOT_THEIRS)
    scene.leave(customers, by=MAIN).refused("AP-G10", *NOT_THEIRS)


@LAWS.law("AP-A09", "AP-A12")
def a_merchant_sees_nothing_of_another(scene: AppointmentsScene) -> None:
    start = scene.far_day()
    guest = {"first_name": scene.word(), "last_name": scene.word()}
    booking = scene.entered(start, guest)
    block = scene.blocked(start + _HOUR, start + 2 * _HOUR, by=COLLEAGUE, name=scene.word())
    customer = scene.new_customer()
    found = scene.calendar(start, start + 2 * _HOUR, by=OTHER, cancelled=True)
    scene.expect("AP-A09", booking not in {row["id"] for row in found["bookings"]}, "none of ours", found)
    scene.expect("AP-A09", block not in {row["id"] for row in found["blocked_times"]}, "none of ours", found)
    own, others = scene.customers(), scene.customers(by=OTHER)
    scene.expect("AP-A12", customer in {each["id"] for each in own}, "the new customer in the own book", customer)
    both = {each["id"] for each in own} & {each["id"] for each in others}
    scene.same("AP-A12", both, set(), "customers of both merchants")
    names = {each["first_name"] for each in others}
    scene.expect("AP-A12", guest["first_name"] not in names, "no customer of ours", guest["first_name"])
    team = scene.call("listTeam", by=OTHER, title="list the other team").ok("AP-A12", 200).json
    both = {each["id"] for each in scene.team} & {each["id"] for each in team}
    scene.same("AP-A12", both, set(), "employees of both merchants")
    scene.expect("AP-A12", bool(team and scene.team), "two teams", team)
