//! What follows `cargo xtask bench`.

use std::ffi::OsString;

use super::{UsageError, Verb};
use crate::bench::{Bench, CatalogPlan, DaemonPlan, TransferPlan, TuiPlan};

/// Parses what follows `bench`.
pub(super) fn parse(mut words: Vec<OsString>) -> Result<Verb, UsageError> {
    let name = if words.is_empty() {
        OsString::new()
    } else {
        words.remove(0)
    };
    match name.to_str() {
        Some("transfer") => {
            transfer(words.into_iter()).map(|plan| Verb::Bench(Bench::Transfer(plan)))
        }
        Some("catalog") => catalog(words.into_iter()).map(|plan| Verb::Bench(Bench::Catalog(plan))),
        Some("store") => match words.pop() {
            Some(word) => Err(UsageError::Argument("bench store", word)),
            None => Ok(Verb::Bench(Bench::Store)),
        },
        Some("events") => match words.pop() {
            Some(word) => Err(UsageError::Argument("bench events", word)),
            None => Ok(Verb::Bench(Bench::Events)),
        },
        Some("daemon") => daemon(words.into_iter()).map(|plan| Verb::Bench(Bench::Daemon(plan))),
        Some("tui") => tui(words.into_iter()).map(|plan| Verb::Bench(Bench::Tui(plan))),
        Some(_) | None => Err(UsageError::Bench(name)),
    }
}

fn transfer(mut words: impl Iterator<Item = OsString>) -> Result<TransferPlan, UsageError> {
    let mut plan = TransferPlan::default();
    while let Some(word) = words.next() {
        let (flag, number) = match word.to_str() {
            Some("--mib") => ("--mib", &mut plan.mib),
            Some("--small") => ("--small", &mut plan.small),
            Some("--rounds") => ("--rounds", &mut plan.rounds),
            Some(_) | None => return Err(UsageError::Argument("bench transfer", word)),
        };
        let value = words.next().and_then(|value| value.to_str()?.parse().ok());
        *number = value
            .filter(|value| *value > 0)
            .ok_or(UsageError::Number(flag))?;
    }
    Ok(plan)
}

fn daemon(mut words: impl Iterator<Item = OsString>) -> Result<DaemonPlan, UsageError> {
    let mut plan = DaemonPlan::default();
    while let Some(word) = words.next() {
        let (flag, number) = match word.to_str() {
            Some("--binaries") => {
                let directory = words.next().ok_or(UsageError::Directory("--binaries"))?;
                plan.binaries = Some(directory.into());
                continue;
            }
            Some("--files") => ("--files", &mut plan.files),
            Some("--folders") => ("--folders", &mut plan.folders),
            Some("--idle") => ("--idle", &mut plan.idle),
            Some(_) | None => return Err(UsageError::Argument("bench daemon", word)),
        };
        let value = words.next().and_then(|value| value.to_str()?.parse().ok());
        *number = value
            .filter(|value| *value > 0)
            .ok_or(UsageError::Number(flag))?;
    }
    Ok(plan)
}

fn catalog(mut words: impl Iterator<Item = OsString>) -> Result<CatalogPlan, UsageError> {
    let mut plan = CatalogPlan::default();
    while let Some(word) = words.next() {
        if word != "--videos" {
            return Err(UsageError::Argument("bench catalog", word));
        }
        let value = words.next().and_then(|value| value.to_str()?.parse().ok());
        plan.videos = value
            .filter(|value| *value > 0)
            .ok_or(UsageError::Number("--videos"))?;
    }
    Ok(plan)
}

fn tui(mut words: impl Iterator<Item = OsString>) -> Result<TuiPlan, UsageError> {
    let mut plan = TuiPlan::default();
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("--binaries") => {
                let directory = words.next().ok_or(UsageError::Directory("--binaries"))?;
                plan.binaries = Some(directory.into());
            }
            Some("--videos") => {
                let value = words.next().and_then(|value| value.to_str()?.parse().ok());
                plan.videos = value
                    .filter(|value| *value > 0)
                    .ok_or(UsageError::Number("--videos"))?;
            }
            Some(_) | None => return Err(UsageError::Argument("bench tui", word)),
        }
    }
    Ok(plan)
}
