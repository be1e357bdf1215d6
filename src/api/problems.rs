//! Problems with tiers, targets and answers (SEG014, SEG54x, SEG726, SEG804, SEG86x).

use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// A target names a dialect that doesn't exist.
    ///
    /// A target's dialect is the one with its name, unless the target sets `dialect:`. Dialects are
    /// built in, or files in the project's folder `dialects/`.
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

    /// A comment allows a warning that isn't there.
    ///
    /// ```text
    /// where total > 100   # segc: allow SEG367
    /// ```
    ///
    /// Remove the code from the comment. Only warnings can be allowed, on the line of the comment, or, if the comment
    /// is alone on its line, on the next.
    warning SEG397 "allows nothing" UnusedAllow { span: Span, code: String }
    message |p| format!("this silences nothing: no warning {} is reported here", p.code);
    help |_p| Some("remove it; only warnings can be allowed, on this line, or on the next if the comment is alone on its line".to_owned());

    /// dbt has no counterpart for something that a segment asks for.
    ///
    /// `segc compile --format dbt` writes models, which dbt builds again in each run. What depends on
    /// former runs, beside `entered_at`, isn't known then.
    ///
    ///     segment win_back on customer {
    ///       expire: 14 days      # wrong in a dbt package
    ///       where …
    ///     }
    ///
    /// Leave the segment out (`--select`), or build it with `segc run`, which dbt can read as a source.
    error SEG540 "not possible in dbt" DbtCannot {
        span: Span, segment: String, what: &'static str, why: &'static str,
    }
    message |p| format!("dbt can't build `{}` because of its {}: {}", p.segment, p.what, p.why);
    help |p| Some(format!("leave it out with `--select`, or build it with `segc run {}`", p.segment));

    /// The dialect writes instants in a way that dbt's macros can't.
    ///
    /// A dbt package writes the as_of of a run by Python's `strftime`, which knows the directives
    /// `%Y %m %d %H %M %S %f`. The dialect's `timestamp_format` has others.
    ///
    ///     timestamp_format: "%F %T%.f"             # wrong in a dbt package
    ///     timestamp_format: "%Y-%m-%d %H:%M:%S%.f"
    ///
    /// Write the format with these directives.
    error SEG541 "instants that dbt can't write" DbtInstant { span: Option<Span>, dialect: String }
    message |p| format!("dbt can't write instants by the `timestamp_format` of dialect `{}`", p.dialect);
    help |_p| Some("write it with `%Y %m %d %H %M %S %.f`".to_owned());

    /// An exposure uses a segment that doesn't exist.
    ///
    ///     exposures: { newsletter: { owner: crm@shop.example, segments: [high_valeu] } }
    ///
    /// Correct the name, or remove it; `segc ls` lists all segments.
    error SEG542 "unknown segment of an exposure" UnknownExposed { span: Span, name: String, near: Option<String> }
    message |p| format!("there is no segment `{}`", p.name);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "remove it, or declare the segment; `segc ls` lists all segments".to_owned(),
    });

    /// The `url` of a target contains a password.
    ///
    /// `segc.yml` is shared and kept under version control.
    ///
    /// ```text
    /// targets: { warehouse: { dialect: postgres, url: "postgres://ann:secret@db/shop" } }
    /// ```
    ///
    /// Write `url_env: SHOP_DATABASE` instead, and set this environment variable to the URL.
    warning SEG726 "a password in a file" PasswordInFile { span: Span, target: String }
    message |p| format!("the `url` of target `{}` contains a password", p.target);
    help |_p| Some("write `url_env: NAME` instead, and set this environment variable to the URL".to_owned());

    /// The project has no such tier.
    ///
    /// `tiers:` in `segc.yml` are named policies, selected with `--tier`.
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

    /// The key doesn't have as many parts as the entity's.
    ///
    /// The catalog defines an entity's key under `key:`. Pass each of its fields as a separate argument,
    /// in the same order.
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

    /// A key doesn't have the type of its field.
    ///
    /// ```text
    /// segc why vip abc        # the key is an integer
    /// ```
    ///
    /// Write a value of that type: `42`, `2026-01-31`, text without quotes.
    error SEG861 "key of the wrong type" BadKey { span: Option<Span>, text: String, field: String, ty: String }
    message |p| format!("`{}` can't be the key `{}`, which is of type {}", p.text, p.field, p.ty);
    help |p| Some(format!("write a value of type {}", p.ty));

    /// No row has this key.
    ///
    /// The entity's table has no such row, in the database or in the sample rows.
    ///
    /// ```text
    /// segc why vip 999999
    /// ```
    ///
    /// Check the key and the database (`--db`; by default the project's sample rows). If the catalog says
    /// `deletes: soft`, rows that are marked as deleted don't count.
    error SEG862 "no such key" NoSuchKey { span: Option<Span>, entity: String, key: String, mark: Option<(String, &'static str)> }
    message |p| format!("there is no {} with the key `{}`", p.entity, p.key);
    help |p| Some({
        let deleted = p.mark.as_ref().map(|(mark, state)| format!("; a row whose `{mark}` is {state} has been deleted"));
        let check = "check the key and the database (`--db`, or else the rows in `data/`)";
        format!("{check}{}", deleted.unwrap_or_default())
    });

    /// Several rows have this key, or a link that should lead to one row leads to several.
    ///
    /// A key or a to-one link must identify a single row.
    ///
    /// ```text
    /// id,plan
    /// 1,free
    /// 1,premium     # a second row with this key
    /// ```
    ///
    /// Remove the duplicate rows, or correct the fields that identify rows under `key:` (or under the
    /// link's `on:`).
    error SEG863 "key of several rows" KeyNotUnique { span: Option<Span>, entity: String, key: String }
    message |p| format!("several rows are found for the {} with the key `{}`", p.entity, p.key);
    help |_p| Some("fix the rows, or `key:` and `on:` in the catalog".to_owned());

    /// A condition can't be evaluated for these rows.
    ///
    /// A number exceeds its type, or a time is outside the years -9999 to 9999. A run on an engine would
    /// fail as well.
    ///
    /// ```text
    /// segment odd on customer { where points * 9_000_000_000_000_000_000 > 3 }
    /// ```
    ///
    /// Fix the rows, or write the condition so that it stays in range.
    error SEG864 "a condition can't be evaluated" CannotEvaluate { span: Option<Span>, reason: String }
    message |p| format!("this can't be evaluated: {}", p.reason);
    help |_p| Some("fix the rows, or write the condition so that it stays in range".to_owned());

    /// A database gave an answer that segc can't interpret.
    ///
    /// segc expects conditions, which are true or false, and counts. A template in your own dialect file
    /// may return something else.
    ///
    /// ```text
    /// functions: { contains: "CAST($1 LIKE $2 AS INTEGER)" }
    /// ```
    ///
    /// Fix the template. If you have no templates of your own, this is a bug in segc: please report it.
    error SEG865 "unexpected answer" StrangeAnswer { span: Option<Span>, what: String }
    message |p| format!("the database's answer can't be interpreted: {}", p.what);
    help |_p| Some("check the templates in your own dialect; if you have none, please report this".to_owned());

    /// There is no run to resume.
    ///
    /// `--resume` continues the newest run recorded in `segc_state`, next to the segments' tables. A run
    /// is recorded there with each segment that it builds.
    ///
    /// ```text
    /// segc run --db shop.db --resume     # but nothing has ever been built in shop.db
    /// ```
    ///
    /// Run without `--resume`, or select a run with `--as-of`.
    error SEG866 "nothing to resume" NothingToResume { span: Option<Span>, reason: String }
    message |p| format!("there is no run to resume: {}", p.reason);
    help |_p| Some("run without `--resume`, or select a run with `--as-of`".to_owned());
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
