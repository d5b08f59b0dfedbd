#include "playhead/modules/playlists.h"

#include <array>

#include "engine/modules/lists/playlist_procedures.h"
#include "engine/modules/procedures/random_id.h"

namespace playhead {

namespace {

std::string playlist_key(const Namespace& space, Text playlist_id, Text what) {
  check_id("playlist_id", playlist_id);
  return space.keys().key("playlist", playlist_id, {what});
}

std::string user_key(const Namespace& space, Text user_id, Text what) {
  check_id("user_id", user_id);
  return space.keys().key("playlists", user_id, {what});
}

/// The five keys of a playlist and of its owner, in the procedures' order.
std::vector<std::string> all_keys(const Namespace& space, Text user_id, Text playlist_id) {
  return {playlist_key(space, playlist_id, "info"), playlist_key(space, playlist_id, "videos"),
          user_key(space, user_id, "all"), user_key(space, user_id, "shown"),
          user_key(space, user_id, "names")};
}

PlaylistResult result_of(const Value& reply) {
  return static_cast<PlaylistResult>(reply.to_integer());
}

PlaylistResult edit(const Namespace& space, Text user_id, Text playlist_id, Text what, Text value) {
  auto keys = all_keys(space, user_id, playlist_id);
  std::vector<Text> names(keys.begin(), keys.end());
  ArgumentWriter args(space.time());
  args.text(user_id).text(playlist_id).text(what).text(value);
  return result_of(space.invoke(lists::edit_playlist, names, args));
}

void check_viewer(Text viewer_id) {
  if (!viewer_id.empty()) check_id("viewer_id", viewer_id);
}

/// A page; `count` 0 for none of the videos.
std::optional<PlaylistPage> read(const Namespace& space, Text playlist_id, Text viewer_id, Text cursor,
                                 std::int64_t count) {
  std::string info = playlist_key(space, playlist_id, "info"),
              videos = playlist_key(space, playlist_id, "videos");
  check_viewer(viewer_id);
  auto from = PageCursor::parse(cursor);
  if (from && !(from->score >= 0 && from->score < 1e9))
    throw Error(ErrorCode::invalid,
                "that is not a cursor of a playlist; pass `next` of the page before, or nothing");
  ArgumentWriter args(space.time());
  args.text(viewer_id).integer(from ? 1 : 0).integer(from ? static_cast<std::int64_t>(from->score) : 0);
  args.text(from ? Text(from->member) : Text()).integer(count);
  Value reply = space.invoke(lists::read_playlist, {info, videos}, args);
  if (reply.is_null()) return std::nullopt;
  const auto& parts = list_of(reply);
  PlaylistPage page;
  page.info = {std::string(playlist_id),       parts.at(0).to_string(),  parts.at(1).to_string(),
               parts.at(2).to_string() == "1", parts.at(3).to_integer(), parts.at(4).to_integer()};
  page.first = parts.at(5).to_integer();
  for (std::size_t i = 6; i < parts.size(); ++i) page.videos.push_back(parts[i].to_string());
  return page;
}

}  // namespace

Playlists::Playlists(Namespace space, PlaylistsOptions options)
    : space_(std::move(space)), options_(options) {
  check_range("limit", options_.limit, 1, 100'000);
  check_range("video_limit", options_.video_limit, 1, 10'000);
}

std::optional<std::string> Playlists::create(Text user_id, Text name, List<Text> video_ids, bool is_public) {
  check_id("name", name);
  check_range("the number of videos", static_cast<std::int64_t>(video_ids.size()), 0, options_.video_limit);
  std::string id = random_id();
  auto keys = all_keys(space_, user_id, id);
  std::vector<Text> names(keys.begin(), keys.end());
  ArgumentWriter args(space_.time());
  args.text(id).text(user_id).text(name).integer(is_public ? 1 : 0).integer(options_.limit);
  for (Text video : video_ids) {
    check_id("video_id", video);
    args.text(video);
  }
  if (result_of(space_.invoke(lists::create_playlist, names, args)) == PlaylistResult::full)
    return std::nullopt;
  return id;
}

PlaylistResult Playlists::rename(Text user_id, Text playlist_id, Text name) {
  check_id("name", name);
  return edit(space_, user_id, playlist_id, "name", name);
}

PlaylistResult Playlists::set_public(Text user_id, Text playlist_id, bool is_public) {
  return edit(space_, user_id, playlist_id, "public", is_public ? "1" : "0");
}

PlaylistResult Playlists::remove(Text user_id, Text playlist_id) {
  return edit(space_, user_id, playlist_id, "delete", {});
}

PlaylistResult Playlists::change(Text how, Text user_id, Text playlist_id, Text video_id,
                                 std::int64_t position) {
  check_id("user_id", user_id);
  check_id("video_id", video_id);
  std::string info = playlist_key(space_, playlist_id, "info"),
              videos = playlist_key(space_, playlist_id, "videos");
  ArgumentWriter args(space_.time());
  args.text(user_id).text(how).text(video_id).integer(position).integer(options_.video_limit);
  return result_of(space_.invoke(lists::change_playlist, {info, videos}, args));
}

PlaylistResult Playlists::add_video(Text user_id, Text playlist_id, Text video_id,
                                    std::optional<std::int64_t> position) {
  if (position) check_range("position", *position, 0, max_exact_integer);
  return change("add", user_id, playlist_id, video_id, position.value_or(-1));
}

PlaylistResult Playlists::remove_video(Text user_id, Text playlist_id, Text video_id) {
  return change("remove", user_id, playlist_id, video_id, -1);
}

PlaylistResult Playlists::move_video(Text user_id, Text playlist_id, Text video_id, std::int64_t position) {
  check_range("position", position, 0, max_exact_integer);
  return change("move", user_id, playlist_id, video_id, position);
}

std::optional<PlaylistInfo> Playlists::get(Text playlist_id, Text viewer_id) {
  auto page = read(space_, playlist_id, viewer_id, {}, 0);
  if (!page) return std::nullopt;
  return std::move(page->info);
}

std::optional<PlaylistPage> Playlists::videos(Text playlist_id, Text viewer_id, Text cursor,
                                              std::int64_t count) {
  check_range("count", count, 1, max_page);
  auto page = read(space_, playlist_id, viewer_id, cursor, count + 1);
  if (page && page->videos.size() > static_cast<std::size_t>(count)) {
    page->videos.pop_back();
    // If the last video is removed, those behind it move up to where it was.
    page->next = PageCursor{static_cast<double>(page->first + count - 1), page->videos.back()}.text();
  }
  return page;
}

ListPage<ListedPlaylist> Playlists::list(Text user_id, Text viewer_id, Text cursor, std::int64_t count) {
  check_viewer(viewer_id);
  std::string index = user_key(space_, user_id, viewer_id == user_id ? "all" : "shown"),
              labels = user_key(space_, user_id, "names");
  auto from = PageCursor::parse(cursor);
  ArgumentWriter args(space_.time());
  write_page(args, from, count);
  Value reply = space_.invoke(lists::list_playlists, {index, labels}, args);
  const auto& parts = list_of(reply);
  ListPage<ListedPlaylist> page;
  for (std::size_t i = 0; i + 2 < parts.size(); i += 3) {
    std::string label = parts[i + 2].to_string();
    page.items.push_back(
        {parts[i].to_string(), label.substr(1), label.front() == '1', parts[i + 1].to_integer()});
  }
  if (page.items.size() > static_cast<std::size_t>(count)) {
    page.items.pop_back();
    page.next = PageCursor{static_cast<double>(page.items.back().created_at), page.items.back().id}.text();
  }
  return page;
}

std::int64_t Playlists::count(Text user_id) {
  std::string key = user_key(space_, user_id, "all");
  return space_.run(ZCard{key});
}

List<Procedure> Playlists::procedures() {
  static const std::array all = {lists::create_playlist, lists::edit_playlist, lists::change_playlist,
                                 lists::read_playlist, lists::list_playlists};
  return all;
}

}  // namespace playhead
