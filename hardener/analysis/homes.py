"""What a file leaves in root's home folder, which no other user may enter."""

from __future__ import annotations

from collections.abc import Iterator

from hardener.analysis.analysis import Analysis
from hardener.analysis.calls import Call
from hardener.analysis.knowledge import table
from hardener.analysis.owners import in_root_home
from hardener.analysis.stage import StageModel
from hardener.analysis.start import Start


def left_in_root_home(analysis: Analysis, model: StageModel, start: Start) -> Iterator[str]:
    """What the program needs that stands in /root, as far as the file says; `what (line N)`."""
    if model.end.folder is not None and in_root_home(model.end.folder):
        yield f"the working directory, {model.end.folder},"
    for program in start.programs:
        for word in program.call.words:
            if word is not None and word.startswith("/root/"):
                yield f"{word} of the start command"
        if program.code is not None and in_root_home(program.code):
            yield program.code
    if _opened(model):
        return
    for copy in model.copies:
        if copy.target is not None and in_root_home(copy.target):
            yield f"{copy.target} (line {copy.instruction.first_line})"
    for name in ("PATH", "HOME", "PYTHONPATH", "NODE_PATH", "GEM_HOME", "VIRTUAL_ENV"):
        for value in (model.environment(name) or "").split(":"):
            if value == "/root" or value.startswith("/root/"):
                yield f"{value} of {name}"
    tools = table("builds")["home"]["tools"]
    for run in model.runs(*(entry["call"].split()[-1] for entry in tools)):
        for call in run.calls:
            for entry in tools:
                if _is_that(call, entry) and not _is_elsewhere(model, entry):
                    yield f"what {entry['call']} puts there (line {run.instruction.first_line})"
    yield from _downloads(model)
    yield from _browsers(analysis, model)


def _downloads(model: StageModel) -> Iterator[str]:
    """Models and data that RUNs download by code."""
    home = table("builds")["home"]
    if any(model.environment(name) for name in home["code_unless"]):
        return
    for run in model.runs(*home["code"], *home["scripts"]):
        for call in run.calls:
            if call.name is None or not call.name.startswith("python"):
                continue
            text = " ".join([*(word for word in call.args if word), call.body])
            if any(item in text for item in home["code"] + home["scripts"]):
                yield f"what line {run.instruction.first_line} downloads there"


def _browsers(analysis: Analysis, model: StageModel) -> Iterator[str]:
    """Browsers that npm packages download when they are installed."""
    folder = model.end.folder
    origin = analysis.origin(model, f"{folder}/package.json") if folder else None
    text = (analysis.text(origin) if origin is not None else None) or ""
    for package, variables in table("builds")["home"]["packages"].items():
        if f'"{package}"' in text and not any(model.environment(name) for name in variables):
            yield f"the browser that {package} downloads there"


def _opened(model: StageModel) -> bool:
    """Whether the file opens /root to others, or moves the home folder."""
    for call in model.calls("/root"):
        if call.name in ("chmod", "chown") and "/root" in call.operands():
            return True
    home = model.environment("HOME")
    return bool(home) and home is not None and not in_root_home(home)


def _is_that(call: Call, entry: dict[str, str]) -> bool:
    words = [word for word in (call.name, *call.args) if word]
    # `npx playwright install`, `python -m pip install`
    for start in range(min(3, len(words))):
        tail = words[start:]
        if tail[: len(entry["call"].split())] == entry["call"].split():
            option, unless = entry.get("option"), entry.get("option_unless")
            return (option is None or option in tail) and (unless is None or unless not in tail)
    return False


def _is_elsewhere(model: StageModel, entry: dict[str, list[str]]) -> bool:
    """Whether a variable or an earlier command puts it outside of the home folder."""
    for name in entry.get("unless", ()):
        value = model.environment(name)
        if value and not in_root_home(value):
            return True
    settled = str(entry.get("settled_by", ""))
    return bool(settled) and any(
        " ".join(word for word in (call.name, *call.args) if word).startswith(settled)
        for call in model.calls(settled)
    )
