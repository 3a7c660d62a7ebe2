"""Writes secret mounts into RUNs and takes out what brought the secret in before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from hardener.analysis.secretflow.code import RunCode
from hardener.analysis.secretflow.model import Carrier, Declared
from hardener.analysis.steps import Step
from hardener.analysis.style import style_of
from hardener.dockerfile.assignments import Assignment
from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Dockerfile, Instruction
from hardener.secrets.names import readers_of

Style = Literal["env", "file"]

# the file of a secret, where the mount names none (docs.docker.com/reference/dockerfile,
# "RUN --mount=type=secret")
FOLDER = "/run/secrets"

_OFFICIAL = re.compile(
    r"(?:(?:docker\.io|index\.docker\.io)/)?docker/dockerfile(?:-upstream)?(?::([\w.-]+))?(@.*)?"
)
_NUMBERS = re.compile(r"(\d+)(?:\.(\d+))?(?:\.\d+)?(?:-labs)?")
# what a shell leaves alone between double quotes but for variables
_PLAIN = re.compile(r"(?:[\w./:@%+,=~ -]|\$\w+|\$\{\w+\})*")
# comments that are obeyed, or that tell how to build the image
_STAYS = re.compile(r"harden:|--build-arg")
_NUMERIC = re.compile(r"\d+")


def promised_style(dockerfile: Dockerfile) -> Style:
    """How a secret can be handed over: as a variable if `# syntax=` promises Dockerfile 1.10 or
    later, else as a file, which every BuildKit, Buildah and Podman takes.

    Source: docs.docker.com/reference/dockerfile, "RUN --mount=type=secret" (`env`); a tag without
    a minor version, such as `1` or `labs`, is the newest.
    """
    found = _OFFICIAL.fullmatch((dockerfile.syntax or "").strip())
    if found is None:
        return "file"
    tag, digest = found[1] or "latest", found[2]
    if tag in ("latest", "labs", "master", "master-labs"):
        return "file" if digest else "env"
    numbers = _NUMBERS.fullmatch(tag)
    if numbers is None or numbers[1] != "1":
        return "file"
    if numbers[2] is None:
        # pinned by digest, the newest of some day
        return "file" if digest else "env"
    return "env" if int(numbers[2]) >= 10 else "file"


def has_no_mounts(dockerfile: Dockerfile) -> bool:
    """Whether `# syntax=` names a Dockerfile older than 1.2, which has no RUN --mount.

    Source: docs.docker.com/reference/dockerfile, "RUN --mount" (added in 1.2).
    """
    found = _OFFICIAL.fullmatch((dockerfile.syntax or "").strip())
    numbers = _NUMBERS.fullmatch(found[1]) if found is not None and found[1] else None
    return numbers is not None and numbers[1] == "1" and int(numbers[2] or 9) < 2


@dataclass(frozen=True)
class Mount:
    """One secret mount for one RUN.

    Attributes:
        id: of the secret.
        required: whether the build fails without it.
        env: the variable it is wanted in; None for a file.
        target: the file it is wanted as, where that isn't the usual one.
    """

    id: str
    required: bool
    env: str | None = None
    target: str | None = None

    def written(self, step: Step, *, file: bool) -> str:
        """The flag. A file is readable for the user that the RUN runs as."""
        parts = ["type=secret", f"id={self.id}"]
        if self.target is not None:
            parts.append(f"target={self.target}")
        elif self.env is not None and not file:
            parts.append(f"env={self.env}")
        if file or self.target is not None:
            parts += _readable(step)
        if self.required:
            parts.append("required=true")
        return "--mount=" + ",".join(parts)


def _readable(step: Step) -> list[str]:
    """What lets the user of a step read the file; root's is 0400 (BuildKit, solver/llbsolver/mounts
    and frontend/dockerfile/instructions, secret mode)."""
    user = step.user
    if user.name in ("root", "0"):
        return []
    if user.text is None and user.set_by is None:
        # the base image isn't known; most have root, and the others can read it too so
        return ["mode=0444"]
    if user.name and _NUMERIC.fullmatch(user.name):
        return [f"uid={user.name}"]
    return ["mode=0444"]


class Rewriter:
    """Makes the edits of one Dockerfile, in its own style.

    Args:
        dockerfile: the file.
        style: how secrets are handed over that aren't files themselves.
    """

    def __init__(self, dockerfile: Dockerfile, style: Style) -> None:
        self.dockerfile = dockerfile
        self.style = style

    @cached_property
    def _indent(self) -> str:
        return style_of(self.dockerfile).indent

    @property
    def _breaks(self) -> bool:
        """Whether what is put in gets lines of its own; tabs are for files that align by them."""
        return self._indent.strip(" ") == ""

    def mounts(self, code: RunCode, mounts: Sequence[Mount], *, file: bool) -> Iterator[Edit]:
        """Put mounts behind RUN, each on a line of its own where the file's indentation is made of
        spaces; those that are there already stay."""
        instruction = code.instruction
        here = instruction.keyword.end
        for mount in mounts:
            if not has_mount(instruction, mount, file=file):
                yield Edit(here, here, f" {mount.written(code.step, file=file)}{self._joint(code)}")

    def ssh(self, code: RunCode) -> Iterator[Edit]:
        """Let a RUN use the SSH agent of whoever builds."""
        user = code.step.user
        parts = ["--mount=type=ssh"]
        if user.name and _NUMERIC.fullmatch(user.name) and user.name != "0":
            parts.append(f"uid={user.name}")
        elif user.name not in ("root", "0"):
            # a socket wants writing
            parts.append("mode=0666")
        parts.append("required=true")
        if not any(
            "type=ssh" in (flag.value or "") for flag in code.instruction.flags_named("mount")
        ):
            here = code.instruction.keyword.end
            yield Edit(here, here, f" {','.join(parts)}{self._joint(code)}")

    def _joint(self, code: RunCode) -> str:
        """What stands between a mount and what follows it."""
        if code.instruction.heredocs or not self._breaks:
            return ""
        return f" {self.dockerfile.escape}{self.dockerfile.newline}{self._indent[:-1]}"

    def in_front(self, code: RunCode, command: str) -> Edit:
        """Put a command with its `&&` in front of the code of a RUN in shell form."""
        joint = " "
        if self._breaks:
            joint = f" {self.dockerfile.escape}{self.dockerfile.newline}{self._indent}"
        return Edit(code.span.start, code.span.start, command + joint)

    def variable(
        self,
        code: RunCode,
        id_: str,
        carriers: Sequence[Carrier],
        *,
        required: bool,
        for_all: bool = False,
        default: str = "",
    ) -> Iterator[Edit]:
        """Hand a secret over to a RUN in variables; `for_all` of its commands, or for the one that
        reads them by itself. One that isn't required may have a default."""
        file = self.style == "file"
        plain = [item for item in carriers if item.value is None]
        if file:
            yield from self.mounts(code, [Mount(id_, required)], file=True)
        else:
            names = [item.name for item in plain]
            names += [name for item in carriers for name, of in item.inside if of == id_]
            wanted = [Mount(id_, required, env=name) for name in dict.fromkeys(names)]
            yield from self.mounts(code, wanted, file=False)
        setting = []
        if file:
            contents = _contents(id_, required, default)
            setting = [f'{item.name}="{contents}"' for item in plain]
        elif not required and (default or code.minds_unset):
            setting = [f'{item.name}="${{{item.name}:-{default}}}"' for item in plain]
        setting += [self._composed(item, required) for item in carriers if item.value]
        if setting:
            names = [item.name for item in carriers]
            yield self._set(code, setting, names, for_all=for_all)

    def _composed(self, carrier: Carrier, required: bool) -> str:
        """A variable with a secret in it, set for a shell."""
        value = (carrier.value or "").strip('"')
        if self.style == "file":
            for name, id_ in carrier.inside:
                contents = _contents(id_, required)
                value = value.replace(f"${{{name}}}", contents)
                value = re.sub(rf"\${name}\b", contents, value)
        return f'{carrier.name}="{value}"'

    def _set(
        self, code: RunCode, setting: Sequence[str], names: Sequence[str], *, for_all: bool
    ) -> Edit:
        """Set variables: in front of the one command that reads them, else for all of the code."""
        alone = None if for_all else _only_reader(code, names)
        if alone is not None:
            return Edit(alone, alone, " ".join(setting) + " ")
        start = code.span.start
        if code.form == "heredoc":
            body = code.text
            first = body.find("\n") + 1 if body.startswith("#!") else 0
            start += first
            line = body[first:]
            indent = line[: len(line) - len(line.lstrip("\t "))]
            lines = "".join(f"{indent}export {item}{self.dockerfile.newline}" for item in setting)
            return Edit(start, start, lines)
        return self.in_front(code, f"export {' '.join(setting)} &&")

    def behind(self, code: RunCode, command: str) -> Edit:
        """Put a command behind the code of a RUN in shell form."""
        end = code.span.end
        if not self._breaks:
            return Edit(end, end, f" && {command}")
        newline, escape = self.dockerfile.newline, self.dockerfile.escape
        if style_of(self.dockerfile).leads:
            return Edit(end, end, f" {escape}{newline}{self._indent}&& {command}")
        return Edit(end, end, f" && {escape}{newline}{self._indent}{command}")

    def comments(self, name: str, flag: str) -> Iterator[Edit]:
        """Comments that tell how to hand over the build argument tell the new way."""
        if "--build-arg" not in self.dockerfile.text:
            return
        value = r"""(?:=(?:"[^"]*"|'[^']*'|[^\s"'`]*))?"""
        telling = re.compile(rf"--build-arg[ =]{re.escape(name)}{value}(?![\w=])")
        for comment in self.dockerfile.comments:
            start, end = comment.span.start, comment.span.end
            for told in telling.finditer(self.dockerfile.text, start, end):
                yield Edit(told.start(), told.end(), flag)

    def without(self, declared: Iterable[Declared]) -> Iterator[Edit]:
        """Take out names of ARG and ENV, and the whole instruction where none is left."""
        groups: dict[int, tuple[Instruction, list[Assignment]]] = {}
        for item in declared:
            entry = groups.setdefault(item.instruction.span.start, (item.instruction, []))
            if item.pair not in entry[1]:
                entry[1].append(item.pair)
        from hardener.analysis.secretflow.variables import pairs_of

        for instruction, gone in groups.values():
            pairs = list(pairs_of(self.dockerfile, instruction))
            if all(pair in gone for pair in pairs):
                yield self.gone(instruction)
            else:
                yield from self._without_pairs(instruction, pairs, gone)

    def _without_pairs(
        self, instruction: Instruction, pairs: Sequence[Assignment], gone: Sequence[Assignment]
    ) -> Iterator[Edit]:
        origin = instruction.arguments[0]

        def start(pair: Assignment) -> int:
            return instruction.logical.offset(origin + pair.name_span[0])

        def end(pair: Assignment) -> int:
            behind = pair.value_span[1] if pair.value_span else pair.name_span[1]
            return instruction.logical.offset(origin + behind - 1) + 1

        kept = [pair for pair in pairs if pair not in gone]
        for at, pair in enumerate(pairs):
            if pair not in gone:
                continue
            if pair.name_span[0] < kept[0].name_span[0]:
                yield Edit(start(pair), start(pairs[at + 1]), "")
            else:
                yield Edit(end(pairs[at - 1]), end(pair), "")

    def _first_line(self, instruction: Instruction) -> int:
        """The line at which an instruction begins, with the comment right above it if that is for
        it alone: nothing follows right below, and a blank line or an instruction stands above."""
        text, starts = self.dockerfile.text, self.dockerfile.line_starts
        comments = {item.line: item.text for item in self.dockerfile.comments}
        line = instruction.first_line
        below = text[instruction.span.end :].partition("\n")[0].strip()
        if below and not below.startswith("#"):
            return line
        while line - 1 in comments and not _STAYS.search(comments[line - 1]):
            line -= 1
        # what stands at the top of the file is about the file
        is_top = all(number in comments for number in range(1, line)) or line == 1
        is_top = is_top or not text[: starts[line - 1]].replace("#", "").strip()
        return instruction.first_line if is_top else line

    def gone(self, instruction: Instruction) -> Edit:
        """Take out an instruction with its lines, the comment that is for it alone, and one of two
        blank lines around it."""
        text = self.dockerfile.text
        end = instruction.span.end
        start = self.dockerfile.line_starts[self._first_line(instruction) - 1]
        above = text[:start].replace("\r", "")
        below = re.match(r"[ \t]*\r?\n", text[end:])
        if below and (not above or above.endswith("\n\n")):
            end += below.end()
        return Edit(start, end, "")


def _contents(id_: str, required: bool, default: str = "") -> str:
    """What a shell puts in place of itself by the secret's file."""
    other = f" || echo {default}" if default else ""
    return f"$(cat {FOLDER}/{id_}{'' if required else ' 2>/dev/null' + other})"


def is_simple(value: str | None) -> bool:
    """Whether a word of ENV means the same to a shell between double quotes."""
    plain = (value or "").strip('"')
    return "'" not in plain and bool(_PLAIN.fullmatch(plain))


def has_mount(instruction: Instruction, mount: Mount, *, file: bool) -> bool:
    """Whether the RUN has a secret mount that does for this one."""
    for flag in instruction.flags_named("mount"):
        values = {
            item.partition("=")[0].strip().lower(): item.partition("=")[2]
            for item in (flag.value or "").split(",")
        }
        if values.get("type") != "secret":
            continue
        target = values.get("target") or values.get("dst") or values.get("destination")
        given = values.get("id") or (target or "").rpartition("/")[2]
        if given != mount.id:
            continue
        if mount.target is not None:
            return target == mount.target
        if file:
            return target in (None, f"{FOLDER}/{mount.id}") and "env" not in values
        return values.get("env") == mount.env
    return False


def _only_reader(code: RunCode, names: Sequence[str]) -> int | None:
    """Where the one command of the code starts that reads the variables by itself."""
    if code.script is None or not code.script.complete or code.form == "exec":
        return None
    if any(code.mentions(name) for name in names) or code.traces:
        return None
    readers = frozenset[str]().union(*(readers_of(name).programs for name in names))
    chain = code.top_level()
    if len(chain) != len(code.script.steps) or not readers:
        return None
    found = [command for command in chain if command.name in readers]
    others = [command for command in chain if command not in found]
    if len(found) != 1 or found[0].assignments:
        return None
    from hardener.secrets.names import runs_code

    if any(item.name is None or item.name in runs_code() or "/" in item.name for item in others):
        return None
    return found[0].start
