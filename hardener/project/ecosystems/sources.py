"""Reads the source files of a build context: their string literals, without their comments."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hardener.project.context import ROOT, BuildContext

# beyond these the sources count as not wholly seen
MOST_FILES = 4_000
MOST_BYTES = 24 * 1024 * 1024
MOST_FILE_BYTES = 2 * 1024 * 1024
MOST_ENTRIES = 40_000


@dataclass(frozen=True, slots=True)
class Source:
    """One source file, its comments blanked."""

    path: str
    code: str

    def line_of(self, offset: int) -> int:
        """The 1-based line of a character."""
        return self.code.count("\n", 0, offset) + 1


@dataclass(frozen=True, slots=True)
class Literal:
    """A string in the sources; `place` is `file:line`."""

    text: str
    place: str


@dataclass(frozen=True, slots=True)
class Sources:
    """The source files of one language.

    Attributes:
        files: sorted by path.
        whole: false where there are more, or larger ones, than are read.
        syntax: the language's table in data/languages.toml.
    """

    files: tuple[Source, ...]
    whole: bool
    syntax: Mapping[str, Any]

    def literals(self) -> Iterator[Literal]:
        """Every string literal, its escapes left as they are."""
        pattern = _tokens(tuple(self.syntax["quotes"]), tuple(self.syntax["raw_quotes"]), ())
        for file in self.files:
            line, last = 1, 0
            for found in pattern.finditer(file.code):
                line += file.code.count("\n", last, found.start())
                last = found.start()
                yield Literal(found[0].strip("\"'`"), f"{file.path}:{line}")

    def first(self, words: tuple[str, ...] | list[str]) -> str | None:
        """The first of these words in the code that is met, as `word (file:line)`."""
        for file in self.files:
            for word in words:
                at = file.code.find(word)
                if at >= 0:
                    return f"{word} ({file.path}:{file.line_of(at)})"
        return None


@cache
def languages() -> Mapping[str, Any]:
    """The table of `data/languages.toml`."""
    path = Path(__file__).parent / "data" / "languages.toml"
    return tomllib.loads(path.read_text("utf-8"))


def sources_of(context: BuildContext, language: str) -> Sources:
    """The source files of a language in a context, tests and examples left out."""
    syntax = languages()[language]
    paths: list[str] = []
    size = entries = 0
    whole = True
    for entry in context.files_below(ROOT):
        entries += 1
        if entries > MOST_ENTRIES:
            whole = False
            break
        if entry.kind != "file" or not entry.path.endswith(tuple(syntax["extensions"])):
            continue
        if is_left_out(entry.path, syntax):
            continue
        size += entry.size
        if len(paths) >= MOST_FILES or size > MOST_BYTES or entry.size > MOST_FILE_BYTES:
            whole = False
            continue
        paths.append(entry.path)
    files = []
    for path in sorted(paths):
        content = context.head(path, MOST_FILE_BYTES)
        if content is None:
            whole = False
            continue
        files.append(Source(path, without_comments(content.decode("utf-8", "replace"), syntax)))
    return Sources(tuple(files), whole, syntax)


def is_left_out(path: str, syntax: Mapping[str, Any]) -> bool:
    """Whether a source file is no part of the program: a test, or an example."""
    *folders, name = path.split("/")
    return name.endswith(tuple(syntax["left_out"]["endings"])) or not set(
        syntax["left_out"]["folders"]
    ).isdisjoint(folders)


def without_comments(text: str, syntax: Mapping[str, Any]) -> str:
    """The text with its comments as blanks, so that offsets and lines stay."""
    comments = (*syntax["line_comments"], *(item for pair in syntax["comments"] for item in pair))
    if not any(item in text for item in comments):
        return text
    pattern = _tokens(
        tuple(syntax["quotes"]),
        tuple(syntax["raw_quotes"]),
        (*((item, "") for item in syntax["line_comments"]), *map(tuple, syntax["comments"])),
    )

    def blanked(found: re.Match[str]) -> str:
        if found.lastgroup != "comment":
            return found[0]
        return re.sub(r"[^\n]", " ", found[0])

    return pattern.sub(blanked, text)


@cache
def _tokens(
    quotes: tuple[str, ...], raw_quotes: tuple[str, ...], comments: tuple[tuple[str, str], ...]
) -> re.Pattern[str]:
    """Matches one literal, or one comment; each alternative is linear in what it matches."""
    parts = []
    for start, end in comments:
        if end:
            parts.append(f"(?P<comment>{re.escape(start)}[\\s\\S]*?(?:{re.escape(end)}|\\Z))")
        else:
            parts.append(f"(?P<comment>{re.escape(start)}[^\\n]*)")
    # a group's name may stand only once
    merged = "|".join(part.removeprefix("(?P<comment>").removesuffix(")") for part in parts)
    found = [f"(?P<comment>{merged})"] if merged else []
    found += [f"{quote}(?:[^{quote}\\\\\\n]|\\\\.)*{quote}" for quote in quotes]
    found += [f"{quote}[^{quote}]*{quote}" for quote in raw_quotes]
    return re.compile("|".join(found))
