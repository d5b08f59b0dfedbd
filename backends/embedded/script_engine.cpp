#include "backends/embedded/script_engine.h"

#include <mutex>
#include <unordered_map>
#include <vector>

#include "backends/embedded/lua/state.h"
#include "backends/embedded/tx.h"
#include "engine/store/sha1.h"

namespace playhead::embedded {

namespace {

constexpr std::size_t spare_states = 8;

void push_texts(lua_State* lua, const char* name, List<Text> texts) {
  lua_createtable(lua, static_cast<int>(texts.size()), 0);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    lua_pushlstring(lua, texts[i].data(), texts[i].size());
    lua_rawseti(lua, -2, static_cast<int>(i + 1));
  }
  lua_pushstring(lua, name);
  lua_insert(lua, -2);
  lua_rawset(lua, LUA_GLOBALSINDEX);
}

// The message handler: notes where a script failed, as {err, source, line}.
int describe_failure(lua_State* lua) {
  if (lua_type(lua, 1) != LUA_TTABLE) {
    const char* text = lua_tostring(lua, 1);
    std::string message = std::string("ERR ") + (text == nullptr ? "unknown error" : text);
    lua_newtable(lua);
    lua_pushlstring(lua, message.data(), message.size());
    lua_setfield(lua, -2, "err");
    lua_replace(lua, 1);
  }
  lua_Debug where;
  for (int level = 1; lua_getstack(lua, level, &where) != 0; ++level) {
    lua_getinfo(lua, "Sl", &where);
    if (where.currentline < 0) continue;
    lua_pushinteger(lua, where.currentline);
    lua_setfield(lua, 1, "line");
    break;
  }
  lua_settop(lua, 1);
  return 1;
}

std::string failure_text(lua_State* lua, const std::string& sha1) {
  std::string text = "ERR the script failed";
  lua_Integer line = -1;
  if (lua_type(lua, -1) == LUA_TTABLE) {
    lua_getfield(lua, -1, "err");
    if (lua_type(lua, -1) == LUA_TSTRING) text = lua_tostring(lua, -1);
    lua_pop(lua, 1);
    lua_getfield(lua, -1, "line");
    if (lua_type(lua, -1) == LUA_TNUMBER) line = lua_tointeger(lua, -1);
    lua_pop(lua, 1);
  } else if (lua_type(lua, -1) == LUA_TSTRING) {
    text = std::string("ERR ") + lua_tostring(lua, -1);  // the handler itself failed, for want of memory
  }
  lua_pop(lua, 1);
  if (line >= 0) text += " script: " + sha1 + ", on @user_script:" + std::to_string(line) + ".";
  return text;
}

struct Invocation {
  std::string sha1;
  Text source;
  List<Text> keys, args;
  lua::State* state = nullptr;
  Value reply;
  std::exception_ptr error;
};

// All work on the interpreter's stack happens in here: an interpreter that runs out of memory outside of a
// protected call ends the process.
int invoke(lua_State* lua) {
  auto& in = *static_cast<Invocation*>(lua_touserdata(lua, 1));
  try {
    lua_settop(lua, 0);
    lua_pushcfunction(lua, describe_failure);
    in.state->push_function(in.sha1, in.source);
    push_texts(lua, "KEYS", in.keys);
    push_texts(lua, "ARGV", in.args);
    if (lua_pcall(lua, 0, 1, 1) != 0)
      in.reply = Value::error(failure_text(lua, in.sha1));
    else
      in.reply = lua::pop_value(lua);
  } catch (const std::exception&) {  // ours or the allocator's; Lua's own errors pass
    in.error = std::current_exception();
  }
  return 0;
}

int compile(lua_State* lua) {
  auto& in = *static_cast<Invocation*>(lua_touserdata(lua, 1));
  try {
    in.state->push_function(in.sha1, in.source);
  } catch (const std::exception&) {
    in.error = std::current_exception();
  }
  return 0;
}

}  // namespace

class ScriptEngine::Impl {
 public:
  std::string load(Text source) {
    auto state = take();
    Invocation in{sha1_hex(source), source, {}, {}, nullptr, {}, nullptr};
    in.state = state.get();
    if (lua_cpcall(state->lua(), compile, &in) != 0) refuse("ERR the script is too large");
    if (in.error) std::rethrow_exception(in.error);
    give_back(std::move(state));
    keep(in.sha1, source);
    return in.sha1;
  }
  std::optional<std::string> find(Text sha1) const {
    std::lock_guard lock(mutex_);
    auto at = sources_.find(syntax::lower_case(sha1));
    if (at == sources_.end()) return std::nullopt;
    return at->second;
  }
  void flush() {
    std::lock_guard lock(mutex_);
    sources_.clear();
    idle_.clear();
  }
  std::unique_ptr<lua::State> take() {
    {
      std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        auto state = std::move(idle_.back());
        idle_.pop_back();
        return state;
      }
    }
    return std::make_unique<lua::State>(lua::Limits{});
  }
  void give_back(std::unique_ptr<lua::State> state) {
    std::lock_guard lock(mutex_);
    if (idle_.size() < spare_states) idle_.push_back(std::move(state));
  }
  void keep(const std::string& sha1, Text source) {
    std::lock_guard lock(mutex_);
    sources_.try_emplace(sha1, source);
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::string> sources_;
  std::vector<std::unique_ptr<lua::State>> idle_;
};

ScriptEngine::ScriptEngine() : impl_(std::make_unique<Impl>()) {}
ScriptEngine::~ScriptEngine() = default;

std::string ScriptEngine::load(Text source) {
  return impl_->load(source);
}
bool ScriptEngine::exists(Text sha1) const {
  return impl_->find(sha1).has_value();
}
void ScriptEngine::flush() {
  impl_->flush();
}

std::string ScriptEngine::source(Text sha1) const {
  auto found = impl_->find(sha1);
  if (!found) refuse("NOSCRIPT No matching script. Please use EVAL.");
  return *found;
}

Value ScriptEngine::run(Unit& unit, std::uint16_t db, Text source, List<Text> keys, List<Text> args,
                        bool read_only) {
  Invocation in{sha1_hex(source), source, keys, args, nullptr, {}, nullptr};
  auto state = impl_->take();
  in.state = state.get();
  state->run = {&unit, db, read_only, false, nullptr, 2};
  state->restart_count();
  int status = lua_cpcall(state->lua(), invoke, &in);
  lua::Run outcome = std::exchange(state->run, {});
  lua_settop(state->lua(), 0);
  if (status == 0) {
    impl_->keep(in.sha1, source);
    impl_->give_back(std::move(state));
  }
  if (outcome.undeclared) throw UndeclaredKey{};
  if (outcome.failure) std::rethrow_exception(outcome.failure);
  if (in.error) std::rethrow_exception(in.error);
  if (status != 0) refuse("ERR the script ran out of memory");
  if (in.reply.kind == Value::Kind::error) throw Error(ErrorCode::command, in.reply.text);
  return std::move(in.reply);
}

}  // namespace playhead::embedded
