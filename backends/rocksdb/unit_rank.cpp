// Rank directories of ordered sets. A directory is built at the first rank query, under the stripe; from then
// on every score row that is written or erased changes it at once, and the inverse is noted for abort(). Runs
// are split and joined after commit(), when the database shows the rows that the directory counts.
#include <algorithm>

#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/rocks_storage.h"
#include "backends/rocksdb/rows.h"
#include "playhead/error.h"

namespace playhead::rocks {
namespace {
constexpr std::uint64_t scanned_elements = 512;  ///< smaller ordered sets are counted by reading
}

// The directory of this ordered set, if it has one.
Directory* Unit::directory(const Meta& meta) const {
  auto& directories = storage_.stripes_[meta.stripe()].directories;
  if (directories.empty()) return nullptr;
  auto found = directories.find(meta.row.id);
  return found == directories.end() ? nullptr : found->second.directory.get();
}

std::unique_ptr<Directory> Unit::build_directory(const Meta& meta) {
  auto directory = std::make_unique<Directory>();
  Rows rows(*this, meta, Kind::score);
  std::string low;
  std::int64_t count = 0;
  for (rows.first(); rows.valid(); rows.next()) {
    if (count == Directory::run_rows) {
      directory->append(low, count);
      low.assign(rows.name());
      count = 0;
    }
    ++count;
  }
  directory->append(low, count);
  return directory;
}

// `own` keeps one that cannot be shared.
Directory* Unit::need_directory(const Meta& meta, std::unique_ptr<Directory>& own) {
  Directory* present = directory(meta);
  if (present && present->size() == static_cast<std::int64_t>(meta.row.size)) return present;
  auto built = build_directory(meta);
  if (built->size() != static_cast<std::int64_t>(meta.row.size)) damaged(meta);
  if (present) {  // never expected; the answer is right all the same
    own = std::move(built);
    return own.get();
  }
  Directory* result = built.get();
  storage_.stripes_[meta.stripe()].directories[meta.row.id] = {meta.db, std::move(built)};
  if (mode_ != Mode::read)
    context_->changes.push_back({DirectoryChange::What::built, meta.row.id, meta.stripe(), 0, {}, 0});
  return result;
}

// A score row was written (1) or erased (-1).
void Unit::shift(const Meta& meta, const std::string& key, std::int64_t change) {
  Directory* present = directory(meta);
  if (!present) return;
  std::string row = key.substr(row_prefix);
  present->add(row, change);
  context_->changes.push_back(
      {DirectoryChange::What::rows, meta.row.id, meta.stripe(), 0, std::move(row), change});
}

std::int64_t Unit::rows_before(const Meta& meta, Text row) {
  std::unique_ptr<Directory> own;
  Directory::Run run;
  if (meta.row.size > scanned_elements) run = need_directory(meta, own)->find(row);
  Rows rows(*this, meta, Kind::score);
  std::int64_t count = run.before;
  for (rows.seek(run.low); rows.valid() && rows.name() < row; rows.next()) ++count;
  return count;
}

// Splits the run of `row` until no piece is too long, or joins it with its neighbour.
void Unit::tidy_directory(Directory& directory, ObjectId id, Text row) {
  Directory::Run run = directory.find(row);
  if (run.rows < Directory::run_limit) {
    if (run.rows < Directory::merge_limit) directory.merge(row);
    return;
  }
  Meta object;
  object.row.id = id;
  Rows rows(*this, object, Kind::score);
  std::int64_t left = run.rows, count = 0;
  for (rows.seek(run.low); rows.valid() && left >= Directory::run_limit; rows.next()) {
    if (count++ < Directory::run_rows) continue;
    directory.split(rows.name(), Directory::run_rows);
    left -= Directory::run_rows;
    count = 1;
  }
}

// After the write. A directory is only a help: one that cannot be tidied is forgotten and built again when it
// is needed.
void Unit::tidy_directories() noexcept {
  Context& c = *context_;
  for (auto& change : c.changes) {
    if (change.what != DirectoryChange::What::rows) continue;
    auto& directories = storage_.stripes_[change.stripe].directories;
    auto found = directories.find(change.id);
    if (found == directories.end()) continue;
    try {
      if (found->second.directory->sparse())
        directories.erase(found);
      else
        tidy_directory(*found->second.directory, change.id, change.row);
    } catch (const std::exception&) {
      directories.erase(found);
    }
  }
}

void Unit::take_back_directories() noexcept {
  auto& changes = context_->changes;
  for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
    auto& directories = storage_.stripes_[change->stripe].directories;
    switch (change->what) {
      case DirectoryChange::What::rows:
        if (auto found = directories.find(change->id); found != directories.end())
          found->second.directory->add(change->row, -change->change);
        break;
      case DirectoryChange::What::built:
        directories.erase(change->id);
        break;
      case DirectoryChange::What::moved:
        if (auto entry = storage_.stripes_[change->now_in].directories.extract(change->id); !entry.empty()) {
          entry.mapped().db = static_cast<DatabaseId>(change->change);
          directories.insert(std::move(entry));
        }
        break;
    }
  }
  changes.clear();
}

}  // namespace playhead::rocks
