#pragma once
// Every operation, by family, and the numbering that the command table and the stores share.
#include "playhead/operations/bits.h"
#include "playhead/operations/connection.h"
#include "playhead/operations/hashes.h"
#include "playhead/operations/hyperloglog.h"
#include "playhead/operations/keyspace.h"
#include "playhead/operations/lists.h"
#include "playhead/operations/pubsub.h"
#include "playhead/operations/scripting.h"
#include "playhead/operations/sets.h"
#include "playhead/operations/strings.h"
#include "playhead/operations/zsets.h"

namespace playhead {

/// The families that stores perform, in the order of codes.
using Families =
    Operations<KeyspaceOperations, StringOperations, BitOperations, HashOperations, ListOperations,
               SetOperations, ZsetOperations, HyperLogLogOperations, PubSubOperations, ScriptingOperations>;

template <class... A, class... B>
constexpr Operations<A..., B...> operator+(Operations<A...>, Operations<B...>) {
  return {};
}
template <class... Each>
constexpr auto join(Operations<Each...>) {
  return (Each{} + ... + Operations<>{});
}

/// What stores perform.
using StoredOperations = decltype(join(Families{}));
/// All operations: behind those of stores the ones that only a Session performs. The position is the code;
/// codes live in memory only, never on disk or on the wire.
using AllOperations = decltype(StoredOperations{} + ConnectionOperations{});

template <class Op, class... Ops>
consteval std::uint16_t position_in(Operations<Ops...>) {
  std::uint16_t i = 0, at = 0xffff;
  ((std::is_same_v<Op, Ops> ? at = i++ : i++), ...);
  return at;
}
template <class Op>
inline constexpr std::uint16_t code_of = position_in<Op>(AllOperations{});
template <class... Ops>
consteval std::size_t size_of(Operations<Ops...>) {
  return sizeof...(Ops);
}
inline constexpr std::size_t operation_count = size_of(AllOperations{});
/// Codes below this are of operations that stores perform.
inline constexpr std::size_t stored_operation_count = size_of(StoredOperations{});

/// Refuses an operation whose fields contradict each other or are too long, in Redis's words. Every way into a store passes
/// through here.
template <class Op>
void validate(const Op& op) {
  SizeChecker sizes;
  Op::describe(const_cast<Op&>(op), sizes);  // which changes nothing
  if constexpr (requires { op.validate(); }) op.validate();
}

template <class Op>
AnyCall AnyCall::of(const Op& op, std::uint16_t db) {
  return copy_of(code_of<Op>, &op, db);
}

/// Shows the reply of an operation.
template <class Op>
void emit_reply(const Op& op, const typename Op::Reply& r, Sink& s) {
  if constexpr (requires { op.emit(r, s); })
    op.emit(r, s);
  else
    emit(r, s);
}

}  // namespace playhead
