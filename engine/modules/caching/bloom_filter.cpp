// The size for n ids at error rate p: m = -n ln p / (ln 2)^2 bits, k = m / n * ln 2 hashes. An id's segment and its
// bits come from two MurmurHash64A of it; the bits by enhanced double hashing (Dillinger and Manolios 2004).
#include "playhead/modules/bloom_filter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "engine/store/murmur_hash.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr std::int64_t longest_segment = 32768;  // bits
constexpr std::uint64_t segment_seed = 0x9ae16a3b2f90404f, bits_seed = 0xc3a5c85c97cb3127;

// ---- bloom.open: the size of a filter, once and for all. Key: hash. Arguments: segments, bits of one, hashes -> those of the filter

constexpr Text open_text = R"lua(
redis.call('HSETNX', KEYS[1], 'segments', ARGV[2])
redis.call('HSETNX', KEYS[1], 'bits', ARGV[3])
redis.call('HSETNX', KEYS[1], 'hashes', ARGV[4])
return redis.call('HMGET', KEYS[1], 'segments', 'bits', 'hashes')
)lua";

Value open_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  read_time(unit, in);
  std::vector<Value> out;
  for (Text field : {"segments", "bits", "hashes"}) {
    run_for_effect(unit, HSetNx{keys[0], field, in.text()}, db);
    out.push_back(Value::bulk(unit.run(HGet{keys[0], field}, db).value_or("")));
  }
  return Value::array(std::move(out));
}

const Procedure open_filter{"bloom.open", open_body, lua_script<open_text>};

BitFieldStep step(BitFieldAction action, std::int64_t bit) {
  BitFieldStep s;
  s.action = action;
  s.type = {false, 1};
  s.offset = {bit, false};
  s.value = 1;
  return s;
}

/// The steps of several ids in their segments.
struct Segment {
  std::vector<BitFieldStep> steps;
  std::vector<std::size_t> ids;  // one for each step
};

}  // namespace

BloomFilter::BloomFilter(Namespace space, BloomFilterOptions options)
    : space_(std::move(space)), options_(std::move(options)) {
  check_id("name", options_.name);
  check_range("capacity", options_.capacity, 1, 10'000'000'000);
  if (!(options_.error_rate >= 1e-9 && options_.error_rate <= 0.5))
    throw Error(ErrorCode::invalid, "error_rate is outside 1e-9..0.5");
  double n = static_cast<double>(options_.capacity), ln2 = std::log(2.0);
  double bits = std::ceil(-n * std::log(options_.error_rate) / (ln2 * ln2));
  hashes_ = std::max<std::int64_t>(1, std::llround(-std::log2(options_.error_rate)));
  segments_ = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(bits / longest_segment)));
  segment_bits_ = static_cast<std::int64_t>(std::ceil(bits / static_cast<double>(segments_) / 64)) * 64;
  ArgumentWriter args(space_.time());
  args.integer(segments_).integer(segment_bits_).integer(hashes_);
  std::string info = space_.keys().key("bloom", options_.name, {"info"});
  Value reply = space_.invoke(open_filter, {info}, args);
  const auto& there = list_of(reply);
  if (there.at(0).to_integer() != segments_ || there.at(1).to_integer() != segment_bits_ ||
      there.at(2).to_integer() != hashes_)
    throw Error(ErrorCode::invalid, "the filter " + options_.name + " has " + there[0].to_string() + " x " +
                                        there[1].to_string() + " bits and " + there[2].to_string() +
                                        " hashes, not " + std::to_string(segments_) + " x " +
                                        std::to_string(segment_bits_) + " and " + std::to_string(hashes_) +
                                        "; give it its capacity and error rate, or another name");
}

std::string BloomFilter::key(std::size_t segment) const {
  return space_.keys().key("bloom", options_.name, {"bits", std::to_string(segment)});
}

BloomFilter::Place BloomFilter::place_of(Text id) const {
  check_id("id", id);
  std::uint64_t h = murmur_hash_64a(id, segment_seed), g = murmur_hash_64a(id, bits_seed);
  auto wide = static_cast<unsigned __int128>(h) * static_cast<std::uint64_t>(segments_);
  Place place{static_cast<std::size_t>(wide >> 64), {}};
  auto m = static_cast<std::uint64_t>(segment_bits_);
  std::uint64_t x = (g & 0xffffffff) % m, y = (g >> 32) % m;
  for (std::int64_t i = 0; i < hashes_; ++i) {
    place.bits.push_back(static_cast<std::int64_t>(x));
    x = (x + y) % m;
    y = (y + static_cast<std::uint64_t>(i) + 1) % m;
  }
  return place;
}

bool BloomFilter::add(Text id) {
  return add_many({&id, 1}) == 1;
}

std::int64_t BloomFilter::add_many(List<Text> ids) {
  std::map<std::size_t, Segment> segments;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Place place = place_of(ids[i]);
    Segment& s = segments[place.segment];
    for (std::int64_t bit : place.bits) {
      s.steps.push_back(step(BitFieldAction::set, bit));
      s.ids.push_back(i);
    }
  }
  Batch batch(space_.db());
  for (const auto& [number, segment] : segments) {
    std::string name = key(number);
    batch.add(BitField{name, segment.steps});
  }
  if (segments.empty()) return 0;
  space_.store().perform(batch);
  std::vector<bool> added(ids.size());
  std::size_t at = 0;
  for (const auto& [number, segment] : segments) {
    const auto& old = batch.reply<BitField>(at++);
    for (std::size_t n = 0; n < segment.ids.size(); ++n)
      if (old.at(n).value_or(0) == 0) added[segment.ids[n]] = true;
  }
  return std::count(added.begin(), added.end(), true);
}

bool BloomFilter::might_contain(Text id) const {
  return might_contain_many({&id, 1}).at(0);
}

std::vector<bool> BloomFilter::might_contain_many(List<Text> ids) const {
  std::map<std::size_t, Segment> segments;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    Place place = place_of(ids[i]);
    Segment& s = segments[place.segment];
    for (std::int64_t bit : place.bits) {
      s.steps.push_back(step(BitFieldAction::get, bit));
      s.ids.push_back(i);
    }
  }
  std::vector<bool> there(ids.size(), true);
  if (segments.empty()) return there;
  Batch batch(space_.db());
  for (const auto& [number, segment] : segments) {
    std::string name = key(number);
    batch.add(BitFieldRo{name, segment.steps});
  }
  space_.store().perform(batch);
  std::size_t at = 0;
  for (const auto& [number, segment] : segments) {
    const auto& bits = batch.reply<BitFieldRo>(at++);
    for (std::size_t n = 0; n < segment.ids.size(); ++n)
      if (bits.at(n).value_or(0) == 0) there[segment.ids[n]] = false;
  }
  return there;
}

void BloomFilter::merge(const BloomFilter& other) {
  if (other.segments_ != segments_ || other.segment_bits_ != segment_bits_ || other.hashes_ != hashes_)
    throw Error(ErrorCode::invalid,
                "filters of different sizes cannot be merged; give both the same capacity and error rate");
  if (&innermost(other.space_.store()) != &innermost(space_.store()) || other.space_.db() != space_.db())
    throw Error(ErrorCode::invalid, "filters of different stores or databases cannot be merged");
  Batch batch(space_.db());
  for (std::size_t i = 0; i < static_cast<std::size_t>(segments_); ++i) {
    std::string mine = key(i), others = other.key(i);
    Text keys[] = {mine, others};
    batch.add(BitOp{BitOp::Operation::bit_or, mine, keys});
  }
  space_.store().perform(batch);
  for (std::size_t i = 0; i < batch.calls.size(); ++i) static_cast<void>(batch.reply<BitOp>(i));
}

std::int64_t BloomFilter::count_estimate() const {
  Batch batch(space_.db());
  for (std::size_t i = 0; i < static_cast<std::size_t>(segments_); ++i) {
    std::string name = key(i);
    batch.add(BitCount{name});
  }
  space_.store().perform(batch);
  double m = static_cast<double>(segment_bits_), k = static_cast<double>(hashes_), all = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(segments_); ++i) {
    // A segment without a clear bit tells no more than one with a single one.
    double set = std::min(static_cast<double>(batch.reply<BitCount>(i)), m - 1);
    all += -m / k * std::log1p(-set / m);
  }
  return std::llround(all);
}

void BloomFilter::clear() {
  Batch batch(space_.db());
  for (std::size_t i = 0; i < static_cast<std::size_t>(segments_); ++i) {
    std::string name = key(i);
    Text one = name;
    batch.add(Del{{&one, 1}});
  }
  space_.store().perform(batch);
}

List<Procedure> BloomFilter::procedures() {
  static const std::array all = {open_filter};
  return all;
}

}  // namespace playhead
