// One unit of work on the memory storage: the primitives of backends/embedded/storage.h, where each is
// specified.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "backends/memory/memory_storage.h"
#include "backends/memory/packed.h"
#include "backends/memory/undo.h"

namespace playhead::memory {

using embedded::Mode;
using embedded::ZBound;
using embedded::ZPut;

class Unit {
 public:
  Unit(MemoryStorage& storage, Mode /*mode*/, bool undo = false) : storage_(storage), undo_(undo) {}
  Unit(const Unit&) = delete;
  Unit& operator=(const Unit&) = delete;
  ~Unit() {
    if (!log_.empty()) abort();
  }

  void commit() {
    if (!log_.empty()) forget_log();
  }
  void abort();

  // keys
  Slot find(const Key& key) {
    Slot slot(storage_.table(key), key);
    if (storage_.tracks_access() && slot.place_.entry != nullptr) {
      storage_.note_access(*slot.table_, slot.key_, *slot.place_.entry);
    }
    return slot;
  }
  void remove(Slot& slot);
  void move(Slot& from, const Key& to);
  void deadline(Slot& slot, Millis deadline);
  std::size_t size(Slot& slot);
  std::size_t memory(Slot& slot);
  /// What OBJECT ENCODING says of it in Redis 7.0. The key exists.
  Text encoding(Slot& slot);

  // whole databases
  void flush(std::uint16_t db);
  void swap(std::uint16_t a, std::uint16_t b);

  // strings
  Text value(Slot& slot) {
    const Record* record = slot.record();
    if (!record->has(Record::big)) return {record->value(), record->length()};
    auto* string = record->pointer<LongString>();
    return {string->bytes(), string->size};
  }
  void set(Slot& slot, Text value, Millis deadline) {
    Record* record = slot.record();
    if (record == nullptr || record->type() != Type::string || record->has(Record::big) ||
        record->length() != value.size() || record->deadline() != deadline || logs(*record))
      return set_otherwise(slot, value, deadline);
    record->set(Record::edited, false);
    if (!value.empty()) std::memmove(record->value(), value.data(), value.size());
  }
  char* edit(Slot& slot, std::size_t new_size);

  // fields of hashes and members of sets
  std::optional<Text> hget(Slot& slot, Text field);
  template <class F>
  bool hput(Slot& slot, Type type, Text field, F&& change);
  bool herase(Slot& slot, Text field);
  template <class F>
  void hwalk(Slot& slot, F&& f);
  template <class F>
  std::uint64_t hscan(Slot& slot, std::uint64_t cursor, std::size_t count, F&& f);
  template <class F>
  void hpick(Slot& slot, std::uint64_t random, F&& f);

  // members of ordered sets
  std::optional<double> zget(Slot& slot, Text member);
  template <class F>
  ZPut zput(Slot& slot, Text member, F&& change);
  bool zerase(Slot& slot, Text member);
  std::optional<std::int64_t> zrank(Slot& slot, Text member);
  std::int64_t zcount_before(Slot& slot, const ZBound& bound);
  template <class F>
  void zwalk_rank(Slot& slot, std::int64_t rank, bool reverse, F&& f);
  template <class F>
  void zwalk_bound(Slot& slot, const ZBound& bound, bool reverse, F&& f);
  template <class F>
  std::uint64_t zscan(Slot& slot, std::uint64_t cursor, std::size_t count, F&& f);
  template <class F>
  void zpick(Slot& slot, std::uint64_t random, F&& f);

  // lists
  void lpush(Slot& slot, bool front, Text element);
  void ltrim(Slot& slot, std::int64_t front, std::int64_t back);
  template <class F>
  void lwalk(Slot& slot, std::int64_t from, bool reverse, F&& f);
  Text lget(Slot& slot, std::int64_t at);
  void lset(Slot& slot, std::int64_t at, Text element);
  void linsert(Slot& slot, std::int64_t at, Text element);
  void lerase(Slot& slot, std::span<const std::int64_t> at);

 private:
  /// Whether a change of this big value needs an entry in the log.
  bool logs(const Record& record) const { return undo_ && !record.has(Record::saved); }
  Undo& log(Undo::Kind kind, const Slot& slot) { return log(kind, slot.key()); }
  Undo& log(Undo::Kind kind, const Key& key) {
    if (log_.capacity() == 0) log_.reserve(first_room);
    return log_.emplace_back(kind, key);
  }
  /// What malloc gives from a thread's own free blocks.
  static constexpr std::size_t first_room = 1024 / sizeof(Undo);
  void forget_log();
  void forget_marks();
  void undo(Undo& entry);
  void undo_field(Slot& slot, const Undo& entry);
  void undo_member(Slot& slot, const Undo& entry);
  void undo_list(Slot& slot, const Undo& entry);

  // records: bookkeeping only
  void count_bytes(const Slot& slot, std::size_t before, std::size_t after) {
    storage_.count_bytes(*slot.table_, slot.key_.hash, before, after);
  }
  void link(Slot& slot, Record* record);
  Record* unlink(Slot& slot);
  void exchange(Slot& slot, Record* made);
  void dispose(Record* record);
  // records: with undo
  void create(Slot& slot, Record* made);
  void replace(Slot& slot, Record* made);
  void touch(Slot& slot);
  Record* resized(Slot& slot, std::size_t value_size);
  Record* enlarged(Slot& slot, void* object);
  void change_deadline(Slot& slot, Millis deadline);
  void move_record(Slot& from, const Key& to);

  void set_otherwise(Slot& slot, Text value, Millis deadline);
  static Record* make_string(Text key, Text value, Millis deadline);
  char* edit_long(Slot& slot, std::size_t new_size);
  char* lengthen(Slot& slot, std::size_t new_size);

  void create_field(Slot& slot, Type type, Text field, Text value);
  void add_field(Slot& slot, Text field, Text value);
  void change_field(Slot& slot, std::size_t offset, Text value);
  template <class F>
  bool put_big_field(Slot& slot, Text field, F&& change);
  void insert_big_field(Slot& slot, Text field, Text value);
  void note_integers(Slot& slot, Text member);
  BigHash* grow_hash(Slot& slot);

  void create_member(Slot& slot, Text member, double score);
  void add_member(Slot& slot, Text member, double score);
  void change_member(Slot& slot, std::size_t offset, double score);
  template <class F>
  ZPut put_big_member(Slot& slot, Text member, F&& change);
  BigZset* grow_zset(Slot& slot);

  BigList* big_list(Slot& slot);
  void put_packed(Slot& slot, std::size_t offset, std::size_t removed, Text element);

  /// Counts what a change of a big object adds to its key table.
  template <class Object>
  class Counting {
   public:
    Counting(Unit& unit, const Slot& slot, const Object& object)
        : unit_(unit), slot_(slot), object_(object), before_(object.memory()) {}
    Counting(const Counting&) = delete;
    Counting& operator=(const Counting&) = delete;
    ~Counting() { unit_.count_bytes(slot_, before_, object_.memory()); }

   private:
    Unit& unit_;
    const Slot& slot_;
    const Object& object_;
    std::size_t before_;
  };

  MemoryStorage& storage_;
  bool undo_;
  std::vector<Undo> log_;
  std::size_t unmarked_ = 0;  ///< no record that an entry before this one names is marked as saved
};

}  // namespace playhead::memory

#include "backends/memory/unit_fields.h"
#include "backends/memory/unit_lists.h"
#include "backends/memory/unit_zsets.h"
