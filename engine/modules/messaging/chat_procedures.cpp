#include "engine/modules/messaging/chat_procedures.h"

#include "engine/modules/procedures/fields.h"
#include "playhead/modules/procedure.h"

namespace playhead::messaging {

namespace {

constexpr Text publish_text = R"lua(
local limit, message = tonumber(ARGV[3]), join({ARGV[4], ARGV[5], int(now), ARGV[6]})
if limit > 0 then
  redis.call('LPUSH', KEYS[1], message)
  redis.call('LTRIM', KEYS[1], 0, limit - 1)
end
redis.call('PUBLISH', ARGV[2], message)
return now
)lua";

Value publish_body(Unit& unit, std::uint16_t db, List<Text> keys, List<Text> args) {
  ArgumentReader in(args);
  Millis now = read_time(unit, in);
  Text channel = in.text();
  std::int64_t limit = in.integer();
  FieldWriter fields;
  fields.text(in.text());
  fields.text(in.text());
  fields.integer(now).text(in.text());
  Text message = fields.bytes();
  if (limit > 0) {
    run_for_effect(unit, LPush{keys[0], {&message, 1}}, db);
    run_for_effect(unit, LTrim{keys[0], 0, limit - 1}, db);
  }
  run_for_effect(unit, Publish{channel, message}, db);
  return Value::integer(now);
}

}  // namespace

const Procedure chat_publish{"chat.publish", publish_body, lua_script<lua_fields, publish_text>};

}  // namespace playhead::messaging
