#include "engine/modules/recommend/catalogue.h"

#include <algorithm>
#include <cmath>

namespace playhead::recommend {

const std::vector<VideoIndex>& Catalogue::at(const Lists& lists, NameIndex n) {
  static const std::vector<VideoIndex> none;
  return n < lists.size() ? lists[n] : none;
}

void Catalogue::add(Lists& lists, NameIndex n, VideoIndex v) {
  if (n == no_name) return;
  if (n >= lists.size()) lists.resize(n + 1);
  lists[n].push_back(v);
}

void Catalogue::remove(Lists& lists, NameIndex n, VideoIndex v) {
  if (n < lists.size()) std::erase(lists[n], v);
}

VideoIndex Catalogue::intern(Text id) {
  VideoIndex v = ids_.intern(id);
  if (v == videos_.size()) {
    videos_.emplace_back();
    tags_of_.emplace_back();
    inverse_tag_norms_.push_back(1);
    videos_[v].known = true;
  }
  return v;
}

void Catalogue::learn(VideoIndex v) {
  if (videos_[v].known) return;
  videos_[v].known = true;
  unknown_.erase(std::lower_bound(unknown_.begin(), unknown_.end(), v));
}

void Catalogue::unlist(VideoIndex v) {
  for (NameIndex tag : tags_of_[v]) remove(by_tag_, tag, v);
  remove(by_creator_, videos_[v].creator, v);
}

void Catalogue::set(VideoIndex v, const VideoAttributes& a) {
  unlist(v);
  Video& video = videos_[v];
  auto name = [](Names& names, const std::optional<Text>& id) { return id ? names.intern(*id) : no_name; };
  video.creator = name(people, a.creator);
  video.category = name(tags, a.category);
  video.region = name(regions, a.region);
  video.uploaded_at = a.uploaded_at;
  video.duration_ms = a.duration_ms;
  std::vector<NameIndex> all;
  for (Text tag : a.tags) all.push_back(tags.intern(tag));
  if (video.category != no_name) all.push_back(video.category);
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  inverse_tag_norms_[v] = all.empty() ? 1 : 1 / std::sqrt(static_cast<float>(all.size()));
  tags_of_[v] = std::move(all);
  for (NameIndex tag : tags_of_[v]) add(by_tag_, tag, v);
  add(by_creator_, video.creator, v);
  learn(v);
}

void Catalogue::withdraw(VideoIndex v) {
  if (!videos_[v].known) return;
  unlist(v);
  tags_of_[v].clear();
  inverse_tag_norms_[v] = 1;
  Video left;
  left.audience = videos_[v].audience;
  videos_[v] = left;
  unknown_.insert(std::lower_bound(unknown_.begin(), unknown_.end(), v), v);
}

}  // namespace playhead::recommend
