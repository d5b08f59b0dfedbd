#pragma once
// The sequential meaning of what the linearizability tests do.
#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace playhead::linearizability {

/// Three registers that hold numbers, 0 at first.
struct Registers {
  static constexpr std::size_t count = 3;
  using State = std::array<std::int64_t, count>;
  struct Operation {
    enum class Kind : std::uint8_t {
      add,       ///< adds to one; answer: its new number
      exchange,  ///< sets one; answer: its old number
      transfer,  ///< takes from one and adds to another; answer: both new numbers
      read,      ///< answer: all numbers
      replace,   ///< a transfer computed from numbers that were read before and must still be true; answer:
                 ///< these
    } kind;
    std::size_t from = 0, to = 0;
    std::int64_t amount = 0;
    std::vector<std::int64_t> answer;
  };

  static bool apply(State& s, const Operation& o) {
    using Kind = Operation::Kind;
    std::vector<std::int64_t> all(s.begin(), s.end());
    switch (o.kind) {
      case Kind::add:
        s[o.to] += o.amount;
        return o.answer == std::vector{s[o.to]};
      case Kind::exchange:
        s[o.to] = o.amount;
        return o.answer == std::vector{all[o.to]};
      case Kind::read:
        return o.answer == all;
      case Kind::transfer:
      case Kind::replace:
        s[o.from] -= o.amount;
        s[o.to] += o.amount;
        return o.answer == (o.kind == Kind::replace ? all : std::vector{s[o.from], s[o.to]});
    }
    return false;
  }
  static void write(const State& s, std::string& out) {
    out.append(reinterpret_cast<const char*>(s.data()), sizeof s);
  }
};

/// Two lists of numbers.
struct Lists {
  static constexpr std::size_t count = 2;
  using State = std::array<std::deque<std::int64_t>, count>;
  struct Operation {
    enum class Kind : std::uint8_t {
      push,  ///< answer: the new length
      pop,   ///< answer: the element, or none
      move,  ///< from the front of one list to the end of the other; answer: the element, or none
      size,  ///< answer: the length
      read,  ///< answer: all elements
    } kind;
    std::size_t list = 0;
    bool front = false;
    std::int64_t value = 0;
    std::vector<std::int64_t> answer;
  };

  static bool apply(State& s, const Operation& o) {
    using Kind = Operation::Kind;
    auto& list = s[o.list];
    switch (o.kind) {
      case Kind::push:
        o.front ? list.push_front(o.value) : list.push_back(o.value);
        return o.answer == std::vector{static_cast<std::int64_t>(list.size())};
      case Kind::size:
        return o.answer == std::vector{static_cast<std::int64_t>(list.size())};
      case Kind::read:
        return std::equal(list.begin(), list.end(), o.answer.begin(), o.answer.end());
      case Kind::pop:
      case Kind::move:
        break;
    }
    if (list.empty()) return o.answer.empty();
    bool front = o.front || o.kind == Kind::move;
    std::int64_t element = front ? list.front() : list.back();
    front ? list.pop_front() : list.pop_back();
    if (o.kind == Kind::move) s[1 - o.list].push_back(element);
    return o.answer == std::vector{element};
  }
  static void write(const State& s, std::string& out) {
    for (const auto& list : s) {
      for (std::int64_t element : list) out.append(reinterpret_cast<const char*>(&element), sizeof element);
      out.append(sizeof(std::int64_t), '\xff');  // numbers are never negative here
    }
  }
};

}  // namespace playhead::linearizability
