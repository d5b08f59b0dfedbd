#include "engine/store/numbers.h"
#include "playhead/error.h"
#include "playhead/operations/bits.h"

namespace playhead {

namespace {

constexpr std::int64_t max_bits = std::int64_t{1} << 32;  // a string has at most 512 MiB

[[noreturn]] void refuse_offset() {
  refuse("ERR bit offset is not an integer or out of range");
}

void check_range(std::int64_t offset) {
  if (offset < 0 || offset >= max_bits) refuse_offset();
}

void check_steps(List<BitFieldStep> steps) {
  for (const BitFieldStep& step : steps) step.validate();
}

}  // namespace

void SetBit::check_offset() const {
  check_range(offset);
}

void SetBit::validate() const {
  check_offset();
  if (value != 0 && value != 1) refuse("ERR bit is not an integer or out of range");
}

void GetBit::validate() const {
  check_range(offset);
}

void BitPos::validate() const {
  if (bit != 0 && bit != 1) refuse("ERR The bit argument must be 1 or 0.");
}

void BitOp::validate() const {
  if (keys.empty()) refuse("ERR wrong number of arguments for 'bitop' command");
  if (operation == Operation::bit_not && keys.size() != 1)
    refuse("ERR BITOP NOT must be called with a single source key.");
}

void BitFieldType::parse(Text s, BitFieldType& out, Text) {
  std::int64_t width = 0;
  out.width = 0;
  if (!s.empty() && (s[0] == 'i' || s[0] == 'u') && parse_int64(s.substr(1), width) && width > 0 &&
      width <= 64) {
    out.is_signed = s[0] == 'i';
    out.width = static_cast<int>(width);
  }
  out.check();
}

Text BitFieldType::print(Arena& arena) const {
  return arena.copy((is_signed ? "i" : "u") + std::to_string(width));
}

void BitFieldType::check() const {
  if (width < 1 || width > (is_signed ? 64 : 63))
    refuse(
        "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.");
}

void BitFieldOffset::parse(Text s, BitFieldOffset& out, Text) {
  out.in_widths = !s.empty() && s[0] == '#';
  if (!parse_int64(s.substr(out.in_widths ? 1 : 0), out.number)) refuse_offset();
}

Text BitFieldOffset::print(Arena& arena) const {
  return arena.copy((in_widths ? "#" : "") + std::to_string(number));
}

std::uint64_t BitFieldOffset::bits(int width) const {
  std::int64_t offset = number;
  if (in_widths && __builtin_mul_overflow(number, width, &offset)) refuse_offset();
  check_range(offset);
  return static_cast<std::uint64_t>(offset);
}

void BitFieldStep::check_arguments(std::size_t left) const {
  if (left < (action == BitFieldAction::get ? 2U : 3U)) refuse("ERR syntax error");
}

void BitFieldStep::validate() const {
  if (action == BitFieldAction::overflow) return;
  type.check();
  offset.bits(type.width);
}

void BitField::validate() const {
  check_steps(steps);
}

void BitFieldRo::validate() const {
  check_steps(steps);
  for (const BitFieldStep& step : steps)
    if (step.is_write()) refuse("ERR BITFIELD_RO only supports the GET subcommand");
}

}  // namespace playhead
