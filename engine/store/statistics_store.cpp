#include <exception>

#include "playhead/statistics.h"

namespace playhead {

void StatisticsStore::perform(const Call& call) {
  std::uint64_t begin = Statistics::ticks();
  try {
    inner().perform(call);
  } catch (...) {
    statistics_->failed(call, begin, std::current_exception());
    throw;
  }
  statistics_->succeeded(call, begin);
}

namespace {

/// Performs a batch by `run`, which tells whether it was run, and counts it.
template <class F>
bool count_batch(Statistics& statistics, Batch& batch, F run) {
  std::uint64_t begin = Statistics::ticks();
  bool ran = false;
  try {
    ran = run();
  } catch (...) {
    statistics.batch(batch, begin, true);
    throw;
  }
  if (ran) statistics.batch(batch, begin, false);
  return ran;
}

/// Counts something that is no command.
template <class F>
auto count_named(Statistics& statistics, Text name, F run) {
  struct Counted {
    Statistics& statistics;
    Text name;
    std::uint64_t begin = Statistics::ticks();
    int exceptions = std::uncaught_exceptions();
    ~Counted() { statistics.named(name, begin, std::uncaught_exceptions() > exceptions); }
  } counted{statistics, name};
  return run();
}

class CountedWatch final : public Watch {
 public:
  CountedWatch(std::unique_ptr<Watch> inner, std::shared_ptr<Statistics> statistics)
      : inner_(std::move(inner)), statistics_(std::move(statistics)) {}
  void add(std::uint16_t db, List<Text> keys) override { inner_->add(db, keys); }
  bool commit(Batch& batch) override {
    return count_batch(*statistics_, batch, [&] { return inner_->commit(batch); });
  }

 private:
  std::unique_ptr<Watch> inner_;
  std::shared_ptr<Statistics> statistics_;
};

}  // namespace

void StatisticsStore::perform(Batch& batch) {
  count_batch(*statistics_, batch, [&] {
    inner().perform(batch);
    return true;
  });
}

void StatisticsStore::with_unit(std::uint16_t db, List<Text> keys, const std::function<void(Unit&)>& body) {
  count_named(*statistics_, "unit", [&] { inner().with_unit(db, keys, body); });
}

Value StatisticsStore::invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) {
  return count_named(*statistics_, "procedure|" + std::string(p.name),
                     [&] { return inner().invoke(p, db, keys, args); });
}

std::unique_ptr<Watch> StatisticsStore::watch() {
  return std::make_unique<CountedWatch>(inner().watch(), statistics_);
}

// The time of a blocking operation is that of the attempt to serve it at once: what it waits is not counted.
std::unique_ptr<Ticket> StatisticsStore::park(AnyCall call,
                                              std::function<void(AnyCall&, std::exception_ptr)> done) {
  std::uint64_t begin = Statistics::ticks();
  std::uint16_t code = call.command().code;
  try {
    auto ticket = inner().park(std::move(call), std::move(done));
    statistics_->answered(code, begin, false);
    return ticket;
  } catch (...) {
    statistics_->answered(code, begin, true);
    throw;
  }
}

}  // namespace playhead
