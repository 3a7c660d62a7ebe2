"""Indexes, manifests and image configs as registries serve them, read into plain values.

Sources: opencontainers/image-spec (image-index.md, manifest.md, config.md) and Docker's image
manifest version 2, schema 2 (distribution/distribution).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hardener.images.platforms import normalise_platform, serves
from hardener.images.registry.problem import Kind, RegistryProblem

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"

# indexes first: a registry that has both must not answer with one platform's manifest
ACCEPTED = (OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST)
_INDEXES = frozenset({OCI_INDEX, DOCKER_LIST})

_CREATED = "org.opencontainers.image.created"
_VERSION = "org.opencontainers.image.version"
# BuildKit's attestations stand in the index beside the images, for the platform unknown/unknown
_REFERENCE_TYPE = "vnd.docker.reference.type"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest: an index over several platforms' images, or one image.

    Attributes:
        media_type: what it is; one of ACCEPTED.
        images: of an index, each platform in its canonical form with the digest of its image, in
            the index's order; else empty.
        config: of one image, the digest of its config; else None.
        created: when it was made (of an index, its youngest image), as written there; None where
            nothing is said.
        version: the exact version tag that the publisher names for it, as the Docker Official
            Images do; None where nothing is said.
    """

    media_type: str
    images: tuple[tuple[str, str], ...]
    config: str | None
    created: str | None
    version: str | None

    @property
    def is_index(self) -> bool:
        """Whether it stands for the images of all platforms."""
        return self.media_type in _INDEXES

    def digest_for(self, wanted: str) -> str | None:
        """The digest of the image that a build for the platform `wanted` takes from an index.

        The platform itself goes before one that also serves it; None where nothing does.
        """
        exact = (digest for offered, digest in self.images if offered == wanted)
        serving = (digest for offered, digest in self.images if serves((offered,), wanted))
        return next(exact, None) or next(serving, None)


@dataclass(frozen=True, slots=True)
class ImageConfig:
    """What an image sets for the containers made from it.

    None stands for what the config doesn't say, which for `entrypoint` and `cmd` is not the same as
    empty. `platform` is in its canonical form; `environment` keeps the order and repetitions of the
    config.
    """

    platform: str
    created: str | None
    user: str
    entrypoint: tuple[str, ...] | None
    cmd: tuple[str, ...] | None
    environment: tuple[tuple[str, str], ...]
    exposed_ports: tuple[str, ...]
    working_dir: str
    volumes: tuple[str, ...]
    stop_signal: str | None
    shell: tuple[str, ...] | None
    healthcheck: tuple[str, ...] | None
    on_build: tuple[str, ...]
    labels: Mapping[str, str]


def read_manifest(body: bytes, content_type: str) -> Manifest:
    """Read an index or a manifest; `content_type` counts where the body names no media type.

    Raises RegistryProblem when it is neither, or is of a kind that today's engines no longer pull.
    """
    document = _object(body, "manifest")
    media_type = _text(document.get("mediaType")) or content_type.partition(";")[0].strip().lower()
    if is_schema_1(body):
        raise RegistryProblem(
            "the image has a manifest of schema 1, which engines no longer pull; "
            "push it again with a current engine",
            kind=Kind.UNSUPPORTED,
        )
    if media_type not in ACCEPTED:
        media_type = _media_type_by_shape(document)
    annotations = _texts(document.get("annotations"))
    created, version = annotations.get(_CREATED), annotations.get(_VERSION)
    if media_type not in _INDEXES:
        config = _text(_mapping(document.get("config")).get("digest"))
        if config is None:
            raise RegistryProblem("the registry's answer is not a manifest: it names no config")
        return Manifest(media_type, (), config, created, version)
    images = []
    dates, versions = [], []
    for entry in _mappings(document.get("manifests")):
        described = _texts(entry.get("annotations"))
        where, digest = _mapping(entry.get("platform")), _text(entry.get("digest"))
        os, architecture = _text(where.get("os")), _text(where.get("architecture"))
        if _REFERENCE_TYPE in described or digest is None or not os or not architecture:
            continue
        if (os, architecture) == ("unknown", "unknown"):
            continue
        images.append((_platform(os, architecture, _text(where.get("variant"))), digest))
        dates += [described[_CREATED]] if _CREATED in described else []
        versions += [described[_VERSION]] if _VERSION in described else []
    return Manifest(
        media_type,
        tuple(images),
        None,
        created or max(dates, default=None),
        version or (versions[0] if versions else None),
    )


def _platform(os: str, architecture: str, variant: str | None) -> str:
    return normalise_platform("/".join(part for part in (os, architecture, variant) if part))


def is_schema_1(body: bytes) -> bool:
    """Whether this is a manifest of Docker's first schema, whose digest is made in another way."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("schemaVersion") == 1


def _media_type_by_shape(document: Mapping[str, object]) -> str:
    """OCI lets mediaType be left out, and some registries serve everything as application/json."""
    if isinstance(document.get("manifests"), list):
        return OCI_INDEX
    if isinstance(document.get("config"), dict) and isinstance(document.get("layers"), list):
        return OCI_MANIFEST
    raise RegistryProblem("the registry's answer is neither an index nor a manifest")


def read_config(body: bytes) -> ImageConfig:
    """Read an image config. Raises RegistryProblem when it isn't one."""
    document = _object(body, "image config")
    os, architecture = _text(document.get("os")), _text(document.get("architecture"))
    if not os or not architecture:
        raise RegistryProblem(
            "the image's config names no platform: it is not a container image",
            kind=Kind.UNSUPPORTED,
        )
    settings = _mapping(document.get("config"))
    pairs = (entry.partition("=") for entry in _words(settings.get("Env")) or ())
    return ImageConfig(
        platform=_platform(os, architecture, _text(document.get("variant"))),
        created=_text(document.get("created")),
        user=_text(settings.get("User")) or "",
        entrypoint=_words(settings.get("Entrypoint")),
        cmd=_words(settings.get("Cmd")),
        environment=tuple((name, value) for name, _, value in pairs),
        exposed_ports=tuple(_mapping(settings.get("ExposedPorts"))),
        working_dir=_text(settings.get("WorkingDir")) or "",
        volumes=tuple(_mapping(settings.get("Volumes"))),
        stop_signal=_text(settings.get("StopSignal")) or None,
        shell=_words(settings.get("Shell")),
        healthcheck=_words(_mapping(settings.get("Healthcheck")).get("Test")),
        on_build=_words(settings.get("OnBuild")) or (),
        labels=_texts(settings.get("Labels")),
    )


def read_tags(body: bytes) -> tuple[str, ...]:
    """Read one page of a tag list. Raises RegistryProblem when it isn't one."""
    document = _object(body, "tag list")
    tags = document.get("tags")
    if tags is None:  # what several registries answer for a repository without tags
        return ()
    words = _words(tags)
    if words is None:
        raise RegistryProblem("the registry's answer is not a tag list")
    return words


def _object(body: bytes, what: str) -> Mapping[str, object]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise RegistryProblem(f"the registry's answer is not a {what}: it is not a JSON object")
    return document


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> Sequence[Mapping[str, object]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _texts(value: object) -> dict[str, str]:
    return {key: text for key, text in _mapping(value).items() if isinstance(text, str)}


def _words(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        return None
    return tuple(value)
