// The crash tests. Without options it runs the test cases, a slice of each; with them one in its long form:
//
//   --kills N       kills a writer so often (kills.h)
//   --images N      looks at so many images of a power loss (images.h)
//   --module-kills N  kills workers on RocksDB and on Redis so often each (module_kills.h)
//   --faults N      lets every Nth operation of the file system fail in turn (faults.h)
// and behind it
//   --seed S        where randomness begins (1; 0: by the clock)
//   --directory D   where the stores lie
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>

#include "tests/crash/faults.h"
#include "tests/crash/images.h"
#include "tests/crash/kills.h"
#include "tests/crash/module_kills.h"

namespace {

using namespace playhead::crash;

struct Arguments {
  std::string what;
  std::uint64_t number = 0, seed = 1;
  std::string directory;
};

void say(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

bool kill(const Arguments& arguments) {
  KillOptions options;
  options.kills = arguments.number;
  options.seed = arguments.seed;
  options.directory = arguments.directory;
  KillReport report = run_kills(options, [](const KillReport& so_far) {
    say(std::to_string(so_far.kills) + " kills, " + std::to_string(so_far.lost) + " lost, " +
        std::to_string(so_far.torn) + " torn\n");
  });
  say(report.shown());
  return report.ok() && report.share_writing() >= 0.8;
}

bool kill_workers(const Arguments& arguments) {
  bool ok = true;
  for (bool redis : {false, true}) {
    ModuleKillOptions options;
    options.kills = arguments.number;
    options.seed = arguments.seed;
    options.directory = arguments.directory;
    options.redis = redis;
    say(redis ? "Redis\n" : "RocksDB\n");
    ModuleKillReport report = run_module_kills(options, [](const ModuleKillReport& so_far) {
      if (so_far.kills % 300 == 0)
        say(std::to_string(so_far.kills) + " kills, " + std::to_string(so_far.lost) + " lost, " +
            std::to_string(so_far.twice) + " twice\n");
    });
    say(report.shown());
    ok = ok && report.ok();
  }
  return ok;
}

bool look_at_images(const Arguments& arguments) {
  ImageOptions options;
  options.images = arguments.number;
  options.seed = arguments.seed;
  options.directory = arguments.directory;
  ImageReport report = run_images(options, [](const ImageReport& so_far) {
    say(std::to_string(so_far.images) + " images, " + std::to_string(so_far.broken) + " broken\n");
  });
  say(report.shown());
  return report.ok();
}

bool let_fail(const Arguments& arguments) {
  FaultOptions options;
  options.stride = arguments.number;
  options.seed = arguments.seed;
  options.directory = arguments.directory;
  FaultReport report = run_faults(options, [](const FaultReport& so_far) {
    say(std::to_string(so_far.runs) + " runs, " + std::to_string(so_far.findings.size()) + " findings\n");
  });
  say(report.shown());
  return report.ok();
}

std::uint64_t seed_of(const std::string& text) {
  std::uint64_t seed = std::stoull(text);
  return seed != 0 ? seed
                   : static_cast<std::uint64_t>(std::chrono::system_clock::now().time_since_epoch().count());
}

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; i += 2) {
    std::string name = argv[i];
    if (i + 1 == argc) throw std::runtime_error(name + " needs a value");
    if (i == 1) {
      arguments.what = name;
      arguments.number = std::stoull(argv[i + 1]);
    } else if (name == "--seed") {
      arguments.seed = seed_of(argv[i + 1]);
    } else if (name == "--directory") {
      arguments.directory = argv[i + 1];
    } else {
      throw std::runtime_error("unknown option " + name + "; use --seed S, --directory D");
    }
  }
  if (arguments.number == 0) throw std::runtime_error(arguments.what + " needs a number above 0");
  return arguments;
}

}  // namespace

int main(int argc, char** argv) {
  std::string first = argc > 1 ? argv[1] : "";
  if (first != "--kills" && first != "--images" && first != "--faults" && first != "--module-kills")
    return Catch::Session().run(argc, argv);
  try {
    Arguments arguments = read_arguments(argc, argv);
    say("seed " + std::to_string(arguments.seed) + "\n");
    bool ok = arguments.what == "--kills"          ? kill(arguments)
              : arguments.what == "--module-kills" ? kill_workers(arguments)
              : arguments.what == "--images"       ? look_at_images(arguments)
                                                   : let_fail(arguments);
    return ok ? 0 : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  }
}
