#include "playhead/modules/task_queue.h"

#include <limits>

#include "engine/modules/procedures/fields.h"
#include "playhead/error.h"

namespace playhead {

TaskQueue::TaskQueue(Namespace space, Text name, QueueOptions options)
    : queue_(std::move(space), "taskqueue", name, options) {}

void TaskQueue::register_task(Text name, Handler handler) {
  check_id("name", name);
  std::lock_guard lock(handlers_->mutex);
  handlers_->by_name.insert_or_assign(std::string(name), std::move(handler));
}

std::string TaskQueue::enqueue(const OutgoingTask& task) {
  check_id("name", task.name);
  FieldWriter body;
  body.text(task.name).text(task.data);
  return queue_.send_message({body.bytes(), task.priority, task.delay, task.dedupe, task.id});
}

TaskQueue::Parsed TaskQueue::parse(Text body) {
  FieldReader in(body);
  Parsed task;
  task.name = in.text();
  task.data = in.text();
  return task;
}

std::string TaskQueue::run(Handlers& handlers, Task& task) {
  Parsed parsed = parse(task.message().body);
  Handler handler;
  {
    std::lock_guard lock(handlers.mutex);
    if (auto found = handlers.by_name.find(parsed.name); found != handlers.by_name.end())
      handler = found->second;
  }
  if (!handler) throw Error(ErrorCode::invalid, "no task is registered as " + parsed.name);
  return handler(parsed.data, task);
}

std::unique_ptr<Workers> TaskQueue::workers(Workers::OnError on_error) {
  return std::make_unique<Workers>(
      queue_, [handlers = handlers_](Task& task) { return run(*handlers, task); }, std::move(on_error));
}

std::int64_t TaskQueue::process_tasks(std::optional<std::int64_t> limit) {
  if (limit) check_range("limit", *limit, 0, std::numeric_limits<std::int64_t>::max());
  auto worker = workers();
  std::int64_t done = 0;
  while ((!limit || done < *limit) && worker->step()) ++done;
  return done;
}

}  // namespace playhead
