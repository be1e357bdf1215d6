//! Brings in what other tools hold: their segments become `.seg` files.
//!
//! Importers build syntax trees and print them; they never write segments as text. Must not know:
//! targets, SQL, the terminal, the disk.

mod json;
pub(crate) mod problems;
pub mod segment;
