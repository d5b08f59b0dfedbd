"""Sessions that are hard to steal and hard to abuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules.sessions import SessionInfo, UpdateResult, _info, _is_text, _packed

__all__ = [
    "SecureSession",
    "SecureSessionManager",
    "SecureSessions",
    "SuspiciousActivity",
    "ValidatedSession",
]


class SecureSession(NamedTuple):
    """A session just made, for its client only."""

    session: str  #: for a cookie: Secure, HttpOnly, SameSite
    csrf_token: str  #: for forms and headers
    id: str  #: its public name
    expires_at: int


class ValidatedSession(NamedTuple):
    """Whether a request may go on; true if it may."""

    verdict: Literal["good", "no_session", "bad_signature", "bad_csrf", "bad_fingerprint"]
    session: SessionInfo | None  #: if it is good
    suspicious: bool  #: it came from another client than before

    def __bool__(self) -> bool:
        return self.verdict == "good"


class SuspiciousActivity(NamedTuple):
    """A line of the log."""

    event: str  #: csrf or client_change
    session_id: str
    user_id: Id
    old_ip: str
    new_ip: str
    old_user_agent: str
    new_user_agent: str
    at: int


def _sent(text: object) -> str:
    # What a client sends may be no str, or hold surrogates that have no UTF-8.
    return text.encode("utf-8", "backslashreplace").decode() if isinstance(text, str) else ""


class SecureSessions:
    """Sessions under an HMAC, with a token that unsafe methods must bring, bound to the client.

    The first of ``keys`` (each at least 32 random bytes) signs, all of them verify: to replace a key put a
    new one in front, and drop the old one when the sessions that it signed have ended. ``fingerprint``: a
    session that comes from another client is refused (``strict``), or accepted and told (``signal``); the
    log has it either way.
    """

    def __init__(
        self,
        store: Store,
        keys: Iterable[bytes],
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "secure",
        fingerprint: Literal["strict", "signal"] = "strict",
        log_limit: int = 10_000,
        idle_timeout: int = 1_800_000,
        absolute_timeout: int = 86_400_000,
        touch_interval: int = 1_000,
        sessions_per_user: int = 100,
        shards: int = 64,
        kept_events: int = 100_000,
        slack: int = 86_400_000,
    ) -> None:
        self._module = _playhead.SecureSessions(
            target_of(store),
            list(keys),
            prefix=prefix,
            clock=clock,
            options=_playhead.SessionOptions(
                name=name,
                idle_timeout=idle_timeout,
                absolute_timeout=absolute_timeout,
                touch_interval=touch_interval,
                sessions_per_user=sessions_per_user,
                shards=shards,
                kept_events=kept_events,
                slack=slack,
            ),
            fingerprint=fingerprint,
            log_limit=log_limit,
        )

    def create_secure_session(
        self, user_id: Id, client_ip: str, user_agent: str, user_data: Mapping[str, Any] | None = None
    ) -> SecureSession:
        """Make a session for a client. Names in ``user_data`` do not begin with ``secure.``."""
        made = self._module.create_secure_session(
            user_id, _sent(client_ip), _sent(user_agent), _packed(user_data)
        )
        return SecureSession(*made)

    def validate_session(
        self,
        session: str,
        client_ip: str,
        user_agent: str,
        csrf_token: str | None = None,
        *,
        method: str = "POST",
    ) -> ValidatedSession:
        """Tell whether a request may go on as the user of its session.

        All methods but GET, HEAD, OPTIONS and TRACE need the ``csrf_token``.
        """
        text = session if _is_text(session) else ""
        verdict, found, suspicious = self._module.validate_session(
            text, method, _sent(client_ip), _sent(user_agent), _sent(csrf_token)
        )
        return ValidatedSession(verdict, None if found is None else _info(found), suspicious)

    def csrf_token(self, session: str) -> str | None:
        """Give the token of a session; None if its signature is no good."""
        return self._module.csrf_token(session) if _is_text(session) else None

    def regenerate(self, session: str, *, authenticated: bool = True) -> SecureSession | None:
        """Give the session a new id and token: whenever somebody signs in or gains rights."""
        made = self._module.regenerate(session, authenticated) if _is_text(session) else None
        return None if made is None else SecureSession(*made)

    def update_session(
        self,
        session: str,
        user_data: Mapping[str, Any] | None = None,
        *,
        remove: Iterable[str] = (),
        version: int | None = None,
    ) -> UpdateResult:
        """Merge ``user_data`` into the session, as :meth:`Sessions.update_session`."""
        changes: dict[str, bytes | None] = dict.fromkeys(remove)
        changes.update(_packed(user_data))
        return UpdateResult(*self._module.update(session if _is_text(session) else "", changes, version))

    def destroy_session(self, session: str) -> bool:
        """End a session; whether it was a good one."""
        return _is_text(session) and self._module.destroy(session)

    def destroy_others(self, session: str) -> int:
        """End all sessions of this one's user except itself; how many were good."""
        return self._module.destroy_others(session) if _is_text(session) else 0

    def suspicious_activity(self, count: int = 100) -> list[SuspiciousActivity]:
        """Give the newest lines of the log, newest first."""
        return [SuspiciousActivity(*line) for line in self._module.suspicious_activity(count)]


SecureSessionManager = SecureSessions
