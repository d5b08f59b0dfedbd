#include "engine/modules/recommend/log_rows.h"

#include <array>

namespace playhead::recommend {

namespace {

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorCode::corrupt, std::string("a row of the recommender's log ") + what);
}

class Writer {
 public:
  explicit Writer(char kind) { row_ += kind; }
  void byte(std::uint8_t b) { row_ += static_cast<char>(b); }
  void number(std::uint64_t n) {
    for (; n >= 0x80; n >>= 7) byte(static_cast<std::uint8_t>(n | 0x80));
    byte(static_cast<std::uint8_t>(n));
  }
  void text(Text t) {
    number(t.size());
    row_ += t;
  }
  void optional(std::optional<Text> t) {
    if (t) text(*t);
  }
  void optional(std::optional<Millis> t) {
    if (t) number(static_cast<std::uint64_t>(*t));
  }
  std::string row() && { return std::move(row_); }

 private:
  std::string row_;
};

class Reader {
 public:
  explicit Reader(Text row) : rest_(row) {}
  std::uint8_t byte() {
    if (rest_.empty()) fail("is cut off");
    auto b = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return b;
  }
  std::uint64_t number() {
    std::uint64_t n = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      std::uint8_t b = byte();
      n |= static_cast<std::uint64_t>(b & 0x7f) << shift;
      if (b < 0x80) return n;
    }
    fail("has a number that does not end");
  }
  Text text() {
    std::uint64_t size = number();
    if (rest_.size() < size) fail("is cut off");
    Text t = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return t;
  }
  std::optional<Text> optional_text(bool there) { return there ? std::optional(text()) : std::nullopt; }
  std::optional<Millis> optional_number(bool there) {
    return there ? std::optional(static_cast<Millis>(number())) : std::nullopt;
  }
  void end() const {
    if (!rest_.empty()) fail("has bytes behind its end");
  }

 private:
  Text rest_;
};

template <class... There>
std::uint8_t flags(There... there) {
  unsigned out = 0, bit = 1;
  ((out |= there ? bit : 0, bit <<= 1), ...);
  return static_cast<std::uint8_t>(out);
}

std::optional<Rise> fold_event(State& state, Reader& in) {
  unsigned there = in.byte();
  EventRecord e;
  auto event = in.byte();
  if (event > static_cast<std::uint8_t>(VideoEvent::unfollow)) fail("is of an unknown event");
  e.event = static_cast<VideoEvent>(event);
  e.at = static_cast<Millis>(in.number());
  e.user_id = in.text();
  e.video_id = in.text();
  e.watched_ms = in.optional_number((there & 1) != 0);
  e.duration_ms = in.optional_number((there & 2) != 0);
  e.device = in.optional_text((there & 4) != 0);
  e.region = in.optional_text((there & 8) != 0);
  e.history = (there & 16) != 0;
  in.end();
  return state.fold(e);
}

void fold_video(State& state, Reader& in) {
  unsigned there = in.byte();
  Text id = in.text();
  VideoAttributes a;
  a.creator = in.optional_text((there & 1) != 0);
  a.category = in.optional_text((there & 2) != 0);
  a.region = in.optional_text((there & 4) != 0);
  a.uploaded_at = in.optional_number((there & 8) != 0);
  a.duration_ms = in.optional_number((there & 16) != 0);
  std::vector<Text> tags;
  for (std::uint64_t count = in.number(); count > 0; --count) tags.push_back(in.text());
  a.tags = tags;
  in.end();
  state.set_video(id, a);
}

}  // namespace

std::string event_row(const EventRecord& e) {
  Writer out('e');
  out.byte(flags(e.watched_ms.has_value(), e.duration_ms.has_value(), e.device.has_value(),
                 e.region.has_value(), e.history));
  out.byte(static_cast<std::uint8_t>(e.event));
  out.number(static_cast<std::uint64_t>(e.at.value_or(0)));
  out.text(e.user_id);
  out.text(e.video_id);
  out.optional(e.watched_ms);
  out.optional(e.duration_ms);
  out.optional(e.device);
  out.optional(e.region);
  return std::move(out).row();
}

std::string video_row(Text id, const VideoAttributes& a) {
  Writer out('v');
  out.byte(flags(a.creator.has_value(), a.category.has_value(), a.region.has_value(),
                 a.uploaded_at.has_value(), a.duration_ms.has_value()));
  out.text(id);
  for (const auto& name : {a.creator, a.category, a.region}) out.optional(name);
  out.optional(a.uploaded_at);
  out.optional(a.duration_ms);
  out.number(a.tags.size());
  for (Text tag : a.tags) out.text(tag);
  return std::move(out).row();
}

std::string withdrawal_row(Text id) {
  Writer out('w');
  out.text(id);
  return std::move(out).row();
}

std::string follow_row(Text user, Text other, bool on) {
  Writer out('f');
  out.byte(on ? 1 : 0);
  out.text(user);
  out.text(other);
  return std::move(out).row();
}

std::optional<Rise> fold_row(State& state, Text row) {
  Reader in(row);
  switch (in.byte()) {
    case 'e':
      return fold_event(state, in);
    case 'v':
      fold_video(state, in);
      return std::nullopt;
    case 'w': {
      Text id = in.text();
      in.end();
      state.withdraw(id);
      return std::nullopt;
    }
    case 'f': {
      bool on = in.byte() != 0;
      Text user = in.text(), other = in.text();
      in.end();
      state.follow(user, other, on);
      return std::nullopt;
    }
    default:
      fail("is of an unknown kind");
  }
}

}  // namespace playhead::recommend
