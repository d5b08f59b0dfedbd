#include "tests/differential/targets.h"

#include "tests/support/temporary_store.h"

namespace playhead::differential {

namespace {

std::shared_ptr<Store> open_rocksdb(std::shared_ptr<ManualClock> clock) {
  return std::make_shared<test::TemporaryRocksStore>(OpenOptions{std::move(clock)});
}

std::vector<EmbeddedKind> offered_kinds() {
  std::vector<EmbeddedKind> kinds = {
      {"memory", [](std::shared_ptr<ManualClock> clock) { return open("memory://", {std::move(clock)}); }},
  };
  if (test::is_built([] { open_rocksdb(std::make_shared<ManualClock>()); }))
    kinds.push_back({"rocksdb", open_rocksdb});
  return kinds;
}

}  // namespace

const std::vector<EmbeddedKind>& embedded_kinds() {
  static const std::vector<EmbeddedKind> kinds = offered_kinds();
  return kinds;
}

bool is_blocking(const Words& words) {
  std::vector<Text> texts(words.begin(), words.end());
  const Command* c = find_command(texts);
  return c != nullptr && c->is(Flags::blocking);
}

namespace {

const Words channels = {"news", ""};
const std::string pattern = "new*";

std::string message(Text channel, Text by_pattern, Text payload) {
  return quoted(std::string(channel)) + " " + quoted(std::string(by_pattern)) + " " +
         quoted(std::string(payload));
}

}  // namespace

// ---- embedded

EmbeddedTarget::EmbeddedTarget(const EmbeddedKind& kind, std::shared_ptr<ManualClock> clock)
    : name(kind.name), store_(kind.open(std::move(clock))) {
  subscription_ = store_->subscribe([messages = messages_.get()](const Message& m) {
    bool published = m.kind == Message::Kind::message || m.kind == Message::Kind::pmessage;
    if (published) messages->push_back(message(m.channel, m.pattern, m.payload));
  });
  std::vector<Text> names(channels.begin(), channels.end());
  Text by_pattern = pattern;
  subscription_->subscribe(names);
  subscription_->psubscribe({&by_pattern, 1});
}

void EmbeddedTarget::reset() {
  ask(0, {"FLUSHALL"});
  ask(0, {"SCRIPT", "FLUSH"});
  messages();
}

EmbeddedTarget::~EmbeddedTarget() {
  subscription_.reset();
  if (store_) store_->close();
}

Value EmbeddedTarget::ask(std::uint16_t db, const Words& words) {
  std::vector<Text> texts(words.begin(), words.end());
  try {
    AnyCall call = AnyCall::parse(texts, db, false);
    store_->perform(call.call());
    ValueSink sink;
    call.emit(sink);
    return sink.take();
  } catch (const Error& e) {
    if (e.code() != ErrorCode::command) throw;
    return Value::error(e.what());
  }
}

std::vector<Value> EmbeddedTarget::ask(const std::vector<Question>& questions) {
  std::vector<Value> answers;
  for (const auto& [db, words] : questions) answers.push_back(ask(db, words));
  return answers;
}

Outcome EmbeddedTarget::perform(const Step& step) {
  if (step.kind == Step::Kind::batch) return perform_batch(step, 0, nullptr);
  if (step.kind == Step::Kind::watch) return perform_watch(step);
  Outcome out;
  out.replies.push_back(ask(step.db, step.commands.at(0)));
  return out;
}

// Unknown commands and wrong numbers of arguments are refused when they are queued, other syntax errors are
// replies.
Outcome EmbeddedTarget::perform_batch(const Step& step, std::size_t from, Watch* watch) {
  Outcome out;
  Batch batch(step.db);
  std::vector<std::ptrdiff_t> places;  // in the batch, -1: refused
  for (std::size_t i = from; i < step.commands.size(); ++i) {
    std::vector<Text> texts(step.commands[i].begin(), step.commands[i].end());
    out.replies.emplace_back();
    places.push_back(-1);
    try {
      const Command* c = find_command(texts);
      if (c == nullptr) refuse_unknown(texts);
      check_arity(*c, texts);
    } catch (const Error& e) {
      out.replies.back() = Value::error(e.what());
      out.aborted = true;
      continue;
    }
    try {
      batch.calls.push_back(AnyCall::parse(texts, step.db, true));
      places.back() = static_cast<std::ptrdiff_t>(batch.calls.size()) - 1;
    } catch (const Error& e) {
      out.replies.back() = Value::error(e.what());
    }
  }
  if (out.aborted) return out;
  if (watch != nullptr)
    out.ran = watch->commit(batch);
  else
    store_->perform(batch);
  for (std::size_t i = 0; i < places.size() && out.ran; ++i) {
    if (places[i] < 0) continue;
    ValueSink sink;
    batch.calls[static_cast<std::size_t>(places[i])].emit(sink);
    out.replies[i] = sink.take();
  }
  return out;
}

Outcome EmbeddedTarget::perform_watch(const Step& step) {
  auto watch = store_->watch();
  std::vector<Text> keys(step.words.begin(), step.words.end());
  watch->add(step.db, keys);
  std::vector<Value> before;
  for (std::size_t i = 0; i < step.before; ++i) before.push_back(ask(step.db, step.commands[i]));
  Outcome out = perform_batch(step, step.before, watch.get());
  out.replies.insert(out.replies.begin(), before.begin(), before.end());
  return out;
}

// ---- Redis

RedisTarget::RedisTarget(const std::string& unix_socket)
    : connection_(unix_socket), subscriber_(unix_socket) {
  for (const std::string& channel : channels) subscriber_.ask({"SUBSCRIBE", channel});
  subscriber_.ask({"PSUBSCRIBE", pattern});
}

// What was published before is there before the answer to a PING.
std::vector<std::string> RedisTarget::messages() {
  std::vector<std::string> all;
  subscriber_.send({"PING"});
  for (;;) {
    Value v = subscriber_.read();
    const std::string& kind = v.items.at(0).text;
    if (kind == "pong") return all;
    if (kind == "message") all.push_back(message(v.items.at(1).text, {}, v.items.at(2).text));
    if (kind == "pmessage")
      all.push_back(message(v.items.at(2).text, v.items.at(1).text, v.items.at(3).text));
  }
}

void RedisTarget::select(std::uint16_t db) {
  if (db_ == db) return;
  db_ = db;
  connection_.send({"SELECT", std::to_string(db)});
  skipped_.push_back(true);
}

void RedisTarget::send_command(const Words& words) {
  connection_.send(words);
  skipped_.push_back(false);
}

void RedisTarget::send_batch(const Step& step, std::size_t from) {
  send_command({"MULTI"});
  for (std::size_t i = from; i < step.commands.size(); ++i) send_command(step.commands[i]);
  send_command({"EXEC"});
}

void RedisTarget::send(const Step& step) {
  select(step.db);
  if (step.kind == Step::Kind::batch) return send_batch(step, 0);
  if (step.kind == Step::Kind::watch) {
    Words watch = {"WATCH"};
    watch.insert(watch.end(), step.words.begin(), step.words.end());
    send_command(watch);
    for (std::size_t i = 0; i < step.before; ++i) send_command(step.commands[i]);
    return send_batch(step, step.before);
  }
  if (!is_blocking(step.commands.at(0))) return send_command(step.commands[0]);
  send_command({"MULTI"});
  send_command(step.commands[0]);
  send_command({"EXEC"});
}

Value RedisTarget::next() {
  while (skipped_.at(at_++)) {
    Value selected = connection_.read();
    if (selected.kind == Value::Kind::error) throw std::runtime_error("SELECT: " + selected.text);
  }
  Value v = connection_.read();
  if (at_ == skipped_.size()) {
    skipped_.clear();
    at_ = 0;
  }
  return v;
}

Value RedisTarget::receive_command(const Words& words) {
  if (!is_blocking(words)) return next();
  next();
  Value queued = next();
  Value all = next();
  return queued.kind == Value::Kind::error ? queued : all.items.at(0);
}

void RedisTarget::receive_batch(const Step& step, std::size_t from, Outcome& out) {
  next();
  std::size_t count = step.commands.size() - from;
  std::vector<Value> queued;
  for (std::size_t i = 0; i < count; ++i) {
    queued.push_back(next());
    out.aborted = out.aborted || queued.back().kind == Value::Kind::error;
  }
  Value all = next();
  out.ran = out.aborted || !all.is_null();
  for (std::size_t i = 0; i < count; ++i)
    out.replies.push_back(out.aborted ? (queued[i].kind == Value::Kind::error ? queued[i] : Value())
                          : out.ran   ? all.items.at(i)
                                      : Value());
}

Outcome RedisTarget::receive(const Step& step) {
  Outcome out;
  if (step.kind == Step::Kind::call) {
    out.replies.push_back(receive_command(step.commands.at(0)));
    return out;
  }
  if (step.kind == Step::Kind::watch) next();
  for (std::size_t i = 0; i < step.before; ++i) out.replies.push_back(next());
  receive_batch(step, step.before, out);
  return out;
}

Value RedisTarget::ask(std::uint16_t db, const Words& words) {
  select(db);
  send_command(words);
  return next();
}

std::vector<Value> RedisTarget::ask(const std::vector<Question>& questions) {
  for (const auto& [db, words] : questions) {
    select(db);
    send_command(words);
  }
  std::vector<Value> answers;
  for (std::size_t i = 0; i < questions.size(); ++i) answers.push_back(next());
  return answers;
}

void RedisTarget::reset(int protocol) {
  for (const Words& words :
       {Words{"HELLO", std::to_string(protocol)}, Words{"FLUSHALL"}, Words{"SCRIPT", "FLUSH"}})
    if (Value v = connection_.ask(words); v.kind == Value::Kind::error) throw std::runtime_error(v.text);
  messages();
}

}  // namespace playhead::differential
