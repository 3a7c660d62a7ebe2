"""split-stages: cases as folders, and what has to hold on every real Dockerfile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.parse import parse
from hardener.files import decode
from hardener.pipeline import Hardened, harden, images_asked
from hardener.project.context import BuildContext
from hardener.project.ecosystems.sources import MOST_FILE_BYTES
from hardener.settings import Settings
from hardener.stages.knowledge import table
from hardener.sweep import harden_file
from hardener.sweep.task import task_for
from hardener.transforms.split_stages import GUARDS
from hardener.verify.hardening import announced_by
from tests.conftest import CorpusFile
from tests.transforms.cases import CASES, TODAY, Case, cases, check

NAME = "split-stages"
# needs more sources than a case should hold
SHOWN_BELOW = {"partial_sources"}
CALLERS = CASES / "split-stages-callers"


@pytest.mark.parametrize("case", cases(NAME, rewritten=True))
def test_rewritten(case: Case) -> None:
    check(case)


@pytest.mark.parametrize("case", cases(NAME, rewritten=False))
def test_left_alone(case: Case) -> None:
    check(case)


def hardened_with_callers(root: Path) -> Hardened:
    """What becomes of the Dockerfile of a repository whose callers are read."""
    task = task_for(root, Settings(only=(NAME,)), diff=False, day=TODAY)
    outcome = harden_file(root / "Dockerfile", task)
    assert outcome.hardened is not None, outcome.error
    return outcome.hardened


@pytest.mark.parametrize("case", sorted(CALLERS.iterdir()), ids=lambda case: str(case.name))
def test_callers_are_heard(case: Path) -> None:
    """`after.Dockerfile` is what becomes of the repository's Dockerfile, `advice.txt` what is told
    where it is left alone."""
    result = hardened_with_callers(case)
    advice = case / "advice.txt"
    told = "".join(f"{remark.line}: {remark.text}\n" for remark in result.advice)
    assert told == (advice.read_text() if advice.exists() else "")
    after = case / ("Dockerfile" if advice.exists() else "after.Dockerfile")
    assert result.table.text == after.read_text()


def test_each_guard_has_a_case() -> None:
    """Every reason to hold back is told in some case's advice."""
    told = "\n".join(path.read_text() for path in CASES.glob("split-stages*/*/advice.txt"))
    for guard in GUARDS:
        if guard.name in SHOWN_BELOW:
            continue
        pieces = [piece for piece in re.split(r"\{\w+\}", guard.reason) if len(piece) > 3]
        assert all(piece in told for piece in pieces), guard.reason


def test_sources_that_are_too_many_are_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        'FROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o store .\nCMD ["./store"]\n'
    )
    (tmp_path / "go.mod").write_text("module example.org/store\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() { println(1) }\n")
    assert hardened_with_callers(tmp_path).changed
    (tmp_path / "table.go").write_text("package main\n//" + "x" * MOST_FILE_BYTES)
    result = hardened_with_callers(tmp_path)
    assert not result.changed
    assert "more sources than are read" in result.advice[0].text


def test_the_image_that_a_split_brings_is_asked_for() -> None:
    """It is pinned in the same run, so that a second one changes nothing."""
    folder = CASES / NAME / "go-program-of-the-working-directory"
    text = (folder / "before.Dockerfile").read_text()
    found = images_asked(
        text, Settings(), today=TODAY, locate=lambda _: BuildContext(folder / "context")
    )
    assert {str(image) for image in found} == {
        "golang:1.19",
        "gcr.io/distroless/base-debian12:nonroot",
    }


def test_verify_knows_which_variables_are_left_behind() -> None:
    """A variable that isn't repeated is a difference on purpose."""
    for name in table("environment")["build_only"]["names"]:
        assert f"env:{name}" in announced_by(NAME), name


# what a RUN that builds, or installs compilers, has among its words
_BUILDS = re.compile(
    r"(?:^|[\s;&(])(?:go build|cargo build|mvn (?:\S+ )*package|gradle build|dotnet publish"
    r"|make(?: install)?|build-essential|g\+\+|gcc|build-base)(?=$|[\s;&)])"
)
_REMOVES = re.compile(r"\b(?:apk (?:\S+ )*del|purge|autoremove|apt-get (?:\S+ )*remove)\b")


SKELETON = ("WORKDIR /go/src/convert", "COPY . .", "RUN go build -o convert .")
OTHERS = (
    'CMD ["./convert"]',
    "EXPOSE 18010",
    "# how it is known\nLABEL name=convert",
    "ENV PORT=18010",
    "ENV CGO_ENABLED=0",
    "STOPSIGNAL SIGINT",
    "HEALTHCHECK NONE",
    "# written below\nVOLUME /var/lib/convert",
    "ARG VERSION=1",
    "USER 1000:1000",
    "",
)


@given(
    st.lists(st.tuples(st.sampled_from(OTHERS[1:]), st.integers(0, 3)), max_size=8),
    st.integers(0, 3),
    st.sampled_from(("\n", "\r\n")),
    st.booleans(),
)
def test_wherever_things_are_said(
    others: list[tuple[str, int]], command: int, newline: str, final: bool
) -> None:
    """Nothing is lost but what the builder alone reads, and a second run changes nothing."""
    groups: list[list[str]] = [[], [], [], []]
    for text, at in (*others, (OTHERS[0], command)):
        groups[at].append(text)
    lines = ["FROM golang:1.19"]
    for group, fixed in zip(groups, (*SKELETON, None), strict=True):
        lines += [*group, *([fixed] if fixed else [])]
    text = newline.join("\n".join(lines).split("\n")) + (newline if final else "")
    context = BuildContext(CASES / NAME / "go-program-of-the-working-directory" / "context")

    def run(text: str) -> Hardened:
        return harden(text, Settings(only=(NAME,)), today=TODAY, locate=lambda _: context)

    result = run(text)
    assert result.faults == ()
    assert result.changed
    assert result.table.text.endswith("\n") or not final
    assert not run(result.table.text).changed
    builder, runner = parse(result.table.text).stages
    before = parse(text).stages[0]
    kept = {"ENV CGO_ENABLED=0", "ARG VERSION=1"}
    for instruction in before.instructions:
        line = f"{instruction.name} {instruction.value}"
        if instruction.name not in ("RUN", "COPY") and line not in kept:
            assert line in {f"{item.name} {item.value}" for item in runner.instructions}, line
    assert [item.value for item in builder.instructions if item.name in ("COPY", "RUN")] == [
        ". .",
        "go build -o convert .",
    ]


@pytest.mark.corpus
def test_every_build_is_split_or_explained(accepted: tuple[CorpusFile, ...]) -> None:
    """Of every real file in one stage that builds, and keeps what it builds with."""
    silent = []
    building = split = 0
    for file in accepted:
        text = decode(file.content)
        dockerfile = parse(text)
        if len(dockerfile.stages) != 1:
            continue
        runs = [item.value for item in dockerfile.instructions if item.name == "RUN"]
        if not any(_BUILDS.search(run) and not _REMOVES.search(run) for run in runs):
            continue
        building += 1
        try:
            result = harden(text, Settings(only=(NAME,)), today=TODAY)
        except DockerfileError:
            continue
        assert result.faults == ()
        split += result.changed
        if not result.changed and not result.advice:
            silent.append(file.name)
    print(f"{split} of {building} builds in one stage are split, the others have their reason")
    assert building > 20
    assert silent == []
