"""Our reading of .gitignore files against git itself."""

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from hardener.project.gitignore import parse_gitignore

NAMES = ["a", "b", "ab", "a.log", "b.log", "build", "x y", "[a]", "!a", "#a", "*", "-", "a\\b", "é"]
PIECES = [
    *NAMES, "*", "**", "***", "?", "[ab]", "[!ab]", "[^a]", "[a-c]", "[]a]", "[a", "[z-a]",
    "[[:alpha:]]", "[[:nope:]]", "\\*", "\\[a\\]", "\\!a", "\\#a", "*.log", "a*", "*b", "a*b*",
    "**a", "a**", "[/]", "\\", "",
]  # fmt: skip


def generated_pattern(rng: random.Random) -> str:
    text = "/".join(rng.choice(PIECES) for _ in range(rng.choice([1, 1, 1, 2, 2, 3])))
    if rng.random() < 0.25:
        text = "/" + text
    if rng.random() < 0.25:
        text += "/"
    if rng.random() < 0.3:
        text = "!" + text
    if rng.random() < 0.1:
        text += rng.choice([" ", "  ", "\\ ", "\t", "\r"])
    return text


def plant(folder: Path, rng: random.Random) -> None:
    for _ in range(rng.randint(3, 12)):
        path = folder.joinpath(*(rng.choice(NAMES) for _ in range(rng.randint(1, 4))))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        except (NotADirectoryError, FileExistsError, IsADirectoryError):
            continue


def kept_by_us(folder: Path) -> set[str]:
    rules = parse_gitignore((folder / ".gitignore").read_bytes())
    kept = set()
    pending = [folder]
    while pending:
        for path in pending.pop().iterdir():
            relative = path.relative_to(folder).as_posix()
            if rules.verdict(relative, folder=path.is_dir()):
                continue
            if path.is_dir():
                pending.append(path)
            else:
                kept.add(relative)
    return kept


def kept_by_git(repository: Path) -> set[str]:
    listed = subprocess.run(
        ["git", "-c", "core.excludesFile=", "ls-files", "-z", "--others", "--exclude-standard"],
        cwd=repository,
        check=True,
        capture_output=True,
    ).stdout
    return {name.decode() for name in listed.split(b"\0") if name}


def init(repository: Path) -> None:
    assert shutil.which("git"), "these tests compare with git: install it"
    repository.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "init", "-q", "."], cwd=repository, check=True)


def test_generated_ignore_files_agree_with_git(tmp_path: Path) -> None:
    rng = random.Random(20240229)
    init(tmp_path)
    for number in range(400):
        folder = tmp_path / str(number)
        folder.mkdir()
        plant(folder, rng)
        lines = [generated_pattern(rng) for _ in range(rng.randint(1, 6))]
        (folder / ".gitignore").write_text("\n".join(lines) + "\n", encoding="utf-8")
    by_git = kept_by_git(tmp_path)
    for number in range(400):
        folder = tmp_path / str(number)
        expected = {
            name.removeprefix(f"{number}/") for name in by_git if name.startswith(f"{number}/")
        }
        assert kept_by_us(folder) == expected, (folder / ".gitignore").read_text(encoding="utf-8")


CASES = {
    "byte-order-mark-is-dropped": (b"\xef\xbb\xbfa.log\n", {"a.log": True, "b.log": None}),
    "crlf": (b"a.log\r\n!b.log\r\n", {"a.log": True, "b.log": False}),
    "no-final-newline": (b"*.log", {"a.log": True}),
    "folders-only": (b"build/\n", {"build/": True, "build": None}),
    "a-file-below-is-not-the-folder": (b"build/\n", {"build/a": None}),
    "slash-inside-anchors": (b"a/b\n", {"a/b": True, "x/a/b": None}),
    "no-slash-matches-at-any-depth": (b"b\n", {"x/y/b": True}),
    "last-match-decides": (b"*.log\n!a.log\n", {"a.log": False, "b.log": True}),
    "escaped-trailing-space": (b"a\\ \n", {"a ": True, "a": None}),
    "newline-in-a-name": (b"a*\n", {"a\nb": True}),
    "unclosed-bracket-matches-nothing": (b"[a\n", {"[a": None, "a": None}),
    "bytes-that-are-not-utf-8": (b"\xff*\n", {"\udcffx": True}),
}


@pytest.mark.parametrize(("content", "verdicts"), CASES.values(), ids=CASES.keys())
def test_verdicts(content: bytes, verdicts: dict[str, bool | None]) -> None:
    rules = parse_gitignore(content)
    for path, expected in verdicts.items():
        assert rules.verdict(path.rstrip("/"), folder=path.endswith("/")) is expected, path


@pytest.mark.parametrize(
    "pattern",
    ["*a" * 60 + "b", "/" + "**/a/" * 60 + "b", "**/" + "*a" * 60 + "/b"],
    ids=["many-stars", "many-double-stars", "both"],
)
def test_patterns_made_to_backtrack_end(pattern: str) -> None:
    """Without atomic groups each of these would run for longer than the universe is old."""
    rules = parse_gitignore(pattern.encode())
    assert rules.verdict("a" * 255, folder=False) is None
    assert rules.verdict("/".join(["a"] * 120), folder=False) is None
