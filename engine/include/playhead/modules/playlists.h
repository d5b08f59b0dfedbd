#pragma once
// Playlists: named lists of videos in an order of their owner's choice.
#include "playhead/modules/page.h"

namespace playhead {

struct PlaylistsOptions {
  std::int64_t limit = 500;         ///< playlists of a user; 1..100,000
  std::int64_t video_limit = 5000;  ///< videos of a playlist; 1..10,000
};

/// What asking for a change did.
enum class PlaylistResult : std::uint8_t {
  done,
  unchanged,  ///< it was so already: the video was there, or not there
  missing,    ///< there is no such playlist
  denied,     ///< it belongs to somebody else
  full,       ///< there are `limit` playlists, or `video_limit` videos in it
};

struct PlaylistInfo {
  std::string id, owner_id, name;
  bool is_public = false;
  Millis created_at = 0;
  std::int64_t videos = 0;
};

/// A line of a user's list of playlists.
struct ListedPlaylist {
  std::string id, name;
  bool is_public = false;
  Millis created_at = 0;
};

/// A playlist with a page of its videos, in their order.
struct PlaylistPage {
  PlaylistInfo info;
  std::int64_t first = 0;  ///< position of the first of them, from 0
  std::vector<std::string> videos;
  std::string next;  ///< the cursor of the next page; empty: this is the last one
};

/// Playlists. Ids are 128 random bits, so that they never collide and cannot be guessed. A video is in a playlist
/// once. Only the owner changes a playlist, and only the owner sees one that is not public. Every method is one
/// atomic step and one round trip. Thread-safe. All methods throw Error{invalid} for ids that are empty or too long
/// and numbers out of range, and what the store throws.
class Playlists {
 public:
  /// Throws Error{invalid} for options out of range.
  explicit Playlists(Namespace space, PlaylistsOptions options = {});

  /// Its id; nothing if the user has `limit` playlists. `name`: 1 to 1024 bytes. Videos named twice are in it once.
  std::optional<std::string> create(Text user_id, Text name, List<Text> video_ids = {},
                                    bool is_public = false);
  PlaylistResult rename(Text user_id, Text playlist_id, Text name);
  PlaylistResult set_public(Text user_id, Text playlist_id, bool is_public);
  /// O(videos).
  PlaylistResult remove(Text user_id, Text playlist_id);

  /// `position`: where it will stand, from 0; nothing or beyond the end: last. O(log n), rarely O(n).
  PlaylistResult add_video(Text user_id, Text playlist_id, Text video_id,
                           std::optional<std::int64_t> position = {});
  PlaylistResult remove_video(Text user_id, Text playlist_id, Text video_id);
  /// Done if it is in the playlist, wherever it stood. O(log n), rarely O(n).
  PlaylistResult move_video(Text user_id, Text playlist_id, Text video_id, std::int64_t position);

  /// Nothing if there is none, or the viewer may not see it. A viewer may be anybody: the empty text.
  std::optional<PlaylistInfo> get(Text playlist_id, Text viewer_id = {});
  /// The same with videos. `cursor`: `next` of the page before; it stands behind the last video read, wherever that
  /// one is now, or where it was if it has been removed. `count` is 1..1000. O(count + log n).
  std::optional<PlaylistPage> videos(Text playlist_id, Text viewer_id = {}, Text cursor = {},
                                     std::int64_t count = 50);
  /// The playlists of a user that the viewer may see, newest first. O(count + log n).
  ListPage<ListedPlaylist> list(Text user_id, Text viewer_id = {}, Text cursor = {}, std::int64_t count = 50);
  /// How many the user has.
  std::int64_t count(Text user_id);

  static List<Procedure> procedures();

 private:
  PlaylistResult change(Text how, Text user_id, Text playlist_id, Text video_id, std::int64_t position);

  Namespace space_;
  PlaylistsOptions options_;
};

}  // namespace playhead
