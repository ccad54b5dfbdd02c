//! What happens, and what is to be done about it: the closed lists between the model and the runtime, and what they speak
//! of.

mod daemon;
mod files;
mod lists;
mod tags;
mod trouble;

use std::path::PathBuf;
use std::time::Duration;

use heimdex_api::auth::UserResponse;
use heimdex_api::ops::UsageResponse;
use heimdex_api::video::{
    UpdateVideoRequest, VideoListResponse, VideoResponse, VideoStatusResponse,
};
use heimdex_api::{Secret, VideoId};
use heimdex_client::bwlimit::Timetable;
use heimdex_client::events::Happened;
use heimdex_client::journal::SeenLibrary;
use heimdex_client::transfer::Progress;

use crate::tui::key::Key;
use crate::tui::picture::{Canvas, Picture, Size};

pub(crate) use daemon::{Asking, Asleep, Looked, News, Order, Part, Told, WipeStep};
pub(crate) use files::{Before, Entry, Facts, Listing, Read, Reading};
pub(crate) use lists::{ListAsk, PageAsk};
pub(crate) use tags::TagChange;
pub(crate) use trouble::Trouble;

/// Something that happened.
#[derive(Debug, Clone)]
pub(crate) enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted, or a file was dropped.
    Paste(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// The terminal has another size.
    Resized {
        /// Its width.
        columns: u16,
        /// Its height.
        rows: u16,
    },
    /// The system asks the program to end.
    Ended,
    /// The screen may show something else: it is drawn anew.
    Redrawn,
    /// A line for the log, from elsewhere in this program.
    Said(String),
    /// How the library looked when it was seen last.
    Recalled(Box<SeenLibrary>),
    /// How the terminal shows pictures.
    Canvas(Canvas),
    /// Time has passed.
    Timer(Timer),
    /// The answer to an effect.
    Answer(Answer),
    /// Something of the daemon.
    Daemon(News),
    /// Something of the server's stream of events.
    Live {
        /// Of which: see [`Effect::Listen`].
        stream: u64,
        /// What.
        live: Live,
    },
    /// A step of a transfer of this process.
    Progress {
        /// Which.
        transfer: u64,
        /// The step.
        step: Progress,
    },
}

/// What came from the server's stream of events.
#[derive(Debug, Clone)]
pub(crate) enum Live {
    /// It is there, or there again.
    There,
    /// This happened.
    Happened(Happened),
    /// It broke, or the server is away; it is tried again.
    Away(Trouble),
    /// There is none.
    Never,
}

/// What the mouse did, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mouse {
    /// From the left, from 0.
    pub(crate) column: u16,
    /// From the top, from 0.
    pub(crate) row: u16,
    /// What.
    pub(crate) what: Pointed,
}

/// What a mouse does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pointed {
    /// It clicks.
    Click,
    /// The wheel turns up.
    Up,
    /// The wheel turns down.
    Down,
}

/// What somebody waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timer {
    /// The list is compared with the server's.
    Poll,
    /// Something happened that only a look at the list tells more of.
    Look,
    /// The list changed a while ago, and is to be kept.
    Keep,
    /// Posters have a place on the screen that are not here.
    Pictures,
    /// Typing paused: the list of this number is asked for.
    Search(u64),
    /// The cursor rests: all about this video is asked for.
    Rest(VideoId),
    /// It is a while ago that a folder was found safe to wipe, by the question of this number.
    Yes(u64),
    /// What was said is a while ago, by how often anything was said before it.
    Notice(u64),
    /// A second of transfers.
    Second,
}

/// All about a video.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Whole {
    /// Its row, with where its bytes were found.
    pub(crate) video: VideoResponse,
    /// What was and is done with it.
    pub(crate) status: VideoStatusResponse,
}

/// Who is logged in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Who {
    /// The account.
    pub(crate) user: UserResponse,
    /// What is stored, where the server says so.
    pub(crate) usage: Option<UsageResponse>,
    /// The access tokens by name, where they may be seen.
    pub(crate) tokens: Vec<String>,
}

/// Which server, as whom: what the runtime works with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The server, where one is known.
    pub(crate) server: Option<String>,
    /// The profile.
    pub(crate) profile: String,
    /// Its e-mail address.
    pub(crate) email: Option<String>,
    /// All profiles.
    pub(crate) profiles: Vec<String>,
    /// Whether a token from the environment is used.
    pub(crate) is_token: bool,
}

/// Files to send, as they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Collected {
    /// Name, bytes and path of each.
    pub(crate) files: Vec<(String, u64, PathBuf)>,
    /// How many rules leave out.
    pub(crate) left_out: usize,
    /// What cannot be used, in sentences.
    pub(crate) unusable: Vec<String>,
}

/// What the server is to be told of what is sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    /// Its title, where it is one file.
    pub(crate) title: Option<String>,
    /// Its description, where it is one file.
    pub(crate) description: Option<String>,
    /// Its tags.
    pub(crate) tags: Vec<String>,
}

/// A file to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sending {
    /// The number of its transfer.
    pub(crate) transfer: u64,
    /// Of which upload.
    pub(crate) batch: u64,
    /// Which file of it.
    pub(crate) file: usize,
}

/// How a transfer ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Moved {
    /// The server has it.
    Stored {
        /// The video.
        video: VideoId,
        /// Whether it had it before.
        already: bool,
    },
    /// It is here.
    Fetched {
        /// Where.
        path: PathBuf,
    },
    /// It was stopped, and goes on from there.
    Stopped,
}

/// Why a video is as it was.
#[derive(Debug, Clone)]
pub(crate) struct Unchanged {
    /// What happened.
    pub(crate) trouble: Trouble,
    /// What it is now, where somebody else changed it meanwhile.
    pub(crate) now: Option<Box<VideoResponse>>,
}

/// The answer to an effect.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// To [`Effect::Daemon`].
    Daemon(Told),
    /// To [`Effect::Files`].
    Files(Read),
    /// To [`Effect::Complete`]: what the text may become.
    Completed(String, Vec<String>),
    /// To [`Effect::List`].
    Listed(Box<ListAsk>, Result<VideoListResponse, Trouble>),
    /// To [`Effect::Show`].
    Shown(VideoId, Result<Box<Whole>, Trouble>),
    /// To [`Effect::Picture`]; nothing where a video has no poster.
    Pictured(VideoId, Size, Result<Option<Picture>, Trouble>),
    /// To [`Effect::Follow`]: those that could be asked for.
    Followed(Result<Vec<VideoResponse>, Trouble>),
    /// To [`Effect::Delete`]: those that are in the trash now, and what stopped it.
    Deleted(Vec<VideoResponse>, Option<Trouble>),
    /// To [`Effect::Restore`].
    Restored(Vec<VideoResponse>, Option<Trouble>),
    /// To [`Effect::Edit`].
    Edited(VideoId, Result<Box<VideoResponse>, Unchanged>),
    /// To [`Effect::Tag`]: those that have them now, and what stopped it.
    Tagged(Vec<VideoResponse>, Option<Trouble>),
    /// To [`Effect::Play`]: what was to be opened, and what opened it; once more where that failed at once.
    Played(String, Result<String, Trouble>),
    /// To [`Effect::Copy`] and [`Effect::CopyUrls`]: what was copied, in words.
    Copied(Result<String, Trouble>),
    /// To [`Effect::Collect`].
    Collected(u64, Result<Collected, Trouble>),
    /// To [`Effect::Finish`].
    Finished(Result<(), Trouble>),
    /// To [`Effect::Send`] and [`Effect::Fetch`].
    Moved(u64, Result<Moved, Trouble>),
    /// To [`Effect::HandOver`]: how many files the daemon took.
    HandedOver(Result<usize, Trouble>),
    /// To [`Effect::Names`]: the tags, and the cards.
    Named(Result<(Vec<String>, Vec<String>), Trouble>),
    /// To [`Effect::Who`].
    Who(Result<Box<Who>, Trouble>),
    /// To [`Effect::Login`], [`Effect::Logout`] and [`Effect::UseProfile`].
    Entered(Result<Place, Trouble>),
}

/// Something to do. Each is answered, but those that end or wait.
#[derive(Debug, Clone)]
pub(crate) enum Effect {
    /// Ask for a page.
    List(Box<ListAsk>),
    /// Ask the daemon.
    Daemon(Asking),
    /// Read folders and look into files.
    Files(Reading),
    /// Find what a path that is typed may become.
    Complete(String),
    /// Listen to what happens from now on, and to no earlier stream. Each thing comes as [`Msg::Live`] of this number.
    Listen(u64),
    /// Ask for all about a video.
    Show(VideoId),
    /// Make the poster of a video into what the terminal shows.
    Picture {
        /// Which.
        video: VideoId,
        /// How large.
        size: Size,
        /// For what.
        canvas: Canvas,
        /// Whether what may be on this disk is of an earlier one.
        is_fresh: bool,
    },
    /// Throw away what this disk has of these posters: nothing is left of their videos. Nobody waits for it.
    ForgetPosters(Vec<VideoId>),
    /// Ask how these stand.
    Follow(Vec<VideoId>),
    /// Put these into the trash.
    Delete(Vec<VideoId>),
    /// Take these out of it.
    Restore(Vec<VideoId>),
    /// Change a video, if it is still of this version.
    Edit {
        /// Which.
        video: VideoId,
        /// The version that was seen.
        version: Option<u64>,
        /// What is to be changed.
        change: UpdateVideoRequest,
    },
    /// Give these other tags, each by those that it has then.
    Tag(Vec<VideoId>, TagChange),
    /// Open videos in a player, one after another; in words, which.
    Play(Vec<VideoId>, String),
    /// Copy a text, which is called so.
    Copy {
        /// The text.
        text: String,
        /// What it is.
        what: String,
    },
    /// Copy links to the bytes of videos, one a line.
    CopyUrls(Vec<VideoId>),
    /// Look what there is to upload at these paths.
    Collect {
        /// The number of this upload.
        batch: u64,
        /// Where.
        paths: Vec<PathBuf>,
        /// What the server is to be told of it.
        texts: Texts,
    },
    /// All files of an upload are stored.
    Finish(u64),
    /// Send these in one run: a large file, or small ones together. Each is answered by itself.
    Send(Vec<Sending>),
    /// Fetch a video.
    Fetch {
        /// Its number.
        transfer: u64,
        /// Which.
        video: VideoId,
    },
    /// Stop a transfer, and what is in flight of it.
    Stop(u64),
    /// Uploads take at most this from now on.
    Limit(Timetable),
    /// Give files to the daemon, each with the upload that it is of.
    HandOver(Vec<(u64, PathBuf)>),
    /// Ask which tags and cards there are.
    Names,
    /// Ask who is logged in.
    Who,
    /// Log in.
    Login {
        /// Where.
        server: String,
        /// Who.
        email: String,
        /// By what.
        password: Secret,
    },
    /// Log out.
    Logout,
    /// Use another profile from now on.
    UseProfile(String),
    /// Keep how the library looks, for when the server is away. Nobody waits for it.
    Keep(Box<SeenLibrary>),
    /// Say when so much time has passed.
    After(Duration, Timer),
    /// Stop the process until the shell lets it go on.
    Suspend,
    /// Draw everything anew.
    Redraw,
    /// End.
    Quit,
}
