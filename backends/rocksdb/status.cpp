#include "backends/rocksdb/status.h"

#include <rocksdb/status.h>

#include "playhead/error.h"

namespace playhead::rocks {

void fail(const rocksdb::Status& status, Text doing, const std::string& path) {
  std::string where = "RocksDB store " + path + ": ";
  std::string what = " while " + std::string(doing) + " (" + status.ToString() + ")";
  if (status.IsNoSpace())
    throw Error(ErrorCode::unavailable,
                where + "the disk is full" + what +
                    "; nothing was written, reads go on; free some space and writes succeed again");
  if (status.IsCorruption())
    throw Error(ErrorCode::corrupt,
                where + "stored bytes are damaged" + what + "; run `playhead check` on the directory");
  if (status.IsShutdownInProgress()) throw Error(ErrorCode::closed, where + "the store is being closed");
  if (status.IsNotSupported()) throw Error(ErrorCode::unsupported, where + "not supported" + what);
  if (status.IsInvalidArgument()) throw Error(ErrorCode::invalid, where + "invalid argument" + what);
  if (status.IsIOError())
    throw Error(ErrorCode::unavailable,
                where + "the disk reported an error" + what +
                    "; nothing was changed; check the disk and the rights on the directory, then repeat");
  throw Error(ErrorCode::unavailable, where + "not possible now" + what + "; repeat it");
}

void corrupt(Text what, const std::string& path) {
  throw Error(ErrorCode::corrupt,
              "RocksDB store " + path + ": " + std::string(what) + "; run `playhead check` on the directory");
}

}  // namespace playhead::rocks
