"""What may lie in a build context though the image doesn't need it: reads data/ignorable.toml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal

from hardener.project.gopath import compile_match

Reach = Literal["here", "members", "below", "anywhere"]
"""For which folders a command works: the one it runs in, that and the members of its workspace,
that and all below it, or any."""


@dataclass(frozen=True)
class Names:
    """Patterns of names, each of one name or of several with `/` between them."""

    patterns: tuple[str, ...]

    def find(self, path: str) -> str | None:
        """The first pattern that the last names of `path` match."""
        name = path.rpartition("/")[2]
        for pattern in self._literal.get(name, ()):
            if _ends_with(path, pattern):
                return pattern
        if self._any_glob is None or self._any_glob.fullmatch(name) is None:
            return None
        for pattern, regex in self._globs:
            if regex.fullmatch(name) and _ends_with(path, pattern):
                return pattern
        return None

    def any_of(self, names: Iterable[str]) -> bool:
        """Whether one of these names matches."""
        return any(self.find(name) is not None for name in names)

    @cached_property
    def _literal(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for pattern in self.patterns:
            last = pattern.rpartition("/")[2]
            if not _is_glob(last):
                found[last] = (*found.get(last, ()), pattern)
        return found

    @cached_property
    def _globs(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        lasts = ((pattern, pattern.rpartition("/")[2]) for pattern in self.patterns)
        return tuple((pattern, compile_match(last)) for pattern, last in lasts if _is_glob(last))

    @cached_property
    def _any_glob(self) -> re.Pattern[str] | None:
        """All of them at once: most names match none."""
        globs = "|".join(regex.pattern for _, regex in self._globs)
        return re.compile(globs, re.DOTALL) if globs else None


def _is_glob(name: str) -> bool:
    return "*" in name or "?" in name


def _ends_with(path: str, pattern: str) -> bool:
    """Whether the folders that the pattern names stand there too."""
    if "/" not in pattern:
        return True
    wanted = pattern.split("/")[:-1]
    return path.split("/")[-len(pattern.split("/")) : -1] == wanted


@dataclass(frozen=True)
class Kind:
    """Names that belong together; the attributes are explained in data/ignorable.toml."""

    number: int
    section: str
    names: Names
    but: Names
    type: Literal["", "file", "folder"]
    beside: Names
    holds: frozenset[str]
    content: re.Pattern[bytes] | None
    guards: tuple[tuple[str, ...], ...]
    mention: Literal["word", "path", "anywhere"]
    tools: tuple[str, ...]
    makers: tuple[str, ...]
    ecosystems: tuple[str, ...]
    usual: tuple[str, ...]
    essential: bool
    home: bool
    programs: frozenset[str]
    common: bool
    deep: bool
    never: bool
    weighty: bool
    secret: bool
    advice: str


@dataclass(frozen=True, slots=True)
class Tool:
    """Commands by which a RUN makes something; explained in data/ignorable.toml."""

    calls: frozenset[str]
    alone: bool
    folders: tuple[str, ...]
    values: tuple[str, ...]
    void: tuple[str, ...]
    partial: tuple[str, ...]
    completes: str | None
    script: str | None
    reach: Reach


@dataclass(frozen=True)
class Ecosystem:
    """What shows that a folder belongs to a language's or a tool's world."""

    name: str
    files: Names
    manifests: Names
    members: frozenset[str]
    member_word: bytes


@dataclass(frozen=True)
class Reader:
    """Text that shows that something is read; without words the file itself shows it.

    `commands` is true of what is told better from the commands of a RUN than from its text.
    """

    of: str
    what: str
    commands: bool
    names: Names
    words: tuple[bytes, ...]
    pattern: re.Pattern[bytes] | None


@dataclass(frozen=True)
class Search:
    """What is searched for names, by the names of files.

    `driven` are files that only certain programs read, with the names of those programs.
    """

    skip: Names
    prose: Names
    prose_folders: frozenset[str]
    code: Names
    driven: tuple[tuple[Names, frozenset[str]], ...]


@dataclass(frozen=True)
class Ignorable:
    """All that data/ignorable.toml says; sections are pairs of key and comment, in order."""

    sections: tuple[tuple[str, str], ...]
    kinds: tuple[Kind, ...]
    tools: Mapping[str, Tool]
    ecosystems: Mapping[str, Ecosystem]
    readers: tuple[Reader, ...]
    migrations: tuple[bytes, ...]
    search: Search


@cache
def ignorable() -> Ignorable:
    """The table, read once."""
    import tomllib

    path = Path(__file__).parent / "data" / "ignorable.toml"
    data = tomllib.loads(path.read_text("utf-8"))
    return Ignorable(
        sections=tuple((entry["key"], entry["comment"]) for entry in data["section"]),
        kinds=tuple(_kind(number, entry) for number, entry in enumerate(data["kind"])),
        tools={name: _tool(entry) for name, entry in data["tool"].items()},
        ecosystems={name: _ecosystem(name, entry) for name, entry in data["ecosystem"].items()},
        readers=tuple(_reader(entry) for entry in data["reader"]),
        migrations=tuple(word.encode() for word in data["migrations"]["words"]),
        search=Search(
            _names(data["search"], "skip"),
            _names(data["search"], "prose"),
            frozenset(data["search"]["prose_folders"]),
            _names(data["search"], "code"),
            tuple(
                (_names(entry, "names"), frozenset(entry["by"]))
                for entry in data["search"]["driven"]
            ),
        ),
    )


def _names(entry: Mapping[str, Any], key: str) -> Names:
    return Names(tuple(entry.get(key, ())))


def _kind(number: int, entry: Mapping[str, Any]) -> Kind:
    content = entry.get("content")
    return Kind(
        number=number,
        section=entry["section"],
        names=_names(entry, "names"),
        but=_names(entry, "but"),
        type=entry.get("is", ""),
        beside=_names(entry, "beside"),
        holds=frozenset(entry.get("holds", ())),
        content=None if content is None else re.compile(content.encode()),
        guards=tuple(tuple(guard.split("|")) for guard in entry.get("guards", ())),
        mention=entry.get("mention", "word"),
        tools=tuple(entry.get("tools", ())),
        makers=tuple(entry.get("makers", ())),
        ecosystems=tuple(entry.get("ecosystems", ())),
        usual=tuple(entry.get("usual", ())),
        essential=entry.get("essential", False),
        home=entry.get("home", False),
        programs=frozenset(entry.get("programs", ())),
        common=entry.get("common", False),
        deep=entry.get("deep", False),
        never=entry.get("never", False),
        weighty=entry.get("weighty", False),
        secret=entry.get("secret", False),
        advice=entry.get("advice", ""),
    )


def _tool(entry: Mapping[str, Any]) -> Tool:
    return Tool(
        frozenset(entry["calls"]),
        entry["alone"],
        tuple(entry["folders"]),
        tuple(entry.get("values", ())),
        tuple(entry["void"]),
        tuple(entry.get("partial", ())),
        entry.get("completes"),
        entry.get("script"),
        entry["reach"],
    )


def _ecosystem(name: str, entry: Mapping[str, Any]) -> Ecosystem:
    return Ecosystem(
        name,
        _names(entry, "files"),
        _names(entry, "manifests"),
        frozenset(entry.get("members", ())),
        entry.get("member_word", "").encode(),
    )


def _reader(entry: Mapping[str, Any]) -> Reader:
    pattern = entry.get("pattern")
    return Reader(
        entry["of"],
        entry["what"],
        entry.get("commands", False),
        _names(entry, "names"),
        tuple(word.encode() for word in entry.get("words", ())),
        None if pattern is None else re.compile(pattern.encode()),
    )
