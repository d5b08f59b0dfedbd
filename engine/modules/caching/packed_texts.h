#pragma once
// Texts one behind the other as bytes: for each its length in decimal digits, ":", its bytes. Injective.
#include "playhead/text.h"

namespace playhead::caching {

void pack(std::string& out, Text text);
void pack(std::string& out, std::int64_t n);
void pack(std::string& out, double n);

/// Takes them out again. Methods throw Error{corrupt} for bytes that pack() does not make.
class Unpacker {
 public:
  explicit Unpacker(Text bytes) : rest_(bytes) {}
  bool done() const { return rest_.empty(); }
  /// What has not been taken out.
  Text rest() const { return rest_; }
  Text text();
  std::int64_t integer();
  double real();

 private:
  Text rest_;
};

}  // namespace playhead::caching
