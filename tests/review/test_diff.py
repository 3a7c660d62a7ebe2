"""The diff in git's conventions: names, hunks and missing final newlines."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardener.dockerfile.edits import Edit, PieceTable
from hardener.files import encode
from hardener.review.diff import unified_diff


def edited(text: str, *edits: Edit) -> PieceTable:
    return PieceTable.of(text).apply(edits, "test")


def test_nothing_changed_prints_nothing() -> None:
    assert str(unified_diff("Dockerfile", PieceTable.of("FROM a\n"))) == ""


def test_a_new_file_is_against_dev_null() -> None:
    printed = str(unified_diff(".dockerignore", edited("", Edit(0, 0, ".git\n")), new_file=True))
    assert printed == "--- /dev/null\n+++ b/.dockerignore\n@@ -0,0 +1,1 @@\n+.git\n"


def test_a_missing_final_newline_is_told() -> None:
    printed = str(unified_diff("f", edited("FROM a", Edit(6, 6, ":1"))))
    assert printed.endswith(
        "-FROM a\n\\ No newline at end of file\n+FROM a:1\n\\ No newline at end of file\n"
    )


def test_changes_far_apart_are_two_hunks_and_near_ones_share_one() -> None:
    text = "".join(f"{number}\n" for number in range(40))
    far = unified_diff("f", edited(text, Edit(0, 1, "x"), Edit(len(text) - 3, len(text) - 1, "y")))
    assert len(far) == 2
    near = unified_diff("f", edited(text, Edit(0, 1, "x"), Edit(14, 15, "y")))
    assert len(near) == 1


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a b/Dockerfile", id="space"),
        pytest.param("caf\u00e9/Dockerfile", id="not-ascii"),
        pytest.param('quo"te/Dockerfile', id="quote"),
        pytest.param("back\\slash/Dockerfile", id="backslash"),
        pytest.param("tab\tbed/Dockerfile", id="tab"),
        pytest.param("new\nline/Dockerfile", id="newline"),
        pytest.param("bytes\udcff/Dockerfile", id="not-utf-8"),
    ],
)
@pytest.mark.parametrize("new_file", [False, True], ids=["changed", "new"])
def test_git_applies_odd_names(tmp_path: Path, name: str, new_file: bool) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    path = tmp_path / name
    table = edited("" if new_file else "FROM a\n", Edit(0, 0, "# new\n"))
    if not new_file:
        path.parent.mkdir()
        path.write_text("FROM a\n")
    patch = encode(str(unified_diff(name, table, new_file=new_file)))
    subprocess.run(["git", "apply"], cwd=tmp_path, input=patch, check=True)
    assert path.read_text() == table.text


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(alphabet="ab\r\n", max_size=80),
    cuts=st.lists(st.tuples(st.integers(0, 80), st.text(alphabet="xy\n", max_size=6)), max_size=5),
)
def test_git_and_patch_apply_whatever_was_edited(
    tmp_path: Path, text: str, cuts: list[tuple[int, str]]
) -> None:
    table = PieceTable.of(text)
    for at, insert in cuts:
        start = min(at, len(table.text))
        table = table.apply([Edit(start, min(start + 2, len(table.text)), insert)], "test")
    printed = encode(str(unified_diff("f", table)))
    if not printed:
        assert table.text == text
        return
    for command in (["git", "apply", "--whitespace=nowarn"], ["patch", "-p1", "--binary", "-s"]):
        (tmp_path / "f").write_bytes(text.encode())
        subprocess.run(command, cwd=tmp_path, input=printed, check=True, capture_output=True)
        left = (tmp_path / "f").read_bytes() if (tmp_path / "f").exists() else b""
        assert left == table.text.encode()
