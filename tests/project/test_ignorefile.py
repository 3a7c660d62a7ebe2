"""Which paths an ignore file keeps out of the build context, and by which line."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.project.context import read_ignore_file
from hardener.project.goregexp import GoRegexp, GoSyntaxError
from hardener.project.ignorefile import (
    NO_FOLDER,
    NO_IGNORE_FILE,
    IgnoreFile,
    IgnoreFileError,
    parse_ignore_file,
)
from tests.project.ignore_cases import EMPTIED, KEPT, REFUSED, TREE


def kept(ignore: IgnoreFile) -> set[str]:
    return {path for path in TREE if not ignore.decide(path).excluded}


@pytest.mark.parametrize(("content", "left"), KEPT.values(), ids=KEPT.keys())
def test_kept(content: bytes, left: frozenset[str]) -> None:
    assert kept(parse_ignore_file(content)) == left


@pytest.mark.parametrize(("content", "line"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_with_the_line(content: bytes, line: int) -> None:
    with pytest.raises(IgnoreFileError) as refused:
        kept(parse_ignore_file(content, ".dockerignore"))
    assert refused.value.line == line
    assert str(refused.value).startswith(f".dockerignore:{line}: ")


@pytest.mark.parametrize(("content", "emptied"), EMPTIED.values(), ids=EMPTIED.keys())
def test_emptied(content: bytes, emptied: frozenset[str]) -> None:
    ignore = parse_ignore_file(content)
    assert {path for path in TREE if ignore.decide(path).emptied} == emptied


DECIDING: dict[str, tuple[bytes, str, bool, int | None]] = {
    "no-line": (b"docs\n", "README.md", False, None),
    "the-path-itself": (b"# logs\n\n*.log\n", "a.log", True, 3),
    "the-folder-above": (b"docs\n*.md\n", "docs/guide/a.md", True, 1),
    "the-exception": (b"docs\n!docs/a.md\n", "docs/a.md", False, 2),
    "the-exception-of-a-folder": (b"docs\n!docs/guide\n", "docs/guide/a.md", False, 2),
    "the-first-of-several": (b"a.log\n*.log\n", "a.log", True, 1),
    "excluded-again": (b"*.log\n!a.log\n**/a*\n", "a.log", True, 3),
    "a-folder-that-isnt-entered": (b"*\n!docs/a.md\n", "pkg/src/main.c", True, 1),
}


@pytest.mark.parametrize(
    ("content", "path", "excluded", "line"), DECIDING.values(), ids=DECIDING.keys()
)
def test_deciding_line(content: bytes, path: str, excluded: bool, line: int | None) -> None:
    verdict = parse_ignore_file(content).decide(path)
    assert verdict.excluded is excluded
    assert (verdict.by.line if verdict.by else None) == line


def test_deciding_line_as_it_is_written() -> None:
    by = parse_ignore_file(b"  ./docs//  \r\n").decide("docs/a.md").by
    assert by is not None
    assert (by.line, by.text, by.exception) == (1, "./docs//", False)


def test_folder_below_which_an_exception_may_match_is_entered() -> None:
    ignore = parse_ignore_file(b"*\n!docs/a.md\n")
    assert ignore.folder("docs", NO_FOLDER).entered
    assert not ignore.folder("pkg", NO_FOLDER).entered


def test_without_exceptions_an_excluded_folder_is_not_entered() -> None:
    assert not parse_ignore_file(b"docs\n").folder("docs", NO_FOLDER).entered


SEGMENTS = ["a", "b", "ab", "*", "**", "?", "a*", "*b", "[ab]", "[^a]", "**b", "a**", "***", "a.b"]
NAMES = ["a", "b", "ab", "aab", "ba", "a.b", "x"]
lines = st.tuples(
    st.sampled_from(["", "", "!"]), st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=4)
).map(lambda parts: parts[0] + "/".join(parts[1]))
files = st.lists(lines, max_size=6).map(lambda found: parse_ignore_file("\n".join(found).encode()))
paths = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)


@given(files, paths)
def test_walking_down_and_asking_outright_say_the_same(ignore: IgnoreFile, path: str) -> None:
    state = NO_FOLDER
    names = path.split("/")
    for number in range(1, len(names)):
        state = ignore.folder("/".join(names[:number]), state)
    walked = ignore.entry(path, state) if state.entered else state.verdict
    asked = ignore.decide(path)
    assert (walked.excluded or not state.entered) == asked.excluded
    assert walked.emptied == asked.emptied


@given(st.lists(lines.filter(lambda line: line[0] != "!"), max_size=5), paths)
def test_patterns_without_exceptions_only_add_up(found: list[str], path: str) -> None:
    together = parse_ignore_file("\n".join(found).encode()).decide(path).excluded
    alone = [parse_ignore_file(line.encode()).decide(path).excluded for line in found]
    assert together == any(alone)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        ignore = parse_ignore_file(content)
        ignore.decide("a/b")
    except IgnoreFileError:
        return
    assert all(pattern.line <= content.count(b"\n") + 1 for pattern in ignore.patterns)


@given(st.text("ab*?/.[]^\\{}|2,-!d", max_size=12), paths)
def test_odd_patterns_are_read_or_refused(line: str, path: str) -> None:
    refused_at: int | None = 1
    try:
        parse_ignore_file(line.encode()).decide(path)
    except IgnoreFileError as refused:
        refused_at = refused.line
    assert refused_at == 1


@pytest.mark.parametrize(
    "pattern",
    [
        b"*a" * 60 + b"b",
        b"**/a/" * 60 + b"b",
        b"a**" * 60 + b"b",
        b"?b|" * 60 + b"b",
        b"a{900}" * 5 + b"*b",
    ],
    ids=["stars", "double-stars", "double-stars-within", "alternatives", "repetitions"],
)
def test_patterns_made_to_backtrack_end(pattern: bytes) -> None:
    ignore = parse_ignore_file(pattern + b"\n")
    assert not ignore.decide("/".join(["a" * 40] * 3) + "x").excluded


class TestGoRegexp:
    """Where Go and Python write the same expression, they mean the same."""

    pieces = (
        *("a", "b", "[ab]", "[^a/]", "[a-c]", ".", "(.*/)?", "[^/]*", "a{2}", "[ab]{1,2}", "b{0}"),
        *("^", "$", r"\.", r"\d", r"\x61", "|", "]", "{", "a{2,}", r"[\]b]", "é"),
    )
    expressions = st.lists(st.sampled_from(pieces), max_size=7).map("".join)

    @given(expressions, st.text("ab/.1é{]", max_size=8))
    def test_agrees_with_python(self, expression: str, text: str) -> None:
        try:
            # Python's `$` also matches before a line break at the end; the texts have none
            theirs = re.compile(expression.replace("{{", r"\{{"))
            ours = GoRegexp(expression)
        except (re.error, GoSyntaxError):
            return
        assert ours.search(text) == (theirs.search(text) is not None)

    @pytest.mark.parametrize(
        ("expression", "text", "matches"),
        [
            (r"^\w\W\s\S\D$", "a- xy", True),
            (r"^[[:alpha:]][[:^alpha:]]$", "a1", True),
            (r"^[[:alpha:]]$", "1", False),
            (r"\bcat\b", "a cat!", True),
            (r"\Bat\b", "cat", True),
            (r"\Aa\z", "a", True),
            (r"^\Qa.b\E$", "a.b", True),
            (r"^\Qa.b\E$", "axb", False),
            (r"^\141\x{62}\n$", "ab\n", True),
            (r"^a.b$", "a\nb", False),
            (r"^[^a]$", "\n", True),
            (r"^a{,2}$", "a{,2}", True),
            (r"^a{02}$", "a{02}", True),
        ],
    )
    def test_what_only_go_writes(self, expression: str, text: str, matches: bool) -> None:
        assert GoRegexp(expression).search(text) is matches

    refused = (
        *("[a", "[b-a]", r"\R", r"\8", r"\1", r"\xg", r"\x{}", "a{2}{3}", "a|{2}", "a{2,1}"),
        *("a{1001}", "[[:nope:]]", r"\é", r"\pa", "[^/]*{2}", "\\"),
    )

    @pytest.mark.parametrize("expression", refused)
    def test_what_go_refuses(self, expression: str) -> None:
        with pytest.raises(GoSyntaxError):
            GoRegexp(expression)


class TestWhichFile:
    def written(self, folder: Path, **contents: str) -> None:
        names = {"root": ".dockerignore", "beside": "docker/Dockerfile.dockerignore"}
        (folder / "docker").mkdir()
        (folder / "docker" / "Dockerfile").write_text("FROM scratch\n")
        for name, content in contents.items():
            (folder / names[name]).write_text(content)

    def read(self, folder: Path) -> IgnoreFile:
        return read_ignore_file(folder / "docker" / "Dockerfile", folder)

    def test_none(self, tmp_path: Path) -> None:
        self.written(tmp_path)
        assert self.read(tmp_path) is NO_IGNORE_FILE

    def test_at_the_root_of_the_context(self, tmp_path: Path) -> None:
        self.written(tmp_path, root="a\n")
        assert self.read(tmp_path).path == str(tmp_path / ".dockerignore")

    def test_beside_the_dockerfile_wins(self, tmp_path: Path) -> None:
        self.written(tmp_path, root="a\n", beside="b\n")
        ignore = self.read(tmp_path)
        assert ignore.path == str(tmp_path / "docker" / "Dockerfile.dockerignore")
        assert [pattern.text for pattern in ignore.patterns] == ["b"]

    def test_beside_the_dockerfile_wins_when_empty(self, tmp_path: Path) -> None:
        self.written(tmp_path, root="a\n", beside="")
        assert self.read(tmp_path).patterns == ()

    def test_link_within_the_context_is_followed(self, tmp_path: Path) -> None:
        self.written(tmp_path)
        (tmp_path / "rules").write_text("a\n")
        (tmp_path / ".dockerignore").symlink_to("rules")
        assert [pattern.text for pattern in self.read(tmp_path).patterns] == ["a"]

    @pytest.mark.parametrize("target", ["../rules", "/rules", ".dockerignore", "gone", "docker"])
    def test_link_that_ends_elsewhere_is_no_ignore_file(self, tmp_path: Path, target: str) -> None:
        context = tmp_path / "context"
        context.mkdir()
        (tmp_path / "rules").write_text("a\n")
        self.written(context)
        (context / ".dockerignore").symlink_to(target)
        assert self.read(context) is NO_IGNORE_FILE
