#include "engine/store/cursor.h"

#include <cctype>
#include <cerrno>
#include <cstdlib>

namespace playhead {

bool parse_cursor(Text text, std::uint64_t& cursor) {
  std::string s(text.substr(0, text.find('\0')));
  if (!s.empty() && std::isspace(static_cast<unsigned char>(s[0]))) return false;
  errno = 0;
  char* end = nullptr;
  cursor = std::strtoul(s.c_str(), &end, 10);
  return *end == '\0' && errno != ERANGE;
}

}  // namespace playhead
