"""Hides secrets in what is told of a file: the one place that all messages go through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hardener.secrets.names import is_secret_name
from hardener.secrets.values import is_placeholder, is_switch, logins_in, tokens_in

HIDDEN = "[secret]"

# a shorter value stands in too many words
_SHORTEST = 4
# so much of a value is enough to know it by, where a message cuts it off
_TELLING = 8

_SIGNS = re.compile(
    r"(?i)token|pass|pwd|secret|key|cred|auth|pat\b|bundle_|\blogin|://|\s-u|sshpass|private|identified"
)
_NAME_AROUND = re.compile(r"[\w.-]*\Z")
_REST_OF_NAME = re.compile(r"[\w.-]*")
_VALUE = re.compile(
    r"""["']?(?:\s{0,9}[=:]\s{0,9}|[ \t]{1,9})
    (?:"((?:[^"\\]|\\.){1,4000})"|'([^']{1,4000})'|([^\s"';,&|)]{1,4000}))""",
    re.VERBOSE,
)
_GIVEN = re.compile(
    r"""(?xi)
    (?:\s-u|\s--user|--proxy-user)[=\s]?["']?[^\s:"']{1,200}:([^\s"']{1,500})
    |\bsshpass\s+-p\s?["']?([^\s"']{1,500})
    |\blogin\b[^\n]{0,200}?\s-p[=\s]?["']?([^\s"']{1,500})
    |(?:authorization|private-token|x-api-key|x-auth-token):\s*(?:bearer\s|basic\s|token\s)?\s*
     ([^\s"']{4,4000})
    |\blogin\s+\S{1,200}\s+password\s+([^\s"'\\]{1,500})
    |:([^\s:"']{1,500})["']?\s*\|\s*chpasswd
    |_(?:authtoken|auth|password)\s?=\s?["']?([^\s"']{4,4000})
    |identified\s+(?:with\s+\S+\s+)?by\s+["']([^"']{1,500})
    """
)
_KEY_BLOCK = re.compile(
    r"-----BEGIN[A-Z ]{0,40}PRIVATE KEY[^-]{0,20}-----[\s\S]{0,8000}?(?:-----END|\Z)"
)
_KEY_LINE = re.compile(r"[A-Za-z0-9+/=]{20,200}")


@dataclass(frozen=True)
class Redaction:
    """What is to be hidden in messages about one file.

    Attributes:
        values: the secrets that stand in the file.
    """

    values: tuple[str, ...] = field(default=(), repr=False)

    @staticmethod
    def of(text: str) -> Redaction:
        """Hide the secrets that stand in `text`, wherever a message has them.

        They are found by names, options, URLs and shapes (hardener/secrets/data), more readily than
        a transform looks for them: what is hidden in vain does no harm.
        """
        found = {value for value in _secrets_in(text) if len(value) >= _SHORTEST}
        return Redaction(tuple(sorted(found, key=len, reverse=True)))

    def hide(self, message: str) -> str:
        """The message without a secret of the file, or anything else that is plainly one."""
        for value in self.values:
            if value in message:
                message = message.replace(value, HIDDEN)
            elif len(value) > _TELLING and value[:_TELLING] in message:
                start = re.escape(value[:_TELLING])
                message = re.sub(rf"{start}[^\s'\"]*", HIDDEN, message)
        return hide(message)

    def touches(self, line: str) -> bool:
        """Whether a secret of the file stands in the line."""
        return any(value in line for value in self.values)


def hide(message: str) -> str:
    """A message without what is plainly a secret by its name, place or shape."""
    if not _SIGNS.search(message) and len(message) < 40:
        return message
    for value in sorted({*_secrets_in(message)}, key=len, reverse=True):
        if len(value) >= _SHORTEST and value != HIDDEN:
            message = message.replace(value, HIDDEN)
    return message


def _secrets_in(text: str) -> Iterator[str]:
    for token in tokens_in(text):
        yield text[token.start : token.end]
    if not _SIGNS.search(text):
        return
    for start, end in logins_in(text):
        _, colon, password = text[start:end].partition(":")
        if colon and _is_told(password):
            yield password
    for match in _GIVEN.finditer(text):
        value = next(group for group in match.groups() if group)
        if _is_told(value):
            yield value
    yield from _behind_names(text)
    for block in _KEY_BLOCK.finditer(text):
        yield from _KEY_LINE.findall(block[0])


def _behind_names(text: str) -> Iterator[str]:
    """The values of names that are those of secrets: NAME=value, "name": "value", --name value."""
    position = 0
    for sign in _SIGNS.finditer(text):
        if sign.start() < position:
            continue
        before = _NAME_AROUND.search(text, max(0, sign.start() - 80), sign.start())
        start = before.start() if before else sign.start()
        behind = _REST_OF_NAME.match(text, sign.start())
        end = behind.end() if behind else sign.end()
        position = max(end, sign.end())
        name = text[start:end].strip("-.")
        if not is_secret_name(name.replace(".", "_").replace("-", "_")):
            continue
        value = _VALUE.match(text, end)
        if value is None:
            continue
        found = next(group for group in value.groups() if group)
        separated = text[end : value.start(value.lastindex or 0)].strip(" \t\"'")
        if separated == ":" and found.isalpha() and found.islower():
            # a sentence goes on: `config/master.key: whoever has it`
            continue
        if _is_told(found) and (separated or _stands_as_value(text, start, found)):
            yield found


def _stands_as_value(text: str, start: int, value: str) -> bool:
    """Whether a value that only a blank parts from its name is one: behind ENV, or an option."""
    before = text[max(0, start - 8) : start].upper()
    if before.endswith("-") or before.rstrip().endswith(("ENV", "ARG")):
        return True
    return any(character.isdigit() for character in value) and len(value) > 7


def _is_told(value: str) -> bool:
    return not value.startswith(("$", "/run/secrets", "--mount", "id=", "type=")) and not (
        is_switch(value) or is_placeholder(value)
    )
