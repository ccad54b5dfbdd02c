//! The scenes, each a terminal of its own: what is typed, what is waited for, and then the picture is taken.

/// One picture.
pub(super) struct Scene {
    /// The name of its file.
    pub(super) name: &'static str,
    /// What it shows, for who cannot see it.
    pub(super) says: &'static str,
    /// Columns and rows.
    pub(super) size: (u16, u16),
    /// What happens before it is taken.
    pub(super) steps: &'static [Step],
    /// A line of shell before the terminal is opened, and one after the picture; nothing where empty.
    pub(super) around: (&'static str, &'static str),
}

/// What happens.
pub(super) enum Step {
    /// This is on the screen.
    Sees(&'static str),
    /// So many pixels of pictures are on the screen, two in each character.
    Pictures(usize),
    /// A text is typed.
    Types(&'static str),
    /// A key is pressed, by tmux's name for it.
    Presses(&'static str),
    /// So many seconds pass.
    Waits(u64),
}

use Step::{Pictures, Presses, Sees, Types, Waits};

/// All of them. What is uploaded in one is there in those behind it: that one is the last.
pub(super) const SCENES: &[Scene] = &[
    Scene {
        name: "library",
        says: "The library: a list of videos, and all about the one under the cursor",
        size: (120, 32),
        steps: &[
            Sees("1 of 14"),
            Types("jjj"),
            Sees("4 of 14"),
            Sees("Verified"),
            Pictures(300),
            Waits(1),
        ],
        around: ("", ""),
    },
    Scene {
        name: "grid",
        says: "The library as a grid of posters",
        size: (120, 36),
        steps: &[
            Sees("1 of 14"),
            Types("v"),
            // The whole width is the grid's.
            Presses("Enter"),
            // Of the twelve that are in sight: what is of one colour alone is drawn as a space.
            Pictures(4400),
            Waits(5),
        ],
        around: ("", ""),
    },
    Scene {
        name: "search",
        says: "Searching as one types",
        size: (100, 20),
        steps: &[Sees("1 of 14"), Types("/"), Types("har"), Sees("1 of 2")],
        around: ("", ""),
    },
    Scene {
        name: "palette",
        says: "The command palette finds actions by a few letters",
        size: (100, 24),
        steps: &[Sees("1 of 14"), Types(":"), Types("co"), Sees("copy")],
        around: ("", ""),
    },
    Scene {
        name: "help",
        says: "The help: every key, those of the view first",
        size: (100, 30),
        steps: &[Sees("1 of 14"), Types("?"), Sees("put into the trash")],
        around: ("", ""),
    },
    Scene {
        name: "browser",
        says: "The files of this machine: sizes, lengths, and what was uploaded before",
        size: (100, 24),
        steps: &[
            Sees("1 of 14"),
            Types("3"),
            Sees("A001C001.mp4"),
            Types("jjjj"),
            Sees("0:00:14"),
            Presses("Space"),
            Waits(2),
        ],
        around: ("", ""),
    },
    Scene {
        name: "watches",
        says: "The daemon's watches: what is stored, what waits, and why",
        size: (100, 20),
        steps: &[
            Sees("1 of 14"),
            Types("4"),
            Sees("1 stored"),
            Sees("C0005.mp4"),
            Waits(2),
        ],
        around: (
            "mkdir Rushes && cp A001C004.mp4 Rushes/C0004.mp4 && head -c 20000 A001C005.mp4 >Rushes/C0005.mp4 && \
             heimdex watch add Rushes --settle 2s >rules && heimdex daemon start",
            "heimdex daemon stop",
        ),
    },
    Scene {
        name: "transfers",
        says: "Transfers: what is on its way, how far, how fast and how long still",
        size: (100, 24),
        steps: &[
            Sees("1 of 14"),
            Types("2l"),
            Sees("Uploads take at most"),
            Types("3M"),
            Presses("Enter"),
            Types("U"),
            Sees("Upload a file or a folder"),
            Types("CARD_B"),
            Presses("Enter"),
            Sees("left"),
            Waits(12),
        ],
        around: ("", ""),
    },
];
