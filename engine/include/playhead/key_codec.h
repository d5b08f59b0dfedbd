#pragma once
// How modules name their keys, so that no two different names ever give the same key and all keys of one
// owner share a Redis Cluster slot.
#include <initializer_list>

#include "playhead/text.h"

namespace playhead {

/// Longest segment that a user may supply (an id, a name), in bytes.
inline constexpr std::size_t max_segment = 1024;

/// Names keys. Grammar, with `%XX` (upper-case hex) for the bytes % : { } in every segment, and for nothing
/// else:
///
///     key     = prefix ":" family ":{" bucket "}:" owner *( ":" part )
///     bucket  = 4 lower-case hex digits
///
/// The bucket is the lower 16 bits of the owner's MurmurHash64A (seed 0): it is the only `{...}` in the key,
/// so that it alone decides the slot. Since the raw bytes : { } stand between segments only, and the escaping
/// can be undone, different names give different keys. Immutable, thread-safe. Throws Error{invalid} for a
/// segment longer than max_segment.
class KeyCodec {
 public:
  /// All keys begin with the prefix: two codecs with different prefixes never share a key.
  explicit KeyCodec(Text prefix = "ph");

  /// The key of something that belongs to `owner` (a user, a video). O(length).
  std::string key(Text family, Text owner, std::initializer_list<Text> parts = {}) const;
  /// The same in the slot of another owner, given by its bucket.
  std::string key_in(std::uint16_t bucket, Text family, Text owner,
                     std::initializer_list<Text> parts = {}) const;

  static std::uint16_t bucket_of(Text owner);

  /// A key taken apart.
  struct Name {
    std::string prefix, family;
    std::uint16_t bucket = 0;
    std::string owner;
    std::vector<std::string> parts;
    bool operator==(const Name&) const = default;
  };
  /// The name that gives this key; nothing if no name does.
  static std::optional<Name> parse(Text key);

  /// A segment as it stands in a key.
  static std::string escape(Text segment);
  /// The segment that escape() turns into this; nothing if there is none.
  static std::optional<std::string> unescape(Text escaped);

 private:
  std::string begin_;  // "prefix:"
};

}  // namespace playhead
