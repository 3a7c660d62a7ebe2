"""Files that hold credentials: which they are, by name and by what stands in them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from hardener.secrets.table import any_of, table

# harmless: nothing secret in it; variables: it wants variables, which hold the secret
Verdict = str

_SAYS_NOTHING = frozenset({"--no-cache-dir", "-q", "-qq", "--quiet", "--no-input", "--silent"})
_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)[^}]*\}|%([A-Za-z_]\w*)%|\$([A-Z_][A-Z0-9_]+)")


@dataclass(frozen=True, slots=True)
class Credential:
    """A kind of credential file; the attributes are explained in data/credentials.toml."""

    number: int
    names: re.Pattern[str]
    but: re.Pattern[str]
    folder: bool
    id: str
    always: bool
    secret: re.Pattern[str] | None
    variables: bool
    programs: frozenset[str]
    quiet: frozenset[str]
    runtime: bool
    ssh: bool
    advice: str

    def holds_secret(self, text: str) -> bool:
        """Whether what stands in such a file is a secret itself."""
        if self.secret is None:
            return self.always
        return self.secret.search(text) is not None

    def is_read_by(self, words: Sequence[str]) -> bool:
        """Whether a command, its name without folders first, reads such a file by itself."""
        return is_begun_by(words, self.programs) and not is_begun_by(words, self.quiet)

    def wanted(self, text: str) -> Iterator[str]:
        """The variables that the tool puts in while it reads the file."""
        if self.variables:
            for match in _VARIABLE.finditer(text):
                yield next(group for group in match.groups() if group)


def is_begun_by(words: Sequence[str], starts: Collection[str]) -> bool:
    """Whether a command begins with one of these, or is just one that ends in `$`; options that
    say nothing of what is done don't count."""
    plain = [word for word in words if word not in _SAYS_NOTHING]
    return f"{' '.join(plain)}$" in starts or any(
        " ".join(plain[:count]) in starts for count in (1, 2, 3)
    )


@cache
def credentials() -> tuple[Credential, ...]:
    """All kinds of credential files, the most telling first."""
    return tuple(
        Credential(
            number=number,
            names=any_of(_anywhere(entry["names"])),
            but=any_of(_anywhere(entry.get("but", ()))),
            folder=entry.get("folder", False),
            id=entry["id"],
            always=entry.get("always", False),
            secret=re.compile(entry["secret"]) if "secret" in entry else None,
            variables=entry["variables"],
            programs=frozenset(entry["programs"]),
            quiet=frozenset(entry.get("quiet", ())),
            runtime=entry.get("runtime", False),
            ssh=entry.get("ssh", False),
            advice=entry.get("advice", ""),
        )
        for number, entry in enumerate(table("credentials")["file"])
    )


def _anywhere(names: list[str]) -> list[str]:
    return [pattern for name in names for pattern in (name, f"*/{name}")]


def credential_named(path: str) -> Credential | None:
    """The kind of credential file that a path names; None if it names none."""
    plain = path.rstrip("/")
    if not plain or not _any_name().fullmatch(plain):
        return None
    for kind in credentials():
        if kind.names.fullmatch(plain) and not kind.but.fullmatch(plain):
            return kind
    return None


@cache
def _any_name() -> re.Pattern[str]:
    """All kinds at once: most paths name none."""
    return any_of(
        [name for entry in table("credentials")["file"] for name in _anywhere(entry["names"])]
    )
