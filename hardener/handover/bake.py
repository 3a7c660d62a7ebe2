"""Rewrites bake files, HCL and JSON: `args` to `secret`, and `ssh`.

Source: docs.docker.com/build/bake/reference (target.args, target.secret, target.ssh).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Span
from hardener.errors import HardenError
from hardener.handover.compose import below
from hardener.handover.demand import Demand
from hardener.handover.form import Rewriting
from hardener.handover.lines import (
    begins_line,
    ends_line,
    line_start,
    lines_behind,
    newline,
    whole_lines,
    without_items,
)
from hardener.handover.sources import NotEditableError, source_of
from hardener.project.callers.handover import Handover
from hardener.project.callers.hcltree import read_hcl
from hardener.project.callers.jsontree import read_json
from hardener.project.callers.tree import (
    Entry,
    MappingNode,
    ScalarNode,
    SequenceNode,
    text_of,
)

_COMMENTS = ("#", "//", "/*")
_MOST_PARENTS = 20
_COLON = re.compile(r"[ \t]*[=:][ \t]*")


def rewrite_bake(text: str, demands: Sequence[Demand], place: str) -> Rewriting:
    """Rewrites the targets of a bake file; its name says whether it is JSON or HCL."""
    found = Rewriting()
    json = place.lower().endswith(".json")
    try:
        body = read_json(text) if json else read_hcl(text)
        if not isinstance(body, MappingNode):
            raise NotEditableError("it holds no targets")
    except HardenError as error:
        found.refused += [(demand, error.message) for demand in demands]
        return found
    for demand in demands:
        told = len(found.notes)
        try:
            edits = list(_Target(text, body, demand, found, json=json).edits())
        except NotEditableError as error:
            del found.notes[told:]
            found.refuse(demand, error.message)
            continue
        found.edits += edits
    return found


class _Target:
    """One target, and those that it inherits from."""

    def __init__(
        self, text: str, body: MappingNode, demand: Demand, found: Rewriting, *, json: bool
    ) -> None:
        self._text = text
        self._demand = demand
        self._found = found
        self._json = json
        targets = body.get("target")
        self._targets = targets if isinstance(targets, MappingNode) else MappingNode((), 0, 0)
        own = self._target(demand.build.service or "")
        if own is None:
            raise NotEditableError("it is described in another file")
        self._own = own
        self._layers = list(self._inherited(own, 0))

    def _target(self, name: str) -> MappingNode | None:
        """The block of a target; None if there is none, or several are put together."""
        found = self._targets.get(name)
        if not isinstance(found, MappingNode) or not found.own:
            return None
        if self._text[found.start] != "{":
            raise NotEditableError("it is described in several blocks")
        return found

    def _inherited(self, block: MappingNode, depth: int) -> Iterator[MappingNode]:
        """A target's block and those of the targets that it inherits from, what counts first."""
        yield block
        parents = block.get("inherits")
        items = parents.items if isinstance(parents, SequenceNode) else ()
        for item in reversed(items):
            parent = self._target(text_of(item) or "")
            if parent is not None and depth < _MOST_PARENTS:
                yield from self._inherited(parent, depth + 1)

    def edits(self) -> Iterator[Edit]:
        demand = self._demand
        values: dict[str, list[str]] = {}
        for one in demand.missing:
            key, value = self._value(one)
            values.setdefault(key, []).append(value)
        entry, block = self._arguments()
        if entry is not None:
            assert isinstance(entry.value, MappingNode)
            parts = [Span(one.key.start, one.value.end) for one in entry.value.own]
            gone = [at for at, one in enumerate(entry.value.own) if one.key.text in demand.gone]
            if len(gone) == len(parts) and set(values) == {"secret"} and not self._has("secret"):
                yield from self._as_list(entry, values.pop("secret"))
            elif len(gone) == len(parts):
                yield from self._without_entry(block, entry)
            else:
                yield from without_items(
                    self._text, parts, gone, comments=_COMMENTS, loose=not self._json
                )
        for key, several in values.items():
            yield from self._added(block, key, several, entry)

    def _arguments(self) -> tuple[Entry | None, MappingNode]:
        """The `args` that the arguments to go stand in, and the target that has them."""
        found: tuple[Entry | None, MappingNode] = (None, self._own)
        for block in self._layers:
            entry = block.entry("args")
            node = None if entry is None else entry.value
            names = {one.key.text for one in node.own} if isinstance(node, MappingNode) else set()
            if not names.isdisjoint(self._demand.gone):
                if found[0] is not None:
                    raise NotEditableError("its args are inherited from several targets")
                found = entry, block
        return found

    def _has(self, key: str) -> bool:
        return any(block.entry(key) is not None for block in self._layers)

    def _value(self, handover: Handover) -> tuple[str, str]:
        """The attribute for a secret or key, and the item that hands it over, in quotes."""
        context = self._context()
        if handover.kind == "ssh":
            if handover.arg in self._demand.build.args:
                self._found.note_agent(self._demand, handover)
            elif handover.file is not None:
                return "ssh", f'"{handover.id}={below(context, handover.file)}"'
            return "ssh", f'"{handover.id}"'
        source = source_of(handover, self._demand.build.args.get(handover.arg or ""))
        value = self._demand.build.args.get(handover.arg or "")
        if value is not None and value.variables and value.default:
            raise NotEditableError(
                f"the variable {source.env} has a default, which git keeps: rotate it"
            )
        self._found.note_leaks(self._demand, handover.arg or handover.id, source)
        if source.file is not None:
            return "secret", f'"id={handover.id},src={below(context, source.file)}"'
        return "secret", f'"id={handover.id},env={source.env}"'

    def _context(self) -> str:
        for block in self._layers:
            node = block.get("context")
            if isinstance(node, ScalarNode):
                return node.text
        return "."

    def _as_list(self, entry: Entry, values: Sequence[str]) -> Iterator[Edit]:
        """Makes `args` the list of secrets."""
        text, node = self._text, entry.value
        quote = '"' if text[entry.key.start] == '"' else ""
        yield Edit(entry.key.start, entry.key.end, f"{quote}secret{quote}")
        if not self._json:
            between = _COLON.match(text, entry.key.end)
            if between is None:
                # a block, `args { … }`
                yield Edit(entry.key.end, node.start, " = ")
        assert isinstance(node, MappingNode)
        items = [Span(one.key.start, one.value.end) for one in node.own]
        if "\n" in text[node.start : node.end] and len(values) == len(items):
            yield Edit(node.start, node.start + 1, "[")
            for index, (item, value) in enumerate(zip(items, values, strict=True)):
                # items of an object may be parted by line ends, those of a list may not
                behind = text[item.end : items[index + 1].start if index + 1 < len(items) else 0]
                comma = (
                    "," if not self._json and index + 1 < len(items) and "," not in behind else ""
                )
                yield Edit(item.start, item.end, value + comma)
            yield Edit(node.end - 1, node.end, "]")
        else:
            yield Edit(node.start, node.end, f"[{', '.join(values)}]")

    def _without_entry(self, block: MappingNode, entry: Entry) -> Iterator[Edit]:
        parts = [Span(one.key.start, one.value.end) for one in block.own]
        if len(parts) == 1:
            raise NotEditableError("nothing else is said of it")
        text = self._text
        if not self._json:
            if not begins_line(text, entry.key.start) or not ends_line(
                text, entry.value.end, _COMMENTS
            ):
                raise NotEditableError("its args don't stand on lines of their own")
            yield whole_lines(text, entry.key.start, entry.value.end)
            return
        yield from without_items(text, parts, [list(block.own).index(entry)])

    def _added(
        self, block: MappingNode, key: str, values: Sequence[str], args: Entry | None
    ) -> Iterator[Edit]:
        """Adds items to a list of the target, which is made where there is none."""
        text = self._text
        for layer in self._layers:
            existing = layer.get(key)
            if existing is None:
                continue
            if not isinstance(existing, SequenceNode) or not existing.items:
                raise NotEditableError(f"its {key} is written in a way that isn't changed")
            last = existing.items[-1]
            if begins_line(text, last.start) and len(existing.items) > 1:
                indent = text[line_start(text, last.start) : last.start]
                joint = f",{newline(text, last.start)}{indent}"
            else:
                joint = ", "
            yield Edit(last.end, last.end, "".join(joint + value for value in values))
            return
        after = args if args is not None else block.own[-1]
        items = f"[{', '.join(values)}]"
        if self._json:
            joint = ", "
            if begins_line(text, after.key.start):
                indent = text[line_start(text, after.key.start) : after.key.start]
                joint = f",{newline(text, after.key.start)}{indent}"
            end = block.own[-1].value.end
            yield Edit(end, end, f'{joint}"{key}": {items}')
            return
        if not begins_line(text, after.key.start) or not ends_line(
            text, after.value.end, _COMMENTS
        ):
            raise NotEditableError("its attributes don't stand on lines of their own")
        indent = text[line_start(text, after.key.start) : after.key.start]
        yield lines_behind(text, after.value.end - 1, [f"{indent}{key} = {items}"])
