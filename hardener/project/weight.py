"""Tells how large a build context is before and after some of it is kept out."""

from __future__ import annotations

from collections.abc import Sequence

from hardener.project.contents import Contents, Found

_LARGEST = 3
_MOST_NAMED = 8
_UNITS = ("bytes", "kB", "MB", "GB", "TB")


def difference(contents: Contents, out: Sequence[Found]) -> str:
    """Files and bytes before and after, the largest files that are left, and the secrets in `out`,
    which is what is to be kept out of the context."""
    files, size = contents.totals
    left = files - sum(item.files for item in out), size - sum(item.size for item in out)
    gone = {item.path for item in out}
    kept = [item for item in contents.found if item.path not in gone]
    staying = [(size, path) for item in kept for path, size in contents.inside(item)]
    staying += [(size, path) for path, size in contents.files]
    largest = sorted(staying, key=lambda entry: (-entry[0], entry[1]))[:_LARGEST]
    least = "" if contents.counted else "at least "
    parts = [f"build context of {least}{_amount(files, size)} -> {_amount(*left)}"]
    if named := [f"{path} {_bytes(size)}" for size, path in largest if size]:
        parts.append(f"largest left: {', '.join(named)}")
    if secrets := [item.path for item in out if item.kind.secret]:
        more = f" and {len(secrets) - _MOST_NAMED} more" if len(secrets) > _MOST_NAMED else ""
        parts.append(f"secrets no longer in it: {', '.join(secrets[:_MOST_NAMED])}{more}")
    return "; ".join(parts)


def _amount(files: int, size: int) -> str:
    return f"{files:,} file{'' if files == 1 else 's'}, {_bytes(size)}"


def _bytes(size: int) -> str:
    """A size in decimal units, as Docker tells it."""
    amount, unit = float(size), 0
    while amount >= 999.5 and unit < len(_UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    digits = 0 if unit == 0 or amount >= 99.5 else 1
    return f"{amount:.{digits}f} {_UNITS[unit]}"
