"""Answering a registry that asks who is there: Basic, and Bearer tokens from the server it names.

Sources: RFC 9110 (11.6.1, WWW-Authenticate), and "Token Authentication Specification" and "OAuth2
Token Authentication" of distribution/distribution.
"""

from __future__ import annotations

import asyncio
import json
import urllib.parse
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hardener.images.registry.credentials import Credential, CredentialLookup
from hardener.images.registry.problem import Kind, RegistryProblem
from hardener.images.registry.settings import Endpoint
from hardener.images.registry.transport import Request, Transport

_TOKEN_CHARACTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~/="
)
_LARGEST_TOKEN = 1 << 20
# distribution/distribution: a token that names no lifetime is good for 60 seconds
_SHORTEST_LIFETIME = 60.0
# a token that ends while its request is under way would be refused
_MARGIN = 10.0
_CLIENT = "hardener"


@dataclass(frozen=True, slots=True)
class Challenge:
    """One way in that a registry offers; scheme and parameter names in lower case."""

    scheme: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Token:
    header: str = field(repr=False)
    good_until: float


def parse_challenges(headers: Iterable[str]) -> tuple[Challenge, ...]:
    """Read WWW-Authenticate headers; what doesn't follow the grammar is left out.

    One header may hold several challenges, parted by the same commas as their parameters.
    """
    found: list[Challenge] = []
    for header in headers:
        scheme: str | None = None
        parameters: dict[str, str] = {}
        at = 0
        while at < len(header):
            if header[at] in " \t,":
                at += 1
                continue
            name, at = _token(header, at)
            if not name:
                break
            after = _past_spaces(header, at)
            if after < len(header) and header[after] == "=" and scheme is not None:
                value, at = _value(header, _past_spaces(header, after + 1))
                parameters.setdefault(name.lower(), value)
                continue
            if scheme is not None:
                found.append(Challenge(scheme, parameters))
            scheme, parameters = name.lower(), {}
        if scheme is not None:
            found.append(Challenge(scheme, parameters))
    return tuple(found)


def _past_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t":
        at += 1
    return at


def _token(text: str, at: int) -> tuple[str, int]:
    end = at
    while end < len(text) and text[end] in _TOKEN_CHARACTERS and text[end] != "=":
        end += 1
    return text[at:end], end


def _value(text: str, at: int) -> tuple[str, int]:
    if at >= len(text) or text[at] != '"':
        return _token(text, at)
    value: list[str] = []
    at += 1
    while at < len(text) and text[at] != '"':
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
        value.append(text[at])
        at += 1
    return "".join(value), at + 1


class Authorizer:
    """Knows what to show which registry. Tokens are kept in memory only, for their lifetime."""

    def __init__(self, transport: Transport, lookup: CredentialLookup, *, attempts: int) -> None:
        self._transport = transport
        self._lookup = lookup
        self._attempts = attempts
        self._challenges: dict[str, Challenge] = {}
        self._tokens: dict[tuple[str, str], _Token] = {}
        self._scopes: dict[tuple[str, str], str] = {}
        self._turns: dict[tuple[str, str], asyncio.Lock] = {}

    async def known(self, endpoint: Endpoint, repository: str) -> str | None:
        """What to show unasked, from what this host asked for before; None at first."""
        challenge = self._challenges.get(endpoint.host)
        if challenge is None:
            return None
        return await self._shown(endpoint, repository, challenge, refused=None)

    async def answer(
        self,
        endpoint: Endpoint,
        repository: str,
        offered: tuple[Challenge, ...],
        refused: str | None,
    ) -> str | None:
        """What to show after a 401; None where there is nothing, or only what was just refused.

        Takes the ways in that the registry offers, and what was shown when it said no: a token of
        that value has come to its end and is replaced.
        """
        by_scheme = {challenge.scheme: challenge for challenge in reversed(offered)}
        challenge = by_scheme.get("bearer") or by_scheme.get("basic")
        if challenge is None:
            return None
        self._challenges[endpoint.host] = challenge
        name = endpoint.repository(repository)
        scope = challenge.parameters.get("scope", "")
        # Azure's registry asks for another scope where tags are listed
        if scope.startswith(f"repository:{name}:"):
            self._scopes[endpoint.host, name] = scope
        shown = await self._shown(endpoint, repository, challenge, refused)
        return None if shown == refused else shown

    def trouble(self, registry: str) -> str | None:
        """What kept a credential from being found, in words for the user."""
        return self._lookup.trouble.get(registry)

    async def has_credential(self, endpoint: Endpoint, repository: str) -> bool:
        """Whether the user has a credential for this place."""
        name = endpoint.repository(repository)
        return await self._lookup.find(endpoint.registry, name) is not None

    async def _shown(
        self, endpoint: Endpoint, repository: str, challenge: Challenge, refused: str | None
    ) -> str | None:
        name = endpoint.repository(repository)
        credential = await self._lookup.find(endpoint.registry, name)
        if challenge.scheme == "basic":
            usable = credential is not None and not credential.is_identity_token
            return credential.basic if credential is not None and usable else None
        scope = self._scopes.get((endpoint.host, name), f"repository:{name}:pull")
        key = (endpoint.host, scope)
        async with self._turns.setdefault(key, asyncio.Lock()):
            now = asyncio.get_running_loop().time()
            token = self._tokens.get(key)
            if token is None or token.header == refused or token.good_until <= now:
                token = await self._token(endpoint, challenge, scope, credential)
                self._tokens[key] = token
            return token.header

    async def _token(
        self, endpoint: Endpoint, challenge: Challenge, scope: str, credential: Credential | None
    ) -> _Token:
        request = await self._token_request(endpoint, challenge, scope, credential)
        reply = await self._transport.fetch(request)
        if reply.status in (400, 401, 403):
            words = "its token server refused this"
            if credential is not None:
                words = f"the credential kept for it was refused; docker login {endpoint.registry}"
            raise RegistryProblem(
                f"{endpoint.registry} gave no access: {words} ({reply.status})", kind=Kind.REFUSED
            )
        if reply.status != 200:
            raise RegistryProblem(
                f"{request.registry}, where {endpoint.registry} sends for tokens, answers with "
                f"status {reply.status}"
            )
        return _read_token(reply.body, request.registry, asyncio.get_running_loop().time())

    async def _token_request(
        self, endpoint: Endpoint, challenge: Challenge, scope: str, credential: Credential | None
    ) -> Request:
        """The request for a token: POST trades an identity token, GET shows user and password."""
        realm = challenge.parameters.get("realm", "")
        try:
            parts = urllib.parse.urlsplit(realm)
            host = parts.hostname
        except ValueError:
            host = None
        if not host or parts.username is not None:
            raise RegistryProblem(f"{endpoint.registry} names no token server that can be asked")
        address = await self._transport.address(endpoint)
        # the credential goes where the registry says: never in the clear unless the registry is
        if parts.scheme != "https" and not (
            parts.scheme == "http" and address.startswith("http://")
        ):
            raise RegistryProblem(f"{endpoint.registry} names a token server without TLS")
        fields = {"service": challenge.parameters.get("service", ""), "scope": scope}
        fields = {name: value for name, value in fields.items() if value}
        if credential is not None and credential.is_identity_token:
            form = fields | {
                "grant_type": "refresh_token",
                "client_id": _CLIENT,
                "refresh_token": credential.secret,
            }
            return Request(
                "POST", realm, parts.netloc, _LARGEST_TOKEN, form=form, attempts=self._attempts
            )
        query = urllib.parse.parse_qsl(parts.query) + list(fields.items())
        return Request(
            "GET",
            parts._replace(query=urllib.parse.urlencode(query), fragment="").geturl(),
            parts.netloc,
            _LARGEST_TOKEN,
            authorization=None if credential is None else credential.basic,
            attempts=self._attempts,
        )


def _read_token(body: bytes, server: str, now: float) -> _Token:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    table = answer if isinstance(answer, dict) else {}
    token = table.get("token") or table.get("access_token")
    # what is put into a header must not end it
    if not isinstance(token, str) or not set(token) <= _TOKEN_CHARACTERS or not token:
        raise RegistryProblem(f"{server} answered the request for a token with something else")
    lifetime = table.get("expires_in")
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float):
        lifetime = 0.0
    return _Token(f"Bearer {token}", now + max(float(lifetime), _SHORTEST_LIFETIME) - _MARGIN)
