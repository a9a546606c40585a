#include "output/report.h"

#include <algorithm>
#include <ranges>

#include "base/error.h"
#include "base/text.h"

namespace kt {
namespace {

std::unique_ptr<Formatter> make_formatter(const Schema& schema, const ReportOptions& options,
                                          Sink& out) {
  switch (options.format) {
    case Format::json:
      return make_json(schema, out);
    case Format::jsonl:
      return make_json_lines(schema, out);
    case Format::csv:
    case Format::tsv:
      return make_delimited(schema, options, out);
    case Format::table:
    case Format::other:
      break;
  }
  return make_table(schema, options, out);
}

}  // namespace

void Advice::add(int code, std::string error, std::string name, std::string sentence) {
  std::lock_guard lock(mutex_);
  for (const auto& known : known_)
    if (known.sentence == sentence) return;
  known_.push_back({code, std::move(error), std::move(name), std::move(sentence)});
}

std::string Advice::of(const ItemError& error) {
  std::lock_guard lock(mutex_);
  auto concerns = [&](const std::string& name) {
    if (name.empty()) return !error.item.empty();
    return std::ranges::any_of(error.item, [&](const auto& part) {
      if (part.second.is_null() || part.second.is_integer()) return false;
      auto text = part.second.text();
      return text == name || text.ends_with("/" + name);
    });
  };
  for (auto& known : std::views::reverse(known_))  // the last is what the item ended with
    if (known.code == error.code && concerns(known.name)) {
      known.told = true;
      return known.sentence;
    }
  return {};
}

std::vector<ItemError> Advice::untold() {
  std::lock_guard lock(mutex_);
  std::vector<ItemError> errors;
  for (auto& known : known_)
    if (!std::exchange(known.told, true))
      errors.push_back({{}, known.code, known.error, known.sentence});
  return errors;
}

Report::Report(const Schema& schema, ReportOptions options, Sink& out, Sink& err)
    : schema_(schema),
      options_(options),
      out_(out),
      err_(err),
      formatter_(make_formatter(schema, options, out)),
      fields_(schema.fields.size()) {}

void Report::row(Row row) {
  if (row.size() != schema_.columns.size())
    throw Error("a row of " + std::string(schema_.name) + " has " + counted(row.size(), "value") +
                " for " + counted(schema_.columns.size(), "column"));
  formatter_->row(row);
  ++row_count_;
}

void Report::set(std::string_view key, Value value) {
  for (size_t i = 0; i < schema_.fields.size(); ++i)
    if (schema_.fields[i].key == key) {
      fields_[i] = std::move(value);
      return;
    }
}

void Report::error(ItemError error) {
  if (auto advice = options_.advice ? options_.advice->of(error) : ""; !advice.empty()) {
    while (error.message.ends_with('.')) error.message.pop_back();
    error.message += error.message.empty() ? advice : "; " + advice;
  }
  err_.say("kt: " + describe(error) + '\n');
  errors_.push_back(std::move(error));
}

void Report::failed(std::string message) { errors_.push_back({{}, 0, {}, std::move(message)}); }

void Report::flush() {
  formatter_->flush();
  out_.flush();
}

void Report::finish() {
  if (finished_) return;
  finished_ = true;
  formatter_->finish(fields_, errors_);
  out_.flush();
}

std::string describe(const ItemError& error) {
  std::string text;
  for (const auto& [noun, value] : error.item) {
    if (!text.empty()) text += ", ";
    text += noun;
    text += ' ';
    if (value.is_null())
      text += '-';
    else if (value.is_integer())
      text += std::to_string(value.integer());
    else
      text += in_quotes(value.text());
  }
  if (!text.empty()) text += ": ";
  text += error.message.empty() ? error.error : error.message;
  if (!error.message.empty() && !error.error.empty()) text += " (" + error.error + ')';
  return text;
}

bool parse_format(std::string_view name, Format& format) {
  constexpr std::pair<std::string_view, Format> kFormats[] = {{"table", Format::table},
                                                              {"json", Format::json},
                                                              {"jsonl", Format::jsonl},
                                                              {"csv", Format::csv},
                                                              {"tsv", Format::tsv}};
  for (auto [known, value] : kFormats)
    if (known == name) {
      format = value;
      return true;
    }
  return false;
}

}  // namespace kt
