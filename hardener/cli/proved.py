"""`harden --write --verify`: what may be written, as building and running showed no difference."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType

from hardener.cli.verify import hardening_of
from hardener.errors import HardenError
from hardener.review.terminal import Reporter
from hardener.sweep import Outcome, Task
from hardener.verify.bench import Options
from hardener.verify.called import recipes_for
from hardener.verify.difference import Verdict
from hardener.verify.proof import verify_file
from hardener.verify.report import EXECUTES
from hardener.verify.session import Session, session


class Prover:
    """Verifies the Dockerfiles of a run, one after another, in one session of the engine.

    The engine is looked for when the first file is to be written. It executes what the Dockerfiles
    say.
    """

    def __init__(self, task: Task, reporter: Reporter, *, build_network: str | None) -> None:
        self._task = task
        self._reporter = reporter
        self._options = Options(build_network=build_network)
        self._stack = ExitStack()
        self._session: Session | None = None
        self._held_back = False

    def __enter__(self) -> Prover:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, traceback)

    def passes(self, outcome: Outcome) -> bool:
        """Whether the change may be written; why it may not is told.

        An ignore file, which comes behind all Dockerfiles, was verified with them, and a caller
        goes with them: these pass if all Dockerfiles did.

        Raises:
            EngineError: no engine can be used, or it went away.
        """
        if outcome.hardened is None or outcome.surrounding:
            return not self._held_back
        try:
            recipes = recipes_for(outcome.path, self._task.root, self._task.callers)
        except HardenError as error:
            self._hold_back(outcome.name, str(error))
            return False
        for recipe in recipes:
            hardening = hardening_of(recipe, self._task)
            found = verify_file(self._opened(), recipe, hardening, self._options)
            if found.verdict is not Verdict.SAME:
                self._hold_back(recipe.title, f"{found.headline}: {found.reason}")
                return False
        self._reporter.note(f"{outcome.name}: verified, the same before and after")
        return True

    def _opened(self) -> Session:
        if self._session is None:
            self._reporter.note(EXECUTES)
            self._session = self._stack.enter_context(session(None))
        return self._session

    def _hold_back(self, name: str, reason: str) -> None:
        self._held_back = True
        self._reporter.warning(f"{name}: not written, {reason}")
