//! Projects of any size, by what their segments do: those that the benchmark compiles, and whose
//! growth `tests/it/growth.rs` watches.

/// What the segments of a project do.
pub(crate) struct Kind {
    /// One word for it.
    pub(crate) name: &'static str,
    /// In a few words.
    pub(crate) what: &'static str,
    /// The segment of a number, and what stands before it. Every fifth is alike.
    segment: fn(usize) -> String,
    /// More of the catalog.
    entity: Option<fn(usize) -> String>,
}

/// Every kind.
pub(crate) const KINDS: [Kind; 12] = [
    kind("plain", "tables: sums, counts, `exists`, nested aggregates, memberships", plain),
    kind("incremental", "two windows over one table of events, by affected keys", incremental),
    kind("groups", "exclusive groups of five", groups),
    kind("memberships", "two memberships in incremental segments", memberships),
    kind("extends", "extends a segment that four others extend", extends),
    kind("keeps", "`keep top`, and a sample of that", keeps),
    kind("expiring", "`expire` and `history`", expiring),
    kind("views", "views of views, five deep", views),
    kind("inline", "inline segments in a segment, five deep", inline),
    kind("traits", "a parameter and a trait each", traits),
    kind("readers", "all read the log of one segment", readers),
    Kind { entity: Some(own_entity), ..kind("entities", "an entity and a table each", of_own_entity) },
];

const fn kind(name: &'static str, what: &'static str, segment: fn(usize) -> String) -> Kind {
    Kind { name, what, segment, entity: None }
}

impl Kind {
    /// The files of a project of so many segments, ten to a file.
    #[must_use]
    pub(crate) fn files(&self, size: usize) -> Vec<(String, String)> {
        let mut catalog = CATALOG.to_owned();
        (0..size)
            .filter_map(|number| Some(self.entity?(number)))
            .for_each(|entity| catalog.push_str(&entity));
        let mut files = vec![
            ("segc.yml".to_owned(), "name: bench\ntargets:\n  duckdb: {}\n  postgres: {}\n".to_owned()),
            ("catalog/shop.yml".to_owned(), catalog),
        ];
        for file in 0..size.div_ceil(10) {
            let numbers = file * 10..((file + 1) * 10).min(size);
            files.push((format!("segments/s{file:05}.seg"), numbers.map(self.segment).collect()));
        }
        files
    }
}

/// A segment of customers.
fn segment(number: usize, header: &str, properties: &str, body: &str) -> String {
    format!(
        "segment s{number:05} on customer{header} {{\n  owner: \"team{}@shop.example\"\n  {properties}\n  {body}\n}}\n\n",
        number % 7
    )
}

const INCREMENTAL: &str = "materialize: incremental";

/// A window of its own, so that no two segments share an instant of the clock.
fn window(number: usize) -> String {
    format!("sum(orders.total during last {} days) > {}", 7 + number, 100 + number % 900)
}

fn plain(number: usize) -> String {
    let amount = 100 + number % 900;
    let days = 7 + number % 83;
    let body = match number % 5 {
        0 => format!("where sum(orders.total during last {days} days) > {amount} and plan != \"free\""),
        1 => format!(
            "where count(orders during last {days} days where status = \"paid\") >= {}",
            number % 9 + 1
        ),
        2 => format!(
            "include where country in (\"US\", \"GB\") and not exists(orders during last {days} days)\n  exclude where in segment s{:05}",
            number - 1
        ),
        3 => format!("where exists(orders where count(lines where quantity > {}) > 2)", number % 40),
        _ => format!("where max(orders.total) >= {amount} and in segment s{:05}", number - 3),
    };
    segment(number, "", &format!("tags: [t{}]", number % 11), &body)
}

fn incremental(number: usize) -> String {
    let second = format!("count(orders during last {} days where status = \"paid\") > 2", 9 + number);
    segment(number, "", INCREMENTAL, &format!("where {} and {second}", window(number)))
}

fn groups(number: usize) -> String {
    let properties =
        format!("{INCREMENTAL}\n  exclusive group: \"g{:05}\"\n  priority: {number}", number / 5);
    segment(number, "", &properties, &format!("where {}", window(number)))
}

fn memberships(number: usize) -> String {
    let others = match number % 5 {
        4 => format!(" and in segment s{:05} and not in segment s{:05}", number - 1, number - 3),
        _ => String::new(),
    };
    segment(number, "", INCREMENTAL, &format!("where {}{others}", window(number)))
}

fn extends(number: usize) -> String {
    let parent = number / 5 * 5;
    let header = if number == parent { String::new() } else { format!(" extends s{parent:05}") };
    segment(number, &header, INCREMENTAL, &format!("where {}", window(number)))
}

fn keeps(number: usize) -> String {
    let body = format!(
        "where country = \"C{number}\"\n  keep top {} by sum(orders.total)\n  keep sample 50% seed \"s{number}\"",
        100 + number
    );
    segment(number, "", INCREMENTAL, &body)
}

fn expiring(number: usize) -> String {
    let properties = format!("{INCREMENTAL}\n  expire: 14 days\n  history: true");
    segment(number, "", &properties, &format!("where {}", window(number)))
}

/// Where in segment of the number before, four times of five.
fn on_the_one_before(number: usize) -> String {
    match number % 5 {
        0 => format!("where {}", window(number)),
        _ => format!("where {} and in segment s{:05}", window(number), number - 1),
    }
}

fn views(number: usize) -> String {
    segment(number, "", "materialize: view", &on_the_one_before(number))
}

fn inline(number: usize) -> String {
    let how = if number % 5 == 4 { INCREMENTAL } else { "materialize: inline" };
    segment(number, "", how, &on_the_one_before(number))
}

fn traits(number: usize) -> String {
    let before = format!(
        "param least{number}: decimal = {number}\n\ntrait spent{number} on customer = sum(orders.total during last {} days)\n\n",
        7 + number
    );
    before + &segment(number, "", INCREMENTAL, &format!("where spent{number} > $least{number}"))
}

fn readers(number: usize) -> String {
    let body = match number {
        0 => format!("where {}", window(number)),
        _ => format!("where country = \"C{number}\" and in segment s00000"),
    };
    segment(number, "", INCREMENTAL, &body)
}

fn own_entity(number: usize) -> String {
    format!(
        "  account{number}:\n    table: shop.accounts{number}\n    key: id\n    fields: {{ id: integer, seats: integer }}\n"
    )
}

fn of_own_entity(number: usize) -> String {
    format!("segment s{number:05} on account{number} {{ where seats > {number} }}\n\n")
}

const CATALOG: &str = r#"
entities:
  customer:
    table: shop.customers
    key: customer_id
    changes: { mutable: { updated_at: updated_at } }
    deletes: never
    settle: 1 hour
    fields:
      customer_id: { type: integer, nullable: false }
      plan: { type: string, values: [free, premium] }
      country: string
      updated_at: { type: timestamp, nullable: false }
    links:
      orders: { to: order, many: true, on: { customer_id: customer_id } }
  order:
    table: shop.orders
    key: order_id
    time: ordered_at
    changes: append_only
    deletes: never
    settle: 1 hour
    fields:
      order_id: { type: integer, nullable: false }
      customer_id: { type: integer, nullable: false }
      status: string
      total: { type: "decimal(10,2)" }
      ordered_at: { type: timestamp, nullable: false }
    links:
      lines: { to: line, many: true, on: { order_id: order_id } }
  line:
    table: shop.order_lines
    key: [order_id, line_no]
    fields:
      order_id: { type: integer, nullable: false }
      line_no: { type: integer, nullable: false }
      quantity: integer
"#;
