//! As much of a terminal as measuring needs: which character stands where, and where frames end.

/// What is drawn between these two is one frame.
const FRAME_ENDS: &str = "?2026l";

/// A screen.
#[derive(Debug)]
pub(super) struct Screen {
    rows: Vec<Vec<char>>,
    at: (usize, usize),
    /// The beginning of something whose end has not come yet.
    pending: Vec<u8>,
}

impl Screen {
    /// An empty one.
    pub(super) fn new((columns, rows): (u16, u16)) -> Self {
        Self {
            rows: vec![vec![' '; usize::from(columns)]; usize::from(rows)],
            at: (0, 0),
            pending: Vec::new(),
        }
    }

    /// Takes in what was drawn; how many frames ended in it.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> u64 {
        self.pending.extend_from_slice(bytes);
        let pending = std::mem::take(&mut self.pending);
        // What is not UTF-8 to its end is waited for.
        let whole = match str::from_utf8(&pending) {
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let text = String::from_utf8_lossy(&pending[..whole]);
        let (mut rest, mut frames) = (text.as_ref(), 0);
        while let Some(c) = rest.chars().next() {
            if c == '\u{1b}' {
                let Some(length) = sequence(rest) else { break };
                frames += u64::from(self.obey(&rest[..length]));
                rest = &rest[length..];
                continue;
            }
            rest = &rest[c.len_utf8()..];
            self.write(c);
        }
        self.pending.extend_from_slice(rest.as_bytes());
        self.pending.extend_from_slice(&pending[whole..]);
        frames
    }

    fn write(&mut self, c: char) {
        match c {
            '\r' => self.at.0 = 0,
            '\n' => self.at.1 += 1,
            c if c.is_control() => {}
            c => {
                let (x, y) = self.at;
                if let Some(cell) = self.rows.get_mut(y).and_then(|row| row.get_mut(x)) {
                    *cell = c;
                }
                self.at.0 += 1;
            }
        }
    }

    /// Does what a sequence says; whether it ends a frame.
    fn obey(&mut self, sequence: &str) -> bool {
        let Some(body) = sequence.strip_prefix("\u{1b}[") else {
            return false;
        };
        if let Some(place) = body.strip_suffix('H') {
            let mut numbers = place.split(';').map(|number| number.parse().unwrap_or(1));
            let (row, column): (usize, usize) =
                (numbers.next().unwrap_or(1), numbers.next().unwrap_or(1));
            self.at = (column.saturating_sub(1), row.saturating_sub(1));
        } else if body == "2J" {
            for row in &mut self.rows {
                row.fill(' ');
            }
        }
        body == FRAME_ENDS
    }

    /// A row, counted from the bottom.
    pub(super) fn row_from_the_bottom(&self, back: usize) -> String {
        let row = self.rows.len().checked_sub(back + 1);
        row.map_or_else(String::new, |row| self.rows[row].iter().collect())
    }
}

impl std::fmt::Display for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for row in &self.rows {
            let row: String = row.iter().collect();
            writeln!(f, "{}", row.trim_end())?;
        }
        Ok(())
    }
}

/// The length of the sequence at the beginning, where all of it is there.
fn sequence(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().skip(1);
    match bytes.next()?.1 {
        b'[' => bytes
            .find(|(_, byte)| (0x40..0x7f).contains(byte))
            .map(|(at, _)| at + 1),
        b']' => bytes.find(|(_, byte)| *byte == 7).map(|(at, _)| at + 1),
        _ => Some(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_anywhere_is_read_as_one() {
        let text = "\u{1b}[?2026h\u{1b}[2;3Hab\u{1b}[0;38;5;3mé\u{1b}[?2026l";
        for cut in 0..text.len() {
            let mut screen = Screen::new((6, 2));
            let frames =
                screen.feed(&text.as_bytes()[..cut]) + screen.feed(&text.as_bytes()[cut..]);
            assert_eq!(
                (frames, screen.to_string()),
                (1, "\n  abé\n".to_owned()),
                "{cut}"
            );
            assert_eq!(screen.row_from_the_bottom(0), "  abé ");
        }
    }
}
