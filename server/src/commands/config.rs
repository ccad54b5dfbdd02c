//! `heimdex-server config`: what holds, and where it comes from.

use super::{CommandError, out};
use crate::args::ConfigArgs;
use crate::config::Shown;

pub(super) fn run(shown: &[Shown], args: &ConfigArgs) -> Result<(), CommandError> {
    if args.json {
        return out(&format!("{:#}", Shown::to_json(shown)));
    }
    out(&Shown::lines(shown))
}
