//! The catalog and the rows for sequences.

use jiff::Timestamp;
use segc::api::Session;
use segc::evaluate::Data;
use segc::project::Memory;

use crate::support::project::open;
use crate::support::rows::read_csv;

pub const AS_OF: &str = "2026-03-01T12:00:00Z";

pub fn as_of() -> Timestamp {
    AS_OF.parse().expect("an instant")
}

/// Links of several kinds: named events, orders and their lines (which have no time of their
/// own), notices that hang on another field of the person, and have a date for a time.
const CATALOG: &str = "
entities:
  person:
    table: persons
    key: id
    fields:
      id: integer
      team_id: integer
      joined_at: timestamp
    links:
      events: { to: event, many: true, on: { id: person_id } }
      sales: { to: sale, many: true, on: { id: person_id } }
      notices: { to: notice, many: true, on: { team_id: team_id } }
      mates: { to: person, many: true, on: { team_id: team_id } }
  event:
    table: events
    key: event_id
    time: at
    event_name: kind
    fields:
      event_id: integer
      person_id: integer
      kind: string
      at: timestamp
      product: string
      number: integer
      amount: integer
    links:
      person: { to: person, on: { person_id: id } }
  sale:
    table: sales
    key: sale_id
    time: sold_at
    fields:
      sale_id: integer
      person_id: integer
      sold_at: { type: timestamp, nullable: false }
      product: string
      number: { type: 'decimal(8,2)' }
      total: integer
    links:
      lines: { to: line, many: true, on: { sale_id: sale_id } }
  line:
    table: lines
    key: [sale_id, line_no]
    fields:
      sale_id: integer
      line_no: integer
      product: string
      number: float
      quantity: integer
    links:
      sale: { to: sale, on: { sale_id: sale_id } }
  notice:
    table: notices
    key: notice_id
    time: day
    fields:
      notice_id: integer
      team_id: integer
      day: date
      product: string
      number: integer
";

pub const ENTITIES: [(&str, &str); 5] = [
    ("person", "id,team_id,joined_at"),
    ("event", "event_id,person_id,kind,at,product,number,amount"),
    ("sale", "sale_id,person_id,sold_at,product,number,total"),
    ("line", "sale_id,line_no,product,number,quantity"),
    ("notice", "notice_id,team_id,day,product,number"),
];

/// Rows as CSV lines, one list an entity, in the order of [`ENTITIES`]; a blank is missing.
pub struct World {
    pub zone: &'static str,
    pub rows: [Vec<String>; 5],
}

impl World {
    pub fn open(&self, conditions: &[String]) -> Session {
        let segment = |(at, condition): (usize, &String)| {
            format!("segment s{at} on person {{ materialize: inline where {condition} }}\n")
        };
        let segments: String = conditions.iter().enumerate().map(segment).collect();
        let settings = format!("name: world\ntimezone: {}\n", self.zone);
        let files = Memory::new()
            .with("segc.yml", settings)
            .with("catalog/world.yml", CATALOG)
            .with("segments/all.seg", segments);
        open(&files)
    }

    pub fn data(&self, session: &Session) -> Data {
        let mut data = Data::new(&session.hir().catalog);
        for ((entity, header), rows) in ENTITIES.iter().zip(&self.rows) {
            let text = format!("{header}\n{}\n", rows.join("\n"));
            read_csv(&mut data, entity, &text).expect("the rows fit");
        }
        data
    }
}
