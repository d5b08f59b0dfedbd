#pragma once
#include <algorithm>
#include <vector>

#include "backends/embedded/tx.h"
#include "engine/store/bits.h"
#include "playhead/operations/bits.h"

namespace playhead::embedded {

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const SetBit& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::string);
  const auto offset = static_cast<std::uint64_t>(c.offset);
  const std::size_t size = std::max<std::size_t>(t.size(e), bits::required_size(offset, 1));
  if (e.exists() && size == t.size(e) &&
      bits::get_bit(t.value(e), offset) == (c.value != 0)) {  // not a change to a watched key
    r = c.value;
    return;
  }
  r = bits::set_bit({t.edit(e, size), size}, offset, c.value != 0);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const GetBit& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::string);
  r = e.exists() && bits::get_bit(t.value(e), static_cast<std::uint64_t>(c.offset));
}

inline bits::Unit unit_of(const std::optional<Text>& word) {
  BitUnit unit = BitUnit::byte;
  if (word) syntax::parse(*word, unit, {});
  return unit == BitUnit::bit ? bits::Unit::bit : bits::Unit::byte;
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BitCount& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::string);
  r = 0;
  if (!e.exists()) return;
  c.fault.check();
  if (!c.start) {
    r = bits::count(t.value(e));
    return;
  }
  if (!c.end) refuse("ERR syntax error");
  const std::int64_t start = c.start->get(), end = c.end->get();
  if (start < 0 && end < 0 && start > end) return;  // before the unit is looked at
  r = bits::count(t.value(e), start, end, unit_of(c.unit));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BitPos& c, std::int64_t& r) {
  auto e = t.open(db, c.key, Type::string);
  r = c.bit == 0 ? 0 : -1;
  if (!e.exists()) return;
  c.fault.check();
  const std::int64_t start = c.start ? c.start->get() : 0;
  const bits::Unit unit = unit_of(c.unit);
  std::optional<std::int64_t> end;
  if (c.end) end = c.end->get();
  r = bits::position(t.value(e), c.bit != 0, start, end, unit);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BitOp& c, std::int64_t& r) {
  std::vector<typename Tx<S>::Entry> entries;
  std::vector<Text> sources;
  entries.reserve(c.keys.size());
  for (Text key : c.keys) {
    auto& e = entries.emplace_back(t.open(db, key, Type::string));
    sources.push_back(e.exists() ? t.value(e) : Text{});
  }
  constexpr bits::Operation meant[] = {bits::Operation::bit_and, bits::Operation::bit_or,
                                       bits::Operation::bit_xor, bits::Operation::bit_not};
  const std::string result = bits::combine(meant[static_cast<std::size_t>(c.operation)], sources);
  r = static_cast<std::int64_t>(result.size());
  auto e = t.open(db, c.destkey);
  if (!result.empty())
    t.set(e, result, 0);
  else if (e.exists())
    t.remove(e);
}

// ---- fields of bits

inline std::int64_t field_at(Text bytes, const BitFieldStep& step) {
  const std::uint64_t offset = step.offset.bits(step.type.width);
  const auto width = static_cast<unsigned>(step.type.width);
  return step.type.is_signed ? bits::get_signed(bytes, offset, width)
                             : static_cast<std::int64_t>(bits::get_unsigned(bytes, offset, width));
}

/// SET gives the old number, INCRBY the new one; `changed`: the field did.
inline std::optional<std::int64_t> write_field(std::span<char> bytes, const BitFieldStep& step,
                                               bits::Overflow overflow, bool& changed) {
  const bits::FieldType type{step.type.is_signed, static_cast<unsigned>(step.type.width)};
  const std::int64_t old = field_at({bytes.data(), bytes.size()}, step);
  const bool set = step.action == BitFieldAction::set;
  const auto value =
      set ? bits::fit(type, step.value, overflow) : bits::increment(type, old, step.value, overflow);
  changed = value && *value != old;
  if (!value) return {};
  bits::set_field(bytes, step.offset.bits(step.type.width), type.width, static_cast<std::uint64_t>(*value));
  return set ? old : *value;
}

inline void read_fields(Text bytes, List<BitFieldStep> steps, BitField::Reply& r) {
  r.clear();
  for (const BitFieldStep& step : steps)
    if (step.action == BitFieldAction::get) r.emplace_back(field_at(bytes, step));
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BitFieldRo& c, BitFieldRo::Reply& r) {
  auto e = t.open(db, c.key, Type::string);
  read_fields(e.exists() ? t.value(e) : Text{}, c.steps, r);
}

template <class S>
void exec(Tx<S>& t, std::uint16_t db, const BitField& c, BitField::Reply& r) {
  auto e = t.open(db, c.key, Type::string);
  std::size_t size = 0;
  for (const BitFieldStep& step : c.steps)
    if (step.is_write())
      size = std::max<std::size_t>(size, bits::required_size(step.offset.bits(step.type.width),
                                                             static_cast<unsigned>(step.type.width)));
  if (size == 0) return read_fields(e.exists() ? t.value(e) : Text{}, c.steps, r);
  size = std::max(size, t.size(e));
  const bool grown = size != t.size(e);
  bool touched = false;  // as a watched key: not if every number stays, nor if the string only grew for steps
                         // that OVERFLOW FAIL prevented
  const std::span<char> bytes(t.edit(e, size, false), size);
  constexpr bits::Overflow meant[] = {bits::Overflow::wrap, bits::Overflow::saturate, bits::Overflow::fail};
  bits::Overflow overflow = bits::Overflow::wrap;
  r.clear();
  for (const BitFieldStep& step : c.steps) {
    if (step.action == BitFieldAction::overflow)
      overflow = meant[static_cast<std::size_t>(step.overflow)];
    else if (step.action == BitFieldAction::get)
      r.emplace_back(field_at({bytes.data(), bytes.size()}, step));
    else {
      bool changed = false;
      r.push_back(write_field(bytes, step, overflow, changed));
      touched = touched || changed || (grown && r.back());
    }
  }
  if (touched) t.touch(db, c.key);
}

}  // namespace playhead::embedded
