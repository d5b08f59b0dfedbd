#include "tests/crash/module_worker.h"

#include <unistd.h>

#include <random>
#include <thread>

#include "playhead/modules/cache_scheduler.h"
#include "playhead/modules/delayed_tasks.h"
#include "playhead/modules/inventory.h"
#include "playhead/modules/message_queue.h"
#include "playhead/open.h"

namespace playhead::crash {

namespace {

constexpr Millis lease = 1000;

class SharedClock final : public Clock {
 public:
  explicit SharedClock(SharedState* shared) : shared_(shared) {}
  Millis now() const override { return shared_->now.fetch_add(1); }

 private:
  SharedState* shared_;
};

/// Acknowledges messages that it forgot.
class ForgetfulStore final : public StoreWrapper {
 public:
  using StoreWrapper::StoreWrapper;
  Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override {
    if (p.name == "queue.send" && std::hash<Text>()(args[2]) % 4 == 0)
      return Value::array({Value::bulk(args[2])});
    return StoreWrapper::invoke(p, db, keys, args);
  }
};

const char* name_of_status(std::optional<ReservationStatus> status) {
  constexpr const char* names[] = {"held", "confirmed", "cancelled", "expired"};
  return status ? names[static_cast<std::size_t>(*status)] : "unknown";
}

class Work {
 public:
  explicit Work(const ModuleWorker& worker)
      : worker_(worker), clock_(std::make_shared<SharedClock>(worker.shared)) {
    store_ = open(worker.url, {clock_});
    if (worker.forgets) store_ = std::make_shared<ForgetfulStore>(store_);
    Namespace space(store_, 0, "kills", clock_);
    QueueOptions q{.lease = lease, .max_retries = 1000, .retry_unit = 1, .longest_retry = 10};
    queue_ = std::make_unique<MessageQueue>(space, "q", q);
    DelayedTasksOptions t{.lease = lease, .max_retries = 1000, .retry_unit = 1, .longest_retry = 10};
    tasks_ = std::make_unique<DelayedTasks>(space, t);
    InventoryOptions i;
    i.hold = 5 * lease;
    inventory_ = std::make_unique<Inventory>(space, i);
    rows_ = std::make_unique<CacheScheduler>(space, CacheCallbacks{}, CacheSchedulerOptions{.lease = lease});
  }

  void tell(const std::string& line) const {
    std::string out = line + "\n";
    if (::write(worker_.pipe, out.data(), out.size()) != static_cast<ssize_t>(out.size())) ::_exit(4);
  }

  void loop(std::size_t thread) {
    std::mt19937_64 random(worker_.seed * 1000 + thread);
    std::atomic<std::uint32_t>& inside = worker_.shared->inside[worker_.first_thread + thread];
    try {
      for (std::uint64_t n = 0;; ++n) {
        std::string id = worker_.name + "." + std::to_string(thread) + "." + std::to_string(n);
        switch (random() % 9) {
          case 0:
          case 1:
            send(id, random, inside);
            break;
          case 2:
          case 3:
            receive(random, inside);
            break;
          case 4:
            schedule(id, random, inside);
            break;
          case 5:
            claim(random, inside);
            break;
          case 6:
            refresh(random, inside);
            break;
          default:
            buy(id, random, inside);
        }
      }
    } catch (const std::exception& e) {
      tell(std::string("! ") + e.what());
    }
    ::_exit(3);
  }

  void finish(const std::vector<std::string>& reservations) {
    std::atomic<std::uint32_t> inside = 0;
    for (int quiet = 0; quiet < 3; ++quiet) {
      worker_.shared->now += 2 * lease;
      while (receive_one(inside) || claim_one(inside)) quiet = 0;
    }
    worker_.shared->now += 10 * lease;
    while (inventory_->expire() > 0) continue;
    Stock s = inventory_->stock("p");
    tell("Z " + std::to_string(s.available) + " " + std::to_string(s.held) + " " + std::to_string(s.sold));
    for (const std::string& id : reservations) {
      auto found = inventory_->reservation(id);
      tell("z " + id + " " + name_of_status(found ? std::optional(found->status) : std::nullopt));
    }
    tell("Y " + std::to_string(rows_->claim(2 * rows_in_all).size()));
    tell("E");
  }

  // The stock comes last: it tells that all is there.
  void begin() {
    for (std::int64_t i = 0; i < rows_in_all; ++i) rows_->schedule("row" + std::to_string(i), 1 + i);
    inventory_->set_stock("p", pieces_in_all);
  }
  bool has_stock() {
    Stock s = inventory_->stock("p");
    return s.available + s.held + s.sold > 0;
  }

 private:
  using Random = std::mt19937_64;
  using Inside = std::atomic<std::uint32_t>;

  template <class F>
  static auto within(Inside& inside, F&& f) {
    inside.store(1, std::memory_order_relaxed);
    auto result = f();
    inside.store(0, std::memory_order_relaxed);
    return result;
  }

  void send(const std::string& id, Random& random, Inside& inside) {
    tell("S " + id);
    OutgoingMessage m{id, static_cast<std::int64_t>(random() % 3), static_cast<Millis>(random() % 2 * 5)};
    m.id = id;
    within(inside, [&] { return queue_->send_message(m); });
    tell("s " + id);
  }
  void receive(Random& random, Inside& inside) {
    if (random() % 10 != 0) {
      receive_one(inside);
      return;
    }
    auto m = within(inside, [&] { return queue_->receive_message(); });
    if (!m) return;
    tell("R " + m->id + " " + std::to_string(m->attempt));
    within(inside, [&] { return queue_->fail_message(m->id, m->receipt, "failed"); });
  }
  bool receive_one(Inside& inside) {
    auto m = within(inside, [&] { return queue_->receive_message(); });
    if (!m) return false;
    tell("R " + m->id + " " + std::to_string(m->attempt));
    tell("C " + m->id);
    bool good = within(inside, [&] { return queue_->complete_message(*m); });
    tell("c " + m->id + (good ? " 1" : " 0"));
    return true;
  }
  void schedule(const std::string& id, Random& random, Inside& inside) {
    tell("T " + id);
    TaskTime when;
    when.delay = static_cast<Millis>(random() % 20);
    within(inside, [&] { return tasks_->schedule_task("t", "", when, id); });
    tell("t " + id);
  }
  void claim(Random& random, Inside& inside) {
    if (random() % 10 != 0) {
      claim_one(inside);
      return;
    }
    auto claims = within(inside, [&] { return tasks_->claim().tasks; });
    if (claims.empty()) return;
    tell("K " + claims[0].id + " " + std::to_string(claims[0].attempt));
    within(inside, [&] { return tasks_->fail(claims[0], "failed"); });
  }
  bool claim_one(Inside& inside) {
    auto claims = within(inside, [&] { return tasks_->claim().tasks; });
    if (claims.empty()) return false;
    tell("K " + claims[0].id + " " + std::to_string(claims[0].attempt));
    tell("D " + claims[0].id);
    bool good = within(inside, [&] { return tasks_->complete(claims[0]); });
    tell("d " + claims[0].id + (good ? " 1" : " 0"));
    return true;
  }
  void refresh(Random& random, Inside& inside) {
    for (const CacheClaim& claim : within(inside, [&] { return rows_->claim(2); })) {
      tell("L " + claim.video_id + " " + claim.receipt);
      within(inside, [&] { return random() % 5 == 0 ? rows_->fail(claim, 1) : rows_->complete(claim); });
    }
  }
  void buy(const std::string& id, Random& random, Inside& inside) {
    StockItem item{"p", 1 + static_cast<std::int64_t>(random() % 3)};
    tell("V " + id + " " + std::to_string(item.quantity));
    bool ok = within(inside, [&] { return inventory_->reserve({&item, 1}, "u", id).ok(); });
    tell("v " + id + (ok ? " 1" : " 0"));
    if (!ok || random() % 4 == 0) return;  // the hold will end
    bool confirm = random() % 3 != 0;
    tell((confirm ? "F " : "X ") + id);
    auto status = within(inside, [&] {
      return confirm ? inventory_->confirm_reservation(id) : inventory_->cancel_reservation(id);
    });
    tell((confirm ? "f " : "x ") + id + " " + name_of_status(status));
  }

  const ModuleWorker& worker_;
  std::shared_ptr<SharedClock> clock_;
  std::shared_ptr<Store> store_;
  std::unique_ptr<MessageQueue> queue_;
  std::unique_ptr<DelayedTasks> tasks_;
  std::unique_ptr<Inventory> inventory_;
  std::unique_ptr<CacheScheduler> rows_;
};

}  // namespace

void ModuleWorker::work() const {
  Work work(*this);
  if (!work.has_stock()) work.begin();
  work.tell("W");
  std::vector<std::thread> others;
  for (std::size_t t = 1; t < threads; ++t) others.emplace_back([&, t] { work.loop(t); });
  work.loop(0);
}

void ModuleWorker::finish(const std::vector<std::string>& reservations) const {
  Work(*this).finish(reservations);
}

}  // namespace playhead::crash
