#pragma once
// The grammar of a command, said once.
//
// Every operation has `template <class O, class V> static void describe(O& o, V& v)` (O is the operation, const or not), which names its
// arguments in their order on the wire. The visitors V give it its meanings: Reader (arguments -> operation), Writer (operation ->
// arguments), KeyLister (routing, locks), Copier (owning copy), Inspector (arity, key positions, syntax text), and Python's binding.
//
//   v.key("key", o.key)                         one key
//   v.keys("key", o.keys)                       one or more keys up to the end
//   v.keys("key", o.keys, 1)                    the same, with one argument behind them
//   v.numkeys("numkeys", o.keys)                a count and so many keys
//   v.numkeys_or_none("numkeys", o.keys)        the same, and the count may be 0
//   v.arg("value", o.value)                     one argument of any argument type below; a third argument replaces the error text
//   v.optional("count", o.count)                one argument that may be missing (std::optional field)
//   v.args("member", o.members)                 one or more arguments, or groups of them, up to the end
//   v.some("element", o.elements)               the same, or none
//   v.some_keys("key", o.keys)                  keys up to the end, or none
//   v.at_most(1)                                more arguments from here on are a wrong number of them, or the error given
//   v.last_option(flag("WITHVALUES", o.withvalues))    one option at the end that may be missing, not repeated
//   v.checked_options(...)                      options of which only one kind has a value; syntax errors are told before the last such value
//                                               is looked at (SET, GETEX)
//   v.late_options(o.fault, ...)                options whose errors Redis tells only when it has seen the keys; `Fault fault` keeps them
//   v.options(flag("NX", o.nx), option("EX", "seconds", o.ex), repeat("GET", "pattern", o.gets),
//             key_option("STORE", "destination", o.store),
//             counted("WEIGHTS", "weight", o.weights, o.keys.size()),                            exactly so many arguments
//             checked(option("RANK", "rank", o.rank), check_rank),                               refused as soon as it is read
//             single(flag("REV", o.rev)))                                                        any order, each may be missing
//
// Argument types: Text, int64_t, uint64_t (a cursor), double, Score (a bound of scores), Lex (a bound of members), Timeout, Position,
// any enumeration with words (syntax::Words), and the groups FieldValue, KeyValue, ScoreMember, Limit, and whatever offers `static
// constexpr arity` and describe() itself (arity 0: it varies, only in some(); `static constexpr Text syntax` shows it). A type with
// `static void parse(Text, T&, Text error)` and `Text print(Arena&) const` is an argument too; each_text(f) shows f(Text&) what it borrows.
#include "playhead/syntax/inspector.h"
#include "playhead/syntax/reader.h"
#include "playhead/syntax/texts.h"
#include "playhead/syntax/writer.h"
