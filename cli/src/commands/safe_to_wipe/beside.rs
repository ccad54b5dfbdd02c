//! What is said beside a verdict: what is on its way, what rules leave out, which checksum files agree.

use std::collections::BTreeMap;

use heimdex_api::path;
use heimdex_client::wipe::{Checked, Excused, Why};

use super::way::Ways;
use crate::clock::Moment;
use crate::output::text::{clean, count, grouped};
use crate::output::{size, time};

/// Pieces of litter, and of what a rule leaves out, that people are told by name; programs are told all.
const NAMED: usize = 12;

/// What is on its way, and when it will be there.
pub(super) fn when(ways: &Ways, moment: &Moment) -> Option<String> {
    let (moving, bytes) = ways.moving();
    let (held, held_bytes) = ways.held();
    let mut text = String::new();
    if moving > 0 {
        let (files, bytes) = (count(moving, "file", "files"), size::bytes(bytes));
        let is = if moving == 1 {
            "is on its"
        } else {
            "are on their"
        };
        text = match ways.done_at {
            Some(at) => format!(
                "{files} ({bytes}) {is} way: there {}, at {} a second.",
                time::until(at, moment),
                size::bytes(ways.bytes_per_second)
            ),
            None => format!("{files} ({bytes}) {is} way."),
        };
    }
    if held > 0 {
        let (files, bytes) = (count(held, "file", "files"), size::bytes(held_bytes));
        let is = if held == 1 { "is" } else { "are" };
        let why = if ways.is_running == Some(false) {
            format!("{is} in the queue of the daemon, which is not running")
        } else {
            format!("{is} held up until somebody does something")
        };
        if !text.is_empty() {
            text.push(' ');
        }
        text = format!("{text}{files} ({bytes}) {why}.");
    }
    (!text.is_empty()).then_some(text)
}

/// What rules leave out, a line a rule.
pub(super) fn excused(checked: &Checked) -> Vec<String> {
    let mut rules: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for excused in &checked.facts.excused {
        let rule = format!("`{}` (watch {})", excused.rule, excused.watch);
        rules.entry(rule).or_default().push(excused);
    }
    let line = |(rule, excused): (String, Vec<&Excused>)| {
        let files = excused.iter().map(|excused| excused.files).sum();
        let bytes = excused.iter().map(|excused| excused.bytes).sum();
        let is = if files == 1 { "is" } else { "are" };
        let names = excused.iter().map(|excused| &excused.path[..]);
        format!(
            "{} ({}) {is} left out by your rule {}, and not stored: {}.",
            count(files, "file", "files"),
            size::bytes(bytes),
            clean(&rule),
            named(&names.collect::<Vec<_>>())
        )
    };
    rules.into_iter().map(line).collect()
}

/// The checksum files that were checked, where they agree.
pub(super) fn agreed(checked: &Checked) -> Option<String> {
    let manifests = &checked.facts.manifests;
    let disagrees = |why: &Why| matches!(why, Why::Manifest { .. });
    let findings = &checked.verdict.findings;
    if manifests.is_empty() || findings.iter().any(|finding| disagrees(&finding.why)) {
        return None;
    }
    let files = manifests
        .iter()
        .map(|manifest| manifest.listed.len() as u64)
        .sum();
    let names = manifests.iter().map(|manifest| &manifest.path[..]);
    Some(format!(
        "{} with {} {} with the card: {}.",
        count(manifests.len() as u64, "checksum file", "checksum files"),
        count(files, "entry", "entries"),
        if manifests.len() == 1 {
            "agrees"
        } else {
            "agree"
        },
        named(&names.collect::<Vec<_>>())
    ))
}

/// The first names, and how many more there are.
pub(super) fn named(paths: &[&[u8]]) -> String {
    let mut names: Vec<String> = paths
        .iter()
        .take(NAMED)
        .map(|path| clean(&path::escaped(path)).into_owned())
        .collect();
    if paths.len() > NAMED {
        let more = grouped((paths.len() - NAMED) as u64);
        names.push(format!("and {more} more (--json names all)"));
    }
    names.join(", ")
}
