#include "playhead/session.h"

#include <array>
#include <atomic>

#include "engine/store/session_impl.h"
#include "playhead/statistics.h"

namespace playhead {

namespace {

std::atomic<std::uint64_t> next_id{1};

using Handler = void (*)(Session::Impl&, List<Text> arguments, Arena&, Sink&);

}  // namespace

// ---- commands

namespace {

template <class Op>
void handle(Session::Impl& session, List<Text> arguments, Arena& arena, Sink& out) {
  Reader reader(arguments, arena, Op::traits.name);
  Op op{};
  Op::describe(op, reader);
  reader.end();
  validate(op);
  session.on(op, out);
}

template <class... Ops>
constexpr std::array<Handler, sizeof...(Ops)> handlers_of(Operations<Ops...>) {
  return {handle<Ops>...};
}

constexpr auto handlers = handlers_of(ConnectionOperations{});

/// Commands that a transaction does not queue.
bool is_immediate(const Command& c) {
  return c.code == code_of<connection::Exec> || c.code == code_of<connection::Discard> ||
         c.code == code_of<connection::Multi> || c.code == code_of<connection::Watch> ||
         c.code == code_of<connection::Quit> || c.code == code_of<connection::Reset>;
}

/// Commands that a subscriber may use whose replies and messages cannot be told apart (RESP2).
bool is_for_subscribers(const Command& c) {
  return c.code == code_of<connection::Ping> || c.code == code_of<connection::Quit> ||
         c.code == code_of<connection::Reset> || c.code == code_of<connection::Subscribe> ||
         c.code == code_of<connection::PSubscribe> || c.code == code_of<connection::Unsubscribe> ||
         c.code == code_of<connection::PUnsubscribe>;
}

}  // namespace

Session::Impl::Impl(std::shared_ptr<Store> store, ConnectionOptions options)
    : db(store->database()),
      id(next_id.fetch_add(1, std::memory_order_relaxed)),
      store_(std::move(store)),
      options_(std::move(options)),
      statistics_(statistics_of(*store_)) {
  if (statistics_ != nullptr) statistics_->session_begins();
}

Session::Impl::~Impl() {
  if (statistics_ != nullptr) statistics_->session_ends();
}

std::unique_ptr<Pending> Session::Impl::start(List<Text> arguments, Sink& out, Done done) {
  if (arguments.empty()) return nullptr;
  try {
    return dispatch(arguments, out, done);
  } catch (const Error& e) {
    if (e.code() != ErrorCode::command) throw;
    out.error(e.message());
    return nullptr;
  }
}

const Command& Session::Impl::admit(List<Text> arguments) {
  const Command* c = find_command(arguments);
  if (c == nullptr) refuse_unknown(arguments);
  check_arity(*c, arguments);
  if (subscriptions() > 0 && protocol == 2 && !is_for_subscribers(*c))
    refuse("ERR Can't execute '" + std::string(c->traits.name) +
           "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context");
  if (multi && c->is(Flags::no_multi)) refuse("ERR Command not allowed inside a transaction");
  return *c;
}

// A command that is refused ends the transaction that it would have been part of; EXEC itself does so at
// once.
void Session::Impl::reject(const Command* c, const Error& e) {
  if (c != nullptr && statistics_ != nullptr) statistics_->rejected(c->code, e.message());
  if (c == nullptr || c->code != code_of<connection::Exec>) {
    aborted_ = aborted_ || multi;
    throw e;
  }
  end_transaction();
  Text reason = e.message();
  if (reason.starts_with("ERR ")) reason.remove_prefix(4);
  refuse("EXECABORT Transaction discarded because of: " + std::string(reason));
}

std::unique_ptr<Pending> Session::Impl::dispatch(List<Text> arguments, Sink& out, Done& done) {
  const Command* c = nullptr;
  try {
    c = &admit(arguments);
  } catch (const Error& e) {
    reject(find_command(arguments), e);
  }
  if (multi && !is_immediate(*c)) {
    queue_.push_back({c, {arguments.begin(), arguments.end()}});
    out.status("QUEUED");
  } else if (c->is(Flags::connection)) {
    perform_here(*c, arguments, out);
  } else if (c->is(Flags::blocking)) {
    return wait(arguments, out, done);
  } else {
    perform(*c, arguments, out);
  }
  return nullptr;
}

// The operation and its reply are in the arena: an ordinary command allocates only what its reply holds.
void Session::Impl::perform(const Command& c, List<Text> arguments, Sink& out) {
  arena_.clear();
  void* operation = c.make_operation(arena_);
  try {
    c.parse(arguments.subspan(name_words(c)), arena_, operation);
  } catch (const Error& e) {
    if (statistics_ != nullptr) statistics_->rejected(c.code, e.message());
    throw;
  }
  struct Reply {
    const Command& command;
    void* at;
    ~Reply() { command.destroy_reply(at); }
  };
  void* at = arena_.allocate(c.reply_size, alignof(std::max_align_t));
  c.make_reply(at);
  Reply reply{c, at};
  store_->perform(Call{c.code, db, operation, reply.at});
  c.emit(operation, reply.at, out);
}

void Session::Impl::perform_here(const Command& c, List<Text> arguments, Sink& out) {
  Arena arena;  // of its own: EXEC performs others
  CommandTimer timer(statistics_, c.code);
  handlers[c.code - stored_operation_count](*this, arguments.subspan(name_words(c)), arena, out);
  timer.succeeded();
}

// ---- transactions

void Session::Impl::on(const connection::Multi&, Sink& out) {
  if (multi) refuse("ERR MULTI calls can not be nested");
  multi = true;
  out.status("OK");
}

void Session::Impl::end_transaction() {
  multi = aborted_ = false;
  queue_.clear();
  watch_.reset();
}

void Session::Impl::on(const connection::Discard&, Sink& out) {
  if (!multi) refuse("ERR DISCARD without MULTI");
  end_transaction();
  out.status("OK");
}

void Session::Impl::on(const connection::Watch& c, Sink& out) {
  if (multi) refuse("ERR WATCH inside MULTI is not allowed");
  if (!watch_) watch_ = store_->watch();
  watch_->add(db, c.keys);
  out.status("OK");
}

void Session::Impl::on(const connection::Unwatch&, Sink& out) {
  watch_.reset();
  out.status("OK");
}

void Session::Impl::on(const connection::Exec&, Sink& out) {
  if (!multi) refuse("ERR EXEC without MULTI");
  auto queue = std::move(queue_);
  auto watch = std::move(watch_);
  bool aborted = aborted_;
  end_transaction();
  if (aborted) refuse("EXECABORT Transaction discarded because of previous errors.");
  run_queue(queue, watch.get(), out);
}

// What the store performs is one unit; what concerns the connection is answered while the replies are shown,
// in order. Both follow SELECT alike: once when the databases of the calls are found, once when it is
// answered.
void Session::Impl::run_queue(const std::vector<Queued>& queue, playhead::Watch* watch, Sink& out) {
  Batch batch(db);
  std::vector<std::optional<std::string>> refused(queue.size());
  std::uint16_t at = db;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const Queued& q = queue[i];
    try {
      if (q.command->code == code_of<connection::Select>) {
        std::int64_t index = 0;
        syntax::parse(q.arguments[1], index, {});
        at = checked_database(index);
      } else if (!q.command->is(Flags::connection)) {
        batch.calls.push_back(AnyCall::parse(q.texts(), at, true));
      }
    } catch (const Error& e) {
      if (e.code() != ErrorCode::command) throw;
      refused[i] = e.message();
    }
  }
  bool unchanged = true;
  if (watch != nullptr)
    unchanged = watch->commit(batch);
  else if (!batch.calls.empty())
    store_->perform(batch);
  if (!unchanged) return out.null_array();
  out.begin_array(queue.size());
  auto call = batch.calls.begin();
  for (std::size_t i = 0; i < queue.size(); ++i) {
    if (refused[i]) {
      out.error(*refused[i]);
    } else if (!queue[i].command->is(Flags::connection)) {
      (call++)->emit(out);
    } else {
      try {
        perform_here(*queue[i].command, queue[i].texts(), out);
      } catch (const Error& e) {
        out.error(e.message());
      }
    }
  }
}

// ---- the class

Session::Session(std::shared_ptr<Store> store, ConnectionOptions options)
    : impl_(std::make_unique<Impl>(std::move(store), std::move(options))) {}
Session::~Session() = default;
void Session::execute(List<Text> arguments, Sink& reply) {
  impl_->start(arguments, reply, nullptr);
}
std::unique_ptr<Pending> Session::start(List<Text> arguments, Sink& reply, Done done) {
  return impl_->start(arguments, reply, std::move(done));
}
int Session::protocol() const {
  return impl_->protocol;
}
std::uint16_t Session::database() const {
  return impl_->db;
}
std::uint64_t Session::id() const {
  return impl_->id;
}
bool Session::in_transaction() const {
  return impl_->multi;
}
std::size_t Session::subscriptions() const {
  return impl_->subscriptions();
}
bool Session::ended() const {
  return impl_->ended;
}

}  // namespace playhead
