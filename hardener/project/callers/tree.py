"""The tree that YAML, JSON and HCL are read into: scalars, sequences, mappings, with offsets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

Style: TypeAlias = Literal["plain", "single", "double", "literal", "folded", "json", "hcl"]

MERGE_KEY = "<<"


# equality is identity: an alias makes one node stand in many places, and comparing or showing
# them by value would take time exponential in the depth
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ScalarNode:
    """A value without parts.

    Attributes:
        text: without quotes, escapes and indentation.
        start, end: offsets in the file, quotes or block header included.
        tag: an explicit YAML tag (`!reset`), "" for none.
    """

    text: str
    start: int
    end: int
    style: Style
    tag: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SequenceNode:
    """A list."""

    items: tuple[Node, ...]
    start: int
    end: int
    tag: str = ""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Entry:
    """A key and its value in a mapping."""

    key: ScalarNode
    value: Node


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MappingNode:
    """A mapping; `own` are the entries that stand in it, merged ones are found by `get`."""

    own: tuple[Entry, ...]
    start: int
    end: int
    tag: str = ""

    def get(self, key: str) -> Node | None:
        """The value of a key, merge keys followed; the last one where it is given twice."""
        found = self.entry(key)
        return None if found is None else found.value

    def entry(self, key: str) -> Entry | None:
        """The entry of a key, merge keys followed."""
        for mapping in self._merged():
            for entry in reversed(mapping.own):
                if entry.key.text == key:
                    return entry
        return None

    def entries(self) -> Iterator[Entry]:
        """All entries, merged ones after its own, each key once.

        Source: yaml.org/type/merge.html: what stands in the mapping itself goes before what is
        merged in, and of several merged ones the first counts.
        """
        seen: set[str] = set()
        for mapping in self._merged():
            last = {entry.key.text: entry for entry in mapping.own}
            for key, entry in last.items():
                if key != MERGE_KEY and key not in seen:
                    seen.add(key)
                    yield entry

    def _merged(self) -> Iterator[MappingNode]:
        """The mapping itself and what it merges, first that which goes before."""
        pending: list[Node] = [self]
        seen: set[int] = set()
        while pending:
            node = pending.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, MappingNode):
                yield node
                merges = [entry.value for entry in node.own if entry.key.text == MERGE_KEY]
                pending += reversed(merges)
            elif isinstance(node, SequenceNode):
                pending += reversed(node.items)


Node: TypeAlias = ScalarNode | SequenceNode | MappingNode


def mapping(node: Node | None) -> MappingNode | None:
    """The node if it is a mapping."""
    return node if isinstance(node, MappingNode) else None


def scalar(node: Node | None) -> ScalarNode | None:
    """The node if it is a scalar."""
    return node if isinstance(node, ScalarNode) else None


def items(node: Node | None) -> tuple[Node, ...]:
    """The items of a sequence, none of anything else."""
    return node.items if isinstance(node, SequenceNode) else ()


def child(node: Node | None, *path: str) -> Node | None:
    """What stands at the end of a path of keys, None where something on it is missing."""
    for key in path:
        node = node.get(key) if isinstance(node, MappingNode) else None
    return node


def text_of(node: Node | None) -> str | None:
    """The text of a scalar that isn't null."""
    return node.text if isinstance(node, ScalarNode) and not is_null(node) else None


def is_null(node: Node) -> bool:
    """Whether a node is a plain `null`, `~` or nothing at all.

    Source: the YAML 1.2 core schema.
    """
    return (
        isinstance(node, ScalarNode)
        and node.style == "plain"
        and not node.tag
        and node.text in ("", "~", "null", "Null", "NULL")
    )
