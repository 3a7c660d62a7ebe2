"""The guards of mount-secrets: what holds a change off, and what is told then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardener.analysis.secretflow.filesecret import FileSecret
    from hardener.analysis.secretflow.literalsecret import LiteralSecret
    from hardener.analysis.secretflow.secret import VariableSecret


@dataclass(frozen=True, slots=True)
class SecretGuard:
    """A reason not to rewrite a secret.

    `asks` names what is asked of the secret: it answers what holds the change off, None where
    nothing does. `reason` is told then, with that answer as `{met}`, and `{name}`, `{id}` and
    `{flag}` (for docker build) filled in. A name, as most files have no secret, and reading what
    answers takes longer than hardening them.
    """

    asks: str
    reason: str

    def met(self, secret: VariableSecret | FileSecret | LiteralSecret) -> str | None:
        """What holds the change off."""
        answer: str | None = getattr(secret, self.asks)()
        return answer


# of a secret that comes in by a variable (hardener/analysis/secretflow/secret.py)
GUARDS = (
    SecretGuard(
        "is_public",
        "{met} is public by design: the framework puts it into what browsers are sent, so no mount "
        "can hide it. Keep it if it is meant for the public, else use it on the server alone",
    ),
    SecretGuard(
        "is_for_children",
        "{name} is handed on by ONBUILD ({met}), to images whose callers aren't known here. Write "
        "ONBUILD RUN --mount=type=secret,id={id} … and build them with {flag}",
    ),
    SecretGuard(
        "is_read_elsewhere",
        "{name} is read by {met}, which takes no secret mount. Read it in a RUN with "
        "--mount=type=secret,id={id} alone, or take a value that isn't secret there",
    ),
    SecretGuard(
        "starts_with_it",
        "{met} reads {name} when the container starts, so the image has to do without. {run_time}",
    ),
    SecretGuard(
        "is_default",
        "{met} has a stand-in in the image, with which every container starts that isn't given "
        "another. Take it out, so that a forgotten one is noticed. {run_time}",
    ),
    SecretGuard(
        "is_for_run_time",
        "{met} stands in the image's configuration, for whoever has the image. Take it out. "
        "{run_time}",
    ),
    SecretGuard(
        "may_be_needed_at_run_time",
        "{name} stays in the image's configuration; whether the container needs {met} can't be "
        "seen. {run_time}; for the build: {flag}",
    ),
    SecretGuard(
        "is_windows",
        "{name} is read by a RUN of Windows ({met}), where secret mounts don't work. Fetch what "
        "needs it before the build, and COPY that",
    ),
    SecretGuard(
        "shell_is_foreign",
        "{name} is read by code that isn't for sh ({met}). Add # syntax=docker/dockerfile:1 at the "
        "top and RUN --mount=type=secret,id={id},env={name}, then build with {flag}",
    ),
    SecretGuard(
        "has_no_shell",
        "{name} is read by a RUN without a shell ({met}). Add # syntax=docker/dockerfile:1 at the "
        "top and RUN --mount=type=secret,id={id},env={name}, then build with {flag}",
    ),
    SecretGuard(
        "is_not_understood",
        "{name} is read by code that isn't wholly understood ({met}). Read /run/secrets/{id} "
        "there, with RUN --mount=type=secret,id={id}; build with {flag}",
    ),
    SecretGuard(
        "is_kept",
        "{name} is written down where the image keeps it: {met}. Do that in the RUN that needs it, "
        "with --mount=type=secret,id={id}, and take it away at its end; build with {flag}",
    ),
    SecretGuard(
        "is_composed",
        "{name} is part of {met} in a way that can't be written for the shell. Set it in the RUN, "
        "with --mount=type=secret,id={id}; build with {flag}",
    ),
)


# of a credential file that is copied (filesecret.py)
FILE_GUARDS = (
    SecretGuard(
        "is_a_folder",
        "{met} is a folder of credentials, and the image keeps all of it. Copy what isn't secret "
        "(known_hosts, config) by name, and mount the rest: RUN --mount=type=ssh for keys, "
        "--mount=type=secret,id=…,target=… for others",
    ),
    SecretGuard(
        "may_be_harmless",
        "{met} isn't at hand here, so whether it holds a secret can't be seen. If it does, take it "
        "out, and mount it in the RUN that reads it: --mount=type=secret,id={id},target={target}; "
        "build with {flag}",
    ),
    SecretGuard(
        "is_started_with",
        "{name} is also named by {met}, so the image needs it or passes it on. Mount it where it "
        "is read (docker run -v, compose secrets, a Kubernetes Secret)",
    ),
    SecretGuard(
        "is_for_run_time",
        "{met} is copied into the image, and whether the container reads it can't be seen. {advice}"
        "; for a RUN: --mount=type=secret,id={id},target={target}",
    ),
    SecretGuard(
        "is_kept",
        "{name} is copied, and then copied on or written to ({met}), so that the image keeps it. "
        "Let the program read it at {target}, with RUN --mount=type=secret,id={id},target={target}",
    ),
    SecretGuard(
        "has_no_reader",
        "{met} is copied into the image, and no RUN is seen to read it. Take it out, or mount it "
        "in the RUN that does: --mount=type=secret,id={id},target={target}",
    ),
    SecretGuard(
        "place_is_unknown",
        "{met} is copied to a place that isn't known here. Take it out, and mount it in the RUN "
        "that reads it: --mount=type=secret,id={id},target=…; build with {flag}",
    ),
    SecretGuard(
        "is_taken_again",
        "{name} is copied into the image, and {met} takes it along once more before it is deleted, "
        "so that layers keep it. Add it to .dockerignore, and mount it in the RUN that reads it: "
        "--mount=type=secret,id={id},target={target}; build with {flag}",
    ),
    SecretGuard(
        "is_unreadable",
        "{name} has to belong to {met}, whose number isn't known here. Mount it with that number: "
        "RUN --mount=type=secret,id={id},target={target},uid=…; build with {flag}",
    ),
    SecretGuard(
        "is_closed_in",
        "{name} is deleted or given other rights by code that can't be changed alone ({met}). Take "
        "that out, and mount the file: RUN --mount=type=secret,id={id},target={target}; build with "
        "{flag}",
    ),
)


# of a secret that stands in a RUN (literalsecret.py)
LITERAL_GUARDS = (
    SecretGuard(
        "is_password_of_the_image",
        "{what} is set as a password in the image ({met}): whoever has the image or the file knows "
        "it, and it is the same everywhere. Lock the account, or set the password when the "
        "container starts",
    ),
    SecretGuard(
        "is_kept",
        "leaked: rotate it. {what} stands in the code ({met}), and whether the image keeps what is "
        "made of it can't be seen. If a RUN alone needs it, read it there from /run/secrets/{id}, "
        "with --mount=type=secret,id={id}; build with {flag}",
    ),
    SecretGuard(
        "is_not_understood",
        "leaked: rotate it. {what} stands in code that isn't wholly understood ({met}). Read it "
        "there from /run/secrets/{id}, with --mount=type=secret,id={id}; build with {flag}",
    ),
)
