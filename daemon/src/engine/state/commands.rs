//! What people want: files sent first, tried again, cancelled, put in another order; pauses; looking again.

use std::path::{Path, PathBuf};

use heimdex_api::Timestamp;
use heimdex_client::control::{
    Answer, Changed, Event as Told, ItemId, Lane, Paused, Refusal, RefusalCode, Request,
    SendRequest, SendTexts, WatchId,
};
use heimdex_client::journal::{FileStamp, Pause, QueueOptions, QueuedFile, Standing};
use heimdex_client::platform;

use super::{At, Effect, Next, Phase, State};
use crate::engine::event::{Finding, Ticket};
use crate::watch::Ask;

type Asked = Result<(Vec<Effect>, Vec<ItemId>), Refusal>;

impl State {
    pub(super) fn ask(&mut self, at: At, request: Request, ticket: Ticket) -> Vec<Effect> {
        let asked = match request {
            Request::Send(request) if request.paths.is_empty() => self.send_items(at, &request),
            Request::Send(request) => return vec![Effect::LookAt(request, ticket)],
            Request::Retry(request) => self.retry(at.now, &request.items),
            Request::Cancel(request) => self.cancel_all(at.now, request.items),
            Request::Move(request) => match self.reorder(request.item, request.to) {
                Some(effects) => Ok((effects, vec![request.item])),
                None => Err(not_queued(request.item)),
            },
            Request::Pause(request) => self.pause(at.now, request.watch, request.until),
            Request::Resume(request) => self.resume(request.watch),
            Request::Rescan(request) => self.known_watch(request.watch).map(|()| {
                let effects = vec![Effect::AskWatches(Ask::Rescan(request.watch))];
                (effects, Vec::new())
            }),
            Request::Reload => {
                self.try_servers(at.now);
                Ok((vec![Effect::Reload], Vec::new()))
            }
            // Answered by the driver, which knows the time zone and the journal.
            Request::Ping | Request::Queue(_) | Request::Why(_) => Ok((Vec::new(), Vec::new())),
        };
        reply(ticket, asked)
    }

    /// Files of the queue go before all others.
    fn send_items(&mut self, at: At, request: &SendRequest) -> Asked {
        let mut effects = Vec::new();
        for id in &request.items {
            if let Some(item) = self.items.get(id).filter(|_| request.force) {
                let (path, stamp) = (item.file.path.clone(), item.file.stamp);
                effects.extend(self.take_from_watch(path, stamp));
            }
            effects.extend(self.send_item(at.now, *id, request.force)?);
        }
        Ok((effects, request.items.clone()))
    }

    /// A file that goes as it is: its watch need not find it finished.
    fn take_from_watch(&mut self, path: PathBuf, stamp: FileStamp) -> Option<Effect> {
        let watch = self.covering(&path)?;
        let watched = self.watches.get_mut(&watch);
        if let Some(report) = watched.and_then(|watched| watched.report.as_mut()) {
            report.is_taken(&path, stamp.size);
        }
        Some(Effect::AskWatches(Ask::Taken { path, stamp }))
    }

    fn send_item(
        &mut self,
        now: Timestamp,
        id: ItemId,
        is_forced: bool,
    ) -> Result<Option<Effect>, Refusal> {
        let item = self.items.get_mut(&id).ok_or_else(|| not_queued(id))?;
        if item.running().is_some() {
            return Ok(None);
        }
        item.renew(now);
        self.groups.remove(&item.file);
        item.file.lane = Lane::Interactive;
        self.groups.add(&item.file);
        item.file.options.damaged |= is_forced;
        if is_forced {
            item.phase = Phase::Waiting;
        }
        Ok(Some(item.put()))
    }

    /// The files that were named were looked at.
    pub(super) fn looked(
        &mut self,
        at: At,
        request: &SendRequest,
        found: Vec<(PathBuf, Result<Finding, String>)>,
        ticket: Ticket,
    ) -> Vec<Effect> {
        let asked = self.send_paths(at, request, found);
        reply(ticket, asked)
    }

    fn send_paths(
        &mut self,
        at: At,
        request: &SendRequest,
        found: Vec<(PathBuf, Result<Finding, String>)>,
    ) -> Asked {
        let unusable = |path: &PathBuf, why: &str| {
            let text = format!("cannot send `{}`: {why}", path.display());
            Refusal::new(RefusalCode::NotFound, text)
        };
        if let Some(profile) = request.profile.as_ref()
            && !self.accounts.contains_key(profile)
        {
            let text = format!("there is no profile `{profile}`");
            let refusal = Refusal::new(RefusalCode::NotFound, text);
            return Err(refusal.with_hint("`heimdex profile list` shows all"));
        }
        // All or nothing: a name that is wrong is told before anything is queued.
        if let Some((path, Err(why))) = found.iter().find(|(_, finding)| finding.is_err()) {
            return Err(unusable(path, why));
        }
        if let Some((path, _)) = found
            .iter()
            .find(|(path, _)| self.is_too_late(path, request))
        {
            return Err(on_its_way(path));
        }
        let (mut effects, mut items) = self.send_items(at, request)?;
        for (path, finding) in found {
            let finding = finding.map_err(|why| unusable(&path, &why))?;
            // What a watch is done with it never tells again.
            let is_unfinished = !request.force && !finding.was_stored;
            match self.covering(&path) {
                Some(_) if is_unfinished && self.at_path(&path).is_empty() => {
                    effects.extend(self.want(path, &request.texts));
                }
                covering => {
                    let state = (finding.stamp, covering);
                    let (id, sent) = self.send_path(at.now, request, path, state);
                    effects.extend(sent);
                    effects.extend(self.send_item(at.now, id, request.force)?);
                    items.push(id);
                }
            }
        }
        Ok((effects, items))
    }

    /// Whether the file is on its way already, with other texts than what is said of it now.
    fn is_too_late(&self, path: &Path, request: &SendRequest) -> bool {
        let profile = self.profile_for(path, request);
        let item = self.of_profile(path, &profile);
        let item = item.and_then(|id| self.items.get(&id));
        item.filter(|item| item.running().is_some())
            .is_some_and(|item| {
                let mut options = item.file.options.clone();
                options.take(&request.texts);
                options != item.file.options
            })
    }

    /// Where a file goes: what its watch says, or who asks.
    fn profile_for(&self, path: &Path, request: &SendRequest) -> String {
        let watch = self.covering(path).and_then(|id| self.watches.get(&id));
        let said = watch.map(|watched| &watched.watch.profile);
        said.or(request.profile.as_ref())
            .unwrap_or(&self.profile)
            .clone()
    }

    /// A file that is sent as it is, in the queue from now on if it was not, with all that was said of it.
    fn send_path(
        &mut self,
        now: Timestamp,
        request: &SendRequest,
        path: PathBuf,
        (stamp, covering): (FileStamp, Option<WatchId>),
    ) -> (ItemId, Vec<Effect>) {
        let (wanted, row) = self.take_wanted(&path);
        let texts = wanted.unwrap_or_default().and(&request.texts);
        let mut effects: Vec<Effect> = row.into_iter().collect();
        if request.force {
            effects.extend(self.take_from_watch(path.clone(), stamp));
        }
        let id = self.queue_path(now, (&texts, request), path, (stamp, covering));
        (id, effects)
    }

    fn queue_path(
        &mut self,
        now: Timestamp,
        (texts, request): (&SendTexts, &SendRequest),
        path: PathBuf,
        (stamp, covering): (FileStamp, Option<WatchId>),
    ) -> ItemId {
        let watch = covering
            .and_then(|id| self.watches.get(&id))
            .map(|w| &w.watch);
        let profile = self.profile_for(&path, request);
        if let Some(id) = self.of_profile(&path, &profile) {
            if let Some(item) = self.items.get_mut(&id) {
                item.file.options.take(texts);
                if request.force && item.running().is_none() {
                    item.file.stamp = stamp;
                }
            }
            return id;
        }
        let below = watch.and_then(|watch| path.strip_prefix(&watch.root).ok());
        let name = path.file_name().map(PathBuf::from).unwrap_or_default();
        let relative = below.unwrap_or(&name);
        let relative = platform::bytes_of(relative.as_os_str()).to_vec();
        let mut options = watch.map_or_else(QueueOptions::default, |watch| QueueOptions {
            title: watch.rules.title(&relative),
            tags: watch.rules.tags.clone(),
            ..QueueOptions::default()
        });
        options.take(texts);
        let id = self.next_item();
        let file = QueuedFile {
            id,
            watch: covering,
            profile,
            path,
            relative,
            lane: Lane::Interactive,
            stamp,
            options,
            place: 0,
            attempts: 0,
            run_at: now,
            trouble: None,
            standing: Standing::Waiting,
            added_at: now,
        };
        self.insert(file, Phase::Waiting, now);
        id
    }

    /// The watch whose folder a path lies in; of several the innermost.
    pub(in crate::engine) fn covering(&self, path: &std::path::Path) -> Option<WatchId> {
        let watches = self.watches.iter();
        let covering = watches.filter(|(_, watched)| path.starts_with(&watched.watch.root));
        let innermost = covering.max_by_key(|(_, watched)| watched.watch.root.as_os_str().len());
        innermost.map(|(id, _)| *id)
    }

    fn retry(&mut self, now: Timestamp, items: &[ItemId]) -> Asked {
        let wanted: Vec<ItemId> = if items.is_empty() {
            let failed = self.items.iter().filter(|(_, item)| {
                let is_delayed = item.file.run_at > now || item.file.attempts > 0;
                match item.file.standing {
                    Standing::Failed => true,
                    Standing::Waiting => is_delayed,
                    Standing::Cancelled => false,
                }
            });
            failed.map(|(id, _)| *id).collect()
        } else {
            items.to_vec()
        };
        let mut effects = Vec::new();
        for id in &wanted {
            let item = self.items.get_mut(id).ok_or_else(|| not_queued(*id))?;
            if item.running().is_none() {
                item.renew(now);
                effects.push(item.put());
            }
        }
        self.try_servers(now);
        Ok((effects, wanted))
    }

    fn cancel_all(&mut self, now: Timestamp, items: Vec<ItemId>) -> Asked {
        if let Some(unknown) = items.iter().find(|id| !self.items.contains_key(id)) {
            return Err(not_queued(*unknown));
        }
        let mut effects = Vec::new();
        for id in &items {
            let phase = self.items.get_mut(id).map(|item| &mut item.phase);
            if let Some(Phase::Running(running)) = phase {
                running.next = Next::Cancelled;
                effects.push(Effect::Stop(running.turn));
            } else {
                effects.extend(self.cancel(now, *id));
            }
        }
        Ok((effects, items))
    }

    fn pause(&mut self, now: Timestamp, watch: Option<WatchId>, until: Option<Timestamp>) -> Asked {
        let mut effects = Vec::new();
        let pause = until.map_or(Pause::UntilResumed, Pause::Until);
        match watch {
            None => {
                self.pause = Some(Paused { since: now, until });
                effects.push(Effect::PauseAll(Some(pause)));
            }
            Some(id) => {
                let watched = self.watches.get_mut(&id).ok_or_else(|| not_watched(id))?;
                (watched.watch.pause, watched.paused_since) = (Some(pause), now);
                effects.push(Effect::PauseWatch(id, Some(pause)));
            }
        }
        let stopped = self
            .turns
            .iter()
            .filter(|(_, turn)| watch.is_none() || turn.watch == watch);
        effects.extend(stopped.map(|(turn, _)| Effect::Stop(*turn)));
        effects.push(Effect::Tell(Box::new(Told::Pauses)));
        Ok((effects, Vec::new()))
    }

    /// A watch that is named is there.
    ///
    /// # Errors
    ///
    /// Where it is not.
    pub(in crate::engine) fn known_watch(&self, watch: Option<WatchId>) -> Result<(), Refusal> {
        match watch.filter(|id| !self.watches.contains_key(id)) {
            Some(id) => Err(not_watched(id)),
            None => Ok(()),
        }
    }

    fn resume(&mut self, watch: Option<WatchId>) -> Asked {
        let mut effects = Vec::new();
        if watch.is_none() {
            self.pause = None;
            effects.push(Effect::PauseAll(None));
        }
        self.known_watch(watch)?;
        for (id, watched) in &mut self.watches {
            if watch.is_none_or(|watch| watch == *id) && watched.watch.pause.take().is_some() {
                effects.push(Effect::PauseWatch(*id, None));
            }
        }
        effects.push(Effect::Tell(Box::new(Told::Pauses)));
        Ok((effects, Vec::new()))
    }
}

fn reply(ticket: Ticket, asked: Asked) -> Vec<Effect> {
    match asked {
        Ok((mut effects, items)) => {
            effects.push(Effect::Reply(
                ticket,
                Ok(Answer::Done(Changed {
                    items,
                    unwritten: None,
                })),
            ));
            effects
        }
        Err(refusal) => vec![Effect::Reply(ticket, Err(refusal))],
    }
}

fn not_queued(id: ItemId) -> Refusal {
    let text = format!("`{id}` is not in the queue");
    Refusal::new(RefusalCode::NotFound, text).with_hint("`heimdex queue` shows what is")
}

fn on_its_way(path: &Path) -> Refusal {
    let text = format!(
        "`{}` is on its way, with what was said of it before",
        path.display()
    );
    Refusal::new(RefusalCode::Conflict, text)
        .with_hint("`heimdex edit` changes title, description and tags of what is stored")
}

fn not_watched(id: WatchId) -> Refusal {
    let text = format!("there is no watch `{id}`");
    Refusal::new(RefusalCode::NotFound, text).with_hint("`heimdex watch list` shows all")
}
