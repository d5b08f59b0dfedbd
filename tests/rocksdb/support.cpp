#include "support.h"

#include "backends/rocksdb/disk.h"

namespace playhead::rocks::test {

std::map<std::string, std::map<std::string, std::string>> raw_rows(const std::string& path) {
  std::map<std::string, std::map<std::string, std::string>> result;
  Disk disk(path, {}, {}, Disk::Access::read_only);
  for (Family f : {Family::own, Family::metadata, Family::data, Family::dead, Family::expiry}) {
    auto& rows = result[disk.family(f)->GetName()];
    auto it = disk.rows(f);
    for (it->SeekToFirst(); it->Valid(); it->Next()) rows[it->key().ToString()] = it->value().ToString();
    disk.check(*it);
  }
  return result;
}

std::map<std::string, std::map<std::string, std::string>> raw_rows(RocksStorage& storage) {
  TemporaryDirectory directory;
  storage.checkpoint(directory / "copy");
  return raw_rows(directory / "copy");
}

std::string hex(Text bytes) {
  std::string out;
  for (char c : bytes) {
    if (!out.empty()) out.push_back(' ');
    const char* digits = "0123456789abcdef";
    out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
    out.push_back(digits[c & 15]);
  }
  return out;
}

}  // namespace playhead::rocks::test
