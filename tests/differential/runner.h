#pragma once
// Runs a stream on Redis and on the embedded stores and compares everything they say.
#include <map>
#include <optional>

#include "tests/differential/comparison.h"
#include "tests/differential/coverage.h"
#include "tests/differential/state.h"
#include "tests/differential/targets.h"

namespace playhead::differential {

/// A difference, and where in the stream it was seen.
struct Failure {
  std::size_t step = 0;
  std::string subject;  ///< the command's name, or what else was compared: the same for one difference shown
                        ///< by several streams
  std::string text;     ///< for people
};

class Runner {
 public:
  Runner(const std::string& unix_socket, std::vector<const EmbeddedKind*> kinds)
      : redis_(unix_socket), kinds_(std::move(kinds)) {}

  /// Makes the next run begin with new stores, not only with emptied ones.
  void renew() { runs_ = 0; }
  /// Runs it from empty stores on, speaking RESP2 or RESP3 to Redis; stops at the first difference.
  std::optional<Failure> run(const Stream& stream, int protocol, Coverage* coverage);
  /// The step that was under way when run() threw something.
  std::size_t step() const { return at_; }
  const Encodings& encodings() const { return encodings_; }
  /// How many replies of each store were compared with Redis's.
  const std::map<std::string, std::uint64_t>& compared() const { return compared_; }

 private:
  struct Difference : Failure {};
  void start(int protocol);
  void run_chunk(const Stream& stream, std::size_t from, std::size_t to);
  void compare_step(const Step& step, const Outcome& redis, EmbeddedTarget& store);
  void compare_replies(const Step& step, const Outcome& redis, const Outcome& ours,
                       const EmbeddedTarget& store);
  void perform_random(const Step& step, const Outcome& redis, EmbeddedTarget& store);
  void run_transfer(const Step& step);
  void run_scan(const Step& step);
  Value scan_to_the_end(const Step& step, const std::function<Value(const Words&)>& ask);
  void run_travel(const Step& step);
  void come_back();
  State check(bool encodings);
  void check_sample(const Words& words, std::uint16_t db, const Value& before, const Value& reply,
                    EmbeddedTarget& store);
  void follow_time();
  void compare(const Words& words, const Value& redis, const Value& ours, const EmbeddedTarget& store);
  [[noreturn]] void differ(const std::string& subject, const std::string& text) const;

  RedisTarget redis_;
  std::vector<const EmbeddedKind*> kinds_;
  std::vector<EmbeddedTarget> stores_;
  std::shared_ptr<ManualClock> clock_;
  std::size_t runs_ = 0;
  Frame frame_;
  bool travelling_ = false;
  std::vector<std::string> expired_;  // names of keys that expired on the journey
  Encodings encodings_;
  std::map<std::string, std::uint64_t> compared_;
  Coverage* coverage_ = nullptr;
  std::size_t at_ = 0;  // step under way
};

}  // namespace playhead::differential
