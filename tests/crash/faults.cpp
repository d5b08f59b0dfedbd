#include "tests/crash/faults.h"

#include <chrono>
#include <cstdio>

#include "backends/rocksdb/check.h"
#include "tests/crash/model.h"
#include "tests/crash/unreliable_store.h"

namespace playhead::crash {

namespace {

using rocks::Durability;
using Fault = UnreliableFiles::Fault;

constexpr std::uint64_t changes_per_run = 50;
constexpr Millis store_time = 1'700'000'000'000;
constexpr int attempts = 3;  ///< in which a change must succeed once the disk works

struct Finding {
  std::string text;
};

struct Plan {
  Fault fault = Fault::none;
  bool for_ever = false;
  bool dies = false;  ///< the process ends while the disk is broken: the store is not closed properly
  Durability durability = Durability::sync;
  std::uint64_t at = 0;

  std::string shown() const {
    static constexpr const char* modes[] = {"sync", "periodic", "none"};
    return std::string(fault == Fault::io_error ? "EIO" : "ENOSPC") + (for_ever ? " for ever" : " once") +
           (dies ? ", dies" : "") + ", " + modes[static_cast<std::size_t>(durability)] + ", operation " +
           std::to_string(at);
  }
};

class Run {
 public:
  Run(const FaultOptions& options, const Plan& plan, FaultReport& report)
      : seed_(options.seed),
        plan_(plan),
        report_(report),
        place_(options.directory),
        files_(std::make_shared<UnreliableFiles>(place_ / "store", place_ / "graves")),
        env_(rocksdb::NewCompositeEnv(files_)) {
    options_.durability = plan.durability;
    options_.sync_interval_ms = 1000;
    options_.write_buffer_bytes = 16 << 10;
    options_.cache_bytes = 1 << 20;
    options_.resume_patience_ms = 3000;
  }

  /// The number of operations. Throws Finding.
  std::uint64_t run() {
    files_->fail_at(plan_.at, plan_.fault, plan_.for_ever);
    open();
    for (std::uint64_t number = 0; number < changes_per_run; ++number)
      step(change_of(seed_, 0, number, store_time));
    compare("at the end");
    std::uint64_t operations = files_->operations();
    if (files_->failed() == 0 && plan_.fault != Fault::none) ++report_.unnoticed;
    if (!plan_.dies) files_->repair();
    try {
      store_->close();
    } catch (const Error& e) {
      if (e.code() != ErrorCode::unavailable || !plan_.dies) throw Finding{std::string("close: ") + e.what()};
    }
    store_.reset();
    files_->repair();
    rocks::CheckReport report = rocks::check(place_ / "store");
    if (!report.ok()) {
      std::string all = "check:";
      for (const std::string& finding : report.findings) all += "\n  " + finding;
      throw Finding{all};
    }
    store_ = open_store(place_ / "store", options_, nullptr, store_time);
    compare("after it was opened again");
    store_->close();
    return operations;
  }

 private:
  void open() {
    for (int i = 0;; ++i) try {
        store_ = open_store(place_ / "store", options_, env_.get(), store_time);
        return;
      } catch (const Error& e) {
        if (e.code() != ErrorCode::unavailable)
          throw Finding{std::string("opening it failed with the code ") + std::string(name_of(e.code())) +
                        ": " + e.what()};
        if (i == attempts) throw Finding{std::string("it can not be opened: ") + e.what()};
        ++report_.while_opening;
        files_->repair();
      }
  }

  // As the error advises: the store does not get over this one.
  void reopen() {
    files_->repair();
    try {
      store_->close();
    } catch (const Error& e) {
      if (e.code() != ErrorCode::unavailable) throw Finding{std::string("close: ") + e.what()};
    }
    store_.reset();
    open();
    ++report_.reopened;
  }

  void step(const Change& change) {
    for (int i = 0;; ++i) {
      try {
        perform(*store_, change);
        break;
      } catch (const Error& e) {
        if (e.code() != ErrorCode::unavailable)
          throw Finding{std::string("a change failed with the code ") + std::string(name_of(e.code())) +
                        ": " + e.what()};
        if (i == attempts) throw Finding{std::string("changes are still refused: ") + e.what()};
        ++report_.failed_changes;
        if (std::string(e.what()).find("open it again") != std::string::npos) reopen();
      }
      compare("after a change was refused");
      if (!plan_.for_ever) continue;
      if (plan_.dies) return;
      if (i > 0) files_->repair();  // refused twice
    }
    model_.apply(change);
  }

  void compare(const std::string& when) {
    std::string differs = difference(*store_, model_, 0);
    if (!differs.empty()) throw Finding{when + ": " + differs};
  }

  const std::uint64_t seed_;
  const Plan plan_;
  FaultReport& report_;
  Workplace place_;
  std::shared_ptr<UnreliableFiles> files_;
  std::unique_ptr<rocksdb::Env> env_;
  rocks::RocksOptions options_;
  Model model_;
  std::shared_ptr<Store> store_;
};

}  // namespace

FaultReport run_faults(const FaultOptions& options, const std::function<void(const FaultReport&)>& progress) {
  FaultReport report;
  auto start = std::chrono::steady_clock::now();
  auto attempt = [&](const Plan& plan) {
    std::uint64_t operations = 0;
    try {
      operations = Run(options, plan, report).run();
    } catch (const Finding& finding) {
      report.findings.push_back(plan.shown() + ", seed " + std::to_string(options.seed) + ": " +
                                finding.text);
    } catch (const Error& e) {
      report.findings.push_back(plan.shown() + ", seed " + std::to_string(options.seed) + ": " + e.what());
    }
    return operations;
  };
  report.operations = attempt({});
  for (std::uint64_t at = 1;
       at <= report.operations + options.stride && report.findings.size() < options.findings;
       at += options.stride) {
    for (Fault fault : {Fault::io_error, Fault::no_space})
      for (auto [for_ever, dies] : {std::pair{false, false}, {true, false}, {true, true}}) {
        attempt({fault, for_ever, dies, static_cast<Durability>(report.runs % 3), at});
        ++report.runs;
      }
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (progress && at % 20 == 0) progress(report);
  }
  return report;
}

std::string FaultReport::shown() const {
  auto n = [](std::uint64_t number) { return std::to_string(number); };
  char time[40];
  std::snprintf(time, sizeof time, " in %.1f s", seconds);
  std::string out = n(runs) + " runs with a fault" + time + "; a run without one has " + n(operations) +
                    " operations of the file system\n" + n(while_opening) + " opens and " +
                    n(failed_changes) + " changes refused; in " + n(unnoticed) +
                    " runs nobody met the fault; " + n(reopened) +
                    " stores did not get over it and were opened again\n";
  for (const std::string& finding : findings) out += finding + "\n";
  return out;
}

}  // namespace playhead::crash
