//! From the relational plan to the target's SQL, and to whole scripts.
//!
//! [`Renderer`] builds a sqlparser tree through the dialect's templates and lays it out;
//! `script` fills the dialect's statements. Must not know: segments' language, files, a
//! dialect's name. It asks no capability: the plan has chosen.

mod backslash;
mod clock_name;
mod flat;
mod host;
mod node;
mod parens;
mod print;
pub(crate) mod problems;
mod render;
mod room;
mod script;
mod walk;
mod window;

pub use host::{Host, instant_constant};
pub use render::{AS_OF, ClockForm, Renderer};
pub(crate) use script::script_text;
pub use script::{Script, Statement, commented, create, parses_back, refresh, script};
