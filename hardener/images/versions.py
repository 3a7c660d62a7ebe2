"""Reading image tags as versions: which is newer, and which says more exactly what another means.

Everything here is pure: tags go in as text, tags come out. A tag is never put together from
numbers; what is answered is always one of the tags that were handed in.
"""

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path

_START = re.compile(
    r"(?P<before>(?:[A-Za-z]+(?:[-._][A-Za-z]+)*[-._])?[vV]?)"
    r"(?P<version>(?P<release>\d+(?:\.\d+)*)(?P<rest>.*))",
    re.ASCII | re.DOTALL,
)
_DATE = re.compile(
    r"(?P<date>\d{4}(?P<hyphen>-?)[01]\d(?P=hyphen)[0-3]\d)"
    r"(?P<time>T\d{2}-?\d{2}-?\d{2}Z?)?(?![0-9A-Za-z.])",
    re.ASCII,
)
_NUMBER = re.compile(r"\d+", re.ASCII)
_JAVA_UPDATE = re.compile(r"u(\d+)(?:-b(\d+))?(?=[-_]|$)")
_BUILD = re.compile(r"[-_](\d+(?:\.\d+)*)(?=[-_]|$)")
_REVISION = re.compile(r"r\d+")
_PIECE = re.compile(r"([-_+]?)([^-_+]*)")
_WORD_AND_NUMBER = re.compile(r"([A-Za-z]+)(\d*)")

# a dotted version whose first number is this high is a year (calendar versioning)
_FIRST_YEAR = 1900
# numbers a version may have before it says exactly one release: 3.14.1
_PRECISE_PARTS = 3


class Step(enum.Enum):
    """How far a newer tag may be from the present one."""

    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


@dataclass(frozen=True, slots=True)
class VersionTag:
    """A tag with the version in it read as numbers.

    `before` and `variant` are the texts around the version ("bookworm-", "-slim"); `form` tells
    numberings apart that can't be compared (dotted, date, Java update); `prerelease` is None for a
    release, else its numbers.
    """

    text: str
    before: str
    form: str
    release: tuple[int, ...]
    build: tuple[int, ...]
    prerelease: tuple[int, ...] | None
    variant: str

    @property
    def order(self) -> tuple[tuple[int, ...], bool, tuple[int, ...], tuple[int, ...], str]:
        """A key: of two tags of one shape the newer has the greater; the text settles a tie."""
        return (self.release, self.prerelease is None, self.prerelease or (), self.build, self.text)

    @property
    def shape(self) -> tuple[str, str, str, int, bool]:
        """What two tags must share for one to replace the other: all but the version itself."""
        # Temurin counts 17_35, 17.0.10_7, 25.0.4.1_1: the build makes each of them exact
        parts = 0 if self.form == "underscore-build" else len(self.release)
        return (self.before, self.form, self.variant, parts, self.by_year)

    @property
    def is_date(self) -> bool:
        """Whether the version is the date of a build."""
        return self.form.startswith("date")

    @property
    def by_year(self) -> bool:
        """Whether the version counts in years (2024.3.1), and so says nothing against 3.1."""
        return not self.is_date and self.release[0] >= _FIRST_YEAR

    @property
    def precise(self) -> bool:
        """Whether the version names one release: 3.14.1, a date, anything with a build number."""
        return bool(self.build) or self.is_date or len(self.release) >= _PRECISE_PARTS


@dataclass(frozen=True, slots=True)
class _Words:
    prerelease: frozenset[str]
    glued_prerelease: frozenset[str]
    moving: frozenset[str]
    codenames: frozenset[str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    import tomllib

    table = tomllib.loads(Path(__file__).with_name("tag_words.toml").read_text("utf-8"))
    return _Words(
        frozenset(table["prerelease"]),
        frozenset(table["glued-prerelease"]),
        frozenset(table["moving"]),
        frozenset(table["codenames"]),
    )


@lru_cache(maxsize=65536)
def read_version(tag: str) -> VersionTag | None:
    """Read the version in `tag`; None if it holds none ("latest", "bookworm-slim", a hash).

    The shapes are those of the Docker Official Images and of the large vendors: 3.14.1-trixie,
    v1.2.3, 17.0.10_7-jdk-jammy, 8u402-b06-jdk, bookworm-20240311-slim, 9.3-1552,
    16.2.0-debian-12-r8, RELEASE.2024-03-15T01-07-19Z.
    """
    start = _START.fullmatch(tag)
    if start is None:
        return None
    before = start["before"]
    if date := _DATE.match(start["version"]):
        form = "date-time" if date["time"] else f"date{date['hyphen']}"
        numbers = tuple(int(part) for part in _NUMBER.findall(date[0]))
        return _with_tail(tag, before, form, numbers, (), start["version"][date.end() :])
    release, rest = tuple(int(part) for part in start["release"].split(".")), start["rest"]
    if update := _JAVA_UPDATE.match(rest):
        release += tuple(int(part) for part in update.groups() if part is not None)
        return _with_tail(tag, before, "java-update", release, (), rest[update.end() :])
    if build := _BUILD.match(rest):
        form = "underscore-build" if rest[0] == "_" else "dash-build"
        numbers = tuple(int(part) for part in build[1].split("."))
        return _with_tail(tag, before, form, release, numbers, rest[build.end() :])
    return _with_tail(tag, before, "dotted", release, (), rest)


def _with_tail(
    tag: str, before: str, form: str, release: tuple[int, ...], build: tuple[int, ...], tail: str
) -> VersionTag | None:
    """Split what follows the version into prerelease, package revision and variant."""
    glued = bool(tail) and tail[0] not in "-_+."
    prerelease: tuple[int, ...] | None = None
    variant: list[str] = []
    number_may_follow = False
    for at, (separator, word) in enumerate(_PIECE.findall(tail)):
        directly = at == 0 and separator == ""
        numbers = _prerelease_numbers(word, directly=directly)
        if numbers is not None:
            prerelease = (prerelease or ()) + numbers
            number_may_follow = True
        elif number_may_follow and word.isdecimal():
            prerelease = (*(prerelease or ()), int(word))
            number_may_follow = False
        elif glued and directly:
            return None  # 4e5b6c7: a hash, not version 4
        else:
            variant.append(separator + word)
            number_may_follow = False
    while variant and not variant[-1]:
        variant.pop()
    if variant and _REVISION.fullmatch(variant[-1][1:]):
        build = (*build, int(variant.pop()[2:]))
        form += "-revision"
    return VersionTag(tag, before, form, release, build, prerelease, "".join(variant))


def _prerelease_numbers(word: str, *, directly: bool) -> tuple[int, ...] | None:
    """The numbers of a prerelease word ("preview.2": 2, "rc": none); None for another word."""
    first, *others = word.lstrip(".").split(".")
    matched = _WORD_AND_NUMBER.fullmatch(first)
    if matched is None:
        return None
    name = matched[1].lower()
    known = _words()
    # "m" and "cr" are prereleases with their number only; alone they could name anything
    numbered_only = len(name) <= 2 and name not in ("ea", "rc")
    if not (
        (name in known.prerelease and not (numbered_only and not matched[2]))
        or ((directly or word.startswith(".")) and name in known.glued_prerelease)
    ):
        return None
    return tuple(int(part) for part in (matched[2], *others) if part.isdecimal())


def floats(tag: str) -> bool:
    """Whether `tag` moves on: it has no version, or only the start of one (3, 3.14).

    Read off the text alone: for an image that numbers its releases 16.2 the answer is True although
    nothing more exact exists; asking for a more specific tag then finds none.
    """
    version = read_version(tag)
    return version is None or not version.precise


def newer(
    tag: str, tags: Iterable[str], *, step: Step = Step.PATCH, line_parts: int = 2
) -> str | None:
    """The newest of `tags` that may stand in for `tag`, or None where none is newer.

    `line_parts` is how many numbers name a release line of this image: 2 for Python (3.14), 1 for
    PostgreSQL and Node.js (16, 20). PATCH stays in that line, MINOR under the same first number,
    MAJOR anywhere. The variant and everything else around the version must be the same, letter for
    letter, and as many numbers must be given, so that a floating tag stays one. A prerelease is
    never answered. A date counts as a patch.
    """
    current = read_version(tag)
    if current is None:
        return None
    kept = {Step.PATCH: max(line_parts, 1), Step.MINOR: 1, Step.MAJOR: 0}[step]
    if current.is_date:
        kept = 0
    line, best = _padded(current.release, kept), current
    for text in tags:
        candidate = read_version(text)
        if (
            candidate is not None
            and candidate.prerelease is None
            and candidate.shape == current.shape
            and _padded(candidate.release, kept) == line
            and candidate.order[:-1] > current.order[:-1]
            and candidate.order > best.order
        ):
            best = candidate
    return best.text if best is not current else None


def _padded(release: tuple[int, ...], length: int) -> tuple[int, ...]:
    return (*release, *(0 for _ in range(length - len(release))))[:length]


def refines(candidate: str, tag: str) -> bool:
    """Whether `candidate` could name the image that `tag` means today, only more exactly.

    The candidate has a released version that starts as `tag`'s does, and every word of `tag`'s
    variant, in order, where "alpine" may be refined to "alpine3.22". Whether it is the same image
    only the digest can tell.
    """
    exact, floating = read_version(candidate), read_version(tag)
    if exact is None or candidate == tag or (_unreleased(exact) and not _unreleased(floating)):
        return False
    if floating is None:
        return _holds(_variant_words(exact), _tag_words(tag))
    return (
        exact.before.lower() == floating.before.lower()
        and exact.release[: len(floating.release)] == floating.release
        and _holds(_variant_words(exact), _variant_words(floating))
        and specificity(candidate) > specificity(tag)
    )


def specificity(tag: str) -> tuple[int, int]:
    """A key: a tag that says more has the greater, by numbers of the version, then by words."""
    version = read_version(tag)
    if version is None:
        return (0, len(_tag_words(tag)))
    numbers = len(version.release) + len(version.build)
    return (numbers, len(_variant_words(version)))


def more_specific(tag: str, tags: Iterable[str], *, limit: int) -> tuple[str, ...]:
    """At most `limit` of `tags`: those that may be what `tag` means today, the likeliest first.

    The newest version of each release line comes early, with the variant unchanged; the same
    version with a distribution's name or a variant added comes after it.
    """
    by_version: dict[tuple[int, ...], list[VersionTag]] = {}
    for text in set(tags):
        if refines(text, tag):
            version = read_version(text)
            if version is not None:
                by_version.setdefault((*version.release, *version.build), []).append(version)
    floating = read_version(tag)
    own = _variant_words(floating) if floating is not None else _tag_words(tag)
    said_in_more = {numbers[:end] for numbers in by_version for end in range(1, len(numbers))}
    newest_first = sorted(by_version.keys() - said_in_more, reverse=True)
    ranked = [
        (place + rank, -rank, version.text)
        for place, numbers in enumerate(
            _one_of_each_line(newest_first) if floating is None else newest_first
        )
        for rank, version in enumerate(
            sorted(by_version[numbers], key=lambda version: _distance(version, own))
        )
    ]
    ranked.sort(key=lambda item: item[:2])
    return tuple(text for _, _, text in ranked[:limit])


def _one_of_each_line(newest_first: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
    """The newest version of each major and of each minor line, the two kinds by turns.

    "latest" is the newest of all, "lts" often that of an older major, "stable" that of an older
    minor line.
    """
    majors = list({numbers[:1]: numbers for numbers in reversed(newest_first)}.values())[::-1]
    lines = list({numbers[:2]: numbers for numbers in reversed(newest_first)}.values())[::-1]
    by_turns = [
        numbers for pair in zip_longest(majors, lines) for numbers in pair if numbers is not None
    ]
    return list(dict.fromkeys(by_turns))


def best_of(tag: str, same: Sequence[str]) -> str | None:
    """The most exact of `same`, tags known to have `tag`'s digest; None where none says more.

    A name that adds a flavour (slim) is taken only where there is none without it.
    """
    floating = read_version(tag)
    own = _variant_words(floating) if floating is not None else _tag_words(tag)

    def preference(text: str) -> tuple[int, int, int, str]:
        numbers, words = specificity(text)
        version = read_version(text)
        flavours = 0 if version is None else _distance(version, own)[0]
        return (numbers, -flavours, words, text)

    better = [text for text in same if specificity(text) > specificity(tag)]
    return max(better, key=preference, default=None)


def _unreleased(version: VersionTag | None) -> bool:
    if version is None:
        return False
    words = version.before.lower().replace(".", "-").replace("_", "-").split("-")
    return version.prerelease is not None or any(word in _words().prerelease for word in words)


def _variant_words(version: VersionTag) -> list[str]:
    return [
        word
        for word in re.split(r"[-_]", version.before + version.variant)
        if word not in ("", "v", "V")
    ]


def _tag_words(tag: str) -> list[str]:
    return [word for word in re.split(r"[-_]", tag) if word and word not in _words().moving]


def _holds(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether all of `wanted` stand in `words`, in order, each itself or with a version behind."""
    rest = iter(words)
    return all(
        any(
            word == want or (word.startswith(want) and word[len(want) : len(want) + 1].isdecimal())
            for word in rest
        )
        for want in wanted
    )


def _distance(version: VersionTag, own: Sequence[str]) -> tuple[int, int, str]:
    """How far a variant is from the words asked for: by flavours added, then by any words."""
    added = [word for word in _variant_words(version) if word not in own]
    flavours = [word for word in added if word not in _words().codenames]
    return (len(flavours), len(added), version.text)
