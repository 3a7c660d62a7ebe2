"""Finds secrets that stand in the code of a RUN themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from hardener.analysis.paths import name_of
from hardener.analysis.secretflow.code import RunCode
from hardener.analysis.steps import Step
from hardener.dockerfile.nodes import Dockerfile
from hardener.dockerfile.shell import Assignment, Command, Word
from hardener.secrets.commands import Option, options, sending, setting, store_of
from hardener.secrets.names import is_secret_name
from hardener.secrets.values import is_placeholder, logins_in, tokens_in

_HEADER = re.compile(
    r"(?i)\b(?:authorization:\s*(?:bearer|basic|token|apikey)\s+|authorization:\s*"
    r"|(?:private-token|x-api-key|x-auth-token|job-token|x-vault-token):\s*)([^\s\"'$]{6,4000})"
)
_AUTH_SETTING = re.compile(r"(?i)_(?:authToken|auth|password)\s?=\s?[\"']?([^\s\"'$]{6,4000})")
_NETRC = re.compile(r"(?i)\blogin\s+\S+\s+password\s+([^\s\"'$]{4,4000})")
_ACCOUNT = re.compile(r"(?i)identified\s+(?:with\s+\S+\s+)?by\s+[\\\"']{0,2}([^\s\"'\\;$]{4,200})")
_GIVEN_AT_START = re.compile(
    r"""(?i)--?[\w-]{0,40}(?:password|passwd|secret|token|api-?key)(?:=|["']?\s*,\s*["']|\s+["']?)"""
    r"""([^\s"'$,\]{}<>/-][^\s"'$,\]]{5,500})"""
)
_CHANGED = re.compile(r"[\w.-]+:([^\s:\"'\\$]{4,200})")
_IN_CODE = re.compile(
    r"(?i)password|passwd|token|secret|api_?key|authoriz|auth|://|-u|-p|identified"
)
# frameworks want some value for it while they build, and the one that matters at run time
_BUILD_STAND_INS = re.compile(r"(?:DJANGO_)?SECRET_KEY(?:_BASE)?|APP_KEY|APP_SECRET|SECRET")


@dataclass(frozen=True)
class Literal:
    """A secret in the code of a RUN.

    Attributes:
        code: the RUN.
        start, end: where it stands in the file.
        name: the variable that it is best handed over in.
        what: how it is told of, without a character of it.
        word: the word it stands in; None where it stands in none that is seen.
        command: the command of that word.
        assignment: where it is the value of one.
    """

    code: RunCode
    start: int
    end: int
    name: str
    what: str
    word: Word | None = None
    command: Command | None = None
    assignment: Assignment | None = None

    @property
    def value(self) -> str:
        """The secret. It is for comparing, and in no message."""
        return self.code.dockerfile.text[self.start : self.end]

    @cached_property
    def program(self) -> str:
        """The program that is given it; "" where none is."""
        words = self.command.words if self.command is not None else ()
        return name_of(words[0].text) if words else ""


def literals(dockerfile: Dockerfile, step: Step) -> Iterator[Literal]:
    """The secrets that stand in a RUN, each once, in order of their places."""
    code = RunCode(dockerfile, step)
    found: dict[int, Literal] = {}
    ends: list[tuple[int, int]] = []
    shapes = list(_by_shape(code))
    for item in (*_in_commands(code), *shapes):
        if any(start < item.end and item.start < end for start, end in ends):
            continue
        shape = next((it for it in shapes if it.start < item.end and item.start < it.end), None)
        if shape is not None and item.assignment is None:
            item = replace(item, name=shape.name, what=shape.what)
        found[item.start] = item
        ends.append((item.start, item.end))
    yield from (found[start] for start in sorted(found))


def _in_commands(code: RunCode) -> Iterator[Literal]:
    script = code.script
    if script is None:
        return
    for command in script.commands:
        for assignment in command.assignments:
            yield from _assigned(code, command, assignment)
        yield from _given(code, command)
        if command.piped and "chpasswd" in code.programs and command.words:
            for match in _CHANGED.finditer(command.words[-1].raw):
                last = command.words[-1]
                start, end = last.start + match.start(1), last.start + match.end(1)
                what = "the password of an account"
                yield Literal(code, start, end, "ACCOUNT_PASSWORD", what, last, command)
        words = list(command.words)
        words += [item.body for item in command.redirects if item.body is not None]
        for word in words:
            yield from _in_word(code, command, word)


def _assigned(code: RunCode, command: Command, assignment: Assignment) -> Iterator[Literal]:
    value, name = assignment.value, assignment.name
    if value.value is None or not is_secret_name(name) or is_placeholder(value.text):
        return
    if value.text.startswith(("/", "./", "../")):
        return
    if _BUILD_STAND_INS.fullmatch(name) and not re.search(r"\d.*\d.*\d", value.text):
        return
    start, end = _inner(value)
    yield Literal(code, start, end, name, f"the value of {name}", value, command, assignment)


def _given(code: RunCode, command: Command) -> Iterator[Literal]:
    """Behind an option that takes a password or a token."""
    words = command.words
    program = name_of(words[0].text) if words else ""
    for option in options():
        if program not in option.programs and "*" not in option.programs:
            continue
        if program in ("docker", "podman", "buildah", "nerdctl", "helm") and "login" not in (
            word.text for word in words
        ):
            continue
        for at in range(1, len(words)):
            value = _value_behind(words, at, option)
            if value is None or value.expansions or not value.text:
                continue
            if option.behind_colon:
                user, colon, password = value.text.partition(":")
                if not colon or not password:
                    continue
                value = value.after(len(user) + 1)
            if is_placeholder(value.text):
                continue
            start, end = _inner(value)
            name = option.name.replace("{PROGRAM}", re.sub(r"\W", "_", program).upper())
            yield Literal(
                code,
                start,
                end,
                name,
                f"the password or token that {program or 'a program'} is given",
                word_at(words, start),
                command,
            )


def _value_behind(words: Sequence[Word], at: int, option: Option) -> Word | None:
    """The value of the option at `words[at]`, which is the next word or part of this one."""
    word = words[at]
    if word.text in option.options:
        return words[at + 1] if at + 1 < len(words) else None
    for spelled in option.options:
        if spelled.startswith("--"):
            if word.text.startswith(f"{spelled}="):
                return word.after(len(spelled) + 1)
        elif word.text.startswith(spelled) and not word.text.startswith("--"):
            return word.after(len(spelled))
    return None


def word_at(words: Sequence[Word], offset: int) -> Word | None:
    """The word that a place of the file is in."""
    return next((word for word in words if word.start <= offset < word.end), None)


def _inner(word: Word) -> tuple[int, int]:
    """Where a word without its outer quotes stands."""
    start, end = word.start, word.end
    if len(word.raw) > 1 and word.raw[0] in "\"'" and word.raw[-1] == word.raw[0]:
        return start + 1, end - 1
    if word.raw[-1:] in ('"', "'") and word.raw.count(word.raw[-1]) == 1:
        return start, end - 1
    return start, end


def _in_word(code: RunCode, command: Command, word: Word) -> Iterator[Literal]:
    """Logins in URLs, headers, lines of .npmrc and .netrc."""
    program = name_of(command.words[0].text) if command.words else ""
    upper = re.sub(r"\W", "_", program).upper() or "URL"
    raw = word.raw
    for start, end in logins_in(raw):
        login = raw[start:end]
        user, colon, password = login.partition(":")
        if "$" in login or (colon and (password == user or is_placeholder(password))):
            continue
        if not colon and not any(True for _ in tokens_in(login)):
            continue
        at = word.start + start + (len(user) + 1 if colon and password != "x-oauth-basic" else 0)
        behind = word.start + (end if password != "x-oauth-basic" else start + len(user))
        name = f"{'GIT' if program in ('', 'echo', 'printf') else upper}_PASSWORD"
        yield Literal(code, at, behind, name, "the login in a URL", word, command)
    for pattern, name, what in (
        (_HEADER, "API_TOKEN", "the token in a header"),
        (_AUTH_SETTING, "NPM_TOKEN", "the token of a registry"),
        (_NETRC, "NETRC_PASSWORD", "the password of a .netrc"),
        (_ACCOUNT, "DATABASE_PASSWORD", "the password of a database account"),
    ):
        for match in pattern.finditer(raw):
            if not is_placeholder(match[1]) and match[1].lower() not in (
                "bearer",
                "basic",
                "token",
            ):
                start, end = match.span(1)
                yield Literal(code, word.start + start, word.start + end, name, what, word, command)


def _by_shape(code: RunCode) -> Iterator[Literal]:
    """Tokens that are known by their shape, wherever they stand."""
    span = code.span
    text = code.dockerfile.text[span.start : span.end]
    commands = code.script.commands if code.script is not None else ()
    for token in tokens_in(text):
        start, end = span.start + token.start, span.start + token.end
        owner = next((item for item in commands if item.start <= start < item.end), None)
        word = word_at(owner.words, start) if owner is not None else None
        article = "an" if token.kind[0] in "AaOon" else "a"
        yield Literal(code, start, end, token.name, f"{article} {token.kind}", word, owner)


def secret_in(text: str) -> str | None:
    """What secret stands in the arguments of a CMD, ENTRYPOINT, HEALTHCHECK or LABEL, told without
    a character of it; None where none is seen."""
    for token in tokens_in(text):
        return f"a {token.kind}" if token.kind[0] not in "AaOon" else f"an {token.kind}"
    for start, end in logins_in(text):
        user, colon, password = text[start:end].partition(":")
        if colon and "$" not in password and password != user and not is_placeholder(password):
            return "the login of a URL"
    for match in _GIVEN_AT_START.finditer(text):
        if not is_placeholder(match[1]):
            return "a password or token"
    for match in _HEADER.finditer(text):
        if not is_placeholder(match[1]):
            return "the token of a header"
    return None


def is_sent(literal: Literal) -> bool:
    """Whether the program that is given the secret uses it and keeps nothing of it."""
    command = literal.command
    if command is None:
        return False
    words = [literal.program, *(word.text for word in command.args)]
    if literal.assignment is not None:
        return command.name in (None, "export") or literal.program in sending()
    return literal.program in sending() and store_of(words) is None


def is_set(literal: Literal) -> bool:
    """Whether a program sets it as a password in the image."""
    return bool(setting() & literal.code.programs)
