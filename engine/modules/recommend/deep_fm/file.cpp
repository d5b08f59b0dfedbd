#include "engine/modules/recommend/deep_fm/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace playhead::recommend {

namespace {

constexpr Text magic = "playhead DeepFM\n";
constexpr std::uint32_t version = 1;

[[noreturn]] void corrupt(const char* what) {
  throw Error(ErrorCode::corrupt, fmt::format("the file of a DeepFM {}", what));
}

class Writer {
 public:
  template <class T>
  void number(T n) {
    bytes_.append(reinterpret_cast<const char*>(&n), sizeof n);
  }
  void text(Text t) {
    number<std::uint64_t>(t.size());
    bytes_ += t;
  }
  void floats(const Floats& all) {
    number<std::uint64_t>(all.size());
    bytes_.append(reinterpret_cast<const char*>(all.data()), all.size() * sizeof(float));
  }
  void parameters(const Parameters& p) {
    floats(p.value);
    floats(p.first);
    floats(p.second);
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(Text bytes) : rest_(bytes) {}
  Text take(std::uint64_t n) {
    if (n > rest_.size()) corrupt("is cut off");
    Text out = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return out;
  }
  template <class T>
  T number() {
    T n;
    std::memcpy(&n, take(sizeof n).data(), sizeof n);
    return n;
  }
  std::string text() { return std::string(take(number<std::uint64_t>())); }
  void floats(Floats& to, std::size_t count) {
    if (number<std::uint64_t>() != count) corrupt("has a table of another size");
    to.resize(count);
    Text bytes = take(count * sizeof(float));
    std::memcpy(to.data(), bytes.data(), bytes.size());
  }
  void parameters(Parameters& p, std::size_t count) {
    floats(p.value, count);
    floats(p.first, count);
    floats(p.second, count);
  }
  std::size_t left() const { return rest_.size(); }

 private:
  Text rest_;
};

void put_options(Writer& out, const DeepFmOptions& o) {
  out.number<std::uint64_t>(o.fields.size());
  for (const DeepFmField& f : o.fields) {
    out.text(f.name);
    out.number(static_cast<std::uint8_t>(f.kind));
  }
  out.number<std::uint64_t>(o.embedding_dim);
  out.number<std::uint64_t>(o.hidden.size());
  for (std::size_t units : o.hidden) out.number<std::uint64_t>(units);
  for (double x : {o.learning_rate, o.l2, o.dropout, o.unknown_share}) out.number(x);
  out.number(o.seed);
}

DeepFmOptions take_options(Reader& in) {
  DeepFmOptions o;
  for (auto count = in.number<std::uint64_t>(); count > 0; --count) {
    DeepFmField f{in.text(), static_cast<FieldKind>(in.number<std::uint8_t>())};
    if (f.kind > FieldKind::bag) corrupt("has a field of an unknown kind");
    o.fields.push_back(std::move(f));
  }
  o.embedding_dim = in.number<std::uint64_t>();
  o.hidden.clear();
  for (auto count = in.number<std::uint64_t>(); count > 0; --count)
    o.hidden.push_back(in.number<std::uint64_t>());
  for (double* x : {&o.learning_rate, &o.l2, &o.dropout, &o.unknown_share}) *x = in.number<double>();
  o.seed = in.number<std::uint64_t>();
  return o;
}

std::string body_of(const Model& model) {
  Writer out;
  put_options(out, model.options);
  out.number(model.step);
  out.parameters(model.bias);
  for (const Table& table : model.tables) {
    out.number(table.mean);
    out.number(table.deviation);
    std::vector<Text> names(table.rows.size());
    for (const auto& [name, row] : table.rows) names[row - (table.size() - table.rows.size())] = name;
    out.number<std::uint64_t>(names.size());
    for (Text name : names) out.text(name);
    out.parameters(table.vectors);
    out.parameters(table.weights);
  }
  for (const Layer& layer : model.layers) {
    out.parameters(layer.weights);
    out.parameters(layer.bias);
  }
  return out.bytes();
}

Model model_of(Reader in) {
  DeepFmOptions options = take_options(in);
  check_options(options);
  Model model(std::move(options));
  model.step = in.number<std::uint64_t>();
  in.parameters(model.bias, 1);
  for (Table& table : model.tables) {
    table.mean = in.number<double>();
    table.deviation = in.number<double>();
    std::size_t first = table.size();
    auto names = in.number<std::uint64_t>();
    if (names > in.left()) corrupt("is cut off");
    for (std::uint64_t n = 0; n < names; ++n)
      table.rows.emplace(in.text(), static_cast<std::uint32_t>(first + n));
    if (table.rows.size() != names) corrupt("has a name twice");
    in.parameters(table.vectors, (first + names) * model.options.embedding_dim);
    in.parameters(table.weights, first + names);
  }
  for (Layer& layer : model.layers) {
    in.parameters(layer.weights, layer.in * layer.out);
    in.parameters(layer.bias, layer.out);
  }
  if (in.left() != 0) corrupt("has bytes behind its end");
  return model;
}

std::string reason() {
  return std::generic_category().message(errno);
}

/// A file that is gone again unless it is kept.
class Draft {
 public:
  explicit Draft(std::string path) : path_(std::move(path)) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (descriptor_ < 0) fail("cannot be made");
  }
  ~Draft() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!kept_) ::unlink(path_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  void write(Text bytes) {
    while (!bytes.empty()) {
      ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) fail("cannot be written");
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void keep_as(const std::string& path) {
    if (::fsync(descriptor_) != 0) fail("cannot be written");
    if (::rename(path_.c_str(), path.c_str()) != 0) fail("cannot be put in its place");
    kept_ = true;
  }

 private:
  [[noreturn]] void fail(const char* what) const {
    throw Error(ErrorCode::unavailable, fmt::format("{} {}: {}", path_, what, reason()));
  }
  std::string path_;
  int descriptor_;
  bool kept_ = false;
};

}  // namespace

void save_model(const Model& model, const std::string& path) {
  std::string body = body_of(model);
  Writer out;
  out.number(version);
  out.number<std::uint64_t>(body.size());
  std::string all = std::string(magic) + out.bytes() + body;
  std::uint64_t checksum = XXH64(all.data(), all.size(), 0);
  all.append(reinterpret_cast<const char*>(&checksum), sizeof checksum);
  Draft draft(path + ".new");
  draft.write(all);
  draft.keep_as(path);
}

Model load_model(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path))
    throw Error(ErrorCode::unavailable, fmt::format("{} cannot be read: {}", path, reason()));
  std::string all((std::istreambuf_iterator<char>(file)), {});
  Reader in(all);
  if (all.size() < magic.size() || in.take(magic.size()) != magic) corrupt("is no such file");
  if (in.number<std::uint32_t>() != version) corrupt("has an unknown version");
  Text body = in.take(in.number<std::uint64_t>());
  Text hashed(all.data(), all.size() - in.left());
  if (in.number<std::uint64_t>() != XXH64(hashed.data(), hashed.size(), 0))
    corrupt("is damaged: its checksum differs");
  if (in.left() != 0) corrupt("has bytes behind its end");
  return model_of(Reader(body));
}

}  // namespace playhead::recommend
