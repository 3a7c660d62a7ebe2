"""The scripts of package.json, and whether a file installs for production."""

from __future__ import annotations

import json

from hardener.analysis.analysis import Analysis
from hardener.analysis.paths import joined
from hardener.analysis.stage import StageModel

# npm install, ci: --omit, --only; yarn install: --production; pnpm install: --prod
_PRODUCTION_OPTIONS = frozenset(
    {"--omit=dev", "--only=production", "--only=prod", "--production", "--prod", "--omit"}
)


def package_script(
    analysis: Analysis, model: StageModel, folder: str | None, script: str
) -> str | None:
    """The code of a script of package.json, what runs before and after it included; None where
    the file isn't at hand or has no such script.

    Source: npm docs, scripts (pre and post scripts, the default of start).
    """
    path = joined(folder, "package.json")
    origin = analysis.origin(model, path) if path else None
    text = None if origin is None else analysis.text(origin)
    try:
        scripts = json.loads(text).get("scripts", {}) if text else {}
        parts = [scripts.get(f"{prefix}{script}") for prefix in ("pre", "", "post")]
    except (ValueError, TypeError, AttributeError):
        return None
    if text and script == "start" and parts[1] is None:
        parts[1] = "node server.js"
    if not isinstance(parts[1], str):
        return None
    return "\n".join(part for part in parts if isinstance(part, str))


def is_for_production(model: StageModel) -> bool:
    """Whether the file installs without what is there for development only."""
    if model.environment("NODE_ENV") == "production":
        return True
    calls = model.calls(*_PRODUCTION_OPTIONS)
    return any(_PRODUCTION_OPTIONS.intersection(call.args) for call in calls)
