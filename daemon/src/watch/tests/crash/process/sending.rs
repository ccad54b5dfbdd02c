//! What the worker would do: a turn's files are looked at, read and brought, one after the other.

use heimdex_api::VideoId;
use heimdex_client::journal::{FileKey, KeptFile, QueuedFile, Trouble};
use heimdex_client::transfer::{locate, stamp_of};

use super::super::disk::Content;
use super::super::random::Random;
use super::super::server::Server;
use super::{ACCOUNT, Process, wall};
use crate::engine::{Ending, Event, TurnId};

/// Files that are on their way together.
pub(super) struct Turn {
    files: Vec<QueuedFile>,
    /// The first of them is being read: these bytes.
    reading: Option<(FileKey, Content)>,
    pub(super) is_stopping: bool,
}

/// How a try goes that nothing else decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Luck {
    Good,
    Fails,
    TakenOver,
    Busy,
}

/// What a step of a turn came to.
enum Step {
    /// Nothing can be said yet.
    Later,
    Ends(Ending),
    Died,
}

impl Turn {
    pub(super) fn new(files: Vec<QueuedFile>) -> Self {
        Self {
            files,
            reading: None,
            is_stopping: false,
        }
    }
}

impl Process {
    /// One of the turns goes on by a step.
    pub(in crate::watch::tests::crash) fn send_something(
        &mut self,
        random: &mut Random,
        server: &mut Server,
    ) -> Option<String> {
        let luck = match random.below(10) {
            0 => Luck::Fails,
            1 => Luck::TakenOver,
            2 => Luck::Busy,
            _ => Luck::Good,
        };
        let turns: Vec<TurnId> = self.turns.keys().copied().collect();
        let turn = *random.one_of(&turns)?;
        self.go_on(turn, luck, server)
    }

    /// Every turn goes on by a step, and nothing goes wrong.
    pub(in crate::watch::tests::crash) fn send_well(
        &mut self,
        random: &mut Random,
        server: &mut Server,
    ) {
        let turns: Vec<TurnId> = self.turns.keys().copied().collect();
        if let Some(turn) = random.one_of(&turns) {
            self.go_on(*turn, Luck::Good, server);
        }
    }

    fn go_on(&mut self, id: TurnId, luck: Luck, server: &mut Server) -> Option<String> {
        let turn = self.turns.get(&id)?;
        let Some(file) = turn.files.first().cloned() else {
            self.turns.remove(&id);
            self.tell(Event::TurnOver(id));
            return None;
        };
        let step = if turn.is_stopping {
            Step::Ends(Ending::NotDone)
        } else if let Some((key, content)) = turn.reading.clone() {
            self.end_reading(&file, &key, content, server)
        } else {
            self.begin_reading(id, &file, luck, server)
        };
        let ending = match step {
            Step::Later => return None,
            Step::Died => return Some(format!("{} arrived, unheard", file.path.display())),
            Step::Ends(ending) => ending,
        };
        let told = format!("{} ends: {ending:?}", file.path.display());
        let is_over = matches!(ending, Ending::Away(_));
        if matches!(ending, Ending::Stored { .. }) {
            self.tell(Event::Accepted(id));
        }
        let turn = self.turns.get_mut(&id)?;
        turn.files.remove(0);
        turn.reading = None;
        // What every file would meet ends the turn.
        turn.is_stopping |= is_over;
        self.tell(Event::Ended(file.id, ending));
        Some(told)
    }

    fn begin_reading(
        &mut self,
        id: TurnId,
        file: &QueuedFile,
        luck: Luck,
        server: &Server,
    ) -> Step {
        let (Ok(stamp), Ok(key)) = (stamp_of(&file.path, None), locate(&file.path)) else {
            return Step::Ends(Ending::Vanished);
        };
        if stamp != file.stamp {
            return Step::Ends(Ending::Changed(stamp));
        }
        if let Some(away) = server.unreachable() {
            return Step::Ends(Ending::Away(away));
        }
        match luck {
            Luck::Good => {}
            Luck::Busy => return Step::Ends(Ending::Busy),
            Luck::TakenOver => {
                return Step::Ends(Ending::TakenOver {
                    silent_for: std::time::Duration::ZERO,
                });
            }
            Luck::Fails => {
                let trouble = Trouble {
                    text: "no".into(),
                    hint: None,
                };
                return Step::Ends(Ending::Failed(trouble));
            }
        }
        // Files of one length are compared before either is sent.
        let is_alike = |turn: &Turn| {
            let reading = turn.reading.as_ref();
            reading.is_some_and(|(_, content)| content.length == stamp.size)
        };
        if self.turns.values().any(is_alike) {
            return Step::Later;
        }
        let Some(content) = Content::read(&file.path) else {
            return Step::Ends(Ending::Vanished);
        };
        // What the journal knows is not read again.
        let known = self.journal.file_hash(&key, &stamp).unwrap();
        if let Some(known) = known {
            assert_eq!(known, content.blake3(), "the journal knows other bytes");
        }
        if let Some(video) = server.video(content) {
            return Step::Ends(self.stored(file, &key, content, video, true));
        }
        if let Some(away) = server.full() {
            return Step::Ends(Ending::Away(away));
        }
        if let Some(turn) = self.turns.get_mut(&id) {
            turn.reading = Some((key, content));
        }
        Step::Later
    }

    fn end_reading(
        &mut self,
        file: &QueuedFile,
        key: &FileKey,
        content: Content,
        server: &mut Server,
    ) -> Step {
        if let Some(away) = server.unreachable() {
            return Step::Ends(Ending::Away(away));
        }
        match stamp_of(&file.path, None) {
            Ok(stamp) if stamp == file.stamp => {}
            Ok(stamp) => return Step::Ends(Ending::Changed(stamp)),
            Err(_) => return Step::Ends(Ending::Vanished),
        }
        assert_eq!(
            Content::read(&file.path),
            Some(content),
            "{} changed, and its times did not",
            file.path.display()
        );
        let video = server.complete(content);
        if self.dies() {
            return Step::Died;
        }
        if !self.is_mute {
            let blake3 = content.blake3();
            self.journal
                .record_file(key, &file.stamp, &blake3, wall())
                .unwrap();
        }
        if self.dies() {
            return Step::Died;
        }
        Step::Ends(self.stored(file, key, content, video, false))
    }

    fn stored(
        &self,
        file: &QueuedFile,
        key: &FileKey,
        content: Content,
        video_id: VideoId,
        is_known: bool,
    ) -> Ending {
        let before = self.journal.kept(ACCOUNT, key).unwrap();
        let kept = KeptFile {
            profile: ACCOUNT.into(),
            key: key.clone(),
            shown_path: file.path.clone(),
            watch: file.watch,
            stamp: file.stamp,
            blake3: content.blake3(),
            video_id,
            stored_at: wall(),
            is_for_trash: false,
            trashed_at: None,
        };
        Ending::Stored {
            kept: Box::new(kept),
            is_known,
            before: before.map(|before| before.stamp.size),
        }
    }
}
