"""Who a request comes from. Usage: identity.py [URL of a store]."""

import sys

import playhead
from playhead.modules import Cart, CartOwner, RateLimiter, SessionExpiry, Sessions, SingleSignOn, Tokens

with playhead.open(sys.argv[1] if len(sys.argv) > 1 else "memory://") as store:
    tokens = Tokens(store)
    phone = tokens.issue("alice", {"device": "phone"})
    laptop = tokens.issue("alice", {"device": "laptop"})
    found = tokens.validate(phone.token)
    if found is not None:
        print(f"a request of {found.user_id!s} from her {found.data['device']}")
    print("signed out elsewhere:", tokens.revoke_others(phone.token))
    print("the laptop is signed in:", tokens.validate(laptop.token) is not None)

    limiter = RateLimiter(store, "3/minute")
    for _ in range(4):
        decision = limiter.check("alice")
        print("go on" if decision else f"try again in {decision.retry_after} ms")

    sessions = Sessions(store, sessions_per_user=1)
    session = sessions.create_session("alice", {"theme": "dark"})
    sessions.update_session(session, {"language": "en"})
    if (info := sessions.get_session(session)) is not None:
        print("the session has", info.user_data, "and ends at", info.expires_at)
    expiry = SessionExpiry(sessions)
    expiry.add_session_listener(lambda end: print(f"a session of {end.user_id!s} ended: {end.reason}"))
    sessions.create_session("alice")  # the second one takes the place of the first
    expiry.step()

    sso = SingleSignOn(store)
    signed_on = sso.create_global_session("alice")
    shop = sso.create_app_session(signed_on, "shop")
    print("applications:", [app.app for app in sso.app_sessions(signed_on)])
    if shop is not None:
        print("signed out of all:", sso.sign_out_everywhere(shop))

    cart, guest = Cart(store), tokens.issue("guest").token
    cart.add(CartOwner.token(guest), "shirt", 2)
    cart.merge(guest, "alice")  # the guest has signed in
    print("alice's cart:", cart.list(CartOwner.user("alice")))
