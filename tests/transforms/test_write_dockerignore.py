"""write-dockerignore: what it writes, what it leaves alone, and what it must never do."""

from __future__ import annotations

import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.analysis.intake import Intake
from hardener.dockerfile.parse import parse
from hardener.project.contents import survey
from hardener.project.context import BuildContext, read_ignore_file
from hardener.project.ignorable import ignorable
from hardener.sweep import hardened_bytes
from hardener.transforms.write_dockerignore import GUARDS
from tests.nobody import as_nobody
from tests.transforms.contexts import ContextCase, cases, check, ignore_files, plant

NAME = "write-dockerignore"


@pytest.mark.parametrize("case", cases(NAME))
def test_case(case: ContextCase, tmp_path: Path) -> None:
    check(case, tmp_path / "repository")


@pytest.mark.parametrize("case", cases(NAME))
def test_git_applies_the_diff(case: ContextCase, tmp_path: Path) -> None:
    root = tmp_path / "repository"
    case.make(root)
    for outcome in ignore_files(root, NAME):
        if outcome.hardened is None or not outcome.hardened.changed:
            continue
        # beside the repository: what is planted as .git isn't one
        elsewhere = tmp_path / "applied"
        target = elsewhere / outcome.name
        target.parent.mkdir(parents=True)
        if not outcome.new:
            target.write_bytes((root / outcome.name).read_bytes())
        diff = outcome.diff.encode("utf-8", "surrogateescape")
        subprocess.run(["git", "apply"], cwd=elsewhere, input=diff, check=True)
        assert target.read_bytes() == hardened_bytes(outcome.hardened)


def test_every_guard_of_the_table_is_known() -> None:
    used = {name for kind in ignorable().kinds for choice in kind.guards for name in choice}
    assert used == set(GUARDS)


def test_every_tool_and_ecosystem_of_the_table_is_known() -> None:
    table = ignorable()
    for kind in table.kinds:
        assert {*kind.tools, *kind.makers} <= set(table.tools), kind.names
        assert set(kind.ecosystems) <= set(table.ecosystems), kind.names
        assert kind.section in dict(table.sections)


@pytest.fixture
def locked(open_folder: Path) -> Iterator[Path]:
    """A repository with a folder that nobody may read."""
    root = open_folder / "repository"
    root.mkdir()
    for line in ("Dockerfile = FROM python:3.12\\nCOPY . /srv\\n", "app.py = print(1)\\n"):
        plant(root, line)
    plant(root, "data/db.bin")
    plant(root, "__pycache__/app.pyc")
    (root / "data").chmod(0)
    yield root
    (root / "data").chmod(stat.S_IRWXU)


def test_a_folder_that_cannot_be_read_is_told_and_the_rest_is_done(locked: Path) -> None:
    # what is imported late may lie where only root may read
    ignore_files(locked, NAME)
    with as_nobody():
        (outcome,) = ignore_files(locked, NAME)
    assert outcome.hardened is not None
    assert "**/__pycache__\n" in outcome.hardened.table.text
    (advice,) = outcome.hardened.advice
    assert advice.text.startswith("data in the build context can't be read: permission denied")


def test_nothing_outside_of_the_context_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "outside" / "app.py"
    plant(tmp_path / "outside", "app.py = open('id_rsa')\\n")
    root = tmp_path / "repository"
    plant(root, "Dockerfile = FROM python:3.12\\nCOPY . /srv\\n")
    plant(root, "requirements.txt = flask\\n")
    plant(root, "id_rsa = key\\n")
    (root / "link.py").symlink_to(secret)
    (root / "folder").symlink_to(secret.parent)
    (outcome,) = ignore_files(root, NAME)
    assert outcome.hardened is not None
    # the text that would have kept the key in stands outside
    assert "id_rsa\n" in outcome.hardened.table.text


def test_what_git_tracks_belongs_to_the_project(tmp_path: Path) -> None:
    for line in (
        "Dockerfile = FROM node:20\\nWORKDIR /app\\nCOPY . .\\nRUN npm ci && npm run build\\n",
        "package.json = {}",
        "dist/vendor.js",
        "access.log",
    ):
        plant(tmp_path, line)
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    for line in ("build/app.js", "debug.log", "coverage/lcov.info"):
        plant(tmp_path, line)
    (outcome,) = ignore_files(tmp_path, NAME)
    assert outcome.hardened is not None
    lines = outcome.hardened.table.text.split("\n")
    assert {"build", "debug.log", "coverage", ".git"} <= set(lines)
    assert not {"dist", "access.log", "*.log"} & set(lines)
    assert outcome.hardened.advice == ()


FILES = (
    ".git/HEAD",
    ".env",
    ".env.example",
    "api/.env",
    "id_rsa",
    "config/id_rsa",
    "config/app.toml",
    "node_modules/a/index.js",
    "web/node_modules/b/index.js",
    "package.json",
    "web/package.json",
    "src/app.js",
    "src/__pycache__/app.pyc",
    "src/dist/app.js",
    "dist/app.js",
    "dist/app.log",
    "target/app.jar",
    "pom.xml",
    "logs/app.log",
    "vendor/lib.php",
    "composer.json",
    ".venv/pyvenv.cfg",
    "requirements.txt",
    ".github/workflows/test.yml",
    ".gitignore",
    "docker-compose.yml",
    "README.md",
    ".idea/x.xml",
)
SOURCES = (
    *FILES,
    *{name.rpartition("/")[0] or "." for name in FILES},
    "*",
    "*.json",
    "*/*.js",
    ".e*",
    "dist/*.js",
    "[a-n]*",
    "$UNKNOWN",
    "${UNKNOWN}/app.jar",
    "${KNOWN}",
    "${KNOWN}/app.js",
)
RUNS = (
    "npm ci",
    "cd web && npm ci",
    "npm run build",
    "mvn package",
    "composer install",
    "pip install -r requirements.txt",
    "git describe",
    "make",
)
IGNORES = (
    "node_modules",
    "*.md",
    "!README.md",
    "*",
    "!src",
    "!**/*.js",
    "dist",
    "!dist/app.log",
    "# x",
)


@st.composite
def dockerfiles(draw: st.DrawFn) -> str:
    lines = ["FROM debian:12", "ARG UNKNOWN", "ARG KNOWN=dist", "WORKDIR /app"]
    copy = st.builds(
        "{} {} /app/".format,
        st.sampled_from(["COPY", "ADD", "ONBUILD COPY"]),
        st.lists(st.sampled_from(SOURCES), min_size=1, max_size=2).map(" ".join),
    )
    run = st.sampled_from(RUNS).map("RUN {}".format)
    mount = st.sampled_from(FILES).map("RUN --mount=type=bind,source={},target=/x true".format)
    lines += draw(st.lists(st.one_of(copy, copy, run, mount), max_size=5))
    return "\n".join(lines) + "\n"


def taken(root: Path, text: str) -> set[str]:
    """The files that COPY, ADD and mounts take by a name, as the context is; never-wanted ones
    and those that only a whole-context source takes left out."""
    dockerfile = root / "Dockerfile"
    context = BuildContext(root, read_ignore_file(dockerfile, root))
    found: set[str] = set()
    for source in Intake([("Dockerfile", parse(text))]).sources:
        if source.whole or not source.known:
            continue
        for path in context.sources("/".join(source.paths[0])):
            if context.kind(path) == "folder":
                found.update(entry.path for entry in context.files_below(path))
            else:
                found.add(path)
    return found


def nobody_wants(path: str, named: set[str]) -> bool:
    """Whether a part of the path has a name of a kind that nobody wants in an image, and isn't
    in a source itself."""
    parts = path.split("/")
    heads = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    never = [kind for kind in ignorable().kinds if kind.never]
    return any(
        kind.names.find(head) and not any(source.startswith(head) for source in named)
        for head in heads
        for kind in never
    )


@given(
    st.sets(st.sampled_from(FILES), min_size=1),
    st.lists(dockerfiles(), min_size=1, max_size=2),
    st.one_of(st.none(), st.lists(st.sampled_from(IGNORES), max_size=4)),
    st.sampled_from(["\n", "\r\n"]),
)
def test_nothing_that_is_copied_by_name_goes_missing(
    files: set[str], texts: list[str], ignored: list[str] | None, newline: str
) -> None:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for file in files:
            plant(root, file)
        paths = [root / "Dockerfile", root / "other.Dockerfile"][: len(texts)]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text)
        ignore = root / ".dockerignore"
        before = b""
        if ignored is not None:
            before = newline.join(ignored).encode()
            ignore.write_bytes(before)
        old = BuildContext(root, read_ignore_file(paths[0], root))
        in_before = {entry.path for entry in old.listing().files}
        brought_back = {path for path in in_before if (by := old.verdict(path).by) and by.exception}
        named = {
            "/".join(part.replace("\\", "") for part in source.paths[0])
            for text in texts
            for source in Intake([("Dockerfile", parse(text))]).sources
            if not source.whole and source.known
        }
        taken_before = set().union(*(taken(root, text) for text in texts))
        for outcome in ignore_files(root, NAME):
            assert outcome.error is None
            assert outcome.hardened is not None
            if outcome.hardened.changed:
                outcome.path.write_bytes(hardened_bytes(outcome.hardened))
        if ignore.exists():
            assert ignore.read_bytes().startswith(before)
        taken_after = set().union(*(taken(root, text) for text in texts))
        assert {
            path for path in taken_before - taken_after if not nobody_wants(path, named)
        } == set()
        new = BuildContext(root, read_ignore_file(paths[0], root))
        in_after = {entry.path for entry in new.listing().files}
        assert in_after <= in_before | {".dockerignore"}
        assert brought_back <= in_after
        again = ignore_files(root, NAME)
        assert not any(item.hardened and item.hardened.changed for item in again)


def test_a_context_is_counted_as_docker_sends_it(tmp_path: Path) -> None:
    for file in FILES:
        plant(tmp_path, file)
    plant(tmp_path, ".dockerignore = *\\n!src\\n!node_modules\\nnode_modules/a\\n")
    context = BuildContext(tmp_path, read_ignore_file(tmp_path / "Dockerfile", tmp_path))
    listing = context.listing()
    assert survey(context).totals == (len(listing.files), listing.size)
