"""Reads Jenkinsfiles: shell code in their strings, `docker.build(…)`, `agent { dockerfile … }`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from hardener.project.callers.callerfile import CallerFile, Found
from hardener.project.callers.checkout import Checkout, outside_hidden
from hardener.project.callers.commands import may_call, read_build, read_commands
from hardener.project.callers.folders import Folders
from hardener.project.callers.model import Build, Value
from hardener.project.callers.snippets import Hole, Snippet, prefixed
from hardener.project.callers.values import literal, unknown
from hardener.project.callers.words import Where

_TOKEN = re.compile(r"""//[^\n]*|/\*|'{3}|"{3}|'|"|[{}]|[A-Za-z_][\w.]*""")
_CODE = re.compile(r"[^\\$\n'\"]+")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_CALL = re.compile(r"\s*\(?\s*")
_COMMA = re.compile(r"\s*,\s*")
_END = re.compile(r"[ \t]*\)?[ \t]*(?=[\r\n;}]|\Z)")
_PLUS = re.compile(r"\s*\+")

# jenkins.io/doc/pipeline/steps/workflow-durable-task-step: steps that run code, and what language
_STEPS = {"sh": "", "bat": "cmd", "powershell": "PowerShell", "pwsh": "PowerShell"}
_OF_STEPS = frozenset({"script", "returnStdout", "returnStatus", "true", "false"})
_BUILD = re.compile(r"(?:.*\.)?docker\.build")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "s": " "}


@dataclass(slots=True)
class _Block:
    """What stands between two braces; `settings` are those of an `agent { dockerfile { … } }`."""

    folders: Folders
    settings: dict[str, Snippet] | None = None
    start: int = 0


@dataclass(slots=True)
class _String:
    """A string, its code as the program gets it, and the offset behind it."""

    snippet: Snippet
    end: int

    @property
    def value(self) -> Value:
        names = tuple(hole.name for hole in self.snippet.holes)
        return unknown(self.snippet.shown, *names) if names else literal(self.snippet.code)


def read_jenkinsfile(file: CallerFile, checkout: Checkout) -> Iterator[Found]:
    """The builds and runs in a Jenkinsfile; never raises.

    Source: jenkins.io/doc/book/pipeline/syntax (agent dockerfile, sh, dir), docker-workflow-plugin
    (docker.build), groovy-lang.org/syntax.html (strings).
    """
    yield from _Reader(file, checkout).found()


@dataclass(slots=True)
class _Reader:
    file: CallerFile
    checkout: Checkout
    blocks: list[_Block] = field(default_factory=list)
    word: str = ""
    step: str = ""

    def found(self) -> Iterator[Found]:
        text = self.file.text
        self.blocks = [_Block(outside_hidden(self.file.folder))]
        entered: _String | None = None
        at = 0
        while (token := _TOKEN.search(text, at)) is not None:
            at = token.end()
            mark = token[0]
            if mark == "/*":
                end = text.find("*/", at)
                at = len(text) if end < 0 else end + 2
            elif mark == "{":
                self._open(token.start(), entered)
            elif mark == "}":
                yield from self._close()
            elif mark[0] in "'\"":
                string = self._string(token.start(), mark)
                at = string.end
                entered = string
                yield from self._text(string)
            elif not mark.startswith("//"):
                yield from self._identifier(mark, token.start())
                if _BUILD.fullmatch(mark):
                    found, at = self._docker_build(token.start(), at)
                    yield from found
                entered = None

    def _open(self, start: int, entered: _String | None) -> None:
        outer = self.blocks[-1]
        block = _Block(outer.folders, start=start)
        if self.word == "dir":
            path = None if entered is None else entered.value.known
            block.folders = self._below(outer.folders, path)
        elif self.word == "dockerfile":
            block.settings = {}
        self.blocks.append(block)
        self.word = self.step = ""

    def _below(self, folders: Folders, path: str | None) -> Folders:
        if folders is None or path is None:
            return None
        joined = (self.checkout.join(folder, path) for folder in folders)
        found = [one for one in joined if one is not None and self.checkout.folder(one) is not None]
        return tuple(dict.fromkeys(found)) or None

    def _close(self) -> Iterator[Found]:
        if len(self.blocks) > 1:
            block = self.blocks.pop()
            if block.settings is not None:
                yield self._agent(block.settings, block.start, block.folders)
        self.word = self.step = ""

    def _identifier(self, name: str, start: int) -> Iterator[Found]:
        if name == "true" and self.word == "dockerfile":
            yield self._agent({}, start, self.blocks[-1].folders)
        self.word = name
        if name in _STEPS:
            self.step = name
        elif name not in _OF_STEPS:
            self.step = ""

    def _text(self, string: _String) -> Iterator[Found]:
        settings = self.blocks[-1].settings
        if settings is not None:
            settings[self.word] = string.snippet
            return
        if self.word == "label" or not self.step or not may_call(string.snippet.code):
            return
        snippet = string.snippet
        if _PLUS.match(self.file.text, string.end):
            # what is added isn't known, and may be anything
            size = len(snippet.code)
            longer = replace(
                snippet,
                code=f"{snippet.code}+",
                offsets=[*snippet.offsets, string.end],
                exact=False,
            )
            snippet = longer.filled([Hole(size, size + 1, "what is added", "+")])
        yield from read_commands(snippet, self._where(string, _STEPS[self.step]))

    def _where(self, string: _String, language: str = "") -> Where:
        line = self.file.line(string.snippet.offsets[0])
        folders = self.blocks[-1].folders
        return Where(self.file, self.checkout, folders, line, language=language, form="groovy")

    def _docker_build(self, start: int, at: int) -> tuple[list[Found], int]:
        """`docker.build("image", "options context")`, and the offset behind it."""
        image = self._argument(at, _CALL)
        options = None if image is None else self._argument(image.end, _COMMA)
        if image is None or _END.match(self.file.text, (options or image).end) is None:
            why = "its arguments aren't plain strings"
            unclear = {"command": why, "context": why, "dockerfile": why}
            line = self.file.line(start)
            return [Build(self.file.path, line, "groovy", unclear=unclear)], at
        last = options or image
        snippet = Snippet(".", [start, start], exact=False) if options is None else options.snippet
        builds = list(read_commands(prefixed("docker build ", snippet), self._where(last)))
        named: list[Found] = [
            replace(one, tags=(*one.tags, image.snippet.shown)) if isinstance(one, Build) else one
            for one in builds
        ]
        return named, last.end

    def _argument(self, at: int, opening: re.Pattern[str]) -> _String | None:
        found = opening.match(self.file.text, at)
        token = None if found is None else _TOKEN.match(self.file.text, found.end())
        if token is None or token[0][0] not in "'\"":
            return None
        return self._string(token.start(), token[0])

    def _agent(self, settings: dict[str, Snippet], start: int, folders: Folders) -> Build:
        file = _String(settings["filename"], 0).value if "filename" in settings else None
        folder = _String(settings["dir"], 0).value if "dir" in settings else literal(".")
        place = self.checkout.place(folders or (), folder, file)
        options = settings.get("additionalBuildArgs", Snippet("", [start]))
        where = Where(self.file, self.checkout, folders, self.file.line(start), form="groovy")
        return read_build(options, where, place)

    def _string(self, start: int, quote: str) -> _String:
        """The string that begins at `start`; one that isn't closed ends with its line."""
        text = self.file.text
        interpolates = quote[0] == '"'
        code: list[str] = []
        offsets: list[int] = []
        holes: list[Hole] = []
        at, size = start + len(quote), 0
        while at < len(text) and not text.startswith(quote, at):
            plain = _CODE.match(text, at)
            end = plain.end() if plain else at + 1
            piece = text[at:end]
            if piece == "\\":
                end = at + 2
                piece = _unescaped(text[at:end])
            elif piece == "\n" and len(quote) == 1:
                break
            elif piece == "$" and interpolates:
                end = self._expression(at)
                piece = text[at:end]
                if end > at + 1:
                    holes.append(Hole(size, size + len(piece), piece.strip("${}"), piece))
            code.append(piece)
            offsets += range(end - len(piece), end)
            size += len(piece)
            at = end
        snippet = Snippet("".join(code), [*offsets, min(at, len(text))]).filled(holes)
        return _String(snippet, min(at + len(quote), len(text)))

    def _expression(self, at: int) -> int:
        """The offset behind what `$` at `at` begins in a string; `at + 1` if nothing."""
        text = self.file.text
        if text.startswith("${", at):
            end = text.find("}", at)
            return end + 1 if end >= 0 else len(text)
        name = _NAME.match(text, at + 1)
        return name.end() if name else at + 1


def _unescaped(escape: str) -> str:
    following = escape[1:]
    return "" if following == "\n" else _ESCAPES.get(following, following)
