"""A session of a server that has ended, played again by a program that knows nothing but its file."""

import json
import shutil
import subprocess
import sys
from datetime import date

import httpx
import pytest
from servers import started

from mockserver.app import API_NAMES, load_api

READS = {
    "reservekit": [
        "/services",
        "/services/123",
        "/services/123/time-slots?date=2031-03-03",
        "/bookings?service_id=123",
        "/nope",
    ],
    "appointments": [
        "/bookings/customer/123",
        "/bookings/merchant/123",
        "/bookings/merchant/9999",
        "/nope",
        "/bookings/customer",
    ],
    "anny": ["/bookings", "/services", "/resources?page[size]=3", "/orders", "/bookings/999999"],
    "bardge": ["/classes", "/passes", "/clients/client_funke", "/clients/client_funke/credits", "/bookings/none"],
}


def mockserver(*arguments, **options):
    asked = {"capture_output": True, "text": True, "timeout": 60, **options}
    return subprocess.run([sys.executable, "-m", "mockserver", *arguments], check=False, **asked)


def play_a_session(server, world):
    """Some fifty requests over all four APIs, on a running clock that is moved in between; answers how many."""
    count = 0
    for name in API_NAMES:
        api = load_api(name, prefix=f"/{name}")
        assert api.sample is not None
        sample = api.sample(date(2026, 3, 2))
        headers = {"Authorization": f"Bearer {api.personas[0].credential}", "Content-Type": api.media_type}
        with httpx.Client(base_url=f"{server.url}/~{world}{api.prefix}{api.base_path}", headers=headers) as client:
            for turn in range(3):
                client.request(sample.method, sample.path, json=sample.body)
                for path in READS[name][turn : turn + 3]:
                    client.get(path)
                count += 1 + len(READS[name][turn : turn + 3])
                moved = httpx.post(f"{server.url}/_sandbox/sandboxes/{world}/clock/advance", json={"seconds": 1_000})
                assert moved.status_code == 200
            client.get(READS[name][0], headers={"Authorization": "Bearer nobody"})
            client.head(READS[name][0])
            count += 2
    return count


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """The bundle of a session, whose server is gone."""
    file = tmp_path_factory.mktemp("session") / "bundle.json"
    with started() as server:
        control = f"{server.url}/_sandbox/sandboxes"
        world = {"name": "mine", "seed": 7, "clock": "2026-03-02T08:00:00Z"}
        assert httpx.post(control, json=world).status_code == 201
        asked = play_a_session(server, "mine")
        limit = {"settings": {"reservekit": {"rate_limit": "starter"}}}
        assert httpx.patch(f"{control}/mine", json=limit).status_code == 200
        asked += play_a_session(server, "mine")
        exported = mockserver("export", "mine", "--url", server.url)
    assert exported.returncode == 0, exported.stderr
    file.write_text(exported.stdout)
    return file, asked


def test_a_bundle_of_a_hundred_requests_over_all_four_apis_replays_byte_for_byte_after_a_restart(session):
    file, asked = session

    done = mockserver("replay", str(file))

    assert (done.returncode, done.stdout) == (0, f"{asked} answers are the same\n"), done.stdout + done.stderr
    steps = [step for step in json.loads(file.read_text())["steps"] if "request" in step]
    assert len(steps) == asked >= 100
    assert {step["api"] for step in steps} == set(API_NAMES)
    assert {step["answer"]["status"] for step in steps} >= {200, 201, 401, 404}


def test_a_replay_stops_at_the_first_difference_and_shows_it(session, tmp_path):
    bundle = json.loads(session[0].read_text())
    requests = [step for step in bundle["steps"] if "request" in step]
    changed = next(
        step for step in requests if step["operation"] == "createBooking" and step["answer"]["status"] == 201
    )
    changed["answer"]["body"] = changed["answer"]["body"].replace('"pending"', '"confirmd"')
    file = tmp_path / "changed.json"
    file.write_text(json.dumps(bundle))

    done = mockserver("replay", str(file))

    assert done.returncode == 1
    assert f"request {changed['id']}: POST /~mine/reservekit/v1/bookings" in done.stdout
    assert '-    "status": "confirmd"' in done.stdout
    assert '+    "status": "pending"' in done.stdout
    assert f"{requests.index(changed)} answers are the same, then one differs" in done.stdout


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": 99}, "no bundle of format 1"),
        ({"missing": ["3 requests are not kept any more, or were cleared"]}, "3 requests are not kept"),
        ({"apis": {"reservkit": "1"}}, "no API reservkit"),
    ],
)
def test_what_cannot_be_replayed_is_said_and_never_skipped(session, tmp_path, change, said):
    file = tmp_path / "other.json"
    file.write_text(json.dumps({**json.loads(session[0].read_text()), **change}))

    done = mockserver("replay", str(file))

    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.parametrize(
    ("text", "said"), [("{", "is no bundle"), ("[]", "no bundle of format 1"), ('{"format": 1}', "has no apis, given")]
)
def test_a_file_that_is_no_bundle_is_a_sentence(tmp_path, text, said):
    file = tmp_path / "no.json"
    file.write_text(text)

    done = mockserver("replay", str(file))

    assert (done.returncode, said in done.stderr) == (2, True)


@pytest.mark.skipif(shutil.which("jq") is None, reason="the lines for a shell read answers with jq")
def test_an_exported_test_and_exported_lines_run_in_a_world_of_their_own(tmp_path):
    with started() as server:
        control = f"{server.url}/_sandbox/sandboxes"
        httpx.post(control, json={"name": "mine", "clock": "2026-03-02T08:00:00Z", "frozen": True})
        headers = {"Authorization": "Bearer sk_rsv_demo_alpha.mine"}
        with httpx.Client(base_url=f"{server.url}/reservekit/v1", headers=headers) as client:
            made = client.post("/bookings", json={"date": "2026-03-09", "time_slot_id": 457}).json()["data"]["id"]
            httpx.post(f"{control}/mine/clock/advance", json={"seconds": 60})
            client.patch(f"/bookings/{made}", json={"status": "cancelled", "cancel_reason": "ill"})
            client.get(f"/bookings/{made}")
        test = mockserver("export", "mine", "--as", "pytest", "--url", server.url).stdout
        lines = mockserver("export", "mine", "--as", "curl", "--url", server.url).stdout
        (tmp_path / "test_mine.py").write_text(test)
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path / "test_mine.py")],
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )

        shown = subprocess.run(["bash", "-c", lines], check=False, capture_output=True, text=True, timeout=60)

    assert ran.returncode == 0, ran.stdout + test
    assert shown.stdout.count('"status":"cancelled"') == 2, shown
    assert str(made) not in test
    assert "id_1 = answer.json()['data']['id']" in test
    assert "/bookings/{id_1}" in test
    assert str(made) not in lines
    assert "/bookings/$id_1" in lines
    assert "clock/set" in lines
