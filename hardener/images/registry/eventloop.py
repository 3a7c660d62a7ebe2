"""An event loop that never waits for the system's resolver longer than it is told to."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any


class RegistryEventLoop(asyncio.SelectorEventLoop):
    """Looks names up in threads that end with the process.

    The usual loop does so in a pool whose threads are waited for at exit; with a name server that
    drops questions that can take minutes after every time limit has passed.
    """

    async def getaddrinfo(
        self,
        host: bytes | str | None,
        port: bytes | str | int | None,
        *,
        family: int = 0,
        type: int = 0,  # noqa: A002 - the name that callers use
        proto: int = 0,
        flags: int = 0,
    ) -> list[Any]:
        """As the base class has it."""
        answer: asyncio.Future[list[Any]] = self.create_future()

        def look_up() -> None:
            try:
                found = socket.getaddrinfo(host, port, family, type, proto, flags)
            except (OSError, UnicodeError) as error:
                self._deliver(answer, error=error)
            else:
                self._deliver(answer, found=found)

        threading.Thread(target=look_up, name="registry name look-up", daemon=True).start()
        return await answer

    def _deliver(
        self,
        answer: asyncio.Future[list[Any]],
        *,
        found: Any = None,
        error: Exception | None = None,
    ) -> None:
        def settle() -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(found)

        if not self.is_closed():
            self.call_soon_threadsafe(settle)
