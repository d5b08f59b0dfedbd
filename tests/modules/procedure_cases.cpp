#include "tests/modules/procedure_cases.h"

namespace playhead::test {

namespace {

// Groups register from other files before main().
std::vector<const ProcedureGroup*>& known() {
  static std::vector<const ProcedureGroup*> all;
  return all;
}

}  // namespace

ProcedureGroup::ProcedureGroup(Text group, std::initializer_list<List<Procedure>> some, ProcedureCases how,
                               std::vector<Mistake> planted)
    : name(group), cases(std::move(how)), mistakes(std::move(planted)) {
  for (List<Procedure> all : some) procedures.insert(procedures.end(), all.begin(), all.end());
  known().push_back(this);
}

const std::vector<const ProcedureGroup*>& procedure_groups() {
  return known();
}

const std::string& one_of(Random& random, const Texts& texts) {
  return texts[random() % texts.size()];
}

std::int64_t one_of(Random& random, std::initializer_list<std::int64_t> numbers) {
  return numbers.begin()[random() % numbers.size()];
}

const Texts& ids() {
  static const Texts all = {"a", "b", "a:b", std::string("\0%d", 3), "{x}", "\xff\xfe", "9"};
  return all;
}

}  // namespace playhead::test
