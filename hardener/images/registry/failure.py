"""Why a request came to nothing, in words; the exception with its credential is left behind."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

from hardener.images.registry.problem import Kind, one_line
from hardener.images.registry.settings import Settings


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that brought nothing.

    Attributes:
        kind: what kind of problem it is.
        words: what happened, to be put after the name of the registry.
        again: whether the same request may succeed a little later.
        elsewhere: it failed at another host, after a redirect.
    """

    kind: Kind
    words: str
    again: bool
    elsewhere: bool = False


def failure_of(error: Exception, settings: Settings) -> Failure:
    """What a failed request comes down to; `error` is an exception of httpx, or one below it."""
    import httpx

    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                words = f"has a certificate that is not trusted ({one_line(cause.verify_message)})"
                words += "; name its authority: ca in the registry's settings, or certs.d"
                return Failure(Kind.UNREACHABLE, words, again=False)
            case ssl.SSLError():
                words = (
                    "does not speak TLS as expected; plain-http in its settings if it is meant to"
                )
                return Failure(Kind.UNREACHABLE, words, again=False)
            case socket.gaierror():
                passing = cause.errno == socket.EAI_AGAIN
                return Failure(Kind.UNREACHABLE, "can't be found: no such host name", again=passing)
            case ConnectionRefusedError():
                return Failure(Kind.UNREACHABLE, "refuses connections", again=True)
            case httpx.ProxyError():
                words = f"can't be reached: the proxy says {one_line(str(cause))}"
                return Failure(Kind.UNREACHABLE, words, again=False)
            case httpx.ConnectTimeout():
                words = f"accepts no connection within {settings.connect_timeout:g} s"
                # whoever drops packets goes on doing so: asking again only doubles the wait
                return Failure(Kind.UNREACHABLE, words, again=False)
            case httpx.ReadTimeout() | httpx.WriteTimeout():
                words = f"does not answer within {settings.read_timeout:g} s"
                return Failure(Kind.SLOW, words, again=True)
    if isinstance(error, httpx.ConnectError):
        return Failure(Kind.UNREACHABLE, "can't be reached", again=True)
    words = "gives no whole answer: the connection breaks off, or it does not follow HTTP"
    return Failure(Kind.BROKEN, words, again=True)


def _causes(error: BaseException) -> list[BaseException]:
    """The exception and all that led to it, the innermost first."""
    found: list[BaseException] = []
    rest: list[BaseException | None] = [error]
    while rest:
        one = rest.pop()
        if one is None or one in found:
            continue
        found.append(one)
        rest += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            rest += one.exceptions
    return found[::-1]
