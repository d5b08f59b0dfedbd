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
