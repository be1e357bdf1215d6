//! The same random cases on the engines that only answer queries: GoogleSQL and Spark. They
//! take some tens of milliseconds for each, hence fewer cases.

use proptest::test_runner::TestCaseError;
use segc::api::Options;

use crate::support::engine::{Members, Runner};
use crate::support::{given, python};
use crate::{Case, Count, compare, engines, expected};

/// Those that this machine has.
pub struct Queries(Vec<Box<dyn Runner>>);

impl Queries {
    pub fn start() -> Self {
        let found = [python::googlesql(), python::spark()].into_iter().flatten();
        Self(found.map(|engine| -> Box<dyn Runner> { Box::new(engine) }).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Compares the members of all segments of a case, by their SELECTs.
    pub fn run(&mut self, case: &Case) -> Result<Count, TestCaseError> {
        let session = case.open()?;
        let data = case.data(&session);
        let wanted: Vec<_> = expected(&session, &data)
            .into_iter()
            .filter_map(|(name, keys)| keys.map(|keys| (name, keys)))
            .collect();
        let options = Options { as_of: crate::world::AS_OF.parse().ok(), ..Options::default() };
        let mut count = Count::default();
        for engine in &mut self.0 {
            let target = engine.target();
            engine.load(&given::from_data(target, &data));
            let select = |(name, _): &(String, engines::Keys)| {
                let id = session.hir().find(name).expect("a segment that was evaluated");
                let sql = session.select_sql(target, id, &options);
                sql.map_err(|problems| TestCaseError::fail(format!("{problems:?}")))
            };
            let selects: Vec<String> = wanted.iter().map(select).collect::<Result<_, _>>()?;
            let found = engine.members_of_all(&selects);
            for (((name, wanted), sql), found) in wanted.iter().zip(&selects).zip(found) {
                let found = match found {
                    Ok(found) => texts(&found),
                    Err(error) if engines::is_overflow(&error) => continue,
                    Err(error) => {
                        return Err(TestCaseError::fail(format!("{name} on {target}: {error}\n{sql}")));
                    }
                };
                compare(case, target, name, wanted, &found, sql)?;
                count.selects += 1;
                count.members += wanted.len();
            }
        }
        Ok(count)
    }
}

fn texts(members: &Members) -> engines::Keys {
    members.iter().map(|key| key.iter().map(ToString::to_string).collect()).collect()
}
