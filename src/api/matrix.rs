//! The capabilities of each target, as a table.

use serde_json::{Map, Value, json};

use super::probe::Probe;
use crate::dialect::{Capability, Limit};
use crate::project::PolicyLimit;

/// Capabilities and limits by target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// The requested tier.
    pub tier: Option<String>,
    /// The targets: the columns, in order.
    pub targets: Vec<String>,
    /// For each target what its database said, where it was asked.
    pub probes: Vec<Option<Probe>>,
    /// A row for each capability, in the order of [`Capability::ALL`].
    pub capabilities: Vec<MatrixRow>,
    /// A row for each limit, in the order of [`Limit::ALL`].
    pub limits: Vec<LimitRow>,
    /// What policy and tier limit, in the order of [`PolicyLimit::ALL`]; the same on every target.
    pub policy_limits: Vec<PolicyLimitRow>,
}

/// One capability on every target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixRow {
    /// Which.
    pub capability: Capability,
    /// One cell for each target.
    pub cells: Vec<Cell>,
}

/// One limit on every target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitRow {
    /// Which.
    pub limit: Limit,
    /// One for each target; `None` is unlimited.
    pub values: Vec<Option<u64>>,
}

/// One limit of the project's policy and of the chosen tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyLimitRow {
    /// Which.
    pub limit: PolicyLimit,
    /// The policy's; `None` is unlimited.
    pub policy: Option<u64>,
    /// The tier's.
    pub tier: Option<u64>,
}

impl PolicyLimitRow {
    /// What holds: the lower of both.
    #[must_use]
    pub fn allowed(&self) -> Option<u64> {
        self.policy.into_iter().chain(self.tier).min()
    }
}

/// Whether a target has a capability, and who says no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// It has it.
    Yes {
        /// What it costs, or asks for.
        note: Option<String>,
    },
    /// The target lacks it.
    No,
    /// The target has it, but segc does not make use of it yet.
    NotYet,
    /// Its database lacks it: a probe said so.
    OffByProbe {
        /// What would help.
        otherwise: Option<String>,
    },
    /// The project's policy switches it off.
    OffByPolicy,
    /// The tier switches it off.
    OffByTier {
        /// Which tier.
        tier: String,
    },
}

impl Cell {
    /// Whether segments may use it.
    #[must_use]
    pub fn allowed(&self) -> bool {
        match self {
            Self::Yes { .. } => true,
            Self::No
            | Self::NotYet
            | Self::OffByProbe { .. }
            | Self::OffByPolicy
            | Self::OffByTier { .. } => false,
        }
    }

    fn json(&self) -> Value {
        let (refused_by, note) = match self {
            Self::Yes { note } => (None, note.as_ref()),
            Self::No => (Some("target"), None),
            Self::NotYet => (Some("segc"), None),
            Self::OffByProbe { otherwise } => (Some("probe"), otherwise.as_ref()),
            Self::OffByPolicy => (Some("policy"), None),
            Self::OffByTier { .. } => (Some("tier"), None),
        };
        json!({ "allowed": self.allowed(), "refused_by": refused_by, "note": note })
    }
}

impl Matrix {
    /// The same with these targets alone, in their order; unknown ones are left out.
    #[must_use]
    pub fn only(&self, targets: &[String]) -> Self {
        let columns: Vec<usize> = targets
            .iter()
            .filter_map(|wanted| self.targets.iter().position(|target| target == wanted))
            .collect();
        fn pick<T: Clone>(all: &[T], columns: &[usize]) -> Vec<T> {
            columns.iter().filter_map(|&at| all.get(at).cloned()).collect()
        }
        Self {
            tier: self.tier.clone(),
            targets: pick(&self.targets, &columns),
            probes: pick(&self.probes, &columns),
            capabilities: self
                .capabilities
                .iter()
                .map(|row| MatrixRow { capability: row.capability, cells: pick(&row.cells, &columns) })
                .collect(),
            limits: self
                .limits
                .iter()
                .map(|row| LimitRow { limit: row.limit, values: pick(&row.values, &columns) })
                .collect(),
            policy_limits: self.policy_limits.clone(),
        }
    }

    /// The databases that were asked, by their targets.
    fn probes_json(&self) -> Value {
        let asked = self.targets.iter().zip(&self.probes).filter_map(|(target, probe)| {
            let probe = probe.as_ref()?;
            Some((target.clone(), json!({ "database": probe.database, "version": probe.version })))
        });
        Value::Object(asked.collect())
    }

    /// As JSON, for editors that hide what a target doesn't have.
    #[must_use]
    pub fn json(&self) -> Value {
        let by_target = |values: Vec<Value>| -> Value {
            Value::Object(self.targets.iter().cloned().zip(values).collect::<Map<_, _>>())
        };
        let capabilities: Vec<Value> = self
            .capabilities
            .iter()
            .map(|row| {
                json!({
                    "name": row.capability.name(),
                    "description": row.capability.description().trim(),
                    "targets": by_target(row.cells.iter().map(Cell::json).collect()),
                })
            })
            .collect();
        let limits: Vec<Value> = self
            .limits
            .iter()
            .map(|row| {
                json!({
                    "name": row.limit.name(),
                    "description": row.limit.description().trim(),
                    "targets": by_target(row.values.iter().map(|value| json!(value)).collect()),
                })
            })
            .collect();
        let policy_limits: Vec<Value> = self
            .policy_limits
            .iter()
            .map(|row| {
                json!({
                    "name": row.limit.name(),
                    "policy": row.policy,
                    "tier": row.tier,
                    "allowed": row.allowed(),
                })
            })
            .collect();
        json!({
            "tier": self.tier,
            "targets": self.targets,
            "probes": self.probes_json(),
            "capabilities": capabilities,
            "limits": limits,
            "policy_limits": policy_limits,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_can_be_selected_and_cells_show_who_forbids() {
        let cells = vec![
            Cell::Yes { note: None },
            Cell::OffByTier { tier: "free".to_owned() },
            Cell::Yes { note: Some("slow".to_owned()) },
        ];
        let matrix = Matrix {
            tier: Some("free".to_owned()),
            targets: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
            probes: vec![None, None, None],
            capabilities: vec![MatrixRow { capability: Capability::Regex, cells }],
            limits: vec![LimitRow { limit: Limit::Columns, values: vec![None, Some(1600), None] }],
            policy_limits: vec![PolicyLimitRow { limit: PolicyLimit::Hops, policy: Some(4), tier: Some(1) }],
        };
        let json = matrix.only(&["c".to_owned(), "b".to_owned(), "z".to_owned()]).json();
        assert_eq!(json["targets"], json!(["c", "b"]));
        assert_eq!(
            json["capabilities"][0]["targets"],
            json!({
                "c": { "allowed": true, "refused_by": null, "note": "slow" },
                "b": { "allowed": false, "refused_by": "tier", "note": null },
            })
        );
        assert_eq!(json["limits"][0]["targets"]["b"], json!(1600));
        assert_eq!(json["policy_limits"][0], json!({ "name": "hops", "policy": 4, "tier": 1, "allowed": 1 }));
    }
}
