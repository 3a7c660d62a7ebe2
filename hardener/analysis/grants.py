"""What has to belong to the user that a container runs as, so that it can go on writing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from hardener.analysis.analysis import Analysis, fetches
from hardener.analysis.calls import Call
from hardener.analysis.choice import Chosen
from hardener.analysis.evidence import Evidence, closed_copies
from hardener.analysis.knowledge import names, table
from hardener.analysis.outputs import is_untold, named_by_options, written_by
from hardener.analysis.owners import (
    Given,
    closes,
    given,
    in_root_home,
    is_for_data,
    is_of_system,
    is_open,
    made_folders,
)
from hardener.analysis.paths import is_below, joined, name_of, parent
from hardener.analysis.servers import settings_of
from hardener.analysis.stage import StageModel
from hardener.analysis.start import Program, Start
from hardener.analysis.steps import Copied
from hardener.analysis.supply import installed_packages
from hardener.project.callers.model import Usage

# what chown -R may touch: it copies each file into a layer of its own
_MOST_CHOWNED = 500
_MOST_CHOWNED_BYTES = 8 * 1024 * 1024


@dataclass(slots=True)
class Grants:
    """What the user gets.

    Attributes:
        folders: each folder with the reason, and whether all that is in it goes along.
        files: each file with the reason; made if it isn't there.
        copies: the COPYs that hand over what they copy, with the reason.
        refused: paths that would have to be handed over and may not be, with the reason.
        there: folders that the build context brings along.
    """

    folders: dict[str, tuple[str, bool]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    copies: dict[int, tuple[Copied, str]] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)

    def folder(self, path: str, reason: str, *, whole: bool = False) -> None:
        """Hand over a folder; `whole` with all that is in it."""
        if is_open(path):
            return
        if is_of_system(path):
            self.refused.setdefault(path, reason)
            return
        known = self.folders.get(path)
        self.folders[path] = (known[0], known[1] or whole) if known else (reason, whole)

    def file(self, path: str, reason: str) -> None:
        """Hand over a file."""
        if is_open(path):
            return
        if is_of_system(parent(path)) and parent(path) not in ("/var/run", "/run"):
            self.refused.setdefault(path, reason)
        else:
            self.files.setdefault(path, reason)

    def copy(self, copy: Copied, reason: str) -> None:
        """Hand over what a COPY brings, as it is copied."""
        self.copies.setdefault(copy.instruction.span.start, (copy, reason))

    @property
    def paths(self) -> tuple[str, ...]:
        """All folders and files."""
        return (*self.folders, *self.files)


def grants_for(
    analysis: Analysis,
    model: StageModel,
    start: Start,
    evidence: Evidence,
    chosen: Chosen,
    usage: Usage,
) -> Grants:
    """What has to belong to `chosen`, the least of it that is seen to be enough."""
    grants = Grants()
    _from_file(model, chosen, grants)
    _from_volumes(usage, grants)
    _from_start(analysis, model, start, grants)
    _from_sources(model, evidence, grants)
    _from_frameworks(analysis, model, start, grants)
    _from_recipes(analysis, model, start, grants)
    if is_wide(start, evidence) and not _hands_over_itself(model, chosen):
        _whole_application(analysis, model, start, evidence, grants)
    _with_what_runs_made(model, evidence, grants)
    for copy in model.copies:
        public = copy.target is not None and not copy.target.startswith(("/etc", "/root"))
        if public and copy.owner is None and copy.mode is not None and closes(copy.mode):
            grants.copy(copy, f"--chmod={copy.mode} closes it to others")
        if public and copy.owner is None and copy.mode is None and fetches(copy):
            grants.copy(copy, "what ADD fetches only its owner may read")
    for copy, path in closed_copies(analysis, model):
        if copy.target is not None and not is_of_system(copy.target):
            grants.copy(copy, f"{path} is closed to others")
    _as_the_context_has_it(analysis, model, grants)
    _without_what_is_given(model, chosen, grants)
    return grants


def _hands_over_itself(model: StageModel, chosen: Chosen) -> bool:
    """Whether the file gives something to the user already, and so knows what it writes."""
    by_chown = any(chosen.is_meant_by(item.owner) for item in given(model))
    return by_chown or any(copy.owner and chosen.is_meant_by(copy.owner) for copy in model.copies)


def _with_what_runs_made(model: StageModel, evidence: Evidence, grants: Grants) -> None:
    """Folders in which a RUN of root has put something go with all that is in them, and so do
    files such as the database that a migration in the build makes."""
    paths = {
        path
        for call in model.calls()
        if call.name not in ("mkdir", "chown", "chmod", "cd", "ls", "rm", "install")
        for word in (*call.args, *call.writes)
        if word is not None and (path := joined(call.folder, word)) is not None
    }
    for folder, (reason, _) in list(grants.folders.items()):
        if is_for_data(folder) and any(is_below(path, folder) and path != folder for path in paths):
            grants.folders[folder] = (reason, True)
    if any(_runs_code(call) for call in model.calls()):
        for written in evidence.written:
            if written.path.endswith(tuple(names("builds", "migrations.endings"))):
                grants.file(written.path, written.where)
    unsure = evidence.state != "seen" or bool(evidence.untold)
    if unsure and any(_migrates(call) for call in model.calls()):
        top = application_folder(model, ())
        if top in grants.folders:
            grants.folders[top] = (grants.folders[top][0], True)


def _runs_code(call: Call) -> bool:
    """Whether a call runs code of the project, which may set up a database."""
    return _migrates(call) or (
        call.name in names("programs", "runtimes.names")
        and "-m" not in call.args
        and (bool(call.operands()) or call.has("-c", "-e"))
    )


def _migrates(call: Call) -> bool:
    """Whether a call sets up a database; without a server at hand, that is a file."""
    words = " ".join(word for word in (call.name, *call.args) if word)
    return any(item in words for item in table("builds")["migrations"]["calls"])


def is_wide(start: Start, evidence: Evidence) -> bool:
    """Whether the program may write at places that aren't known."""
    if any(is_untold(call) for call in start.writes):
        return True
    codes = [program for program in start.programs if program.kind != "recipe"]
    if not codes and not any(program.name.startswith("php") for program in start.programs):
        return bool(evidence.untold)
    return evidence.state != "seen" or bool(evidence.untold)


def _from_file(model: StageModel, chosen: Chosen, grants: Grants) -> None:
    """Volumes, the folders that the file makes for data, and the home folder that it sets."""
    home = model.environment("HOME")
    if home and home != chosen.home and not in_root_home(home):
        grants.folder(home, "HOME")
    for volume in model.volumes:
        whole = any(copy.target and is_below(copy.target, volume.path) for copy in model.copies)
        grants.folder(volume.path, "VOLUME", whole=whole)
    packages = {"/var/run/sshd", "/run/sshd"}
    for made in made_folders(model):
        if is_for_data(made.path) and made.path not in packages and not is_of_system(made.path):
            grants.folder(made.path, f"line {made.instruction.first_line}")


def _from_volumes(usage: Usage, grants: Grants) -> None:
    """What callers mount volumes at: a new one gets the owner that the folder has in the image.

    Source: docs.docker.com/engine/storage/volumes/#mounting-a-volume-over-existing-data.
    """
    for run in usage.runs:
        for mount in run.mounts:
            if mount.kind == "volume" and not mount.read_only and mount.target.startswith("/"):
                target = joined("/", mount.target)
                if target is not None:
                    grants.folder(target, f"volume in {usage.where(run)}")


def _from_start(analysis: Analysis, model: StageModel, start: Start, grants: Grants) -> None:
    """Files and folders that scripts and options of the programs name."""
    for call in start.writes:
        for path, is_folder in (*written_by(call), *named_by_options(call)):
            if is_folder:
                _folder_in(path, "start command", grants)
                continue
            _file_in(path, "start command", grants)
            if analysis.origin(model, path) is not None:
                # a file of root's can't be opened for writing, whoever owns its folder
                grants.file(path, "start command")
                grants.there.add(path)


def _file_in(path: str, reason: str, grants: Grants) -> None:
    """A file that comes to be: its folder, or where that is the system's, the file itself."""
    if is_open(path) or is_open(parent(path)):
        return
    if parent(path) in ("/var/run", "/run", "/var/log"):
        grants.file(path, reason)
    else:
        grants.folder(parent(path), reason)


def _folder_in(path: str, reason: str, grants: Grants) -> None:
    if not is_open(path):
        grants.folder(path, reason)


def _from_sources(model: StageModel, evidence: Evidence, grants: Grants) -> None:
    """What the sources say is written."""
    for written in evidence.written:
        if in_root_home(written.path):
            grants.refused.setdefault(written.path, written.where)
        elif written.folder:
            grants.folder(written.path, written.where, whole=written.exists)
        else:
            _file_in(written.path, written.where, grants)
            if written.exists:
                grants.file(written.path, written.where)
                grants.there.add(written.path)


def _from_frameworks(analysis: Analysis, model: StageModel, start: Start, grants: Grants) -> None:
    """The folders of a framework that the context or the start command shows."""
    folder = model.end.folder
    if folder is None or is_of_system(folder):
        return
    commands = {
        word
        for program in start.programs
        for words in [[part for part in (program.name, *program.call.args[:1]) if part]]
        for word in (program.name, " ".join(words))
    }
    for name, entry in table("frameworks").items():
        shown = any(
            analysis.context is not None
            and (origin := analysis.origin(model, f"{folder}/{marker}")) is not None
            and origin.kind == "context"
            for marker in entry["markers"]
        )
        if shown or not commands.isdisjoint(entry["commands"]):
            for below in entry["folders"]:
                grants.folder(f"{folder}/{below}", name, whole=True)


def _from_recipes(analysis: Analysis, model: StageModel, start: Start, grants: Grants) -> None:
    """What a known server writes however it is configured."""
    for program in start.programs:
        if program.recipe is None:
            continue
        entry = table("recipes")[program.recipe]
        folders = list(entry["folders"])
        if not installed_packages(model).isdisjoint(entry.get("packages", ())):
            apk = any(call.name == "apk" for call in model.calls("apk"))
            folders = list(entry["packaged_by_apk" if apk else "packaged"])
        for condition, further in entry.get("when", {}).items():
            if any(copy.target and is_below(copy.target, condition) for copy in model.copies):
                folders += further
        for path in folders:
            # a recipe names the folders that are safe to hand over
            grants.folders.setdefault(path, (program.name, True))
        for path in entry.get("folders_alone", ()):
            grants.folders.setdefault(path, (program.name, False))
        settings = list(settings_of(analysis, model, start))
        if not any(setting.directive == "pid" for setting in settings):
            for path in entry["files"]:
                grants.files.setdefault(path, program.name)
    for setting in settings_of(analysis, model, start):
        if setting.folder:
            grants.folder(setting.path, setting.where, whole=True)
        elif parent(setting.path) not in grants.folders:
            _file_in(setting.path, setting.where, grants)


def _whole_application(
    analysis: Analysis, model: StageModel, start: Start, evidence: Evidence, grants: Grants
) -> None:
    """The application's folder, and what is copied into it from the context as a folder."""
    if evidence.untold:
        more = f" and {len(evidence.untold) - 1} more" if len(evidence.untold) > 1 else ""
        reason = f"{evidence.untold[0]}{more}"
    elif evidence.state == "seen":
        reason = "start command"
    else:
        reason = "sources not at hand" if evidence.state == "unseen" else "sources not all read"
    top = application_folder(model, start.programs)
    if top is None:
        return
    grants.folder(top, reason)
    if all(program.kind == "own" for program in start.programs):
        # what is compiled keeps beside itself what it reads, not what it writes
        return
    for copy in model.copies:
        if copy.target is None or not is_below(copy.target, top) or not copy.from_context:
            continue
        if any(_is_folder(analysis, source) for source in copy.sources if source):
            grants.copy(copy, reason)


def application_folder(model: StageModel, programs: Iterable[Program]) -> str | None:
    """The folder that the program regards as its own: where it is started, or where it stands."""
    folder = model.end.folder
    if folder is not None and not is_of_system(folder) and not is_open(folder):
        return folder
    for program in programs:
        if program.code is not None and not is_of_system(parent(program.code)):
            return parent(program.code)
    return None


def _is_folder(analysis: Analysis, source: str) -> bool:
    """Whether a COPY source is a folder, or may be one."""
    if analysis.context is not None:
        found = analysis.context.sources(source)
        if found:
            return any(analysis.context.kind(path) == "folder" for path in found)
    name = name_of(source.rstrip("/"))
    if "*" in name:
        return name == "*"
    if name[:1].isupper() or name in names("folders", "files.names"):
        return False
    return source in (".", "./", "/") or source.endswith("/") or "." not in name.lstrip(".")


def _as_the_context_has_it(analysis: Analysis, model: StageModel, grants: Grants) -> None:
    """Folders that the context brings along go with what is in them, if that isn't much."""
    context, top = analysis.context, application_folder(model, ())
    if context is None:
        return
    for path, (reason, _) in list(grants.folders.items()):
        origin = analysis.origin(model, path)
        if origin is None or origin.kind != "context" or origin.path is None:
            continue
        if context.kind(origin.path) != "folder":
            continue
        grants.there.add(path)
        if path != top and top is not None and is_below(path, top):
            entries = list(islice(context.files_below(origin.path), _MOST_CHOWNED))
            small = sum(entry.size for entry in entries) <= _MOST_CHOWNED_BYTES
            if entries and small and len(entries) < _MOST_CHOWNED:
                grants.folders[path] = (reason, True)


def _without_what_is_given(model: StageModel, chosen: Chosen, grants: Grants) -> None:
    """Leave out what belongs to the user already."""
    handed = [item for item in given(model) if item.owner == "*" or chosen.is_meant_by(item.owner)]
    for path in list(grants.folders):
        if any(_covers(item, path) for item in handed) or _is_home(path, chosen):
            del grants.folders[path]
    for path in list(grants.files):
        if any(_covers(item, path) for item in handed) or parent(path) in [
            folder for folder, (_, whole) in grants.folders.items() if whole
        ]:
            del grants.files[path]
    for start, (copy, _) in list(grants.copies.items()):
        if copy.owner is not None or _handed_later(copy, handed):
            del grants.copies[start]


def _covers(item: Given, path: str) -> bool:
    return item.path == path or (item.whole and is_below(path, item.path))


def _is_home(path: str, chosen: Chosen) -> bool:
    return chosen.source == "new" and path == chosen.home


def _handed_later(copy: Copied, handed: Iterable[Given]) -> bool:
    """Whether a chown behind the COPY hands over what it copied."""
    return copy.target is not None and any(
        item.instruction.span.start > copy.instruction.span.start
        and item.whole
        and _covers(item, copy.target)
        for item in handed
    )


def existing(model: StageModel) -> Iterator[str]:
    """The folders that are certainly there at the end of the stage."""
    for step in (*model.steps, model.end):
        if step.folder is not None:
            yield step.folder
    for made in made_folders(model):
        yield made.path
    for copy in model.copies:
        if copy.target is not None:
            if copy.into:
                yield copy.target
            yield parent(copy.target)
