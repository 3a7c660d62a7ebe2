"""The images that a Dockerfile names, and what its project lets them be."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.dockerfile.images import ImageUse, frontend_use, image_uses
from hardener.dockerfile.nodes import Dockerfile
from hardener.dockerfile.origin import Traced
from hardener.images.registry.image import Image, image_of
from hardener.project.callers.model import Build
from hardener.transforms.model import Subject


def images_named(dockerfile: Dockerfile) -> Iterator[ImageUse]:
    """Every image that the build takes from a registry, its frontend first."""
    frontend = frontend_use(dockerfile)
    if frontend is not None:
        yield frontend
    yield from image_uses(dockerfile)


def image_named(use: ImageUse) -> Image | None:
    """What a registry is asked for to get the image; None where its name can't be told."""
    image = None if use.reference is None else image_of(use.reference)
    return image if isinstance(image, Image) else None


def images_held(dockerfile: Dockerfile) -> frozenset[Image]:
    """The images that are named with their digest."""
    images = map(image_named, images_named(dockerfile))
    return frozenset(image for image in images if image is not None and image.digest is not None)


def offset_of(dockerfile: Dockerfile, use: ImageUse) -> int | None:
    """Where the image stands, in characters, if that isn't in its instruction: `# syntax=`."""
    if isinstance(use.origin, Traced) and is_frontend(dockerfile, use):
        return use.origin.offsets[0]
    return None


def is_frontend(dockerfile: Dockerfile, use: ImageUse) -> bool:
    """Whether it is the image that `# syntax=` names."""
    if not isinstance(use.origin, Traced):
        return False
    return use.origin.offsets[0] < dockerfile.instructions[0].keyword.start


def forbidden(subject: Subject, use: ImageUse) -> str | None:
    """Why the project doesn't let the image be a base. A frontend is none."""
    trust, image = subject.settings.trust, image_named(use)
    if trust is None or image is None or is_frontend(subject.dockerfile, use):
        return None
    from hardener.images.trust import check_allowed

    problem = check_allowed(image, trust)
    return None if problem is None else problem.message


def maker_of(subject: Subject, use: ImageUse) -> Build | None:
    """The build of this repository that the image comes from, so that it is no registry's."""
    if use.reference is None or is_frontend(subject.dockerfile, use):
        return None
    return subject.usage.maker_of(use.reference)
