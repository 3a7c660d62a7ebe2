"""What a hardened Dockerfile wants of those who build and run it that it didn't want before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

# secret: RUN --mount=type=secret; ssh: RUN --mount=type=ssh; environment: a variable that the image
# held and that the container is to be given when it is started
HandoverKind: TypeAlias = Literal["secret", "ssh", "environment"]


@dataclass(frozen=True, slots=True)
class Handover:
    """Something that whoever builds the image, or runs its container, has to hand over.

    It holds names only, never a secret.

    Attributes:
        id: of the secret or ssh mount; the name of the variable for an environment.
        arg: the build argument that it came in by so far, which the Dockerfile no longer takes.
        env: the variable of the caller's own environment that it is likely to be in.
        file: the file of the build context that it is, relative to the context.
        stages: the names or numbers of the stages that want it; empty for all.
        optional: whether they are built without it too; who didn't pass it then needn't now.
    """

    kind: HandoverKind
    id: str
    arg: str | None = None
    env: str | None = None
    file: str | None = None
    stages: tuple[str, ...] = ()
    optional: bool = False
