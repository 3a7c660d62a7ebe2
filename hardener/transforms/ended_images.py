"""What is told of base images whose release line has ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from hardener.dockerfile.reference import ImageReference
from hardener.images.lifecycle import EndOfLife, Lifecycle, Retired


def ended(reference: ImageReference, today: date) -> str | None:
    """What is no longer rebuilt, or past its end of life, in an image that says so by its tag.

    A sentence with the way out; None where nothing ended. Source: the embedded catalogue and
    endoflife.date (images/lifecycle.py).
    """
    shown = reference.text.partition("@")[0]
    return _ended(shown, reference.familiar, reference.tag, today)


# the files of a repository mostly name the same few images
@lru_cache(maxsize=1024)
def _ended(shown: str, name: str, tag: str | None, today: date) -> str | None:
    lifecycle = Lifecycle.load()
    retired = lifecycle.retired(name, tag, today)
    ends = lifecycle.end_of_life(name, tag, today)
    if retired is None and not ends:
        return None
    reasons = []
    if retired is not None:
        since = f" since {retired.since}" if retired.since else ""
        reasons.append(f"is no longer rebuilt{since}, so it gets no more patches")
    for end in ends:
        since = f" on {end.since}" if end.since else ""
        reasons.append(f"{end.title} reached its end of life{since}")
    if retired is None:
        reasons[0] = f"is past support: {reasons[0]}"
    return f"{shown} {'; '.join(reasons)}. {_way_out(name, retired, ends)}"


def _way_out(name: str, retired: Retired | None, ends: Sequence[EndOfLife]) -> str:
    """What to move to, as far as the data tells."""
    if retired is not None and retired.replacements:
        return f"Its maintainers point to {' or '.join(retired.replacements)}"
    product = name.rpartition("/")[2]
    both = [found for found in (*ends, retired) if found is not None]
    for found in both:
        lines = [line for line in (found.nearest, found.newest) if line is not None]
        if isinstance(found, EndOfLife) and found.distribution:
            if lines:
                return f"Choose a tag on {lines[-1].name}"
        elif lines:
            names = [
                f"{name}:{line.tag}" if line.tag else f"{product} {line.name}" for line in lines
            ]
            return f"Supported: {' and '.join(dict.fromkeys(names))}"
    return "Choose a line that is supported"
