"""Looks in the text files of a build context for the names of other files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from hardener.project.ignorable import Names, Reader, Search, ignorable

# more text isn't read: what isn't mentioned in it may be mentioned in the rest
MOST_TEXTS = 50_000
MOST_BYTES = 96 << 20
_LONGEST_TEXT = 512 * 1024

_QUOTES = rb"[\"'`/]"


@dataclass(frozen=True, slots=True)
class Text:
    """Something that may name files.

    Attributes:
        path: the file it stands in, as shown.
        content: its bytes.
        first_line: the 1-based line of the file at which it begins.
        instruction: the name of the Dockerfile's instruction that it is, "" for a whole file.
    """

    path: str
    content: bytes
    first_line: int = 1
    instruction: str = ""

    @property
    def prose(self) -> bool:
        """Whether people read it, or services beside the build, and not the application."""
        search = ignorable().search
        return not self.instruction and (
            search.prose.find(self.path) is not None
            or not search.prose_folders.isdisjoint(self.path.split("/")[:-1])
        )

    @property
    def code(self) -> bool:
        """Whether it is source code, or an instruction of a Dockerfile."""
        return bool(self.instruction) or ignorable().search.code.find(self.path) is not None

    @property
    def shell(self) -> bool:
        """Whether it is shell code, in which a name stands without quotes."""
        first = self.content[:99].partition(b"\n")[0]
        script = first.startswith(b"#!") and b"sh" in first
        return bool(self.instruction) or script or self.path.endswith((".sh", ".bash"))

    def place(self, offset: int) -> str:
        """Where the byte at `offset` stands, as `file:line`."""
        line = self.first_line + self.content.count(b"\n", 0, offset)
        return f"{self.path}:{line}"


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a context; `complete` is false where there were too many to read."""

    texts: tuple[Text, ...]
    complete: bool

    def find(
        self, pattern: re.Pattern[bytes], *, near: bytes, among: Callable[[Text], bool]
    ) -> str | None:
        """Where the pattern stands first; `near` is a part of it that any match has."""
        for text in self.texts:
            if near in text.content and among(text):
                match = pattern.search(text.content)
                if match is not None:
                    return text.place(match.start())
        return None

    def read_by(self, reader: Reader, among: Callable[[Text], bool]) -> str | None:
        """Where the text that a reader looks for stands first."""
        for text in self.texts:
            if reader.names.patterns and not reader.names.find(text.path):
                continue
            word = next((word for word in reader.words if word in text.content), None)
            if word is None and reader.words:
                continue
            if (reader.commands and text.instruction == "RUN") or not among(text):
                continue
            if word is None:
                return text.path
            if reader.pattern is None:
                return text.place(text.content.index(word))
            match = reader.pattern.search(text.content)
            if match is not None:
                return text.place(match.start())
        return None

    def words(self, words: Iterable[bytes], among: Callable[[Text], bool]) -> bool:
        """Whether one of these words stands in one of the texts."""
        wanted = tuple(words)
        return any(word in text.content for text in self.texts if among(text) for word in wanted)


def word(name: str) -> re.Pattern[bytes]:
    """Finds a file's name where it isn't part of a longer one."""
    return re.compile(rb"(?<![\w.-])" + re.escape(name.encode("utf-8", "replace")) + rb"(?![\w-])")


def in_path(name: str) -> re.Pattern[bytes]:
    """Finds a name behind a quote or a slash, as code writes it."""
    return re.compile(_QUOTES + re.escape(name.encode("utf-8", "replace")) + rb"(?![\w-])")


def as_folder(name: str) -> re.Pattern[bytes]:
    """Finds a folder's name between quotes or slashes."""
    return re.compile(_QUOTES + re.escape(name.encode("utf-8", "replace")) + _QUOTES)


def as_ending(ending: str) -> re.Pattern[bytes]:
    """Finds the ending of names, `.pem`, where code compares names or globs."""
    return re.compile(rb"[\"'`*]" + re.escape(ending.encode("utf-8", "replace")) + rb"(?![\w-])")


def read_texts(
    folder: Path, files: Iterable[tuple[str, int]], search: Search, commands: bytes
) -> Texts:
    """The texts among `files`, given as paths and sizes; where there are too many, the smallest.

    Args:
        folder: the context's. The files were found without following a link.
        commands: what the Dockerfiles run, to see which programs' files count.
    """
    undriven = _undriven(search, commands)
    real = os.path.realpath(folder)
    texts: list[Text] = []
    left = MOST_BYTES
    for size, path in sorted((size, path) for path, size in files if 0 < size <= _LONGEST_TEXT):
        if search.skip.find(path) or undriven.find(path):
            continue
        left -= size
        if left < 0 or len(texts) >= MOST_TEXTS:
            return Texts(tuple(texts), complete=False)
        content = _content(f"{real}/{path}", size)
        if content is not None and b"\0" not in content[:1024]:
            texts.append(Text(path, content))
    return Texts(tuple(sorted(texts, key=_path)), complete=True)


def _content(path: str, size: int) -> bytes | None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        # what can't be read can't be built with either
        return None
    try:
        return os.read(descriptor, size)
    except OSError:
        return None
    finally:
        os.close(descriptor)


def _path(text: Text) -> str:
    return text.path


def _undriven(search: Search, commands: bytes) -> Names:
    """The files of programs that nothing runs."""
    if re.search(rb"\.sh\b|(?<![\w.])\./", commands):
        return Names(())
    left = [names for names, programs in search.driven if not _any_word(programs, commands)]
    return Names(tuple(pattern for names in left for pattern in names.patterns))


def _any_word(words: Iterable[str], text: bytes) -> bool:
    return any(
        re.search(rb"(?<![\w-])" + re.escape(word.encode()) + rb"(?![\w-])", text)
        for word in sorted(words)
    )
