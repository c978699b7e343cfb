import subprocess
import sys
from types import ModuleType

import pytest

from mockserver.lean_imports import left_out, on_call, partly_imported

FROM_CLIENT = ("dumps", "loads", "gzip_encode", "gzip_decode")
"""What `xmlrpc.server` imports from `xmlrpc.client` besides."""


def test_what_is_left_out_is_not_imported_and_is_there_afterwards():
    sys.modules.pop("this_is_not_imported", None)

    with left_out("wave", Wave_read="stand-in"):
        import wave as stand_in
        from wave import Wave_read

    import wave

    assert Wave_read == "stand-in"  # type: ignore[comparison-overlap]  # as it was called above
    assert isinstance(stand_in, ModuleType)
    assert stand_in is not wave
    assert stand_in.open is wave.open  # whoever kept the stand-in is led to the real one


def test_inside_the_block_only_stand_ins_are_there():
    with left_out("no_such_module"):
        import no_such_module  # type: ignore[import-not-found]  # that it can be imported is the point

        with pytest.raises(AttributeError, match="left out of this import"):
            _ = no_such_module.anything


def test_what_is_imported_already_stays_as_it_is():
    before = sys.modules["subprocess"]

    with left_out("subprocess", run=None):
        assert sys.modules["subprocess"] is before


def test_what_is_partly_imported_is_whole_for_whoever_imports_it_later():
    for name in [name for name in sys.modules if name.partition(".")[0] == "xmlrpc"]:
        del sys.modules[name]

    with partly_imported("xmlrpc"), left_out("xmlrpc.client", Fault="stand-in", **dict.fromkeys(FROM_CLIENT)):
        from xmlrpc.server import Fault  # type: ignore[attr-defined]  # it imports it

    from xmlrpc.server import Fault as Whole  # type: ignore[attr-defined]

    assert Fault == "stand-in"  # type: ignore[comparison-overlap]  # as it was called above
    assert isinstance(Whole, type)


def test_a_function_on_call_is_the_real_one():
    assert on_call("json", "dumps")({"a": 1}) == '{"a": 1}'


def test_a_sandbox_starts_without_what_it_does_not_use_and_finds_it_when_asked():
    program = """
import sys
import mockserver.app
heavy = [name for name in ("flask", "httpx", "jinja2", "requests", "starlette.testclient") if name in sys.modules]
import starlette.testclient, httpx, requests, connexion.json_schema, connexion
print(heavy, starlette.testclient.TestClient.__name__, connexion.json_schema.requests.get is requests.get)
app = connexion.FlaskApp("a")
app.add_api({
    "openapi": "3.0.3",
    "info": {"title": "a", "version": "1"},
    "paths": {"/here": {"get": {"operationId": "platform.node", "responses": {"200": {"description": "now"}}}}},
})
print(app.test_client().get("/here").status_code)
from mockserver.apis.people import People
People(1, "guests").first_name()
print([name for name in sys.modules if name.partition(".")[0] == "faker"])
import faker
print(isinstance(faker.Faker("de_DE").name(), str), faker.providers.BaseProvider.__name__)
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["[] TestClient True", "200", "[]", "True BaseProvider"]
