"""Recommendations behind tokens and a limit, with nodes to play from. Usage: feed.py [URL of a store]."""

import sys

import playhead
from playhead.modules import (
    AuthenticationError,
    Feed,
    NodePlacement,
    Preheater,
    RateLimiter,
    RateLimitError,
    Recommender,
    Tokens,
)

with playhead.open(sys.argv[1] if len(sys.argv) > 1 else "memory://") as store:
    recommender, tokens = Recommender(store), Tokens(store)
    for user in ("bob", "carol", "dan"):
        recommender.record(user, "cats", "finish", region="eu")
    recommender.record("bob", "dogs", "like", region="eu")

    placement = NodePlacement(store, origin="https://origin")
    placement.add_node("paris", "eu", capacity=100, data="https://paris")
    placement.place("paris", ["cats"])
    placement.report("paris", 20)  # again within 30 seconds, or it counts as dead

    preheater = Preheater(store, recommender, threshold=1_000)
    preheater.schedule("eu")  # every 15 minutes
    preheater.note("eu", 4)  # or after 1,000 events
    print("lists made:", preheater.step().refreshed)  # in production: run_in_background()

    feed = Feed(
        store,
        recommender,
        tokens,
        limiter=RateLimiter(store, "2/minute"),
        placement=placement,
        preheater=preheater,
    )
    token = tokens.issue("alice").token
    page = feed.get(token, region="eu")
    print("preheated:", page.preheated)
    for item in page.items:
        print(f"{item.video_id!s} from {item.node.data if item.node else '?'!s}")
    recommender.record("alice", "cats", "like")
    print("then:", [item.video_id for item in feed.get(token).items])
    if (why := feed.explain("alice", "dogs")) is not None:
        print("dogs, because of", [reason.source for reason in why.reasons])
    try:
        feed.get(token)
    except RateLimitError as refused:
        print(f"again in {refused.retry_after} ms")
    try:
        feed.get("a guess")
    except AuthenticationError as refused:
        print(refused)
