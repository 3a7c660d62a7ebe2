"""Finds build arguments that are passed where no build is read: `docker compose build`, `bake
--set`, `az acr build`, PowerShell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hardener.project.callers.callerfile import CallerFile
from hardener.project.callers.model import Build

_COMMENTS = ("#", "//", "REM ", "rem ")


def stray_arguments(
    file: CallerFile, names: Sequence[str], builds: Sequence[Build]
) -> Iterator[tuple[int, str]]:
    """The line and name of each such argument, each name once, in a file that says `builds`."""
    for name in names:
        given = [build.args[name] for build in builds if name in build.args]
        spans = [value.span for value in given if value.span is not None]
        found = [
            place.start()
            for place in re.finditer(
                rf"(?:--build-arg[=,\s]+['\"\\]*|\.args\.){re.escape(name)}(?![\w])", file.text
            )
            if not _in_comment(file.text, place.start())
            and not any(span.start <= place.start() < span.end for span in spans)
        ]
        # of builds whose arguments stand in no one piece it isn't known which these are
        if len(found) > len(given) - len(spans):
            yield file.line(found[0]), name


def _in_comment(text: str, at: int) -> bool:
    start = text.rfind("\n", 0, at) + 1
    return text[start:at].lstrip().startswith(_COMMENTS)
