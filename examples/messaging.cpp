// A queue whose messages survive their workers, and a task for the next morning.
#include <iostream>

#include "playhead/modules/delayed_tasks.h"
#include "playhead/modules/message_queue.h"
#include "playhead/open.h"

int main(int argc, char** argv) {
  auto store = playhead::open(argc > 1 ? argv[1] : "memory://");
  playhead::MessageQueue orders(playhead::Namespace(store), "orders");
  orders.send_message({.body = "ORD-1", .dedupe = "ORD-1"});
  orders.send_message({.body = "ORD-1", .dedupe = "ORD-1"});  // the same order, once more
  orders.send_message({.body = "ORD-2", .priority = 10});
  while (auto order = orders.receive_message()) {
    std::cout << order->body << ", attempt " << order->attempt << '\n';
    orders.complete_message(*order);
  }
  playhead::DelayedTasks tasks{playhead::Namespace(store)};
  tasks.register_handler("mail", [](const playhead::TaskClaim& task) { return "sent to " + task.data; });
  auto now = tasks.schedule_task("mail", "alice");
  auto morning = tasks.schedule_task("mail", "bob", {.cron = "0 9 * * mon-fri", .utc_offset_minutes = 60});
  tasks.step();
  std::cout << tasks.task_state(now)->note << '\n';
  bool cancelled = tasks.cancel_task(morning) == playhead::CancelResult::cancelled;
  return cancelled && orders.get_queue_stats().completed == 2 ? 0 : 1;
}
