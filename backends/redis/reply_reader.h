#pragma once
#include <memory>

#include "playhead/reply.h"

struct redisReader;    // NOLINT(readability-identifier-naming): hiredis's
struct redisReadTask;  // NOLINT(readability-identifier-naming)

namespace playhead::redis {

/// Cuts the server's bytes into replies: hiredis's parser, building Values of bounded size. Nesting is
/// bounded by hiredis (7 levels).
class ReplyReader {
 public:
  ReplyReader(std::size_t max_bytes, std::size_t max_elements);
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  void feed(const char* bytes, std::size_t size);
  /// Takes the next complete reply; false: more bytes are needed. Throws Failure (malformed, too_large),
  /// after which the reader is useless.
  bool next(Value& into);
  /// All bytes fed so far have been taken as replies.
  bool empty() const;

 private:
  struct Callbacks;
  struct Free {
    void operator()(redisReader* r) const;
  };
  Value* place(const redisReadTask* task, Value::Kind kind);
  [[noreturn]] void fail() const;

  std::unique_ptr<redisReader, Free> reader_;
  Value root_;
  std::size_t max_bytes_, max_elements_;
  std::size_t bytes_ = 0, elements_ = 0;  // of the reply that is being read
};

}  // namespace playhead::redis
