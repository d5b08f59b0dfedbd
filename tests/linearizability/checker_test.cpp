#include <catch2/catch.hpp>

#include "tests/linearizability/checker.h"
#include "tests/linearizability/models.h"

namespace playhead::linearizability {

namespace {

using Kind = Registers::Operation::Kind;
using Numbers = std::vector<std::int64_t>;

Interval<Registers::Operation> add(std::int64_t amount, Numbers answer, std::uint64_t invoked,
                                   std::uint64_t answered) {
  return {{Kind::add, 0, 0, amount, std::move(answer)}, invoked, answered};
}
Interval<Registers::Operation> read(Numbers answer, std::uint64_t invoked, std::uint64_t answered) {
  return {{Kind::read, 0, 0, 0, std::move(answer)}, invoked, answered};
}

}  // namespace

TEST_CASE("a sequential history is linearizable") {
  CHECK(check<Registers>({}) == Verdict::linearizable);
  CHECK(check<Registers>({add(1, {1}, 1, 2), add(2, {3}, 3, 4), read({3, 0, 0}, 5, 6)}) ==
        Verdict::linearizable);
}

TEST_CASE("operations that overlap may take effect in any order") {
  CHECK(check<Registers>({add(1, {3}, 1, 10), add(2, {2}, 2, 9), read({2, 0, 0}, 3, 8)}) ==
        Verdict::linearizable);
  CHECK(check<Registers>({add(1, {3}, 1, 10), add(2, {2}, 2, 9), read({1, 0, 0}, 3, 8)}) ==
        Verdict::not_linearizable);
}

TEST_CASE("an operation does not take effect after its answer or before its invocation") {
  CHECK(check<Registers>({add(1, {1}, 1, 2), read({0, 0, 0}, 3, 4)}) == Verdict::not_linearizable);
  CHECK(check<Registers>({read({1, 0, 0}, 1, 2), add(1, {1}, 3, 4)}) == Verdict::not_linearizable);
}

TEST_CASE("a lost update is not linearizable") {
  CHECK(check<Registers>({add(1, {1}, 1, 4), add(1, {1}, 2, 3)}) == Verdict::not_linearizable);
}

TEST_CASE("a transfer seen half is not linearizable") {
  Interval<Registers::Operation> transfer{{Kind::transfer, 0, 1, 5, {-5, 5}}, 1, 6};
  CHECK(check<Registers>({transfer, read({-5, 5, 0}, 2, 3)}) == Verdict::linearizable);
  CHECK(check<Registers>({transfer, read({-5, 0, 0}, 2, 3)}) == Verdict::not_linearizable);
}

TEST_CASE("an element popped twice is not linearizable") {
  using L = Lists::Operation::Kind;
  History<Lists::Operation> history = {{{L::push, 0, false, 7, {1}}, 1, 2},
                                       {{L::pop, 0, true, 0, {7}}, 3, 6}};
  CHECK(check<Lists>(history) == Verdict::linearizable);
  history.push_back({{L::pop, 0, false, 0, {7}}, 4, 5});
  CHECK(check<Lists>(history) == Verdict::not_linearizable);
  history.back().operation.answer.clear();
  CHECK(check<Lists>(history) == Verdict::linearizable);
}

TEST_CASE("a search that takes too long says so") {
  CHECK(check<Registers>({add(1, {1}, 1, 2), add(2, {3}, 3, 4)}, 1) == Verdict::undecided);
}

}  // namespace playhead::linearizability
