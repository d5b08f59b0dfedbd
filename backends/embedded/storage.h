#pragma once
// The contract between EmbeddedStore, which knows every command once, and a storage, which knows layout only.
//
// A storage S offers
//   S::Slot   a handle on one key inside one unit, made by Unit::find; a key is hashed and looked up once.
//   S::Unit   one unit of work: a command, a batch, a script, a procedure. The caller holds the stripes of every key that the
//             unit touches, exclusively, from construction until after commit() or abort().
//
// Rules
// - Primitives never fail half-way: what can fail (disk) throws before anything of the unit becomes visible.
// - A Text handed out by a primitive is valid until the next mutating primitive on the same key, or the end of the unit.
// - A Slot stays valid while other keys are found, inserted and removed in the same unit.
// - Two Slots of one key in one unit see each other's changes (find twice gives the same state).
// - A collection whose last element goes is removed by the primitive that took it: slot.exists() is then false.
// - Callbacks get views into the storage and must not call mutating primitives; a walk's callback returns false to stop.
// - Keys past their deadline are still found; EmbeddedStore decides that they are gone and removes them.
// - A reading primitive of a unit in Mode::read may throw Unready.
#include <concepts>
#include <cstdint>
#include <functional>
#include <optional>

#include "backends/embedded/key.h"
#include "playhead/operations/operation.h"
#include "playhead/text.h"

namespace playhead::embedded {

using Type = ValueType;

/// How a unit will be used, so that a storage can open it cheaply.
enum class Mode : std::uint8_t {
  read,  ///< only reading primitives are called
  once,  ///< one command that touches each row at most once (it need not see its own writes)
  many,  ///< the unit reads what it wrote; abort() may be called if `undo` was given
};

/// A read needs something that takes long to make and that no stripe must be held for. The caller ends the unit, lets its
/// stripes go, calls prepare(), which throws Error, and runs the unit again, keeping this until the unit has ended.
struct Unready {
  std::function<void()> prepare;
};

/// A position in an ordered set: before or after all members of a score, or before or after one member name among equal scores
/// (ZRANGE BYLEX, where all scores are equal and the score is ignored).
struct ZBound {
  enum class By : std::uint8_t { score, lex } by = By::score;
  double score = 0;
  Text member;         ///< for lex
  bool after = false;  ///< false: the first element >= it; true: the first element > it
  /// for lex: before everything, after everything
  enum class End : std::uint8_t { none, min, max } end = End::none;
};

enum class ZPut : std::uint8_t { unchanged, changed, added };

/// What S::Unit has to offer. (T: a call back's result is shown by its type in the comment.)
///
/// -- unit
///   Unit(S&, Mode, bool undo)                  undo: abort() must be able to restore everything (Mode::many only)
///   void commit()        makes the writes visible and durable together; throws Error{unavailable}; then nothing happened
///   void abort()         forgets the writes. A unit destroyed without commit() is aborted; in Mode::once without undo nothing may
///                        have been written before a throw (commands validate first).
/// -- keys
///   Slot find(const Key&)                      Slot: bool exists(), Type type(), Millis deadline() (0: none), const Key& key()
///   void remove(Slot&)                         O(1) for the caller whatever the size (reclaimed behind, or bounded)
///   void move(Slot& from, const Key& to)       `to` does not exist; `from` becomes the slot of `to`; O(1)
///   void deadline(Slot&, Millis)               0 takes it away
///   size_t size(Slot&)                         bytes of a string, elements of a collection; O(1)
///   size_t memory(Slot&)                       bytes it occupies, approximately (MEMORY USAGE, eviction)
///   Text encoding(Slot&)                       Redis's name for how the value is kept ("listpack", "hashtable", ...), by Redis's thresholds
/// -- whole databases (the unit holds every stripe; slots found before are not used afterwards)
///   void flush(uint16_t db)                    removes all keys; O(1) or bounded per stripe; reclaimed behind the commit
///   void swap(uint16_t, uint16_t)              exchanges two databases; O(1)
/// -- strings
///   Text value(Slot&)
///   void set(Slot&, Text, Millis deadline)     creates or overwrites a key of any type
///   char* edit(Slot&, size_t new_size)         creates or resizes a string, new bytes zero, deadline kept; the caller writes into it
/// -- fields of hashes and members of sets (a set's value is always empty)
///   std::optional<Text> hget(Slot&, Text field)          the key exists
///   bool hput(Slot&, Type, Text field, F)                F(const Text* old) -> std::optional<Text> new (nothing: leave); creates the
///                                                        key as Type; true: the field is new
///   bool herase(Slot&, Text field)
///   void hwalk(Slot&, F)                                 F(Text field, Text value) -> bool
///   uint64_t hscan(Slot&, uint64_t cursor, size_t count, F)   F(field, value) -> void; stateless cursor, 0 ends; a field present during
///                                                        the whole iteration is returned at least once
///   void hpick(Slot&, uint64_t random, F)                one field chosen by a random number, F(field, value) -> void
/// -- members of ordered sets, ordered by (score, member bytes)
///   std::optional<double> zget(Slot&, Text member)       the key exists
///   ZPut zput(Slot&, Text member, F)                     F(const double* old) -> std::optional<double>; creates the key; never NaN
///   bool zerase(Slot&, Text member)
///   std::optional<int64_t> zrank(Slot&, Text member)     O(log n)
///   int64_t zcount_before(Slot&, const ZBound&)          number of elements before the bound; O(log n)
///   void zwalk_rank(Slot&, int64_t rank, bool reverse, F)      from that rank (0 = smallest) on; F(Text member, double) -> bool
///   void zwalk_bound(Slot&, const ZBound&, bool reverse, F)    forward: from the first element at or behind the bound; reverse: from
///                                                        the last element before it
///   uint64_t zscan(Slot&, uint64_t cursor, size_t count, F)    F(Text member, double) -> void; as hscan
///   void zpick(Slot&, uint64_t random, F)
/// -- lists (positions from 0, within size)
///   void lpush(Slot&, bool front, Text)                  creates the key
///   void ltrim(Slot&, int64_t front, int64_t back)       drops so many at each end
///   void lwalk(Slot&, int64_t from, bool reverse, F)     F(Text) -> bool
///   Text lget(Slot&, int64_t at)
///   void lset(Slot&, int64_t at, Text)
///   void linsert(Slot&, int64_t at, Text)                the new element stands at `at`; O(shorter side)
///   void lerase(Slot&, std::span<const int64_t> at)      ascending positions
///
/// What S offers beside units, every call under the stripes named. Where a unit's writes are not seen by
/// these calls before its commit, Unit has scan, pick and count too, which see them.
///   uint64_t scan(uint16_t db, size_t stripe, uint64_t from_hash, size_t count, F)
///       F(const Key&, Type, Millis deadline) -> void; keys with hash >= from_hash of that stripe, in the
///       order of hashes; result: hash to go on with, 0 at the stripe's end; a stripe held
///   bool pick(uint16_t db, size_t stripe, uint64_t random, F)
///       F(const Key&, Type, Millis deadline) -> void; false: the stripe is empty; held
///   size_t count(uint16_t db, size_t stripe)
///       keys in a stripe, expired ones not yet removed included; held
///   size_t expired(size_t stripe, Millis now, size_t budget, F)
///       F(const Key&) -> void for keys (any database) with deadline < now, at most `budget` keys looked at,
///       going on where the last call stopped; result: keys looked at; stripe held
template <class S>
concept Storage = requires {
  typename S::Unit;
  typename S::Slot;
};

}  // namespace playhead::embedded
