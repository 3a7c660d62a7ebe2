"""Reads saved images (`docker save`, docker-archive, OCI layout) as a stream, layer by layer."""

from __future__ import annotations

import json
import posixpath
import tarfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Protocol, cast

from hardener.errors import HardenError
from hardener.verify.facts import FileFact, ImageConfig, ImageFacts, Sighting
from hardener.verify.secretsearch import Search, Secrets

_BLOCK = 1 << 20
_LARGEST_JSON = 8 << 20
# OCI image-spec, layer.md, "Whiteouts"
_WHITEOUT = ".wh."
_OPAQUE = ".wh..wh..opq"
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_TAR_MAGIC_AT = 257
_FOREIGN_LABELS = ("hardener.verify", "io.buildah.version")


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: what it holds and what it takes away.

    Attributes:
        files: path without leading slash -> fact.
        removed: paths that it removes from the layers below.
        emptied: folders whose content it removes from the layers below.
        size: bytes of its files.
        found: id of a secret -> path in whose bytes it stands.
        unread: why it couldn't be read; empty where it could.
    """

    files: Mapping[str, FileFact]
    removed: frozenset[str] = frozenset()
    emptied: frozenset[str] = frozenset()
    size: int = 0
    found: Mapping[str, str] = field(default_factory=dict)
    unread: str = ""


@dataclass(slots=True)
class LayerStore:
    """Layers that were read already, by their name in the archive (its digest)."""

    secrets: Secrets
    layers: dict[str, Layer] = field(default_factory=dict)


def read_images(stream: BinaryIO, store: LayerStore) -> dict[str, ImageFacts]:
    """The images in a saved archive, read as a stream.

    Returns:
        facts by image tag ("name:tag"), or "" for an image without one. Layers already in `store`
        are passed over.

    Raises:
        HardenError: the archive can't be read, or has no manifest.json.
    """
    documents: dict[str, bytes] = {}
    names: dict[str, str] = {}
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=_BLOCK) as archive:
            for member in archive:
                name = posixpath.normpath(member.name)
                if member.issym() or member.islnk():
                    folder = posixpath.dirname(name) if member.issym() else ""
                    names[name] = posixpath.normpath(posixpath.join(folder, member.linkname))
                elif member.isfile() and name not in store.layers:
                    content = archive.extractfile(member)
                    assert content is not None
                    _read_member(name, member.size, cast(BinaryIO, content), store, documents)
    except (tarfile.TarError, EOFError) as error:
        raise HardenError(f"the engine's image archive can't be read: {error}") from error
    return _assembled(documents, names, store)


def _read_member(
    name: str, size: int, content: BinaryIO, store: LayerStore, documents: dict[str, bytes]
) -> None:
    head = content.read(512)
    if head.lstrip()[:1] in (b"{", b"[") and head[_TAR_MAGIC_AT : _TAR_MAGIC_AT + 5] != b"ustar":
        if size <= _LARGEST_JSON:
            documents[name] = head + content.read()
        return
    if size >= 512 or head.startswith((_GZIP, _ZSTD)):
        store.layers[name] = _layer(_Rejoined(head, content), head, store.secrets)


def _layer(content: _Readable, head: bytes, secrets: Secrets) -> Layer:
    if head.startswith(_ZSTD):
        return Layer({}, unread="compressed with zstd, which isn't read here")
    if head.startswith(_GZIP):
        content = _Gunzipped(content)
    try:
        # tarfile only asks a stream for read()
        with tarfile.open(fileobj=cast(BinaryIO, content), mode="r|", bufsize=_BLOCK) as archive:
            layer = _layer_of(archive, secrets)
        while content.read(_BLOCK):
            pass  # what follows the end mark belongs to the member all the same
    except (tarfile.TarError, EOFError, zlib.error) as error:
        return Layer({}, unread=f"not a tar archive ({error})")
    return layer


def _layer_of(archive: tarfile.TarFile, secrets: Secrets) -> Layer:
    files: dict[str, FileFact] = {}
    removed: set[str] = set()
    emptied: set[str] = set()
    found: dict[str, str] = {}
    size = 0
    for member in archive:
        path = posixpath.normpath(member.name).lstrip("/")
        for secret in _secrets_in(member, archive, secrets):
            found.setdefault(secret, path)
        folder, base = posixpath.split(path)
        if base == _OPAQUE:
            emptied.add(folder)
        elif base.startswith(_WHITEOUT):
            removed.add(posixpath.join(folder, base[len(_WHITEOUT) :]))
        elif path != ".":
            files[path] = _fact(member, files)
            size += member.size if member.isfile() else 0
    return Layer(files, frozenset(removed), frozenset(emptied), size, found)


def _secrets_in(
    member: tarfile.TarInfo, archive: tarfile.TarFile, secrets: Secrets
) -> frozenset[str]:
    """Ids of the secrets in a file's name, link target or content."""
    if not secrets.patterns:
        return frozenset()
    search = Search(secrets)
    names = f"{member.name}\n{member.linkname}\n{member.pax_headers}"
    search.feed(names.encode("utf-8", "surrogateescape"))
    content = archive.extractfile(member) if member.isfile() else None
    if content is not None:
        search.feed(b"\n")
        while data := content.read(_BLOCK):
            search.feed(data)
    return frozenset(search.found)


def _fact(member: tarfile.TarInfo, files: Mapping[str, FileFact]) -> FileFact:
    if member.islnk():
        linked = files.get(posixpath.normpath(member.linkname).lstrip("/"))
        if linked is not None:
            return linked
    kind = (
        "folder"
        if member.isdir()
        else "link"
        if member.issym()
        else "file"
        if member.isfile() or member.islnk()
        else "other"
    )
    return FileFact(
        kind,
        member.mode & 0o7777,
        member.uid,
        member.gid,
        member.size,
        member.linkname if member.issym() else "",
    )


class _Rejoined:
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, rest: _Readable) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int = -1, /) -> bytes:
        if self._head:
            head, self._head = (
                (self._head, b"")
                if size < 0
                else (
                    self._head[:size],
                    self._head[size:],
                )
            )
            return head if self._head else head + self._rest.read(size - len(head))
        return self._rest.read(size)


class _Gunzipped:
    """The unpacked bytes of a gzip stream, of several members too (RFC 1952, 2.2)."""

    def __init__(self, packed: _Readable) -> None:
        self._packed = packed
        self._unpacker = zlib.decompressobj(wbits=31)
        self._ready = bytearray()
        self._ended = False

    def read(self, size: int = -1, /) -> bytes:
        while not self._ended and (size < 0 or len(self._ready) < size):
            data = self._unpacker.unused_data if self._unpacker.eof else b""
            if self._unpacker.eof:
                self._unpacker = zlib.decompressobj(wbits=31)
            data = data or self._packed.read(64 * 1024)
            if not data:
                self._ended = True
            else:
                self._ready += self._unpacker.decompress(data)
        taken = bytes(self._ready if size < 0 else self._ready[:size])
        del self._ready[: len(taken)]
        return taken


def _assembled(
    documents: Mapping[str, bytes], names: Mapping[str, str], store: LayerStore
) -> dict[str, ImageFacts]:
    try:
        manifest = json.loads(documents["manifest.json"])
        images: dict[str, ImageFacts] = {}
        for entry in manifest:
            config = documents[_followed(entry["Config"], names)]
            layers = [store.layers[_followed(name, names)] for name in entry["Layers"] or ()]
            facts = image_facts(json.loads(config), config, layers, store.secrets)
            for tag in entry.get("RepoTags") or ("",):
                images[tag] = facts
    except (KeyError, TypeError, ValueError) as error:
        raise HardenError(
            f"the engine's image archive isn't as expected: {type(error).__name__} {error}"
        ) from error
    return images


def _followed(name: str, names: Mapping[str, str]) -> str:
    name = posixpath.normpath(name)
    for _ in range(8):
        if name not in names:
            break
        name = names[name]
    return name


def image_facts(
    document: Mapping[str, Any], raw: bytes, layers: Sequence[Layer], secrets: Secrets
) -> ImageFacts:
    """Facts of one image from its config and its layers, lowest first."""
    history = tuple(str(entry.get("created_by", "")) for entry in document.get("history") or ())
    sightings = [Sighting(name, "the image's config") for name in _in_config(document, secrets)]
    sightings += [
        Sighting(name, f"the history, at: {secrets.hide(line)[:120]}")
        for line in history
        for name in sorted(secrets.found_in(line.encode()))
    ]
    if not sightings:
        sightings += [Sighting(name, "the config") for name in sorted(secrets.found_in(raw))]
    unread = []
    for number, layer in enumerate(layers, 1):
        sightings += [
            Sighting(name, f"layer {number} of {len(layers)}, in /{path}")
            for name, path in sorted(layer.found.items())
        ]
        if layer.unread:
            unread.append(f"layer {number} of {len(layers)}: {layer.unread}")
    return ImageFacts(
        image_config(document.get("config") or {}),
        history,
        len(layers),
        sum(layer.size for layer in layers),
        stacked(layers),
        tuple(sightings),
        tuple(unread),
    )


def _in_config(document: Mapping[str, Any], secrets: Secrets) -> list[str]:
    config = json.dumps(document.get("config") or {}, ensure_ascii=False).encode()
    return sorted(secrets.found_in(config))


def stacked(layers: Iterable[Layer]) -> dict[str, FileFact]:
    """The files of the final image: the layers laid over each other, whiteouts obeyed.

    Source: OCI image-spec, layer.md, "Applying Changesets" and "Whiteouts".
    """
    files: dict[str, FileFact] = {}
    for layer in layers:
        gone = {path for path in layer.removed if path in files}
        # a file in place of a folder takes the folder's content away too
        replaced = tuple(
            path
            for path, fact in layer.files.items()
            if fact.kind != "folder" and path in files and files[path].kind == "folder"
        )
        folders = (*layer.removed, *layer.emptied, *replaced)
        prefixes = tuple(f"{folder}/" if folder else "" for folder in folders)
        if prefixes:
            gone.update(path for path in files if path.startswith(prefixes))
        for path in gone:
            del files[path]
        files.update(layer.files)
    return files


def image_config(config: Mapping[str, Any]) -> ImageConfig:
    """The config as an engine wrote it, in our words."""
    environment = dict(str(item).partition("=")[::2] for item in config.get("Env") or ())
    health = config.get("Healthcheck") or {}
    settings = [
        f"{key}={value}" for key, value in sorted(health.items()) if key != "Test" and value
    ]
    labels = config.get("Labels") or {}
    return ImageConfig(
        user=config.get("User") or "",
        environment=environment,
        entrypoint=tuple(config.get("Entrypoint") or ()),
        command=tuple(config.get("Cmd") or ()),
        working_folder=config.get("WorkingDir") or "/",
        ports=frozenset(config.get("ExposedPorts") or ()),
        volumes=frozenset(config.get("Volumes") or ()),
        labels={key: value for key, value in labels.items() if key not in _FOREIGN_LABELS},
        stop_signal=config.get("StopSignal") or "",
        healthcheck=(*(health.get("Test") or ()), *settings),
        shell=tuple(config.get("Shell") or ()),
        on_build=tuple(config.get("OnBuild") or ()),
    )
