"""Finds secrets' bytes in a stream, in the forms in which tools write them down; and hides them."""

from __future__ import annotations

import base64
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field

# shorter values are found by chance in any image
SHORTEST = 6
HIDDEN = "[secret]"
# what separates the parts of a credential file, such as .npmrc, pip.conf or .netrc
_SEPARATORS = re.compile(rb"[\s=:\"',;@]+")
# userinfo of a URL (RFC 3986, 3.2.1) that holds a password
_IN_URL = re.compile(r"(://[^\s/@:]{0,200}:)[^\s/@]{1,500}@")


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of one build: the value of each by its id, and the byte strings to look for."""

    values: Mapping[str, bytes] = field(repr=False)
    patterns: tuple[tuple[str, bytes], ...] = field(repr=False)

    @staticmethod
    def of(values: Mapping[str, bytes]) -> Secrets:
        """The search for these values and, in those that are files, for the tokens in them.

        Values under six bytes are hidden but not looked for.
        """
        return Secrets(
            dict(values),
            tuple(
                (name, form)
                for name, value in sorted(values.items())
                if len(value.strip()) >= SHORTEST
                for part in sorted({value.strip(), *tokens_of(value)})
                for form in sorted(_forms(part))
            ),
        )

    @property
    def too_short(self) -> tuple[str, ...]:
        """Ids of the secrets that can't be looked for."""
        return tuple(
            name for name, value in sorted(self.values.items()) if len(value.strip()) < SHORTEST
        )

    def found_in(self, data: bytes) -> frozenset[str]:
        """Ids of the secrets whose bytes stand in `data`."""
        return frozenset(name for name, form in self.patterns if form in data)

    def hide(self, text: str) -> str:
        """`text` with every form of every secret replaced, and passwords in URLs."""
        for value in self.values.values():
            lines = (line.strip() for line in value.split(b"\n"))
            for part in sorted({*lines, *tokens_of(value)}, key=len, reverse=True):
                if len(part) >= 3:
                    for form in sorted(_forms(part), key=len, reverse=True):
                        text = text.replace(form.decode("utf-8", "replace"), HIDDEN)
        return _IN_URL.sub(rf"\1{HIDDEN}@", text)


def tokens_of(value: bytes) -> frozenset[bytes]:
    """The parts of a credential file that are likely secret by themselves.

    At least twelve characters with a letter and a digit, and no dot, which host and file names
    have.
    """
    return frozenset(
        part
        for part in _SEPARATORS.split(value)
        if len(part) >= 12
        and b"." not in part
        and any(character in b"0123456789" for character in part)
        and any(chr(character).isalpha() for character in part)
    )


class Search:
    """Looks for secrets in data that comes in pieces."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._overlap = max((len(form) for _, form in secrets.patterns), default=1) - 1
        self._rest = b""
        self.found: set[str] = set()

    def feed(self, data: bytes) -> None:
        """Look at the next piece."""
        if not self._secrets.patterns:
            return
        window = self._rest + data
        self.found |= self._secrets.found_in(window)
        self._rest = window[-self._overlap :] if self._overlap else b""


def _forms(value: bytes) -> set[bytes]:
    """The value itself, percent-encoded, JSON-escaped, and as part of a base64 text.

    In base64 the value can begin at any of three places of a group of three bytes; the characters
    that depend on its neighbours are left off (RFC 4648, section 4).
    """
    forms = {value, urllib.parse.quote_from_bytes(value, safe="").encode()}
    forms.add(value.replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n"))
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + value)
        start = (0, 2, 3)[before]
        end = len(encoded) - (0, 3, 2)[(before + len(value)) % 3]
        inner = encoded[start:end]
        # a short stretch of base64 turns up by chance
        if len(inner) >= 8 and re.fullmatch(rb"[A-Za-z0-9+/]+", inner):
            forms.add(inner)
    return forms
