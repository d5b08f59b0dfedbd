#include "backends/rocksdb/check.h"

#include <rocksdb/env.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/log_check.h"
#include "backends/rocksdb/owner.h"
#include "backends/rocksdb/packed.h"
#include "backends/rocksdb/status.h"
#include "engine/store/little_endian.h"
#include "playhead/error.h"

namespace playhead::rocks {
namespace {

constexpr std::size_t shown_findings = 100;

/// Holds RocksDB's lock on a directory.
class DirectoryLock {
 public:
  DirectoryLock(rocksdb::Env& env, const std::string& path) : env_(env) {
    auto status = env_.LockFile(path + "/LOCK", &lock_);
    if (locked(status)) refuse_locked(env, path);
    if (!status.ok())
      throw Error(
          ErrorCode::unavailable,
          "RocksDB store " + path + " can not be locked (" + status.ToString() +
              "), which a check needs so that nobody writes meanwhile; make the directory and its file "
              "LOCK writable for you, or check a copy");
  }
  ~DirectoryLock() { env_.UnlockFile(lock_).PermitUncheckedError(); }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

 private:
  rocksdb::Env& env_;
  rocksdb::FileLock* lock_ = nullptr;
};

std::string quoted(Text bytes) {
  std::string out = "\"";
  for (char c : bytes.substr(0, 60)) {
    constexpr const char* digits = "0123456789abcdef";
    if (c >= ' ' && c < 127 && c != '"' && c != '\\') {
      out.push_back(c);
    } else {
      out += "\\x";
      out.push_back(digits[static_cast<unsigned char>(c) >> 4]);
      out.push_back(digits[c & 15]);
    }
  }
  return out + (bytes.size() > 60 ? "...\"" : "\"");
}

struct Object {
  Metadata row;
  std::string name;
  std::uint64_t named = 0;   ///< rows of kinds f, l, m
  std::uint64_t scored = 0;  ///< rows of kind s
};

std::uint64_t key_mark(DatabaseId db, Text name) {
  return embedded::hash_of(name) ^ (std::uint64_t{db} * 0x9e3779b97f4a7c15);
}

class Checker {
 public:
  Checker(std::string path, const Hooks& hooks) : path_(std::move(path)), hooks_(hooks) {}

  CheckReport run() {
    logs();
    try {
      disk_ = std::make_unique<Disk>(path_, RocksOptions(), hooks_, Disk::Access::read_only);
      checksums();
      own_rows();
      dead_rows();
      expiry_rows();
      metadata_rows();
      data_rows();
      owned_rows();
      saved_directories();
    } catch (const Error& error) {
      problem(std::string(error.message()));
    }
    return std::move(report_);
  }

 private:
  void note(std::string text) {
    if (report_.findings.size() < shown_findings) report_.findings.push_back(std::move(text));
  }
  void problem(std::string text) {
    ++report_.problems;
    note(std::move(text));
  }

  void logs();
  void checksums();
  void own_rows();
  void dead_rows();
  void expiry_rows();
  void metadata_rows();
  void metadata_row(const MetadataKey& key, Text bytes);
  void packed_row(const std::string& name, const Metadata& row);
  void data_rows();
  void data_row(Object& object, Text key, Text value);
  void owned_rows();
  void saved_directories();
  template <class F>
  void each(Family family, F&& f) {
    auto rows = disk_->rows(family);
    for (rows->SeekToFirst(); rows->Valid(); rows->Next()) f(text(rows->key()), text(rows->value()));
    disk_->check(*rows);
  }

  const std::string path_;
  const Hooks hooks_;
  CheckReport report_;
  std::unique_ptr<Disk> disk_;
  ObjectId leased_ = 1;
  DatabaseId next_database_ = first_given_database;
  std::unordered_map<std::uint16_t, DatabaseId> numbered_;
  std::unordered_set<DatabaseId> dead_databases_, live_databases_;
  std::unordered_set<ObjectId> dead_objects_;
  std::unordered_map<ObjectId, Object> objects_;
  std::unordered_map<std::uint64_t, Millis> indexed_;  ///< earliest expiry row of a key
};

void Checker::logs() {
  auto& env = env_of(hooks_);
  std::vector<std::string> files;
  if (auto status = env.GetChildren(path_, &files); !status.ok())
    fail(status, "reading the directory", path_);
  std::erase_if(files, [](const std::string& f) { return f.size() < 5 || f.substr(f.size() - 4) != ".log"; });
  std::sort(files.begin(), files.end());
  std::string damaged;
  for (auto& file : files) {
    std::string bytes;
    if (auto status = rocksdb::ReadFileToString(&env, path_ + "/" + file, &bytes); !status.ok())
      fail(status, "reading the log " + file, path_);
    LogScan scan = scan_log(bytes);
    report_.log_records += scan.records;
    if (!damaged.empty() && scan.records) {
      problem("the log " + damaged +
              " is damaged and newer logs hold records: opening the store would lose them");
      damaged.clear();
    }
    if (!scan.damaged) continue;
    std::string where = file + " at byte " + std::to_string(*scan.damaged);
    if (scan.readable_behind)
      problem("the log " + where + " is damaged and records follow: opening the store would lose them");
    else
      note("the log " + where +
           " ends in the middle of a record: the last write did not finish, nothing acknowledged is lost");
    if (!scan.readable_behind) damaged = where;
  }
}

void Checker::checksums() {
  auto status = disk_->db().VerifyChecksum();
  if (!status.ok()) problem("a table file is damaged: " + status.ToString());
}

void Checker::own_rows() {
  each(Family::own, [&](Text key, Text value) {
    if (key == "id" && value.size() == 8)
      leased_ = load_le64(value.data());
    else if (key == "db next" && value.size() == 4)
      next_database_ = load_little_endian<std::uint32_t>(value.data());
    else if (key.size() == 4 && key.starts_with("db") && value.size() == 4)
      numbered_[load_be16(key.data() + 2)] = load_little_endian<std::uint32_t>(value.data());
    else if (!(key == "clean" && value.size() == 9) &&
             !(key.starts_with("count") && key.size() == 10 && value.size() == 8) &&
             !(key.starts_with("rank") && key.size() == 12))
      problem("the store's own row " + quoted(key) + " is not of the grammar");
  });
  for (auto& [number, db] : numbered_)
    if (!live_databases_.insert(db).second || (db >= first_given_database && db >= next_database_))
      problem("database " + std::to_string(number) + " names a physical database that is not its own");
}

void Checker::dead_rows() {
  each(Family::dead, [&](Text key, Text value) {
    if (key.size() == 9 && key[0] == 'o' && value.size() == 8)
      dead_objects_.insert(load_be64(key.data() + 1));
    else if (key.size() == 5 && key[0] == 'd' && value.empty())
      dead_databases_.insert(load_be32(key.data() + 1));
    else
      problem("the dead record " + quoted(key) + " is not of the grammar");
  });
  report_.dead_objects = dead_objects_.size();
  report_.dead_databases = dead_databases_.size();
}

void Checker::expiry_rows() {
  each(Family::expiry, [&](Text key, Text value) {
    ++report_.expiry_rows;
    auto row = parse_expiry_key(key);
    if (!row || !value.empty() || row->stripe != embedded::stripe_of(embedded::hash_of(row->name)))
      return problem("the expiry row " + quoted(key) + " is not of the grammar");
    auto [at, first] = indexed_.try_emplace(key_mark(row->db, row->name), row->deadline);
    if (!first) at->second = std::min(at->second, row->deadline);
  });
}

void Checker::metadata_rows() {
  each(Family::metadata, [&](Text key, Text value) {
    ++report_.keys;
    auto parsed = parse_metadata_key(key);
    if (!parsed || parsed->hash != embedded::hash_of(parsed->name))
      return problem("the metadata key " + quoted(key) + " is not of the grammar");
    metadata_row(*parsed, value);
  });
}

void Checker::metadata_row(const MetadataKey& key, Text bytes) {
  std::string name = "key " + quoted(key.name) + " of physical database " + std::to_string(key.db);
  auto row = decode(bytes);
  if (!row) return problem("the metadata row of " + name + " is not of the grammar");
  bool dead = dead_databases_.count(key.db);
  bool moved = key.db < first_given_database && numbered_.count(static_cast<std::uint16_t>(key.db));
  bool live = live_databases_.count(key.db) || (key.db < first_given_database && !moved);
  if (!dead && !live) problem(name + " belongs to no database");
  if (row->deadline && !dead) {
    auto found = indexed_.find(key_mark(key.db, key.name));
    if (found == indexed_.end() || found->second > row->deadline)
      problem(name + " has a deadline and no expiry row before it");
  }
  if (row->type == Type::string) {
    ++report_.strings;
  } else if (row->packed) {
    ++report_.packed;
    packed_row(name, *row);
  } else {
    ++report_.objects;
    if (!row->id || row->id >= leased_) problem(name + " has an object id that was never given");
    if (!row->size) problem(name + " is an empty collection");
    // A dead database's objects die before its keys are gone.
    if (dead_objects_.count(row->id) && !dead) problem(name + " has an object that is dead");
    row->body = {};
    if (!objects_.try_emplace(row->id, Object{*row, name}).second)
      problem(name + " shares its object with another key");
  }
}

void Checker::packed_row(const std::string& name, const Metadata& row) {
  std::unordered_set<std::string> names;
  try {
    PackedReader reader(row.type, row.body);
    Element previous;
    bool first = true;
    for (Element element; reader.next(element); previous = element, first = false) {
      if (row.type != Type::list && !names.insert(std::string(element.name)).second)
        problem(name + " has an element twice");
      if (row.type == Type::zset && std::isnan(element.score))
        problem(name + " has a score that is no number");
      if (row.type == Type::zset && !first &&
          !before(previous.score, previous.name, element.score, element.name))
        problem(name + " is not in order");
    }
  } catch (const Error&) {
    problem("the elements of " + name + " are not of the grammar");
  }
  if (!packed_size(row.body) || packed_size(row.body) > packed_elements || row.body.size() > packed_bytes)
    problem(name + " has an impossible number of elements in its metadata row");
}

void Checker::data_rows() {
  each(Family::data, [&](Text key, Text value) {
    ++report_.rows;
    if (key.size() < row_prefix) return problem("the row " + quoted(key) + " is not of the grammar");
    ObjectId id = load_be64(key.data());
    auto object = objects_.find(id);
    if (object != objects_.end())
      data_row(object->second, key, value);
    else if (!dead_objects_.count(id))
      problem("the row " + quoted(key) + " of object " + std::to_string(id) +
              " belongs to no key and is not dead");
  });
}

void Checker::data_row(Object& object, Text key, Text value) {
  auto bad = [&](Text what) {
    problem("the row " + quoted(key) + " of " + object.name + " " + std::string(what));
  };
  Type type = object.row.type;
  auto kind = static_cast<Kind>(key[row_prefix - 1]);
  Kind expected = type == Type::list ? Kind::list : type == Type::zset ? Kind::member : Kind::field;
  Text name = key.substr(row_prefix);
  if ((kind != expected && !(type == Type::zset && kind == Kind::score)) || name.size() < 8)
    return bad("is of another type");
  std::uint64_t number = load_be64(name.data());
  std::string other;
  rocksdb::PinnableSlice found;
  if (kind == Kind::score) {
    ++object.scored;
    hashed_row(other, load_be64(key.data()), Kind::member, embedded::hash_of(name.substr(8)), name.substr(8));
    if (!disk_->get(Family::data, other, found) || found.size() != 8)
      return bad("has a member without a score");
    double score = from_bits(load_le64(found.data()));
    bool negative_zero = score == 0 && std::signbit(score);
    if (order_of(score) != number || value != (negative_zero ? Text("-") : Text()))
      bad("differs from the member's score");
    return;
  }
  ++object.named;
  if (kind == Kind::list) {
    auto position = integer_of(number);
    if (name.size() != 8 || position < object.row.head ||
        position >= object.row.head + static_cast<std::int64_t>(object.row.size))
      bad("lies outside the list");
    return;
  }
  if (number != embedded::hash_of(name.substr(8))) bad("stands at another hash");
  if (kind == Kind::member && (value.size() != 8 || std::isnan(from_bits(load_le64(value.data())))))
    bad("has no score");
  if (type == Type::set && !value.empty()) bad("has a value in a set");
}

void Checker::owned_rows() {
  for (auto& [id, object] : objects_) {
    if (dead_objects_.count(id)) continue;
    bool zset = object.row.type == Type::zset;
    if (object.named == object.row.size && (!zset || object.scored == object.row.size)) continue;
    problem(object.name + " says it has " + std::to_string(object.row.size) + " elements and has " +
            std::to_string(object.named) +
            (zset ? " members and " + std::to_string(object.scored) + " scores" : std::string()));
  }
}

void Checker::saved_directories() {
  rocksdb::PinnableSlice clean;
  if (!disk_->get(Family::own, "clean", clean)) return;
  if (clean.size() != 9 || load_le64(clean.data()) != disk_->db().GetLatestSequenceNumber())
    return;  // not used by open
  each(Family::own, [&](Text key, Text value) {
    if (!key.starts_with("rank") || key.size() != 12) return;
    std::uint64_t rows = 0;
    for (std::size_t at = 5; at + 8 < value.size();) {
      rows += load_le64(value.data() + at);
      at += 8;
      auto length = load_len(value, at);
      if (!length || *length > value.size() - at)
        return problem("the saved directory " + quoted(key) + " is not of the grammar");
      at += *length;
    }
    auto object = objects_.find(load_be64(key.data() + 4));
    if (object != objects_.end() && object->second.row.size != rows)
      problem("the saved directory of " + object->second.name + " counts " + std::to_string(rows) +
              " members");
  });
}

}  // namespace

CheckReport check(const std::string& path, const Hooks& hooks) {
  auto& env = env_of(hooks);
  require_format(env, path);
  DirectoryLock lock(env, path);
  return Checker(path, hooks).run();
}

}  // namespace playhead::rocks
