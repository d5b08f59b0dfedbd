#include "engine/modules/recommend/taste.h"

#include <algorithm>

namespace playhead::recommend {

namespace {

// What was asked for long before the events is that of 40 tau before them: it remains a number.
double value(const DecayedSum& sum, double time) {
  return sum.value(std::max(time, sum.log() - 40));
}

const Decay short_decay(20 * 60'000.0), long_decay(10 * 86'400'000.0);

}  // namespace

void Taste::add_to(std::vector<Sums>& all, std::uint32_t name, double weight, Millis at) {
  auto it = std::find_if(all.begin(), all.end(), [name](const Sums& s) { return s.name == name; });
  if (it == all.end()) {
    if (weight <= 0) return;
    all.push_back({name, {}, {}});
    it = all.end() - 1;
  }
  it->short_term.add(weight, short_decay.time(at));
  it->long_term.add(weight, long_decay.time(at));
  if (it->long_term.log() == DecayedSum::nothing) {
    all.erase(it);
  } else if (all.size() > most) {
    all.erase(std::min_element(all.begin(), all.end(), [](const Sums& a, const Sums& b) {
      return a.long_term.log() != b.long_term.log() ? a.long_term.log() < b.long_term.log() : a.name > b.name;
    }));
  }
}

void Taste::add(std::uint32_t name, double weight, Millis at) {
  add_to(likes_, name, weight, at);
}
void Taste::add_dislike(std::uint32_t name, double weight, Millis at) {
  add_to(dislikes_, name, weight, at);
}

std::vector<Taste::Weight> Taste::at(Millis now) const {
  double in_short = short_decay.time(now), in_long = long_decay.time(now);
  std::vector<Weight> out;
  out.reserve(likes_.size());
  for (const Sums& s : likes_)
    out.push_back({s.name, value(s.short_term, in_short), value(s.long_term, in_long)});
  for (const Sums& s : dislikes_) {
    auto it = std::find_if(out.begin(), out.end(), [&](const Weight& w) { return w.name == s.name; });
    if (it == out.end()) it = out.insert(out.end(), {s.name, 0, 0});
    it->short_term -= value(s.short_term, in_short);
    it->long_term -= value(s.long_term, in_long);
  }
  return out;
}

}  // namespace playhead::recommend
