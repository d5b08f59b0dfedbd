#include <pybind11/stl.h>

#include <deque>

#include "bindings/fast_method.h"
#include "bindings/messages.h"
#include "bindings/modules.h"
#include "playhead/modules/message_queue.h"

namespace playhead::python {

namespace {

using BoundQueue = Bound<playhead::MessageQueue>;

/// Ids that a caller gave in a list, borrowed from its objects.
class Ids {
 public:
  explicit Ids(const py::list& given) {
    for (const py::handle& item : given)
      texts_.push_back(held_.emplace_back(py::reinterpret_borrow<py::object>(item), "ids"));
  }
  operator List<Text>() const {
    return texts_;
  }  // NOLINT(google-explicit-constructor): it stands for the texts

 private:
  std::deque<Id> held_;
  std::vector<Text> texts_;
};

/// (id, body, reason, priority, attempts, sent_at, died_at)
py::tuple as_tuple(const DeadLetter& d) {
  return py::make_tuple(id_object(d.id), py::bytes(d.body), readable_text(d.reason), d.priority, d.attempts,
                        d.sent_at, d.died_at);
}

std::unique_ptr<BoundQueue> make_message_queue(StoreObject& store, const py::object& name,
                                               const std::string& prefix, std::shared_ptr<Clock> clock,
                                               Millis lease, std::int64_t max_retries, Millis retry_unit,
                                               Millis longest_retry, Millis dedupe_window, Millis retention,
                                               Millis dead_retention) {
  QueueOptions o{lease, max_retries, retry_unit, longest_retry, dedupe_window, retention, dead_retention};
  return std::make_unique<BoundQueue>(place_of(store, prefix, std::move(clock)), Id(name, "name"), o);
}

py::object given_or_empty(const py::object& id) {
  return id.is_none() ? py::object(py::bytes()) : id;
}

/// Messages are (body, priority, delay, dedupe, id), the last two None if there is none.
py::list send_messages(BoundQueue& self, const py::list& given) {
  std::deque<Id> held;
  std::vector<OutgoingMessage> messages;
  auto text = [&](const py::object& object, const char* name) -> Text {
    if (object.is_none()) return {};
    return held.emplace_back(object, name);
  };
  for (const py::handle& item : given) {
    auto parts = item.cast<py::tuple>();
    messages.push_back({text(parts[0], "body"), parts[1].cast<std::int64_t>(), parts[2].cast<Millis>(),
                        text(parts[3], "dedupe"), text(parts[4], "id")});
  }
  py::list ids;
  for (const std::string& id : self.run([&](auto& q) { return q.send_messages(messages); }))
    ids.append(id_object(id));
  return ids;
}

/// One message, as above; its id.
py::object send_message(BoundQueue& self, const py::object& body, const py::object& priority,
                        const py::object& delay, const py::object& dedupe, const py::object& id) {
  OutgoingMessage message;
  Id content(body, "body"), key(given_or_empty(dedupe), "dedupe"), name(given_or_empty(id), "id");
  message.body = content;
  message.priority = integer_of(priority.ptr(), "priority");
  message.delay = integer_of(delay.ptr(), "delay");
  message.dedupe = key;
  message.id = name;
  return id_object(self.run([&](auto& q) { return q.send_message(message); }));
}

/// ([message], look_again)
py::tuple look(BoundQueue& self, const py::object& wanted) {
  std::int64_t count = integer_of(wanted.ptr(), "count");
  Received found = self.run([&](auto& q) { return q.look(count); });
  py::list messages;
  for (const ReceivedMessage& m : found.messages) messages.append(message_object(m));
  return py::make_tuple(messages, found.look_again);
}

py::bool_ complete_message(BoundQueue& self, const py::object& id, const py::object& receipt,
                           const py::object& result) {
  Id i(id, "id"), r(receipt, "receipt"), note(result, "result");
  return py::bool_(self.run([&](auto& q) { return q.complete_message(i, r, note); }));
}

std::vector<bool> complete_messages(BoundQueue& self, const py::list& given) {
  std::vector<ReceivedMessage> messages;
  for (const py::handle& item : given) {
    auto parts = item.cast<py::tuple>();
    ReceivedMessage m;
    m.id = Text(Id(parts[0], "id"));
    m.receipt = Text(Id(parts[1], "receipt"));
    messages.push_back(std::move(m));
  }
  return self.run([&](auto& q) { return q.complete_messages(messages); });
}

py::tuple dead_letters(BoundQueue& self, const std::string& cursor, std::int64_t count) {
  auto page = self.run([&](auto& q) { return q.dead_letters(cursor, count); });
  py::list items;
  for (const DeadLetter& d : page.items) items.append(as_tuple(d));
  return py::make_tuple(items, page.next);
}

void define_settling(py::class_<BoundQueue>& c) {
  add_fast_method<complete_message>(c, "complete_message");
  c.def("complete_messages", complete_messages, py::arg("messages"))
      .def(
          "fail_message",
          [](BoundQueue& self, const py::object& id, const py::object& receipt, const py::object& reason,
             std::optional<Millis> after) {
            Id i(id, "id"), r(receipt, "receipt"), note(reason, "reason");
            return self.run([&](auto& q) { return q.fail_message(i, r, note, after); });
          },
          py::arg("id"), py::arg("receipt"), py::arg("reason"), py::arg("after"))
      .def(
          "reject_message",
          [](BoundQueue& self, const py::object& id, const py::object& receipt, const py::object& reason) {
            Id i(id, "id"), r(receipt, "receipt"), note(reason, "reason");
            return self.run([&](auto& q) { return q.reject_message(i, r, note); });
          },
          py::arg("id"), py::arg("receipt"), py::arg("reason"))
      .def(
          "release_message",
          [](BoundQueue& self, const py::object& id, const py::object& receipt) {
            Id i(id, "id"), r(receipt, "receipt");
            return self.run([&](auto& q) { return q.release_message(i, r); });
          },
          py::arg("id"), py::arg("receipt"))
      .def(
          "extend_message",
          [](BoundQueue& self, const py::object& id, const py::object& receipt, std::optional<Millis> lease,
             const py::object& progress) {
            Id i(id, "id"), r(receipt, "receipt"),
                note(progress.is_none() ? py::bytes() : progress, "progress");
            std::optional<Text> noted;
            if (!progress.is_none()) noted = note;
            return self.run([&](auto& q) { return q.extend_message(i, r, lease, noted); });
          },
          py::arg("id"), py::arg("receipt"), py::arg("lease"), py::arg("progress"));
}

void define_asking(py::class_<BoundQueue>& c) {
  c.def(
       "message_state",
       [](BoundQueue& self, const py::object& id) {
         Id i(id, "id");
         return state_object(self.run([&](auto& q) { return q.message_state(i); }));
       },
       py::arg("id"))
      .def(
          "look_for",
          [](BoundQueue& self, const py::object& id) {
            Id i(id, "id");
            Awaited found = self.run([&](auto& q) { return q.look_for(i); });
            return py::make_tuple(state_object(found.state), found.look_again);
          },
          py::arg("id"))
      .def(
          "done_key",
          [](BoundQueue& self, const py::object& id) {
            return py::bytes(self.module.done_key(Id(id, "id")));
          },
          py::arg("id"))
      .def(
          "wake_next",
          [](BoundQueue& self, const py::object& id) {
            Id i(id, "id");
            self.run([&](auto& q) { q.wake_next(i); });
          },
          py::arg("id"));
}

}  // namespace

py::object readable_text(Text text) {
  return py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
}

py::tuple message_object(const ReceivedMessage& m) {
  return py::make_tuple(id_object(m.id), py::bytes(m.body), m.priority, m.attempt, m.sent_at, m.lease_ends,
                        m.receipt);
}

py::object state_object(const std::optional<MessageState>& s) {
  constexpr const char* names[] = {"pending", "delayed", "processing", "retry", "completed", "failed"};
  auto maybe = [](const std::string& bytes) {
    return bytes.empty() ? py::object(py::none()) : py::object(py::bytes(bytes));
  };
  if (!s) return py::none();
  return py::make_tuple(names[static_cast<std::size_t>(s->status)], s->priority, s->attempts, s->sent_at,
                        s->at, readable_text(s->reason), maybe(s->progress), maybe(s->result));
}

void define_message_queue(py::module_& m) {
  const QueueOptions o;
  py::class_<BoundQueue> c(m, "MessageQueue", "A queue of messages.");
  add_fast_method<send_message>(c, "send_message");
  add_fast_method<look>(c, "look");
  c.def(py::init(&make_message_queue), py::arg("store"), py::arg("name"), py::kw_only(),
        py::arg("prefix") = "ph", py::arg("clock") = py::none(), py::arg("lease") = o.lease,
        py::arg("max_retries") = o.max_retries, py::arg("retry_unit") = o.retry_unit,
        py::arg("longest_retry") = o.longest_retry, py::arg("dedupe_window") = o.dedupe_window,
        py::arg("retention") = o.retention, py::arg("dead_retention") = o.dead_retention)
      .def_property_readonly("signal_key",
                             [](BoundQueue& self) { return py::bytes(self.module.signal_key()); })
      .def("send_messages", send_messages, py::arg("messages"))
      .def("cleanup_expired_messages",
           [](BoundQueue& self) { return self.run([](auto& q) { return q.cleanup_expired_messages(); }); })
      .def("get_queue_stats",
           [](BoundQueue& self) {
             QueueStats s = self.run([](auto& q) { return q.get_queue_stats(); });
             return py::make_tuple(s.pending, s.delayed, s.processing, s.failed, s.finished, s.sent,
                                   s.duplicates, s.completed, s.retried, s.died);
           })
      .def("dead_letters", dead_letters, py::arg("cursor"), py::arg("count"))
      .def(
          "requeue",
          [](BoundQueue& self, const py::list& ids) {
            Ids texts(ids);
            return self.run([&](auto& q) { return q.requeue(texts); });
          },
          py::arg("ids"))
      .def(
          "discard",
          [](BoundQueue& self, const py::list& ids) {
            Ids texts(ids);
            return self.run([&](auto& q) { return q.discard(texts); });
          },
          py::arg("ids"));
  define_asking(c);
  define_settling(c);
}

}  // namespace playhead::python
