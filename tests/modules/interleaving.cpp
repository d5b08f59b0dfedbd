#include "tests/modules/interleaving.h"

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace playhead::test {

namespace {

constexpr std::size_t none = static_cast<std::size_t>(-1);
thread_local std::size_t this_program = none;

}  // namespace

class Stage::Stepped final : public StoreWrapper {
 public:
  Stepped(std::shared_ptr<Store> inner, Stage& stage) : StoreWrapper(std::move(inner)), stage_(stage) {}
  void perform(const Call& call) override {
    stage_.step();
    StoreWrapper::perform(call);
  }
  void perform(Batch& batch) override {
    stage_.step();
    StoreWrapper::perform(batch);
  }
  void with_unit(std::uint16_t db, List<Text> keys, const std::function<void(Unit&)>& body) override {
    stage_.step();
    StoreWrapper::with_unit(db, keys, body);
  }
  Value invoke(const Procedure& p, std::uint16_t db, List<Text> keys, List<Text> args) override {
    stage_.step();
    return StoreWrapper::invoke(p, db, keys, args);
  }
  std::unique_ptr<Watch> watch() override {
    return std::make_unique<SteppedWatch>(StoreWrapper::watch(), stage_);
  }

 private:
  class SteppedWatch final : public Watch {
   public:
    SteppedWatch(std::unique_ptr<Watch> inner, Stage& stage) : inner_(std::move(inner)), stage_(stage) {}
    void add(std::uint16_t db, List<Text> keys) override {
      stage_.step();
      inner_->add(db, keys);
    }
    bool commit(Batch& batch) override {
      stage_.step();
      return inner_->commit(batch);
    }

   private:
    std::unique_ptr<Watch> inner_;
    Stage& stage_;
  };

  Stage& stage_;
};

std::shared_ptr<Store> Stage::stepped(std::shared_ptr<Store> store) {
  return std::make_shared<Stepped>(std::move(store), *this);
}

void Stage::step() {
  if (this_program == none) return;
  std::unique_lock lock(mutex_);
  states_[this_program] = State::waiting;
  changed_.notify_all();
  changed_.wait(lock, [&] { return states_[this_program] == State::stepping; });
}

void Stage::perform(std::size_t program) {
  this_program = program;
  try {
    bodies_[program]();
  } catch (...) {
    std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
  std::lock_guard lock(mutex_);
  states_[program] = State::ended;
  changed_.notify_all();
}

void Stage::run() {
  states_.assign(bodies_.size(), State::stepping);
  std::vector<std::thread> threads;
  std::unique_lock lock(mutex_);
  for (std::size_t i = 0; i < bodies_.size(); ++i) {  // each up to its first step
    threads.emplace_back([this, i] { perform(i); });
    changed_.wait(lock, [&] { return states_[i] != State::stepping; });
  }
  for (std::size_t at = 0;;) {
    std::vector<std::size_t> ready;
    for (std::size_t i = 0; i < states_.size(); ++i)
      if (states_[i] == State::waiting) ready.push_back(i);
    if (ready.empty()) break;
    if (at == choices_.size()) {
      choices_.push_back(0);
      options_.push_back(ready.size());
    }
    std::size_t chosen = ready.at(choices_[at++]);
    states_[chosen] = State::stepping;
    changed_.notify_all();
    changed_.wait(lock, [&] { return states_[chosen] != State::stepping; });
  }
  lock.unlock();
  for (auto& t : threads) t.join();
  if (failure_) std::rethrow_exception(failure_);
}

std::size_t for_each_interleaving(const std::function<void(Stage&)>& scene, std::size_t limit) {
  std::vector<std::size_t> choices, options;
  for (std::size_t orders = 1;; ++orders) {
    if (orders > limit) throw std::runtime_error("there are too many orders; make the programs shorter");
    Stage stage(choices, options);
    scene(stage);
    while (!choices.empty() && choices.back() + 1 == options.back()) {
      choices.pop_back();
      options.pop_back();
    }
    if (choices.empty()) return orders;
    ++choices.back();
  }
}

}  // namespace playhead::test
