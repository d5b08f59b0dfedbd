#pragma once
// Which operations, options and kinds of replies a run has seen.
#include <map>
#include <set>
#include <string>
#include <vector>

#include "playhead/reply.h"
#include "tests/differential/stream.h"

namespace playhead::differential {

class Coverage {
 public:
  /// A command that was compared, with Redis's reply.
  void add(const Words& words, const Value& reply);

  std::uint64_t commands() const { return commands_; }
  /// Operations that were never performed without being refused.
  std::vector<std::string> operations_not_hit() const;
  std::size_t operations_hit() const;
  /// The number of combinations of operation, option and reply kind that were hit, and the options that were
  /// not.
  std::string report() const;

 private:
  // By operation, then by option ("": none), the kinds of replies.
  std::map<std::string, std::map<std::string, std::set<std::string>>> hits_;
  std::uint64_t commands_ = 0;
};

}  // namespace playhead::differential
