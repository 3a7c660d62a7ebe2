"""Reads skaffold.yaml and devcontainer.json."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hardener.dockerfile.nodes import Span
from hardener.errors import HardenError
from hardener.project.callers.callerfile import CallerFile, Found
from hardener.project.callers.checkout import Checkout
from hardener.project.callers.jsontree import read_json
from hardener.project.callers.model import Build, Secret, Value
from hardener.project.callers.tree import (
    MappingNode,
    Node,
    ScalarNode,
    child,
    items,
    mapping,
    text_of,
)
from hardener.project.callers.values import given, literal, of_scalar, reason, templated
from hardener.project.callers.yamltree import read_yaml

# skaffold.dev/docs/builders: what builds an artifact from a Dockerfile
_DOCKER, _KANIKO = "docker", "kaniko"
_OTHERS = ("bazel", "buildpacks", "custom", "jib", "ko")


def read_skaffold(file: CallerFile, checkout: Checkout) -> Iterator[Found]:
    """The builds of a skaffold.yaml's artifacts, those of its profiles too; never raises.

    Source: skaffold.dev/docs/references/yaml (build.artifacts).
    """
    try:
        documents = read_yaml(file.text)
    except HardenError as error:
        yield file.unreadable(error, "YAML")
        return
    for document in documents:
        profiles = items(child(document, "profiles"))
        for part in (document, *profiles):
            for artifact in items(child(part, "build", "artifacts")):
                if isinstance(artifact, MappingNode) and not any(map(artifact.get, _OTHERS)):
                    yield _artifact(file, checkout, artifact)


def _artifact(file: CallerFile, checkout: Checkout, artifact: MappingNode) -> Build:
    settings = mapping(artifact.get(_DOCKER)) or mapping(artifact.get(_KANIKO))
    unclear: dict[str, str] = {}
    place = checkout.place(
        [file.folder],
        _value(artifact.get("context")) or literal("."),
        _value(child(settings, "dockerfile")),
    )
    unclear.update(place.unclear)
    target = _value(child(settings, "target"))
    if target is not None and target.known is None:
        unclear["target"] = reason(target)
    image = text_of(artifact.get("image"))
    platforms = (text_of(item) for item in items(artifact.get("platforms")))
    ssh = text_of(child(settings, "ssh"))
    return Build(
        caller=file.path,
        line=file.line(artifact.start),
        form="skaffold",
        service=image,
        context=place.context,
        dockerfile=place.dockerfile,
        target=None if target is None else given(target) or None,
        args=_args(child(settings, "buildArgs")),
        secrets=tuple(_secrets(child(settings, "secrets"))),
        ssh=() if ssh is None else (ssh,),
        platforms=tuple(name for name in platforms if name),
        tags=() if image is None else (image,),
        elsewhere=place.elsewhere,
        unclear=unclear,
        spans={"build": Span(artifact.start, artifact.end)},
    )


def _value(node: Node | None) -> Value | None:
    """The value of a scalar, in which skaffold replaces Go templates."""
    if not isinstance(node, ScalarNode) or not node.text:
        return None
    return of_scalar(node, lambda text: templated(text, "{{", "}}"))


def _args(node: Node | None) -> dict[str, Value]:
    args: dict[str, Value] = {}
    for entry in node.entries() if isinstance(node, MappingNode) else ():
        if isinstance(entry.value, ScalarNode):
            value = of_scalar(entry.value, lambda text: templated(text, "{{", "}}"))
            args[entry.key.text] = replace(value, span=Span(entry.key.start, entry.value.end))
    return args


def _secrets(node: Node | None) -> Iterator[Secret]:
    for item in items(node):
        env, file = text_of(child(item, "env")), text_of(child(item, "src"))
        yield Secret(text_of(child(item, "id")), env, file, Span(item.start, item.end))


def read_devcontainer(file: CallerFile, checkout: Checkout) -> Iterator[Found]:
    """The build of a devcontainer.json, whose paths start from its folder; never raises.

    Source: containers.dev/implementors/json_reference (build), and the older keys `dockerFile` and
    `context` at the top.
    """
    try:
        top = read_json(file.text)
    except HardenError as error:
        yield file.unreadable(error, "JSON")
        return
    build = mapping(child(top, "build"))
    dockerfile = child(build, "dockerfile") or child(top, "dockerFile")
    if not isinstance(dockerfile, ScalarNode):
        return
    unclear: dict[str, str] = {}
    context = _devcontainer_value(child(build, "context") or child(top, "context"))
    place = checkout.place(
        [file.folder],
        context or literal("."),
        _devcontainer_value(dockerfile),
        base="folder",
    )
    unclear.update(place.unclear)
    target = _devcontainer_value(child(build, "target"))
    if target is not None and target.known is None:
        unclear["target"] = reason(target)
    args = mapping(child(build, "args"))
    whole = build or dockerfile
    yield Build(
        caller=file.path,
        line=file.line(whole.start),
        form="devcontainer",
        service=text_of(child(top, "name")),
        context=place.context,
        dockerfile=place.dockerfile,
        target=None if target is None else target.known or None,
        args={
            entry.key.text: replace(value, span=Span(entry.key.start, entry.value.end))
            for entry in (args.entries() if args else ())
            if (value := _devcontainer_value(entry.value)) is not None
        },
        elsewhere=place.elsewhere,
        unclear=unclear,
        spans={"build": Span(whole.start, whole.end)},
    )


def _devcontainer_value(node: Node | None) -> Value | None:
    """The value of a scalar, in which `${localEnv:X}` and the like are replaced."""
    if not isinstance(node, ScalarNode):
        return None
    return of_scalar(node, lambda text: templated(text, "${", "}"))
