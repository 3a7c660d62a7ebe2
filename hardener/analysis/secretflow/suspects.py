"""Tells quickly where a file may have secrets, so that all others are passed over at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from hardener.dockerfile.nodes import Dockerfile, Instruction
from hardener.secrets.credentials import credential_named
from hardener.secrets.names import is_secret_name
from hardener.secrets.values import tokens_in

# all in small letters
_IN_NAMES = ("token", "pass", "pwd", "secret", "cred", "key", "auth", "pat", "rc", "bundle_")
_AT_PLACES = ("@", "authoriz", "_auth", "--password", "--passwd", "--token", "--api-key", "-token")
_IN_CODE = (
    "token=", "password", "passwd=", "chpasswd", "--passwd", "passphrase", "secret", "key=",
    "pass=", "pwd=", "pat=", "credentials=", "creds=", "authoriz", "_auth", "auth=",
    "private-token", "x-api-key", "x-auth-token", "job-token", "vault-token", "sshpass",
    "--token", "--auth-token",
    "--api-key", "--access-token", "identified", "proxy-user", "--user ", "--user=", "_key_base=",
)  # fmt: skip
# signs that mean something together only
_PAIRS = (("curl", " -u"), (" login", " -p"), ("twine", " -p"))
_LOGIN = re.compile(r"://[^\s/'\"]{1,500}@")


# where a variable stands that can be nothing but a secret: in the userinfo of a URL behind the
# colon or alone, in a header, behind an option or a setting that takes a password or a token
AT_SECRET_PLACES = re.compile(
    r"""://[^\s/@:'"]{0,200}:\$\{?(\w+)\}?@
    |://\$\{?(\w+)\}?(?::x-oauth-basic)?@
    |Authorization:\s*(?:(?:Bearer|Basic|token)\s+)?\$\{?(\w+)
    |_(?:authToken|auth|password)=["']?\$\{?(\w+)
    |\s--(?:password|passwd|token|api-key|auth-token|http-password)[=\s]["']?\$\{?(\w+)""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Suspects:
    """Where secrets may be.

    Attributes:
        variables: whether an ARG or ENV may bring one in.
        files: whether a COPY or ADD may.
        runs: the offsets of the RUNs whose code may hold one, and of other instructions that may.
        others: whether a comment or an ONBUILD may.
    """

    variables: bool
    files: bool
    runs: frozenset[int]
    others: bool

    @property
    def any(self) -> bool:
        """Whether there is anything to look at."""
        return self.variables or self.files or self.others or bool(self.runs)


def suspects(dockerfile: Dockerfile) -> Suspects:
    """Where a file may have secrets; what isn't among them has none that would be found."""
    lowered = dockerfile.text.lower()
    if len(lowered) != len(dockerfile.text):
        # a letter that is longer when small moves all behind it
        lowered = "".join(
            low if len(low := letter.lower()) == 1 else letter for letter in dockerfile.text
        )
    tokens = [found.start for found in tokens_in(dockerfile.text)]
    code = [sign for sign in _IN_CODE if sign in lowered]
    pairs = [pair for pair in _PAIRS if pair[0] in lowered and pair[1] in lowered]
    logins = [found.start() for found in _LOGIN.finditer(lowered)] if "@" in lowered else []
    placed = (
        "$" in lowered
        and any(sign in lowered for sign in _AT_PLACES)
        and AT_SECRET_PLACES.search(dockerfile.text) is not None
    )
    named = any(sign in lowered for sign in _IN_NAMES)
    variables = files = False
    runs: set[int] = set()
    for instruction in dockerfile.instructions:
        start, end = instruction.span.start, instruction.span.end
        match instruction.name:
            case "ARG" | "ENV":
                variables = variables or placed or _is_suspect(instruction, named, tokens)
            case "COPY" | "ADD":
                files = files or any(map(_may_be_credential, _sources(instruction)))
                if any(start <= at < end for at in (*tokens, *logins)):
                    runs.add(start)
            case "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" | "LABEL":
                if (
                    any(lowered.find(sign, start, end) >= 0 for sign in code)
                    or any(_has_both(lowered, start, end, pair) for pair in pairs)
                    or any(start <= at < end for at in (*tokens, *logins))
                ):
                    runs.add(start)
    others = bool(tokens) or (named and "onbuild" in lowered)
    return Suspects(variables, files, frozenset(runs), others)


def _has_both(text: str, start: int, end: int, pair: tuple[str, str]) -> bool:
    return text.find(pair[0], start, end) >= 0 and text.find(pair[1], start, end) >= 0


def _is_suspect(instruction: Instruction, named: bool, tokens: list[int]) -> bool:
    text = instruction.value
    if "://" in text and "@" in text:
        return True
    if any(instruction.span.start <= at < instruction.span.end for at in tokens):
        return True
    if not named:
        return False
    lowered = text.lower()
    if not any(sign in lowered for sign in _IN_NAMES):
        return False
    return any(_is_secret_name(word.partition("=")[0]) for word in text.split())


@lru_cache(4096)
def _is_secret_name(name: str) -> bool:
    return name.isidentifier() and is_secret_name(name)


def _sources(instruction: Instruction) -> list[str]:
    words = instruction.json or [word.value for word in instruction.words()]
    return list(words[:-1])


@lru_cache(4096)
def _may_be_credential(word: str) -> bool:
    return credential_named(word) is not None
