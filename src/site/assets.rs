//! The style, the scripts and the libraries of every site.
//!
//! `minisearch.js` (search) is the file `dist/umd/index.js` of MiniSearch 7.2.0, `dagre.js` (the layout of
//! graphs) the file `dist/dagre.min.js` of @dagrejs/dagre 3.1.3, each without the name of its source map.

/// Their names and contents.
pub(super) const FILES: &[(&str, &str)] = &[
    ("site.css", include_str!("assets/site.css")),
    ("code.css", include_str!("assets/code.css")),
    ("pages.css", include_str!("assets/pages.css")),
    ("theme.js", include_str!("assets/theme.js")),
    ("site.js", include_str!("assets/site.js")),
    ("search.js", include_str!("assets/search.js")),
    ("lineage.js", include_str!("assets/lineage.js")),
    ("picture.js", include_str!("assets/picture.js")),
    ("minisearch.js", include_str!("assets/minisearch.js")),
    ("minisearch.LICENSE", include_str!("assets/minisearch.LICENSE")),
    ("dagre.js", include_str!("assets/dagre.js")),
    ("dagre.LICENSE", include_str!("assets/dagre.LICENSE")),
    ("icon.svg", include_str!("assets/icon.svg")),
];
