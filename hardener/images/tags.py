"""The parts of an image tag: its version, what follows the version, and its variant."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

_LEADING_VERSION = re.compile(r"[a-z]?([0-9]+(?:[._+u][0-9]+)*)")
_NUMBERS = re.compile(r"[0-9]+")
_REVISION = re.compile(r"u?[0-9]+(?:\.[0-9]+)*")
# PEP 440 spells the early releases of Python 3.15.0a1 and 3.15.0b2
_DOTTED = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_PEP440_EARLY = re.compile(r"(?:a|b|rc)[0-9]+")
_DATE = re.compile(r"(?:^|\.)20[0-9]{6}(?:\.|$)")


@dataclass(frozen=True, slots=True)
class TagWords:
    """The words of tags that are neither versions nor variants.

    Attributes:
        channels: words that follow a release channel (`lts`, `stable`, `edge`).
        prereleases: words that mark a release before its time (`rc`, `ea`).
        editions: what stands before the version (`enterprise-8.0.2`, `open-jdk-25.0.4.0`).
        suites: code names of Debian and Ubuntu releases.
    """

    channels: frozenset[str]
    prereleases: frozenset[str]
    editions: frozenset[str]
    suites: frozenset[str]
    prerelease_pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        words = "|".join(sorted(self.prereleases, key=lambda word: (-len(word), word)))
        # `rc`, `RC1`, `beta.5`, tomee's `M1`, and `95.2.beta` of dart
        pattern = re.compile(rf"(?:[0-9.]+\.)?(?i:{words})[.]?[0-9]*|M[0-9]+")
        object.__setattr__(self, "prerelease_pattern", pattern)

    @classmethod
    def from_lists(cls, lists: Mapping[str, Sequence[str]]) -> "TagWords":
        """From the lists of the data file, by the names of the attributes."""
        return cls(**{name: frozenset(words) for name, words in lists.items()})


@dataclass(frozen=True, slots=True)
class TagParts:
    """A tag taken apart.

    Attributes:
        text: the tag.
        edition: what stands before the version, or "".
        version: the numbers of the leading version as they are written, without a leading letter:
            `v3.7.11-alpine` has ("3", "7", "11"); empty where no version leads.
        version_text: that version as it stands in the tag.
        revision: numbers directly behind the version that count something else: `7.3` in
            `3.11-7.3-slim` (pypy), `37` in `8.0.46-37` (percona); or "".
        prerelease: what says that the release is not out yet: `rc` in `3.15-rc`; or "".
        dated: whether the tag holds a date (`trixie-20260803`), so that it never moves.
        words: the variant, a word each; a number behind a word belongs to it (`otp-29`), but for
            the code name of a distribution, which is a word of its own.
    """

    text: str
    edition: str
    version: tuple[str, ...]
    version_text: str
    revision: str
    prerelease: str
    dated: bool
    words: tuple[str, ...]


def parse_tag(tag: str, words: TagWords) -> TagParts:
    """Take a tag apart as the maintainers of the Docker Official Images put theirs together.

    The order is read off docker-library/official-images `library/*`: edition, version, revision
    or prerelease, variant, all joined by hyphens and each optional.
    """
    tokens = tag.split("-")
    edition, position = _edition(tokens, words)
    version: tuple[str, ...] = ()
    version_text = revision = prerelease = ""
    dated = any(_DATE.search(token) for token in tokens)

    match = _LEADING_VERSION.match(tokens[position])
    if match and not _is_date(tokens[position]):
        rest = tokens[position][match.end() :]
        early = bool(_PEP440_EARLY.fullmatch(rest) or words.prerelease_pattern.fullmatch(rest))
        if early or not rest:
            version = tuple(_NUMBERS.findall(match[1]))
            version_text = match[0]
            prerelease = rest
            position += 1
            while position < len(tokens) and _REVISION.fullmatch(tokens[position]):
                if not _is_date(tokens[position]):
                    revision = f"{revision}-{tokens[position]}".lstrip("-")
                position += 1

    variant: list[str] = []
    for token in tokens[position:]:
        if words.prerelease_pattern.fullmatch(token):
            prerelease = token
        elif _is_date(token):
            pass
        elif variant and variant[-1] not in words.suites and _REVISION.fullmatch(token):
            variant[-1] = f"{variant[-1]}-{token}"
        else:
            variant.append(token)
    return TagParts(
        tag, edition, version, version_text, revision, prerelease, dated, tuple(variant)
    )


def starts_with(version: Sequence[str], prefix: Sequence[str]) -> bool:
    """Whether a version belongs to a line: 3.14.7 starts with 3.14, and not with 3.1."""
    return len(version) >= len(prefix) and tuple(version[: len(prefix)]) == tuple(prefix)


def line_of(
    version: Sequence[str], cycles: Collection[tuple[str, ...]], depth: int
) -> tuple[str, ...]:
    """The release line of a version; empty when the version is coarser than any line.

    `cycles` are the lines the product's makers name (endoflife.date): the longest one that the
    version starts with is its line, so 3.14.7 is of 3.14 even if 3.1 is a line too. A version of
    none of them, or of an image without, has its first `depth` numbers for its line, and two at
    least below 1.0, where the second number breaks compatibility (semver.org, 4).
    """
    for length in range(len(version), 0, -1):
        if tuple(version[:length]) in cycles:
            return tuple(version[:length])
    if any(starts_with(cycle, version) for cycle in cycles):
        return ()
    depth = max(depth, 2) if version[:1] == ("0",) else depth
    return tuple(version[:depth]) if len(version) >= depth else ()


def version_key(version: Sequence[str]) -> tuple[int, ...]:
    """A version as numbers, to sort by."""
    return tuple(int(number) for number in version)


def dotted(version: str) -> tuple[str, ...]:
    """The numbers of a dotted version ("3.14"); empty when it is not one ("noetic", "20h2")."""
    return tuple(version.split(".")) if _DOTTED.fullmatch(version) else ()


def _edition(tokens: Sequence[str], words: TagWords) -> tuple[str, int]:
    """The edition before the version, and how many tokens it takes."""
    for count in range(1, min(len(tokens), 3)):
        edition = "-".join(tokens[:count])
        if edition in words.editions and _LEADING_VERSION.match(tokens[count]):
            return edition, count
    return "", 0


def _is_date(token: str) -> bool:
    match = _DATE.search(token)
    return match is not None and match.start() == 0
