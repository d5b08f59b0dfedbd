#include "benchmarks/support/report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

namespace playhead::bench {

namespace {

using Clock = std::chrono::steady_clock;

double timed(const Side& side, std::size_t count) {
  auto begin = Clock::now();
  side(count);
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count() / static_cast<double>(count);
}

std::string processor() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

std::string machine() {
  return processor() + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores";
}

std::string today() {
  std::time_t now = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
  return text;
}

// Three digits that count.
std::string number(double x) {
  if (x >= 1000) return grouped(static_cast<std::uint64_t>(std::llround(x)));
  char text[32];
  std::snprintf(text, sizeof text, x >= 100 ? "%.0f" : x >= 10 ? "%.1f" : "%.2f", x);
  return text;
}

std::string budget_text(const Budget& budget) {
  if (budget.sense == Budget::Sense::none) return "";
  return (budget.sense == Budget::Sense::at_most ? "<= " : ">= ") + number(budget.value);
}

void print(const Row& row) {
  std::string ratio = row.floor.empty() ? "" : number(row.ratio) + "x";
  const char* met = row.budget.sense == Budget::Sense::none ? "" : row.met() ? "yes" : "NO";
  std::printf("%-44s %12s %12s %-6s %8s %9s %4s  %s\n", row.what.c_str(), number(row.ours).c_str(),
              row.floor.empty() ? "" : number(row.other).c_str(), row.unit.c_str(), ratio.c_str(),
              budget_text(row.budget).c_str(), met, row.floor.c_str());
  std::fflush(stdout);
}

nlohmann::json as_json(const Row& row) {
  nlohmann::json j{{"what", row.what}, {"floor", row.floor}, {"unit", row.unit},
                   {"ours", row.ours}, {"other", row.other}, {"ratio", row.ratio}};
  if (row.budget.sense != Budget::Sense::none) {
    j["budget"] = budget_text(row.budget);
    j["met"] = row.met();
  }
  return j;
}

}  // namespace

bool Row::met() const {
  switch (budget.sense) {
    case Budget::Sense::at_most:
      return ratio <= budget.value;
    case Budget::Sense::at_least:
      return ratio >= budget.value;
    default:
      return true;
  }
}

double median(std::vector<double> values) {
  auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::size_t fill(const Side& side, std::chrono::microseconds slice) {
  double wanted = std::chrono::duration<double, std::nano>(slice).count();
  for (std::size_t count = 1;; count *= 2) {
    // The quickest of three: an interruption must not make the slices short.
    double once = std::min({timed(side, count), timed(side, count), timed(side, count)});
    double spent = once * static_cast<double>(count);
    if (spent >= wanted / 4) return std::max<std::size_t>(1, static_cast<std::size_t>(wanted / once));
  }
}

double measure(const Side& side, Effort effort) {
  std::size_t count = fill(side, effort.slice);
  std::vector<double> times;
  for (std::size_t i = 0; i < effort.repeats; ++i) times.push_back(timed(side, count));
  return median(std::move(times));
}

Report::Report(std::string theme, std::string title, std::string about, std::string file)
    : theme_(std::move(theme)),
      title_(std::move(title)),
      about_(std::move(about)),
      file_(file.empty() ? theme_ : std::move(file)) {
  std::printf("\n%s\n%s\n\n%-44s %12s %12s %-6s %8s %9s %4s  %s\n", title_.c_str(), about_.c_str(), "",
              "ours", "floor", "", "ratio", "budget", "met", "floor");
}

void Report::compare(const std::string& what, const std::string& floor, Budget budget, const Side& ours,
                     const Side& other, Effort effort) {
  std::size_t our_count = fill(ours, effort.slice), other_count = fill(other, effort.slice);
  bool reversed = budget.sense == Budget::Sense::at_least;
  std::vector<double> our_times, other_times, ratios;
  for (std::size_t i = 0; i < effort.repeats; ++i) {
    double a = 0, b = 0;
    if (i % 2 == 0) a = timed(ours, our_count);
    b = timed(other, other_count);
    if (i % 2 == 1) a = timed(ours, our_count);
    our_times.push_back(a);
    other_times.push_back(b);
    ratios.push_back(reversed ? b / a : a / b);
  }
  Row row{.what = what,
          .floor = floor,
          .unit = "ns",
          .ours = median(our_times),
          .other = median(other_times),
          .ratio = median(ratios),
          .budget = budget};
  repeats_ = std::max(repeats_, effort.repeats);
  add(std::move(row));
}

void Report::add(Row row) {
  if (row.floor.empty()) row.ratio = row.ours;
  print(row);
  rows_.push_back(std::move(row));
}

void Report::table(std::vector<std::string> columns, std::vector<std::vector<std::string>> rows) {
  columns_ = std::move(columns);
  cells_ = std::move(rows);
}

void Report::write() const {
  nlohmann::json j{{"theme", theme_}, {"title", title_},     {"about", about_}, {"machine", machine()},
                   {"date", today()}, {"repeats", repeats_}, {"notes", notes_}};
  j["rows"] = nlohmann::json::array();
  for (const Row& row : rows_) j["rows"].push_back(as_json(row));
  if (!columns_.empty()) j["table"] = {{"columns", columns_}, {"rows", cells_}};
  std::filesystem::create_directories("build/benchmarks");
  std::string path = "build/benchmarks/" + file_ + ".json";
  std::ofstream out(path);
  out << j.dump(1) << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

bool large() {
  return std::getenv("PLAYHEAD_BENCH_LARGE") != nullptr;
}

std::string grouped(std::uint64_t n) {
  std::string digits = std::to_string(n), out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string power(std::uint64_t n) {
  return "10^" + std::to_string(static_cast<int>(std::lround(std::log10(static_cast<double>(n)))));
}

}  // namespace playhead::bench
