"""Reading one image from its registry or the cache: digest, manifest, config, tags, exact name."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from hardener.images.registry.cache import DiskCache, KeptTag
from hardener.images.registry.distribution import Distribution, Served
from hardener.images.registry.image import Image, Resolved
from hardener.images.registry.manifests import ImageConfig, Manifest, read_config, read_manifest
from hardener.images.registry.problem import Kind, RegistryProblem
from hardener.images.registry.settings import Settings
from hardener.images.versions import best_of, floats, more_specific, refines

# how many tags are asked for when a more exact name of an image is looked for, twice at most
_MOST_CANDIDATES = 8
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")

_V = TypeVar("_V")


class ImageReader:
    """Reads images one by one; what has been read once is not asked for again.

    Lives in one event loop. Every method raises RegistryProblem where there is no answer.
    """

    def __init__(
        self, settings: Settings, distribution: Distribution, cache: DiskCache | None
    ) -> None:
        self._settings = settings
        self._distribution = distribution
        self._cache = cache
        self._content: dict[str, bytes] = {}
        self._answers: dict[Hashable, asyncio.Task[Any]] = {}

    async def stop(self) -> None:
        """Give up what is still being asked."""
        unfinished = [task for task in self._answers.values() if not task.done()]
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)

    async def _once(self, key: Hashable, ask: Callable[[], Awaitable[_V]]) -> _V:
        """The answer of `ask`, shared by all who want it, now and later."""

        async def answer() -> _V:
            return await ask()

        if key not in self._answers or self._answers[key].cancelled():
            self._answers[key] = asyncio.ensure_future(answer())
        shared: asyncio.Task[_V] = self._answers[key]
        return await asyncio.shield(shared)

    async def resolve(self, image: Image, *, fresh: bool) -> Resolved:
        """The digest an image stands for; `fresh` asks however young the cache's answer is."""
        return await self._once(
            ("resolve", image, fresh), lambda: self._resolve(image, fresh=fresh)
        )

    async def _resolve(self, image: Image, *, fresh: bool) -> Resolved:
        if image.digest is not None:
            known = self._known(image.digest) is not None
            manifest = await self._manifest(image, image.digest)
            host = "" if known else image.registry
            kept = KeptTag(image.digest, host, time.time())
            return _resolved(image, manifest, kept, from_cache=known)
        before, current = self._kept(image, fresh=fresh)
        if before is not None and (current or self._known(before.digest) is not None):
            kept = before if current else await self._asked_again(image)
            manifest = await self._manifest(image, kept.digest)
            return _resolved(image, manifest, kept, from_cache=current)
        self._require_online()
        served = await self._distribution.manifest(
            image.registry, image.repository, image.reference
        )
        manifest = self._keep_manifest(served)
        return _resolved(image, manifest, self._keep(image, served), from_cache=False)

    async def _asked_again(self, image: Image) -> KeptTag:
        """The tag's digest now: a HEAD is enough as long as it is the one known from before."""
        try:
            served = await self._distribution.head(
                image.registry, image.repository, image.reference
            )
        except RegistryProblem as problem:
            if problem.kind is not Kind.BROKEN:
                raise
            # some registries answer HEAD badly and GET well
            served = await self._distribution.manifest(
                image.registry, image.repository, image.reference
            )
            self._keep_manifest(served)
        return self._keep(image, served)

    def _kept(self, image: Image, *, fresh: bool) -> tuple[KeptTag | None, bool]:
        """What the cache holds of a tag, and whether that is to be taken as it is."""
        kept = None if self._cache is None else self._cache.tag(self._cache_key(image))
        if kept is None or self._cache is None:
            return None, False
        if self._settings.offline:
            return kept, True
        return kept, not fresh and self._cache.age(kept.asked_at) <= self._settings.tag_age

    def _keep(self, image: Image, served: Served) -> KeptTag:
        kept = KeptTag(served.digest, served.host, time.time())
        if self._cache is not None:
            self._cache.keep_tag(self._cache_key(image), kept)
        return kept

    def _cache_key(self, image: Image) -> str:
        # two projects with different mirrors may see different images under one tag
        mirrors = [
            f"{endpoint.host}/{endpoint.prefix}"
            for endpoint in self._settings.endpoints(image.registry)
            if endpoint.is_mirror
        ]
        tag = "" if image.tag is None else f":{image.tag}"
        return " ".join([f"{image.registry}/{image.repository}{tag}", *mirrors])

    async def _manifest(self, image: Image, digest: str) -> Manifest:
        """The manifest with a digest: from memory, from the cache, or from the registry."""
        body = self._known(digest)
        if body is not None:
            return read_manifest(body, "")
        self._require_online()

        async def ask() -> Manifest:
            return self._keep_manifest(
                await self._distribution.manifest(image.registry, image.repository, digest)
            )

        return await self._once(("manifest", image.registry, image.repository, digest), ask)

    def _keep_manifest(self, served: Served) -> Manifest:
        self._keep_content(served.digest, served.body)
        return served.manifest or read_manifest(served.body, "")

    def _known(self, digest: str) -> bytes | None:
        if digest not in self._content and self._cache is not None:
            body = self._cache.content(digest)
            if body is not None:
                self._content[digest] = body
        return self._content.get(digest)

    def _keep_content(self, digest: str, body: bytes) -> None:
        self._content[digest] = body
        if self._cache is not None:
            self._cache.keep_content(digest, body)

    async def config(self, resolved: Resolved, platform: str) -> ImageConfig:
        """What an image sets for its containers, on a platform in canonical form."""
        image = resolved.image
        manifest = await self._manifest(image, resolved.digest)
        if manifest.is_index:
            fitting = manifest.digest_for(platform)
            if fitting is None:
                raise RegistryProblem(f"it has no image for {platform}", kind=Kind.NOT_FOUND)
            manifest = await self._manifest(image, fitting)
        if manifest.config is None:
            raise RegistryProblem("its index leads to another index", kind=Kind.UNSUPPORTED)
        digest = manifest.config
        body = self._known(digest)
        if body is not None:
            return read_config(body)
        self._require_online()

        async def ask() -> ImageConfig:
            body = await self._distribution.blob(image.registry, image.repository, digest)
            config = read_config(body)
            self._keep_content(digest, body)
            return config

        return await self._once(("config", image.registry, image.repository, digest), ask)

    async def tags(self, image: Image, *, fresh: bool) -> tuple[str, ...]:
        """All tags of an image's repository."""
        repository = replace(image, tag=None, digest=None)
        key = self._cache_key(repository)
        if self._cache is not None and (kept := self._cache.tag_list(key)) is not None:
            tags, asked_at = kept
            current = not fresh and self._cache.age(asked_at) <= self._settings.tag_age
            if self._settings.offline or current:
                return tags
        self._require_online()

        async def ask() -> tuple[str, ...]:
            tags = await self._distribution.tags(image.registry, image.repository)
            if self._cache is not None:
                self._cache.keep_tag_list(key, tags)
            return tags

        return await self._once(("tags", repository), ask)

    async def specific_tag(self, resolved: Resolved, first: Sequence[str]) -> str | None:
        """The most exact tag with the same digest, of `first` if one is exact, else of all tags.

        None where the tag asked for is exact already, or nothing says more. At most 16 tags are
        asked for.
        """
        tag = resolved.image.tag
        if tag is None or not floats(tag):
            return None
        named = [resolved.version] if resolved.version and refines(resolved.version, tag) else []
        tried = list(dict.fromkeys([*named, *first]))[:_MOST_CANDIDATES]
        best = best_of(tag, await self._same(resolved, tried))
        if best is not None and not floats(best):
            return best
        tags = await self.tags(resolved.image, fresh=False)
        untried = [text for text in tags if text not in tried]
        found = await self._same(resolved, more_specific(tag, untried, limit=_MOST_CANDIDATES))
        return best_of(tag, found if best is None else [best, *found])

    async def _same(self, resolved: Resolved, tags: Sequence[str]) -> list[str]:
        """Those of `tags` that have this digest."""
        valid = [tag for tag in tags if _TAG.fullmatch(tag)]
        digests = await asyncio.gather(
            *(self._digest(replace(resolved.image, tag=tag, digest=None)) for tag in valid)
        )
        return [
            tag for tag, digest in zip(valid, digests, strict=True) if digest == resolved.digest
        ]

    async def _digest(self, image: Image) -> str | None:
        """A tag's digest; None where there is no such tag."""
        kept, current = self._kept(image, fresh=False)
        if kept is not None and current:
            return kept.digest
        self._require_online()

        async def ask() -> str | None:
            try:
                served = await self._distribution.head(
                    image.registry, image.repository, image.reference
                )
            except RegistryProblem as problem:
                if problem.kind is Kind.NOT_FOUND:
                    return None
                raise
            return self._keep(image, served).digest

        return await self._once(("digest", image), ask)

    def _require_online(self) -> None:
        if self._settings.offline:
            raise RegistryProblem(
                "not in the cache, and registries are not asked offline", kind=Kind.OFFLINE
            )


def _resolved(image: Image, manifest: Manifest, kept: KeptTag, *, from_cache: bool) -> Resolved:
    platforms = tuple(dict.fromkeys(name for name, _ in manifest.images))
    return Resolved(
        image=image,
        digest=kept.digest,
        is_index=manifest.is_index,
        platforms=platforms if manifest.is_index else None,
        created=manifest.created,
        version=manifest.version,
        host=kept.host,
        asked_at=kept.asked_at,
        from_cache=from_cache,
    )
