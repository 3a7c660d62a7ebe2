"""Pushing small images to a registry over its HTTP API, as any client does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"


def digest_of(body: bytes) -> str:
    """The sha256 digest of some bytes."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _http() -> httpx.Client:
    # no TLS here: reading the system's certificates would take longer than the push
    return httpx.Client(trust_env=False, verify=False, timeout=20)


@dataclass(frozen=True, slots=True)
class Pusher:
    """Pushes to one repository of a registry without authentication."""

    host: str
    repository: str

    @property
    def _base(self) -> str:
        return f"http://{self.host}/v2/{self.repository}"

    def blob(self, body: bytes) -> str:
        """Push some bytes; answers their digest."""
        digest = digest_of(body)
        with _http() as http:
            started = http.post(f"{self._base}/blobs/uploads/").raise_for_status()
            where = httpx.URL(started.headers["location"]).copy_merge_params({"digest": digest})
            http.put(where, content=body).raise_for_status()
        return digest

    def manifest(
        self, document: Mapping[str, Any], *tags: str, media_type: str | None = None
    ) -> str:
        """Push a manifest or index under tags, or by its digest alone; answers its digest."""
        body = json.dumps(document).encode()
        kind = media_type or document["mediaType"]
        with _http() as http:
            for tag in tags or (digest_of(body),):
                put = http.put(
                    f"{self._base}/manifests/{tag}", content=body, headers={"Content-Type": kind}
                )
                assert put.status_code == 201, put.text
        return digest_of(body)

    def image(
        self,
        *tags: str,
        platform: str = "linux/amd64",
        config: Mapping[str, Any] | None = None,
        docker: bool = False,
        salt: str = "",
    ) -> str:
        """Push an image without layers; `salt` makes it another one than its like."""
        os, architecture, *variant = platform.split("/")
        described = {
            "os": os,
            "architecture": architecture,
            **({"variant": variant[0]} if variant else {}),
            "created": "2026-01-02T03:04:05Z",
            "config": {"Labels": {"repository": self.repository, "salt": salt}, **(config or {})},
            "rootfs": {"type": "layers", "diff_ids": []},
        }
        body = json.dumps(described).encode()
        return self.manifest(
            {
                "schemaVersion": 2,
                "mediaType": DOCKER_MANIFEST if docker else OCI_MANIFEST,
                "config": {
                    "mediaType": DOCKER_CONFIG if docker else OCI_CONFIG,
                    "size": len(body),
                    "digest": self.blob(body),
                },
                "layers": [],
            },
            *tags,
        )

    def index(
        self,
        *tags: str,
        platforms: Sequence[str] = ("linux/amd64", "linux/arm64/v8"),
        docker: bool = False,
        annotations: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        salt: str = "",
    ) -> str:
        """Push an image for each platform and an index over them; answers the index's digest."""
        entries: list[dict[str, Any]] = []
        for platform in platforms:
            os, architecture, *variant = platform.split("/")
            digest = self.image(platform=platform, config=config, docker=docker, salt=salt)
            entries.append(
                {
                    "mediaType": DOCKER_MANIFEST if docker else OCI_MANIFEST,
                    "digest": digest,
                    "size": self._size(digest),
                    "platform": {
                        "os": os,
                        "architecture": architecture,
                        **({"variant": variant[0]} if variant else {}),
                    },
                    **({"annotations": dict(annotations)} if annotations else {}),
                }
            )
        return self.manifest(
            {
                "schemaVersion": 2,
                "mediaType": DOCKER_LIST if docker else OCI_INDEX,
                "manifests": entries,
            },
            *tags,
        )

    def _size(self, digest: str) -> int:
        accept = f"{OCI_MANIFEST}, {DOCKER_MANIFEST}"
        with _http() as http:
            got = http.get(f"{self._base}/manifests/{digest}", headers={"Accept": accept})
            return len(got.raise_for_status().content)
