#pragma once
// Which operations, options and kinds of replies a run has seen.
#include <string>
#include <vector>

#include "playhead/reply.h"
#include "tests/differential/reply_kinds.h"
#include "tests/differential/stream.h"

namespace playhead::differential {

class Coverage {
 public:
  Coverage();
  /// A command that was compared, with Redis's reply.
  void add(const Words& words, const Value& reply);

  std::uint64_t commands() const { return commands_; }
  /// Operations that were never performed without being refused.
  std::vector<std::string> operations_not_hit() const;
  std::size_t operations_hit() const;
  /// Kinds of replies that an operation, alone or with an option, can give and did not: "zadd NX: null zero".
  std::vector<std::string> combinations_not_hit() const;
  /// The numbers of operations, options and combinations that were hit, and of those that there are.
  std::string report() const;

 private:
  struct Hits {
    std::string option;  // "": whatever the options
    Kinds possible, seen;
  };
  std::vector<std::vector<Hits>> hits_;  // by operation
  std::uint64_t commands_ = 0;
};

}  // namespace playhead::differential
