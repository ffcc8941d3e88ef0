// Parts of answers that several features share. See features.hpp.
#include "compiler/lsp/features.hpp"

#include <utility>

#include "compiler/lsp/uri.hpp"

namespace sentrail::compiler::lsp {

void write(JsonWriter& json, const Position& position) {
  json.begin_object()
      .key("line")
      .unsigned_integer(position.line)
      .key("character")
      .unsigned_integer(position.character)
      .end_object();
}

void write(JsonWriter& json, const Range& range) {
  json.begin_object().key("start");
  write(json, range.start);
  json.key("end");
  write(json, range.end);
  json.end_object();
}

void write(JsonWriter& json, const Location& location) {
  json.begin_object().key("uri").string(location.uri).key("range");
  write(json, location.range);
  json.end_object();
}

std::string markup_of(const Client& client, std::string_view markdown) {
  if (client.markdown) return std::string(markdown);
  std::string plain;
  for (std::size_t at = 0; at < markdown.size();) {
    const std::size_t end = std::min(markdown.find('\n', at), markdown.size());
    const std::string_view line = markdown.substr(at, end - at);
    at = end + 1;
    if (line.starts_with("```")) continue;
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line.substr(i, 2) == "**") {
        ++i;
      } else if (line[i] != '`') {
        plain += line[i];
      }
    }
    plain += '\n';
  }
  while (plain.ends_with('\n')) plain.pop_back();
  return plain;
}

void write_markup(JsonWriter& json, const Client& client, std::string_view markdown) {
  json.begin_object()
      .key("kind")
      .string(client.markdown ? "markdown" : "plaintext")
      .key("value")
      .string(markup_of(client, markdown))
      .end_object();
}

std::string counted(std::size_t count, std::string_view noun) {
  std::string out = std::to_string(count) + " " + std::string(noun);
  if (count == 1) return out;
  if (!out.ends_with('y')) return out + "s";
  out.pop_back();
  return out + "ies";
}

std::string uri_in(const Documents& documents, const std::string& path) {
  const Document* document = documents.find(path);
  return document == nullptr ? uri_of(path) : document->uri;
}

Range Places::range(Span span) {
  const std::string_view text = sources_[span.source].text();
  const auto found = lines_.try_emplace(span.source.value, text).first;
  return {found->second.position_of(text, span.begin, encoding_),
          found->second.position_of(text, span.end, encoding_)};
}

Location Places::location(Span span) {
  return {uri_in(documents_, path(span)), range(span)};
}

void EditList::add(const std::string& path, const Range& range, std::string text) {
  edits_[path].emplace_back(range, std::move(text));
}

void EditList::write(JsonWriter& json) const {
  const auto edits = [&](const std::vector<std::pair<Range, std::string>>& all) {
    json.begin_array();
    for (const auto& [range, text] : all) {
      json.begin_object().key("range");
      lsp::write(json, range);
      json.key("newText").string(text).end_object();
    }
    json.end_array();
  };
  json.begin_object();
  if (client_.versioned_edits) {
    json.key("documentChanges").begin_array();
    for (const auto& [path, all] : edits_) {
      const Document* document = documents_.find(path);
      json.begin_object().key("textDocument").begin_object();
      json.key("uri").string(uri_in(documents_, path)).key("version");
      document == nullptr ? json.null() : json.integer(document->version);
      json.end_object().key("edits");
      edits(all);
      json.end_object();
    }
    json.end_array();
  } else {
    json.key("changes").begin_object();
    for (const auto& [path, all] : edits_) {
      json.key(uri_in(documents_, path));
      edits(all);
    }
    json.end_object();
  }
  json.end_object();
}

}  // namespace sentrail::compiler::lsp
