"""Rewrites GitHub workflows: the inputs of build actions, and `run:` steps that call docker.

Source: github.com/docker/build-push-action README (secrets, secret-envs, secret-files, ssh).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Span
from hardener.errors import HardenError
from hardener.handover.compose import below
from hardener.handover.demand import Demand
from hardener.handover.form import Note, Rewriting
from hardener.handover.lines import column, line_end, line_start, lines_behind, newline, whole_lines
from hardener.handover.sources import NotEditableError, variable_for
from hardener.handover.yamlnodes import YamlText
from hardener.project.callers.handover import Handover
from hardener.project.callers.tree import (
    Entry,
    MappingNode,
    Node,
    ScalarNode,
    child,
    items,
    mapping,
    text_of,
)
from hardener.project.callers.yamltree import read_yaml

_VERSION = re.compile(r"\bv?(\d{1,3})(?:\.(\d{1,3})(?:\.\d{1,3})?)?(?![\w.])")
_EXPRESSION = "${{"
_TEXT = re.compile(r"'[^']+'")
_DATA = Path(__file__).parent / "data" / "inputs.toml"
_OLDEST = (4, 0)
_SSH_AGENT = re.compile(r"ssh-agent|ssh-add")


@cache
def _inputs() -> dict[str, dict[str, Any]]:
    import tomllib

    return tomllib.loads(_DATA.read_text("utf-8"))


def rewrite_actions(text: str, demands: Sequence[Demand]) -> Rewriting:
    """Rewrites the steps of a workflow or composite action that use a build action."""
    found = Rewriting()
    try:
        documents = read_yaml(text)
        top = next((node for node in documents if isinstance(node, MappingNode)), None)
        if top is None or not top.own:
            raise NotEditableError("it holds no mapping")
    except HardenError as error:
        for demand in demands:
            found.refuse(demand, error.message)
        return found
    steps = {step.start: step for step in _steps(top)}
    yaml = YamlText(text, top)
    for demand in demands:
        told = len(found.notes)
        try:
            step = steps.get(demand.build.spans["build"].start)
            if step is None:
                raise NotEditableError("its step is written in a way that isn't changed")
            rewriter = _Step(yaml, step, demand, found)
            found.edits += list(rewriter.edits())
        except NotEditableError as error:
            del found.notes[told:]
            found.refuse(demand, error.message)
    return found


def _steps(top: MappingNode) -> Iterator[MappingNode]:
    jobs = mapping(top.get("jobs"))
    parents: list[Node | None] = [top.get("runs")]
    parents += [entry.value for entry in jobs.own] if jobs is not None else []
    for parent in parents:
        yield from (step for step in items(child(parent, "steps")) if isinstance(step, MappingNode))


class _Step:
    """One step that uses an action."""

    def __init__(self, yaml: YamlText, step: MappingNode, demand: Demand, found: Rewriting) -> None:
        self._yaml = yaml
        self._text = yaml.text
        self._step = step
        self._demand = demand
        self._found = found
        entry = step.entry("with")
        if entry is None or not isinstance(entry.value, MappingNode) or not entry.value.own:
            raise NotEditableError("it has no inputs")
        self._inputs = entry.value
        if yaml.is_flow(self._inputs) or yaml.is_alias(self._inputs):
            raise NotEditableError("its inputs are written in a way that isn't changed")

    def edits(self) -> Iterator[Edit]:
        demand = self._demand
        # the lines to be added to each input
        added: dict[str, list[str]] = {}
        for one in demand.missing:
            input_, line = self._line(one)
            if line not in added.setdefault(input_, []):
                added[input_].append(line)
        for input_ in added:
            self._require(input_)
        entry = self._inputs.entry("build-args")
        spans = [demand.build.args[name].span for name in demand.passed]
        if spans:
            if entry is None or not isinstance(entry.value, ScalarNode) or None in spans:
                raise NotEditableError("its build-args are written in a way that isn't changed")
            if len(spans) == len(demand.build.args) and "args" not in demand.build.unclear:
                renamed = next(
                    (key for key in added if len(added) == 1 and not self._inputs.entry(key)), None
                )
                if renamed is not None and len(added[renamed]) == len(spans):
                    yield from self._renamed(entry, renamed, added.pop(renamed))
                else:
                    self._yaml.require_own_line(entry)
                    yield whole_lines(self._text, entry.key.start, entry.value.end)
            else:
                if entry.value.style != "literal":
                    raise NotEditableError("its build-args are written in a way that isn't changed")
                for span in spans:
                    assert span is not None
                    yield whole_lines(self._text, span.start, span.end)
        after = self._inputs.own[-1] if entry is None else entry
        for input_, lines in added.items():
            yield self._added(input_, lines, after)

    def _line(self, handover: Handover) -> tuple[str, str]:
        """The input for a secret, and the line that hands it over."""
        value = self._demand.build.args.get(handover.arg or "")
        name = handover.arg or handover.id
        if handover.kind == "ssh":
            if not _SSH_AGENT.search(self._text):
                raise NotEditableError(
                    "no step of it starts an ssh agent that holds the key "
                    "(webfactory/ssh-agent does)"
                )
            return "ssh", handover.id
        if value is None and handover.file is not None:
            return "secret-files", f"{handover.id}={self._path(handover.file)}"
        if value is None:
            secret = variable_for(handover)
            self._note(f"the repository needs a secret {secret}")
            return "secrets", f"{handover.id}=${{{{ secrets.{secret} }}}}"
        if value.written is None:
            return "secret-envs", f"{handover.id}={handover.arg}"
        if _EXPRESSION in value.written:
            if _TEXT.search(value.written):
                raise NotEditableError(f"the value of {name} may hold a secret itself")
            return "secrets", f"{handover.id}={value.written.strip()}"
        secret = variable_for(handover)
        self._note(
            f"{name} was written down here, and git keeps it: rotate it, "
            f"and make it the repository's secret {secret}"
        )
        return "secrets", f"{handover.id}=${{{{ secrets.{secret} }}}}"

    def _note(self, text: str) -> None:
        self._found.notes.append(Note(self._demand.build.line, text))

    def _path(self, path: str) -> str:
        context = text_of(self._inputs.get("context"))
        if context is None or _EXPRESSION in context or "{{" in context:
            raise NotEditableError("its build context is no folder of the checkout")
        return below(context, path)

    def _require(self, input_: str) -> None:
        """Raises NotEditableError unless the action has the input."""
        uses = text_of(self._step.get("uses")) or ""
        action, _, reference = uses.partition("@")
        since = _inputs().get(action.lower(), {}).get(input_)
        if since is None:
            raise NotEditableError(f"{action} has no input {input_}")
        version = _VERSION.match(reference) or _VERSION.search(self._comment_on("uses"))
        # what is pinned by a commit alone isn't older than the versions that most still use
        known = _OLDEST if version is None else (int(version[1]), int(version[2] or 99))
        if known < tuple(since):
            came = ".".join(map(str, since))
            raise NotEditableError(
                f"{uses} may not have the input {input_}, which came with {came}"
            )

    def _comment_on(self, key: str) -> str:
        """The comment behind an entry of the step, where pins by commit say the version."""
        entry = self._step.entry(key)
        if entry is None:
            return ""
        end = entry.value.end
        return self._text[end : line_end(self._text, end)].partition("#")[2]

    def _renamed(self, entry: Entry, input_: str, lines: Sequence[str]) -> Iterator[Edit]:
        """Makes the arguments, all of which go, the lines of another input."""
        yield Edit(entry.key.start, entry.key.end, input_)
        spans: list[Span] = []
        for name in self._demand.passed:
            span = self._demand.build.args[name].span
            assert span is not None
            spans.append(span)
        for span, line in zip(spans, lines, strict=True):
            raw = self._text[span.start : span.end]
            quote = raw[:1] if raw[:1] == raw[-1:] == '"' else ""
            yield Edit(span.start, span.end, f"{quote}{line}{quote}")

    def _added(self, input_: str, lines: Sequence[str], after: Entry) -> Edit:
        """Adds lines to an input."""
        text = self._text
        existing = self._inputs.entry(input_)
        if existing is None:
            indent = " " * self._yaml.unit
            if len(lines) == 1 and input_ == "ssh":
                return self._yaml.behind(after, [f"{input_}: {lines[0]}"])
            return self._yaml.behind(after, [f"{input_}: |", *(indent + line for line in lines)])
        node = existing.value
        if not isinstance(node, ScalarNode) or self._yaml.is_alias(node):
            raise NotEditableError(f"its {input_} are written in a way that isn't changed")
        if node.style == "literal" and node.text.strip():
            last = line_start(text, node.end - 1)
            raw = text[last : node.end]
            indent = raw[: len(raw) - len(raw.lstrip())]
            return lines_behind(text, node.end - 1, [indent + line for line in lines])
        if node.style == "plain" and node.text and "\n" not in text[node.start : node.end]:
            margin = " " * (column(text, existing.key.start) + self._yaml.unit)
            end = newline(text, node.start)
            both = "".join(f"{end}{margin}{line}" for line in (node.text, *lines))
            return Edit(node.start, node.end, f"|{both}")
        raise NotEditableError(f"its {input_} are written in a way that isn't changed")
