"""What pinning and refreshing share: which images to ask about, what came of it, the changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from hardener.dockerfile.edits import Edit
from hardener.dockerfile.images import ImageUse
from hardener.dockerfile.nodes import Dockerfile
from hardener.images.catalogue import Catalogue
from hardener.images.pins import Pin, Unpinned, Wanted
from hardener.transforms.ended_images import ended
from hardener.transforms.image_edits import ArgumentUsers
from hardener.transforms.model import Advice, Asked, Change, Finding, Subject, Violation
from hardener.transforms.named_images import (
    forbidden,
    image_named,
    images_named,
    maker_of,
    offset_of,
)
from hardener.transforms.target_platforms import platforms_asked


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be made of one use of an image.

    Attributes:
        use: the use.
        edit: to the file.
        reason: of the change.
        held_back: what is told instead, given why the edit can't be made, as a clause.
    """

    use: ImageUse
    edit: Edit
    reason: str
    held_back: Callable[[str], str]


def asked(subject: Subject, concerns: Callable[[ImageUse], bool]) -> Iterator[Asked]:
    """The images to be looked up in their registries, of the uses that a transform is about.

    What the project doesn't trust isn't asked for, nor what is built in the repository.
    """
    for use in images_named(subject.dockerfile):
        image = image_named(use)
        if image is None or not concerns(use):
            continue
        if forbidden(subject, use) is None and maker_of(subject, use) is None:
            wanted = Wanted(pin=True, platforms=bool(platforms_asked(subject, use)))
            yield Asked(use.instruction, image, wanted)


def kept_out(subject: Subject, use: ImageUse, undone: str) -> tuple[Finding, ...] | None:
    """What is told of an image that isn't to be pinned whatever registries say; None for others.

    That are those that the project doesn't allow, and those built in the repository. `undone` is
    what isn't done to it: "not pinned".
    """
    reason = forbidden(subject, use)
    if reason is not None:
        return (turned_down(subject, use, reason, undone),)
    build, reference = maker_of(subject, use), use.reference
    if build is None or reference is None:
        return None
    plain = reference.official is not None and Catalogue.load().find(reference.official) is None
    if plain and subject.settings.trust is None:
        # a short name of no official image can mean nothing else
        return ()
    text = (
        f"{reference.text} is what {subject.usage.where(build)} builds or hands over, so it is "
        f"{undone}: a digest would be that of a registry's image, or keep this one as it is today"
    )
    return (Advice(use.instruction, text),)


def turned_down(subject: Subject, use: ImageUse, reason: str, undone: str) -> Advice | Violation:
    """The finding about an image that the project's trust turns down, as strict as it says."""
    trust = subject.settings.trust
    kind = Violation if trust is not None and trust.others_are_errors else Advice
    return kind(use.instruction, f"{reason}; {undone}", offset_of(subject.dockerfile, use))


def answer(subject: Subject, use: ImageUse, undone: str) -> Pin | Finding | None:
    """What registries said of the image; a finding where it isn't to be pinned, None offline."""
    image = image_named(use)
    pin = None if image is None else subject.pins.get(image)
    if isinstance(pin, Unpinned):
        if pin.distrusted:
            return turned_down(subject, use, pin.reason, undone)
        offset = offset_of(subject.dockerfile, use)
        return Advice(use.instruction, f"{pin.reason}; {undone}", offset)
    return pin


def ending(subject: Subject, use: ImageUse) -> Advice | None:
    """What is no longer rebuilt or past its end of life in the image."""
    told = None if use.reference is None else ended(use.reference, subject.today)
    return None if told is None else Advice(use.instruction, told)


def granted(dockerfile: Dockerfile, wishes: Sequence[Wish]) -> Iterator[Finding]:
    """The wishes as changes, but for those that would change an ARG for someone else too."""
    users = ArgumentUsers(dockerfile, [(wish.use, wish.edit) for wish in wishes])
    for wish in wishes:
        instruction, offset = wish.use.instruction, offset_of(dockerfile, wish.use)
        why_not = users.obstacle(wish.use, wish.edit)
        if why_not is None:
            yield Change(instruction, wish.reason, (wish.edit,), offset)
        else:
            yield Advice(instruction, wish.held_back(why_not), offset)
