#include "backends/rocksdb/building.h"

#include "backends/rocksdb/disk.h"

namespace playhead::rocks {

void DirectoryBuilder::add(Text row) {
  if (count_ == Directory::run_rows) {
    directory_->append(low_, count_);
    low_.assign(row);
    count_ = 0;
  }
  ++count_;
}

std::unique_ptr<Directory> DirectoryBuilder::take() {
  directory_->append(low_, count_);
  return std::move(directory_);
}

Building::Building(Disk& disk, Gate& gate, ObjectId id) : disk_(disk), inside_(std::in_place, gate) {
  row_start(prefix_, id, Kind::score);
  upper_ = prefix_;
  ++upper_.back();
  bound_ = upper_;
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound_;
  rows_ = disk_.rows(Family::data, options);
}

void Building::run() {
  std::lock_guard lock(mutex_);
  if (ended()) return;
  struct End {  // whatever happens
    Building& building;
    ~End() {
      building.rows_.reset();
      building.inside_.reset();
      building.ended_.store(true, std::memory_order_release);
    }
  } end{*this};
  read();
}

void Building::read() {
  DirectoryBuilder builder;
  for (rows_->Seek(prefix_); rows_->Valid(); rows_->Next())
    builder.add(text(rows_->key()).substr(row_prefix));
  disk_.check(*rows_);
  directory_ = builder.take();
}

}  // namespace playhead::rocks
