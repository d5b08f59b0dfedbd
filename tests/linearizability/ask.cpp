#include "tests/linearizability/ask.h"

namespace playhead::linearizability {

Value ask(Store& store, const std::vector<std::string>& words) {
  std::vector<Text> texts(words.begin(), words.end());
  AnyCall call = AnyCall::parse(texts, 0, false);
  store.perform(call.call());
  ValueSink sink;
  call.emit(sink);
  return sink.take();
}

std::vector<std::int64_t> numbers(const Value& reply) {
  std::vector<std::int64_t> out;
  if (reply.is_null()) return out;
  if (!reply.is_list()) return {std::stoll(reply.to_string())};
  for (const Value& item : reply.items) out.push_back(item.is_null() ? 0 : std::stoll(item.to_string()));
  return out;
}

std::int64_t number(const std::optional<std::string>& text) {
  return text ? std::stoll(*text) : 0;
}

}  // namespace playhead::linearizability
