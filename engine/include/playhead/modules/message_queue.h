#pragma once
// A queue whose messages are not lost when a worker dies.
#include "playhead/modules/page.h"

namespace playhead {

struct QueueOptions {
  Millis lease = 30'000;  ///< how long a received message is hidden from others; 1 ms to 10 years
  std::int64_t max_retries =
      3;  ///< deliveries after the first one, before a message is a dead letter; 0..1000
  Millis retry_unit =
      1'000;  ///< a message that failed n times comes again after this times 2^n; 0 to 10 years
  Millis longest_retry = 300'000;  ///< but not later than this; 0 to 10 years
  Millis dedupe_window = 300'000;  ///< how long a dedupe key is remembered; 1 ms to 10 years
  Millis retention = 0;            ///< how long a completed message can be looked at; 0 to 10 years
  Millis dead_retention = 0;       ///< how long a dead letter is kept; 0: until it is requeued or discarded
};

/// A message to send.
struct OutgoingMessage {
  Text body;
  std::int64_t priority = 0;  ///< greater ones are received first; -1000..1000
  Millis delay = 0;           ///< received not before so long from now; 0 to 10 years
  Text dedupe = {};  ///< of messages with the same key within the window only the first is sent; may be empty
  Text id = {};      ///< empty: a random one. A message with the id of one that is there is not sent again
};

/// A message that was received. Whoever has the receipt owns it until the lease ends.
struct ReceivedMessage {
  std::string id, body;
  std::int64_t priority = 0;
  std::int64_t attempt =
      1;  ///< how often it was delivered, this time included: a fencing token for its effects
  Millis sent_at = 0;
  Millis lease_ends = 0;
  std::string receipt;
};

/// What became of a message for good.
struct DeadLetter {
  std::string id, body, reason;
  std::int64_t priority = 0, attempts = 0;
  Millis sent_at = 0, died_at = 0;
};

enum class MessageStatus : std::uint8_t {
  pending,     ///< can be received
  delayed,     ///< was sent with a delay that lasts
  processing,  ///< somebody has received it
  retry,       ///< failed, and waits for its next delivery
  completed,   ///< within the retention
  failed,      ///< a dead letter
};

struct MessageState {
  MessageStatus status = MessageStatus::pending;
  std::int64_t priority = 0, attempts = 0;
  Millis sent_at = 0;
  Millis at = 0;       ///< when it can be received, its lease ends, it was completed or died; 0 while pending
  std::string reason;  ///< of the last failure
  std::string progress;  ///< what extend_message() noted
  std::string result;    ///< what complete_message() was given
  /// Completed, or a dead letter.
  bool over() const { return status == MessageStatus::completed || status == MessageStatus::failed; }
};

struct QueueStats {
  std::int64_t pending = 0, delayed = 0, processing = 0, failed = 0, finished = 0;  ///< messages there are
  std::int64_t sent = 0, duplicates = 0, completed = 0, retried = 0, died = 0;  ///< since the queue exists
};

/// What a look into the queue found.
struct Received {
  std::vector<ReceivedMessage> messages;
  Millis look_again = 0;  ///< the longest time after which to look again, if nothing tells that there is more
};

/// What a look for the end of a message found.
struct Awaited {
  std::optional<MessageState> state;
  Millis look_again = 0;  ///< the longest time after which to look again, if nothing tells that it is over
};

/// A queue: at least once, the greatest priority first, among equal ones in the order of sending. A message that was
/// received is hidden until its lease ends; it goes only when its receiver completes it with its receipt. If the
/// lease ends, or the receiver says that it failed, it comes again later, and after max_retries it is a dead letter.
/// A message that failed or was delayed keeps its place among those that can be received. Every method is one atomic
/// step and one round trip; receiving with a wait is one for each look. A crash loses nothing that was sent.
/// Thread-safe, and shared by all processes on the store that give the same name. Methods throw Error{invalid} for
/// arguments out of range, and what the store throws. Complexities are for n messages in the queue.
class MessageQueue {
 public:
  /// Throws Error{invalid} for options out of range.
  MessageQueue(Namespace space, Text name, QueueOptions options = {});

  /// Sends one; its id. If its dedupe key is known, nothing is sent, and the result is the id of the first. O(log n).
  std::string send_message(const OutgoingMessage& message);
  std::string send_message(Text body) { return send_message(OutgoingMessage{body}); }
  /// Sends 1 to 1000 messages in one step; their ids. O(count log n).
  std::vector<std::string> send_messages(List<OutgoingMessage> messages);

  /// Receives up to `count` (1..1000) messages. If there is none, waits up to `wait` ms until there is one, without
  /// polling: parked in the store, first come first. O(count log n).
  std::vector<ReceivedMessage> receive_messages(std::int64_t count = 1, Millis wait = 0);
  std::optional<ReceivedMessage> receive_message(Millis wait = 0);
  /// One look, without waiting. Who waits by other means waits for an element of the list `signal_key()`, which he
  /// takes, no longer than `look_again`, and looks again.
  Received look(std::int64_t count = 1);
  const std::string& signal_key() const { return keys_.back(); }

  /// The message was processed: it goes, or is kept with the result for the retention. False: the receipt is not good
  /// any more, and nothing was changed. O(log n).
  bool complete_message(Text id, Text receipt, Text result = {});
  bool complete_message(const ReceivedMessage& m, Text result = {}) {
    return complete_message(m.id, m.receipt, result);
  }
  /// The same for 1 to 1000 messages in one step: whether each receipt was good.
  std::vector<bool> complete_messages(List<ReceivedMessage> messages);
  /// Processing failed: it comes again `after` so long (nothing: after retry_unit * 2^n), or is a dead letter after
  /// max_retries. The result is as with complete_message().
  bool fail_message(Text id, Text receipt, Text reason = {}, std::optional<Millis> after = {});
  /// It can never be processed: a dead letter at once.
  bool reject_message(Text id, Text receipt, Text reason = {});
  /// It was not processed: it can be received again at once, and the delivery does not count.
  bool release_message(Text id, Text receipt);
  /// The lease ends `lease` ms from now (nothing: as in the options); when that is. `progress`, if given, is noted.
  /// Nothing: the receipt is not good any more.
  std::optional<Millis> extend_message(Text id, Text receipt, std::optional<Millis> lease = {},
                                       std::optional<Text> progress = {});

  /// What is known of a message.
  std::optional<MessageState> message_state(Text id);
  /// Waits up to `wait` ms (none: for ever) until a message is over; what is known of it then, in whatever state.
  /// Nothing: it is not there, or was completed and is not kept. Parked in the store: who ends the message wakes those
  /// who wait, which costs him a round trip more; at the end of its lease, and once in a lease, they look themselves.
  std::optional<MessageState> await_message(Text id, std::optional<Millis> wait = {});
  /// One look of it. Who waits by other means waits for an element of the list `done_key()`, which he takes, no longer
  /// than `look_again`, and looks again; if he has waited, and it is over or not there, he wakes the next one.
  Awaited look_for(Text id);
  std::string done_key(Text id) const;
  void wake_next(Text id);
  /// Fails messages whose lease has ended, at most 1000, and drops what is kept no longer; how many failed. Receiving
  /// does the same, so that nobody has to call this.
  std::int64_t cleanup_expired_messages();
  QueueStats get_queue_stats();

  /// The latest first. O(count + log n).
  ListPage<DeadLetter> dead_letters(Text cursor = {}, std::int64_t count = 50);
  /// Makes dead letters messages again, which can be received at once and are retried as new ones: those named, or,
  /// if none is, the oldest 1000. How many. O(log n) each.
  std::int64_t requeue(List<Text> ids = {});
  /// Drops dead letters for good; as requeue().
  std::int64_t discard(List<Text> ids = {});

  const Namespace& space() const { return space_; }
  const QueueOptions& options() const { return options_; }
  static List<Procedure> procedures();

 private:
  friend class TaskQueue;
  /// `family`: queues of different families share nothing.
  MessageQueue(Namespace space, Text family, Text name, QueueOptions options);
  MessageState state_of(const std::vector<Value>& parts) const;
  void wake(List<Text> ids);
  Value invoke(const Procedure& p, const ArgumentWriter& args) const;
  void write_policy(ArgumentWriter& args) const;
  bool settle(Text how, Text id, Text receipt, Text note, std::optional<Millis> after);
  std::int64_t revive(Text how, List<Text> ids);

  Namespace space_;
  std::string family_, name_;
  QueueOptions options_;
  std::vector<std::string> keys_;  // see queue_procedures.h
};

}  // namespace playhead
