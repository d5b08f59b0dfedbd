#pragma once
// What a store should hold, over standard containers.
#include <deque>
#include <map>
#include <string>

#include "playhead/operations.h"
#include "tests/crash/change.h"

namespace playhead::crash {

/// What a key holds.
struct Content {
  ValueType type = ValueType::none;
  Millis deadline = 0;  ///< 0: none
  std::string text;
  std::map<std::string, std::string> fields;  ///< of a hash; members of a set
  std::map<std::string, double> scores;
  std::deque<std::string> list;

  bool operator==(const Content&) const = default;
  bool empty() const { return type != ValueType::string && fields.empty() && scores.empty() && list.empty(); }
};

/// The keys of one thread and what they hold. It knows the commands that change_of() uses.
class Model {
 public:
  void apply(const Change& change);
  /// Forgets keys whose deadline has come.
  void expire(Millis now);
  const std::map<std::string, Content>& keys() const { return keys_; }
  /// What the thread added to the shared counter.
  std::int64_t added() const;

 private:
  void apply(const Words& words);
  void apply_to_string(const Words& words);
  void apply_to_fields(const Words& words);
  void apply_to_scores(const Words& words);
  void apply_to_list(const Words& words);
  void apply_to_key(const Words& words);
  std::map<std::string, Content> keys_;
};

/// What the store holds under the keys of a thread. `wrong`: answers that contradict each other, if there are
/// some.
std::map<std::string, Content> read_keys(Store& store, std::size_t thread, std::string& wrong);
/// Empty: the contents are the model's; else what differs first.
std::string difference(const std::map<std::string, Content>& held, const Model& model);
/// Compares what the store holds under the keys of a thread with the model.
std::string difference(Store& store, const Model& model, std::size_t thread);

}  // namespace playhead::crash
