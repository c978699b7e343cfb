"""A run against our own sandbox: the same again with the same seed, replayed alone, stopped in time."""

import itertools
import re

import pytest
from curls import run_curl

from contract_tests import __version__
from contract_tests.cli import main
from contract_tests.scenes.sending import Sender
from contract_tests.suites.plans import Plan
from contract_tests.suites.spec import CHECKS


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
    """The first finding's commands, each with the beginning of what it is said to answer."""
    return re.findall(
        r"^     (curl .*)\n     -> \d+ [^{]*(.{40,}?)(?:\.\.\.)?$", out.partition("  replay:")[0], re.MULTILINE
    )


def test_what_was_printed_is_answered_so_again_after_the_reset_that_was_printed(sandbox_server, run):
    with sandbox_server.serving("reservekit", "RK-B13") as url:
        _, said = run("run", "reservekit", "--base-url", url, "--rule", "RK-B13", "--suite", "laws")
        reset = re.search(r"  to paste them: (curl .*)", said.out)
        assert reset, said.out
        steps = printed_steps(said.out)
        assert len(steps) == 4

        for _ in range(2):
            run_curl(reset[1])
            for command, came in steps:
                assert run_curl(command).startswith(came)


@pytest.mark.parametrize(
    ("defect", "why"),
    [("RK-B21", "sent at once"), ("RK-L11", "the clock was moved")],
)
def test_where_pasting_would_show_something_else_no_reset_is_printed(sandbox_server, run, defect, why):
    with sandbox_server.serving("reservekit", defect) as url:
        code, said = run("run", "reservekit", "--base-url", url, "--rule", defect, "--fail-fast")

    assert code == 1, why
    assert "to paste them" not in said.out
    assert "the replay does" in said.out


def test_a_replay_of_what_is_mended_passes(sandbox_server, run):
    with sandbox_server.serving("reservekit") as url:
        code, said = run("replay", "reservekit/capacity.a_confirmed_booking_takes_a_place/1", "--base-url", url)

    assert code == 0, said.out


def test_a_replay_of_what_another_version_found_says_so_and_plays_it(sandbox_server, run):
    test = "reservekit/capacity.a_confirmed_booking_takes_a_place/1"
    with sandbox_server.serving("reservekit") as url:
        code, said = run("replay", test, "--base-url", url, "--found-by", "0.0.9-5b1c0ffee5b1,0.0.9-155c9137beae")

    assert code == 0, said.out
    head, verdict = said.out.splitlines()
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
    asked = ("--rule", "RK-L09", "--rule", "RK-D04", "--rule", "RK-M02", "--suite", "laws", "--fail-fast")

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
    assert '# other = "${OTHER_KEY}"' in drafted
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
