//! The files of static lists (SEG381 to SEG389). Keys are personal data: no message quotes one.

use crate::diagnostic::Span;

crate::problems! {
    /// The file of a static list can't be read.
    ///
    ///     segment vips on customer from list "lists/vips.csv" {}
    ///
    /// The path starts at the project's folder, where `segc.yml` is.
    error SEG381 "no list" NoList { span: Span, path: String, reason: String }
    message |p| format!("the list `{}` can't be read: {}", p.path, p.reason);
    help |_p| Some("the path starts at the project's folder, as in `lists/vips.csv`".to_owned());

    /// A static list is a file of the project: its path has no `..`, and doesn't start at the root of the disk.
    ///
    ///     segment vips on customer from list "/home/me/vips.csv" {}       # "lists/vips.csv"
    ///
    /// Copy the file into the project. Parts of the path are separated by `/`.
    error SEG382 "a list outside the project" ListOutside { span: Span, path: String }
    message |p| format!("`{}` isn't a path within the project's folder", p.path);
    help |_p| Some("copy the file into the project, and write its path as in `lists/vips.csv`".to_owned());

    /// The first line of a list names the key's columns, in any order, and no others.
    ///
    ///     customer_id,name        # customer_id
    ///     17,Ann                  # 17
    ///
    /// Values are separated by commas, and may be in double quotes.
    error SEG383 "the columns of a list" BadListHeader {
        span: Span, path: String, said: String, entity: String, header: String
    }
    message |p| format!("`{}`, line 1: {}", p.path, p.said);
    help |p| Some(format!("the first line names the key of `{}`: `{}`", p.entity, p.header));

    /// A line of a list isn't a key: a value is empty, or has another type than the catalog declares.
    ///
    ///     customer_id
    ///     17
    ///     0x12                # wrong, if keys are integers
    ///
    /// Keys are read exactly: nothing is trimmed or changed. The message doesn't show the key, which is personal
    /// data.
    error SEG384 "not a key" BadListRow { span: Span, path: String, line: u64, said: String }
    message |p| format!("`{}`, line {}: {}", p.path, p.line, p.said);
    help |_p| Some("correct the line, or remove it; keys are read exactly, spaces included".to_owned());

    /// A list contains the same key twice.
    ///
    ///     customer_id
    ///     17
    ///     17                  # wrong
    ///
    /// Remove one of the lines. The message doesn't show the key, which is personal data.
    error SEG385 "a key is listed twice" RepeatedKey { span: Span, path: String, line: u64, first: u64 }
    message |p| format!("`{}`, line {}: the key is already in line {}", p.path, p.line, p.first);
    help |_p| Some("remove one of the lines".to_owned());

    /// Further lines of a list have problems; the first ones were reported one by one.
    ///
    ///     customer_id
    ///     one                 # wrong, as are many more
    ///
    /// If all lines are wrong, compare the type of the key in the catalog with the list.
    error SEG386 "more lines aren't keys" MoreBadRows { span: Span, path: String, more: usize }
    message |p| format!("`{}`: {} more lines have problems", p.path, p.more);

    /// A list has at most 1,000,000 keys.
    ///
    ///     segment everyone on customer from list "lists/everyone.csv" {}    # of 2,000,000 lines
    ///     segment everyone on customer from everyone_account {}
    ///
    /// Load a longer one into a table, declare it in the catalog, and write `from ENTITY`.
    error SEG387 "a list is too long" ListTooLong { span: Span, path: String, line: u64, most: usize }
    message |p| format!("`{}`, line {}: a list has at most {} keys", p.path, p.line, p.most);
    help |_p| Some("load the keys into a table, declare it in the catalog, and write `from` its entity".to_owned());

    /// A static list takes its keys from another entity, which has the key's fields, with the same names and
    /// types.
    ///
    ///     segment vips on customer from vip_account {}    # vip_account has customer_id: integer
    ///
    /// Declare the fields, with `column:` if the table names them otherwise.
    error SEG388 "an entity without the key's fields" ListKey {
        span: Span, entity: String, from: String, lacking: String
    }
    message |p| format!("`{}` has no {}, the key of `{}`", p.from, p.lacking, p.entity);
    help |p| Some(format!(
        "declare it on `{}`, with `column:` if the table has another name for it", p.from
    ));

    /// Keys of a list have no row in the table of its entity, so they aren't members.
    ///
    /// ```text
    /// segc run vips           # `lists/vips.csv` has 17, which no customer has
    /// ```
    ///
    /// Remove them from the list, or load the rows. They become members when their rows arrive.
    warning SEG389 "unknown keys in a list" UnknownKeys {
        span: Option<Span>, path: String, unknown: u64, keys: u64, entity: String
    }
    message |p| format!(
        "{} of the {} keys in `{}` have no row of `{}`", p.unknown, p.keys, p.path, p.entity
    );
    help |_p| Some("they become members when their rows arrive; remove those that never will".to_owned());
}
