"""The Docker Official Images as they were listed on one day: what each tag meant."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from hardener.images.official import Entry, OfficialImage, is_shortened
from hardener.images.platforms import normalise_platform
from hardener.images.tags import TagParts, TagWords, dotted

LATEST = "latest"


class TagKind(Enum):
    """What a tag says about the release it means."""

    NO_IMAGE = "not an official image of the list"
    UNKNOWN = "not a tag of the image as far as the list tells"
    LATEST = "no tag, or latest"
    VARIANT = "a variant of the latest release line: slim, alpine, bookworm, jdk"
    CHANNEL = "a release channel: lts, stable, mainline, rolling, rc"
    MAJOR = "coarser than the release line: 3 of python, whose lines are 3.13 and 3.14"
    LINE = "a release line, or a part of one that still moves: 3.14-slim, trixie, 26.04"
    RELEASE = "one release, or an image of one day: 3.14.7, trixie-20260803"


@dataclass(frozen=True, slots=True)
class LineTag:
    """The tag of a release line, or why there is none.

    Attributes:
        tag: the tag, which means the same image on the day of the list; or None.
        reason: why there is no tag, as a clause for a message; "" when there is one.
    """

    tag: str | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TagClass:
    """What is known of a tag of an official image.

    Attributes:
        kind: see TagKind.
        listed: whether the tag stands on the list. A tag that does not may be older than it, newer
            or a mistake: this alone is no reason to warn.
        line: the release line it means (`3.14`, debian's `13`), or None where it can't be told.
        line_tag: for a floating tag, the tag of that line with the same variant.
        suite: the code name of the Debian or Ubuntu release in the tag itself, or None.
    """

    kind: TagKind
    listed: bool
    line: str | None = None
    line_tag: LineTag = field(default_factory=lambda: LineTag(None))
    suite: str | None = None

    @property
    def floating(self) -> bool:
        """Whether the tag moves to another release line some day."""
        return self.kind in {TagKind.LATEST, TagKind.VARIANT, TagKind.CHANNEL, TagKind.MAJOR}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The list of the Docker Official Images on one day. It has no digests.

    Names are those of official images (`python`), as `ImageReference.official` gives them; tags are
    without the colon, and None stands for `latest`. A platform is what `--platform` says, with its
    variables expanded: `linux/arm64`, `windows`; None means that none is asked for.

    Attributes:
        source: where the list is from, with its commit.
        snapshot: the day of the list.
        licence: of the list.
    """

    source: str
    snapshot: date
    licence: str
    _document: Mapping[str, Any] = field(repr=False)
    _words: TagWords = field(repr=False)
    _found: dict[str, OfficialImage] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(cls) -> "Catalogue":
        """The catalogue that is part of hardener; read once a process, in a few milliseconds."""
        return _embedded()

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Catalogue":
        """A catalogue from the parsed text of a data file of scripts/generate_catalogue.py."""
        return cls(
            source=document["source"],
            snapshot=date.fromisoformat(document["snapshot"]),
            licence=document["licence"],
            _document=document,
            _words=TagWords.from_lists(document["words"]),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all images of the list, sorted."""
        return tuple(self._document["images"])

    @property
    def words(self) -> TagWords:
        """The words of tags that are neither versions nor variants."""
        return self._words

    def find(self, name: str) -> OfficialImage | None:
        """The official image of that name, or None."""
        if name not in self._found and name in self._document["images"]:
            self._found[name] = self._image(name, self._document["images"][name])
        return self._found.get(name)

    def entry(self, name: str, tag: str | None, platform: str | None = None) -> Entry | None:
        """The entry of the list that a tag means for a platform, or None.

        Without a platform the Linux image, or the Windows image of a tag that has no other. Of
        several Windows images, for hosts of several releases, the first.
        """
        image = self.find(name)
        wanted = normalise_platform(platform) if platform else None
        entries = image.entries_for(tag or LATEST, wanted) if image else ()
        return entries[0] if entries else None

    def platforms(self, name: str, tag: str | None) -> tuple[str, ...]:
        """The platforms a tag is built for, canonical, without repetition; empty when unlisted."""
        image = self.find(name)
        entries = image.by_tag.get(tag or LATEST, ()) if image else ()
        return tuple(dict.fromkeys(p for entry in entries for p in entry.platforms))

    def same_image(
        self, name: str, tag: str | None, platform: str | None = None
    ) -> tuple[str, ...]:
        """The tags that mean what `tag` means, itself among them, in the list's order.

        With a platform: the same image on that platform. Without: the same on every platform, so
        that `latest` and `3.14` are one and `3.14-trixie`, which Windows can't pull, is not.
        Empty when the tag is not listed.
        """
        image = self.find(name)
        if image is None:
            return ()
        if platform:
            wanted = normalise_platform(platform)
            meant = image.entries_for(tag or LATEST, wanted)
            return _common_tags(meant)
        meant = image.by_tag.get(tag or LATEST, ())
        return tuple(t for t in _common_tags(meant) if image.by_tag[t] == meant)

    def release_line_tag(
        self, name: str, tag: str | None = None, *, platform: str | None = None
    ) -> LineTag:
        """The tag of the release line that a floating tag means today, with its variant.

        The rule, of all tags that the list gives the same image (for Windows: the images of all
        host releases, so that the host goes on picking its own):

        1. The release line is what the product's makers support as one (endoflife.date: 3.14 of
           python, 26 of node); without that knowledge, the numbers by which the maintainers of
           the image tell apart what they rebuild side by side.
        2. Kept are the tags that name that line and move with it; never one release, a date or a
           release candidate. Where none is left, the answer is a reason.
        3. For Linux, the tag that says most about the variant (`3.14-slim-trixie` before
           `3.14-slim`, `26-alpine3.24` before `26-alpine`); for Windows, the tag that adds no
           variant to the one asked for.
        4. Of equals, the one the maintainers list first: they write `trixie` before `13` for
           debian, and `26.04` before `resolute` for ubuntu.

        So the build does not change on the day of the list, and later goes on getting patches.
        """
        image = self.find(name)
        if image is None:
            return LineTag(None, f"{name} is not among the Docker Official Images of {self._day}")
        text = tag or LATEST
        wanted = normalise_platform(platform) if platform else None
        entries = image.entries_for(text, wanted)
        if not entries:
            return LineTag(None, self._missing(image, text, wanted))
        same = [t for t in _common_tags(entries) if image.entries_for(t, wanted) == entries]
        pool = [image.parse(other) for other in same]
        candidates = image.line_tags(pool)
        if not candidates:
            return self._through_channel(image, text) or LineTag(None, _no_line(image, text, pool))
        if entries[0].system == "windows":
            asked = image.variant(image.parse(text))
            alike = [parts for parts in candidates if image.variant(parts) == asked]
            return LineTag((alike or [min(candidates, key=image.pins)])[0].text)
        return LineTag(max(candidates, key=image.pins).text)

    def classify_tag(self, name: str, tag: str | None, *, platform: str | None = None) -> TagClass:
        """What a tag of an official image says about its release; see TagKind.

        `platform` decides between the images of Linux and Windows for the tag of the line.
        """
        image = self.find(name)
        if image is None:
            return TagClass(TagKind.NO_IMAGE, listed=False)
        text = tag or LATEST
        parts = image.parse(text)
        listed = text in image.by_tag
        kind = _kind(image, parts)
        result = TagClass(
            kind=kind,
            listed=listed,
            line=self.line(name, text),
            suite=next((w for w in parts.words if w in self._words.suites), None),
        )
        if not result.floating:
            return result
        line_tag = self.release_line_tag(name, text, platform=platform)
        return TagClass(kind, listed, result.line, line_tag, result.suite)

    def line(self, name: str, tag: str | None) -> str | None:
        """The release line a tag means, as the product's makers count it; None when unknown.

        What the tag itself says comes first; a tag that names no line is looked up on the list.
        """
        image = self.find(name)
        if image is None:
            return None
        text = tag or LATEST
        line = image.line(image.parse(text))
        if not line:
            entries = image.entries_for(text, None)
            line = image.line_of_pool([image.parse(other) for other in _common_tags(entries)])
        if not line:
            through = self._through_channel(image, text)
            return self.line(name, through.tag) if through else None
        return ".".join(line)

    def sibling_tag(
        self, name: str, tag: str | None, line: str, *, without: Collection[str] = ()
    ) -> str | None:
        """The tag of another release line that is most like this one, to be named in a message.

        `python:3.9-slim-buster` and line 3.14 give `3.14-slim`: the variant is kept as far as the
        list has it, without its distribution release if it must be, and then dropped; the words
        in `without` are dropped at once. A code name is answered with a code name. None when the
        line is not listed.
        """
        image = self.find(name)
        if image is None:
            return None
        parts = image.parse(tag or LATEST)
        heads = [line, f"v{line}"] if parts.version_text[:1] != "v" else [f"v{line}", line]
        named = [word for word, of_line in image.names.items() if of_line == line]
        heads = [*named, *heads] if not parts.version else [*heads, *named]
        variant = tuple(word for word in image.variant(parts) if word not in without)
        unpinned = tuple(w for w in variant if w not in self._words.suites)
        bare = tuple(w.rstrip("0123456789.") for w in unpinned)
        editions = [f"{parts.edition}-", ""] if parts.edition else [""]
        for words in dict.fromkeys((variant, unpinned, bare, ())):
            for edition in editions:
                for head in heads:
                    sibling = edition + "-".join((head, *words))
                    if sibling in image.by_tag:
                        return sibling
        return None

    @property
    def _day(self) -> str:
        return self.snapshot.isoformat()

    def _image(self, name: str, data: Mapping[str, Any]) -> OfficialImage:
        platforms = self._document["platforms"]
        entries = tuple(
            Entry(
                tags=tuple(tags.split(" ")),
                shared_tags=tuple(rest[0].split()) if rest else (),
                platforms=tuple(platforms[index].split(" ")),
                constraints=rest[1] if len(rest) > 1 else "",
            )
            for tags, index, *rest in data["entries"]
        )
        return OfficialImage(
            name=name,
            entries=entries,
            cycles=frozenset(map(dotted, data.get("cycles", "").split(" "))) - {()},
            depth=data["depth"],
            names=data.get("names", {}),
            channels=data.get("channels", {}),
            words=self._words,
        )

    def _through_channel(self, image: OfficialImage, tag: str) -> LineTag | None:
        channel, hyphen, rest = tag.partition("-")
        suite = image.channels.get(channel)
        other = f"{suite}{hyphen}{rest}"
        return LineTag(other) if suite and other in image.by_tag else None

    def _missing(self, image: OfficialImage, tag: str, platform: str | None) -> str:
        if not image.entries:
            return f"the list of {self._day} has no tags left for {image.name}"
        if tag in image.by_tag:
            return f"{image.name}:{tag} is not built for {platform}"
        return f"the list of {self._day} has no tag {tag} for {image.name}"


@cache
def _embedded() -> Catalogue:
    text = (Path(__file__).parent / "data" / "catalogue.json").read_bytes()
    return Catalogue.from_document(json.loads(text))


def _common_tags(entries: Sequence[Entry]) -> tuple[str, ...]:
    if not entries:
        return ()
    others = [frozenset(entry.all_tags) for entry in entries[1:]]
    return tuple(tag for tag in entries[0].all_tags if all(tag in other for other in others))


def _no_line(image: OfficialImage, tag: str, pool: Sequence[TagParts]) -> str:
    if any(parts.prerelease for parts in pool):
        return f"{image.name}:{tag} is ahead of a release"
    releases = [parts.text for parts in pool if parts.version]
    if releases:
        return f"the list names only single releases of {image.name}, such as {releases[0]}"
    return f"no tag of {image.name}:{tag} names a release line"


def _kind(image: OfficialImage, parts: TagParts) -> TagKind:
    if parts.text == LATEST:
        return TagKind.LATEST
    if parts.dated:
        return TagKind.RELEASE
    line = image.line(parts)
    if parts.version:
        return _kind_of_version(image, parts, line) if line else TagKind.MAJOR
    if line:
        return TagKind.LINE
    if parts.prerelease or image.is_channel(parts):
        return TagKind.CHANNEL
    known = image.variant_words | image.words.suites
    return TagKind.VARIANT if known.issuperset(parts.words) else TagKind.UNKNOWN


def _kind_of_version(image: OfficialImage, parts: TagParts, line: tuple[str, ...]) -> TagKind:
    if parts.revision or any(character.isdigit() for character in parts.prerelease):
        return TagKind.RELEASE
    if parts.version == line and (line in image.cycles or len(line) <= 2):
        return TagKind.LINE
    entries = image.by_tag.get(parts.text, ())
    pool = [image.parse(tag) for tag in _common_tags(entries)]
    return TagKind.LINE if is_shortened(parts, pool) else TagKind.RELEASE
