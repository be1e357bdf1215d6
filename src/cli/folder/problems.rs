//! Problems of folders that builds are written into (SEG817, SEG824 to SEG826).

use crate::artifact::MANIFEST;
use crate::diagnostic::Span;
use crate::problems;

problems! {
    /// A folder would be written into that holds files which segc didn't write.
    ///
    /// A build replaces the files of the build before it, so that nothing of that stays behind.
    /// Only a folder that is empty, or that has a `manifest.json` of segc's, is written into.
    ///
    /// ```text
    /// segc compile --out ~/documents
    /// ```
    ///
    /// Choose another folder, or move its files away. A folder that an older segc wrote, whose
    /// manifest doesn't list its files, can be removed.
    error SEG817 "not a folder of segc" ForeignFolder { span: Option<Span>, folder: String }
    message |p| format!("`{}` holds files, but no `manifest.json` that lists what segc wrote", p.folder);
    help |_p| Some("choose another folder with `--out DIR`, or move its files away".to_owned());

    /// A file that segc wrote has been changed since.
    ///
    /// `manifest.json` lists the files of a build with their hashes. A file that differs from its
    /// hash holds somebody's work, which writing the next build would destroy.
    ///
    /// ```text
    /// segc compile
    /// vi target/duckdb/create.sql
    /// segc compile                    # wrong: what would become of the change?
    /// ```
    ///
    /// Move the file away, or remove it: segc then writes it again. To change what segc writes,
    /// change the segments, the catalog or the dialect.
    error SEG824 "changed since segc wrote it" ChangedFiles { span: Option<Span>, files: Vec<String> }
    message |p| match p.files.as_slice() {
        [file] => format!("`{file}` has been changed since segc wrote it"),
        files => format!("{} files have been changed since segc wrote them: {}", files.len(), some(files)),
    };
    help |p| Some(match p.files.len() {
        // Without its manifest the folder would be nobody's.
        _ if p.files.iter().any(|file| file.ends_with(MANIFEST)) => {
            "move the folder away, or remove it to have all of it written again".to_owned()
        }
        1 => "move the file away, or remove it to have it written again".to_owned(),
        _ => "move the files away, or remove them to have them written again".to_owned(),
    });

    /// A file would be replaced that segc didn't write.
    ///
    /// A build's folder may hold other files, which stay where they are. Only where the build has
    /// a file of the same name must one of them give way.
    ///
    /// ```text
    /// target/duckdb/segments/vip.create.sql      # written by hand, and now there is a segment `vip`
    /// ```
    ///
    /// Move the file away, or choose another folder.
    error SEG825 "a file in the way" FilesInTheWay { span: Option<Span>, files: Vec<String> }
    message |p| match p.files.as_slice() {
        [file] => format!("`{file}` is in the way, and segc didn't write it"),
        files => format!("{} files are in the way, and segc didn't write them: {}", files.len(), some(files)),
    };
    help |p| Some(match p.files.len() {
        1 => "move the file away, or choose another folder with `--out DIR`".to_owned(),
        _ => "move the files away, or choose another folder with `--out DIR`".to_owned(),
    });

    /// The folder of a build is a symbolic link.
    ///
    /// A build takes the place of its folder; a link would be replaced, and the folder that it
    /// leads to left as it was.
    ///
    /// ```text
    /// ln -s /srv/sql target/duckdb
    /// segc compile                    # wrong
    /// segc compile --out /srv         # right: writes /srv/duckdb
    /// ```
    ///
    /// Name the folder that the link leads to, or remove the link.
    error SEG826 "a link in place of a folder" LinkedFolder { span: Option<Span>, folder: String }
    message |p| format!("`{}` is a symbolic link, and segc writes only into folders", p.folder);
    help |_p| Some("name the folder that it leads to with `--out DIR`, or remove the link".to_owned());
}

/// How many files a message names.
const NAMED: usize = 5;

/// The first few of many files.
fn some(files: &[String]) -> String {
    let named: Vec<String> = files.iter().take(NAMED).map(|file| format!("`{file}`")).collect();
    let more = if files.len() > NAMED { ", …" } else { "" };
    named.join(", ") + more
}
