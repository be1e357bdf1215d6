//! "Did you mean".

use super::lookalike;

/// The candidate that is nearest to `name`, if one is near enough to be a likely typo.
/// Ties go to the first in order, so the answer does not depend on the candidates' order.
#[must_use]
pub fn closest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let meant = lookalike::meant(name);
    let name = meant.as_deref().unwrap_or(name);
    let wanted = name.to_lowercase();
    let allowed = (name.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, _)| distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}
