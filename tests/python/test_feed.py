import pickle
from dataclasses import dataclass

import pytest

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


@dataclass
class Platform:
    """What a feed is made of."""

    store: playhead.Store
    clock: playhead.ManualClock
    recommender: Recommender
    tokens: Tokens

    def sign_in(self, user: str) -> str:
        return self.tokens.issue(user).token


@pytest.fixture
def platform(store: playhead.Store) -> Platform:
    clock = playhead.ManualClock(1_700_000_000_000)
    recommender = Recommender(store, blend={"ease": 1, "popularity": 0.01})
    recommender.record_many(
        [(f"u{u}", f"v{v}", "finish", clock.now()) for v in range(10) for u in range(20 - v)]
        + [(f"fan{u}", video, "finish", clock.now()) for u in range(5) for video in ("v8", "v9")]
    )
    return Platform(store, clock, recommender, Tokens(store, clock=clock))


def test_a_feed_serves_what_the_recommender_recommends(platform: Platform) -> None:
    feed = Feed(platform.store, platform.recommender, platform.tokens, clock=platform.clock)
    token = platform.sign_in("me")
    platform.recommender.record("me", "v9", "finish", at=platform.clock.now())
    page = feed.get(token, 5)
    expected = platform.recommender.recommend("me", 5, at=platform.clock.now())
    assert page.user_id == "me"
    assert [(i.video_id, i.score) for i in page.items] == [(r.video_id, r.score) for r in expected]
    assert page.items[0].video_id == "v8"
    assert not page.preheated
    assert page.items[0].node is None
    why = feed.explain("me", "v8")
    assert why is not None
    assert [(r.source, r.contribution, r.because) for r in why.reasons] == [
        (r.source, r.contribution, r.because) for r in page.items[0].reasons
    ]
    assert feed.explain("me", "v9") is not None
    assert feed.explain("me", "unheard of") is None


@pytest.mark.parametrize("token", ["guess", "", "\udc80", None, 7])
def test_who_has_no_good_token_is_refused(platform: Platform, token: str) -> None:
    feed = Feed(platform.store, platform.recommender, platform.tokens, clock=platform.clock)
    with pytest.raises(AuthenticationError, match="sign in"):
        feed.get(token)


def test_who_asks_too_often_is_told_when_to_come_back(platform: Platform) -> None:
    limiter = RateLimiter(platform.store, "2/minute", clock=platform.clock)
    feed = Feed(platform.store, platform.recommender, platform.tokens, limiter=limiter, clock=platform.clock)
    token = platform.sign_in("me")
    assert [feed.get(token).remaining for _ in range(2)] == [1, 0]
    with pytest.raises(RateLimitError, match="try again in 30000 ms") as refused:
        feed.get(token)
    assert (refused.value.user_id, refused.value.retry_after, refused.value.remaining) == ("me", 30_000, 0)
    copy = pickle.loads(pickle.dumps(refused.value))
    assert (str(copy), copy.retry_after) == (str(refused.value), 30_000)
    platform.clock.advance(30_000)
    assert feed.get(token).items


def test_who_is_unknown_gets_the_preheated_list_with_nodes(platform: Platform) -> None:
    placement = NodePlacement(platform.store, clock=platform.clock, origin="https://origin")
    placement.add_node("paris", "eu", capacity=10, data="https://paris")
    assert placement.place("paris", ["v0", "v1"]) == 2
    preheater = Preheater(platform.store, platform.recommender, clock=platform.clock)
    feed = Feed(
        platform.store,
        platform.recommender,
        platform.tokens,
        placement=placement,
        preheater=preheater,
        clock=platform.clock,
        record_impressions=True,
    )
    token = platform.sign_in("new")
    page = feed.get(token, 3, region="eu", device="phone")
    assert page.preheated
    assert [i.video_id for i in page.items] == [r.video_id for r in preheater.get("eu")][:3]
    nodes = {i.video_id: i.node for i in page.items}
    assert nodes["v0"] is not None
    assert (nodes["v0"].node_id, nodes["v0"].data, nodes["v0"].distance) == ("paris", "https://paris", 0)
    assert nodes["v2"] is not None
    assert (nodes["v2"].node_id, nodes["v2"].data) == (None, "https://origin")
    profile = platform.recommender.profile("new", at=platform.clock.now())  # he has been shown something
    assert profile is not None
    assert (profile.region, profile.device) == ("eu", "phone")
    assert not feed.get(token, 3).preheated


def test_parts_of_a_feed_are_modules(platform: Platform) -> None:
    with pytest.raises(AttributeError):
        Feed(platform.store, platform.recommender, platform.recommender.record)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="tokens is no such module"):
        Feed(platform.store, platform.recommender, platform.recommender)  # type: ignore[arg-type]
    feed = Feed(platform.store, platform.recommender, platform.tokens)
    with pytest.raises(playhead.InvalidArgument, match="count"):
        feed.get(platform.sign_in("me"), 101)


def test_lists_are_preheated_at_intervals_and_after_events(platform: Platform) -> None:
    made: list[tuple[object, int]] = []
    preheater = Preheater(
        platform.store,
        platform.recommender,
        lambda region, videos: made.append((region, len(videos))),
        clock=platform.clock,
        threshold=10,
        count=4,
    )
    other = Preheater(platform.store, platform.recommender, clock=platform.clock, threshold=10, count=4)
    preheater.schedule("eu")
    assert preheater.step().refreshed == 1
    assert other.step().claimed == 0
    assert (preheater.note("eu", 6), other.note("eu", 3)) == (6, 9)
    assert preheater.step().claimed == 0
    assert other.note("eu") == 10
    assert preheater.step().refreshed == 1
    platform.clock.advance(900_000)
    assert preheater.step().refreshed == 1
    assert made == [("eu", 4)] * 3
    assert len(preheater.get(Preheater.EVERYWHERE)) == 4
    assert preheater.unschedule("eu")


def test_what_a_callback_of_a_preheater_raises_is_reported(platform: Platform) -> None:
    def fails(*_: object) -> None:
        raise OSError("no database")

    with Preheater(platform.store, platform.recommender, fails, clock=platform.clock) as preheater:
        preheater.schedule("eu")
        assert preheater.step().failures == [("eu", "OSError: no database")]
        with pytest.raises(OSError, match="no database"):
            preheater.preheat("eu")


def test_a_node_is_chosen_by_distance_load_and_life(store: playhead.Store) -> None:
    clock = playhead.ManualClock(1_700_000_000_000)
    placement = NodePlacement(store, clock=clock)
    assert placement.add_node("paris", "eu", capacity=10)
    assert placement.add_node("boston", "us", capacity=10)
    assert not placement.add_node("boston", "us", capacity=10, data=b"\xff")
    placement.set_distance("eu", "us", 80)
    assert placement.distance("us", "eu") == 80
    for node in ("paris", "boston"):
        assert placement.place(node, ["v", "w"]) == 2
    assert placement.place("unknown", ["v"]) is None
    assert placement.holders("v") == ["paris", "boston"]

    def chosen() -> object:
        [choice] = placement.nearest("eu", ["v"])
        return choice.node_id

    assert chosen() == "paris"
    assert placement.report("paris", 9)
    assert chosen() == "boston"
    assert placement.nearest("eu", ["v"])[0].data == b"\xff"
    clock.advance(29_999)
    placement.report("paris", 0)
    assert chosen() == "paris"
    assert placement.withdraw("paris", ["v", "x"]) == 1
    assert chosen() == "boston"
    clock.advance(1)
    assert chosen() is None
    assert placement.remove_video("v") == 1
    assert placement.videos() == 1
    assert [(n.id, n.videos) for n in placement.nodes()] == [("boston", 1), ("paris", 1)]
    assert placement.remove_node("paris") == 1
    assert placement.node("paris") is None
    with pytest.raises(TypeError, match="list of ids"):
        placement.nearest("eu", "v")
