//! Takes a stream of server-sent events apart, as the HTML standard says. Pure: bytes in, events out, in whatever pieces
//! they come.

/// One event, or, where `data` is empty, only the id to go on from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// The id, where one came with it.
    pub(super) id: Option<String>,
    /// What it is called.
    pub(super) event: String,
    /// Its lines, put together again.
    pub(super) data: String,
}

/// An event is longer than any that a Heimdex server sends.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

/// The longest line, and the longest event.
const MOST: usize = 4 << 20;

/// What came so far.
#[derive(Debug, Default)]
pub(super) struct Parser {
    line: Vec<u8>,
    block: Block,
    is_open: bool,
    after_return: bool,
}

impl Parser {
    /// Takes more bytes in; answers the events that are complete by them.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<Block>, TooLong> {
        let mut whole = Vec::new();
        for byte in bytes {
            match byte {
                b'\n' if self.after_return => self.after_return = false,
                b'\n' | b'\r' => {
                    self.after_return = *byte == b'\r';
                    let line = std::mem::take(&mut self.line);
                    whole.extend(self.end_line(&String::from_utf8_lossy(&line))?);
                }
                byte => {
                    self.after_return = false;
                    if self.line.len() == MOST {
                        return Err(TooLong);
                    }
                    self.line.push(*byte);
                }
            }
        }
        Ok(whole)
    }

    fn end_line(&mut self, line: &str) -> Result<Option<Block>, TooLong> {
        if line.is_empty() {
            let block = std::mem::take(&mut self.block);
            return Ok(std::mem::take(&mut self.is_open).then_some(block));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" if !value.contains('\0') => self.block.id = Some(value.to_owned()),
            "event" => value.clone_into(&mut self.block.event),
            "data" => {
                if self.block.data.len() + value.len() > MOST {
                    return Err(TooLong);
                }
                if !self.block.data.is_empty() {
                    self.block.data.push('\n');
                }
                self.block.data.push_str(value);
            }
            // A comment is a line that begins with a colon; other fields are not ours.
            _ => return Ok(None),
        }
        self.is_open = true;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn block(id: &str, event: &str, data: &str) -> Block {
        Block {
            id: Some(id.to_owned()),
            event: event.to_owned(),
            data: data.to_owned(),
        }
    }

    #[test]
    fn events_ids_and_heartbeats_are_told_apart() {
        let text = "retry: 2000\nid: a-1\n\n:\n\nid: a-2\nevent: video\ndata: {}\n\n:beat\r\n\r\nid:a-3\r\nevent:job\r\n\
                    data:one\r\ndata: two\r\n\r\n";
        let blocks = Parser::default().push(text.as_bytes()).unwrap();
        assert_eq!(
            blocks,
            [
                block("a-1", "", ""),
                block("a-2", "video", "{}"),
                block("a-3", "job", "one\ntwo"),
            ]
        );
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let mut parser = Parser::default();
        let piece = vec![b'x'; MOST / 2];
        assert_eq!(parser.push(&piece), Ok(Vec::new()));
        assert_eq!(parser.push(&piece), Ok(Vec::new()));
        assert_eq!(parser.push(b"x"), Err(TooLong));
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(
            events in proptest::collection::vec(("[a-z0-9-]{1,9}", "[a-z]{1,6}", "[^\r\n]{1,40}"), 0..6),
            ends in proptest::collection::vec(0_usize..3, 1..8),
            cut in 1_usize..9,
        ) {
            let mut text = String::new();
            let mut end = ends.iter().cycle().map(|end| ["\n", "\r\n", "\r"][*end]);
            for (id, event, data) in &events {
                for line in [format!("id: {id}"), format!("event: {event}"), format!("data: {data}"), String::new()] {
                    text.push_str(&line);
                    text.push_str(end.next().unwrap());
                }
                // One kind of end a block: `\r` before `\n` would be one end.
                text.push_str(": beat\n");
            }
            let mut parser = Parser::default();
            let mut blocks = Vec::new();
            for piece in text.as_bytes().chunks(cut) {
                blocks.extend(parser.push(piece).unwrap());
            }
            let whole = Parser::default().push(text.as_bytes()).unwrap();
            prop_assert_eq!(&blocks, &whole);
        }

        #[test]
        fn whatever_comes_is_taken(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            Parser::default().push(&bytes).unwrap();
        }
    }
}
