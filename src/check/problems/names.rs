//! Names, structure, cycles.

use crate::diagnostic::{Label, Span};

/// A value of a type that parameters may have.
fn example_of(ty: &str) -> &'static str {
    match ty {
        "integer" => "`10`",
        "float" => "`0.5`",
        "boolean" => "`true`",
        "date" => "`2024-01-31`",
        "timestamp" => "`2024-01-31T12:00:00Z`",
        "string" => "`\"text\"`",
        _ => "`10.50`",
    }
}

crate::problems! {
    /// The catalog has no entity of this name.
    ///
    ///     segment lapsed on custmer { … }     # the catalog says `customer`
    ///
    /// Check the spelling, or declare the entity in `catalog/`.
    error SEG301 "unknown entity" UnknownEntity { span: Span, name: String, help: Option<String> }
    message |p| format!("there is no entity `{}`", p.name);
    help |p| p.help.clone();

    /// No segment has this name.
    ///
    ///     where in segment hi_value           # the segment is called `high_value`
    ///
    /// Segment names are case-sensitive.
    error SEG302 "unknown segment" UnknownSegment { span: Span, name: String, help: Option<String> }
    message |p| format!("there is no segment `{}`", p.name);
    help |p| p.help.clone();

    /// The entity has no field, link or trait of this name.
    ///
    ///     segment lapsed on customer { where contry = "US" }   # the field is `country`
    ///
    /// Check the spelling. A field of a linked entity is reached through the link:
    /// `company.industry`, or in an aggregate, `sum(orders.total)`. Text needs quotes.
    error SEG303 "unknown name" UnknownName { span: Span, name: String, entity: String, help: Option<String> }
    message |p| format!("`{}` has no field, link or trait `{}`", p.entity, p.name);
    help |p| p.help.clone();

    /// No `param` has this name.
    ///
    ///     param min_spend: decimal = 1000
    ///     segment big on customer { where lifetime_value > $min_spent }
    ///
    /// Correct the name, or declare the parameter: `param min_spend: decimal = 1000`.
    error SEG304 "unknown parameter" UnknownParam { span: Span, name: String, help: Option<String> }
    message |p| format!("there is no parameter `${}`", p.name);
    help |p| p.help.clone();

    /// The language has no function of this name.
    ///
    ///     where lowercase(email) = "a@b.example"     # it is called `lower`
    error SEG305 "unknown function" UnknownFunction { span: Span, name: String, help: Option<String> }
    message |p| format!("there is no function `{}`", p.name);
    help |p| p.help.clone();

    /// Segments have no property of this name.
    ///
    ///     segment lapsed on customer { descripton: "…" }
    ///
    /// Correct the name. The properties are `description`, `owner`, `tags`, `enabled`,
    /// `materialize`, `access`, `exclusive group`, `priority`, `expire` and `history`.
    error SEG306 "unknown property" UnknownProperty { span: Span, name: String, help: Option<String> }
    message |p| format!("segments have no property `{}`", p.name);
    help |p| p.help.clone();

    /// `materialize` is `table`, `incremental`, `view` or `inline`.
    ///
    ///     materialize: incremetal             # incremental
    error SEG307 "unknown way to materialize" UnknownMaterialize { span: Span, word: String, help: Option<String> }
    message |p| format!("`materialize` can't be `{}`", p.word);
    help |p| p.help.clone();

    /// The same name is defined twice: for two segments (even if they differ in case, since not
    /// every database distinguishes them), two traits of an entity, two parameters, or two
    /// properties of a segment.
    ///
    ///     segment lapsed on customer { … }
    ///     segment Lapsed on customer { … }
    ///
    /// Rename or remove one of them.
    error SEG308 "defined twice" Duplicate { span: Span, what: &'static str, name: String, first: Span, first_name: String }
    message |p| format!("the {} `{}` is defined twice", p.what, p.name);
    help |p| Some(if p.name == p.first_name {
        "rename or remove one of them".to_owned()
    } else {
        format!("`{}` and `{}` differ only in case; rename one of them", p.first_name, p.name)
    });
    labels |p| vec![Label { span: p.first, text: "first defined here".to_owned() }];

    /// A trait has the name of a field or a link of its entity, so the name would have two
    /// meanings.
    ///
    ///     trait country on customer = …       # `customer` has a field `country`
    ///
    /// Rename the trait.
    error SEG309 "a trait hides a field" TraitHides { span: Span, name: String, entity: String, what: &'static str, other: Span }
    message |p| format!("`{}` already has a {} `{}`", p.entity, p.what, p.name);
    help |_p| Some("rename the trait".to_owned());
    labels |p| vec![Label { span: p.other, text: format!("the {}", p.what) }];

    /// A field's name is in quotes, which makes it text.
    ///
    ///     where "country" = 'US'              # country = "US"
    ///
    /// Unlike in SQL, both kinds of quotes enclose text. Write the name without quotes.
    error SEG310 "a field in quotes" QuotedField { span: Span, text: String, name: String }
    message |p| format!("`{}` is text, not the field `{}`", p.text, p.name);
    help |p| Some(format!("write the field without quotes: `{}`", p.name));

    /// A property is set to a value of the wrong kind.
    ///
    ///     owner: 12                           # owner: "growth@shop.example"
    ///     tags: "marketing"                   # tags: [marketing]
    error SEG311 "wrong kind of property" WrongProperty { span: Span, name: String, example: String }
    message |p| format!("`{}` can't have this value", p.name);
    help |p| Some(format!("write `{}: {}`", p.name, p.example));

    /// A segment has at most one `where`, and none if it has an `include where`. Otherwise it would
    /// be unclear whether both must hold or either.
    ///
    ///     where country = "US"
    ///     where plan = "free"                 # where country = "US" and plan = "free"
    ///
    /// If both must hold, join them with `and`; if either is enough, write each as
    /// `include where`.
    error SEG312 "more than one `where`" SecondWhere {
        span: Span, first: Span, beside_include: bool,
        /// The first rule is a single aggregate, and the second was meant for its rows.
        aggregate: Option<String>,
    }
    message |p| if p.beside_include {
        "`where` can't be combined with `include where`".to_owned()
    } else {
        "a segment has at most one `where`".to_owned()
    };
    help |p| Some(match &p.aggregate {
        Some(aggregate) => format!("put a condition on the rows inside the parentheses: `{aggregate}`"),
        None => "if both must hold, join the conditions with `and`; if either is enough, write `include where` \
            for each".to_owned(),
    });
    labels |p| vec![Label { span: p.first, text: "the other rule".to_owned() }];

    /// A segment extends a segment on another entity.
    ///
    ///     segment big on company { … }
    ///     segment big_us on customer extends big { … }
    ///
    /// To select customers by their company, write `where company in segment big`.
    error SEG313 "extends another entity" ExtendsOther { span: Span, parent: String, parent_entity: String, entity: String }
    message |p| format!("`{}` is on `{}`, but this segment is on `{}`", p.parent, p.parent_entity, p.entity);
    help |p| Some(format!("to use it through a link, write `where <link> in segment {}`", p.parent));

    /// A segment with `enabled: false` compiles to nothing, so nothing may refer to it.
    ///
    ///     segment old on customer { enabled: false }
    ///     segment new on customer extends old { … }
    ///
    /// Enable it, or remove the reference.
    error SEG314 "a disabled segment is used" DisabledUsed { span: Span, name: String, disabled: Span }
    message |p| format!("`{}` is disabled", p.name);
    help |p| Some(format!("enable `{}`, or remove this reference", p.name));
    labels |p| vec![Label { span: p.disabled, text: "disabled here".to_owned() }];

    /// Segments or traits are defined in terms of each other, in a cycle.
    ///
    ///     segment a on customer { where in segment b }
    ///     segment b on customer extends a { … }
    ///
    /// The message shows the whole chain; break one of its steps.
    error SEG315 "a cycle" Cycle { span: Span, chain: String, labels: Vec<Label> }
    message |p| format!("this is defined in terms of itself: {}", p.chain);
    help |_p| Some("break one of the steps of the chain".to_owned());
    labels |p| p.labels.clone();

    /// `in segment` looks for a row of one entity in a segment on another.
    ///
    ///     segment rich on customer { where in segment big_accounts }   # a segment of `company`
    ///
    /// Say which link leads there: `company in segment big_accounts`.
    error SEG316 "membership of another entity" OtherMembers {
        span: Span, segment: String, segment_entity: String, entity: String, links: Vec<String>
    }
    message |p| format!("`{}` is a segment on `{}`, not on `{}`", p.segment, p.segment_entity, p.entity);
    help |p| p.links.first().map(|link| format!("write `{link} in segment {}`", p.segment));

    /// A link to many rows is used where one value is needed.
    ///
    ///     where orders.total > 100            # which order?
    ///
    /// Reduce the rows to one value: `sum(orders.total) > 100`,
    /// `exists(orders where total > 100)`, `count(orders) > 3`.
    error SEG317 "many rows as one value" ManyAsValue { span: Span, link: String, help: String }
    message |p| format!("`{}` leads to many rows, but one value is needed here", p.link);
    help |p| Some(p.help.clone());

    /// A link, or `outer` alone, is used as a value.
    ///
    ///     where company = "Acme"              # company.name = "Acme"
    error SEG318 "a row as a value" RowAsValue { span: Span, path: String, entity: String, help: Option<String> }
    message |p| format!("`{}` is a whole row of `{}`, not a value", p.path, p.entity);
    help |p| p.help.clone();

    /// `outer` is the row that an aggregate belongs to. It is used inside an aggregate, at the start
    /// of a path, and reaches exactly one level up. An aggregate's own path can't begin with it.
    ///
    ///     where outer.country = "US"          # country = "US"
    error SEG319 "misplaced `outer`" MisplacedOuter { span: Span, message: &'static str, help: &'static str }
    message |p| p.message.to_owned();
    help |p| Some(p.help.to_owned());

    /// `["…"]` selects events by name. It needs a link to an entity whose catalog entry says which
    /// field holds the name.
    ///
    ///     count(orders["Paid"])               # orders have no `event_name`
    ///
    /// Add `event_name: <field>` to the entity, or use `where`.
    error SEG320 "no event names" NoEventName {
        span: Span, name: String, entity: Option<String>,
        /// The path, if the text in brackets is a field.
        field: Option<String>,
    }
    message |p| match &p.entity {
        Some(entity) => format!("`{entity}` doesn't say which field holds an event's name"),
        None => format!("`{}` isn't a link, so there are no events to select", p.name),
    };
    help |p| p.entity.as_ref().map(|entity| match &p.field {
        Some(path) => format!("a field follows a dot: `{path}`"),
        None => format!("add `event_name: <field>` to `{entity}` in the catalog, or filter with `where`"),
    });

    /// The catalog lists the names of events, but not this one.
    ///
    ///     count(events["Order Complete"])     # "Order Completed"
    error SEG321 "unknown event" UnknownEvent { span: Span, name: String, entity: String, help: Option<String> }
    message |p| format!("`{}` has no event \"{}\"", p.entity, p.name);
    help |p| p.help.clone();

    /// An aggregate's path must follow a link to many rows.
    ///
    ///     sum(company.revenue)                # company.revenue
    error SEG322 "nothing to aggregate" NoManyLink { span: Span, func: &'static str, help: String }
    message |p| format!("`{}` needs a path through a link to many rows", p.func);
    help |p| Some(p.help.clone());

    /// `count`, `exists` and `every` work on rows, so their path ends at a link to many rows.
    ///
    ///     count(orders.status)                # count(orders), count distinct(orders.status)
    error SEG323 "a path of rows is needed" RowsNeeded { span: Span, func: &'static str, help: String }
    message |p| format!("`{}` counts rows, so its path ends at a link to many rows", p.func);
    help |p| Some(p.help.clone());

    /// `sum`, `avg`, `min`, `max` and `count distinct` work on values: name the field after the
    /// link.
    ///
    ///     sum(orders)                         # sum(orders.total)
    error SEG324 "a value is needed" ValueNeeded { span: Span, func: &'static str, help: String }
    message |p| format!("`{}` needs a value from each row", p.func);
    help |p| Some(p.help.clone());

    /// Inside an aggregate, names are already read from the rows at the end of its path.
    ///
    ///     count(orders where orders.total > 10)            # where total > 10
    ///     sum(lines.quantity * lines.unit_price)           # lines.quantity * unit_price
    error SEG325 "the path is repeated" PathRepeated { span: Span, link: String, rest: String }
    message |p| format!("names are already read from `{}` here", p.link);
    help |p| Some(format!("write `{}`: the first name already gives the path", p.rest));

    /// A window needs to know when a row happened.
    ///
    ///     count(addresses during last 30 days)    # addresses have no time
    ///
    /// Declare `time: <field>` in the catalog for an entity on the path.
    error SEG326 "no time for the window" NoTime { span: Span, entity: String, help: String }
    message |p| format!("`{}` has no time that a window could apply to", p.entity);
    help |p| Some(p.help.clone());

    /// A bound of an aggregate's window is the same for all of its rows. It may use constants, `now`
    /// and, through `outer.`, fields of the enclosing row, but no aggregates.
    ///
    ///     count(orders during signed_up_at to now)     # outer.signed_up_at to now
    error SEG327 "not a bound of a window" WindowName { span: Span, message: String, help: String }
    message |p| p.message.clone();
    help |p| Some(p.help.clone());

    /// `every` tests the condition after its `where`.
    ///
    ///     every(orders)                       # every(orders where status = "paid")
    error SEG328 "`every` without a test" EveryWithoutWhere { span: Span }
    message |_p| "`every` needs a condition to test".to_owned();
    help |_p| Some("add `where …` inside the parentheses".to_owned());

    /// Only links can be followed by a dot.
    ///
    ///     where country.name = "US"           # country = "US"
    error SEG329 "nothing follows a field" AfterField {
        span: Span, name: String, ty: Option<String>, part: Option<&'static str>,
    }
    message |p| match &p.ty {
        Some(ty) => format!("`{}` is a value of type {ty}; nothing can follow it", p.name),
        None => format!("`{}` is a trait; nothing can follow it", p.name),
    };
    help |p| Some(match &p.part {
        Some(part) => format!("write `{part}({})`", p.name),
        None => format!("end the path at `{}`", p.name),
    });

    /// A parameter has neither a default nor a value.
    ///
    ///     param region: string                # param region: string = "EU"
    ///
    /// Give it a default, a value under `params:` in `segc.yml`, or `--param region=EU`.
    error SEG330 "a parameter without a value" NoParamValue { span: Span, name: String }
    message |p| format!("`${}` has no value", p.name);
    help |p| Some(format!("give it a default, or pass `--param {}=…`", p.name));

    /// The value of a parameter doesn't have its declared type.
    ///
    ///     param min_spend: decimal = "many"
    ///
    /// Write a value of the declared type, or declare another type.
    error SEG331 "a parameter's value has the wrong type" WrongParamValue {
        span: Option<Span>, name: String, value: String, ty: String, declared: Span, why: Option<&'static str>
    }
    message |p| format!("`{}` is not a value of type {}, which `${}` needs", p.value, p.ty, p.name);
    help |p| Some(p.why.map_or_else(|| format!("write a value such as {}", example_of(&p.ty)), str::to_owned));
    labels |p| vec![Label { span: p.declared, text: format!("declared as {}", p.ty) }];

    /// A value was given for a parameter that no file declares.
    ///
    ///     segc compile --param min_spent=10   # the parameter is `min_spend`
    error SEG332 "a value for an unknown parameter" UnknownParamGiven {
        span: Option<Span>, name: String, help: Option<String>
    }
    message |p| format!("a value is given for `{}`, but there is no such parameter", p.name);
    help |p| p.help.clone();

    /// A parameter's default is a constant.
    ///
    ///     param since: timestamp = now        # use `now` where the parameter is used
    error SEG333 "a default that isn't constant" DefaultNotConstant { span: Span, name: String }
    message |p| format!("the default of `${}` must be a constant", p.name);
    help |_p| Some("write a literal, such as `10`, `\"text\"`, `true` or `2024-01-31`".to_owned());

    /// A parameter is text, a number, a boolean, a date or a timestamp.
    ///
    ///     param cities: array<string> = …
    ///
    /// Declare it as `string`, `integer`, `decimal`, `float`, `boolean`, `date` or `timestamp`.
    error SEG334 "a type that no parameter has" ParamType { span: Span, ty: String }
    message |p| format!("a parameter can't be of type {}", p.ty);
    help |_p| Some("use string, integer, decimal, float, boolean, date or timestamp".to_owned());

    /// `in segment` tests a row, but this path ends at a value.
    ///
    ///     where country in segment big        # where in segment big
    error SEG335 "membership of a value" ValueInSegment { span: Span, path: String, segment: String }
    message |p| format!("`{}` is a value, but only a row can be in a segment", p.path);
    help |p| Some(format!("write `in segment {}`, with a link in front of it if the segment is on another entity", p.segment));

    /// Traits that use other traits are nested too deeply.
    ///
    ///     trait t1 on customer = t0 + 1
    ///     trait t2 on customer = t1 + 1       # … and so on to t200
    ///
    /// A trait is expanded wherever it is used, with the traits that it uses. The expanded
    /// expression may be nested 300 levels deep. Shorten the chain at the place shown.
    error SEG336 "traits nested too deeply" TraitsTooDeep { span: Span, limit: usize }
    message |p| format!("with this trait expanded, the expression is nested more than {} levels deep", p.limit);
    help |_p| Some("shorten the chain of traits behind it".to_owned());

    /// The traits that a condition or a trait uses make it too large.
    ///
    ///     trait t1 on customer = t0 + t0
    ///     trait t2 on customer = t1 + t1      # twice as large with every step
    ///
    /// A trait is expanded wherever it is used, with the traits that it uses. The expanded
    /// expression may have 10,000 parts. Use the trait less often, or use fewer traits in it (here,
    /// `t0 * 4`).
    error SEG337 "too large with its traits" TraitsTooLarge { span: Span, limit: u64 }
    message |p| format!("with this trait expanded, the expression has more than {} parts", p.limit);
    help |_p| Some("use it less often, or use fewer traits in it".to_owned());

    /// This field marks deleted rows. A row that it marks doesn't exist for segc, so a condition always finds
    /// the mark absent.
    ///
    ///     where deleted_at is missing         # holds for every customer
    ///     where deleted_at during last 7 days # holds for nobody
    ///
    /// Remove the condition: segments have no deleted members, and aggregates see no deleted rows.
    /// If marked rows should count, remove `deletes: soft` and `deleted_at` from the entity's
    /// `changes`, or the flag from `deletes`.
    warning SEG338 "the mark of deleted rows" NeverDeleted { span: Span, entity: String, field: String, state: &'static str }
    message |p| match p.state {
        "present" => format!("`{}` is always missing here: a {} that has one is deleted", p.field, p.entity),
        state => format!("`{}` is never {state} here: a {} for which it is {state} is deleted", p.field, p.entity),
    };
    help |_p| Some("remove the condition; if deleted rows should count, remove `deletes: soft` from the catalog".to_owned());

    /// A path follows too many links; each of them would be a separate join.
    ///
    ///     where inviter.inviter.inviter.inviter. … .country = "US"
    ///
    /// Define a trait for the last part of the path, and use it in the path.
    error SEG339 "a path that is too long" PathTooLong { span: Span, links: usize, limit: usize }
    message |p| format!("a path follows at most {} links, but this one follows {}", p.limit, p.links);
    help |_p| Some("shorten it, or read the value from a nearer entity".to_owned());

    /// A `title` is what people call a segment: one line of 1 to 100 characters. More text goes into
    /// `description`.
    ///
    ///     title: ""                           # title: "High value"
    error SEG398 "no title" NoTitle { span: Span, empty: bool }
    message |p| if p.empty { "`title` is empty".to_owned() } else { "a title is one line of at most 100 characters".to_owned() };
    help |p| Some(if p.empty { "fill it in, or remove `title`" } else { "shorten it, and put the rest into `description`" }.to_owned());
}
