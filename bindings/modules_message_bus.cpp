#include <pybind11/stl.h>

#include "bindings/callbacks.h"
#include "bindings/message_queue.h"
#include "bindings/modules.h"
#include "playhead/modules/chat.h"
#include "playhead/modules/message_bus.h"

namespace playhead::python {

namespace {

/// Tells a bus that the store was closed.
class BusListener final : public Listener {
 public:
  explicit BusListener(MessageBus& bus) : bus_(&bus) {}
  void close(const Error& why) override {
    std::lock_guard lock(mutex_);
    if (bus_ != nullptr) bus_->end(why);
  }
  void leave() {
    std::lock_guard lock(mutex_);
    bus_ = nullptr;
  }

 private:
  std::mutex mutex_;
  MessageBus* bus_;  // under mutex_; null: it is no more
};

MessageBus& bus_of(MessageBus& bus) {
  return bus;
}
MessageBus& bus_of(Chat& chat) {
  return chat.bus();
}

/// A module with a bus, which ends with its store. Its calls release the GIL: the thread of the bus may need it for a
/// callback while it holds what a call waits for.
template <class Module>
class WithBus {
 public:
  template <class Options>
  WithBus(StoreObject& store, const std::string& prefix, std::shared_ptr<Clock> clock, Options options)
      : module(place_of(store, prefix, std::move(clock)).space, std::move(options)),
        listener_(std::make_shared<BusListener>(bus_of(module))) {
    ReleaseGil gil;
    store.target().listeners->add(listener_);
  }
  ~WithBus() { listener_->leave(); }
  WithBus(const WithBus&) = delete;
  WithBus& operator=(const WithBus&) = delete;

  Module module;

  template <class F>
  auto run(F&& f) {
    return without_gil([&] { return f(module); });
  }

 private:
  std::shared_ptr<BusListener> listener_;
};

using BoundBus = WithBus<MessageBus>;
using BoundChat = WithBus<Chat>;

MessageBusOptions options_of(std::int64_t limit, const std::string& slow, const py::object& on_error) {
  auto policy = static_cast<SlowCallbacks>(choice("slow", slow, {"drop", "end"}));
  return {limit, policy, error_teller(on_error, "playhead.modules.PubSub: on_error")};
}

/// callback(channel, message)
MessageBus::Callback callback_of(const py::object& callback) {
  return [held = shared(callback)](Text channel, Text message) {
    call_python([&] { (*held)(id_object(channel), py::bytes(message.data(), message.size())); });
  };
}

/// (id, room, user, text, at)
py::tuple as_tuple(const ChatMessage& m) {
  return py::make_tuple(m.id, id_object(m.room), id_object(m.user), py::bytes(m.text), m.at);
}

/// What both classes have.
template <class Module>
void define_listening(py::class_<WithBus<Module>>& c) {
  using Self = WithBus<Module>;
  c.def(
       "unsubscribe",
       [](Self& self, std::uint64_t subscription) {
         return self.run([&](Module& m) { return m.unsubscribe(subscription); });
       },
       py::arg("subscription"))
      .def("stop_listening", [](Self& self) { self.run([](Module& m) { bus_of(m).stop_listening(); }); })
      .def_property_readonly(
          "dropped", [](Self& self) { return self.run([](Module& m) { return bus_of(m).dropped(); }); })
      .def_property_readonly(
          "listening", [](Self& self) { return self.run([](Module& m) { return bus_of(m).listening(); }); });
}

void define_bus(py::module_& m) {
  const MessageBusOptions o;
  py::class_<BoundBus> c(m, "MessageBus", py::release_gil_before_calling_cpp_dtor(),
                         "Callbacks for what is published to channels.");
  c.def(py::init(
            [](StoreObject& store, std::int64_t limit, const std::string& slow, const py::object& on_error) {
              return std::make_unique<BoundBus>(store, "ph", nullptr, options_of(limit, slow, on_error));
            }),
        py::arg("store"), py::arg("limit") = o.limit, py::arg("slow") = "drop",
        py::arg("on_error") = py::none())
      .def(
          "publish",
          [](BoundBus& self, const py::object& channel, const py::object& message) {
            Id name(channel, "channel"), bytes(message, "message");
            return self.run([&](MessageBus& bus) { return bus.publish(name, bytes); });
          },
          py::arg("channel"), py::arg("message"))
      .def(
          "subscribe",
          [](BoundBus& self, const py::object& channel, const py::object& callback) {
            Id name(channel, "channel");
            auto function = callback_of(callback);
            return self.run([&](MessageBus& bus) { return bus.subscribe(name, std::move(function)); });
          },
          py::arg("channel"), py::arg("callback"))
      .def(
          "psubscribe",
          [](BoundBus& self, const py::object& pattern, const py::object& callback) {
            Id name(pattern, "pattern");
            auto function = callback_of(callback);
            return self.run([&](MessageBus& bus) { return bus.psubscribe(name, std::move(function)); });
          },
          py::arg("pattern"), py::arg("callback"))
      .def(
          "unsubscribe_all",
          [](BoundBus& self, const py::object& channel) {
            Id name(channel, "channel");
            return self.run([&](MessageBus& bus) { return bus.unsubscribe(Text(name)); });
          },
          py::arg("channel"))
      .def(
          "punsubscribe_all",
          [](BoundBus& self, const py::object& pattern) {
            Id name(pattern, "pattern");
            return self.run([&](MessageBus& bus) { return bus.punsubscribe(name); });
          },
          py::arg("pattern"));
  define_listening(c);
}

void define_chat(py::module_& m) {
  const ChatOptions o;
  py::class_<BoundChat> c(m, "Chat", py::release_gil_before_calling_cpp_dtor(), "Rooms with a history.");
  c.def(py::init([](StoreObject& store, const std::string& prefix, std::shared_ptr<Clock> clock,
                    std::int64_t history_limit, std::int64_t limit, const std::string& slow,
                    const py::object& on_error) {
          return std::make_unique<BoundChat>(store, prefix, std::move(clock),
                                             ChatOptions{history_limit, options_of(limit, slow, on_error)});
        }),
        py::arg("store"), py::kw_only(), py::arg("prefix") = "ph", py::arg("clock") = py::none(),
        py::arg("history_limit") = o.history_limit, py::arg("limit") = o.bus.limit, py::arg("slow") = "drop",
        py::arg("on_error") = py::none())
      .def(
          "publish",
          [](BoundChat& self, const py::object& room, const py::object& text, const py::object& user) {
            Id name(room, "room"), bytes(text, "text"), who(user, "user");
            return as_tuple(self.run([&](Chat& chat) { return chat.publish(name, bytes, who); }));
          },
          py::arg("room"), py::arg("text"), py::arg("user"))
      .def(
          "subscribe",
          [](BoundChat& self, const py::object& room, const py::object& callback) {
            Id name(room, "room");
            Chat::Callback function = [held = shared(callback)](const ChatMessage& message) {
              call_python([&] { (*held)(as_tuple(message)); });
            };
            return self.run([&](Chat& chat) { return chat.subscribe(name, std::move(function)); });
          },
          py::arg("room"), py::arg("callback"))
      .def(
          "history",
          [](BoundChat& self, const py::object& room, std::int64_t count, std::int64_t skip) {
            Id name(room, "room");
            py::list messages;
            for (const ChatMessage& message :
                 self.run([&](Chat& chat) { return chat.history(name, count, skip); }))
              messages.append(as_tuple(message));
            return messages;
          },
          py::arg("room"), py::arg("count"), py::arg("skip"));
  define_listening(c);
}

}  // namespace

void define_message_bus(py::module_& m) {
  define_bus(m);
  define_chat(m);
}

}  // namespace playhead::python
