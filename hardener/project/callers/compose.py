"""Reads compose files: the builds and runs of their services, with overrides and `extends` merged.

Source: the Compose specification (compose-spec/compose-spec: build.md, 05-services.md,
10-fragments.md, 13-merge.md, 14-include.md) and compose-go, which merges and resolves paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from hardener.dockerfile.nodes import Span
from hardener.errors import HardenError
from hardener.project.callers.callerfile import CallerFile, Found
from hardener.project.callers.checkout import Checkout, Place
from hardener.project.callers.composerun import run_of_service
from hardener.project.callers.model import Build, Secret
from hardener.project.callers.services import (
    Layer,
    Service,
    every,
    items,
    keyed,
    last,
    text,
    texts,
    value,
)
from hardener.project.callers.tree import Entry, MappingNode, Node, ScalarNode, child, text_of
from hardener.project.callers.values import given, literal, reason
from hardener.project.callers.yamltree import read_yaml

Open: TypeAlias = Callable[[str], CallerFile | None]
"""Reads the file at a path relative to the root; None if there is none or it can't be read."""

_MOST_EXTENDS = 20


@dataclass(frozen=True)
class ComposeFile:
    """A compose file, read.

    Attributes:
        documents: its top-level mappings; those that follow are merged over those before.
        problem: why it couldn't be read, None if it could.
    """

    file: CallerFile
    documents: tuple[MappingNode, ...]
    problem: HardenError | None = None

    def section(self, name: str) -> list[Layer]:
        """A top-level section of each document."""
        found = (document.get(name) for document in self.documents)
        return [Layer(self.file, node) for node in found if node is not None]

    def services(self, name: str) -> list[Layer]:
        """What each document says of a service."""
        return [
            Layer(self.file, by_name[name].value) for by_name in self._services if name in by_name
        ]

    def secrets(self, name: str) -> list[Layer]:
        """What each document says of where a secret comes from."""
        return [
            Layer(self.file, by_name[name].value) for by_name in self._secrets if name in by_name
        ]

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """The services by name; of one in several documents, the last."""
        return {name: entry for by_name in self._services for name, entry in by_name.items()}

    @cached_property
    def _services(self) -> list[dict[str, Entry]]:
        return [_by_name(layer.node) for layer in self.section("services")]

    @cached_property
    def _secrets(self) -> list[dict[str, Entry]]:
        return [_by_name(layer.node) for layer in self.section("secrets")]


def _by_name(node: Node) -> dict[str, Entry]:
    entries = node.entries() if isinstance(node, MappingNode) else ()
    return {entry.key.text: entry for entry in entries}


def read_compose_file(file: CallerFile) -> ComposeFile:
    """Reads a compose file; never raises."""
    try:
        documents = read_yaml(file.text)
    except HardenError as error:
        return ComposeFile(file, (), file.unreadable(error, "YAML"))
    return ComposeFile(file, tuple(node for node in documents if isinstance(node, MappingNode)))


def included(compose: ComposeFile, checkout: Checkout) -> Iterator[str]:
    """The files that a compose file includes, as paths relative to the root."""
    for item in items(compose.section("include")):
        paths = every([item], "path") if isinstance(item.node, MappingNode) else [item]
        for path in items(paths):
            written = text_of(path.node)
            place = None if written is None else checkout.join(compose.file.folder, written)
            if place is not None:
                yield place


def compose_findings(
    compose: ComposeFile,
    base: ComposeFile | None,
    checkout: Checkout,
    read: Open,
    *,
    override: bool = False,
) -> Iterator[Found]:
    """The builds and runs of the services that a compose file speaks of.

    Args:
        base: the file in the same folder that compose takes by itself; None if there is no other.
        override: whether compose merges the file over `base` by itself. Else only those of its
            services are merged that don't say what they are built or made from.
        read: for the files that its services extend.
    """
    if compose.problem is not None:
        yield compose.problem
        return
    reader = _Reader(compose, base, checkout, read)
    for name, entry in compose.entries.items():
        yield from reader.service(name, entry, override=override)


class _Reader:
    def __init__(
        self, compose: ComposeFile, base: ComposeFile | None, checkout: Checkout, read: Open
    ) -> None:
        self._compose = compose
        self._base = base
        self._checkout = checkout
        self._read = read
        self._extended: dict[str, ComposeFile | None] = {}

    def service(self, name: str, entry: Entry, *, override: bool) -> Iterator[Found]:
        files = [self._compose]
        if self._base is not None and (override or not _stands_alone(entry)):
            files.insert(0, self._base)
        layers, lost = self._layers(files, name, 0)
        if not isinstance(entry.value, MappingNode):
            return
        file = self._compose.file
        service = Service(name, file, file.line(entry.key.start), tuple(layers), lost)
        build = self._build(service, files)
        if build is not None and any(entry.value.get(key) for key in ("build", "extends")):
            # what is only built in the file below is said there
            yield build
        yield run_of_service(service, build, self._checkout)

    def _layers(
        self, files: Sequence[ComposeFile], name: str, depth: int
    ) -> tuple[list[Layer], str]:
        """What is said of a service, what is extended first; and why some of it isn't known."""
        own = [
            layer
            for compose in files
            for layer in compose.services(name)
            if isinstance(layer.node, MappingNode)
        ]
        extends = last(own, "extends")
        if extends is None:
            return own, ""
        name = text_of(extends.node) or text_of(child(extends.node, "service")) or ""
        path = text_of(child(extends.node, "file"))
        among = files if path is None else self._file(extends.file, path)
        below, lost = self._layers(among, name, depth + 1) if depth < _MOST_EXTENDS else ([], "")
        if not below:
            return own, f"it extends {name} of {path or 'this file'}, which can't be read"
        return below + own, lost

    def _file(self, file: CallerFile, path: str) -> Sequence[ComposeFile]:
        place = None if "$" in path else self._checkout.join(file.folder, path)
        if place is None:
            return ()
        if place == self._compose.file.place:
            return (self._compose,)
        if place not in self._extended:
            found = self._read(place)
            self._extended[place] = None if found is None else read_compose_file(found)
        compose = self._extended[place]
        return () if compose is None else (compose,)

    def _build(self, service: Service, files: Sequence[ComposeFile]) -> Build | None:
        found = service.every("build")
        if not found:
            return None
        unclear = {"command": service.lost} if service.lost else {}
        place = self._place(found)
        unclear.update(place.unclear)
        target = value(last(found, "target"))
        if target is not None and target.known is None:
            unclear["target"] = reason(target)
        args = every(found, "args")
        tags = texts([*service.every("image")[-1:], *every(found, "tags")], "tags", unclear)
        # a service's own platform holds for its build where that names none
        platforms = every(found, "platforms") or service.every("platform")[-1:]
        named = keyed(every(found, "additional_contexts"), service.file)
        return Build(
            caller=service.file.path,
            line=service.line,
            form="compose",
            service=service.name,
            context=place.context,
            dockerfile=place.dockerfile,
            target=None if target is None else given(target) or None,
            args=keyed(args, service.file),
            secrets=tuple(_secrets(every(found, "secrets"), service, files)),
            ssh=tuple(
                name if one.written is None else f"{name}={one.written}"
                for name, one in keyed(every(found, "ssh"), service.file).items()
            ),
            platforms=tuple(texts(platforms, "platforms", unclear)),
            contexts={name: one.written or "" for name, one in named.items()},
            tags=tuple(tags),
            elsewhere=place.elsewhere,
            unclear=unclear,
            spans=_spans(found, service.file),
        )

    def _place(self, found: Sequence[Layer]) -> Place:
        """Where the context and the Dockerfile of a build are."""
        layers = [layer for layer in found if isinstance(layer.node, MappingNode)]
        inline, named = last(layers, "dockerfile_inline"), last(layers, "dockerfile")
        file, context = found[0].file, literal(".")
        for layer in found:
            said = layer if isinstance(layer.node, ScalarNode) else last([layer], "context")
            path = value(said)
            if path is not None:
                file, context = layer.file, path
        folders = list(dict.fromkeys((file.folder, "")))
        if inline is not None:
            why = "its Dockerfile stands in the compose file itself"
            return self._checkout.place_of_context(folders, context, why)
        return self._checkout.place(folders, context, value(named), ordered=True)


def _stands_alone(entry: Entry) -> bool:
    """Whether a service says itself what it is built or made from."""
    if not isinstance(entry.value, MappingNode):
        return True
    build = entry.value.get("build")
    if isinstance(build, MappingNode):
        return build.get("context") is not None
    return build is not None or any(entry.value.get(key) for key in ("image", "extends"))


def _secrets(
    layers: Iterable[Layer], service: Service, files: Sequence[ComposeFile]
) -> Iterator[Secret]:
    """The secrets of a build, with what the top-level section says of where they come from."""
    for item in items(layers):
        source = text_of(item.node) or text_of(child(item.node, "source"))
        if source is None:
            continue
        said = [layer for compose in files for layer in compose.secrets(source)]
        unclear: dict[str, str] = {}
        span = item.span if item.file is service.file else None
        yield Secret(
            text_of(child(item.node, "target")) or source,
            text(last(said, "environment"), "env", unclear),
            text(last(said, "file"), "file", unclear),
            span,
        )


def _spans(found: Sequence[Layer], file: CallerFile) -> dict[str, Span]:
    """Where the parts of a build stand that its own file describes."""
    build = found[-1]
    if build.file is not file:
        return {}
    spans = {"build": build.span}
    for name in ("context", "dockerfile", "target", "args", "secrets"):
        part = last([build], name)
        if part is not None:
            spans[name] = part.span
    return spans
