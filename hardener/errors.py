"""The errors that hardener raises on purpose, with one base class."""


class HardenError(Exception):
    """Something the user can act on; its text is one line and holds no secret.

    Parameters:
        message: what is wrong and the way out.
        path: the file concerned, as the user named it; None where there is none.
        line: 1-based line in that file; None where the whole file is meant.
    """

    def __init__(self, message: str, *, path: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.line = line

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.path, self.line) if part is not None)
        return f"{place}: {self.message}" if place else self.message

    def __reduce__(self) -> tuple[object, ...]:
        # keyword arguments do not survive the default pickling between worker processes
        return (_rebuild, (type(self), self.message, self.path, self.line))


def _rebuild(
    kind: type[HardenError], message: str, path: str | None, line: int | None
) -> HardenError:
    return kind(message, path=path, line=line)
