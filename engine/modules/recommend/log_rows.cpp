#include "engine/modules/recommend/log_rows.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "engine/modules/procedures/fields.h"

namespace playhead::recommend {

namespace {

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorCode::corrupt, std::string("a row of the recommender's log ") + what);
}

/// Which of the optional fields are there: bit 0 stands for the first.
template <class... There>
std::int64_t flags(There... there) {
  std::int64_t out = 0, bit = 1;
  ((out |= there ? bit : 0, bit <<= 1), ...);
  return out;
}

void put(FieldWriter& out, const std::optional<Text>& text) {
  if (text) out.text(*text);
}
void put(FieldWriter& out, std::optional<Millis> number) {
  if (number) out.integer(*number);
}

std::optional<Text> text_if(bool there, FieldReader& in) {
  return there ? std::optional(in.text()) : std::nullopt;
}
std::optional<Millis> number_if(bool there, FieldReader& in) {
  return there ? std::optional(in.integer()) : std::nullopt;
}

void end(const FieldReader& in) {
  if (!in.done()) fail("has fields behind its end");
}

std::optional<Rise> fold_event(State& state, FieldReader& in) {
  std::int64_t there = in.integer(), event = in.integer();
  EventRecord e;
  if (event < 0 || event > static_cast<std::int64_t>(VideoEvent::unfollow)) fail("is of an unknown event");
  e.event = static_cast<VideoEvent>(event);
  e.at = in.integer();
  e.user_id = in.text();
  e.video_id = in.text();
  e.watched_ms = number_if((there & 1) != 0, in);
  e.duration_ms = number_if((there & 2) != 0, in);
  e.device = text_if((there & 4) != 0, in);
  e.region = text_if((there & 8) != 0, in);
  e.history = (there & 16) != 0;
  end(in);
  return state.fold(e);
}

void fold_boost(State& state, FieldReader& in) {
  std::int64_t there = in.integer(), kind = in.integer();
  if (kind < 0 || kind > static_cast<std::int64_t>(Boost::Kind::creator))
    fail("is of an unknown kind of boost");
  Text name = in.text();
  Text factor_text = in.text();
  double factor = 0;
  auto [rest, error] = std::from_chars(factor_text.data(), factor_text.data() + factor_text.size(), factor);
  if (error != std::errc{} || rest != factor_text.data() + factor_text.size())
    fail("has a factor that is no number");
  auto from = number_if((there & 1) != 0, in), until = number_if((there & 2) != 0, in);
  end(in);
  state.set_boost(static_cast<Boost::Kind>(kind), name, factor,
                  from.value_or(std::numeric_limits<Millis>::min()),
                  until.value_or(std::numeric_limits<Millis>::max()));
}

void fold_video(State& state, FieldReader& in) {
  std::int64_t there = in.integer();
  Text id = in.text();
  VideoAttributes a;
  a.creator = text_if((there & 1) != 0, in);
  a.category = text_if((there & 2) != 0, in);
  a.region = text_if((there & 4) != 0, in);
  a.uploaded_at = number_if((there & 8) != 0, in);
  a.duration_ms = number_if((there & 16) != 0, in);
  std::vector<Text> tags;
  while (!in.done()) tags.push_back(in.text());
  a.tags = tags;
  state.set_video(id, a);
}

}  // namespace

std::string event_row(const EventRecord& e) {
  FieldWriter out;
  out.text("event").integer(flags(e.watched_ms.has_value(), e.duration_ms.has_value(), e.device.has_value(),
                                  e.region.has_value(), e.history));
  out.integer(static_cast<std::int64_t>(e.event)).integer(e.at.value_or(0)).text(e.user_id).text(e.video_id);
  put(out, e.watched_ms);
  put(out, e.duration_ms);
  put(out, e.device);
  put(out, e.region);
  return std::move(out).bytes();
}

std::string video_row(Text id, const VideoAttributes& a) {
  FieldWriter out;
  out.text("video").integer(flags(a.creator.has_value(), a.category.has_value(), a.region.has_value(),
                                  a.uploaded_at.has_value(), a.duration_ms.has_value()));
  out.text(id);
  for (const auto& name : {a.creator, a.category, a.region}) put(out, name);
  put(out, a.uploaded_at);
  put(out, a.duration_ms);
  for (Text tag : a.tags) out.text(tag);
  return std::move(out).bytes();
}

std::string withdrawal_row(Text id) {
  FieldWriter out;
  out.text("withdraw").text(id);
  return std::move(out).bytes();
}

std::string follow_row(Text user, Text other, bool on) {
  FieldWriter out;
  out.text(on ? "follow" : "unfollow").text(user).text(other);
  return std::move(out).bytes();
}

std::string boost_row(const BoostRequest& b) {
  Boost::Kind kind = b.tag ? Boost::Kind::tag : b.category ? Boost::Kind::category : Boost::Kind::creator;
  FieldWriter out;
  out.text("boost").integer(flags(b.from.has_value(), b.until.has_value()));
  out.integer(static_cast<std::int64_t>(kind)).text(b.tag ? *b.tag : b.category ? *b.category : *b.creator);
  out.text(fmt::format("{}", b.factor));
  put(out, b.from);
  put(out, b.until);
  return std::move(out).bytes();
}

bool is_about(Text row, Text user_id) {
  FieldReader in(row);
  Text kind = in.text();
  if (kind == "event") {
    for (int number = 0; number < 3; ++number) in.integer();
    return in.text() == user_id;
  }
  if (kind != "follow" && kind != "unfollow") return false;
  Text user = in.text(), person = in.text();
  return user == user_id || person == user_id;
}

std::optional<Rise> fold_row(State& state, Text row) {
  FieldReader in(row);
  Text kind = in.text();
  if (kind == "event") return fold_event(state, in);
  if (kind == "video") {
    fold_video(state, in);
  } else if (kind == "withdraw") {
    Text id = in.text();
    end(in);
    state.withdraw(id);
  } else if (kind == "boost") {
    fold_boost(state, in);
  } else if (kind == "forgotten" || kind == "rebuild") {
    end(in);
  } else if (kind == "follow" || kind == "unfollow") {
    Text user = in.text(), other = in.text();
    end(in);
    state.follow(user, other, kind == "follow");
  } else {
    fail("is of an unknown kind");
  }
  return std::nullopt;
}

}  // namespace playhead::recommend
