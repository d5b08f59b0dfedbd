#include "playhead/put_back.h"

#include <algorithm>

namespace playhead {

namespace {

void push(Store& store, std::uint16_t db, Text key, const std::vector<std::string>& taken, bool front) {
  std::vector<Text> elements(taken.rbegin(), taken.rend());  // the first one taken stands at the end again
  LPush push;
  push.key = key;
  push.elements = elements;
  if (front) {
    store.run(push, db);
  } else {
    RPush behind;
    static_cast<LPush&>(behind) = push;
    store.run(behind, db);
  }
}

void add(Store& store, std::uint16_t db, Text key, const std::vector<ScoredMember>& taken) {
  std::vector<ScoreMember> items;
  items.reserve(taken.size());
  for (const ScoredMember& m : taken) items.push_back({m.score, m.member});
  ZAdd add;
  add.key = key;
  add.items = items;
  add.nx = true;
  store.run(add, db);
}

template <class Op>
void push_one(Store& store, AnyCall& call, bool front) {
  if (const auto& r = call.reply<Op>()) push(store, call.db(), r->key, {r->element}, front);
}

template <class Op>
void add_one(Store& store, AnyCall& call) {
  if (const auto& r = call.reply<Op>()) add(store, call.db(), r->key, {{r->member, r->score}});
}

void undo(Store& store, AnyCall& call) {
  switch (call.command().code) {
    case code_of<BLPop>:
      return push_one<BLPop>(store, call, true);
    case code_of<BRPop>:
      return push_one<BRPop>(store, call, false);
    case code_of<BLMPop>: {
      const auto& r = call.reply<BLMPop>();
      bool front = static_cast<const BLMPop*>(call.operation())->where == ListEnd::left;
      if (r) push(store, call.db(), r->key, r->elements, front);
      return;
    }
    case code_of<BZPopMin>:
      return add_one<BZPopMin>(store, call);
    case code_of<BZPopMax>:
      return add_one<BZPopMax>(store, call);
    case code_of<BZMPop>:
      if (const auto& r = call.reply<BZMPop>()) add(store, call.db(), r->key, r->items);
      return;
    default:
      return;
  }
}

}  // namespace

bool put_back(Store& store, AnyCall& served) noexcept {
  if (served.error) return true;
  try {
    undo(store, served);
    return true;
  } catch (...) {
    return false;
  }
}

}  // namespace playhead
