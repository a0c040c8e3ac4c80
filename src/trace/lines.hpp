// A trace's text as statements of words: comments, quotes and continuation lines are dealt with
// here, meaning is not.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace holdfast::trace {

// What is wrong with one line of a trace.
struct LineFault {
  int line = 0;
  std::string reason;
};

// `word`, or `name=value`. A word that begins with { or [ is the whole rest of its line: JSON.
struct Word {
  std::string name;
  std::string value;
  bool has_value = false;
  bool quoted = false;
  int line = 0;
};

struct BlockLine {
  int line = 0;
  std::string text;  // without its indentation and trailing blanks
};

// A line that begins in the first column, with the indented lines under it.
struct Statement {
  int line = 0;
  std::vector<Word> words;
  std::vector<BlockLine> block;
};

boost::system::result<std::vector<Word>, LineFault> split_words(std::string_view text, int line);

boost::system::result<std::vector<Statement>, LineFault> split_statements(std::string_view text);

}  // namespace holdfast::trace
