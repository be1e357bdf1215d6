//! segc
fn main() {}
