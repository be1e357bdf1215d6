//! The first line of a segment, a trait or a parameter.

use super::Habit;

#[rustfmt::skip]
pub(super) const HABITS: &[Habit] = &[
    ("segment {word} on {word2} « from list {word3} »", "the path of the file is in quotes: `from list \"lists/vips.csv\"`"),
    ("segment {word} « is? extends|extending|inherits|from|narrows from? {word2} on {word3} »", "write `segment {word} on {word3} extends {word2}`"),
    ("segment {word} « is? extends|extending|inherits|from|narrows from? {word2} » {end}", "name the entity first: `segment {word} on customer extends {word2}`"),
    ("segment {word} « extends|extending|inherits|from|narrows from? {word2} » {", "name the entity first: `segment {word} on customer extends {word2}`"),
    ("segment {word} on {word2} « is? extend|extending|inherits|inheriting|from|narrows|based on|from? » {word3}", "write `segment {word} on {word2} extends {word3}`"),
    ("segment {word} on {word2} extends {word3} « , {word4} »", "a segment extends only one other; use the second in a condition: `where in segment {word4}`"),
    ("segment {word} on {word2} « , {word3} »", "a segment is on one entity: `segment {word} on {word2}`"),
    ("segment {word} on {word2} « where|when|if|with »", "put the rules between braces: `segment {word} on {word2} { where … }`"),
    ("segment {word} on {word2} « :|=|(|as|begin|is »", "put the rules between braces: `segment {word} on {word2} { where … }`"),
    ("segment {word} « for|of|from|about|over|in|to|by|against|using|at » {word2}", "write `segment {word} on {word2}`"),
    ("segment {word} : {word2} {", "write `segment {word} on {word2}`"),
    ("segment {word} ( {word2} )", "write `segment {word} on {word2}`"),
    ("segment {word} « =|:|as|is|(|. »", "a segment is written `segment {word} on customer { where … }`"),
    ("segment {word} « where|when »", "name the entity, and put the rules between braces: `segment {word} on customer { where … }`"),
    ("segment on {word}", "name the segment: `segment my_segment on {word}`"),
    ("segment « {name} » on", "a name has letters, digits and `_`: `segment {name} on …`"),
    ("trait {word} « for|of|from|about|over|in|to|by » {word2}", "write `trait {word} on {word2}`"),
    ("trait {word} « : {word2} » on {word3}", "remove the type, which follows from the definition: `trait {word} on {word3} = …`"),
    ("trait {word} on {word2} « : {word3} » =", "remove the type, which follows from the definition: `trait {word} on {word2} = …`"),
    ("trait {word} on {word2} « :|as|is »", "write `trait {word} on {word2} = …`"),
    ("trait {word} on {word2} « {|( »", "write the value after `=`, without braces: `trait {word} on {word2} = …`"),
    ("trait {word} « =|: »", "name the entity: `trait {word} on customer = …`"),
    ("trait on {word}", "name the trait: `trait my_trait on {word} = …`"),
    ("trait « {name} » on", "a name has letters, digits and `_`: `trait {name} on …`"),
    ("param « {x} » :", "a parameter's name has a `$` only when it is used: `param name: decimal = 1000`"),
    ("param {word} = {text}", "give it a type: `param {word}: string = {text}`"),
    ("param {word} = {time}", "give it a type: `param {word}: date = {time}`"),
    ("param {word} = true|false", "give it a type: `param {word}: boolean = …`"),
    ("param {word} = {n}", "give it a type: `param {word}: decimal = {n}`"),
    ("param {word} « as|is|of? string|integer|decimal|float|boolean|date|timestamp|semver »", "write a `:` in front of the type: `param {word}: integer = …`"),
    ("param {word} : {word2} « :|default|is » {y}", "write `param {word}: {word2} = {y}`"),
];
