#include "backends/rocksdb/packed.h"

#include "engine/store/little_endian.h"
#include "playhead/error.h"

namespace playhead::rocks {
namespace {

[[noreturn]] void malformed() {
  throw Error(
      ErrorCode::corrupt,
      "a metadata row of the RocksDB store has malformed elements; run `playhead check` on its directory");
}

}  // namespace

std::size_t packed_size(Text body) {
  return body.empty() ? 0 : static_cast<unsigned char>(body[0]);
}

Text PackedReader::text() {
  auto length = load_len(body_, at_);
  if (!length || *length > body_.size() - at_) malformed();
  Text text = body_.substr(at_, *length);
  at_ += *length;
  return text;
}

bool PackedReader::next(Element& element) {
  if (index_ == packed_size(body_)) {
    if (at_ < body_.size()) malformed();
    return false;
  }
  ++index_;
  element.begin = at_;
  if (type_ == Type::zset) {
    if (body_.size() < at_ + 8) malformed();
    element.score = from_bits(load_little_endian<std::uint64_t>(body_.data() + at_));
    at_ += 8;
  }
  if (type_ != Type::list) element.name = text();
  if (type_ == Type::list || type_ == Type::hash) element.value = text();
  element.end = at_;
  return true;
}

std::optional<Element> packed_find(Type type, Text body, Text name) {
  PackedReader reader(type, body);
  for (Element element; reader.next(element);)
    if (element.name == name) return element;
  return {};
}

Element packed_at(Type type, Text body, std::size_t index) {
  PackedReader reader(type, body);
  Element element;
  for (std::size_t i = 0; reader.next(element); ++i)
    if (i == index) return element;
  Element end;
  end.begin = end.end = body.empty() ? 1 : body.size();
  return end;
}

Element packed_place(Text body, double score, Text member) {
  PackedReader reader(Type::zset, body);
  Element element;
  while (reader.next(element))
    if (!before(element.score, element.name, score, member)) return element;
  Element end;
  end.begin = end.end = body.empty() ? 1 : body.size();
  return end;
}

void encode_field(std::string& out, Type type, Text field, Text value) {
  out.clear();
  append_len(out, field.size());
  out += field;
  if (type == Type::set) return;
  append_len(out, value.size());
  out += value;
}

void encode_member(std::string& out, double score, Text member) {
  out.clear();
  append_little_endian(out, bits_of(score));
  append_len(out, member.size());
  out += member;
}

void encode_value(std::string& out, Text value) {
  out.clear();
  append_len(out, value.size());
  out += value;
}

void splice(std::string& out, Text body, std::size_t begin, std::size_t end, Text element, int change) {
  out.assign(1, static_cast<char>(static_cast<int>(packed_size(body)) + change));
  if (begin > 1) out += body.substr(1, begin - 1);
  out += element;
  if (end < body.size()) out += body.substr(end);
}

}  // namespace playhead::rocks
