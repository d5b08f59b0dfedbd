#pragma once
#include <set>

#include "playhead/session.h"

namespace playhead {

class Statistics;

/// How the commands of sessions reach their functions: one overload of on() per operation of
/// ConnectionOperations.
class Session::Impl {
 public:
  Impl(std::shared_ptr<Store> store, ConnectionOptions options);
  ~Impl();

  /// `done` empty: waits.
  std::unique_ptr<Pending> start(List<Text> arguments, Sink& out, Done done);

  std::uint16_t db;
  int protocol = 2;
  const std::uint64_t id;
  bool multi = false;
  bool ended = false;
  std::size_t subscriptions() const { return channels_.size() + patterns_.size(); }

  // The connection.
  void on(const connection::Auth&, Sink&);
  void on(const connection::Hello&, Sink&);
  void on(const connection::Ping&, Sink&);
  void on(const connection::Echo&, Sink&);
  void on(const connection::Select&, Sink&);
  void on(const connection::Quit&, Sink&);
  void on(const connection::Reset&, Sink&);
  void on(const connection::ClientId&, Sink&);
  void on(const connection::ClientGetName&, Sink&);
  void on(const connection::ClientSetName&, Sink&);
  void on(const connection::ClientInfo&, Sink&);
  // Transactions.
  void on(const connection::Multi&, Sink&);
  void on(const connection::Exec&, Sink&);
  void on(const connection::Discard&, Sink&);
  void on(const connection::Watch&, Sink&);
  void on(const connection::Unwatch&, Sink&);
  // Subscriptions.
  void on(const connection::Subscribe&, Sink&);
  void on(const connection::PSubscribe&, Sink&);
  void on(const connection::Unsubscribe&, Sink&);
  void on(const connection::PUnsubscribe&, Sink&);
  // The command table.
  void on(const connection::CommandAll&, Sink&);
  void on(const connection::CommandCount&, Sink&);
  void on(const connection::CommandInfo&, Sink&);
  void on(const connection::CommandDocs&, Sink&);
  void on(const connection::CommandGetKeys&, Sink&);
  void on(const connection::CommandList&, Sink&);
  // The engine.
  void on(const connection::Info&, Sink&);
  void on(const connection::SlowLogGet&, Sink&);
  void on(const connection::SlowLogLen&, Sink&);
  void on(const connection::SlowLogReset&, Sink&);
  void on(const connection::LatencyHistogram&, Sink&);

 private:
  using Names = std::set<std::string, std::less<>>;
  /// A command between MULTI and EXEC: what is wrong with its arguments shows only when it is run.
  struct Queued {
    const Command* command;
    std::vector<std::string> arguments;
    std::vector<Text> texts() const { return {arguments.begin(), arguments.end()}; }
  };

  std::unique_ptr<Pending> dispatch(List<Text> arguments, Sink& out, Done& done);
  /// Refuses what is no command, or none that is allowed now.
  const Command& admit(List<Text> arguments);
  [[noreturn]] void reject(const Command* c, const Error& e);
  void perform(const Command& c, List<Text> arguments, Sink& out);
  void perform_here(const Command& c, List<Text> arguments, Sink& out);
  std::unique_ptr<Pending> wait(List<Text> arguments, Sink& out, Done& done);
  void run_queue(const std::vector<Queued>& queue, playhead::Watch* watch, Sink& out);
  void end_transaction();
  /// The number of a database; refuses what is none.
  std::uint16_t checked_database(std::int64_t index);
  Subscription& subscription();
  void confirm(Message::Kind kind, Text name);
  void add_names(List<Text> names, Names& mine, void (Subscription::*change)(List<Text>));
  void remove_names(List<Text> names, Names& mine, Message::Kind kind,
                    void (Subscription::*change)(List<Text>));

  const std::shared_ptr<Store> store_;
  const ConnectionOptions options_;
  Statistics* const statistics_;  // null: the store keeps none
  const std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
  Arena arena_;
  std::string name_;
  std::int64_t database_count_ = 0;  // 0: not asked yet
  std::vector<Queued> queue_;
  bool aborted_ = false;  // a command was refused since MULTI: EXEC will be
  std::unique_ptr<Watch> watch_;
  Names channels_, patterns_;
  std::unique_ptr<Subscription> subscription_;  // last: it ends before the rest
};

}  // namespace playhead
