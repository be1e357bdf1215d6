//! What the library's face refuses: selections, tiers, targets (SEG80x).

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// A target names a dialect that does not exist.
    ///
    /// A target's dialect is its own name unless it says `dialect:`. Dialects are the
    /// built-in ones and the files of the project's folder `dialects/`.
    ///
    /// ```text
    /// targets: { warehouse: { dialect: postgress } }
    /// ```
    ///
    /// Correct the name, or add `dialects/NAME.yml`.
    error SEG014 "unknown dialect" UnknownDialect {
        span: Span, dialect: String, known: Vec<String>, near: Option<String>,
    }
    message |p| format!("there is no dialect `{}`", p.dialect);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the dialects are: {}", p.known.join(", ")),
    });

    /// The `url` of a target holds a password.
    ///
    /// `segc.yml` is shared, and kept in version control.
    ///
    /// ```text
    /// targets: { warehouse: { dialect: postgres, url: "postgres://ann:secret@db/shop" } }
    /// ```
    ///
    /// Write `url_env: SHOP_DATABASE` in its place, and set that variable of the environment to the URL.
    warning SEG726 "a password in a file" PasswordInFile { span: Span, target: String }
    message |p| format!("the `url` of target `{}` holds a password", p.target);
    help |_p| Some("write `url_env: NAME` in its place, and put the URL into that variable of the environment".to_owned());

    /// A segment was asked for that the project doesn't have.
    ///
    /// The name is compared exactly. A segment that says `enabled: false` compiles to
    /// nothing and can't be chosen.
    ///
    /// ```text
    /// segc compile high_valeu
    /// ```
    ///
    /// Correct the name; `segc ls` prints those that there are.
    error SEG801 "unknown segment" UnknownSegment { span: Option<Span>, name: String, near: Option<String> }
    message |p| format!("there is no segment `{}`", p.name);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`? `segc ls` prints all of them"),
        None => "`segc ls` prints all of them".to_owned(),
    });

    /// A tag was asked for that no segment has.
    ///
    /// `tag:x` chooses every segment with `x` among its `tags`. Choosing nothing is
    /// taken for a slip.
    ///
    /// ```text
    /// segc compile --select tag:marketnig
    /// ```
    ///
    /// Correct the tag; `segc ls` prints the tags of every segment.
    error SEG802 "unknown tag" UnknownTag { span: Option<Span>, tag: String, near: Option<String> }
    message |p| format!("no segment has the tag `{}`", p.tag);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `tag:{near}`?"),
        None => "`segc ls` prints the tags of every segment".to_owned(),
    });

    /// A selection can't be read.
    ///
    /// A selection is a segment's name or `tag:` and a tag. A `+` before it adds the
    /// segments that it depends on; a `+` after it adds those that depend on it.
    ///
    /// ```text
    /// segc compile ++vip
    /// ```
    ///
    /// Write `name`, `+name`, `name+`, `+name+` or `tag:x`.
    error SEG803 "selection that can't be read" BadPattern { span: Option<Span>, pattern: String }
    message |p| format!("`{}` is not a selection", p.pattern);
    help |_p| Some("write `name`, `+name`, `name+`, `+name+` or `tag:x`".to_owned());

    /// A tier was asked for that the project doesn't have.
    ///
    /// `tiers:` in `segc.yml` are named policies, chosen with `--tier`.
    ///
    /// ```text
    /// segc check --tier fre
    /// ```
    ///
    /// Correct the name, or add the tier to `segc.yml`.
    error SEG804 "unknown tier" UnknownTier {
        span: Option<Span>, tier: String, known: Vec<String>, near: Option<String>,
    }
    message |p| format!("there is no tier `{}`", p.tier);
    help |p| Some(match (&p.near, p.known.is_empty()) {
        (Some(near), _) => format!("did you mean `{near}`?"),
        (None, false) => format!("the tiers are: {}", p.known.join(", ")),
        (None, true) => "segc.yml has no `tiers`".to_owned(),
    });

    /// A key has another number of parts than the entity's.
    ///
    /// An entity's key is what the catalog says under `key:`. Each of its fields is an argument
    /// of its own, in that order.
    ///
    /// ```text
    /// segc why bulk_lines 17        # the key is [order_id, line_no]
    /// ```
    ///
    /// Write all parts: `segc why bulk_lines 17 2`.
    error SEG860 "wrong number of key parts" WrongKeyParts {
        span: Option<Span>, entity: String, names: Vec<String>, given: usize,
    }
    message |p| format!("the key of `{}` has {} part{}, not {}", p.entity, p.names.len(), plural(p.names.len()), p.given);
    help |p| Some(format!("write {}", p.names.join(" ").to_uppercase()));

    /// A key can't be read by the type of its field.
    ///
    /// ```text
    /// segc why vip abc        # the key is an integer
    /// ```
    ///
    /// Write a value of that type: `42`, `2026-01-31`, text as it is.
    error SEG861 "key that can't be read" BadKey { span: Option<Span>, text: String, field: String, ty: String }
    message |p| format!("`{}` can't be the key `{}`, which is of type {}", p.text, p.field, p.ty);
    help |p| Some(format!("write a value of type {}", p.ty));

    /// Nobody has this key.
    ///
    /// There is no such row in the table that the catalog names, in the database or the rows
    /// that were asked.
    ///
    /// ```text
    /// segc why vip 999999
    /// ```
    ///
    /// Check the key, and which database is asked (`--db`); without one it is the
    /// project's sample rows. Where the catalog says `deletes: soft`, a row whose `deleted_at` is
    /// present isn't there either.
    error SEG862 "no such key" NoSuchKey { span: Option<Span>, entity: String, key: String, mark: Option<String> }
    message |p| format!("there is no {} with the key `{}`", p.entity, p.key);
    help |p| Some({
        let deleted = p.mark.as_ref().map(|mark| format!("; a row whose `{mark}` is present has been deleted"));
        let check = "check the key, and which database is asked: `--db`, or else the rows in `data/`";
        format!("{check}{}", deleted.unwrap_or_default())
    });

    /// Several rows have this key, or a link that should lead to one row leads to several.
    ///
    /// What a key or a to-one link names must be one row.
    ///
    /// ```text
    /// id,plan
    /// 1,free
    /// 1,premium     # a second row with this key
    /// ```
    ///
    /// Remove the duplicate rows, or name the fields that tell rows apart under `key:` (or the
    /// link's under `on:`).
    error SEG863 "key that several rows have" KeyNotUnique { span: Option<Span>, entity: String, key: String }
    message |p| format!("several rows are found for the {} with the key `{}`", p.entity, p.key);
    help |_p| Some("mend the rows, or what the catalog says under `key:` and `on:`".to_owned());

    /// A condition can't be worked out for these rows.
    ///
    /// A number grew beyond its type, or a time left the years -9999 to 9999: a run on an
    /// engine would fail as well.
    ///
    /// ```text
    /// segment odd on customer { where points * 9_000_000_000_000_000_000 > 3 }
    /// ```
    ///
    /// Mend the rows, or write the condition so that it stays in range.
    error SEG864 "a condition can't be worked out" CannotEvaluate { span: Option<Span>, reason: String }
    message |p| format!("this can't be worked out: {}", p.reason);
    help |_p| Some("mend the rows, or write the condition so that it stays in range".to_owned());

    /// A database gave an answer that segc can't make sense of.
    ///
    /// It was asked for conditions, which are true or false, and counts. A dialect file of your
    /// own may have a template that yields something else.
    ///
    /// ```text
    /// functions: { contains: "CAST($1 LIKE $2 AS INTEGER)" }
    /// ```
    ///
    /// Mend the template. If there is none of your own, segc is wrong: please report it.
    error SEG865 "strange answer" StrangeAnswer { span: Option<Span>, what: String }
    message |p| format!("the database's answer can't be read: {}", p.what);
    help |_p| Some("check the templates of your own dialect; if there are none, please report this".to_owned());

    /// There is no run that could be resumed.
    ///
    /// `--resume` goes on with the newest run that `segc_state` tells of, beside the segments'
    /// tables. A run is recorded there with each segment that it has built.
    ///
    /// ```text
    /// segc run --db shop.db --resume     # and nothing has ever been built in shop.db
    /// ```
    ///
    /// Run without `--resume`, or say with `--as-of` which run is meant.
    error SEG866 "nothing to resume" NothingToResume { span: Option<Span>, reason: String }
    message |p| format!("there is no run to resume: {}", p.reason);
    help |_p| Some("run without `--resume`, or say with `--as-of` which run is meant".to_owned());
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
