// INFO, SLOWLOG and LATENCY of a session.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "engine/store/session_impl.h"
#include "playhead/statistics.h"
#include "playhead/version.h"

namespace playhead {

namespace {

/// Lines of "name:value" in sections.
class Report {
 public:
  /// `wanted`: the sections asked for; none, "default", "all" and "everything" mean all.
  explicit Report(List<Text> wanted) : wanted_(wanted) {}
  /// Begins a section; false: it is not wanted.
  bool section(Text title) {
    auto asked = [&](Text name) {
      return syntax::same_word(name, title) || syntax::same_word(name, "default") ||
             syntax::same_word(name, "all") || syntax::same_word(name, "everything");
    };
    if (!wanted_.empty() && std::none_of(wanted_.begin(), wanted_.end(), asked)) return false;
    if (!text_.empty()) text_ += "\r\n";
    text_.append("# ").append(title).append("\r\n");
    return true;
  }
  void line(Text name, Text value) { text_.append(name).append(":").append(value).append("\r\n"); }
  void line(Text name, std::uint64_t value) { line(name, std::to_string(value)); }
  Text text() const { return text_; }

 private:
  List<Text> wanted_;
  std::string text_;
};

std::string decimal(double x, int digits) {
  char buffer[64];
  return {buffer, static_cast<std::size_t>(std::snprintf(buffer, sizeof buffer, "%.*f", digits, x))};
}

/// Memory of the process that is in RAM; 0 if the system does not tell.
std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void show_commands(Report& report, const StatisticsSnapshot& s) {
  for (const CommandStatistics& c : s.commands) {
    double us = static_cast<double>(c.total_ns) / 1000;
    std::uint64_t timed = c.latencies.total();
    report.line("cmdstat_" + c.name,
                "calls=" + std::to_string(c.calls) + ",usec=" + std::to_string(c.total_ns / 1000) +
                    ",usec_per_call=" + decimal(timed == 0 ? 0 : us / static_cast<double>(timed), 2) +
                    ",rejected_calls=" + std::to_string(c.rejected) +
                    ",failed_calls=" + std::to_string(c.failed));
  }
}

void show_latencies(Report& report, const StatisticsSnapshot& s) {
  auto us = [](std::uint64_t ns) { return decimal(static_cast<double>(ns) / 1000, 3); };
  for (const CommandStatistics& c : s.commands)
    if (c.latencies.total() > 0)
      report.line("latency_percentiles_usec_" + c.name, "p50=" + us(c.latencies.percentile(0.5)) +
                                                            ",p99=" + us(c.latencies.percentile(0.99)) +
                                                            ",p99.9=" + us(c.latencies.percentile(0.999)));
}

void show_keyspace(Report& report, Store& store) {
  std::uint16_t databases = store.capabilities().databases;
  for (std::uint16_t db = 0; db < databases; ++db)
    if (std::int64_t keys = store.run(DbSize{}, db); keys > 0)
      report.line("db" + std::to_string(db), "keys=" + std::to_string(keys) + ",avg_ttl=0");
}

/// Calls in buckets that end at powers of two microseconds, each counting those before it too; a bucket that
/// adds nothing is left out.
std::vector<std::pair<std::int64_t, std::int64_t>> by_microseconds(const Histogram& h) {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  std::int64_t sum = 0;
  std::size_t bucket = 0;
  for (std::int64_t us = 1; bucket < Histogram::buckets; us *= 2) {
    std::int64_t before = sum;
    for (; bucket < Histogram::buckets &&
           Histogram::lower_bound(bucket) < static_cast<std::uint64_t>(us) * 1000;
         ++bucket)
      sum += static_cast<std::int64_t>(h[bucket]);
    if (sum > before) out.emplace_back(us, sum);
  }
  return out;
}

}  // namespace

void Session::Impl::on(const connection::Info& c, Sink& out) {
  Report report(c.sections);
  auto s = statistics_ == nullptr ? StatisticsSnapshot() : statistics_->snapshot();
  Capabilities can = store_->capabilities();
  if (report.section("Server")) {
    report.line("redis_version", redis_version);
    report.line("redis_mode", "standalone");
    report.line("playhead_version", version);
    report.line("playhead_store", can.name);
    report.line("process_id", static_cast<std::uint64_t>(getpid()));
    report.line("uptime_in_seconds", static_cast<std::uint64_t>(s.uptime / 1000));
  }
  if (report.section("Clients")) report.line("connected_clients", std::max<std::uint64_t>(s.sessions, 1));
  if (report.section("Memory")) report.line("used_memory_rss", resident_bytes());
  if (report.section("Persistence")) {
    report.line("loading", "0");
    report.line("persistent", can.persistent ? "1" : "0");
  }
  if (report.section("Stats")) {
    report.line("total_connections_received", s.sessions_begun);
    report.line("total_commands_processed", s.calls);
    report.line("keyspace_hits", s.hits);
    report.line("keyspace_misses", s.misses);
  }
  if (report.section("Replication")) {
    report.line("role", "master");
    report.line("connected_slaves", "0");
  }
  if (statistics_ != nullptr && report.section("Commandstats")) show_commands(report, s);
  if (statistics_ != nullptr && report.section("Errorstats"))
    for (const auto& [word, count] : s.errors)
      report.line("errorstat_" + word, "count=" + std::to_string(count));
  if (statistics_ != nullptr && report.section("Latencystats")) show_latencies(report, s);
  if (report.section("Cluster")) report.line("cluster_enabled", "0");
  if (report.section("Keyspace")) show_keyspace(report, *store_);
  out.verbatim(report.text());
}

void Session::Impl::on(const connection::SlowLogGet& c, Sink& out) {
  std::int64_t most = c.count.value_or(10);
  std::vector<SlowCall> calls;
  if (statistics_ != nullptr)
    calls = statistics_->slow_calls(most < 0 ? SIZE_MAX : static_cast<std::size_t>(most));
  out.begin_array(calls.size());
  for (const SlowCall& call : calls) {
    out.begin_array(6);
    out.integer(static_cast<std::int64_t>(call.id));
    out.integer(call.at / 1000);
    out.integer(call.microseconds);
    out.begin_array(call.arguments.size());
    for (const std::string& argument : call.arguments) out.bulk(argument);
    out.bulk("");  // the client's address and name: whose call it was the store does not know
    out.bulk("");
  }
}

void Session::Impl::on(const connection::SlowLogLen&, Sink& out) {
  out.integer(statistics_ == nullptr ? 0 : static_cast<std::int64_t>(statistics_->slow_call_count()));
}

void Session::Impl::on(const connection::SlowLogReset&, Sink& out) {
  if (statistics_ != nullptr) statistics_->forget_slow_calls();
  out.status("OK");
}

void Session::Impl::on(const connection::LatencyHistogram& c, Sink& out) {
  auto s = statistics_ == nullptr ? StatisticsSnapshot() : statistics_->snapshot();
  std::vector<const CommandStatistics*> shown;
  for (const CommandStatistics& row : s.commands) {
    bool asked = c.names.empty() || std::any_of(c.names.begin(), c.names.end(),
                                                [&](Text name) { return syntax::same_word(name, row.name); });
    if (asked && row.latencies.total() > 0) shown.push_back(&row);
  }
  out.begin_map(shown.size());
  for (const CommandStatistics* row : shown) {
    auto histogram = by_microseconds(row->latencies);
    out.bulk(row->name);
    out.begin_map(2);
    out.bulk("calls");
    out.integer(static_cast<std::int64_t>(row->latencies.total()));
    out.bulk("histogram_usec");
    out.begin_map(histogram.size());
    for (auto [us, count] : histogram) {
      out.integer(us);
      out.integer(count);
    }
  }
}

}  // namespace playhead
