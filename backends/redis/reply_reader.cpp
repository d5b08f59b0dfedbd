#include "backends/redis/reply_reader.h"

#include <hiredis/read.h>

#include <algorithm>
#include <new>

#include "backends/redis/failure.h"

namespace playhead::redis {

// hiredis calls these for every part of a reply, a container before its items. They answer null for "give
// up": exceptions must not pass through C.
struct ReplyReader::Callbacks {
  static ReplyReader& self(const redisReadTask* task) { return *static_cast<ReplyReader*>(task->privdata); }

  static void* text(const redisReadTask* task, char* bytes, std::size_t size) noexcept try {
    Value::Kind kind = task->type == REDIS_REPLY_ERROR    ? Value::Kind::error
                       : task->type == REDIS_REPLY_STATUS ? Value::Kind::status
                                                          : Value::Kind::bulk;
    Value* v = self(task).place(task, kind);
    if (v != nullptr) v->text.assign(bytes, size);
    return v;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  static void* array(const redisReadTask* task, int n) noexcept try {
    Value* v = self(task).place(task, Value::Kind::array);
    if (v != nullptr) v->items.reserve(static_cast<std::size_t>(std::min(n, 1024)));
    return v;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  static void* integer(const redisReadTask* task, long long n) noexcept try {
    Value* v = self(task).place(task, Value::Kind::integer);
    if (v != nullptr) v->number = n;
    return v;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  static void* nil(const redisReadTask* task) noexcept try {
    return self(task).place(task,
                            task->type == REDIS_REPLY_ARRAY ? Value::Kind::null_array : Value::Kind::null);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
  static void free(void*) noexcept {}  // everything belongs to root_

  static redisReplyObjectFunctions* table() {
    static redisReplyObjectFunctions functions = {text, array, integer, nil, free};
    return &functions;
  }
};

void ReplyReader::Free::operator()(redisReader* r) const {
  ::redisReaderFree(r);
}

ReplyReader::ReplyReader(std::size_t max_bytes, std::size_t max_elements)
    : reader_(::redisReaderCreateWithFunctions(Callbacks::table())),
      max_bytes_(max_bytes),
      max_elements_(max_elements) {
  if (!reader_) throw std::bad_alloc();
  reader_->privdata = this;
}

// Items are appended to their container as they come. A container does not grow while one of its items is
// being filled, so the pointers that hiredis keeps to the open containers stay valid.
Value* ReplyReader::place(const redisReadTask* task, Value::Kind kind) {
  if (++elements_ > max_elements_) return nullptr;
  Value* v = &root_;
  if (task->parent != nullptr) v = &static_cast<Value*>(task->parent->obj)->items.emplace_back();
  v->kind = kind;
  return v;
}

void ReplyReader::feed(const char* bytes, std::size_t size) {
  bytes_ += size;
  if (::redisReaderFeed(reader_.get(), bytes, size) != REDIS_OK) fail();
}

bool ReplyReader::next(Value& into) {
  if (empty()) return false;
  void* done = nullptr;
  if (::redisReaderGetReply(reader_.get(), &done) != REDIS_OK) fail();
  if (done == nullptr) {
    if (bytes_ > max_bytes_)
      throw Failure{Failure::Kind::too_large, "a reply of Redis exceeds max_reply_bytes", true};
    return false;
  }
  into = std::move(root_);
  root_ = Value{};
  elements_ = 0;
  bytes_ = reader_->len - reader_->pos;
  return true;
}

bool ReplyReader::empty() const {
  return reader_->len == reader_->pos && reader_->ridx < 0;
}

void ReplyReader::fail() const {
  if (elements_ > max_elements_)
    throw Failure{Failure::Kind::too_large, "a reply of Redis exceeds max_reply_elements", true};
  if (reader_->err == REDIS_ERR_OOM) throw std::bad_alloc();
  throw Failure{Failure::Kind::malformed,
                std::string("Redis sent something that is no reply: ") + reader_->errstr, true};
}

}  // namespace playhead::redis
