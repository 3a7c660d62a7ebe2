"""HTTP to registries: certificates, limits, retries, and redirects that carry no credential."""

from __future__ import annotations

import asyncio
import email.utils
import http.cookiejar
import logging
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import hardener
from hardener.images.registry.certificates import certificate_files, tls_context
from hardener.images.registry.failure import Failure, failure_of
from hardener.images.registry.problem import Kind, RegistryProblem, one_line
from hardener.images.registry.settings import Endpoint, Settings

if TYPE_CHECKING:
    import httpx

_log = logging.getLogger(__name__)

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_REDIRECTS = 5
# RFC 9110 and the registries' own: the same request may succeed a little later
_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_TOO_MANY = 429
# an answer that came too slowly once is asked for once more, not as often as a refused connection
_SLOW_ATTEMPTS = 2
_LONGEST_BACKOFF = 8.0
_LONGEST_RETRY_AFTER = 1e9
# what holds for all requests to a host, not for the one that met it
_OF_THE_HOST = frozenset({Kind.UNREACHABLE, Kind.LIMITED})


@dataclass(frozen=True, slots=True)
class Request:
    """One request to a registry or to its token server.

    Attributes:
        method: "GET", "HEAD" or "POST".
        url: the address; never with a credential in it.
        registry: the name for messages.
        largest: bytes the answer may have at most.
        accept: media types for the Accept header.
        authorization: value of the Authorization header; goes to the url's own host only.
        form: fields of a POST.
        attempts: how often it is sent at most.
    """

    method: str
    url: str
    registry: str
    largest: int
    accept: tuple[str, ...] = ()
    authorization: str | None = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, whatever its status.

    Attributes:
        status: the HTTP status.
        headers: by lower-case name, the values in order.
        body: whole, within the limit that was asked for.
        elsewhere: it came from another host, after a redirect.
    """

    status: int
    headers: Mapping[str, tuple[str, ...]] = field(repr=False)
    body: bytes = field(repr=False)
    elsewhere: bool

    def header(self, name: str) -> str:
        """The first value of a header; "" where it was not sent."""
        return self.headers.get(name, ("",))[0]


@dataclass(slots=True)
class _Host:
    """What is known of a host.

    Attributes:
        bad_rounds: how often in a row it could not be reached or refused for the number of
            requests; failures of requests that were under way together count once.
        paused_until: it is left alone until then, in the event loop's time.
        given_up: why nothing is sent to it any more.
        answered: it has answered something, so that a late answer is not for all requests.
    """

    bad_rounds: int = 0
    paused_until: float = 0.0
    given_up: RegistryProblem | None = None
    answered: bool = False


class Transport:
    """Sends requests. Lives in one event loop.

    Attributes:
        sent: how many requests have gone out so far.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.connections)
        self._clients: dict[tuple[Path, ...], httpx.AsyncClient] = {}
        self._hosts: dict[str, _Host] = {}
        self._schemes: dict[str, asyncio.Task[str]] = {}
        self.sent = 0

    async def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            await client.aclose()

    async def address(self, endpoint: Endpoint) -> str:
        """The endpoint's base address, with the scheme found out where it is a loopback host."""
        scheme = endpoint.scheme
        if not scheme:
            if endpoint.host not in self._schemes:
                self._schemes[endpoint.host] = asyncio.ensure_future(self._scheme(endpoint.host))
            scheme = await asyncio.shield(self._schemes[endpoint.host])
        return f"{scheme}://{endpoint.host}"

    async def _scheme(self, host: str) -> str:
        """Whether a loopback host speaks TLS: a handshake is tried, nothing is sent."""
        name, _, port = host.rpartition(":")
        if not name or not port.isdecimal():
            name, port = host, "443"
        probe = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        probe.check_hostname = False
        probe.verify_mode = ssl.CERT_NONE
        try:
            async with asyncio.timeout(self._settings.connect_timeout):
                _, writer = await asyncio.open_connection(name.strip("[]"), int(port), ssl=probe)
        except (OSError, TimeoutError, EOFError):
            return "http"
        writer.transport.abort()
        return "https"

    async def fetch(self, request: Request) -> Reply:
        """Send a request until there is an answer that is no passing failure.

        Follows redirects. Raises RegistryProblem when no answer came within the attempts, or one
        that can't be used. A host that can't be reached, never answers in time, or keeps refusing
        for the number of requests, is given up: later requests to it fail at once.
        """
        import httpx

        host = self._hosts.setdefault(httpx.URL(request.url).netloc.decode("ascii"), _Host())
        loop = asyncio.get_running_loop()
        attempt = 0
        while True:
            attempt += 1
            bad_rounds, outcome = await self._in_turn(host, request)
            host.answered = host.answered or isinstance(outcome, Reply)
            if isinstance(outcome, Reply) and outcome.status not in _RETRIED:
                host.bad_rounds = 0
                return outcome
            wait = min(self._settings.backoff * 2 ** (attempt - 1), _LONGEST_BACKOFF)
            if isinstance(outcome, Reply):
                wait, outcome = self._refused_for_now(outcome, wait)
            mute = outcome.kind is Kind.SLOW and not host.answered
            of_the_host = (mute or outcome.kind in _OF_THE_HOST) and not outcome.elsewhere
            if of_the_host and host.bad_rounds == bad_rounds:
                # the others that failed meanwhile are the same round: they wait with this one
                host.bad_rounds += 1
                host.paused_until = max(host.paused_until, loop.time() + wait)
            rounds = min(request.attempts, _SLOW_ATTEMPTS) if mute else request.attempts
            given_up = of_the_host and host.bad_rounds >= rounds
            slow = outcome.kind is Kind.SLOW and attempt >= _SLOW_ATTEMPTS
            if not outcome.again or given_up or slow or attempt >= request.attempts:
                problem = RegistryProblem(f"{request.registry} {outcome.words}", kind=outcome.kind)
                if of_the_host and (given_up or not outcome.again):
                    host.given_up = problem
                raise problem
            _log.debug("%s %s; again in %g s", request.registry, outcome.words, wait)
            if not of_the_host:
                await asyncio.sleep(wait)

    async def _in_turn(self, host: _Host, request: Request) -> tuple[int, Reply | Failure]:
        """Send a request when there is a place for it and its host may be asked.

        Both can change while the other is waited for: many requests wait when a registry first
        says that there are too many. Answers the host's bad rounds at the time of sending too.
        """
        while True:
            pause = host.paused_until - asyncio.get_running_loop().time()
            if pause > 0:
                await asyncio.sleep(pause)
            async with self._slots:
                if host.given_up is not None:
                    raise RegistryProblem(host.given_up.message, kind=host.given_up.kind)
                if host.paused_until <= asyncio.get_running_loop().time():
                    return host.bad_rounds, await self._follow(request)

    def _refused_for_now(self, reply: Reply, wait: float) -> tuple[float, Failure]:
        """How long to wait after a 429 or 5xx, and what to say if that is all there will be."""
        asked = retry_after(reply.header("retry-after"), time.time())
        too_long = asked is not None and asked > self._settings.longest_wait
        if reply.status != _TOO_MANY:
            words = f"answers with status {reply.status}"
            failure = Failure(Kind.BROKEN, words, not too_long, reply.elsewhere)
            return max(wait, asked or 0.0), failure
        words = "limits the number of requests (429)"
        if asked is not None:
            words += f" and asks to wait {asked:.0f} s"
        words += "; log in with docker login, use a mirror, or try again later"
        failure = Failure(Kind.LIMITED, words, not too_long, reply.elsewhere)
        return max(wait, asked or 0.0), failure

    async def _follow(self, request: Request) -> Reply | Failure:
        """Send a request, and on to where it is redirected; the credential stays with its host."""
        import httpx

        url = origin = httpx.URL(request.url)
        authorization, elsewhere = request.authorization, False
        for _ in range(_MOST_REDIRECTS + 1):
            outcome = await self._send(request, url, authorization, elsewhere=elsewhere)
            if isinstance(outcome, Failure) and elsewhere:
                words = f"redirects to {one_line(url.host)}, which {outcome.words}"
                return replace(outcome, words=words, elsewhere=True)
            if isinstance(outcome, Failure) or outcome.status not in _REDIRECTS:
                return outcome
            try:
                target = url.join(outcome.header("location"))
            except httpx.InvalidURL:
                return Failure(
                    Kind.BROKEN, "redirects to something that is no address", again=False
                )
            if target.scheme not in ("https", url.scheme) or not target.host:
                return Failure(Kind.BROKEN, "redirects to an address without TLS", again=False)
            if request.form is not None:
                return Failure(Kind.BROKEN, "redirects a request with a credential", again=False)
            if (target.scheme, target.netloc) != (origin.scheme, origin.netloc):
                # once it left the host, a redirect back is no reason to show the credential again
                authorization, elsewhere = None, True
            url = target.copy_with(username=None, password=None, fragment=None)
        return Failure(Kind.BROKEN, "redirects without end", again=False)

    async def _send(
        self, request: Request, url: httpx.URL, authorization: str | None, *, elsewhere: bool
    ) -> Reply | Failure:
        import httpx

        limit = self._settings.connect_timeout + self._settings.read_timeout
        client = self._client(url.netloc.decode("ascii"))
        headers = {"Accept-Encoding": "identity"}
        if request.accept:
            headers["Accept"] = ", ".join(request.accept)
        if authorization is not None:
            headers["Authorization"] = authorization
        try:
            async with asyncio.timeout(limit):
                self.sent += 1
                async with client.stream(
                    request.method, url, headers=headers, data=request.form
                ) as response:
                    body = await _body(response, request.largest)
        except TimeoutError:
            return Failure(Kind.SLOW, f"did not finish its answer within {limit:g} s", again=True)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            return failure_of(error, self._settings)
        _log.debug("%s %s: %d", request.method, _shown(url), response.status_code)
        if body is None:
            words = f"sends more than the {request.largest} bytes expected, or a packed answer"
            return Failure(Kind.BROKEN, words, again=False)
        values: dict[str, tuple[str, ...]] = {}
        for name, value in response.headers.multi_items():
            values[name.lower()] = (*values.get(name.lower(), ()), value)
        return Reply(response.status_code, values, body, elsewhere)

    def _client(self, host: str) -> httpx.AsyncClient:
        """The connections for a host: those to hosts with certificates of their own are apart."""
        import httpx

        # both log addresses, and a redirect's address may be signed
        for name in ("httpx", "httpcore"):
            logger = logging.getLogger(name)
            if logger.level == logging.NOTSET:
                logger.setLevel(logging.WARNING)
        files = certificate_files(host, self._settings)
        if files not in self._clients:
            self._clients[files] = httpx.AsyncClient(
                verify=tls_context(files),
                # a registry's cookies make some of them take the client for a browser
                cookies=http.cookiejar.CookieJar(
                    http.cookiejar.DefaultCookiePolicy(allowed_domains=[])
                ),
                headers={"User-Agent": f"hardener/{hardener.__version__}"},
                limits=httpx.Limits(
                    max_connections=self._settings.connections,
                    max_keepalive_connections=self._settings.connections,
                ),
                timeout=httpx.Timeout(
                    self._settings.read_timeout, connect=self._settings.connect_timeout, pool=None
                ),
            )
        return self._clients[files]


async def _body(response: httpx.Response, largest: int) -> bytes | None:
    """The whole body; None when it is too large, or packed although that was not asked for."""
    if response.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        return None
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > largest:
            return None
    return bytes(body)


def _shown(url: httpx.URL) -> str:
    return one_line(f"{url.scheme}://{url.netloc.decode('ascii')}{url.path}")


def retry_after(value: str, now: float) -> float | None:
    """The seconds a Retry-After header asks to wait; None where it is absent or unreadable.

    Takes seconds or an HTTP date (RFC 9110, 10.2.3); `now` is in seconds since the epoch.
    """
    value = value.strip()
    if value.isascii() and value.isdecimal():
        return min(float(value), _LONGEST_RETRY_AFTER)
    try:
        then = email.utils.parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return min(max(0.0, then - now), _LONGEST_RETRY_AFTER)
