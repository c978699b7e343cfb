"""The page is parsed as a browser would: what is open, what is closed, what it would fetch."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import product

import pytest
from run_results import (
    IN_VAIN,
    NASTY,
    a_big_result,
    a_finding,
    a_result,
    a_state_chart,
    an_operation,
    broken,
    held,
    left_out,
    skipped,
)

from contract_tests.reports import html
from contract_tests.reports.html import write_html
from contract_tests.results import Comparison

VOID = {"meta", "input", "br", "link", "img"}
DRAWN = {"path", "rect", "circle"}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.raw = text
        self.open, self.tags, self.ids, self.targets, self.fetched, self.text, self.scripts = [], [], [], [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.tags.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.targets += [given["href"].removeprefix("#")] if "href" in given else []
        self.fetched += [given[name] for name in ("src", "srcset", "action") if name in given]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, _attributes):
        assert tag in DRAWN

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif self.open and self.open[-1] != "style":
            self.text.append(data)

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())


@pytest.fixture
def page(tmp_path):
    """What a browser would read."""

    def write(result):
        write_html(result, tmp_path / "out.html")
        return Page((tmp_path / "out.html").read_text(encoding="utf-8"))

    return write


def test_every_tag_is_closed_and_every_link_leads_somewhere_on_the_page(page):
    made = page(a_big_result())

    assert made.open == []
    assert len(made.ids) == len(set(made.ids))
    assert set(made.targets) <= set(made.ids)


def test_the_page_needs_nothing_else(page):
    made = page(a_result(held(1), state_charts=(a_state_chart(),)))

    assert made.fetched == []
    assert not {"link", "img", "iframe"} & set(made.tags)
    assert "@import" not in made.raw
    assert "url(" not in made.raw.replace("url(#head-", "")
    assert "default-src 'none'" in made.raw


def test_no_script_runs_but_our_own(page):
    made = page(a_result(broken(1, finding={"came": f"<script>alert(1)</script>{NASTY}"})))

    (script,) = made.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in made.raw.partition("</head>")[0]
    assert script == (html._TEMPLATES / "page.js").read_text(encoding="utf-8")


def test_it_says_the_verdict_the_evidence_and_each_rule(page):
    made = page(a_result(held(1), broken(2), skipped(3), left_out(4)))

    assert "FAILED: 1 rule is broken" in made.words
    for fact in ("5b1c0ffee5b1c0ffee5b1c0ffee", "c0n7rac7", "http://host:8080/v1", "2026-03-02T10:00:00Z", "1,234"):
        assert fact in made.words
    assert {"TOY-R01", "TOY-R02", "TOY-R03", "TOY-R04"} <= set(made.ids)
    assert "contract-tests replay toy/places.the_last_place_goes_once/7" in made.words
    assert "1 rule : add identities.other to the profile" in made.words


def test_a_server_writes_nothing_into_the_page(page):
    made = page(
        a_result(
            broken(1, finding={"came": NASTY, "expected": NASTY, "detail": f"</pre><script>{NASTY}"}),
            beside=(a_finding(came=NASTY),),
            problems=(NASTY,),
            state_charts=(a_state_chart(name=NASTY),),
        )
    )

    assert made.open == []
    assert made.tags.count("script") == 1
    assert "\x1b" not in made.raw
    assert "\u202e" not in made.raw
    assert "\\x1b[2J\\x00 [red]gone[/red] <b>&amp; \\u202e" in made.words


def test_times_are_told_in_words_and_lie_on_a_scale_of_decades(page):
    operations = (
        an_operation("GET /slow", seconds=(0.1, 0.1, 10.0)),
        an_operation("GET /x", seconds=()),
        an_operation("GET /quick", seconds=(0.001,)),
    )

    made = page(a_result(held(1), operations=operations))

    assert "100 ms 10 s 10 s 10 s" in made.words
    assert "not called" in made.words
    assert 'class="tick p50" style="left:50.0%"' in made.raw  # 100 ms, between 1 ms and 10 s
    assert 'class="tick max" style="left:100.0%"' in made.raw


def test_what_was_asked_in_vain_says_what_came_instead(page):
    made = page(a_result(held(1), operations=(an_operation(), IN_VAIN)))

    assert made.words.count("not tested: never answered with a success: 404 x 12, 403 x 3") == 1


def test_a_run_of_nothing_is_a_page_too(page):
    made = page(a_result(operations=(), tests=()))

    assert "NOTHING WAS TESTED" in made.words
    assert made.open == []


def test_a_rule_that_broke_twice_is_told_in_full_once_and_folded_then(page):
    rule = broken(1)
    again = replace(rule, findings=(*rule.findings, a_finding(rule.rule, check="places.another_law")))

    made = page(a_result(again))

    assert "again in places.another_law" in made.words
    assert made.raw.count('<details class="again">') == 1


def test_who_opens_it_sees_first_what_came_out_of_which_target(page):
    first = page(a_result(broken(1))).raw.partition("<main>")[0]

    for fact in ("FAILED: 1 rule is broken", "http://host:8080/v1", "full mode", "2026-03-02T10:00:00Z"):
        assert fact in first.partition("<header")[2]


def test_rules_stand_under_the_operation_they_are_about(page):
    everywhere = held(1)
    everywhere = replace(everywhere, rule=replace(everywhere.rule, operation=""))

    made = page(a_result(everywhere, held(2), held(3)))

    assert re.findall(r"the whole API 1 rule, all hold|readBooking 2 rules, all hold", made.words) == [
        "the whole API 1 rule, all hold",
        "readBooking 2 rules, all hold",
    ]


def test_a_broken_rule_of_the_list_leads_to_what_broke_it(page):
    made = page(a_result(held(1), broken(2), broken(3, known="agreed")))

    assert [target for target in made.targets if target.startswith("found-")] == ["found-TOY-R02", "found-TOY-R03"]
    assert {"found-TOY-R02", "found-TOY-R03"} <= set(made.ids)


def test_there_is_a_filter_for_each_way_a_rule_came_out(page):
    made = page(a_big_result())

    shown = [each.removeprefix("show-") for each in made.ids if each.startswith("show-") and each != "show-all"]
    assert shown == ["fails", "untested", "holds"]
    style = made.raw.partition("<style>")[2].partition("</style>")[0]
    for each in shown:
        assert f"#show-{each}:checked" in style
        assert f'o-{each}"' in made.raw
    assert "29 fail 23 broken, 4 advice, 2 known" in made.words


def test_what_holds_is_folded_and_says_so(page):
    everywhere = held(1)
    everywhere = replace(everywhere, rule=replace(everywhere.rule, operation=""))

    made = page(a_result(everywhere, held(2), broken(3)))

    assert "the whole API 1 rule, all hold" in made.words
    assert "readBooking 2 rules 1 broken" in made.words
    assert '<details class="group">' in made.raw
    assert '<details class="group" open' not in made.raw


def test_what_differs_stands_beside_what_was_expected_and_is_marked(page):
    made = page(a_result(broken(1, finding={"expected": "the number left is 2", "came": "3"})))

    assert "the number left is <mark>2</mark>" in made.raw
    assert "<code><mark>3</mark></code>" in made.raw


def test_red_is_what_failed_and_nothing_else():
    style = (html._TEMPLATES / "page.css").read_text(encoding="utf-8")

    red = {selector.strip() for selector in re.findall(r"([^{}]*)\{[^{}]*var\(--bad\)", style)}
    assert {part.strip() for selector in red for part in selector.split(",")} == {
        "header.v-failed",
        "header.v-failed h1",
        ".m-broken",
        ".m-not-certified",
        ".o-fails",
        ".b-new",
        ".broken",
        ".lifecycle text.broken",
        ".lifecycle .move.broken",
        ".lifecycle .head.broken",
    }


def light(colour):
    """Relative luminance, as WCAG 2.2 defines it."""
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_text_stands_out_from_what_is_behind_it_by_day_and_by_night():
    style = (html._TEMPLATES / "page.css").read_text(encoding="utf-8")
    schemes = [
        dict(re.findall(r"--([\w-]+): (#\w+)", root)) for root in re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    ]

    assert len(schemes) == 2
    texts = ("ink", "soft", "link", "good", "bad", "warn", "mute", "known")
    pairs = [*product(texts, ("paper", "card", "code"))]
    pairs += [(mark, f"{mark}-soft") for mark in ("good", "bad", "warn", "mute", "known")]
    for colours in schemes:
        for text, behind in pairs:
            darker, lighter = sorted((light(colours[text]), light(colours[behind])))
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (text, behind)  # WCAG 2.2, 1.4.3


def test_a_run_that_was_cut_short_does_not_look_like_a_pass(page):
    made = page(a_result(held(1), unreached=("3 of 9 laws",)))

    assert '<header class="v-cut-short">' in made.raw
    assert "PASSED as far as it came: 1 rule holds" in made.words


def a_slow_run():
    """Of no rule, and shown by no command."""
    return a_finding(check="timing.read_p95", expected="95 of 100 answers within 1 ms", came="5 ms", steps=())


def test_what_is_expected_beside_the_rules_is_said_once(page):
    made = page(a_result(held(1), beside=(a_slow_run(),)))

    assert made.words.count("95 of 100 answers within 1 ms") == 1
    assert "got 5 ms" in made.words


def test_a_sandbox_that_is_kept_says_what_makes_its_steps_show_it_again(page):
    reset = "curl -X POST http://host/_sandbox/sandboxes/toy-1/reset"

    assert f"reset it first: {reset}" in page(a_result(broken(1, finding={"world": "toy-1", "reset": reset}))).words
    assert "the replay does" in page(a_result(broken(1, finding={"world": "toy-1"}))).words


def test_what_became_of_an_earlier_run_is_told_and_what_is_new_says_so(page):
    became = Comparison(
        base_url="http://old/v1", started_at="2026-03-01T10:00:00Z", new=("TOY-R02",), gone=("TOY-R01", NASTY)
    )

    made = page(a_result(held(1), broken(2), comparison=became))

    assert "Since 2026-03-01T10:00:00Z" in made.words
    assert "1 new TOY-R02 2 gone TOY-R01 , 500" in made.words
    assert "broken new TOY-R02" in made.words
    assert "\x1b" not in made.raw
    assert made.open == []
