"""Reads GitHub workflows and composite actions: build actions, and what their `run:` steps call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from hardener.dockerfile.nodes import Span
from hardener.errors import HardenError
from hardener.project.callers.builds import split_list
from hardener.project.callers.callerfile import Allowance, CallerFile, Found
from hardener.project.callers.checkout import CONTAINERFILE, DOCKERFILE, Checkout, Place
from hardener.project.callers.commands import may_call, read_commands
from hardener.project.callers.folders import Folders, from_root
from hardener.project.callers.model import Build, Secret, Value
from hardener.project.callers.snippets import of_scalar
from hardener.project.callers.tree import (
    MappingNode,
    Node,
    ScalarNode,
    child,
    items,
    mapping,
    text_of,
)
from hardener.project.callers.values import literal, reason, templated
from hardener.project.callers.words import Where
from hardener.project.callers.yamltree import read_yaml

_DATA = Path(__file__).parent / "data" / "actions.toml"
_EXPRESSION = ("${{", "}}")
# what docs.github.com/actions/reference/workflow-syntax (steps[*].shell) runs as a POSIX shell
_SHELLS = ("bash", "sh", "/bin/bash", "/bin/sh", "/usr/bin/bash")
_GIT_CONTEXT = "{{defaultContext}}"


@cache
def _actions() -> dict[str, dict[str, Any]]:
    import tomllib

    listed = tomllib.loads(_DATA.read_text("utf-8"))["action"]
    return {name: entry for entry in listed for name in entry["names"]}


def read_workflow(file: CallerFile, checkout: Checkout) -> Iterator[Found]:
    """The builds and runs of a workflow's jobs, or of an action's steps; never raises."""
    try:
        documents = read_yaml(file.text)
    except HardenError as error:
        yield file.unreadable(error, "YAML")
        return
    top = next((node for node in documents if isinstance(node, MappingNode)), None)
    if top is None:
        return
    reader = _Reader(file, checkout)
    shared = child(top, "defaults", "run")
    jobs = mapping(top.get("jobs"))
    for entry in jobs.entries() if jobs is not None else ():
        if isinstance(entry.value, MappingNode):
            own = child(entry.value, "defaults", "run")
            yield from reader.steps(entry.value, entry.key.text, (own, shared))
    runs = mapping(top.get("runs"))
    if runs is not None:
        yield from reader.docker_action(runs)
        yield from reader.steps(runs, text_of(top.get("name")), ())


class _Reader:
    def __init__(self, file: CallerFile, checkout: Checkout) -> None:
        self._file = file
        self._checkout = checkout
        # a job runs in its checkout: in what .github is in, and that is the repository's root
        hidden = f"/{file.folder}".find("/.")
        self._root = file.folder[:hidden].rstrip("/") if hidden > 0 else ""
        self._allowance = Allowance()

    def steps(
        self, job: MappingNode, name: str | None, defaults: tuple[Node | None, ...]
    ) -> Iterator[Found]:
        for step in items(job.get("steps")):
            if not isinstance(step, MappingNode):
                continue
            uses = text_of(step.get("uses"))
            script = step.get("run")
            if uses is not None:
                action = _actions().get(uses.partition("@")[0].lower())
                inputs = mapping(step.get("with")) or MappingNode((), step.start, step.start)
                if action is not None:
                    reader = _ActionStep(self._file, self._checkout, action, inputs)
                    if reader.builds:
                        yield reader.build(step, name, self._root)
            elif isinstance(script, ScalarNode):
                self._allowance.take(len(script.text))
                windows = "windows" in (text_of(job.get("runs-on")) or "").lower()
                yield from self._commands(step, script, name, defaults, windows=windows)

    def _commands(
        self,
        step: MappingNode,
        script: ScalarNode,
        name: str | None,
        defaults: tuple[Node | None, ...],
        *,
        windows: bool,
    ) -> Iterator[Found]:
        if not may_call(script.text):
            return
        shell = _first("shell", (step, *defaults))
        language = "" if shell is None or shell.split(" ")[0] in _SHELLS else shell
        if shell is None and windows:
            language = "PowerShell"
        where = Where(
            self._file,
            self._checkout,
            self._folders(_first("working-directory", (step, *defaults))),
            self._file.line(script.start),
            service=name,
            language=language,
            form="command",
        )
        snippet = of_scalar(self._file, script).with_holes(*_EXPRESSION)
        yield from read_commands(snippet, where)

    def _folders(self, written: str | None) -> Folders:
        if written is None:
            return (self._root,)
        path = from_root(templated(written, *_EXPRESSION), self._checkout).known
        folder = None if path is None else self._checkout.join(self._root, path)
        return None if folder is None else (folder,)

    def docker_action(self, runs: MappingNode) -> Iterator[Build]:
        """An action that is a container: its `image` is a Dockerfile, or an image.

        Source: docs.github.com/actions/reference/metadata-syntax (runs.image).
        """
        image = runs.get("image")
        written = text_of(image)
        if text_of(runs.get("using")) != "docker" or image is None or written is None:
            return
        if written.startswith("docker://"):
            return
        folder = written.rpartition("/")[0] or "."
        place = self._checkout.place(
            [self._file.folder], literal(folder), literal(written), base="folder"
        )
        span = Span(image.start, image.end)
        yield Build(
            self._file.path,
            self._file.line(image.start),
            "action",
            context=place.context,
            dockerfile=place.dockerfile,
            elsewhere=place.elsewhere,
            unclear=place.unclear,
            spans={"build": span, "dockerfile": span},
        )


@dataclass(frozen=True, slots=True)
class _ActionStep:
    """A step that uses an action of actions.toml."""

    file: CallerFile
    checkout: Checkout
    action: Mapping[str, Any]
    inputs: MappingNode

    @property
    def builds(self) -> bool:
        """Whether the step builds a Dockerfile."""
        return not self.action.get("needs-file") or self._node("file") is not None

    def build(self, step: MappingNode, job: str | None, root: str) -> Build:
        unclear: dict[str, str] = {}
        place = self._place(root)
        unclear.update(place.unclear)
        target = self._value("target")
        if target is not None and target.known is None:
            unclear["target"] = reason(target)
        platforms = self._list("platforms", unclear)
        tags = self._list("tags", {})
        contexts = (item.partition("=")[::2] for item in self._list("contexts", unclear))
        return Build(
            caller=self.file.path,
            line=self.file.line(step.start),
            form="workflow",
            service=job,
            context=place.context,
            dockerfile=place.dockerfile,
            target=None if target is None else target.known or None,
            args=self._args(unclear),
            secrets=tuple(self._secrets()),
            ssh=tuple(self._list("ssh", unclear)),
            platforms=tuple(platforms),
            contexts=dict(contexts),
            tags=tuple(tags),
            elsewhere=place.elsewhere,
            unclear=unclear,
            spans=dict(self._spans(step)),
        )

    def _node(self, field: str) -> ScalarNode | None:
        names = self.action.get(field, ())
        for name in (names,) if isinstance(names, str) else names:
            node = self.inputs.get(name)
            if isinstance(node, ScalarNode) and node.text.strip():
                return node
        return None

    def _value(self, field: str) -> Value | None:
        node = self._node(field)
        return None if node is None else templated(node.text.strip(), *_EXPRESSION)

    def _place(self, root: str) -> Place:
        context, file = self._value("context"), self._value("file")
        folders = [root]
        known = "" if context is None else context.known
        if context is None:
            context = literal(".")
        elif known is not None and known.startswith(_GIT_CONTEXT):
            # `{{defaultContext}}:folder` is that folder of the commit, and the file is in it
            below = self.checkout.join(root, known.removeprefix(_GIT_CONTEXT).lstrip(":") or ".")
            folders = [root if below is None else below]
            context = literal(".")
        else:
            context = from_root(context, self.checkout)
        podman = not self.action["git-context"]
        if file is not None:
            file = from_root(file, self.checkout)
        return self.checkout.place(
            folders,
            context,
            file,
            base="either" if podman else "folder",
            names=CONTAINERFILE if podman else DOCKERFILE,
        )

    def _lines(self, field: str) -> Iterator[tuple[str, Span | None]]:
        """The lines of an input, each with its span."""
        node = self._node(field)
        if node is None:
            return
        snippet = of_scalar(self.file, node)
        start = 0
        separator = "," if self.action.get("commas") and "\n" not in snippet.code else "\n"
        for line in snippet.code.split(separator):
            text = line.strip()
            if text:
                at = start + line.index(text)
                yield _without_quotes(text), snippet.span(at, at + len(text))
            start += len(line) + 1

    def _args(self, unclear: dict[str, str]) -> dict[str, Value]:
        args: dict[str, Value] = {}
        for line, span in self._lines("args"):
            name, equals, written = line.partition("=")
            if "${{" in name:
                unclear["args"] = reason(templated(name if not equals else line, *_EXPRESSION))
                continue
            value = templated(written, *_EXPRESSION) if equals else Value(None, None, None)
            args[name.strip()] = replace(value, span=span)
        return args

    def _secrets(self) -> Iterator[Secret]:
        for field in ("secrets", "secret-files", "secret-envs"):
            for line, span in self._lines(field):
                name, equals, source = line.partition("=")
                if equals and "${{" not in name:
                    env = source if field == "secret-envs" else None
                    file = source if field == "secret-files" else None
                    yield Secret(name.strip(), env, file, span)

    def _list(self, field: str, unclear: dict[str, str]) -> list[str]:
        value = self._value(field)
        if value is None:
            return []
        if value.known is None:
            unclear[field] = reason(value)
        found = split_list(value.written or "")
        return found if field == "tags" else [item for item in found if "${{" not in item]

    def _spans(self, step: MappingNode) -> Iterator[tuple[str, Span]]:
        yield "build", Span(step.start, step.end)
        for name, field in (
            ("context", "context"),
            ("dockerfile", "file"),
            ("target", "target"),
            ("args", "args"),
            ("secrets", "secrets"),
        ):
            node = self._node(field)
            if node is not None:
                yield name, Span(node.start, node.end)


def _first(key: str, nodes: tuple[Node | None, ...]) -> str | None:
    """The value of a key in the first of these mappings that has it."""
    for node in nodes:
        found = text_of(child(node, key))
        if found is not None:
            return found
    return None


def _without_quotes(text: str) -> str:
    """A line of a list input, which may be quoted as CSV is (actions-toolkit, getInputList)."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].replace('""', '"')
    return text
