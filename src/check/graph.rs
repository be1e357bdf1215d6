//! The graph of traits and segments: its cycles, and an order in which everything comes after its
//! dependencies.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::diagnostic::{Diagnostics, Label, Span};
use crate::syntax::ast::{Aggregate, Expr, ExprKind, KeepKind, Path, Sequence, Window, WindowKind};

use super::expr::{as_count, head_of, step_scope, window_scope};
use super::groups::GroupPlace;
use super::names::Names;
use super::problems::names::Cycle;
use super::resolve::{NameScope, Tail};

/// A trait or a segment, by its index in [`Names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum ItemIndex {
    Trait(usize),
    Segment(usize),
}

/// The order in which everything is checked, and what can't be right.
pub(super) struct Order {
    /// What something needs comes before it.
    pub(super) nodes: Vec<ItemIndex>,
    /// Those that are defined through themselves.
    pub(super) cyclic: Vec<ItemIndex>,
    /// What each refers to, and where, in the order in which it is written.
    pub(super) needs: HashMap<ItemIndex, Vec<(ItemIndex, Span)>>,
}

/// Finds the order, and reports every cycle.
pub(super) fn order(
    names: &Names,
    places: &[Option<GroupPlace>],
    is_enabled: impl Fn(usize) -> bool,
    problems: &mut Diagnostics,
) -> Order {
    let mut graph = DiGraph::<ItemIndex, Span>::new();
    let traits: Vec<_> = (0..names.traits.len()).map(|at| graph.add_node(ItemIndex::Trait(at))).collect();
    let segments: Vec<_> =
        (0..names.segments.len()).map(|at| graph.add_node(ItemIndex::Segment(at))).collect();
    let index = |node| match node {
        ItemIndex::Trait(at) => traits[at],
        ItemIndex::Segment(at) => segments[at],
    };
    let mut connect = |from: NodeIndex, references: Vec<(ItemIndex, Span)>| {
        for (to, span) in references {
            graph.add_edge(from, index(to), span);
        }
    };
    for (item, &from) in names.traits.iter().zip(&traits) {
        let Some(entity) = item.entity else { continue };
        connect(from, References::of(names).expr(&item.ast.value, NameScope::of(entity)).found);
    }
    for (at, &from) in segments.iter().enumerate() {
        if is_enabled(at) {
            connect(from, references(names, at));
            let rivals = places[at].iter().flat_map(|place| place.before.iter().map(|&at| (at, place.span)));
            connect(from, rivals.map(|(at, span)| (ItemIndex::Segment(at), span)).collect());
        }
    }
    let needs = |at: NodeIndex| {
        let mut needs: Vec<_> = graph.edges(at).map(|edge| (graph[edge.target()], *edge.weight())).collect();
        needs.sort_by_key(|(node, span)| (span.start, *node));
        (graph[at], needs)
    };
    let needs = graph.node_indices().map(needs).collect();
    let mut order = Order { nodes: Vec::new(), cyclic: Vec::new(), needs };
    for component in kosaraju_scc(&graph) {
        let is_cycle = component.len() > 1 || graph.contains_edge(component[0], component[0]);
        if is_cycle {
            problems.push(cycle(names, &graph, &component));
            order.cyclic.extend(component.iter().map(|&at| graph[at]));
        }
        order.nodes.extend(component.iter().map(|&at| graph[at]));
    }
    order
}

/// The traits and segments that a segment mentions.
pub(super) fn references(names: &Names, at: usize) -> Vec<(ItemIndex, Span)> {
    segment_references(names, at, names.segments[at].entity.map(NameScope::of))
}

fn segment_references(names: &Names, at: usize, scope: Option<NameScope>) -> Vec<(ItemIndex, Span)> {
    let item = names.segments[at].ast;
    let mut references = References::of(names);
    if let Some(parent) = &item.extends {
        references.segment(&parent.text, parent.span);
    }
    if let Some(scope) = scope {
        for rule in &item.rules {
            references = references.expr(&rule.condition, scope);
        }
        for keep in &item.keeps {
            if let KeepKind::Rank { by, per, .. } = &keep.kind {
                references = references.expr(by, scope);
                per.iter().for_each(|path| references.path(path, &scope));
            }
        }
        for column in item.columns.iter().flat_map(|with| &with.columns) {
            references = references.expr(&column.value, scope);
        }
    }
    references.found
}

/// The shortest cycle through the first member by name, as a problem.
fn cycle(names: &Names, graph: &DiGraph<ItemIndex, Span>, component: &[NodeIndex]) -> Cycle {
    let name = |at: NodeIndex| match graph[at] {
        ItemIndex::Trait(at) => names.traits[at].ast.name.text.as_str(),
        ItemIndex::Segment(at) => names.segments[at].ast.name.text.as_str(),
    };
    let start = component.iter().copied().min_by_key(|&at| (name(at), graph[at])).unwrap_or_default();
    let steps = shortest_way_back(graph, component, start);
    let chain: Vec<&str> =
        std::iter::once(name(start)).chain(steps.iter().map(|step| name(step.1))).collect();
    let label = |(from, to, span): &(NodeIndex, NodeIndex, Span)| Label {
        span: *span,
        text: format!("`{}` needs `{}`", name(*from), name(*to)),
    };
    let span = match graph[start] {
        ItemIndex::Trait(at) => names.traits[at].ast.name.span,
        ItemIndex::Segment(at) => names.segments[at].ast.name.span,
    };
    let labels = steps.iter().take(MOST_STEPS).map(label).collect();
    Cycle { span, chain: shown(&chain), labels }
}

/// How many steps of a cycle are shown: nobody reads more.
const MOST_STEPS: usize = 40;

/// `a → b → a`; of a very long chain, its beginning and its end.
fn shown(chain: &[&str]) -> String {
    match chain.len().checked_sub(MOST_STEPS) {
        Some(left_out) if left_out > 0 => {
            let (first, last) = (chain[..MOST_STEPS - 2].join(" → "), chain[chain.len() - 2..].join(" → "));
            format!("{first} → … ({left_out} more) … → {last}")
        }
        _ => chain.join(" → "),
    }
}

/// The edges of a shortest cycle through `start`, by breadth-first search.
fn shortest_way_back(
    graph: &DiGraph<ItemIndex, Span>,
    component: &[NodeIndex],
    start: NodeIndex,
) -> Vec<(NodeIndex, NodeIndex, Span)> {
    let members: HashSet<NodeIndex> = component.iter().copied().collect();
    let mut came: HashMap<NodeIndex, (NodeIndex, Span)> = HashMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        let mut edges: Vec<_> = graph.edges(at).filter(|edge| members.contains(&edge.target())).collect();
        edges.sort_by_key(|edge| (edge.weight().start, edge.target()));
        for edge in edges {
            if let Entry::Vacant(place) = came.entry(edge.target()) {
                place.insert((at, *edge.weight()));
                queue.push_back(edge.target());
            }
        }
        if came.contains_key(&start) {
            break;
        }
    }
    let mut steps = Vec::new();
    let mut at = start;
    while let Some(&(from, span)) = came.get(&at) {
        steps.push((from, at, span));
        at = from;
        if at == start {
            break;
        }
    }
    steps.reverse();
    steps
}

/// Collects the traits and segments that an expression mentions. Names that don't resolve
/// are passed over: they are problems of the check.
struct References<'n, 'a> {
    names: &'n Names<'a>,
    found: Vec<(ItemIndex, Span)>,
}

impl<'n, 'a> References<'n, 'a> {
    fn of(names: &'n Names<'a>) -> Self {
        Self { names, found: Vec::new() }
    }

    fn segment(&mut self, name: &str, span: Span) {
        if let Some(at) = self.names.segment(name) {
            self.found.push((ItemIndex::Segment(at), span));
        }
    }

    fn path(&mut self, path: &Path, scope: &NameScope) {
        if let Ok(resolved) = self.names.resolve(path, scope)
            && let Tail::Trait(at) = resolved.tail
        {
            self.found.push((ItemIndex::Trait(at), path.span));
        }
    }

    fn expr(mut self, expr: &Expr, scope: NameScope) -> Self {
        self.visit(expr, scope);
        self
    }

    fn visit(&mut self, expr: &Expr, scope: NameScope) {
        match &expr.kind {
            ExprKind::Path(path) => self.path(path, &scope),
            ExprKind::InSegment { segment, .. } => self.segment(&segment.text, segment.span),
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate, scope),
            ExprKind::Periods(periods) => self.aggregate(&as_count(periods, expr.span), scope),
            ExprKind::Sequence(sequence) => self.sequence(sequence, &scope),
            ExprKind::During { value, window, .. } => {
                self.visit(value, scope);
                self.window(window, scope);
            }
            _ => children(expr).for_each(|child| self.visit(child, scope)),
        }
    }

    fn sequence(&mut self, sequence: &Sequence, scope: &NameScope) {
        for step in &sequence.steps {
            let Ok(found) = self.names.resolve(&step.path, scope) else { continue };
            let inner = step_scope(step, &found, scope);
            step.filter.iter().for_each(|filter| self.visit(filter, inner));
            sequence.matching.iter().for_each(|path| self.path(path, &inner));
        }
        sequence.window.iter().for_each(|window| self.window(window, window_scope(scope)));
    }

    fn window(&mut self, window: &Window, scope: NameScope) {
        match &window.kind {
            WindowKind::Since(at) | WindowKind::Until(at) => self.visit(at, scope),
            WindowKind::FromTo(from, to) | WindowKind::Through(from, to) => {
                self.visit(from, scope);
                self.visit(to, scope);
            }
            _ => {}
        }
    }

    fn aggregate(&mut self, aggregate: &Aggregate, scope: NameScope) {
        let Ok(Some(found)) = head_of(self.names, aggregate, &scope) else { return };
        self.visit(&aggregate.arg, found.inner);
        if let Some(filter) = &aggregate.filter {
            self.visit(filter, found.inner);
        }
        if let Some(window) = &aggregate.window {
            self.window(window, found.window);
        }
    }
}

/// The expressions that are directly in one, apart from those with a scope of their own.
pub(super) fn children(expr: &Expr) -> Box<dyn Iterator<Item = &Expr> + '_> {
    match &expr.kind {
        ExprKind::Negate(x) | ExprKind::Not(x) | ExprKind::Missing { value: x, .. } => {
            Box::new(std::iter::once(&**x))
        }
        ExprKind::And(items)
        | ExprKind::Or(items)
        | ExprKind::HowMany { items, .. }
        | ExprKind::Call { args: items, .. } => Box::new(items.iter()),
        ExprKind::In { value, items, .. } | ExprKind::ContainsItems { value, items, .. } => {
            Box::new(std::iter::once(&**value).chain(items))
        }
        ExprKind::Between { value, low, high, .. } => Box::new([&**value, &**low, &**high].into_iter()),
        ExprKind::Arithmetic(_, left, right)
        | ExprKind::ToolBucket { seed: left, of: right, .. }
        | ExprKind::Compare { left, right, .. }
        | ExprKind::Text { value: left, needle: right, .. }
        | ExprKind::Instant { value: left, instant: right, .. } => Box::new([&**left, &**right].into_iter()),
        ExprKind::During { value, .. }
        | ExprKind::Anniversary { value, .. }
        | ExprKind::Empty { value, .. }
        | ExprKind::Matches { value, .. }
        | ExprKind::Resembles { value, .. } => Box::new(std::iter::once(&**value)),
        ExprKind::Literal(_)
        | ExprKind::Param(_)
        | ExprKind::Path(_)
        | ExprKind::Now
        | ExprKind::Today
        | ExprKind::Duration(..)
        | ExprKind::Ago(..)
        | ExprKind::FromNow(..)
        | ExprKind::StartOf(_)
        | ExprKind::InSegment { .. }
        | ExprKind::Aggregate(_)
        | ExprKind::Periods(_)
        | ExprKind::Sequence(_)
        | ExprKind::Unreadable => Box::new(std::iter::empty()),
    }
}
