"""Sites that Node.js builds and nginx serves: nginx alone, on the bare distribution."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hardener.analysis.paths import is_below, joined
from hardener.dockerfile.nodes import Instruction
from hardener.stages.bases import plain
from hardener.stages.candidate import Candidate
from hardener.stages.elsewhere import copied_elsewhere, made_elsewhere, target_of
from hardener.stages.knowledge import table
from hardener.stages.model import Artifact, Ecosystem, Needs, Package, Refusal
from hardener.stages.nodejs import build_calls
from hardener.stages.packages import installed, is_for_the_build, is_for_the_container
from hardener.stages.reads import Tree, tree_of
from hardener.stages.runtime import tools_of
from hardener.stages.site import is_configuration, nginx_paths

_PACKAGES = frozenset({"nginx", "nginx-light", "nginx-full", "nginx-extras", "nginx-core"})
# where Debian's own site has its files; Alpine's has none
_DEFAULT_ROOT = "/var/www/html"


def builds(candidate: Candidate) -> Instruction | None:
    """The last RUN that builds, where nginx is all that is started."""
    if candidate.model.facts is None or candidate.model.facts.name != "node":
        return None
    if [program.name for program in candidate.start.programs] != ["nginx"]:
        return None
    found = None
    for run, _, _ in build_calls(candidate):
        found = run.instruction
    return found


def needs(candidate: Candidate) -> Needs | Refusal:
    """The folders that nginx's configuration names, and that configuration."""
    tree = tree_of(candidate)
    base = plain(candidate)
    if tree is None:
        return Refusal("unseen_sources")
    if base is None:
        return Refusal("no_base", candidate.shown_image)
    packages = _packages(candidate)
    if isinstance(packages, Refusal):
        return packages
    tools = tools_of(candidate, "/usr/sbin/nginx", without=frozenset({"nginx"}))
    if isinstance(tools, Refusal):
        return tools
    # the configuration may be copied behind the build
    everything = tree_of(replace(candidate, tail=()))
    served = _served(candidate, everything or tree)
    if isinstance(served, Refusal):
        return served
    folders = list(_of_build(candidate))
    for folder in served:
        if not any(is_below(folder, place) for place in folders) and not any(
            is_below(path, folder) or is_below(folder, path) for path in _made(candidate)
        ):
            return Refusal("unseen_site", folder)
    kept = [*folders, *served]
    outside = copied_elsewhere(candidate, tree, kept)
    if isinstance(outside, Refusal):
        return outside
    elsewhere = made_elsewhere(candidate, kept, repositories=True)
    if elsewhere is not None:
        return elsewhere
    site = [Artifact(folder, folder, folder=True) for folder in served]
    return Needs(
        f"the site in {served[0]}",
        base,
        (*site, *outside, *tools.files),
        (*packages, *tools.packages(base)),
    )


def _packages(candidate: Candidate) -> tuple[Package, ...] | Refusal:
    found = []
    for _, name in installed(candidate):
        if name in _PACKAGES:
            found.append(Package(name, "serves the site"))
        elif name is not None and is_for_the_container(name):
            found.append(Package(name, "installed before"))
        elif name is None or not is_for_the_build(name):
            return Refusal("unknown_package", name or "in a variable")
    if not any(package.name in _PACKAGES for package in found):
        return Refusal("unknown_program", "nginx")
    return tuple(found)


def _served(candidate: Candidate, tree: Tree) -> tuple[str, ...] | Refusal:
    """The folders that the configuration serves."""
    known = table("servers")["nginx"]
    found: dict[str, None] = {}
    whole = False
    assert candidate.context is not None
    for place, path in tree.files.items():
        if not is_configuration(place):
            continue
        whole = whole or place == "/etc/nginx/nginx.conf"
        text = (candidate.context.head(path, 1 << 17) or b"").decode("utf-8", "replace")
        for directive, value in nginx_paths(text):
            if "$" in value:
                return Refusal("unseen_site", f"{directive} {value}")
            if directive in known["serving"]:
                folder = joined("/etc/nginx", value)
                if folder is not None and folder != "/":
                    found.setdefault(folder)
            elif not _is_own(joined("/etc/nginx", value), known["own"]):
                return Refusal("unseen_site", f"{directive} {value}")
    if not whole and not found:
        found[_DEFAULT_ROOT] = None
    top = [folder for folder in found if not _is_in_other(folder, found)]
    return tuple(top) if top else Refusal("unseen_site", "no root in nginx.conf")


def _is_in_other(folder: str, folders: dict[str, None]) -> bool:
    return any(other != folder and is_below(folder, other) for other in folders)


def _is_own(path: str | None, own: list[str]) -> bool:
    return path is not None and any(is_below(path, folder) for folder in own)


def _of_build(candidate: Candidate) -> Iterator[str]:
    """The folders that are built in."""
    for run, call, _ in build_calls(candidate):
        folder = call.folder or candidate.step(run.instruction).folder
        if folder is not None and folder != "/":
            yield folder


def _made(candidate: Candidate) -> Iterator[str]:
    """What RUNs of the builder copy, move or link elsewhere."""
    for run, call in candidate.calls("cp", "mv", "ln", "install"):
        path = target_of(call)
        if run.instruction not in candidate.tail and path is not None and path != "/":
            yield path


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    base = plain(candidate)
    image = base.reference if base is not None else "the bare distribution"
    return f"{image} with nginx, and COPY --from of the folder that is served"


ECOSYSTEM = Ecosystem("node_nginx", builds, needs, sketch, order=40)
