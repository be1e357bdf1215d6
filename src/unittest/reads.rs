//! The fields on which a segment's members depend, directly or through other segments.

use std::collections::BTreeSet;

use crate::analyze::inputs;
use crate::catalog::{EntityId, FieldId};
use crate::check::hir::{Aggregate, Hir, Hop, Path, SegmentId, TraitId, Value, ValueKind};
use crate::check::visit::{Visitor, walk_aggregate, walk_segment, walk_value};

/// The fields of every entity that a segment reads.
pub(super) fn reads(hir: &Hir, segment: SegmentId) -> BTreeSet<(EntityId, FieldId)> {
    let mut reader = Reader { hir, found: BTreeSet::new(), traits: Vec::new() };
    let (mut segments, mut done) = (vec![segment], BTreeSet::new());
    let mut traits = BTreeSet::new();
    while let Some(id) = segments.pop() {
        if done.insert(id) {
            walk_segment(&mut reader, hir.segment(id));
            segments.extend(inputs(hir, id).into_iter().map(|input| input.segment));
        }
    }
    while let Some(id) = reader.traits.pop() {
        if traits.insert(id) {
            reader.value(&hir.computed(id).value);
        }
    }
    reader.found
}

struct Reader<'a> {
    hir: &'a Hir,
    found: BTreeSet<(EntityId, FieldId)>,
    traits: Vec<TraitId>,
}

impl Reader<'_> {
    fn hops(&mut self, hops: &[Hop]) {
        for hop in hops {
            let link = self.hir.catalog.entity(hop.from).link(hop.link);
            for &(own, there) in &link.on {
                self.found.extend([(hop.from, own), (hop.to, there)]);
            }
            let event = self.hir.catalog.entity(hop.to).event_name.filter(|_| hop.event.is_some());
            self.found.extend(event.map(|field| (hop.to, field)));
        }
    }
}

impl Visitor for Reader<'_> {
    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Field(path, field) => drop(self.found.insert((path.end, *field))),
            ValueKind::Trait(_, id) => self.traits.push(*id),
            _ => {}
        }
        walk_value(self, value);
    }

    fn aggregate(&mut self, aggregate: &Aggregate) {
        self.hops(&aggregate.hops);
        for &(hop, field) in &aggregate.times {
            self.found.extend(aggregate.hops.get(hop).map(|hop| (hop.to, field)));
        }
        walk_aggregate(self, aggregate);
    }

    fn path(&mut self, path: &Path) {
        self.hops(&path.hops);
    }
}
