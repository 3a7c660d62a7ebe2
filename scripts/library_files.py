"""Read the library files of docker-library/official-images."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hardener.errors import HardenError

# docker-library/official-images README: names of architectures in the list, and Docker's own
PLATFORMS = {
    "amd64": "linux/amd64",
    "arm32v5": "linux/arm/v5",
    "arm32v6": "linux/arm/v6",
    "arm32v7": "linux/arm/v7",
    "arm64v8": "linux/arm64",
    "i386": "linux/386",
    "mips64le": "linux/mips64le",
    "ppc64le": "linux/ppc64le",
    "riscv64": "linux/riscv64",
    "s390x": "linux/s390x",
    "windows-amd64": "windows/amd64",
}


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry of a library file: one image, or one image for each architecture.

    `directory` is where its Dockerfile stands; "" for the root of its repository.
    """

    tags: tuple[str, ...]
    shared_tags: tuple[str, ...]
    platforms: tuple[str, ...]
    constraints: str
    directory: str

    @property
    def all_tags(self) -> tuple[str, ...]:
        return self.tags + self.shared_tags


class SourceError(HardenError):
    """A source is not as the scripts know it."""


def read_library_file(text: str) -> Iterator[ListedEntry]:
    """The entries of a library file.

    The format is RFC 2822's: fields, continued by indented lines; a blank line ends an entry; `#`
    starts a comment line; the first paragraph, with the maintainers, gives the defaults of the
    others (docker-library/bashbrew manifest/rfc2822.go).
    """
    defaults: dict[str, str] = {}
    for fields in _paragraphs(text):
        if "Tags" not in fields:
            defaults.update(fields)
            continue
        merged = {**defaults, **fields}
        architectures = _words(merged.get("Architectures", "amd64"))
        unknown = [name for name in architectures if name not in PLATFORMS]
        if unknown:
            raise SourceError(f"unknown architecture in the official list: {unknown[0]}")
        yield ListedEntry(
            tags=_words(merged["Tags"]),
            shared_tags=_words(merged.get("SharedTags", "")),
            platforms=tuple(PLATFORMS[name] for name in architectures),
            constraints=" ".join(_words(merged.get("Constraints", ""))),
            directory=merged.get("Directory", ""),
        )


def _paragraphs(text: str) -> Iterator[dict[str, str]]:
    fields: dict[str, str] = {}
    key = ""
    for line in [*text.split("\n"), ""]:
        if line.startswith("#"):
            continue
        if not line.strip():
            if fields:
                yield fields
            fields, key = {}, ""
        elif line[0] in " \t" and key:
            fields[key] += f" {line.strip()}"
        else:
            key, _, value = line.partition(":")
            fields[key] = value.strip()


def _words(value: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[,\s]+", value) if word)
