"""What becomes of a law that is played: whatever happens in it, it is a result."""

import itertools
from dataclasses import replace
from datetime import datetime

import pytest
from independent_reservekit import KEYS, Shop, serving

from contract_tests.contracts import load_contract
from contract_tests.deployments import Typed, find_deployment
from contract_tests.findings import Severity
from contract_tests.laws.law import Law, Layer
from contract_tests.profiles import NotApplicable
from contract_tests.results import Outcome
from contract_tests.runs import staged
from contract_tests.suites.scripted import ROUNDS, play, play_laws


@pytest.fixture(autouse=True)
def toy_contracts():
    """Here it is about a real one."""


@pytest.fixture(scope="module")
def shop():
    return Shop()


@pytest.fixture(scope="module")
def stage(shop):
    with serving(shop) as url:
        found = find_deployment(load_contract("reservekit"), Typed(base_url=url, token=KEYS["main"]))
        with staged(found, seed=1) as stage:
            yield stage
        found.worlds.close()


def played(stage, act, *rules, layer=Layer.LAWS):
    return play(stage, Law("theme.some_law", rules or ("RK-B01",), layer, act))


def test_a_law_that_holds_is_evidence_for_its_rules(stage):
    result = played(stage, lambda scene: [scene.offered(), scene.offered()], "RK-S01")

    assert (result.outcome, result.evidence, result.calls) == (Outcome.PASS, {"RK-S01": 2}, 4)
    assert result.sentence == "some law"


def test_what_cannot_be_read_of_a_reading_of_ours_is_a_difference(stage):
    def act(scene):
        return scene.call("listServices", title="list services").ok("RK-P03", 200).json["data"]["nothing"]

    result = played(stage, act, "RK-P03")

    (finding,) = result.findings
    assert (result.outcome, result.why) == (Outcome.SKIP, "the target reads RK-P03 otherwise")
    assert (finding.rule, finding.severity) == ("RK-P03", Severity.DIFFERENCE)


def test_a_rule_that_does_not_hold_is_a_finding_with_its_steps(stage):
    def act(scene):
        scene.booked(scene.slot(places=1))
        scene.call("listServices", title="list services").refused("RK-V10", 400)

    result = played(stage, act, "RK-V10")

    (finding,) = result.findings
    assert result.outcome is Outcome.FAIL
    assert (finding.rule, finding.expected) == ("RK-V10", "list services: 400")
    assert finding.came.startswith("200 OK")
    assert finding.replay == "reservekit/theme.some_law/1"


@pytest.mark.parametrize(("holds", "outcome"), [(True, Outcome.FAIL), (False, Outcome.SKIP)])
def test_what_may_follow_from_a_reading_is_a_break_where_the_target_reads_that_as_we_do(stage, holds, outcome):
    asked = []

    def reading(scene):
        asked.append(scene.name)
        scene.expect("RK-B13", holds, "a place", "none", scene.call("listServices"))

    def act(scene):
        scene.lean_on("RK-B13")
        scene.call("listServices", title="list services").refused("RK-V10", 400)

    kit = replace(stage.kit, laws=[Law("theme.reading", ("RK-B13",), Layer.LAWS, reading)])
    stage = replace(stage, kit=kit, setting=replace(stage.setting, read_otherwise={}))
    results = [played(stage, act, "RK-V10") for _ in range(2)]

    assert [each.outcome for each in results] == [outcome] * 2
    assert {each.why.partition(";")[0] for each in results} == {"" if holds else "the target reads RK-B13 otherwise"}
    assert asked == ["theme.reading"]


@pytest.mark.parametrize(("rule", "outcome"), [("RK-V10", Outcome.SKIP), ("RK-S02", Outcome.FAIL)])
def test_what_a_page_says_of_an_operation_follows_from_no_reading_of_it(stage, monkeypatch, rule, outcome):
    monkeypatch.setattr(stage.kit.scene, "LEANS", {"createService": ("RK-B13",)})
    setting = replace(stage.setting, read_otherwise={"RK-B13": True})

    def act(scene):
        scene.offered()
        scene.call("listServices").refused(rule, 400)

    assert played(replace(stage, setting=setting), act, rule).outcome is outcome


def lacks(scene):
    scene.read({"id": 1}, by="other")


def does_not_apply(_):
    raise NotApplicable("nobody does that here")


def trespasses(scene):
    scene.delete({"id": 4711})


def errs(scene):
    scene.offered()
    scene.nothing()


def miscalls(scene):
    scene.offered()
    scene.slot(rooms=1)


def misnames(scene):
    scene.offered()
    scene.call("getService", bookingNumber=1)


def reads_nothing(_):
    dict[str, str]()["nothing"]


def waits_for_a_list_to_grow(scene):
    while len(scene.services("RK-P05")) < 1_000:
        scene.read({"id": scene.booked(scene.slot())["id"]})


def test_a_law_that_waits_for_what_never_comes_ends_with_a_finding(stage, monkeypatch):
    monkeypatch.setattr("contract_tests.scenes.scene._MOST_REQUESTS", 40)

    (finding,) = played(stage, waits_for_a_list_to_grow).findings

    assert finding.expected == "an end of it: the test has sent 40 requests and waits for something to change"


@pytest.mark.parametrize(
    ("act", "outcome", "why"),
    [
        (lacks, Outcome.SKIP, "nobody can sign in as 'other': add identities.other to the profile"),
        (does_not_apply, Outcome.OMIT, "nobody does that here"),
        (trespasses, Outcome.ERROR, "bookingID=4711 was not sent"),
        (errs, Outcome.ERROR, "AttributeError: 'ReserveKitScene' object has no attribute 'nothing' (at "),
        (miscalls, Outcome.ERROR, "got an unexpected keyword argument 'rooms'"),
        (misnames, Outcome.ERROR, "KeyError: 'bookingNumber'"),
        (reads_nothing, Outcome.ERROR, "KeyError: 'nothing' (at "),
    ],
)
def test_what_keeps_a_law_from_judging_is_said(stage, act, outcome, why):
    result = played(stage, act)

    assert result.outcome is outcome
    assert why in result.why
    assert result.findings == ()


def reads_a_member_too_many(scene):
    return scene.offered()["nothing"]


def reads_a_slot_too_many(scene):
    one, two = scene.slots_of(scene.slot().service_id, "RK-T01")
    return one, two


def reads_null(scene):
    return scene.booked(scene.slot(), message=None)["message"].strip()


def reads_no_moment(scene):
    service = scene.offered()
    scene.services("RK-A09")
    return datetime.fromisoformat(service["name"])


def reads_what_was_refused(scene):
    return scene.book(scene.slot(), "tomorrow").json["data"]["id"]


@pytest.mark.parametrize(
    ("act", "rule", "title", "read"),
    [
        (reads_a_member_too_many, "RK-S01", "make a service", "scene.offered()[\"nothing\"] (KeyError: 'nothing')"),
        (reads_a_slot_too_many, "RK-T01", "list slots", "(ValueError: not enough values to unpack (expected 2, got 1)"),
        (reads_null, "RK-B02", "book", "(AttributeError: 'NoneType' object has no attribute 'strip')"),
        (reads_no_moment, "RK-S01", "make a service", 'datetime.fromisoformat(service["name"]) (ValueError: '),
        (reads_what_was_refused, "RK-B17", "book", "(TypeError: 'NoneType' object is not subscriptable)"),
    ],
)
def test_an_answer_of_another_form_than_a_law_reads_is_a_finding(stage, act, rule, title, read):
    result = played(stage, act, "RK-B17")

    (finding,) = result.findings
    assert result.outcome is Outcome.FAIL
    assert (finding.rule, finding.steps[-1].title) == (rule, title)
    assert finding.expected.startswith(f"{title}: an answer of which this can be read: ")
    assert read in finding.expected
    assert finding.came.startswith(finding.steps[-1].came[:20])


@pytest.mark.parametrize("act", [lambda scene: scene.slot(), lambda scene: [scene.slot(), errs(scene)]])
def test_what_a_law_made_is_taken_back_however_it_ended(stage, shop, act):
    result = played(stage, act)

    assert shop.services == {}
    assert result.leaked == ()


def test_what_cannot_be_taken_back_is_written_down(stage, shop, monkeypatch):
    def break_down(_):
        raise RuntimeError

    def act(scene):
        service = scene.offered()
        monkeypatch.setattr(shop, "service", break_down)
        return service

    result = played(stage, act)
    (service_id,) = shop.services
    shop.empty()

    assert len(result.leaked) == 1
    assert result.leaked[0].startswith(f"serviceID {service_id} of POST /services (500 ")


def test_a_law_that_fails_does_not_keep_the_next_from_being_played(stage):
    laws = [Law(f"theme.law_{n}", ("RK-B01",), Layer.LAWS, act) for n, act in enumerate((errs, lacks, reads_null))]

    assert [result.outcome for result in play_laws(stage, laws)] == [Outcome.ERROR, Outcome.SKIP, Outcome.FAIL]


def test_calls_made_together_are_answered_in_their_order_and_a_problem_is_raised(stage):
    def act(scene):
        slot = scene.slot()
        answers = scene.together(*(lambda n=n: scene.book(slot, customer_name=f"{n}") for n in range(4)))
        names = [answer.json["data"]["customer"]["name"] for answer in answers]
        scene.same("RK-B01", names, ["0", "1", "2", "3"], "the names")
        scene.together(lambda: scene.read({"id": 1}), lambda: trespasses(scene))

    result = played(stage, act)

    assert (result.outcome, result.evidence["RK-B01"]) == (Outcome.ERROR, 1)


def races(scene):
    scene.slot()
    scene.together(scene.offer, scene.offer)


def test_what_asks_many_things_at_once_is_played_in_ten_rounds(stage):
    result = played(stage, races, "RK-S01", layer=Layer.BURSTS)

    assert (result.outcome, result.bursts, result.evidence["RK-S01"]) == (Outcome.PASS, ROUNDS, ROUNDS)
    assert result.calls == 5 * ROUNDS
    assert result.overlapped > ROUNDS / 2
    assert played(stage, races).bursts == 1


def test_the_rounds_end_with_the_first_that_does_not_hold(stage):
    rounds = itertools.count(1)

    def act(scene):
        races(scene)
        scene.same("RK-S01", next(rounds) < 3, True, "whether it holds")

    result = played(stage, act, "RK-S01", layer=Layer.BURSTS)

    assert (result.outcome, result.bursts, len(result.findings)) == (Outcome.FAIL, 3, 1)


def test_what_is_used_up_by_some_rounds_holds_by_those(stage):
    rounds = itertools.count(1)

    def act(scene):
        if next(rounds) == 3:
            raise NotApplicable("nobody is left")
        races(scene)

    result = played(stage, act, "RK-S01", layer=Layer.BURSTS)

    assert (result.outcome, result.why, result.bursts) == (Outcome.PASS, "", 2)


@pytest.mark.parametrize(("is_own", "outcome"), [(False, Outcome.SKIP), (True, Outcome.ERROR)])
def test_what_hardly_ever_overlaps_is_not_tested(stage, monkeypatch, is_own, outcome):
    monkeypatch.setattr("contract_tests.scenes.scene.overlap", lambda exchanges: False)
    monkeypatch.setattr(type(stage.worlds), "are_own", is_own)

    result = played(stage, races, "RK-S01", layer=Layer.BURSTS)

    assert (result.outcome, result.evidence.get("RK-S01")) == (outcome, None)
    assert result.why == "of 10 times that requests were sent at the same moment they overlapped 0 times"


def test_steps_that_were_sent_at_the_same_moment_say_so(stage):
    def act(scene):
        slot = scene.slot(places=4)
        answers = scene.together(*[lambda: scene.book(slot, customer_email=scene.email(), title="book")] * 3)
        scene.expect("RK-B21", False, "one 201", "3 of 3", *answers[:2])

    (finding,) = played(stage, act, "RK-B21").findings

    booked = [step.title for step in finding.steps if step.title.startswith("book")]
    assert {*booked} == {"book (one of 3 at once)"}
    assert "at once" not in finding.steps[0].title
