#pragma once
// A trivial model of the storage: what every primitive means, over standard containers.
#include <deque>
#include <map>
#include <set>
#include <string>

#include "backends/embedded/storage.h"

namespace playhead::rocks::test {

using embedded::Type;

struct ModelValue {
  Type type = Type::none;
  Millis deadline = 0;
  std::string string;
  std::map<std::string, std::string> fields;
  std::map<std::string, double> scores;
  std::deque<std::string> list;

  bool operator==(const ModelValue&) const = default;
  std::size_t size() const {
    switch (type) {
      case Type::string:
        return string.size();
      case Type::zset:
        return scores.size();
      case Type::list:
        return list.size();
      default:
        return fields.size();
    }
  }
  /// Members in their order.
  std::set<std::pair<double, std::string>> ordered() const {
    std::set<std::pair<double, std::string>> result;
    for (auto& [member, score] : scores) result.insert({score == 0 ? 0.0 : score, member});
    return result;
  }
};

using ModelDatabase = std::map<std::string, ModelValue>;
using Model = std::map<std::uint16_t, ModelDatabase>;

}  // namespace playhead::rocks::test
