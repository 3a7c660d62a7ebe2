"""One Docker Official Image: the entries of its list, and the release lines among its tags."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hardener.images.platforms import serves, system_of
from hardener.images.tags import TagParts, TagWords, line_of, parse_tag, starts_with


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the list: one image of one system, built for one or more architectures.

    Attributes:
        tags: the tags that mean this entry alone, in the order the maintainers list them.
        shared_tags: tags that mean this entry or another, by the platform that pulls.
        platforms: `linux/amd64`, `linux/arm64`, `windows/amd64` …
        constraints: what the host must be, for Windows: `windowsservercore-ltsc2025`; or "".
    """

    tags: tuple[str, ...]
    shared_tags: tuple[str, ...]
    platforms: tuple[str, ...]
    constraints: str

    @property
    def all_tags(self) -> tuple[str, ...]:
        """Every tag that can mean this entry."""
        return self.tags + self.shared_tags

    @property
    def system(self) -> str:
        """The operating system: `linux` or `windows`."""
        return system_of(self.platforms[0])


@dataclass(frozen=True)
class OfficialImage:
    """A Docker Official Image.

    Attributes:
        name: its name, without `library/`.
        entries: what the list holds; empty when the image is kept on the list but not rebuilt.
        cycles: the release lines endoflife.date knows of it, past ones too; may be empty.
        depth: how many numbers name a release line that is not in `cycles`.
        names: words that stand for a line: `trixie` is 13 for debian, `jod` 22 for node.
        channels: what a channel means where the list does not say: `stable` is `trixie`.
        words: the words of tags.
    """

    name: str
    entries: tuple[Entry, ...]
    cycles: frozenset[tuple[str, ...]]
    depth: int
    names: Mapping[str, str]
    channels: Mapping[str, str]
    words: TagWords

    @cached_property
    def by_tag(self) -> dict[str, tuple[Entry, ...]]:
        """The entries each listed tag can mean."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for tag in entry.all_tags:
                found.setdefault(tag, []).append(entry)
        return {tag: tuple(entries) for tag, entries in found.items()}

    @cached_property
    def variant_words(self) -> frozenset[str]:
        """The words that tell the variants of this image apart."""
        return frozenset(word for tag in self.by_tag for word in self.parse(tag).words)

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The release lines that are rebuilt, `3.14`, in the order of the list."""
        pools = ([self.parse(tag) for tag in entry.all_tags] for entry in self.entries)
        lines = (self.line_of_pool(pool) for pool in pools)
        return tuple(dict.fromkeys(".".join(line) for line in lines if line))

    @cached_property
    def listed_lines(self) -> frozenset[tuple[str, ...]]:
        """The lines that any listed tag names, and those of releases that are not out yet."""
        parsed = [self.parse(tag) for tag in self.by_tag]
        return frozenset(line for parts in parsed if (line := self.line(parts) or parts.version))

    def parse(self, tag: str) -> TagParts:
        """A tag of this image taken apart."""
        return parse_tag(tag, self.words)

    def entries_for(self, tag: str, platform: str | None) -> tuple[Entry, ...]:
        """The entries a tag means when it is pulled for a canonical platform.

        Without a platform: for Linux, or for Windows where the tag has no Linux image. Several
        are left for Windows alone, whose host picks the one of its own release.
        """
        entries = self.by_tag.get(tag, ())
        if platform is None:
            linux = tuple(entry for entry in entries if entry.system == "linux")
            return linux or entries
        return tuple(entry for entry in entries if serves(entry.platforms, platform))

    def line(self, parts: TagParts) -> tuple[str, ...]:
        """The release line a tag names itself, by version or by name; empty when it names none."""
        if parts.version:
            return line_of(parts.version, self.cycles, self.depth)
        if parts.words and parts.words[0] in self.names:
            return tuple(self.names[parts.words[0]].split("."))
        return ()

    def line_of_pool(self, pool: Sequence[TagParts]) -> tuple[str, ...]:
        """The release line of an image, from all its tags; empty when none names one.

        Where the tags count in two ways (bonita's 2026.2 and 11.1) the first one listed counts.
        A release that is not out yet has a line only if no tag of the image is without that mark.
        """
        versions = [p for p in pool if p.version and not p.dated and not p.prerelease]
        if versions:
            same = [p for p in versions if p.version[0] == versions[0].version[0]]
            longest = max(same, key=lambda p: len(p.version))
            return self.line(longest) or longest.version
        return next((self.line(p) for p in pool if not p.version and self.line(p)), ())

    def line_tags(self, pool: Sequence[TagParts]) -> list[TagParts]:
        """The tags of an image that name its release line and will follow it, coarsest first.

        `pool` is every tag of the image. A tag is left out when it is dated or ahead of the
        release, and when it names one release: when the list has no longer form of its version,
        unless the line is a known one or has two numbers at most (fedora's 44). Where the line
        itself is no tag, the next finer tags that are not one release stand for it
        (liquibase lists 5.0 and 5.0.1 of its line 5).
        """
        line = self.line_of_pool(pool)
        if not line:
            return []
        fitting = []
        for parts in pool:
            if parts.dated or parts.prerelease or parts.revision:
                continue
            if not parts.version:
                if self.line(parts) == line:
                    fitting.append((len(line), parts))
            elif starts_with(parts.version, line):
                known = parts.version == line and (line in self.cycles or len(line) <= 2)
                if known or is_shortened(parts, pool):
                    fitting.append((len(parts.version), parts))
        coarsest = min((length for length, _ in fitting), default=0)
        return [parts for length, parts in fitting if length == coarsest]

    def variant(self, parts: TagParts) -> tuple[str, ...]:
        """The words of a tag that tell its variant, without names of lines and channels."""
        lead = parts.words[0] if parts.words and not parts.version else ""
        return parts.words[1:] if lead in self.names or self.is_channel(parts) else parts.words

    def is_channel(self, parts: TagParts) -> bool:
        """Whether a tag follows a channel: its first word, without a version, names one."""
        return bool(parts.words) and not parts.version and parts.words[0] in self.words.channels

    def pins(self, parts: TagParts) -> tuple[int, int]:
        """How closely a tag names its variant: the words with a release in them, then all words."""
        words = self.variant(parts)
        exact = [w for w in words if w in self.words.suites or any(c.isdigit() for c in w)]
        return len(exact), len(words)


def is_shortened(parts: TagParts, pool: Iterable[TagParts]) -> bool:
    """Whether another tag of the same image spells this tag's version out further."""
    return any(
        starts_with(other.version, parts.version)
        and (
            len(other.version) > len(parts.version)
            or ((other.revision or other.dated) and other.words == parts.words)
        )
        for other in pool
    )
