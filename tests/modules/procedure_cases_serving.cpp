#include "playhead/modules/node_placement.h"
#include "tests/modules/procedure_cases.h"

namespace playhead::test {

namespace {

const Texts& regions() {
  static const Texts all = {"eu", "us", std::string("\0:%", 3)};
  return all;
}

ProcedureCases placement_cases() {
  const Texts keys = {"nodes", "distances", "holders", "placed"};
  auto videos = [](Random& r, Texts args) {
    for (std::size_t left = 1 + r() % 3; left > 0; --left) args.push_back(one_of(r, ids()));
    return args;
  };
  return {
      {"nodes.add",
       [=](Random& r, Millis) -> ProcedureCall {
         return {keys,
                 {one_of(r, ids()), one_of(r, regions()), number(one_of(r, {1, 10, 100})), one_of(r, ids())}};
       }},
      {"nodes.remove",
       [=](Random& r, Millis) -> ProcedureCall {
         // Seldom, so that there are nodes.
         return {keys, {r() % 4 == 0 ? one_of(r, ids()) : std::string("none")}};
       }},
      {"nodes.report",
       [=](Random& r, Millis) -> ProcedureCall {
         return {keys, {one_of(r, ids()), number(one_of(r, {0, 1, 5, 9, 50, 1'000}))}};
       }},
      {"nodes.distance",
       [=](Random& r, Millis) -> ProcedureCall {
         return {keys, {one_of(r, regions()), one_of(r, regions()), number(one_of(r, {-1, 5, 20}))}};
       }},
      {"nodes.place",
       [=](Random& r, Millis) -> ProcedureCall { return {keys, videos(r, {one_of(r, ids())})}; }},
      {"nodes.withdraw",
       [=](Random& r, Millis) -> ProcedureCall { return {keys, videos(r, {one_of(r, ids())})}; }},
      {"nodes.remove_video", [=](Random& r, Millis) -> ProcedureCall { return {keys, {one_of(r, ids())}}; }},
      {"nodes.nearest",
       [=](Random& r, Millis) -> ProcedureCall {
         Texts args = {one_of(r, regions()), number(one_of(r, {1, 1'000, 100'000'000})),
                       number(one_of(r, {50, 90, 100}))};
         for (int i = 0; i < 5; ++i) {
           args.push_back(one_of(r, ids()));
           args.push_back(number(static_cast<std::int64_t>(r() >> 1)));
         }
         return {keys, args};
       }},
  };
}

const std::vector<Mistake> mistakes = {
    {"nodes.add", "n or {load", "{load"},
    {"nodes.remove", "redis.call('ZREM', KEYS[4], member)", ""},
    {"nodes.remove", "let_go(string.sub(member, #prefix + 1), id)", ""},
    {"nodes.report", "n.load, n.at = tonumber(ARGV[3]), now", "n.load = tonumber(ARGV[3])"},
    {"nodes.distance", "there, ARGV[4], back, ARGV[4]", "there, ARGV[4]"},
    {"nodes.place", "n.videos + count", "n.videos + #ARGV - 2"},
    {"nodes.withdraw", "let_go(ARGV[i], id)", ""},
    {"nodes.remove_video", "n.videos = n.videos - 1", ""},
    {"nodes.nearest", "now - n.at < lease and", ""},
    {"nodes.nearest", "n.load * 100 < n.capacity * percent", "true"},
    {"nodes.nearest", "b.load * a.capacity < a.load * b.capacity", "b.load < a.load"},
    {"nodes.nearest", "if n.far < 0 then n.far = 9007199254740992 end", ""},
};

const ProcedureGroup serving("serving", {NodePlacement::procedures()}, placement_cases(), mistakes);

}  // namespace

}  // namespace playhead::test
