#include "tests/differential/minimiser.h"

#include <algorithm>

namespace playhead::differential {

namespace {

class Minimiser {
 public:
  Minimiser(const std::function<bool(const Stream&)>& fails, std::chrono::seconds time)
      : fails_(fails), end_(std::chrono::steady_clock::now() + time) {}

  // Shortens one list that is part of the stream: remove(from, to) gives the stream without those items.
  template <class Remove>
  void shorten(Stream& stream, std::size_t size, Remove&& remove) {
    for (std::size_t piece = std::max<std::size_t>(size / 2, 1); size > 0; piece /= 2) {
      for (std::size_t from = 0; from < size && !over();) {
        std::size_t to = std::min(from + piece, size);
        Stream shorter = remove(stream, from, to);
        if (!shorter.empty() && fails_(shorter)) {
          stream = std::move(shorter);
          size -= to - from;
        } else {
          from = to;
        }
      }
      if (piece <= 1) return;
    }
  }

  void shorten_steps(Stream& stream) {
    shorten(stream, stream.size(), [](Stream s, std::size_t from, std::size_t to) {
      s.erase(s.begin() + static_cast<std::ptrdiff_t>(from), s.begin() + static_cast<std::ptrdiff_t>(to));
      return s;
    });
  }

  void shorten_commands(Stream& stream, std::size_t step) {
    shorten(stream, stream[step].commands.size(), [step](Stream s, std::size_t from, std::size_t to) {
      auto& commands = s[step].commands;
      std::size_t before = s[step].before;
      s[step].before -= std::min(before, to) - std::min(before, from);
      commands.erase(commands.begin() + static_cast<std::ptrdiff_t>(from),
                     commands.begin() + static_cast<std::ptrdiff_t>(to));
      return commands.size() == s[step].before ? Stream{} : s;
    });
  }

  void shorten_words(Stream& stream, std::size_t step, std::size_t command) {
    constexpr std::size_t fixed = 2;
    std::size_t size = stream[step].commands[command].size();
    if (size <= fixed) return;
    shorten(stream, size - fixed, [step, command](Stream s, std::size_t from, std::size_t to) {
      auto& words = s[step].commands[command];
      auto begin = words.begin() + static_cast<std::ptrdiff_t>(fixed);
      words.erase(begin + static_cast<std::ptrdiff_t>(from), begin + static_cast<std::ptrdiff_t>(to));
      return s;
    });
  }

  bool over() const { return std::chrono::steady_clock::now() > end_; }

 private:
  const std::function<bool(const Stream&)>& fails_;
  std::chrono::steady_clock::time_point end_;
};

}  // namespace

Stream minimised(Stream stream, const std::function<bool(const Stream&)>& fails, std::chrono::seconds time) {
  Minimiser m(fails, time);
  std::size_t before;
  do {
    before = stream.size();
    m.shorten_steps(stream);
  } while (stream.size() < before && !m.over());
  for (std::size_t i = 0; i < stream.size(); ++i) {
    if (stream[i].commands.size() > 1) m.shorten_commands(stream, i);
    for (std::size_t j = 0; j < stream[i].commands.size(); ++j) m.shorten_words(stream, i, j);
  }
  return stream;
}

}  // namespace playhead::differential
