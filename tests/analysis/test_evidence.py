"""What the sources of a build context tell, and where its files come to stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from hardener.analysis.analysis import Analysis
from hardener.analysis.container import Container
from hardener.analysis.writes import is_left_out, language_of, needs_in, writes_in
from hardener.dockerfile.parse import parse
from hardener.project.callers import Usage
from hardener.project.context import BuildContext


def container(folder: Path, dockerfile: str, files: dict[str, str]) -> Container:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    analysis = Analysis(parse(dockerfile), lambda: BuildContext(folder))
    return Container(
        analysis, analysis.stage(analysis.dockerfile.stages[-1]), (10001, 10001), Usage()
    )


PYTHON = 'FROM python:3.12\nWORKDIR /app\nCOPY . .\nCMD ["python", "src/app.py"]\n'


def test_what_is_relative_to_the_source_stands_where_the_source_is_copied_to(
    tmp_path: Path,
) -> None:
    text = (
        "from pathlib import Path\n"
        '(Path(__file__).parent / "x.txt").write_text("a")\n'
        'open("y", "w")\n'
    )
    found = container(tmp_path, PYTHON, {"src/app.py": text}).evidence
    assert found.state == "seen"
    assert [(item.path, item.where) for item in found.written] == [
        ("/app/y", "src/app.py:3"),
        ("/app/src/x.txt", "src/app.py:2"),
    ]


def test_sources_of_an_earlier_stage_are_read(tmp_path: Path) -> None:
    text = (
        "FROM golang:1.23 AS b\nWORKDIR /src\nCOPY . .\nRUN go build -o /s .\n"
        'FROM debian:12\nWORKDIR /app\nCOPY --from=b /s /s\nCMD ["/s"]\n'
    )
    go = 'package main\nimport "os"\nfunc main() { os.MkdirAll("data", 0o755) }\n'
    found = container(tmp_path, text, {"main.go": go}).evidence
    assert [(item.path, item.folder) for item in found.written] == [("/app/data", True)]


def test_a_context_without_what_is_copied_is_another_one(tmp_path: Path) -> None:
    text = PYTHON.replace("COPY . .", "COPY src src")
    assert container(tmp_path, text, {"other.py": "x = 1\n"}).evidence.state == "unseen"


def test_a_context_without_sources_says_nothing(tmp_path: Path) -> None:
    assert container(tmp_path, PYTHON, {"Dockerfile": PYTHON}).evidence.state == "unseen"


def test_more_sources_than_are_read_are_not_all_seen(tmp_path: Path) -> None:
    files = {f"m{number}.py": "x = 1\n" for number in range(501)}
    assert container(tmp_path, PYTHON, files).evidence.state == "partial"


def test_an_ignored_file_is_not_read(tmp_path: Path) -> None:
    found = container(tmp_path, PYTHON, {"app.py": "x = 1\n", "tests/t.py": 'open("a", "w")\n'})
    assert found.evidence.written == ()


def test_places_that_cannot_be_told(tmp_path: Path) -> None:
    files = {
        "app.py": "def save(path):\n    with open(path, 'w') as file:\n        file.write('')\n"
    }
    assert container(tmp_path, PYTHON, files).evidence.untold == ("app.py:2",)


@pytest.mark.parametrize("mode", [0o600, 0o700, 0o640])
def test_files_that_are_closed_to_others_are_handed_over(tmp_path: Path, mode: int) -> None:
    case = container(tmp_path, PYTHON, {"src/app.py": "x = 1\n"})
    (tmp_path / "src/app.py").chmod(mode)
    ((copy, reason),) = case.grants.copies.values()
    assert copy.instruction.first_line == 3
    assert "src/app.py" in reason


def test_a_closed_folder_is_handed_over(tmp_path: Path) -> None:
    case = container(tmp_path, PYTHON, {"src/app.py": "x = 1\n"})
    (tmp_path / "src").chmod(0o700)
    assert len(case.grants.copies) == 1
    (tmp_path / "src").chmod(0o755)


def test_open_files_are_left(tmp_path: Path) -> None:
    assert container(tmp_path, PYTHON, {"src/app.py": "x = 1\n"}).grants.copies == {}


def test_where_files_of_an_image_come_from(tmp_path: Path) -> None:
    text = (
        "FROM debian:12 AS b\nCOPY scripts /opt/scripts\nFROM debian:12\nCOPY --from=b /opt /opt\n"
        "COPY run.sh /usr/local/bin/start\nCOPY <<EOF /etc/x\nhello\nEOF\n"
    )
    case = container(tmp_path, text, {"scripts/a.sh": "#!/bin/sh\n", "run.sh": "#!/bin/sh\n"})

    def path(at: str) -> tuple[str, str | None] | None:
        origin = case.analysis.origin(case.model, at)
        return None if origin is None else (origin.kind, origin.path or origin.text)

    assert path("/opt/scripts/a.sh") == ("context", "scripts/a.sh")
    assert path("/usr/local/bin/start") == ("context", "run.sh")
    assert path("/etc/x") == ("inline", "hello\n")
    assert path("/opt/scripts/b.sh") is None
    assert list(case.analysis.places(case.model, "scripts/a.sh")) == ["/opt/scripts/a.sh"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("a.js", "fs.writeFileSync('x.json', data)", ["x.json"], id="node"),
        pytest.param("a.js", "fs.readFileSync('x.json')", [], id="node-reading"),
        pytest.param(
            "a.ts",
            "new winston.transports.File({ filename: 'log/a.log' })",
            ["log/a.log"],
            id="key",
        ),
        pytest.param("a.py", 'open("x")', [], id="python-reading"),
        pytest.param("a.py", 'open("x", mode="ab")', ["x"], id="python-appending"),
        pytest.param("a.py", '# open("x", "w")', [], id="comment"),
        pytest.param("a.py", 'engine = create_engine("sqlite:///x.db")', ["x.db"], id="sqlite-url"),
        pytest.param("a.go", 'os.OpenFile("x", os.O_RDONLY, 0)', [], id="go-reading"),
        pytest.param(
            "a.go", 'os.OpenFile("x", os.O_CREATE|os.O_WRONLY, 0)', ["x"], id="go-writing"
        ),
        pytest.param("a.rb", 'File.open("x", "r")', [], id="ruby-reading"),
        pytest.param("a.php", "file_put_contents('x', $y);", ["x"], id="php"),
        pytest.param("A.java", 'Files.writeString(Path.of("x"), "y");', ["x"], id="java"),
        pytest.param("a.cs", 'File.WriteAllText("x", y);', ["x"], id="csharp"),
        pytest.param("a.c", 'FILE *f = fopen("x", "w");', ["x"], id="c"),
        pytest.param("a.rs", 'let f = File::create("x")?;', ["x"], id="rust"),
    ],
)
def test_writes(name: str, text: str, expected: list[str]) -> None:
    language = language_of(name)
    assert language is not None
    found = [write.place for write in writes_in(text, language, lambda name: "")]
    assert [place.path for place in found if place is not None] == expected


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        pytest.param("a.py", "os.setuid(5)", "sets its own user", id="setuid"),
        pytest.param("a.go", "unix.Mount(a, b)", "mounts file systems", id="mount"),
        pytest.param(
            "a.py", 'x = "/var/run/docker.sock"', "talks to the Docker socket", id="socket"
        ),
    ],
)
def test_needs(name: str, text: str, what: str) -> None:
    language = language_of(name)
    assert language is not None
    assert [need.what for need in needs_in(text, language)] == [what]


@pytest.mark.parametrize(
    "path", ["tests/a.py", "node_modules/x/index.js", "a_test.go", "vite.config.js", "vendor/a.php"]
)
def test_what_is_no_part_of_what_runs(path: str) -> None:
    assert is_left_out(path)
