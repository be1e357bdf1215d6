//! A file as a stream of bytes in UTF-8: unpacked and decoded.

use std::fs::File;
use std::io::{BufRead, BufReader};

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use flate2::bufread::MultiGzDecoder;

use super::decode::Decoding;
use super::folder::DataFile;
use super::problems::UnreadableFile;
use crate::catalog::ReadOptions;

/// The number of bytes read at a time.
const CHUNK: usize = 1 << 18;

/// The text of a file. Without a declared encoding it is UTF-8, or UTF-16 if it begins with a byte
/// order mark.
pub(super) fn open(file: &DataFile, read: &ReadOptions) -> Result<Box<dyn BufRead>, UnreadableFile> {
    let failed = |error: std::io::Error| unreadable(file, &error);
    let opened = BufReader::with_capacity(CHUNK, File::open(&file.path).map_err(failed)?);
    let mut bytes: Box<dyn BufRead> = if file.compressed {
        Box::new(BufReader::with_capacity(CHUNK, MultiGzDecoder::new(opened)))
    } else {
        Box::new(opened)
    };
    let start = bytes.fill_buf().map_err(failed)?;
    if let Some(help) = foreign(start) {
        let (file, reason) = (file.path.display().to_string(), "it isn't text".to_owned());
        return Err(UnreadableFile { span: None, file, reason, help: Some(help.to_owned()) });
    }
    let encoding = match &read.encoding {
        Some(declared) => Encoding::for_label(declared.name.as_bytes()),
        None if start.starts_with(&[0xff, 0xfe]) => Some(UTF_16LE),
        None if start.starts_with(&[0xfe, 0xff]) => Some(UTF_16BE),
        None => None,
    };
    if start.starts_with(b"\xef\xbb\xbf") {
        bytes.consume(3);
    }
    Ok(match encoding {
        Some(encoding) if encoding != encoding_rs::UTF_8 => {
            Box::new(BufReader::with_capacity(CHUNK, Decoding::new(bytes, encoding)))
        }
        _ => bytes,
    })
}

/// The problem that a file can't be read to its end.
pub(super) fn unreadable(file: &DataFile, error: &std::io::Error) -> UnreadableFile {
    let help = if file.compressed {
        Some("check that the file is complete, and compressed with gzip as its name says".to_owned())
    } else {
        None
    };
    UnreadableFile { span: None, file: file.path.display().to_string(), reason: error.to_string(), help }
}

/// The actual format of a file that isn't the text its name suggests.
fn foreign(start: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 7] = [
        (
            b"\x1f\x8b",
            "it is compressed with gzip: rename it so that it ends in `.gz`, as in `orders.csv.gz`",
        ),
        (b"PK\x03\x04", "it is a ZIP archive or an Excel workbook: unpack it, or save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0", "it is an Excel workbook: save the sheet as CSV"),
        (b"PAR1", "it is a Parquet file: rename it so that it ends in `.parquet`"),
        (b"\x28\xb5\x2f\xfd", "it is compressed with zstd: decompress it, or compress it with gzip"),
        (b"BZh", "it is compressed with bzip2: decompress it, or compress it with gzip"),
        (b"SQLite format 3\0", "it is a database: export the table as CSV"),
    ];
    known.into_iter().find(|(mark, _)| start.starts_with(mark)).map(|(_, help)| help)
}
