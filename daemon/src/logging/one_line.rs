//! An event is one line: what is logged holds names of files, and a name may hold line ends, and what a terminal obeys.

use std::borrow::Cow;
use std::io::{self, Write};

/// Writes each event that it is given, whole, as one line without control characters.
#[derive(Debug)]
pub(super) struct OneLine<W>(pub(super) W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        self.0.write_all(one_line(&text).as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

fn one_line(event: &str) -> Cow<'_, str> {
    let (line, end) = match event.strip_suffix('\n') {
        Some(line) => (line, "\n"),
        None => (event, ""),
    };
    if !line.contains(char::is_control) {
        return Cow::Borrowed(event);
    }
    let mut clean = String::with_capacity(event.len() + 16);
    for c in line.chars() {
        if c.is_control() {
            clean.extend(c.escape_default());
        } else {
            clean.push(c);
        }
    }
    clean.push_str(end);
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_forges_no_line_and_steers_no_terminal() {
        let mut written = Vec::new();
        let name = "x\u{1b}]0;title\u{7}\u{9b}31m\nERROR forged.mp4";
        writeln!(OneLine(&mut written), "INFO stored").unwrap();
        let event = format!("INFO stored path={name}\n");
        OneLine(&mut written).write_all(event.as_bytes()).unwrap();
        let text = String::from_utf8(written).unwrap();
        insta::assert_snapshot!(text, @r"
        INFO stored
        INFO stored path=x\u{1b}]0;title\u{7}\u{9b}31m\nERROR forged.mp4
        ");
    }
}
