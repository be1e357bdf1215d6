//! Problems with what is previewed and compared (SEG752 to SEG755).

use crate::diagnostic::{Label, Span};

crate::problems! {
    /// Two values of a preview have the same name.
    ///
    /// ```text
    /// segc preview vip --fields 'country, country = lower(country)'
    /// ```
    ///
    /// Give one of them another name: `lower_country = lower(country)`.
    error SEG752 "two values of one name" TwoOfOneName { span: Span, label: String, first: Span }
    message |p| format!("another value is called `{}`", p.label);
    help |p| Some(format!("give one of them another name, as in `other_{} = …`", p.label));
    labels |p| vec![Label { span: p.first, text: "the first".to_owned() }];

    /// Nothing has the name whose rows or values should be shown.
    ///
    /// `segc preview` takes a segment or an entity, and after a point a field or another value of it.
    ///
    /// ```text
    /// segc preview custmer.country
    /// ```
    ///
    /// Correct the name. `segc ls` lists the segments, `segc catalog` the entities.
    error SEG753 "unknown segment or entity" UnknownPreviewed {
        span: Option<Span>, name: String, near: Option<String>, entities: Vec<String>,
    }
    message |p| format!("there is no segment or entity `{}`", p.name);
    help |p| Some(match &p.near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("`segc ls` lists the segments; the entities are: {}", p.entities.join(", ")),
    });

    /// Only segments of one entity have members in common.
    ///
    /// ```text
    /// segc overlap vip big_orders        # customers and orders
    /// ```
    ///
    /// Compare segments of the same entity; `--select entity:customer` chooses all of them.
    error SEG754 "segments of several entities" SeveralEntities {
        span: Option<Span>,
        /// A segment of each entity, with the entity.
        segments: Vec<(String, String)>,
    }
    message |p| {
        let of = p.segments.iter().map(|(segment, entity)| format!("`{segment}` of {entity}"));
        format!("the segments are of several entities: {}", of.collect::<Vec<_>>().join(", "))
    };
    help |p| Some(match p.segments.first() {
        Some((_, entity)) => format!("compare segments of one entity, as in `--select entity:{entity}`"),
        None => "compare segments of one entity".to_owned(),
    });

    /// An overlap is counted for at least two segments, and at most as many as one query can compare in pairs.
    ///
    /// ```text
    /// segc overlap vip
    /// ```
    ///
    /// Name the segments, or select them: `segc overlap vip buyers`, `segc overlap --select tag:crm`.
    error SEG755 "too few or too many segments" WrongNumber { span: Option<Span>, given: usize, most: usize }
    message |p| match p.given {
        0 | 1 => format!("an overlap needs two segments or more, not {}", p.given),
        given => format!("{given} segments are too many: a query compares at most {}", p.most),
    };
    help |_p| Some("name the segments, or choose some with `--select` and `--exclude`".to_owned());
}
