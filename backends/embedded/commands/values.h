#pragma once
// Whole values in and out of a storage: COPY, DUMP, RESTORE, SORT STORE.
#include "backends/embedded/tx.h"
#include "engine/store/rdb.h"

namespace playhead::embedded {

/// The whole value of a key that exists.
template <class S>
RdbValue read_value(Tx<S>& t, typename Tx<S>::Entry& e) {
  RdbValue v;
  switch (e.type()) {
    case Type::string:
      v.type = RdbType::string;
      v.string = t.value(e);
      break;
    case Type::list:
      v.type = RdbType::list;
      t.lwalk(e, 0, false, [&](Text item) {
        v.elements.emplace_back(item);
        return true;
      });
      break;
    case Type::set:
      v.type = RdbType::set;
      t.hwalk(e, [&](Text member, Text) {
        v.elements.emplace_back(member);
        return true;
      });
      break;
    case Type::hash:
      v.type = RdbType::hash;
      t.hwalk(e, [&](Text field, Text value) {
        v.fields.emplace_back(field, value);
        return true;
      });
      break;
    case Type::zset:
      v.type = RdbType::sorted_set;
      t.zwalk_rank(e, 0, false, [&](Text member, double score) {
        v.members.emplace_back(score, member);
        return true;
      });
      break;
    default:
      throw Error(ErrorCode::unsupported, "this type of value cannot be copied or serialised");
  }
  return v;
}

/// Creates a key that does not exist from a value.
template <class S>
void write_value(Tx<S>& t, typename Tx<S>::Entry& e, const RdbValue& v) {
  switch (v.type) {
    case RdbType::string:
      t.set(e, v.string, 0);
      break;
    case RdbType::list:
      for (const auto& item : v.elements) t.lpush(e, false, item);
      break;
    case RdbType::set:
      for (const auto& member : v.elements)
        t.hput(e, Type::set, member, [](const Text*) { return std::optional<Text>(Text()); });
      break;
    case RdbType::hash:
      for (const auto& [field, value] : v.fields)
        t.hput(e, Type::hash, field, [&](const Text*) { return std::optional<Text>(value); });
      break;
    case RdbType::sorted_set:
      for (const auto& [score, member] : v.members)
        t.zput(e, member, [&](const double*) { return std::optional<double>(score); });
      break;
  }
}

}  // namespace playhead::embedded
