"""What is known of base images, recorded or told by registries, for those who analyse a file."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.analysis.analysis import Analysis
from hardener.dockerfile.images import ImageUse, base_stage, image_uses
from hardener.dockerfile.nodes import Instruction, Stage
from hardener.dockerfile.reference import ImageReference
from hardener.images.config_facts import facts_from
from hardener.images.facts import facts_for
from hardener.images.image_facts import ImageFacts
from hardener.images.pins import Wanted
from hardener.transforms.model import Asked, Subject
from hardener.transforms.named_images import forbidden, image_named, maker_of
from hardener.transforms.target_platforms import usual_platform


def analysis_of(subject: Subject) -> Analysis:
    """The analysis of the file, with the facts that registries told of its base images."""

    def told(reference: ImageReference) -> ImageFacts | None:
        for use in image_uses(subject.dockerfile):
            if use.reference == reference and use.instruction is use.stage.start:
                return facts_from(subject.pins, reference, usual_platform(subject, use))
        return None

    return Analysis(subject.dockerfile, lambda: subject.context, told)


def unrecorded_base(subject: Subject, stage: Stage) -> ImageUse | None:
    """The image at the bottom of a stage, if only its registry can tell what it sets."""
    while (below := base_stage(subject.dockerfile, stage)) is not None:
        stage = below
    for use in image_uses(subject.dockerfile):
        if use.instruction is not stage.start or use.reference is None:
            continue
        name, tag, digest = use.reference.name, use.reference.tag, use.reference.digest
        recorded = facts_for(name, tag, digest=digest) is not None
        if recorded or forbidden(subject, use) or maker_of(subject, use):
            return None
        return use
    return None


def config_asked(subject: Subject, use: ImageUse, anchor: Instruction) -> Iterator[Asked]:
    """The wish to know what an image sets, on the platform that is asked for."""
    image = image_named(use)
    if image is not None:
        yield Asked(anchor, image, Wanted(configs=frozenset({usual_platform(subject, use)})))
