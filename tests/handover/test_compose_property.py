"""Whatever way a compose file is written, it says the same afterwards but for its secrets."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardener.project.callers.handover import Handover
from hardener.settings import Settings
from hardener.sweep import sweep, task_for
from tests.handover.cases import DAY, Taken, callers, taking

TAKEN = (Taken("ARG NPM_TOKEN", Handover("secret", "npm_token", "NPM_TOKEN", "NPM_TOKEN")),)
VALUES = ["${NPM_TOKEN}", "$NPM_TOKEN", "${NPM_TOKEN:-}", None]


@dataclass(frozen=True, slots=True)
class Style:
    """How a file is written: columns, line ends, comments."""

    unit: int
    list_indent: int
    newline: str
    final: bool
    comments: bool
    blank: bool
    quote: str


@dataclass(frozen=True, slots=True)
class Service:
    """How a service is built: `form` of its build, and of its arguments."""

    form: str
    args: str
    value: str | None
    others: tuple[str, ...]
    first: bool
    secrets: bool
    image: bool


styles = st.builds(
    Style,
    st.sampled_from([2, 3, 4]),
    st.sampled_from([0, 2]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", '"', "'"]),
)
services = st.lists(
    st.builds(
        Service,
        st.sampled_from(["short", "long", "flow"]),
        st.sampled_from(["none", "map", "list", "flow map", "flow list"]),
        st.sampled_from(VALUES),
        st.sampled_from([(), ("A",), ("A", "B")]),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=3,
)


def arguments(service: Service) -> list[tuple[str, str | None]]:
    own: list[tuple[str, str | None]] = [("NPM_TOKEN", service.value)]
    others: list[tuple[str, str | None]] = [(name, "1") for name in service.others]
    return own + others if service.first else others + own


def as_entry(name: str, value: str | None, style: Style) -> str:
    return f"{name}: null" if value is None else f"{name}: {style.quote}{value}{style.quote}"


def as_item(name: str, value: str | None, style: Style) -> str:
    text = name if value is None else f"{name}={value}"
    return f"{style.quote}{text}{style.quote}"


def written(several: list[Service], style: Style) -> str:
    """The text of the file."""
    lines = ["# the shop", "services:"]
    for number, service in enumerate(several):
        lines += service_lines(f"web{number}", service, style)
    if style.blank:
        lines.append("")
    lines += ["volumes:", " " * style.unit + "data: {}"]
    if any(service.secrets for service in several):
        lines += ["secrets:", " " * style.unit + "other:", " " * style.unit * 2 + "file: ./other"]
    return style.newline.join(lines) + (style.newline if style.final else "")


def service_lines(name: str, service: Service, style: Style) -> list[str]:
    one, two, three, four = (" " * style.unit * depth for depth in (1, 2, 3, 4))
    dash = " " * style.list_indent + "- "
    lines = [f"{one}{name}:"]
    # in brackets a brace would mean something
    flow = replace(style, quote=style.quote or '"')
    comment = "  # by hand" if style.comments else ""
    pairs = arguments(service)
    if service.form == "short" or (service.form == "flow" and service.args == "none"):
        lines.append(f"{two}build: .{comment}")
    elif service.form == "flow":
        inner = ", ".join(as_item(*pair, flow) for pair in pairs)
        lines.append(f"{two}build: {{context: ., args: [{inner}]}}{comment}")
    else:
        lines += [f"{two}build:", f"{three}context: .{comment}"]
        if service.secrets:
            lines += [f"{three}secrets:", f"{three}{dash}other"]
        if service.args == "map":
            lines.append(f"{three}args:")
            lines += [four + as_entry(*pair, style) + comment for pair in pairs]
        elif service.args == "list":
            lines.append(f"{three}args:{comment}")
            lines += [three + dash + as_item(*pair, style) for pair in pairs]
        elif service.args == "flow map":
            inner = ", ".join(as_entry(*pair, flow) for pair in pairs)
            lines.append(f"{three}args: {{{inner}}}")
        elif service.args == "flow list":
            inner = ", ".join(as_item(*pair, flow) for pair in pairs)
            lines.append(f"{three}args: [{inner}]{comment}")
    if style.comments:
        lines.append(f"{two}# what follows")
    if service.image:
        lines.append(f"{two}image: {name}")
    return lines


def expected(loaded: dict[str, Any]) -> dict[str, Any]:
    """What the file is to say."""
    for service in loaded["services"].values():
        build = service["build"]
        build = {"context": build} if isinstance(build, str) else dict(build)
        args = build.pop("args", None)
        if isinstance(args, list):
            args = [one for one in args if one.partition("=")[0] != "NPM_TOKEN"]
        elif args is not None:
            args = {name: one for name, one in args.items() if name != "NPM_TOKEN"}
        if args:
            build["args"] = args
        build["secrets"] = [*build.get("secrets", ()), "npm_token"]
        service["build"] = build
    loaded["secrets"] = {**loaded.get("secrets", {}), "npm_token": {"environment": "NPM_TOKEN"}}
    return loaded


def comments_of(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip().startswith("#")]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(services, styles)
def test_says_the_same_but_for_its_secrets(several: list[Service], style: Style) -> None:
    text = written(several, style)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "Dockerfile").write_text("FROM node:22\nARG NPM_TOKEN\nRUN npm ci\n")
        (root / "compose.yaml").write_bytes(text.encode())
        task = task_for(root, Settings(), diff=False, day=DAY, transforms=(taking(TAKEN),))
        (outcome,) = callers(list(sweep([root / "Dockerfile"], task, processes=1)))
        assert outcome.hardened is not None
        after = outcome.hardened.table.text
        assert yaml.safe_load(after) == expected(yaml.safe_load(text))
        assert comments_of(after) == comments_of(text)
        assert after.count("\n") == (
            after.count("\r\n") if style.newline == "\r\n" else after.count("\n")
        )
        assert after.endswith("\n") == style.final
        (root / "compose.yaml").write_bytes(after.encode())
        task = task_for(root, Settings(), diff=False, day=DAY, transforms=(taking(TAKEN),))
        assert callers(list(sweep([root / "Dockerfile"], task, processes=1))) == []
