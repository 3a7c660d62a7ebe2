"""Image references: read them as Docker does, and write them with another tag or digest."""

import re
from dataclasses import dataclass

from hardener.errors import HardenError

SCRATCH = "scratch"
"""The name BuildKit keeps for the empty base: no registry is asked for it."""

_HUB = "docker.io"
_LEGACY_HUB = "index.docker.io"
_OFFICIAL_NAMESPACE = "library/"
_MAX_REPOSITORY_LENGTH = 255

_HOST_LABEL = re.compile(r"[A-Za-z0-9-]+")
_IPV6 = re.compile(r"\[[A-Fa-f0-9:]+\]")
_PORT = re.compile(r"[0-9]+")
_PATH_COMPONENT = re.compile(r"[a-z0-9]+(?:(?:__|[._]|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_IDENTIFIER = re.compile(r"[a-f0-9]{64}")
_LOWER_HEX = re.compile(r"[a-f0-9]+")

# opencontainers/go-digest algorithm.go: the registered algorithms and the length of their hex form
_DIGEST_HEX_LENGTH = {"sha256": 64, "sha384": 96, "sha512": 128}


class InvalidReference(HardenError):  # noqa: N818 - named for what the text is
    """The text is not an image reference; Docker refuses it too."""


@dataclass(frozen=True, slots=True)
class ImageReference:
    """An image reference, and where its parts stand in the text it was read from.

    Attributes:
        text: the reference as it was written.
        registry: host and port of the registry, `docker.io` for Docker Hub however it was written.
        repository: path inside the registry; an official image is `library/NAME`.
        tag: the tag as written; None where there is none (Docker then takes `latest`).
        digest: `ALGORITHM:HEX`; None where there is none.
        name_end: offset in `text`, in characters, just behind the name: where a tag is inserted.
    """

    text: str
    registry: str
    repository: str
    tag: str | None
    digest: str | None
    name_end: int

    @property
    def name(self) -> str:
        """The name as it was written, without tag and digest."""
        return self.text[: self.name_end]

    @property
    def familiar(self) -> str:
        """The short name Docker shows: `python`, `bitnami/redis`, `ghcr.io/owner/image`.

        Source: distribution/reference normalize.go, `familiarizeName`.
        """
        if self.registry != _HUB:
            return f"{self.registry}/{self.repository}"
        return self.official or self.repository

    @property
    def official(self) -> str | None:
        """The name of the Docker Official Image (`python`), or None for any other image."""
        if self.registry != _HUB or not self.repository.startswith(_OFFICIAL_NAMESPACE):
            return None
        name = self.repository.removeprefix(_OFFICIAL_NAMESPACE)
        return None if "/" in name else name

    @property
    def tag_span(self) -> tuple[int, int] | None:
        """Start and end of the tag in `text`, without its colon; None where there is no tag."""
        if self.tag is None:
            return None
        start = self.name_end + 1
        return start, start + len(self.tag)

    @property
    def digest_span(self) -> tuple[int, int] | None:
        """Start and end of the digest in `text`, without its `@`; None where there is none."""
        if self.digest is None:
            return None
        return len(self.text) - len(self.digest), len(self.text)

    def with_tag(self, tag: str) -> "ImageReference":
        """The same reference with this tag; name and digest stay as they were written.

        Raises InvalidReference when `tag` is not a tag.
        """
        _require_tag(tag)
        digest = "" if self.digest is None else f"@{self.digest}"
        return parse_reference(f"{self.name}:{tag}{digest}")

    def with_digest(self, digest: str) -> "ImageReference":
        """The same reference with this digest; name and tag stay as they were written.

        Raises InvalidReference when `digest` is not a digest.
        """
        _require_digest(digest)
        tag = "" if self.tag is None else f":{self.tag}"
        return parse_reference(f"{self.name}{tag}@{digest}")

    def __str__(self) -> str:
        return self.text


def is_scratch(text: str) -> bool:
    """Whether a FROM of this text starts from nothing instead of from an image.

    Only the bare name does (BuildKit, frontend/dockerfile/instructions: `EmptyImageName`);
    `scratch:latest` is an ordinary reference that no registry serves.
    """
    return text == SCRATCH


def parse_reference(text: str) -> ImageReference:
    """Read an image reference with its variables already expanded.

    Takes the text between the flags of a FROM and its AS, or the value of `--from=`. Follows the
    grammar of distribution/reference (regexp.go) after the normalization of its normalize.go, in
    time linear in the length of the text.

    Raises InvalidReference when Docker would refuse the text, and for `scratch`, which is no
    image. The message does not repeat the text, which may hold a password.
    """
    if not text:
        raise InvalidReference("the image reference is empty")
    if is_scratch(text):
        raise InvalidReference("scratch is the empty base, not an image")
    if _IDENTIFIER.fullmatch(text):
        raise InvalidReference("64 hexadecimal digits are an image id, not an image reference")
    host_length, remainder = _split_host(text)
    before_digest, at, digest = remainder.partition("@")
    path, colon, tag = before_digest.partition(":")
    name_end = host_length + len(path)

    registry = _HUB
    if host_length:
        registry = text[: host_length - 1]
        _require_host(registry)
        if registry == _LEGACY_HUB:
            registry = _HUB
    _require_path(path)
    if colon:
        _require_tag(tag)
    if at:
        _require_digest(digest)
    repository = path
    if registry == _HUB and "/" not in path:
        repository = _OFFICIAL_NAMESPACE + path
    if len(repository) > _MAX_REPOSITORY_LENGTH:
        raise InvalidReference(
            f"the repository name is longer than {_MAX_REPOSITORY_LENGTH} characters"
        )
    return ImageReference(
        text=text,
        registry=registry,
        repository=repository,
        tag=tag if colon else None,
        digest=digest if at else None,
        name_end=name_end,
    )


def _split_host(text: str) -> tuple[int, str]:
    """Length of the registry host with its slash (0 without one), and the rest of the text.

    Source: distribution/reference normalize.go, `splitDockerDomain`.
    """
    first, slash, rest = text.partition("/")
    looks_like_host = first == "localhost" or "." in first or ":" in first
    if slash and (looks_like_host or first != first.lower()):
        return len(first) + 1, rest
    return 0, text


def _require_host(host: str) -> None:
    name, port = host, ""
    if host.startswith("["):
        closing = host.find("]") + 1
        name, port = host[:closing], host[closing:]
        valid = _IPV6.fullmatch(name) is not None
    else:
        colon = host.find(":")
        if colon >= 0:
            name, port = host[:colon], host[colon:]
        valid = all(
            _HOST_LABEL.fullmatch(label) and label[0] != "-" and label[-1] != "-"
            for label in name.split(".")
        )
    if not valid:
        raise InvalidReference("the registry of the image reference is not a host name")
    if port and not (port[0] == ":" and _PORT.fullmatch(port, 1)):
        raise InvalidReference("the port of the registry in the image reference is not a number")


def _require_path(path: str) -> None:
    if path != path.lower():
        raise InvalidReference("the repository name in the image reference has capital letters")
    if not all(_PATH_COMPONENT.fullmatch(component) for component in path.split("/")):
        raise InvalidReference("the repository name in the image reference is not valid")


def _require_tag(tag: str) -> None:
    if not _TAG.fullmatch(tag):
        raise InvalidReference("the tag of the image reference is not valid")


def _require_digest(digest: str) -> None:
    algorithm, _, encoded = digest.partition(":")
    length = _DIGEST_HEX_LENGTH.get(algorithm)
    if length is None or len(encoded) != length or not _LOWER_HEX.fullmatch(encoded):
        raise InvalidReference("the digest of the image reference is not valid")
