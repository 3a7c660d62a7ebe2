"""Reads YAML in which CI systems and task runners keep shell code, and Azure's Docker task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from hardener.errors import HardenError
from hardener.project.callers.callerfile import Allowance, CallerFile, Found
from hardener.project.callers.checkout import Checkout, outside_hidden
from hardener.project.callers.commands import may_call, read_build, read_commands
from hardener.project.callers.folders import Folders, from_root
from hardener.project.callers.model import Build, Value
from hardener.project.callers.snippets import Snippet, joined, of_scalar, quoted
from hardener.project.callers.tree import (
    MappingNode,
    Node,
    ScalarNode,
    child,
    items,
    text_of,
)
from hardener.project.callers.values import literal, unknown
from hardener.project.callers.words import Where
from hardener.project.callers.yamltree import read_yaml

_DATA = Path(__file__).parent / "data" / "pipelines.toml"
_WILDCARD = frozenset("*?[")


@dataclass(frozen=True, slots=True)
class _System:
    """An entry of pipelines.toml."""

    code: frozenset[str]
    never: frozenset[str]
    sections: frozenset[str]
    templates: tuple[tuple[str, str], ...]
    joined: frozenset[str]
    before: tuple[str, ...]
    folder: tuple[str, ...]
    languages: dict[str, str]

    def holds_code(self, key: str) -> bool:
        """Whether what stands under a key is code."""
        return key in self.code or ("*" in self.code and key not in self.never)


@cache
def _systems() -> dict[str, _System]:
    import tomllib

    return {
        name: _System(
            frozenset(entry["code"]),
            frozenset(entry.get("never", ())),
            frozenset(entry["sections"]),
            tuple((opening, closing) for opening, closing in entry["templates"]),
            frozenset(entry["joined"]),
            tuple(entry["before"]),
            tuple(entry["folder"]),
            entry.get("languages", {}),
        )
        for name, entry in tomllib.loads(_DATA.read_text("utf-8")).items()
    }


def read_pipeline(file: CallerFile, checkout: Checkout, system: str) -> Iterator[Found]:
    """The builds and runs in the shell code of a pipeline; never raises.

    `system` is the name of its entry in pipelines.toml. The code may be run in the repository's
    root, or in the folder of the file.
    """
    try:
        documents = read_yaml(file.text)
    except HardenError as error:
        yield file.unreadable(error, "YAML")
        return
    reader = _Reader(file, checkout, _systems()[system])
    for document in documents:
        yield from reader.document(document)


class _Reader:
    def __init__(self, file: CallerFile, checkout: Checkout, system: _System) -> None:
        self._file = file
        self._checkout = checkout
        self._system = system
        self._folders = outside_hidden(file.folder)
        self._allowance = Allowance()

    def document(self, document: Node) -> Iterator[Found]:
        """What a document builds and runs, in its order."""
        top = document if isinstance(document, MappingNode) else None
        shared = [
            child(top, *path) for key in self._system.before for path in ((key,), ("default", key))
        ]
        # an alias makes one node stand in many places; it is read once
        seen: set[int] = set()
        pending: list[tuple[Node, str | None, Folders]] = [(document, None, self._folders)]
        while pending:
            node, service, folders = pending.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, MappingNode):
                inner = self._inner(node, folders)
                yield from self._mapping(node, service, inner, shared)
                pending += [
                    (entry.value, service or self._name(entry.key.text), inner)
                    for entry in reversed(node.own)
                    if not isinstance(entry.value, ScalarNode)
                ]
            else:
                pending += [(item, service, folders) for item in reversed(items(node))]

    def _name(self, key: str) -> str | None:
        return None if key in self._system.sections else key

    def _inner(self, node: MappingNode, folders: Folders) -> Folders:
        """The folders that the code in a mapping may be run in."""
        written = next(
            (text for key in self._system.folder if (text := text_of(node.get(key))) is not None),
            None,
        )
        if written is None or folders is None:
            return folders
        if "$" in written or "{{" in written or "<<" in written:
            return None
        if written.startswith("~"):
            # the home folder of a CI machine, where the checkout is
            return folders
        found = (self._checkout.join(folder, written) for folder in folders)
        return tuple(dict.fromkeys(folder for folder in found if folder is not None)) or None

    def _mapping(
        self,
        node: MappingNode,
        service: str | None,
        folders: Folders,
        shared: Sequence[Node | None],
    ) -> Iterator[Found]:
        task = text_of(node.get("task"))
        if task is not None and task.startswith("Docker@"):
            build = self._docker_task(node, service)
            if build is not None:
                yield build
        for entry in node.own:
            key, value = entry.key.text, entry.value
            if not self._system.holds_code(key):
                continue
            name = service or (self._name(key) if self._system.never else None)
            language = self._system.languages.get(key, "")
            if isinstance(value, ScalarNode):
                yield from self._code([value], name, folders, language)
                continue
            parts = [item for item in items(value) if isinstance(item, ScalarNode)]
            if key in self._system.joined:
                first = [child(node, before) for before in self._system.before]
                yield from self._code([*_first(first, shared), *parts], name, folders, language)
            elif key == "args" and node.get("entrypoint") is None:
                yield from self._arguments(node, parts, name, folders)
            else:
                for part in parts:
                    yield from self._code([part], name, folders, language)

    def _code(
        self, parts: Sequence[ScalarNode], service: str | None, folders: Folders, language: str
    ) -> Iterator[Found]:
        """What pieces of code that run one after the other build and run."""
        self._allowance.take(sum(len(part.text) for part in parts))
        if not any(may_call(part.text) for part in parts):
            return
        snippet = joined([of_scalar(self._file, part) for part in parts])
        for opening, closing in self._system.templates:
            snippet = snippet.with_holes(opening, closing)
        yield from read_commands(snippet, self._where(parts[0], service, folders, language))

    def _where(
        self, node: Node, service: str | None, folders: Folders, language: str = ""
    ) -> Where:
        line = self._file.line(node.start)
        return Where(self._file, self._checkout, folders, line, service, language=language)

    def _arguments(
        self, node: MappingNode, parts: Sequence[ScalarNode], service: str | None, folders: Folders
    ) -> Iterator[Found]:
        """The words of a step that runs one of the programs from an image named like it."""
        self._allowance.take(sum(len(part.text) for part in parts))
        image = text_of(node.get("name")) or ""
        program = image.rpartition("/")[2].partition(":")[0].partition("@")[0]
        snippet = quoted(program, [of_scalar(self._file, part) for part in parts])
        yield from read_commands(snippet, self._where(node, service, folders))

    def _docker_task(self, node: MappingNode, service: str | None) -> Build | None:
        """A step `task: Docker@2`.

        Source: learn.microsoft.com/azure/devops/pipelines/tasks/reference/docker-v2.
        """
        command = _input(node, "command")
        if command is not None and command.text.lower() not in ("build", "buildandpush"):
            return None
        dockerfile = self._path(_input(node, "Dockerfile"), "**/Dockerfile")
        context = self._path(_input(node, "buildContext"), "**")
        if context.written == "**" and dockerfile.known is not None:
            context = literal(dockerfile.known.rpartition("/")[0] or ".")
        place = self._checkout.place(self._folders, context, dockerfile, base="folder")
        where = replace(self._where(node, service, self._folders), form="task")
        arguments = _input(node, "arguments")
        options = Snippet("", [node.start])
        if isinstance(arguments, ScalarNode):
            options = of_scalar(self._file, arguments).with_holes("$(", ")")
        return read_build(options, where, place)

    def _path(self, node: ScalarNode | None, default: str) -> Value:
        written = default if node is None else node.text
        if not _WILDCARD.isdisjoint(written):
            return unknown(written, f"the pattern {written}")
        if "$(" in written or "${{" in written:
            return from_root(unknown(written, written), self._checkout)
        return literal(written)


def _input(node: MappingNode, name: str) -> ScalarNode | None:
    """An input of a task, whose names are in any letter case."""
    inputs = node.get("inputs")
    if isinstance(inputs, MappingNode):
        for entry in inputs.entries():
            if entry.key.text.lower() == name.lower() and isinstance(entry.value, ScalarNode):
                return entry.value
    return None


def _first(own: Sequence[Node | None], shared: Sequence[Node | None]) -> list[ScalarNode]:
    """The code that runs first: the job's own, else what all jobs share."""
    for node in (*own, *shared):
        if node is not None:
            found = (node,) if isinstance(node, ScalarNode) else items(node)
            return [item for item in found if isinstance(item, ScalarNode)]
    return []
