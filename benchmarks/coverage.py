"""How much of real Dockerfiles each transform changes, and why it leaves the others alone.

    python benchmarks/coverage.py CORPUS [--only NAME ...]

CORPUS is a folder with an index.jsonl, one line a file. Each transform runs alone, without a build
context. A file counts once for every different reason that it is given advice for.
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hardener.errors import HardenError
from hardener.files import decode
from hardener.pipeline import harden
from hardener.settings import Settings
from hardener.transforms import Transform, all_transforms

_HOLE = re.compile(r"\{\w+\}")
_PLAIN = re.compile(r"[a-z]+(?:'[a-z]+)?[,;:.]?")
_WIDTH = 92


@dataclass(slots=True)
class Coverage:
    """What one transform does over a set of files."""

    files: int = 0
    changed: int = 0
    advised: int = 0
    refused: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--only", action="append", default=[], help="a transform; may be repeated")
    parser.add_argument("--reasons", type=int, default=40, help="how many are shown of each")
    arguments = parser.parse_args()
    texts = list(_texts(arguments.corpus))
    for transform in all_transforms():
        wanted = not arguments.only or transform.name in arguments.only
        if transform.look is not None and wanted:
            print(_table(transform, measured(transform, texts), arguments.reasons))


def measured(transform: Transform, texts: Sequence[str]) -> Coverage:
    """Run one transform over all texts."""
    settings = Settings(only=(transform.name,))
    shape = _Shape(transform)
    found = Coverage(files=len(texts))
    for text in texts:
        try:
            result = harden(text, settings, today=datetime.date(2026, 9, 1))
        except HardenError:
            found.refused += 1
            continue
        found.changed += result.changed
        found.advised += bool(result.advice) and not result.changed
        found.reasons.update({shape.of(remark.text) for remark in result.advice})
    return found


class _Shape:
    """What different pieces of advice have in common: their words without what they speak of."""

    def __init__(self, transform: Transform) -> None:
        module = sys.modules[transform.look.__module__] if transform.look is not None else None
        self._known = [
            (re.compile(".+".join(re.escape(part) for part in _HOLE.split(guard.reason))), guard)
            for guard in getattr(module, "GUARDS", ())
        ]

    def of(self, text: str) -> str:
        """The reason, with `…` for names, paths and numbers."""
        for pattern, guard in self._known:
            if pattern.search(text):
                return _HOLE.sub("…", guard.reason)
        words = [word if _PLAIN.fullmatch(word) else "…" for word in text.split()]
        shape = " ".join(words).partition(". ")[0]
        return re.sub(r"…(?: …)+", "…", shape)


def _texts(corpus: Path) -> Iterator[str]:
    for line in (corpus / "index.jsonl").read_text().split("\n"):
        if line and (entry := json.loads(line))["parses_in_buildkit"]:
            yield decode((corpus / entry["path"]).read_bytes())


def _table(transform: Transform, found: Coverage, most: int) -> str:
    built = found.files - found.refused
    silent = built - found.changed - found.advised
    lines = [
        f"{transform.name}: {built} files",
        f"  {found.changed:5} {found.changed / built:6.1%}  changed",
        f"  {found.advised:5} {found.advised / built:6.1%}  advice alone",
        f"  {silent:5} {silent / built:6.1%}  nothing to do",
    ]
    if found.reasons:
        lines.append("  advice by reason:")
    for reason, times in found.reasons.most_common(most):
        shown = reason if len(reason) <= _WIDTH else f"{reason[: _WIDTH - 1]}…"
        lines.append(f"  {times:5} {times / built:6.1%}  {shown}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
