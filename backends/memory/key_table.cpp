#include "backends/memory/key_table.h"

namespace playhead::memory {

std::size_t big_memory(const Record& record) {
  if (!record.has(Record::big)) return 0;
  switch (record.type()) {
    case Type::string:
      return record.pointer<LongString>()->memory();
    case Type::hash:
    case Type::stream:
    case Type::set:
      return record.pointer<BigHash>()->memory();
    case Type::zset:
      return record.pointer<BigZset>()->memory();
    case Type::list:
      return record.pointer<BigList>()->memory();
    default:
      return 0;
  }
}

std::size_t big_size(const Record& record) {
  if (!record.has(Record::big)) return 0;
  switch (record.type()) {
    case Type::hash:
    case Type::stream:
    case Type::set:
      return record.pointer<BigHash>()->size();
    case Type::zset:
      return record.pointer<BigZset>()->size();
    case Type::list:
      return record.pointer<BigList>()->size();
    default:
      return 0;
  }
}

void destroy(Record* record) {
  if (record->has(Record::big)) {
    switch (record->type()) {
      case Type::string:
        LongString::free(record->pointer<LongString>());
        break;
      case Type::hash:
      case Type::stream:
      case Type::set:
        delete record->pointer<BigHash>();
        break;
      case Type::zset:
        delete record->pointer<BigZset>();
        break;
      case Type::list:
        delete record->pointer<BigList>();
        break;
      default:
        break;
    }
  }
  Record::free(record);
}

KeyTable::~KeyTable() {
  records.walk([](Record& record, unsigned) {
    destroy(&record);
    return true;
  });
}

}  // namespace playhead::memory
