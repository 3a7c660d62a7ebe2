"""mount-secrets: no secret in the image, its history or its build arguments.

What it does
    Looks for secrets that a build takes in by ARG, ENV, COPY or in the code of a RUN, follows each
    to the RUNs that use it, and hands it to those, and to no other, in a mount that is gone when
    the RUN ends. ARG, ENV and COPY go, and so does a later `rm`. With a `# syntax=` line that
    promises Dockerfile 1.10 or later the RUN finds the secret in the same variable as before
    (`env=`); else it is read from a file, which every BuildKit, Buildah and Podman can. A tool that
    reads a file of credentials finds it mounted where COPY put it; a key for git over ssh is left
    to the agent of whoever builds (`type=ssh`). What a RUN writes down with a secret in it (.npmrc,
    .netrc, git's configuration, `npm config set`) is written by the RUN that reads it and taken
    away at its end, and `git clone` keeps no login. Whoever builds the image has to hand the secret
    over: the new command is told with each change, and the callers in the repository are changed
    with it.

Why
    Build arguments stand in the image's history and in its provenance; what ENV, COPY and RUN put
    into a layer stays there, also when a later RUN deletes it. Whoever can pull the image has it.
    Source: Docker docs, "Build secrets" and the build check SecretsUsedInArgOrEnv; CIS Docker
    Benchmark 4.10 (secrets are not stored in Dockerfiles); OWASP Docker Security Cheat Sheet,
    rule 12.

Before and after
    -ARG NPM_TOKEN
    -RUN npm ci
    +RUN --mount=type=secret,id=npm_token,env=NPM_TOKEN,required=true \\
    +    npm ci

    docker build --secret id=npm_token,env=NPM_TOKEN .

When it is left alone, with advice
    - FROM, COPY, LABEL or another instruction that takes no mount reads the secret;
    - a container needs it when it runs: hand it over then (docker run -e or --env-file, compose
      `environment:` or `secrets:`, a Kubernetes Secret, Vault Agent, AWS Secrets Manager);
    - the code is for another shell than sh, or can't be read as a whole;
    - a RUN writes it where later RUNs find it, in a way that can't be undone in the same RUN;
    - it is public by design: frameworks send REACT_APP_… and VITE_… to every browser.
    Names that only look like secrets (TOKEN_URL, KEY_ALIAS, …_FILE) and stand-ins
    (SECRET_KEY=dummy for one command) are no findings. A secret that stands in the file itself was
    committed: git's history keeps it, so it has to be revoked and made anew.

How to turn it off
    # harden: ignore[mount-secrets] reason         above the ARG, ENV, COPY or RUN
    skip = ["mount-secrets"]                        in harden.toml or [tool.harden]
    secrets = "file"                                or "env": how RUNs get secrets, whatever
                                                    `# syntax=` promises
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from hardener.analysis.analysis import Analysis
from hardener.analysis.secretflow.suspects import Suspects, suspects
from hardener.transforms.model import Advice, Change, Finding, Subject, Transform
from hardener.transforms.secret_guards import FILE_GUARDS, GUARDS, LITERAL_GUARDS, SecretGuard

if TYPE_CHECKING:
    from hardener.analysis.secretflow.filesecret import FileSecret
    from hardener.analysis.secretflow.rewrite import Rewriter
    from hardener.analysis.secretflow.secret import VariableSecret
    from hardener.dockerfile.nodes import Dockerfile


_LEAKED = "leaked: rotate it, as git's history keeps the value that the file holds. "
_TOO_OLD = (
    "it brings a secret into the image or its history; not changed, as # syntax= names a "
    "Dockerfile older than 1.2, which has no mounts. Write docker/dockerfile:1 there, then harden "
    "again"
)
_ONBUILD = (
    "{name} is taken in by the images that are built on this one (ONBUILD), whose history keeps "
    "it. Write ONBUILD RUN --mount=type=secret,id={id} … instead, and build them with "
    "docker build --secret id={id},env={name} ."
)
_STARTED = (
    "leaked: rotate it, as git's history keeps the value that the file holds. {name} has {what} in "
    "it, for whoever has the image. Hand it over when the container starts, in a variable or a "
    "file (docker run -e or --env-file, compose secrets, a Kubernetes Secret)"
)
_FETCHED = (
    "leaked: rotate it, as git's history keeps the value that the file holds. {name} has {what} in "
    "it, and takes no mount. Fetch that in a RUN with --mount=type=secret instead"
)
_COMMENTED = (
    "leaked: rotate it, as git's history keeps what a comment holds ({kind}). Then take it out"
)
_RUN_TIME = (
    "Hand it over when the container starts: docker run -e {name} or --env-file, compose "
    "environment or secrets, a Kubernetes Secret, Vault Agent, AWS Secrets Manager "
    "(harden explain mount-secrets)"
)


_TIED = "{} stays, as it stands in one value with {}, which can't be mounted: see there"


def look(subject: Subject) -> Iterator[Finding]:
    """Every secret that the file takes in."""
    suspected = suspects(subject.dockerfile)
    if not subject.dockerfile.stages or not suspected.any:
        return
    from hardener.analysis.secretflow.rewrite import has_no_mounts

    too_old = has_no_mounts(subject.dockerfile)
    for finding in _findings(subject, suspected):
        mounts = isinstance(finding, Change) and any("--mount=" in it.text for it in finding.edits)
        yield Advice(finding.anchor, _TOO_OLD) if too_old and mounts else finding


def _findings(subject: Subject, suspected: Suspects) -> Iterator[Finding]:
    # imported late: see SecretGuard
    from hardener.analysis.secretflow.demand import Mentions
    from hardener.analysis.secretflow.rewrite import Rewriter, promised_style
    from hardener.analysis.secretflow.secret import VariableSecret
    from hardener.analysis.secretflow.variables import variable_flows

    dockerfile = subject.dockerfile
    analysis = Analysis(dockerfile, lambda: subject.context)
    style = subject.settings.secrets
    rewriter = Rewriter(dockerfile, promised_style(dockerfile) if style == "auto" else style)
    mentions = Mentions(analysis)
    passed = {name: True for build in subject.usage.builds for name in build.args}
    secrets = [
        VariableSecret(flow, analysis, mentions, rewriter, subject.usage)
        for flow in (variable_flows(analysis, passed) if suspected.variables else ())
    ]
    found = [_judged(secret) for secret in secrets]
    held_up = True
    while held_up:
        held_up = False
        for at, secret in enumerate(secrets):
            if isinstance(found[at], Change) and (other := _tied(secret, secrets, found)):
                found[at] = Advice(
                    secret.anchor, _leaked(secret) + _TIED.format(secret.flow.name, other)
                )
                held_up = True
    yield from found
    yield from _remaining(dockerfile, secrets, suspected.runs)
    if suspected.files:
        yield from _files(analysis, rewriter)
    if suspected.runs:
        taken = {secret.flow.name for secret in secrets}
        yield from _literals(analysis, rewriter, taken, suspected.runs)


def _remaining(
    dockerfile: Dockerfile, secrets: Sequence[VariableSecret], runs: Collection[int]
) -> Iterator[Advice]:
    """The secrets at places that no mount can help."""
    from hardener.analysis.secretflow.remains import handed_on, in_comments, started

    for item in handed_on(dockerfile, {secret.flow.name for secret in secrets}):
        told = _ONBUILD.format(name=item.what, id=item.what.lower())
        yield Advice(item.anchor, told)
    for item in in_comments(dockerfile):
        yield Advice(item.anchor, _COMMENTED.format(kind=item.what), item.offset)
    for item in started(dockerfile, runs):
        way_out = _FETCHED if item.anchor.name in ("ADD", "COPY") else _STARTED
        yield Advice(item.anchor, way_out.format(name=item.anchor.name, what=item.what))


def _files(analysis: Analysis, rewriter: Rewriter) -> Iterator[Finding]:
    """The credential files that are copied; those that can go, go together."""
    from hardener.analysis.secretflow.files import copied_secrets
    from hardener.analysis.secretflow.filesecret import FileSecret

    together: list[FileSecret] = []
    together += [FileSecret(found, rewriter, together) for found in copied_secrets(analysis)]
    advice: list[Finding] = []
    while True:
        met = [(file, guard, guard.met(file)) for file in together for guard in FILE_GUARDS]
        held = next(((file, guard, why) for file, guard, why in met if why is not None), None)
        if held is None:
            break
        file, guard, why = held
        together.remove(file)
        advice.append(_file_advice(file, guard, why))
    yield from advice
    for file in together:
        edits = tuple(file.edits())
        yield Change(file.anchor, _file_reason(file), edits, handovers=(file.handover,))


def _file_advice(file: FileSecret, guard: SecretGuard, met: str) -> Advice:
    told = guard.reason.format(
        met=met,
        name=file.name,
        id=file.id,
        target=file.found.target or "…",
        advice=_sentence(file.found.kind.advice or "mount it when the container starts"),
        flag=f"docker build {file.build_flag} .",
    )
    return Advice(file.anchor, told)


def _literals(
    analysis: Analysis, rewriter: Rewriter, taken: set[str], runs: Collection[int]
) -> Iterator[Finding]:
    """The secrets that stand in the code of those RUNs."""
    from hardener.analysis.secretflow.literals import literals
    from hardener.analysis.secretflow.literalsecret import grouped

    dockerfile = analysis.dockerfile
    found = [
        literal
        for stage in dockerfile.stages
        if any(item.span.start in runs for item in stage.instructions)
        for step in analysis.stage(stage).own_steps
        if step.instruction.name == "RUN" and step.instruction.span.start in runs
        for literal in literals(dockerfile, step)
    ]
    for secret in grouped(found, rewriter, taken):
        flag = f"docker build {secret.build_flag} ."
        for guard in LITERAL_GUARDS:
            met = guard.met(secret)
            if met is not None:
                told = guard.reason.format(met=met, what=secret.what, id=secret.id, flag=flag)
                yield Advice(secret.anchor, told)
                break
        else:
            lines = sorted({place.code.instruction.first_line for place in secret.places})
            named = "its RUN" if len(lines) == 1 else f"the RUNs of lines {_listed(lines)}"
            reason = (
                f"{_LEAKED}{secret.what} stood in the code, and so in the image's history; now "
                f"{named} alone gets it as {secret.name}, from a secret mount. Build with: {flag}"
            )
            yield Change(secret.anchor, reason, tuple(secret.edits()), handovers=(secret.handover,))


def _listed(lines: Sequence[int]) -> str:
    return ", ".join(str(line) for line in lines)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _file_reason(file: FileSecret) -> str:
    """What was copied, who gets it now, and what to hand over."""
    lines = [str(use.code.instruction.first_line) for use in file.found.readers]
    named = f"RUN of line {lines[0]}" if len(lines) == 1 else f"RUNs of lines {', '.join(lines)}"
    how = "uses the SSH agent instead" if file.by_agent else "alone gets it, as a secret mount"
    if len(lines) > 1:
        how = how.replace("uses", "use").replace("gets", "get")
    layer = "deleted too late: the layer keeps it" if file.found.removed else "a layer keeps it"
    told = f"{file.name} was copied into the image ({layer}); now the {named} {how}. "
    if file.taken_along is not None:
        line = file.taken_along.first_line
        told += f"Add it to .dockerignore too, as {file.taken_along.name} in line {line} takes it. "
    return f"{told}Build with: docker build {file.build_flag} ."


def _tied(
    secret: VariableSecret, secrets: Sequence[VariableSecret], found: Sequence[Finding]
) -> str | None:
    """A secret that stays as it is and that stands in the same ARG or ENV."""
    places = {(item.instruction.span.start, item.pair.name) for item in secret.flow.declared}
    for other, finding in zip(secrets, found, strict=True):
        if other is not secret and isinstance(finding, Advice):
            for item in other.flow.declared:
                if (item.instruction.span.start, item.pair.name) in places:
                    return other.flow.name
    return None


def _judged(secret: VariableSecret) -> Finding:
    for guard in GUARDS:
        met = guard.met(secret)
        if met is not None:
            name = secret.flow.name
            told = guard.reason.format(
                met=met,
                name=name,
                id=secret.flow.id,
                flag=f"docker build {secret.build_flag} .",
                run_time=_RUN_TIME.format(name=name),
            )
            return Advice(secret.anchor, _leaked(secret) + told)
    return Change(
        secret.anchor,
        _leaked(secret) + _reason(secret),
        tuple(secret.edits()),
        handovers=secret.handovers,
    )


def _reason(secret: VariableSecret) -> str:
    """How it came in, who gets it now, and what to hand over."""
    flow = secret.flow
    way = "a build argument, which the image's history keeps" if flow.passed else "in ENV"
    if secret.is_handed_over_by_callers:
        callers = ", ".join(dict.fromkeys(secret.usage.where(run) for run in secret.usage.runs))
        return (
            f"{flow.name} stood in ENV, and so in the image's configuration; whoever starts the "
            f"container hands it over now ({callers})"
        )
    lines = [str(instruction.first_line) for instruction in secret.readers]
    if not lines:
        return f"{flow.name} was {way}; nothing uses it, so it goes"
    named = f"line {lines[0]}" if len(lines) == 1 else f"lines {', '.join(lines)}"
    told = f"{flow.name} was {way}; now the RUN of {named} alone gets it, as a secret mount"
    if secret.by_agent:
        told = (
            f"{flow.name} was {way}, and a layer kept the key; now the RUN of {named} alone gets "
            "it, from the SSH agent of whoever builds (ssh-add first)"
        )
    if len(lines) > 1:
        told = told.replace("the RUN of", "the RUNs of").replace("alone gets", "alone get")
    if secret.optional:
        told += ", which builds do without as before"
    return f"{told}. Build with: docker build {secret.build_flag} ."


def _leaked(secret: VariableSecret) -> str:
    if not secret.flow.leaked:
        return ""
    return _LEAKED


TRANSFORM = Transform(
    name="mount-secrets",
    summary="Hand secrets to the RUNs that use them in mounts, so that no image holds them.",
    level="guarded",
    look=look,
    changes=frozenset({"keywords", "instructions"}),
)
