//! Characters as the terminal shows them: nothing that it would obey, and plain ASCII where it has no more.

use std::borrow::Cow;

use crate::output::text::width;
use crate::tui::theme::Glyphs;

/// A cell's text as it is written.
pub(super) fn shown(symbol: &str, glyphs: Glyphs) -> Cow<'_, str> {
    let is_safe = match glyphs {
        Glyphs::Unicode => !symbol.chars().any(char::is_control),
        Glyphs::Ascii => symbol.bytes().all(|byte| matches!(byte, b' '..=b'~')),
    };
    if is_safe {
        return Cow::Borrowed(symbol);
    }
    let mut text = String::from(symbol.chars().next().map_or('?', plain));
    if width(symbol) > 1 {
        // Its second column goes with it when it is drawn over: nothing may be left there then.
        text.push(' ');
    }
    Cow::Owned(text)
}

/// How many columns this takes at the most, and 0 where nobody doubts how many it takes: terminals differ in whether
/// characters that belong together are one, and in whether what joins them is seen.
pub(super) fn most(symbol: &str) -> u16 {
    let is_flag = |c: char| ('\u{1f1e6}'..='\u{1f1ff}').contains(&c);
    if symbol.chars().nth(1).is_none() && !symbol.chars().all(is_flag) {
        return 0;
    }
    let apart = symbol.chars().map(|c| match c {
        // Half a flag is drawn as wide as a whole one by some.
        c if is_flag(c) => 2,
        c => width(c.encode_utf8(&mut [0; 4])).max(1),
    });
    u16::try_from(apart.sum::<usize>()).unwrap_or(u16::MAX)
}

/// Whether this is joined of several.
pub(super) fn is_joined(symbol: &str) -> bool {
    symbol.contains('\u{200d}')
}

/// Whether each terminal takes this for one column.
pub(super) fn is_one_column(symbol: &str) -> bool {
    let mut characters = symbol.chars();
    let (first, more) = (characters.next(), characters.next());
    // Latin, the lines and blocks that we draw; behind them come letters and pictures of which terminals differ.
    let is_known = first.is_some_and(|c| {
        c < '\u{300}'
            || ('\u{2010}'..='\u{2030}').contains(&c)
            || ('\u{2190}'..'\u{2600}').contains(&c)
    });
    is_known && more.is_none() && width(symbol) == 1
}

/// The nearest in ASCII.
fn plain(c: char) -> char {
    match c {
        ' '..='~' => c,
        '…' => '~',
        '•' | '●' => '*',
        '×' => 'x',
        '·' | '–' | '—' | '−' | '─' => '-',
        '│' => '|',
        '‘' | '’' => '\'',
        '“' | '”' => '"',
        '↑' => '^',
        '↓' => 'v',
        '→' | '▸' | '▌' => '>',
        '←' => '<',
        '✓' => '+',
        '█' | '▓' => '#',
        '▒' => '=',
        '░' => '.',
        'À'..='Å' => 'A',
        'Ç' => 'C',
        'È'..='Ë' => 'E',
        'Ì'..='Ï' => 'I',
        'Ñ' => 'N',
        'Ò'..='Ö' | 'Ø' => 'O',
        'Ù'..='Ü' => 'U',
        'Ý' => 'Y',
        'ß' => 's',
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        _ => '?',
    }
}
