//! Problems with a project's files and its `segc.yml`.

use super::stray::{others, rename};
use crate::diagnostic::{Span, closest};
use crate::problems;
use crate::yaml::problems::one_of;

problems! {
    /// There is no `segc.yml`, so this folder isn't a project.
    ///
    /// Commands work on the folder that contains `segc.yml`. `segc init` creates one.
    ///
    ///     shop/
    ///       segc.yml            # this one
    ///       catalog/customers.yml
    ///       segments/first.seg
    error SEG001 "no project" NoProject { span: Option<Span>, nearly: Option<&'static str> }
    message |_p| "there is no `segc.yml` in this folder".to_owned();
    help |p| Some(match p.nearly {
        Some(name) => rename(name, "segc.yml"),
        None => "go to the project's folder, or create a project with `segc init`".to_owned(),
    });

    /// A file contains bytes that aren't UTF-8 text.
    ///
    /// Save it as UTF-8 in your editor. A byte order mark at the start is fine.
    ///
    ///     where city = "Z\xfcrich"     # saved as Latin-1
    error SEG002 "not UTF-8" NotUtf8 { span: Span }
    message |_p| "the file isn't valid UTF-8 from here on".to_owned();
    help |_p| Some("save it as UTF-8".to_owned());

    /// A file or folder exists but can't be read.
    ///
    /// Check its permissions and, if it is a symbolic link, where it leads.
    ///
    ///     chmod u+r segments/first.seg
    error SEG003 "unreadable file" Unreadable { span: Option<Span>, path: String, reason: String }
    message |p| format!("cannot read `{}`: {}", p.path, p.reason);
    help |p| Some(match p.reason.contains("link") || p.reason.contains("nowhere") {
        true => "correct or remove the symbolic link",
        false => "make it readable for the user running segc, or remove it",
    }.to_owned());

    /// A file is larger than any text of a project should be.
    ///
    ///     segments/all.seg      # 20 MB
    ///
    /// Split it into several files; a folder can contain as many as you like.
    error SEG004 "file too large" TooLarge { span: Option<Span>, path: String }
    message |p| format!("`{}` is larger than {} MB", p.path, super::MAX_FILE_BYTES >> 20);
    help |_p| Some("split it into several files".to_owned());

    /// The project has no catalog, so there is nothing to write segments on.
    ///
    /// Entities are declared in `catalog/*.yml`.
    ///
    ///     entities:
    ///       customer: { table: customers, key: id, fields: { id: integer } }
    error SEG005 "no catalog" NoCatalog { span: Option<Span>, stray: Option<String> }
    message |_p| "the project has no catalog".to_owned();
    help |p| Some(p.stray.clone().unwrap_or_else(|| {
        "declare entities in `catalog/catalog.yml`; `segc init` shows an example".to_owned()
    }));

    /// The project has no segments, so there is nothing to compile.
    ///
    /// Segments are written in `segments/**/*.seg`.
    ///
    ///     segment everyone on customer { }
    warning SEG006 "no segments" NoSegments { span: Option<Span>, stray: Option<String> }
    message |_p| "the project has no segments".to_owned();
    help |p| Some(p.stray.clone().unwrap_or_else(|| {
        "write one in `segments/first.seg`: `segment everyone on customer { }`".to_owned()
    }));

    /// The IANA database has no such time zone.
    ///
    ///     timezone: Europe/Londn     # wrong: Europe/London
    error SEG007 "unknown time zone" UnknownZone { span: Span, name: String }
    message |p| format!("`{}` is not a time zone", p.name);
    help |p| Some(match crate::types::closest_zone(&p.name) {
        Some(zone) => format!("did you mean `{zone}`?"),
        None => "use a name such as `Europe/London` or `UTC`".to_owned(),
    });

    /// A `schema` must be one name, or two names separated by a dot.
    ///
    ///     schema: segments
    ///     schema: analytics.segments      # a database or project, and a schema in it
    error SEG008 "bad schema" BadSchema { span: Span, name: String }
    message |p| format!("`{}` is not the name of a schema", p.name);
    help |_p| Some("write one or two names: `segments` or `database.segments`".to_owned());

    /// `targets` is empty.
    ///
    /// Without `targets`, a project compiles for every built-in dialect, under the dialect's name.
    ///
    ///     targets: {}                   # wrong
    ///     targets: { duckdb: {}, postgres: {} }
    error SEG009 "no targets" NoTargets { span: Span }
    message |_p| "`targets` names no target".to_owned();
    help |_p| Some("name one, or remove `targets` to use all built-in dialects".to_owned());

    /// The catalog gives an entity a different table on a target that `segc.yml` doesn't define.
    ///
    ///     # segc.yml:  targets: { warehouse: { dialect: postgres } }
    ///     targets: { warehose: { table: analytics.customers } }      # wrong
    error SEG010 "unknown target" UnknownTarget { span: Span, name: String, known: Vec<String> }
    message |p| format!("there is no target `{}`", p.name);
    help |p| {
        let known: Vec<&str> = p.known.iter().map(String::as_str).collect();
        Some(match closest(&p.name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("`segc.yml` names {}", one_of(&known)),
        })
    };

    /// This can't be the name of a project, target, tier or parameter.
    ///
    /// Names consist of the letters a to z, digits and `_`, and don't start with a digit;
    /// the project's own name may be any text on one line.
    ///
    ///     targets: { my-warehouse: { dialect: postgres } }      # wrong: my_warehouse
    error SEG011 "not a name" BadName { span: Span, name: String, what: &'static str }
    message |p| format!("`{}` cannot be the name of {}", p.name, p.what);
    help |p| Some(match p.what {
        "the project" => "write a short text on one line",
        _ => "use letters, digits and `_`; the first is not a digit",
    }.to_owned());

    /// A symbolic link leads back to a folder that contains it.
    ///
    /// Its contents are read only once. Remove the link.
    ///
    ///     ln -s .. segments/more        # `segments/more` contains `segments` again
    warning SEG012 "cycle of links" LinkLoop { span: Option<Span>, path: String }
    message |p| format!("`{}` links to a folder that contains it", p.path);
    help |_p| Some("remove the link".to_owned());

    /// A limit is below 0.
    ///
    ///     limits: { hops: 0 }      # no links at all
    error SEG013 "bad limit" BadLimit { span: Span, name: &'static str }
    message |p| format!("`{}` must not be negative", p.name);
    help |_p| Some("remove it to allow any number".to_owned());

    /// A file in a folder of the project isn't read because of its extension.
    ///
    /// Segments end in `.seg`; catalogs, dialects and unit tests end in `.yml` or `.yaml`; in lower case.
    ///
    ///     segments/first.SEG        # segments/first.seg
    ///     catalog/shop.yml.txt      # catalog/shop.yml
    ///     segc.yaml                 # segc.yml
    warning SEG015 "wrong extension" OtherEnding { span: Option<Span>, path: String, name: String }
    message |p| format!("`{}` is not read, because of its name", p.path);
    help |p| Some(rename(&p.path, &p.name));

    /// A file that looks like part of the project is in a folder that segc doesn't read.
    ///
    /// Segments are read from `segments`, catalogs from `catalog`, unit tests from `tests`, and from
    /// their subfolders.
    ///
    ///     models/vips.seg           # segments/vips.seg, or segments/models/vips.seg
    ///     schema.yml                # catalog/schema.yml
    warning SEG016 "file in the wrong folder" Misplaced {
        span: Option<Span>, folder: &'static str, path: String,
        /// The number of further such files in the same folder.
        more: usize,
        to: String,
    }
    message |p| {
        let more = match p.more {
            0 => "is not read: it is".to_owned(),
            more => format!("and {} next to it are not read: they are", others(more)),
        };
        format!("`{}` {more} outside `{}`", p.path, p.folder)
    };
    help |p| Some(p.to.clone());

    /// Next to `segc.yml` there is a file with almost the same name, which isn't read.
    ///
    ///     segc.yaml      # has no effect
    ///
    /// Keep one of them, as `segc.yml`.
    warning SEG017 "two configurations" TwoConfigs { span: Option<Span>, name: &'static str }
    message |p| format!("`{}` is not read: the project's file is `segc.yml`", p.name);
    help |_p| Some("move its contents into `segc.yml`, and remove it".to_owned());
}
