#pragma once
// How operations reach their commands. Including this file instantiates commands: each family does it once
// per storage, in a translation unit of its own (backends/memory/commands_*.cpp,
// backends/rocksdb/commands_*.cpp).
#include "backends/embedded/store.h"

namespace playhead::embedded {

/// A blocking operation says which keys it waits for, and what it holds when served.
template <class Op>
concept Blocking = has(Op::traits.flags, Flags::blocking);

/// It touches its field `key` and no other key, so that one stripe is enough.
template <class Op>
concept SingleKey = requires(const Op& op) {
  { op.key } -> std::convertible_to<Text>;
} && !requires { Op::several_keys; } && !requires(const Op& op) { op.touches_every_key(); } && !requires {
  Op::is_script;
};

/// O(1) or O(log n), or at least usually so: SET.
template <class Op>
concept Frequent = has(Op::traits.flags, Flags::fast) || requires(const Op& op) { op.once(); };

/// Whose units only read and write memory.
template <class S>
concept InMemory = requires(const S& storage, std::size_t i) { storage.prefetch(i, i); };

template <class Op>
constexpr bool writes = has(Op::traits.flags, Flags::write);

template <class Op>
Mode mode_for(const Op& op) {
  if constexpr (!writes<Op>) return Mode::read;
  if constexpr (requires { op.once(); })
    return op.once() ? Mode::once : Mode::many;
  else
    return Mode::many;
}

template <class S, class Op>
struct Dispatch {
  using Reply = typename Op::Reply;
  using Store = EmbeddedStore<S>;

  static void inside(Tx<S>& tx, const Call& c) {
    if constexpr (inlined)
      inside_inlined(tx, c);
    else
      execute(tx, c);
  }

  static void alone(Store& store, const Call& c) {
    const Op& op = *static_cast<const Op*>(c.operation);
    store.check_database(c.db);
    if constexpr (has(Op::traits.flags, Flags::denyoom)) store.make_room();
    if constexpr (requires { Op::is_script; })
      script(store, c, op);
    else if constexpr (requires { Op::locks_itself; })
      stripe_by_stripe(store, c);
    else if constexpr (SingleKey<Op> && inlined)
      one_key_inlined(store, c, op);
    else if constexpr (SingleKey<Op>)
      when_ready([&] { one_key(store, c, op); });
    else
      when_ready([&] { many_keys(store, c, op); });
  }

 private:
  // In a command of a few accesses to memory the calls between its parts, and what they hand over in memory,
  // cost as much as the work.
  static constexpr bool inlined = InMemory<S> && Frequent<Op>;
  [[gnu::flatten]] static void inside_inlined(Tx<S>& tx, const Call& c) { execute(tx, c); }
  [[gnu::flatten]] static void one_key_inlined(Store& store, const Call& c, const Op& op) {
    one_key(store, c, op);
  }

  static void execute(Tx<S>& tx, const Call& c) {
    exec(tx, c.db, *static_cast<const Op*>(c.operation), *static_cast<Reply*>(c.reply));
  }

  template <class F>
  static void when_ready(F&& unit) {
    if constexpr (writes<Op> || InMemory<S>) {
      unit();
    } else {
      for (std::optional<Unready> last;;) {
        if (last) last->prepare();
        try {
          return unit();
        } catch (const Unready& unready) {
          last = unready;  // kept while the unit runs again
        }
      }
    }
  }

  static void one_key(Store& store, const Call& c, const Op& op) {
    const std::uint64_t hash = hash_of(op.key);
    std::size_t i = stripe_of(hash);
    if constexpr (InMemory<S>) store.storage().prefetch(c.db, i);
    std::unique_lock lock(store.shared().stripes[i].mutex);
    store.check_open();
    std::unique_ptr<Aftermath> after;
    {
      Tx<S> tx(store.storage(), store.shared(), mode_for(op), false, nullptr);
      tx.know(op.key, hash);
      if constexpr (requires { Op::keeps_on_error; }) {
        try {
          execute(tx, c);
        } catch (const Error&) {
          tx.commit();
          throw;
        }
      } else {
        execute(tx, c);
      }
      if constexpr (writes<Op>) {
        tx.commit();
        after = tx.take_after();
      }
    }
    if (after) [[unlikely]]
      store.finish(*after, std::move(lock), i);
  }

  static StripeSet stripes_of(const Op& op) {
    StripeSet set;
    bool all = has(Op::traits.flags, Flags::every_key);
    if constexpr (requires { op.touches_every_key(); }) all = all || op.touches_every_key();
    if (all) return set.set();
    auto add = [&](Text key) { set.set(stripe_of(hash_of(key))); };
    KeyLister<decltype(add)> lister(add);
    Op copy = op;
    Op::describe(copy, lister);
    return set;
  }

  static void many_keys(Store& store, const Call& c, const Op& op) {
    HeldStripes held(store.shared().stripes, stripes_of(op));
    store.check_open();
    std::unique_ptr<Aftermath> after;
    {
      Tx<S> tx(store.storage(), store.shared(), mode_for(op), false, nullptr);
      execute(tx, c);
      tx.commit();
      after = tx.take_after();
    }
    if (after) [[unlikely]]
      store.finish(*after, held);
  }

  // Takes every stripe for a moment only (SCAN).
  static void stripe_by_stripe(Store& store, const Call& c) {
    store.check_open();
    Tx<S> tx(store.storage(), store.shared(), Mode::read, false, nullptr);
    tx.lock_stripes_one_by_one();
    execute(tx, c);
  }

  static void script(Store& store, const Call& c, const Op& op) {
    store.run_unit(stripes_of(op), true, true, [&](Tx<S>& tx) { execute(tx, c); });
  }
};

template <class S, class Op>
constexpr Thunk<S> make_thunk() {
  using D = Dispatch<S, Op>;
  Thunk<S> t;
  t.alone = D::alone;
  t.inside = D::inside;
  if constexpr (Blocking<Op>) {
    t.waits_for = Op::waits_for;
    t.served = [](const void* reply) { return Op::served(*static_cast<const typename Op::Reply*>(reply)); };
    t.each_waited = [](const void* op, void* context, void (*each)(void*, Text)) {
      static_cast<const Op*>(op)->each_waited([&](Text key) { each(context, key); });
    };
    t.narrowed = [](const void* op, Text key, Arena& arena) -> const void* {
      Op* copy = new (arena.allocate(sizeof(Op), alignof(Op))) Op(*static_cast<const Op*>(op));
      copy->narrow(key, arena);
      return copy;
    };
  }
  return t;
}

template <class S, class... Ops>
const Thunk<S>* make_thunks(Operations<Ops...>) {
  static constexpr std::array<Thunk<S>, sizeof...(Ops) + 1> table = {make_thunk<S, Ops>()..., Thunk<S>{}};
  return table.data();
}

template <class S, class Family>
const Thunk<S>* thunks_of() {
  return make_thunks<S>(Family{});
}

}  // namespace playhead::embedded
