"""Makes a run of the words of a command like `docker run`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hardener.dockerfile.shell import Command, Word
from hardener.project.callers.builds import flag_given
from hardener.project.callers.folders import anchored
from hardener.project.callers.model import Mount, MountKind, Run, Value
from hardener.project.callers.programs import Invocation
from hardener.project.callers.values import given, reason
from hardener.project.callers.words import Words, before

_KINDS: dict[str, MountKind] = {"bind": "bind", "volume": "volume", "tmpfs": "tmpfs"}
_READ_ONLY = frozenset({"ro", "readonly"})
_FALSE = frozenset({"false", "0", "f"})


def run_of(invocation: Invocation, command: Command, words: Words) -> Run:
    """The run that a command starts; `command` is the one that the invocation stands in."""
    unclear: dict[str, str] = {}
    for word in invocation.strange:
        option = word.text.partition("=")[0]
        unclear.setdefault("command", f"the option {option} isn't known")
    user = invocation.last("user")
    return Run(
        caller=words.where.file.path,
        line=words.line(command.words[0].start),
        form=words.where.form,
        service=words.where.service,
        image=_image(invocation, words, unclear),
        command=_command(invocation, words, unclear),
        entrypoint=_entrypoint(invocation, words, unclear),
        user=None if user is None else words.value(user),
        working_dir=_text(invocation.last("working_dir"), words),
        mounts=tuple(_mounts(invocation, words)),
        environment=_environment(invocation, words),
        env_files=tuple(_texts("env_files", invocation, words)),
        secrets=tuple(text.partition(",")[0] for text in _texts("secrets", invocation, words)),
        ports=tuple(_texts("ports", invocation, words)),
        cap_add=tuple(_texts("cap_add", invocation, words)),
        devices=tuple(_texts("devices", invocation, words)),
        pid=_text(invocation.last("pid"), words),
        privileged=flag_given(invocation.all("privileged")),
        read_only=flag_given(invocation.all("read_only")),
        unclear=unclear,
    )


def _image(invocation: Invocation, words: Words, unclear: dict[str, str]) -> str | None:
    if invocation.loose and invocation.operands:
        written = words.snippet.written(invocation.loose[0])
        unclear["image"] = unclear["command"] = f"{written} may be the image, or hold options"
        return None
    for word in invocation.loose[:-1]:
        unclear.setdefault("command", f"{words.snippet.written(word)} may hold options")
    image = next(iter(invocation.operands or invocation.loose[-1:]), None)
    if image is None:
        unclear["image"] = "it names no image"
        return None
    value = words.value(image)
    if value.known is None:
        unclear["image"] = reason(value)
    return given(value) or value.written


def _command(
    invocation: Invocation, words: Words, unclear: dict[str, str]
) -> tuple[str, ...] | None:
    if invocation.loose or len(invocation.operands) < 2:
        return None
    values = [words.value(word) for word in invocation.operands[1:]]
    for value in values:
        if value.known is None:
            unclear.setdefault("command", reason(value))
    return tuple(given(value) or value.written or "" for value in values)


def _entrypoint(
    invocation: Invocation, words: Words, unclear: dict[str, str]
) -> tuple[str, ...] | None:
    word = invocation.last("entrypoint")
    if word is None:
        return None
    value = words.value(word)
    if value.known is None:
        unclear["entrypoint"] = reason(value)
    text = given(value)
    return None if text is None else (text,) if text else ()


def _text(word: Word | None, words: Words) -> str | None:
    if word is None:
        return None
    value = words.value(word)
    return given(value) or value.written


def _texts(attribute: str, invocation: Invocation, words: Words) -> Iterator[str]:
    for option in invocation.all(attribute):
        text = _text(option.value, words)
        if text:
            yield text


def _environment(invocation: Invocation, words: Words) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for option in invocation.all("environment"):
        word = option.value
        if word is None:
            continue
        name, equals, _ = word.text.partition("=")
        value = words.value(word.after(len(name) + 1)) if equals else Value(None, None, None)
        span = words.span(option.start, option.end)
        found[name] = Value(value.written, value.known, value.default, value.variables, span)
    return found


def _mounts(invocation: Invocation, words: Words) -> Iterator[Mount]:
    for option in invocation.all("volumes"):
        if option.value is not None:
            yield _volume(option.value, words)
    for text in _texts("tmpfs", invocation, words):
        yield Mount("tmpfs", "", text.partition(":")[0])
    for text in _texts("mounts", invocation, words):
        yield _mount(text, words)


def _volume(word: Word, words: Words) -> Mount:
    """`source:target:options`, or a target alone.

    Source: docs.docker.com/reference/cli/docker/container/run/#volume.
    """
    colon = _colon(word)
    if colon is None:
        return Mount("volume", "", _text(word, words) or "")
    source = words.path(before(word, colon))
    target, _, options = (_text(word.after(colon + 1), words) or "").partition(":")
    read_only = not _READ_ONLY.isdisjoint(options.split(","))
    path = given(source)
    written = path if path is not None else source.written or ""
    if not written.startswith((".", "/", "~", "$", "`")):
        return Mount("volume", written, target, read_only)
    return Mount("bind", source.written or "", target, read_only, _shown(path, words))


def _colon(word: Word) -> int | None:
    """The index in a word's text of its first colon that isn't in an expansion."""
    at = word.text.find(":")
    while at >= 0:
        place = word.after(at).start
        if not any(part.start < place < part.end for part in word.expansions):
            return at
        at = word.text.find(":", at + 1)
    return None


def _mount(text: str, words: Words) -> Mount:
    """`type=bind,source=…,target=…,readonly`."""
    parts = dict(part.partition("=")[::2] for part in text.split(","))
    source = parts.get("source") or parts.get("src") or ""
    target = parts.get("target") or parts.get("destination") or parts.get("dst") or ""
    kind = _KINDS.get(parts.get("type", "volume"), "other")
    read_only = any(name in parts and parts[name] not in _FALSE for name in _READ_ONLY)
    found = anchored(source) if kind == "bind" else None
    path = source if found is None else words.located(*found)
    return Mount(kind, source, target, read_only, _shown(path, words) if kind == "bind" else None)


def _shown(path: str | None, words: Words) -> Path | None:
    if path is None:
        return None
    return words.where.checkout.shown(words.where.folders or (), path)
