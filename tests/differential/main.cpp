// The differential test: random command streams on every embedded store and on a Redis server, whose replies
// and contents must agree.
//
//   --commands N       how many commands to compare (200000)
//   --seed S           where randomness begins (chosen by the clock if S is 0; 1)
//   --stores A,B       which embedded stores (all)
//   --replay FILE      runs a stream that was printed, instead
//   --differences N    stops after so many (5)
//   --minimise N       spends so many seconds on making the stream of a difference short (20; replaying, 0)
//   --missing yes      lists the combinations of operation, option and kind of reply that were not met
//
// The exit status is 0 if nothing differed and, without --replay, every operation was performed; of 2,000,000
// commands or more, if every combination of operation, option and kind of reply was met.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <set>
#include <stdexcept>

#include "tests/differential/generator.h"
#include "tests/differential/minimiser.h"
#include "tests/differential/runner.h"
#include "tests/support/redis_server.h"

namespace playhead::differential {

namespace {

struct Options {
  std::uint64_t commands = 200'000;
  std::uint64_t seed = 1;
  std::string stores;
  std::string replay;
  std::size_t differences = 5;
  bool missing = false;
  std::optional<std::chrono::seconds> minimise;
};

constexpr std::size_t steps_of_stream = 3000;
// So many commands meet every combination of operation, option and kind of reply that there is.
constexpr std::uint64_t meets_everything = 2'000'000;
constexpr std::chrono::seconds progress_interval{30};

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    std::string name = argv[i];
    if (i + 1 == argc) throw std::runtime_error(name + " needs a value");
    std::string value = argv[i + 1];
    if (name == "--commands")
      options.commands = std::stoull(value);
    else if (name == "--seed")
      options.seed = std::stoull(value);
    else if (name == "--stores")
      options.stores = value;
    else if (name == "--replay")
      options.replay = value;
    else if (name == "--differences")
      options.differences = std::stoul(value);
    else if (name == "--minimise")
      options.minimise = std::chrono::seconds(std::stoul(value));
    else if (name == "--missing")
      options.missing = value == "yes";
    else
      throw std::runtime_error("unknown option " + name +
                               "; use --commands N, --seed S, --stores A,B, --replay FILE, --differences N, "
                               "--missing yes, --minimise SECONDS");
  }
  if (options.seed == 0)
    options.seed = static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
  return options;
}

std::vector<const EmbeddedKind*> chosen_kinds(const std::string& names) {
  std::vector<const EmbeddedKind*> kinds;
  std::size_t known = 0;
  for (const EmbeddedKind& kind : embedded_kinds())
    if (names.empty() || ("," + names + ",").find("," + kind.name + ",") != std::string::npos)
      kinds.push_back(&kind), ++known;
  std::size_t wanted =
      names.empty() ? known : static_cast<std::size_t>(std::count(names.begin(), names.end(), ',')) + 1;
  if (kinds.empty() || known != wanted)
    throw std::runtime_error("--stores " + names + " names a store that this build does not have");
  return kinds;
}

class Test {
 public:
  explicit Test(const Options& options)
      : options_(options),
        server_({"--io-threads", "1"}),
        runner_(server_.unix_socket(), chosen_kinds(options.stores)) {}

  int replay() {
    std::ifstream file(options_.replay);
    if (!file) throw std::runtime_error("cannot read " + options_.replay);
    Stream stream = read_stream(file);
    std::size_t failed = 0;
    for (int protocol : {2, 3})
      if (auto failure = runner_.run(stream, protocol, nullptr)) {
        ++failed;
        std::printf("RESP%d: step %zu differs: %s\n", protocol, failure->step + 1, failure->text.c_str());
        if (options_.minimise) show_shortest(stream, protocol, *failure);
      }
    std::printf("%zu passed, %zu failed\n", 2 - failed, failed);
    return failed == 0 ? 0 : 1;
  }

  int soak() {
    auto start = std::chrono::steady_clock::now();
    std::set<std::string> subjects;
    std::size_t streams = 0, differences = 0;
    std::printf("seed %llu, %llu commands\n", static_cast<unsigned long long>(options_.seed),
                static_cast<unsigned long long>(options_.commands));
    auto next_progress = start + progress_interval;
    for (; coverage_.commands() < options_.commands && differences < options_.differences; ++streams) {
      if (auto now = std::chrono::steady_clock::now(); now >= next_progress) {
        show_progress(std::chrono::duration<double>(now - start).count(), differences);
        next_progress = now + progress_interval;
      }
      Stream stream = Generator(options_.seed + streams * 1'000'003).stream(steps_of_stream);
      int protocol = streams % 2 == 0 ? 2 : 3;
      auto failure = run(stream, protocol, streams);
      if (!failure) continue;
      if (!subjects.insert(failure->subject).second) {
        ++repeated_;
        continue;
      }
      ++differences;
      report(stream, protocol, streams, *failure);
    }
    return summarise(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), streams,
                     subjects);
  }

 private:
  std::optional<Failure> run(const Stream& stream, int protocol, std::size_t number) {
    try {
      return runner_.run(stream, protocol, &coverage_);
    } catch (const std::exception& e) {
      std::ofstream("differential.stream") << to_text(stream);
      throw std::runtime_error("stream " + std::to_string(number) + " of seed " +
                               std::to_string(options_.seed) + ", kept in ./differential.stream, near step " +
                               std::to_string(runner_.step() + 1) + ": " + e.what());
    }
  }
  void report(Stream stream, int protocol, std::size_t number, const Failure& failure) {
    std::printf("\nDIFFERENCE in %s (seed %llu, stream %zu, step %zu, RESP%d)\n%s\n", failure.subject.c_str(),
                static_cast<unsigned long long>(options_.seed), number, failure.step + 1, protocol,
                failure.text.c_str());
    std::fflush(stdout);
    show_shortest(std::move(stream), protocol, failure);
  }
  void show_shortest(Stream stream, int protocol, const Failure& failure) {
    auto time = options_.minimise.value_or(std::chrono::seconds(20));
    if (time.count() == 0) return;
    stream.resize(std::min(stream.size(), failure.step + 1));
    runner_.renew();
    auto same = [&](const Stream& s) {
      auto f = runner_.run(s, protocol, nullptr);
      return f && f->subject == failure.subject;
    };
    // NOLINTNEXTLINE(misc-redundant-expression): Redis's own choices at random may matter
    if (!same(stream) && !same(stream)) {
      std::printf("It did not happen again in new stores.\n");
      return;
    }
    Stream shortest = minimised(std::move(stream), same, time);
    auto again = runner_.run(shortest, protocol, nullptr);
    std::printf("Shortest stream found (--replay FILE runs it):\n%s%s\n", to_text(shortest).c_str(),
                again ? again->text.c_str() : "");
    std::fflush(stdout);
  }

  void show_progress(double seconds, std::size_t differences) const {
    std::printf("%5.0f s: %llu of %llu commands, %.0f a second;", seconds,
                static_cast<unsigned long long>(coverage_.commands()),
                static_cast<unsigned long long>(options_.commands),
                static_cast<double>(coverage_.commands()) / seconds);
    for (const auto& [store, replies] : runner_.compared())
      std::printf(" %s %llu replies,", store.c_str(), static_cast<unsigned long long>(replies));
    std::printf(" %zu differences\n", differences);
    std::fflush(stdout);
  }

  int summarise(double seconds, std::size_t streams, const std::set<std::string>& subjects) {
    for (const auto& [store, replies] : runner_.compared())
      std::printf("%s: %llu replies compared with Redis's\n", store.c_str(),
                  static_cast<unsigned long long>(replies));
    std::printf("\n%llu commands in %zu streams, %.0f a second, seed %llu\n%s",
                static_cast<unsigned long long>(coverage_.commands()), streams,
                static_cast<double>(coverage_.commands()) / seconds,
                static_cast<unsigned long long>(options_.seed), coverage_.report().c_str());
    for (const auto& [what, times] : runner_.encodings())
      std::printf("other encoding of the same value: %s: %llu times\n", what.c_str(),
                  static_cast<unsigned long long>(times));
    if (repeated_ > 0) std::printf("%zu more streams differ in the same commands\n", repeated_);
    auto missing = coverage_.operations_not_hit(), rare = coverage_.combinations_not_hit();
    for (const std::string& name : missing) std::printf("%s was never performed\n", name.c_str());
    bool all = coverage_.commands() >= meets_everything;
    if (all || options_.missing)
      for (const std::string& what : rare) std::printf("never seen: %s\n", what.c_str());
    if (!all) rare.clear();  // may be missing in a short run
    std::size_t failed = subjects.size() + missing.size() + rare.size();
    std::printf("%zu passed, %zu failed\n", coverage_.operations_hit(), failed);
    return failed == 0 ? 0 : 1;
  }

  Options options_;
  test::RedisServer server_;
  Runner runner_;
  Coverage coverage_;
  std::size_t repeated_ = 0;
};

}  // namespace

}  // namespace playhead::differential

int main(int argc, char** argv) {
  using namespace playhead::differential;
  try {
    Options options = read_options(argc, argv);
    Test test(options);
    return options.replay.empty() ? test.soak() : test.replay();
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n0 passed, 1 failed\n", e.what());
    return 2;
  }
}
