#pragma once
#include <cstring>
#include <span>
#include <vector>

#include "backends/embedded/tx.h"
#include "engine/store/hyperloglog.h"
#include "playhead/operations/hyperloglog.h"

namespace playhead::embedded {

[[noreturn]] inline void refuse_corrupt_sketch() {
  refuse("INVALIDOBJ Corrupted HLL object detected");
}

/// Why the key is not a HyperLogLog; nothing if it is one, or missing.
template <class S>
Text refusal_of(Tx<S>& t, typename Tx<S>::Entry& e) {
  if (!e.exists()) return {};
  if (e.type() != Type::string) return wrong_type;
  return hyperloglog::is_valid(t.value(e)) ? Text{}
                                           : "WRONGTYPE Key is not a valid HyperLogLog string value.";
}

template <class S>
typename Tx<S>::Entry open_sketch(Tx<S>& t, std::uint16_t db, Text key) {
  auto e = t.open(db, key);
  if (Text refusal = refusal_of(t, e); !refusal.empty()) refuse(refusal);
  return e;
}

/// Writes a sketch; the key keeps its deadline.
template <class S>
void store_sketch(Tx<S>& t, typename Tx<S>::Entry& e, const std::string& sketch) {
  std::memcpy(t.edit(e, sketch.size()), sketch.data(), sketch.size());
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const PfAdd& c, bool& r) {
  auto e = open_sketch(t, db, c.key);
  r = !e.exists();
  std::string sketch = r ? hyperloglog::create() : std::string(t.value(e));
  bool corrupt = false;
  for (Text element : c.elements) {
    const int grown = hyperloglog::add(sketch, element);
    corrupt = grown < 0;
    if (corrupt) break;
    r = r || grown > 0;
  }
  if (r) {
    hyperloglog::invalidate_cache(sketch);
    store_sketch(t, e, sketch);
  }
  if (corrupt) refuse_corrupt_sketch();  // as in Redis the elements before it stay
}

template <class S>
std::int64_t count_one(Tx<S>& t, typename Tx<S>::Entry& e) {
  if (!e.exists()) return 0;
  if (auto known = hyperloglog::cached_count(t.value(e))) return static_cast<std::int64_t>(*known);
  std::string sketch(t.value(e));
  bool changed = false;
  const auto n = hyperloglog::count_cached(sketch, changed);
  if (!n) refuse_corrupt_sketch();
  if (changed) store_sketch(t, e, sketch);
  return static_cast<std::int64_t>(*n);
}

/// Several keys and the sketches of those that exist. The sketches are valid until something is written.
template <class S>
struct Sketches {
  std::vector<typename Tx<S>::Entry> entries;
  std::vector<Text> found;

  /// Redis goes from key to key: a corrupt sketch is told before a key of another kind behind it.
  void add(Tx<S>& t, std::uint16_t db, Text key) {
    auto& e = entries.emplace_back(t.open(db, key));
    if (Text refusal = refusal_of(t, e); !refusal.empty()) {
      if (!hyperloglog::count(found)) refuse_corrupt_sketch();
      refuse(refusal);
    }
    if (e.exists()) found.push_back(t.value(e));
  }
};

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const PfCount& c, std::int64_t& r) {
  if (c.keys.size() == 1) {
    auto e = open_sketch(t, db, c.keys[0]);
    r = count_one(t, e);
    return;
  }
  Sketches<S> sketches;
  for (Text key : c.keys) sketches.add(t, db, key);
  const auto n = hyperloglog::count(sketches.found);
  if (!n) refuse_corrupt_sketch();
  r = static_cast<std::int64_t>(*n);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const PfMerge& c, Ok&) {
  auto e = t.open(db, c.destkey);
  Sketches<S> sketches;
  sketches.add(t, db, c.destkey);
  std::string sketch = e.exists() ? std::string(sketches.found.front()) : hyperloglog::create();
  for (Text key : c.sourcekeys) sketches.add(t, db, key);
  const std::span<const Text> sources(sketches.found);
  if (!hyperloglog::merge(sketch, e.exists() ? sources.subspan(1) : sources)) refuse_corrupt_sketch();
  store_sketch(t, e, sketch);
}

}  // namespace playhead::embedded
