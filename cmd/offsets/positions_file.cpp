#include "offsets/positions_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

namespace kt {

namespace {

constexpr std::string_view kMark = "\xef\xbb\xbf";

std::string_view without_mark(std::string_view text) {
  if (text.starts_with(kMark)) text.remove_prefix(kMark.size());
  return text;
}

/// Where in a file something stands, for errors.
struct Place {
  std::string_view file;
  size_t line = 1;

  [[noreturn]] void fail(size_t column, const std::string& what) const {
    throw Error(fmt::format("{}:{}:{}: {}", file, line, column + 1, what), Exit::usage);
  }
};

int32_t parse_partition(std::string_view text, size_t column, const Place& place) {
  int64_t number = 0;
  if (!parse_int64(text, number) || number < 0 || number > INT32_MAX)
    place.fail(column, in_quotes(text) + " is no number of a partition");
  return static_cast<int32_t>(number);
}

int64_t parse_offset(std::string_view text, size_t column, const Place& place) {
  int64_t offset = 0;
  if (!parse_int64(text, offset) || offset < 0)
    place.fail(column, in_quotes(text) + " is no offset");
  return offset;
}

FilePosition parse_zk(std::string_view line, const Place& place) {
  constexpr std::string_view kWanted = "/consumers/GROUP/offsets/TOPIC/PARTITION:OFFSET";
  auto parts = split(line, '/');
  if (parts.size() != 6 || !parts[0].empty() || parts[1] != "consumers" || parts[3] != "offsets" ||
      parts[2].empty() || parts[4].empty())
    place.fail(0, fmt::format("{} is not of the form {}", in_quotes(line), kWanted));
  // A group may have colons in its name, so only the last one parts.
  size_t column = line.size() - parts[5].size();
  size_t colon = parts[5].rfind(':');
  if (colon == std::string_view::npos)
    place.fail(column, "no colon and offset behind the partition");
  auto partition = parts[5].substr(0, colon);
  if (partition.find('-') != std::string_view::npos && !partition.starts_with('-'))
    place.fail(column,
               in_quotes(partition) +
                   " is a partition of Kafka 0.7, whose positions later releases do not have");
  return {std::string(parts[2]),
          {std::string(parts[4]), parse_partition(partition, column, place)},
          parse_offset(parts[5].substr(colon + 1), column + colon + 1, place)};
}

struct Field {
  std::string text;
  size_t column;
};

/// The fields of a line of CSV; quotes double inside of quotes.
std::vector<Field> csv_fields(std::string_view line, const Place& place) {
  std::vector<Field> fields;
  size_t at = 0;
  while (true) {
    auto& field = fields.emplace_back(Field{{}, at});
    if (at < line.size() && line[at] == '"') {
      while (true) {
        size_t quote = line.find('"', at + 1);
        if (quote == std::string_view::npos) place.fail(field.column, "a quote that does not end");
        field.text += line.substr(at + 1, quote - at - 1);
        at = quote + 1;
        if (at >= line.size() || line[at] != '"') break;
        field.text += '"';
      }
      if (at < line.size() && line[at] != ',') place.fail(at, "text behind the end of a quote");
    } else {
      size_t comma = std::min(line.find(',', at), line.size());
      field.text = trim(line.substr(at, comma - at));
      at = comma;
    }
    if (at >= line.size()) return fields;
    ++at;
  }
}

FilePosition parse_csv(std::string_view line, const Place& place) {
  auto fields = csv_fields(line, place);
  if (fields.size() != 3 && fields.size() != 4)
    place.fail(0, counted(static_cast<int64_t>(fields.size()), "field") +
                      " where topic,partition,offset or group,topic,partition,offset is wanted");
  size_t first = fields.size() - 3;
  FilePosition position;
  if (first == 1) position.group = std::move(fields[0].text);
  if (first == 1 && position.group.empty()) place.fail(0, "a group without name");
  if (fields[first].text.empty()) place.fail(fields[first].column, "a topic without name");
  position.partition = {std::move(fields[first].text),
                        parse_partition(fields[first + 1].text, fields[first + 1].column, place)};
  position.offset = parse_offset(fields[first + 2].text, fields[first + 2].column, place);
  return position;
}

/// `offsets` of what `kt offsets export` writes; keys beyond those are passed over.
std::vector<FilePosition> parse_json(std::string_view text, std::string_view file) {
  auto document = Json::parse(text, file);
  std::vector<FilePosition> positions;
  for (const auto& entry : JsonPlace(document, std::string(file))["offsets"].items()) {
    auto metadata = entry.find("metadata");
    positions.push_back({entry["group"].text(),
                         {entry["topic"].text(), entry["partition"].int32(0)},
                         entry["offset"].integer(0, INT64_MAX),
                         metadata ? metadata->text() : std::string()});
    if (positions.back().group.empty()) entry["group"].fail("a group without name");
    if (positions.back().partition.topic.empty()) entry["topic"].fail("a topic without name");
  }
  return positions;
}

void refuse_twice(const std::vector<FilePosition>& positions, std::string_view file) {
  std::set<std::pair<std::string_view, TopicPartition>> seen;
  for (const auto& position : positions)
    if (!seen.insert({position.group, position.partition}).second)
      throw Error(fmt::format("{}: partition {} of {} stands there twice{}", file,
                              position.partition.partition, in_quotes(position.partition.topic),
                              position.group.empty() ? "" : " for " + in_quotes(position.group)),
                  Exit::usage);
}

void append_csv_text(std::string& out, std::string_view text) {
  // Jackson, which writes these files for Kafka, quotes what is long without looking at it, and
  // what has any of the characters up to the comma.
  constexpr size_t kLooksAt = 24;
  bool quoted = text.size() > kLooksAt || std::any_of(text.begin(), text.end(), [](char c) {
                  return static_cast<unsigned char>(c) <= ',';
                });
  if (!quoted) {
    out += text;
    return;
  }
  out += '"';
  for (char c : text) {
    if (c == '"') out += c;
    out += c;
  }
  out += '"';
}

}  // namespace

Argument format_argument(std::optional<PositionsFormat>* format) {
  return {"--format",
          "FORMAT",
          "json, zk or kafka-csv",
          Target([format](std::string_view text) {
            auto* found =
                std::find(std::begin(kPositionsFormats), std::end(kPositionsFormats), text);
            *format = static_cast<PositionsFormat>(found - std::begin(kPositionsFormats));
          }),
          Complete::none,
          {std::begin(kPositionsFormats), std::end(kPositionsFormats)}};
}

PositionsFormat guess_format(std::string_view text) {
  auto start = trim(without_mark(text));
  if (start.starts_with('{')) return PositionsFormat::json;
  return start.starts_with('/') ? PositionsFormat::zk : PositionsFormat::kafka_csv;
}

std::vector<FilePosition> parse_positions(std::string_view text, PositionsFormat format,
                                          std::string_view file) {
  text = without_mark(text);
  if (format == PositionsFormat::json) {
    std::vector<FilePosition> positions;
    try {
      positions = parse_json(text, file);
    } catch (const Error& error) {
      throw Error(error.message(), Exit::usage);
    }
    refuse_twice(positions, file);
    return positions;
  }
  std::vector<FilePosition> positions;
  Place place{file, 0};
  for (auto line : split(text, '\n')) {
    ++place.line;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trim(line).empty()) continue;
    auto position = format == PositionsFormat::zk ? parse_zk(line, place) : parse_csv(line, place);
    if (!positions.empty() && positions.front().group.empty() != position.group.empty())
      place.fail(0, "lines with and without a group");
    positions.push_back(std::move(position));
  }
  refuse_twice(positions, file);
  return positions;
}

void append_zk_line(std::string& out, const FilePosition& position) {
  fmt::format_to(std::back_inserter(out), "/consumers/{}/offsets/{}/{}:{}\n", position.group,
                 position.partition.topic, position.partition.partition, position.offset);
}

void append_csv_line(std::string& out, const FilePosition& position, bool with_group) {
  if (with_group) {
    append_csv_text(out, position.group);
    out += ',';
  }
  append_csv_text(out, position.partition.topic);
  fmt::format_to(std::back_inserter(out), ",{},{}\n", position.partition.partition,
                 position.offset);
}

}  // namespace kt
