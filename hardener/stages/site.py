"""A site that is built and then served as files: by which server, from where, on which port."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hardener.analysis.calls import Call, calls_in, calls_of
from hardener.analysis.npm import package_script
from hardener.analysis.paths import is_below, joined, name_of
from hardener.analysis.programs import behind_prefix
from hardener.stages.candidate import Candidate
from hardener.stages.knowledge import table
from hardener.stages.model import Refusal
from hardener.stages.nodejs import MANAGERS

_PORT = re.compile(r"(?:^|:)(\d{1,5})$")
_NAME = re.compile(r"\$\{?([A-Za-z_]\w*)", re.ASCII)
_OUTPUT = re.compile(r"\boutDir[ \t]*:[ \t]*['\"]([\w./-]+)['\"]")
_COMMENT = re.compile(r"#[^\n]*")
_ENDS = re.compile(r"[;{}]")
_SERVERS = ("serve", "http-server", "vite")
_MOST_SCRIPTS = 3
_MOST_BYTES = 65536
# what of vite.config changes what `vite preview` answers
_VITE_ANSWERS = ("proxy", "preview", "base:", "configurePreviewServer", "appType")


# text/html is one of them without being named
_TEXTS = "text/css text/plain text/javascript application/javascript application/json"


@dataclass(frozen=True, slots=True)
class Served:
    """How a site is served.

    Attributes:
        server: a table of data/servers.toml.
        folder: of the image, absolute.
        port: that it listens on.
        single: whether /index.html is answered for what isn't there.
        variable: the variable that sets the port; "" where an option without one does.
    """

    server: str
    folder: str
    port: int
    single: bool
    variable: str = ""


def server_call(candidate: Candidate) -> Call | None:
    """The call of a server for files that the container starts, and nothing else."""
    words, code = candidate.command
    lookup = candidate.model.environment
    found = (
        calls_in(code, candidate.folder, lookup)
        if code is not None
        else calls_of(list(words), candidate.folder, lookup)
    )
    for _ in range(_MOST_SCRIPTS):
        if not found.complete or len(found.calls) != 1:
            return None
        call = found.calls[0]
        rest = behind_prefix(call)
        if rest is not None:
            raw = call.raw[-len(rest) :] or tuple(word or "" for word in rest)
            call = Call(rest, raw, call.folder)
        if call.name in _SERVERS:
            return call
        script = _script(call)
        if script is None:
            return None
        text = package_script(candidate.analysis, candidate.model, call.folder, script)
        if text is None:
            return None
        found = calls_in(text, call.folder, lookup)
    return None


def _script(call: Call) -> str | None:
    words = [word for word in call.args if word]
    if call.name not in MANAGERS or None in call.args or not words:
        return None
    words = words[1:] if words[0] in ("run", "run-script") else words
    return words[0] if len(words) == 1 and not words[0].startswith("-") else None


def served_by(candidate: Candidate, call: Call) -> Served | Refusal:
    """What the server is told; a refusal where nginx can't be told the same."""
    server = call.name or ""
    known = table("servers")[server]
    shown = " ".join(call.raw)
    if None in call.args:
        return Refusal("unknown_server", shown)
    words = [word for word in call.args if word]
    port: int | None = None
    folders: list[str] = []
    single = False
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if name in known["port_options"]:
            found = _PORT.search(value if equals else words.pop(0) if words else "")
            if found is None:
                return Refusal("unknown_server", shown)
            port = int(found[1])
        elif word in known["single"]:
            single = True
        elif name in known["valued"]:
            if not equals and words:
                words.pop(0)
        elif word[:2] in known["valued"] and len(word) > 2 and not word.startswith("--"):
            continue
        elif word not in known["plain"]:
            if word.startswith("-"):
                return Refusal("unknown_server", f"{server} {word}")
            folders.append(word)
    named = _NAME.search(" ".join(call.raw))
    variable = known["port_variable"] if port is None else named[1] if named else ""
    port = port or _default_port(candidate, known["port"], known["port_variable"])
    if port is None:
        return Refusal("unknown_server", f"{known['port_variable']} is not known")
    folder = _folder(candidate, call, known["default"], folders)
    if isinstance(folder, Refusal):
        return folder
    problem = _settings(candidate, call, server) or (shown if len(folders) > 1 else None)
    if server == "vite" and (not single or not any(w and "--host" in w for w in call.args)):
        problem = problem or f"{shown} listens on localhost alone"
    if problem is not None:
        return Refusal("unknown_server", problem)
    if port < 1024:
        return Refusal("unknown_server", f"{server} listens on port {port}")
    return Served(server, folder, port, single, variable)


def _default_port(candidate: Candidate, port: int, variable: str) -> int | None:
    """The port without an option; None where a variable of the file has no known value."""
    own = [
        step.instruction.value
        for step in candidate.model.own_steps
        if step.instruction.name == "ENV"
    ]
    # docker-node sets none of these itself
    if not variable or not any(variable in value for value in own):
        return port
    given = candidate.model.environment(variable)
    return int(given) if given and given.isdecimal() else None


def _folder(candidate: Candidate, call: Call, default: str, folders: list[str]) -> str | Refusal:
    written = folders[0] if folders else default
    if call.name == "vite" and not folders:
        text = _text(candidate, call, "vite.config.js", "vite.config.ts", "vite.config.mjs")
        found = _OUTPUT.search(text)
        if "outDir" in text and found is None:
            return Refusal("unseen_site", "outDir in vite.config")
        written = found[1] if found else default
    path = joined(call.folder, written)
    if path is None or path == call.folder or path in ("/", candidate.folder):
        return Refusal("unseen_site", path or written)
    return path


def _settings(candidate: Candidate, call: Call, server: str) -> str | None:
    """Settings in a file that change what the server answers."""
    context = candidate.context
    assert context is not None
    for name in table("servers")[server]["configuration"]:
        for folder in ("", "public/", "static/", "src/"):
            if context.kind(folder + name) == "file":
                return f"{folder}{name} sets what {server} answers"
    if server == "vite":
        text = _text(candidate, call, "vite.config.js", "vite.config.ts", "vite.config.mjs")
        for word in _VITE_ANSWERS:
            if word in text:
                return f"{word} in vite.config sets what vite preview answers"
    return None


def _text(candidate: Candidate, call: Call, *names: str) -> str:
    """The text of the first of these files that the folder of the call has; "" without."""
    for name in names:
        path = joined(call.folder, name)
        origin = candidate.analysis.origin(candidate.model, path) if path else None
        text = None if origin is None else candidate.analysis.text(origin)
        if text is not None:
            return text
    return ""


def caller_changes(candidate: Candidate, served: Served) -> str | None:
    """A caller that starts the server in another way, sets the port, or shares the folder."""
    for volume in candidate.model.volumes:
        if _meet(volume.path, served.folder):
            return f"VOLUME {volume.path}"
    for run in candidate.usage.runs:
        where = candidate.usage.where(run)
        if run.command or run.entrypoint:
            return f"{where} starts it in a way of its own"
        if run.user is not None:
            return f"{where} sets the user"
        for mount in run.mounts:
            if _meet(mount.target, served.folder):
                return f"{where} mounts {mount.target}"
        value = run.environment.get(served.variable)
        if value is not None and value.known != str(served.port):
            return f"{where} sets {served.variable}"
        if served.variable and run.env_files:
            return f"{where} reads variables from {run.env_files[0]}"
    return None


def _meet(path: str, folder: str) -> bool:
    return is_below(path, folder) or is_below(folder, path)


def configuration(folder: str, served: Served) -> tuple[str, ...]:
    """The lines of a server block of nginx that answers as the server did.

    Source: nginx.org, ngx_http_core_module (try_files, types), ngx_http_autoindex_module.
    """
    location = ["        try_files $uri /index.html;"]
    if not served.single:
        location = ["        try_files $uri $uri.html $uri/ =404;", "        autoindex on;"]
        # a redirect to the port inside the container would lead nowhere
        location.append("        absolute_redirect off;")
    return (
        "server {",
        f"    listen {served.port};",
        f"    root {folder};",
        "    charset utf-8;",
        f"    charset_types {_TEXTS};",
        "    gzip on;",
        f"    gzip_types {_TEXTS} image/svg+xml;",
        "    include /etc/nginx/mime.types;",
        "    types { text/javascript mjs; application/manifest+json webmanifest; }",
        *(() if served.single else ("    error_page 404 /404.html;",)),
        "    location / {",
        *location,
        "    }",
        "}",
    )


def printed(lines: tuple[str, ...], path: str) -> Iterator[str]:
    """A RUN that writes these lines to a file; it works with every builder."""
    yield "RUN printf '%s\\n' \\"
    for line in lines[:-1]:
        yield f"    '{line}' \\"
    yield f"    '{lines[-1]}' > {path}"


def nginx_paths(text: str) -> Iterator[tuple[str, str]]:
    """The directives of a configuration that name paths, each with its first value."""
    known = table("servers")["nginx"]
    for line in _ENDS.split(_COMMENT.sub("", text)):
        words = line.split()
        if len(words) > 1 and words[0] in (*known["serving"], *known["reading"]):
            yield words[0], words[1].strip("\"'")


def is_configuration(path: str) -> bool:
    """Whether a file of the image is one of nginx's configuration."""
    return path.startswith("/etc/nginx/") and name_of(path) != "mime.types"
