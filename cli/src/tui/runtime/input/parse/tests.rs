//! What terminals send, and what strangers might.

use proptest::prelude::*;

use super::super::of;
use super::*;
use crate::tui::model::Msg;

/// The answers in some bytes, in which there is nothing else.
pub(in crate::tui::runtime) fn answers(bytes: &[u8]) -> Vec<Answer> {
    let heard = Parser::new(true).push(bytes).into_iter();
    let answer = |heard| match heard {
        Heard::Answer(answer) => answer,
        Heard::Event(event) => panic!("{event:?} is no answer"),
    };
    heard.map(answer).collect()
}

/// What a parser makes of bytes, in words; at the end nothing follows.
fn words(mut parser: Parser, pieces: &[&[u8]]) -> String {
    let mut heard: Vec<Heard> = pieces.iter().flat_map(|piece| parser.push(piece)).collect();
    heard.extend(parser.waited());
    let words = heard.into_iter().map(|heard| match heard {
        Heard::Answer(answer) => format!("{answer:?}"),
        Heard::Event(event) => match of(event) {
            Some(Msg::Key(key)) => key.to_string(),
            Some(Msg::Paste(text)) => format!("paste({text})"),
            Some(Msg::Mouse(mouse)) => {
                format!("{:?}({},{})", mouse.what, mouse.column, mouse.row)
            }
            other => format!("{other:?}"),
        },
    });
    words.collect::<Vec<_>>().join(" ")
}

fn keys(bytes: &[u8]) -> String {
    words(Parser::new(false), &[bytes])
}

#[test]
fn keys_are_those_of_every_terminal() {
    assert_eq!(keys(b"jG \r\t\x7f"), "j G space enter tab backspace");
    assert_eq!(
        keys(b"\x03\x04\x1a\x0a\0"),
        "ctrl-c ctrl-d ctrl-z ctrl-j ctrl-space"
    );
    assert_eq!(keys("é日🎬".as_bytes()), "é 日 🎬");
    assert_eq!(
        keys(b"\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F"),
        "up down right left home end"
    );
    assert_eq!(keys(b"\x1bOA\x1bOP\x1bOS\x1b[Z"), "up f1 f4 shift-tab");
    assert_eq!(
        keys(b"\x1b[1~\x1b[2~\x1b[3~\x1b[4~\x1b[5~\x1b[6~\x1b[7~\x1b[8~"),
        "home ins del end pgup pgdn home end"
    );
    assert_eq!(
        keys(b"\x1b[11~\x1b[15~\x1b[17~\x1b[24~\x1b[34~"),
        "f1 f5 f6 f12 f20"
    );
    assert_eq!(
        keys(b"\x1b[1;5A\x1b[1;3B\x1b[5;5~\x1b[1;5P"),
        "ctrl-up alt-down ctrl-pgup ctrl-f1"
    );
    assert_eq!(keys(b"\x1b[[A\x1b[[E"), "f1 f5");
    assert_eq!(
        keys(b"\x1b[97;5u\x1b[27;5;97~\x1b[13u"),
        "ctrl-a ctrl-a enter"
    );
    assert_eq!(keys(b"\x1bx\x1b\r\x1b\x01"), "alt-x alt-enter ctrl-alt-a");
    assert_eq!(keys(b"\x1b"), "esc");
    assert_eq!(keys(b"\x1b\x1b"), "esc esc");
    assert_eq!(keys(b"\x1b["), "alt-[");
    assert_eq!(keys(b"\x1bP"), "alt-P");
    assert_eq!(keys(b"\x1b\x1b[A"), "esc up");
}

#[test]
fn what_has_no_meaning_here_is_nothing() {
    assert_eq!(
        keys(b"\x1b[I\x1b[O\x1b[99~\x1b[1;2R\x1b[?1;2S\xff\x80j"),
        "f3 j"
    );
    // One that breaks off, and one without end.
    assert_eq!(keys(b"\x1b[12\x1b[A"), "up");
    let endless = [b"\x1b[".to_vec(), vec![b'1'; 300], b"j".to_vec()].concat();
    assert_eq!(keys(&endless), "");
    assert_eq!(keys(b"\xe6j"), "j");
}

#[test]
fn the_mouse_clicks_and_turns_in_each_of_three_ways() {
    assert_eq!(
        keys(b"\x1b[<0;3;4M\x1b[<0;3;4m\x1b[<64;1;1M\x1b[<65;1;1M\x1b[<35;9;9M\x1b[<2;9;9M"),
        "Click(2,3) Up(0,0) Down(0,0)"
    );
    assert_eq!(keys(b"\x1b[32;3;4M\x1b[97;1;1M"), "Click(2,3) Down(0,0)");
    assert_eq!(keys(b"\x1b[M #$\x1b[M`!!"), "Click(2,3) Up(0,0)");
    let dragged = sequence::first(b"\x1b[<32;3;4M");
    assert_eq!(dragged, First::Is(10, None));
}

#[test]
fn pasted_text_is_no_keys_whatever_is_in_it() {
    assert_eq!(
        keys(b"a\x1b[200~q\x1b[A\r\x03\x1b[201~b"),
        "a paste(q\u{1b}[A\r\u{3}) b"
    );
    let pieces: [&[u8]; 4] = [b"\x1b[200~/vid", b"eos\x1b[20", b"1", b"~j"];
    assert_eq!(words(Parser::new(false), &pieces), "paste(/videos) j");
    // One whose end is lost keeps no key for itself for ever.
    let mut parser = Parser::new(false);
    assert!(parser.push(b"\x1b[200~abc").is_empty() && parser.is_pasting());
    assert!(matches!(parser.waited(), Some(Heard::Event(Event::Paste(text))) if text == "abc"));
    assert!(!parser.is_pasting());
    assert_eq!(words(parser, &[b"\x03"]), "ctrl-c");
    // A very long one comes in parts, and none of it is lost.
    let text = "é".repeat(PASTE);
    let bytes = format!("\u{1b}[200~{text}\u{1b}[201~");
    let mut parser = Parser::new(false);
    let heard: Vec<Heard> = bytes
        .as_bytes()
        .chunks(4097)
        .flat_map(|piece| parser.push(piece))
        .collect();
    assert!(heard.len() > 1);
    let pasted = heard.into_iter().map(|heard| match heard {
        Heard::Event(Event::Paste(text)) => text,
        other => panic!("{other:?}"),
    });
    assert_eq!(pasted.collect::<String>(), text);
}

const ANSWERS: &[u8] =
    b"\x1b_Gi=31;OK\x1b\\\x1b_Gi=32;OK\x1b\\\x1bP>|kitty(0.35.2)\x1b\\\x1b[6;20;10t\x1b[?62;4;22c";

#[test]
fn answers_are_told_from_keys_in_whatever_pieces_they_come() {
    let expected = "j Kitty G Deflated Name(\"kitty(0.35.2)\") Cell(10, 20) alt-P Attributes { has_sixel: true } k";
    let all = b"j\x1b_Gi=31;OK\x1b\\G\x1b_Gi=32;OK\x1b\\\x1bP>|kitty(0.35.2)\x1b\\\x1b[6;20;10t\x1bP\x1b[?62;4;22ck";
    assert_eq!(words(Parser::new(true), &[all]), expected);
    let single: Vec<&[u8]> = all.chunks(1).collect();
    assert_eq!(words(Parser::new(true), &single), expected);
    // What a terminal cannot do.
    let cannot = b"\x1b_Gi=31;ENOTSUPPORTED:no\x1b\\\x1b[6;20t\x1b[?1;2c";
    assert_eq!(
        words(Parser::new(true), &[cannot]),
        "Attributes { has_sixel: false }"
    );
    // One that has no end does not take the keys with it for ever.
    let endless = [b"\x1bP>|".to_vec(), vec![b'x'; MOST], b"".to_vec()].concat();
    let mut parser = Parser::new(true);
    assert_eq!(parser.push(&endless), []);
    assert_eq!(words(parser, &[b"j"]), "j");
}

#[test]
fn once_all_is_answered_such_beginnings_are_keys() {
    let mut parser = Parser::new(true);
    assert_eq!(parser.push(ANSWERS).len(), 5);
    assert!(!parser.is_asking());
    assert_eq!(words(parser, &[b"\x1bP>|"]), "alt-P > |");
}

proptest! {
    #[test]
    fn no_piece_of_an_answer_is_ever_a_key(cuts in proptest::collection::vec(0..ANSWERS.len(), 0..12)) {
        let mut cuts = cuts;
        cuts.extend([0, ANSWERS.len()]);
        cuts.sort_unstable();
        let mut parser = Parser::new(true);
        let mut heard = Vec::new();
        for pair in cuts.windows(2) {
            heard.extend(parser.push(&ANSWERS[pair[0]..pair[1]]));
        }
        prop_assert_eq!(heard.len(), 5);
        prop_assert!(heard.iter().all(|heard| matches!(heard, Heard::Answer(_))));
    }

    #[test]
    fn whatever_comes_is_taken_and_nothing_is_kept_for_ever(
        pieces in proptest::collection::vec(proptest::collection::vec(
            prop_oneof![
                any::<u8>(),
                proptest::sample::select(b"\x1b[]_PO>|G;<M0123456789~\\".to_vec()),
            ],
            0..40,
        ), 0..20),
        is_asking in any::<bool>(),
    ) {
        let mut parser = Parser::new(is_asking);
        for piece in &pieces {
            parser.push(piece);
            prop_assert!(parser.bytes.len() <= MOST + piece.len());
        }
        // Whatever state it is in, keys go through again.
        parser.push(b"\x1b[201~");
        parser.push(&vec![b'x'; MOST + 1]);
        let heard = parser.push(b"q");
        prop_assert_eq!(heard.len(), 1, "{:?}", parser);
    }
}
