// The commands of a session on the connection itself and on its subscriptions.
#include "engine/store/session_impl.h"
#include "playhead/version.h"

namespace playhead {

using connection::check_client_name;

namespace {

constexpr Text wrong_password = "WRONGPASS invalid username-password pair or user is disabled.";

}  // namespace

void Session::Impl::on(const connection::Auth& c, Sink& out) {
  if (!c.password)
    refuse(
        "ERR AUTH <password> called without any password configured for the default user. Are you sure your "
        "configuration is correct?");
  if (c.first != "default") refuse(wrong_password);
  out.status("OK");
}

void Session::Impl::on(const connection::Hello& c, Sink& out) {
  if (c.auth && c.auth->user != "default") refuse(wrong_password);
  if (c.name) name_ = *c.name;
  if (c.protocol) protocol = static_cast<int>(*c.protocol);
  out.begin_map(7);
  out.bulk("server");
  out.bulk("redis");
  out.bulk("version");
  out.bulk(redis_version);
  out.bulk("proto");
  out.integer(protocol);
  out.bulk("id");
  out.integer(static_cast<std::int64_t>(id));
  out.bulk("mode");
  out.bulk("standalone");
  out.bulk("role");
  out.bulk("master");
  out.bulk("modules");
  out.begin_array(0);
}

void Session::Impl::on(const connection::Ping& c, Sink& out) {
  if (subscriptions() > 0 && protocol == 2) {  // in the form of a message
    out.begin_array(2);
    out.bulk("pong");
    out.bulk(c.message.value_or(Text()));
  } else if (c.message) {
    out.bulk(*c.message);
  } else {
    out.status("PONG");
  }
}

void Session::Impl::on(const connection::Echo& c, Sink& out) {
  out.bulk(c.message);
}

std::uint16_t Session::Impl::checked_database(std::int64_t index) {
  if (index < INT32_MIN || index > INT32_MAX)
    refuse("ERR value is out of range, value must between -2147483648 and 2147483647");
  if (database_count_ == 0) database_count_ = store_->capabilities().databases;
  if (index < 0 || index >= database_count_) refuse("ERR DB index is out of range");
  return static_cast<std::uint16_t>(index);
}

void Session::Impl::on(const connection::Select& c, Sink& out) {
  db = checked_database(c.index);
  out.status("OK");
}

void Session::Impl::on(const connection::Quit&, Sink& out) {
  ended = true;
  out.status("OK");
}

void Session::Impl::on(const connection::Reset&, Sink& out) {
  end_transaction();
  subscription_.reset();
  channels_.clear();
  patterns_.clear();
  db = store_->database();
  protocol = 2;
  name_.clear();
  out.status("RESET");
}

void Session::Impl::on(const connection::ClientId&, Sink& out) {
  out.integer(static_cast<std::int64_t>(id));
}

void Session::Impl::on(const connection::ClientGetName&, Sink& out) {
  if (name_.empty())
    out.null();
  else
    out.bulk(name_);
}

void Session::Impl::on(const connection::ClientSetName& c, Sink& out) {
  check_client_name(c.name);
  name_ = c.name;
  out.status("OK");
}

void Session::Impl::on(const connection::ClientInfo&, Sink& out) {
  auto age =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now() - since_).count();
  std::string flags = subscriptions() > 0 ? "P" : "";
  if (multi) flags += 'x';
  if (flags.empty()) flags = "N";
  std::string text = "id=" + std::to_string(id) + " addr=" + options_.address + " name=" + name_ +
                     " age=" + std::to_string(age) + " idle=0 flags=" + flags + " db=" + std::to_string(db) +
                     " sub=" + std::to_string(channels_.size()) +
                     " psub=" + std::to_string(patterns_.size()) +
                     " ssub=0 multi=" + (multi ? std::to_string(queue_.size()) : "-1") +
                     " cmd=client|info user=default redir=-1 resp=" + std::to_string(protocol) + "\n";
  out.verbatim(text);
}

// ---- subscriptions

Subscription& Session::Impl::subscription() {
  if (!subscription_) subscription_ = store_->subscribe(options_.on_message);
  return *subscription_;
}

void Session::Impl::confirm(Message::Kind kind, Text name) {
  options_.on_message({kind, {}, name, {}, static_cast<std::int64_t>(subscriptions())});
}

void Session::Impl::add_names(List<Text> names, Names& mine, void (Subscription::*change)(List<Text>)) {
  if (!options_.on_message) refuse("ERR this session takes no messages");
  (subscription().*change)(names);
  mine.insert(names.begin(), names.end());
}

void Session::Impl::remove_names(List<Text> names, Names& mine, Message::Kind kind,
                                 void (Subscription::*change)(List<Text>)) {
  if (!options_.on_message) refuse("ERR this session takes no messages");
  if (names.empty() && mine.empty()) return confirm(kind, Text());
  if (!subscription_) {  // there is nothing to end, and no need to begin anything
    for (Text name : names) confirm(kind, name);
    return;
  }
  ((*subscription_).*change)(names);
  if (names.empty()) mine.clear();
  for (Text name : names)
    if (auto at = mine.find(name); at != mine.end()) mine.erase(at);
}

void Session::Impl::on(const connection::Subscribe& c, Sink&) {
  add_names(c.names, channels_, &Subscription::subscribe);
}
void Session::Impl::on(const connection::PSubscribe& c, Sink&) {
  add_names(c.names, patterns_, &Subscription::psubscribe);
}
void Session::Impl::on(const connection::Unsubscribe& c, Sink&) {
  remove_names(c.names, channels_, Message::Kind::unsubscribe, &Subscription::unsubscribe);
}
void Session::Impl::on(const connection::PUnsubscribe& c, Sink&) {
  remove_names(c.names, patterns_, Message::Kind::punsubscribe, &Subscription::punsubscribe);
}

void emit(const Message& m, Sink& sink) {
  bool with_pattern = m.kind == Message::Kind::pmessage;
  sink.begin_push(with_pattern ? 4 : 3);
  sink.bulk(name_of(m.kind));
  if (with_pattern) sink.bulk(m.pattern);
  if (m.channel.data() == nullptr)
    sink.null();
  else
    sink.bulk(m.channel);
  if (with_pattern || m.kind == Message::Kind::message)
    sink.bulk(m.payload);
  else
    sink.integer(m.count);
}

}  // namespace playhead
