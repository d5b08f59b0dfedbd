#pragma once
// What the benchmarks share: two things are measured alternately in one run, and the figure is the ratio of
// one to the other, the median of many repeats. A report prints a table and writes
// build/benchmarks/<file>.json, from which docs/performance.md is made.
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace playhead::bench {

/// What a row promises. `at_most`: ours / floor, or a value, is not above it. `at_least`: the other / ours is
/// not below it.
struct Budget {
  enum class Sense : std::uint8_t { none, at_most, at_least } sense = Sense::none;
  double value = 0;
};
inline Budget at_most(double value) {
  return {Budget::Sense::at_most, value};
}
inline Budget at_least(double value) {
  return {Budget::Sense::at_least, value};
}
inline Budget no_budget() {
  return {};
}

struct Row {
  std::string what;
  std::string floor;  ///< what ours is compared with; empty: a value on its own
  std::string unit = "ns";
  double ours = 0;
  double other = 0;
  double ratio = 0;  ///< ours / other; the other way round for at_least; the value itself without a floor
  Budget budget;
  bool met() const;
};

/// Runs so many operations.
using Side = std::function<void(std::size_t count)>;

/// How long and how often a comparison measures.
struct Effort {
  std::chrono::microseconds slice{400};  ///< of one side in one repeat
  std::size_t repeats = 151;
};

class Report {
 public:
  /// `theme` names the benchmark, `title` the section, `about` tells what is compared. `file` names the JSON file of
  /// a benchmark that has several reports; without one it is called as the theme.
  Report(std::string theme, std::string title, std::string about, std::string file = {});

  /// Measures ours and the floor alternately, nanoseconds per operation.
  void compare(const std::string& what, const std::string& floor, Budget budget, const Side& ours,
               const Side& other, Effort effort = {});
  /// A row that was measured otherwise.
  void add(Row row);
  /// Adds a table of its own below the rows (growth).
  void table(std::vector<std::string> columns, std::vector<std::vector<std::string>> rows);
  /// Adds a sentence below the table.
  void note(std::string text) { notes_.push_back(std::move(text)); }
  /// Writes the JSON file; throws std::runtime_error if that fails.
  void write() const;

 private:
  std::string theme_, title_, about_, file_;
  std::vector<Row> rows_;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> cells_;
  std::vector<std::string> notes_;
  std::size_t repeats_ = 0;
};

/// Nanoseconds per operation of one side: the median of the effort's repeats.
double measure(const Side& side, Effort effort = {});

/// How many operations of a side fill the slice.
std::size_t fill(const Side& side, std::chrono::microseconds slice);

double median(std::vector<double> values);

/// Whether the longer measurements were asked for (./dev bench --large): 10^7 elements.
bool large();

/// Keeps the compiler from leaving out what computes `value`.
template <class T>
inline void keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

/// "1,234,567"
std::string grouped(std::uint64_t n);
/// "10^4"
std::string power(std::uint64_t n);

}  // namespace playhead::bench
