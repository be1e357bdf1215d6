//! Makes a failing case as small as possible: what remains is what a person has to read.

use crate::refresh_incremental::case::Case;
use crate::refresh_incremental::truth::lies;
use crate::refresh_incremental::world::Kind;

/// How many smaller cases are tried.
const TRIES: usize = 600;

struct Shrinker<'f> {
    best: Case,
    fails: &'f mut dyn FnMut(&Case) -> bool,
    tries: usize,
}

/// The smallest case found that still fails.
pub fn shrunk(case: &Case, fails: &mut dyn FnMut(&Case) -> bool) -> Case {
    let mut shrinker = Shrinker { best: case.clone(), fails, tries: 0 };
    loop {
        let before = size(&shrinker.best);
        shrinker.items();
        shrinker.runs();
        shrinker.rows();
        shrinker.versions();
        shrinker.lines();
        shrinker.settings();
        if size(&shrinker.best) == before || shrinker.tries >= TRIES {
            break;
        }
    }
    shrinker.cells();
    shrinker.best
}

fn size(case: &Case) -> usize {
    let texts: usize = case.configs.iter().flat_map(|config| &config.items).map(|item| item.text.len()).sum();
    let versions: usize = case.rows.iter().map(|row| row.versions.len()).sum();
    texts + case.runs.len() * 10 + versions * 10
}

impl Shrinker<'_> {
    /// Takes a smaller case if it is a true one that still fails.
    fn attempt(&mut self, case: Case) -> bool {
        self.tries += 1;
        if self.tries > TRIES || !lies(&case, &case.calendar()).is_empty() || case.open().is_err() {
            return false;
        }
        let smaller = (self.fails)(&case);
        if smaller {
            self.best = case;
        }
        smaller
    }

    fn items(&mut self) {
        for at in (0..self.best.configs[0].items.len()).rev() {
            let mut case = self.best.clone();
            let name = case.configs[0].items[at].name.clone();
            case.configs.iter_mut().for_each(|config| config.items.retain(|item| item.name != name));
            case.runs.iter_mut().for_each(|run| run.without.retain(|other| *other != name));
            if !case.configs[0].items.is_empty() {
                self.attempt(case);
            }
        }
    }

    fn runs(&mut self) {
        for at in (0..self.best.runs.len()).rev() {
            if self.best.runs.len() <= 2 {
                return;
            }
            let mut case = self.best.clone();
            case.runs.remove(at);
            let last = case.runs.len() - 1;
            for row in &mut case.rows {
                if at > last {
                    row.versions.retain(|version| version.run <= last);
                }
                for version in &mut row.versions {
                    version.run -= usize::from(version.run > at);
                }
                // Of two that fall together the later one counts.
                let runs: Vec<usize> = row.versions.iter().map(|version| version.run).collect();
                let mut index = 0;
                row.versions.retain(|version| {
                    index += 1;
                    !runs[index..].contains(&version.run)
                });
            }
            case.rows.retain(|row| !row.versions.is_empty());
            self.attempt(case);
        }
    }

    fn rows(&mut self) {
        for at in (0..self.best.rows.len()).rev() {
            let mut case = self.best.clone();
            case.rows.remove(at);
            self.attempt(case);
        }
    }

    fn versions(&mut self) {
        for at in (0..self.best.rows.len()).rev() {
            for version in (0..self.best.rows[at].versions.len()).rev() {
                if self.best.rows[at].versions.len() > 1 {
                    let mut case = self.best.clone();
                    case.rows[at].versions.remove(version);
                    self.attempt(case);
                }
            }
        }
    }

    /// Rules and properties that aren't needed.
    fn lines(&mut self) {
        for item in 0..self.best.configs[0].items.len() {
            let lines = self.best.configs[0].items[item].text.lines().count();
            for line in (1..lines.saturating_sub(1)).rev() {
                let mut case = self.best.clone();
                for config in &mut case.configs {
                    let Some(item) = config.items.get_mut(item) else { continue };
                    let text = &mut item.text;
                    let kept: Vec<&str> = text
                        .lines()
                        .enumerate()
                        .filter(|(at, _)| *at != line)
                        .map(|(_, text)| text)
                        .collect();
                    *text = kept.join("\n") + "\n";
                }
                self.attempt(case);
            }
        }
    }

    fn settings(&mut self) {
        for run in 0..self.best.runs.len() {
            for change in 0..3 {
                let mut case = self.best.clone();
                match change {
                    0 if case.runs[run].literal.is_some() => case.runs[run].literal = None,
                    1 if !case.runs[run].without.is_empty() => case.runs[run].without.clear(),
                    2 if case.runs[run].config > 0 => case.runs[run].config = 0,
                    _ => continue,
                }
                self.attempt(case);
            }
        }
        let mut case = self.best.clone();
        if case.zone != "UTC" {
            case.zone = "UTC".to_owned();
            self.attempt(case);
        }
        let mut case = self.best.clone();
        if case.configs.len() > 1 && case.runs.iter().all(|run| run.config == 0) {
            case.configs.truncate(1);
            self.attempt(case);
        }
    }

    /// Values that don't matter are missing.
    fn cells(&mut self) {
        for at in 0..self.best.rows.len() {
            let entity = &self.best.entities[self.best.rows[at].entity];
            for field in entity.key..entity.fields.len() {
                if matches!(entity.fields[field].kind, Kind::Inside(_)) {
                    continue;
                }
                let mut case = self.best.clone();
                let cells = case.rows[at].versions.iter_mut().filter_map(|version| version.cells.as_mut());
                let mut any = false;
                cells.for_each(|cells| {
                    any |= cells[field].take().is_some();
                    entity.copy_documents(cells);
                });
                if any {
                    self.attempt(case);
                }
            }
        }
    }
}
