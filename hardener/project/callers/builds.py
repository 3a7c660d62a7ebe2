"""Makes a build of the words of a command like `docker build`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hardener.dockerfile.nodes import Span
from hardener.dockerfile.shell import Command, Word
from hardener.project.callers.checkout import CONTAINERFILE, DOCKERFILE, Place
from hardener.project.callers.model import Build, Secret, Value
from hardener.project.callers.programs import Given, Invocation
from hardener.project.callers.values import given, literal, reason
from hardener.project.callers.words import Words, before

_MAY_HOLD = ("args", "target", "secrets", "ssh", "platforms", "dockerfile")


def build_of(invocation: Invocation, command: Command, words: Words) -> Build:
    """The build that a command makes.

    `command` is the one that the invocation stands in; its redirects may hand over a Dockerfile.
    """
    unclear: dict[str, str] = {}
    spans: dict[str, Span] = {}
    context = _context(invocation, words, unclear, spans)
    dockerfile = _one("dockerfile", invocation, words, spans, path=True)
    place = _place(invocation, command, words, context, dockerfile)
    unclear.update(place.unclear)
    target = _one("target", invocation, words, spans)
    if target is not None and target.known is None:
        unclear["target"] = reason(target)
    platforms = _list("platforms", invocation, words, unclear)
    _loose(invocation, words, unclear)
    tags = [value for _, value in _values("tags", invocation, words)]
    for value in tags:
        # one without a default shows its variables itself
        if value.known is None and value.default is not None:
            unclear["tags"] = reason(value)
    _note_span("build", _whole(invocation, command, words), spans)
    first, last = invocation.called
    _note_span("called", words.span(first.start, last.end), spans)
    return Build(
        caller=words.where.file.path,
        line=words.line(command.words[0].start),
        form=words.where.form,
        service=words.where.service,
        program=invocation.name,
        context=place.context,
        dockerfile=place.dockerfile,
        target=None if target is None else given(target) or None,
        args=_args(invocation, words, unclear),
        secrets=tuple(_secrets(invocation, words)),
        ssh=tuple(_list("ssh", invocation, words, unclear, separator=None)),
        platforms=tuple(platforms),
        contexts=_contexts(invocation, words),
        tags=tuple(given(value) or value.written or "" for value in tags),
        elsewhere=place.elsewhere,
        unclear=unclear,
        spans=spans,
    )


def _context(
    invocation: Invocation, words: Words, unclear: dict[str, str], spans: dict[str, Span]
) -> Value | None:
    """The build context as given; None if none is."""
    named = _one("context", invocation, words, spans, path=True)
    if named is not None:
        return _without_scheme(_below(named, invocation, words))
    operands = invocation.operands or invocation.loose[-1:]
    if len(invocation.operands) > 1:
        unclear["command"] = "it names more than one build context"
    if not operands:
        return None
    _note_span("context", words.span(operands[0].start, operands[0].end), spans)
    return words.path(operands[0])


def _below(context: Value, invocation: Invocation, words: Words) -> Value:
    """kaniko's context with its --context-sub-path."""
    below = invocation.last("context_sub_path")
    if below is None or context.known is None:
        return context
    path = words.value(below)
    known = None if path.known is None else f"{context.known}/{path.known}"
    return Value(context.written, known, known, path.variables)


def _without_scheme(context: Value) -> Value:
    """kaniko takes a folder as `dir://folder` too."""
    known = context.known
    return context if known is None else literal(known.removeprefix("dir://"))


def _place(
    invocation: Invocation,
    command: Command,
    words: Words,
    context: Value | None,
    dockerfile: Value | None,
) -> Place:
    program = invocation.program
    base, without_context = program.dockerfile, False
    read = _standard_input(command)
    if dockerfile is not None and dockerfile.known == "-":
        why = "its Dockerfile comes from standard input"
        return words.where.checkout.place_of_context(words.where.folders or (), context, why)
    if context is not None and context.known == "-":
        if read is None:
            return Place(elsewhere="its Dockerfile comes from standard input")
        # the Dockerfile alone is sent, and there is no context
        context, dockerfile = literal("."), words.path(read)
        base, without_context = "folder", True
    if context is None:
        context = _default_context(program.context, dockerfile)
        if context is None:
            why = "it names no build context"
            return Place(unclear={"context": why, "dockerfile": why})
    place = words.where.checkout.place(
        words.where.folders or (),
        context,
        dockerfile,
        base=base,
        names=CONTAINERFILE if program.containerfile else DOCKERFILE,
    )
    if without_context:
        why = "there is none: the Dockerfile comes from standard input"
        return Place(None, place.dockerfile, place.elsewhere, {**place.unclear, "context": why})
    return place


def _default_context(default: str, dockerfile: Value | None) -> Value | None:
    if not default:
        return None
    if default == "file" and dockerfile is not None and dockerfile.known is not None:
        return literal(dockerfile.known.rpartition("/")[0] or ".")
    return literal("." if default == "file" else default)


def _standard_input(command: Command) -> Word | None:
    """The file that a command's standard input comes from."""
    for redirect in command.redirects:
        if redirect.operator == "<" and redirect.descriptor in (None, 0):
            return redirect.target
    return None


def _args(invocation: Invocation, words: Words, unclear: dict[str, str]) -> dict[str, Value]:
    args: dict[str, Value] = {}
    for option in invocation.all("args"):
        word = option.value
        if word is None:
            continue
        name, equals, _ = word.text.partition("=")
        span = words.span(option.start, option.end)
        value = words.value(word.after(len(name) + 1)) if equals else Value(None, None, None)
        if not name or words.value(before(word, len(name))).known is None:
            unclear["args"] = f"the name of one isn't known: {word.raw}"
            continue
        args[name] = Value(value.written, value.known, value.default, value.variables, span)
    if invocation.all("args_file"):
        unclear["args"] = "some come from a file"
    return args


def _contexts(invocation: Invocation, words: Words) -> dict[str, str]:
    found: dict[str, str] = {}
    for _, value in _values("contexts", invocation, words):
        name, _, path = (value.written or "").partition("=")
        found[name] = path
    return found


def _secrets(invocation: Invocation, words: Words) -> Iterable[Secret]:
    for option, value in _values("secrets", invocation, words):
        yield secret_of(given(value) or value.written or "", words.span(option.start, option.end))


def secret_of(text: str, span: Span | None) -> Secret:
    """The secret that `id=…,src=…` or `id=…,env=…` describes.

    An id alone stands for the environment variable of that name, or the file.
    Source: docs.docker.com/reference/cli/docker/buildx/build/#secret.
    """
    parts = dict(part.strip().partition("=")[::2] for part in text.split(","))
    source = parts.get("src") or parts.get("source")
    env = parts.get("env") or (source if parts.get("type") == "env" else None)
    name = parts.get("id")
    return Secret(
        None if not name or "$" in name else name,
        env or (name if source is None else None),
        None if parts.get("type") == "env" else source,
        span,
    )


def _list(
    attribute: str,
    invocation: Invocation,
    words: Words,
    unclear: dict[str, str],
    separator: str | None = ",",
) -> list[str]:
    found: list[str] = []
    for _, value in _values(attribute, invocation, words):
        text = given(value)
        if value.variables:
            unclear[attribute] = reason(value)
        if text is None and (separator is None or not value.variables):
            # a tilde, or a variable in a path, which say no less as they are written
            text = value.written
        found += split_list(text or "") if separator else [text or ""]
    return [item for item in found if item]


def split_list(text: str) -> list[str]:
    """The items of a list that is written with commas or line ends."""
    return [item.strip() for item in text.replace("\n", ",").split(",") if item.strip()]


def _loose(invocation: Invocation, words: Words, unclear: dict[str, str]) -> None:
    """Notes what the words may hold that the shell makes several of, and unknown options."""
    loose = invocation.loose if invocation.operands else invocation.loose[:-1]
    for word in loose:
        for attribute in _MAY_HOLD:
            if attribute == "dockerfile" and invocation.all("dockerfile"):
                continue
            unclear.setdefault(attribute, f"{words.snippet.written(word)} may hold options")
    for word in invocation.strange:
        option = word.text.partition("=")[0]
        unclear.setdefault("command", f"the option {option} isn't known")


def _one(
    attribute: str,
    invocation: Invocation,
    words: Words,
    spans: dict[str, Span],
    *,
    path: bool = False,
) -> Value | None:
    """The value of an option that counts once: the last; its span is noted."""
    options = [option for option in invocation.all(attribute) if option.value is not None]
    if not options or options[-1].value is None:
        return None
    _note_span(attribute, words.span(options[-1].start, options[-1].end), spans)
    word = options[-1].value
    return words.path(word) if path else words.value(word)


def _values(attribute: str, invocation: Invocation, words: Words) -> Iterable[tuple[Given, Value]]:
    for option in invocation.all(attribute):
        if option.value is not None:
            yield option, words.value(option.value)


def _whole(invocation: Invocation, command: Command, words: Words) -> Span | None:
    return words.span(command.words[0].start, command.words[-1].end)


def _note_span(name: str, span: Span | None, spans: dict[str, Span]) -> None:
    # words put in front of the code stand nowhere
    if span is not None and span.start < span.end:
        spans[name] = span


def flag_given(options: Sequence[Given]) -> bool:
    """Whether a flag is on, also as `--flag=true`."""
    if not options:
        return False
    value = options[-1].value
    return value is None or value.text.lower() not in ("false", "0", "f")
