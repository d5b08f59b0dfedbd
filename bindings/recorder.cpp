#include "bindings/recorder.h"

#include "bindings/view.h"

namespace playhead::python {

namespace {
std::vector<std::string> keys_of(const AnyCall& call) {
  std::vector<std::string> keys;
  call.command().list_keys(call.operation(), &keys, [](void* out, Text key) {
    static_cast<std::vector<std::string>*>(out)->emplace_back(key);
  });
  return keys;
}
}  // namespace

void Recorder::check_running() const {
  if (ended_) throw Error(ErrorCode::invalid, "this batch or transaction has ended; begin another one");
}

void Recorder::watch(List<Text> keys) {
  check_running();
  if (!watch_) watch_ = store_->watch();
  for (Text key : keys) watched_.emplace(key);
  ReleaseGil release;
  watch_->add(db_, keys);
}

void Recorder::queue(AnyCall call, bool decode) {
  check_running();
  decode_ = decode;
  for (std::string& key : keys_of(call)) written_.insert(std::move(key));
  batch_.calls.push_back(std::move(call));
}

AnyCall Recorder::take() {
  check_running();
  if (batch_.calls.empty()) throw Error(ErrorCode::invalid, "nothing was queued");
  AnyCall call = std::move(batch_.calls.back());
  batch_.calls.pop_back();
  return call;
}

void Recorder::check_read(const AnyCall& call) {
  check_running();
  for (const std::string& key : keys_of(call)) {
    if (written_.contains(key))
      throw Error(ErrorCode::invalid,
                  "the transaction has written '" + key + "' and cannot read it: read first, then write");
    if (watched_.contains(key)) continue;
    Text name = key;
    watch({&name, 1});
  }
}

py::list Recorder::run(bool release_gil) {
  check_running();
  ended_ = true;
  bool committed = true;
  auto perform = [&] {
    if (watch_)
      committed = watch_->commit(batch_);
    else if (!batch_.calls.empty())
      store_->perform(batch_);
    watch_.reset();
  };
  if (release_gil) {
    MaybeRelease gil(true);
    perform();
  } else {
    KeepGil gil;
    perform();
  }
  if (!committed)
    throw Error(ErrorCode::conflict,
                "a key that the transaction depends on was changed by someone else; run it again");
  py::list replies;
  for (const AnyCall& call : batch_.calls) {
    PythonSink sink(decode_);
    call.emit(sink);
    replies.append(py::reinterpret_steal<py::object>(sink.take()));
  }
  return replies;
}

void Recorder::discard() {
  ended_ = true;
  watch_.reset();
  batch_.calls.clear();
}

}  // namespace playhead::python
