"""What counts as the same, rule by rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hardener.verify.compare import Question, compare, unproved
from hardener.verify.comparerun import complaints, same_text
from hardener.verify.declared import Declared
from hardener.verify.difference import Verdict, rules, verdict_of
from hardener.verify.facts import (
    Answer,
    FileFact,
    ImageConfig,
    ImageFacts,
    RunFacts,
    Side,
    Sighting,
)
from hardener.verify.hardening import AppliedChange
from hardener.verify.probe import Probe
from hardener.verify.recipe import Expectation, Recipe, RunRecipe
from tests.verify.conftest import REPOSITORY

FILE = FileFact("file", 0o644, 0, 0, 10)
IMAGE = ImageFacts(
    ImageConfig(environment={"PATH": "/bin", "LEVEL": "1"}, command=("app",)),
    ("CMD app",),
    3,
    1000,
    {"app/main": FILE, "app/__pycache__/x.pyc": FILE, "usr/lib/x": FILE},
)
UP = RunFacts(True, None, 5.0, b"", uid=0, uid_from="the kernel", ports=frozenset({"80/tcp"}))
ENDED = RunFacts(False, 0, 1.0, b"done\n")
RECIPE = Recipe(REPOSITORY / "Dockerfile", REPOSITORY, REPOSITORY)
DECLARED = Declared(environment=frozenset({"LEVEL"}), places=frozenset({"app"}))


def change(*says: str, transform: str = "it") -> AppliedChange:
    return AppliedChange(transform, "Dockerfile", 1, "why", frozenset(says))


def told(before: Side, after: Side, *changes: AppliedChange, recipe: Recipe = RECIPE) -> list[str]:
    """The differences that count, as field: text."""
    found = compare(before, after, Question(recipe, changes, DECLARED))
    return [f"{one.field}: {one.text}" for one in found if not one.announced]


def image(**changed: object) -> Side:
    """The image with another config."""
    return Side(image=replace(IMAGE, config=replace(IMAGE.config, **changed)))  # type: ignore[arg-type]


SAME = Side(image=IMAGE)


@pytest.mark.parametrize(
    ("after", "says", "texts"),
    [
        pytest.param(SAME, [], [], id="nothing"),
        pytest.param(image(user="10"), [], ["user: root before, 10 after"], id="user"),
        pytest.param(image(user="10"), ["user"], [], id="user, announced"),
        pytest.param(
            image(environment={"PATH": "/bin"}),
            [],
            ["environment: LEVEL is gone"],
            id="variable lost",
        ),
        pytest.param(image(environment={"PATH": "/bin"}), ["env"], [], id="variables, announced"),
        pytest.param(
            image(environment={"PATH": "/bin"}), ["env:LEVEL"], [], id="this variable, announced"
        ),
        pytest.param(
            image(environment={"PATH": "/bin"}),
            ["env:OTHER"],
            ["environment: LEVEL is gone"],
            id="another variable, announced",
        ),
        pytest.param(
            image(environment={"PATH": "/bin"}),
            ["base"],
            ["environment: LEVEL is gone"],
            id="the Dockerfile's own variable with another base",
        ),
        pytest.param(
            image(environment={"LEVEL": "1"}), ["base"], [], id="the base's variable, another base"
        ),
        pytest.param(
            image(environment={"PATH": "/bin", "LEVEL": "2"}),
            [],
            ["environment: LEVEL has another value"],
            id="another value, which isn't shown",
        ),
        pytest.param(
            image(command=("app", "-d")), [], ["command: app before, app -d after"], id="command"
        ),
        pytest.param(
            image(entrypoint=("sh",)), [], ["entrypoint: none before, sh after"], id="entrypoint"
        ),
        pytest.param(
            image(ports=frozenset({"80/tcp"})), [], ["ports: 80/tcp is new"], id="exposed port"
        ),
        pytest.param(
            Side(image=replace(IMAGE, files={"usr/lib/x": FILE})),
            ["base", "size"],
            ["files: /app/main is missing"],
            id="application's file missing",
        ),
        pytest.param(
            Side(image=replace(IMAGE, files={"usr/lib/x": FILE})), ["files"], [], id="announced"
        ),
        pytest.param(
            Side(image=replace(IMAGE, files={"app/main": FILE})),
            [],
            [],
            id="system's file and bytecode missing",
        ),
        pytest.param(
            Side(image=replace(IMAGE, files={**IMAGE.files, "app/main": replace(FILE, size=0)})),
            [],
            ["files: /app/main is empty now"],
            id="application's file empty",
        ),
        pytest.param(
            Side(image=replace(IMAGE, files={**IMAGE.files, "x": replace(FILE, mode=0o4755)})),
            [],
            ["setuid: /x is new"],
            id="new setuid file",
        ),
        pytest.param(
            Side(image=replace(IMAGE, files={**IMAGE.files, "x": replace(FILE, mode=0o666)})),
            [],
            ["world_writable: /x is new"],
            id="new world-writable file",
        ),
        pytest.param(
            Side(image=replace(IMAGE, size=10_000_000)),
            [],
            ["size: 0.0 MB before, 10.0 MB after"],
            id="much larger",
        ),
        pytest.param(Side(image=replace(IMAGE, size=900_000)), [], [], id="a little larger"),
        pytest.param(
            Side(image=replace(IMAGE, sightings=(Sighting("token", "layer 1"),))),
            ["secrets"],
            ["secrets: the secret token is in layer 1"],
            id="secret, even announced",
        ),
        pytest.param(
            Side(build_error="exit code: 1"),
            ["user"],
            ["build: it no longer builds: exit code: 1"],
            id="no longer builds",
        ),
    ],
)
def test_image(after: Side, says: list[str], texts: list[str]) -> None:
    assert told(SAME, after, change(*says)) == texts


def run(before: RunFacts, after: RunFacts, recipe: Recipe = RECIPE) -> list[str]:
    return told(Side(run=before), Side(run=after), change(), recipe=recipe)


@pytest.mark.parametrize(
    ("before", "after", "texts"),
    [
        pytest.param(UP, UP, [], id="both up"),
        pytest.param(UP, replace(UP, uid=10), ["uid: 0 before, 10 after"], id="uid"),
        pytest.param(
            UP,
            replace(ENDED, exit_code=1, seconds=2.4, output=b"x\nno way\n"),
            ["running: it stays up before; after, it ends in 2 s with exit code 1 (no way)"],
            id="ends",
        ),
        pytest.param(
            ENDED, UP, ["running: it ends with exit code 0 before; after, it runs on"], id="runs on"
        ),
        pytest.param(
            ENDED,
            replace(ENDED, exit_code=2),
            ["running: it ends with exit code 0 before, exit code 2 after (done)"],
            id="exit code",
        ),
        pytest.param(
            ENDED,
            replace(ENDED, output=b"gone\n"),
            ["output: it prints something else: 'done' before, 'gone' after"],
            id="output",
        ),
        pytest.param(
            UP,
            replace(UP, ports=frozenset()),
            ["listening: nothing listens on 80/tcp any more"],
            id="port lost",
        ),
        pytest.param(
            replace(UP, ports=frozenset({"80/tcp on loopback"})),
            UP,
            [],
            id="reachable from outside now",
        ),
        pytest.param(replace(UP, ports=None), UP, [], id="ports not known"),
        pytest.param(
            replace(UP, health="healthy"),
            replace(UP, health="unhealthy"),
            ["health: its healthcheck says unhealthy"],
            id="health",
        ),
        pytest.param(
            UP, replace(UP, ready=False), ["ready: it doesn't become ready"], id="not ready"
        ),
        pytest.param(
            replace(UP, written={"/data": True}),
            replace(UP, written={"/data": False}),
            ["written: /data is no longer written"],
            id="not written",
        ),
        pytest.param(
            UP,
            replace(UP, output=b"mkdir: Permission denied\n"),
            ["complaints: it prints: mkdir: Permission denied"],
            id="a complaint",
        ),
        pytest.param(
            replace(UP, output=b"[12] x: No such file or directory\n"),
            replace(UP, output=b"[15] x: No such file or directory\n"),
            [],
            id="the same complaint",
        ),
        pytest.param(
            UP, replace(UP, stopped="disk"), ["limits: it was stopped: disk"], id="stopped"
        ),
        pytest.param(
            UP,
            replace(ENDED, never_started="no user app"),
            ["running: it can't be started: no user app"],
            id="can't be started",
        ),
        pytest.param(
            replace(UP, stopped="disk"), replace(ENDED, exit_code=1), [], id="stopped before"
        ),
    ],
)
def test_run(before: RunFacts, after: RunFacts, texts: list[str]) -> None:
    assert run(before, after) == texts


PROBED = replace(RECIPE, probes=(Probe(80, "/x"),))
OK = Answer(200, "text/plain", b"fine")


@pytest.mark.parametrize(
    ("after", "texts"),
    [
        pytest.param(OK, [], id="same"),
        pytest.param(
            replace(OK, status=500), ["answer: GET :80/x: HTTP 200 before, 500 after"], id="status"
        ),
        pytest.param(
            replace(OK, body=b"other"),
            ["answer: GET :80/x: another body: 'fine' before, 'other' after"],
            id="body",
        ),
        pytest.param(
            replace(OK, content_type="text/html"),
            ["answer: GET :80/x: text/plain before, text/html after"],
            id="type",
        ),
        pytest.param(replace(OK, content_type="Text/Plain"), [], id="type in another case"),
        pytest.param(
            replace(OK, content_type="text/plain;charset=latin-1"),
            ["answer: GET :80/x: text/plain before, text/plain;charset=latin-1 after"],
            id="charset",
        ),
        pytest.param(
            Answer(None, "", b"", failure="connection refused"),
            ["answer: GET :80/x: HTTP 200 before; after, connection refused"],
            id="nothing",
        ),
    ],
)
def test_answers(after: Answer, texts: list[str]) -> None:
    assert run(replace(UP, answers=(OK,)), replace(UP, answers=(after,)), PROBED) == texts


@pytest.mark.parametrize(
    ("before", "after", "again", "same"),
    [
        pytest.param(b"a", b"a", None, True, id="equal"),
        pytest.param(b"a", b"b", None, False, id="other, run once"),
        pytest.param(b"a", b"b", b"a", False, id="other, stable before"),
        pytest.param(b"at 12:01\nok", b"at 12:07\nok", b"at 12:03\nok", True, id="a time"),
        pytest.param(b"at 12:01\nok", b"at 12:07\nno", b"at 12:03\nok", False, id="beside a time"),
        pytest.param(b'{"n": 1}', b'{"n": 2}', b'{"n": 3}', True, id="a number"),
        pytest.param(b'{"n": 1}', b'{"m": 2}', b'{"n": 3}', False, id="beside a number"),
        pytest.param(b"xkcd", b"abba", b"mnop", True, id="nothing stable to compare"),
    ],
)
def test_same_text(before: bytes, after: bytes, again: bytes | None, same: bool) -> None:
    assert same_text(before, after, again) is same


def test_complaints_are_lines() -> None:
    output = b"open /x: Permission denied\nfine\nError: EACCES: open\n"
    assert complaints(output) == ["open /x: Permission denied", "Error: EACCES: open"]


@pytest.mark.parametrize(
    ("before", "recipe", "reason"),
    [
        pytest.param(Side(image=IMAGE, run=UP), RECIPE, None, id="up"),
        pytest.param(Side(image=IMAGE, run=ENDED), RECIPE, None, id="ended well"),
        pytest.param(
            Side(image=IMAGE, run=replace(ENDED, exit_code=3)),
            RECIPE,
            "it ends with exit code 3 before hardening too (done)",
            id="failed",
        ),
        pytest.param(
            Side(image=IMAGE, run=replace(ENDED, exit_code=3)),
            replace(RECIPE, run=RunRecipe(exit_code=3)),
            None,
            id="failed as expected",
        ),
        pytest.param(
            Side(image=IMAGE, run=replace(ENDED, exit_code=3), commands=(ENDED,)),
            RECIPE,
            None,
            id="failed, but a command tells",
        ),
        pytest.param(
            Side(image=IMAGE, run=replace(UP, ready=False)), RECIPE, "become ready", id="not ready"
        ),
        pytest.param(
            Side(image=IMAGE, run_error="no runtime"), RECIPE, "no runtime", id="couldn't be run"
        ),
        pytest.param(
            Side(image=IMAGE, run=ENDED),
            replace(RECIPE, run=RunRecipe(stays_up=True)),
            "before hardening already: it was to stay up",
            id="expectation not met before",
        ),
        pytest.param(
            Side(build_error="no base"), RECIPE, "failed to build before", id="failed before"
        ),
    ],
)
def test_what_could_not_be_seen(before: Side, recipe: Recipe, reason: str | None) -> None:
    after = replace(before, build_error=None, image=IMAGE)
    reasons = unproved(before, after, Question(recipe, (), DECLARED))
    if reason is None:
        assert reasons == []
    else:
        assert reason in reasons[0]


@pytest.mark.parametrize(
    ("expect", "after", "texts"),
    [
        pytest.param(Expectation(nonroot=True), replace(UP, uid=5), [], id="nonroot met"),
        pytest.param(
            Expectation(nonroot=True), UP, ["expectation: it still runs as root"], id="nonroot"
        ),
        pytest.param(
            Expectation(smaller=True, reason="one binary"),
            UP,
            ["expectation: it was to become smaller: 0.0 MB before, 0.0 MB after (one binary)"],
            id="smaller",
        ),
    ],
)
def test_expectations(expect: Expectation, after: RunFacts, texts: list[str]) -> None:
    recipe = replace(RECIPE, expect=expect)
    before = Side(image=IMAGE, run=UP)
    assert told(before, Side(image=IMAGE, run=after), change("user"), recipe=recipe) == texts


def test_expectations_of_a_probe_count_only_if_they_held_before() -> None:
    recipe = replace(RECIPE, probes=(Probe(80, status=200, contains=("ok",), exact=True),))
    fine, wrong = replace(OK, body=b"ok"), replace(OK, body=b"ok", status=404)
    assert (
        "HTTP 200 before, 404 after"
        in run(replace(UP, answers=(fine,)), replace(UP, answers=(wrong,)), recipe)[0]
    )
    before = Side(image=IMAGE, run=replace(UP, answers=(wrong,)))
    assert unproved(before, before, Question(recipe, (), DECLARED)) == [
        "before hardening already: GET :80/ was to give HTTP 200, not 404"
    ]


def test_verdicts() -> None:
    before = Side(image=IMAGE, run=UP)
    for after, says, reasons, verdict in (
        (before, (), [], Verdict.SAME),
        (before, (), ["not run"], Verdict.CANT_TELL),
        (image(user="1"), (), ["not run"], Verdict.DIFFERS),
        (image(user="1"), ("user",), [], Verdict.SAME),
        (Side(build_error="x"), ("user",), [], Verdict.BROKEN),
    ):
        differences = compare(before, after, Question(RECIPE, (change(*says),), DECLARED))
        assert verdict_of(differences, reasons) is verdict


def test_every_rule_has_a_title() -> None:
    assert all(rule.title for rule in rules().values())
