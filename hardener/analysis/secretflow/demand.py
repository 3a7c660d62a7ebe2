"""Decides which RUNs need a secret that comes in by a variable, with the build context's help."""

from __future__ import annotations

import re
from functools import cache

from hardener.analysis.analysis import Analysis
from hardener.analysis.secretflow.model import Carrier, Flow, Use
from hardener.project.context import BuildContext
from hardener.project.ignorable import ignorable

_LARGEST = 512 * 1024
_MOST_BYTES = 32 << 20
_NOT_BUILT_WITH = re.compile(
    r"(?i)(?:.*/)?(?:(?:docker|container)file[^/]*|[^/]*\.dockerfile|(?:docker-)?compose[^/]*\.ya?ml"
    r"|\.gitlab-ci[^/]*|jenkinsfile[^/]*|docker-bake[^/]*|makefile|\.env[^/]*"
    r"|\.(?:github|circleci|gitlab|buildkite)/.*)"
)


class Mentions:
    """Where the build context names a variable.

    Args:
        analysis: of the Dockerfile; its context isn't looked for before it is asked for.
    """

    def __init__(self, analysis: Analysis) -> None:
        self._analysis = analysis
        self._of = cache(self._find)

    @property
    def context(self) -> BuildContext | None:
        """The build context; None where there is none at hand."""
        return self._analysis.context

    def of(self, name: str) -> tuple[str, ...]:
        """The files that name it, but for those that only call the build, and prose."""
        return self._of(name)

    def _find(self, name: str) -> tuple[str, ...]:
        if self.context is None:
            return ()
        pattern = re.compile(rb"(?<!\w)" + re.escape(name.encode()) + rb"(?!\w)")
        search = ignorable().search
        found, total = [], 0
        for entry in self.context.listing().files:
            path = entry.path
            folders = path.split("/")[:-1]
            if entry.kind != "file" or entry.size > _LARGEST or _NOT_BUILT_WITH.fullmatch(path):
                continue
            if "node_modules" in folders or ".git" in folders or search.prose.find(path):
                continue
            total += entry.size
            if total > _MOST_BYTES:
                break
            content = self.context.head(path, _LARGEST) or b""
            if b"\0" not in content[:1024] and pattern.search(content):
                found.append(path)
        return tuple(found)


def needed(flow: Flow, mentions: Mentions) -> list[tuple[Use, tuple[Carrier, ...]]]:
    """The RUNs that need the secret, each with the variables to hand it over in.

    A RUN needs it if its code names the variable. If none does: if it runs a program that reads
    the variable by itself. What runs the project's own code needs it if a file of the context
    names the variable, or where that can't be seen, if nothing else is known to. A build argument
    that nothing at hand names is for a program that isn't at hand either (Rails and its master
    key, a plugin of Maven), so what runs code gets it as before.
    """
    explicit = any(use.named for use in flow.uses)
    read = any(use.read for use in flow.uses)
    guessed = is_guessed(flow, mentions)
    found = []
    for use in flow.uses:
        wanted = list(use.named)
        for carrier in use.carriers:
            if carrier in wanted or (use.sets and carrier.name == flow.name):
                continue
            mentioned = bool(mentions.of(carrier.name))
            reads = carrier in use.read and (not explicit or mentioned)
            opened = use.open and (
                mentioned or ((mentions.context is None or guessed) and not (explicit or read))
            )
            if reads or (opened and _is_last(carrier, use)):
                wanted.append(carrier)
        if wanted:
            found.append((use, _without_repeats(wanted)))
    return found


def is_guessed(flow: Flow, mentions: Mentions) -> bool:
    """Whether a build argument is named by no RUN and no file at hand, and read by no program that
    is known to."""
    if mentions.context is None or not flow.passed or flow.held:
        return False
    if any(use.named or use.read for use in flow.uses):
        return False
    names = {carrier.name for use in flow.uses for carrier in use.carriers}
    return not any(mentions.of(name) for name in names)


def _is_last(carrier: Carrier, use: Use) -> bool:
    """Of several variables with the secret, code that isn't seen gets what ENV made for it."""
    return carrier == use.carriers[-1] or carrier.value is not None


def _without_repeats(carriers: list[Carrier]) -> tuple[Carrier, ...]:
    return tuple({carrier.name: carrier for carrier in carriers}.values())
