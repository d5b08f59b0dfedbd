#include "tests/session/client.h"

#include "engine/store/numbers.h"

namespace playhead::test {

namespace {

Value list_on_wire(const Value& v, int protocol) {
  Value out(v.kind);
  for (const Value& item : v.items) out.items.push_back(on_wire(item, protocol));
  if (protocol == 2) out.kind = Value::Kind::array;
  if (out.kind != Value::Kind::pairs) return out;
  Value pairs(Value::Kind::array);
  for (std::size_t i = 0; i + 1 < out.items.size(); i += 2)
    pairs.items.push_back(Value::array({out.items[i], out.items[i + 1]}));
  return pairs;
}

}  // namespace

Value on_wire(const Value& v, int protocol) {
  if (v.is_list()) return list_on_wire(v, protocol);
  if (v.kind == Value::Kind::boolean) return Value::integer(v.number);
  if (protocol == 3) return v.kind == Value::Kind::null_array ? Value() : v;
  if (v.kind == Value::Kind::verbatim) return Value::bulk(v.text);
  if (v.kind != Value::Kind::real) return v;
  char buffer[double_text_size];
  return Value::bulk(format_double(v.decimal, buffer));
}

std::string shown(const Value& v) {
  auto list = [&](Text open, Text close) {
    std::string out(open);
    for (const Value& item : v.items) out += (out.size() > 1 ? ", " : "") + shown(item);
    return out.append(close);
  };
  switch (v.kind) {
    case Value::Kind::null:
      return "(nil)";
    case Value::Kind::null_array:
      return "(nil array)";
    case Value::Kind::boolean:
      return v.number != 0 ? "true" : "false";
    case Value::Kind::integer:
      return std::to_string(v.number);
    case Value::Kind::real:
      return std::to_string(v.decimal);
    case Value::Kind::bulk:
      return '"' + v.text + '"';
    case Value::Kind::verbatim:
      return "txt:" + v.text;
    case Value::Kind::status:
      return v.text;
    case Value::Kind::error:
      return "(error) " + v.text;
    case Value::Kind::push:
      return list("<", ">");
    case Value::Kind::map:
    case Value::Kind::set:
      return list("{", "}");
    default:
      return list("[", "]");
  }
}

}  // namespace playhead::test
