"""What is sent: types, spellings, moments, lengths, and that wrong input is named and changes nothing."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from contract_tests.apis.appointments.laws.errands import WRITES, Errands, is_a_merchant_s, run_errands, with_body
from contract_tests.apis.appointments.refusals import NO_MERCHANT
from contract_tests.apis.appointments.scene import (
    CUSTOMER,
    LEFT_OUT,
    NOBODY,
    NOWHERE,
    AppointmentsScene,
    made_id,
    moment_of,
    stamp,
)
from contract_tests.contracts import Operation
from contract_tests.laws.bodies import Variant, edges, flaws, hardly_json, is_forbidden
from contract_tests.laws.law import Laws
from contract_tests.laws.probes import Probe, parameters_of_query, takes_a_body
from contract_tests.scenes.answers import Answer
from contract_tests.scenes.differences import shown
from contract_tests.scenes.scene import operation_path

__all__ = ["LAWS"]

LAWS = Laws("inputs")

Json = dict[str, Any]

_TICK = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_LONGEST_MONTH = 31
_BAD_REQUEST = 400
_OFFSETS = (0, 1, -1, 30, -30, 330, -210, 765, -570, 840, -720, 1439, -1439)
"""In minutes: both signs, with and without hours, with and without minutes, the least and the greatest."""
_FRACTIONS = (".9", ".987654321", ".999999999")
_NO_MOMENTS = ("tomorrow", "2030-2-3", "2030-02", "1999-12-31T23:59:59Z", "2200-01-01", "null", "")
_MOMENTS = ("timeStamp", "timestamp", "from_date", "to_date", "start", "end")
_OF_A_BOOKING = ("getCustomerBooking", "cancelCustomerBooking", "updateMerchantBooking", "cancelMerchantBooking")


@LAWS.law("AP-V01", "AP-V12")
def an_id_in_the_path_is_a_positive_decimal_integer(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    before = errands.state()
    for name, probe in errands.probes.items():
        parts = probe.path.split("/")
        for place, own in enumerate(parts):
            if not own.isdecimal():
                continue
            wrongs = ["0", "2147483648", f"{own}x"]
            if name in _OF_A_BOOKING:
                wrongs += [
                    "abc",
                    "1.5",
                    "-1",
                    "99999999999999999999",
                    f"{own}.0",
                    f"%20{own}",
                    f"+{own}",
                    "0x7b",
                    "1e2",
                    "%D9%A1",
                ]
                wrongs += [f"{own}%00", NOBODY]
            for wrong in wrongs:
                path = "/".join([*parts[:place], wrong, *parts[place + 1 :]])
                answer = replace(probe, path=path).send(scene, by=errands.by(name), title=f"{name} of {wrong}")
                is_whole = wrong.removeprefix("-").isdecimal()
                answer.refused("AP-V12" if is_whole else "AP-V01", 400)
    scene.same("AP-V01", errands.state(), before, "calendar and customers")
    answer = scene.read(NOWHERE)
    scene.same("AP-V12", answer.status, 404, "what the greatest id is answered", answer)


@LAWS.law("AP-V02")
def what_is_wrong_with_a_body_is_named(scene: AppointmentsScene) -> None:
    def is_meant(operation: Operation, flaw: Variant) -> bool:
        return flaw.kind != "bound" and is_forbidden(scene.contract, operation, flaw.body)

    _names_what_is_wrong(scene, "AP-V02", is_meant)


@LAWS.law("AP-V11")
def what_is_beyond_its_bounds_is_named(scene: AppointmentsScene) -> None:
    _names_what_is_wrong(scene, "AP-V11", lambda _, flaw: flaw.kind == "bound")


def _names_what_is_wrong(scene: AppointmentsScene, rule: str, is_meant: Callable[[Operation, Variant], bool]) -> None:
    errands = run_errands(scene)
    before = errands.state()
    for probe in errands.of(takes_a_body):
        name = probe.operation.id
        for good in _whole_bodies(scene, errands, name):
            for flaw in flaws(scene.contract, probe.operation, good):
                if is_meant(probe.operation, flaw):
                    sent = with_body(probe, flaw.body)
                    answer = sent.send(scene, by=errands.by(name), title=f"{name} {flaw.how}")
                    answer.refused(rule, 400).names(rule, flaw.member)
    scene.same(rule, errands.state(), before, "calendar and customers")


def _whole_bodies(scene: AppointmentsScene, errands: Errands, name: str) -> list[Json]:
    """What an operation may be sent, with all that it may have."""
    body = errands.bodies[name]
    person = {"first_name": "Ada", "last_name": "Contract", "email": "ada@example.com", "phone_number": "+12025550185"}
    if name == "createCustomerBooking":
        return [{**body, "booking_id": NOWHERE}]
    if name == "createCustomer":
        return [{**body, **person, "birthday": "1990-12-31T00:00:00Z"}]
    if name != "createMerchantBooking":
        return [body]
    weekly = {"frequency": "WEEKLY", "interval": 1, "weekdays": ["MO"], "until": stamp(scene.now() + 30 * _DAY)}
    return [
        body,
        {**body, "customers": [*body["customers"], person]},
        {**body, "is_recurring": True, "recurrence_rule": weekly},
    ]


@LAWS.law("AP-V11")
def what_just_keeps_to_its_bounds_is_not_refused_for_them(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    for probe, body in _of_nothing(scene, errands):
        name = probe.operation.id
        for edge in edges(scene.contract, probe.operation, body):
            if edge.way in (("id",), ("booking_id",)):
                continue  # has to be that of the path
            answer = with_body(probe, edge.body).send(scene, by=errands.by(name), title=f"{name} {edge.how}")
            scene.same("AP-V11", answer.status == _BAD_REQUEST, False, "whether it is refused as wrong", answer)


def _of_nothing(scene: AppointmentsScene, errands: Errands) -> Iterator[tuple[Probe, Json]]:
    """What takes a body, sent to nothing that there is, and whole bodies of it that name nothing."""
    nothing = dict.fromkeys(("service_id", "location_id", "blocked_type_id", "booking_id"), NOWHERE)
    for probe in errands.of(takes_a_body):
        name = probe.operation.id
        nobody = NOBODY if name == "blacklistCustomer" else NOWHERE
        path = operation_path(probe.operation, id=nobody) if "id" in probe.operation.places else probe.path
        for good in _whole_bodies(scene, errands, name):
            yield (
                replace(probe, path=path),
                {member: {**nothing, "id": nobody}.get(member, value) for member, value in good.items()},
            )


@LAWS.law("AP-V11")
def a_parameter_of_another_form_is_named(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    for probe in errands.probes.values():
        name = probe.operation.id
        for parameter in parameters_of_query(scene.contract, probe.operation):
            is_flag = scene.contract.resolved(parameter["schema"]).get("type") == "boolean"
            for text in ("maybe", "null", "1", "") if is_flag else _NO_MOMENTS:
                asked = replace(probe, query={**probe.query, parameter["name"]: text})
                answer = asked.send(scene, by=errands.by(name), title=f"{name} with {parameter['name']}={text}")
                answer.refused("AP-V11", 400).names("AP-V11", parameter["name"])


@LAWS.law("AP-V03")
def a_body_is_one_json_object(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    before = errands.state()
    for probe in errands.of(takes_a_body):
        by = errands.by(probe.operation.id)
        good = probe.content
        for content in (b"", b" ", b"{", b"[]", b"null", b"5", b'"text"', good[:-1], b"[" + good + b"]", good + b"x"):
            title = f"{probe.operation.id} with {shown(content, 20)}"
            sent = replace(probe, content=content).send(scene, by=by, title=title)
            sent.refused("AP-V03", 400)
        if probe.operation.method in ("POST", "PUT", "PATCH"):
            bare = scene.send(
                probe.operation.method,
                probe.path,
                b"",
                by=by,
                headers={"Content-Type": "application/json"},
                meant_for=probe.operation.id,
                title=f"{probe.operation.id} with nothing",
            )
            bare.refused("AP-V03", 400)
    scene.same("AP-V03", errands.state(), before, "calendar and customers")
    for probe, body in _of_nothing(scene, errands):
        for content in hardly_json(with_body(probe, body).content):
            title = f"{probe.operation.id} of nothing with {shown(content, 25)}"
            answer = replace(probe, content=content).send(scene, by=errands.by(probe.operation.id), title=title)
            # No page says how strictly JSON is read.
            scene.says(
                "AP-V03", answer.status == _BAD_REQUEST, f"{answer.exchange.title}: 400", answer.exchange.came(), answer
            )


@LAWS.law("AP-V04", "AP-V09")
def fields_nobody_knows_and_nulls_in_optional_texts_do_not_matter(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    more: dict[str, Any] = {"colour": "blue", "id": 5, "status": {"a": 1}, "price": 0, "employee_id": 1}
    for name in WRITES:
        body = errands.bodies.get(name)
        probe = errands.probes[name] if body is None else with_body(errands.probes[name], {**more, **body})
        probe.send(scene, by=errands.by(name), title=f"{name} with fields nobody knows").ok("AP-V04")
    start = scene.spot()
    scene.ours("id", more["id"])  # which names nothing here
    entered = scene.enter(start + _HOUR, title="book for customers with such fields", **more).ok("AP-V04", 201)
    row = scene.row("AP-V04", scene.made(entered), start)
    scene.same("AP-V04", row["from_date"], stamp(start + _HOUR), "from_date")
    far = scene.far_day()
    rule = {"frequency": "DAILY", "until": stamp(far + 5 * _HOUR), "count": 0, "wkst": 5}
    rows = scene.made_series("AP-V04", far + 4 * _HOUR, recurrence=rule, days=10)
    scene.same("AP-V04", len(rows), 1, "the number of bookings of a rule with such fields")
    notes: tuple[dict[str, Any], ...] = ({}, {"customer_note": None})
    for begin, note in zip((start, start + 2 * _HOUR), notes, strict=True):
        booking = scene.made(scene.book(begin, title="book without a note", **note).ok("AP-V09", 201))
        scene.same("AP-V09", scene.row("AP-V09", booking, start)["customer_note"], None, "the note in the calendar")
    entered = scene.enter(far, {"first_name": "Ada", "last_name": None, "email": None}, merchant_note=None)
    row = scene.row("AP-V09", scene.made(entered.ok("AP-V09", 201)), far)
    scene.same("AP-V09", (row["merchant_note"], row["last_name"]), (None, None), "note and last name")
    nulls = dict.fromkeys(("email", "phone_number", "birthday", "note"))
    made = scene.call("createCustomer", {"first_name": "A", "last_name": "B", **nulls}, title="make one with nulls")
    made.ok("AP-V09", 201)


@LAWS.law("AP-V05")
def each_create_has_its_own_spelling_of_the_moment(scene: AppointmentsScene) -> None:
    start = scene.spot()
    answer = scene.book(start, title="book with timestamp", timeStamp=LEFT_OUT, timestamp=stamp(start))
    answer.refused("AP-V05", 400).names("AP-V05", "timeStamp")
    answer = scene.enter(start, title="book with timeStamp", timestamp=LEFT_OUT, timeStamp=stamp(start))
    answer.refused("AP-V05", 400).names("AP-V05", "timestamp")
    scene.same("AP-V05", scene.bookings_in(start, start + _HOUR), [], "what the calendar has")


@LAWS.law("AP-V06", "AP-V07")
def a_moment_has_seconds_and_an_offset_and_exists(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    state, start = errands.state(), errands.start
    whole = stamp(start)
    incomplete = (whole[:-4] + "Z", whole[:-1], whole[:10], whole.replace("T", " ")[:-1], whole[:-1] + "+0100")
    for wrong in incomplete:
        for field, answer in _asked_with(errands, wrong, start - _HOUR, start + _HOUR):
            answer.refused("AP-V06", 400).names("AP-V06", field)
    scene.same("AP-V06", errands.state(), state, "calendar and customers")
    for wrong, month in _days_that_do_not_exist(scene):
        for _, answer in _asked_with(errands, wrong, month - 5 * _DAY, month + 5 * _DAY):
            answer.refused("AP-V07", 400)
        _ask_for_days(scene, wrong[:10], month - 5 * _DAY, month + 5 * _DAY)
    for wrong in ("2031-02-29T10:00:00Z", "2031-13-01T10:00:00Z", "2031-01-00T10:00:00Z"):
        scene.enter(wrong, title=f"book for customers at {wrong}").refused("AP-V07", 400)
        _ask_for_days(scene, wrong[:10], datetime(2030, 12, 1, tzinfo=UTC), datetime(2032, 2, 1, tzinfo=UTC))


def _ask_for_days(scene: AppointmentsScene, wrong: str, before: datetime, after: datetime) -> None:
    """The range of the calendar, which may be given in dates, from and until one that does not exist."""
    for start, end in ((wrong, after), (before, wrong)):
        scene.ask_calendar(start, end).refused("AP-V07", 400)


def _asked_with(errands: Errands, wrong: str, before: datetime, after: datetime) -> Iterator[tuple[str, Answer]]:
    """
    All requests that take moments, once for each of them: its name, and what is answered.

    They would be accepted if *wrong* were a moment between the two others.
    """
    scene = errands.scene
    for name, probe in errands.probes.items():
        given = errands.bodies.get(name, probe.query)
        fields = [field for field in given if field in _MOMENTS]
        span = dict(zip(fields, map(stamp, (before, after)), strict=False))
        for field in fields:
            if name == "listCalendarEvents" and len(wrong) == len("2026-03-01"):
                continue  # its range may be given in dates
            sent = {**given, **span, field: wrong}
            asked = replace(probe, query=sent) if probe.query else with_body(probe, sent)
            yield field, asked.send(scene, by=errands.by(name), title=f"{name} with {wrong} as {field}")
    recurrence = {"frequency": "DAILY", "until": wrong}
    yield "until", scene.series(before, rule=recurrence)


def _days_that_do_not_exist(scene: AppointmentsScene) -> list[tuple[str, datetime]]:
    """Of the months of the booking window the day after the last one, and when the next month begins."""
    first, last = scene.window
    wall = scene.spot().astimezone(UTC).time()
    found = []
    for number in range(1, (last.year - first.year) * 12 + last.month - first.month + 1):
        month = date(first.year + (first.month + number) // 12, (first.month + number) % 12 + 1, 1)
        end = month - _DAY
        if end.day < _LONGEST_MONTH:
            missing = f"{end.year}-{end.month:02}-{end.day + 1}T{wall.isoformat('seconds')}Z"
            found.append((missing, datetime.combine(month, wall, UTC)))
    return found


@LAWS.law("AP-V08", "AP-V13")
def a_moment_with_an_offset_is_the_same_moment(scene: AppointmentsScene) -> None:
    start = scene.spot()
    length = scene.service.length
    zones = (timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-3, minutes=-30)), timezone(-9 * _HOUR))
    for number, (zone, fraction) in enumerate(zip(zones, _FRACTIONS, strict=True)):
        begin = start + number * _HOUR
        sent = begin.astimezone(zone).isoformat()
        given = f"{sent[:19]}{fraction}{sent[19:]}"
        booking = scene.made(scene.book(given, title=f"book at {given}").ok("AP-V08", 201))
        seen = scene.seen("AP-V08", booking)
        times = (stamp(begin), stamp(begin + length))
        row = scene.row("AP-V08", booking, begin)
        for told, where in ((seen, "for the customer"), (row, "in the calendar")):
            # No page says what becomes of a fraction: it may be rounded up.
            is_same = begin <= moment_of(told["from_date"]) <= begin + _TICK
            scene.expect("AP-V08", is_same, f"its start {where} within a second from {stamp(begin)}", told["from_date"])
            scene.same("AP-V13", (told["from_date"], told["to_date"]), times, f"its times {where}")
    far = scene.far_day()
    given = far.astimezone(zones[0]).isoformat()
    booking = scene.made(scene.enter(given, title=f"book for customers at {given}").ok("AP-V08", 201))
    scene.same("AP-V08", scene.row("AP-V08", booking, far)["from_date"], stamp(far), "from_date")
    _spans_with_offsets(scene, far, zones)
    for number, minutes in enumerate(_OFFSETS):
        zone = timezone(timedelta(minutes=minutes))
        begin = far + number * length  # not back and forth, so that the same mistake twice is seen
        texts = [each.astimezone(zone).isoformat() for each in (begin, begin + length)]
        scene.move(booking, far, from_date=texts[0], to_date=texts[1], title=f"move to {texts[0]}").ok("AP-V08", 200)
        answer = scene.call("listCalendarEvents", start=texts[0], end=texts[1], title=f"read from {texts[0]}")
        rows = answer.ok("AP-V08", 200).json["bookings"]
        found = [(row["id"], row["from_date"], row["to_date"]) for row in rows]
        wanted = [(booking, stamp(begin), stamp(begin + length))]
        scene.same("AP-V08", found, wanted, "what lies in the range", answer)


def _spans_with_offsets(scene: AppointmentsScene, far: datetime, zones: Iterable[timezone]) -> None:
    """Blocked times, the ends of series, the days of the availability."""
    start, end = far - 4 * _HOUR, far - 3 * _HOUR
    block, until = scene.blocked(far - 2 * _HOUR, far), (far + 3 * _HOUR).astimezone(scene.shop.zone)
    day_before = scene.local(until.date() - _DAY, until.time())
    day = scene.window[0] + _DAY
    first, last = scene.local(day, time(0)), scene.local(day, time(23, 59, 59))
    listed = scene.available(first, last)
    for zone in zones:
        texts = (each.astimezone(zone).isoformat() for each in (start, end))
        begin, close = (f"{text[:19]}.5{text[19:]}" for text in texts)
        for asked in (scene.change_block(block, begin, close), scene.block(begin, close)):
            asked.ok("AP-V08")
            found = scene.found_block(made_id(asked) or block, far) or {}
            got = (found.get("from_date"), found.get("to_date"))
            scene.same("AP-V08", got, (stamp(start), stamp(end)), "the times of a blocked time", asked)
        recurrence = {"frequency": "DAILY", "until": until.astimezone(zone).isoformat()}
        rows = scene.made_series("AP-V08", day_before, recurrence=recurrence, days=10)
        scene.same("AP-V08", len(rows), 2, "the number of bookings until then")
        for row in rows:
            scene.call_off(row["id"]).ok("AP-D01", 200)
        begin, close = (each.astimezone(zone).isoformat() for each in (first, last))
        answer = scene.look("listAvailability", start=begin, end=close)
        scene.same("AP-V08", answer.ok("AP-V08", 200).json, listed, "the days of the same range", answer)


@LAWS.law("AP-V10")
def wrong_input_is_told_of_before_what_is_missing(scene: AppointmentsScene) -> None:
    errands = run_errands(scene)
    nothing = {"service_id": NOWHERE, "location_id": NOWHERE, "customers": [{"id": NOBODY}], "blocked_type_id": NOWHERE}
    for name, wrong in (
        ("createCustomerBooking", {"timeStamp": stamp(errands.start)[:10]}),
        ("createCustomerBooking", {"merchant_name": f"nobody-{scene.word()}", "customer_note": 5}),
        ("createMerchantBooking", {"is_recurring": "no"}),
        ("createBlockedTime", {"name": 5}),
    ):
        probe = with_body(errands.probes[name], {**errands.bodies[name], **nothing, **wrong})
        probe.send(scene, by=errands.by(name), title=f"{name} of nothing, wrongly").refused("AP-V10", 400)
    for name, probe in errands.probes.items():
        for left_out in probe.query:
            query = {each: value for each, value in probe.query.items() if each != left_out}
            answer = replace(probe, query=query).send(scene, by=errands.by(name), title=f"{name} without {left_out}")
            answer.refused("AP-V10", 400)
    named = [*errands.elsewhere(NOWHERE), *errands.elsewhere(NOBODY), *errands.of(is_a_merchant_s)]
    bare = [
        replace(each, content=b"{}" if each.content else b"", query={}) for each in named if each.content or each.query
    ]
    for probe in (*bare, *(each for each in errands.elsewhere("x") if is_a_merchant_s(each.operation))):
        for who in (errands.by(probe.operation.id), CUSTOMER):
            probe.send(scene, by=who, title=f"{probe.operation.id} wrongly as {who}").refused("AP-V10", 400)


@LAWS.law("AP-V11")
def a_text_as_long_as_may_be_is_kept_whole(scene: AppointmentsScene) -> None:
    start, far = scene.spot(), scene.far_day()
    scene.book(start, merchant_name="n" * 30, title="book at a long name").refused("AP-V11", *NO_MERCHANT)
    long = "ß" * 2000
    booking = scene.made(scene.book(start, customer_note=long, title="book with a long note").ok("AP-V11", 201))
    entered = scene.made(scene.enter(far, merchant_note=long, title="enter with a long note").ok("AP-V11", 201))
    customer = scene.new_customer(note=long)
    scene.call_off(entered, long).ok("AP-V11", 200)
    scene.blacklist(customer, long).ok("AP-V11", 200)
    row, known = scene.row("AP-V11", entered, far, cancelled=True), scene.customer(customer)
    kept = [row["merchant_note"], row["cancellation_reason"], known["note"], known["blacklist_reason"]]
    kept.append(scene.row("AP-V11", booking, start)["customer_note"])
    scene.expect(
        "AP-V11", kept == [long] * len(kept), "each note and each reason kept whole", list(map(len, map(str, kept)))
    )
