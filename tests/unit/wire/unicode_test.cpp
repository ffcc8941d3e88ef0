// Normal forms, folding and host names.
#include "wire/unicode.hpp"

#include <gtest/gtest.h>

namespace sentrail::wire {
namespace {

TEST(Nfc, ComposesAndTells) {
  EXPECT_EQ(to_nfc(""), "");
  EXPECT_EQ(to_nfc("plain"), "plain");
  EXPECT_EQ(to_nfc("e\u0301"), "é");
  EXPECT_EQ(to_nfc("\u212b"), "Å");               // angstrom sign
  EXPECT_EQ(to_nfc("\u1100\u1161\u11a8"), "각");  // Hangul
  EXPECT_EQ(to_nfc("q\u0323\u0307"), to_nfc("q\u0307\u0323"));
  EXPECT_EQ(to_nfc("\ufb01"), "\ufb01");        // ligatures are compatibility only
  EXPECT_EQ(to_nfc("\u0958"), "\u0915\u093c");  // a composition exclusion
  EXPECT_EQ(to_nfc(std::string_view("é\0é", 5)), std::string_view("é\0é", 5));
}

TEST(Nfc, RefusesWhatIsNotUtf8) {
  for (const char* text : {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\xaf"}) {
    EXPECT_EQ(to_nfc(text).error().code, Errc::invalid_argument);
  }
}

TEST(FoldCase, TakesCaseOut) {
  EXPECT_EQ(fold_case("MiXed"), "mixed");
  EXPECT_EQ(fold_case("ÉCOLE"), fold_case("école"));
  EXPECT_EQ(fold_case("Straße"), fold_case("STRASSE"));
  EXPECT_EQ(fold_case("\u212a"), "k");
  EXPECT_EQ(fold_case("ΣΑΣ"), fold_case("σας"));
  EXPECT_NE(fold_case("é"), fold_case("e\u0301"));
  EXPECT_EQ(fold_case("A\xff"), "a\xff");
}

TEST(HostToAscii, OneSpelling) {
  EXPECT_EQ(host_to_ascii("api.GitHub.com"), "api.github.com");
  EXPECT_EQ(host_to_ascii("Bücher.example"), "xn--bcher-kva.example");
  EXPECT_EQ(host_to_ascii("bu\u0308cher.example"), "xn--bcher-kva.example");
  EXPECT_EQ(host_to_ascii("XN--BCHER-KVA.example"), "xn--bcher-kva.example");
  EXPECT_EQ(host_to_ascii("faß.example"), "xn--fa-hia.example");  // not `fass`: non-transitional
  EXPECT_EQ(host_to_ascii("例え。テスト"), "xn--r8jz45g.xn--zckzah");
  EXPECT_EQ(host_to_ascii("\uff47ithub.com"), "github.com");  // full-width g
  EXPECT_EQ(host_to_ascii("localhost"), "localhost");
  EXPECT_EQ(host_to_ascii("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(host_to_ascii("my_service.internal"), "my_service.internal");
  EXPECT_EQ(host_to_ascii(std::string(63, 'a') + ".b"), std::string(63, 'a') + ".b");
}

TEST(HostToAscii, RefusesWhatIsNoHostName) {
  for (const std::string& host : {std::string(),
                                  std::string("."),
                                  std::string("a."),
                                  std::string(".a"),
                                  std::string("a..b"),
                                  std::string("a b"),
                                  std::string("a/b"),
                                  std::string("a:80"),
                                  std::string("[::1]"),
                                  std::string("a@b"),
                                  std::string("a%2eb"),
                                  std::string("-a.com"),
                                  std::string("a-.com"),
                                  std::string("a\0b", 3),
                                  std::string("a\nb"),
                                  std::string("\xff.com"),
                                  std::string("xn--.com"),
                                  std::string("xn--a\u00e9.com"),
                                  std::string("xn--bcher-kvaa!.com"),
                                  std::string("ab--cd.com") + "\u00e9",
                                  std::string("a\u200bb.com"),
                                  std::string("a\u00adb.com"),
                                  std::string("a\u200db.com"),
                                  std::string("\u202eabc.com"),
                                  std::string(64, 'a') + ".com",
                                  std::string(5000, 'a'),
                                  std::string("a\u2044b.com"),
                                  std::string("\u0301a.com")}) {
    const auto ascii = host_to_ascii(host);
    EXPECT_FALSE(ascii) << host << " became " << ascii.value_or("");
  }
  std::string longest;
  for (int i = 0; i < 127; ++i) longest += i == 0 ? "a" : ".a";
  EXPECT_EQ(longest.size(), 253u);
  EXPECT_TRUE(host_to_ascii(longest));
  EXPECT_EQ(host_to_ascii(longest + "b").error().message.substr(0, 4), "`a.a");
}

TEST(HostToAscii, IsIdempotent) {
  for (const char* host : {"api.GitHub.com", "Bücher.example", "例え.テスト", "faß.example"}) {
    const auto once = host_to_ascii(host);
    ASSERT_TRUE(once) << host;
    EXPECT_EQ(host_to_ascii(*once), once);
  }
}

}  // namespace
}  // namespace sentrail::wire
