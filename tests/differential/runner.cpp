#include "tests/differential/runner.h"

#include <algorithm>
#include <set>

#include "engine/store/numbers.h"

namespace playhead::differential {

namespace {

constexpr std::size_t chunk = 256;
constexpr std::uint16_t databases = 16;
constexpr std::size_t runs_of_store = 50;  // streams that a store lives through before it is opened anew

bool is_alone(const Step& step) {
  return step.kind != Step::Kind::call && step.kind != Step::Kind::batch && step.kind != Step::Kind::watch;
}

std::string name_in(const Words& words) {
  std::vector<Text> texts(words.begin(), words.end());
  const Command* c = find_command(texts);
  return c == nullptr ? "unknown command" : std::string(c->traits.name);
}

Rule rule_for(const Words& words) {
  std::vector<Text> texts(words.begin(), words.end());
  const Command* c = find_command(texts);
  return c == nullptr ? Rule::exact : rule_of(*c);
}

std::string command_line(const Words& words) {
  std::string line;
  for (const std::string& w : words) line += (line.empty() ? "" : " ") + quoted(w);
  if (line.size() <= 2000) return line;
  line.resize(2000);
  return line.append("...");
}

std::set<std::string> texts_of(const Value& v) {
  std::set<std::string> all;
  if (v.kind == Value::Kind::bulk) all.insert(v.text);
  for (const Value& item : v.items) all.insert(item.text);
  return all;
}

}  // namespace

void Runner::differ(const std::string& subject, const std::string& text) const {
  throw Difference{{at_, subject, text}};
}

void Runner::compare(const Words& words, const Value& redis, const Value& ours, const EmbeddedTarget& store) {
  ++compared_[store.name];
  if (same_reply(words, redis, ours, frame_)) return;
  differ(name_in(words), command_line(words) + "\n  redis:  " + shown(redis) + "\n  " + store.name + ": " +
                             shown(in_resp(ours, frame_.protocol)));
}

void Runner::follow_time() {
  if (!travelling_) clock_->set(std::max(clock_->now(), SystemClock().now()));
}

void Runner::start(int protocol) {
  redis_.reset(protocol);
  if (runs_++ % runs_of_store == 0) {
    stores_.clear();
    clock_ = std::make_shared<ManualClock>(SystemClock().now());
    for (const EmbeddedKind* kind : kinds_) stores_.emplace_back(*kind, clock_);
  } else {
    clock_->set(SystemClock().now());
    for (EmbeddedTarget& store : stores_) store.reset();
  }
  frame_ = {protocol, 0};
  travelling_ = false;
}

std::optional<Failure> Runner::run(const Stream& stream, int protocol, Coverage* coverage) {
  coverage_ = coverage;
  start(protocol);
  try {
    for (std::size_t from = 0; from < stream.size();) {
      at_ = from;
      const Step& first = stream[from];
      if (travelling_ && !first.travelled) come_back();
      follow_time();
      std::size_t to = from + 1;
      if (!is_alone(first))
        while (to < stream.size() && to - from < chunk && !is_alone(stream[to]) &&
               stream[to].travelled == first.travelled)
          ++to;
      run_chunk(stream, from, to);
      from = to;
    }
    at_ = stream.size();
    if (travelling_) come_back();
    return std::nullopt;
  } catch (const Difference& d) {
    return d;
  }
}

void Runner::run_chunk(const Stream& stream, std::size_t from, std::size_t to) {
  const Step& first = stream[from];
  switch (first.kind) {
    case Step::Kind::transfer:
      return run_transfer(first);
    case Step::Kind::scan:
      return run_scan(first);
    case Step::Kind::travel:
      return run_travel(first);
    case Step::Kind::check:
      return static_cast<void>(check(true));
    default:
      break;
  }
  for (std::size_t i = from; i < to; ++i) redis_.send(stream[i]);
  std::vector<Outcome> outcomes;
  for (std::size_t i = from; i < to; ++i) outcomes.push_back(redis_.receive(stream[i]));
  for (at_ = from; at_ < to; ++at_) {
    const Step& step = stream[at_];
    const Outcome& redis = outcomes[at_ - from];
    for (EmbeddedTarget& store : stores_) compare_step(step, redis, store);
    if (coverage_ == nullptr) continue;
    for (std::size_t i = 0; i < redis.replies.size() && (redis.ran || i < step.before); ++i)
      coverage_->add(step.commands[i], redis.replies[i]);
  }
}

void Runner::compare_step(const Step& step, const Outcome& redis, EmbeddedTarget& store) {
  if (step.kind == Step::Kind::call && rule_for(step.commands[0]) == Rule::random)
    return perform_random(step, redis, store);
  compare_replies(step, redis, store.perform(step), store);
}

void Runner::compare_replies(const Step& step, const Outcome& redis, const Outcome& ours,
                             const EmbeddedTarget& store) {
  if (redis.ran != ours.ran)
    differ("watch", to_line(step) +
                        (redis.ran ? "\n  redis runs the batch, " : "\n  redis does not run the batch, ") +
                        store.name + (ours.ran ? " does" : " does not"));
  if (redis.aborted != ours.aborted)
    differ("abort", to_line(step) +
                        (redis.aborted ? "\n  redis aborts the batch, " : "\n  redis runs the batch, ") +
                        store.name + (ours.aborted ? " aborts it" : " runs it"));
  std::size_t count = redis.ran ? redis.replies.size() : step.before;
  for (std::size_t i = 0; i < count; ++i)
    if (!redis.aborted || i < step.before || redis.replies[i].kind == Value::Kind::error)
      compare(step.commands[i], redis.replies[i], ours.replies.at(i), store);
}

// ---- choices at random

// The store chooses for itself; the choice is checked and then, if it changed something, made Redis's.
void Runner::perform_random(const Step& step, const Outcome& redis, EmbeddedTarget& store) {
  const Words& words = step.commands[0];
  std::string name = name_in(words);
  Value before;
  if (words.size() > 1 && (name == "spop" || name == "srandmember"))
    before = store.ask(step.db, {"SMEMBERS", words[1]});
  Outcome ours = store.perform(step);
  compare_replies(step, redis, ours, store);
  if (name == "time") return;
  Value reply = in_resp(ours.replies[0], 2);
  if (redis.replies[0].kind == Value::Kind::error || reply.is_null()) return;
  check_sample(words, step.db, before, reply, store);
  if (name != "spop") return;
  std::set<std::string> popped = texts_of(reply), wanted = texts_of(redis.replies[0]);
  Words add = {"SADD", words[1]}, remove = {"SREM", words[1]};
  std::set_difference(popped.begin(), popped.end(), wanted.begin(), wanted.end(), std::back_inserter(add));
  std::set_difference(wanted.begin(), wanted.end(), popped.begin(), popped.end(), std::back_inserter(remove));
  if (add.size() == 2) return;
  store.ask(step.db, add);
  Value removed = store.ask(step.db, remove);
  if (removed.number != static_cast<std::int64_t>(remove.size() - 2))
    differ("spop",
           command_line(words) + "\n  " + store.name + " does not have the members that redis popped");
}

void Runner::check_sample(const Words& words, std::uint16_t db, const Value& before, const Value& reply,
                          EmbeddedTarget& store) {
  std::string name = name_in(words);
  std::set<std::string> all = texts_of(before);
  auto bad = [&](const std::string& what) {
    differ(name, command_line(words) + "\n  " + store.name + " chose " + shown(reply) + ": " + what);
  };
  auto exists = [&](const Words& question) {
    Value v = in_resp(store.ask(db, question), 2);
    return v.kind == Value::Kind::bulk                      ? std::optional(v.text)
           : v.kind == Value::Kind::integer && v.number > 0 ? std::optional(std::string())
                                                            : std::nullopt;
  };
  if (name == "randomkey") {
    if (!exists({"EXISTS", reply.text})) bad("no such key");
    return;
  }
  bool paired = words.size() > 3 && reply.is_list();
  std::set<std::string> distinct;
  std::vector<Value> items = reply.is_list() ? reply.items : std::vector<Value>{reply};
  for (std::size_t i = 0; i < items.size(); i += paired ? 2 : 1) {
    const std::string& item = items[i].text;
    distinct.insert(item);
    if (name == "spop" || name == "srandmember") {
      if (!all.contains(item)) bad("no such member " + quoted(item));
      continue;
    }
    auto value = exists({name == "hrandfield" ? "HGET" : "ZSCORE", words[1], item});
    if (!value) bad("no such member " + quoted(item));
    if (paired && *value != items[i + 1].text) bad("wrong value of " + quoted(item));
  }
  bool may_repeat = words.size() > 2 && words[2].starts_with('-');
  if (!may_repeat && distinct.size() != items.size() / (paired ? 2 : 1)) bad("a member twice");
  if (name == "spop" &&
      store.ask(db, {"SCARD", words[1]}).number != static_cast<std::int64_t>(all.size() - distinct.size()))
    bad("wrong number of members left");
}

// ---- steps of their own

void Runner::run_transfer(const Step& step) {
  auto source = static_cast<std::size_t>(step.number) % (stores_.size() + 1);
  Words dump = {"DUMP", step.words.at(0)};
  Value payload = source == stores_.size() ? redis_.ask(step.db, dump) : stores_[source].ask(step.db, dump);
  if (payload.kind != Value::Kind::bulk) return;
  Words restore = {"RESTORE", step.words.at(1), step.words.at(2), payload.text};
  restore.insert(restore.end(), step.words.begin() + 3, step.words.end());
  Value redis = redis_.ask(step.db, restore);
  for (EmbeddedTarget& store : stores_) compare(restore, redis, store.ask(step.db, restore), store);
  if (coverage_ != nullptr) coverage_->add(restore, redis);
}

// All pages together, each element once.
Value Runner::scan_to_the_end(const Step& step, const std::function<Value(const Words&)>& ask) {
  const Words& words = step.commands.at(0);
  std::size_t cursor_at = name_in({words[0]}) == "scan" ? 1 : 2;
  std::size_t group = name_in({words[0]}) == "scan" || name_in({words[0]}) == "sscan" ? 1 : 2;
  bool scores = name_in({words[0]}) == "zscan";
  std::set<std::vector<std::string>> found;
  std::string cursor = "0";
  for (int pages = 0; pages < 100'000; ++pages) {
    Words page = words;
    page.insert(page.begin() + static_cast<std::ptrdiff_t>(cursor_at), cursor);
    Value reply = in_resp(ask(page), 2);
    if (reply.kind == Value::Kind::error) return reply;
    const auto& items = reply.items.at(1).items;
    for (std::size_t i = 0; i + group <= items.size(); i += group) {
      std::vector<std::string> one;
      for (std::size_t j = i; j < i + group; ++j) one.push_back(items[j].text);
      char number[double_text_size];
      double score = 0;
      if (scores && parse_double(one[1], score))
        one[1] = format_double(score, number);  // written as the encoding has it
      found.insert(one);
    }
    cursor = reply.items[0].text;
    if (cursor != "0") continue;
    Value all = Value::array();
    for (const auto& one : found)
      for (const std::string& text : one) all.items.push_back(Value::bulk(text));
    return all;
  }
  return Value::error("the cursor never comes back to 0");
}

void Runner::run_scan(const Step& step) {
  Value redis = scan_to_the_end(step, [&](const Words& words) { return redis_.ask(step.db, words); });
  for (EmbeddedTarget& store : stores_) {
    Value ours = scan_to_the_end(step, [&](const Words& words) { return store.ask(step.db, words); });
    if (!(redis == ours))
      differ(name_in(step.commands[0]) + " to the end", command_line(step.commands[0]) +
                                                            "\n  redis:  " + shown(redis) + "\n  " +
                                                            store.name + ": " + shown(ours));
  }
}

// All keys of all stores; the state of the first embedded one.
State Runner::check(bool encodings) {
  auto published = redis_.messages();
  for (EmbeddedTarget& store : stores_) {
    auto ours = store.messages();
    if (ours == published) continue;
    auto at = std::mismatch(published.begin(), published.end(), ours.begin(), ours.end());
    differ("messages", "redis published " + (at.first == published.end() ? "nothing more" : *at.first) +
                           ", " + store.name + " " + (at.second == ours.end() ? "nothing more" : *at.second));
  }
  try {
    State redis = state_of(redis_, encodings), first;
    for (EmbeddedTarget& store : stores_) {
      State ours = state_of(store, encodings);
      std::string found = difference(redis, ours, store.name, encodings_);
      if (!found.empty()) differ("state", found);
      if (&store == &stores_.front()) first = std::move(ours);
    }
    return first;
  } catch (const std::runtime_error& e) {
    differ("state", e.what());
  }
}

// ---- time

// The embedded stores' clock goes forward. What they must lose by that is told by the deadlines they have
// themselves, which check() has compared with Redis's; from Redis it is deleted.
void Runner::run_travel(const Step& step) {
  if (travelling_) return;
  State before = check(false);
  Millis now = clock_->now(), to = now + step.number;
  if (!step.words.empty()) {
    Millis deadline = stores_[0].ask(step.db, {"PEXPIRETIME", step.words[0]}).number;
    if (deadline <= 0) return;
    to = deadline + step.number;
  }
  if (to <= now) return;
  std::vector<std::pair<std::uint16_t, std::string>> gone;
  for (const auto& [key, state] : before)
    if (state.deadline > 0 && state.deadline < to) gone.push_back(key);
  clock_->set(to);
  frame_.ahead = to - now;
  travelling_ = true;
  expired_.clear();
  for (const auto& [db, key] : gone) {
    redis_.ask(db, {"DEL", key});
    expired_.push_back(key);
  }
  check(false);
}

// Expired keys are taken away for good before the clock goes back.
void Runner::come_back() {
  for (EmbeddedTarget& store : stores_)
    for (const std::string& key : expired_)
      for (std::uint16_t db = 0; db < databases; ++db)
        if (store.ask(db, {"EXISTS", key}).number == 0 && store.ask(db, {"DEL", key}).number != 0)
          differ("del", "DEL of an expired key is not 0: " + quoted(key));
  travelling_ = false;
  frame_.ahead = 0;
  clock_->set(SystemClock().now());
}

}  // namespace playhead::differential
