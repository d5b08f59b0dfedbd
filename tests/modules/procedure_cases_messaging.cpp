#include "playhead/modules/chat.h"
#include "playhead/modules/delayed_tasks.h"
#include "playhead/modules/message_queue.h"
#include "tests/modules/procedure_cases.h"

namespace playhead::test {

namespace {

const Texts keys = {"bodies",   "records", "ready",   "later",  "leased",  "dead",
                    "finished", "dedupe",  "windows", "counts", "waiters", "signal"};
const Texts receipts = {"r1", "r2", "r3"};

void add_policy(Random& r, Texts& args) {
  args.push_back(number(one_of(r, {0, 1, 2})));
  args.push_back(number(one_of(r, {0, 1, 500})));
  args.push_back(number(one_of(r, {1, 1500, 300'000})));
  args.push_back(number(one_of(r, {0, 0, 1000})));
  args.push_back(number(one_of(r, {0, 0, 5000})));
}

ProcedureCall with_policy(Random& r, const Texts& more) {
  Texts args;
  add_policy(r, args);
  args.insert(args.end(), more.begin(), more.end());
  return {keys, args};
}

ProcedureCall send(Random& r, Millis) {
  Texts args = {number(one_of(r, {1, 1000}))};
  for (auto n = 1 + r() % 3; n > 0; --n)
    for (const std::string& arg :
         {one_of(r, ids()), std::string("body\0\xff", 6), number(one_of(r, {-1000, 0, 0, 7, 1000})),
          number(one_of(r, {0, 0, 1, 500, 2000})), r() % 3 == 0 ? one_of(r, ids()) : std::string()})
      args.push_back(arg);
  return {keys, args};
}

ProcedureCall settle(Random& r, Millis) {
  Texts args = {one_of(r, Texts{"complete", "fail", "fail", "reject", "release"}),
                number(one_of(r, {-1, -1, 0, 500})), one_of(r, Texts{"", "a note"})};
  for (auto n = 1 + r() % 3; n > 0; --n) {
    args.push_back(one_of(r, ids()));
    args.push_back(r() % 10 == 0 ? "" : one_of(r, receipts));
  }
  return with_policy(r, args);
}

ProcedureCall revive(Random& r, Millis) {
  Texts args = {one_of(r, Texts{"requeue", "requeue", "discard"})};
  for (auto n = r() % 3; n > 0; --n) args.push_back(one_of(r, ids()));
  return {keys, args};
}

ProcedureCases queue_cases() {
  return {
      {"queue.send", send},
      {"queue.receive",
       [](Random& r, Millis) {
         return with_policy(
             r, {number(one_of(r, {1, 2, 100})), number(one_of(r, {1, 10, 1000})), one_of(r, receipts)});
       }},
      {"queue.settle", settle},
      {"queue.extend",
       [](Random& r, Millis) -> ProcedureCall {
         return {keys,
                 {one_of(r, ids()), one_of(r, receipts), number(one_of(r, {1, 1000})),
                  number(one_of(r, {0, 1})), one_of(r, Texts{"", "half"})}};
       }},
      {"queue.state", [](Random& r, Millis) -> ProcedureCall { return {keys, {one_of(r, ids())}}; }},
      {"queue.await",
       [](Random& r, Millis) {
         return with_policy(r, {one_of(r, ids()), number(one_of(r, {1, 500, 5000}))});
       }},
      {"queue.clean", [](Random& r, Millis) { return with_policy(r, {}); }},
      {"queue.stats", [](Random&, Millis) -> ProcedureCall { return {keys, {}}; }},
      {"queue.dead",
       [](Random& r, Millis now) -> ProcedureCall {
         return {
             keys,
             {number(one_of(r, {0, 1})), number(now - 1), one_of(r, ids()), number(one_of(r, {1, 2, 100}))}};
       }},
      {"queue.revive", revive},
  };
}

const std::vector<Mistake> mistakes = {
    {"queue.send", "known = redis.call('HEXISTS', records, id) == 1 and id or", "known ="},
    {"queue.send", "int(now + window)", "int(now)"},
    {"queue.send", "redis.call('HDEL', dedupe, key)", ""},
    {"queue.send", "(1000 - m.priority)", "(1000 + m.priority)"},
    {"queue.receive", "m.attempts > max_retries", "m.attempts >= max_retries"},
    {"queue.receive", "retry_unit * 2 ^", "retry_unit *"},
    {"queue.receive", "if at <= now then", "if at < now then"},
    {"queue.receive", "redis.call('DEL', signals)", ""},
    {"queue.receive", "redis.call('ZREM', later, id)", ""},
    {"queue.settle", "m.receipt ~= '' and ", ""},
    {"queue.settle", "m.attempts - 1", "m.attempts"},
    {"queue.settle", "if after < 0 then", "if after <= 0 then"},
    {"queue.settle", "1 + redis.call('ZREM', waiters, id)", "1"},
    {"queue.settle", "how ~= 'release' and m.attempts > max_retries", "how ~= 'release'"},
    {"queue.await", "int(now + span)", "int(now)"},
    {"queue.await", "found[1] ~= 'dead' and", ""},
    {"queue.await", "for _, id in ipairs(up_to(waiters, 1000)) do redis.call('ZREM', waiters, id) end", ""},
    {"queue.clean", "drop_old(finished, retention)\n", ""},
    {"queue.extend", "if ARGV[5] == '1' then", "if true then"},
    {"queue.state", "if found == 'ready' then score = 0 end", ""},
    {"queue.revive", "m.attempts = 0", ""},
};

ProcedureCases task_cases() {
  const Texts task_keys = {"due", "records", "over", "signal"};
  return {
      {"tasks.schedule",
       [=](Random& r, Millis now) -> ProcedureCall {
         return {
             task_keys,
             {one_of(r, ids()), number(now + one_of(r, {-5, 0, 0, 1, 500})), "type",
              std::string("d\0\xff", 3), one_of(r, Texts{"", "every:500"}), number(one_of(r, {1, 1000}))}};
       }},
      {"tasks.cancel",
       [=](Random& r, Millis) -> ProcedureCall {
         return {task_keys, {one_of(r, ids()), number(one_of(r, {1, 1000}))}};
       }},
      {"tasks.claim",
       [=](Random& r, Millis) -> ProcedureCall {
         return {task_keys,
                 {number(one_of(r, {1, 2, 100})), number(one_of(r, {1, 10, 1000})), one_of(r, receipts),
                  number(one_of(r, {1, 1000}))}};
       }},
      {"tasks.settle",
       [=](Random& r, Millis now) -> ProcedureCall {
         return {task_keys,
                 {one_of(r, ids()), one_of(r, receipts), one_of(r, Texts{"completed", "failed", "retry"}),
                  number(one_of(r, {-1, now, now + 500})), one_of(r, Texts{"", "a note"}),
                  number(one_of(r, {1, 1000}))}};
       }},
      {"tasks.find", [=](Random& r, Millis) -> ProcedureCall { return {task_keys, {one_of(r, ids())}}; }},
  };
}

const std::vector<Mistake> task_mistakes = {
    {"tasks.schedule", "if get(id) then return 0 end", ""},
    {"tasks.schedule", "if first(due) == id then signal() end", "signal()"},
    {"tasks.cancel", "t[STOP] = '1'", ""},
    {"tasks.cancel", "if t[STATUS] ~= 'scheduled' then return 'over' end", ""},
    {"tasks.claim", "if t[STOP] == '1' then", "if false then"},
    {"tasks.claim", "redis.call('DEL', signals)", ""},
    {"tasks.claim", "if at <= now then signal() end", ""},
    {"tasks.settle", "t[RECEIPT] ~= ARGV[3]", "false"},
    {"tasks.settle", "how == 'completed' and 'completed' or 'cancelled'", "'cancelled'"},
    {"tasks.settle", "how == 'completed' and '0' or '1'", "'0'"},
    {"tasks.settle", "t[DUE], t[ATTEMPTS] = int(next), '0'", "t[DUE] = int(next)"},
};

ProcedureCases chat_cases() {
  return {
      {"chat.publish",
       [](Random& r, Millis) -> ProcedureCall {
         return {{one_of(r, Texts{"room", "other"})},
                 {"channel", number(one_of(r, {0, 1, 3})), one_of(r, ids()), one_of(r, Texts{"", "alice"}),
                  std::string("t\0\xff", 3)}};
       }},
  };
}

const std::vector<Mistake> chat_mistakes = {
    {"chat.publish", "0, limit - 1", "0, limit"},
    {"chat.publish", "if limit > 0 then", "if true then"},
    {"chat.publish", "'LPUSH'", "'RPUSH'"},
    {"chat.publish", "return now", "return 0"},
};

const ProcedureGroup chat("chat", {Chat::procedures()}, chat_cases(), chat_mistakes);

const ProcedureGroup tasks("tasks", {DelayedTasks::procedures()}, task_cases(), task_mistakes);

const ProcedureGroup queue("queue", {MessageQueue::procedures()}, queue_cases(), mistakes);

}  // namespace

}  // namespace playhead::test
