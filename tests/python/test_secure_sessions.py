"""Secure sessions from Python."""

from typing import Any

import pytest

import playhead
import playhead.aio
import playhead.aio.modules
from playhead import modules

KEY, NEW_KEY = b"a" * 32, b"b" * 32
HOME = ("10.0.0.1", "Firefox")


def test_a_request_needs_its_session_its_client_and_its_token(store: playhead.Store) -> None:
    secure = modules.SecureSessions(store, [KEY])
    made = secure.create_secure_session("alice", *HOME, {"theme": "dark"})
    good = secure.validate_session(made.session, *HOME, made.csrf_token)
    assert good
    assert good.session is not None
    assert (good.session.user_id, good.session.user_data) == ("alice", {"theme": "dark"})
    assert secure.validate_session(made.session, *HOME, method="GET")
    for token in (None, "", "x", made.csrf_token[:-1], "\ud800"):
        refused = secure.validate_session(made.session, *HOME, token)
        assert not refused
        assert refused == ("bad_csrf", None, False)
    assert secure.validate_session(made.session + "A", *HOME, made.csrf_token).verdict == "bad_signature"
    stolen = secure.validate_session(made.session, "10.9.9.9", "curl", made.csrf_token)
    assert stolen == ("bad_fingerprint", None, True)
    newest = secure.suspicious_activity()[0]
    assert newest[:5] == ("client_change", made.id, "alice", "10.0.0.1", "10.9.9.9")
    assert secure.destroy_session(made.session)
    assert secure.validate_session(made.session, *HOME, method="GET").verdict == "no_session"


def test_keys_are_replaced_without_ending_sessions(store: playhead.Store) -> None:
    old = modules.SecureSessions(store, [KEY]).create_secure_session("alice", *HOME)
    both = modules.SecureSessions(store, [NEW_KEY, KEY])
    assert both.validate_session(old.session, *HOME, old.csrf_token)
    assert both.csrf_token(old.session) not in (None, old.csrf_token)
    only_new = modules.SecureSessions(store, [NEW_KEY])
    assert not only_new.validate_session(old.session, *HOME, old.csrf_token)
    for bad in ([], [b"short"]):
        with pytest.raises(playhead.InvalidArgument, match="32 random bytes"):
            modules.SecureSessions(store, bad)


def test_a_signalling_policy_accepts_and_tells(store: playhead.Store) -> None:
    secure = modules.SecureSessionManager(store, [KEY], fingerprint="signal")
    made = secure.create_secure_session("alice", *HOME)
    told = [secure.validate_session(made.session, "10.9.9.9", "x", method="GET") for _ in range(2)]
    assert [bool(v) for v in told] == [True, True]
    assert [v.suspicious for v in told] == [True, False]
    with pytest.raises(playhead.InvalidArgument, match="strict"):
        modules.SecureSessions(store, [KEY], fingerprint="loose")  # type: ignore[arg-type]


def test_secure_sessions_are_changed_and_get_new_ids(store: playhead.Store) -> None:
    secure = modules.SecureSessions(store, [KEY])
    made = secure.create_secure_session("alice", *HOME, {"a": 1})
    secure.create_secure_session("alice", *HOME)
    assert secure.update_session(made.session, {"b": 2}, remove=["a"])
    new = secure.regenerate(made.session)
    assert new is not None
    assert not secure.validate_session(made.session, *HOME, method="GET")
    found = secure.validate_session(new.session, *HOME, new.csrf_token).session
    assert found is not None
    assert found.user_data == {"b": 2}
    assert secure.destroy_others(new.session) == 1
    with pytest.raises(playhead.InvalidArgument, match="taken"):
        secure.update_session(new.session, {"secure.ip": "x"})


@pytest.mark.parametrize("junk", ["", "x", "A" * 112, "é" * 68, "\ud800", b"A" * 68, None, 7])
def test_what_clients_send_is_no_reason_to_raise(store: playhead.Store, junk: Any) -> None:
    secure = modules.SecureSessions(store, [KEY])
    assert secure.validate_session(junk, junk, junk, junk).verdict == "bad_signature"
    assert secure.csrf_token(junk) is None
    assert secure.regenerate(junk) is None
    assert not secure.destroy_session(junk)
    assert secure.destroy_others(junk) == 0
    assert secure.update_session(junk, {"a": 1}).outcome == "no_session"
    made = secure.create_secure_session("alice", *HOME)
    assert secure.validate_session(made.session, junk, junk, junk).verdict == "bad_csrf"


async def test_secure_sessions_for_asyncio(store_url: str) -> None:
    async with await playhead.aio.open(store_url) as store:
        secure = await playhead.aio.modules.SecureSessions.open(store, [KEY])
        made = await secure.create_secure_session("alice", *HOME)
        assert await secure.validate_session(made.session, *HOME, made.csrf_token)
