#pragma once
// The stores under test and the Redis server that tells the truth, run step by step.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "playhead/clock.h"
#include "playhead/store.h"
#include "tests/differential/connection.h"
#include "tests/differential/stream.h"

namespace playhead::differential {

/// A kind of embedded store, opened fresh and empty.
struct EmbeddedKind {
  std::string name;
  std::function<std::shared_ptr<Store>(std::shared_ptr<ManualClock>)> open;
};
/// All that this build offers.
const std::vector<EmbeddedKind>& embedded_kinds();

/// What a step gave.
struct Outcome {
  std::vector<Value> replies;  ///< one for each of the step's commands that was run, or refused
  bool aborted = false;        ///< a batch: a command was refused when it was queued, nothing was run
  bool ran = true;             ///< false: a watched key had changed
};

/// A question besides the stream.
using Question = std::pair<std::uint16_t, Words>;

/// An embedded store. Calls, batches and watches are performed as a session of the RESP server would.
class EmbeddedTarget {
 public:
  EmbeddedTarget(const EmbeddedKind& kind, std::shared_ptr<ManualClock> clock);
  ~EmbeddedTarget();
  EmbeddedTarget(EmbeddedTarget&&) = default;
  EmbeddedTarget& operator=(EmbeddedTarget&&) = default;

  Outcome perform(const Step& step);
  Value ask(std::uint16_t db, const Words& words);
  std::vector<Value> ask(const std::vector<Question>& questions);
  /// The messages published since the last call, as a subscriber to some channels and a pattern gets them.
  std::vector<std::string> messages() { return std::exchange(*messages_, {}); }

  /// Empties it.
  void reset();

  std::string name;

 private:
  Outcome perform_batch(const Step& step, std::size_t from, Watch* watch);
  Outcome perform_watch(const Step& step);
  std::shared_ptr<Store> store_;
  std::unique_ptr<std::vector<std::string>> messages_ = std::make_unique<std::vector<std::string>>();
  std::unique_ptr<Subscription> subscription_;
};

/// A Redis server. send() queues steps, receive() gives their outcomes in the same order.
class RedisTarget {
 public:
  explicit RedisTarget(const std::string& unix_socket);

  void send(const Step& step);
  Outcome receive(const Step& step);
  Value ask(std::uint16_t db, const Words& words);
  std::vector<Value> ask(const std::vector<Question>& questions);
  std::vector<std::string> messages();
  /// Empties it and speaks RESP2 or RESP3 from now on.
  void reset(int protocol);

 private:
  void select(std::uint16_t db);
  void send_command(const Words& words);
  void send_batch(const Step& step, std::size_t from);
  Value next();
  Value receive_command(const Words& words);
  void receive_batch(const Step& step, std::size_t from, Outcome& out);

  Connection connection_;
  Connection subscriber_;
  int db_ = -1;
  std::vector<bool> skipped_;  // for every reply under way: it answers SELECT
  std::size_t at_ = 0;
};

/// Whether a command waits when it is run on its own.
bool is_blocking(const Words& words);

}  // namespace playhead::differential
