//! The rest of a text when an item leaves it.

use super::without;

fn removed(text: &str, item: &str) -> String {
    let start = text.find(item).expect("it is there");
    without(text, start, start + item.len())
}

#[test]
fn an_item_leaves_with_its_comments_and_one_blank_line() {
    let text = "# A file.\n\nsegment a on x { where b }\n\n# About c.\n# More.\nsegment c on x { where d }  # here\n\nsegment e on x { where f }\n";
    let rest = "# A file.\n\nsegment a on x { where b }\n\nsegment e on x { where f }\n";
    assert_eq!(removed(text, "segment c on x { where d }"), rest);
    assert_eq!(
        removed(text, "segment a on x { where b }"),
        "# A file.\n\n# About c.\n# More.\nsegment c on x { where d }  # here\n\nsegment e on x { where f }\n"
    );
    assert_eq!(
        removed(text, "segment e on x { where f }"),
        "# A file.\n\nsegment a on x { where b }\n\n# About c.\n# More.\nsegment c on x { where d }  # here\n"
    );
    assert_eq!(removed("# Only c.\nsegment c on x { where d }\n", "segment c on x { where d }"), "");
    assert_eq!(removed("segment a on x {} segment c on x {}", "segment c on x {}"), "segment a on x {}\n");
}
