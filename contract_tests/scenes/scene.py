"""One test's scene: its world, its calls, what it expects, and what it leaves behind.

Each API has a scene of its own with steps in the API's words (`contract_tests/apis/<api>/scene.py`); what they are made
of is here.
"""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Self, TextIO, TypeVar
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from contract_tests.contracts import Contract, Operation
from contract_tests.profiles import Key, Lacking, NotApplicable, Profile
from contract_tests.scenes.answers import Answer, Broken, Differs
from contract_tests.scenes.differences import look_alike, not_as_wanted, shown
from contract_tests.scenes.exchanges import SUCCESSES, Exchange, overlap
from contract_tests.scenes.guards import Guard, Trespass
from contract_tests.scenes.leftovers import Thing, Track
from contract_tests.scenes.sending import NO_BODY, Sender, Silence
from contract_tests.scenes.turns import take_turn
from contract_tests.scenes.worlds import SKEW, Clock, World
from contract_tests.wording import clock_change, duration
from doublebook_data.views import View

__all__ = ["MAIN", "OTHER", "Leases", "Made", "Scene", "Setting", "operation_path", "path_text"]

MAIN = "main"
OTHER = "other"
_MOST_REQUESTS = 5_000
"""No test needs a fifth of it. A list that never grows, or a balance that never falls, must not keep one going for ever."""
_MOST_LOOKS = 5
_TRIPS = 5
_NEAR = timedelta(seconds=2)
"""Moments are sent in whole seconds."""
_NOT_FOUND = 404
_GONE = 410

T = TypeVar("T")

Made = Callable[[Answer], Iterable[tuple[str, object]]]
"""What an accepted request brought into the world: parameters that name it, and its ids."""


class Leases:
    """
    Numbers that are given out in turn: so that two tests in one world never use the same day or slot.

    Args:
        run: What tells a run from every other; each has an order of its own, for others may be in the world too.
    """

    def __init__(self, run: str = "") -> None:
        self.run = run
        self._given: Counter[str] = Counter()
        self._orders: dict[tuple[str, int], list[int]] = {}
        self._lock = threading.Lock()

    def next(self, what: str, of: int = 0) -> int:
        """Each number once, 0 first; of so many in the run's order, and round again."""
        with self._lock:
            self._given[what] += 1
            number = self._given[what] - 1
            return self._order(what, of)[number % of] if of else number

    def _order(self, what: str, of: int) -> list[int]:
        if (what, of) not in self._orders:
            numbers = list(range(of))
            if self.run:
                random.Random(f"{self.run}:{what}").shuffle(numbers)  # noqa: S311 - places, no secrets
            self._orders[what, of] = numbers
        return self._orders[what, of]


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What all scenes of one run share."""

    contract: Contract
    profile: Profile
    sender: Sender
    seed: int
    leases: Leases = field(default_factory=Leases)
    stays: list[tuple[str, Thing]] = field(default_factory=list)
    """What was made in a shared world and nobody can take back, each with what it is."""
    track: Track = field(default_factory=lambda: Track(None))
    lost: dict[str, str] = field(default_factory=dict)
    """Why what an operation makes in a shared world cannot be found again, by the operation's id."""
    found: set[str] = field(default_factory=set)
    """The operations of which something that they made was found, by label."""
    read_otherwise: dict[str, bool] = field(default_factory=dict)
    """Of the readings on which a break may lean, by rule: whether the target reads it otherwise."""
    asking: threading.RLock = field(default_factory=threading.RLock)
    """Held by who finds that out."""
    strangers: set[object] = field(default_factory=set)
    """What others in a shared world were seen to have made: it is the reason for one break at most."""
    is_beside: bool = False
    """Others of the run are played at the same time, in the same world if it is shared."""
    turns: Path | None = None
    """A lock on this file is the turn to use what an account has one of in a shared world."""


class Scene:
    """
    Class attributes, which each API sets:
        KEYS: What a profile may say for this API, beside the common keys.
        MADE: Of an operation's accepted request, what it made.
        UNDO: How to take back what a parameter names; runs through the public API, newest first.
        LEAVES: The operations that make what is taken back for itself, and not with something else.
        STAYS: What becomes of what a parameter names, in a word, where it is there for ever.
        GUARDED: Parameters that name what is written to although they stand in no path.
        LEANS: What an operation has done is there as these rules say, by its id. Where the target reads one of them otherwise,
            what comes later may be its consequence.

    Args:
        name: The test's; with the run's seed it decides every invented value. In a world that others use, or used
            before, no value comes twice, whatever the seed.
    """

    KEYS: ClassVar[Sequence[Key]] = ()
    MADE: ClassVar[Mapping[str, Made]] = {}
    UNDO: ClassVar[Mapping[str, Callable[[Any, Any, str], Answer | None]]] = {}
    LEAVES: ClassVar[frozenset[str]] = frozenset()
    STAYS: ClassVar[Mapping[str, str]] = {}
    GUARDED: ClassVar[frozenset[str]] = frozenset()
    LEANS: ClassVar[Mapping[str, Sequence[str]]] = {}
    doubted = ""
    """The rule that does not hold where others may be why."""

    def __init__(self, setting: Setting, world: World, name: str) -> None:
        self.contract = setting.contract
        self.profile = setting.profile
        self.world = world
        self.name = name
        self._leases = Leases() if world.is_own else setting.leases
        of_the_run = "" if world.is_own else f":{setting.leases.run}:{setting.leases.next('scene')}"
        self.random = random.Random(f"{setting.seed}:{name}{of_the_run}")  # noqa: S311 - made-up names, no secrets
        self.log: list[Exchange] = []
        self.answers: list[Answer] = []
        """Those that the test was given, without what was asked to take back what it made."""
        self.words: list[str] = []
        """Those that it made up."""
        self.judged: dict[int, str] = {}
        """The rule by which an answer was judged last, by the number of its exchange."""
        self.evidence: Counter[str] = Counter()
        """How often each rule was seen to hold."""
        self.differences: list[Broken] = []
        """What the target says or does otherwise, where nobody states how."""
        self.remarks: dict[str, str] = {}
        """What a reader has to know to understand what is asked for, by what it is about."""
        self.known_broken: frozenset[str] = frozenset()
        """Rules that others have seen broken."""
        self.end: Callable[[str], None] | None = None
        """Ends the test where one of these is met, as if it had come to its end."""
        self.leaned_on: dict[str, None] = {}
        """The readings that were seen not to hold, and without which what comes after them makes no sense."""
        self.leans: dict[str, str] = {}
        """The rules that what was done so far leans on, seen to hold or not, each with the operation that did it."""
        self.bursts: list[bool] = []
        """Of each time that many were asked at the same moment: whether any two overlapped, as seen from here."""
        self.leaked: list[str] = []
        self.wants_to_be_alone = False
        """It would have changed what all in its world have in common, or could not tell their doing from the target's."""
        self._is_beside = setting.is_beside and not world.is_own
        self._began_at = time.monotonic()
        self._strangers = setting.strangers
        self._turns = None if world.is_own else setting.turns
        self._turn: TextIO | None = None
        self._taking = threading.Lock()
        self._guard = Guard(self.GUARDED)
        self._made: list[Thing] = []
        self._sender = setting.sender
        self._stays = setting.stays
        self._lost = setting.lost
        self._found = setting.found
        self._track = Track(None) if world.is_own else setting.track
        self._lock = threading.Lock()
        self._judged_last = ""
        self.is_leaving = False
        self._hurry = ExitStack()

    # Asking

    def call(
        self,
        operation_id: str,
        body: Any = NO_BODY,
        *,
        by: str = MAIN,
        title: str = "",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        **parameters: Any,
    ) -> Answer:
        """
        Send what the operation takes.

        Args:
            by: Whose credential goes along; "" for nobody's.
            title: The step in a few words, for whoever reads a failure; the operation's id if there is none.
            query: Parameters that the document does not have, or whose names are no words.
            parameters: By name; the document says where each goes. None leaves one out.

        Raises:
            Lacking: Nobody signs in so, or what this makes could not be found again before.
        """
        if operation_id in self._lost:
            raise Lacking(self._lost[operation_id])
        operation = self.contract.operation(operation_id)
        places: dict[str, dict[str, Any]] = {"path": {}, "query": dict(query or {}), "header": {}}
        for name, value in parameters.items():
            if value is not None:
                places[operation.places[name]][name] = value
        sent_headers = {**places.pop("header"), **(headers or {})}
        self._guard.ensure(operation, {**places["path"], **places["query"], **_scalars(body)})
        with self._track.asking(operation.label) if operation_id in self.LEAVES else nullcontext():
            exchange = self._sender.call(
                operation,
                base_url=self.world.base_url,
                by=self._identity(by),
                title=title or operation_id,
                parameters=places,
                body=body,
                headers=sent_headers,
            )
            return self._answer(exchange)

    def send(
        self,
        method: str,
        path: str,
        content: bytes | None = None,
        *,
        by: str = MAIN,
        title: str = "",
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        meant_for: str = "",
    ) -> Answer:
        """
        Send exactly this, well-formed or not, below the API's base path.

        Args:
            meant_for: The operation whose documented answers the answer is held against; "" for none. Required for
                whatever could write: what it names must be the run's own, which is not looked at here.
        """
        if not path.startswith("/"):  # an answer said so: behind a bare host it would lead to another one
            raise Trespass(f"{path!r} is no path below {self.world.base_url}")
        url = f"{self.world.base_url}{path}" + (f"?{urlencode(query, doseq=True)}" if query else "")
        exchange = self._sender.send(
            method,
            url,
            by=self._identity(by),
            title=title or f"{method} {path}",
            content=content,
            headers=headers or {},
            operation=self.contract.operation(meant_for) if meant_for else None,
        )
        return self._answer(exchange)

    def together(self, *calls: Callable[[], Answer]) -> list[Answer]:
        """Make all calls at the same moment, each from a thread of its own; answers in the order of the calls."""
        barrier, logged = threading.Barrier(len(calls)), len(self.log)
        answers: dict[int, Answer] = {}
        problems: list[BaseException] = []

        self._sender.wait_for_turns(len(calls))

        def run(number: int, call: Callable[[], Answer]) -> None:
            barrier.wait()
            try:
                with self._sender.in_a_hurry():
                    answers[number] = call()
            except BaseException as problem:  # noqa: BLE001 - raised again, in the test's own thread
                problems.append(problem)

        threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(calls)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for exchange in self.log[logged:]:
            exchange.at_once = len(calls)
        self.bursts.append(overlap(self.log[logged:]))
        if problems:
            raise problems[0]
        return [answers[number] for number in range(len(calls))]

    def has(self, by: str) -> bool:
        """Whether the target has such an identity."""
        return self._sender.knows(by)

    def _identity(self, by: str) -> str:
        if by and not self._sender.knows(by):
            raise Lacking(f"nobody can sign in as {by!r}", key=f"identities.{by}")
        return by

    def _answer(self, exchange: Exchange) -> Answer:
        answer = Answer(exchange, self._judge, self.contract)
        with self._lock:
            self.log.append(exchange)
            self.answers.append(answer)
            if len(self.log) > _MOST_REQUESTS and not self.is_leaving:
                wanted = (
                    f"an end of it: the test has sent {_MOST_REQUESTS:,} requests and waits for something to change"
                )
                if not self._judged_last:
                    raise Silence(f"expected {wanted}")
                raise Broken(self._judged_last, wanted, exchange.came(), (exchange,))
            if exchange.operation is not None and answer.is_success:
                self.lean_on(*self.LEANS.get(exchange.operation.id, ()), since=exchange.operation.id)
                for parameter, value in self.MADE.get(exchange.operation.id, _nothing)(answer):
                    self.note_made(parameter, value, exchange.by, exchange.label)
        return answer

    @property
    def shown(self) -> dict[str, tuple[Mapping[str, Any], bytes]]:
        """Of each operation that reads, by label: what stood in the path of its first success, and the answer."""
        read = [each for each in self.log if each.operation and each.operation.reads_only and each.parameters]
        return {each.label: (each.parameters[0], each.content) for each in reversed(read) if each.status in SUCCESSES}

    # Expecting

    def expect(
        self, rule: str, holds: bool, expected: str, got: object, *answers: Answer, leaned_on: bool = True
    ) -> None:
        """
        *rule* says so. Raises Broken.

        Args:
            answers: Those that show it.
            leaned_on: What comes after it in the test makes no sense where it does not hold.
        """
        text = "" if holds else got if isinstance(got, str) else shown(got)
        self._judge(rule, holds, expected, text, tuple(answer.exchange for answer in answers), leaned_on=leaned_on)

    def same(self, rule: str, got: object, wanted: object, what: str, *answers: Answer, leaned_on: bool = True) -> None:
        """*what* has to be *wanted*; the rest as for `expect`. Raises Broken."""
        if got == wanted:
            self.expect(rule, True, what, got, *answers, leaned_on=leaned_on)
            return
        escaped = look_alike(got, wanted)
        is_it = f"{what} is {shown(wanted, escaped=escaped)}"
        self.expect(rule, False, is_it, not_as_wanted(got, wanted, escaped=escaped), *answers, leaned_on=leaned_on)

    def says(self, rule: str, holds: bool, expected: str, got: str, *answers: Answer) -> None:
        """The same of what nothing else leans on: the scene finds out in another way. Raises Broken."""
        self._judge(rule, holds, expected, got, tuple(each.exchange for each in answers), is_said_otherwise=True)

    def one_wins(self, rule: str, answers: Sequence[Answer], *refusal: Any, status: int | None = None) -> Answer:
        """
        One of *answers* is a success, with *status* if one is given, and all others are *refusal*.

        Raises:
            Broken: They are not.
            NotApplicable: In a shared world all are refused, for somebody else may have been the first.
        """
        winners = [answer for answer in answers if (answer.is_success if status is None else answer.status == status)]
        came = f"{len(winners)} of {len(answers)}"
        if not self.world.is_own and all(answer.is_refusal for answer in answers):
            self.be_alone()
            raise NotApplicable("somebody else may have been the first")
        self.expect(rule, len(winners) == 1, f"one {status or 'success'}", came, *winners[:2])
        for answer in answers:
            if answer not in winners:
                answer.refused(rule, *refusal)
        return winners[0]

    def _judge(
        self,
        rule: str,
        holds: bool,
        expected: str,
        got: str,
        exchanges: tuple[Exchange, ...],
        *,
        is_said_otherwise: bool = False,
        is_beyond: bool = False,
        ends: bool = False,
        leaned_on: bool = True,
    ) -> None:
        is_reading = self.contract.rule(rule).is_reading
        is_free = is_reading or is_beyond or (is_said_otherwise and self.contract.view is View.AGREED)
        if not holds:
            broken = Broken(rule, expected, got, exchanges or tuple(self.log[-1:]))
            if not is_free:
                if rule in self.known_broken and self.end is not None:
                    self.end(rule)
                raise broken
            self.differences.append(broken)
            if is_reading and leaned_on and not is_said_otherwise:
                self.leaned_on[rule] = None
                if ends:
                    raise Differs(rule)
            elif is_beyond:
                raise Differs(rule)
        with self._lock:
            if holds or not is_reading:
                self.evidence[rule] += 1
            self._judged_last = rule
            self.judged.update((exchange.number, rule) for exchange in exchanges)

    def lean_on(self, *rules: str, since: str = "") -> None:
        """What comes later makes no sense where one of *rules* is read otherwise, *since* an operation was accepted."""
        self.leans = (
            {**dict.fromkeys(rules, since), **self.leans} if since else {**self.leans, **dict.fromkeys(rules, "")}
        )

    def may_follow_from(self, broken: Broken) -> list[str]:
        """The readings of which a break may be the consequence; what a page says of an operation is none of its readings."""
        about = self.contract.rule(broken.rule).operation
        return [
            rule
            for rule, since in self.leans.items()
            if self.contract.rule(rule).is_reading and (not since or since != about)
        ]

    # What is there

    def ours(self, parameter: str, *values: object) -> None:
        """May be written to: given by the profile, leased, or seen to be nobody's."""
        self._guard.let(parameter, values)

    def ensure_ours(self, operation_id: str, parameter: str, *values: object) -> None:
        """Raises Trespass for what may not be written to; `call` asks for itself about all but what is inside lists."""
        for value in values:
            self._guard.ensure_own(self.contract.operation(operation_id), parameter, value)

    def lease(self, what: str, of: int = 0) -> int:
        """A number, below *of* if that is given, that no other test of this run gets. In a world of one's own it is 0."""
        return 0 if self.world.is_own else self._leases.next(what, of)

    def numbers(self, what: str, of: int) -> Iterator[int]:
        """All numbers below *of*, for places to look at, from where the last look ended: the test's, or the run's."""
        return (self._leases.next(what, of) for _ in range(of))

    def steady(self, ask: Callable[[], Answer], look: Callable[[], T]) -> tuple[Answer, T]:
        """
        What *ask* is answered, and what *look* sees while that stays the answer: others may use a shared world too.

        Raises:
            NotApplicable: It never stays.
        """
        for _ in range(_MOST_LOOKS):
            answer, seen = ask(), look()
            if self.world.is_own or ask().json == answer.json:
                return answer, seen
        self.be_alone()
        raise NotApplicable("others change meanwhile what is looked at")

    def lost(self, answer: Answer, why: str) -> Lacking:
        """
        Why the test cannot go on: what *answer* made is not to be found.

        In a shared world no more of it is made then, unless it has been found before and this one was a special case.
        """
        if not self.world.is_own and answer.exchange.operation is not None:
            if answer.exchange.label not in self._found:
                self._lost[answer.exchange.operation.id] = f"{why}, so nothing more was made"
            self.leaked.append(f"what {answer.exchange.label} made, which is not to be found again")
        return Lacking(why)

    def note_made(self, parameter: str, value: object, by: str, operation: str = "") -> None:
        """The test made what *parameter* names by *value*, whether or not an answer said so."""
        self.ours(parameter, value)
        self._made.append(Thing(parameter, value, by, operation))
        self._track.made(self._made[-1])
        self._found.add(operation)

    def made_as(self, parameter: str) -> set[object]:
        """What of the test's own *parameter* names."""
        return {each.value for each in self._made if each.parameter == parameter}

    def made_here(self, ids: Iterable[T]) -> list[T]:
        """Those of *ids* that this test made; in a world of its own all of them."""
        made = {str(each.value) for each in self._made}
        return [each for each in ids if self.world.is_own or str(each) in made]

    def word(self, length: int = 8) -> str:
        """A made-up word, another one each time; in a world of one's own the same in every run with the seed."""
        self.words.append("".join(self.random.choices("abcdefghijklmnopqrstuvwxyz", k=length)))
        return self.words[-1]

    # Time

    @property
    def clock(self) -> Clock:
        """Raises Lacking."""
        if self.world.clock is None:
            raise Lacking("nobody can move the target's clock", key="clock.advance_url")
        return self.world.clock

    def now(self) -> datetime:
        """The target's time, as far as it can be known."""
        return self.world.clock.now() if self.world.clock else datetime.now(UTC)

    @property
    def slack(self) -> timedelta:
        """How far `now` may be from what the target would say."""
        return self.world.clock.slack if self.world.clock else SKEW

    @property
    def margin(self) -> timedelta:
        """
        How far a test keeps from a moment by which it is judged, where it cannot stop the target's clock.

        That of two clocks, and several times what the slowest of its requests took so far.
        """
        slowest = max((each.seconds for each in self.log), default=0.0)
        return self.slack + _TRIPS * timedelta(seconds=slowest) + _NEAR

    def pass_time(self, by: timedelta) -> None:
        """Move the target's clock. In a shared world nothing else may depend on the time, so there it is left alone."""
        clock = self.clock
        if not self.world.is_own and not self.profile.find("clock.advance_url"):
            raise NotApplicable("the clock of a shared world is not moved")
        self.be_alone()
        clock.advance(by)

    def exceed_limits(self) -> None:
        """From here on to the end of the scene nothing waits until the profile's requests per second allow it."""
        self._hurry.enter_context(self._sender.in_a_hurry())

    def be_alone(self) -> None:
        """
        What comes next is felt by everybody in a shared world, such as another time or a limit.

        Raises:
            NotApplicable: Others of the run are in it now; the test is played again when there are none.
        """
        if self._is_beside:
            self.wants_to_be_alone = True
            raise NotApplicable("it has to be alone in its world")

    def take_turn(self) -> bool:
        """
        Use what an account has one of: tests of other runs wait until `end_turn`, or until this scene is cleaned up.

        Returns:
            Whether the turn begins with this.
        """
        with self._taking:  # those who ask at the same moment have one turn together
            if self._turns is None or self._turn is not None:
                return False
            self._turn = take_turn(self._turns)
            return True

    def end_turn(self) -> None:
        if self._turn is not None:
            self._turn.close()
            self._turn = None

    def is_others_doing(self, broken: Broken | None) -> bool:
        """
        Whether others in a shared world may be why something does not hold, wherever they are if that is None.

        It is played again then, and not tested if they are there each time.
        """
        self.wants_to_be_alone |= not self.world.is_own and self.has_company(broken)
        return self.wants_to_be_alone

    def unless_others_do(self, judge: Callable[[], None]) -> None:
        """A part of a test that is about all that is there, which others may break wherever they are."""
        try:
            judge()
        except Broken:
            if not self.is_others_doing(None):
                raise

    def has_company(self, broken: Broken | None) -> bool:  # noqa: ARG002 - for those that look
        """Whether others were seen where they can break this; an API in which they cannot has none."""
        return False

    @property
    def lasted(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self._began_at)

    def is_of_the_run(self, parameter: str, value: object) -> bool:
        """Whether this test, or one that is over, has made what *parameter* names."""
        of_others = (each for _, each in self._stays)
        return any(each.parameter == parameter and each.value == value for each in (*self._made, *of_others))

    def remark_change(self, day: date, zone: ZoneInfo) -> None:
        """A finding tells what the clocks of *zone* do on *day*."""
        self.remarks["clocks"] = clock_change(day, zone)

    def remark_deadline(self, what: str, before: timedelta) -> None:
        """A finding tells that *what* is done until so long before the start."""
        self.remarks["deadline"] = f"{what} until {duration(before)} before it begins"

    # Leaving

    def adopt(self, things: Iterable[Thing]) -> None:
        """What another run has made is taken back as if this scene had."""
        for each in things:
            self._guard.let(each.parameter, [each.value])
            self._made.append(each)

    def clean_up(self) -> None:
        """Take back what was made, newest first, and write down what stays."""
        self.is_leaving = True
        self._hurry.close()
        if self.world.is_own:
            return
        try:
            self._take_back()
        finally:
            self.end_turn()

    def _take_back(self) -> None:
        given = [*self.answers]
        made = {(each.parameter, str(each.value)): each for each in self._made}
        self._stays += [(self.STAYS[each.parameter], each) for each in made.values() if each.parameter in self.STAYS]
        for each in reversed(self._made):
            undo, named = (
                self.UNDO.get(each.parameter),
                f"{each.parameter} {each.value}{each.operation and ' of '}{each.operation}",
            )
            if undo is None:
                continue
            if not each.value:
                self.leaked.append(f"a {each.parameter} of which no answer told the id")
                continue
            try:
                answer = undo(self, each.value, each.by)
            except Silence as silence:  # which must not hide what the test has found
                self.leaked.append(f"{named} ({silence})")
                continue
            if answer is None or answer.is_success or answer.status in (_NOT_FOUND, _GONE):
                self._track.gone(each)
            else:
                self.leaked.append(f"{named} ({answer.exchange.came()})")
        self.answers = given

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clean_up()


def path_text(value: object) -> str:
    """A value as it stands in a path."""
    return quote(str(value), safe="")


def operation_path(operation: Operation, **parameters: object) -> str:
    """An operation's path with its parameters filled in."""
    path = operation.path
    for name, value in parameters.items():
        path = path.replace(f"{{{name}}}", path_text(value))
    return path


def _scalars(body: Any) -> dict[str, object]:
    return dict(body) if isinstance(body, dict) else {}


def _nothing(_: Answer) -> Iterable[tuple[str, object]]:
    return ()
