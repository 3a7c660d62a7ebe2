"""Saved images are read as the OCI image-spec says, whatever wrote the archive."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardener.errors import HardenError
from hardener.verify.facts import FileFact, ImageFacts
from hardener.verify.inspect import holdings
from hardener.verify.layers import Layer, LayerStore, read_images, stacked
from hardener.verify.secretsearch import Secrets

NO_SECRETS = Secrets.of({})


def tar(entries: Mapping[str, bytes | tuple[int, bytes] | None]) -> bytes:
    """A tar archive: name -> content; None is a folder; (mode, content) sets the mode."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for name, entry in entries.items():
            member = tarfile.TarInfo(name)
            mode, content = entry if isinstance(entry, tuple) else (0o644, entry)
            member.mode = mode
            if content is None:
                member.type, member.mode = tarfile.DIRTYPE, 0o755
            member.size = len(content or b"")
            archive.addfile(member, io.BytesIO(content or b""))
    return written.getvalue()


def saved(layers: Sequence[bytes], config: Mapping[str, object] | None = None) -> io.BytesIO:
    """What `docker save` writes: the layers may stand before what names them."""
    names = [f"blobs/sha256/{number}" for number in range(len(layers))]
    manifest = [{"Config": "config.json", "RepoTags": ["name:tag"], "Layers": names}]
    document = {"config": config or {}, "history": [{"created_by": "RUN make"}]}
    return io.BytesIO(
        tar(
            {
                **dict(zip(names, layers, strict=True)),
                "config.json": json.dumps(document).encode(),
                "manifest.json": json.dumps(manifest).encode(),
                "VERSION": b"1.0",
            }
        )
    )


def read(
    layers: Sequence[bytes],
    secrets: Secrets = NO_SECRETS,
    config: Mapping[str, object] | None = None,
) -> ImageFacts:
    return read_images(saved(layers, config), LayerStore(secrets))["name:tag"]


def test_upper_layer_hides_lower() -> None:
    image = read([tar({"a": b"12", "b": b""}), tar({"a": b"1"})])
    assert {path: fact.size for path, fact in image.files.items()} == {"a": 1, "b": 0}
    assert (image.layers, image.size) == (2, 3)


def test_whiteout_removes_a_file_and_a_folder() -> None:
    below = tar({"d": None, "d/x": b"1", "d/y/z": b"1", "f": b"1", "dx": b"1"})
    image = read([below, tar({".wh.d": b"", ".wh.f": b""})])
    assert set(image.files) == {"dx"}


def test_opaque_whiteout_empties_only_what_is_below() -> None:
    below = tar({"d": None, "d/x": b"1", "e": b"1"})
    image = read([below, tar({"d/.wh..wh..opq": b"", "d/new": b"1"})])
    assert set(image.files) == {"d", "d/new", "e"}


def test_file_in_place_of_a_folder() -> None:
    image = read([tar({"d": None, "d/x": b"1"}), tar({"d": b"1"})])
    assert set(image.files) == {"d"}


def test_gzip_layers_of_several_members() -> None:
    layer = tar({"a": b"x" * 5000})
    packed = gzip.compress(layer[:1000]) + gzip.compress(layer[1000:])
    assert read([packed]).files["a"].size == 5000


def test_zstd_layer_is_said_not_to_be_read() -> None:
    image = read([b"\x28\xb5\x2f\xfd" + b"0" * 600])
    assert image.unread == ("layer 1 of 1: compressed with zstd, which isn't read here",)


def test_layers_named_through_links() -> None:
    """containers/image writes each layer once and links the old name to it."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for name, content in {
            "abc.tar": tar({"a": b"1"}),
            "c.json": b'{"config": {}}',
            "manifest.json": b'[{"Config": "c.json", "RepoTags": null, "Layers": ["d/layer.tar"]}]',
        }.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("d/layer.tar")
        link.type, link.linkname = tarfile.SYMTYPE, "../abc.tar"
        archive.addfile(link)
    written.seek(0)
    assert set(read_images(written, LayerStore(NO_SECRETS))[""].files) == {"a"}


@pytest.mark.parametrize(
    "archive",
    [b"", b"no tar", tar({"manifest.json": b"[{}]"}), tar({"manifest.json": b"{"}), tar({})],
    ids=["nothing", "no tar", "no config", "no json", "no manifest"],
)
def test_a_broken_archive_is_one_error(archive: bytes) -> None:
    with pytest.raises(HardenError, match="archive"):
        read_images(io.BytesIO(archive), LayerStore(NO_SECRETS))


def test_config() -> None:
    image = read(
        [],
        config={
            "User": "10001",
            "Env": ["A=1=2", "B="],
            "Cmd": ["x"],
            "ExposedPorts": {"80/tcp": {}},
            "Labels": {"hardener.verify": "id", "title": "app"},
            "Healthcheck": {"Test": ["CMD", "true"], "Interval": 5},
        },
    )
    config = image.config
    assert config.environment == {"A": "1=2", "B": ""}
    assert config.labels == {"title": "app"}
    assert config.ports == {"80/tcp"}
    assert config.healthcheck == ("CMD", "true", "Interval=5")
    assert config.working_folder == "/"


SECRET = b"s3cret-token-value"


@pytest.mark.parametrize(
    ("layers", "config", "place"),
    [
        pytest.param([tar({"root/.npmrc": b"_auth=" + SECRET})], {}, "/root/.npmrc", id="file"),
        pytest.param([gzip.compress(tar({"x": SECRET}))], {}, "/x", id="gzip layer"),
        pytest.param(
            [tar({"gone": SECRET}), tar({".wh.gone": b""})], {}, "layer 1 of 2", id="deleted later"
        ),
        pytest.param([], {"Env": ["T=" + SECRET.decode()]}, "config", id="config"),
        pytest.param([tar({SECRET.decode(): b""})], {}, "layer 1 of 1", id="name of a file"),
        pytest.param(
            [tar({"big": b"-" * ((1 << 20) - 7) + SECRET + b"-" * 99})], {}, "/big", id="two blocks"
        ),
    ],
)
def test_secret_is_found(layers: list[bytes], config: dict[str, object], place: str) -> None:
    image = read(layers, Secrets.of({"token": SECRET}), config)
    (sighting,) = image.sightings
    assert sighting.secret == "token"
    assert place in sighting.place


def test_holdings() -> None:
    image = read(
        [
            tar(
                {
                    "usr/bin/su": (0o4755, b""),
                    "usr/bin/wall": (0o2755, b""),
                    "tmp": None,
                    "srv/open": (0o666, b""),
                    "usr/bin/gcc-12": (0o755, b""),
                    "bin/bash": (0o755, b""),
                    "usr/bin/apt-get": (0o755, b""),
                    "home/app/bash": (0o755, b""),
                }
            )
        ]
    )
    held = holdings(image)
    assert held.setuid == ("/usr/bin/su", "/usr/bin/wall")
    assert held.world_writable == ("/srv/open",)
    assert held.shells == ("/bin/bash",)
    assert held.compilers == ("/usr/bin/gcc-12",)
    assert held.package_managers == ("/usr/bin/apt-get",)


names = st.sampled_from(["a", "b", "a/b", "a/c", "a/b/c", "d"])
# one change of a layer: put a file, or take a path away
changes = st.tuples(st.booleans(), names)


@given(st.lists(st.lists(changes, max_size=4), max_size=4))
def test_stacking_is_like_doing_the_changes_in_a_folder(
    layers: list[list[tuple[bool, str]]],
) -> None:
    """The model: a set of files in which putting `a` takes `a/…` away, and so does removing it."""
    model: set[str] = set()
    made = []
    for layer in layers:
        put = {name for is_put, name in layer if is_put}
        put = {name for name in put if not any(other.startswith(f"{name}/") for other in put)}
        removed = {name for is_put, name in layer if not is_put} - put
        removed = {name for name in removed if not any(p.startswith(f"{name}/") for p in put)}
        folders = {
            name[:at] for name in put for at, character in enumerate(name) if character == "/"
        }
        for gone in removed | put | (folders & model):
            model = (
                {path for path in model if path != gone and not path.startswith(f"{gone}/")}
                if (gone not in folders)
                else model - {gone}
            )
        model |= put
        fact = FileFact("file", 0o644, 0, 0, 1)
        folder = FileFact("folder", 0o755, 0, 0, 0)
        made.append(
            Layer(
                {**dict.fromkeys(sorted(folders), folder), **dict.fromkeys(sorted(put), fact)},
                frozenset(removed),
            )
        )
    files = {path for path, fact in stacked(made).items() if fact.kind == "file"}
    assert files == model
