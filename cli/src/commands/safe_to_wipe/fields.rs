//! The verdict for programs: one JSON value.

use heimdex_api::path;
use heimdex_client::wipe::{Why, mhl_of};
use serde_json::{Value, json};

use super::about::{About, cached};
use super::way::{Way, Ways};
use super::words::why;
use crate::args::SafeToWipeArgs;
use crate::commands::upload::shown;

/// The fields of a verdict.
pub(super) const FIELDS: [&str; 19] = [
    "safe",
    "folder",
    "server",
    "began_at",
    "finished_at",
    "files",
    "bytes",
    "proven",
    "proven_bytes",
    "findings",
    "litter",
    "excused",
    "manifests",
    "on_its_way",
    "cached_files",
    "accept_cached",
    "reread",
    "receipt",
    "mhl",
];

/// All of it.
pub(super) fn as_json(args: &SafeToWipeArgs, about: &About<'_>) -> Value {
    let (checked, ways) = (about.checked, about.ways);
    let (verdict, facts) = (&checked.verdict, &checked.facts);
    let findings = verdict.findings.iter().map(|finding| {
        let way = ways.of(&finding.path);
        let manifest = match &finding.why {
            Why::Manifest { manifest, .. } => Some(path::escaped(manifest)),
            _ => None,
        };
        json!({
            "path": path::escaped(&finding.path), "path_raw": path::raw_of(&finding.path),
            "size_bytes": finding.size, "reason": finding.why.word(), "video_id": finding.why.video_id(),
            "manifest": manifest, "on_its_way": matches!(way, Some(Way::Moving(..))),
            "detail": why(finding, way, about.moment),
        })
    });
    let litter = facts.litter.iter().map(|litter| {
        json!({ "path": path::escaped(&litter.path), "files": litter.files, "bytes": litter.bytes })
    });
    let excused = facts.excused.iter().map(|excused| {
        json!({
            "path": path::escaped(&excused.path), "path_raw": path::raw_of(&excused.path), "files": excused.files,
            "bytes": excused.bytes, "watch": excused.watch, "rule": excused.rule.to_string(),
        })
    });
    let manifests = facts.manifests.iter().map(
        |manifest| json!({ "path": path::escaped(&manifest.path), "files": manifest.listed.len() }),
    );
    let bytes: u64 = facts.files.iter().map(|file| file.size).sum();
    let receipt = about.receipt;
    json!({
        "safe": verdict.is_safe(), "folder": shown(&checked.folder), "server": checked.server,
        "began_at": checked.began_at, "finished_at": checked.finished_at,
        "files": verdict.files, "bytes": bytes, "proven": verdict.proven,
        "proven_bytes": verdict.proven_bytes, "findings": findings.collect::<Vec<_>>(),
        "litter": litter.collect::<Vec<_>>(), "excused": excused.collect::<Vec<_>>(),
        "manifests": manifests.collect::<Vec<_>>(), "on_its_way": on_its_way(ways),
        "cached_files": cached(checked), "accept_cached": args.accept_cached, "reread": args.reread,
        "receipt": receipt.map(shown), "mhl": receipt.and_then(mhl_of).as_deref().map(shown),
    })
}

fn on_its_way(ways: &Ways) -> Value {
    let ((files, bytes), (held, held_bytes)) = (ways.moving(), ways.held());
    json!({
        "files": files, "bytes": bytes, "held_files": held, "held_bytes": held_bytes, "left_bytes": ways.left_bytes,
        "bytes_per_second": ways.bytes_per_second, "done_at": ways.done_at, "is_daemon_running": ways.is_running,
    })
}
