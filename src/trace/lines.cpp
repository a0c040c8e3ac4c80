#include "trace/lines.hpp"

#include <utility>

namespace holdfast::trace {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Takes one word off the front of `text`; a quote may open at its start or behind its first `=`.
boost::system::result<Word, LineFault> take_word(std::string_view& text, int line) {
  Word word;
  word.line = line;
  std::string* part = &word.name;
  while (!text.empty() && !is_blank(text.front())) {
    if (text.front() == '=' && !word.has_value && !word.name.empty()) {
      word.has_value = true;
      part = &word.value;
      text.remove_prefix(1);
      continue;
    }
    if (text.front() == '"' && part->empty() && !word.quoted) {
      const auto end = text.find('"', 1);
      if (end == text.npos) return LineFault{line, "a quote is opened but never closed"};
      part->assign(text.substr(1, end - 1));
      word.quoted = true;
      text.remove_prefix(end + 1);
      if (!text.empty() && !is_blank(text.front())) {
        return LineFault{line, "a quoted text must be followed by a blank"};
      }
      break;
    }
    part->push_back(text.front());
    text.remove_prefix(1);
  }
  return word;
}

}  // namespace

boost::system::result<std::vector<Word>, LineFault> split_words(std::string_view text, int line) {
  std::vector<Word> words;
  text = trimmed(text);
  while (!text.empty() && text.front() != '#') {
    if (text.front() == '{' || text.front() == '[') {
      Word rest;
      rest.name = text;
      rest.line = line;
      words.push_back(std::move(rest));
      break;
    }
    auto word = take_word(text, line);
    if (!word) return word.error();
    words.push_back(std::move(*word));
    text = trimmed(text);
  }
  return words;
}

boost::system::result<std::vector<Statement>, LineFault> split_statements(std::string_view text) {
  std::vector<Statement> statements;
  int line = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const std::string_view whole = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    ++line;
    const std::string_view content = trimmed(whole);
    if (content.empty() || content.front() == '#') continue;
    if (is_blank(whole.front())) {
      if (statements.empty()) {
        return LineFault{line, "an indented line continues a statement, and there is none above"};
      }
      statements.back().block.push_back({line, std::string(content)});
      continue;
    }
    if (content.starts_with("title ")) {
      // A title is free text, whatever quotes it has.
      Word title{"title", {}, false, false, line};
      Word text_of_title{std::string(trimmed(content.substr(6))), {}, false, true, line};
      statements.push_back({line, {std::move(title), std::move(text_of_title)}, {}});
      continue;
    }
    auto words = split_words(content, line);
    if (!words) return words.error();
    statements.push_back({line, std::move(*words), {}});
  }
  return statements;
}

}  // namespace holdfast::trace
