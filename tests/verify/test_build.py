"""The copy of a build context is faithful, and changes in it never reach the original."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from hardener.errors import HardenError
from hardener.project.context import read_ignore_file
from hardener.verify.build import Tree, copy_tree


@pytest.fixture
def context(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "sub" / "empty").mkdir(parents=True)
    (folder / "Dockerfile").write_text("FROM scratch\n")
    (folder / "sub" / "run").write_text("#!/bin/sh\n")
    (folder / "sub" / "run").chmod(0o755)
    (folder / "link").symlink_to("/etc/passwd")
    return folder


def copied(context: Path, tmp_path: Path, dockerfile: str = "Dockerfile") -> Tree:
    into = tmp_path / "copy"
    into.mkdir()
    path = Path(os.path.normpath(context / dockerfile))
    return copy_tree(path, context, context.parent, into, read_ignore_file(path, context))


def test_modes_times_links_and_empty_folders(context: Path, tmp_path: Path) -> None:
    os.utime(context / "sub" / "run", ns=(1_000_000_000, 2_000_000_001))
    tree = copied(context, tmp_path)
    run = (tree.context / "sub" / "run").stat()
    assert run.st_mode & 0o777 == 0o755
    assert run.st_mtime_ns == 2_000_000_001
    assert run.st_ino != (context / "sub" / "run").stat().st_ino
    assert run.st_nlink == 1
    assert (tree.context / "link").readlink() == Path("/etc/passwd")
    assert (tree.context / "sub" / "empty").is_dir()


def test_sockets_and_pipes_are_left_out(context: Path, tmp_path: Path) -> None:
    os.mkfifo(context / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(context / "socket"))
        tree = copied(context, tmp_path)
    assert not (tree.context / "pipe").exists()
    assert not (tree.context / "socket").exists()


def test_ignored_files_are_not_copied_but_the_dockerfile_is(context: Path, tmp_path: Path) -> None:
    (context / ".dockerignore").write_text("Dockerfile\nnode_modules\n!node_modules/kept\n*.log\n")
    (context / "node_modules" / "gone").mkdir(parents=True)
    (context / "node_modules" / "kept").write_text("")
    (context / "a.log").write_text("")
    tree = copied(context, tmp_path)
    assert tree.dockerfile.read_text() == "FROM scratch\n"
    assert (tree.context / ".dockerignore").is_file()
    assert (tree.context / "node_modules" / "kept").is_file()
    assert not (tree.context / "node_modules" / "gone").exists()
    assert not (tree.context / "a.log").exists()


def test_changes_last_as_long_as_the_block(context: Path, tmp_path: Path) -> None:
    tree = copied(context, tmp_path)
    changes = {"project/Dockerfile": b"FROM debian\n", "project/.dockerignore": b"*.log\n"}
    with tree.changed(changes):
        assert tree.dockerfile.read_bytes() == b"FROM debian\n"
        assert (tree.context / ".dockerignore").read_bytes() == b"*.log\n"
    assert tree.dockerfile.read_bytes() == b"FROM scratch\n"
    assert not (tree.context / ".dockerignore").exists()
    assert (context / "Dockerfile").read_text() == "FROM scratch\n"


def test_dockerfile_outside_the_context(context: Path, tmp_path: Path) -> None:
    (context.parent / "docker").mkdir()
    (context.parent / "docker" / "app.Dockerfile").write_text("FROM scratch\n")
    (context.parent / "docker" / "app.Dockerfile.dockerignore").write_text("sub\n")
    tree = copied(context, tmp_path, "../docker/app.Dockerfile")
    with tree.changed({"docker/app.Dockerfile": b"FROM debian\n", "compose.yaml": b"x"}):
        assert tree.dockerfile.read_bytes() == b"FROM debian\n"
        beside = tree.dockerfile.with_name("app.Dockerfile.dockerignore")
        assert beside.read_text() == "sub\n"
    assert not (tree.context / "sub").exists()


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "project/../../x"])
def test_changes_outside_the_repository_are_refused(
    name: str, context: Path, tmp_path: Path
) -> None:
    tree = copied(context, tmp_path)
    with pytest.raises(HardenError, match="outside the repository"), tree.changed({name: b""}):
        pass


def test_link_back_to_the_original_is_not_followed(context: Path, tmp_path: Path) -> None:
    (context / "back").symlink_to(context / "sub")
    tree = copied(context, tmp_path)
    with (
        pytest.raises(HardenError, match="behind a link"),
        tree.changed({"project/back/run": b"changed"}),
    ):
        pass
    assert (context / "sub" / "run").read_text() == "#!/bin/sh\n"


def test_temporary_folder_inside_the_context(context: Path) -> None:
    into = context / "tmp"
    into.mkdir()
    tree = copy_tree(context / "Dockerfile", context, context, into)
    assert not (tree.context / "tmp").exists()
    assert tree.dockerfile.is_file()


def test_context_that_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(HardenError, match="no folder"):
        copy_tree(tmp_path / "Dockerfile", tmp_path / "nothing", tmp_path, tmp_path)
