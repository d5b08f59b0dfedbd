#pragma once
// A session with what it has said, as a client on the wire would see it.
#include <mutex>
#include <string>
#include <vector>

#include "playhead/session.h"

namespace playhead::test {

/// A reply as it is on the wire of a protocol: RESP2 has no maps, sets, doubles and pushes; RESP3 has no null
/// arrays, and pairs are arrays.
Value on_wire(const Value& v, int protocol);
/// A value as a line: (nil), (nil array), 3, 1.5, "bytes", OK, (error) ERR ..., [a, b], {a, b}, <a, b> for a
/// push.
std::string shown(const Value& v);

class Client {
 public:
  explicit Client(std::shared_ptr<Store> store)
      : session(std::move(store), {[this](const Message& m) {
                                     ValueSink sink;
                                     emit(m, sink);
                                     std::lock_guard lock(mutex_);
                                     messages_.push_back(sink.take());
                                   },
                                   "127.0.0.1:1"}) {}

  /// The reply; nothing for SUBSCRIBE and its sisters.
  std::optional<Value> ask(const std::vector<std::string>& words) {
    ValueSink sink;
    std::vector<Text> texts(words.begin(), words.end());
    empty_ = true;
    Filter filter(sink, empty_);
    session.execute(texts, filter);
    if (empty_) return {};
    return on_wire(sink.take(), session.protocol());
  }
  std::string say(const std::vector<std::string>& words) {
    auto reply = ask(words);
    return reply ? shown(*reply) : "";
  }
  /// What has arrived since the last call.
  std::vector<Value> messages() {
    std::lock_guard lock(mutex_);
    std::vector<Value> out;
    for (const Value& m : messages_) out.push_back(on_wire(m, session.protocol()));
    messages_.clear();
    return out;
  }

 private:
  /// Tells whether anything was said.
  class Filter final : public Sink {
   public:
    Filter(Sink& to, bool& empty) : to_(to), empty_(empty) {}
    void null() override { next().null(); }
    void null_array() override { next().null_array(); }
    void boolean(bool b) override { next().boolean(b); }
    void integer(std::int64_t n) override { next().integer(n); }
    void real(double x) override { next().real(x); }
    void bulk(Text t) override { next().bulk(t); }
    void verbatim(Text t) override { next().verbatim(t); }
    void cursor(std::uint64_t c) override { next().cursor(c); }
    void status(Text t) override { next().status(t); }
    void error(Text t) override { next().error(t); }
    void begin_array(std::size_t n) override { next().begin_array(n); }
    void begin_map(std::size_t n) override { next().begin_map(n); }
    void begin_set(std::size_t n) override { next().begin_set(n); }
    void begin_pairs(std::size_t n) override { next().begin_pairs(n); }
    void begin_push(std::size_t n) override { next().begin_push(n); }

   private:
    Sink& next() {
      empty_ = false;
      return to_;
    }
    Sink& to_;
    bool& empty_;
  };

  std::mutex mutex_;
  std::vector<Value> messages_;
  bool empty_ = true;

 public:
  Session session;  // last: it ends first
};

}  // namespace playhead::test
