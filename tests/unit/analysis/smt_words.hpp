// What policies for another judge are made of.
//
// Neighbours: smt_policy.cpp draws them, smt.cpp says them in SMT-LIB. Must not know: z3.
#pragma once

#include <array>
#include <cstdint>

namespace sentrail::compiler::analysis {

// Roles that tests ask for; agents have others too.
inline constexpr std::array<const char*, 4> kRoles = {"admin", "ci", "bot", "x"};

// An expression and what it means, searched for in a whole value. One that is bounded takes no
// value of more than a few characters.
struct Searched {
  const char* written;
  const char* meant;
  bool bounded = false;
};
inline constexpr std::array<Searched, 7> kSearched = {{
    {"iv", "(re.++ re.all (str.to_re \"iv\") re.all)"},
    {"^l.*e$",
     "(re.++ (str.to_re \"l\") (re.* (re.diff re.allchar (str.to_re \"\\u{a}\"))) "
     "(str.to_re \"e\"))"},
    {"^[a-z]+$", "(re.+ (re.range \"a\" \"z\"))"},
    {"(?i)^rel",
     "(re.++ (re.union (str.to_re \"r\") (str.to_re \"R\")) (re.union (str.to_re \"e\") "
     "(str.to_re \"E\")) (re.union (str.to_re \"l\") (str.to_re \"L\")) re.all)"},
    {"^t\\d+$", "(re.++ (str.to_re \"t\") (re.+ (re.range \"0\" \"9\")))"},
    {"/(a|b)$", "(re.++ re.all (str.to_re \"/\") (re.union (str.to_re \"a\") (str.to_re \"b\")))"},
    {"^(live|main)$", "(re.union (str.to_re \"live\") (str.to_re \"main\"))", true},
}};

// The ends that rules have, in the order of time.
inline constexpr std::array<std::int64_t, 2> kEnds = {1'798'848'000'000,
                                                      1'801'440'000'000};  // 2027

}  // namespace sentrail::compiler::analysis
