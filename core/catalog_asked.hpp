// Catalogs as one program needs them: without the defaults of members that it never looks at.
//
// Neighbours: compiler/lower and compiler/driver build bundles of them, so that a policy that asks
// for no such member needs no newer server. Must not know: how bundles are written.
// source: docs/catalog_format.md, 10.
#pragma once

#include <vector>

#include "core/catalog.hpp"
#include "core/program.hpp"

namespace sentrail {

// Tables like those given, but for `texts` and `defaults`. A default stays where the program reads
// its member, what holds it or what is below it, or where its operation does. What it classifies
// and decides is the same.
class AskedCatalogs {
 public:
  // REQUIRES: verified tables, which outlive the answer. cost: defaults times slots.
  AskedCatalogs(const CatalogView& catalogs, const Program& program);
  AskedCatalogs(const AskedCatalogs&) = delete;
  AskedCatalogs& operator=(const AskedCatalogs&) = delete;

  [[nodiscard]] const CatalogView& view() const noexcept { return view_; }

 private:
  CatalogView view_;
  std::vector<CatalogText> texts_;
  std::vector<CatalogDefaultRow> defaults_;
};

}  // namespace sentrail
