"""The vendor's library for JavaScript, as npm has it: its host is ours, and it is used as its own page says."""

import json
import shutil
import subprocess

import pytest
from agreed import FACTS
from contract_documents import Contract
from servers import started

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(shutil.which("node") is None, reason="there is no node to run the library"),
]

VERSION = "1.1.0"
PROGRAM = """
import { ReserveKit } from 'reservekitjs'
const [host, key] = process.argv.slice(2)
const refused = async act => act().then(() => null, error => error.message)
const client = await ReserveKit.create(key, 123, { host })
const { id, name, description, timezone, created_at, updated_at } = client.service
const slots = await client.service.getTimeSlots()
const known = { customer_name: 'Jane Doe', customer_email: 'jane@example.org', customer_phone: '+12025550185' }
const last = { date: '2027-03-03', time_slot_id: 457 }
console.log(JSON.stringify({
  service: { id, name, description, timezone, created_at, updated_at },
  slots,
  booking: await client.service.createBooking({ ...known, ...last }),
  onAnotherDay: await client.service.createBooking({ date: new Date('2027-03-10'), time_slot_id: 457 }),
  full: await refused(() => client.service.createBooking({ ...last, customer_email: 'john@example.org' })),
  duplicate: await refused(async () => {
    const twice = { ...known, date: '2027-03-02', time_slot_id: 456 }
    await client.service.createBooking(twice)
    await client.service.createBooking(twice)
  }),
  noService: await refused(() => ReserveKit.create(key, 2147483647, { host })),
  noKey: await refused(() => ReserveKit.create('nobody', 123, { host })),
}))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What the program says that uses the library."""
    folder = tmp_path_factory.mktemp("reservekitjs")
    (folder / "package.json").write_text('{"type": "module", "private": true}')
    (folder / "program.js").write_text(PROGRAM)
    run("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", f"reservekitjs@{VERSION}", folder=folder)
    with started("reservekit") as server:
        return json.loads(run("node", "program.js", server.url, "sk_rsv_demo_alpha", folder=folder))


def run(*command, folder):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def check():
    contract = Contract("reservekit", FACTS["reservekit"])
    return lambda name, value: contract.check(contract.at(f"/components/schemas/{name}"), value)


def test_it_reads_a_service_and_its_slots(said, check):
    check("Service", said["service"])
    for slot in said["slots"]:
        check("TimeSlot", slot)

    assert (said["service"]["id"], [slot["id"] for slot in said["slots"]]) == (123, [456, 457])


def test_it_books_on_a_date_and_at_a_moment(said, check):
    for booking in (said["booking"], said["onAnotherDay"]):
        check("Booking", booking)

    assert said["booking"]["customer"]["email"] == "jane@example.org"
    assert [said[name]["date"] for name in ("booking", "onAnotherDay")] == ["2027-03-03", "2027-03-10"]


def test_it_tells_its_user_why_something_was_refused(said):
    assert {name: said[name] for name in ("full", "duplicate", "noService", "noKey")} == {
        "full": "time slot is full",
        "duplicate": "duplicate booking",
        "noService": "service not found",
        "noKey": "API key is invalid or revoked",
    }
