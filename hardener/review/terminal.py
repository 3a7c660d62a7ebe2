"""What is told on standard error while and after files are hardened."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click

from hardener.errors import HardenError
from hardener.pipeline import Hardened, Remark

# a run shorter than this many files is over before a bar is read
_FILES_FOR_A_BAR = 200
_IMAGES_FOR_A_BAR = 20
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

T = TypeVar("T")


class Reporter:
    """Tells what is done, one line each, and sums up at the end.

    With `quiet` only errors are told. Colour and a progress bar are for a terminal, and not
    where NO_COLOR is set.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._colour = self._terminal and not os.environ.get("NO_COLOR")
        self._changed = 0
        self._changes = 0
        self._advice = 0
        self._errors = 0

    def progress(self, outcomes: Iterator[T], total: int) -> Iterator[T]:
        """The outcomes, with a bar where the work is long and someone is watching."""
        if self._quiet or not self._terminal or total < _FILES_FOR_A_BAR:
            yield from outcomes
            return
        with click.progressbar(
            outcomes, length=total, label="hardening", file=sys.stderr, width=40
        ) as bar:
            yield from bar

    @contextmanager
    def looking_up(self, images: int) -> Iterator[Callable[[int, int], None]]:
        """Something to call with the number of images done, which shows a bar as above."""
        if self._quiet or not self._terminal or images < _IMAGES_FOR_A_BAR:
            yield lambda done, total: None
            return
        with click.progressbar(
            length=images, label="looking up images", file=sys.stderr, width=40
        ) as bar:
            yield lambda done, total: bar.update(done - bar.pos)

    def warning(self, text: str) -> None:
        """One thing that went wrong, without which the run is still a good one."""
        if not self._quiet:
            self._line(text, "warning", "yellow")

    def note(self, text: str) -> None:
        """Something that was done."""
        if not self._quiet:
            self._print(text)

    def error(self, error: HardenError) -> None:
        """One thing that went wrong."""
        self._errors += 1
        self._line(str(error), "error", "red")

    def file(self, name: str, hardened: Hardened) -> None:
        """What became of the file shown as `name`."""
        for fault in hardened.faults:
            self._errors += 1
            self._remark(name, fault, "fault", "red")
        for violation in hardened.violations:
            self._errors += 1
            self._remark(name, violation, "error", "red")
        self._changed += hardened.changed
        self._changes += len(hardened.changes)
        self._advice += len(hardened.advice)
        if self._quiet:
            return
        for change in hardened.changes:
            self._remark(name, change, "change", "green")
        for advice in hardened.advice:
            self._remark(name, advice, "advice", "yellow")

    def summary(self, files: int, *, written: bool) -> None:
        """One line for the whole run."""
        if self._quiet:
            return
        if not files and not self._errors:
            self._print("no Dockerfile found")
            return
        did = "changed" if written else "would change"
        parts = [
            f"{_count(self._changed, 'file')} of {files} {did}"
            if self._changed
            else f"nothing to change in {_count(files, 'file')}",
            _count(self._advice, "piece") + " of advice" if self._advice else "",
            _count(self._errors, "error") if self._errors else "",
        ]
        self._print(", ".join(part for part in parts if part))

    def _remark(self, name: str, remark: Remark, kind: str, colour: str) -> None:
        self._line(f"{name}:{remark.line}: {remark.transform}: {remark.text}", kind, colour)

    def _line(self, text: str, kind: str, colour: str) -> None:
        # imported late: it may be that nothing is told
        from hardener.secrets.redact import hide

        # a file's name may hold anything, and isn't to steer the terminal
        printable = _CONTROL.sub("?", hide(text).encode("utf-8", "backslashreplace").decode())
        self._print(f"{click.style(kind, fg=colour) if self._colour else kind}: {printable}")

    def _print(self, text: str) -> None:
        sys.stdout.flush()
        click.echo(text, err=True, color=self._colour or None)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
