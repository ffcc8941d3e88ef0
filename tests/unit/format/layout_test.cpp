// Groups, breaks and indentation.
#include "compiler/format/layout.hpp"

#include <gtest/gtest.h>

namespace sentrail::compiler {
namespace {

Layout list_of(int count) {
  Layout layout;
  layout.open();
  layout.text("[");
  layout.indent();
  for (int i = 0; i < count; ++i) {
    i == 0 ? layout.soft() : layout.line();
    layout.text("item");
    if (i + 1 < count) layout.text(",");
  }
  layout.if_broken(",");
  layout.dedent();
  layout.soft();
  layout.text("]");
  layout.close();
  return layout;
}

TEST(Layout, AGroupThatFitsStaysOnItsLine) {
  EXPECT_EQ(list_of(2).render(12), "[item, item]\n");
  EXPECT_EQ(list_of(2).render(11), "[\n  item,\n  item,\n]\n");
}

TEST(Layout, WhatFollowsUpToTheNextBreakMustFitToo) {
  Layout layout = list_of(2);
  layout.text(")");
  EXPECT_EQ(layout.render(12), "[\n  item,\n  item,\n])\n");
  EXPECT_EQ(layout.render(13), "[item, item])\n");
}

TEST(Layout, ACommentOrANewlineInsideBreaksEveryGroupAroundIt) {
  Layout layout;
  layout.open();
  layout.text("a");
  layout.open();
  layout.line();
  layout.text("b");
  layout.trailing("# why");
  layout.line();
  layout.close();
  layout.text("c");
  layout.line();
  layout.text("d");
  layout.close();
  EXPECT_EQ(layout.render(80), "a\nb  # why\nc\nd\n");
}

TEST(Layout, BlankLinesAndLeadingBreaks) {
  Layout layout;
  layout.hard(true);
  layout.text("a");
  layout.indent();
  layout.hard(true);
  layout.verbatim("b\n   c");
  layout.dedent();
  layout.hard();
  layout.text("d");
  EXPECT_EQ(layout.render(80), "a\n\n  b\n   c\nd\n");
  EXPECT_EQ(Layout().render(80), "");
}

TEST(Layout, MeasuresCellsNotBytes) {
  Layout layout;
  layout.open();
  layout.text("é中");
  layout.line();
  layout.text("x");
  layout.close();
  EXPECT_EQ(layout.render(5), "é中 x\n");
  EXPECT_EQ(layout.render(4), "é中\nx\n");
}

}  // namespace
}  // namespace sentrail::compiler
