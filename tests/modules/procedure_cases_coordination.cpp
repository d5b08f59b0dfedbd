#include "playhead/modules/inventory.h"
#include "playhead/modules/lock.h"
#include "tests/modules/procedure_cases.h"

namespace playhead::test {

namespace {

ProcedureCases lock_cases() {
  const Texts keys = {"lock", "queue", "alive"};
  const std::string life = number(ten_years);
  return {
      {"lock.acquire",
       [=](Random& r, Millis) -> ProcedureCall {
         return {keys,
                 {one_of(r, ids()), number(one_of(r, {1, 2, 1000})), number(one_of(r, {0, 1})),
                  number(one_of(r, {1, 2, 1000})), number(one_of(r, {0, 1})), life}};
       }},
      {"lock.release", [=](Random& r, Millis) -> ProcedureCall { return {keys, {one_of(r, ids())}}; }},
      {"lock.extend",
       [=](Random& r, Millis) -> ProcedureCall {
         return {keys, {one_of(r, ids()), number(one_of(r, {1, 1000})), life}};
       }},
      {"lock.leave", [=](Random& r, Millis) -> ProcedureCall { return {keys, {one_of(r, ids())}}; }},
      {"lock.raise",
       [=](Random& r, Millis now) -> ProcedureCall {
         return {keys, {one_of(r, ids()), number(now + one_of(r, {-1000, 1, 5000}))}};
       }},
      {"lock.state", [=](Random&, Millis) -> ProcedureCall { return {keys, {}}; }},
  };
}

const std::vector<Mistake> lock_mistakes = {
    {"lock.acquire", "now < ends", "now <= ends"},
    {"lock.acquire", "not next or next == me", "true"},
    {"lock.acquire", "math.max(token + 1, now)", "token + 1"},
    {"lock.acquire", "math.max(ends, now + lease)", "now + lease"},
    {"lock.acquire", "and ARGV[6] == '1'", ""},
    {"lock.acquire", "drop_waiter(me)\n", ""},
    {"lock.release", "if held and count > 1", "if count > 1"},
    {"lock.release", "head() or ''", "''"},
    {"lock.extend", "not held or ", ""},
    {"lock.leave", "if held then return '' end", ""},
    {"lock.raise", "math.max(token, tonumber(ARGV[3]))", "tonumber(ARGV[3])"},
};

const ProcedureGroup lock("lock", {Lock::procedures()}, lock_cases(), lock_mistakes);

ProcedureCases inventory_cases() {
  const Texts keys = {"available", "held", "sold", "holds", "times"};
  auto call = [keys](Random& r, Texts args) -> ProcedureCall {
    args.insert(args.begin(), number(one_of(r, {1, 1000, 86'400'000})));
    return {keys, args};
  };
  return {
      {"inventory.set",
       [=](Random& r, Millis) { return call(r, {one_of(r, ids()), number(one_of(r, {0, 1, 5, 1000}))}); }},
      {"inventory.add",
       [=](Random& r, Millis) { return call(r, {one_of(r, ids()), number(one_of(r, {-3, -1, 2, 7}))}); }},
      {"inventory.stock", [=](Random& r, Millis) { return call(r, {one_of(r, ids())}); }},
      {"inventory.reserve",
       [=](Random& r, Millis) {
         Texts args = {one_of(r, ids()), one_of(r, Texts{"alice", "bob"}),
                       number(one_of(r, {1, 2, 1000, 100'000}))};
         for (auto n = 1 + r() % 3; n > 0; --n) {
           args.push_back(one_of(r, ids()));
           args.push_back(number(one_of(r, {1, 1, 2, 6})));
         }
         return call(r, args);
       }},
      {"inventory.settle",
       [=](Random& r, Millis) {
         return call(r, {one_of(r, ids()), one_of(r, Texts{"confirmed", "cancelled"})});
       }},
      {"inventory.find", [=](Random& r, Millis) { return call(r, {one_of(r, ids())}); }},
      {"inventory.expire", [=](Random& r, Millis) { return call(r, {number(one_of(r, {1, 2, 1000}))}); }},
  };
}

const std::vector<Mistake> inventory_mistakes = {
    {"inventory.reserve", "there < tonumber(items[i + 1])", "there <= tonumber(items[i + 1])"},
    {"inventory.reserve", " and known[2] == user", ""},
    {"inventory.reserve", "move(held, items[i], tonumber(items[i + 1]))", ""},
    {"inventory.settle", "status == 'confirmed' and sold or available", "available"},
    {"inventory.reserve", "and key == held then", "then"},
    {"inventory.expire", "redis.call('HDEL', holds, id)", ""},
    {"inventory.stock", "sweep(100)", ""},
    {"inventory.add", "+ n < 0", "+ n <= 0"},
};

const ProcedureGroup inventory("inventory", {Inventory::procedures()}, inventory_cases(), inventory_mistakes);

}  // namespace

}  // namespace playhead::test
