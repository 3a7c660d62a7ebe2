"""Sites that Node.js builds and serves: nginx without root serves the same files."""

from __future__ import annotations

from hardener.dockerfile.nodes import Instruction
from hardener.images.facts import facts_for
from hardener.stages.candidate import Candidate
from hardener.stages.knowledge import table
from hardener.stages.model import Artifact, Base, Ecosystem, Needs, Refusal
from hardener.stages.nodejs import build_calls
from hardener.stages.runtime import health_calls
from hardener.stages.site import caller_changes, configuration, printed, served_by, server_call

_CONFIGURATION = "/etc/nginx/conf.d/default.conf"
_ASKING = frozenset({"wget", "curl"})


def builds(candidate: Candidate) -> Instruction | None:
    """The last RUN that builds, where a server for files is all that is started."""
    if candidate.model.facts is None or candidate.model.facts.name != "node":
        return None
    found = None
    for run, _, _ in build_calls(candidate):
        found = run.instruction
    return found if found is not None and server_call(candidate) is not None else None


def needs(candidate: Candidate) -> Needs | Refusal:
    """The folder that is served, and a configuration that answers as the server did."""
    call = server_call(candidate)
    if candidate.context is None or call is None:
        return Refusal("unseen_sources")
    served = served_by(candidate, call)
    if isinstance(served, Refusal):
        return served
    changed = caller_changes(candidate, served) or _unanswerable(candidate)
    if changed is not None:
        return Refusal("unknown_server", changed)
    base = _base()
    if base is None:
        return Refusal("no_base", table("servers")["image"]["reference"])
    folder = table("servers")["image"]["folder"]
    return Needs(
        f"the site in {served.folder}, which nginx serves on port {served.port} in place of "
        f"{served.server},",
        base,
        (Artifact(served.folder, folder, folder=True),),
        final_lines=tuple(printed(configuration(folder, served), _CONFIGURATION)),
        starts=True,
    )


def _unanswerable(candidate: Candidate) -> str | None:
    """A health check that nginx's image can't carry out."""
    health = [item for item in candidate.stage.instructions if item.name == "HEALTHCHECK"]
    for instruction in health[-1:]:
        calls = health_calls(candidate, instruction.value)
        for call in calls or ():
            if call.name not in _ASKING | {"exit", "true", "false", "test"}:
                return f"HEALTHCHECK runs {call.name}"
            # BusyBox asks ::1 first, where the server doesn't listen
            if call.name == "wget" and any("localhost" in (word or "") for word in call.args):
                return "HEALTHCHECK asks localhost with wget"
        if calls is None:
            return "HEALTHCHECK can't be read"
    for run in candidate.usage.runs:
        # the image has curl, which asks 127.0.0.1 as well
        asked = " ".join(run.healthcheck or ()).split()
        if "healthcheck" in run.unclear or (len(asked) > 1 and asked[1] != "curl"):
            return f"{candidate.usage.where(run)} has a health check of its own"
    return None


def _base() -> Base | None:
    reference: str = table("servers")["image"]["reference"]
    name, _, tag = reference.rpartition(":")
    facts = facts_for(name, tag)
    if facts is None:
        return None
    return Base(reference, "busybox", facts.user, facts.workdir or "/")


def sketch(candidate: Candidate) -> str:
    """What the final stage would be."""
    image = table("servers")["image"]
    return (
        f"{image['reference']}, with COPY --from of the folder that is served to {image['folder']}"
    )


ECOSYSTEM = Ecosystem(
    "node_static",
    builds,
    needs,
    sketch,
    order=40,
    answers=frozenset({"builds_at_start", "unread_start", "toolbox"}),
)
