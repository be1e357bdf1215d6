//! Random cases: runs, rows near the edges of windows at those runs, and changes of rows.

use jiff::{SignedDuration, Timestamp};
use segc::api::{Options, Session};
use segc::types::calendar::Calendar;

use crate::refresh_incremental::case::{Case, Cells, Config, Row, Run, Version};
use crate::refresh_incremental::segments::{self, Written};
use crate::refresh_incremental::times::Edge;
use crate::refresh_incremental::truth::{horizon, instant};
use crate::refresh_incremental::world::{self, Changes, Deletes, ENCODINGS, ENTITIES, Entity, Facts, Kind};
use crate::refresh_incremental::{growing, language};
use crate::support::tape::Tape;

/// Rows whose `deleted_at` is present are no rows: the language's meaning of soft deletes.
pub const SOFT_DELETES: bool = true;

const ZONES: &[&str] = &["UTC", "Europe/London", "America/New_York"];

/// What random cases are mostly made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bias {
    /// What the rules of refreshing by keys turn on.
    Rules,
    /// Rows that only arrive, and segments that members never leave.
    Growing,
    /// Segments of the whole language.
    Language,
}

impl Bias {
    /// The entities that its segments are of.
    fn entities(self) -> &'static [Entity] {
        match self {
            Self::Rules | Self::Growing => ENTITIES,
            Self::Language => language::entities(),
        }
    }
}

impl Case {
    /// The case that these bytes make.
    pub fn random(bias: Bias, bytes: &[u8]) -> (Self, Vec<Session>) {
        // Each segment of the whole language is made of bytes of its own.
        let (bytes, segments) = match bias {
            Bias::Rules | Bias::Growing => (bytes, &[][..]),
            Bias::Language => bytes.split_at(bytes.len() / 4 * 3),
        };
        let mut tape = Tape::new(bytes);
        let zone = tape.pick(ZONES).to_owned();
        let week_start = tape.pick(&["monday", "sunday"]).to_owned();
        let mut facts = match bias {
            Bias::Rules => facts(&mut tape),
            Bias::Growing => growing::facts(&mut tape),
            Bias::Language => language::facts(&mut tape),
        };
        if bias != Bias::Language {
            for declared in facts.iter_mut().filter(|declared| declared.changes != Changes::Static) {
                // A table for each event has its own names of columns.
                if !declared.per_event && tape.one_in(4) {
                    declared.encoding = Some(ENCODINGS[tape.below(ENCODINGS.len())]);
                }
            }
        }
        let first: Timestamp =
            tape.pick(crate::refresh_incremental::times::ANCHORS).parse().expect("an instant");
        let mut case = Self {
            zone,
            week_start,
            entities: bias.entities(),
            facts,
            configs: Vec::new(),
            runs: Vec::new(),
            rows: Vec::new(),
        };
        let calendar = case.calendar();
        let written = match bias {
            Bias::Rules => segments::write(&mut tape, &calendar, first),
            Bias::Growing => growing::write(&mut tape, first),
            Bias::Language => language::write(&mut tape, segments, first),
        };
        case.configs = match bias {
            Bias::Language => vec![base(&written)],
            Bias::Rules | Bias::Growing => configs(&mut tape, &written),
        };
        case.runs = runs(&mut tape, first, &case.configs);
        if written.items.iter().any(|item| item.tags.contains("list")) {
            change_lists(&mut tape, &mut case);
        }
        let sessions =
            case.open().unwrap_or_else(|error| panic!("not well typed: {error}\n{}", case.story()));
        let used = match bias {
            Bias::Language => (0..case.entities.len()).collect(),
            Bias::Rules | Bias::Growing => used(&sessions),
        };
        Grower::new(&mut tape, &case, &calendar, &written.edges).grow(&used).clone_into(&mut case.rows);
        if bias == Bias::Language {
            language::leave_out_what_overflows(&mut case, &sessions);
        }
        (case, sessions)
    }

    pub fn calendar(&self) -> Calendar {
        let zone = jiff::tz::TimeZone::get(&self.zone).expect("a zone");
        let week_start = segc::types::Weekday::parse(&self.week_start).expect("a day");
        Calendar { zone, zone_name: self.zone.clone(), week_start }
    }
}

/// The entities whose rows any segment reads, in any configuration.
fn used(sessions: &[Session]) -> Vec<usize> {
    let mut used: Vec<usize> = Vec::new();
    for session in sessions {
        let all = session.select(&[]).expect("all segments");
        let (plan, _) = session.plan("duckdb", &all, &Options::default());
        for read in plan.iter().flat_map(|plan| &plan.segments).flat_map(|segment| &segment.reads) {
            used.push(world::entity_at(&read.entity));
        }
    }
    used.sort_unstable();
    used.dedup();
    used
}

/// Declarations that often let the most be refreshed by keys.
fn facts(tape: &mut Tape<'_>) -> Facts {
    let mut facts = world::best();
    let at = world::entity_at;
    facts[at("customer")].deletes = match tape.below(4) {
        0 | 1 => Deletes::Hard,
        2 => Deletes::Never,
        _ if SOFT_DELETES && tape.one_in(2) => Deletes::Flag,
        _ if SOFT_DELETES => Deletes::Soft,
        _ => Deletes::Never,
    };
    if tape.one_in(3) {
        facts[at("customer")].immutable.push("company_id");
    }
    facts[at("company")].deletes = if tape.one_in(6) { Deletes::Hard } else { Deletes::Never };
    facts[at("order")].deletes = match tape.below(6) {
        0 if SOFT_DELETES => Deletes::Soft,
        1 if SOFT_DELETES => Deletes::Flag,
        5 => Deletes::Hard,
        _ => Deletes::Never,
    };
    if tape.one_in(3) {
        facts[at("order")].immutable.push("ordered_at");
    }
    if tape.one_in(8) {
        facts[at("order")].immutable.retain(|name| *name != "customer_id");
    }
    if SOFT_DELETES && tape.one_in(4) {
        facts[at("order")].ingested = true;
    }
    if tape.one_in(3) {
        facts[at("line")].changes = Changes::Mutable;
        facts[at("line")].ingested = false;
        if SOFT_DELETES && tape.one_in(2) {
            facts[at("line")].deletes = Deletes::Soft;
        }
    }
    if tape.one_in(3) {
        facts[at("event")].ingested = true;
    }
    if tape.one_in(3) {
        facts[at("day")].ingested = true;
    }
    facts[at("event")].per_event = tape.one_in(3);
    if tape.one_in(12) {
        // Without it nothing that reads the entity is refreshed by keys.
        facts[at("event")].settle = None;
    }
    if tape.one_in(12) {
        facts[at("customer")].rebuild_every = Some(7);
    }
    let hours = [1, 24, 0][tape.below(3)];
    facts[at("order")].settle = Some(hours);
    facts
}

/// What the files hold at first.
fn base(written: &Written) -> Config {
    let items = written.items.clone();
    Config { items, least: 2, reformatted: false, zone: None, facts: None, refuses: false, list: None }
}

/// What the files hold, and how they change between runs.
fn configs(tape: &mut Tape<'_>, written: &Written) -> Vec<Config> {
    let mut base = base(written);
    let mut next = base.clone();
    let is_sticky = base.items.iter().any(|item| item.text.contains("expire:"));
    match tape.below(12) {
        0 => next.least = 1,
        1 => next.reformatted = true,
        2 => next.items[0] = written.other.clone(),
        // It is stored in another way.
        3 => {
            let text = &mut next.items[0].text;
            *text = match text.contains("materialize: table") {
                true => text.replace("materialize: table", "materialize: incremental"),
                false => text.replace("materialize: incremental", "materialize: table"),
            };
        }
        // A segment is new, or is gone.
        4 => drop(base.items.pop()),
        5 => drop(next.items.pop()),
        6 if !is_sticky => next.zone = Some("America/New_York".to_owned()),
        _ => return vec![base],
    }
    vec![base, next]
}

/// Gives each run one of a few files for the static list: some keys have no row, and the first run's file may
/// come back.
fn change_lists(tape: &mut Tape<'_>, case: &mut Case) {
    let mut file = || {
        let keys = (1..15).filter(|_| tape.one_in(2)).map(|key| format!("{key}\n"));
        format!("id\n{}", keys.collect::<String>())
    };
    let files = [file(), file(), file()];
    let with = |config: &Config| {
        let config = config.clone();
        files.clone().map(|file| Config { list: Some(file), ..config.clone() })
    };
    case.configs = case.configs.iter().flat_map(with).collect();
    for run in &mut case.runs {
        run.config = run.config * files.len() + tape.below(files.len());
    }
}

const GAPS: &[SignedDuration] = &[
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(1),
    SignedDuration::ZERO,
    SignedDuration::from_micros(1),
    SignedDuration::from_hours(23),
    SignedDuration::from_hours(25),
    SignedDuration::from_hours(24 * 7),
    SignedDuration::from_hours(24 * 31),
    SignedDuration::from_hours(24 * 100),
];

fn runs(tape: &mut Tape<'_>, first: Timestamp, configs: &[Config]) -> Vec<Run> {
    let count = tape.below(4) + 3;
    let (mut seen, mut runs) = (first, Vec::new());
    let changes_at = if configs.len() > 1 { tape.below(count - 1) + 1 } else { count };
    let leaf = configs.iter().flat_map(|config| config.items.last()).max_by_key(|item| &item.name);
    let leaf = leaf.map(|item| item.name.clone()).unwrap_or_default();
    for number in 0..count {
        if number > 0 {
            seen += GAPS[tape.below(GAPS.len())];
        }
        let literal = match tape.below(12) {
            9 => Some(seen - GAPS[tape.below(6)]),
            10 => Some(seen - SignedDuration::from_hours(24 * 8)),
            11 => Some(seen + GAPS[tape.below(7)]),
            _ => None,
        };
        let without = if number > 0 && tape.one_in(6) { vec![leaf.clone()] } else { Vec::new() };
        let config = usize::from(number >= changes_at);
        runs.push(Run { seen, literal, without, config, lost: Vec::new() });
    }
    runs
}

/// Makes rows.
struct Grower<'g, 't> {
    tape: &'g mut Tape<'t>,
    case: &'g Case,
    calendar: &'g Calendar,
    /// Instants at which something turns, at some run.
    edges: Vec<Timestamp>,
    /// All that the segments say.
    texts: String,
    rows: Vec<Row>,
}

impl<'g, 't> Grower<'g, 't> {
    fn new(
        tape: &'g mut Tape<'t>,
        case: &'g Case,
        calendar: &'g Calendar,
        edges_of_segments: &[Edge],
    ) -> Self {
        let mut edges: Vec<Timestamp> = Vec::new();
        for run in &case.runs {
            edges.push(run.as_of());
            edges.extend(edges_of_segments.iter().filter_map(|edge| edge.at(calendar, run.as_of())));
        }
        edges.sort_unstable();
        edges.dedup();
        let items = case.configs.iter().flat_map(|config| &config.items);
        let texts = crate::refresh_incremental::segments::PRELUDE
            .chars()
            .chain(items.flat_map(|item| item.text.chars()))
            .collect();
        Self { tape, case, calendar, edges, texts, rows: Vec::new() }
    }

    fn grow(mut self, used: &[usize]) -> Vec<Row> {
        for &entity in used {
            for number in 0..self.case.entities[entity].most {
                // Some come later, or never: what refers to them dangles.
                if self.case.facts[entity].changes == Changes::Static || !self.tape.one_in(3) {
                    self.insert(entity, number, 0);
                }
            }
        }
        for run in 1..self.case.runs.len() {
            let count = [1, 0, 3, 5, 0, 4, 2, 12][self.tape.below(8)];
            // Segments of the whole language seldom turn on one value.
            for _ in 0..count * if self.case.may_overflow() { 8 } else { 1 } {
                let entity = used[self.tape.below(used.len())];
                self.happen(entity, run);
            }
        }
        self.rows
    }

    fn happen(&mut self, entity: usize, run: usize) {
        let declared = &self.case.facts[entity];
        if declared.changes == Changes::Static {
            return;
        }
        let own: Vec<usize> = (0..self.rows.len()).filter(|&at| self.rows[at].entity == entity).collect();
        let mutable = declared.changes == Changes::Mutable;
        let choice = self.tape.below(8);
        if own.is_empty() || choice < 3 || !mutable && choice < 7 {
            // The first that isn't there, from one on.
            let most = self.case.entities[entity].most;
            let from = self.tape.below(most);
            let is_there = |number: &usize| {
                let key = self.case.entities[entity].key_of(*number);
                own.iter().any(|&at| self.rows[at].at(run).is_some_and(|cells| has_key(cells, &key)))
            };
            let number = (from..from + most).find(|number| !is_there(number)).unwrap_or(most);
            return self.insert(entity, number, run);
        }
        let at = own[self.tape.below(own.len())];
        if self.rows[at].versions.last().is_none_or(|version| version.run >= run) {
            return;
        }
        match (self.rows[at].at(run).cloned(), declared.deletes) {
            (Some(_), Deletes::Hard) if choice == 3 || !mutable => {
                self.rows[at].versions.push(Version { run, cells: None });
            }
            (Some(cells), Deletes::Soft) if choice <= 4 => self.mark(at, run, cells),
            (Some(cells), Deletes::Flag) if choice <= 4 && mutable => self.flag(at, run, cells),
            (Some(cells), _) if mutable => self.update(at, run, cells),
            _ => {}
        }
    }

    /// A row that is new, or comes back under its key.
    fn insert(&mut self, entity: usize, number: usize, run: usize) {
        let key = self.case.entities[entity].key_of(number);
        let is_it = |version: &Version| version.cells.as_ref().is_some_and(|cells| has_key(cells, &key));
        let known = |row: &Row| row.entity == entity && row.versions.iter().any(is_it);
        let found = self.rows.iter().position(known);
        if let Some(at) = found
            && (self.rows[at].at(run).is_some() || self.rows[at].versions.iter().any(|one| one.run >= run))
        {
            return;
        }
        let mut cells: Cells = key.into_iter().map(Some).collect();
        for at in self.case.entities[entity].key..self.case.entities[entity].fields.len() {
            let cell = self.cell(entity, at, run);
            cells.push(cell);
        }
        self.case.entities[entity].copy_documents(&mut cells);
        self.stamp(entity, run, &mut cells, &[]);
        let version = Version { run, cells: Some(cells) };
        match found {
            Some(at) => self.rows[at].versions.push(version),
            None => self.rows.push(Row { entity, versions: vec![version] }),
        }
    }

    fn update(&mut self, at: usize, run: usize, mut cells: Cells) {
        let index = self.rows[at].entity;
        let (entity, declared) = (&self.case.entities[index], &self.case.facts[index]);
        let given = |at: usize| matches!(entity.fields[at].kind, Kind::Stamp | Kind::Inside(_));
        let free = |at: &usize| !declared.is_fixed(entity, *at) && !given(*at);
        let mut able: Vec<usize> = (entity.key..cells.len()).filter(free).collect();
        // Mostly one that some segment reads.
        let read: Vec<usize> =
            able.iter().copied().filter(|&at| self.texts.contains(entity.fields[at].name)).collect();
        if !read.is_empty() && !self.tape.one_in(5) {
            able = read;
        }
        for _ in 0..self.tape.below(2) + 1 {
            if !able.is_empty() {
                let field = able[self.tape.below(able.len())];
                cells[field] = self.cell(index, field, run);
            }
        }
        entity.copy_documents(&mut cells);
        // A mark is taken away now and then.
        if declared.deletes == Deletes::Soft && self.tape.one_in(3) {
            cells[entity.place("deleted_at")] = None;
        }
        self.stamp(index, run, &mut cells, &["updated_at"]);
        // A mark that stays would be the stamp of a change that says nothing of its own.
        let updated = entity.find("updated_at").filter(|_| declared.deletes == Deletes::Soft);
        if let Some(place) = updated.filter(|&place| cells[place].is_none()) {
            cells[place] = Some(self.case.runs[run].seen.to_string());
        }
        self.rows[at].versions.push(Version { run, cells: Some(cells) });
    }

    /// Deletes by a flag, or undoes that: the row's own stamp moves with it.
    fn flag(&mut self, at: usize, run: usize, mut cells: Cells) {
        let index = self.rows[at].entity;
        let (entity, declared) = (&self.case.entities[index], &self.case.facts[index]);
        let Some((flag, deleted)) = declared.deletes.flag(entity.name) else { return };
        let place = entity.place(flag);
        let is_deleted = cells[place].as_deref() == Some(&deleted.to_string());
        cells[place] = match self.tape.below(3) {
            0 if is_deleted => None,
            _ => Some((is_deleted != deleted).to_string()),
        };
        self.stamp(index, run, &mut cells, &["updated_at"]);
        self.rows[at].versions.push(Version { run, cells: Some(cells) });
    }

    /// Deletes softly: the mark alone says when.
    fn mark(&mut self, at: usize, run: usize, mut cells: Cells) {
        let index = self.rows[at].entity;
        let place = self.case.entities[index].place("deleted_at");
        self.stamp(index, run, &mut cells, &["deleted_at"]);
        if cells[place].is_none() {
            cells[place] = Some(self.case.runs[run].seen.to_string());
        }
        self.rows[at].versions.push(Version { run, cells: Some(cells) });
    }

    /// Sets what says when: one that may become visible at this run.
    fn stamp(&mut self, entity: usize, run: usize, cells: &mut Cells, only: &[&str]) {
        let declared = &self.case.facts[entity];
        let ingested = declared.ingested;
        for (at, field) in self.case.entities[entity].fields.iter().enumerate() {
            let wanted = match field.name {
                "loaded_at" => ingested,
                "deleted_at" => only.contains(&"deleted_at"),
                "updated_at" => !only.contains(&"deleted_at") || ingested,
                _ => false,
            };
            if field.kind == Kind::Stamp && wanted {
                cells[at] = self.arrival(entity, run).map(|at| at.to_string());
            }
        }
    }

    fn arrival(&mut self, entity: usize, run: usize) -> Option<Timestamp> {
        let now = self.case.runs[run].seen;
        let Some(before) = run.checked_sub(1).map(|run| self.case.runs[run].seen) else {
            return match self.tape.below(5) {
                0 => None,
                1 => Some(now - SignedDuration::from_hours(1)),
                // Ahead of the clock: every run has to look at it.
                2 => Some(now + SignedDuration::from_hours(24 * 40)),
                _ => Some(now - SignedDuration::from_hours(24 * 9)),
            };
        };
        let least = horizon(&self.case.facts[entity], before);
        let micro = SignedDuration::from_micros(1);
        match self.tape.below(10) {
            0 => None,
            1 | 2 => Some(least),
            3 => Some(least + micro),
            4 => Some((before - micro).max(least)),
            5 => Some(before),
            6 => Some(now + SignedDuration::from_hours(1)),
            7 => Some(now + SignedDuration::from_hours(24 * 40)),
            8 => Some(now),
            _ => Some(before + now.duration_since(before) / 2),
        }
        .map(whole)
    }

    /// A value of a field; that of an event's time may become visible at this run.
    fn cell(&mut self, entity: usize, at: usize, run: usize) -> Option<String> {
        let field = &self.case.entities[entity].fields[at];
        match field.kind {
            Kind::Stamp | Kind::Key | Kind::Inside(_) => None,
            _ if self.tape.one_in(9) => None,
            Kind::Ref(to) => {
                let most = self.case.entities[world::place(self.case.entities, to)].most;
                // Some have many.
                let of = self.tape.below(most + 1).min(self.tape.below(most + 1));
                Some((of + 1).to_string())
            }
            Kind::Text(items) | Kind::Number(items) => Some(self.tape.pick(items).to_owned()),
            Kind::Boolean => Some((self.tape.below(2) == 0).to_string()),
            Kind::Date | Kind::Timestamp => {
                let is_stamp = self.case.facts[entity]
                    .stamps(&self.case.entities[entity])
                    .is_some_and(|all| all.contains(&at));
                let least = run.checked_sub(1).filter(|_| is_stamp);
                let least = least.map(|run| horizon(&self.case.facts[entity], self.case.runs[run].seen));
                Some(self.time(field.kind, least, run))
            }
        }
    }

    fn time(&mut self, kind: Kind, least: Option<Timestamp>, run: usize) -> String {
        let at = self.near();
        let text = self.written(kind, at);
        let fits =
            |text: &str| least.is_none_or(|least| instant(text, self.calendar).is_some_and(|at| at >= least));
        if fits(&text) {
            return text;
        }
        let (now, before) = (self.case.runs[run].seen, self.case.runs[run - 1].seen);
        let at = match self.tape.below(4) {
            0 => least.unwrap_or(now),
            1 => before,
            2 => now - SignedDuration::from_micros(1),
            _ => now + SignedDuration::from_hours(1),
        };
        let text = self.written(kind, at);
        if fits(&text) { text } else { self.written(kind, at + SignedDuration::from_hours(48)) }
    }

    fn written(&self, kind: Kind, at: Timestamp) -> String {
        match kind {
            Kind::Date => self.calendar.local(at).date().to_string(),
            _ => whole(at).to_string(),
        }
    }

    /// Half of the time within a microsecond of an edge.
    fn near(&mut self) -> Timestamp {
        let micro = SignedDuration::from_micros(1);
        let edge = self.edges[(self.tape.below(256) * 256 + self.tape.below(256)) % self.edges.len()];
        let hour = SignedDuration::from_hours;
        match self.tape.below(16) {
            0..=3 => edge,
            4 | 5 => edge - micro,
            6 | 7 => edge + micro,
            8 => edge - hour(1),
            9 => edge + hour(1),
            10 => self.calendar.midnight(self.calendar.local(edge).date()).unwrap_or(edge),
            11 => edge - hour(12),
            12 => edge + hour(36),
            13 => edge - hour(24 * 365),
            _ => self.case.runs[0].as_of() - hour(24 * i64::try_from(self.tape.below(70)).unwrap_or(0)),
        }
    }
}

fn whole(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}

fn has_key(cells: &Cells, key: &[String]) -> bool {
    cells.iter().zip(key).all(|(cell, key)| cell.as_ref() == Some(key))
}
