#include "playhead/modules/chat.h"

#include <algorithm>
#include <array>

#include "engine/modules/messaging/chat_procedures.h"
#include "engine/modules/procedures/fields.h"
#include "engine/modules/procedures/random_id.h"

namespace playhead {

namespace {

constexpr std::int64_t most_kept = 1'000'000;

ChatMessage parse(Text room, Text bytes) {
  FieldReader in(bytes);
  ChatMessage m;
  m.room = room;
  m.id = in.text();
  m.user = in.text();
  m.at = in.integer();
  m.text = in.text();
  return m;
}

}  // namespace

Chat::Chat(Namespace space, ChatOptions options)
    : space_(std::move(space)), history_limit_(options.history_limit), bus_(space_, std::move(options.bus)) {
  check_range("history_limit", history_limit_, 0, most_kept);
}

std::string Chat::history_key(Text room) const {
  check_id("room", room);
  return space_.keys().key("chat", room, {"history"});
}

// Channels belong to no database, rooms do.
std::string Chat::channel(Text room) const {
  check_id("room", room);
  return space_.keys().key("chat", room, {"channel", std::to_string(space_.db())});
}

ChatMessage Chat::publish(Text room, Text text, Text user) {
  if (!user.empty()) check_id("user", user);
  ChatMessage m{random_id(), std::string(room), std::string(user), std::string(text), 0};
  std::string key = history_key(room), to = channel(room);
  ArgumentWriter args(space_.time());
  args.text(to).integer(history_limit_).text(m.id).text(user).text(text);
  m.at = space_.invoke(messaging::chat_publish, {key}, args).to_integer();
  return m;
}

std::uint64_t Chat::subscribe(Text room, Callback callback) {
  return bus_.subscribe(channel(room), [name = std::string(room), callback = std::move(callback)](
                                           Text, Text message) { callback(parse(name, message)); });
}

std::vector<ChatMessage> Chat::history(Text room, std::int64_t count, std::int64_t skip) {
  check_range("count", count, 1, most_kept);
  check_range("skip", skip, 0, most_kept);
  std::string key = history_key(room);
  std::vector<ChatMessage> messages;
  for (const std::string& bytes : space_.run(LRange{key, skip, skip + count - 1}))
    messages.push_back(parse(room, bytes));
  std::reverse(messages.begin(), messages.end());
  return messages;
}

List<Procedure> Chat::procedures() {
  static const std::array all = {messaging::chat_publish};
  return all;
}

}  // namespace playhead
