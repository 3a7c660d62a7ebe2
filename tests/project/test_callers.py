"""What callers say of the builds and runs of a repository's images."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardener.dockerfile.nodes import Span
from hardener.dockerfile.parse import parse
from hardener.project.callers import Build, Callers, Mount, Run, Secret, Value, find_callers
from hardener.project.locate import locate_context

CASES = Path(__file__).resolve().parent.parent / "cases" / "callers"
SAMPLES = Path(__file__).resolve().parent.parent.parent / "samples"


def cases() -> list[object]:
    """`tests/cases/callers/<case>/`: a repository in `repo/`, and in `expected.toml` what is found
    there, paths relative to `repo`. What has its default value is left out.

    In `[build.args]` a string is a known value; a table has `default`, `reads` and `environment`
    (true for a name without a value). `[build.unclear]` and `problem.words` hold words that are in
    the reason. `[build.spans]` and `[build.entries]`, and `[[run]]`, are compared where given.
    """
    return [pytest.param(path, id=path.name) for path in sorted(CASES.iterdir())]


@pytest.mark.parametrize("case", cases())
def test_case(case: Path) -> None:
    expected = tomllib.loads((case / "expected.toml").read_text("utf-8"))
    root = case / "repo"
    callers = find_callers(root)
    builds = expected.get("build", [])
    for build, wanted in zip(callers.builds, builds, strict=True):
        assert told(build_of(build, root), wanted) == wanted
    if "run" in expected:
        for run, wanted in zip(callers.runs, expected["run"], strict=True):
            assert told(run_of(run, root), wanted) == wanted
    for problem, wanted in zip(callers.problems, expected.get("problem", []), strict=True):
        assert shown(Path(problem.path or ""), root) == wanted["path"]
        assert problem.line == wanted.get("line")
        assert wanted["words"] in problem.message


def told(found: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    """What was found, as far as it is to be compared: spans only where they are wanted, and of the
    reasons the words that are."""
    reasons = dict(found.get("unclear", {}))
    for key, words in wanted.get("unclear", {}).items():
        if words in reasons.get(key, ""):
            reasons[key] = words
    result = {**found, "unclear": reasons}
    if wanted.get("elsewhere", "no") in found.get("elsewhere", ""):
        result["elsewhere"] = wanted["elsewhere"]
    for key in ("spans", "entries"):
        if key in wanted:
            result[key] = {name: found[key].get(name) for name in wanted[key]}
        else:
            result.pop(key, None)
    return {key: value for key, value in result.items() if value not in ("", (), [], {}, None)}


def shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def build_of(build: Build, root: Path) -> dict[str, Any]:
    text = build.caller.read_bytes().decode("utf-8", "surrogateescape")
    return {
        "caller": shown(build.caller, root),
        "line": build.line,
        "form": build.form,
        "service": build.service,
        "program": build.program,
        "context": None if build.context is None else shown(build.context, root),
        "dockerfile": None if build.dockerfile is None else shown(build.dockerfile, root),
        "target": build.target,
        "args": {name: value_of(value) for name, value in build.args.items()},
        "secrets": [secret_of(secret) for secret in build.secrets],
        "ssh": list(build.ssh),
        "platforms": list(build.platforms),
        "contexts": dict(build.contexts),
        "tags": list(build.tags),
        "elsewhere": build.elsewhere,
        "unclear": dict(build.unclear),
        "spans": {name: span.of(text) for name, span in build.spans.items()},
        "entries": {
            name: value.span.of(text)
            for name, value in build.args.items()
            if value.span is not None
        },
    }


def run_of(run: Run, root: Path) -> dict[str, Any]:
    return {
        "caller": shown(run.caller, root),
        "line": run.line,
        "form": run.form,
        "service": run.service,
        "image": run.image,
        "built": run.build is not None or None,
        "command": None if run.command is None else list(run.command),
        "entrypoint": None if run.entrypoint is None else list(run.entrypoint),
        "user": None if run.user is None else value_of(run.user),
        "working_dir": run.working_dir,
        "mounts": [mount_of(mount, root) for mount in run.mounts],
        "environment": {name: value_of(value) for name, value in run.environment.items()},
        "env_files": list(run.env_files),
        "secrets": list(run.secrets),
        "ports": list(run.ports),
        "devices": list(run.devices),
        "pid": run.pid,
        "cap_add": list(run.cap_add),
        "privileged": run.privileged or None,
        "read_only": run.read_only or None,
        "unclear": dict(run.unclear),
    }


def value_of(value: Value) -> object:
    if value.known is not None:
        assert value.default == value.known
        return value.known
    table = {
        "default": value.default,
        "reads": list(value.variables),
        "environment": value.written is None,
    }
    return {key: found for key, found in table.items() if found not in (None, [], False)}


def secret_of(secret: Secret) -> dict[str, str]:
    parts = {"id": secret.id, "env": secret.env, "file": secret.file}
    return {key: value for key, value in parts.items() if value is not None}


def mount_of(mount: Mount, root: Path) -> str:
    path = "" if mount.path is None else f" = {shown(mount.path, root)}"
    return f"{mount.kind} {mount.source}:{mount.target}{':ro' * mount.read_only}{path}"


def plant(root: Path, **files: str) -> None:
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_yaml", ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def contexts(callers: Callers) -> list[tuple[str, Path | None]]:
    return [(build.caller.name, build.context) for build in callers.builds]


class TestCallers:
    def test_builds_of_a_dockerfile_by_any_path_to_it(self, tmp_path: Path) -> None:
        plant(
            tmp_path, app__Dockerfile="FROM scratch\n", compose_yaml="services: {a: {build: app}}"
        )
        (tmp_path / "link").symlink_to("app")
        callers = find_callers(tmp_path)
        (build,) = callers.usage_of(tmp_path / "app" / "Dockerfile").builds
        assert build.service == "a"
        assert callers.usage_of(tmp_path / "link" / "Dockerfile").builds == (build,)
        assert callers.usage_of(tmp_path / "link" / ".." / "app" / "Dockerfile").builds == (build,)
        assert callers.usage_of(tmp_path / "Dockerfile").builds == ()

    def test_paths_lie_below_the_root_as_it_was_given(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plant(
            tmp_path, app__Dockerfile="FROM scratch\n", compose_yaml="services: {a: {build: app}}"
        )
        monkeypatch.chdir(tmp_path)
        (build,) = find_callers(Path()).builds
        assert build.caller == Path("compose.yaml")
        assert build.dockerfile == Path("app/Dockerfile")
        assert build.context == Path("app")
        assert find_callers(Path()).usage_of(tmp_path / "app" / "Dockerfile").builds == (build,)

    def test_dockerfile_that_is_a_link_is_the_file_it_leads_to(self, tmp_path: Path) -> None:
        plant(
            tmp_path, real__Dockerfile="FROM scratch\n", compose_yaml="services: {a: {build: app}}"
        )
        (tmp_path / "app").mkdir()
        (tmp_path / "app" / "Dockerfile").symlink_to("../real/Dockerfile")
        callers = find_callers(tmp_path)
        (build,) = callers.builds
        assert build.dockerfile == tmp_path / "real" / "Dockerfile"
        assert build.context == tmp_path / "app"

    def test_context_on_which_callers_agree(self) -> None:
        root = CASES / "monorepo" / "repo"
        callers = find_callers(root)
        assert (
            callers.usage_of(root / "services" / "a" / "Dockerfile").context
            == root / "services" / "a"
        )
        assert callers.usage_of(root / "services" / "b" / "Dockerfile").context == root
        assert callers.usage_of(root / "Dockerfile").context is None

    def test_no_context_where_callers_disagree(self) -> None:
        root = CASES / "callers-disagree" / "repo"
        callers = find_callers(root)
        assert len(callers.usage_of(root / "app" / "Dockerfile").builds) == 2
        assert callers.usage_of(root / "app" / "Dockerfile").context is None

    def test_no_context_where_it_is_only_a_default(self) -> None:
        root = CASES / "compose-variables-in-paths" / "repo"
        callers = find_callers(root)
        dockerfile = root / "a" / "Dockerfile"
        default = next(build for build in callers.builds if build.service == "default")
        assert default in callers.usage_of(dockerfile).builds
        assert default.context == root / "a"
        certain = [build for build in callers.usage_of(dockerfile).builds if build != default]
        assert Callers(root, builds=(default,)).usage_of(dockerfile).context is None
        assert Callers(root, builds=(default, *certain)).usage_of(dockerfile).context == root / "a"

    def test_targets_and_why_some_are_not_known(self) -> None:
        root = CASES / "make-variables" / "repo"
        callers = find_callers(root)
        assert callers.usage_of(root / "Dockerfile").targets == ("a",)
        reasons = callers.usage_of(root / "Dockerfile").unclear("target")
        assert "Makefile:12: it depends on TWICE" in reasons
        assert callers.usage_of(root / "a" / "Dockerfile").unclear("target") == ()

    def test_platforms(self) -> None:
        root = CASES / "workflow-build-push-action" / "repo"
        callers = find_callers(root)
        assert callers.usage_of(root / "Dockerfile").platforms == ("linux/amd64", "linux/arm64")
        assert callers.usage_of(root / "services" / "api" / "Dockerfile").platforms == ()

    def test_runs_of_an_image_by_its_service_and_by_its_name(self) -> None:
        root = CASES / "compose-image-of-another-file" / "repo"
        callers = find_callers(root)
        found = [
            (run.caller.parent.name, run.service)
            for run in callers.usage_of(root / "Dockerfile").runs
        ]
        assert found == [("repo", "app"), ("deploy", "app")]

    def test_runs_of_an_override_file(self) -> None:
        root = CASES / "compose-override-file-is-merged" / "repo"
        callers = find_callers(root)
        runs = callers.usage_of(root / "api" / "Dockerfile").runs
        assert [run.caller.name for run in runs] == [
            "docker-compose.override.yml", "docker-compose.yml",
        ]  # fmt: skip
        assert [mount.target for mount in runs[0].binds] == ["/conf", "/app"]

    def test_unplaced_builds_may_be_of_any_dockerfile(self) -> None:
        root = CASES / "workflow-matrix-values" / "repo"
        (unplaced,) = find_callers(root).unplaced
        assert unplaced.unclear["dockerfile"] == "it depends on matrix.folder"
        assert find_callers(CASES / "compose-dockerfile-inline" / "repo").unplaced == ()

    def test_survives_the_way_to_another_process(self) -> None:
        for name in ("compose-long-form", "compose-broken-yaml", "make-recipes"):
            callers = find_callers(CASES / name / "repo")
            again = pickle.loads(pickle.dumps(callers))
            assert again.builds == callers.builds
            assert again.runs == callers.runs
            assert [str(one) for one in again.problems] == [str(one) for one in callers.problems]

    def test_values_are_in_no_repr(self, tmp_path: Path) -> None:
        compose = (
            "services: {a: {build: {context: ., args: {T: hunter2}}, environment: [P=hunter2]}}"
        )
        plant(tmp_path, Dockerfile="FROM scratch\n", compose_yaml=compose)
        callers = find_callers(tmp_path)
        assert callers.builds[0].args["T"].known == "hunter2"
        assert "hunter2" not in repr(callers)

    def test_spans_hold_what_they_are_named_for(self) -> None:
        for case in sorted(CASES.iterdir()):
            for build in find_callers(case / "repo").builds:
                text = build.caller.read_bytes().decode("utf-8", "surrogateescape")
                for span in (*build.spans.values(), *(one.span for one in build.secrets)):
                    assert span is None or 0 <= span.start < span.end <= len(text)
                for name, value in build.args.items():
                    assert value.span is None or name in value.span.of(text), case.name


class TestLocatedContext:
    def located(self, root: Path, callers: Callers) -> Path:
        path = root / "app" / "Dockerfile"
        dockerfile = parse("FROM scratch\nCOPY main.py /\n")
        return locate_context(dockerfile, path, root, callers.usage_of(path)).folder

    def test_is_the_one_that_callers_name(self, tmp_path: Path) -> None:
        compose = "services: {a: {build: {context: ., dockerfile: app/Dockerfile}}}"
        plant(tmp_path, app__Dockerfile="FROM scratch\n", compose_yaml=compose)
        (tmp_path / "app" / "main.py").touch()
        assert self.located(tmp_path, Callers(tmp_path)) == tmp_path / "app"
        assert self.located(tmp_path, find_callers(tmp_path)) == tmp_path

    def test_is_where_the_sources_are_if_callers_disagree_or_there_are_none(
        self, tmp_path: Path
    ) -> None:
        plant(
            tmp_path,
            app__Dockerfile="FROM scratch\n",
            compose_yaml="services: {a: {build: {dockerfile: app/Dockerfile}}, b: {build: app}}",
        )
        (tmp_path / "app" / "main.py").touch()
        callers = find_callers(tmp_path)
        assert len(callers.usage_of(tmp_path / "app" / "Dockerfile").builds) == 2
        assert self.located(tmp_path, callers) == tmp_path / "app"
        assert self.located(tmp_path, Callers(tmp_path)) == tmp_path / "app"


class TestSymbolicLinks:
    def test_linked_caller_speaks_from_where_the_link_is(self, tmp_path: Path) -> None:
        plant(
            tmp_path,
            Dockerfile="FROM scratch\n",
            deploy__Dockerfile="FROM scratch\n",
            deploy__stack_txt="services: {a: {build: .}}",
        )
        (tmp_path / "compose.yaml").symlink_to("deploy/stack_txt")
        assert contexts(find_callers(tmp_path)) == [("compose.yaml", tmp_path)]

    def test_link_out_of_the_repository_is_not_read(self, tmp_path: Path) -> None:
        plant(tmp_path, outside_yaml="services: {a: {build: .}}", repo__Dockerfile="FROM scratch\n")
        (tmp_path / "repo" / "compose.yaml").symlink_to("../outside.yaml")
        callers = find_callers(tmp_path / "repo")
        assert callers.builds == ()
        (problem,) = callers.problems
        assert "leads out of the repository" in problem.message

    def test_broken_links_and_circles(self, tmp_path: Path) -> None:
        plant(tmp_path, Dockerfile="FROM scratch\n")
        (tmp_path / "compose.yaml").symlink_to("nowhere")
        (tmp_path / "Makefile").symlink_to("Makefile")
        (tmp_path / "loop").symlink_to(".")
        callers = find_callers(tmp_path)
        assert callers.builds == ()
        assert [Path(str(problem.path)).name for problem in callers.problems] == [
            "Makefile", "compose.yaml",
        ]  # fmt: skip

    def test_context_that_leads_out_of_the_repository(self, tmp_path: Path) -> None:
        plant(
            tmp_path,
            other__Dockerfile="FROM scratch\n",
            repo__compose_yaml=(
                "services: {a: {build: app}, b: {build: {context: ., dockerfile: D}}}"
            ),
        )
        (tmp_path / "repo" / "app").symlink_to("../other")
        (tmp_path / "repo" / "D").symlink_to("../other/Dockerfile")
        for build in find_callers(tmp_path / "repo").builds:
            assert build.dockerfile is None


class TestWhatIsRead:
    def test_excluded_files_are_not(self, tmp_path: Path) -> None:
        plant(tmp_path, Dockerfile="FROM scratch\n", compose_yaml="services: {a: {build: .}}")
        assert find_callers(tmp_path, exclude=["compose.yaml"]).builds == ()
        assert len(find_callers(tmp_path, exclude=["other"]).builds) == 1

    def test_large_files_are_not_and_are_named(self, tmp_path: Path) -> None:
        large = "services: {a: {build: .}}\n" + "# padding\n" * 110_000
        plant(tmp_path, Dockerfile="FROM scratch\n", compose_yaml=large)
        (problem,) = find_callers(tmp_path).problems
        assert "larger than 1 MiB" in problem.message

    def test_unreadable_files_are_named(self, tmp_path: Path) -> None:
        (tmp_path / "compose.yaml").mkdir()
        os.mkfifo(tmp_path / "Makefile")
        assert find_callers(tmp_path) == Callers(tmp_path)

    def test_the_environment_is_not(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("TARGET", "DIR", "ENVIRONMENT", "DOCKERFILE", "PWD", "HOME"):
            monkeypatch.setenv(name, "changed")
        root = CASES / "compose-variables-in-paths" / "repo"
        assert "changed" not in repr(
            [told(build_of(b, root), {}) for b in find_callers(root).builds]
        )

    def test_small_files_that_say_too_much_are_named(self, tmp_path: Path) -> None:
        keys = ", ".join(f"k{number}: v" for number in range(5_000))
        services = "".join(
            f"  s{number}: {{build: {{context: ., args: *a}}}}\n" for number in range(5_000)
        )
        jobs = "".join(f"j{number}: {{script: *a}}\n" for number in range(5_000))
        plant(
            tmp_path,
            Dockerfile="FROM scratch\n",
            compose_yaml=f"x: &a {{{keys}}}\nservices:\n{services}",
        )
        code = f"x: &a {'docker build . ; ' * 500}\n{jobs}"
        (tmp_path / ".gitlab-ci.yml").write_text(code)
        problems = find_callers(tmp_path).problems
        assert [Path(str(problem.path)).name for problem in problems] == [
            ".gitlab-ci.yml", "compose.yaml",
        ]  # fmt: skip
        assert all("more than" in problem.message for problem in problems)

    @pytest.mark.parametrize("module", ["yaml", "tree_sitter", "hardener.project.callers.compose"])
    def test_nothing_slow_is_loaded_where_there_are_no_callers(self, module: str) -> None:
        code = (
            "import sys; from pathlib import Path\n"
            "from hardener.project.callers import find_callers\n"
            f"found = find_callers(Path({str(CASES / 'no-callers' / 'repo')!r}))\n"
            f"sys.exit(bool(found.builds or found.problems) or {module!r} in sys.modules)"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


class TestSamples:
    def test_what_their_callers_say(self) -> None:
        callers = find_callers(SAMPLES)
        compose = SAMPLES / "compose-two-services"
        for name in ("api", "worker"):
            (build,) = callers.usage_of(compose / name / "Dockerfile").builds
            assert build.context == compose
            known = {key: value.known for key, value in build.args.items()}
            assert known == {"PYTHON_VERSION": "3.11", "APP_VERSION": "1.4.2"}
        for folder, name in (("python-private-index", "PIP_TOKEN"), ("npm-token", "NPM_TOKEN")):
            (build,) = callers.usage_of(SAMPLES / folder / "Dockerfile").builds
            assert build.context == SAMPLES / folder
            assert build.args[name].known is None
            assert build.args[name].variables == (name,)
            assert callers.usage_of(SAMPLES / folder / "Dockerfile").runs[0].ports
        assert callers.problems == ()


NAMES = [
    "compose.yaml", "docker-compose.override.yml", ".env", ".github/workflows/x.yml", "action.yml",
    "docker-bake.hcl", "docker-bake.json", "docker-bake.override.hcl", "Makefile", "x.mk",
    "Jenkinsfile", ".gitlab-ci.yml", ".circleci/config.yml", "azure-pipelines.yml", ".travis.yml",
    "Taskfile.yml", "cloudbuild.yaml", "skaffold.yaml", ".devcontainer/devcontainer.json",
    "package.json", "build.sh", "scripts/build",
]  # fmt: skip
# what the first look at a file asks for, so that its reader gets it
OPENERS = {
    "compose": b"services: ",
    "bake": b"target ",
    "skaffold": b"artifacts: ",
    "scripts": b"#!/bin/sh\n",
    "devcontainer": b"//dockerfile\n",
}
PIECES = [
    "docker build ", "podman run ", "buildx build ", "docker run ", "kaniko/executor ", "cd ",
    "--build-arg ", "-f ", "--target=", "--secret id=", "X", "=", ":", "../", " .", "~", "%",
    "sh ", "\n", "\r\n", "\t", "[", "]", "{", "}", ": ", "- ", "|\n", ">-\n", "*a", "&a ", "<<: ",
    '"', "'", "\\", "\\\n", "$", "${", "$(", "$$", "${{", "}}", "{{", "`", "#", "//", "/*", "*/",
    "<<EOF\n", "EOF\n", "é", "\x00", "\x85", "\u2028", "\ufeff", "\ud800", "null", "0x1f",
    "!reset ", "extends: a", "services:\n", "  a:\n", "    build:", "      args: ", "include:",
    "context", "dockerfile", "target ", "docker-image://", "inherits", "artifacts:", '"target"',
    "scripts", "args", "inputs:", "script:", "jobs:\n", "steps:\n", "  - run: ",
    "uses: docker/build-push-action@v6", "with:", "runs:\n", "image: Dockerfile", "using: docker",
    "task: Docker@2", "name: gcr.io/cloud-builders/docker", "docker.build(", "agent { dockerfile ",
    "dir(", "define X\n", "ifeq (a,b)\n", "endif\n", ".ONESHELL:\n", "X := y\n", "x: ; ",
]  # fmt: skip


def check_survives(name: str, content: bytes) -> None:
    """Whatever a file holds, it is read or is a problem of one line."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "Dockerfile").write_text("FROM scratch\n")
        (root / name).write_bytes(content)
        callers = find_callers(root)
        text = content.decode("utf-8", "surrogateescape")
        for build in callers.builds:
            assert 1 <= build.line <= text.count("\n") + 1
            assert build.dockerfile is None or build.dockerfile == root / "Dockerfile"
            for span in (*build.spans.values(), *(value.span for value in build.args.values())):
                assert span is None or isinstance(span, Span)
                assert span is None or 0 <= span.start <= span.end <= len(text)
        for run in callers.runs:
            assert 1 <= run.line <= text.count("\n") + 1
        for problem in callers.problems:
            assert "\n" not in str(problem)


def opener(name: str) -> bytes:
    return next((start for key, start in OPENERS.items() if key in name), b"docker ")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(NAMES), st.binary(max_size=200))
def test_any_bytes_are_read_or_are_a_problem(name: str, content: bytes) -> None:
    check_survives(name, opener(name) + content)


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(NAMES), st.lists(st.sampled_from(PIECES), max_size=40))
def test_any_pieces_are_read_or_are_a_problem(name: str, pieces: list[str]) -> None:
    content = "".join(pieces).encode("utf-8", "surrogatepass")
    check_survives(name, opener(name) + content)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(sorted(path for path in CASES.glob("*/repo/**/*") if path.is_file())),
    st.integers(min_value=0),
    st.integers(min_value=0, max_value=30),
    st.lists(st.sampled_from(PIECES), max_size=3),
)
def test_any_caller_with_a_part_missing_or_added(
    path: Path, at: int, size: int, pieces: list[str]
) -> None:
    content = path.read_bytes()
    at %= len(content) + 1
    added = "".join(pieces).encode("utf-8", "surrogatepass")
    check_survives(path.name, content[:at] + added + content[at + size :])
