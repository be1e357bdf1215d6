//! Exclusive groups: their segments, and the order of these.

use std::collections::BTreeMap;

use super::hir::{Group, SegmentId};
use super::names::{Names, SegmentItem};
use super::problems::keep::{EqualPriorities, LargeGroup, MixedGroup, NoGroup, NoPriority};
use super::properties::Read;
use crate::diagnostic::{Diagnostics, Span};

/// A segment's place in its group.
pub(super) struct GroupPlace {
    name: String,
    priority: i64,
    /// Where `exclusive group` is.
    pub(super) span: Span,
    /// Those with a lower number, by index in [`Names`], in the order of their numbers.
    pub(super) before: Vec<usize>,
}

impl GroupPlace {
    /// The group with the identities of its segments.
    pub(super) fn group(&self, before: Vec<SegmentId>) -> Group {
        Group { name: self.name.clone(), priority: self.priority, span: self.span, before }
    }
}

/// How many segments a group may have: each is compared with all that come before it, so that what
/// is made of them grows with the square.
const LARGEST: usize = 100;

/// A segment that says both its group and its priority.
struct Member<'a> {
    at: usize,
    group: &'a str,
    group_span: Span,
    priority: i64,
    priority_span: Span,
}

/// Finds the place of every segment, by its index; disabled ones have none. Those with a
/// problem is no longer sound.
pub(super) fn collect(
    names: &Names,
    read: &mut [Read],
    problems: &mut Diagnostics,
) -> Vec<Option<GroupPlace>> {
    let mut wrong = Vec::new();
    let mut groups: BTreeMap<&str, Vec<Member>> = BTreeMap::new();
    for (at, (item, read)) in names.segments.iter().zip(&*read).enumerate() {
        match (&read.group, read.priority) {
            _ if read.disabled.is_some() => {}
            (None, None) => {}
            (Some((group, group_span)), Some((priority, priority_span))) => {
                let member = Member { at, group, group_span: *group_span, priority, priority_span };
                groups.entry(group).or_default().push(member);
            }
            (Some((group, span)), None) => {
                let (segment, group) = (item.ast.name.text.clone(), group.clone());
                problems.push(NoPriority { span: *span, segment, group });
                wrong.push(at);
            }
            (None, Some((_, span))) => {
                problems.push(NoGroup { span, segment: item.ast.name.text.clone() });
                wrong.push(at);
            }
        }
    }
    let mut places: Vec<Option<GroupPlace>> = names.segments.iter().map(|_| None).collect();
    for mut members in groups.into_values() {
        wrong.extend(mixed(names, &members, problems));
        members.sort_by_key(|member| member.priority);
        wrong.extend(equal(names, &members, problems));
        wrong.extend(beyond(names, &mut members, problems));
        for member in &members {
            let before = members.iter().take_while(|other| other.priority < member.priority);
            let before = before.map(|other| other.at).collect();
            let (name, span) = (member.group.to_owned(), member.group_span);
            places[member.at] = Some(GroupPlace { name, priority: member.priority, span, before });
        }
    }
    for at in wrong {
        read[at].is_sound = false;
    }
    places
}

/// Reports the members, in the order in which they are written, that are about another entity
/// than the first.
fn mixed(names: &Names, members: &[Member], problems: &mut Diagnostics) -> Vec<usize> {
    let item = |member: &Member| -> &SegmentItem { &names.segments[member.at] };
    let mut known = members.iter().filter(|member| item(member).entity.is_some());
    let Some(first) = known.next() else { return Vec::new() };
    let entity = |member: &Member| item(member).ast.entity.text.clone();
    known
        .filter(|member| item(member).entity != item(first).entity)
        .map(|member| {
            problems.push(MixedGroup {
                span: member.group_span,
                segment: item(member).ast.name.text.clone(),
                entity: entity(member),
                other: item(first).ast.name.text.clone(),
                other_entity: entity(first),
                other_span: first.group_span,
                group: member.group.to_owned(),
            });
            member.at
        })
        .collect()
}

/// Reports a group that is too large, and takes out those who make it so: the last by priority.
fn beyond(names: &Names, members: &mut Vec<Member>, problems: &mut Diagnostics) -> Vec<usize> {
    let count = members.len();
    let more = members.split_off(count.min(LARGEST));
    if let Some(first) = more.first() {
        let (segment, group) = (names.segments[first.at].ast.name.text.clone(), first.group.to_owned());
        problems.push(LargeGroup { span: first.group_span, segment, group, count, limit: LARGEST });
    }
    more.into_iter().map(|member| member.at).collect()
}

/// Reports the members, in the order of their priorities, that have that of the one before.
fn equal(names: &Names, members: &[Member], problems: &mut Diagnostics) -> Vec<usize> {
    let name = |member: &Member| names.segments[member.at].ast.name.text.clone();
    let mut wrong = Vec::new();
    for pair in members.windows(2) {
        let [other, member] = pair else { continue };
        if other.priority == member.priority {
            problems.push(EqualPriorities {
                span: member.priority_span,
                segment: name(member),
                other: name(other),
                other_span: other.priority_span,
                group: member.group.to_owned(),
                priority: member.priority,
            });
            wrong.push(member.at);
        }
    }
    wrong
}
