//! `segc diff`: what it says of two versions is true of their members.

mod data;
mod law;
mod revisions;
