"""A case of tests/cases/verify: a Dockerfile before hardening and after, and what has to be found.

In after/Dockerfile a comment `# by NAME` stands above the lines that the transform NAME changed,
or where it took lines away; so any of them can be left out again.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hardener.verify.hardening import AppliedChange, Hardened

CASES = Path(__file__).parent.parent / "cases" / "verify"
_MARK = "# by "


def case_names() -> list[str]:
    """The folders of tests/cases/verify."""
    return sorted(path.name for path in CASES.iterdir() if (path / "case.toml").is_file())


@dataclass(frozen=True)
class Case:
    """One folder; it's a Hardening."""

    name: str

    @property
    def folder(self) -> Path:
        return CASES / self.name

    @property
    def dockerfile(self) -> Path:
        return self.folder / "before" / "Dockerfile"

    @property
    def expected(self) -> dict[str, Any]:
        return tomllib.loads((self.folder / "case.toml").read_text())

    def __call__(self, leave_out: frozenset[str]) -> Hardened:
        """The Dockerfile without the changes of those left out."""
        lines: list[str] = []
        changes = []
        for transform, old, new in self._blocks():
            if transform is None or transform in leave_out:
                lines += old
            else:
                changes.append(
                    AppliedChange(
                        transform,
                        "Dockerfile",
                        len(lines) + 1,
                        f"{transform} was here",
                        frozenset(self.expected["says"][transform]),
                    )
                )
                lines += new
        if not changes:
            return Hardened({}, ())
        return Hardened({"Dockerfile": "".join(lines).encode()}, tuple(changes))

    def _blocks(self) -> Iterator[tuple[str | None, list[str], list[str]]]:
        """Blocks of lines, before and after, with who changed them."""
        before = self.dockerfile.read_text().splitlines(keepends=True)
        after = (self.folder / "after" / "Dockerfile").read_text().splitlines(keepends=True)
        matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
        for kind, i1, i2, j1, j2 in matcher.get_opcodes():
            if kind == "equal":
                yield None, before[i1:i2], after[j1:j2]
                continue
            marks = [line for line in after[j1:j2] if line.startswith(_MARK)]
            names = {line.removeprefix(_MARK).strip() for line in marks}
            assert len(names) == 1, f"{self.name}: {after[j1:j2]} needs one '# by NAME'"
            yield names.pop(), before[i1:i2], after[j1:j2]
