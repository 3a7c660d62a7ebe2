"""Reads bake files, JSON and HCL: the targets that `docker buildx bake` builds.

Source: docs.docker.com/build/bake/reference, and buildx bake/bake.go for paths and merging.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from hardener.dockerfile.nodes import Span
from hardener.errors import HardenError
from hardener.project.callers.builds import secret_of
from hardener.project.callers.callerfile import CallerFile, Found
from hardener.project.callers.checkout import Checkout, outside_hidden
from hardener.project.callers.hcltree import EXPRESSION, read_hcl
from hardener.project.callers.jsontree import read_json
from hardener.project.callers.model import Build, Secret, Value
from hardener.project.callers.services import Layer, every, items, last
from hardener.project.callers.tree import (
    Entry,
    MappingNode,
    ScalarNode,
    child,
    is_null,
    text_of,
)
from hardener.project.callers.values import given, literal, of_scalar, reason, substituted, unknown

_MOST_PARENTS = 20
_MOST_LAYERS = 100
# what shows that a target is there to be built, and not only for others to inherit from
_BUILT = ("context", "dockerfile", "dockerfile-inline", "target")


@dataclass(frozen=True, slots=True)
class BakeFile:
    """A bake file, read; `problem` says why it couldn't be."""

    file: CallerFile
    body: MappingNode
    problem: HardenError | None = None


def read_bake_file(file: CallerFile) -> BakeFile:
    """Reads a bake file, JSON or HCL by its name; never raises."""
    language = "JSON" if file.place.lower().endswith(".json") else "HCL"
    try:
        body = read_json(file.text) if language == "JSON" else read_hcl(file.text)
    except HardenError as error:
        return BakeFile(file, MappingNode((), 0, 0), file.unreadable(error, language))
    return BakeFile(file, body if isinstance(body, MappingNode) else MappingNode((), 0, 0))


def bake_findings(bake: BakeFile, below: Sequence[BakeFile], checkout: Checkout) -> Iterator[Found]:
    """The builds of the targets that a bake file speaks of.

    `below` are the files that bake reads before it and merges it over.
    """
    if bake.problem is not None:
        yield bake.problem
        return
    targets = _entries([bake], "target")
    reader = _Reader([*below, bake], checkout)
    for name, entry in targets.items():
        build = reader.build(name, entry)
        if build is not None:
            yield build


def _entries(files: Iterable[BakeFile], block: str) -> dict[str, Entry]:
    """The blocks of a type by label."""
    found: dict[str, Entry] = {}
    for bake in files:
        blocks = bake.body.get(block)
        if isinstance(blocks, MappingNode):
            found |= {entry.key.text: entry for entry in blocks.entries()}
    return found


class _Reader:
    def __init__(self, files: Sequence[BakeFile], checkout: Checkout) -> None:
        self._files = files
        self._file = files[-1].file
        self._checkout = checkout
        self._targets = [(bake.file, _entries([bake], "target")) for bake in files]
        # the layers of targets, None while they are looked for: what inherits from itself has none
        self._known: dict[str, list[Layer] | None] = {}
        self._variables = _variables(files)
        self._grouped = set(_members(files))
        self._inherited = {
            text_of(item.node)
            for entry in _entries(files, "target").values()
            for item in items(every([Layer(self._file, entry.value)], "inherits"))
        }

    def build(self, name: str, entry: Entry) -> Build | None:
        """The build of a target; None for one that is only there for others."""
        own = self._own(name)
        said = any(last(own, key) is not None for key in _BUILT)
        if (
            not said
            and name not in self._grouped
            and (name.startswith("_") or name in self._inherited or _is_empty(entry))
        ):
            return None
        unclear: dict[str, str] = {}
        layers = self._layers(name, unclear, 0)
        if last(layers, "matrix") is not None:
            unclear["command"] = "it stands for several builds, by its matrix"
        context = self._value(last(layers, "context")) or literal(".")
        dockerfile = self._value(last(layers, "dockerfile"))
        inline = last(layers, "dockerfile-inline") is not None
        place = self._checkout.place(outside_hidden(self._file.folder), context, dockerfile)
        unclear.update(place.unclear)
        target = self._value(last(layers, "target"))
        if target is not None and target.known is None:
            unclear["target"] = reason(target)
        return Build(
            caller=self._file.path,
            line=self._file.line(entry.key.start),
            form="bake",
            service=name,
            context=place.context,
            dockerfile=None if inline else place.dockerfile,
            target=None if target is None else given(target) or None,
            args=self._mapping(every(layers, "args"), "args", unclear),
            secrets=tuple(self._secrets(layers)),
            ssh=tuple(self._texts(layers, "ssh", unclear)),
            platforms=tuple(self._texts(layers, "platforms", unclear)),
            contexts={
                key: value.written or ""
                for key, value in self._mapping(
                    every(layers, "contexts"), "contexts", unclear
                ).items()
            },
            tags=tuple(self._texts(layers, "tags", unclear)),
            elsewhere="its Dockerfile stands in the bake file itself"
            if inline
            else place.elsewhere,
            unclear=unclear,
            spans=self._spans(entry),
        )

    def _own(self, name: str) -> list[Layer]:
        return [
            Layer(file, targets[name].value) for file, targets in self._targets if name in targets
        ]

    def _layers(self, name: str, unclear: dict[str, str], depth: int) -> list[Layer]:
        """What is said of a target: what it inherits first, the later over the earlier."""
        if name in self._known:
            return self._known[name] or []
        self._known[name] = None
        own = self._own(name)
        found: list[Layer] = []
        for parent in items(every(own, "inherits")[-1:]):
            value = self._value(parent)
            known = None if value is None else given(value)
            below = []
            if known is not None and depth < _MOST_PARENTS:
                below = self._layers(known, unclear, depth + 1)
            if not below or len(found) + len(below) > _MOST_LAYERS:
                unclear["command"] = f"it inherits from {known or 'a target'}, which isn't known"
                continue
            found += below
        self._known[name] = found + own
        return found + own

    def _value(self, layer: Layer | None) -> Value | None:
        if layer is None or not isinstance(layer.node, ScalarNode) or is_null(layer.node):
            return None
        if layer.node.tag == EXPRESSION:
            return unknown(layer.node.text, layer.node.text)
        return of_scalar(layer.node, lambda text: substituted(text, self._variables))

    def _mapping(
        self, layers: Iterable[Layer], attribute: str, unclear: dict[str, str]
    ) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for layer in layers:
            if not isinstance(layer.node, MappingNode):
                unclear[attribute] = "it is an expression that isn't read"
                continue
            for entry in layer.node.entries():
                value = self._value(Layer(layer.file, entry.value))
                if value is None:
                    # null takes an argument away
                    found.pop(entry.key.text, None)
                    continue
                span = Span(entry.key.start, entry.value.end)
                own = layer.file is self._file
                found[entry.key.text] = replace(value, span=span if own else None)
        return found

    def _texts(
        self, layers: Sequence[Layer], attribute: str, unclear: dict[str, str]
    ) -> Iterator[str]:
        counting = last(layers, attribute)
        for item in items([counting] if counting is not None else []):
            value = self._value(item)
            if value is None:
                continue
            if value.known is None:
                unclear[attribute] = reason(value)
            text = given(value)
            yield text if text is not None else value.written or ""

    def _secrets(self, layers: Sequence[Layer]) -> Iterator[Secret]:
        counting = last(layers, "secret")
        for item in items([counting] if counting is not None else []):
            span = Span(item.node.start, item.node.end) if item.file is self._file else None
            if isinstance(item.node, MappingNode):
                parts = {key: text_of(item.node.get(key)) for key in ("type", "id", "src", "env")}
                text = ",".join(f"{key}={value}" for key, value in parts.items() if value)
                yield secret_of(text, span)
            else:
                value = self._value(item)
                yield secret_of((given(value) if value else None) or "", span)

    def _spans(self, entry: Entry) -> dict[str, Span]:
        spans = {"build": Span(entry.key.start, entry.value.end)}
        for name, key in (
            ("context", "context"),
            ("dockerfile", "dockerfile"),
            ("target", "target"),
            ("args", "args"),
            ("secrets", "secret"),
        ):
            node = child(entry.value, key)
            if node is not None:
                spans[name] = Span(node.start, node.end)
        return spans


def _is_empty(entry: Entry) -> bool:
    return isinstance(entry.value, MappingNode) and not entry.value.own


def _members(files: Sequence[BakeFile]) -> Iterator[str]:
    """The targets that groups name."""
    for entry in _entries(files, "group").values():
        for item in items(every([Layer(files[-1].file, entry.value)], "targets")):
            name = text_of(item.node)
            if name is not None:
                yield name


def _variables(files: Sequence[BakeFile]) -> Mapping[str, str | None]:
    """The variables of bake files with their defaults, None where one isn't known."""
    found: dict[str, str | None] = {}
    for name, entry in _entries(files, "variable").items():
        default = child(entry.value, "default")
        known = None
        if isinstance(default, ScalarNode) and not default.tag and not is_null(default):
            # a default may name variables that stand before it
            known = given(substituted(default.text, found))
        found[name] = known
    return found
