"""What git ignores, held against git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from hardener.project.gitrules import GitRules

RULES = {
    ".gitignore": "*.log\n/dist\nbuild/\n!keep.log\nweb/generated\n",
    "web/.gitignore": "!special.log\ncoverage\n/dist\n",
    "web/deep/.gitignore": "*\n!kept\n",
}
FILES = [
    "a.log",
    "keep.log",
    "dist/x",
    "src/dist/x",
    "build/x",
    "src/build/keep.log",
    "web/special.log",
    "web/other.log",
    "web/coverage/x",
    "web/dist/x",
    "web/generated/x",
    "web/deep/kept",
    "web/deep/lost",
    "src/main.c",
]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    for name, text in RULES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / ".git/info/exclude").write_text("secret.txt\n")
    return tmp_path


def ignored_by_git(root: Path, path: str) -> bool:
    command = ["git", "check-ignore", "-q", "--no-index", path]
    return subprocess.run(command, cwd=root, check=False).returncode == 0


@pytest.mark.parametrize("path", [*FILES, "secret.txt", "web/secret.txt"])
def test_agrees_with_git(repository: Path, path: str) -> None:
    (repository / path).parent.mkdir(parents=True, exist_ok=True)
    (repository / path).write_text("x")
    expected = ignored_by_git(repository, path)
    assert bool(GitRules(repository).ignored(path, folder=False)) == expected


@pytest.mark.parametrize("path", [path for path in FILES if path.startswith("web/")])
def test_a_folder_below_the_root_has_the_rules_above_it(repository: Path, path: str) -> None:
    (repository / path).parent.mkdir(parents=True, exist_ok=True)
    (repository / path).write_text("x")
    below = path.removeprefix("web/")
    found = GitRules(repository / "web").ignored(below, folder=False)
    assert found == ignored_by_git(repository, path)


def test_what_git_tracks_is_of_the_repository(repository: Path) -> None:
    for name in ("dist/kept.js", "build/lost.js", "new.c"):
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text("x")
    subprocess.run(["git", "add", "-f", "dist", ".gitignore"], cwd=repository, check=True)
    rules = GitRules(repository)
    assert rules.local("dist", folder=True) is False
    assert rules.local("dist/kept.js", folder=False) is False
    assert rules.local("dist/other.js", folder=False) is True
    assert rules.local("build", folder=True) is True
    assert rules.local("new.c", folder=False) is True
    assert GitRules(repository / "web").local("dist", folder=True) is True


def test_nothing_is_known_where_no_file_says_anything(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("# nothing\n")
    assert GitRules(tmp_path).ignored("a.log", folder=False) is None


def test_a_gitignore_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("*.log\n")
    (tmp_path / ".gitignore").symlink_to("rules")
    assert GitRules(tmp_path).ignored("a.log", folder=False) is None
