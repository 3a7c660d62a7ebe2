"""One secret that stands in the code of RUNs, with its guards and its rewrite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from hardener.analysis.secretflow.literals import Literal, is_sent, is_set
from hardener.analysis.secretflow.rewrite import FOLDER, Mount, Rewriter
from hardener.dockerfile.edits import Edit
from hardener.dockerfile.nodes import Instruction
from hardener.project.callers.handover import Handover


@dataclass(frozen=True)
class LiteralSecret:
    """The same secret at all places of the file that hold it.

    Attributes:
        name: the variable that it is handed over in.
        places: where it stands.
        rewriter: makes the edits.
    """

    name: str
    places: tuple[Literal, ...]
    rewriter: Rewriter

    @property
    def anchor(self) -> Instruction:
        """The first RUN that holds it."""
        return self.places[0].code.instruction

    @property
    def what(self) -> str:
        """How it is told of, without a character of it."""
        return self.places[0].what

    @property
    def id(self) -> str:
        """The id of its secret mount."""
        return self.name.lower()

    # --- guards: what is met, None where nothing is ---

    def is_password_of_the_image(self) -> str | None:
        """A program sets it as a password in the image."""
        for place in self.places:
            of_database = place.name == "DATABASE_PASSWORD"
            if of_database or (is_set(place) and not is_sent(place)):
                return f"line {place.code.instruction.first_line}"
        return None

    def is_kept(self) -> str | None:
        """It isn't seen that nothing keeps it."""
        for place in self.places:
            if not is_sent(place):
                return f"line {place.code.instruction.first_line}"
            if place.program == "git" and place.word is not None and "://" in place.word.text:
                words = [word.text for word in place.command.words] if place.command else []
                if {"remote", "submodule", "config"} & set(words):
                    return f"line {place.code.instruction.first_line}"
        return None

    def is_not_understood(self) -> str | None:
        """The code can't be read as a whole."""
        for place in self.places:
            script = place.code.script
            if script is None or not script.complete or place.word is None:
                return f"line {place.code.instruction.first_line}"
            if place.code.form == "exec" or place.start < place.word.start:
                return f"line {place.code.instruction.first_line}"
        return None

    # --- the rewrite ---

    def edits(self) -> Iterator[Edit]:
        """The secret is read where it stood."""
        seen: set[int] = set()
        for place in self.places:
            at = place.code.instruction.span.start
            if at not in seen:
                seen.add(at)
                yield from self._mount(place)
            yield from self._replaced(place)

    def _mount(self, place: Literal) -> Iterator[Edit]:
        file = self.rewriter.style == "file"
        mount = Mount(self.id, True, env=None if file else self.name)
        yield from self.rewriter.mounts(place.code, [mount], file=file)

    @cached_property
    def _reading(self) -> str:
        if self.rewriter.style == "file":
            return f"$(cat {FOLDER}/{self.id})"
        return f"${{{self.name}}}"

    def _replaced(self, place: Literal) -> Iterator[Edit]:
        word = place.word
        if word is None:
            return
        text = self.rewriter.dockerfile.text
        clone = _clone_of(place)
        if clone is not None:
            scheme, login, host, url_start = clone
            of = place.start - url_start - len(scheme)
            new = login[:of] + self._reading + login[of + place.end - place.start :]
            program = place.command.words[0] if place.command else word
            setting = f'"url.{scheme}{new}@{host}.insteadOf={scheme}{host}"'
            yield Edit(program.end, program.end, f" -c {setting}")
            yield Edit(url_start + len(scheme), url_start + len(scheme) + len(login) + 1, "")
            return
        quote = _quote_at(text[word.start : place.start])
        end = place.end
        if quote == "'":
            new = f'\'"{self._reading}"'
            if text[end : end + 1] == "'":
                end += 1
            else:
                new += "'"
        else:
            new = self._reading if quote == '"' else f'"{self._reading}"'
        yield Edit(place.start, end, new)

    @property
    def build_flag(self) -> str:
        """What `docker build` is given from now on."""
        return f"--secret id={self.id},env={self.name}"

    @property
    def handover(self) -> Handover:
        """What callers hand over from now on."""
        stages = {
            stage.name or str(stage.index): None
            for place in self.places
            for stage in [place.code.step.stage]
        }
        whole = len(self.rewriter.dockerfile.stages) == 1
        return Handover("secret", self.id, env=self.name, stages=() if whole else tuple(stages))


_URL = re.compile(r"(https?://)([^\s/@'\"]+)@([^/\s'\"@]+/)")


def _clone_of(place: Literal) -> tuple[str, str, str, int] | None:
    """The parts of the URL of a `git clone`, and where it stands."""
    word, command = place.word, place.command
    if word is None or command is None or place.program != "git":
        return None
    if "clone" not in [item.text for item in command.words]:
        return None
    found = _URL.search(word.raw)
    if found is None:
        return None
    return found[1], found[2], found[3], word.start + found.start()


def _quote_at(before: str) -> str:
    """The quote that is open behind these characters of a word; "" for none."""
    quote = ""
    escaped = False
    for character in before:
        if escaped:
            escaped = False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
    return quote


def grouped(found: list[Literal], rewriter: Rewriter, taken: set[str]) -> list[LiteralSecret]:
    """The literals of a file by their value; two values get two names."""
    by_value: dict[str, list[Literal]] = {}
    for literal in found:
        by_value.setdefault(literal.value, []).append(literal)
    secrets: list[LiteralSecret] = []
    for places in by_value.values():
        name, number = places[0].name, 2
        while name in taken:
            name, number = f"{places[0].name}_{number}", number + 1
        taken.add(name)
        secrets.append(LiteralSecret(name, tuple(places), rewriter))
    return secrets
