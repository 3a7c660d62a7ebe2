"""Callers in a run of the program: in the diff, written, counted, and never with a secret."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from hardener.cli.run import Mode, harden_files
from hardener.images.pins import Answers
from hardener.project.callers.hcltree import read_hcl
from hardener.review.terminal import Reporter
from hardener.settings import Settings
from hardener.sweep import task_for
from hardener.transforms import Transform
from tests.handover.cases import CASES, DAY, Case, callers, cases, taking, write
from tests.handover.structure import rest_of

SECRET = "npm_0123456789"


def run(
    root: Path, transform: Transform, *, diff: bool = False, write: bool = False
) -> tuple[int, str]:
    """What `harden` answers at `root`, and what it tells."""
    task = task_for(root, Settings(offline=True), diff=diff, day=DAY, transforms=(transform,))
    told = io.StringIO()
    with redirect_stderr(told):
        code = harden_files(
            (root,),
            task,
            Mode(diff=diff, write=write, source_policy=None),
            1,
            Reporter(quiet=False),
            lambda images, settings, reporter: Answers({}),
        )
    return code, told.getvalue()


@pytest.mark.parametrize("case", cases(rewritten=True))
def test_git_applies_the_diff(case: Case, tmp_path: Path) -> None:
    root = case.copied(tmp_path)
    outcomes = case.run(root, diff=True)
    diff = "".join(outcome.diff for outcome in outcomes)
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    encoded = diff.encode("utf-8", "surrogateescape")
    subprocess.run(["git", "apply"], cwd=root, input=encoded, check=True)
    after = case.folder / "after"
    for path in sorted(after.rglob("*")):
        if path.is_file():
            assert (root / path.relative_to(after)).read_bytes() == path.read_bytes()


def test_callers_are_written_with_their_dockerfile(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    case = Case(CASES / "compose-args-mapping")
    root, transform = case.copied(tmp_path), taking(case.taken)
    assert run(root, transform)[0] == 1
    code, told = run(root, transform, diff=True, write=True)
    assert code == 0
    printed = capsysbinary.readouterr().out.decode()
    assert "--- a/Dockerfile" in printed
    assert "--- a/compose.yaml" in printed
    assert (root / "compose.yaml").read_bytes() == (
        case.folder / "after" / "compose.yaml"
    ).read_bytes()
    assert "change: compose.yaml:3: mount-secrets: the build of Dockerfile hands over" in told
    assert "2 files of 2 changed" in told
    code, told = run(root, transform, diff=True)
    assert code == 0
    assert capsysbinary.readouterr().out == b""
    assert "nothing to change in 1 file" in told


def test_symbolic_links_are_advised_and_not_followed(tmp_path: Path) -> None:
    case = Case(CASES / "compose-args-mapping")
    root, transform = case.copied(tmp_path), taking(case.taken)
    (root / "deploy").mkdir()
    (root / "compose.yaml").rename(root / "deploy" / "web.txt")
    (root / "compose.yaml").symlink_to("deploy/web.txt")
    before = (root / "deploy" / "web.txt").read_bytes()
    code, told = run(root, transform, write=True)
    assert code == 0
    assert "it is a symbolic link" in told
    assert (root / "compose.yaml").is_symlink()
    assert (root / "deploy" / "web.txt").read_bytes() == before


def test_a_link_beside_the_caller_itself_is_nothing_to_tell(tmp_path: Path) -> None:
    case = Case(CASES / "compose-args-mapping")
    root, transform = case.copied(tmp_path), taking(case.taken)
    (root / "docker-compose.yml").symlink_to("compose.yaml")
    code, told = run(root, transform, write=True)
    assert code == 0
    assert "symbolic link" not in told
    assert b"secrets:" in (root / "compose.yaml").read_bytes()


def test_links_out_of_the_repository_are_never_written(tmp_path: Path) -> None:
    case = Case(CASES / "compose-args-mapping")
    root, transform = case.copied(tmp_path), taking(case.taken)
    outside = tmp_path / "compose.yaml"
    (root / "compose.yaml").rename(outside)
    (root / "compose.yaml").symlink_to(outside)
    before = outside.read_bytes()
    run(root, transform, write=True)
    assert outside.read_bytes() == before


def test_a_caller_that_cant_be_put_together_is_left_alone(tmp_path: Path) -> None:
    """Two Dockerfiles want other things of one shared build."""
    case = Case(CASES / "bake-hcl-inherited-by-another-image")
    root = case.copied(tmp_path)
    (outcome,) = callers(case.run(root))
    assert outcome.hardened is not None
    assert not outcome.hardened.changed
    assert outcome.hardened.changes == ()


@pytest.mark.parametrize("case", [*cases(rewritten=True), *cases(rewritten=False)])
def test_secrets_are_in_nothing_but_removed_lines(case: Case, tmp_path: Path) -> None:
    for outcome in case.run(case.copied(tmp_path), diff=True):
        assert outcome.hardened is not None
        remarks = (*outcome.hardened.changes, *outcome.hardened.advice)
        assert SECRET not in "".join(remark.text for remark in remarks)
        if not outcome.surrounding:
            continue
        added = [line for line in outcome.diff.split("\n") if line.startswith("+")]
        assert SECRET not in "\n".join(added)


def comments(text: str) -> list[str]:
    """The lines that hold nothing but a comment."""
    lines = (line.strip() for line in text.replace("\r", "").split("\n"))
    return [line for line in lines if line.startswith(("#", "//")) and not line.startswith("#!")]


@pytest.mark.parametrize("case", cases(rewritten=True))
def test_what_is_edited_stays_what_it_is(case: Case) -> None:
    """Comments stay, in their order, and whatever has nothing to do with secrets."""
    after = case.folder / "after"
    for path in sorted(path for path in after.rglob("*") if path.is_file()):
        text = path.read_bytes().decode()
        before = (case.folder / "before" / path.relative_to(after)).read_bytes().decode()
        assert comments(text) == comments(before)
        assert ("\r\n" in text) == ("\r\n" in before)
        assert text.count("\n") == text.count("\r\n") or "\r" not in text
        assert text.endswith("\n") == before.endswith("\n")
        if path.suffix in (".json", ".yaml", ".yml"):
            assert rest_of(text, path.suffix) == rest_of(before, path.suffix)
        elif path.suffix == ".hcl":
            read_hcl(text)


def test_remarks_hold_no_values() -> None:
    for case in sorted(CASES.iterdir()):
        for one in Case(case).taken:
            assert SECRET not in repr(dataclasses.asdict(one.handover))


def test_what_is_loaded_late(tmp_path: Path) -> None:
    """A run without anything to hand over doesn't load what rewrites callers."""
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY a /\n")
    code = (
        "import sys; sys.argv = ['harden', '--offline', '--check']\n"
        "from hardener.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.exit('hardener.handover.rewrite' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert done.returncode == 0


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    for number, case in enumerate(sorted(CASES.iterdir())):
        one = Case(case)
        root = one.copied(tmp_path / str(number))
        write(one.run(root))
        second = one.run(root)
        assert not any(outcome.hardened and outcome.hardened.changed for outcome in second)
