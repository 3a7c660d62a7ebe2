"""The images that a Dockerfile names, and what its project lets them be."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.dockerfile.images import ImageUse, frontend_use, image_uses
from hardener.dockerfile.nodes import Dockerfile
from hardener.dockerfile.origin import Traced
from hardener.images.pins import Pin
from hardener.images.platforms import normalise_platform, serves
from hardener.images.registry.image import Image, image_of
from hardener.transforms.model import Advice, Subject, Violation


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
    if isinstance(use.origin, Traced) and _is_frontend(dockerfile, use):
        return use.origin.offsets[0]
    return None


def _is_frontend(dockerfile: Dockerfile, use: ImageUse) -> bool:
    assert isinstance(use.origin, Traced)
    return use.origin.offsets[0] < dockerfile.instructions[0].keyword.start


def forbidden(subject: Subject, use: ImageUse) -> str | None:
    """Why the project doesn't let the image be a base. A frontend is none."""
    trust, image = subject.settings.trust, image_named(use)
    if trust is None or image is None or _is_frontend(subject.dockerfile, use):
        return None
    from hardener.images.trust import check_allowed

    problem = check_allowed(image, trust)
    return None if problem is None else problem.message


def turned_down(subject: Subject, use: ImageUse, reason: str) -> Advice | Violation:
    """The finding about an image that the project's trust turns down, as strict as it says."""
    trust = subject.settings.trust
    kind = Violation if trust is not None and trust.others_are_errors else Advice
    return kind(use.instruction, f"{reason}; not pinned", offset_of(subject.dockerfile, use))


def platforms_asked(subject: Subject, use: ImageUse) -> tuple[str, ...]:
    """The platforms that the image has to be there for, as written, as far as they are known."""
    if _is_frontend(subject.dockerfile, use):
        return ()
    if use.platform and "$" not in use.platform:
        return (use.platform,)
    if use.platform and "TARGETPLATFORM" not in use.platform:
        # BUILDPLATFORM is that of the machine that builds
        return ()
    return subject.settings.platforms


def platform_missing(subject: Subject, use: ImageUse, pin: Pin) -> str | None:
    """Who asks for a platform that the image isn't there for, as a clause."""
    for platform in platforms_asked(subject, use):
        if not serves(pin.platforms, normalise_platform(platform)):
            who = "FROM asks for" if platform == use.platform else "the setting platforms asks for"
            return f"{who} {platform}"
    return None
