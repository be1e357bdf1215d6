//! Problems with the folders that builds are written to (SEG817, SEG824 to SEG826).

use crate::artifact::MANIFEST;
use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// The output folder contains files that segc didn't write.
    ///
    /// A build replaces the files of the previous build, so that none of them stay behind. segc writes
    /// only to a folder that is empty or has a `manifest.json` from segc.
    ///
    /// ```text
    /// segc compile --out ~/documents
    /// ```
    ///
    /// Use another folder, or move its files away. You can remove a folder written by an older segc whose
    /// manifest doesn't list its files.
    error SEG817 "not written by segc" ForeignFolder { span: Option<Span>, folder: String }
    message |p| format!("`{}` contains files, but no `manifest.json` that lists those written by segc", p.folder);
    help |_p| Some("use another folder with `--out DIR`, or move its files away".to_owned());

    /// A file that segc wrote has been changed since.
    ///
    /// `manifest.json` lists the files of a build with their hashes. A file that differs from its hash has
    /// been edited, and the next build would destroy that work.
    ///
    /// ```text
    /// segc compile
    /// vi target/duckdb/create.sql
    /// segc compile                    # wrong: the edit would be lost
    /// ```
    ///
    /// Move the file away or remove it, and segc writes it again. To change its contents, change the
    /// segments, the catalog or the dialect.
    error SEG824 "changed since segc wrote it" ChangedFiles { span: Option<Span>, files: Vec<String> }
    message |p| match p.files.as_slice() {
        [file] => format!("`{file}` has been changed since segc wrote it"),
        files => format!("{} files have been changed since segc wrote them: {}", files.len(), some(files)),
    };
    help |p| Some(match p.files.len() {
        // Without its manifest, the folder would belong to nobody.
        _ if p.files.iter().any(|file| file.ends_with(MANIFEST)) => {
            "move the folder away, or remove it to have everything written again".to_owned()
        }
        1 => "move the file away, or remove it to have it written again".to_owned(),
        _ => "move the files away, or remove them to have them written again".to_owned(),
    });

    /// A build would replace a file that segc didn't write.
    ///
    /// A build's folder may contain other files, which stay where they are. This is an error only if the
    /// build has a file with the same name.
    ///
    /// ```text
    /// target/duckdb/segments/vip.sql      # written by hand, but now there is a segment `vip`
    /// ```
    ///
    /// Move the file away, or use another folder.
    error SEG825 "a file in the way" FilesInTheWay { span: Option<Span>, files: Vec<String> }
    message |p| match p.files.as_slice() {
        [file] => format!("`{file}` is in the way, but segc didn't write it"),
        files => format!("{} files are in the way, but segc didn't write them: {}", files.len(), some(files)),
    };
    help |p| Some(match p.files.len() {
        1 => "move the file away, or use another folder with `--out DIR`".to_owned(),
        _ => "move the files away, or use another folder with `--out DIR`".to_owned(),
    });

    /// The folder of a build is a symbolic link.
    ///
    /// A build replaces its folder. It would replace the link, and leave the folder it leads to
    /// unchanged.
    ///
    /// ```text
    /// ln -s /srv/sql target/duckdb
    /// segc compile                    # wrong
    /// segc compile --out /srv         # right: writes /srv/duckdb
    /// ```
    ///
    /// Name the folder it leads to, or remove the link.
    error SEG826 "a link instead of a folder" LinkedFolder { span: Option<Span>, folder: String }
    message |p| format!("`{}` is a symbolic link, but segc writes only to folders", p.folder);
    help |_p| Some("name the folder it leads to with `--out DIR`, or remove the link".to_owned());
}

/// How many files a message names.
const NAMED: usize = 5;

/// The first few of many files.
fn some(files: &[String]) -> String {
    let named: Vec<String> = files.iter().take(NAMED).map(|file| format!("`{file}`")).collect();
    let more = if files.len() > NAMED { ", …" } else { "" };
    named.join(", ") + more
}
