"""Which release lines of base images have ended: no longer rebuilt, or past their end of life."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from hardener.images.catalogue import Catalogue
from hardener.images.official import OfficialImage
from hardener.images.tags import dotted, parse_tag, starts_with, version_key

_PATH_WORDS = re.compile(r"[/_-]")
_TRAILING_VERSION = re.compile(r"[0-9][0-9.]*$")

# a line that ends sooner is no place to move to, if there is another
_WORTH_MOVING_TO = timedelta(days=182)


@dataclass(frozen=True, slots=True)
class Line:
    """A release line to move to.

    Attributes:
        cycle: the line as its makers count it: `3.14`, `13`.
        name: what a tag would say: `3.14`, `trixie`.
        ends: the day its support ends, or None when that is not set yet.
        tag: the tag of the same image with that line and, as far as it is listed, the same
            variant. None for an image that is not official, for a distribution, and where the
            list has no tag for the line as such.
    """

    cycle: str
    name: str
    ends: date | None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Retired:
    """An image or a release line that the official list no longer holds: it pulls, unpatched.

    Attributes:
        name: the official image.
        line: the release line, or None when the whole image ended.
        since: the day it left the list, or None when that is not known.
        replacements: the images its maintainers point to instead; may be empty.
        nearest: as in EndOfLife; only lines that are rebuilt.
        newest: the same.
    """

    name: str
    line: str | None
    since: date | None
    replacements: tuple[str, ...]
    nearest: Line | None = None
    newest: Line | None = None


@dataclass(frozen=True, slots=True)
class EndOfLife:
    """A release line of a product in the image, past its end of life.

    Attributes:
        title: the product and line, for a message: `Python 3.9`, `Debian 10 (buster)`.
        cycle: the line: `3.9`, `10`.
        distribution: whether it is the distribution that the image is built on, told by its tag or
            name, and not the image's own product.
        since: the day after which nobody gets patches without paying (for Debian, the end of its
            LTS), or None when only the state is known.
        nearest: the next line to move to, or None. A line that ends within half a year is named
            only when there is no other.
        newest: the newest line to move to, or None.
    """

    title: str
    cycle: str
    distribution: bool
    since: date | None
    nearest: Line | None
    newest: Line | None


@dataclass(frozen=True, slots=True)
class _Cycle:
    text: str
    numbers: tuple[str, ...]
    ended: bool
    end: date | None
    name: str

    def over(self, today: date) -> bool:
        return self.ended or (self.end is not None and self.end <= today)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What is known of the ends of release lines, as of one day.

    Image names are as `ImageReference.familiar` gives them (`python`, `bitnami/redis`,
    `mcr.microsoft.com/dotnet/sdk`); tags are without the colon, and None stands for `latest`.

    Attributes:
        source: where the dates are from, with their commit.
        snapshot: the day of the data. A caller that must not read the clock can take it for
            today: what it finds then changes with hardener's release alone.
        licence: of the data.
    """

    source: str
    snapshot: date
    licence: str
    _document: Mapping[str, Any] = field(repr=False)
    _catalogue: Catalogue = field(repr=False)
    _products: Mapping[str, tuple[str, ...]] = field(repr=False)

    @classmethod
    def load(cls) -> "Lifecycle":
        """The data that is part of hardener; read once a process, in a few milliseconds."""
        return _embedded()

    @classmethod
    def from_document(cls, document: Mapping[str, Any], catalogue: Catalogue) -> "Lifecycle":
        """From the parsed text of a data file of scripts/generate_catalogue.py."""
        products: dict[str, tuple[str, ...]] = {}
        for product, data in document["products"].items():
            for image in data["images"]:
                products[image] = (*products.get(image, ()), product)
        return cls(
            source=document["source"],
            snapshot=date.fromisoformat(document["snapshot"]),
            licence=document["licence"],
            _document=document,
            _catalogue=catalogue,
            _products=products,
        )

    def retired(self, name: str, tag: str | None, today: date) -> Retired | None:
        """Whether an official image, or the release line a tag means, left the official list.

        `today` decides only which line is named to move to.

        None when it did not, as far as is known: a tag that is listed; one release of a line that
        lives on (`python:3.13.1`); a line that may be newer than the list; an image that is not
        official; a tag that says no line. Source: the history of docker-library/official-images
        and the notices of docker-library/docs.
        """
        name = self._without_mirror(name)
        replacements = tuple(self._document["replacements"].get(name, ()))
        removed = self._document["removed"].get(name)
        if removed is not None:
            return Retired(name, None, _day(removed), replacements)
        image = self._catalogue.find(name)
        if image is None or (tag or "latest") in image.by_tag:
            return None
        parts = image.parse(tag or "latest")
        line = image.line(parts) or parts.version
        if not line or any(starts_with(listed, line) for listed in image.listed_lines):
            return None
        text = ".".join(line)
        days = self._document["retired"].get(name, {})
        since = next((day for day, lines in days.items() if text in lines.split(" ")), None)
        if since is None and not _is_older(line, image.listed_lines):
            return None
        own = self._own_cycle(name, tag)
        if own is not None:
            lines = self._supported_after(*own, today, name, tag)
        else:
            lines = self._listed_after(image, line, today, tag)
        nearest, newest = _nearest_and_newest(lines, today)
        return Retired(name, text, _day(since or ""), replacements, nearest, newest)

    def end_of_life(self, name: str, tag: str | None, today: date) -> tuple[EndOfLife, ...]:
        """What in an image is past its end of life on a day: its product, then its distribution.

        The product is known by the name of the image, its line by the tag; a tag that names no
        line is looked up in the official list. The distribution is told by a word of the tag, of
        the other tags of the same official image, or of the name (`static-debian11`, `ubi8`).
        Empty when nothing ended or nothing is known. Source: endoflife.date.
        """
        name = self._without_mirror(name)
        found = []
        own = self._own_cycle(name, tag)
        if own is not None and own[1].over(today):
            found.append(self._finding(*own, today, name, tag))
        seen = {own[0]} if own is not None else set()
        for product, cycle in self._distributions(name, tag):
            if product not in seen:
                seen.add(product)
                if cycle.over(today):
                    found.append(self._finding(product, cycle, today))
        return tuple(found)

    def line_parts(self, name: str, tag: str | None) -> int | None:
        """How many numbers name a release line of an image: 2 for Python (3.14), 1 for Node.js.

        None where nothing is known of the image.
        """
        own = self._own_cycle(self._without_mirror(name), tag)
        if own is not None and own[1].numbers:
            return len(own[1].numbers)
        line = self._catalogue.line(name, tag)
        return None if line is None else len(dotted(line)) or None

    def _own_cycle(self, name: str, tag: str | None) -> tuple[str, _Cycle] | None:
        """The product of the image and the cycle of the tag: the closest match of all products."""
        matches = []
        for product in self._products.get(name, ()):
            cycle = self._cycle_of_tag(name, tag, self._cycles(product))
            if cycle is not None:
                matches.append((product, cycle))
        return max(matches, key=lambda match: len(match[1].numbers), default=None)

    def _cycle_of_tag(self, name: str, tag: str | None, cycles: Sequence[_Cycle]) -> _Cycle | None:
        if cycles[0].text == "current":
            # endoflife.date's only cycle of a product without releases (clearlinux)
            return cycles[0]
        parts = parse_tag(tag or "latest", self._catalogue.words)
        if parts.version:
            return _cycle_of_version(parts.version, cycles) or _newest_within(parts.version, cycles)
        if self._catalogue.find(name) is not None:
            line = self._catalogue.line(name, tag)
            return next((c for c in cycles if c.text == line), None) or _cycle_of_version(
                dotted(line or ""), cycles
            )
        word = parts.words[0].lower() if parts.words else ""
        number = _TRAILING_VERSION.search(word)
        names = {word, number[0] if number else word}
        return next((c for c in cycles if names & {c.text, c.name}), None)

    def _distributions(self, name: str, tag: str | None) -> Iterator[tuple[str, _Cycle]]:
        """The distributions an image says it is built on, by its tag first, then by its name."""
        words = self._catalogue.words
        for same in (tag or "latest", *self._catalogue.same_image(name, tag, "linux")):
            for word in parse_tag(same, words).words:
                yield from self._distributions_in(word.lower())
        for word in _PATH_WORDS.split(name.lower()):
            yield from self._distributions_in(word)

    def _distributions_in(self, word: str) -> Iterator[tuple[str, _Cycle]]:
        suite = self._document["suites"].get(word)
        if suite is not None:
            product, _, text = suite.partition(" ")
            yield from ((product, c) for c in self._cycles(product) if c.text == text)
            return
        for product, prefixes in self._document["distributions"].items():
            for prefix in prefixes:
                if not word.startswith(prefix):
                    continue
                version = dotted(word.removeprefix(prefix).lstrip("-"))
                if version:
                    cycle = _cycle_of_version(version, self._cycles(product))
                    if cycle is not None:
                        yield product, cycle
                        return

    def _finding(
        self,
        product: str,
        cycle: _Cycle,
        today: date,
        name: str | None = None,
        tag: str | None = None,
    ) -> EndOfLife:
        """`name` and `tag` are given when the cycle is the image's own, not its distribution's."""
        lines = self._supported_after(product, cycle, today, name, tag)
        nearest, newest = _nearest_and_newest(lines, today)
        title = self._document["titles"].get(product) or (name or product).rpartition("/")[2]
        code_name = f" ({cycle.name})" if cycle.name and cycle.name != cycle.text else ""
        return EndOfLife(
            title=f"{title} {cycle.text}{code_name}",
            cycle=cycle.text,
            distribution=name is None,
            since=cycle.end,
            nearest=nearest,
            newest=newest,
        )

    def _supported_after(
        self, product: str, cycle: _Cycle, today: date, name: str | None, tag: str | None
    ) -> list[Line]:
        """The lines after a cycle that are supported and, of an official image, listed; sorted."""
        cycles = self._cycles(product)
        later = [c for c in cycles if _is_later(c, cycle, cycles) and not c.over(today)]
        image = self._catalogue.find(name) if name else None
        if image is not None:
            later = [c for c in later if c.text in image.lines]
        if all(c.numbers for c in later):
            later.sort(key=lambda c: version_key(c.numbers))
        else:
            later.reverse()
        return [
            Line(c.text, c.name or c.text, c.end, self._sibling(name, tag, c.text, today))
            for c in later
        ]

    def _listed_after(
        self, image: OfficialImage, line: Sequence[str], today: date, tag: str | None
    ) -> list[Line]:
        """The listed lines after one that is not, up to the one of `latest`, in order."""
        latest = dotted(self._catalogue.line(image.name, None) or "")
        numbered = [numbers for text in image.lines if (numbers := dotted(text))]
        after = [n for n in numbered if _comes_after(n, line) and not _comes_after(n, latest)]
        lines = []
        for numbers in sorted(after, key=version_key):
            text = ".".join(numbers)
            own = self._own_cycle(image.name, text)
            if own is None or not own[1].over(today):
                ends = own[1].end if own else None
                lines.append(Line(text, text, ends, self._sibling(image.name, tag, text, today)))
        return lines

    def _sibling(self, name: str | None, tag: str | None, line: str, today: date) -> str | None:
        """The tag of another line with the same variant, but for a distribution that ended too."""
        if name is None:
            return None
        words = parse_tag(tag or "latest", self._catalogue.words).words
        ended = {
            word
            for word in words
            for _, cycle in self._distributions_in(word.lower())
            if cycle.over(today)
        }
        return self._catalogue.sibling_tag(name, tag, line, without=ended)

    def _without_mirror(self, name: str) -> str:
        for prefix in self._document["mirrors"]:
            if name.startswith(prefix):
                return name.removeprefix(prefix)
        return name

    def _cycles(self, product: str) -> tuple[_Cycle, ...]:
        return _parse_cycles(tuple(self._document["products"][product]["cycles"]))


@cache
def _embedded() -> Lifecycle:
    text = (Path(__file__).parent / "data" / "lifecycle.json").read_bytes()
    return Lifecycle.from_document(json.loads(text), Catalogue.load())


@cache
def _parse_cycles(texts: tuple[str, ...]) -> tuple[_Cycle, ...]:
    cycles = []
    for text in texts:
        cycle, end, name = [*text.split("|"), ""][:3]
        state = end in {"yes", "no"}
        day = None if state else _day(end)
        cycles.append(_Cycle(cycle, dotted(cycle), end == "yes", day, name))
    return tuple(cycles)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _cycle_of_version(version: Sequence[str], cycles: Iterable[_Cycle]) -> _Cycle | None:
    """The cycle a version starts with: 3.14 for 3.14.7, and not 3.1."""
    by_numbers = {cycle.numbers: cycle for cycle in cycles if cycle.numbers}
    lengths = range(len(version), 0, -1)
    return next((by_numbers[v] for n in lengths if (v := tuple(version[:n])) in by_numbers), None)


def _newest_within(version: Sequence[str], cycles: Iterable[_Cycle]) -> _Cycle | None:
    """The newest cycle that a coarser version can mean: 2.7 for python:2."""
    within = [c for c in cycles if c.numbers and starts_with(c.numbers, version)]
    return max(within, key=lambda cycle: version_key(cycle.numbers), default=None)


def _nearest_and_newest(lines: Sequence[Line], today: date) -> tuple[Line | None, Line | None]:
    lasting = [line for line in lines if line.ends is None or line.ends - today > _WORTH_MOVING_TO]
    choice = lasting or lines
    return (choice[0], choice[-1]) if choice else (None, None)


def _is_later(cycle: _Cycle, than: _Cycle, cycles: Sequence[_Cycle]) -> bool:
    """Whether a cycle comes after another; `cycles` are newest first."""
    if cycle.numbers and than.numbers:
        return _comes_after(cycle.numbers, than.numbers)
    return cycles.index(cycle) < cycles.index(than)


def _is_older(line: Sequence[str], listed: Iterable[Sequence[str]]) -> bool:
    """Whether a listed line comes after this one, so that this can't be newer than the list.

    Only lines whose first numbers have as many digits are compared: sonarqube counts 26.8 of one
    edition and 2026.4 of the other.
    """
    return any(len(other[0]) == len(line[0]) and _comes_after(other, line) for other in listed)


def _comes_after(version: Sequence[str], other: Sequence[str]) -> bool:
    """Whether both are numbers and the first is the greater."""
    numbers = [*version, *other]
    if not (version and other and all(number.isdigit() for number in numbers)):
        return False
    return version_key(version) > version_key(other)
