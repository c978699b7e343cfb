"""Documents are read as YAML once, and from then on as the JSON that was made of them."""

import pytest
import yaml

import doublebook_data
from doublebook_data import fixtures_dir, openapi_dir, read_yaml

DOCUMENTS = sorted([*openapi_dir().rglob("*.yaml"), *fixtures_dir().rglob("*.yaml")])


@pytest.fixture
def document(tmp_path):
    file = tmp_path / "openapi.yaml"
    file.write_text("at: 2026-03-02T09:00:00Z\nplaces: [1, 2.5, null]\n")
    return file


@pytest.fixture
def no_yaml(monkeypatch):
    """From when it is called on, nothing is read as YAML."""

    def refuse(*_, **__):
        raise AssertionError("read as YAML")

    return lambda: monkeypatch.setattr(yaml, "load", refuse)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: "/".join(path.parts[-3:]))
def test_what_is_read_is_what_the_yaml_says(path):
    read_yaml(path)

    assert read_yaml(path) == yaml.load(path.read_bytes(), Loader=doublebook_data._Loader)


def test_the_second_time_no_yaml_is_read(document, no_yaml):
    first = read_yaml(document)
    no_yaml()

    assert read_yaml(document) == first == {"at": "2026-03-02T09:00:00Z", "places": [1, 2.5, None]}


def test_a_yaml_that_was_changed_is_read_again(document):
    read_yaml(document)
    document.write_text("places: []\n")

    assert read_yaml(document) == {"places": []}
    assert read_yaml(document) == {"places": []}


@pytest.mark.parametrize("left", [b"", b"{", b'{"made_of": 1}'])
def test_a_json_that_is_broken_is_made_again(document, no_yaml, left):
    whole = read_yaml(document)
    (ready,) = document.parent.glob("__ready__/*")
    ready.write_bytes(left)

    assert read_yaml(document) == whole
    no_yaml()
    assert read_yaml(document) == whole


def test_where_nothing_can_be_written_it_is_read_as_yaml(document):
    (document.parent / "__ready__").write_text("a file where the folder should be")

    assert read_yaml(document)["places"] == [1, 2.5, None]


def test_a_document_that_is_no_yaml_is_refused_with_its_name_and_line(tmp_path):
    file = tmp_path / "broken.yaml"
    file.write_text("a: [1\nb: 2\n")

    with pytest.raises(ValueError, match=r"broken\.yaml is not valid YAML: (?s:.*)line 2"):
        read_yaml(file)
