#include "playhead/modules/message_queue.h"

#include <array>
#include <chrono>

#include "engine/modules/messaging/queue_procedures.h"
#include "engine/modules/procedures/random_id.h"
#include "engine/modules/procedures/wait.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr std::int64_t most_at_once = 1000;
constexpr std::int64_t most_retries = 1000;
constexpr Millis done_life = 60'000;  // of the signal that a message is over

MessageStatus status_of(Text set, bool delayed) {
  if (set == "later") return delayed ? MessageStatus::delayed : MessageStatus::retry;
  if (set == "leased") return MessageStatus::processing;
  if (set == "dead") return MessageStatus::failed;
  if (set == "finished") return MessageStatus::completed;
  return MessageStatus::pending;
}

void check_id_or_nothing(Text name, Text id) {
  if (!id.empty()) check_id(name, id);
}

}  // namespace

MessageQueue::MessageQueue(Namespace space, Text name, QueueOptions options)
    : MessageQueue(std::move(space), "queue", name, options) {}

MessageQueue::MessageQueue(Namespace space, Text family, Text name, QueueOptions options)
    : space_(std::move(space)), family_(family), name_(name), options_(options) {
  check_id("name", name);
  check_range("lease", options_.lease, 1, longest_span);
  check_range("max_retries", options_.max_retries, 0, most_retries);
  check_range("retry_unit", options_.retry_unit, 0, longest_span);
  check_range("longest_retry", options_.longest_retry, 0, longest_span);
  check_range("dedupe_window", options_.dedupe_window, 1, longest_span);
  check_range("retention", options_.retention, 0, longest_span);
  check_range("dead_retention", options_.dead_retention, 0, longest_span);
  for (Text part : {"bodies", "records", "ready", "later", "leased", "dead", "finished", "dedupe", "windows",
                    "counts", "waiters", "signal"})
    keys_.push_back(space_.keys().key(family_, name_, {part}));
}

Value MessageQueue::invoke(const Procedure& p, const ArgumentWriter& args) const {
  std::vector<Text> keys(keys_.begin(), keys_.end());
  return space_.invoke(p, keys, args);
}

void MessageQueue::write_policy(ArgumentWriter& args) const {
  args.integer(options_.max_retries).integer(options_.retry_unit).integer(options_.longest_retry);
  args.integer(options_.retention).integer(options_.dead_retention);
}

// ---- sending

std::string MessageQueue::send_message(const OutgoingMessage& message) {
  return std::move(send_messages({&message, 1}).at(0));
}

std::vector<std::string> MessageQueue::send_messages(List<OutgoingMessage> messages) {
  check_range("the number of messages", static_cast<std::int64_t>(messages.size()), 1, most_at_once);
  std::vector<std::string> made;
  made.reserve(messages.size());  // the arguments borrow from it
  ArgumentWriter args(space_.time());
  args.integer(options_.dedupe_window);
  for (const OutgoingMessage& m : messages) {
    check_range("priority", m.priority, -messaging::greatest_priority, messaging::greatest_priority);
    check_range("delay", m.delay, 0, longest_span);
    check_id_or_nothing("dedupe", m.dedupe);
    check_id_or_nothing("id", m.id);
    Text id = m.id.empty() ? Text(made.emplace_back(random_id())) : m.id;
    args.text(id).text(m.body).integer(m.priority).integer(m.delay).text(m.dedupe);
  }
  Value reply = invoke(messaging::queue_send, args);
  std::vector<std::string> ids;
  for (const Value& id : list_of(reply)) ids.push_back(id.to_string());
  return ids;
}

// ---- receiving

Received MessageQueue::look(std::int64_t count) {
  check_range("count", count, 1, most_at_once);
  std::string receipt = random_id();
  ArgumentWriter args(space_.time());
  write_policy(args);
  args.integer(count).integer(options_.lease).text(receipt);
  Value reply = invoke(messaging::queue_receive, args);
  const auto& parts = list_of(reply);
  Millis now = parts.at(0).to_integer(), next = parts.at(1).to_integer();
  Received found;
  found.look_again = look_again_after(next, now, options_.lease);
  for (std::size_t i = 2; i + 5 <= parts.size(); i += 5)
    found.messages.push_back({parts[i].to_string(), parts[i + 1].to_string(), parts[i + 2].to_integer(),
                              parts[i + 3].to_integer(), parts[i + 4].to_integer(), now + options_.lease,
                              receipt});
  return found;
}

std::vector<ReceivedMessage> MessageQueue::receive_messages(std::int64_t count, Millis wait) {
  check_range("wait", wait, 0, longest_span);
  WaitLimit limit(wait);
  for (;;) {
    Received found = look(count);
    if (!found.messages.empty() || limit.over()) return std::move(found.messages);
    await_signal(space_, signal_key(), limit.at_most(found.look_again));
  }
}

std::optional<ReceivedMessage> MessageQueue::receive_message(Millis wait) {
  auto messages = receive_messages(1, wait);
  if (messages.empty()) return std::nullopt;
  return std::move(messages.front());
}

// ---- settling

bool MessageQueue::settle(Text how, Text id, Text receipt, Text note, std::optional<Millis> after) {
  check_id("id", id);
  if (after) check_range("after", *after, 0, longest_span);
  ArgumentWriter args(space_.time());
  write_policy(args);
  args.text(how).integer(after.value_or(-1)).text(note).text(id).text(receipt);
  std::int64_t good = list_of(invoke(messaging::queue_settle, args)).at(0).to_integer();
  if (good == 2) wake({&id, 1});
  return good > 0;
}

bool MessageQueue::complete_message(Text id, Text receipt, Text result) {
  return settle("complete", id, receipt, result, {});
}

std::vector<bool> MessageQueue::complete_messages(List<ReceivedMessage> messages) {
  check_range("the number of messages", static_cast<std::int64_t>(messages.size()), 1, most_at_once);
  ArgumentWriter args(space_.time());
  write_policy(args);
  args.text("complete").integer(-1).text("");
  for (const ReceivedMessage& m : messages) args.text(m.id).text(m.receipt);
  Value reply = invoke(messaging::queue_settle, args);
  std::vector<bool> out;
  std::vector<Text> awaited;
  for (const Value& good : list_of(reply)) {
    if (good.to_integer() == 2) awaited.push_back(messages[out.size()].id);
    out.push_back(good.to_integer() > 0);
  }
  if (!awaited.empty()) wake(awaited);
  return out;
}

bool MessageQueue::fail_message(Text id, Text receipt, Text reason, std::optional<Millis> after) {
  return settle("fail", id, receipt, reason, after);
}

bool MessageQueue::reject_message(Text id, Text receipt, Text reason) {
  return settle("reject", id, receipt, reason, {});
}

bool MessageQueue::release_message(Text id, Text receipt) {
  return settle("release", id, receipt, {}, {});
}

std::optional<Millis> MessageQueue::extend_message(Text id, Text receipt, std::optional<Millis> lease,
                                                   std::optional<Text> progress) {
  check_id("id", id);
  if (lease) check_range("lease", *lease, 1, longest_span);
  ArgumentWriter args(space_.time());
  args.text(id).text(receipt).integer(lease.value_or(options_.lease));
  args.integer(progress ? 1 : 0).text(progress.value_or(Text()));
  Value reply = invoke(messaging::queue_extend, args);
  if (reply.is_null()) return std::nullopt;
  return reply.to_integer();
}

// ---- what is known of a message

std::optional<MessageState> MessageQueue::message_state(Text id) {
  check_id("id", id);
  ArgumentWriter args(space_.time());
  args.text(id);
  Value reply = invoke(messaging::queue_state, args);
  if (reply.is_null()) return std::nullopt;
  return state_of(list_of(reply));
}

MessageState MessageQueue::state_of(const std::vector<Value>& parts) const {
  MessageState s;
  s.status = status_of(parts.at(0).to_string(), parts.at(5).to_integer() == 1);
  s.at = parts[1].to_integer();
  s.priority = parts[2].to_integer();
  s.attempts = parts[3].to_integer();
  s.sent_at = parts[4].to_integer();
  s.reason = parts.at(6).to_string();
  s.progress = parts.at(7).to_string();
  s.result = parts.at(8).to_string();
  return s;
}

// ---- waiting for the end of a message

std::string MessageQueue::done_key(Text id) const {
  return space_.keys().key(family_, name_, {"done", id});
}

Awaited MessageQueue::look_for(Text id) {
  check_id("id", id);
  ArgumentWriter args(space_.time());
  write_policy(args);
  args.text(id).integer(2 * options_.lease);  // by then he has looked again
  Value reply = invoke(messaging::queue_await, args);
  if (reply.is_null()) return {};
  const auto& parts = list_of(reply);
  Awaited found{state_of(parts), options_.lease};
  if (Millis now = parts.at(9).to_integer(); found.state->status == MessageStatus::processing)
    found.look_again = look_again_after(found.state->at, now, options_.lease);
  return found;
}

std::optional<MessageState> MessageQueue::await_message(Text id, std::optional<Millis> wait) {
  if (wait) check_range("wait", *wait, 0, longest_span);
  WaitLimit limit(wait.value_or(longest_span));
  std::string done = done_key(id);
  for (bool waited = false;; waited = true) {
    Awaited found = look_for(id);
    bool over = !found.state || found.state->over();
    if (over && waited) wake_next(id);
    if (over || limit.over()) return std::move(found.state);
    await_signal(space_, done, limit.at_most(found.look_again));
  }
}

void MessageQueue::wake_next(Text id) {
  wake({&id, 1});
}

void MessageQueue::wake(List<Text> ids) {
  std::vector<std::string> keys;
  for (Text id : ids) keys.push_back(done_key(id));
  Batch batch(space_.db());
  Text element = "1";
  for (const std::string& key : keys) {
    batch.add(RPush{key, {&element, 1}});
    PExpire expire;
    expire.key = key;
    expire.time = done_life;
    batch.add(expire);
  }
  space_.store().perform(batch);
}

// ---- looking after it

std::int64_t MessageQueue::cleanup_expired_messages() {
  ArgumentWriter args(space_.time());
  write_policy(args);
  return invoke(messaging::queue_clean, args).to_integer();
}

QueueStats MessageQueue::get_queue_stats() {
  Value reply = invoke(messaging::queue_stats, ArgumentWriter(space_.time()));
  const auto& parts = list_of(reply);
  QueueStats s;
  std::size_t i = 0;
  for (std::int64_t* field : {&s.pending, &s.delayed, &s.processing, &s.failed, &s.finished, &s.sent,
                              &s.duplicates, &s.completed, &s.retried, &s.died})
    *field = parts.at(i++).to_integer();
  return s;
}

ListPage<DeadLetter> MessageQueue::dead_letters(Text cursor, std::int64_t count) {
  auto from = PageCursor::parse(cursor);
  ArgumentWriter args(space_.time());
  write_page(args, from, count);
  Value reply = invoke(messaging::queue_dead, args);
  const auto& parts = list_of(reply);
  ListPage<DeadLetter> page;
  for (std::size_t i = 0; i + 7 <= parts.size(); i += 7)
    page.items.push_back({parts[i].to_string(), parts[i + 2].to_string(), parts[i + 6].to_string(),
                          parts[i + 3].to_integer(), parts[i + 4].to_integer(), parts[i + 5].to_integer(),
                          parts[i + 1].to_integer()});
  if (page.items.size() > static_cast<std::size_t>(count)) {
    page.items.pop_back();
    page.next = PageCursor{static_cast<double>(page.items.back().died_at), page.items.back().id}.text();
  }
  return page;
}

std::int64_t MessageQueue::revive(Text how, List<Text> ids) {
  check_range("the number of ids", static_cast<std::int64_t>(ids.size()), 0, most_at_once);
  ArgumentWriter args(space_.time());
  args.text(how);
  for (Text id : ids) args.text(id);
  return invoke(messaging::queue_revive, args).to_integer();
}

std::int64_t MessageQueue::requeue(List<Text> ids) {
  return revive("requeue", ids);
}

std::int64_t MessageQueue::discard(List<Text> ids) {
  return revive("discard", ids);
}

List<Procedure> MessageQueue::procedures() {
  using namespace messaging;
  static const std::array all = {queue_send,  queue_receive, queue_settle, queue_extend, queue_state,
                                 queue_await, queue_clean,   queue_stats,  queue_dead,   queue_revive};
  return all;
}

}  // namespace playhead
