#include "tests/differential/stream.h"

#include <array>
#include <istream>
#include <stdexcept>

namespace playhead::differential {

namespace {

constexpr std::array<const char*, 7> kind_names = {"call", "batch",  "watch", "transfer",
                                                   "scan", "travel", "check"};

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
         c == '+' || c == '.' || c == '*' || c == '(' || c == ':';
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  throw std::runtime_error("a bad \\x");
}

void append(std::string& line, const Words& words) {
  for (const std::string& w : words) line += ' ' + quoted(w);
}

void append(std::string& line, const std::vector<Words>& commands, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    if (i > from) line += " ;";
    append(line, commands[i]);
  }
}

// A word of a line; `mark`: an unquoted ; or |.
struct Token {
  std::string text;
  bool mark = false;
};

std::string unquote(const std::string& line, std::size_t& at) {
  std::string out;
  for (++at; at < line.size() && line[at] != '"'; ++at) {
    if (line[at] == '\\' && line.at(++at) == 'x') {
      out += static_cast<char>(hex_digit(line.at(at + 1)) * 16 + hex_digit(line.at(at + 2)));
      at += 2;
    } else {
      out += line[at];
    }
  }
  if (at == line.size()) throw std::runtime_error("a quote without its end");
  ++at;
  return out;
}

std::vector<Token> tokens_of(const std::string& line) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == ' ') {
      ++at;
    } else if (line[at] == '"') {
      tokens.push_back({unquote(line, at), false});
    } else {
      std::size_t end = std::min(line.find(' ', at), line.size());
      std::string text = line.substr(at, end - at);
      bool mark = text == ";" || text == "|";
      tokens.push_back({std::move(text), mark});
      at = end;
    }
  }
  return tokens;
}

// Splits the rest of a line at its marks into the step.
void read_commands(const std::vector<Token>& tokens, std::size_t at, Step& step) {
  bool keys = step.kind == Step::Kind::watch;
  if (!keys) step.commands.emplace_back();
  for (; at < tokens.size(); ++at) {
    const Token& t = tokens[at];
    if (t.mark && t.text == "|") {
      if (!keys && step.commands.back().empty()) step.commands.pop_back();  // nothing between the marks
      if (!keys) step.before = step.commands.size();
      keys = false;
      step.commands.emplace_back();
    } else if (t.mark) {
      step.commands.emplace_back();
    } else {
      (keys ? step.words : step.commands.back()).push_back(t.text);
    }
  }
}

Step read_step(std::string line) {
  Step step;
  if (line[0] == '~') {
    step.travelled = true;
    line.erase(0, 1);
  }
  auto tokens = tokens_of(line);
  if (tokens.size() < 2) throw std::runtime_error("too few words");
  std::size_t kind = 0;
  while (kind < kind_names.size() && tokens[0].text != kind_names[kind]) ++kind;
  if (kind == kind_names.size()) throw std::runtime_error("unknown step " + tokens[0].text);
  step.kind = static_cast<Step::Kind>(kind);
  step.db = static_cast<std::uint16_t>(std::stoi(tokens[1].text));
  if (step.kind == Step::Kind::check) return step;
  if (step.kind == Step::Kind::travel || step.kind == Step::Kind::transfer) {
    step.number = std::stoll(tokens.at(2).text);
    for (std::size_t i = 3; i < tokens.size(); ++i) step.words.push_back(tokens[i].text);
  } else {
    read_commands(tokens, 2, step);
  }
  return step;
}

}  // namespace

std::string quoted(const std::string& word) {
  bool plain = !word.empty();
  for (char c : word) plain = plain && is_plain(c);
  if (plain) return word;
  std::string out = "\"";
  for (char c : word) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c < 32 || c == 127) {  // and bytes above 127, which are negative
      out += "\\x";
      out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
      out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string to_line(const Step& step) {
  std::string line = step.travelled ? "~" : "";
  line += kind_names[static_cast<std::size_t>(step.kind)];
  line += ' ' + std::to_string(step.db);
  if (step.kind == Step::Kind::travel || step.kind == Step::Kind::transfer)
    line += ' ' + std::to_string(step.number);
  append(line, step.words);
  if (step.kind != Step::Kind::watch) {
    append(line, step.commands, 0, step.commands.size());
    return line;
  }
  line += " |";
  append(line, step.commands, 0, step.before);
  line += " |";
  append(line, step.commands, step.before, step.commands.size());
  return line;
}

std::string to_text(const Stream& stream) {
  std::string text;
  for (const Step& s : stream) text += to_line(s) + '\n';
  return text;
}

Stream read_stream(std::istream& in) {
  Stream stream;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    try {
      stream.push_back(read_step(line));
    } catch (const std::exception& e) {
      throw std::runtime_error("line " + std::to_string(number) + ": " + e.what());
    }
  }
  return stream;
}

}  // namespace playhead::differential
