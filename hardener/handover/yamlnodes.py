"""Edits to the lists and mappings of a YAML text, in the style in which they are written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Span
from hardener.handover.lines import (
    begins_line,
    column,
    ends_line,
    line_start,
    lines_behind,
    newline,
    whole_lines,
    without_items,
)
from hardener.handover.sources import NotEditableError
from hardener.project.callers.tree import (
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
)

_COMMENT = ("#",)
_PLAIN = re.compile(r"[A-Za-z_./][\w./-]*")
# what the YAML 1.1 core schema takes for something else than a text (yaml.org/type/bool.html, null)
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "~"})
_OPENING = frozenset("{[,")


class YamlText:
    """The text of a YAML document and how its author writes lists in it."""

    def __init__(self, text: str, top: MappingNode) -> None:
        self.text = text
        self.top = top
        self.unit = self._unit()
        self._list_indent = self._sequences()

    def _unit(self) -> int:
        """By how many columns the file indents what stands below a key."""
        for entry in self.top.own:
            inner = entry.value
            if isinstance(inner, MappingNode) and inner.own and not self.is_flow(inner):
                found = column(self.text, inner.own[0].key.start) - column(
                    self.text, entry.key.start
                )
                if found > 0:
                    return found
        return 2

    def _sequences(self) -> int:
        """By how many columns the dashes of a list stand behind its key."""
        pending: list[Node] = [self.top]
        for node in pending:
            if isinstance(node, MappingNode):
                for entry in node.own:
                    value = entry.value
                    if isinstance(value, SequenceNode) and value.items and not self.is_flow(value):
                        dash = self._dash(value.items[0])
                        if dash is not None:
                            return column(self.text, dash) - column(self.text, entry.key.start)
                    if not self.is_alias(value):
                        pending.append(value)
        return self.unit

    def is_alias(self, node: Node) -> bool:
        """Whether an alias stands in place of the node."""
        return self.text[node.start : node.start + 1] == "*" and not (
            isinstance(node, ScalarNode) and node.style != "plain"
        )

    def is_flow(self, node: MappingNode | SequenceNode) -> bool:
        """Whether a collection with something in it is written in brackets."""
        first = node.own[0].key if isinstance(node, MappingNode) else node.items[0]
        at = first.start - 1
        while at >= 0 and self.text[at].isspace():
            at -= 1
        return self.text[at : at + 1] in _OPENING

    def _dash(self, item: Node) -> int | None:
        """The offset of the dash before an item of a list."""
        start = line_start(self.text, item.start)
        at = self.text.rfind("-", start, item.start)
        return at if at >= 0 and not self.text[start:at].strip() else None

    def require_own_line(self, entry: Entry) -> None:
        """Raises NotEditableError unless an entry has its lines for itself."""
        text = self.text
        if not begins_line(text, entry.key.start) or not ends_line(text, entry.value.end, _COMMENT):
            raise NotEditableError(f"{entry.key.text} doesn't stand on lines of its own")

    def behind(self, entry: Entry, lines: Sequence[str]) -> Edit:
        """Lines behind an entry of a block mapping, indented like its key."""
        before = self.text[line_start(self.text, entry.key.start) : entry.key.start]
        if before.strip(" -") or not ends_line(self.text, entry.value.end, _COMMENT):
            raise NotEditableError(f"{entry.key.text} doesn't stand on lines of its own")
        indent = " " * len(before)
        at = max(entry.key.start, entry.value.end - 1)
        return lines_behind(self.text, at, [indent + line for line in lines])

    def listed(self, key: str, values: Sequence[str]) -> list[str]:
        """The lines of a list below a key."""
        return [f"{key}:", *(f"{' ' * self._list_indent}- {value}" for value in values)]

    def added(
        self, mapping: MappingNode, key: str, values: Sequence[str], after: Entry
    ) -> Iterator[Edit]:
        """Adds values to the list below a key of a mapping, and the key behind `after` if it isn't
        there."""
        existing = mapping.entry(key)
        if existing is None:
            if self.is_flow(mapping):
                end = mapping.own[-1].value.end
                yield Edit(end, end, f", {key}: [{', '.join(values)}]")
            else:
                yield self.behind(after, self.listed(key, values))
            return
        node = existing.value
        if not isinstance(node, SequenceNode) or not node.items or self.is_alias(node):
            raise NotEditableError(f"its {key} are written in a way that isn't changed")
        end = node.items[-1].end
        if self.is_flow(node):
            yield Edit(end, end, "".join(f", {value}" for value in values))
            return
        dash = self._dash(node.items[-1])
        if dash is None or not ends_line(self.text, end, _COMMENT):
            raise NotEditableError(f"its {key} are written in a way that isn't changed")
        prefix = self.text[line_start(self.text, dash) : node.items[-1].start]
        yield lines_behind(self.text, end - 1, [prefix + value for value in values])

    def without(self, entry: Entry, parts: Sequence[Span], gone: Sequence[int]) -> Iterator[Edit]:
        """Takes parts of the collection below a key out, with the key if none are left."""
        node = entry.value
        assert isinstance(node, MappingNode | SequenceNode)
        if len(gone) == len(parts):
            if self.is_alias(node):
                raise NotEditableError(
                    f"its {entry.key.text} stand elsewhere, by the alias of an anchor"
                )
            self.require_own_line(entry)
            if self.is_flow(node):
                yield whole_lines(self.text, entry.key.start, entry.value.end)
                return
            yield whole_lines(self.text, entry.key.start, entry.key.end)
        elif self.is_flow(node):
            yield from without_items(self.text, parts, gone, comments=_COMMENT)
            return
        for index in gone:
            part = parts[index]
            start = part.start
            if isinstance(node, SequenceNode):
                dash = self._dash(node.items[index])
                start = -1 if dash is None else dash
            if (
                start < 0
                or not begins_line(self.text, start)
                or not ends_line(self.text, part.end, _COMMENT)
            ):
                raise NotEditableError(f"its {entry.key.text} don't stand on lines of their own")
            yield whole_lines(self.text, start, part.end)

    def as_list(
        self,
        entry: Entry,
        key: str,
        parts: Sequence[Span],
        values: Sequence[str],
        more: Sequence[str],
    ) -> Iterator[Edit]:
        """Makes the collection below a key a list under another key, item for item, with `more`
        behind; a value of "" takes the part out."""
        node = entry.value
        assert isinstance(node, MappingNode | SequenceNode)
        if self.is_alias(node):
            raise NotEditableError(
                f"its {entry.key.text} stand elsewhere, by the alias of an anchor"
            )
        yield Edit(entry.key.start, entry.key.end, key)
        if self.is_flow(node):
            yield Edit(node.start, node.end, f"[{', '.join(filter(None, (*values, *more)))}]")
            return
        dash = "- " if isinstance(node, MappingNode) else ""
        for part, value in zip(parts, values, strict=True):
            if not value:
                yield whole_lines(self.text, part.start, part.end)
                continue
            quote = self.text[part.start : part.start + 1]
            quote = quote if quote in "'\"" and not dash else ""
            yield Edit(part.start, part.end, f"{dash}{quote}{value}{quote}")
        if more:
            last = parts[-1]
            prefix = self.text[line_start(self.text, last.start) : last.start] + dash
            yield lines_behind(self.text, last.end - 1, [prefix + value for value in more])

    def with_sections(self, name: str, lines: Sequence[tuple[str, str]]) -> Iterator[Edit]:
        """Adds entries, each given with the one line below it, to a top-level section, which is
        made at the end where it isn't there."""
        text, unit = self.text, " " * self.unit
        section = self.top.entry(name)
        if section is None:
            yield self._new_section(name, lines)
            return
        node = section.value
        if not isinstance(node, MappingNode) or not node.own or self.is_alias(node):
            raise NotEditableError(f"its {name} are written in a way that isn't changed")
        last = node.own[-1]
        if self.is_flow(node):
            end = last.value.end
            yield Edit(end, end, "".join(f", {key}: {{{line}}}" for key, line in lines))
            return
        below = last.value
        if isinstance(below, MappingNode) and below.own and not self.is_flow(below):
            unit = " " * max(1, column(text, below.own[0].key.start) - column(text, last.key.start))
        added = [part for key, line in lines for part in (f"{key}:", unit + line)]
        yield self.behind(last, added)

    def _new_section(self, name: str, lines: Sequence[tuple[str, str]]) -> Edit:
        text, unit = self.text, " " * self.unit
        if column(text, self.top.own[0].key.start) and text[:1] != "\ufeff":
            raise NotEditableError("its top level is indented")
        if self.is_flow(self.top):
            raise NotEditableError("it is written in brackets")
        last = len(text.rstrip()) - 1
        added = [f"{name}:"]
        for key, line in lines:
            added += (f"{unit}{key}:", unit * 2 + line)
        return lines_behind(text, last, [*self._gap(), *added])

    def _gap(self) -> list[str]:
        """A blank line if the file has them between its sections."""
        others = self.top.own[1:]
        if not others:
            return [""]
        return [""] if any(self._follows_blank(entry) for entry in others) else []

    def _follows_blank(self, entry: Entry) -> bool:
        start = line_start(self.text, entry.key.start)
        while start:
            before = line_start(self.text, start - 1)
            line = self.text[before:start].strip()
            if not line.startswith("#"):
                return not line
            start = before
        return False

    def as_mapping(
        self, entry: Entry, key: str, indent: int, lines: Sequence[str]
    ) -> Iterator[Edit]:
        """Makes the scalar below a key the value of `key` in a mapping, with more lines behind."""
        text, node = self.text, entry.value
        if text[node.start : node.start + 1] in ("*", "&", "!"):
            raise NotEditableError(f"its {entry.key.text} has an anchor, an alias or a tag")
        if "\n" in text[entry.key.start : node.end] or not ends_line(text, node.end, _COMMENT):
            raise NotEditableError(f"its {entry.key.text} is written in a way that isn't changed")
        colon = text.index(":", entry.key.end)
        margin = " " * (column(text, entry.key.start) + indent)
        yield Edit(colon + 1, node.start, f"{newline(text, node.start)}{margin}{key}: ")
        yield lines_behind(text, node.start, [margin + line for line in lines])


def scalar(value: str) -> str:
    """A text as a YAML scalar, in quotes where it would be something else without them."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
