"""Which Dockerfiles are found below a path."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hardener.project.discovery import (
    Discovery,
    discover,
    is_dockerfile_name,
    repository_root,
    vendored_folders,
)
from tests.nobody import as_nobody


def plant(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("FROM scratch\n")


def names(found: Discovery, root: Path) -> list[str]:
    return [path.relative_to(root).as_posix() for path in found.files]


DOCKERFILES = [
    "Dockerfile", "dockerfile", "DOCKERFILE", "Containerfile", "containerfile", "Dockerfile.dev",
    "dockerfile.PROD", "Dockerfile.node-18", "api.Dockerfile", "api.dockerfile", "API.DOCKERFILE",
    "Containerfile.ci", "web.Containerfile", "Dockerfile.a.b", "my.api.Dockerfile",
    "Dockerfile.old", "Dockerfile.j2",
]  # fmt: skip
OTHERS = [
    "Dockerfile.dockerignore", "api.dockerfile.dockerignore", ".dockerignore", "Dockerfile~",
    "Dockerfile.dev~", "Dockerfile.swp", "Dockerfile.orig", "Dockerfile.rej", "Dockerfile.BAK",
    "Containerfile.containerignore", "Dockerfiles", "NotDockerfile", "Dockerfile-dev",
    "docker-compose.yml", "Makefile", ".Dockerfile.swp",
]  # fmt: skip


@pytest.mark.parametrize("name", DOCKERFILES)
def test_taken_by_name(name: str) -> None:
    assert is_dockerfile_name(name)


@pytest.mark.parametrize("name", OTHERS)
def test_left_by_name(name: str) -> None:
    assert not is_dockerfile_name(name)


def test_files_come_sorted_by_the_parts_of_their_paths(tmp_path: Path) -> None:
    plant(
        tmp_path, "b/Dockerfile", "Dockerfile", "a-b/Dockerfile", "a/Dockerfile", "a/b.dockerfile"
    )
    found = discover([tmp_path], root=tmp_path)
    assert names(found, tmp_path) == [
        "Dockerfile", "a/Dockerfile", "a/b.dockerfile", "a-b/Dockerfile", "b/Dockerfile",
    ]  # fmt: skip
    assert found.problems == ()


def test_overlapping_paths_give_each_file_once(tmp_path: Path) -> None:
    plant(tmp_path, "a/Dockerfile", "b/Dockerfile")
    paths = [tmp_path / "a" / "Dockerfile", tmp_path, tmp_path / "a", tmp_path / "b" / ".." / "a"]
    assert names(discover(paths, root=tmp_path), tmp_path) == ["a/Dockerfile", "b/Dockerfile"]


def test_paths_below_a_relative_root_stay_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path, "a/Dockerfile")
    monkeypatch.chdir(tmp_path)
    assert discover([Path()], root=Path()).files == (Path("a/Dockerfile"),)


@pytest.mark.parametrize("folder", ["node_modules", "vendor", "third_party", ".venv", "venv",
    ".git", ".hg", ".svn", "bower_components", "Pods", ".tox", "site-packages", "__pycache__",
    ".terraform"])  # fmt: skip
def test_vendored_folder_is_not_entered(tmp_path: Path, folder: str) -> None:
    plant(tmp_path, "app/Dockerfile", f"app/{folder}/x/Dockerfile")
    assert names(discover([tmp_path], root=tmp_path), tmp_path) == ["app/Dockerfile"]


def test_every_vendored_folder_has_a_reason() -> None:
    assert all(reason.strip() for reason in vendored_folders().values())


def test_virtual_environment_of_any_name_is_not_entered(tmp_path: Path) -> None:
    plant(tmp_path, "env/pyvenv.cfg", "env/Dockerfile", "app/Dockerfile")
    assert names(discover([tmp_path], root=tmp_path), tmp_path) == ["app/Dockerfile"]


@pytest.mark.parametrize("named", ["node_modules/x/Dockerfile", "node_modules/x", "node_modules"])
def test_path_named_outright_is_taken_from_a_vendored_folder(tmp_path: Path, named: str) -> None:
    plant(tmp_path, "node_modules/x/Dockerfile")
    found = discover([tmp_path / named], root=tmp_path)
    assert names(found, tmp_path) == ["node_modules/x/Dockerfile"]


def test_file_named_outright_is_taken_whatever_its_name(tmp_path: Path) -> None:
    plant(tmp_path, "build.txt", ".gitignore")
    (tmp_path / ".gitignore").write_text("build.txt\n")
    found = discover([tmp_path / "build.txt"], root=tmp_path, exclude=["build.txt"])
    assert names(found, tmp_path) == ["build.txt"]


def test_hidden_folders_are_searched(tmp_path: Path) -> None:
    plant(tmp_path, ".devcontainer/Dockerfile", ".github/actions/x/Dockerfile")
    assert len(discover([tmp_path], root=tmp_path).files) == 2


class TestGitignore:
    def test_nested_files_and_exceptions(self, tmp_path: Path) -> None:
        plant(
            tmp_path, "out/Dockerfile", "sub/out/Dockerfile", "sub/keep/Dockerfile", "x/Dockerfile"
        )
        (tmp_path / ".gitignore").write_text("out/\nDockerfile\n")
        (tmp_path / "sub" / ".gitignore").write_text("!Dockerfile\n")
        assert names(discover([tmp_path], root=tmp_path), tmp_path) == ["sub/keep/Dockerfile"]

    def test_files_of_parent_folders_hold_below(self, tmp_path: Path) -> None:
        plant(tmp_path, ".git/HEAD", "a/b/gen/Dockerfile", "a/b/src/Dockerfile", "a/b/Dockerfile.x")
        (tmp_path / ".gitignore").write_text("gen/\n")
        (tmp_path / "a" / ".gitignore").write_text("*.x\n")
        found = discover([tmp_path / "a" / "b"], root=tmp_path)
        assert names(found, tmp_path) == ["a/b/src/Dockerfile"]

    def test_info_exclude(self, tmp_path: Path) -> None:
        plant(tmp_path, ".git/info/exclude", "mine/Dockerfile", "ours/Dockerfile")
        (tmp_path / ".git" / "info" / "exclude").write_text("/mine\n")
        assert names(discover([tmp_path], root=tmp_path), tmp_path) == ["ours/Dockerfile"]

    def test_ignored_folder_named_outright_is_searched(self, tmp_path: Path) -> None:
        plant(tmp_path, ".git/HEAD", "build/Dockerfile", "build/tmp/Dockerfile")
        (tmp_path / ".gitignore").write_text("build/\ntmp/\n")
        found = discover([tmp_path / "build"], root=tmp_path)
        assert names(found, tmp_path) == ["build/Dockerfile"]

    def test_repository_inside_another_has_its_own_rules(self, tmp_path: Path) -> None:
        plant(tmp_path, ".git/HEAD", "inner/.git/HEAD", "inner/Dockerfile.x", "Dockerfile.x")
        (tmp_path / ".gitignore").write_text("*.x\n")
        assert names(discover([tmp_path], root=tmp_path), tmp_path) == ["inner/Dockerfile.x"]

    def test_linked_ignore_file_is_not_read(self, tmp_path: Path) -> None:
        plant(tmp_path, "Dockerfile")
        (tmp_path / "rules").write_text("*\n")
        (tmp_path / ".gitignore").symlink_to("rules")
        assert names(discover([tmp_path], root=tmp_path), tmp_path) == ["Dockerfile"]

    def test_agrees_with_git(self, tmp_path: Path) -> None:
        plant(
            tmp_path, "Dockerfile", "a/Dockerfile", "a/b/Dockerfile", "a/b/c/Dockerfile.x",
            "logs/Dockerfile", "logs/keep/Dockerfile", "d/e/Dockerfile", "d/Dockerfile.x",
        )  # fmt: skip
        subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
        (tmp_path / ".gitignore").write_text("logs/*\n!logs/keep\n*.x\n/d/e\n")
        (tmp_path / "a" / ".gitignore").write_text("!*.x\nb/Dockerfile\n")
        by_git = subprocess.run(
            ["git", "ls-files", "--others", "--exclude-standard"],
            cwd=tmp_path, check=True, capture_output=True, text=True,
        ).stdout.split()  # fmt: skip
        ours = names(discover([tmp_path], root=tmp_path), tmp_path)
        assert sorted(ours) == sorted(name for name in by_git if "ockerfile" in name)


EXCLUDES: dict[str, tuple[list[str], list[str]]] = {
    "a-folder-by-name": (["a"], ["Dockerfile", "b/a.dockerfile", "b/c/Dockerfile"]),
    "a-folder-from-the-root": (["/b/c/"], ["Dockerfile", "a/Dockerfile", "b/a.dockerfile"]),
    "a-glob": (["*.dockerfile"], ["Dockerfile", "a/Dockerfile", "b/c/Dockerfile"]),
    "any-depth": (["b/**/Dockerfile"], ["Dockerfile", "a/Dockerfile", "b/a.dockerfile"]),
    "an-exception": (["Dockerfile", "!/a/Dockerfile"], ["a/Dockerfile", "b/a.dockerfile"]),
}


@pytest.mark.parametrize(("exclude", "left"), EXCLUDES.values(), ids=EXCLUDES.keys())
def test_exclude(tmp_path: Path, exclude: list[str], left: list[str]) -> None:
    plant(tmp_path, "Dockerfile", "a/Dockerfile", "b/a.dockerfile", "b/c/Dockerfile")
    assert names(discover([tmp_path], root=tmp_path, exclude=exclude), tmp_path) == left


def test_exclude_is_relative_to_the_root_whatever_path_is_named(tmp_path: Path) -> None:
    plant(tmp_path, "a/x/Dockerfile", "a/y/Dockerfile")
    found = discover([tmp_path / "a"], root=tmp_path, exclude=["/a/x"])
    assert names(found, tmp_path) == ["a/y/Dockerfile"]


class TestLookingInside:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("dockerfile.py", "from pathlib import Path\n"),
            ("dockerfile.go", "// Package dockerfile reads.\npackage dockerfile\n"),
            ("dockerfile.md", "# Dockerfile\n\nFROM is the first instruction.\n"),
            ("Dockerfile.json", "{}\n"),
            ("dockerfile.ts", ""),
        ],
    )
    def test_source_code_is_left(self, tmp_path: Path, name: str, text: str) -> None:
        (tmp_path / name).write_text(text)
        assert discover([tmp_path], root=tmp_path).files == ()

    @pytest.mark.parametrize(
        "text",
        [
            "FROM golang\n",
            "# syntax=docker/dockerfile:1\n\nARG V=1\nFROM golang:$V\n",
            "\ufefffrom --platform=$BUILDPLATFORM golang as build\r\n",
        ],
        ids=["from", "arg-after-comments", "mark-lower-case-crlf"],
    )
    def test_dockerfile_for_a_language_is_taken(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "Dockerfile.go").write_text(text, encoding="utf-8")
        assert len(discover([tmp_path], root=tmp_path).files) == 1


class TestLinks:
    def test_linked_dockerfile_is_the_real_file_once(self, tmp_path: Path) -> None:
        plant(tmp_path, "docker/app.dockerfile")
        (tmp_path / "Dockerfile").symlink_to("docker/app.dockerfile")
        found = discover([tmp_path, tmp_path / "Dockerfile"], root=tmp_path)
        assert names(found, tmp_path) == ["docker/app.dockerfile"]

    def test_link_gives_a_file_of_another_name(self, tmp_path: Path) -> None:
        plant(tmp_path, "docker/app")
        (tmp_path / "Dockerfile").symlink_to("docker/app")
        assert names(discover([tmp_path], root=tmp_path), tmp_path) == ["docker/app"]

    def test_link_out_of_the_root_is_a_problem(self, tmp_path: Path) -> None:
        plant(tmp_path, "outside/Dockerfile", "repo/x/Dockerfile")
        (tmp_path / "repo" / "Dockerfile").symlink_to("../outside/Dockerfile")
        found = discover([tmp_path / "repo"], root=tmp_path / "repo")
        assert names(found, tmp_path / "repo") == ["x/Dockerfile"]
        (problem,) = found.problems
        assert problem.path == str(tmp_path / "repo" / "Dockerfile")
        assert "out of the repository" in problem.message

    def test_linked_folder_out_of_the_root_is_not_entered(self, tmp_path: Path) -> None:
        plant(tmp_path, "outside/Dockerfile", "repo/Dockerfile")
        (tmp_path / "repo" / "docker").symlink_to(tmp_path / "outside")
        found = discover([tmp_path / "repo"], root=tmp_path / "repo")
        assert names(found, tmp_path / "repo") == ["Dockerfile"]

    def test_link_into_a_vendored_folder_is_left(self, tmp_path: Path) -> None:
        plant(tmp_path, "vendor/x/Dockerfile")
        (tmp_path / "Dockerfile").symlink_to("vendor/x/Dockerfile")
        assert discover([tmp_path], root=tmp_path).files == ()

    def test_loops_end(self, tmp_path: Path) -> None:
        plant(tmp_path, "a/Dockerfile")
        (tmp_path / "a" / "again").symlink_to("..")
        (tmp_path / "Dockerfile.x").symlink_to("Dockerfile.y")
        (tmp_path / "Dockerfile.y").symlink_to("Dockerfile.x")
        found = discover([tmp_path], root=tmp_path)
        assert names(found, tmp_path) == ["a/Dockerfile"]
        assert [problem.path for problem in found.problems] == [
            str(tmp_path / "Dockerfile.x"),
            str(tmp_path / "Dockerfile.y"),
        ]

    def test_link_to_nothing_is_a_problem(self, tmp_path: Path) -> None:
        (tmp_path / "Dockerfile").symlink_to("gone")
        (problem,) = discover([tmp_path], root=tmp_path).problems
        assert "leads nowhere" in problem.message

    def test_root_behind_a_link(self, tmp_path: Path) -> None:
        plant(tmp_path, "real/a/Dockerfile")
        (tmp_path / "root").symlink_to("real")
        found = discover([tmp_path / "root"], root=tmp_path / "root")
        assert found.files == (tmp_path / "root" / "a" / "Dockerfile",)


class TestProblems:
    def test_missing_path(self, tmp_path: Path) -> None:
        plant(tmp_path, "Dockerfile")
        found = discover([tmp_path / "gone", tmp_path], root=tmp_path)
        assert names(found, tmp_path) == ["Dockerfile"]
        assert [problem.path for problem in found.problems] == [str(tmp_path / "gone")]

    def test_pipe_is_no_dockerfile(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "Dockerfile")
        assert discover([tmp_path], root=tmp_path) == Discovery((), ())
        assert len(discover([tmp_path / "Dockerfile"], root=tmp_path).problems) == 1

    def test_unreadable_folder_is_told_and_the_rest_is_found(self, open_folder: Path) -> None:
        plant(open_folder, "a/Dockerfile", "b/Dockerfile", "c/Dockerfile")
        (open_folder / "b").chmod(0)
        try:
            with as_nobody():
                found = discover([open_folder], root=open_folder)
        finally:
            (open_folder / "b").chmod(0o755)
        assert names(found, open_folder) == ["a/Dockerfile", "c/Dockerfile"]
        assert [problem.path for problem in found.problems] == [str(open_folder / "b")]

    def test_folder_called_dockerfile_is_searched(self, tmp_path: Path) -> None:
        plant(tmp_path, "Dockerfile/x.dockerfile")
        found = discover([tmp_path], root=tmp_path)
        assert names(found, tmp_path) == ["Dockerfile/x.dockerfile"]

    def test_deep_folders_do_not_exhaust_the_stack(self, tmp_path: Path) -> None:
        plant(tmp_path, "/".join("d" * 400) + "/Dockerfile")
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(300)
        try:
            found = discover([tmp_path], root=tmp_path)
        finally:
            sys.setrecursionlimit(limit)
        assert len(found.files) == 1


class TestRepositoryRoot:
    def test_nearest_parent_with_git(self, tmp_path: Path) -> None:
        plant(tmp_path, ".git/HEAD", "a/b/Dockerfile")
        assert repository_root(tmp_path / "a" / "b") == tmp_path
        assert repository_root(tmp_path / "a" / "b" / "Dockerfile") == tmp_path

    def test_worktree_or_submodule_has_a_git_file(self, tmp_path: Path) -> None:
        plant(tmp_path, ".git/HEAD", "sub/.git", "sub/x/Dockerfile")
        assert repository_root(tmp_path / "sub" / "x") == tmp_path / "sub"

    def test_folder_itself_where_there_is_none(self, tmp_path: Path) -> None:
        assert repository_root(tmp_path) == tmp_path
