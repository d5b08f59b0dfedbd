#include "bindings/message_queue.h"

#include <algorithm>
#include <cmath>

#include "bindings/gil.h"

namespace playhead::python {

namespace py = pybind11;

namespace {

constexpr double for_ever = 1e9;  // seconds; the clock could not add much more

Error closed_by_fork() {
  return {ErrorCode::closed, "this store was opened before fork() and gives no messages in the child"};
}

}  // namespace

MessageQueue::MessageQueue(std::size_t limit, std::shared_ptr<ReadyQueue> tell, std::uint64_t id)
    : limit_(limit), tell_(std::move(tell)), id_(id) {
  if (limit == 0) throw Error(ErrorCode::invalid, "a subscription must have room for at least one message");
}

void MessageQueue::put(const Message& m) {
  std::lock_guard lock(mutex_);
  if (why_closed_) return;
  bool first = items_.empty();
  if (items_.size() >= limit_) {
    items_.pop_front();
    ++dropped_;
  }
  items_.push_back({m.kind, std::string(m.pattern), std::string(m.channel), std::string(m.payload), m.count});
  wake_.notify_one();
  if (tell_ && first) tell_->put(id_);
}

void MessageQueue::close(const Error& why) {
  if (guard_.forked()) return;
  std::lock_guard lock(mutex_);
  if (why_closed_) return;
  why_closed_ = why;
  wake_.notify_all();
  if (tell_) tell_->put(id_);
}

void MessageQueue::refuse_in_child() const {
  if (guard_.forked()) throw closed_by_fork();
}

void MessageQueue::check_open() {
  refuse_in_child();
  std::lock_guard lock(mutex_);
  if (why_closed_) throw Error(*why_closed_);
}

py::object MessageQueue::get(std::optional<double> seconds) {
  if (seconds && std::isnan(*seconds)) throw Error(ErrorCode::invalid, "timeout is not a number");
  std::optional<Clock::time_point> end;
  if (seconds && *seconds <= for_ever)
    end = Clock::now() +
          std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(std::max(0.0, *seconds)));
  std::optional<Stored> m;
  Waited waited = wait_for_signals_too(end, [&](Clock::time_point until) {
    m = take(until);
    return m.has_value();
  });
  if (waited == Waited::interrupted) throw py::error_already_set();
  return m ? as_tuple(*m) : py::object(py::none());
}

py::object MessageQueue::poll() {
  auto m = take(Clock::time_point::min());
  return m ? as_tuple(*m) : py::object(py::none());
}

std::optional<MessageQueue::Stored> MessageQueue::take(Clock::time_point until) {
  refuse_in_child();
  std::unique_lock lock(mutex_);
  auto ended = [&] { return !items_.empty() || why_closed_; };
  if (!ended() && !wake_.wait_until(lock, until, ended)) return std::nullopt;
  if (items_.empty()) throw Error(*why_closed_);
  std::optional<Stored> m(std::move(items_.front()));
  items_.pop_front();
  return m;
}

py::object MessageQueue::as_tuple(const Stored& m) {
  bool pattern = m.kind == Message::Kind::pmessage;
  return py::make_tuple(py::str(name_of(m.kind).data()),
                        pattern ? py::object(py::bytes(m.pattern)) : py::object(py::none()),
                        py::bytes(m.channel), py::bytes(m.payload), m.count);
}

void Listeners::add(const std::shared_ptr<Listener>& listener) {
  if (guard_.forked()) return listener->close(closed_by_fork());
  std::unique_lock lock(mutex_);
  std::erase_if(listeners_, [](const auto& l) { return l.expired(); });
  listeners_.push_back(listener);
  if (!closed_) return;
  lock.unlock();
  close();
}

void Listeners::close() {
  if (guard_.forked()) return;
  std::vector<std::weak_ptr<Listener>> listeners;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    listeners.swap(listeners_);
  }
  for (const auto& weak : listeners)
    if (auto listener = weak.lock())
      listener->close(Error(ErrorCode::closed, "the store is closed; open it again"));
}

}  // namespace playhead::python
