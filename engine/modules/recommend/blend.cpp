#include "engine/modules/recommend/blend.h"

#include <algorithm>

#include "engine/modules/recommend/linear/linear.h"
#include "engine/modules/recommend/random.h"

namespace playhead::recommend {

namespace {

struct Candidate {
  float score;
  std::uint64_t tie;
  VideoIndex video;
  bool operator<(const Candidate& other) const {  // is better
    return score != other.score ? score > other.score : tie < other.tie;
  }
};

}  // namespace

std::vector<Part> parts_of(const std::vector<Voice>& voices, const Query& query) {
  std::vector<Part> parts;
  for (const Voice& voice : voices) {
    Part part{voice.source.get(), 0, std::vector<float>(query.state.catalogue.size())};
    if (part.scores.empty() || voice.weight == 0 || !voice.source->score(query, part.scores)) continue;
    float d = linear::kernels().deviation(part.scores.data(), part.scores.size());
    if (!(d > 0)) continue;
    part.scale = static_cast<float>(voice.weight) / d;
    parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<float> total_of(const std::vector<Part>& parts, std::size_t videos) {
  std::vector<float> total(videos);
  for (const Part& part : parts) linear::kernels().add(part.scale, part.scores.data(), total.data(), videos);
  return total;
}

// The best are kept in a heap whose first is the worst of them: few videos get as far as the hash.
std::vector<VideoIndex> best_of(const Catalogue& catalogue, Text seed, std::size_t count,
                                const std::vector<float>& scores) {
  count = std::min(count, scores.size());
  std::vector<Candidate> heap;
  for (VideoIndex v = 0; v < scores.size() && count > 0; ++v) {
    bool full = heap.size() == count;
    if (scores[v] == excluded || (full && scores[v] < heap.front().score)) continue;
    Candidate candidate{scores[v], hash_of(seed, catalogue.id(v)), v};
    if (full) {
      if (!(candidate < heap.front())) continue;
      std::pop_heap(heap.begin(), heap.end());
      heap.pop_back();
    }
    heap.push_back(candidate);
    std::push_heap(heap.begin(), heap.end());
  }
  std::sort_heap(heap.begin(), heap.end());
  std::vector<VideoIndex> out;
  for (const Candidate& c : heap) out.push_back(c.video);
  return out;
}

Recommendation explain(const std::vector<Part>& parts, const Query& query, VideoIndex video) {
  Recommendation r{query.state.catalogue.id(video), 0, {}};
  for (const Part& part : parts) {
    double contribution = part.scale * part.scores[video];
    r.score += contribution;
    if (contribution == 0) continue;
    if (!r.reasons.empty() && r.reasons.back().source == part.source->name()) {
      r.reasons.back().contribution += contribution;
      continue;
    }
    r.reasons.push_back({std::string(part.source->name()), contribution, part.source->because(query, video)});
  }
  return r;
}

}  // namespace playhead::recommend
