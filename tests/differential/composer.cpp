#include "tests/differential/composer.h"

#include <algorithm>

namespace playhead::differential {

std::string Composer::cased(Text word) {
  std::string out(word);
  if (!random_.permille(150)) return out;
  for (char& c : out)
    if (c >= 'A' && c <= 'Z' && random_.below(2) == 0) c = static_cast<char>(c + 32);
  return out;
}

std::string Composer::text(Text name) {
  if (name == "element" || name == "member" || name == "pivot") return arguments_.member();
  if (name == "field") return arguments_.field();
  if (name == "pattern")
    return traits_.name.starts_with("sort") ? arguments_.sort_pattern() : arguments_.pattern();
  if (name == "increment") return arguments_.increment();
  if (name == "type") return arguments_.type_name();
  if (name == "serialized-value") return arguments_.payload();
  if (name == "script") return traits_.name.starts_with("evalsha") ? scripts_.sha1() : scripts_.script();
  if (name == "sha1") return scripts_.sha1();
  if (name == "channel") return arguments_.channel();
  if (name == "BYTE|BIT")
    return random_.permille(30) ? arguments_.garbage() : cased(random_.below(2) == 0 ? "BYTE" : "BIT");
  if (name == "start" || name == "stop") return arguments_.rank_bound();
  return arguments_.value();
}

std::string Composer::integer(Text name) {
  Text command = traits_.name;
  if (name == "seconds" || name == "milliseconds" || name == "unix-seconds" || name == "unix-milliseconds") {
    if (command == "restore") return arguments_.integer();  // IDLETIME
    return arguments_.deadline(name.starts_with("unix"), name.ends_with("milliseconds") ? 1 : 1000);
  }
  if (name == "time")
    return arguments_.deadline(command.ends_with("at"), command.starts_with('p') ? 1 : 1000);
  if (name == "ttl")
    return random_.below(2) == 0
               ? "0"
               : arguments_.deadline(arguments_.deadlines_ahead() && random_.below(4) == 0, 1);
  if (name.find("db") != Text::npos || name.starts_with("index")) return arguments_.database();
  if (command.ends_with("scan") && name == "count") return arguments_.page_size();
  if (command.find("rand") != Text::npos && name == "count") return arguments_.sample_size();
  if (command.ends_with("bit") && name == "offset") return arguments_.bit_offset();
  if (command == "setrange" && name == "offset") return arguments_.byte_offset();
  if (name == "bit" || (command == "setbit" && name == "value"))
    return random_.permille(30) ? arguments_.integer() : std::to_string(random_.below(2));
  if (name == "start" || name == "stop" || name == "end") return arguments_.index();
  if (name == "offset" || name == "count" || name == "limit" || name == "rank" || name == "num-matches")
    return arguments_.limit();
  return arguments_.integer();
}

std::string Composer::cursor() {
  if (!random_.permille(60)) return "0";
  static const std::array<const char*, 8> others = {
      "1", "abc", "", "-1", "18446744073709551615", "18446744073709551616", "1.5", "17"};
  return random_.pick(others);
}

}  // namespace playhead::differential
