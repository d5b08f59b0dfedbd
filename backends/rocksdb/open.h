#pragma once
// How a store on a local disk is opened: RocksStorage::open(path, options), see rocks_storage.h.
#include "backends/rocksdb/options.h"
#include "backends/rocksdb/rocks_storage.h"
