"""What became of the originals that tell who a request comes from: an example of each."""

import threading
from collections.abc import Callable

import playhead
from originals import Examples
from playhead import modules

EXAMPLES = Examples()
example = EXAMPLES.of


@example("000 generate_access_token")
def generate_access_token(store: playhead.Store) -> None:
    tokens = modules.Tokens(store)
    assert modules.generate_access_token("alice", tokens) != modules.generate_access_token("alice", tokens)
    assert len(tokens.list("alice")) == 2


@example("000 validate_access_token")
def validate_access_token(store: playhead.Store) -> None:
    tokens = modules.Tokens(store)
    found = modules.validate_access_token(modules.generate_access_token("alice", tokens), tokens)
    assert found is not None
    assert found.user_id == "alice"
    assert modules.validate_access_token("{}", tokens) is None


@example("001 RedisSessionManager")
def redis_session_manager(store: playhead.Store) -> None:
    sessions = modules.RedisSessionManager(store, idle_timeout=1_800_000)
    session = sessions.create_session("alice", {"theme": "dark"})
    assert sessions.get_session(session) is not None


@example("001 RedisSessionManager.create_session")
def create_session(store: playhead.Store) -> None:
    sessions = modules.Sessions(store)
    assert sessions.create_session("alice") != sessions.create_session("alice")


@example("001 RedisSessionManager.get_session")
def get_session(store: playhead.Store) -> None:
    sessions = modules.Sessions(store)
    found = sessions.get_session(sessions.create_session("alice", {"theme": "dark"}))
    assert found is not None
    assert (found.user_id, found.user_data) == ("alice", {"theme": "dark"})


@example("001 RedisSessionManager.update_session")
def update_session(store: playhead.Store) -> None:
    sessions = modules.Sessions(store)
    session = sessions.create_session("alice", {"theme": "dark"})
    assert sessions.update_session(session, {"cart": 2})
    found = sessions.get_session(session)
    assert found is not None
    assert found.user_data == {"theme": "dark", "cart": 2}


@example("001 RedisSessionManager.destroy_session")
def destroy_session(store: playhead.Store) -> None:
    sessions = modules.Sessions(store)
    session = sessions.create_session("alice")
    assert sessions.destroy_session(session)
    assert sessions.get_user_sessions("alice") == []


@example("001 RedisSessionManager.get_user_sessions")
def get_user_sessions(store: playhead.Store) -> None:
    sessions = modules.Sessions(store)
    created = [sessions.create("alice").id for _ in range(2)]
    assert [info.id for info in sessions.get_user_sessions("alice")] == created


@example("001 RedisSessionManager.destroy_user_sessions")
def destroy_user_sessions(store: playhead.Store) -> None:
    sessions = modules.Sessions(store)
    session = sessions.create_session("alice")
    assert sessions.destroy_user_sessions("alice") == 1
    assert sessions.get_session(session) is None


@example("001 DistributedSessionManager")
def distributed_session_manager(store: playhead.Store) -> None:
    manager = modules.DistributedSessionManager(store)
    session = manager.create_global_session("alice")
    app = manager.create_app_session(session, "shop")
    assert app is not None
    assert manager.sign_out_everywhere(session)
    assert manager.get_session_with_sso(app) is None


@example("001 DistributedSessionManager.create_global_session")
def create_global_session(store: playhead.Store) -> None:
    sso = modules.SingleSignOn(store)
    session = sso.create_global_session("alice", {"name": "Alice"})
    found = modules.Sessions(store, name="sso").get_session(session)
    assert found is not None
    assert found.user_data == {"name": "Alice"}


@example("001 DistributedSessionManager.create_app_session")
def create_app_session(store: playhead.Store) -> None:
    sso = modules.SingleSignOn(store)
    session = sso.create_global_session("alice")
    assert sso.create_app_session(session, "shop", {"cart": 1}) is not None
    assert sso.create_app_session("no session", "shop") is None
    assert [info.app for info in sso.app_sessions(session)] == ["shop"]


@example("001 DistributedSessionManager.get_session_with_sso")
def get_session_with_sso(store: playhead.Store) -> None:
    sso = modules.SingleSignOn(store)
    app = sso.create_app_session(sso.create_global_session("alice", {"a": 1}), "shop", {"b": 2})
    assert app is not None
    both = sso.get_session_with_sso(app)
    assert both is not None
    assert both.global_session.user_data | both.app.user_data == {"a": 1, "b": 2}


def ended_session(store: playhead.Store, expiry_of: type[modules.SessionExpiry]) -> modules.SessionExpiry:
    """Make a session that has ended, and what finds it."""
    clock = playhead.ManualClock()
    sessions = modules.Sessions(store, clock=clock, shards=2)
    sessions.create("alice")
    clock.advance(1_800_000)
    return expiry_of(sessions)


@example("001 SessionCleanupManager")
def session_cleanup_manager(store: playhead.Store) -> None:
    assert ended_session(store, modules.SessionCleanupManager).step().ended == 1


@example("001 SessionCleanupManager.add_session_listener")
def add_session_listener(store: playhead.Store) -> None:
    cleanup = ended_session(store, modules.SessionCleanupManager)
    told: list[modules.SessionEnd] = []
    cleanup.add_session_listener(told.append)
    cleanup.step()
    assert [end.user_id for end in told] == ["alice"]


@example("001 SessionCleanupManager.start_cleanup")
def start_cleanup(store: playhead.Store) -> None:
    cleanup = ended_session(store, modules.SessionCleanupManager)
    told = threading.Event()
    cleanup.add_session_listener(lambda _: told.set())
    cleanup.start_cleanup()
    assert told.wait(60)
    cleanup.stop_cleanup()


@example("001 SessionCleanupManager.stop_cleanup")
def stop_cleanup(store: playhead.Store) -> None:
    cleanup = ended_session(store, modules.SessionCleanupManager)
    cleanup.start_cleanup()
    cleanup.stop_cleanup()
    assert not cleanup.running


class Listener:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.ends: list[modules.SessionEnd] = []

    def on_session_expired(self, end: modules.SessionEnd) -> None:
        self.ends.append(end)


@example("001 SessionExpiredListener")
def session_expired_listener(store: playhead.Store) -> None:
    listener: modules.SessionExpiredListener = Listener()
    cleanup = ended_session(store, modules.SessionCleanupManager)
    cleanup.add_session_listener(listener)
    assert cleanup.step().told == 1


@example("001 SessionExpiredListener.on_session_expired")
def on_session_expired(store: playhead.Store) -> None:
    listener = Listener()
    cleanup = ended_session(store, modules.SessionCleanupManager)
    cleanup.add_session_listener(listener)
    cleanup.step()
    assert listener.ends == cleanup.log().items
    assert listener.ends[0].reason == "idle"


@example("001 SecureSessionManager")
def secure_session_manager(store: playhead.Store) -> None:
    manager = modules.SecureSessionManager(store, [b"new key " * 4, b"old key " * 4])
    made = manager.create_secure_session("alice", "10.0.0.1", "Firefox")
    assert manager.validate_session(made.session, "10.0.0.1", "Firefox", made.csrf_token)


@example("001 SecureSessionManager.create_secure_session")
def create_secure_session(store: playhead.Store) -> None:
    secure = modules.SecureSessions(store, [b"k" * 32])
    session, csrf_token, *_ = secure.create_secure_session("alice", "10.0.0.1", "Firefox")
    assert secure.csrf_token(session) == csrf_token


@example("001 SecureSessionManager.validate_session")
def validate_session(store: playhead.Store) -> None:
    secure = modules.SecureSessions(store, [b"k" * 32])
    made = secure.create_secure_session("alice", "10.0.0.1", "Firefox")
    assert secure.validate_session(made.session, "10.0.0.1", "Firefox").verdict == "bad_csrf"
    other = secure.validate_session(made.session, "10.9.9.9", "Firefox", made.csrf_token)
    assert other.verdict == "bad_fingerprint"
    assert [line.event for line in secure.suspicious_activity()] == ["client_change", "csrf"]


@example("004 check_token")
def check_token(store: playhead.Store) -> None:
    tokens = modules.Tokens(store)
    token = modules.generate_access_token("alice", tokens)
    assert modules.check_token(tokens, token) == "alice"
    assert modules.check_token(tokens, "login:") is None


@example("004 update_token")
def update_token(store: playhead.Store) -> None:
    tokens = modules.Tokens(store)
    token = modules.generate_access_token("alice", tokens)
    assert modules.update_token(tokens, token, "shirt")
    assert [viewed.item for viewed in tokens.viewed(token)] == ["shirt"]


def clean(store: playhead.Store, clean_tokens: Callable[[modules.TokenLimit], int]) -> None:
    clock = playhead.ManualClock()
    tokens = modules.Tokens(store, clock=clock, shards=2, indexed=True)
    cart = modules.Cart(store, clock=clock, shards=2)
    issued = []
    for user in ("alice", "bob"):
        issued.append(tokens.issue(user).token)
        modules.add_to_cart(cart, issued[-1], "shirt", 1)
        clock.advance(1)
    assert clean_tokens(modules.TokenLimit(tokens, limit=1)) == 1
    assert [tokens.validate(token) is not None for token in issued] == [False, True]
    assert len(store.keys.keys("ph:carts:*")) == 1


@example("004 clean_sessions")
def clean_sessions(store: playhead.Store) -> None:
    clean(store, modules.clean_sessions)


@example("004 clean_full_sessions")
def clean_full_sessions(store: playhead.Store) -> None:
    clean(store, modules.clean_full_sessions)


@example("004 add_to_cart")
def add_to_cart(store: playhead.Store) -> None:
    tokens, cart = modules.Tokens(store), modules.Cart(store)
    token = modules.generate_access_token("guest", tokens)
    assert modules.add_to_cart(cart, token, "shirt", 2) == "done"
    assert cart.list(modules.CartOwner.token(token)) == [("shirt", 2)]
    assert modules.add_to_cart(cart, token, "shirt", 0) == "done"
    assert cart.list(modules.CartOwner.token(token)) == []
