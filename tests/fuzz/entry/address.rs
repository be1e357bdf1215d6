//! Addresses of databases: no password is ever shown, and looking at an address creates nothing.

use segc::diagnostic::Sources;
use segc::engine::{Access, Address};

use super::judge;
use crate::seen::Seen;

/// The password of every address that the inputs are made from.
const PASSWORD: &str = "s3cr3t";

pub(super) fn address(input: &[u8], seen: &mut Seen) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    // The command line takes no such argument.
    if text.contains('\0') {
        return;
    }
    let (said, address) = match Address::parse(text) {
        Ok(address) => (format!("{} {address:?}", address.shown()), Some(address)),
        Err(error) => {
            seen.note(error.code());
            let said = format!("{error} {error:?}");
            judge::problems(&Sources::default(), &vec![error.into()].into(), seen);
            (said, None)
        }
    };
    assert!(!(holds_password(text) && said.contains(PASSWORD)), "the password is shown: {said}");
    let Some(address) = address else { return };
    seen.note((address.dialect(), text.contains('\''), text.contains('%')));
    if matches!(address, Address::File(_)) {
        if let Err(error) = address.open(Access::Read) {
            let said = error.to_string();
            assert!(!(holds_password(text) && said.contains(PASSWORD)), "the password is shown: {said}");
            judge::problems(&Sources::default(), &vec![error.into()].into(), seen);
        }
        let made = std::fs::read_dir(".").expect("the current folder").filter_map(Result::ok);
        let made: Vec<_> = made.map(|entry| entry.file_name()).filter(|name| name != "input").collect();
        assert!(made.is_empty(), "made by reading: {made:?}");
    }
}

/// Whether the password is where an address has one, be the rest of it mistyped, and nowhere else: a
/// user or a host of the same name may be shown.
fn holds_password(text: &str) -> bool {
    let places = [format!(":{PASSWORD}@"), format!("password={PASSWORD}")];
    let rest = places.iter().fold(text.to_owned(), |rest, place| rest.replace(place, ""));
    rest.len() < text.len() && !rest.contains(PASSWORD)
}
