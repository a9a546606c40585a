// Large questions in two parts at the same time: a broker works on one request of a connection at
// once, and on several connections side by side.
#pragma once

#include <algorithm>
#include <future>
#include <iterator>
#include <vector>

namespace kt {

/// The answers to all of the questions, in their order. `ask` gets some of them, perhaps in a
/// thread of its own; fewer than `worth_it` are not worth another connection.
template <class Question, class Ask>
auto in_parts(const std::vector<Question>& questions, size_t worth_it, const Ask& ask) {
  if (questions.size() < 2 * worth_it) return ask(questions);
  auto middle = questions.begin() + static_cast<ptrdiff_t>(questions.size() / 2);
  auto second = std::async(std::launch::async,
                           [&] { return ask(std::vector<Question>(middle, questions.end())); });
  auto answers = ask(std::vector<Question>(questions.begin(), middle));
  auto rest = second.get();
  answers.insert(answers.end(), std::make_move_iterator(rest.begin()),
                 std::make_move_iterator(rest.end()));
  return answers;
}

}  // namespace kt
