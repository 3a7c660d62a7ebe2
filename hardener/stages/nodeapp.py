"""What a Node.js program takes along: what was built of it, its dependencies, and its files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hardener.analysis.calls import Call
from hardener.analysis.paths import below, is_below, joined
from hardener.analysis.start import Program
from hardener.project.ecosystems.node import NodeCode, NodeProject, knowledge, known
from hardener.project.ecosystems.node_lock import Locked
from hardener.stages.candidate import Candidate
from hardener.stages.elsewhere import copied_elsewhere
from hardener.stages.model import Artifact, Refusal
from hardener.stages.nodejs import calls_of_build
from hardener.stages.reads import Code, Tree, read_files
from hardener.stages.runtime import Tools

OF_NODE = frozenset({"node", "nodejs", "npm", "npx"})
_CODE = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".map", ".md")


@dataclass(frozen=True, slots=True)
class App:
    """The program of a container, with its project.

    Attributes:
        folder: of package.json in the image.
        root: the folder of the image that holds all that was copied and installed.
        program: what the container starts.
        locked: what the lock file says; None without one.
    """

    project: NodeProject
    folder: str
    root: str
    program: Program
    locked: Locked | None
    code: NodeCode


def artifacts_of(
    candidate: Candidate, app: App, tree: Tree, tools: Tools
) -> tuple[Artifact, ...] | Refusal:
    """What the final stage copies: what a compiler made, with node_modules and the files that the
    program names; the whole folder where more of it may be needed."""
    owner = owner_of(candidate, app.root)
    outside = copied_elsewhere(candidate, tree, (app.root,))
    if isinstance(outside, Refusal):
        return outside
    built = _built(candidate, app, tree, tools)
    own = built or (Artifact(app.root, app.root, "", folder=True),)
    return tuple(replace(item, owner=owner) for item in own) + outside


def owner_of(candidate: Candidate, root: str) -> str | None:
    """Whose files those below a folder are, where that is who the container runs as."""
    name = candidate.model.end.user.name
    if name in (None, "root", "0"):
        return None
    owners = [copy.owner for copy in candidate.copies if copy.owner]
    owners += [
        step.user.text or ""
        for step in candidate.model.own_steps
        if step.instruction.name == "RUN" and step.user.set_by is not None
    ]
    for _, call in candidate.calls("chown"):
        words = call.operands()
        owners += [words[0] for word in words[1:] if _touches(call, word, root)][:1]
    return next((item for item in owners if item.partition(":")[0] == name), None)


def _touches(call: Call, word: str, root: str) -> bool:
    path = joined(call.folder, word)
    return path is not None and (is_below(path, root) or is_below(root, path))


def _built(candidate: Candidate, app: App, tree: Tree, tools: Tools) -> tuple[Artifact, ...] | None:
    """What a compiler made, node_modules and the files that the program names; None where all of
    the folder may be needed."""
    code = app.program.code
    if code is None or app.program.name not in OF_NODE or app.folder != app.root:
        return None
    if app.project.workspaces or app.project.own_folders or code in tree.files:
        return None
    if app.code.untraced or app.code.leaving or app.code.starts_programs:
        return None
    if _makes_folders(candidate, app) or any(
        run.command or run.entrypoint for run in candidate.usage.runs
    ):
        return None
    rest = below(code, app.root)
    if rest is None or "/" not in rest:
        return None
    if not _fills_one_folder(candidate, app, rest.partition("/")[0]):
        return None
    if [word for word in app.program.call.args if word and not word.startswith("--")] != [
        word
        for word in app.program.call.operands()
        if joined(app.program.call.folder, word) == code
    ]:
        return None
    if any(word and "=" not in word and word in ("--require", "--import", "--loader")
           for word in app.program.call.args):  # fmt: skip
        return None
    if tools.files or any(item.name == "HEALTHCHECK" and "node " in item.value
                          for item in candidate.stage.instructions):  # fmt: skip
        return None
    output = f"{app.root}/{rest.partition('/')[0]}"
    modules = f"{app.root}/node_modules"
    manifest = f"{app.root}/package.json"
    files = [
        item
        for item in (*read_files(candidate, tree, app.code.literals, _LEFT), *_usual(app, tree))
        if not any(is_below(item.target, place) for place in (output, modules))
        and is_below(item.target, app.root)
        and item.target not in (app.root, manifest)
    ]
    places = [item.target for item in files]
    files = [
        item
        for item in {item.target: item for item in files}.values()
        if not any(item.target != place and is_below(item.target, place) for place in places)
    ]
    found = [Artifact(manifest, manifest)]
    if app.project.dependencies:
        found.append(Artifact(modules, modules, folder=True))
    return (*found, Artifact(output, output, folder=True), *files)


def _fills_one_folder(candidate: Candidate, app: App, output: str) -> bool:
    """Whether the builds surely write to this folder of the program's alone."""
    calls = calls_of_build(candidate, app.project)
    if calls is None or not {name for name, *_ in calls} <= known("compilers"):
        return False
    # a second compiler has settings of its own
    if sum(name in known("writers") for name, *_ in calls) > 1:
        return False
    places = [
        joined("/", words[-1]) for name, *words in calls if name in known("copying") and words
    ]
    return all(place is not None and is_below(place, f"/{output}") for place in places)


def _makes_folders(candidate: Candidate, app: App) -> bool:
    """Whether a RUN or VOLUME makes something in the folder of the program."""
    places = [volume.path for volume in candidate.model.volumes]
    for run, call in candidate.calls("mkdir", "touch", "cp", "mv", "ln", "tee", "install"):
        if run.instruction in (*candidate.tail, *candidate.setup):
            continue
        places += [joined(call.folder, word) or app.root for word in call.operands("-m")]
    written = [path for _, call in candidate.calls() for path in call.writes]
    return any(
        place is None or (is_below(place, app.root) and place != app.root)
        for place in (*places, *written)
    )


_LEFT = Code(
    _CODE,
    frozenset(
        {"package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "tsconfig.json",
         "tsconfig.build.json", "nest-cli.json", "Dockerfile", ".gitignore", ".dockerignore",
         ".eslintrc", ".prettierrc", ".babelrc", ".swcrc", "nodemon.json"}
    ),
)  # fmt: skip


def _usual(app: App, tree: Tree) -> Iterator[Artifact]:
    """Files and folders that frameworks look for by themselves."""
    for name in knowledge()["conventions"]["names"]:
        place = f"{app.root}/{name}"
        if place in tree.files:
            yield Artifact(place, place, "read by frameworks")
        elif any(tree.below(place)):
            yield Artifact(place, place, "read by frameworks", folder=True)
