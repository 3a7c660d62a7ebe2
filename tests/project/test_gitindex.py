"""The index is read as git writes it."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.project.gitindex import read_index

NAMES = ["a", "a.txt", "a/b", "a/bc", "dir/" + "x" * 70, "dir/é ü", "dir/deep/er/file", "zz"]


def git(root: Path, *words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, check=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    for name in NAMES[1:]:
        if name != "a/b" or not (tmp_path / "a").is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize("version", ["2", "4"])
def test_agrees_with_git(repository: Path, version: str) -> None:
    git(repository, "config", "index.version", version)
    git(repository, "add", ".")
    index = read_index((repository / ".git/index").read_bytes())
    assert index is not None
    assert list(index.names) == git(repository, "ls-files", "-z").rstrip(b"\0").split(b"\0")
    assert index.tracks("dir")
    assert index.tracks("dir/deep")
    assert index.tracks("a.txt")
    assert not index.tracks("di")
    assert not index.tracks("a.tx")
    assert not index.tracks("dir/deep/er/file/x")


def test_names_with_extended_flags(repository: Path) -> None:
    git(repository, "add", "--intent-to-add", ".")
    index = read_index((repository / ".git/index").read_bytes())
    assert index is not None
    assert list(index.names) == git(repository, "ls-files", "-z").rstrip(b"\0").split(b"\0")


def test_an_index_without_a_checksum(repository: Path) -> None:
    git(repository, "config", "index.skipHash", "true")
    git(repository, "add", ".")
    index = read_index((repository / ".git/index").read_bytes())
    assert index is not None
    assert index.tracks("dir")


def test_a_cut_off_index_is_not_read(repository: Path) -> None:
    git(repository, "add", ".")
    assert read_index((repository / ".git/index").read_bytes()[:-30]) is None


def test_a_split_index_is_not_read(repository: Path) -> None:
    git(repository, "add", ".")
    git(repository, "update-index", "--split-index")
    assert read_index((repository / ".git/index").read_bytes()) is None


def test_an_index_of_sha256_names_is_not_read(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--object-format=sha256")
    for name in NAMES[1:2]:
        (tmp_path / name).write_text(name)
    git(tmp_path, "add", ".")
    assert read_index((tmp_path / ".git/index").read_bytes()) is None


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read_index(content)
    for head in (b"DIRC\0\0\0\x02\0\0\0\x01", b"DIRC\0\0\0\x04\0\0\0\x09"):
        whole = head + content
        read_index(whole + hashlib.sha1(whole).digest())
