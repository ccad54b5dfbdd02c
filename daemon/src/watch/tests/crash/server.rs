//! What is on the other side: a server that keeps contents, is away, full or logged out of.

use std::collections::BTreeMap;

use heimdex_api::VideoId;
use uuid::Uuid;

use super::disk::Content;
use super::process::Process;
use super::random::Random;
use crate::engine::Event;
use crate::queue::{Away, Kind};

#[derive(Debug, Default)]
pub(super) struct Server {
    videos: BTreeMap<Content, Vec<VideoId>>,
    last: u128,
    trouble: Option<Kind>,
}

impl Server {
    /// What keeps everybody from it, apart from its limits.
    pub(super) fn unreachable(&self) -> Option<Away> {
        let kind = self
            .trouble
            .filter(|kind| !matches!(kind, Kind::Quota | Kind::StorageFull));
        kind.map(away)
    }

    /// Why it takes nothing new.
    pub(super) fn full(&self) -> Option<Away> {
        let kind = self
            .trouble
            .filter(|kind| matches!(kind, Kind::Quota | Kind::StorageFull));
        kind.map(away)
    }

    /// Something goes wrong there, or is well again.
    pub(super) fn change(&mut self, random: &mut Random, process: &mut Process) -> String {
        const TROUBLES: [Kind; 5] = [
            Kind::Offline,
            Kind::LoggedOut,
            Kind::Quota,
            Kind::StorageFull,
            Kind::Maintenance,
        ];
        let was = self.trouble.take();
        if was.is_none() {
            self.trouble = Some(TROUBLES[random.index(TROUBLES.len())]);
        }
        if was == Some(Kind::LoggedOut) {
            process.tell(Event::LoginChanged);
        }
        format!("the server has {:?}", self.trouble)
    }

    pub(super) fn mend(&mut self) {
        self.trouble = None;
    }

    /// The video of these bytes, where there is one.
    pub(super) fn video(&self, content: Content) -> Option<VideoId> {
        self.videos.get(&content)?.first().copied()
    }

    /// All bytes of a file have come.
    pub(super) fn complete(&mut self, content: Content) -> VideoId {
        self.last += 1;
        let video = VideoId::new(Uuid::from_u128(self.last));
        self.videos.entry(content).or_default().push(video);
        video
    }

    pub(super) fn has(&self, content: Content) -> bool {
        self.videos.contains_key(&content)
    }

    pub(super) fn contents(&self) -> impl Iterator<Item = Content> {
        self.videos.keys().copied()
    }

    pub(super) fn check_once(&self) {
        let twice: Vec<_> = self
            .videos
            .iter()
            .filter(|(_, videos)| videos.len() != 1)
            .collect();
        assert!(twice.is_empty(), "stored more than once: {twice:?}");
    }
}

pub(super) fn away(kind: Kind) -> Away {
    Away {
        kind,
        why: format!("{kind:?}"),
        hint: None,
        retry_after: None,
    }
}
