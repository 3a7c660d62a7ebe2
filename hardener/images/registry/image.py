"""What is asked of a registry, an image, and what it is found to be."""

from __future__ import annotations

from dataclasses import dataclass

from hardener.dockerfile.reference import ImageReference, InvalidReference, parse_reference
from hardener.images.registry.problem import Kind, RegistryProblem
from hardener.images.registry.settings import DOCKER_HUB


@dataclass(frozen=True, slots=True)
class Image:
    """One image in a registry: by digest where there is one, else by tag.

    Its text is the short name that Docker shows, with tag and digest.
    """

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    def __str__(self) -> str:
        name = self.repository.removeprefix("library/")
        if self.registry != DOCKER_HUB:
            name = f"{self.registry}/{self.repository}"
        tag = f":{self.tag}" if self.tag is not None else ""
        return f"{name}{tag}@{self.digest}" if self.digest is not None else f"{name}{tag}"

    @property
    def reference(self) -> str:
        """What a registry is asked for: the digest, the tag, or `latest` where neither is given."""
        return self.digest or self.tag or "latest"


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an image reference stands for.

    Attributes:
        image: what was asked for, `latest` filled in.
        digest: of the index, or of the single manifest where the registry has no index.
        is_index: whether it is an index. If not, the digest is that of one platform's image.
        platforms: those the index has images for, in canonical form; None for a single manifest,
            which doesn't say.
        created: when the publisher says it was made (RFC 3339); None where nothing is said.
        version: the exact tag that the publisher says this is; None where nothing is said.
        host: the host that answered, a mirror maybe; "" for a digest read from the cache.
        asked_at: when it answered, in seconds since the epoch.
        from_cache: nothing was asked now.
    """

    image: Image
    digest: str
    is_index: bool
    platforms: tuple[str, ...] | None
    created: str | None
    version: str | None
    host: str
    asked_at: float
    from_cache: bool


def image_of(reference: str | ImageReference) -> Image | RegistryProblem:
    """The image that a reference means, or a problem where the text is no reference."""
    if isinstance(reference, str):
        try:
            reference = parse_reference(reference)
        except InvalidReference as error:
            return RegistryProblem(error.message, kind=Kind.INVALID)
    tag = reference.tag
    if tag is None and reference.digest is None:
        tag = "latest"
    return Image(reference.registry, reference.repository, tag, reference.digest)
