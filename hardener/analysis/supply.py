"""Who makes a program of the image: the project, or someone else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from hardener.analysis.analysis import Analysis
from hardener.analysis.calls import Call
from hardener.analysis.knowledge import names, table
from hardener.analysis.paths import is_below, name_of
from hardener.analysis.stage import StageModel

_VARIABLE = re.compile(r"\$\{?([A-Za-z_]\w*)\}?", re.ASCII)

Supply = Literal["context", "own", "foreign"]
"""`context`: a file of the build context. `own`: built from the context's sources. `foreign`: all
else: from a package, an image, a download, or sources that the file fetches."""


def supply_of(analysis: Analysis, model: StageModel, path: str) -> Supply:
    """Who makes the file at `path` of the image of a stage."""
    supplier = analysis.supplier(model, path)
    if supplier is None:
        if name_of(path) in installed_packages(model):
            return "foreign"
        return "own" if builds_own(model) else "foreign"
    copy, sure = supplier
    if copy.from_context:
        return "own" if not sure and builds_own(model) else "context"
    if copy.stage is None:
        return "foreign"
    earlier = analysis.stage(copy.stage)
    if any(item.from_context or item.inline for item in earlier.copies):
        return "own"
    through = [item for item in earlier.copies if item.stage is not None]
    fed = any(
        item.from_context
        for copy in through
        if copy.stage is not None
        for item in analysis.stage(copy.stage).copies
    )
    mounted = any(
        _mounts_context(flag.value or "")
        for step in earlier.steps
        for flag in step.instruction.flags_named("mount")
    )
    return "own" if fed or mounted else "foreign"


def _mounts_context(value: str) -> bool:
    """Whether a mount of RUN shows the build context; bind is the default type."""
    keys = dict(part.partition("=")[::2] for part in value.split(","))
    return keys.get("type", "bind") == "bind" and "from" not in keys


def builds_own(model: StageModel) -> bool:
    """Whether a RUN of the stage makes programs from sources of the context."""
    targets = [copy.target for copy in model.copies if copy.from_context or copy.inline]
    for call in model.calls():
        if not _builds(call):
            continue
        for target in targets:
            if target is None or call.folder is None:
                return True
            if is_below(call.folder, target) or is_below(target, call.folder):
                return True
    return False


def installed_packages(model: StageModel) -> frozenset[str]:
    """The packages that the file installs, by name, versions left out."""
    verbs = table("packages")["installs"]
    found: set[str] = set()
    for call in model.calls(*verbs):
        if call.name in verbs and any(verb in call.args for verb in verbs[call.name]):
            words = [*call.operands(), *_listed(call, model)]
            found.update(word.partition("=")[0].partition("@")[0] for word in words)
    return frozenset(found)


def _listed(call: Call, model: StageModel) -> Iterator[str]:
    """The packages in variables such as `$PACKAGES`, which the shell splits."""
    for value, raw in zip(call.words, call.raw, strict=False):
        found = _VARIABLE.fullmatch(raw) if value is None else None
        if found is not None:
            yield from (model.environment(found[1]) or "").split()


def _builds(call: Call) -> bool:
    name = call.name
    if name is None:
        return False
    if name in names("builds", "compilers") or name.endswith(("build.sh", "compile.sh")):
        return True
    first = next((word for word in call.args if word and not word.startswith("-")), "")
    if f"{name} {first}" in names("builds", "projects"):
        return True
    if name.startswith("python") and "setup.py" in call.args:
        return True
    if name == "uv" and call.args[:2] == ("pip", "install"):
        return any(word.startswith((".", "/")) for word in call.operands("-r"))
    if name in names("builds", "installers_of_paths") and first == "install":
        return any(word.startswith(".") for word in call.operands("-r", "--requirement", "-c"))
    return False
