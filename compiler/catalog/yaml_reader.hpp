// Reads YAML nodes as what a catalog expects there, and reports what is not so. Private to the
// folder.
//
// Neighbours: wire/yaml.hpp gives the nodes; read.cpp and its siblings use this. Must not know:
// what a catalog is.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostic.hpp"
#include "compiler/source.hpp"
#include "wire/yaml.hpp"

namespace sentrail::compiler {

// Looks into YAML nodes of one source. Every function that finds a fault reports it and answers
// nothing, so that reading goes on elsewhere.
class YamlReader {
 public:
  YamlReader(const Sources& sources, SourceId source, DiagnosticSink& sink);

  // The place of a node in the source.
  [[nodiscard]] Span span(const wire::YamlNode& node) const;
  // The key of an entry as a node of its own.
  [[nodiscard]] static wire::YamlNode key_node(const wire::YamlEntry& entry);

  // Reports at a node.
  void report(DiagnosticKind kind, const wire::YamlNode& node, std::string message,
              std::string help = "");

  // Reports what wire::parse_yaml says, at the place with which its message begins.
  void report_bad_yaml(std::string_view message);

  // Whether a node is a mapping or a list; `what` names it in the message.
  bool is_map(const wire::YamlNode& node, std::string_view what);
  bool is_list(const wire::YamlNode& node, std::string_view what);

  // Whether all keys of a mapping are among those known. REQUIRES: a mapping.
  bool only_keys(const wire::YamlNode& map, std::initializer_list<std::string_view> known);

  // The value of a key, or null. REQUIRES: a mapping.
  [[nodiscard]] static const wire::YamlNode* find(const wire::YamlNode& map, std::string_view key);
  // As find, and a fault where it is missing.
  [[nodiscard]] const wire::YamlNode* require(const wire::YamlNode& map, std::string_view key);

  // A text that is not empty.
  [[nodiscard]] std::optional<std::string> text(const wire::YamlNode& node, std::string_view what);
  // `true` or `false`.
  [[nodiscard]] std::optional<bool> boolean(const wire::YamlNode& node, std::string_view what);
  // A count from 1 to 1,000,000.
  [[nodiscard]] std::optional<std::uint32_t> count(const wire::YamlNode& node,
                                                   std::string_view what);
  // Lower-case letters, digits and `_` in words joined by dots, as actions and resources are named.
  [[nodiscard]] std::optional<std::string> dotted_name(const wire::YamlNode& node,
                                                       std::string_view what);

  [[nodiscard]] DiagnosticSink& sink() { return sink_; }

 private:
  SourceId source_;
  DiagnosticSink& sink_;
  std::string_view text_;
  std::vector<std::size_t> line_begins_;
};

}  // namespace sentrail::compiler
