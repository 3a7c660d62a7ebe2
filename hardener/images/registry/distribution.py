"""The OCI Distribution API: manifests, tags and blobs of a repository, by way of its mirrors.

Source: opencontainers/distribution-spec, "Pull" and "Content Discovery".
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
import urllib.parse
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from hardener.images.registry.auth import Authorizer, parse_challenges
from hardener.images.registry.cache import matches
from hardener.images.registry.manifests import (
    ACCEPTED,
    Manifest,
    is_schema_1,
    read_manifest,
    read_tags,
)
from hardener.images.registry.problem import Kind, RegistryProblem
from hardener.images.registry.settings import Endpoint, Settings
from hardener.images.registry.transport import Reply, Request, Transport

# distribution-spec: a registry takes manifests of up to 4 MiB
_LARGEST_MANIFEST = 4 << 20
_LARGEST_CONFIG = 8 << 20
_LARGEST_TAG_PAGE = 8 << 20
_PAGE = 1000
_MOST_PAGES = 500
_MOST_TAGS = 200_000
# a mirror that fails has the registry behind it: less patience
_MIRROR_ATTEMPTS = 2

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128}")
_ERROR_CODE = re.compile(r"[A-Z][A-Z_]{2,39}")
_NEXT_PAGE = re.compile(r'<([^<>]{1,4096})>\s*;[^<>,]{0,200}?\brel="?next"?(?=[\s,;]|$)')

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Served:
    """A manifest as a registry serves it.

    Attributes:
        digest: checked against the body, where there is one.
        body: empty after a HEAD.
        manifest: what the body says; None after a HEAD.
        host: the host that answered.
    """

    digest: str
    body: bytes
    manifest: Manifest | None
    host: str


class Distribution:
    """Reads from registries; every method takes the registry's own name ("docker.io")."""

    def __init__(self, settings: Settings, transport: Transport, authorizer: Authorizer) -> None:
        self._settings = settings
        self._transport = transport
        self._authorizer = authorizer

    async def head(self, registry: str, repository: str, tag: str) -> Served:
        """The digest of a tag, without its manifest: Docker Hub doesn't count it as a pull.

        Raises RegistryProblem, also when the registry answers a HEAD without a digest.
        """

        async def ask(endpoint: Endpoint) -> Served:
            reply = await self._read(
                endpoint, "HEAD", repository, f"manifests/{tag}", ACCEPTED, _LARGEST_MANIFEST
            )
            digest = reply.header("docker-content-digest")
            if not _DIGEST.fullmatch(digest):
                raise RegistryProblem(f"{endpoint.host} names no digest")
            return Served(digest, b"", None, endpoint.host)

        return await self._first(registry, ask)

    async def manifest(self, registry: str, repository: str, reference: str) -> Served:
        """The index or manifest that a tag or digest stands for.

        Raises RegistryProblem when there is none, or when the bytes are not those of the digest
        asked for and named.
        """

        async def ask(endpoint: Endpoint) -> Served:
            reply = await self._read(
                endpoint, "GET", repository, f"manifests/{reference}", ACCEPTED, _LARGEST_MANIFEST
            )
            named = reply.header("docker-content-digest")
            asked = reference if _DIGEST.fullmatch(reference) else ""
            for digest in filter(None, (asked, named)):
                # the digest of schema 1 leaves its signature out; it is refused when it is read
                if not matches(digest, reply.body) and not is_schema_1(reply.body):
                    raise RegistryProblem(
                        f"{endpoint.host} sends a manifest that does not have the digest "
                        f"{'asked for' if digest == asked else 'it names'}"
                    )
            digest = asked or named or f"sha256:{hashlib.sha256(reply.body).hexdigest()}"
            # read here, so that the next endpoint is asked where this one talks nonsense
            manifest = read_manifest(reply.body, reply.header("content-type"))
            return Served(digest, reply.body, manifest, endpoint.host)

        return await self._first(registry, ask)

    async def blob(self, registry: str, repository: str, digest: str) -> bytes:
        """The bytes with this digest. Raises RegistryProblem when they are others."""

        async def ask(endpoint: Endpoint) -> bytes:
            reply = await self._read(
                endpoint, "GET", repository, f"blobs/{digest}", (), _LARGEST_CONFIG
            )
            if not matches(digest, reply.body):
                raise RegistryProblem(f"{endpoint.host} sends a config with another digest")
            return reply.body

        return await self._first(registry, ask)

    async def tags(self, registry: str, repository: str) -> tuple[str, ...]:
        """All tags of a repository, from as many pages as there are.

        Raises RegistryProblem rather than answering a part of them.
        """

        async def ask(endpoint: Endpoint) -> tuple[str, ...]:
            path: str | None = f"tags/list?n={_PAGE}"
            tags: dict[str, None] = {}
            for _ in range(_MOST_PAGES):
                if path is None:
                    return tuple(tags)
                reply = await self._read(endpoint, "GET", repository, path, (), _LARGEST_TAG_PAGE)
                tags.update(dict.fromkeys(read_tags(reply.body)))
                if len(tags) > _MOST_TAGS:
                    break
                path = await self._next_page(endpoint, repository, path, reply)
            raise RegistryProblem(
                f"{endpoint.host} has more tags for it than are read", kind=Kind.UNSUPPORTED
            )

        return await self._first(registry, ask)

    async def _next_page(
        self, endpoint: Endpoint, repository: str, path: str, reply: Reply
    ) -> str | None:
        """What follows the repository's name in the address of the next page; None after the last.

        Only a page of the same list is followed, whatever the Link header says.
        """
        link = _NEXT_PAGE.search(reply.header("link"))
        if link is None:
            return None
        base = await self._base(endpoint, repository)
        target = urllib.parse.urljoin(f"{base}{path}", link[1])
        query = urllib.parse.urlsplit(target).query
        if not query or f"tags/list?{query}" == path:
            raise RegistryProblem(f"{endpoint.host} sends a list of tags that has no end")
        return f"tags/list?{query}"

    async def _first(self, registry: str, ask: Callable[[Endpoint], Awaitable[_T]]) -> _T:
        """The first endpoint's answer; the last one's problem when none has one."""
        problem: RegistryProblem | None = None
        for endpoint in self._settings.endpoints(registry):
            try:
                return await ask(endpoint)
            except RegistryProblem as failed:
                problem = failed
                _log.debug("%s", failed)
        if problem is None:
            raise RegistryProblem(f"no address is known for {registry}", kind=Kind.INVALID)
        raise problem

    async def _base(self, endpoint: Endpoint, repository: str) -> str:
        return f"{await self._transport.address(endpoint)}/v2/{endpoint.repository(repository)}/"

    async def _read(
        self,
        endpoint: Endpoint,
        method: str,
        repository: str,
        path: str,
        accept: tuple[str, ...],
        largest: int,
    ) -> Reply:
        """One answer with status 200, logged in where the registry wants that."""
        url = await self._base(endpoint, repository) + path
        attempts = self._settings.attempts
        if endpoint.is_mirror:
            attempts = min(attempts, _MIRROR_ATTEMPTS)

        def request(shown: str | None) -> Request:
            return Request(
                method,
                url,
                endpoint.registry,
                largest,
                accept,
                authorization=shown,
                attempts=attempts,
            )

        shown = await self._authorizer.known(endpoint, repository)
        reply = await self._transport.fetch(request(shown))
        # another host's 401, after a redirect, is not the registry's question
        if reply.status == 401 and not reply.elsewhere:
            offered = parse_challenges(reply.headers.get("www-authenticate", ()))
            shown = await self._authorizer.answer(endpoint, repository, offered, refused=shown)
            if shown is not None:
                reply = await self._transport.fetch(request(shown))
        if reply.status != 200:
            raise await self._refusal(endpoint, repository, reply)
        return reply

    async def _refusal(self, endpoint: Endpoint, repository: str, reply: Reply) -> RegistryProblem:
        """What a status other than 200 means, in words; of the answer only the error code is
        repeated, for its text is the registry's to choose.
        """
        name, code = endpoint.registry, _error_code(reply.body)
        said = f"({reply.status}{f', {code}' if code else ''})"
        if reply.status == 404:
            what = "repository" if code == "NAME_UNKNOWN" else "image"
            return RegistryProblem(f"{name} has no such {what} {said}", kind=Kind.NOT_FOUND)
        if reply.status not in (401, 403):
            return RegistryProblem(f"{name} answers with status {reply.status}")
        login = f"docker login {name}"
        if trouble := self._authorizer.trouble(name):
            words = f"it wants a login and {trouble}; {login}"
        elif not await self._authorizer.has_credential(endpoint, repository):
            words = f"there is no such repository, or it wants a login: {login}"
        else:
            words = f"the credential kept for it was refused, or gives no right to pull; {login}"
        return RegistryProblem(f"{name} gave no access: {words} {said}", kind=Kind.REFUSED)


def _error_code(body: bytes) -> str:
    """The code of an OCI error answer (MANIFEST_UNKNOWN, DENIED); "" where it holds none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    match document:
        case {"errors": [{"code": str(code)}, *_]} if _ERROR_CODE.fullmatch(code):
            return code
    return ""
