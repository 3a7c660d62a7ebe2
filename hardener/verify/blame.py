"""Finds the transforms that cause a difference, asking as few questions as it can."""

from __future__ import annotations

from collections.abc import Callable, Sequence


def culprits(
    transforms: Sequence[str],
    fails_without: Callable[[frozenset[str]], bool],
    suspects: Sequence[str] = (),
) -> tuple[str, ...]:
    """The transforms without which the failure isn't there, as few as can be found.

    One question is one build. A suspect that is guilty alone costs one; otherwise the first
    prefix of the transforms (in the order in which they run) that fails is looked for by halving,
    about log2(n) questions, and that again for as long as others fail too.

    Parameters:
        transforms: those that changed something, in order. With none of them it doesn't fail,
            with all of them it does.
        fails_without: asks whether it still fails when these are left out.
        suspects: some of `transforms` to try first.
    """
    if len(transforms) < 2:
        return tuple(transforms)
    for suspect in suspects[:1]:
        if not fails_without(frozenset({suspect})):
            return (suspect,)
    guilty: list[str] = []
    left = list(transforms)
    while left:
        found = _first_to_fail(left, frozenset(guilty), fails_without)
        guilty.append(found)
        left.remove(found)
        if not left or not fails_without(frozenset(guilty)):
            break
    return tuple(name for name in transforms if name in guilty)


def _first_to_fail(
    transforms: Sequence[str],
    left_out: frozenset[str],
    fails_without: Callable[[frozenset[str]], bool],
) -> str:
    """The transform that completes the shortest failing prefix."""
    good, bad = 0, len(transforms)
    while bad - good > 1:
        middle = (good + bad) // 2
        if fails_without(left_out | frozenset(transforms[middle:])):
            bad = middle
        else:
            good = middle
    return transforms[bad - 1]
