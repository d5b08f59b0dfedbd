"""Who a request comes from: access tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._json import json
from playhead.modules._values import JSON

__all__ = [
    "IssuedToken",
    "TokenInfo",
    "Tokens",
    "ViewedItem",
    "check_token",
    "generate_access_token",
    "update_token",
    "validate_access_token",
]


class IssuedToken(NamedTuple):
    """A token just made. Only its holder ever has its text."""

    token: str  #: for the client
    id: str  #: its public name: good for lists, logs and :meth:`Tokens.revoke_id`
    expires_at: int  #: when it ends at the latest


class TokenInfo(NamedTuple):
    """What is known of a token."""

    id: str
    user_id: Id
    data: Any  #: what it was issued with
    issued_at: int
    last_seen: int
    expires_at: int  #: when it ends if it is not used again


class ViewedItem(NamedTuple):
    """What the holder of a token has looked at."""

    item: Id
    at: int


class Tokens:
    """Access tokens: who a request comes from.

    A token has 264 random bits, and the store keeps only its SHA-256. It ends after ``idle_timeout``
    unused, after ``absolute_timeout`` in any case, when it is revoked, or when ``tokens_per_user`` newer
    ones are issued.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        idle_timeout: int = 1_800_000,
        absolute_timeout: int = 86_400_000,
        rotation_grace: int = 10_000,
        touch_interval: int = 1_000,
        tokens_per_user: int = 100,
        slack: int = 3_600_000,
        viewed_items: int = 25,
        shards: int = 64,
        indexed: bool = False,
    ) -> None:
        self._place = (target_of(store), prefix, clock, idle_timeout, shards, indexed)
        self._module = _playhead.Tokens(
            target_of(store),
            prefix=prefix,
            clock=clock,
            idle_timeout=idle_timeout,
            absolute_timeout=absolute_timeout,
            rotation_grace=rotation_grace,
            touch_interval=touch_interval,
            tokens_per_user=tokens_per_user,
            slack=slack,
            viewed_items=viewed_items,
            shards=shards,
            indexed=indexed,
        )

    def issue(self, user_id: Id, data: object = None) -> IssuedToken:
        """Make a token for a user. ``data``: any JSON, at most 16 KiB, that :meth:`validate` gives back."""
        text = ""
        if data is not None:
            text = json().dumps(data, separators=(",", ":"), ensure_ascii=False)
        return IssuedToken(*self._module.issue(user_id, text.encode()))

    def validate(self, token: str) -> TokenInfo | None:
        """Tell whose token this is, noting that it was used; None if it is no good one, whatever it is."""
        if not _is_text(token):
            return None
        found = self._module.validate(token)
        return None if found is None else _token_info(found)

    def rotate(self, token: str) -> IssuedToken | None:
        """Give a new token for this one, which is good for ``rotation_grace`` more; None if it is no good.

        The new token has the same user, data and absolute timeout. A token is rotated once.
        """
        issued = self._module.rotate(token) if _is_text(token) else None
        return None if issued is None else IssuedToken(*issued)

    def revoke(self, token: str) -> bool:
        """End a token; whether it was a good one."""
        return _is_text(token) and self._module.revoke(token)

    def revoke_id(self, user_id: Id, id: str) -> bool:
        """End a token of a user by its public name; whether it was a good one."""
        return self._module.revoke_id(user_id, id)

    def revoke_all(self, user_id: Id) -> int:
        """End all tokens of a user; how many were good."""
        return self._module.revoke_all(user_id)

    def revoke_others(self, token: str) -> int:
        """End all tokens of this one's user except itself; how many were good."""
        return self._module.revoke_others(token) if _is_text(token) else 0

    def view(self, token: str, item: Id) -> bool:
        """Note that the holder of a token looks at something; whether the token is a good one."""
        return _is_text(token) and self._module.view(token, item)

    def viewed(self, token: str) -> Sequence[ViewedItem]:
        """Give what the holder of a token looked at, each once, newest first, ``viewed_items`` at most."""
        return [ViewedItem(*item) for item in self._module.viewed(token)] if _is_text(token) else []

    def list(self, user_id: Id) -> list[TokenInfo]:
        """Give the good tokens of a user, oldest first."""
        return [_token_info(found) for found in self._module.list(user_id)]


def _is_text(token: str) -> bool:
    # What a client sends may be no str at all, or hold surrogates that have no UTF-8: it is no token either.
    return isinstance(token, str) and token.isascii()


def _token_info(found: tuple[str, Id, bytes, int, int, int]) -> TokenInfo:
    id_, user_id, data, *times = found
    return TokenInfo(id_, user_id, JSON.loads(data) if data else None, *times)


def generate_access_token(user_id: Id, tokens: Tokens) -> str:
    """Make a token for a user: :meth:`Tokens.issue` in short."""
    return tokens.issue(user_id).token


def validate_access_token(token: str, tokens: Tokens) -> TokenInfo | None:
    """Tell whose token this is: :meth:`Tokens.validate`."""
    return tokens.validate(token)


def check_token(tokens: Tokens, token: str) -> Id | None:
    """Tell the user of a token; None if it is no good one."""
    found = tokens.validate(token)
    return None if found is None else found.user_id


def update_token(tokens: Tokens, token: str, item: Id | None = None) -> bool:
    """Note that a token is used, and what its holder looks at; whether it is a good one."""
    return tokens.validate(token) is not None if item is None else tokens.view(token, item)
