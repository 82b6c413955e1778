//! The server-sent event format, decoded as it arrives.
//!
//! Unlike a browser's, this decoder also shows blocks without data: the server opens a stream with such a block to
//! say from where to resume.

use std::time::Duration;

/// The longest line and the most data of one event. A ticket is far below.
const MOST_BYTES: usize = 1 << 20;

/// One block of the stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Block {
    /// The name of the event; empty for a plain message.
    pub(crate) name: String,
    /// The lines of data; nothing for a block that only moves the position.
    pub(crate) data: Option<String>,
    /// The position after this block (`id`), if the block has one.
    pub(crate) id: Option<String>,
    /// The delay before a reconnect (`retry`), if the block has one.
    pub(crate) retry: Option<Duration>,
}

/// A line or an event is longer than any of the marketplace.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is larger than 1 MiB")]
pub(crate) struct TooLarge;

#[derive(Debug, Default)]
pub(crate) struct Decoder {
    line: Vec<u8>,
    after_return: bool,
    begun: bool,
    block: Block,
}

impl Decoder {
    /// Decodes the next bytes, in chunks of any size, and returns the blocks that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Block>, TooLarge> {
        let mut blocks = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' if self.after_return => {}
                b'\n' | b'\r' => blocks.extend(self.end_line()?),
                _ if self.line.len() >= MOST_BYTES => return Err(TooLarge),
                _ => self.line.push(*byte),
            }
            self.after_return = *byte == b'\r';
        }
        Ok(blocks)
    }

    fn end_line(&mut self) -> Result<Option<Block>, TooLarge> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let mut line = text.as_ref();
        if !std::mem::replace(&mut self.begun, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            let block = std::mem::take(&mut self.block);
            return Ok((block != Block::default()).then_some(block));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.block.name),
            "data" => {
                let data = match &mut self.block.data {
                    Some(data) => {
                        data.push('\n');
                        data
                    }
                    none => none.insert(String::new()),
                };
                if data.len() + value.len() > MOST_BYTES {
                    return Err(TooLarge);
                }
                data.push_str(value);
            }
            "id" if !value.contains('\0') => self.block.id = Some(value.to_owned()),
            "retry" => self.block.retry = value.parse().ok().map(Duration::from_millis),
            // A comment, such as the heartbeat, or a field of another time.
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decode(chunks: &[&[u8]]) -> Vec<Block> {
        let mut decoder = Decoder::default();
        chunks.iter().flat_map(|chunk| decoder.push(chunk).unwrap()).collect()
    }

    fn block(name: &str, data: Option<&str>, id: Option<&str>) -> Block {
        Block { name: name.to_owned(), data: data.map(str::to_owned), id: id.map(str::to_owned), retry: None }
    }

    #[test]
    fn block_without_data_advances_the_event_id() {
        let text = "id: 41\n\n: heartbeat\n\nevent: ticket:created\nid: 42\ndata: {}\n\n";
        assert_eq!(
            decode(&[text.as_bytes()]),
            [block("", None, Some("41")), block("ticket:created", Some("{}"), Some("42"))]
        );
    }

    #[test]
    fn edge_cases_of_the_format_are_parsed() {
        assert_eq!(decode(&[b"\xef\xbb\xbfdata:a\ndata: b\r\ndata\r\r"]), [block("", Some("a\nb\n"), None)]);
        assert_eq!(decode(&[b"id\ndata:  x\nnew: field\n\n"]), [block("", Some(" x"), Some(""))]);
        assert_eq!(decode(&[b"data: unfinished\n"]), []);
        assert_eq!(decode(&[b"retry: 1500\n\n"])[0].retry, Some(Duration::from_millis(1500)));
        assert_eq!(decode(&[b"data: \xff\n\n"]), [block("", Some("\u{fffd}"), None)]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.push(&vec![b'x'; MOST_BYTES + 1]), Err(TooLarge));
        let mut decoder = Decoder::default();
        let line = [b"data: ".as_slice(), &vec![b'x'; MOST_BYTES / 2], b"\n"].concat();
        assert!(decoder.push(&line).is_ok() && decoder.push(&line).is_err() | decoder.push(&line).is_err());
    }

    proptest! {
        #[test]
        fn chunks_of_any_size_decode_alike(
            text in "((id|data|event|retry|:)(: ?)?[a-zé0-9]{0,3}(\n|\r|\r\n)|\n|\r\n){0,20}",
            cuts in proptest::collection::vec(0_usize..200, 0..6),
        ) {
            let bytes = text.as_bytes();
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let chunks: Vec<_> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(decode(&chunks), decode(&[bytes]));
        }
    }
}
