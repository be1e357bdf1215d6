//! The capabilities of each target, as a table.

use serde_json::{Map, Value, json};

use super::probe::Probe;
use crate::dialect::{Capability, Limit};
use crate::project::PolicyLimit;

/// The capabilities and limits of each target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// The requested tier, if any.
    pub tier: Option<String>,
    /// The targets, which are the columns, in order.
    pub targets: Vec<String>,
    /// For each target, the result of probing its database, if it was probed.
    pub probes: Vec<Option<Probe>>,
    /// One row per capability, in the order of [`Capability::ALL`].
    pub capabilities: Vec<MatrixRow>,
    /// One row per limit, in the order of [`Limit::ALL`].
    pub limits: Vec<LimitRow>,
    /// The limits of policy and tier, in the order of [`PolicyLimit::ALL`]. They are the same on
    /// every target.
    pub policy_limits: Vec<PolicyLimitRow>,
}

/// A capability on every target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixRow {
    /// The capability.
    pub capability: Capability,
    /// One cell per target.
    pub cells: Vec<MatrixCell>,
}

/// A limit on every target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitRow {
    /// The limit.
    pub limit: Limit,
    /// One value per target; `None` is unlimited.
    pub values: Vec<Option<u64>>,
}

/// A limit of the project's policy and of the selected tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyLimitRow {
    /// The limit.
    pub limit: PolicyLimit,
    /// The policy's value; `None` is unlimited.
    pub policy: Option<u64>,
    /// The tier's value; `None` is unlimited.
    pub tier: Option<u64>,
}

impl PolicyLimitRow {
    /// The effective limit: the lower of both.
    #[must_use]
    pub fn allowed(&self) -> Option<u64> {
        self.policy.into_iter().chain(self.tier).min()
    }
}

/// Whether segments may use a capability on a target, and if not, why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatrixCell {
    /// The target has the capability.
    Yes {
        /// What it costs or requires.
        note: Option<String>,
    },
    /// The target lacks the capability.
    No,
    /// The target has the capability, but segc doesn't use it yet.
    NotYet,
    /// A probe found that the target's database lacks it.
    OffByProbe {
        /// What to do about it.
        otherwise: Option<String>,
    },
    /// The project's policy disables it.
    OffByPolicy,
    /// The tier disables it.
    OffByTier {
        /// The name of the tier.
        tier: String,
    },
}

impl MatrixCell {
    /// Whether segments may use the capability.
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
    /// The matrix reduced to these targets, in their order. Unknown targets are ignored.
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

    /// The probed databases by target.
    fn probes_json(&self) -> Value {
        let asked = self.targets.iter().zip(&self.probes).filter_map(|(target, probe)| {
            let probe = probe.as_ref()?;
            Some((target.clone(), json!({ "database": probe.database, "version": probe.version })))
        });
        Value::Object(asked.collect())
    }

    /// The matrix as JSON, for editors that hide what a target doesn't support.
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
                    "targets": by_target(row.cells.iter().map(MatrixCell::json).collect()),
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
    fn targets_can_be_selected_and_cells_name_the_policy_that_forbids() {
        let cells = vec![
            MatrixCell::Yes { note: None },
            MatrixCell::OffByTier { tier: "free".to_owned() },
            MatrixCell::Yes { note: Some("slow".to_owned()) },
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
