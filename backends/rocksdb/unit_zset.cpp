// Members of ordered sets: writing, and walking from a bound.
#include <rocksdb/slice.h>

#include <cmath>
#include <limits>

#include "backends/rocksdb/packed.h"
#include "backends/rocksdb/rocks_storage.h"
#include "backends/rocksdb/rows.h"
#include "engine/store/little_endian.h"

namespace playhead::rocks {

using embedded::hash_of;

namespace {

constexpr Text negative_zero = "-";

std::optional<double> score_in(Text value) {
  if (value.size() != 8) return {};
  return from_bits(load_little_endian<std::uint64_t>(value.data()));
}

}  // namespace

std::optional<double> Unit::zget(const Slot& slot, Text member) {
  const Meta& m = *slot.meta_;
  if (m.row.packed) {
    auto found = packed_find(Type::zset, m.row.body, member);
    return found ? std::optional<double>(found->score) : std::nullopt;
  }
  Context& c = *context_;
  std::uint64_t hash = hash_of(member);
  hashed_row(c.key, m.row.id, Kind::member, hash, member);
  if (!read_row(m, c.key, row_mark(m.row.id, hash), c.old)) return {};
  auto score = score_in({c.old.data(), c.old.size()});
  if (!score) damaged(m);
  return score;
}

// The member's two rows; `old`: the score it has now.
void Unit::write_member(Meta& meta, Text member, std::uint64_t hash, const double* old, double score) {
  Context& c = *context_;
  std::uint64_t mark = row_mark(meta.row.id, hash);
  c.value.clear();
  append_little_endian(c.value, bits_of(score));
  hashed_row(c.key, meta.row.id, Kind::member, hash, member);
  put_row(c.key, mark, c.value);
  if (old) {
    score_row(c.key, meta.row.id, *old, member);
    erase_row(c.key, mark);
    shift(meta, c.key, -1);
  }
  score_row(c.key, meta.row.id, score, member);
  put_row(c.key, mark, score == 0 && std::signbit(score) ? negative_zero : Text());
  shift(meta, c.key, 1);
}

ZPut Unit::zput(Slot& slot, Text member, MemberPut f) {
  Meta& m = *slot.meta_;
  Context& c = *context_;
  auto result = [](bool had) { return had ? ZPut::changed : ZPut::added; };
  if (!m.exists || m.row.packed) {
    auto found = m.exists ? packed_find(Type::zset, m.row.body, member) : std::nullopt;
    auto score = f(found ? &found->score : nullptr);
    if (!score || (found && *score == found->score)) return ZPut::unchanged;
    if (!m.exists) create(m, Type::zset);
    encode_member(c.element, *score, member);
    if (!found) {
      Element place = packed_place(m.row.body, *score, member);
      if (insert_packed(m, place.begin, place.begin, c.element, 1)) return ZPut::added;
    } else {
      // A member keeps its size: taking it out and putting it back always fits.
      insert_packed(m, found->begin, found->end, {}, -1);
      Element place =
          packed_place(m.row.body, *score, Text(c.element).substr(c.element.size() - member.size()));
      insert_packed(m, place.begin, place.begin, c.element, 1);
      return ZPut::changed;
    }
    unpack(m);
    write_member(m, member, hash_of(member), nullptr, *score);
    ++m.row.size;
    return ZPut::added;
  }
  std::uint64_t hash = hash_of(member);
  hashed_row(c.key, m.row.id, Kind::member, hash, member);
  rocksdb::PinnableSlice pinned;  // of its own: the callback may read other rows
  bool had = read_row(m, c.key, row_mark(m.row.id, hash), pinned);
  auto old = had ? score_in({pinned.data(), pinned.size()}) : std::nullopt;
  if (had && !old) damaged(m);
  auto score = f(old ? &*old : nullptr);
  if (!score || (old && *score == *old)) return ZPut::unchanged;
  write_member(m, member, hash, old ? &*old : nullptr, *score);
  if (had) return result(had);
  ++m.row.size;
  m.dirty = true;
  return result(had);
}

bool Unit::zerase(Slot& slot, Text member) {
  Meta& m = *slot.meta_;
  Context& c = *context_;
  if (!m.exists) return false;
  if (m.row.packed) {
    auto found = packed_find(Type::zset, m.row.body, member);
    if (!found) return false;
    insert_packed(m, found->begin, found->end, {}, -1);
    if (!packed_size(m.row.body)) emptied(m);
    return true;
  }
  std::uint64_t hash = hash_of(member), mark = row_mark(m.row.id, hash);
  hashed_row(c.key, m.row.id, Kind::member, hash, member);
  if (!read_row(m, c.key, mark, c.old)) return false;
  auto score = score_in({c.old.data(), c.old.size()});
  if (!score) damaged(m);
  erase_row(c.key, mark);
  score_row(c.key, m.row.id, *score, member);
  erase_row(c.key, mark);
  shift(m, c.key, -1);
  m.dirty = true;
  if (--m.row.size == 0) emptied(m);
  return true;
}

// From where `rows` stands to the end, or to the beginning.
void Unit::walk_scores(Rows& rows, bool reverse, MemberWalk f) {
  for (; rows.valid(); reverse ? rows.previous() : rows.next()) {
    double score = score_of(load_be64(rows.name().data()));
    if (rows.value() == negative_zero) score = -0.0;
    if (!f(context_->arena.keep(rows.name().substr(8)), score)) return;
  }
}

// What follows the row prefix of the first row that is not before the bound, if there is one: a string to
// compare with.
std::string Unit::bound_row(const Meta& meta, const ZBound& bound) {
  std::string row;
  constexpr double least = -std::numeric_limits<double>::infinity();
  const bool from_least = bound.by == ZBound::By::score && bound.score == least && !bound.after;
  if (bound.end == ZBound::End::min || (bound.end == ZBound::End::none && from_least)) return row;
  if (bound.end == ZBound::End::max) return std::string(9, '\xff');  // no score begins with so many
  if (bound.by == ZBound::By::score) {
    append_be64(row, order_of(bound.score) + bound.after);
    return row;
  }
  Rows rows(*this, meta, Kind::score);
  seek_score(rows, meta, {});
  if (!rows.valid()) damaged(meta);
  row.assign(rows.name().substr(0, 8)).append(bound.member);
  if (bound.after) row.push_back('\0');
  return row;
}

namespace {

bool is_before(const Element& element, const ZBound& bound) {
  if (bound.end != ZBound::End::none) return bound.end == ZBound::End::max;
  if (bound.by == ZBound::By::score)
    return bound.after ? element.score <= bound.score : element.score < bound.score;
  return bound.after ? element.name <= bound.member : element.name < bound.member;
}

std::vector<Element> elements_of(Text body) {
  std::vector<Element> elements;
  elements.reserve(packed_elements);
  PackedReader reader(Type::zset, body);
  for (Element element; reader.next(element);) elements.push_back(element);
  return elements;
}

void walk_packed(Text body, std::int64_t from, bool reverse, Unit::MemberWalk f) {
  auto elements = elements_of(body);
  auto size = static_cast<std::int64_t>(elements.size());
  for (std::int64_t i = from; i >= 0 && i < size; reverse ? --i : ++i) {
    const Element& element = elements[static_cast<std::size_t>(i)];
    if (!f(element.name, element.score)) return;
  }
}

std::int64_t count_packed(Text body, const ZBound& bound) {
  std::int64_t count = 0;
  PackedReader reader(Type::zset, body);
  for (Element element; reader.next(element) && is_before(element, bound);) ++count;
  return count;
}

}  // namespace

void Unit::zwalk_bound(const Slot& slot, const ZBound& bound, bool reverse, MemberWalk f) {
  const Meta& m = *slot.meta_;
  if (m.row.packed) {
    std::int64_t from = count_packed(m.row.body, bound);
    return walk_packed(m.row.body, reverse ? from - 1 : from, reverse, f);
  }
  std::string row = bound_row(m, bound);
  Rows rows(*this, m, Kind::score);
  reverse ? rows.seek_before(row) : seek_score(rows, m, row);
  walk_scores(rows, reverse, f);
}

void Unit::zwalk_rank(const Slot& slot, std::int64_t rank, bool reverse, MemberWalk f) {
  const Meta& m = *slot.meta_;
  if (m.row.packed) return walk_packed(m.row.body, rank, reverse, f);
  auto size = static_cast<std::int64_t>(m.row.size);
  if (rank < 0 || rank >= size) return;
  Rows rows(*this, m, Kind::score);
  std::int64_t steps = rank;
  bool backwards = false;  // the way to the rank
  if (rank <= Directory::run_limit) {
    seek_score(rows, m, {});
  } else if (size - 1 - rank <= Directory::run_limit) {
    backwards = true;
    rows.last();
    for (steps = size - 1 - rank; steps && rows.valid(); --steps) rows.previous();
  } else {
    Directory::Run run = need_directory(m).at(rank);
    rows.seek(run.low);
    steps = rank - run.before;
  }
  for (; steps && rows.valid(); --steps) rows.next();
  if (!rows.valid()) damaged(m);
  if (backwards == reverse) return walk_scores(rows, reverse, f);
  // A fresh iterator for the other direction: the overlay's does not turn reliably.
  std::string from(rows.name());
  Rows walk(*this, m, Kind::score);
  if (reverse) from.push_back('\0');
  reverse ? walk.seek_before(from) : walk.seek(from);
  walk_scores(walk, reverse, f);
}

std::int64_t Unit::zcount_before(const Slot& slot, const ZBound& bound) {
  const Meta& m = *slot.meta_;
  return m.row.packed ? count_packed(m.row.body, bound) : rows_before(m, bound_row(m, bound));
}

std::optional<std::int64_t> Unit::zrank(const Slot& slot, Text member) {
  const Meta& m = *slot.meta_;
  if (m.row.packed) {
    PackedReader reader(Type::zset, m.row.body);
    std::int64_t rank = 0;
    for (Element element; reader.next(element); ++rank)
      if (element.name == member) return rank;
    return {};
  }
  auto score = zget(slot, member);
  if (!score) return {};
  score_row(context_->key, m.row.id, *score, member);
  return rows_before(m, Text(context_->key).substr(row_prefix));
}

std::uint64_t Unit::zscan(const Slot& slot, std::uint64_t cursor, std::size_t count, MemberVisit f) {
  const Meta& m = *slot.meta_;
  if (m.row.packed) {
    PackedReader reader(Type::zset, m.row.body);
    for (Element element; reader.next(element);) f(element.name, element.score);
    return 0;
  }
  return scan_rows(m, Kind::member, cursor, count, [&](Text member, Text value) {
    auto score = score_in(value);
    if (!score) damaged(m);
    f(member, *score);
  });
}

void Unit::zpick(const Slot& slot, std::uint64_t random, MemberVisit f) {
  const Meta& m = *slot.meta_;
  if (m.row.packed) {
    Element element = packed_at(Type::zset, m.row.body, random % packed_size(m.row.body));
    f(element.name, element.score);
    return;
  }
  pick_row(m, Kind::member, random, [&](Text member, Text value) {
    auto score = score_in(value);
    if (!score) damaged(m);
    f(member, *score);
  });
}

}  // namespace playhead::rocks
