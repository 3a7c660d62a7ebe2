"""Where pip puts packages, and which sources it writes in.

Source: pip documentation, `pip install`.
"""

from __future__ import annotations

from hardener.analysis.calls import Call
from hardener.analysis.paths import joined
from hardener.analysis.steps import Ran
from hardener.project.ecosystems.python import editable_in
from hardener.stages.candidate import Candidate
from hardener.stages.model import Refusal
from hardener.stages.python.environments import (
    NOTHING,
    destination,
    home_of,
    unknown,
    variable,
)
from hardener.stages.reads import tree_of
from hardener.stages.steps import Installs

# options of `pip install` that take the next word
VALUED = (
    *("-r", "--requirement", "-c", "--constraint", "-e", "--editable", "-i", "--index-url"),
    *("--extra-index-url", "-f", "--find-links", "-t", "--target", "--prefix", "--root", "--src"),
    *("--trusted-host", "--timeout", "--default-timeout", "--retries", "--cache-dir", "--cert"),
    *("--no-binary", "--only-binary", "--platform", "--python-version", "--implementation"),
    *("--abi", "--proxy", "--client-cert", "--log", "--progress-bar", "--upgrade-strategy"),
    *("--global-option", "--install-option", "--config-settings", "-C", "--report"),
    *("--root-user-action", "--exists-action", "-b", "--build", "--use-deprecated", "--python"),
    *(
        "--use-feature",
        "-p",
        "--index",
        "--default-index",
        "--index-strategy",
        "--extra",
        "--group",
    ),
)
IDLE = frozenset(
    {"config", "cache", "check", "list", "freeze", "show", "debug", "wheel", "download", "help"}
    | {"uninstall", "index", "inspect", "hash", "compile", "tree", "requirements", "lock", "graph"}
    | {"export", "version", "self", "env", "about", "search", "build", "clean", "verify", "init"}
)


def pip(candidate: Candidate, run: Ran, call: Call) -> Installs | Refusal:
    """What one call of pip installs: where packages go, and the folder that is made editable."""
    words = call.operands(*VALUED)
    verb = words[0] if words else ""
    if call.name == "easy_install":
        verb = "install"
    if verb in IDLE or (not words and not opaque(call)):
        return NOTHING
    if verb not in ("install", "sync") or opaque(call):
        return unknown(call)
    for name in ("PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_ROOT"):
        if variable(candidate, run, name):
            return Refusal("unknown_install", f"pip with {name}")
    if call.option("--root") is not None:
        return unknown(call)
    folder = call.option("-t", "--target") or call.option("--prefix")
    if folder is not None:
        place = joined(call.folder, folder)
        return Installs((place,)) if place and place != "/" else unknown(call)
    tree = _tree(candidate, call)
    if isinstance(tree, Refusal):
        return tree
    if call.has("--user"):
        base = variable(candidate, run, "PYTHONUSERBASE")
        home = home_of(candidate, run)
        if base is None and home is None:
            return unknown(call)
        return Installs((base or f"{home}/.local",), tree)
    where = destination(candidate, run, call)
    return where if isinstance(where, Refusal) else Installs((where,), tree)


def opaque(call: Call) -> bool:
    """Whether a word that isn't known may be an option."""
    return any(
        word is None and raw.lstrip("\"'").startswith("$")
        for word, raw in zip(call.words, call.raw, strict=False)
    )


def _tree(candidate: Candidate, call: Call) -> str | Refusal | None:
    """The folder of sources that an editable installation writes in.

    Source: pip documentation, Local project installs.
    """
    args = call.args
    for at, word in enumerate(args):
        if word is None:
            continue
        value = None
        if word in ("-e", "--editable"):
            value = args[at + 1] if at + 1 < len(args) else None
        elif word.startswith("--editable="):
            value = word.partition("=")[2]
        if value is not None:
            path = value.removeprefix("file://").partition("[")[0]
            if "+" in path or "://" in path:
                return Refusal("unknown_install", f"-e {value}")
            return joined(call.folder, path)
        if word in ("-r", "--requirement") and at + 1 < len(args):
            file = _in_context(candidate, call, args[at + 1])
            if file and candidate.context and editable_in(candidate.context, file):
                return call.folder
    return None


def _in_context(candidate: Candidate, call: Call, word: str | None) -> str | None:
    """The file of the context behind a file that an installer reads."""
    place = joined(call.folder, word) if word else None
    tree = tree_of(candidate)
    if tree is not None and place in tree.files:
        return tree.files[place]
    # mounted for the one RUN
    if word and candidate.context and candidate.context.kind(word) == "file":
        return word
    return None
