#include "playhead/modules/rate_limiter.h"

#include <algorithm>

#include "engine/modules/identity/rate_procedures.h"
#include "engine/store/numbers.h"
#include "playhead/error.h"

namespace playhead {

namespace {

constexpr Millis longest_period = Millis{366} * 86'400'000;
constexpr std::int64_t greatest_limit = 1'000'000'000, longest_log = 100'000,
                       greatest_product = std::int64_t{1} << 52;

struct TimeUnit {
  Text name;
  Millis length;
};
constexpr TimeUnit units[] = {
    {"ms", 1},         {"millisecond", 1},  {"s", 1000},        {"sec", 1000},         {"second", 1000},
    {"m", 60'000},     {"min", 60'000},     {"minute", 60'000}, {"h", 3'600'000},      {"hour", 3'600'000},
    {"d", 86'400'000}, {"day", 86'400'000}, {"w", 604'800'000}, {"week", 604'800'000},
};

void skip_spaces(Text& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
}

std::optional<std::int64_t> take_number(Text& text) {
  skip_spaces(text);
  std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::int64_t n = 0;
  if (!parse_int64(text.substr(0, digits), n)) return std::nullopt;
  text.remove_prefix(digits);
  skip_spaces(text);
  return n;
}

bool take_separator(Text& text) {
  for (Text separator : {Text("/"), Text("per ")})
    if (text.starts_with(separator)) {
      text.remove_prefix(separator.size());
      return true;
    }
  return false;
}

std::optional<Millis> unit_length(Text name) {
  while (name.ends_with(' ')) name.remove_suffix(1);
  for (bool plural : {false, true}) {
    for (const TimeUnit& unit : units)
      if (unit.name == name) return unit.length;
    if (plural || name.size() < 4 || !name.ends_with('s')) return std::nullopt;
    name.remove_suffix(1);
  }
  return std::nullopt;
}

Text name_of(RateAlgorithm algorithm) {
  Text name = identity::rate_procedure(algorithm).name;
  return name.substr(name.find('.') + 1);
}

}  // namespace

Rate Rate::parse(Text text) {
  Text rest = text;
  auto limit = take_number(rest);
  bool separated = limit && take_separator(rest);
  bool counted = false;
  Millis count = 1;
  if (separated)
    if (auto n = take_number(rest)) {
      counted = true;
      count = *n;
    }
  auto unit = separated ? unit_length(rest) : std::nullopt;
  if (!unit || *limit < 1 || (counted && (count < 1 || count > longest_period / *unit)))
    throw Error(ErrorCode::invalid, "\"" + std::string(text.substr(0, 64)) +
                                        "\" is not a rate; write it like 100/minute or 5/30s");
  return {*limit, count * *unit};
}

RateLimiter::RateLimiter(Namespace space, Rate rate, RateLimiterOptions options)
    : space_(std::move(space)), rate_(rate), options_(std::move(options)) {
  bool log = options_.algorithm == RateAlgorithm::sliding_log;
  check_id("name", options_.name);
  check_range("limit", rate_.limit, 1, log ? longest_log : greatest_limit);
  check_range("period", rate_.period, 1, longest_period);
  check_range("burst", options_.burst, 0, greatest_limit);
  check_range("slack", options_.slack, 0, longest_period);
  if (options_.burst == 0) options_.burst = rate_.limit;
  check_range("the greater one of limit and burst", std::max(rate_.limit, options_.burst), 1,
              greatest_product / rate_.period);
}

std::string RateLimiter::key(Text subject) const {
  check_id("subject", subject);
  return space_.keys().key("rates", subject,
                           {options_.name, name_of(options_.algorithm), std::to_string(rate_.period)});
}

RateDecision RateLimiter::decide(Text subject, std::int64_t weight, bool take) {
  check_range("weight", weight, 1, max_weight);
  ArgumentWriter args(space_.time());
  args.integer(rate_.limit).integer(rate_.period).integer(options_.burst).integer(weight);
  args.integer(take ? 1 : 0).integer(options_.slack);
  std::string at = key(subject);
  Value reply = space_.invoke(identity::rate_procedure(options_.algorithm), {at}, args);
  const auto& parts = list_of(reply);
  RateDecision d{parts.at(0).to_integer() == 1, parts.at(1).to_integer(), {}, parts.at(3).to_integer()};
  if (Millis retry = parts.at(2).to_integer(); retry >= 0) d.retry_after = retry;
  return d;
}

RateDecision RateLimiter::check(Text subject, std::int64_t weight) {
  return decide(subject, weight, true);
}

RateDecision RateLimiter::peek(Text subject, std::int64_t weight) {
  return decide(subject, weight, false);
}

bool RateLimiter::reset(Text subject) {
  std::string at = key(subject);
  Text name = at;
  return space_.run(Del{{&name, 1}}) == 1;
}

List<Procedure> RateLimiter::procedures() {
  return identity::rate_procedures();
}

}  // namespace playhead
