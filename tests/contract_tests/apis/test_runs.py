"""A run against our own sandbox: the same again with the same seed, replayed alone, stopped in time."""

import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from curls import can_paste, paste, run_curl

from contract_tests import __version__
from contract_tests.apis import kit_of
from contract_tests.cli import main
from contract_tests.profiles import Lacking
from contract_tests.reports import digest
from contract_tests.scenes.sending import Sender
from contract_tests.suites.plans import Plan
from contract_tests.suites.spec import CHECKS
from mockserver.defects.catalogue import curated

KIT = kit_of("reservekit")


def lacking(_):
    raise Lacking("nobody can do that here")


@pytest.fixture
def sent(monkeypatch):
    """What was sent, in order, without the names of sandboxes, which are new each time."""
    seen = []
    keep = Sender._keep

    def note(self, *arguments, **options):
        exchange = keep(self, *arguments, **options)
        here = re.sub(r"http://[^/]+|/~contract-[a-z0-9-]+", "", exchange.url)
        seen.append((exchange.method, here, exchange.request_body))
        return exchange

    monkeypatch.setattr(Sender, "_keep", note)
    return seen


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        code = main(list(arguments))
        return code, capsys.readouterr()

    return call


def test_the_same_seed_in_a_fresh_sandbox_asks_the_same_and_comes_to_the_same(sandbox_server, run, sent):
    runs = []
    for seed in ("7", "7", "8"):
        sent.clear()
        with sandbox_server.serving("reservekit") as url:
            some = [option for rule in ("RK-B03", "RK-B07", "RK-L01", "RK-P01") for option in ("--rule", rule)]
            code, said = run("run", "reservekit", "--base-url", url, "--seed", seed, "--batches", "1", *some)
        assert code == 0, said.out
        runs.append(sorted(sent))

    assert len(runs[0]) > 100
    assert runs[0] == runs[1] != runs[2]


def told(report):
    """What is the same in each run with a seed: neither a time nor the name of a sandbox is."""
    if isinstance(report, dict):
        return {
            name: told(value)
            for name, value in report.items()
            if not re.search(r"^p\d\d$|^max$|seconds|_at$|^sentence$", name)
        }
    if isinstance(report, list):
        return [told(each) for each in report]
    return re.sub(r"contract-reservekit-[0-9a-f]{8}-\d+|\d{4}-\d\d-\d\dT[\d:.]+Z", "-", str(report))


def test_laws_that_are_played_at_once_ask_the_same_and_come_to_the_same(sandbox_server, run, sent):
    some = [
        option for rule in ("RK-B03", "RK-B07", "RK-B16", "RK-D04", "RK-L01", "RK-P01") for option in ("--rule", rule)
    ]
    some += [option for each in ("getBooking", "listServiceTimeSlots") for option in ("--operation", each)]
    runs = []
    for jobs in ("1", "4"):
        sent.clear()
        with sandbox_server.serving("reservekit", "RK-B16", "RK-D04") as url:
            where = ("--base-url", url, "--max-examples", "5", "--jobs", jobs, "--batches", "1")
            suites = [option for suite in ("laws", "lifecycle", "reads") for option in ("--suite", suite)]
            code, _ = run("run", "reservekit", *where, *some, *suites, "--report", "json=report.json")
        assert code == 1
        runs.append((sorted(sent), told(json.loads(Path("report.json").read_text()))))

    assert len(runs[0][0]) > 100
    assert runs[0] == runs[1]


@pytest.mark.nightly
@pytest.mark.parametrize("api", ["reservekit", "appointments", "bardge", "anny"])
def test_in_one_world_several_at_once_come_to_what_each_comes_to_after_the_other(sandbox_server, run, api):
    verdicts = []
    with sandbox_server.serving(api) as url:
        for jobs in ("1", "4"):
            run_curl(f'curl -X POST {url}/_sandbox/sandboxes -d \'{{"name": "jobs-{jobs}"}}\'')
            where = (
                "--base-url",
                url,
                "--sandbox",
                f"jobs-{jobs}",
                "--jobs",
                jobs,
                "--suite",
                "laws",
                "--suite",
                "lifecycle",
            )
            code, said = run("run", api, *where, "--report", "json=report.json")
            assert code == 0, said.out
            rules = json.loads(Path("report.json").read_text())["rules"]
            verdicts.append({rule["id"]: rule["outcome"] for rule in rules})

    assert verdicts[0] == verdicts[1]


def test_what_failed_is_replayed_alone_by_the_command_that_was_printed(sandbox_server, run):
    with sandbox_server.serving("reservekit", "RK-B16") as url:
        code, said = run("run", "reservekit", "--base-url", url, "--rule", "RK-B16")
        assert code == 1
        printed = re.search(r"contract-tests (replay \S+ --base-url \S+ --found-by \S+)", said.out)
        assert printed, said.out

        code, said = run(*printed[1].split())

    assert code == 1
    assert "BROKEN RK-B16" in said.out
    assert "found by" not in said.out
    assert "the sandbox contract-reservekit-" in said.out


def printed_steps(out):
    """What the first finding says to paste, and the beginning of what its last step is said to answer."""
    finding = re.split(r"^  replay: ", out.partition("BROKEN")[2], maxsplit=1, flags=re.MULTILINE)[0]
    lines = [line.strip() for line in re.findall(r"^     (?!-> )\S.*$", finding, re.MULTILINE)]
    *_, came = re.findall(r"^     -> \d+ [^{\[]*(.*?)(?:\.\.\.)?$", finding, re.MULTILINE)
    return lines, came


def without_what_is_new(text):
    """Without ids, moments and made-up words."""
    return re.sub(r'(id"|At"|_at"|created"|timestamp"|number"|code"|token"): ?("[^"]*("|$)|\d+)|[a-z]{8}@|\s', "", text)


SEEN_ANYWHERE: dict[str, tuple[str, ...]] = {
    "reservekit": ("RK-T14.twice", "RK-B25", "RK-B13"),
    "appointments": ("AP-R14", "AP-H09.longer"),
    "anny": ("AN-X13", "AN-B21", "AN-X04"),
    "bardge": ("BG-M10.again", "BG-T02.fifty"),
}
SEEN_IN_WORLDS_OF_ITS_OWN: dict[str, tuple[str, ...]] = {"appointments": ("AP-X07",), "bardge": ("BG-L26.moved",)}
"""In a world with a past the law cannot tell the bug from what others did, or its clock does not move."""


def pasted_bugs():
    for is_shared, bugs in [(False, SEEN_ANYWHERE), (True, SEEN_ANYWHERE), (False, SEEN_IN_WORLDS_OF_ITS_OWN)]:
        yield from ((is_shared, api, defect) for api, defects in bugs.items() for defect in defects)


needs_a_shell = pytest.mark.skipif(not can_paste(), reason="pasting takes bash, curl and jq")


@needs_a_shell
@pytest.mark.parametrize(("is_shared", "api", "defect"), list(pasted_bugs()))
def test_what_is_pasted_is_answered_as_the_finding_says(
    sandbox_server, run, tmp_path, monkeypatch, is_shared, api, defect
):
    monkeypatch.setattr(digest, "_MOST_STEPS", 1_000)
    with sandbox_server.serving(api, defect) as url:
        where = ["--base-url", url]
        if is_shared:
            run_curl(f'curl -X POST {url}/_sandbox/sandboxes -d \'{{"name": "shared"}}\'')
            where += ["--sandbox", "shared"]
        _, said = run("run", api, *where, "--rule", curated(api)[defect].rule, "--suite", "laws", "--fail-fast")
        (*before, last), came = printed_steps(said.out)

        for _ in range(1 if is_shared else 2):
            if reset := re.search(r"  to paste them: (curl .*)", said.out):
                run_curl(reset[1])
            assert without_what_is_new(paste(["\n".join(before), last], tmp_path)[-1]).startswith(
                without_what_is_new(came)
            )

    assert bool(reset) is not is_shared


@pytest.mark.parametrize(
    ("defect", "said"),
    [
        (
            "AP-S08.change",
            r"\| the clock goes (back|forward) from \d\d:\d\d to \d\d:\d\d on \d+ \w+ \d{4} in [A-Z]\S+/\S+",
        ),
        ("AP-X07", r"\| \S.* can be cancelled until (1 day|\d+ hours) before it begins"),
    ],
)
def test_a_finding_tells_in_words_what_clocks_and_deadlines_do(sandbox_server, run, defect, said):
    with sandbox_server.serving("appointments", defect) as url:
        rule = curated("appointments")[defect].rule
        _, out = run("run", "appointments", "--base-url", url, "--rule", rule, "--suite", "laws")

    assert re.search(said, out.out), out.out


def test_where_pasting_would_show_something_else_no_reset_is_printed(sandbox_server, run):
    with sandbox_server.serving("reservekit", "RK-B21") as url:
        code, said = run("run", "reservekit", "--base-url", url, "--rule", "RK-B21", "--fail-fast")

    assert code == 1
    assert "one of 8 at once" in said.out
    assert "to paste them" not in said.out
    assert "the replay does" in said.out


@pytest.mark.parametrize(("rule", "is_played"), [("RK-L01", False), ("RK-L06", True)])
def test_lives_are_played_for_a_rule_only_where_no_law_has_spoken_of_it(
    sandbox_server, run, monkeypatch, rule, is_played
):
    assert KIT is not None
    skipped = [replace(law, play=lacking) if "RK-L06" in law.rules else law for law in KIT.laws]
    monkeypatch.setattr("contract_tests.deployments.kit_of", lambda _: replace(KIT, laws=skipped))

    with sandbox_server.serving("reservekit") as url:
        code, said = run("run", "reservekit", "--base-url", url, "--rule", rule, "--batches", "1")

    assert code == 0, said.out
    assert ("lifecycle: 1 of 1 in " in said.out) is is_played
    assert (f"lifecycle: not needed, laws have spoken of {rule}\n" in said.out) is not is_played


def test_a_replay_of_what_is_mended_passes(sandbox_server, run):
    with sandbox_server.serving("reservekit") as url:
        code, said = run("replay", "reservekit/capacity.a_confirmed_booking_takes_a_place/1", "--base-url", url)

    assert code == 0, said.out


def test_a_replay_prints_each_request_with_its_answer_and_no_secret(sandbox_server, run, sent):
    with sandbox_server.serving("reservekit") as url:
        test, secret = "reservekit/capacity.a_confirmed_booking_takes_a_place/1", "sk_rsv_demo_alpha"
        _, said = run("replay", test, "--base-url", url, "--token", secret)

    steps = re.findall(r"^  (\d+)\. .+\n     curl .*(?:\n .*)*?\n     -> \d{3} ", said.out, re.MULTILINE)
    assert steps == [str(number) for number in range(1, len(sent) + 1)]
    assert '-H "Authorization: Bearer $' in said.out
    assert secret not in said.out


def test_a_replay_of_a_lifecycle_prints_its_last_life(sandbox_server, run):
    with sandbox_server.serving("reservekit", "RK-B16") as url:
        code, said = run("replay", "reservekit/lifecycle.batch_0/1", "--base-url", url)

    assert code == 1
    shown, _, finding = said.out.partition("BROKEN")
    assert shown.count("     -> 201 Created") > 1
    assert shown.count("     curl ") < 20
    assert finding.count("     curl ") > 1


def test_the_lifecycle_does_not_look_for_what_a_law_has_found(sandbox_server, run):
    with sandbox_server.serving("reservekit", "RK-B13", "RK-L07") as url:
        some = ["--rule", "RK-B13", "--suite", "laws", "--suite", "lifecycle", "--batches", "1"]
        _, said = run("run", "reservekit", "--base-url", url, *some)
        assert "lifecycle" not in "".join(re.findall(r"^BROKEN RK-B13[: ](?:.*\n){2}", said.out, re.MULTILINE))
        printed = re.search(r"contract-tests (replay reservekit/lifecycle\S+ --base-url \S+ --found-by \S+)", said.out)
        assert printed, said.out

        _, said = run(*printed[1].split())

    assert "BROKEN RK-L07" in said.out
    assert "RK-B13" not in said.out.partition("BROKEN")[2].partition("  replay:")[0]


def test_a_replay_of_what_another_version_found_says_so_and_plays_it(sandbox_server, run):
    test = "reservekit/capacity.a_confirmed_booking_takes_a_place/1"
    with sandbox_server.serving("reservekit") as url:
        code, said = run("replay", test, "--base-url", url, "--found-by", "0.0.9-5b1c0ffee5b1,0.0.9-155c9137beae")

    assert code == 0, said.out
    head, *_, verdict = said.out.splitlines()
    assert re.fullmatch(
        rf"found by 0\.0\.9-5b1c0ffee5b1,0\.0\.9-155c9137beae, played by {__version__}-\w{{12}},{__version__}-\w{{12}}:"
        " what comes may be something else",
        head,
    )
    assert verdict.startswith("pass ")


def test_a_replay_of_what_is_not_there_is_refused(sandbox_server, run):
    with sandbox_server.serving("reservekit") as url:
        code, said = run("replay", "reservekit/capacity.nothing/1", "--base-url", url)

    assert code == 2
    assert "has no test 'capacity.nothing'" in said.err


def test_a_time_limit_ends_between_two_tests_and_says_what_was_not_reached(sandbox_server, run, monkeypatch):
    looks = itertools.count()
    monkeypatch.setattr(Plan, "is_over", property(lambda plan: next(looks) > 30))

    with sandbox_server.serving("reservekit") as url:
        code, said = run("run", "reservekit", "--base-url", url, "--time-limit", "1")

    assert code == 0, said.out
    assert "NOT REACHED" in said.out
    assert "not reached within the time limit" in said.out


def test_a_time_limit_starves_laws_rather_than_bursts(sandbox_server, run, monkeypatch):
    looks = itertools.count()
    monkeypatch.setattr(Plan, "is_over", property(lambda plan: next(looks) > 12))

    with sandbox_server.serving("reservekit") as url:
        _, said = run(
            *("run", "reservekit", "--base-url", url),
            *("--suite", "laws", "--suite", "bursts", "--time-limit", "60"),
        )

    assert re.search(r"^steps +bursts \d+, laws \d+$", said.out, re.MULTILINE), said.out
    left = re.findall(r"^NOT REACHED (.*)", said.out, re.MULTILINE)
    assert len(left) == 1
    assert left[0].endswith(" laws")


def test_a_known_failure_fails_nothing(sandbox_server, run, tmp_path):
    (tmp_path / "known.toml").write_text(
        '[[failure]]\nrule = "RK-B16"\nreason = "waits for 2.4"\nowner = "us"\nexpires = 2999-01-01\n'
    )
    with sandbox_server.serving("reservekit", "RK-B16") as url:
        code, said = run("run", "reservekit", "--base-url", url, "--rule", "RK-B16", "--known", "known.toml")

    assert code == 0, said.out
    assert "KNOWN RK-B16: waits for 2.4 (us, until 2999-01-01)" in said.out
    assert "BROKEN" not in said.out
    assert re.search(r"PASSED: .*, 1 known; ", said.out.splitlines()[-1])


def a_profile_with_a_budget(folder, url):
    file = folder / "mine.toml"
    file.write_text(
        f'base_url = "{url}"\n[identities]\nmain = "sk_rsv_demo_alpha.budget"\n[budgets]\nread_p95_ms = 0.001\n'
    )
    return ("run", "reservekit", "--profile", file.name, "--suite", "reads", "--suite", "timing")


def test_a_budget_that_is_not_kept_is_told_like_any_finding(sandbox_server, run, tmp_path):
    with sandbox_server.serving("reservekit") as url:
        code, said = run(*a_profile_with_a_budget(tmp_path, url))

    assert code == 1, said.out
    assert re.search(
        r"BROKEN all that read \[timing\.read_p95\]: .*\n.*\n  expected  95 of .*\n  got       \d+ ms, over", said.out
    )
    assert said.out.splitlines()[-1].startswith("FAILED: 1 finding beside the rules")


def test_a_budget_that_is_known_not_to_be_kept_fails_nothing(sandbox_server, run, tmp_path):
    (tmp_path / "known.toml").write_text(
        '[[failure]]\ncheck = "timing.read_p95"\noperation = "all that read"\n'
        'reason = "moves in May"\nowner = "us"\nexpires = 2999-01-01\n'
    )
    with sandbox_server.serving("reservekit") as url:
        code, said = run(*a_profile_with_a_budget(tmp_path, url), "--known", "known.toml")

    assert code == 0, said.out
    assert "BROKEN" not in said.out


def test_a_run_that_observes_says_what_it_did(sandbox_server, run):
    with sandbox_server.serving("reservekit") as url:
        code, said = run("run", "reservekit", "--base-url", url, "--mode", "observe")

    assert code == 0, said.out
    assert re.search(rf"^steps    spec {CHECKS}, reads \d+\nThis run only reads there\.$", said.out, re.MULTILINE)
    assert f"\nspec: {CHECKS} of {CHECKS} in " in said.out
    assert re.search(r"^left out \d+ rules: observe mode only reads$", said.out, re.MULTILINE)
    assert re.match(
        r"PASSED: \d+ operations answered as documented; no rule is judged in observe mode, ", said.out.splitlines()[-1]
    )


def test_the_first_finding_is_enough_when_asked_so(sandbox_server, run):
    with sandbox_server.serving("reservekit", "RK-B03") as url:
        code, said = run("run", "reservekit", "--base-url", url, "--fail-fast")

    assert code == 1
    assert said.out.count("BROKEN ") - said.out.count("BROKEN RK") <= 1
    assert "reads:" not in said.out


def test_an_advice_is_not_the_finding_that_ends_a_run(sandbox_server, run):
    asked = (
        "--rule",
        "RK-L09",
        "--rule",
        "RK-D04",
        "--rule",
        "RK-M02",
        "--suite",
        "laws",
        "--fail-fast",
        "--jobs",
        "1",
    )

    with sandbox_server.serving("reservekit", "RK-D04", "RK-L09") as url:
        code, advised = run("run", "reservekit", "--base-url", url, *asked)
    with sandbox_server.serving("reservekit", "RK-D04", "RK-M02") as url:
        failed_code, failed = run("run", "reservekit", "--base-url", url, *asked)

    assert (code, failed_code) == (0, 1)
    assert "RK-D04" in advised.out
    assert "RK-L09" in advised.out
    assert "NOT REACHED" not in advised.out
    assert "RK-M02" in failed.out
    assert "NOT REACHED" in failed.out


def test_a_drafted_profile_has_every_key_and_is_taken(run, tmp_path, sandbox_server, monkeypatch):
    code, _ = run("init", "reservekit", "--output", "mine.toml")
    assert code == 0
    drafted = (tmp_path / "mine.toml").read_text()
    assert '# other = "${OTHER_KEY}"  # 5 rules\n' in drafted
    taken = drafted.replace('# main = "${API_TOKEN}"', 'main = "${API_TOKEN}"')
    (tmp_path / "mine.toml").write_text(taken)
    monkeypatch.setenv("API_TOKEN", "sk_rsv_demo_alpha.drafted")

    with sandbox_server.serving("reservekit") as url:
        code, said = run("run", "reservekit", "--base-url", url, "--profile", "mine.toml", "--suite", "laws")

    assert code == 0, said.out
    assert "add identities.other to the profile" in said.out
    assert "sk_rsv_demo_alpha" not in said.out


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["conformance"], "suite conformance has nothing to do: it needs --mode full"),
        (["laws", "--mode", "observe"], "suite laws has nothing to do: it needs --mode own or full"),
        (["reads", "--mode", "full"], "suite reads has nothing to do: in full mode conformance has the reads too"),
        (["spec", "--rule", "RK-B16"], "suite spec has nothing to do: it is about the document as a whole"),
        (["bursts", "--rule", "RK-B16"], "suite bursts has nothing to do: nothing of reservekit that was selected"),
        (["lifecycle", "--batches", "0"], "suite lifecycle has nothing to do: nothing of reservekit is in it"),
        (["timing"], "suite timing has nothing to do: it judges the calls of other suites"),
    ],
)
def test_a_suite_that_has_nothing_to_do_says_why(sandbox_server, run, options, why):
    with sandbox_server.serving("reservekit") as url:
        code, said = run("run", "reservekit", "--base-url", url, "--suite", *options)

    assert code == 3
    assert f"WARNING {why}" in said.out


def test_timing_beside_other_suites_wants_nothing_but_budgets(sandbox_server, run, tmp_path):
    asked = ["--suite", "timing", "--suite", "laws", "--rule", "RK-B16"]
    (tmp_path / "mine.toml").write_text(
        '[identities]\nmain = "sk_rsv_demo_alpha"\n[budgets]\nread_p95_ms = 60000\n', encoding="utf-8"
    )

    with sandbox_server.serving("reservekit") as url:
        _, without = run("run", "reservekit", "--base-url", url, *asked)
        _, budgeted = run("run", "reservekit", "--base-url", url, "--profile", "mine.toml", *asked)

    assert "WARNING suite timing has nothing to do: it needs budgets in the profile" in without.out
    assert "nothing to do" not in budgeted.out


def test_what_can_never_be_asked_for_is_no_suite(run):
    code, said = run("run", "reservekit", "--base-url", "http://127.0.0.1:9", "--suite", "cleanup")

    assert code == 2
    assert "unknown suite 'cleanup'" in said.err
