"""Rewrites commands like `docker build`: `--build-arg X=…` to `--secret id=x,env=X`.

Source: docs.docker.com/reference/cli/docker/buildx/build (--secret, --ssh); docs.podman.io
podman-build.1.html, which takes the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Span
from hardener.handover.compose import below
from hardener.handover.demand import Demand
from hardener.handover.environment import (
    in_environment,
    stops_where_unset,
    without_buildkit,
)
from hardener.handover.form import Rewriting
from hardener.handover.lines import begins_line, ends_line, line_start, newline, whole_lines
from hardener.handover.sources import NotEditableError, Source, source_of
from hardener.handover.steps import WorkflowSteps
from hardener.project.callers.handover import Handover
from hardener.project.callers.model import Build, Value

_OPTION = re.compile(r"--build-arg(?:=|[ \t]+(?:\\\r?\n[ \t]*)?)")
_EXPRESSION = re.compile(r"\$\{\{[^{}]*\}\}")
_GROOVY = re.compile(r"\$(?:\{(?:(?:env|params)\.)?([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")
# what a shell or another program replaces
_REPLACED = re.compile(
    r"\$?\$\{[^{}:]*(?::?[?][^{}]*|:?-)?\}|\$?\$\w+|\$?\$\([^()]*(?:\([^()]*\)[^()]*)*\)|`[^`]*`"
    r"|\{\{[^{}]*\}\}|<<[^<>]*>>"
)
_PRINTS = re.compile(r"\b(?:echo|printf)\b")
_DROPS_ENVIRONMENT = re.compile(r"\b(?:sudo|doas|su|ssh|runuser|chroot)\b|\benv[ \t]+(?:-i|-)[ \t]")
_KEEPS_ENVIRONMENT = re.compile(r"\bsudo[ \t]+(?:-\w+[ \t]+)*(?:-E|--preserve-env)[ \t]")
_PLAIN_PATH = re.compile(r"[\w./@%+-]+")
_KEY_FILE = re.compile(
    r"\$\$?\((?:cat[ \t]+|<[ \t]*)([\w./~@+-]+|\"?\$\{?\w+\}?[\w./@+-]*\"?)[ \t]*\)"
)
_NO_OPTION = {"executor": "kaniko has no option for it"}


def rewrite_commands(text: str, demands: Sequence[Demand], reader: str | None) -> Rewriting:
    """Rewrites the commands of a script, makefile, pipeline and the like.

    Parameters:
        reader: the name of the caller's reader.
    """
    found = Rewriting()
    steps = WorkflowSteps(text) if reader == "workflow" else None
    for demand in demands:
        told = len(found.notes)
        try:
            edits = list(_Command(text, demand, reader, steps, found).edits())
        except NotEditableError as error:
            del found.notes[told:]
            found.refuse(demand, error.message)
            continue
        found.edits += edits
    if steps is not None:
        found.edits += steps.edits()
    return found


class _Command:
    """One command that builds."""

    def __init__(
        self,
        text: str,
        demand: Demand,
        reader: str | None,
        steps: WorkflowSteps | None,
        found: Rewriting,
    ) -> None:
        self._text = text
        self._demand = demand
        self._build: Build = demand.build
        self._reader = reader
        self._steps = steps
        self._found = found
        self._called = demand.build.spans.get("called", Span(0, 0))
        # assignments to stand before the command
        self._prefix: list[str] = []

    def edits(self) -> Iterator[Edit]:
        build, demand = self._build, self._demand
        if build.program in _NO_OPTION:
            raise NotEditableError(_NO_OPTION[build.program])
        if demand.missing and without_buildkit(self._text, self._called.start):
            raise NotEditableError(
                "DOCKER_BUILDKIT=0 asks for the builder that has no secrets: take that out"
            )
        wanted: dict[str | None, Handover] = {
            one.arg: one for one in reversed(demand.missing) if one.arg in demand.passed
        }
        for name in demand.passed:
            span = build.args[name].span
            if span is None or not self._text[span.start : span.end].startswith("--build-arg"):
                raise NotEditableError("its options stand there in a way that isn't changed")
            if name in wanted:
                yield Edit(span.start, span.end, self._option(wanted[name], build.args[name]))
            else:
                yield self._without(span)
        rest = [one for one in demand.missing if one is not wanted.get(one.arg)]
        if rest:
            if "args" in build.unclear:
                raise NotEditableError("it has options that aren't known")
            args = build.args
            yield self._inserted([self._option(one, args.get(one.arg or "")) for one in rest])
        if self._prefix:
            yield self._before()

    def _option(self, handover: Handover, value: Value | None) -> str:
        if handover.kind == "ssh":
            if value is None and handover.file is not None:
                return f"--ssh {handover.id}={self._path(handover.file)}"
            return f"--ssh {handover.id}{self._key(handover, value)}"
        if value is None and handover.file is not None:
            return f"--secret id={handover.id},src={self._path(handover.file)}"
        self._require_environment(handover)
        return f"--secret id={handover.id},env={self._variable(handover, value)}"

    def _key(self, handover: Handover, value: Value | None) -> str:
        """The file of the key where the command reads it from one; else an agent holds it."""
        found = None if value is None else _KEY_FILE.fullmatch(value.written or "")
        if found is None or self._reader == "makefile" or '"' in found[1]:
            if value is not None:
                self._found.note_agent(self._demand, handover)
            return ""
        path = found[1]
        return f"=$HOME{path[1:]}" if path.startswith("~/") else f"={path}"

    def _variable(self, handover: Handover, value: Value | None) -> str:
        """The variable that the program finds the secret in."""
        if value is None or value.written is None:
            return source_of(handover, value).env or ""
        name = handover.arg or ""
        if self._steps is not None and _EXPRESSION.fullmatch(value.written) and value.span:
            self._steps.set(value.span.start, name, value.written)
            return name
        if self._build.form == "groovy":
            groovy = self._of_groovy(value)
            if groovy is not None:
                return groovy
        source = self._reference(handover, value)
        if (
            source is not None
            and source.env is not None
            and not source.required
            and not stops_where_unset(self._text, self._called.start)
            and in_environment(source.env, self._text, self._called.start, self._reader)
        ):
            return source.env
        self._prefix.append(self._assignment(name, value))
        return name

    def _reference(self, handover: Handover, value: Value) -> Source | None:
        """What is read where the value is a variable and nothing else; None where it isn't."""
        written = value.written or ""
        if self._reader == "makefile" and written.startswith("$$"):
            written = written[1:]
        try:
            source = source_of(
                handover,
                Value(written, value.known, value.default, value.variables, value.span),
            )
        except NotEditableError:
            return None
        if not written:
            return None
        if source.leaked:
            raise NotEditableError(
                f"{handover.arg} is written down there, and git keeps it: rotate it"
            )
        return source

    def _of_groovy(self, value: Value) -> str | None:
        """The variable of the environment that Groovy puts in place itself."""
        found = _GROOVY.fullmatch(value.written or "")
        if found is None:
            return None
        name = found[1] or found[2]
        if "env." in (value.written or "") or "params." in (value.written or ""):
            return name
        bound = re.compile(
            rf"(?i:variable)\w*\s*:\s*['\"]{name}['\"]|\b{name}\s*=\s*credentials\s*\("
            rf"|\bname\s*:\s*['\"]{name}['\"]"
        )
        if bound.search(self._text):
            return name
        if value.variables == (name,) and not self._is_hole(value):
            return None
        raise NotEditableError(f"it isn't clear that {name} is a variable of the environment")

    def _is_hole(self, value: Value) -> bool:
        """Whether the value stands in a string in which Groovy replaces variables."""
        span = value.span
        if span is None:
            return True
        if self._text.count("'''", 0, span.start) % 2:
            return False
        start = line_start(self._text, span.start)
        quotes = [mark for mark in self._text[start : span.start] if mark in "'\""]
        return not quotes or quotes[0] == '"'

    def _assignment(self, name: str, value: Value) -> str:
        """The argument as an assignment before the command, as it is written."""
        span = value.span
        assert span is not None
        if (
            not self._called.of(self._text)
            or self._called.start != self._build.spans["build"].start
        ):
            raise NotEditableError(f"the value of {name} isn't in the environment there")
        raw = _OPTION.sub("", self._text[span.start : span.end], count=1)
        if raw.startswith(f'"{name}=') and raw.endswith('"') and '"' not in raw[1:-1]:
            raw = f'{name}="{raw[len(name) + 2 : -1]}"'
        if not raw.startswith(f"{name}="):
            raise NotEditableError(f"the value of {name} is quoted in a way that isn't changed")
        rest = _REPLACED.sub("", raw[len(name) + 1 :])
        if rest.strip("\"'\\") or _PRINTS.search(raw) or "'" in raw:
            raise NotEditableError(f"the value of {name} is put together of several parts")
        return raw

    def _require_environment(self, handover: Handover) -> None:
        """Raises NotEditableError where the program doesn't get the caller's environment."""
        before = (
            self._text[self._build.spans["build"].start : self._called.start]
            if ("build" in self._build.spans and self._called.of(self._text))
            else ""
        )
        if _DROPS_ENVIRONMENT.search(before) and not _KEEPS_ENVIRONMENT.search(before):
            program = before.split()[0]
            raise NotEditableError(
                f"{program} hands no variables on (sudo does with --preserve-env="
                f"{handover.env or handover.arg})"
            )

    def _path(self, path: str) -> str:
        span = self._build.spans.get("context")
        context = "" if span is None else span.of(self._text)
        if not _PLAIN_PATH.fullmatch(context):
            raise NotEditableError("its build context isn't a plain path")
        return below(context, path)

    def _without(self, span: Span) -> Edit:
        """Takes an option out, with its line where that goes on."""
        text = self._text
        behind = text[span.end :]
        goes_on = re.match(r"[ \t]*\\\r?\n", behind)
        if begins_line(text, span.start):
            if goes_on is None:
                raise NotEditableError("its last line can't be taken out alone")
            return whole_lines(text, span.start, span.end)
        if ends_line(text, span.end) or goes_on is not None:
            start = span.start
            while text[start - 1 : start] in (" ", "\t"):
                start -= 1
            return Edit(start, span.end, "")
        blanks = re.match(r"[ \t]*", behind)
        return Edit(span.start, span.end + (len(blanks[0]) if blanks else 0), "")

    def _inserted(self, options: Sequence[str]) -> Edit:
        """Puts options in front of the build context, or behind the subcommand."""
        text = self._text
        context = self._build.spans.get("context")
        if context is None:
            if not self._called.of(text):
                raise NotEditableError("its options stand there in a way that isn't changed")
            at = self._called.end
            return Edit(at, at, "".join(f" {option}" for option in options))
        start = line_start(text, context.start)
        indent = text[start : context.start]
        before = text[: max(0, start - 1)].rstrip("\r")
        if not indent.strip() and before.endswith("\\"):
            joint = f" \\{newline(text, start - 1)}{indent}"
        else:
            joint = " "
        return Edit(context.start, context.start, "".join(f"{one}{joint}" for one in options))

    def _before(self) -> Edit:
        at = self._called.start
        return Edit(at, at, "".join(f"{one} " for one in dict.fromkeys(self._prefix)))
