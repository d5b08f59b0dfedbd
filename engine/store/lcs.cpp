// Let L(i, j) be the length for the first i bytes of a and j of b. A row of L grows by 0 or 1 from one column
// to the next, so it is kept as one bit per column, and a whole row follows from the last one by word
// operations (Hyyrö, "Bit- parallel LCS-length computation revisited", 2004): with M the columns where b
// equals a[i] and V the complement of the growth, V' = (V + (V & M)) | (V & ~M).
//
// Redis walks back from L(a, b): diagonally where the bytes are equal, else up if L(i - 1, j) > L(i, j - 1)
// and left if not. Where the bytes differ L(i, j) is the larger of those two, so "up" means L(i, j) > L(i, j
// - 1): the growth bit.
#include "lcs.h"

#include <algorithm>
#include <array>
#include <bit>

namespace playhead {
namespace {

using Word = std::uint64_t;
constexpr std::size_t word_bits = 64;

std::size_t words_for(std::size_t columns) {
  return (columns + word_bits - 1) / word_bits;
}

// For each byte value, the columns of b that hold it. Values that b does not have share one row of zeros.
class Columns {
 public:
  explicit Columns(Text b) : words_(words_for(b.size())), bits_(words_) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      std::uint16_t& row = rows_[static_cast<unsigned char>(b[j])];
      if (row == 0) {
        row = static_cast<std::uint16_t>(bits_.size() / words_);
        bits_.resize(bits_.size() + words_);
      }
      bits_[row * words_ + j / word_bits] |= Word{1} << (j % word_bits);
    }
  }

  std::size_t words() const { return words_; }
  const Word* of(char c) const { return bits_.data() + rows_[static_cast<unsigned char>(c)] * words_; }

 private:
  std::size_t words_;
  std::array<std::uint16_t, 256> rows_{};
  std::vector<Word> bits_;
};

// Makes the row of one more byte of a, whose columns are `equal`; `last` and `row` may be the same.
void next_row(const Word* last, const Word* equal, Word* row, std::size_t words) {
  Word carry = 0;
  for (std::size_t w = 0; w < words; ++w) {
    const Word stay = last[w];
    const Word both = stay & equal[w];
    Word sum = 0;
    const bool over = __builtin_add_overflow(stay, both, &sum);
    const bool again = __builtin_add_overflow(sum, carry, &sum);
    carry = over || again ? 1 : 0;
    row[w] = sum | (stay & ~equal[w]);
  }
}

std::size_t count_growth(const Word* row, std::size_t columns) {
  std::size_t growth = 0;
  for (std::size_t w = 0; w < columns / word_bits; ++w)
    growth += static_cast<std::size_t>(std::popcount(~row[w]));
  if (const std::size_t rest = columns % word_bits; rest != 0) {
    const Word inside = (Word{1} << rest) - 1;
    growth += static_cast<std::size_t>(std::popcount(~row[columns / word_bits] & inside));
  }
  return growth;
}

bool grows(const Word* row, std::size_t column) {
  return ((row[column / word_bits] >> (column % word_bits)) & 1) == 0;
}

// Collects the matches while the walk meets equal bytes from the end to the beginning.
class Matches {
 public:
  Matches(std::size_t shortest, std::vector<LcsStretch>& out) : shortest_(shortest), out_(out) {}

  void extend(std::size_t i, std::size_t j) {
    if (!open_) match_ = {i, i, j, j};
    match_.a_first = i;
    match_.b_first = j;
    open_ = true;
  }

  void close() {
    if (open_ && match_.length() >= shortest_) out_.push_back(match_);
    open_ = false;
  }

 private:
  std::size_t shortest_;
  std::vector<LcsStretch>& out_;
  LcsStretch match_;
  bool open_ = false;
};

}  // namespace

std::size_t lcs_length(Text a, Text b) {
  if (a.empty() || b.empty()) return 0;
  const Columns columns(b);
  std::vector<Word> row(columns.words(), ~Word{0});
  for (const char c : a) next_row(row.data(), columns.of(c), row.data(), columns.words());
  return count_growth(row.data(), b.size());
}

LcsResult longest_common_subsequence(Text a, Text b, std::size_t min_match_length) {
  LcsResult lcs;
  if (a.empty() || b.empty()) return lcs;
  const Columns columns(b);
  const std::size_t words = columns.words();
  std::vector<Word> rows(words * (a.size() + 1));
  std::fill_n(rows.begin(), words, ~Word{0});
  const auto row = [&](std::size_t i) { return rows.data() + i * words; };
  for (std::size_t i = 0; i < a.size(); ++i) next_row(row(i), columns.of(a[i]), row(i + 1), words);
  lcs.length = count_growth(row(a.size()), b.size());

  Matches matches(min_match_length, lcs.matches);
  for (std::size_t i = a.size(), j = b.size(); i > 0 && j > 0;) {
    if (a[i - 1] == b[j - 1]) {
      --i;
      --j;
      lcs.string.push_back(a[i]);
      matches.extend(i, j);
      continue;
    }
    matches.close();
    if (grows(row(i), j - 1))
      --i;
    else
      --j;
  }
  matches.close();
  std::reverse(lcs.string.begin(), lcs.string.end());
  return lcs;
}

}  // namespace playhead
