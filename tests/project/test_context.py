"""What a build context holds, and what COPY finds in it."""

import os
from pathlib import Path

import pytest

from hardener.project.context import BuildContext, default_context, inside
from hardener.project.ignorefile import parse_ignore_file
from tests.nobody import as_nobody
from tests.project.copy_cases import FOUND, IGNORE
from tests.project.copy_cases import plant as plant_copy_cases


def plant(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("content")


def context(folder: Path, ignore: bytes = b"") -> BuildContext:
    return BuildContext(folder, parse_ignore_file(ignore))


def listed(found: BuildContext) -> list[str]:
    return [entry.path for entry in found.listing().files]


class TestListing:
    def test_files_sorted_with_their_sizes(self, tmp_path: Path) -> None:
        plant(tmp_path, "b", "a/c", "a-b")
        listing = context(tmp_path).listing()
        assert [(entry.path, entry.size) for entry in listing.files] == [
            ("a-b", 7),
            ("a/c", 7),
            ("b", 7),
        ]
        assert listing.size == 21
        assert listing.problems == ()

    def test_ignored_files_are_left_out(self, tmp_path: Path) -> None:
        plant(tmp_path, "a/x", "a/y", "b", "c/d/e")
        assert listed(context(tmp_path, b"a\n!a/y\nc\n")) == ["a/y", "b"]

    def test_emptied_file_is_marked(self, tmp_path: Path) -> None:
        plant(tmp_path, "a/x", "b/y")
        listing = context(tmp_path, b"a\n!a/x\n**/a\n").listing()
        assert [(entry.path, entry.emptied) for entry in listing.files] == [
            ("a/x", True),
            ("b/y", False),
        ]

    def test_links_are_listed_and_not_followed(self, tmp_path: Path) -> None:
        plant(tmp_path, "outside/secret", "inside/a/x")
        (tmp_path / "inside" / "out").symlink_to("../outside")
        (tmp_path / "inside" / "a" / "again").symlink_to("..")
        listing = context(tmp_path / "inside").listing()
        assert [(entry.path, entry.kind) for entry in listing.files] == [
            ("a/again", "link"),
            ("a/x", "file"),
            ("out", "link"),
        ]

    def test_pipe_is_neither_file_nor_link(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        (entry,) = context(tmp_path).listing().files
        assert (entry.kind, entry.size) == ("other", 0)
        assert context(tmp_path).head("pipe", 10) is None

    def test_unreadable_folder_is_told_and_the_rest_is_listed(self, open_folder: Path) -> None:
        plant(open_folder, "a/x", "b/y", "c/z")
        (open_folder / "b").chmod(0)
        try:
            with as_nobody():
                listing = context(open_folder).listing()
                hidden = context(open_folder, b"b\n!b/q\n").listing()
        finally:
            (open_folder / "b").chmod(0o755)
        assert [entry.path for entry in listing.files] == ["a/x", "c/z"]
        assert [problem.path for problem in listing.problems] == [str(open_folder / "b")]
        assert hidden.problems == ()

    def test_excluded_folder_isnt_read(self, open_folder: Path) -> None:
        plant(open_folder, "a/x", "b/y")
        (open_folder / "b").chmod(0)
        try:
            with as_nobody():
                listing = context(open_folder, b"b\n").listing()
        finally:
            (open_folder / "b").chmod(0o755)
        assert [entry.path for entry in listing.files] == ["a/x"]
        assert listing.problems == ()

    def test_missing_context_is_told(self, tmp_path: Path) -> None:
        (problem,) = context(tmp_path / "gone").listing().problems
        assert "no such file" in problem.message

    def test_files_below_a_folder(self, tmp_path: Path) -> None:
        plant(tmp_path, "a/x", "a/b/y", "c", "a/b/z.log")
        found = context(tmp_path, b"**/*.log\n").files_below("a")
        assert sorted(entry.path for entry in found) == ["a/b/y", "a/x"]


class TestSources:
    @pytest.fixture
    def planted(self, tmp_path: Path) -> BuildContext:
        plant_copy_cases(tmp_path)
        return context(tmp_path, IGNORE)

    @pytest.mark.parametrize(("source", "named"), FOUND.values(), ids=FOUND.keys())
    def test_named(self, planted: BuildContext, source: str, named: tuple[str, ...]) -> None:
        assert planted.sources(source) == named

    def test_kinds_follow_links(self, planted: BuildContext) -> None:
        paths = ("x.py", "lx.py", "a", "la", "only", "skip/out", "loop", "escape", ".", "nul\0")
        assert [planted.kind(path) for path in paths] == [
            *("file", "file", "folder", "folder", "folder", None, None, None, "folder", None)
        ]

    def test_entry_says_where_a_link_ends(self, planted: BuildContext) -> None:
        entry = planted.entry("abs/3.txt")
        assert entry is not None
        assert (entry.path, entry.size) == ("a/b/3.txt", 7)

    def test_head(self, planted: BuildContext) -> None:
        assert planted.head("lx.py", 4) == b"cont"
        assert planted.head("a", 4) is None
        assert planted.head("skip/out", 4) is None
        assert planted.head("escape", 4) is None

    def test_verdict_names_the_line(self, planted: BuildContext) -> None:
        verdict = planted.verdict("skip/out")
        assert verdict.excluded
        assert verdict.by is not None
        assert verdict.by.line == 1

    def test_one_path_is_looked_up_without_a_walk(self, open_folder: Path) -> None:
        """A folder that can't be read isn't met."""
        plant(open_folder, "a/x", "b/y")
        (open_folder / "b").chmod(0)
        try:
            with as_nobody():
                assert context(open_folder).sources("a/x") == ("a/x",)
                assert context(open_folder).sources("a/*") == ("a/x",)
        finally:
            (open_folder / "b").chmod(0o755)


@pytest.mark.parametrize(
    ("source", "path"),
    [("a", "a"), ("/a/", "a"), ("./a", "a"), ("../a/../b", "b"), ("", "."), (".", "."), ("/", ".")],
)
def test_inside(source: str, path: str) -> None:
    assert inside(source) == path


class TestDefaultContext:
    def dockerfile(self, root: Path, path: str, *files: str) -> Path:
        plant(root, path, *files)
        return root / path

    def test_own_folder_where_the_sources_are(self, tmp_path: Path) -> None:
        dockerfile = self.dockerfile(tmp_path, "app/Dockerfile", "app/main.py", "main.py")
        assert default_context(dockerfile, tmp_path, ["main.py"]) == tmp_path / "app"

    def test_root_where_the_sources_are_only_there(self, tmp_path: Path) -> None:
        dockerfile = self.dockerfile(tmp_path, "docker/Dockerfile", "go.mod", "cmd/main.go")
        assert default_context(dockerfile, tmp_path, ["go.mod", "cmd"]) == tmp_path

    def test_nearest_parent_that_has_all(self, tmp_path: Path) -> None:
        dockerfile = self.dockerfile(
            tmp_path, "services/api/docker/Dockerfile", "services/api/src/x", "src/x"
        )
        assert default_context(dockerfile, tmp_path, ["src"]) == tmp_path / "services" / "api"

    def test_path_from_the_root(self, tmp_path: Path) -> None:
        dockerfile = self.dockerfile(tmp_path, "app/Dockerfile", "app/main.py", "shared/x")
        found = default_context(dockerfile, tmp_path, ["app/main.py", "shared/*"])
        assert found == tmp_path

    def test_where_the_most_are_if_no_folder_has_all(self, tmp_path: Path) -> None:
        dockerfile = self.dockerfile(tmp_path, "docker/Dockerfile", "go.mod", "cmd/main.go")
        assert default_context(dockerfile, tmp_path, ["go.mod", "cmd", "made-later"]) == tmp_path

    @pytest.mark.parametrize("sources", [[], ["."], ["./"], ["/"], ["${SRC}"], ["gone"]])
    def test_own_folder_where_nothing_tells(self, tmp_path: Path, sources: list[str]) -> None:
        dockerfile = self.dockerfile(tmp_path, "app/Dockerfile", "main.py")
        assert default_context(dockerfile, tmp_path, sources) == tmp_path / "app"

    def test_nothing_above_the_root_is_asked(self, tmp_path: Path) -> None:
        dockerfile = self.dockerfile(tmp_path, "repo/app/Dockerfile", "main.py")
        found = default_context(dockerfile, tmp_path / "repo", ["main.py"])
        assert found == tmp_path / "repo" / "app"

    def test_relative_paths_stay_relative(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.dockerfile(tmp_path, "docker/Dockerfile", "go.mod")
        monkeypatch.chdir(tmp_path)
        assert default_context(Path("docker/Dockerfile"), Path(), ["go.mod"]) == Path()
