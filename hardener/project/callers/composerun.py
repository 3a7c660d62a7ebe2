"""Makes a run of a service in a compose file."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator

from hardener.project.callers.checkout import Checkout
from hardener.project.callers.model import Build, Mount, MountKind, Run
from hardener.project.callers.services import Layer, Service, every, items, keyed, last, text, texts
from hardener.project.callers.services import value as value_of
from hardener.project.callers.tree import MappingNode, SequenceNode, child, text_of
from hardener.project.callers.values import given

_KINDS: dict[str, MountKind] = {"bind": "bind", "volume": "volume", "tmpfs": "tmpfs"}
_TRUE = frozenset({"true", "True", "TRUE", "yes", "on"})


def run_of_service(service: Service, build: Build | None, checkout: Checkout) -> Run:
    """The run that a service describes; `build` is the one of its image, if it has one."""
    unclear = {"command": service.lost} if service.lost else {}
    environment = service.every("environment")
    own = [layer.span for layer in environment[-1:] if layer.file is service.file]
    image = text(service.last("image"), "image", unclear)
    return Run(
        caller=service.file.path,
        line=service.line,
        form="compose",
        service=service.name,
        image=image,
        build=build,
        command=_words(service.last("command"), "command", unclear),
        entrypoint=_words(service.last("entrypoint"), "entrypoint", unclear),
        user=value_of(service.last("user")),
        working_dir=text(service.last("working_dir"), "working_dir", unclear),
        mounts=tuple(_mounts(service, checkout)),
        environment=keyed(environment, service.file),
        env_files=tuple(_env_files(service, unclear)),
        secrets=tuple(_secrets(service)),
        ports=tuple(_ports(service, unclear)),
        cap_add=tuple(texts(service.every("cap_add"), "cap_add", unclear)),
        devices=tuple(texts(service.every("devices"), "devices", unclear)),
        pid=text(service.last("pid"), "pid", unclear),
        privileged=_is_true(service.last("privileged")),
        read_only=_is_true(service.last("read_only")),
        healthcheck=_check(service, unclear),
        unclear=unclear,
        spans={"environment": own[0]} if own else {},
    )


def _is_true(layer: Layer | None) -> bool:
    return layer is not None and text_of(layer.node) in _TRUE


def _words(layer: Layer | None, attribute: str, unclear: dict[str, str]) -> tuple[str, ...] | None:
    """A command, which is a list of words or is split as a shell would.

    Source: the Compose specification, 05-services.md (command), compose-go (shellwords).
    """
    if layer is None:
        return None
    if isinstance(layer.node, SequenceNode):
        found = (text(item, attribute, unclear) for item in items([layer]))
        return tuple(word or "" for word in found)
    written = text(layer, attribute, unclear)
    if written is None:
        return None
    try:
        return tuple(shlex.split(written))
    except ValueError:
        unclear[attribute] = "a quote isn't closed"
        return None


def _check(service: Service, unclear: dict[str, str]) -> tuple[str, ...] | None:
    """The test of a health check: `CMD` and words, or `CMD-SHELL` and code.

    Source: the Compose specification, 05-services.md (healthcheck).
    """
    layer = last(service.every("healthcheck"), "test")
    if layer is None or isinstance(layer.node, SequenceNode):
        return _words(layer, "healthcheck", unclear)
    written = text(layer, "healthcheck", unclear)
    return None if written is None else ("CMD-SHELL", written)


def _mounts(service: Service, checkout: Checkout) -> Iterator[Mount]:
    """The mounts of a service; of those at the same place the last counts."""
    found: dict[str, Mount] = {}
    for item in items(service.every("volumes")):
        mount = _mount(item, checkout)
        if mount is not None:
            found[mount.target] = mount
    yield from found.values()
    for place in texts(service.every("tmpfs"), "tmpfs", {}):
        yield Mount("tmpfs", "", place.partition(":")[0])
    for item in items(every(service.every("develop"), "watch")):
        source = text_of(child(item.node, "path"))
        target = text_of(child(item.node, "target"))
        if source is not None and target is not None:
            path = checkout.shown([item.file.folder], source)
            yield Mount("watch", source, target, path=path)


def _mount(item: Layer, checkout: Checkout) -> Mount | None:
    source: str | None
    if isinstance(item.node, MappingNode):
        kind = _KINDS.get(text_of(item.node.get("type")) or "", "other")
        source, read_only = _text(last([item], "source")), _is_true(last([item], "read_only"))
        target = _text(last([item], "target")) or ""
    else:
        source, target, options = _split(_text(item) or "")
        read_only = "ro" in options
        kind = (
            "bind" if source is not None and source.startswith((".", "/", "~", "$")) else "volume"
        )
    if not target:
        return None
    path = checkout.shown([item.file.folder], source) if kind == "bind" and source else None
    return Mount(kind, source or "", target, read_only, path)


def _text(layer: Layer | None) -> str | None:
    found = value_of(layer)
    if found is None:
        return None
    known = given(found)
    return known if known is not None else found.written


def _split(written: str) -> tuple[str | None, str, Iterable[str]]:
    """`source:target:options`, `source:target` or a target alone; colons in `${…}` don't count."""
    colons: list[int] = []
    depth = 0
    for at, char in enumerate(written):
        depth += (char == "{") - (char == "}")
        if char == ":" and depth <= 0:
            colons.append(at)
    starts = [0, *(at + 1 for at in colons)]
    parts = [written[start:end] for start, end in zip(starts, [*colons, None], strict=True)]
    if len(parts) == 1:
        return None, parts[0], ()
    return parts[0], parts[1], parts[2].split(",") if len(parts) > 2 else ()


def _env_files(service: Service, unclear: dict[str, str]) -> Iterator[str]:
    for item in items(service.every("env_file")):
        path = last([item], "path") if isinstance(item.node, MappingNode) else item
        found = text(path, "env_files", unclear)
        if found is not None:
            yield found


def _secrets(service: Service) -> Iterator[str]:
    for item in items(service.every("secrets")):
        source = text_of(item.node) or text_of(child(item.node, "source"))
        if source is not None:
            yield source


def _ports(service: Service, unclear: dict[str, str]) -> Iterator[str]:
    for item in items(service.every("ports")):
        if not isinstance(item.node, MappingNode):
            port = text(item, "ports", unclear)
        else:
            target = text(last([item], "target"), "ports", unclear)
            published = text(last([item], "published"), "ports", unclear)
            port = target if published is None else f"{published}:{target}"
        if port is not None:
            yield port
