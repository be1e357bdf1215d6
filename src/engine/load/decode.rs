//! Converts another encoding to UTF-8, and rejects undecodable bytes.

use std::io::{self, BufRead, Read};

use encoding_rs::{Decoder, DecoderResult, Encoding};

/// The number of decoded bytes kept at a time.
const CHUNK: usize = 1 << 16;

/// A stream of another encoding, read as UTF-8.
pub(super) struct Decoding<R> {
    from: R,
    decoder: Decoder,
    name: &'static str,
    decoded: Vec<u8>,
    /// The number of bytes of `decoded` that have been read.
    at: usize,
    /// The number of decoded line breaks.
    lines: u64,
    ended: bool,
}

impl<R: BufRead> Decoding<R> {
    pub(super) fn new(from: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        let decoded = Vec::with_capacity(CHUNK);
        Self { from, decoder, name: encoding.name(), decoded, at: 0, lines: 1, ended: false }
    }

    fn decode(&mut self) -> io::Result<()> {
        self.at = 0;
        self.decoded.resize(CHUNK, 0);
        let mut written = 0;
        while written == 0 && !self.ended {
            let input = self.from.fill_buf()?;
            let last = input.is_empty();
            let (result, read, wrote) =
                self.decoder.decode_to_utf8_without_replacement(input, &mut self.decoded, last);
            self.from.consume(read);
            written = wrote;
            let breaks = self.decoded.get(..wrote).unwrap_or_default().iter().filter(|&&byte| byte == b'\n');
            self.lines += breaks.count() as u64;
            if let DecoderResult::Malformed(..) = result {
                let message = format!("line {} contains bytes that aren't {}", self.lines, self.name);
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            self.ended = last && result == DecoderResult::InputEmpty;
        }
        self.decoded.truncate(written);
        Ok(())
    }
}

impl<R: BufRead> Read for Decoding<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.decoded.len() {
            self.decode()?;
        }
        let rest = self.decoded.get(self.at..).unwrap_or_default();
        let count = rest.len().min(into.len());
        into[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], label: &str) -> io::Result<String> {
        let encoding = Encoding::for_label(label.as_bytes()).expect("an encoding");
        let mut text = String::new();
        Decoding::new(bytes, encoding).read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn other_encodings_are_converted_to_utf_8() {
        assert_eq!(decoded(b"Zo\xeb \x80", "latin1").expect("text"), "Zoë €");
        assert_eq!(decoded(b"\xff\xfea\0\xac\x20", "utf-16le").expect("text"), "a€");
        let long: Vec<u8> = "ж".repeat(100_000).encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decoded(&long, "utf-16be").expect("text"), "ж".repeat(100_000));
    }

    #[test]
    fn undecodable_bytes_are_reported_with_their_line() {
        let error = decoded(b"a\n\x81\x20", "shift_jis").expect_err("no such character");
        assert_eq!(error.to_string(), "line 2 contains bytes that aren't Shift_JIS");
        assert!(decoded(b"a\0b", "utf-16le").is_err(), "half a character");
    }
}
