"""Our reading of .dockerignore against what Docker itself sends."""

import random
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from hardener.project.context import BuildContext, read_ignore_file
from hardener.project.ignorefile import IgnoreFileError
from tests.project.docker_output import build
from tests.project.ignore_cases import EMPTIED, KEPT, REFUSED, TREE

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine")]

Case = TypeVar("Case")

PLAIN_NAMES = ["a", "b", "ab", "aa", "a.log", "c.txt", "src", "node_modules", ".env"]
ODD_NAMES = ["{a,b}", "a|b", "x{2}", "xx", "^a", "d\\e", "d1", "é", "a b", "!a", "#a", "[a]", "$a"]
PLAIN_PATTERNS = [
    *PLAIN_NAMES, "*", "**", "?", "[ab]", "a*", "*a", "*.log", "a?", "[^a]", ".*", "..", ".", "",
]  # fmt: skip
ODD_PATTERNS = [
    *ODD_NAMES, "***", "****", "[!a]", "[a-c]", "a**", "**a", "a**b", "\\*", "\\d", "\\w*", "\\a",
    "a|*", "*{2}", "a{2}*", "{a,b}*", "[*]", "[?]", "[[:alpha:]]", "[\\d]", "[a/b]", "^a*", "\\!a",
    "\\x61", "\\1", "a*b*c*", "x{2,}*", "x{,2}*", "[b-a]", "[a", "*[a", "a\\", "\u00a0a",
]  # fmt: skip


def generated_tree(rng: random.Random, folder: Path) -> None:
    for _ in range(rng.randint(5, 25)):
        names = [
            rng.choice(PLAIN_NAMES if rng.random() < 0.75 else ODD_NAMES)
            for _ in range(rng.randint(1, 4))
        ]
        path = folder.joinpath(*names)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("content")
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            continue


def generated_ignore_file(rng: random.Random) -> bytes:
    lines = []
    for _ in range(rng.randint(1, 7)):
        odd = rng.random() < 0.2
        segments = [
            rng.choice(ODD_PATTERNS if odd and rng.random() < 0.6 else PLAIN_PATTERNS)
            for _ in range(rng.choice([1, 1, 1, 2, 2, 3]))
        ]
        line = rng.choice(["", "", "", "/", "./"]) + "/".join(segments) + rng.choice(["", "", "/"])
        lines.append(rng.choice(["", "", "!", "! "]) + line + rng.choice(["", "", "", " ", "\t"]))
    ending = rng.choice(["\n", "\n", "\n", "\r\n"])
    return rng.choice([b"", b"", b"", b"\xef\xbb\xbf"]) + ending.join(lines).encode()


def is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def disagreement(folder: Path, case: str) -> str | None:
    """Builds `FROM scratch` + `COPY . /` with the context below `folder`; None if what arrived is
    what we say, and what is empty too."""
    context = folder / "context"
    dockerfile = folder / "Dockerfile"
    dockerfile.write_text("FROM scratch\nCOPY . /\n")
    built = build(context, dockerfile)
    try:
        listing = BuildContext(context, read_ignore_file(dockerfile, context)).listing()
    except IgnoreFileError as error:
        return None if built.failure else f"{case}: we refuse it ({error}), Docker doesn't"
    if built.failure:
        return f"{case}: Docker refuses it ({built.failure}), we don't"
    ours = {entry.path: 0 if entry.emptied else entry.size for entry in listing.files}
    theirs = {path: size for path, size in built.sizes.items() if not is_folder(context / path)}
    if ours == theirs:
        return None
    return f"{case}: only ours {ours.items() - theirs.items()}, {theirs.items() - ours.items()}"


def disagreements(cases: Iterable[Case], prepare: Callable[[Case], tuple[Path, str]]) -> list[str]:
    prepared = [prepare(case) for case in cases]
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda case: disagreement(*case), prepared)
        return [text for text in found if text is not None]


@pytest.mark.parametrize("seed", range(8))
def test_generated_trees_and_ignore_files(tmp_path: Path, seed: int) -> None:
    """30 builds a seed, 240 in all."""
    rng = random.Random(seed)

    def prepare(number: int) -> tuple[Path, str]:
        folder = tmp_path / str(number)
        (folder / "context").mkdir(parents=True)
        generated_tree(rng, folder / "context")
        content = generated_ignore_file(rng)
        (folder / "context" / ".dockerignore").write_bytes(content)
        return folder, f"{content!r}"

    assert disagreements(range(30), prepare) == []


def test_table(tmp_path: Path) -> None:
    """Every case that test_ignorefile.py knows the answer to."""
    contents = {name: case[0] for table in (KEPT, REFUSED, EMPTIED) for name, case in table.items()}

    def prepare(name: str) -> tuple[Path, str]:
        context = tmp_path / name / "context"
        for path in TREE:
            (context / path).parent.mkdir(parents=True, exist_ok=True)
            (context / path).write_text("content")
        (context / ".dockerignore").write_bytes(contents[name])
        return tmp_path / name, name

    assert disagreements(contents, prepare) == []


LINKS = ["rules", "../rules", "/rules", ".dockerignore", "gone", "folder"]


@pytest.mark.parametrize("target", LINKS)
def test_linked_ignore_file(tmp_path: Path, target: str) -> None:
    (tmp_path / "context" / "folder").mkdir(parents=True)
    (tmp_path / "rules").write_text("a\n")
    for name in ("a", "b", "rules"):
        (tmp_path / "context" / name).write_text("b\n")
    (tmp_path / "context" / ".dockerignore").symlink_to(target)
    assert disagreement(tmp_path, target) is None


@pytest.mark.parametrize("content", ["a\n", "\n", "", None], ids=["rule", "blank", "empty", "none"])
def test_ignore_file_beside_the_dockerfile(tmp_path: Path, content: str | None) -> None:
    (tmp_path / "context").mkdir()
    for name in ("a", "b"):
        (tmp_path / "context" / name).write_text(name)
    (tmp_path / "context" / ".dockerignore").write_text("b\n")
    if content is not None:
        (tmp_path / "Dockerfile.dockerignore").write_text(content)
    assert disagreement(tmp_path, repr(content)) is None
