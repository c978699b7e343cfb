"""What a request that is about to be sent asks for, when something is known."""

import json
from typing import Any

import pytest
import requests
import schemathesis
import yaml
from schemathesis.core.parameters import ParameterLocation
from schemathesis.core.transport import Response
from schemathesis.generation.meta import (
    CaseMetadata,
    ComponentInfo,
    ExamplesPhaseData,
    FuzzingPhaseData,
    GenerationInfo,
    PhaseInfo,
    StatefulPhaseData,
    TestPhase,
)
from schemathesis.generation.modes import GenerationMode
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER

from contract_tests import contracts
from contract_tests.contracts import load_contract
from contract_tests.profiles import Profile
from contract_tests.suites.inventory import Inventory

WHOLE, WORD = {"type": "integer", "minimum": 1}, {"type": "string"}
ANSWERS = {"responses": {"default": {"description": "Whatever comes"}}}


def takes(place="path", **parameters):
    return [{"name": name, "in": place, "required": True, "schema": schema} for name, schema in parameters.items()]


def a_body(**members):
    schema = {"type": "object", "properties": members}
    return {"content": {"application/json": {"schema": schema}}}


SALON = {
    "openapi": "3.0.3",
    "info": {"title": "Salon", "version": "1"},
    "paths": {
        "/salons/{salonName}": {"get": {"parameters": takes(salonName=WORD), **ANSWERS}},
        "/salons/{salonName}/treatments/{treatmentId}": {
            "get": {"parameters": takes(salonName=WORD, treatmentId=WHOLE), **ANSWERS}
        },
        "/slots": {"get": {"parameters": takes("query", treatment_id=WHOLE), **ANSWERS}},
        "/visits": {
            "get": ANSWERS,
            "post": {"requestBody": a_body(treatment_id=WHOLE, note=WORD), **ANSWERS},
        },
        "/visits/{id}": {
            "get": {"parameters": takes(id=WHOLE), **ANSWERS},
            "delete": {"parameters": takes(id=WHOLE), "requestBody": a_body(visit_id=WHOLE), **ANSWERS},
        },
        "/salon/team/{id}": {"get": {"parameters": takes(id=WHOLE), **ANSWERS}},
        "/salon/team": {"get": ANSWERS},
    },
}
PHASES = {
    TestPhase.EXAMPLES: ExamplesPhaseData,
    TestPhase.FUZZING: FuzzingPhaseData,
    TestPhase.STATEFUL: StatefulPhaseData,
}


class Desk:
    """Asks as a generated request does, and answers."""

    def __init__(self, contract, **given):
        self.inventory = Inventory(contract, Profile(api="salon", values={"inventory": given}))
        self._schema = schemathesis.openapi.from_dict(SALON)

    def case(self, label, *, phase=TestPhase.EXAMPLES, broken=(), **parts):
        method, path = label.split(" ")
        case = self._schema[path][method].Case(**parts)
        modes = dict.fromkeys(ParameterLocation, GenerationMode.POSITIVE)
        modes |= dict.fromkeys(broken, GenerationMode.NEGATIVE)
        places = {
            "path_parameters": ParameterLocation.PATH,
            "query": ParameterLocation.QUERY,
            "body": ParameterLocation.BODY,
        }
        data: Any = PHASES[phase](None, None, None, None)
        case._meta = CaseMetadata(
            generation=GenerationInfo(0.0, GenerationMode.NEGATIVE if broken else GenerationMode.POSITIVE),
            components={places[name]: ComponentInfo(modes[places[name]]) for name in parts if name in places},
            phase=PhaseInfo(phase, data),
        )
        case._init_hashes()
        return case

    def asks(self, label, **options):
        case = self.case(label, **options)
        self.inventory.fill(case)
        return case

    def is_answered(self, label, status=200, body=None, headers=None, **parts):
        case = self.case(label, **parts)
        sent = requests.Request(case.method, "http://salon.example/").prepare()
        content = json.dumps(body).encode()
        self.inventory.learn(case, Response(status, headers or {}, content, sent, elapsed=0.1, verify=True))


@pytest.fixture
def contract(tmp_path, monkeypatch):
    (tmp_path / "salon").mkdir()
    (tmp_path / "salon" / "openapi.yaml").write_text(yaml.safe_dump(SALON), encoding="utf-8")
    monkeypatch.setattr(contracts, "openapi_dir", lambda: tmp_path)
    return load_contract("salon")


@pytest.fixture
def desk(contract):
    return Desk(contract)


READ = "GET /visits/{id}"
DELETE = "DELETE /visits/{id}"
TREATMENT = "GET /salons/{salonName}/treatments/{treatmentId}"


def test_what_a_list_has_shown_is_read(desk):
    desk.is_answered("GET /visits", body={"data": [{"id": 12, "note": "early"}]})

    assert desk.asks(READ, path_parameters={"id": 999}).path_parameters == {"id": 12}


def test_what_a_list_has_shown_is_not_written_to(desk):
    desk.is_answered("GET /visits", body=[{"id": 12}])

    assert desk.asks(DELETE, path_parameters={"id": 999}).path_parameters == {"id": 999}


def test_what_worked_for_a_write_without_being_ours_is_not_written_to_again(desk):
    desk.is_answered("GET /visits", body=[{"id": 12}])
    desk.is_answered(DELETE, path_parameters={"id": 12})

    assert desk.asks(DELETE, path_parameters={"id": 999}).path_parameters == {"id": 999}


@pytest.mark.parametrize(
    ("body", "headers"), [({"id": 12}, None), (None, {"location": ["/api/visits/12"]})], ids=["body", "Location"]
)
def test_what_the_run_made_is_written_to(desk, body, headers):
    desk.is_answered("POST /visits", 201, body, headers)

    assert desk.asks(DELETE, path_parameters={"id": 999}).path_parameters == {"id": 12}


def test_what_the_profile_gives_is_used_by_its_kind(contract):
    desk = Desk(contract, salon="tide", other_salon="kelp", treatments={"usual": 7})

    asked = [desk.asks(TREATMENT, path_parameters={"salonName": "x", "treatmentId": 1}).path_parameters]
    body = desk.asks("POST /visits", body={"treatment_id": 1, "note": "x"}, media_type="application/json").body

    assert asked == [{"salonName": "tide", "treatmentId": 7}]
    assert body == {"treatment_id": 7, "note": "x"}


def test_an_id_in_the_query_is_a_known_one_too(desk):
    desk.is_answered("GET /visits", body=[{"treatment_id": 7}])

    assert desk.asks("GET /slots", query={"treatment_id": 1}).query == {"treatment_id": 7}


def test_ids_that_were_seen_together_go_together(contract):
    desk = Desk(contract, salon="tide", other_salon="kelp")
    desk.is_answered("GET /salons/{salonName}", body={"treatments": [{"id": 7}]}, path_parameters={"salonName": "kelp"})

    asked = desk.asks(TREATMENT, path_parameters={"salonName": "x", "treatmentId": 1}).path_parameters

    assert asked == {"salonName": "kelp", "treatmentId": 7}


def test_what_worked_keeps_its_places_whatever_their_order(desk):
    desk.is_answered(TREATMENT, path_parameters={"treatmentId": 7, "salonName": "tide"})

    asked = desk.asks(TREATMENT, path_parameters={"salonName": "x", "treatmentId": 1}).path_parameters

    assert asked == {"salonName": "tide", "treatmentId": 7}


def test_a_body_names_the_same_thing_as_its_path(desk):
    desk.is_answered("POST /visits", 201, {"id": 12})

    asked = desk.asks(DELETE, path_parameters={"id": 9}, body={"visit_id": 3}, media_type="application/json")

    assert (asked.path_parameters, asked.body) == ({"id": 12}, {"visit_id": 12})


def test_what_did_not_work_makes_room_for_what_was_not_tried(desk):
    desk.is_answered("GET /visits", body=[{"id": 12}, {"id": 13}])
    desk.is_answered(READ, 404, path_parameters={"id": 12})

    assert desk.asks(READ, path_parameters={"id": 999}).path_parameters == {"id": 13}


def test_what_worked_is_asked_again_where_nothing_else_is_known(desk):
    desk.is_answered("GET /visits", body=[{"id": 12}])
    desk.is_answered(READ, path_parameters={"id": 12})

    assert [desk.asks(READ, path_parameters={"id": 9}).path_parameters["id"] for _ in range(4)] == [12] * 4


def test_an_id_of_another_form_is_not_put_there(contract):
    desk = Desk(contract, salon="tide")  # before `team` in the path stands `salon`

    assert desk.asks("GET /salon/team/{id}", path_parameters={"id": 5}).path_parameters == {"id": 5}


def test_what_breaks_the_document_on_purpose_stays(desk):
    desk.is_answered("GET /visits", body=[{"id": 12}])

    asked = desk.asks(READ, path_parameters={"id": "x"}, broken=[ParameterLocation.PATH])

    assert asked.path_parameters == {"id": "x"}


def test_what_a_link_brought_stays(desk):
    desk.is_answered("GET /visits", body=[{"id": 12}])

    assert desk.asks(READ, path_parameters={"id": 9}, phase=TestPhase.STATEFUL).path_parameters == {"id": 9}


def test_every_fifth_fuzzed_request_asks_for_what_was_drawn(desk):
    desk.is_answered("GET /visits", body=[{"id": 12}])

    asked = [desk.asks(READ, path_parameters={"id": 9}, phase=TestPhase.FUZZING) for _ in range(10)]

    assert [each.path_parameters["id"] for each in asked] == [12, 12, 12, 12, 9] * 2


def test_a_request_that_takes_what_is_known_is_still_a_right_one(desk):
    desk.is_answered("GET /visits", body=[{"id": 12}])

    meta = desk.asks(READ, path_parameters={"id": 9}).meta

    assert meta.generation.mode.is_positive


def test_schemathesis_is_let_alone_after_the_run(desk):
    with pytest.raises(RuntimeError), desk.inventory.in_use():
        raise RuntimeError

    assert not GLOBAL_HOOK_DISPATCHER.get_all_by_name("before_call")
    assert not GLOBAL_HOOK_DISPATCHER.get_all_by_name("after_call")
