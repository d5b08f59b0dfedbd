#include <pybind11/stl.h>

#include "bindings/modules.h"
#include "playhead/modules/favorites.h"
#include "playhead/modules/following.h"
#include "playhead/modules/playlists.h"

namespace playhead::python {

namespace {

using BoundFavorites = Bound<Favorites>;
using BoundFollowing = Bound<Following>;
using BoundPlaylists = Bound<Playlists>;

const char* word_of(Added added) {
  constexpr const char* words[] = {"added", "present", "full"};
  return words[static_cast<std::size_t>(added)];
}

const char* word_of(PlaylistResult result) {
  constexpr const char* words[] = {"done", "unchanged", "missing", "denied", "full"};
  return words[static_cast<std::size_t>(result)];
}

// ---- favorites

std::unique_ptr<BoundFavorites> make_favorites(StoreObject& store, const std::string& prefix,
                                               std::shared_ptr<Clock> clock, std::int64_t limit) {
  return std::make_unique<BoundFavorites>(place_of(store, prefix, std::move(clock)), FavoritesOptions{limit});
}

/// (result, favorites)
py::tuple add_favorite(BoundFavorites& self, const py::object& user_id, const py::object& video_id,
                       std::optional<Millis> at) {
  Id user(user_id, "user_id"), video(video_id, "video_id");
  FavoriteChange c = self.run([&](Favorites& f) { return f.add(user, video, at); });
  return py::make_tuple(word_of(c.result), c.favorites);
}

std::int64_t remove_favorites(BoundFavorites& self, const py::object& user_id, const py::object& video_ids) {
  Id user(user_id, "user_id");
  Arena arena;
  GivenTexts videos(video_ids.ptr(), arena, "video_id");
  return self.run([&](Favorites& f) { return f.remove(user, videos.texts()); });
}

/// ([(video_id, added_at)], next)
py::tuple list_favorites(BoundFavorites& self, const py::object& user_id, const std::string& cursor,
                         std::int64_t count) {
  Id user(user_id, "user_id");
  auto page = self.run([&](Favorites& f) { return f.list(user, cursor, count); });
  py::list items;
  for (const ListedVideo& v : page.items) items.append(py::make_tuple(id_object(v.video_id), v.added_at));
  return py::make_tuple(items, page.next);
}

std::vector<std::int64_t> favorite_counts(BoundFavorites& self, const py::object& video_ids) {
  Arena arena;
  GivenTexts videos(video_ids.ptr(), arena, "video_id");
  return self.run([&](Favorites& f) { return f.favorite_counts(videos.texts()); });
}

/// [(video_id, favorites)]
py::list top_favorites(BoundFavorites& self, std::int64_t limit) {
  py::list out;
  for (const FavoriteCount& c : self.run([&](Favorites& f) { return f.top(limit); }))
    out.append(py::make_tuple(id_object(c.video_id), c.favorites));
  return out;
}

void define_favorites(py::module_& m) {
  py::class_<BoundFavorites>(m, "Favorites", "Favorite videos.")
      .def(py::init(&make_favorites), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("limit") = FavoritesOptions().limit)
      .def("add", add_favorite, py::arg("user_id"), py::arg("video_id"), py::arg("at") = py::none())
      .def("remove_many", remove_favorites, py::arg("user_id"), py::arg("video_ids"))
      .def(
          "clear",
          [](BoundFavorites& self, const py::object& user_id) {
            Id user(user_id, "user_id");
            return self.run([&](Favorites& f) { return f.clear(user); });
          },
          py::arg("user_id"))
      .def(
          "contains",
          [](BoundFavorites& self, const py::object& user_id, const py::object& video_id) {
            Id user(user_id, "user_id"), video(video_id, "video_id");
            return self.run([&](Favorites& f) { return f.contains(user, video); });
          },
          py::arg("user_id"), py::arg("video_id"))
      .def(
          "count",
          [](BoundFavorites& self, const py::object& user_id) {
            Id user(user_id, "user_id");
            return self.run([&](Favorites& f) { return f.count(user); });
          },
          py::arg("user_id"))
      .def("list", list_favorites, py::arg("user_id"), py::arg("cursor") = "", py::arg("count") = 50)
      .def("favorite_counts", favorite_counts, py::arg("video_ids"))
      .def("top", top_favorites, py::arg("limit") = 10);
}

// ---- following

std::unique_ptr<BoundFollowing> make_following(StoreObject& store, const std::string& prefix,
                                               std::shared_ptr<Clock> clock, std::int64_t limit) {
  return std::make_unique<BoundFollowing>(place_of(store, prefix, std::move(clock)), FollowingOptions{limit});
}

const char* follow(BoundFollowing& self, const py::object& user_id, const py::object& other_id,
                   std::optional<Millis> at) {
  Id user(user_id, "user_id"), other(other_id, "other_id");
  return word_of(self.run([&](Following& f) { return f.follow(user, other, at); }));
}

using FollowPage = ListPage<FollowedUser> (Following::*)(Text, Text, std::int64_t);

/// ([(user_id, since)], next)
template <FollowPage read>
py::tuple follow_page(BoundFollowing& self, const py::object& user_id, const std::string& cursor,
                      std::int64_t count) {
  Id user(user_id, "user_id");
  auto page = self.run([&](Following& f) { return (f.*read)(user, cursor, count); });
  py::list items;
  for (const FollowedUser& u : page.items) items.append(py::make_tuple(id_object(u.user_id), u.since));
  return py::make_tuple(items, page.next);
}

std::vector<bool> is_following(BoundFollowing& self, const py::object& user_id, const py::object& other_ids) {
  Id user(user_id, "user_id");
  Arena arena;
  GivenTexts others(other_ids.ptr(), arena, "other_id");
  return self.run([&](Following& f) { return f.is_following(user, others.texts()); });
}

void define_following(py::module_& m) {
  py::class_<BoundFollowing>(m, "Following", "Who follows whom.")
      .def(py::init(&make_following), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
           py::arg("clock") = py::none(), py::arg("limit") = FollowingOptions().limit)
      .def("follow", follow, py::arg("user_id"), py::arg("other_id"), py::arg("at") = py::none())
      .def(
          "unfollow",
          [](BoundFollowing& self, const py::object& user_id, const py::object& other_id) {
            Id user(user_id, "user_id"), other(other_id, "other_id");
            return self.run([&](Following& f) { return f.unfollow(user, other); });
          },
          py::arg("user_id"), py::arg("other_id"))
      .def("is_following_many", is_following, py::arg("user_id"), py::arg("other_ids"))
      .def(
          "relationship",
          [](BoundFollowing& self, const py::object& user_id, const py::object& other_id) {
            Id user(user_id, "user_id"), other(other_id, "other_id");
            Relationship r = self.run([&](Following& f) { return f.relationship(user, other); });
            return py::make_tuple(r.following, r.followed_by);
          },
          py::arg("user_id"), py::arg("other_id"))
      .def(
          "counts",
          [](BoundFollowing& self, const py::object& user_id) {
            Id user(user_id, "user_id");
            FollowCounts c = self.run([&](Following& f) { return f.counts(user); });
            return py::make_tuple(c.following, c.followers);
          },
          py::arg("user_id"))
      .def("following", follow_page<&Following::following>, py::arg("user_id"), py::arg("cursor") = "",
           py::arg("count") = 50)
      .def("followers", follow_page<&Following::followers>, py::arg("user_id"), py::arg("cursor") = "",
           py::arg("count") = 50)
      .def(
          "remove_user",
          [](BoundFollowing& self, const py::object& user_id) {
            Id user(user_id, "user_id");
            return self.run([&](Following& f) { return f.remove_user(user); });
          },
          py::arg("user_id"));
}

// ---- playlists

std::unique_ptr<BoundPlaylists> make_playlists(StoreObject& store, const std::string& prefix,
                                               std::shared_ptr<Clock> clock, std::int64_t limit,
                                               std::int64_t video_limit) {
  return std::make_unique<BoundPlaylists>(place_of(store, prefix, std::move(clock)),
                                          PlaylistsOptions{limit, video_limit});
}

std::optional<std::string> create(BoundPlaylists& self, const py::object& user_id, const py::object& name,
                                  const py::object& video_ids, bool is_public) {
  Id user(user_id, "user_id"), label(name, "name");
  Arena arena;
  GivenTexts videos(video_ids.ptr(), arena, "video_id");
  return self.run([&](Playlists& p) { return p.create(user, label, videos.texts(), is_public); });
}

/// A viewer; None is anybody.
class Viewer {
 public:
  explicit Viewer(const py::object& given) {
    if (!given.is_none()) id_.emplace(given, "viewer_id");
  }
  operator Text() const { return id_ ? Text(*id_) : Text(); }  // NOLINT(google-explicit-constructor)

 private:
  std::optional<Id> id_;
};

/// (id, owner_id, name, is_public, created_at, videos)
py::tuple as_tuple(const PlaylistInfo& i) {
  return py::make_tuple(i.id, id_object(i.owner_id), id_object(i.name), i.is_public, i.created_at, i.videos);
}

py::object get_playlist(BoundPlaylists& self, const py::object& playlist_id, const py::object& viewer_id) {
  Id id(playlist_id, "playlist_id");
  Viewer viewer(viewer_id);
  auto found = self.run([&](Playlists& p) { return p.get(id, viewer); });
  return found ? py::object(as_tuple(*found)) : py::object(py::none());
}

/// (info, first, videos, next)
py::object videos(BoundPlaylists& self, const py::object& playlist_id, const py::object& viewer_id,
                  const std::string& cursor, std::int64_t count) {
  Id id(playlist_id, "playlist_id");
  Viewer viewer(viewer_id);
  auto page = self.run([&](Playlists& p) { return p.videos(id, viewer, cursor, count); });
  if (!page) return py::none();
  py::list items;
  for (const std::string& video : page->videos) items.append(id_object(video));
  return py::make_tuple(as_tuple(page->info), page->first, items, page->next);
}

/// ([(id, name, is_public, created_at)], next)
py::tuple list_playlists(BoundPlaylists& self, const py::object& user_id, const py::object& viewer_id,
                         const std::string& cursor, std::int64_t count) {
  Id user(user_id, "user_id");
  Viewer viewer(viewer_id);
  auto page = self.run([&](Playlists& p) { return p.list(user, viewer, cursor, count); });
  py::list items;
  for (const ListedPlaylist& l : page.items)
    items.append(py::make_tuple(l.id, id_object(l.name), l.is_public, l.created_at));
  return py::make_tuple(items, page.next);
}

/// A change that names a user, a playlist and a video.
template <class F>
const char* change(BoundPlaylists& self, const py::object& user_id, const py::object& playlist_id,
                   const py::object& video_id, F&& f) {
  Id user(user_id, "user_id"), id(playlist_id, "playlist_id"), video(video_id, "video_id");
  return word_of(self.run([&](Playlists& p) { return f(p, user, id, video); }));
}

void define_videos(py::class_<BoundPlaylists>& c) {
  c.def(
       "add_video",
       [](BoundPlaylists& self, const py::object& user, const py::object& playlist, const py::object& video,
          std::optional<std::int64_t> position) {
         return change(self, user, playlist, video, [&](Playlists& p, Text u, Text id, Text v) {
           return p.add_video(u, id, v, position);
         });
       },
       py::arg("user_id"), py::arg("playlist_id"), py::arg("video_id"), py::arg("position") = py::none())
      .def(
          "remove_video",
          [](BoundPlaylists& self, const py::object& user, const py::object& playlist,
             const py::object& video) {
            return change(self, user, playlist, video,
                          [](Playlists& p, Text u, Text id, Text v) { return p.remove_video(u, id, v); });
          },
          py::arg("user_id"), py::arg("playlist_id"), py::arg("video_id"))
      .def(
          "move_video",
          [](BoundPlaylists& self, const py::object& user, const py::object& playlist,
             const py::object& video, std::int64_t position) {
            return change(self, user, playlist, video, [&](Playlists& p, Text u, Text id, Text v) {
              return p.move_video(u, id, v, position);
            });
          },
          py::arg("user_id"), py::arg("playlist_id"), py::arg("video_id"), py::arg("position"));
}

void define_playlists(py::module_& m) {
  const PlaylistsOptions o;
  py::class_<BoundPlaylists> c(m, "Playlists", "Playlists.");
  c.def(py::init(&make_playlists), py::arg("store"), py::kw_only(), py::arg("prefix") = "ph",
        py::arg("clock") = py::none(), py::arg("limit") = o.limit, py::arg("video_limit") = o.video_limit)
      .def("create", create, py::arg("user_id"), py::arg("name"), py::arg("video_ids"), py::arg("is_public"))
      .def(
          "rename",
          [](BoundPlaylists& self, const py::object& user_id, const py::object& playlist_id,
             const py::object& name) {
            Id user(user_id, "user_id"), id(playlist_id, "playlist_id"), label(name, "name");
            return word_of(self.run([&](Playlists& p) { return p.rename(user, id, label); }));
          },
          py::arg("user_id"), py::arg("playlist_id"), py::arg("name"))
      .def(
          "set_public",
          [](BoundPlaylists& self, const py::object& user_id, const py::object& playlist_id, bool is_public) {
            Id user(user_id, "user_id"), id(playlist_id, "playlist_id");
            return word_of(self.run([&](Playlists& p) { return p.set_public(user, id, is_public); }));
          },
          py::arg("user_id"), py::arg("playlist_id"), py::arg("is_public"))
      .def(
          "remove",
          [](BoundPlaylists& self, const py::object& user_id, const py::object& playlist_id) {
            Id user(user_id, "user_id"), id(playlist_id, "playlist_id");
            return word_of(self.run([&](Playlists& p) { return p.remove(user, id); }));
          },
          py::arg("user_id"), py::arg("playlist_id"))
      .def("get", get_playlist, py::arg("playlist_id"), py::arg("viewer_id") = py::none())
      .def("videos", videos, py::arg("playlist_id"), py::arg("viewer_id") = py::none(),
           py::arg("cursor") = "", py::arg("count") = 50)
      .def("list", list_playlists, py::arg("user_id"), py::arg("viewer_id") = py::none(),
           py::arg("cursor") = "", py::arg("count") = 50)
      .def(
          "count",
          [](BoundPlaylists& self, const py::object& user_id) {
            Id user(user_id, "user_id");
            return self.run([&](Playlists& p) { return p.count(user); });
          },
          py::arg("user_id"));
  define_videos(c);
}

}  // namespace

void define_lists(py::module_& m) {
  define_favorites(m);
  define_following(m);
  define_playlists(m);
}

}  // namespace playhead::python
