"""The bench for one Dockerfile: builds its variants, looks into the images, and runs them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hardener.errors import HardenError
from hardener.verify.build import Tree
from hardener.verify.declared import Declared, declared
from hardener.verify.engine import BuildFailedError, BuildOrder, EngineError
from hardener.verify.facts import ImageFacts, RunFacts, Side
from hardener.verify.layers import LayerStore, read_images
from hardener.verify.probe import UnreachableError
from hardener.verify.process import TimedOutError
from hardener.verify.recipe import Recipe, RunRecipe
from hardener.verify.run import Task, Watch, observe
from hardener.verify.secretsearch import Secrets
from hardener.verify.session import Session

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Options:
    """How to verify.

    Attributes:
        build_network: for the builds; None for the engine's default.
        build_seconds: for each build, and for looking into its images.
        watch: how containers are run and watched; its network is the containers'.
        bisect: find the transform to blame by leaving out.
        keep: leave the images for a person.
    """

    build_network: str | None = None
    build_seconds: float = 900.0
    watch: Watch = field(default_factory=Watch)
    bisect: bool = True
    keep: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """What came of a build: the image's tag, and why there is none (or None)."""

    tag: str
    error: str | None


@dataclass(slots=True)
class Bench:
    """Builds and runs variants of one Dockerfile in a copy of its context.

    Attributes:
        tags: the images that were built, in order.
        images: what is known of them, once `look_into` was called.
        builds: how many were begun.
    """

    session: Session
    recipe: Recipe
    options: Options
    tree: Tree
    secrets: Secrets
    tell: Callable[[str], None]
    builds: int = 0
    tags: list[str] = field(default_factory=list)
    images: dict[str, ImageFacts] = field(default_factory=dict)
    _layers: LayerStore = field(init=False)
    _secret_files: Mapping[str, Path] = field(init=False)
    _environment_file: Path | None = None

    def __post_init__(self) -> None:
        self._layers = LayerStore(self.secrets)
        self._secret_files = {
            name: self.session.private_file(f"secret-{number}", value)
            for number, (name, value) in enumerate(sorted(self.recipe.secrets.items()))
        }
        if self.recipe.run.environment:
            content = environment_file(self.recipe.run.environment)
            self._environment_file = self.session.private_file("environment", content)

    def declared(self, files: Mapping[str, bytes]) -> Declared:
        """What the Dockerfile declares with these files changed."""
        content = files.get(self.recipe.name)
        if content is None:
            content = self.recipe.dockerfile.read_bytes()
        text = content.decode("utf-8", "surrogateescape")
        return declared(text, self.recipe.target, self.recipe.arguments)

    def build(self, files: Mapping[str, bytes], what: str) -> Built:
        """Build with these files changed.

        Raises:
            EngineError: the engine went away.
            HardenError: the disk is running full.
        """
        self.builds += 1
        self.tell(f"{self.recipe.title}: building {what}")
        tag = self.session.tag(f"{self.session.next_number()}-{_NOT_IN_NAMES.sub('-', what)}")
        own = self.declared(files)
        plain, hidden = self._arguments(own)
        with self.tree.changed(files):
            order = BuildOrder(
                context=self.tree.context,
                dockerfile=self.tree.dockerfile,
                tag=tag,
                target=self.recipe.target,
                arguments=plain,
                hidden_arguments=hidden,
                secret_files=self._secret_files,
                network=self.options.build_network,
                timeout=self.options.build_seconds,
            )
            try:
                self.session.engine.build(order, self.session.guard)
            except BuildFailedError as error:
                return Built(tag, self._explained(error.message, own))
            except TimedOutError:
                return Built(tag, f"the build didn't end within {self.options.build_seconds:g} s")
        self.tags.append(tag)
        return Built(tag, None)

    def look_into(self, *tags: str) -> None:
        """Learn what is in these images."""
        self.tell(f"{self.recipe.title}: looking into the images")
        for tag, opened in self.session.engine.archives(tags, self.options.build_seconds):
            with opened as stream:
                found = read_images(stream, self._layers)
            for name, facts in found.items():
                # engines put a registry in front of a name that has none
                self.images[tag or name.rpartition("/")[2]] = facts

    def run(
        self, tag: str, what: str, *, first: Side | None = None, first_tag: str | None = None
    ) -> Side:
        """Run an image that was looked into, and the recipe's commands in it.

        Parameters:
            first: the side that ran before, whose ports are waited for.
            first_tag: its image, whose programs may carry probes.
        """
        self.tell(f"{self.recipe.title}: running {what}")
        image = self.images[tag]
        ports = first.run.ports if first is not None and first.run is not None else None
        task = Task(
            tag,
            image,
            self.recipe.run,
            self.recipe.probes,
            ends=_ends(self.recipe.run, first),
            wanted_ports=ports or frozenset(),
            environment_file=self._environment_file,
            other_tag=first_tag or tag,
            other_files=self.images[first_tag or tag].files.keys(),
        )
        earlier = (first.run, *first.commands) if first is not None else ()
        try:
            seen = self._observe(task, *earlier[:1])
            commands = tuple(
                self._observe(
                    replace(task, recipe=RunRecipe(command=command), probes=(), ends=True),
                    *earlier[number : number + 1],
                )
                for number, command in enumerate(self.recipe.commands, 1)
            )
        except (EngineError, UnreachableError) as error:
            self.session.engine.require_alive("while a container was running")
            return Side(image=image, run_error=error.message)
        return Side(image=image, run=seen, commands=commands)

    def remove_images(self, kept: Sequence[str] = ()) -> None:
        """Take away the images that were built, but for those to be kept."""
        for tag in self.tags:
            if tag not in kept:
                self.session.engine.remove_image(tag)

    def _observe(self, task: Task, earlier: RunFacts | None = None) -> RunFacts:
        """Run a container; one that ended by itself earlier may take ten times as long now."""
        watch = self.options.watch
        if earlier is not None and not earlier.running:
            longest = min(watch.ends_within, 30 + 10 * earlier.seconds)
            watch = replace(watch, ends_within=longest)
        command = task.recipe.command or task.image.config.command
        if not task.image.config.entrypoint and not command:
            # there is nothing to run, before as after
            return RunFacts(running=False, exit_code=0, seconds=0.0, output=b"")
        return observe(self.session.engine, task, watch, self.session.guard)

    def _explained(self, message: str, own: Declared) -> str:
        hints = []
        engine = self.session.engine
        if own.heredocs and not engine.heredocs:
            hints.append(f"{engine.name} {engine.version} may not read its here-documents")
        if self.tree.left_out:
            hints.append(f"{', '.join(self.tree.left_out[:3])} can't be read and was left out")
        return f"{message} ({'; '.join(hints)})" if hints else message

    def _arguments(self, own: Declared) -> tuple[dict[str, str], dict[str, str]]:
        """The build arguments: those for everyone's eyes, and those that hold a secret.

        A secret is also given as the ARG of its name in capitals, where the Dockerfile has one:
        that is how it came in before hardening.
        """
        values = {name: _text(value).strip() for name, value in self.recipe.secrets.items()}
        hidden = {
            name: value
            for name, value in self.recipe.arguments.items()
            if any(secret and secret in value for secret in values.values())
        }
        plain = {name: value for name, value in self.recipe.arguments.items() if name not in hidden}
        for name, value in values.items():
            argument = _NOT_IN_NAMES.sub("_", name).upper()
            if argument in own.arguments and argument not in self.recipe.arguments:
                hidden[argument] = value
        return plain, hidden


def environment_file(environment: Mapping[str, str]) -> bytes:
    """What `--env-file` reads: a line of NAME=value each.

    Raises:
        HardenError: a value has a line break, which such a file can't hold.
    """
    for name, value in environment.items():
        if "\n" in value or "\n" in name:
            raise HardenError(f"[run] env: {name} has a line break, which --env-file can't hold")
    return "".join(f"{name}={value}\n" for name, value in environment.items()).encode()


def _ends(recipe: RunRecipe, first: Side | None) -> bool:
    """The container is meant to end: said by the recipe, or seen before."""
    if recipe.stays_up is not None:
        return not recipe.stays_up
    if first is not None and first.run is not None:
        return not first.run.running and not first.run.stopped
    return recipe.exit_code is not None


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")
