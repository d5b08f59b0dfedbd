#include "bindings/message_queue.h"

#include <algorithm>
#include <cmath>

#include "bindings/gil.h"
#include "playhead/error.h"

namespace playhead::python {

namespace py = pybind11;

namespace {

constexpr double for_ever = 1e9;  // seconds; the clock could not add much more

}  // namespace

MessageQueue::MessageQueue(std::size_t limit, std::shared_ptr<ReadyQueue> tell, std::uint64_t id)
    : limit_(limit), tell_(std::move(tell)), id_(id) {
  if (limit == 0) throw Error(ErrorCode::invalid, "a subscription must have room for at least one message");
}

void MessageQueue::put(const Message& m) {
  std::lock_guard lock(mutex_);
  bool first = items_.empty();
  if (items_.size() >= limit_) {
    items_.pop_front();
    ++dropped_;
  }
  items_.push_back({m.kind, std::string(m.pattern), std::string(m.channel), std::string(m.payload), m.count});
  wake_.notify_one();
  if (tell_ && first) tell_->put(id_);
}

py::object MessageQueue::get(std::optional<double> seconds) {
  if (seconds && std::isnan(*seconds)) throw Error(ErrorCode::invalid, "timeout is not a number");
  if (seconds && *seconds > for_ever) seconds.reset();
  auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                std::chrono::duration<double>(std::max(0.0, seconds.value_or(0))));
  for (;;) {
    std::optional<Stored> m;
    {
      ReleaseGil release;
      auto until = Clock::now() + std::chrono::milliseconds(50);
      m = take(seconds ? std::min(end, until) : until);
    }
    if (m) return as_tuple(*m);
    if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    if (seconds && Clock::now() >= end) return py::none();
  }
}

py::object MessageQueue::poll() {
  auto m = take(Clock::time_point::min());
  return m ? as_tuple(*m) : py::object(py::none());
}

std::optional<MessageQueue::Stored> MessageQueue::take(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  if (items_.empty() && !wake_.wait_until(lock, until, [&] { return !items_.empty(); })) return std::nullopt;
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

}  // namespace playhead::python
