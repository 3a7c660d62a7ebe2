"""Reads YAML into a tree, from the events of libyaml, which go-yaml was made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from hardener.errors import HardenError
from hardener.project.callers.tree import (
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    Style,
)

# libyaml takes time quadratic in the depth of nested brackets
MAX_DEPTH = 200

_STYLES: dict[str | None, Style] = {
    None: "plain",
    "": "plain",
    "'": "single",
    '"': "double",
    "|": "literal",
    ">": "folded",
}
_BOM = "\ufeff"


@dataclass(slots=True)
class _Open:
    """A sequence or mapping whose end hasn't come yet."""

    event: Any
    nodes: list[Node] = field(default_factory=list)


def read_yaml(text: str) -> tuple[Node, ...]:
    """The documents of a YAML stream, in order; an empty one is an empty scalar.

    Offsets are of characters in `text`. An alias gives the node that it names, with the place of
    the alias; what is in that node has its own place. Merge keys are left in place (see
    MappingNode). A key that isn't a scalar is left out with its value.

    Raises:
        HardenError: with the line: no YAML, an alias of nothing or of what it stands in, nested
            deeper than MAX_DEPTH.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise HardenError("it isn't UTF-8", line=line) from error
    origin = len(_BOM) if text.startswith(_BOM) else 0
    return tuple(_Composer(text, origin).documents())


class _Composer:
    """Builds nodes from events without recursion, so that no depth ends the process."""

    def __init__(self, text: str, origin: int) -> None:
        self._text = text
        self._origin = origin
        self._open: list[_Open] = []
        self._anchors: dict[str, Node | None] = {}

    def documents(self) -> Iterator[Node]:
        # imported late: few runs meet a YAML caller
        import yaml

        # without libyaml PyYAML's own parser gives the same events, more slowly
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(self._text[self._origin :])
        try:
            while loader.check_event():
                event = loader.get_event()
                node = self._take(event, type(event).__name__)
                if node is not None:
                    yield node
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = None if mark is None else mark.line + 1
            raise HardenError(error.problem or "it is no YAML", line=line) from error
        except yaml.YAMLError as error:
            # a character that YAML doesn't allow; PyYAML's own message may quote it
            raise HardenError("it holds a character that YAML doesn't allow") from error
        finally:
            loader.dispose()

    def _take(self, event: Any, kind: str) -> Node | None:
        """Takes one event; returns the document that it completes."""
        if kind == "DocumentStartEvent":
            self._anchors = {}
        elif kind in ("SequenceStartEvent", "MappingStartEvent"):
            if len(self._open) == MAX_DEPTH:
                raise self._wrong(event, f"nested deeper than {MAX_DEPTH} levels")
            self._open.append(_Open(event))
            if event.anchor:
                self._anchors[event.anchor] = None
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            opened = self._open.pop()
            return self._place(self._closed(opened, event), opened.event.anchor)
        elif kind == "ScalarEvent":
            return self._place(self._scalar(event), event.anchor)
        elif kind == "AliasEvent":
            node = self._anchors.get(event.anchor)
            if node is None:
                raise self._wrong(event, f"the alias *{event.anchor} names nothing before it")
            start, end = self._span(event)
            return self._place(replace(node, start=start, end=end), None)
        return None

    def _span(self, event: Any) -> tuple[int, int]:
        return self._origin + event.start_mark.index, self._origin + event.end_mark.index

    def _scalar(self, event: Any) -> ScalarNode:
        start, end = self._span(event)
        style = _STYLES[event.style]
        if style in ("literal", "folded"):
            # libyaml ends a block where the next one begins
            end = start + len(self._text[start:end].rstrip())
        return ScalarNode(event.value, start, end, style, _tag(event))

    def _closed(self, opened: _Open, event: Any) -> Node:
        start, _ = self._span(opened.event)
        _, end = self._span(event)
        if not opened.event.flow_style and opened.nodes:
            end = opened.nodes[-1].end
        if type(event).__name__ == "SequenceEndEvent":
            return SequenceNode(tuple(opened.nodes), start, end, _tag(opened.event))
        pairs = zip(opened.nodes[::2], opened.nodes[1::2], strict=True)
        entries = tuple(Entry(key, value) for key, value in pairs if isinstance(key, ScalarNode))
        return MappingNode(entries, start, end, _tag(opened.event))

    def _place(self, node: Node, anchor: str | None) -> Node | None:
        if anchor:
            self._anchors[anchor] = node
        if not self._open:
            return node
        self._open[-1].nodes.append(node)
        return None

    def _wrong(self, event: Any, problem: str) -> HardenError:
        return HardenError(problem, line=event.start_mark.line + 1)


def _tag(event: Any) -> str:
    return str(event.tag or "")
