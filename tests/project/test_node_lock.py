"""What lock files of npm, Yarn and pnpm say, and what the code of a project imports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hardener.project.context import BuildContext
from hardener.project.ecosystems.node import knowledge, read_code, read_project
from hardener.project.ecosystems.node_lock import Locked, read_lock

MANIFEST = {
    "name": "desk",
    "dependencies": {"express": "^4.0.0", "bcrypt": "^5.0.0"},
    "devDependencies": {"typescript": "^5.0.0"},
}
NPM_3 = {
    "lockfileVersion": 3,
    "packages": {
        "": MANIFEST,
        "node_modules/express": {"version": "4.0.0", "bin": {"serve-express": "cli.js"}},
        "node_modules/express/node_modules/debug": {"version": "2.0.0"},
        "node_modules/bcrypt": {"version": "5.0.0", "hasInstallScript": True},
        "node_modules/node-addon-api": {"version": "5.0.0"},
        "node_modules/typescript": {"version": "5.0.0", "dev": True, "bin": {"tsc": "tsc"}},
        "node_modules/debug": {"version": "4.0.0", "dev": True},
        "packages/own": {"version": "1.0.0"},
    },
}
NPM_1 = {
    "lockfileVersion": 1,
    "dependencies": {
        "express": {"version": "4.0.0", "dependencies": {"debug": {"version": "2.0.0"}}},
        "bcrypt": {"version": "5.0.0", "requires": {"node-addon-api": "^5.0.0"}},
        "node-addon-api": {"version": "5.0.0"},
        "typescript": {"version": "5.0.0", "dev": True},
    },
}
YARN = """# yarn lockfile v1


bcrypt@^5.0.0:
  version "5.0.0"
  dependencies:
    node-addon-api "^5.0.0"

debug@2.0.0, "debug@^2.0.0":
  version "2.0.0"

express@^4.0.0:
  version "4.0.0"
  dependencies:
    debug "^2.0.0"

node-addon-api@^5.0.0:
  version "5.0.0"

typescript@^5.0.0:
  version "5.0.0"
"""
PNPM_9 = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      bcrypt: {specifier: ^5.0.0, version: 5.0.0}
      express: {specifier: ^4.0.0, version: 4.0.0}
    devDependencies:
      typescript: {specifier: ^5.0.0, version: 5.0.0}
packages:
  bcrypt@5.0.0: {}
snapshots:
  bcrypt@5.0.0: {dependencies: {node-addon-api: 5.0.0}}
  debug@2.0.0: {}
  express@4.0.0: {dependencies: {debug: 2.0.0}}
  node-addon-api@5.0.0: {}
  typescript@5.0.0: {}
"""
PNPM_5 = """lockfileVersion: 5.4
dependencies:
  bcrypt: 5.0.0
  express: 4.0.0
devDependencies:
  typescript: 5.0.0
packages:
  /bcrypt/5.0.0: {requiresBuild: true, dependencies: {node-addon-api: 5.0.0}}
  /debug/2.0.0: {}
  /express/4.0.0: {dependencies: {debug: 2.0.0}}
  /node-addon-api/5.0.0: {}
  /typescript/5.0.0: {dev: true}
"""


def lock(folder: Path, name: str, text: str) -> Locked | None:
    (folder / "package.json").write_text(json.dumps(MANIFEST))
    (folder / name).write_text(text)
    context = BuildContext(folder)
    project = read_project(context)
    assert project is not None
    return read_lock(context, project)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("package-lock.json", json.dumps(NPM_3), id="npm 7 and later"),
        pytest.param("package-lock.json", json.dumps(NPM_1), id="npm 6"),
        pytest.param("npm-shrinkwrap.json", json.dumps(NPM_1), id="shrinkwrap"),
        pytest.param("yarn.lock", YARN, id="Yarn 1"),
        pytest.param("pnpm-lock.yaml", PNPM_9, id="pnpm 9"),
        pytest.param("pnpm-lock.yaml", PNPM_5, id="pnpm 7"),
    ],
)
def test_all_say_the_same(tmp_path: Path, name: str, text: str) -> None:
    found = lock(tmp_path, name, text)
    assert found is not None
    assert found.production == {"express", "debug", "bcrypt", "node-addon-api"}
    assert found.development == {"typescript"}
    assert found.native == {"bcrypt"}


def test_npm_tells_the_programs_of_production(tmp_path: Path) -> None:
    found = lock(tmp_path, "package-lock.json", json.dumps(NPM_3))
    assert found is not None
    assert found.programs == {"serve-express"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("package-lock.json", "{", id="cut off"),
        pytest.param("package-lock.json", "[]", id="of another shape"),
        pytest.param("yarn.lock", "__metadata:\n  version: 8\n", id="Yarn 2 and later"),
        pytest.param("pnpm-lock.yaml", "a: [", id="no YAML"),
        pytest.param("pnpm-lock.yaml", "", id="empty"),
    ],
)
def test_what_cannot_be_read_is_not_guessed(tmp_path: Path, name: str, text: str) -> None:
    assert lock(tmp_path, name, text) is None


def test_imports_of_code_that_runs(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/server.ts").write_text(
        'import type { Server } from "typed";\n'
        'import { join } from "node:path";\n'
        'import express from "express";\n'
        'import { Module } from "@nestjs/common/module";\n'
        'import "./local";\n'
        '// import "commented";\n'
        "const pages = `${__dirname}/../pages/index.html`;\n"
    )
    (tmp_path / "src/server.test.ts").write_text('import "jest";\n')
    (tmp_path / "vite.config.ts").write_text('import "vite";\n')
    code = read_code(BuildContext(tmp_path))
    assert dict(code.imports) == {
        "express": "src/server.ts:3",
        "@nestjs/common": "src/server.ts:4",
    }
    assert "../pages/index.html" in [literal.text for literal in code.literals]
    assert code.untraced is None
    assert code.leaving is None


def test_imports_that_leave_their_folder_are_met(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src/db.ts").write_text('const settings = require("../settings");\n')
    assert read_code(BuildContext(tmp_path)).leaving == "src/db.ts:1"


def test_lists_have_a_source() -> None:
    for name, table in knowledge().items():
        if name not in ("untraced", "development"):
            assert table["source"], name
