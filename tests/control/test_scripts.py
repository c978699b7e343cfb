"""A session as a script: ids that an answer has told stand as variables in what is asked later."""

import json
import shlex

from mockserver.control.scripts import SCRIPTS

MOMENT = "2026-03-02T08:00:00Z"


def step(method, path, body=None, answer=None, *, at=MOMENT, headers=(), **told):
    request = {
        "method": method,
        "path": path,
        "query": "",
        "headers": [["content-type", "application/json"], ["authorization", "Bearer key.mine"], *headers],
        "body": "" if body is None else json.dumps(body),
    }
    return {"id": 1, "at": at, "request": request, "answer": {"status": 200, "body": json.dumps(answer)}, **told}


def script(form, *steps):
    world = {"name": "mine", "seed": 7, "epoch": MOMENT, "scenario": None, "settings": {}, "began_at": MOMENT}
    return SCRIPTS[form]({"world": world, "steps": list(steps)}, "http://127.0.0.1:8080")


MADE = step("POST", "/shop/bookings", {"day": 3}, {"data": {"id": 1184, "code": "Kq7RtZ", "places": 1184}})
USED = step("POST", "/~mine/shop/moves", {"booking": 1184, "codes": ["Kq7RtZ"], "said": "it's 1", "day": 3})


def test_a_line_for_a_shell_has_numbers_and_texts_of_the_json_as_variables():
    lines = script("curl", MADE, USED).splitlines()

    assert """id_1=$(echo "$ANSWER" | jq -r '.["data"]["id"]')""" in lines
    assert """id_2=$(echo "$ANSWER" | jq -r '.["data"]["code"]')""" in lines
    last = lines[-1].replace("$id_1", "2001").replace("$id_2", "XyZ123").replace("$WORLD", "w")
    words = shlex.split(last)
    assert words[4] == "http://127.0.0.1:8080/~w/shop/moves"
    assert json.loads(words[-1]) == {"booking": 2001, "codes": ["XyZ123"], "said": "it's 1", "day": 3}


def test_a_test_has_them_as_variables_of_python():
    text = script("pytest", MADE, USED)

    assert "json={'booking': int(id_1), 'codes': [str(id_2)], 'said': \"it's 1\", 'day': 3}" in text
    compile(text, "test_mine.py", "exec")


def test_the_clock_is_moved_where_it_was_and_rivals_are_not_asked():
    rival = step("POST", "/shop/bookings", {"day": 4}, is_rival=True)
    later = step("GET", "/shop/bookings", at="2026-03-02T09:00:00Z")

    text = script("pytest", MADE, rival, later)

    assert text.count("client.request(") == 2
    assert text.count("clock/set") == 1
    assert "'to': '2026-03-02T09:00:00Z'" in text


def test_what_no_answer_has_told_stays_as_it_is():
    known = step("GET", "/shop/bookings/1184")

    assert "json={'booking': 1184, " in script("pytest", known, MADE, USED)


def test_what_a_shell_or_python_would_read_otherwise_is_encoded():
    odd = step("GET", "/shop/$HOME/{x}")
    odd["request"]["query"] = "filter[a]=$b&c={d}%20e"

    assert '"http://127.0.0.1:8080/~$WORLD/shop/%24HOME/%7Bx%7D?filter[a]=%24b&c=%7Bd%7D%20e"' in script("curl", odd)
    assert "f'/~{world}/shop/%24HOME/%7Bx%7D?filter[a]=%24b&c=%7Bd%7D%20e'" in script("pytest", odd)
