#pragma once
// Collections that live in their metadata row (the grammar is in format.h). Edits build a new body beside the
// old one, so that what they are given may be part of the old one.
#include <optional>
#include <string>

#include "backends/rocksdb/format.h"

namespace playhead::rocks {

/// One element of a packed body: bytes [begin, end) of it.
struct Element {
  std::size_t begin = 0, end = 0;
  Text name;   ///< field or member
  Text value;  ///< of a hash or a list
  double score = 0;
};

/// Goes through the elements in their order.
class PackedReader {
 public:
  PackedReader(Type type, Text body) : type_(type), body_(body) {}
  /// False at the end; throws Error{corrupt} if the bytes are not of the grammar.
  bool next(Element& element);

 private:
  Text text();
  Type type_;
  Text body_;
  std::size_t at_ = 1, index_ = 0;
};

std::size_t packed_size(Text body);
/// The field or member of that name.
std::optional<Element> packed_find(Type type, Text body, Text name);
/// The element at that index; index = size: the empty place behind the last one.
Element packed_at(Type type, Text body, std::size_t index);
/// The place of (score, member) in an ordered set: the first element that is not before it.
Element packed_place(Text body, double score, Text member);

/// The bytes of one element.
void encode_field(std::string& out, Type type, Text field, Text value);
void encode_member(std::string& out, double score, Text member);
void encode_value(std::string& out, Text value);

/// `out` becomes `body` with [begin, end) replaced by `element`; `change` is added to the number of elements.
/// An empty body is one without elements.
void splice(std::string& out, Text body, std::size_t begin, std::size_t end, Text element, int change);

/// True if (a, member_a) stands before (b, member_b) in an ordered set.
inline bool before(double a, Text member_a, double b, Text member_b) {
  return a < b || (a == b && member_a < member_b);
}

}  // namespace playhead::rocks
