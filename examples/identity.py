"""Who a request comes from. Usage: identity.py [URL of a store]."""

import sys

import playhead
from playhead.modules import RateLimiter, Tokens

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
