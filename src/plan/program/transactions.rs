//! Which segments a transaction has room for.

use crate::plan::model::{Kept, Rules, SegmentPlan};

/// The most tables of all segments that a transaction changes: runs, inputs, counts.
const SHARED_TABLES: usize = 3;

/// Divides segments among transactions that change as many tables as the target allows, each after those of
/// the levels below. One that has more tables by itself is alone.
pub(crate) fn transactions<'a, T>(
    mut segments: Vec<T>,
    plan_of: impl Fn(&T) -> &'a SegmentPlan,
    rules: Rules,
) -> Vec<Vec<T>> {
    let most = rules.transaction_tables.filter(|_| rules.transactions).unwrap_or(usize::MAX);
    let most = most.saturating_sub(SHARED_TABLES);
    if segments.iter().map(|one| changed_tables(plan_of(one), rules)).sum::<usize>() <= most {
        return vec![segments];
    }
    segments.sort_by_key(|one| plan_of(one).level);
    let mut all: Vec<Vec<T>> = Vec::new();
    let mut room = 0;
    for segment in segments {
        let changed = changed_tables(plan_of(&segment), rules);
        match all.last_mut().filter(|_| changed <= room) {
            Some(last) => {
                room -= changed;
                last.push(segment);
            }
            None => {
                room = most.saturating_sub(changed);
                all.push(vec![segment]);
            }
        }
    }
    all
}

/// How many tables of its own a segment's run changes.
fn changed_tables(segment: &SegmentPlan, rules: Rules) -> usize {
    let Kept { ranked, log, history, .. } = &segment.kept;
    let kept = [ranked.is_some(), log.is_some(), history.is_some(), !rules.shares_state];
    let list = if segment.list.is_some() { 2 } else { 0 };
    1 + list + kept.into_iter().filter(|&is_changed| is_changed).count()
}
