#include "tests/linearizability/register_work.h"

#include <mutex>

#include "tests/linearizability/ask.h"

namespace playhead::linearizability {

namespace {

using Operation = Registers::Operation;
using Kind = Operation::Kind;

// A transfer as a procedure: C++ on embedded stores, Lua on a Redis server.
Value transfer_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  std::int64_t amount = std::stoll(std::string(args[0]));
  std::int64_t from = unit.run(DecrBy{.key = keys[0], .decrement = amount}, db);
  std::int64_t to = unit.run(IncrBy{.key = keys[1], .increment = amount}, db);
  return Value::array({Value::integer(from), Value::integer(to)});
}
constexpr Procedure transfer_procedure = {
    "linearizability.transfer", transfer_body,
    "return {redis.call('DECRBY', KEYS[1], ARGV[1]), redis.call('INCRBY', KEYS[2], ARGV[1])}"};

/// The registers of one round on one store.
class Work {
 public:
  Work(Store& store, const std::string& prefix, const RegisterMix& mix)
      : store_(store), mix_(mix), units_(store.capabilities().units) {
    for (std::size_t i = 0; i < Registers::count; ++i) keys_.push_back(prefix + std::to_string(i));
  }

  void run(std::size_t thread, Random& random, Recorder<Operation>& recorder) {
    for (std::size_t i = 0; i < mix_.operations; ++i) {
      Operation o = chosen(random);
      std::size_t way = random.below(5);
      recorder.record(
          o, [&](Operation& operation) { return perform(operation, way, thread, recorder.stamps()); });
    }
  }
  void read_last(Recorder<Operation>& recorder) {
    recorder.record({Kind::read, 0, 0, 0, {}}, [&](Operation& o) { return read(o, 0), true; });
  }
  // A refusal needs somebody else's change between the watch and the commit.
  std::size_t refused_for_nothing(const History<Operation>& history) const {
    std::size_t count = 0;
    for (const Refusal& refusal : refusals_) {
      bool reason = false;
      for (const auto& i : history)
        reason = reason || (i.operation.kind != Kind::read && i.invoked < refusal.answered &&
                            i.answered > refusal.invoked);
      count += reason ? 0 : 1;
    }
    return count;
  }

 private:
  struct Refusal {
    std::uint64_t invoked, answered;
  };

  Operation chosen(Random& random) const {
    Operation o{Kind::read, random.below(Registers::count), 0, random.between(1, 9), {}};
    o.to = (o.from + 1 + random.below(Registers::count - 1)) % Registers::count;
    std::size_t choice = random.below(10);
    bool composite = mix_.batches || mix_.optimistic;
    if (choice < 3)
      o.kind = Kind::read;
    else if (mix_.home == RegisterMix::Home::strings && choice == 3)
      o.kind = Kind::exchange;
    else if (!composite || choice < 6)
      o.kind = Kind::add;
    else
      o.kind = mix_.optimistic && (!mix_.batches || choice < 8) ? Kind::replace : Kind::transfer;
    return o;
  }

  bool perform(Operation& o, std::size_t way, std::size_t thread, Stamps& stamps) {
    switch (o.kind) {
      case Kind::add:
        add(o);
        return true;
      case Kind::exchange:
        o.answer = {number(store_.run(GetSet{.key = keys_[o.to], .value = std::to_string(o.amount)}))};
        return true;
      case Kind::read:
        read(o, way);
        return true;
      case Kind::transfer:
        transfer(o, way);
        return true;
      case Kind::replace:
        return replace(o, thread, stamps);
    }
    return false;
  }

  void add(Operation& o) {
    std::string amount = std::to_string(o.amount), name = std::to_string(o.to);
    switch (mix_.home) {
      case RegisterMix::Home::strings:
        o.answer = {store_.run(IncrBy{.key = keys_[o.to], .increment = o.amount})};
        break;
      case RegisterMix::Home::fields:
        o.answer = numbers(ask(store_, {"HINCRBY", keys_[0], name, amount}));
        break;
      case RegisterMix::Home::members:
        o.answer = numbers(ask(store_, {"ZINCRBY", keys_[0], amount, name}));
        break;
    }
  }

  void read(Operation& o, std::size_t way) {
    if (mix_.home == RegisterMix::Home::fields) {
      o.answer = numbers(ask(store_, {"HMGET", keys_[0], "0", "1", "2"}));
    } else if (mix_.home == RegisterMix::Home::members) {
      o.answer = numbers(ask(store_, {"ZMSCORE", keys_[0], "0", "1", "2"}));
    } else if (way % 2 == 0 || !mix_.batches) {
      o.answer = numbers(ask(store_, {"MGET", keys_[0], keys_[1], keys_[2]}));
    } else {
      Batch batch;
      for (const std::string& key : keys_) batch.add(Get{.key = key});
      store_.perform(batch);
      for (std::size_t i = 0; i < keys_.size(); ++i) o.answer.push_back(number(batch.reply<Get>(i)));
    }
  }

  void transfer(Operation& o, std::size_t way) {
    const std::string &from = keys_[o.from], &to = keys_[o.to];
    Text keys[] = {from, to};
    std::string amount = std::to_string(o.amount);
    if (way == 0) {
      o.answer = numbers(ask(store_, {"EVAL", std::string(transfer_procedure.lua), "2", from, to, amount}));
    } else if (way == 1) {
      Text argument = amount;
      o.answer = numbers(store_.invoke(transfer_procedure, 0, keys, {&argument, 1}));
    } else if (way == 2 && units_) {
      store_.with_unit(0, keys, [&](Unit& unit) {
        std::int64_t a = number(unit.run(Get{.key = from})) - o.amount,
                     b = number(unit.run(Get{.key = to})) + o.amount;
        unit.run(Set{.key = from, .value = std::to_string(a)});
        unit.run(Set{.key = to, .value = std::to_string(b)});
        o.answer = {a, b};
      });
    } else {
      Batch batch;
      auto a = batch.add(DecrBy{.key = from, .decrement = o.amount});
      auto b = batch.add(IncrBy{.key = to, .increment = o.amount});
      store_.perform(batch);
      o.answer = {batch.reply<DecrBy>(a), batch.reply<IncrBy>(b)};
    }
  }

  // Reads everything, computes, and commits if it is still true.
  bool replace(Operation& o, std::size_t, Stamps& stamps) {
    std::uint64_t invoked = stamps.next();
    auto watch = store_.watch();
    std::vector<Text> keys(keys_.begin(), keys_.end());
    watch->add(0, keys);
    o.answer = numbers(ask(store_, {"MGET", keys_[0], keys_[1], keys_[2]}));
    Batch batch;
    batch.add(Set{.key = keys_[o.from], .value = std::to_string(o.answer[o.from] - o.amount)});
    batch.add(Set{.key = keys_[o.to], .value = std::to_string(o.answer[o.to] + o.amount)});
    if (watch->commit(batch)) return true;
    std::uint64_t answered = stamps.next();
    std::lock_guard lock(mutex_);
    refusals_.push_back({invoked, answered});
    return false;
  }

  Store& store_;
  const RegisterMix mix_;
  const bool units_;
  std::vector<std::string> keys_;
  std::mutex mutex_;
  std::vector<Refusal> refusals_;
};

}  // namespace

RegisterHistory run_registers(Store& store, const std::string& prefix, const RegisterMix& mix,
                              std::uint64_t seed) {
  Work work(store, prefix, mix);
  RegisterHistory result;
  result.history = run_together<Operation>(
      seed,
      [&](std::size_t thread, Random& random, Recorder<Operation>& recorder) {
        work.run(thread, random, recorder);
      },
      [&](Recorder<Operation>& recorder) { work.read_last(recorder); });
  result.refused_for_nothing = work.refused_for_nothing(result.history);
  return result;
}

}  // namespace playhead::linearizability
