#pragma once
#include <optional>
#include <vector>

#include "engine/modules/recommend/names.h"
#include "engine/modules/recommend/neighbors.h"
#include "playhead/modules/recommender.h"

namespace playhead::recommend {

/// The number of a name; none: there is no such attribute.
using NameIndex = std::uint32_t;
constexpr NameIndex no_name = 0xffffffff;

/// What is known of a video.
struct Video {
  NameIndex creator = no_name;  ///< of Catalogue::people
  NameIndex category =
      no_name;  ///< of Catalogue::tags, since a category is a tag that is the only one of its kind
  NameIndex region = no_name;  ///< of Catalogue::regions
  std::optional<Millis> uploaded_at, duration_ms;
  std::uint32_t audience = 0;  ///< users who had it
  bool known = false;          ///< false: withdrawn, or never added; its counts are kept
};

/// The videos, and for each tag, category and creator the videos that have it. Not thread-safe.
class Catalogue {
 public:
  VideoIndex intern(Text id);
  std::optional<VideoIndex> find(Text id) const { return ids_.find(id); }
  /// Replaces what is known of a video.
  void set(VideoIndex v, const VideoAttributes& attributes);
  /// Withdraws a video: it is not recommended any more, until it is set again.
  void withdraw(VideoIndex v);

  const std::string& id(VideoIndex v) const { return ids_[v]; }
  const Video& operator[](VideoIndex v) const { return videos_[v]; }
  Video& operator[](VideoIndex v) { return videos_[v]; }
  const std::vector<NameIndex>& tags_of(VideoIndex v) const { return tags_of_[v]; }
  /// 1 / sqrt(number of tags) of each video; 1 without.
  const std::vector<float>& inverse_tag_norms() const { return inverse_tag_norms_; }
  std::size_t size() const { return videos_.size(); }
  /// Videos that are known.
  std::size_t known() const { return videos_.size() - unknown_.size(); }
  /// Those that are not; sorted.
  const std::vector<VideoIndex>& unknown() const { return unknown_; }

  const std::vector<VideoIndex>& with_tag(NameIndex tag) const { return at(by_tag_, tag); }
  const std::vector<VideoIndex>& by_creator(NameIndex creator) const { return at(by_creator_, creator); }

  Names tags, people, regions;

 private:
  using Lists = std::vector<std::vector<VideoIndex>>;
  static const std::vector<VideoIndex>& at(const Lists& lists, NameIndex n);
  static void add(Lists& lists, NameIndex n, VideoIndex v);
  static void remove(Lists& lists, NameIndex n, VideoIndex v);
  void unlist(VideoIndex v);
  void learn(VideoIndex v);

  Names ids_;
  std::vector<Video> videos_;
  std::vector<std::vector<NameIndex>> tags_of_;  // the category among them
  std::vector<float> inverse_tag_norms_;
  Lists by_tag_, by_creator_;  // of videos that are known
  std::vector<VideoIndex> unknown_;
};

}  // namespace playhead::recommend
