"""The report can be read in ten seconds, by programs, and on a pull request."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hardener.verify.difference import Verdict, judged
from hardener.verify.facts import FileFact, ImageConfig, ImageFacts, RunFacts, Side
from hardener.verify.hardening import AppliedChange
from hardener.verify.outcome import Outcome
from hardener.verify.report import as_json, as_markdown, cell, table
from tests.verify.casefolder import CASES

GOLDEN = CASES.parent / "verify-report"
CHANGES = (
    AppliedChange("pin-base-image", "api/Dockerfile", 1, "python is pinned", frozenset({"base"})),
    AppliedChange("run-as-nonroot", "api/Dockerfile", 9, "runs as 10001", frozenset({"user"})),
)


def side(size: int, uid: int, setuid: int = 0) -> Side:
    """A side with an image of that size and that many setuid files."""
    files = {f"usr/bin/s{number}": FileFact("file", 0o4755, 0, 0, 1) for number in range(setuid)}
    image = ImageFacts(
        ImageConfig(environment={"TOKEN": "not to be shown"}), ("RUN make",), 7, size, files
    )
    return Side(image=image, run=RunFacts(True, None, 5.04, b"", uid=uid, uid_from="the kernel"))


BEFORE = side(1_020_300_000, 0, 9)
SAME = Outcome(
    "api/Dockerfile",
    Verdict.SAME,
    (
        judged("uid", "0 before, 10001 after", CHANGES),
        judged("user", "root before, 10001 after", CHANGES),
    ),
    changes=CHANGES,
    before=BEFORE,
    after=side(148_200_000, 10001),
    builds=2,
)
BROKEN = replace(
    SAME,
    name="web/Dockerfile",
    verdict=Verdict.BROKEN,
    differences=(
        replace(judged("running", "it ends with exit code 1", ()), blamed=("run-as-nonroot",)),
        judged("environment", "LEVEL is gone", (), items=["LEVEL"]),
    ),
    after=replace(
        side(148_200_000, 10001),
        run=RunFacts(False, 1, 2.0, b"starting\n\x1b[31mopen log: Permission denied\n\n"),
    ),
)
CANT_TELL = Outcome(
    "tools/日本/Dockerfile",
    Verdict.CANT_TELL,
    unproved=("it failed to build before hardening too: exit code: 1",),
    before=Side(build_error="exit code: 1"),
    after=Side(build_error="exit code: 1"),
    builds=2,
)
OUTCOMES = [SAME, BROKEN, CANT_TELL]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("table.txt", table(OUTCOMES)),
        ("report.json", as_json(OUTCOMES, "docker", "28.5")),
        ("report.md", as_markdown(OUTCOMES, "docker", "28.5")),
    ],
)
def test_golden(name: str, text: str) -> None:
    """The reports as files one can open."""
    assert text == (GOLDEN / name).read_text("utf-8")


def test_columns_line_up_with_wide_characters() -> None:
    rows = table(OUTCOMES).split("\n")[:4]
    # each of the two wide characters takes two columns
    assert rows[1].index("same") == rows[3].index("can't") + 2


def test_missing_files_are_told_even_where_that_was_the_purpose() -> None:
    change = AppliedChange("write-dockerignore", "api/.dockerignore", 3, "", frozenset({"files"}))
    gone = judged("files", "/app/.env is missing", [change], items=["/app/.env"])
    text = table([replace(SAME, differences=(gone,))])
    assert "on purpose: /app/.env is missing (by write-dockerignore)" in text


def test_colours_only_when_asked() -> None:
    assert "\x1b" not in table(OUTCOMES)
    assert "\x1b[31mbroken" in table(OUTCOMES, colour=True)


def test_values_of_the_environment_are_not_shown() -> None:
    for text in (
        table(OUTCOMES),
        as_json(OUTCOMES, "docker", "28.5"),
        as_markdown(OUTCOMES, "docker", "28.5"),
    ):
        assert "not to be shown" not in text


def test_json_has_a_version_and_one_result_each() -> None:
    document = json.loads(as_json(OUTCOMES, "docker", "28.5"))
    assert document["version"] == 1
    assert [result["verdict"] for result in document["results"]] == [
        "same",
        "broken",
        "can't tell",
    ]
    assert document["results"][1]["blamed"] == ["run-as-nonroot"]
    assert document["results"][2]["failed_before"] is True


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a | b", "a &#124; b"),
        ("two\nlines", "two lines"),
        ("<img src=x>", "&#60;img src=x&#62;"),
        ("@team #1 `x` [l](u)", "&#64;team &#35;1 &#96;x&#96; &#91;l&#93;(u)"),
    ],
)
def test_cells_hold_no_markdown(text: str, shown: str) -> None:
    assert cell(text) == shown


def test_names_in_markdown_open_nothing() -> None:
    name = "x|y`<details>/Dockerfile"
    text = as_markdown([replace(CANT_TELL, name=name)], "docker", "1")
    assert name not in text
    assert "<details>" not in text


def test_nothing_to_verify() -> None:
    assert table([]).endswith("0 Dockerfiles: nothing to verify\n")
