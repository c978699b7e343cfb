from run_results import a_finding, a_rule

from contract_tests.contracts import contract_file
from contract_tests.reports.places import Places


def lines():
    return contract_file("toy").read_text(encoding="utf-8").splitlines()


def test_an_operation_is_found_at_its_method():
    places = Places("toy")

    line = places.of_operation("POST /bookings")

    assert lines()[line - 1].strip() == "post:"
    assert places.of_finding(a_finding()) == line
    assert places.uri == "openapi/toy/openapi.yaml"


def test_a_rule_is_found_at_its_id(tmp_path, monkeypatch):
    document = "paths:\n  /x:\n    get:\n      x-rules:\n        - level: must\n          id: TOY-R02\nx-rules:\n- id: TOY-R01\n"
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "openapi.yaml").write_text(document, encoding="utf-8")
    monkeypatch.setattr("contract_tests.contracts.openapi_dir", lambda: tmp_path)

    places = Places("toy")

    assert (places.of_rule("TOY-R01"), places.of_rule("TOY-R02")) == (8, 6)
    assert places.of_finding(a_finding(a_rule(2))) == 6


def test_what_is_not_in_the_document_is_all_of_it():
    assert Places("toy").of_rule("TOY-R99") == 1
    assert Places("gone").of_operation("GET /x") == 1
