// Orders in a queue that survives its workers, tasks with results that are waited for, a task for the next morning, and
// a chat.
#include <future>
#include <iostream>

#include "playhead/modules/chat.h"
#include "playhead/modules/delayed_tasks.h"
#include "playhead/modules/task_queue.h"
#include "playhead/open.h"

namespace {

bool orders(const playhead::Namespace& space) {
  playhead::MessageQueue queue(space, "orders");
  queue.send_message({.body = "ORD-1", .dedupe = "ORD-1"});
  queue.send_message({.body = "ORD-1", .dedupe = "ORD-1"});  // the same order, once more
  queue.send_message({.body = "ORD-2", .priority = 10});
  while (auto order = queue.receive_message()) {
    std::cout << order->body << ", attempt " << order->attempt << '\n';
    queue.complete_message(*order);
  }
  return queue.get_queue_stats().completed == 2;
}

bool tasks_with_results(const playhead::Namespace& space) {
  playhead::TaskQueue tasks(space, "images");
  tasks.register_task("resize", [](playhead::Text image, playhead::Task& task) {
    task.progress("half");
    return "small " + std::string(image);
  });
  auto workers = tasks.workers();
  workers->start(2);
  auto id = tasks.enqueue("resize", "cat.jpg");
  auto state = tasks.wait(id, 20'000);
  workers->stop();
  std::cout << state->result << ", after " << state->progress << '\n';
  return state->over();
}

bool tomorrow(const playhead::Namespace& space) {
  playhead::DelayedTasks tasks(space);
  tasks.register_handler("mail", [](const playhead::TaskClaim& task) { return "sent to " + task.data; });
  auto now = tasks.schedule_task("mail", "alice");
  auto morning = tasks.schedule_task("mail", "bob", {.cron = "0 9 * * mon-fri", .utc_offset_minutes = 60});
  tasks.step();
  std::cout << tasks.task_state(now)->note << '\n';
  return tasks.cancel_task(morning) == playhead::CancelResult::cancelled;
}

bool support(const playhead::Namespace& space) {
  playhead::Chat chat(space);
  std::promise<std::string> heard;
  chat.subscribe("support", [&](const playhead::ChatMessage& message) {
    heard.set_value(message.user + ": " + message.text);
  });
  chat.publish("support", "where is my order?", "alice");
  std::cout << heard.get_future().get() << '\n';
  chat.close();
  return chat.history("support").size() == 1;
}

}  // namespace

int main(int argc, char** argv) {
  playhead::Namespace space(playhead::open(argc > 1 ? argv[1] : "memory://"));
  bool good = orders(space) && tasks_with_results(space) && tomorrow(space) && support(space);
  return good ? 0 : 1;
}
