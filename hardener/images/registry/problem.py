"""What can go wrong with a registry, said in one line that holds no credential."""

from __future__ import annotations

import enum
import re

from hardener.errors import HardenError

_USER_INFO = re.compile(r"(?<=://)[^/@\s\"']{1,256}@")
_QUERY = re.compile(r"\?[^\s\"']+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_LONGEST_LINE = 300


class Kind(enum.Enum):
    """Why a registry gave no answer that can be used."""

    NOT_FOUND = "not-found"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    SLOW = "slow"
    LIMITED = "limited"
    BROKEN = "broken"
    UNSUPPORTED = "unsupported"
    OFFLINE = "offline"
    INVALID = "invalid"


class RegistryProblem(HardenError):  # noqa: N818 - a result beside others as often as it is raised
    """A registry, or one image in it, could not be read.

    Attributes:
        kind: what kind of problem it is, for those who decide by it.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        kind: Kind = Kind.BROKEN,
    ) -> None:
        super().__init__(message, path=path, line=line)
        self.kind = kind

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (self.message, self.path, self.line, self.kind))


def _rebuild(message: str, path: str | None, line: int | None, kind: Kind) -> RegistryProblem:
    return RegistryProblem(message, path=path, line=line, kind=kind)


def one_line(text: str) -> str:
    """Another program's words made fit to print: one line, no control characters, at most 300
    characters, and of addresses neither user and password nor the query, which may be signed.
    """
    text = _QUERY.sub("", _USER_INFO.sub("", text))
    text = " ".join(_CONTROL.sub(" ", text).split())
    return text if len(text) <= _LONGEST_LINE else f"{text[: _LONGEST_LINE - 1]}…"
