#include "engine/modules/recommend/event_codec.h"

#include <cstring>

namespace playhead::recommend {

namespace {

constexpr char version = 1;

template <class T>
void put(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

template <class T>
T take(Text& in) {
  if (in.size() < sizeof(T)) throw Error(ErrorCode::corrupt, "an event in the recommender's log is cut off");
  T value;
  std::memcpy(&value, in.data(), sizeof value);
  in.remove_prefix(sizeof value);
  return value;
}

Text take_id(Text& in) {
  auto size = take<std::uint16_t>(in);
  if (in.size() < size) throw Error(ErrorCode::corrupt, "an id in the recommender's log is cut off");
  Text id = in.substr(0, size);
  in.remove_prefix(size);
  return id;
}

void put_optional(std::string& out, std::optional<Millis> v) {
  put<std::int64_t>(out, v ? *v + 1 : 0);
}
std::optional<Millis> take_optional(Text& in) {
  auto v = take<std::int64_t>(in);
  if (v == 0) return std::nullopt;
  return v - 1;
}

void put_id(std::string& out, Text id) {
  put(out, static_cast<std::uint16_t>(id.size()));
  out += id;
}

}  // namespace

std::string encode_event(const EventRecord& e) {
  std::string out;
  out.reserve(32 + e.user_id.size() + e.video_id.size());
  put(out, version);
  put(out, static_cast<std::uint8_t>(e.event));
  put<std::int64_t>(out, e.at.value_or(0));
  put_optional(out, e.watched_ms);
  put_optional(out, e.duration_ms);
  put_id(out, e.user_id);
  put_id(out, e.video_id);
  return out;
}

EventRecord decode_event(Text in) {
  if (take<char>(in) != version)
    throw Error(ErrorCode::corrupt, "an event in the recommender's log has an unknown version");
  EventRecord e;
  auto event = take<std::uint8_t>(in);
  if (event > static_cast<std::uint8_t>(VideoEvent::unfollow))
    throw Error(ErrorCode::corrupt, "an event in the recommender's log is of an unknown kind");
  e.event = static_cast<VideoEvent>(event);
  e.at = take<std::int64_t>(in);
  e.watched_ms = take_optional(in);
  e.duration_ms = take_optional(in);
  e.user_id = take_id(in);
  e.video_id = take_id(in);
  if (!in.empty())
    throw Error(ErrorCode::corrupt, "an event in the recommender's log has bytes behind its end");
  return e;
}

}  // namespace playhead::recommend
