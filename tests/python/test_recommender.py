import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import playhead
import playhead.modules

AT = 1_700_000_000_000


def feed(rec: playhead.modules.Recommender) -> None:
    for user in ("a", "b", "c"):
        rec.record(user, "v1", "finish", at=AT)
        rec.record(user, "v2", "finish", at=AT + 1)
    rec.record("d", "v3", "finish", at=AT)


def test_an_event_changes_the_very_next_answer(store: playhead.Store) -> None:
    rec = playhead.modules.Recommender(store)
    feed(rec)
    assert rec.recommend("new", 1, at=AT + 10)[0].video_id in ("v1", "v2")
    rec.record("new", "v1", "finish", at=AT + 11)
    assert rec.recommend("new", 1, at=AT + 12)[0].video_id == "v2"


def test_what_a_user_has_had_is_not_recommended(store: playhead.Store) -> None:
    rec = playhead.modules.Recommender(store)
    feed(rec)
    assert [r.video_id for r in rec.recommend("a", 10, at=AT + 10)] == ["v3"]


def test_the_reasons_add_up_to_the_score(store: playhead.Store) -> None:
    rec = playhead.modules.Recommender(store)
    feed(rec)
    rec.record("new", "v1", "like", at=AT + 5)
    for r in rec.recommend("new", 10, at=AT + 10):
        assert r.score == pytest.approx(sum(reason.contribution for reason in r.reasons))


def test_a_reopened_recommender_answers_as_before(store: playhead.Store) -> None:
    rec = playhead.modules.Recommender(store)
    feed(rec)
    before = [(r.video_id, r.score) for r in rec.recommend("new", 10, at=AT + 10)]
    again = playhead.modules.Recommender(store)
    assert again.events == 7
    assert [(r.video_id, r.score) for r in again.recommend("new", 10, at=AT + 10)] == before


def test_bulk_events_count_like_single_ones(store: playhead.Store) -> None:
    one, many = (
        playhead.modules.Recommender(store, name="one"),
        playhead.modules.Recommender(store, name="many"),
    )
    feed(one)
    rows = [(u, v, "finish", AT + i) for u in "abc" for i, v in enumerate(("v1", "v2"))] + [
        {"user_id": "d", "video_id": "v3", "event": "finish", "at": AT}
    ]
    many.record_many(rows)
    assert [(r.video_id, r.score) for r in one.recommend("x", at=AT)] == [
        (r.video_id, r.score) for r in many.recommend("x", at=AT)
    ]


def test_similar_videos_were_had_together(store: playhead.Store) -> None:
    rec = playhead.modules.Recommender(store)
    feed(rec)
    assert [r.video_id for r in rec.similar("v1")] == ["v2"]


def test_ids_that_are_no_utf8_come_back_as_bytes(store: playhead.Store) -> None:
    rec = playhead.modules.Recommender(store)
    for user in ("a", b"\xfe", "c"):
        rec.record(user, b"\xff\xfe", "like", at=AT)
        rec.record(user, b"\xff", "like", at=AT + 1)
    rec.record("d", "text", "like", at=AT)
    [similar] = rec.similar(b"\xff\xfe")
    assert similar.video_id == b"\xff"
    assert repr(similar).startswith(r"Recommendation(video_id=b'\xff', score=")
    rec.record("new", b"\xff\xfe", "like", at=AT + 2)
    found = {r.video_id: r for r in rec.recommend("new", 10, at=AT + 10)}
    assert set(found) == {b"\xff", "text"}
    assert b"\xff\xfe" in [reason.because for reason in found[b"\xff"].reasons]


@pytest.mark.parametrize("args", [("u", "v", "nosuch"), ("", "v", "view"), ("u", "x" * 1025, "view")])
def test_a_bad_event_is_refused_and_nothing_is_recorded(store: playhead.Store, args: tuple[Any, ...]) -> None:
    rec = playhead.modules.Recommender(store)
    with pytest.raises(playhead.InvalidArgument):
        rec.record(*args)
    assert rec.events == 0


def catalogue(rec: playhead.modules.Recommender) -> None:
    rec.add_video("v1", creator="ann", category="pets", tags=["cats"], uploaded_at=AT - 1, duration_ms=60_000)
    rec.add_video("v2", creator="bob", tags=["news"])
    rec.add_video("v3", creator="ann", category="pets", tags=["cats"], region="north")


def test_a_blend_of_one_source_recommends_by_it_alone(store: playhead.Store) -> None:
    rec = playhead.modules.Recommender(store, blend={"tags": 1.0})
    catalogue(rec)
    rec.record("me", "v1", "like", at=AT)
    best = rec.recommend("me", 1, at=AT)[0]
    assert (best.video_id, [r.source for r in best.reasons]) == ("v3", ["tags"])
    assert best.reasons[0].because in ("cats", "pets")


def test_a_video_that_was_removed_is_not_recommended(store: playhead.Store) -> None:
    rec = playhead.modules.Recommender(store)
    catalogue(rec)
    assert rec.remove_video("v3")
    assert not rec.remove_video("v3")
    assert {r.video_id for r in rec.recommend("me", 10, at=AT)} == {"v1", "v2"}


def test_a_profile_tells_what_is_known_of_a_user(store: playhead.Store) -> None:
    rec = playhead.modules.Recommender(store)
    catalogue(rec)
    assert rec.profile("me") is None
    rec.record("me", "v1", "finish", at=AT, device="phone", region="north")
    rec.follow("me", "bob")
    profile = rec.profile("me", at=AT)
    assert profile is not None
    assert {t.name: t.long_term for t in profile.tags} == pytest.approx({"cats": 3.0, "pets": 3.0})
    assert (profile.recent, profile.follows, profile.device, profile.region) == (
        ["v1"],
        ["bob"],
        "phone",
        "north",
    )
    assert sum(profile.hours) == profile.seen == 1
    rec.unfollow("me", "bob")
    profile = rec.profile("me", at=AT)
    assert profile is not None
    assert profile.follows == []


def test_a_boost_lasts_as_long_as_it_should(store: playhead.Store) -> None:
    rec = playhead.modules.Recommender(store, blend={"popularity": 1.0})
    catalogue(rec)
    for user in "abcdef":
        rec.record(user, "v2", "finish", at=AT)
    for user in "abcd":
        rec.record(user, "v1", "finish", at=AT)
    rec.boost(5, category="pets", since=AT + 1, until=AT + 2)
    assert [rec.recommend("me", 1, at=AT + n)[0].video_id for n in range(3)] == ["v2", "v1", "v2"]


def test_who_is_forgotten_is_unknown(store: playhead.Store) -> None:
    rec = playhead.modules.Recommender(store)
    feed(rec)
    rec.forget("a")
    assert rec.profile("a") is None
    assert playhead.modules.Recommender(store).profile("a") is None
    assert rec.profile("b") is not None


def test_models_are_refreshed_in_the_background(store: playhead.Store) -> None:
    rec = playhead.modules.Recommender(store, blend={"ease": 1.0})
    for n in range(200):
        rec.record(f"u{n % 20}", f"v{n * 7 % 12}", "finish", at=AT + n)
    with rec:
        rec.run_in_background()
        assert rec.running
        deadline = 60.0
        begin = time.monotonic()
        while {r.source for r in rec.recommend("u1", 1, at=AT + 500, exclude_seen=False)[0].reasons} != {
            "ease"
        }:
            assert time.monotonic() - begin < deadline
            time.sleep(0.01)
    assert not rec.running
    assert not rec.step()


@pytest.mark.parametrize(
    ("options", "error", "why"),
    [
        ({"preset": "luck"}, ValueError, "preset must be 'feed' or 'catalogue', not 'luck'"),
        ({"ranker": "luck"}, ValueError, "ranker must be 'blend' or 'original'"),
        ({"blend": {"luck": 1.0}}, ValueError, "there is no source 'luck'"),
        ({"explore": 2.0}, ValueError, "explore=2 is outside 0..1"),
        ({"profile_size": "many"}, TypeError, "profile_size cannot be 'many'"),
        ({"ease_items": 10**6}, ValueError, "ease_items=1000000 is outside 0..50000"),
        ({"original_weights": (1.0, 2.0)}, TypeError, "original_weights cannot be"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    store: playhead.Store, options: dict[str, Any], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why.replace("..", r"\.\.")):
        playhead.modules.Recommender(store, **options)


@pytest.mark.parametrize(
    ("call", "error", "why"),
    [
        (lambda r: r.add_video("v", tags="cats"), TypeError, "tags must be a list"),
        (
            lambda r: r.record_many([{"user_id": "a", "video": "v", "event": "view"}]),
            TypeError,
            "no field 'video'",
        ),
        (lambda r: r.record_many([("a", "v", "view", AT, 1, 1, "d", "r", 9)]), TypeError, "at most 8 fields"),
        (lambda r: r.boost(2, tag="cats", since=AT, until=AT), ValueError, "never holds"),
        (lambda r: r.boost(2), ValueError, "one of tag, category and creator"),
    ],
)
def test_what_would_be_lost_is_refused(
    store: playhead.Store,
    call: Callable[[playhead.modules.Recommender], None],
    error: type[Exception],
    why: str,
) -> None:
    rec = playhead.modules.Recommender(store)
    with pytest.raises(error, match=why):
        call(rec)
    assert rec.events == 0


RECORDER = """
import sys, playhead.modules
rec = playhead.modules.Recommender(playhead.open(sys.argv[1]))
n = rec.events
while True:
    rec.record(f"u{n % 50}", f"v{n * 7 % 40}", "finish", at=1_700_000_000_000 + n)
    n += 1
    print(n, flush=True)
"""


def test_after_kills_recommendations_are_those_of_the_events_that_were_recorded(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    url = f"rocksdb://{tmp_path / 'store'}"
    for _ in range(4):
        with subprocess.Popen([sys.executable, "-c", RECORDER, url], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            acknowledged = [child.stdout.readline() for _ in range(rng.randrange(1, 400))]
            child.kill()
            acknowledged += child.stdout.readlines()
        with playhead.open(url) as store, playhead.open("memory://") as other:
            rec, never_killed = playhead.modules.Recommender(store), playhead.modules.Recommender(other)
            assert rec.events >= int([line for line in acknowledged if line.endswith(b"\n")][-1])
            for n in range(rec.events):
                never_killed.record(f"u{n % 50}", f"v{n * 7 % 40}", "finish", at=AT + n)
            for one in (rec, never_killed):
                one.refresh()
            for user in ("u3", "u17", "nobody"):
                answers = [
                    [
                        (r.video_id, r.score)
                        for r in one.recommend(user, 20, at=AT + 10**6, exclude_seen=False)
                    ]
                    for one in (rec, never_killed)
                ]
                assert answers[0] == answers[1]
