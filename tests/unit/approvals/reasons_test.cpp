// Tests when a decision needs a reason, and what counts as one.
#include "runtime/approvals/reasons.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace sentrail::approvals {
namespace {

using store::Verdict;
using testing::HasSubstr;

TEST(Reasons, AreAskedOfWhatTheRuleNames) {
  for (const Verdict verdict : {Verdict::approve, Verdict::deny}) {
    EXPECT_FALSE(needs_reason({}, verdict));
    EXPECT_EQ(needs_reason({ReasonsAsked::denials, 1}, verdict), verdict == Verdict::deny);
    EXPECT_TRUE(needs_reason({ReasonsAsked::always, 1}, verdict));
  }
}

TEST(Reasons, HaveTheirLengthInCharactersThatPeopleSee) {
  const ReasonRule rule{ReasonsAsked::always, 5};
  for (const char* reason :
       {"seen!", "s e e n !", "  seen!  ", "gesehn", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa9"}) {
    EXPECT_TRUE(check_reason(rule, Verdict::approve, reason)) << reason;
  }
  // Blanks, tabs, line ends, zero-width and other invisible characters, bytes that are no text.
  for (const char* reason :
       {"", "    ", "seen", "s e e n      ", "seen\t\n", "seen\xe2\x80\x8b\xe2\x80\x8b",
        "\xe2\x80\x8b\xe2\x80\x8b\xe2\x80\x8b\xe2\x80\x8b\xe2\x80\x8b", "seen\xff\xfe",
        "\xc2\xa0\xc2\xa0\xc2\xa0\xc2\xa0\xc2\xa0"}) {
    const Status status = check_reason(rule, Verdict::approve, reason);
    ASSERT_FALSE(status) << reason;
    EXPECT_EQ(status.error().code, Errc::invalid_argument);
    EXPECT_THAT(status.error().message, HasSubstr("at least 5 visible characters"));
  }
}

TEST(Reasons, TheirLengthCountsOnlyWhereTheyAreAsked) {
  const ReasonRule rule{ReasonsAsked::denials, 20};
  EXPECT_TRUE(check_reason(rule, Verdict::approve, ""));
  EXPECT_TRUE(check_reason(rule, Verdict::approve, "ok"));
  EXPECT_FALSE(check_reason(rule, Verdict::deny, "no"));
}

}  // namespace
}  // namespace sentrail::approvals
