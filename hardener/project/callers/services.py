"""What compose files say of one service: layers that are merged, and the values in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from hardener.dockerfile.nodes import Span
from hardener.project.callers.callerfile import CallerFile
from hardener.project.callers.model import Value
from hardener.project.callers.tree import (
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    is_null,
)
from hardener.project.callers.values import given, interpolated, of_scalar, reason

RESET, OVERRIDE = "!reset", "!override"


@dataclass(frozen=True, slots=True)
class Layer:
    """A node of a compose file; what it says is merged over the layers before it."""

    file: CallerFile
    node: Node

    @property
    def span(self) -> Span:
        return Span(self.node.start, self.node.end)

    def read(self, written: str) -> Value:
        """A text of this file, with what is known of its variables."""
        return interpolated(written, self.file.variables)


@dataclass(frozen=True, slots=True)
class Service:
    """A service as one compose file and those below it describe it.

    Attributes:
        file, line: where it is named; the last of its layers is in this file.
        layers: mappings, what is merged over others behind them.
        lost: why some of it isn't known; "" if all is.
    """

    name: str
    file: CallerFile
    line: int
    layers: tuple[Layer, ...]
    lost: str = ""

    def every(self, key: str) -> list[Layer]:
        """What its layers say of a key."""
        return every(self.layers, key)

    def last(self, key: str) -> Layer | None:
        """What counts of a key whose values aren't merged."""
        return last(self.layers, key)


def every(layers: Iterable[Layer], key: str) -> list[Layer]:
    """What layers say of a key, in order; `!reset` and `!override` take away what is below.

    Source: the Compose specification, 13-merge.md.
    """
    found: list[Layer] = []
    for layer in layers:
        node = layer.node.get(key) if isinstance(layer.node, MappingNode) else None
        if node is None:
            continue
        if node.tag in (RESET, OVERRIDE):
            found.clear()
        if node.tag != RESET and not is_null(node):
            found.append(Layer(layer.file, node))
    return found


def last(layers: Iterable[Layer], key: str) -> Layer | None:
    """What the last layer says of a key that says anything."""
    return next(reversed(every(layers, key)), None)


def items(layers: Iterable[Layer]) -> Iterator[Layer]:
    """The items of lists, one after the other; a scalar is a list of one."""
    for layer in layers:
        if isinstance(layer.node, SequenceNode):
            yield from (Layer(layer.file, item) for item in layer.node.items)
        elif isinstance(layer.node, ScalarNode):
            yield layer


def value(layer: Layer | None) -> Value | None:
    """The value of a scalar, variables replaced by their defaults; None if it is none."""
    if layer is None or not isinstance(layer.node, ScalarNode) or is_null(layer.node):
        return None
    return of_scalar(layer.node, layer.read)


def text(layer: Layer | None, attribute: str, unclear: dict[str, str]) -> str | None:
    """The text of a scalar: its value, else its default, else as written; what isn't known is
    noted in `unclear`."""
    found = value(layer)
    if found is None:
        return None
    if found.known is None:
        unclear[attribute] = reason(found)
    known = given(found)
    return known if known is not None else found.written


def texts(layers: Iterable[Layer], attribute: str, unclear: dict[str, str]) -> list[str]:
    """The texts of the items of lists, each once."""
    found = (text(item, attribute, unclear) for item in items(layers))
    return list(dict.fromkeys(item for item in found if item))


def keyed(layers: Sequence[Layer], file: CallerFile) -> dict[str, Value]:
    """The values by name of mappings, or of lists of `NAME=value` and `NAME`.

    Spans are given for what stands in `file`.
    """
    found: dict[str, Value] = {}
    for layer in layers:
        for name, one in _pairs(layer):
            found[name] = one if layer.file is file else replace(one, span=None)
    return found


def _pairs(layer: Layer) -> Iterator[tuple[str, Value]]:
    node = layer.node
    if isinstance(node, MappingNode):
        for entry in node.entries():
            span = Span(entry.key.start, entry.value.end)
            if isinstance(entry.value, ScalarNode):
                yield entry.key.text, replace(of_scalar(entry.value, layer.read), span=span)
    elif isinstance(node, SequenceNode):
        for item in node.items:
            if isinstance(item, ScalarNode):
                name, equals, written = item.text.partition("=")
                one = layer.read(written) if equals else Value(None, None, None)
                yield name, replace(one, span=Span(item.start, item.end))
