#pragma once
// Locks that processes share.
#include <map>
#include <mutex>

#include "playhead/modules/background.h"
#include "playhead/modules/namespace.h"

namespace playhead {

struct LockOptions {
  Millis lease = 10'000;     ///< how long it is held without extend(); 1 ms to 10 years
  bool auto_renew = false;   ///< a thread extends it while it is held, three times in a lease
  Millis patience = 10'000;  ///< a waiter that does not look again for so long has vanished; 30 ms to 1 hour
};

/// A lock that was acquired.
struct LockGrant {
  std::int64_t token = 0;  ///< fencing token: greater than that of every grant before
  Millis ends = 0;         ///< when the lease ends
};

struct LockState {
  bool held = false;
  Millis ends = 0;
  std::int64_t count = 0;  ///< how often its owner has acquired it
  std::int64_t token = 0;  ///< of the last grant
  std::int64_t waiting = 0;
};

/// A lock by name, held for a lease by one owner at a time, in all processes on the store. Waiters get it in the order
/// in which they came; they are parked in the store, and look at it when it is released, when the lease ends, and three
/// times within their patience. A holder that outlasts its lease is not stopped by anybody: let what the lock protects
/// refuse a fencing token that is smaller than one it has seen. Tokens never go back, unless the store loses the lock
/// and its clock is set back too. An object is one owner, and holds it once: acquiring it again through the same object
/// waits as for any other. Acquire and release are one round trip if nobody waits. Thread-safe. Methods throw
/// Error{invalid} for arguments out of range, and what the store throws.
class Lock {
 public:
  /// Throws Error{invalid} for options out of range.
  Lock(Namespace space, Text name, LockOptions options = {});
  /// Ends the renewal; what is held stays so until its lease ends.
  virtual ~Lock();
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  /// Waits up to `wait` ms (none: for ever; 0: not at all).
  std::optional<LockGrant> acquire(std::optional<Millis> wait = {});
  /// False: it was not held, or its lease had ended.
  bool release();
  /// The lease ends so long from now (none: as in the options); when that is. Nothing: it is not held any more.
  std::optional<Millis> extend(std::optional<Millis> lease = {});
  /// What this object holds, as far as it knows: the lease may have ended.
  std::optional<LockGrant> held() const;
  LockState state();

  // For who waits by other means: an attempt looks, waits for an element of its list, which he takes, no longer than
  // `look_again`, and looks again, until it is granted or he leaves.

  /// The name of a new attempt.
  virtual std::string attempt() const;
  struct Looked {
    std::optional<LockGrant> grant;
    Millis look_again = 0;  ///< 1 or more
  };
  /// `wait`: takes a place among the waiters.
  Looked look(Text attempt, bool wait);
  std::string signal_key(Text attempt) const;
  /// Gives up the place.
  void leave(Text attempt);

  static List<Procedure> procedures();

 protected:
  Lock(Namespace space, Text family, Text name, LockOptions options, bool reentrant);
  /// Whom release() and the like are about; nothing: nobody holds it through this object.
  virtual std::optional<std::string> holder() const;

 private:
  Value invoke(const Procedure& p, const ArgumentWriter& args) const;
  std::optional<Millis> extend_for(const std::string& owner, Millis lease);
  void wake(const std::string& waiter);
  Millis renew();

  Namespace space_;
  std::string family_, name_;
  LockOptions options_;
  bool reentrant_;
  std::vector<std::string> keys_;
  mutable std::mutex mutex_;
  std::map<std::string, LockGrant, std::less<>> held_;  // by owner; under mutex_
  BackgroundPtr background_;
};

/// A lock that its owner, a thread of a process, may acquire again; it is free once it was released as often. Objects
/// of the same name are the same lock. Otherwise as Lock.
class ReentrantLock final : public Lock {
 public:
  ReentrantLock(Namespace space, Text name, LockOptions options = {});
  /// The calling owner, told apart from all owners of all processes.
  std::string attempt() const override;

  /// Lets the calling thread stand for an owner of another kind, such as a task that runs on many threads: whatever it
  /// does with locks of this kind is the owner's, until this ends. Owners of a process with the same name (1 to 512
  /// bytes) are one. Stays on the thread's stack.
  class ActingFor {
   public:
    explicit ActingFor(Text owner);
    ~ActingFor();
    ActingFor(const ActingFor&) = delete;
    ActingFor& operator=(const ActingFor&) = delete;

   private:
    std::string owner_;
    const ActingFor* outer_;
    friend class ReentrantLock;
  };

 protected:
  std::optional<std::string> holder() const override { return attempt(); }
};

}  // namespace playhead
