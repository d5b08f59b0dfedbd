#include "bindings/session.h"

#include <pybind11/stl.h>

#include <condition_variable>

#include "bindings/message_queue.h"
#include "bindings/store_object.h"
#include "playhead/session.h"
#include "playhead/statistics.h"

namespace playhead::python {

namespace {

using SteadyClock = std::chrono::steady_clock;

/// A session, and the messages of its subscriptions. One of its calls at a time is under way; everything but
/// that call is guarded by the GIL.
class SessionObject {
 public:
  /// What is known of a session between two calls.
  struct State {
    int protocol = 2;
    std::uint16_t db = 0;
    bool in_transaction = false;
    std::size_t subscriptions = 0;
  };

  SessionObject(StoreObject& object, std::size_t limit, std::shared_ptr<ReadyQueue> tell, std::uint64_t id)
      : decode_(object.target().decode),
        messages_(std::make_shared<MessageQueue>(limit, std::move(tell), id)) {
    const Target& target = object.target();
    if (target.recorder) throw Error(ErrorCode::invalid, "a batch has no sessions; ask the store for one");
    target.listeners->add(messages_);
    {
      ReleaseGil release;
      auto take = [messages = messages_](const Message& m) { messages->put(m); };
      session_ = std::make_unique<Session>(target.store, ConnectionOptions{take, "in-process"});
      if (target.db != session_->database()) {
        ValueSink ok;
        std::string db = std::to_string(target.db);
        session_->execute(std::vector<Text>{"SELECT", db}, ok);
      }
    }
    note_state();
  }
  ~SessionObject() {
    ReleaseGil release;
    session_.reset();
  }
  SessionObject(const SessionObject&) = delete;
  SessionObject& operator=(const SessionObject&) = delete;

  bool decode() const { return decode_; }
  const State& state() const { return state_; }
  py::object message(std::optional<double> seconds) { return messages_->get(seconds); }
  py::object poll() { return messages_->poll(); }
  std::uint64_t dropped() const { return messages_->dropped(); }

  /// The session, for a call that begins. Throws Error{invalid} if there is one, or the session was closed.
  Session& begin() {
    if (!session_) throw closed_session();
    refuse_if_busy("; each thread needs a session of its own");
    busy_ = true;
    return *session_;
  }
  /// The call has ended.
  void finish() {
    busy_ = false;
    note_state();
    if (session_->ended()) close();
  }
  void close() {
    refuse_if_busy("; it can be closed when that has ended");
    messages_->close(closed_session());
    ReleaseGil release;
    auto closed = std::move(session_);
  }

 private:
  static Error closed_session() { return {ErrorCode::invalid, "this session was closed; begin another one"}; }
  void refuse_if_busy(const char* advice) const {
    if (busy_) throw Error(ErrorCode::invalid, std::string("this session is performing a command") + advice);
  }
  void note_state() {
    state_ = {session_->protocol(), session_->database(), session_->in_transaction(),
              session_->subscriptions()};
  }

  const bool decode_;
  const std::shared_ptr<MessageQueue> messages_;
  std::unique_ptr<Session> session_;  // null: closed
  bool busy_ = false;
  State state_;
};

/// The reply of a call, from whatever thread.
class Answer {
 public:
  void give(const Value& reply, std::exception_ptr error) {
    std::lock_guard lock(mutex_);
    reply_ = reply;
    error_ = std::move(error);
    given_ = true;
    changed_.notify_all();
  }
  bool wait_until(SteadyClock::time_point end) {
    std::unique_lock lock(mutex_);
    return changed_.wait_until(lock, end, [&] { return given_; });
  }
  Value take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return given_; });
    if (error_) std::rethrow_exception(error_);
    return std::move(reply_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool given_ = false;
  Value reply_;
  std::exception_ptr error_;
};

/// One command of a session. Its id enters the queue, if there is one, when it has ended.
class SessionCall {
 public:
  SessionCall(std::shared_ptr<SessionObject> object, const py::tuple& arguments,
              std::shared_ptr<ReadyQueue> queue, std::uint64_t id)
      : object_(std::move(object)), arguments_(arguments), queue_(std::move(queue)), id_(id) {
    for (py::handle argument : arguments_) words_.push_back(text_of(argument.ptr(), arena_, "argument"));
    if (words_.empty()) throw py::type_error("execute needs a command");
    session_ = &object_->begin();
  }
  ~SessionCall() {
    if (session_ != nullptr) settle();
  }
  SessionCall(const SessionCall&) = delete;
  SessionCall& operator=(const SessionCall&) = delete;

  /// What fails is thrown by result().
  void start() {
    ReleaseGil release;
    auto give = [answer = answer_, queue = queue_, id = id_](const Value& reply, std::exception_ptr error) {
      answer->give(reply, std::move(error));
      if (queue) queue->put(id);
    };
    try {
      ValueSink sink;
      pending_ = session_->start(words_, sink, give);
      if (!pending_) give(sink.take(), nullptr);
    } catch (...) {
      give({}, std::current_exception());
    }
  }
  /// Seconds that it may go on waiting; None: for ever.
  std::optional<double> timeout() const {
    auto end = pending_ ? pending_->deadline() : std::nullopt;
    if (!end) return std::nullopt;
    return std::max(0.0, std::chrono::duration<double>(*end - SteadyClock::now()).count());
  }
  /// Waits for the reply, and for signals.
  void wait() {
    if (!pending_) return;
    switch (wait_for_signals_too(pending_->deadline(), [&](auto end) { return answer_->wait_until(end); })) {
      case Waited::served:
        break;
      case Waited::late: {
        ReleaseGil release;
        pending_->expire();
        break;
      }
      case Waited::interrupted:
        py::error_already_set interrupted;
        if (settle()) throw interrupted;
        PyErr_SetInterrupt();  // behind the reply, which there is no other copy of
    }
  }
  /// Whether it will never be served.
  bool cancel() {
    {
      ReleaseGil release;
      if (!pending_ || !pending_->expire()) return false;
    }
    finish();  // at once: whoever performs this may hold the object a little longer
    return true;
  }
  /// Ends it, and puts back what it was served; false: result() has the only copy.
  bool settle() {
    if (pending_) {
      ReleaseGil release;
      if (!pending_->settle()) return false;
    }
    finish();
    return true;
  }
  py::object result() {
    Value reply;
    try {
      ReleaseGil release;
      reply = answer_->take();
    } catch (...) {
      finish();
      throw;
    }
    finish();
    if (reply.kind == Value::Kind::error) throw Error(ErrorCode::command, reply.text);
    PythonSink sink(object_->decode());
    emit(reply, sink);
    return py::reinterpret_steal<py::object>(sink.take());
  }

 private:
  void finish() {
    if (std::exchange(session_, nullptr) == nullptr) return;
    {
      ReleaseGil release;
      pending_.reset();
    }
    object_->finish();
  }

  const std::shared_ptr<SessionObject> object_;
  const py::tuple arguments_;  // what the words borrow from
  Arena arena_;
  std::vector<Text> words_;
  const std::shared_ptr<ReadyQueue> queue_;
  const std::uint64_t id_;
  const std::shared_ptr<Answer> answer_ = std::make_shared<Answer>();
  Session* session_ = nullptr;  // null: it has ended
  std::unique_ptr<Pending> pending_;
};

py::object execute_in_session(const std::shared_ptr<SessionObject>& session, const py::args& arguments) {
  SessionCall call(session, arguments, nullptr, 0);
  call.start();
  call.wait();
  return call.result();
}

// ---- statistics

py::dict row_of(const CommandStatistics& c) {
  auto us = [](std::uint64_t ns) { return static_cast<double>(ns) / 1000; };
  std::uint64_t timed = c.latencies.total();
  py::dict row;
  row["calls"] = c.calls;
  row["failed"] = c.failed;
  row["rejected"] = c.rejected;
  row["mean_us"] = timed == 0 ? 0.0 : us(c.total_ns) / static_cast<double>(timed);
  row["p50_us"] = us(c.latencies.percentile(0.5));
  row["p99_us"] = us(c.latencies.percentile(0.99));
  row["p999_us"] = us(c.latencies.percentile(0.999));
  return row;
}

py::dict statistics_row(StoreObject& self) {
  StatisticsSnapshot s;
  {
    ReleaseGil release;
    s = statistics(self.store());
  }
  py::dict commands, errors, out;
  for (const CommandStatistics& c : s.commands) commands[py::str(c.name)] = row_of(c);
  for (const auto& [word, count] : s.errors) errors[py::str(word)] = count;
  out["uptime_ms"] = s.uptime;
  out["calls"] = s.calls;
  out["hits"] = s.hits;
  out["misses"] = s.misses;
  out["sessions"] = s.sessions;
  out["sessions_begun"] = s.sessions_begun;
  out["commands"] = commands;
  out["errors"] = errors;
  return out;
}

py::list slow_call_rows(StoreObject& self, std::size_t most) {
  py::list out;
  for (const SlowCall& call : slow_calls(self.store(), most)) {
    py::list arguments;
    for (const std::string& argument : call.arguments) arguments.append(py::bytes(argument));
    py::dict row;
    row["id"] = call.id;
    row["at_ms"] = call.at;
    row["us"] = call.microseconds;
    row["arguments"] = arguments;
    out.append(row);
  }
  return out;
}

}  // namespace

void define_session(py::module_& m) {
  using Object = SessionObject;
  py::class_<Object, std::shared_ptr<Object>>(m, "Session", "A Redis client's connection above a store.")
      .def(py::init<StoreObject&, std::size_t, std::shared_ptr<ReadyQueue>, std::uint64_t>(),
           py::arg("store"), py::arg("limit") = 10000, py::arg("queue") = py::none(), py::arg("id") = 0)
      .def("execute", execute_in_session, "Performs a command by its name and arguments.")
      .def("message", &Object::message, py::arg("timeout") = py::none(),
           "The next message as (kind, pattern, channel, payload, count); None after `timeout` seconds. "
           "Raises "
           "if there is none left and the session or its store was closed.")
      .def("poll", &Object::poll, "The next message if there is one; raises as message() does.")
      .def("close", &Object::close, "Ends the session.")
      .def_property_readonly("protocol", [](const Object& s) { return s.state().protocol; })
      .def_property_readonly("db", [](const Object& s) { return s.state().db; })
      .def_property_readonly("in_transaction", [](const Object& s) { return s.state().in_transaction; })
      .def_property_readonly("subscriptions", [](const Object& s) { return s.state().subscriptions; })
      .def_property_readonly("dropped", &Object::dropped, "Messages lost because nobody asked for them.");
  py::class_<SessionCall>(m, "SessionCall", "A command of a session that may wait.")
      .def(py::init<std::shared_ptr<Object>, const py::tuple&, std::shared_ptr<ReadyQueue>, std::uint64_t>(),
           py::arg("session"), py::arg("arguments"), py::arg("queue"), py::arg("id"))
      .def_property_readonly("timeout", &SessionCall::timeout,
                             "Seconds it may go on waiting; None: for ever.")
      .def("start", &SessionCall::start, "Begins it.")
      .def("cancel", &SessionCall::cancel, "Whether it will never be served.")
      .def("settle", &SessionCall::settle,
           "Ends it, and puts back what it was served; False: result() has the only copy.")
      .def("result", &SessionCall::result, "The reply.");
  m.def("statistics", statistics_row, py::arg("store"), "What a store has been doing.");
  m.def("slow_calls", slow_call_rows, py::arg("store"), py::arg("most"), "The last slow calls.");
}

}  // namespace playhead::python
