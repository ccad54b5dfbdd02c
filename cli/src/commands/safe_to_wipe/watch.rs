//! What a person sees while a card is read: how much of it, and then how much is read again at the store.

use std::sync::{Arc, Mutex, PoisonError};

use heimdex_api::path;
use heimdex_client::transfer::Progress;
use heimdex_client::wipe::Step;

use crate::output::events::Events;
use crate::output::progress::{Board, Direction, FileProgress};
use crate::output::size;
use crate::output::text::count;
use crate::printer::Printer;

/// Tells a person how far it is. Clones tell the same.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Watch {
    printer: Printer,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    board: Option<Board>,
    file: Option<FileProgress>,
    /// Bytes of this file that were read.
    read: u64,
    /// The tenth of reading again that was told last.
    tenth: Option<u64>,
    /// The card was read once; what is read later is what came since.
    is_again: bool,
}

impl Watch {
    pub(in crate::commands) fn new(printer: &Printer) -> Self {
        let printer = printer.clone();
        let state = Arc::default();
        Self { printer, state }
    }

    pub(in crate::commands) fn tell(&self, step: Step) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match step {
            Step::Found { files, bytes } => {
                if state.is_again && files == 0 {
                    return;
                }
                let found = count(files, "file", "files");
                self.printer.talk(&format!(
                    "Reading {found}, {}, from the card.",
                    size::bytes(bytes)
                ));
                // Programs get one verdict, no events.
                let events = Events::new(&self.printer, None);
                state.board = Some(Board::new(
                    &self.printer,
                    &events,
                    Direction::Here,
                    files,
                    bytes,
                ));
            }
            Step::Reading { path, size } => {
                state.read = 0;
                let file = state
                    .board
                    .as_ref()
                    .map(|board| board.file(&path::escaped(&path), size));
                if let Some(file) = &file {
                    file.tell(Progress::Planned {
                        total: size,
                        already: 0,
                    });
                }
                state.file = file;
            }
            Step::Read { bytes } => {
                state.read += bytes;
                if let Some(file) = &state.file {
                    file.tell(Progress::Acknowledged { bytes: state.read });
                }
            }
            Step::Ended { is_whole } => {
                if let Some(file) = state.file.take() {
                    file.end(is_whole);
                }
            }
            Step::Asking => {
                if let Some(board) = state.board.take() {
                    board.clear();
                }
                if !state.is_again {
                    self.printer.talk("Asking the server.");
                }
                state.is_again = true;
            }
            Step::Rereading { progress } => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "0 to 10"
                )]
                let tenth = (progress.clamp(0.0, 1.0) * 10.0) as u64;
                if state.tenth.is_none_or(|told| told < tenth) {
                    state.tenth = Some(tenth);
                    self.printer
                        .talk(&format!("Reading again what is stored: {}%.", tenth * 10));
                }
            }
        }
    }

    /// Takes what is drawn away.
    pub(in crate::commands) fn clear(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = state.file.take() {
            file.end(false);
        }
        if let Some(board) = state.board.take() {
            board.clear();
        }
    }
}
