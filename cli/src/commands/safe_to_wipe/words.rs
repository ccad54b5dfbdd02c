//! A finding in words: a sentence for each thing that speaks against a yes.

use heimdex_api::path;
use heimdex_client::wipe::Finding;

use super::way::Way;
use crate::clock::Moment;
use crate::output::text::{clean, width};

/// What a finding is about.
pub(in crate::commands) fn name(finding: &Finding) -> String {
    if finding.path.is_empty() {
        return "(the folder itself)".to_owned();
    }
    clean(&path::escaped(&finding.path)).into_owned()
}

/// Why it speaks against a yes; where it is on its way, that.
pub(in crate::commands) fn why(finding: &Finding, way: Option<&Way>, moment: &Moment) -> String {
    if let Some(Way::Moving(_, Some(because)) | Way::Held(_, because)) = way {
        let text = because.text(moment);
        let text = clean(text.strip_suffix('.').unwrap_or(&text)).into_owned();
        let mut letters = text.chars();
        let first = letters.next().into_iter().flat_map(char::to_lowercase);
        return first.chain(letters).collect();
    }
    clean(&finding.why.sentence(moment)).into_owned()
}

/// Names and sentences beside each other where there is room, else below each other.
pub(in crate::commands) fn laid_out(rows: &[(String, String)], room: usize) -> String {
    let names = rows.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let is_wide = rows
        .iter()
        .all(|(_, why)| 2 + names + 2 + width(why) <= room);
    let lines = rows.iter().map(|(name, why)| {
        if is_wide {
            let pad = " ".repeat(names - width(name));
            format!("  {name}{pad}  {why}")
        } else {
            format!("  {name}\n    {why}")
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
