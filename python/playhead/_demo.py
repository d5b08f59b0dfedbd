"""A day on a small video platform, simulated."""

from __future__ import annotations

import random
from collections import Counter

from rich.console import Console
from rich.progress import Progress

import playhead
from playhead._demo_platform import RANKED, TAGS, TICKETS, Platform, catalogue
from playhead.modules import CartOwner, UserEvent

DAY_MS = 24 * 3_600_000
START = 1_767_225_600_000  # 1 January 2026, 00:00 UTC
ZONES = ("Europe/Paris", "America/New_York", "Asia/Kolkata", "Asia/Tokyo", "UTC")
SHOWN = 10
BETWEEN_BACKGROUND = 100  # visits


class Simulation:
    """Users who sign in, look at what is recommended, watch, react, and keep lists."""

    def __init__(self, platform: Platform, users: int, videos: int, rng: random.Random) -> None:
        self.platform, self.rng, self.videos = platform, rng, videos
        self.tokens: dict[str, str] = {}
        self.sessions: dict[str, str] = {}
        self.playlists: dict[str, str] = {}
        self.tastes = [rng.sample(range(len(TAGS)), 2) for _ in range(users)]
        self.by_tag: dict[str, list[str]] = {tag: [] for tag in TAGS}
        for video_id, tag in platform.db.execute("SELECT id, tag FROM videos"):
            self.by_tag[tag].append(video_id)
        self.popular: Counter[str] = Counter()
        self.seen: dict[str, set[str]] = {}
        self.log: list[UserEvent] = []
        self.turned_away = self.refreshed = self.written = self.sessions_ended = 0

    def choose(self, user: int) -> str:
        """What a user takes next: mostly of a taste, the popular ones more often."""
        tag = TAGS[self.rng.choice(self.tastes[user])] if self.rng.random() < 0.85 else self.rng.choice(TAGS)
        pool = self.by_tag[tag] or [f"v{self.rng.randrange(self.videos)}"]
        return pool[min(int(self.rng.paretovariate(1.1)) - 1, len(pool) - 1)]

    def step(self, at: int) -> None:
        """One user's visit."""
        p, rng = self.platform, self.rng
        user = rng.randrange(len(self.tastes))
        user_id = f"u{user}"
        taken = self.choose(user) if rng.random() < 0.98 else f"no video {rng.randrange(1_000_000)}"
        p.clock.set(at)
        with p.report.timed("identity", "check the rate"):
            allowed = p.limiter.check(user_id).allowed
        if not allowed:
            self.turned_away += 1
            return
        self.sign_in(user_id)
        with p.report.timed("caching", "Bloom filter"):
            known = p.known.might_contain(taken)
        if known:
            self.watch(user, user_id, taken, at)
            self.react(user, user_id, taken, at)
            self.talk_and_buy(user_id, taken)

    def sign_in(self, user_id: str) -> None:
        """Validate the user's token, or issue one with a session."""
        p, timed = self.platform, self.platform.report.timed
        token = self.tokens.get(user_id)
        if token is not None:
            with timed("identity", "validate a token"):
                valid = p.tokens.validate(token)
            if valid is not None:
                if self.rng.random() < 0.1:
                    with timed("identity", "update a session"):
                        p.sessions.update_session(self.sessions[user_id], {"last": p.clock.now()})
                return
        with timed("identity", "issue a token"):
            self.tokens[user_id] = p.tokens.issue(user_id).token
        with timed("identity", "create a session"):
            self.sessions[user_id] = p.sessions.create_session(user_id, {"theme": "dark"})

    def watch(self, user: int, user_id: str, taken: str, at: int) -> None:
        """The user takes a video: what was recommended, its row, and the viewing in all counts."""
        p, timed, rng = self.platform, self.platform.report.timed, self.rng
        seen = self.seen.setdefault(user_id, set())
        if seen and taken not in seen:
            with timed("recommendation", "recommend"):
                shown = [r.video_id for r in p.recommender.recommend(user_id, SHOWN, at=at)]
            top = [v for v, _ in self.popular.most_common(SHOWN + len(seen)) if v not in seen][:SHOWN]
            p.rate.count(taken, shown, top)
        seen.add(taken)
        with timed("caching", "video metadata"):
            row = p.metadata(taken)
        if row is None:
            return  # the filter was wrong, as it may be
        duration = int(row["duration_ms"])
        watched = min(duration, int(rng.expovariate(1 / (duration * 0.7))))
        with timed("activity", "record a viewing"):
            p.activity.record_video_viewing(
                user_id, taken, watched, duration, at=at, zone=ZONES[user % len(ZONES)]
            )
        with timed("caching", "write behind"):
            p.positions.write_behind(f"{user_id} {taken}", watched)
        with timed("caching", "popularity"):
            p.popularity.record(taken)
        with timed("numbers", "counters"):
            p.counters.increment("views")
        with timed("numbers", "sliding window"):
            p.window.increment("views")
        with timed("numbers", "leaderboard"):
            p.rating.increment_score(user_id, watched // 1000)
        with timed("recommendation", "record an event"):
            p.recommender.record(user_id, taken, "view", at=at, watched_ms=watched, duration_ms=duration)
        self.popular[taken] += 1

    def react(self, user: int, user_id: str, taken: str, at: int) -> None:
        """Likes and comments go to the log, which is ingested later; lists change at once."""
        p, timed, chance = self.platform, self.platform.report.timed, self.rng.random
        for event, share in (("like", 0.2), ("unlike", 0.02), ("comment", 0.05), ("share", 0.03)):
            if chance() < share:
                self.log.append(UserEvent(user_id, taken, event, at=at))  # type: ignore[arg-type]
        if chance() < 0.1:
            with timed("lists", "watch later"):
                p.watch_later.add(user_id, self.choose(user))
        if chance() < 0.08:
            with timed("lists", "favorites"):
                p.favorites.add(user_id, taken)
        if chance() < 0.04:
            with timed("lists", "follow"):
                p.following.follow(user_id, f"creator of {taken}")
        if chance() < 0.04:
            self.put_into_playlist(user_id, taken)
        if chance() < 0.05:
            with timed("lists", "read lists"):
                p.watch_later.list(user_id, count=20)
                p.activity.history(user_id, count=20)
                p.favorites.list(user_id, count=20)

    def put_into_playlist(self, user_id: str, taken: str) -> None:
        """Into the user's playlist, which is made at the first time."""
        p = self.platform
        with p.report.timed("lists", "playlists"):
            if user_id in self.playlists:
                p.playlists.add_video(user_id, self.playlists[user_id], taken)
            else:
                self.playlists[user_id] = p.playlists.create(user_id, "mine", [taken]) or ""

    def talk_and_buy(self, user_id: str, taken: str) -> None:
        """Some comment in the video's room, some mail it to a friend, some buy a ticket."""
        p, timed, chance = self.platform, self.platform.report.timed, self.rng.random
        if chance() < 0.02:
            with timed("messaging", "chat"):
                p.chat.publish(taken, "so good", user_id)
        if chance() < 0.03:
            with timed("messaging", "enqueue a task"):
                p.tasks.enqueue("mail", {"to": user_id, "video": taken})
        if chance() < 0.02:
            with timed("identity", "cart"):
                p.cart.add(CartOwner.token(self.tokens[user_id]), "ticket")
            with timed("coordination", "reserve stock"):
                reserved = p.inventory.reserve_stock("ticket", 1, user_id)
            if reserved.ok and chance() < 0.6:
                with timed("coordination", "confirm"):
                    p.inventory.confirm_reservation(reserved.reservation_id)

    # ---- meanwhile

    def background(self, *, reschedule: bool) -> None:
        """What daemons would do meanwhile."""
        p, timed = self.platform, self.platform.report.timed
        if reschedule:
            for video_id, _ in self.popular.most_common(RANKED):
                p.scheduler.schedule_hot_video_cache(video_id)
        with timed("activity", f"ingest up to {BETWEEN_BACKGROUND} visits"):
            p.activity.record_many(self.log)
        self.log.clear()
        with timed("caching", "cache scheduler"):
            while (report := p.scheduler.step()).claimed:
                self.refreshed += report.refreshed
        with timed("caching", "write what is behind"):
            self.written += p.positions.step(p.write_positions)
        with timed("caching", "ranking"):
            p.ranking.get_top_viewed_videos(RANKED)
        with timed("messaging", "process tasks"):
            p.tasks.process_tasks()
        with timed("messaging", "scheduled tasks"):
            p.digests.step()
        with timed("coordination", "expire holds"):
            p.inventory.expire()
        with timed("identity", "clean up sessions"):
            self.sessions_ended += p.expiry.step().ended
            p.token_limit.step()

    def month_later(self) -> int:
        """What of the lists is cleaned up when nobody has come for a month."""
        p, removed, more = self.platform, 0, True
        p.clock.advance(31 * DAY_MS)
        while more:
            with p.report.timed("lists", "clean up after a month"):
                report = p.cleanup.step()
            removed, more = removed + report.videos, report.more
        return removed

    def finish(self) -> None:
        """The figures below the table."""
        p, report = self.platform, self.platform.report
        while p.positions.pending():
            self.written += p.positions.flush(p.write_positions)
        statistics = p.cache.statistics()
        looked = statistics.hits + statistics.misses
        report.figure(
            "cache hit ratio",
            f"{statistics.hits / looked if looked else 0:.3f} of {looked:,}; "
            f"{self.refreshed:,} refreshed by the scheduler",
        )
        events = p.activity.video_counts_many(f"v{i}" for i in range(min(self.videos, 1000)))
        report.figure("events recorded", f"{p.recommender.events:,}, {sum(e.likes for e in events):,} likes")
        exact, about = (p.activity.active_users(START, approximate=a) for a in (False, True))
        report.figure("active users", f"{exact:,} ({about:,} by HyperLogLog)")
        report.figure("rate limit", f"{self.turned_away:,} visits turned away")
        stock = p.inventory.stock("ticket")
        report.figure(
            "tickets", f"{stock.sold:,} of {TICKETS:,} sold, {stock.held:,} held, {stock.available:,} left"
        )
        report.figure(
            "in the background",
            f"{self.written:,} positions written, {p.mails:,} mails sent, "
            f"{self.sessions_ended:,} sessions ended",
        )
        report.figure("a month later", f"{self.month_later():,} videos to watch later removed")
        p.rate.put(report, SHOWN)


def run(url: str, users: int, videos: int, events: int, seed: int, console: Console) -> None:
    """Simulate a day and print what happened."""
    rng = random.Random(seed)
    clock = playhead.ManualClock(START)
    with playhead.open(url, clock=clock) as store:
        name = f"playhead-demo-{seed}"
        clear(store, name)
        platform = Platform(store, clock, catalogue(videos, rng), name)
        names = [f"v{i}" for i in range(videos)]
        for video_id in names:
            platform.recommender.add_video(video_id)
        for i in range(0, videos, 1000):
            platform.known.add_many(names[i : i + 1000])
        simulation = Simulation(platform, users, videos, rng)
        with Progress(console=console) as progress:
            task = progress.add_task("a day", total=events)
            for i in range(events):
                simulation.step(START + i * DAY_MS // events)
                if i % BETWEEN_BACKGROUND == BETWEEN_BACKGROUND - 1 or i == events - 1:
                    simulation.background(reschedule=i % 1000 == 999)
                    progress.update(task, completed=i + 1)
        simulation.finish()
        platform.chat.close()
        platform.report.print(
            console, f"A day with {users:,} users and {videos:,} videos on {store.name} (seed {seed})"
        )


def clear(store: playhead.Store, name: str) -> None:
    """Remove what an earlier run with the same seed left in a store that keeps its data, and nothing else."""
    for prefix in (name, f"{name}.tasks", f"playhead:{name}"):
        cursor = 0
        while True:
            cursor, names = store.keys.scan(cursor, match=f"{prefix}:*", count=1000)
            if names:
                store.keys.delete(names)
            if cursor == 0:
                break
