"""What isn't in a build context yet, but comes with the ecosystems that are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hardener.analysis.needs import Needs
from hardener.project.contents import Found
from hardener.project.context import ROOT
from hardener.project.ignorable import Kind, ignorable


def usual(needs: Needs, *, fresh: bool) -> Iterator[Found]:
    """The usual names of data/ignorable.toml that are worth a line in the context's ignore file.

    Args:
        fresh: whether the file is yet to be written. To one that is there only essential names are
            added, and secrets that git is told to ignore.
    """
    there = {item.path for item in needs.contents.found}
    for kind in ignorable().kinds:
        for name in kind.usual:
            for folder in _folders_for(kind, needs):
                path = name if folder == ROOT else f"{folder}/{name}"
                item = Found(kind, name, path, _is_folder(kind), there=False)
                if path not in there and (fresh or _is_missed(item, needs)):
                    yield item


def _is_folder(kind: Kind) -> bool:
    return kind.type != "file" and kind.section not in ("docker", "secrets")


def _is_missed(item: Found, needs: Needs) -> bool:
    wanted = item.kind.essential or (item.kind.secret and needs.is_local(item) is True)
    return wanted and not needs.contents.context.verdict(item.path).excluded


def _folders_for(kind: Kind, needs: Needs) -> Sequence[str]:
    """Where the usual names of a kind are to be expected."""
    worlds = needs.contents.ecosystems
    if kind.section == "docker":
        return [ROOT] if any(source.whole for source in needs.sources) else []
    seen = [name for name in kind.ecosystems if name in worlds]
    if kind.secret:
        return [ROOT] if seen else []
    return [folder for name in seen for folder in worlds[name] or [ROOT]]
