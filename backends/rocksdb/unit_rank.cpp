// Rank directories of ordered sets. A directory is built at the first rank query: that of a large ordered set
// beside the units if the query comes in Mode::read, else under the stripe. From then on every score row that is
// written or erased changes it at once, and the inverse is noted for abort(). Runs are split and joined after
// commit(), when the database shows the rows that the directory counts.
#include <algorithm>

#include "backends/rocksdb/building.h"
#include "backends/rocksdb/disk.h"
#include "backends/rocksdb/rocks_storage.h"
#include "backends/rocksdb/rows.h"
#include "playhead/error.h"

namespace playhead::rocks {
namespace {
constexpr std::uint64_t scanned_elements = 512;  ///< smaller ordered sets are counted by reading
constexpr std::uint64_t built_at_once =
    16384;                               ///< larger ones do not keep their stripe while they are counted
constexpr std::size_t most_fronts = 64;  ///< of a stripe
}  // namespace

void Stripe::Ranked::add(const std::string& row, std::int64_t change) {
  if (directory)
    directory->add(row, change);
  else
    changes.emplace_back(row, change);
}

std::unique_ptr<Directory> Unit::build_directory(const Meta& meta) {
  DirectoryBuilder builder;
  Rows rows(*this, meta, Kind::score);
  for (rows.first(); rows.valid(); rows.next()) builder.add(rows.name());
  return builder.take();
}

// In Mode::read: the directory that was built beside the units, with what they have changed meanwhile. Until
// there is one, Unready.
std::unique_ptr<Directory> Unit::take_built(const Meta& meta) {
  auto& directories = storage_.stripes_[meta.stripe()].directories;
  auto found = directories.find(meta.row.id);
  auto building = found == directories.end() ? nullptr : found->second.building.lock();
  if (building && building->ended()) {
    auto directory = building->take();
    auto changes = std::move(found->second.changes);
    directories.erase(found);
    if (directory) {
      for (const auto& [row, change] : changes) directory->add(row, change);
      for (const auto& [row, change] : changes) tidy_directory(*directory, meta.row.id, row);
      return directory;
    }
    building = nullptr;  // it could not be read
  }
  if (!building) {
    building = std::make_shared<Building>(*storage_.disk_, storage_.gate_, meta.row.id);
    directories[meta.row.id] = {meta.db, nullptr, building};
  }
  throw embedded::Unready{[building] { building->run(); }};
}

// The directory of this ordered set.
Directory& Unit::need_directory(const Meta& meta) {
  auto& directories = storage_.stripes_[meta.stripe()].directories;
  auto complete = [&meta](const Directory& directory) {
    return directory.size() == static_cast<std::int64_t>(meta.row.size);
  };
  auto found = directories.find(meta.row.id);
  if (found != directories.end() && found->second.directory && complete(*found->second.directory))
    return *found->second.directory;
  const bool aside = mode_ == Mode::read && meta.row.size > built_at_once;
  auto built = aside ? take_built(meta) : build_directory(meta);
  if (!complete(*built)) damaged(meta);
  if (mode_ != Mode::read)
    context_->changes.push_back({DirectoryChange::What::built, meta.row.id, meta.stripe(), 0, {}, 0});
  auto& ranked = directories[meta.row.id] = {meta.db, std::move(built)};
  return *ranked.directory;
}

// To the first score row at or behind `from`. Rows that were erased at the beginning of an ordered set leave marks
// that a search passes one by one until RocksDB drops them, which makes a queue slow: a search from the beginning
// goes to where the first row was last.
void Unit::seek_score(Rows& rows, const Meta& meta, Text from) {
  auto& fronts = storage_.stripes_[meta.stripe()].fronts;
  auto front = fronts.find(meta.row.id);
  const bool known = front != fronts.end();
  if (known ? from > front->second : !from.empty()) return rows.seek(from);
  rows.seek(known ? Text(front->second) : from);
  if (!rows.valid() || (known && rows.name() == front->second)) return;
  if (!known && fronts.size() >= most_fronts) fronts.clear();
  fronts[meta.row.id] = rows.name();
  if (mode_ != Mode::read)
    context_->changes.push_back({DirectoryChange::What::front, meta.row.id, meta.stripe(), 0, {}, 0});
}

// A score row was written (1) or erased (-1).
void Unit::shift(const Meta& meta, const std::string& key, std::int64_t change) {
  auto& directories = storage_.stripes_[meta.stripe()].directories;
  auto& fronts = storage_.stripes_[meta.stripe()].fronts;
  if (change > 0 && !fronts.empty())
    if (auto front = fronts.find(meta.row.id); front != fronts.end())
      if (Text row = Text(key).substr(row_prefix); row < front->second) front->second = row;
  if (directories.empty()) return;
  auto found = directories.find(meta.row.id);
  if (found == directories.end()) return;
  Stripe::Ranked& ranked = found->second;
  if (!ranked.directory && ranked.building.expired()) {  // nobody waits for it any more
    directories.erase(found);
    return;
  }
  std::string row = key.substr(row_prefix);
  ranked.add(row, change);
  context_->changes.push_back(
      {DirectoryChange::What::rows, meta.row.id, meta.stripe(), 0, std::move(row), change});
}

std::int64_t Unit::rows_before(const Meta& meta, Text row) {
  Directory::Run run;
  if (meta.row.size > scanned_elements) run = need_directory(meta).find(row);
  Rows rows(*this, meta, Kind::score);
  std::int64_t count = run.before;
  for (seek_score(rows, meta, run.low); rows.valid() && rows.name() < row; rows.next()) ++count;
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
    if (found == directories.end() || !found->second.directory) continue;
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
          found->second.add(change->row, -change->change);
        break;
      case DirectoryChange::What::built:
        directories.erase(change->id);
        break;
      case DirectoryChange::What::front:  // rows before it may be there again
        storage_.stripes_[change->stripe].fronts.erase(change->id);
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
