"""Sessions: what a server remembers of a client between requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

from playhead import _playhead
from playhead._playhead import Clock
from playhead._store import Store, target_of
from playhead._types import Id
from playhead.modules._background import Steps
from playhead.modules._named import named
from playhead.modules._values import JSON

__all__ = [
    "CreatedSession",
    "DistributedSessionManager",
    "RedisSessionManager",
    "SessionCleanupManager",
    "SessionEnd",
    "SessionExpiredListener",
    "SessionExpiry",
    "SessionExpiryReport",
    "SessionInfo",
    "SessionLogPage",
    "Sessions",
    "SignedOn",
    "SingleSignOn",
    "UpdateResult",
]


class CreatedSession(NamedTuple):
    """A session just made. Only its client ever has its text."""

    session: str  #: for the client's cookie
    id: str  #: its public name: good for lists, logs and :meth:`Sessions.destroy_id`
    expires_at: int  #: when it ends at the latest


class SessionInfo(NamedTuple):
    """What is known of a session."""

    id: str
    user_id: Id
    app: Id  #: of a session of an application; else empty
    user_data: dict[str, Any]
    version: int  #: grows with each update
    created_at: int
    last_seen: int
    expires_at: int  #: when it ends if it is not used again
    authenticated_at: int  #: when the user last showed who he is


class UpdateResult(NamedTuple):
    """What became of an update; true if it was made."""

    outcome: Literal["updated", "no_session", "conflict", "too_big"]
    version: int  #: of the session now; 0 if there is none

    def __bool__(self) -> bool:
        return self.outcome == "updated"


_Told = tuple[str, Id, Id, dict[str, Any], int, int, int, int, int]


def _packed(user_data: Mapping[str, Any] | None) -> dict[str, bytes]:
    return {name: JSON.dumps(value) for name, value in (user_data or {}).items()}


def _info(found: _Told) -> SessionInfo:
    fields = found[3]
    for name, data in fields.items():
        fields[name] = JSON.loads(data)
    return named(SessionInfo, found)


def _is_text(session: str) -> bool:
    # What a client sends may be no str, or hold surrogates that have no UTF-8: it is no session either.
    return isinstance(session, str) and session.isascii()


class Sessions:
    """Sessions of users: fields of JSON, merged when they are updated, under an id that only the client has.

    A session ends after ``idle_timeout`` unused, after ``absolute_timeout`` in any case, when it is
    destroyed, or when ``sessions_per_user`` newer ones are made. ``user_data`` is at most 64 KiB.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "sessions",
        idle_timeout: int = 1_800_000,
        absolute_timeout: int = 86_400_000,
        touch_interval: int = 1_000,
        sessions_per_user: int = 100,
        shards: int = 64,
        kept_events: int = 100_000,
        slack: int = 86_400_000,
    ) -> None:
        options = _playhead.SessionOptions(
            name=name,
            idle_timeout=idle_timeout,
            absolute_timeout=absolute_timeout,
            touch_interval=touch_interval,
            sessions_per_user=sessions_per_user,
            shards=shards,
            kept_events=kept_events,
            slack=slack,
        )
        self._place = (target_of(store), prefix, clock, options)
        self._module = _playhead.Sessions(target_of(store), prefix=prefix, clock=clock, options=options)

    def create(self, user_id: Id, user_data: Mapping[str, Any] | None = None) -> CreatedSession:
        """Make a session."""
        return CreatedSession(*self._module.create(user_id, _packed(user_data)))

    def create_session(self, user_id: Id, user_data: Mapping[str, Any] | None = None) -> str:
        """Make a session, and give the text for the client's cookie."""
        return self.create(user_id, user_data).session

    def get_session(self, session: str) -> SessionInfo | None:
        """Give a session, noting that it was used; None if it is no good one, whatever it is."""
        found = self._module.get(session) if _is_text(session) else None
        return None if found is None else _info(found)

    def peek_session(self, session: str) -> SessionInfo | None:
        """Give a session without using it."""
        found = self._module.peek(session) if _is_text(session) else None
        return None if found is None else _info(found)

    def update_session(
        self,
        session: str,
        user_data: Mapping[str, Any] | None = None,
        *,
        remove: Iterable[str] = (),
        version: int | None = None,
    ) -> UpdateResult:
        """Merge ``user_data`` into the session and use it, as one step; ``remove`` names fields that go.

        ``version``: only if the session still has it, else ``conflict``, and nothing was changed.
        """
        changes: dict[str, bytes | None] = dict.fromkeys(remove)
        changes.update(_packed(user_data))
        if not _is_text(session):
            return UpdateResult("no_session", 0)
        return named(UpdateResult, self._module.update(session, changes, version))

    def touch(self, session: str) -> bool:
        """Note that a session is used; whether it is good."""
        return _is_text(session) and self._module.touch(session)

    def regenerate(self, session: str, *, authenticated: bool = True) -> CreatedSession | None:
        """Give the session a new id, and end the old one: whenever somebody signs in or gains rights.

        ``authenticated``: the user has just shown who he is.
        """
        created = self._module.regenerate(session, authenticated) if _is_text(session) else None
        return None if created is None else CreatedSession(*created)

    def destroy_session(self, session: str) -> bool:
        """End a session; whether it was a good one."""
        return _is_text(session) and self._module.destroy(session)

    def destroy_id(self, user_id: Id, id: str) -> bool:
        """End a session of a user by its public name; whether it was a good one."""
        return self._module.destroy_id(user_id, id)

    def destroy_user_sessions(self, user_id: Id) -> int:
        """End all sessions of a user; how many were good."""
        return self._module.destroy_user_sessions(user_id)

    def destroy_others(self, session: str) -> int:
        """End all sessions of this one's user except itself; how many were good."""
        return self._module.destroy_others(session) if _is_text(session) else 0

    def get_user_sessions(self, user_id: Id) -> list[SessionInfo]:
        """Give the good sessions of a user, oldest first; none of them is used by that."""
        return [_info(found) for found in self._module.list(user_id)]

    def destroy_everybody(self) -> int:
        """End all sessions of all users, in atomic batches of 100; how many."""
        return self._module.destroy_everybody()

    def count(self) -> int:
        """Count the sessions that have not been found to have ended."""
        return self._module.count()


RedisSessionManager = Sessions


class SignedOn(NamedTuple):
    """A session of an application together with the global one that it hangs on."""

    app: SessionInfo
    global_session: SessionInfo


class SingleSignOn:
    """One sign-on for several applications: a global session, and sessions of applications attached to it.

    A session of an application ends with its global one, and using it uses both. For updates and lists of
    them there is :class:`Sessions` of the same name and options.
    """

    def __init__(
        self,
        store: Store,
        *,
        prefix: str = "ph",
        clock: Clock | None = None,
        name: str = "sso",
        idle_timeout: int = 1_800_000,
        absolute_timeout: int = 86_400_000,
        touch_interval: int = 1_000,
        sessions_per_user: int = 100,
        shards: int = 64,
        kept_events: int = 100_000,
        slack: int = 86_400_000,
    ) -> None:
        sessions = Sessions(
            store,
            prefix=prefix,
            clock=clock,
            name=name,
            idle_timeout=idle_timeout,
            absolute_timeout=absolute_timeout,
            touch_interval=touch_interval,
            sessions_per_user=sessions_per_user,
            shards=shards,
            kept_events=kept_events,
            slack=slack,
        )
        target, _, _, options = sessions._place
        self._module = _playhead.SingleSignOn(target, prefix=prefix, clock=clock, options=options)

    def create_global_session(self, user_id: Id, user_data: Mapping[str, Any] | None = None) -> str:
        """Sign a user on."""
        return self._module.create_global_session(user_id, _packed(user_data))[0]

    def create_app_session(
        self, global_session: str, app: Id, app_data: Mapping[str, Any] | None = None
    ) -> str | None:
        """Make a session of an application for a global one; None if that is no good.

        The session which the application had for it before ends.
        """
        if not _is_text(global_session):
            return None
        created = self._module.create_app_session(global_session, app, _packed(app_data))
        return None if created is None else created[0]

    def get_session_with_sso(self, app_session: str) -> SignedOn | None:
        """Give both sessions, noting that they were used; None if one of them is no good."""
        found = self._module.get_session_with_sso(app_session) if _is_text(app_session) else None
        return None if found is None else SignedOn(_info(found[0]), _info(found[1]))

    def sign_out(self, app_session: str) -> bool:
        """End the session of one application; whether it was a good one."""
        return _is_text(app_session) and self._module.sign_out(app_session)

    def sign_out_everywhere(self, session: str) -> bool:
        """End a global session, given by itself or by one of an application, and all of its applications."""
        return _is_text(session) and self._module.sign_out_everywhere(session)

    def app_sessions(self, global_session: str) -> list[SessionInfo]:
        """Give the sessions of applications that are attached to a global one, oldest first."""
        if not _is_text(global_session):
            return []
        return [_info(found) for found in self._module.app_sessions(global_session)]


DistributedSessionManager = SingleSignOn


class SessionEnd(NamedTuple):
    """The end of a session that nobody asked for."""

    id: str  #: the public name of the session
    user_id: Id
    app: Id  #: of a session of an application; else empty
    reason: str  #: idle or absolute: a timeout; limit: newer sessions; revoked: by an administrator
    ended_at: int
    created_at: int
    last_seen: int


class SessionExpiredListener(Protocol):
    """An object that wants to know of ends."""

    def on_session_expired(self, end: SessionEnd) -> object:
        """Take the end of a session."""


class SessionExpiryReport(NamedTuple):
    """What a step did."""

    ended: int  #: sessions found to have ended
    told: int  #: ends that all listeners were told of
    failures: list[str]  #: what listeners raised; those ends are told again after the lease
    next_due: int | None  #: when there is something to do next, as far as is known
    now: int


class SessionLogPage(NamedTuple):
    """A page of the log of ends."""

    items: list[SessionEnd]
    next: str  #: the cursor of the next page; empty: this is the last one


class SessionExpiry(Steps[_playhead.SessionExpiry]):
    """Finds the sessions that have ended, and tells listeners and a log of the newest ``log_limit``.

    Every end is told at least once, whichever process dies: it is claimed for the length of a ``lease``, and
    taken out when all listeners have returned. Any number of processes share the work.
    """

    _slow: ClassVar = frozenset({"step", "stop_cleanup"})

    def __init__(
        self,
        sessions: Sessions,
        *,
        batch: int = 100,
        lease: int = 60_000,
        longest_wait: int = 5_000,
        log_limit: int = 10_000,
    ) -> None:
        target, prefix, clock, options = sessions._place
        self._module = _playhead.SessionExpiry(
            target,
            prefix=prefix,
            clock=clock,
            options=options,
            batch=batch,
            lease=lease,
            longest_wait=longest_wait,
            log_limit=log_limit,
        )

    def add_session_listener(self, listener: Callable[[SessionEnd], object] | SessionExpiredListener) -> None:
        """Call a function, or ``on_session_expired`` of an object, with each :class:`SessionEnd`."""
        call = listener if callable(listener) else listener.on_session_expired
        self._module.add_session_listener(lambda end: call(SessionEnd(*end)))

    def step(self, now: int | None = None) -> SessionExpiryReport:
        """Find what has ended and tell it. ``now`` replaces the time.

        What a listener raises is in the report, unless it is no Exception: SystemExit and KeyboardInterrupt
        are raised, and what was claimed is told again when the lease has ended.
        """
        return SessionExpiryReport(*self._module.step(now))

    def start_cleanup(self) -> None:
        """Begin to step in the background, as :meth:`run_in_background`."""
        self.run_in_background()

    def stop_cleanup(self) -> None:
        """End that, as :meth:`stop_background`."""
        self.stop_background()

    def log(self, cursor: str = "", count: int = 100) -> SessionLogPage:
        """Give the newest ends, each once; ``cursor`` is ``next`` of the page before."""
        items, after = self._module.log(cursor, count)
        return SessionLogPage([SessionEnd(*item) for item in items], after)


SessionCleanupManager = SessionExpiry
