//! `heimdex tui`, and `heimdex` alone in a terminal: the library on the whole screen.

use super::Context;
use crate::args::TuiArgs;
use crate::error::CliError;
use crate::exit::ExitStatus;
use crate::printer::Stream;
use crate::tui;

pub(super) async fn run(context: &Context<'_>, args: &TuiArgs) -> Result<ExitStatus, CliError> {
    let is_terminal = matches!(context.printer.stdout(), Stream::Terminal(_));
    if !is_terminal || !context.settings.can_ask {
        return Err(CliError::usage(
            "there is no terminal to draw in",
            "use the commands: `heimdex --help` names them",
        ));
    }
    let Some(depth) = context.printer.drawing() else {
        return Err(CliError::usage(
            "nothing can be drawn in this terminal: TERM is not set, or `dumb`",
            "set TERM to what the terminal is (`xterm-256color` fits most), or use the commands",
        ));
    };
    tui::run(context, depth, args).await
}
