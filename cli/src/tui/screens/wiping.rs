//! Whether a folder may be wiped, in the words of `heimdex safe-to-wipe`.

use super::watches::{Line, push};
use crate::commands::safe_to_wipe::aside::Answer;
use crate::output::text::count;
use crate::output::{size, time};
use crate::tui::actions::Action;
use crate::tui::model::{Model, Since, WipeStep, Wiping, WipingIs};
use crate::tui::theme::Role;

/// All that there is to say.
pub(super) fn lines(model: &Model, wiping: &Wiping, room: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let key = model.keymap.shown(Action::Wipe);
    match &wiping.is {
        WipingIs::OnItsWay(step) => {
            let text = format!("{} {key} stops that.", on_its_way(step));
            push(&mut lines, &text, Role::Busy, room);
            if !step.name.is_empty() && !step.is_asking {
                push(&mut lines, &format!("  {}", step.name), Role::Dim, room);
            }
        }
        WipingIs::Stopping => push(&mut lines, "Stopping.", Role::Busy, room),
        WipingIs::Stopped => {
            let text = format!("Stopped: nothing is known of this folder. {key} asks again.");
            push(&mut lines, &text, Role::Warning, room);
        }
        WipingIs::Trouble(trouble) => {
            let text = format!("There is no answer: {}.", trouble.text);
            push(&mut lines, &text, Role::Bad, room);
            if let Some(hint) = &trouble.hint {
                push(&mut lines, &format!("hint: {hint}"), Role::Dim, room);
            }
        }
        WipingIs::WasSafe(at, since) => {
            let at = time::calendar(*at, &model.moment);
            let since = was_safe(*since);
            let text = format!(
                "Not known to be safe now: {since} (it was safe at {at}). {key} asks again."
            );
            push(&mut lines, &text, Role::Warning, room);
        }
        WipingIs::Answered(at, answer) => {
            answered(&mut lines, answer, room);
            let at = time::calendar(*at, &model.moment);
            let text = format!("As of {at}; {key} asks again.");
            push(&mut lines, &text, Role::Dim, room);
        }
    }
    lines
}

/// Why a yes is none any more.
fn was_safe(since: Since) -> &'static str {
    match since {
        Since::Changed => "the folder changed since it was looked at",
        Since::Unwatched => "nobody watches the folder since it was looked at",
        Since::Old => "it is a while since the folder was looked at",
    }
}

fn on_its_way(step: &WipeStep) -> String {
    if step.is_asking {
        return "All of it is read; asking the server.".into();
    }
    if step.files == 0 {
        return "Looking at what is on it.".into();
    }
    let files = count(step.files, "file", "files");
    format!(
        "Reading it again, to be compared: {} of {files}, {}.",
        step.read_files,
        size::part_of(step.read_bytes, step.bytes)
    )
}

fn answered(lines: &mut Vec<Line>, answer: &Answer, room: usize) {
    let role = if answer.is_safe {
        Role::Good
    } else {
        Role::Bad
    };
    push(lines, &answer.headline, role, room);
    for (name, why) in &answer.findings {
        push(lines, &format!("  {name}"), Role::Text, room);
        push(lines, &format!("    {why}"), Role::Dim, room);
    }
    for sentence in &answer.rest {
        push(lines, sentence, Role::Text, room);
    }
    if let Some(hint) = &answer.hint {
        push(lines, &format!("hint: {hint}"), Role::Dim, room);
    }
}
