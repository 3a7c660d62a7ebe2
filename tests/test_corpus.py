"""What is promised of every file, on real ones, also as other machines would write them."""

from __future__ import annotations

import datetime
import subprocess
from pathlib import Path

import pytest

from hardener.dockerfile.check import INSTRUCTIONS
from hardener.dockerfile.errors import DockerfileError
from hardener.dockerfile.parse import parse
from hardener.files import decode, encode
from hardener.pipeline import Hardened, harden
from hardener.review.diff import unified_diff
from hardener.settings import Settings
from hardener.transforms import all_transforms
from tests.buildkit import can_judge, instructions
from tests.conftest import CorpusFile
from tests.dockerfile.test_agreement import variants

pytestmark = pytest.mark.corpus

TODAY = datetime.date(2026, 9, 1)


def hardened(text: str) -> Hardened | None:
    """None where no build accepts the text."""
    try:
        return harden(text, Settings(), today=TODAY)
    except DockerfileError:
        return None


@pytest.fixture(scope="module")
def results(accepted: tuple[CorpusFile, ...]) -> list[tuple[str, bytes, Hardened]]:
    """Every file in every variant that can be hardened, with what became of it."""
    found = []
    for file in accepted:
        for kind, content in variants(file.content):
            result = hardened(decode(content))
            if result is not None:
                found.append((f"{file.name} ({kind})", content, result))
    assert len(found) > 6 * 0.95 * len(accepted)
    return found


def test_no_transform_is_at_fault(results: list[tuple[str, bytes, Hardened]]) -> None:
    assert [(name, result.faults) for name, _, result in results if result.faults] == []


def test_buildkit_accepts_what_was_hardened(results: list[tuple[str, bytes, Hardened]]) -> None:
    changed = [item for item in results if item[2].changed]
    assert len(changed) > 500
    for _, _, result in changed:
        text = encode(result.table.text).decode("utf-8", "replace")
        if can_judge(text):
            seen = instructions(text)
            assert len(seen) == len(parse(result.table.text).instructions)


def test_a_second_run_changes_nothing(results: list[tuple[str, bytes, Hardened]]) -> None:
    for name, _, result in results:
        if result.changed:
            again = hardened(result.table.text)
            assert again is not None, name
            assert not again.changed, name


def test_no_instruction_is_lost_merged_or_made_up(
    results: list[tuple[str, bytes, Hardened]],
) -> None:
    adding = {name for t in all_transforms() for name in [t.name] if "instructions" in t.changes}
    for name, content, result in results:
        if not result.changed:
            continue
        before = [item.name for item in parse(decode(content)).instructions]
        after = [item.name for item in parse(result.table.text).instructions]
        assert set(after) <= INSTRUCTIONS | set(before), name
        if not adding & {change.transform for change in result.changes}:
            assert len(before) == len(after), name


def test_bytes_outside_of_the_changed_lines_stay(
    results: list[tuple[str, bytes, Hardened]],
) -> None:
    for name, content, result in results:
        old, new = content.split(b"\n"), encode(result.table.text).split(b"\n")
        for change in reversed(result.table.line_changes()):
            old[slice(*change.old)] = new[slice(*change.new)]
        assert b"\n".join(old) == b"\n".join(new), name


@pytest.mark.parametrize("program", ["git", "patch"])
def test_the_diff_applies(
    results: list[tuple[str, bytes, Hardened]], tmp_path: Path, program: str
) -> None:
    """One diff of every file in every variant, applied by git and by patch."""
    diffs = []
    expected = {}
    for number, (_, content, result) in enumerate(results):
        name = f"{number % 7} f\u00e9/{number}.Dockerfile" if number % 50 == 0 else f"{number}"
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        expected[path] = encode(result.table.text)
        diffs.append(str(unified_diff(name, result.table)))
    patch = encode("".join(diffs))
    command = {
        "git": ["git", "apply", "--whitespace=nowarn", "-"],
        "patch": ["patch", "-p1", "--binary", "--quiet"],
    }[program]
    if program == "git":
        subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    done = subprocess.run(command, cwd=tmp_path, input=patch, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[:2000]
    wrong = [str(path) for path, content in expected.items() if path.read_bytes() != content]
    assert wrong == []
