//! The ASC's own tool for its lists of checksums, where the test run has it.

use std::path::PathBuf;

use crate::environment;

/// The program of this name: `ascmhl`, or `ascmhl-debug`, which verifies.
///
/// Without it the half of a test that needs it is left out, and says so; in CI that is an error.
pub fn ascmhl(program: &str) -> Option<PathBuf> {
    let Some(directory) = environment::outer_text("HEIMDEX_TEST_ASCMHL") else {
        environment::left_out("HEIMDEX_TEST_ASCMHL is not set (`cargo xtask test` sets it)");
        return None;
    };
    Some(PathBuf::from(directory).join(program))
}
