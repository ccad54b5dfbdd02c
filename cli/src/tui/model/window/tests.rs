//! A long list on a small server, walked in any way while it changes.

use heimdex_api::video::VideoListResponse;
use proptest::prelude::*;

use super::*;
use crate::tui::model::tests::video;

/// A list on a server, in whichever order; pages of it by cursors that are positions, of rows that are gone as well.
struct Server {
    ids: Vec<u64>,
    gone: BTreeSet<u64>,
}

impl Server {
    fn of(ids: impl IntoIterator<Item = u64>) -> Self {
        Self {
            ids: ids.into_iter().collect(),
            gone: BTreeSet::new(),
        }
    }

    fn is_there(&self, id: u64) -> bool {
        !self.gone.contains(&id)
    }

    fn reply(&self, from: usize, rows: usize) -> VideoListResponse {
        let ids: Vec<u64> = self
            .ids
            .iter()
            .copied()
            .filter(|id| self.is_there(*id))
            .collect();
        let until = (from + rows).min(ids.len());
        let from = from.min(until);
        let page = &ids[from..until];
        let last = page.last().filter(|_| until < ids.len());
        let first = page.first().filter(|_| from > 0);
        VideoListResponse {
            videos: page.iter().map(|id| video(*id)).collect(),
            total: ids.len() as u64,
            total_is_lower_bound: false,
            next_cursor: last.map(|id| format!("after {id}")),
            prev_cursor: first.map(|id| format!("before {id}")),
        }
    }

    fn at(&self, cursor: &str) -> VideoListResponse {
        let (side, id) = cursor.split_once(' ').unwrap();
        let id: u64 = id.parse().unwrap();
        let at = self.ids.iter().position(|known| *known == id).unwrap();
        let before = self.ids[..at]
            .iter()
            .filter(|id| self.is_there(**id))
            .count();
        match side {
            "after" => self.reply(before + usize::from(self.is_there(id)), PAGE),
            _ => self.reply(before.saturating_sub(PAGE), PAGE.min(before)),
        }
    }

    fn turned(&self) -> Self {
        Self {
            ids: self.ids.iter().rev().copied().collect(),
            gone: self.gone.clone(),
        }
    }
}

fn ids(window: &Window) -> Vec<u64> {
    window.rows().map(number).collect()
}

fn number(video: &VideoResponse) -> u64 {
    video.size_bytes.unwrap()
}

/// Loads what the window wants, until it wants nothing.
fn settle(window: &mut Window, server: &Server) {
    let turned = server.turned();
    let server = match window.anchor() {
        Anchor::Start => server,
        Anchor::End => &turned,
    };
    while let Some((side, cursor)) = window.wanted() {
        let reply = server.at(&cursor);
        window.join(side, &cursor, reply);
    }
}

#[test]
fn a_long_list_is_walked_from_end_to_end_and_back_with_few_pages_held() {
    let server = Server::of(0..5000);
    let mut window = Window::begin(Anchor::Start, server.reply(0, PAGE));
    for step in [37_isize, -37] {
        loop {
            let before = window.place();
            window.go(step, 20);
            settle(&mut window, &server);
            assert!(window.len() <= (PAGES + 1) * PAGE, "{}", window.len());
            let selected = number(window.selected().unwrap());
            assert_eq!(window.place(), Some(selected + 1));
            if window.place() == before {
                break;
            }
        }
        let end = if step > 0 { 5000 } else { 1 };
        assert_eq!(window.place(), Some(end));
    }
}

#[test]
fn from_the_end_it_is_walked_backwards() {
    let server = Server::of(0..1000);
    let mut window = Window::begin(Anchor::End, server.turned().reply(0, PAGE));
    assert_eq!(window.place(), Some(1000));
    for _ in 0..200 {
        window.go(-10, 20);
        settle(&mut window, &server);
        assert_eq!(window.place(), Some(number(window.selected().unwrap()) + 1));
    }
    assert_eq!(window.place(), Some(1));
}

#[test]
fn what_arrives_at_the_top_leaves_the_cursor_on_its_video() {
    let mut server = Server::of(0..300);
    let mut window = Window::begin(Anchor::Start, server.reply(0, PAGE));
    window.go(90, 20);
    settle(&mut window, &server);
    server.ids.splice(0..0, 900..903);
    let rows = window.to_compare().unwrap();
    assert_eq!(window.compare(server.reply(0, rows)), Compared::Changed);
    assert_eq!(number(window.selected().unwrap()), 90);
    assert_eq!(ids(&window)[..4], [900, 901, 902, 0]);
    let second = window.compare(server.reply(0, rows));
    assert_eq!(second, Compared::Same, "nothing is another the second time");
    settle(&mut window, &server);
    let held = ids(&window);
    assert_eq!(held, server.ids[..held.len()]);
}

/// Compares, and looks for the video under the cursor as far as that takes.
fn compare(window: &mut Window, server: &Server) {
    let turned = server.turned();
    let server = match window.anchor() {
        Anchor::Start => server,
        Anchor::End => &turned,
    };
    let Some(rows) = window.to_compare() else {
        return;
    };
    let Compared::Behind(mut seek) = window.compare(server.reply(0, rows)) else {
        return;
    };
    loop {
        match window.sought(&seek, server.at(seek.cursor())) {
            Sought::Behind(next) => seek = next,
            Sought::Found => return,
            Sought::Moved => panic!("nobody moved it"),
            Sought::Gone => {
                *window = Window::begin(window.anchor(), server.reply(0, PAGE));
                return;
            }
        }
    }
}

#[test]
fn however_much_arrives_the_cursor_is_on_its_video() {
    for (arrived, held, at) in [
        (150, 1000, 4),
        (600, 1000, 4),
        (3000, 1000, 90),
        (600, 30, 4),
    ] {
        for anchor in [Anchor::Start, Anchor::End] {
            let mut server = Server::of(0..held);
            let turned = server.turned();
            let first = match anchor {
                Anchor::Start => server.reply(0, PAGE),
                Anchor::End => turned.reply(0, PAGE),
            };
            let mut window = Window::begin(anchor, first);
            window.go(if anchor == Anchor::Start { at } else { -at }, 20);
            settle(&mut window, &server);
            let selected = number(window.selected().unwrap());
            let more = 10_000..10_000 + arrived;
            match anchor {
                Anchor::Start => drop(server.ids.splice(0..0, more)),
                Anchor::End => server.ids.extend(more),
            }
            compare(&mut window, &server);
            assert_eq!(number(window.selected().unwrap()), selected);
            settle(&mut window, &server);
            let place = server.ids.iter().position(|id| *id == selected).unwrap();
            assert_eq!(window.place(), Some(place as u64 + 1));
            let held = ids(&window);
            let first = server.ids.iter().position(|id| *id == held[0]).unwrap();
            assert_eq!(held, server.ids[first..first + held.len()]);
        }
    }
}

#[test]
fn what_is_there_no_more_is_not_looked_for_through_the_whole_list() {
    let mut server = Server::of(0..5000);
    let mut window = Window::begin(Anchor::Start, server.reply(0, PAGE));
    window.go(4, 20);
    server.gone.insert(4);
    let rows = window.to_compare().unwrap();
    assert_eq!(window.compare(server.reply(0, rows)), Compared::Changed);
    assert_eq!(number(window.selected().unwrap()), 5);
}

#[test]
fn somebody_who_moves_meanwhile_keeps_what_the_cursor_is_on() {
    let mut server = Server::of(0..1000);
    let mut window = Window::begin(Anchor::Start, server.reply(0, PAGE));
    window.go(4, 20);
    server.ids.splice(0..0, 10_000..11_000);
    let rows = window.to_compare().unwrap();
    let Compared::Behind(seek) = window.compare(server.reply(0, rows)) else {
        panic!("it is farther behind");
    };
    window.go(1, 20);
    let sought = window.sought(&seek, server.at(seek.cursor()));
    assert_eq!(sought, Sought::Moved);
    assert_eq!(number(window.selected().unwrap()), 5);
}

#[test]
fn a_list_at_its_beginning_shows_what_arrives() {
    let mut server = Server::of(0..300);
    let mut window = Window::begin(Anchor::Start, server.reply(0, PAGE));
    window.go(2, 20);
    server.ids.splice(0..0, 900..905);
    compare(&mut window, &server);
    assert_eq!(number(window.selected().unwrap()), 2);
    let (top, mut shown) = window.visible(20);
    assert_eq!((top, shown.next().map(number)), (0, Some(900)));
}

#[test]
fn an_answer_that_nobody_waits_for_any_more_changes_nothing() {
    let server = Server::of(0..300);
    let mut window = Window::begin(Anchor::Start, server.reply(0, PAGE));
    window.go(95, 20);
    let (side, cursor) = window.wanted().unwrap();
    assert_eq!(window.wanted(), None, "it is asked for once");
    window.join(side, "after 7", server.reply(8, PAGE));
    assert_eq!(window.len(), PAGE);
    window.failed(side);
    assert_eq!(window.wanted(), Some((side, cursor)));
}

#[derive(Debug, Clone)]
enum Act {
    Go(isize),
    Settle,
    Compare,
    Remove(usize),
    Arrive(usize, usize),
    Gone(usize),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        (-400_isize..400).prop_map(Act::Go),
        Just(Act::Settle),
        Just(Act::Compare),
        (0_usize..600).prop_map(Act::Remove),
        (0_usize..600, 1_usize..400).prop_map(|(at, count)| Act::Arrive(at, count)),
        (0_usize..600).prop_map(Act::Gone),
    ]
}

proptest! {
    // Each case is many steps: more of them would take longer than a test may.
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn whatever_happens_the_cursor_is_on_a_row_and_no_row_is_there_twice(
        count in 0_usize..500,
        is_end: bool,
        acts in proptest::collection::vec(act(), 0..40),
    ) {
        let mut server = Server::of(0..count as u64);
        let anchor = if is_end { Anchor::End } else { Anchor::Start };
        let first = if is_end { server.turned().reply(0, PAGE) } else { server.reply(0, PAGE) };
        let mut window = Window::begin(anchor, first);
        let mut next = 10_000;
        for act in acts {
            match act {
                Act::Go(rows) => window.go(rows, 20),
                Act::Settle => settle(&mut window, &server),
                Act::Compare => compare(&mut window, &server),
                Act::Remove(at) => {
                    let id = window.rows().nth(at).map(|video| video.video_id);
                    if let Some(id) = id { window.remove(id); }
                }
                Act::Arrive(at, count) => {
                    let at = at.min(server.ids.len());
                    server.ids.splice(at..at, next..next + count as u64);
                    next += count as u64;
                }
                Act::Gone(at) => server.gone.extend(server.ids.get(at)),
            }
            let held = ids(&window);
            let unique: BTreeSet<&u64> = held.iter().collect();
            prop_assert_eq!(unique.len(), held.len());
            prop_assert!(window.cursor() < window.len().max(1));
            prop_assert_eq!(window.selected().is_some(), !held.is_empty());
            let (top, visible) = window.visible(20);
            let shown = visible.count();
            prop_assert!(held.is_empty() || (top..top + shown).contains(&window.cursor()));
            prop_assert!(window.len() <= (PAGES + 1) * PAGE + 500);
        }
    }
}
