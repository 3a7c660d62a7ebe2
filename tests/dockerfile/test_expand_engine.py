"""Words, scopes and here-documents come to what a real Docker Engine makes of them."""

import json
import random
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hardener.dockerfile.expand import ExpansionError, expand
from hardener.dockerfile.scope import expandable

pytestmark = pytest.mark.engine

FOLDER = Path(__file__).parents[1] / "cases/expand"
WORDS = tomllib.loads((FOLDER / "words.toml").read_text("utf-8"))
SCOPES = tomllib.loads((FOLDER / "scopes.toml").read_text("utf-8"))
VARIABLES: dict[str, str] = WORDS["variables"]


class Builder:
    """Builds Dockerfiles without context and says what became of them."""

    def __init__(self) -> None:
        self._built: list[str] = []

    def try_build(
        self, dockerfile: str | bytes, *options: str
    ) -> subprocess.CompletedProcess[bytes]:
        content = dockerfile.encode() if isinstance(dockerfile, str) else dockerfile
        command = ["docker", "build", "--quiet", "--network", "host", *options, "-"]
        return subprocess.run(command, input=content, capture_output=True, check=False)

    def build(self, dockerfile: str | bytes, *options: str) -> dict[str, Any]:
        """What `docker image inspect` shows of the image built."""
        done = self.try_build(dockerfile, *options)
        assert done.returncode == 0, done.stderr.decode(errors="replace")
        image = done.stdout.decode().strip()
        self._built.append(image)
        command = ["docker", "image", "inspect", image]
        shown = subprocess.run(command, capture_output=True, check=True)
        inspected: dict[str, Any] = json.loads(shown.stdout)[0]
        return inspected

    def labels(self, dockerfile: str | bytes, *options: str) -> dict[str, str]:
        return dict(self.build(dockerfile, *options)["Config"].get("Labels") or {})

    def remove_built(self) -> None:
        for image in dict.fromkeys(self._built):
            command = ["docker", "image", "rm", "--force", image]
            subprocess.run(command, capture_output=True, check=False)


@pytest.fixture(scope="module")
def builder(engine: str) -> Iterator[Builder]:
    builder = Builder()
    yield builder
    builder.remove_built()


def preamble(escape: str = "\\") -> str:
    """A Dockerfile that sets VARIABLES, whatever the escape character."""
    lines = [f"# escape={escape}", "FROM scratch"]
    for name, value in VARIABLES.items():
        inside = "".join(escape + c if c in f'"${escape}' else c for c in value)
        lines.append(f'ENV {name}="{inside}"')
    return "\n".join(lines) + "\n"


def labelled(words: Iterable[str], escape: str = "\\") -> str:
    """A Dockerfile with a label for each word, between brackets and by the word's number.

    The legacy form takes the rest of the line for the value, whatever it holds.
    """
    lines = [f"LABEL l{number} [{word}]" for number, word in enumerate(words)]
    return preamble(escape) + "\n".join(lines)


def our_value(word: str, escape: str = "\\", *, quotes: bool = True) -> str | None:
    """What we expand a word to, None where we refuse it."""
    try:
        value = expand(f"[{word}]", VARIABLES, escape=escape, quotes=quotes).value
    except ExpansionError:
        return None
    assert value is not None
    return value


ESCAPES = pytest.mark.parametrize(
    "escape", [pytest.param("\\", id="backslash"), pytest.param("`", id="backtick")]
)


def test_accepted_words(builder: Builder) -> None:
    cases = WORDS["accepted"]
    labels = builder.labels(labelled(each["word"] for each in cases))
    theirs = {each["id"]: labels[f"l{number}"] for number, each in enumerate(cases)}
    assert theirs == {each["id"]: f"[{each['value']}]" for each in cases}


@pytest.mark.parametrize(
    "word", [pytest.param(each["word"], id=each["id"]) for each in WORDS["refused"]]
)
def test_refused_words(builder: Builder, word: str) -> None:
    assert_refused(builder, word)


def assert_refused(builder: Builder, word: str) -> None:
    done = builder.try_build(labelled([word]))
    assert done.returncode != 0, f"the engine takes [{word}]"
    assert b"failed to process" in done.stderr, done.stderr.decode(errors="replace")


def random_word(source: random.Random, escape: str, depth: int = 0) -> str:
    """A word with substitutions, quotes and escapes, most of them well formed."""
    names = [*VARIABLES, *"NMA", "A", "B", "E"]
    literals = ["a", "b", "ba", ".", "/", "-", ":", " ", "x", "*", "?", "#", "%", "}", "$", "<<"]

    def piece() -> str:
        kind = source.randrange(14 if depth < 3 else 7)
        if kind < 4:
            return source.choice(literals)
        if kind == 4:
            return escape + source.choice(["a", "$", '"', "'", escape, "}", "/", "*", "?", "\\"])
        if kind == 5:
            return f"${source.choice(names)}"
        if kind == 6:
            return "'" + "".join(source.choices([*literals, escape, '"'], k=2)) + "'"
        if kind == 7:
            return f'"{random_word(source, escape, depth + 2)}"'
        name = source.choice(names)
        if kind < 11:
            operator = source.choice(["-", ":-", "+", ":+", "?", ":?"])
        else:
            operator = source.choice(["#", "##", "%", "%%", "/", "//"])
        operand = random_word(source, escape, depth + 1)
        if "/" in operator:
            operand += "/" + random_word(source, escape, depth + 1)
        return f"${{{name}{operator}{operand}}}"

    return "".join(piece() for _ in range(source.randint(1, 4)))


@ESCAPES
def test_random_words(builder: Builder, escape: str) -> None:
    source = random.Random(20240229)
    words: dict[str, str | None] = {}
    while len(words) < 300:
        word = random_word(source, escape)
        value = our_value(word, escape)
        if "$" in word and value is not None:
            words[word] = value
    labels = builder.labels(labelled(words, escape))
    assert {word: labels[f"l{number}"] for number, word in enumerate(words)} == words


def test_random_refused_words(builder: Builder) -> None:
    source = random.Random(20240301)
    refused: dict[str, None] = {}
    while len(refused) < 40:
        word = random_word(source, "\\")
        if our_value(word) is None:
            refused[word] = None
    for word in refused:
        assert_refused(builder, word)


def test_byte_order_marks_and_bytes_that_are_not_utf8(builder: Builder) -> None:
    words = {
        "a": b"a\xffb",
        "b": b'"\xe2\x82"',
        "c": b"\xef\xbb\xbfa",
        "d": b"\xef\xbb\xbf\xef\xbb\xbfa",
        "e": b"'\xef\xbb\xbfa'",
        "f": b"${N:-\xef\xbb\xbfa}",
        "g": b"${A#\xef\xbb\xbfa.}",
        "h": b"${A%.c\xef\xbb\xbf}",
        "i": b"\xc3\xa9\xe2\x82\xac$A\xe9",
    }
    lines = b"".join(b"LABEL %s=%s\n" % (name.encode(), word) for name, word in words.items())
    decoded = {name: word.decode("utf-8", "surrogateescape") for name, word in words.items()}
    ours = {name: expand(word, VARIABLES).value for name, word in decoded.items()}
    assert ours == builder.labels(preamble().encode() + lines)


def test_words_of_expose(builder: Builder) -> None:
    variables = {**VARIABLES, "P": "80 81", "R": " 90\t91/udp ", "T": "70"}
    words = ["$P", '"$T"', "${R}", "$T$P", "$E", "${N:-60}", "'50'", "4$T", r"\30", "$E${T}1"]
    sets = "\n".join(f'ENV {name}="{variables[name]}"' for name in "PRT")
    image = builder.build(f"{preamble()}{sets}\nEXPOSE {' '.join(words)}\n")
    ports = [port for word in words for port in expand(word, variables).words or ()]
    assert {p if "/" in p else f"{p}/tcp" for p in ports} == set(image["Config"]["ExposedPorts"])


def test_here_documents(builder: Builder, tmp_path: Path) -> None:
    source = random.Random(20240302)
    lines = ["plain", "'$A' \"$A\" `$A` \\$A", r"\\ \a \" a\b", "${N:-\"x\"} ${N:-'$A'}"]
    while len(lines) < 200:
        word = random_word(source, "\\")
        if our_value(word, quotes=False) is not None:
            lines.append(f"[{word}]")
    body = "".join(f"{line}\n" for line in lines)
    dockerfile = f"{preamble()}COPY <<END /body\n{body}END\nCOPY <<'END' /literal\n{body}END\n"
    done = builder.try_build(dockerfile, "--output", f"type=local,dest={tmp_path}")
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert (tmp_path / "literal").read_text("utf-8") == body
    assert (tmp_path / "body").read_text("utf-8") == expand(body, VARIABLES, quotes=False).value


@pytest.mark.parametrize(
    ("dockerfile", "labels"),
    [pytest.param(each["dockerfile"], each["labels"], id=each["id"]) for each in SCOPES["scope"]],
)
def test_scope(builder: Builder, dockerfile: str, labels: dict[str, str]) -> None:
    image = "hardener-test-expand-image"
    options = [f"--build-arg={name}={value}" for name, value in SCOPES["passed"].items()]
    if "FROM image" in dockerfile:
        pairs = "".join(f"ENV {name}={value}\n" for name, value in SCOPES["image"].items())
        builder.build(f"FROM scratch\n{pairs}", "--tag", image)
    assert builder.labels(dockerfile.replace("FROM image", f"FROM {image}"), *options) == labels


def test_where_arguments_are_expanded(builder: Builder) -> None:
    lines = {
        "USER": "USER $V",
        "WORKDIR": "WORKDIR /$V",
        "VOLUME": 'VOLUME ["/$V"]',
        "STOPSIGNAL": "STOPSIGNAL SIG$SIGNAL",
        "LABEL": "LABEL $V=$V",
        "ENV": "ENV $V=$V",
        "ENTRYPOINT": 'ENTRYPOINT ["$V"]',
        "CMD": 'CMD ["$V"]',
        "SHELL": 'SHELL ["$V"]',
        "HEALTHCHECK": 'HEALTHCHECK CMD ["$V"]',
        "MAINTAINER": "MAINTAINER $V",
        "ONBUILD": "ONBUILD USER $V",
    }
    image = builder.build("FROM scratch\nENV V=5 SIGNAL=INT\n" + "\n".join(lines.values()))
    config = image["Config"]
    became = {
        "USER": config["User"],
        "WORKDIR": config["WorkingDir"],
        "VOLUME": str(config["Volumes"]),
        "STOPSIGNAL": config["StopSignal"],
        "LABEL": str(config["Labels"]),
        "ENV": str(config["Env"][-1]),
        "CMD": str(config["Cmd"]),
        "ENTRYPOINT": str(config["Entrypoint"]),
        "SHELL": str(config["Shell"]),
        "HEALTHCHECK": str(config["Healthcheck"]),
        "MAINTAINER": image["Author"],
        "ONBUILD": str(config["OnBuild"]),
    }
    literal = {name for name, value in became.items() if "$" in value}
    ours = {name for name in lines if expandable(name).arguments in ("none", "trigger")}
    assert literal == ours


@pytest.mark.parametrize(
    ("dockerfile", "refusal"),
    [
        pytest.param("ARG V=linux\nFROM --platform=$V scratch", "", id="FROM platform"),
        pytest.param("FROM $V", "", id="FROM image"),
        pytest.param("COPY --chown=$N:$N <<E /f\nE", "", id="COPY chown"),
        pytest.param("COPY --chmod=$N <<E /f\nE", "", id="COPY chmod"),
        pytest.param("ADD --chown=$N <<E /f\nE", "", id="ADD chown"),
        pytest.param("ADD --chmod=$N <<E /f\nE", "", id="ADD chmod"),
        pytest.param("COPY --from=$V /f /g", "expansion is not supported", id="COPY from"),
        pytest.param("COPY --link=$T <<E /f\nE", "expecting boolean", id="COPY link"),
        pytest.param("ADD --unpack=$T <<E /f\nE", "expecting boolean", id="ADD unpack"),
        pytest.param("ADD --keep-git-dir=$T <<E /f\nE", "expecting boolean", id="ADD git"),
        pytest.param("RUN --network=$V true", "invalid network mode", id="RUN network"),
        pytest.param("RUN --mount=from=$V true", "support variable expansion", id="RUN mount from"),
        pytest.param("HEALTHCHECK --timeout=$N CMD a", "invalid duration", id="HEALTHCHECK"),
    ],
)
def test_where_flags_are_expanded(builder: Builder, dockerfile: str, refusal: str) -> None:
    instruction, _, rest = dockerfile.rpartition("ARG V=linux\n")[2].partition(" ")
    flag = rest.partition("=")[0].removeprefix("--")
    if instruction != "FROM":
        dockerfile = f"FROM scratch\nENV V=v N=5 T=true\n{dockerfile}\n"
    elif not rest.startswith("--"):
        dockerfile = f"ARG V=scratch\n{dockerfile}\nLABEL a=b"
    done = builder.try_build(dockerfile)
    assert (done.returncode != 0) == bool(refusal), done.stderr.decode(errors="replace")
    assert refusal in done.stderr.decode(errors="replace")
    if rest.startswith("--") and "--mount" not in rest:
        assert (flag in expandable(instruction).flags) == (not refusal)


def test_the_fields_of_a_mount_are_expanded(builder: Builder, tmp_path: Path) -> None:
    dockerfile = (
        "FROM debian\nARG T=/elsewhere K=tmpfs\n"
        "RUN --mount=type=$K,target=${T} grep -q ' /elsewhere tmpfs' /proc/mounts\n"
        "FROM scratch\n"
        "COPY --from=0 /etc/hostname /built\n"
    )
    done = builder.try_build(dockerfile, "--output", f"type=local,dest={tmp_path}")
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert "mount" in expandable("RUN").flags
