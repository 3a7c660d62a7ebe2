"""The command as a user meets it: run as a program, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

FLOATING = "FROM python\nADD app.py /srv/\n"


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run of the program left behind."""

    code: int
    out: bytes
    err: str


def harden(*arguments: str, cwd: Path, stdin: bytes = b"") -> Ran:
    environment = {**os.environ, "NO_COLOR": "1", "HARDEN_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "hardener", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        check=False,
        env=environment,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return Ran(done.returncode, done.stdout, done.stderr.decode())


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A git repository with two Dockerfiles and what they name."""
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "Dockerfile").write_text(FLOATING)
    (tmp_path / "app.py").write_text("print('hello')\n")
    (tmp_path / ".dockerignore").write_text("**\n!app.py\n!a\n")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "web.Dockerfile").write_text("FROM scratch\nCOPY a /\n")
    return tmp_path


def test_diff_is_the_default_and_git_applies_it(project: Path) -> None:
    ran = harden(cwd=project)
    assert ran.code == 1
    subprocess.run(["git", "apply"], cwd=project, input=ran.out, check=True)
    text = (project / "Dockerfile").read_text()
    assert text.startswith("FROM python:3.")
    assert "COPY app.py" in text
    assert harden(cwd=project).code == 0


def test_diff_from_a_folder_below_is_relative_to_the_root(project: Path) -> None:
    ran = harden("--diff", "../Dockerfile", cwd=project / "deep")
    assert b"--- a/Dockerfile\n" in ran.out


def test_reasons_and_the_summary_go_to_standard_error(project: Path) -> None:
    ran = harden(cwd=project)
    assert "change: Dockerfile:1: pin-base-image: python -> python:3." in ran.err
    assert "change: Dockerfile:2: copy-instead-of-add" in ran.err
    assert "1 file of 2 would change" in ran.err
    assert ran.out.startswith(b"--- a/Dockerfile\n+++ b/Dockerfile\n@@ ")


def test_write_changes_the_files_and_says_so(project: Path) -> None:
    (project / "Dockerfile").chmod(0o640)
    ran = harden("--write", cwd=project)
    assert (ran.code, ran.out) == (0, b"")
    assert "COPY app.py" in (project / "Dockerfile").read_text()
    assert (project / "Dockerfile").stat().st_mode & 0o777 == 0o640
    again = harden("--write", cwd=project)
    assert "nothing to change in 2 files" in again.err


def test_check_prints_nothing_and_tells_by_its_exit_code(project: Path) -> None:
    assert harden("--check", "--quiet", cwd=project) == Ran(1, b"", "")
    harden("--write", cwd=project)
    assert harden("--check", "--quiet", cwd=project) == Ran(0, b"", "")


def test_standard_input_to_standard_output(tmp_path: Path) -> None:
    ran = harden("-", cwd=tmp_path, stdin=b"FROM alpine:latest\r\n# caf\xe9\r\n")
    assert ran.code == 0
    assert ran.out.startswith(b"FROM alpine:3.")
    assert ran.out.endswith(b"\r\n# caf\xe9\r\n")
    assert harden("-", "--diff", cwd=tmp_path, stdin=b"FROM alpine\n").out.startswith(b"--- a/")


def test_one_bad_file_does_not_stop_the_others(project: Path) -> None:
    (project / "bad.Dockerfile").write_text("FROM python\nNONSENSE x\n")
    (project / "empty.Dockerfile").write_bytes(b"")
    (project / "huge.Dockerfile").write_bytes(b"FROM a\n" + b"#\n" * 3_000_000)
    (project / "template.Dockerfile").write_text("FROM {{ image }}\n")
    (project / "wide.Dockerfile").write_bytes("FROM a\n".encode("utf-16"))
    ran = harden(cwd=project)
    assert ran.code == 2
    assert "error: bad.Dockerfile:2: 'NONSENSE' is no Dockerfile instruction" in ran.err
    assert "error: empty.Dockerfile: the file is empty" in ran.err
    assert "error: huge.Dockerfile: larger than 1 MiB" in ran.err
    assert "error: template.Dockerfile:1: a template" in ran.err
    assert "error: wide.Dockerfile: encoded in UTF-16" in ran.err
    assert b"+FROM python:3." in ran.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--only", "nonsense"], "no transform is named nonsense", id="only"),
        pytest.param(["--skip", "nonsense"], "no transform is named nonsense", id="skip"),
        pytest.param(["--nonsense"], "No such option", id="option"),
        pytest.param(["missing/Dockerfile"], "missing/Dockerfile", id="path"),
        pytest.param(["--check", "--write"], "--check goes with neither", id="check-and-write"),
        pytest.param(["explain", "nonsense"], "no transform is named nonsense", id="explain"),
    ],
)
def test_a_wrong_call_is_told_in_words(project: Path, arguments: list[str], words: str) -> None:
    ran = harden(*arguments, cwd=project)
    assert ran.code == 2
    assert words in ran.err


def test_only_and_skip(project: Path) -> None:
    only = harden("--only", "copy-instead-of-add", cwd=project)
    assert b"COPY" in only.out
    assert b"FROM python:" not in only.out
    skip = harden("--skip", "copy-instead-of-add", cwd=project)
    assert b"FROM python:" in skip.out
    assert b"COPY" not in skip.out


def test_settings_of_the_project(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.harden]\nskip = ["pin-base-image"]\n')
    assert b"FROM python:" not in harden(cwd=project).out
    (project / "harden.toml").write_text('exclude = ["/Dockerfile"]\n')
    assert harden(cwd=project).code == 0
    (project / "harden.toml").write_text("nonsense = 1\n")
    ran = harden(cwd=project)
    assert ran.code == 2
    assert "no setting is named nonsense" in ran.err


def test_comments_that_turn_transforms_off(project: Path) -> None:
    (project / "Dockerfile").write_text(
        "# harden: ignore[pin-base-image] on purpose\nFROM python\nADD app.py /srv/\n"
    )
    ran = harden(cwd=project)
    assert b"FROM python:" not in ran.out
    assert b"+COPY" in ran.out
    (project / "Dockerfile").write_text("# harden: ignore-file\nFROM python\nADD app.py /srv/\n")
    assert harden(cwd=project).code == 0


def test_a_symbolic_link_out_of_the_repository_is_not_written(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "Dockerfile"
    outside.write_text(FLOATING)
    (project / "linked.Dockerfile").symlink_to(outside)
    harden("--write", "linked.Dockerfile", cwd=project)
    assert outside.read_text() == FLOATING


def test_rules_and_explain(tmp_path: Path) -> None:
    rules = harden("rules", cwd=tmp_path)
    names = [line.split()[0] for line in rules.out.decode().strip().split("\n")]
    assert {"pin-base-image", "copy-instead-of-add"} <= set(names)
    for name in names:
        page = harden("explain", name, cwd=tmp_path).out.decode()
        assert page.startswith(f"{name}: ")
        for heading in ("What it does", "Why", "Source:", "Before and after", "How to turn it off"):
            assert heading in page, f"{name}: {heading}"


def test_version(tmp_path: Path) -> None:
    assert harden("--version", cwd=tmp_path).out.startswith(b"harden ")
    verbose = harden("--version", "--verbose", cwd=tmp_path).out.decode()
    assert "official images as of 20" in verbose


def test_many_files_come_out_in_the_order_of_their_names(tmp_path: Path) -> None:
    for number in range(150):
        (tmp_path / f"{number:03}.Dockerfile").write_text("FROM alpine\n")
    alone = harden("--jobs", "1", cwd=tmp_path)
    together = harden("--jobs", "2", cwd=tmp_path)
    assert together == alone
    assert alone.out.count(b"+++ b/") == 150


def test_a_name_that_would_steer_the_terminal_is_harmless(tmp_path: Path) -> None:
    (tmp_path / "x\x1b[31m.Dockerfile").write_text("NONSENSE\n")
    ran = harden(cwd=tmp_path)
    assert ran.code == 2
    assert "\x1b" not in ran.err


def test_a_closed_pipe_is_no_error_to_read(project: Path) -> None:
    done = subprocess.run(
        f"{sys.executable} -m hardener --diff . | head -c 1",
        shell=True,
        cwd=project,
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


def test_a_comment_turns_the_ignore_file_off(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".env").write_text("X=1\n")
    (tmp_path / "Dockerfile").write_text("FROM alpine:3.24\nCOPY . /srv\n")
    assert b"+++ b/.dockerignore" in harden("--only", "write-dockerignore", cwd=tmp_path).out
    (tmp_path / "Dockerfile").write_text(
        "# harden: ignore-file[write-dockerignore]\nFROM alpine:3.24\nCOPY . /srv\n"
    )
    assert harden("--only", "write-dockerignore", cwd=tmp_path).out == b""
