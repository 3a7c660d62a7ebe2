"""Rewrites compose files: `build.args` to `build.secrets`, `ssh` and `environment`.

Source: the Compose specification, build.md (secrets, ssh) and 09-secrets.md (environment, file).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Span
from hardener.errors import HardenError
from hardener.handover.demand import Demand, RunDemand
from hardener.handover.form import Note, Rewriting
from hardener.handover.sources import NotEditableError, Source, source_of
from hardener.handover.yamlnodes import YamlText, scalar
from hardener.project.callers.handover import Handover
from hardener.project.callers.tree import (
    Entry,
    MappingNode,
    ScalarNode,
    SequenceNode,
    child,
    mapping,
    text_of,
)
from hardener.project.callers.yamltree import read_yaml

_ELSEWHERE = "what it is built from is described elsewhere"


def rewrite_compose(
    text: str, demands: Sequence[Demand], runs: Sequence[RunDemand], base: frozenset[str]
) -> Rewriting:
    """Rewrites the services of a compose file.

    Parameters:
        base: the services that the file below this one describes with a build of their own; what
            such a service doesn't pass itself is handed over there.
    """
    found = Rewriting()
    try:
        documents = read_yaml(text)
        top = mapping(documents[0]) if len(documents) == 1 else None
        if top is None or not top.own:
            raise NotEditableError("it holds more than one document, or none")
    except HardenError as error:
        found.refused += [(one, error.message) for one in demands]
        found.refused += [(one, error.message) for one in runs]
        return found
    rewriter = _Rewriter(YamlText(text, top), base, found)
    for demand in demands:
        rewriter.build(demand)
    for run in runs:
        rewriter.run(run)
    rewriter.finish()
    return found


class _Rewriter:
    def __init__(self, yaml: YamlText, base: frozenset[str], found: Rewriting) -> None:
        self._yaml = yaml
        self._base = base
        self._found = found
        # the top-level secrets to be made: the line below each name, and who wants it
        self._secrets: dict[str, str] = {}
        self._wanting: list[Demand] = []

    def build(self, demand: Demand) -> None:
        told = len(self._found.notes)
        try:
            secrets: dict[str, str] = {}
            edits = list(self._build(demand, secrets))
            for name, line in secrets.items():
                if self._secrets.get(name, line) != line:
                    raise NotEditableError(f"the secret {name} comes from two places")
        except NotEditableError as error:
            del self._found.notes[told:]
            self._found.refuse(demand, error.message)
            return
        self._secrets |= secrets
        if secrets:
            self._wanting.append(demand)
        self._found.edits += edits

    def finish(self) -> None:
        """Adds the top-level secrets that are wanted."""
        if not self._secrets:
            return
        try:
            self._found.edits += self._yaml.with_sections("secrets", list(self._secrets.items()))
        except NotEditableError as error:
            self._found.edits.clear()
            for demand in self._wanting:
                self._found.refuse(demand, error.message)

    def _service(self, name: str | None) -> MappingNode:
        found = child(self._yaml.top, "services", name or "")
        if not isinstance(found, MappingNode):
            raise NotEditableError(_ELSEWHERE)
        return found

    def _build(self, demand: Demand, secrets: dict[str, str]) -> Iterator[Edit]:
        service = self._service(demand.build.service)
        entry = service.entry("build")
        if entry is None:
            secrets |= self._of_extended(service, demand)
            return
        node = entry.value
        args = node.entry("args") if isinstance(node, MappingNode) else None
        own = self._arguments(args)
        merged = demand.build.service in self._base
        wanted = [one for one in demand.missing if one.arg in own or not merged]
        context = self._context(node)
        sources = {one.id: self._source(one, demand) for one in wanted}
        for one in wanted:
            if one.kind == "secret" and not self._is_there(one, sources[one.id], context):
                secrets[one.id] = _line(sources[one.id], context)
        names = [one.id for one in wanted if one.kind == "secret"]
        keys = [scalar(_ssh(one, context)) for one in wanted if one.kind == "ssh"]
        if isinstance(node, ScalarNode):
            yield from self._short_form(entry, service, names, keys)
            return
        if not isinstance(node, MappingNode) or not node.own:
            raise NotEditableError("its build is written in a way that isn't changed")
        yield from self._long_form(node, args, own, demand, wanted, names, keys)

    def _of_extended(self, service: MappingNode, demand: Demand) -> dict[str, str]:
        """The top-level secrets that a service wants which only extends another: top-level sections
        aren't taken over from the file of that one."""
        found: dict[str, str] = {}
        for one in demand.missing if service.get("extends") is not None else ():
            source = self._source(one, demand)
            if one.kind != "secret" or source.file is not None:
                raise NotEditableError(_ELSEWHERE)
            if not self._is_there(one, source, ""):
                found[one.id] = _line(source, "")
        if not found:
            raise NotEditableError(_ELSEWHERE)
        return found

    def _arguments(self, args: Entry | None) -> dict[str, Span]:
        """The arguments that stand below a key, with their spans."""
        node = None if args is None else args.value
        if isinstance(node, MappingNode):
            return {
                entry.key.text: Span(entry.key.start, entry.value.end) for entry in node.entries()
            }
        if isinstance(node, SequenceNode):
            return {
                item.text.partition("=")[0]: Span(item.start, item.end)
                for item in node.items
                if isinstance(item, ScalarNode)
            }
        return {}

    def _context(self, node: object) -> str:
        if isinstance(node, ScalarNode):
            return node.text
        written = text_of(node.get("context")) if isinstance(node, MappingNode) else None
        return written or "."

    def _source(self, handover: Handover, demand: Demand) -> Source:
        value = demand.build.args.get(handover.arg or "")
        source = source_of(handover, value)
        if handover.kind == "ssh":
            if value is not None:
                self._found.note_agent(demand, handover)
            return source
        self._found.note_leaks(demand, handover.arg or handover.id, source)
        if source.required:
            self._found.notes.append(
                Note(
                    demand.build.line,
                    f"Docker Compose takes {source.env} for empty where it isn't set, and no "
                    "longer stops",
                )
            )
        if value is not None and value.written and not source.leaked and value.default:
            self._found.notes.append(
                Note(
                    demand.build.line,
                    f"{source.env} stands in .env, from which not every Docker Compose takes "
                    "secrets of a build: export it before building",
                )
            )
        return source

    def _is_there(self, handover: Handover, source: Source, context: str) -> bool:
        """Whether the top level has the secret already, from the same source."""
        section = self._yaml.top.get("secrets")
        node = mapping(section)
        found = None if node is None else node.get(handover.id)
        if found is None:
            return False
        key, _, value = _line(source, context).partition(": ")
        if text_of(child(found, key)) != value.strip('"'):
            raise NotEditableError(f"the file has another secret named {handover.id}")
        return True

    def _short_form(
        self, entry: Entry, service: MappingNode, names: list[str], keys: list[str]
    ) -> Iterator[Edit]:
        """`build: .` with what it has to hand over."""
        if not names and not keys:
            return
        yaml, node = self._yaml, entry.value
        if yaml.is_flow(service):
            raw = yaml.text[node.start : node.end]
            lists = [("secrets", names), ("ssh", keys)]
            more = "".join(f", {key}: [{', '.join(values)}]" for key, values in lists if values)
            yield Edit(node.start, node.end, f"{{context: {raw}{more}}}")
            return
        lines = yaml.listed("secrets", names) if names else []
        lines += yaml.listed("ssh", keys) if keys else []
        yield from yaml.as_mapping(entry, "context", yaml.unit, lines)

    def _long_form(
        self,
        node: MappingNode,
        args: Entry | None,
        own: dict[str, Span],
        demand: Demand,
        wanted: Sequence[Handover],
        names: list[str],
        keys: list[str],
    ) -> Iterator[Edit]:
        yaml = self._yaml
        gone = [index for index, name in enumerate(own) if name in demand.gone]
        rest = names
        if args is not None and gone:
            by_arg = {one.arg: one.id for one in reversed(wanted) if one.kind == "secret"}
            parts = list(own.values())
            ids = [by_arg.get(name, "") for name in own]
            if len(gone) == len(parts) and any(ids) and node.entry("secrets") is None:
                once = [name if name not in ids[:at] else "" for at, name in enumerate(ids)]
                more = [name for name in names if name not in once]
                yield from yaml.as_list(args, "secrets", parts, once, more)
                rest = []
            else:
                yield from yaml.without(args, parts, gone)
        after = node.own[-1] if args is None or args not in node.own else args
        if rest:
            yield from yaml.added(node, "secrets", rest, after)
        if keys:
            yield from yaml.added(node, "ssh", keys, after)

    def run(self, demand: RunDemand) -> None:
        """Lets the container be given the variables that its image no longer holds."""
        missing = demand.missing
        if not missing:
            return
        try:
            if demand.run.env_files:
                raise NotEditableError("its env_file may set it")
            service = self._service(demand.run.service)
            self._found.edits += self._environment(service, missing)
        except NotEditableError as error:
            self._found.refuse(demand, error.message)

    def _environment(self, service: MappingNode, names: Sequence[str]) -> Iterator[Edit]:
        yaml = self._yaml
        values = {name: f"${{{name}:?set {name}}}" for name in names}
        entry = service.entry("environment")
        if entry is None:
            lines = ["environment:"]
            lines += [" " * yaml.unit + f"{name}: {value}" for name, value in values.items()]
            if yaml.is_flow(service):
                raise NotEditableError("it is written in brackets")
            yield yaml.behind(service.own[-1], lines)
            return
        node = entry.value
        if isinstance(node, SequenceNode):
            pairs = [f"{name}={value}" for name, value in values.items()]
            if node.items and yaml.is_flow(node):
                # in brackets a brace would mean something
                pairs = [f'"{pair}"' for pair in pairs]
            yield from yaml.added(service, "environment", pairs, entry)
        elif isinstance(node, MappingNode) and node.own and not yaml.is_flow(node):
            lines = [f"{name}: {value}" for name, value in values.items()]
            yield yaml.behind(node.own[-1], lines)
        else:
            raise NotEditableError("its environment is written in a way that isn't changed")


def _line(source: Source, context: str) -> str:
    """What a top-level secret says of where it comes from."""
    if source.file is None:
        return f"environment: {scalar(source.env or '')}"
    return f"file: {scalar(below(context, source.file))}"


def below(context: str, path: str) -> str:
    """A path of the build context, as it is written beside the context's own path."""
    joined = posixpath.normpath(posixpath.join(context, path))
    return joined if joined.startswith(("/", "../", "$", "~")) else f"./{joined}"


def _ssh(handover: Handover, context: str) -> str:
    if handover.file is None:
        return handover.id
    return f"{handover.id}={below(context, handover.file)}"
