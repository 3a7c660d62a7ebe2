"""Asking registries about many images at once: digests, platforms, configs, tags."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from hardener.dockerfile.reference import ImageReference
from hardener.images.registry.auth import Authorizer
from hardener.images.registry.cache import DiskCache
from hardener.images.registry.credentials import CredentialLookup
from hardener.images.registry.distribution import Distribution
from hardener.images.registry.eventloop import RegistryEventLoop
from hardener.images.registry.image import Image, Resolved, image_of
from hardener.images.registry.manifests import ImageConfig
from hardener.images.registry.problem import Kind, RegistryProblem
from hardener.images.registry.reader import ImageReader
from hardener.images.registry.settings import Settings
from hardener.images.registry.transport import Transport

Reference = TypeVar("Reference", str, ImageReference)
Progress = Callable[[int, int], object]
_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class RegistryClient:
    """Reads from registries; use it in a with statement, from one thread at a time.

    Every method takes many images and answers for each of them: what was asked for, or the
    RegistryProblem in its place. No method lasts longer than the settings' overall timeout. What
    has been asked once is not asked again as long as the client lives.
    """

    def __init__(self, settings: Settings, *, home: Path | None = None) -> None:
        self._settings = settings
        self._runner = asyncio.Runner(loop_factory=RegistryEventLoop)
        self._transport = Transport(settings)
        lookup = CredentialLookup(settings.environment, home, timeout=settings.read_timeout)
        authorizer = Authorizer(self._transport, lookup, attempts=settings.attempts)
        directory = settings.cache_directory
        self._reader = ImageReader(
            settings,
            Distribution(settings, self._transport, authorizer),
            None if directory is None else DiskCache(directory),
        )

    def __enter__(self) -> RegistryClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections. The client can't be used afterwards."""
        self._runner.run(self._transport.close())
        self._runner.close()

    @property
    def requests(self) -> int:
        """How many requests have been sent so far, those to token servers among them."""
        return self._transport.sent

    def resolve(
        self,
        references: Iterable[Reference],
        *,
        fresh: bool = False,
        progress: Progress | None = None,
    ) -> dict[Reference, Resolved | RegistryProblem]:
        """The digest and platforms of each image.

        A reference with a digest is looked up by it, as engines do; take the digest off to learn
        what its tag stands for now. `fresh` asks the registry however young the cache's answer is.
        `progress` is called with the number of images done and of all images.
        """

        def job(image: Image) -> Awaitable[Resolved]:
            return self._reader.resolve(image, fresh=fresh)

        return self._for_references(references, job, progress)

    def tags(
        self,
        references: Iterable[Reference],
        *,
        fresh: bool = False,
        progress: Progress | None = None,
    ) -> dict[Reference, tuple[str, ...] | RegistryProblem]:
        """All tags of each image's repository; `fresh` and `progress` as for `resolve`."""

        def job(image: Image) -> Awaitable[tuple[str, ...]]:
            return self._reader.tags(image, fresh=fresh)

        return self._for_references(references, job, progress)

    def configs(
        self, images: Iterable[Resolved], *, platform: str = "linux/amd64"
    ) -> dict[Resolved, ImageConfig | RegistryProblem]:
        """What each image sets for its containers, on a platform in canonical form.

        Of a single manifest the config is answered whatever its platform; it says which that is.
        """
        wanted = dict.fromkeys(images)
        return self._for_each(wanted, lambda image: self._reader.config(image, platform), None)

    def specific_tags(
        self, images: Mapping[Resolved, Sequence[str]]
    ) -> dict[Resolved, str | RegistryProblem | None]:
        """The most exact version tag that each image has today besides the one it was asked by.

        Takes for each image the tags to try first, from the embedded catalogue; the tag list is
        read only when none of them is the same image. None where the tag is exact already, or
        nothing more exact has the same digest. At most 16 tags of an image are asked for.
        """

        def job(image: Resolved) -> Awaitable[str | None]:
            return self._reader.specific_tag(image, images[image])

        return self._for_each(images, job, None)

    def _for_references(
        self,
        references: Iterable[Reference],
        job: Callable[[Image], Awaitable[_V]],
        progress: Progress | None,
    ) -> dict[Reference, _V | RegistryProblem]:
        """Answer for references; those that mean the same image are asked for once."""
        images = {reference: image_of(reference) for reference in dict.fromkeys(references)}
        wanted = dict.fromkeys(image for image in images.values() if isinstance(image, Image))
        answers = self._for_each(wanted, job, progress)
        return {
            reference: answers[image] if isinstance(image, Image) else image
            for reference, image in images.items()
        }

    def _for_each(
        self,
        wanted: Iterable[_K],
        job: Callable[[_K], Awaitable[_V]],
        progress: Progress | None,
    ) -> dict[_K, _V | RegistryProblem]:
        async def every() -> dict[_K, _V | RegistryProblem]:
            tasks = {key: asyncio.ensure_future(job(key)) for key in wanted}
            done = 0

            def one_more(_: object) -> None:
                nonlocal done
                done += 1
                if progress is not None:
                    progress(done, len(tasks))

            for task in tasks.values():
                task.add_done_callback(one_more)
            try:
                if tasks:
                    await asyncio.wait(tasks.values(), timeout=self._settings.overall_timeout)
            finally:
                unfinished = [task for task in tasks.values() if not task.done()]
                for task in unfinished:
                    task.cancel()
                await self._reader.stop()
                await asyncio.gather(*unfinished, return_exceptions=True)
            problems = {key: self._problem(key, task) for key, task in tasks.items()}
            return {key: problems[key] or task.result() for key, task in tasks.items()}

        return self._runner.run(every())

    def _problem(self, key: object, task: asyncio.Task[_V]) -> RegistryProblem | None:
        image = key.image if isinstance(key, Resolved) else key
        if task.cancelled():
            limit = f"{self._settings.overall_timeout:g} s, the time limit for all images together"
            return RegistryProblem(f"{image}: no answer within {limit}", kind=Kind.SLOW)
        error = task.exception()
        if error is None:
            return None
        if not isinstance(error, RegistryProblem):
            raise error
        # a new one: the old one's traceback leads to variables that hold the credential
        return RegistryProblem(f"{image}: {error.message}", kind=error.kind)
