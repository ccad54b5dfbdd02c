//! Pictures of a video: a poster and a contact sheet, made by a caged ffmpeg from what a range server gives it.
//!
//! ffmpeg is run once for each moment that is looked at, so that a damaged place, or one that takes for ever, costs only
//! its own picture. It gives plain pixels; which of them are worth showing is decided here, and a second ffmpeg, which
//! sees nothing but those pixels, packs them.

mod frame;
mod moments;
mod range_server;
mod sheet;

use std::io;
use std::time::Duration;

use bytes::Bytes;
use tempfile::TempDir;
use tokio::time::Instant;

pub use frame::Frame;
use moments::{Moment, moments};
use range_server::{Counted, RangeServer};

use crate::jobs::Progress;
use crate::jobs::cage::{Cage, CageError};
use crate::objects::{ObjectStore, ObjectsError};
use crate::random::Random;

/// The longest side of a poster, in pixels. Nothing is enlarged.
const POSTER_SIDE: u32 = 1_280;
/// The most that one frame of that size can be, and its header.
const FRAME_BYTES: usize = 3 * (POSTER_SIDE as usize) * (POSTER_SIDE as usize) + 64;
/// The most that a packed picture may be.
const PICTURE_BYTES: usize = 8 << 20;
/// After so many moments without a picture from the first there is none to be had.
const HOPELESS: u64 = 3;
/// What ffmpeg may open: the containers that are recognised here, and the list that names the object.
const FORMATS: &str = "concat,mov,matroska,avi,mpegts,mxf";

/// The object that pictures are made of.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Where it is.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Of the film, where its container tells.
    pub duration: Option<Duration>,
    /// Degrees clockwise that its picture is turned for showing.
    pub rotation: u16,
}

/// What was made.
#[derive(Debug, Clone)]
pub struct Pictures {
    /// One picture, as WebP.
    pub poster: Bytes,
    /// Many, as WebP.
    pub contact_sheet: Bytes,
    /// What was read of the object for them.
    pub bytes_read: u64,
}

/// Why there are none.
#[derive(Debug, thiserror::Error)]
pub enum PicturesError {
    /// The object has none to give; the words are for a person.
    #[error("{0}")]
    None(String),
    /// The store does not answer.
    #[error("the store does not answer")]
    Store(#[source] ObjectsError),
    /// A fault of ours.
    #[error("cannot make pictures")]
    Fault(#[from] io::Error),
}

/// Makes them; `limit` is the time for all of it.
///
/// # Errors
/// [`PicturesError`].
pub async fn make(
    cage: &Cage,
    objects: &ObjectStore,
    subject: &Subject,
    limit: Duration,
    random: Random,
    progress: &Progress,
) -> Result<Pictures, PicturesError> {
    let directory = tempfile::Builder::new().prefix("heimdex-").tempdir()?;
    let maker = Maker {
        cage,
        subject,
        directory,
        path: random.uuid().simple().to_string(),
        counted: Counted::new(objects.clone(), subject.key.clone(), subject.size),
        until: Instant::now() + limit,
    };
    let (best, small) = maker.frames(progress).await?;
    let poster = maker.packed(&best).await?;
    let sheet = sheet::sheet(&small);
    let contact_sheet = maker.packed(&sheet).await?;
    progress.set(1, 1);
    Ok(Pictures {
        poster,
        contact_sheet,
        bytes_read: maker.counted.bytes_read(),
    })
}

/// What was seen so far: only three frames of it as large as they were.
#[derive(Default)]
struct Gathered {
    best: Option<Frame>,
    /// The last one, and the last key frame: a moment whose key frame is one of them shows nothing new.
    last: Option<Frame>,
    last_key: Option<Frame>,
    small: Vec<Frame>,
}

impl Gathered {
    fn add(&mut self, frame: Frame, exactness: Exactness) {
        self.small.push(frame.within(sheet::SIDE, sheet::SIDE));
        let best = self.best.as_ref();
        if best.is_none_or(|best| frame.is_worth_more_than(best)) {
            self.best = Some(frame.clone());
        }
        if exactness == Exactness::KeyFrame {
            self.last_key = Some(frame.clone());
        }
        self.last = Some(frame);
    }

    fn is_new(&self, frame: &Frame) -> bool {
        self.last.as_ref() != Some(frame) && self.last_key.as_ref() != Some(frame)
    }

    fn is_empty(&self) -> bool {
        self.small.is_empty()
    }
}

struct Maker<'a> {
    cage: &'a Cage,
    subject: &'a Subject,
    directory: TempDir,
    /// The path that only ffmpeg is told.
    path: String,
    counted: Counted,
    until: Instant,
}

impl Maker<'_> {
    /// Of the frames of all moments that give one the best, and all of them small.
    async fn frames(&self, progress: &Progress) -> Result<(Frame, Vec<Frame>), PicturesError> {
        let moments = moments(self.subject.duration);
        let all = moments.len() as u64 + 1;
        let mut gathered = Gathered::default();
        let mut said = String::new();
        for (number, moment) in (0..).zip(&moments) {
            progress.set(number, all);
            if Instant::now() >= self.until {
                "ffmpeg did not come to an end in time".clone_into(&mut said);
                break;
            }
            match self.frame_at(*moment, &gathered).await {
                Ok(Some((frame, exactness))) => gathered.add(frame, exactness),
                Ok(None) => {}
                Err(error) => said = self.reason(error)?,
            }
            if gathered.is_empty() && number + 1 >= HOPELESS {
                break;
            }
        }
        let why = if said.is_empty() {
            "it gave no picture"
        } else {
            &said
        };
        let Gathered { best, small, .. } = gathered;
        let best = best.ok_or_else(|| {
            PicturesError::None(format!("ffmpeg could not make a picture of it: {why}."))
        })?;
        Ok((best, small))
    }

    /// What goes wrong with one moment is kept for the sentence; what has nothing to do with the film ends it all.
    fn reason(&self, error: CageError) -> Result<String, PicturesError> {
        if let Some(error) = self.counted.store_error() {
            return Err(PicturesError::Store(error));
        }
        match error {
            CageError::Start { source, .. } | CageError::Io(source) => {
                Err(PicturesError::Fault(source))
            }
            CageError::Failed { said, .. } if self.counted.is_spent() => Ok(format!(
                "it read more of the film than pictures are worth ({said})"
            )),
            CageError::Failed { said, .. } => Ok(self.without_places(&said)),
            error @ (CageError::TimedOut | CageError::TooMuch) => Ok(error.to_string()),
        }
    }

    /// What ffmpeg says names the address and the directory, which mean nothing to anybody.
    fn without_places(&self, said: &str) -> String {
        let directory = self.directory.path().display().to_string();
        let words = said.split_whitespace().filter(|word| {
            !word.contains(&self.path) && !word.contains(&directory) && !word.contains("http:")
        });
        let said: Vec<&str> = words.collect();
        said.join(" ").trim_end_matches(['.', ':']).to_owned()
    }

    /// The key frame before a moment; where that was seen before, the frame of the moment itself.
    async fn frame_at(
        &self,
        moment: Moment,
        gathered: &Gathered,
    ) -> Result<Option<(Frame, Exactness)>, CageError> {
        let key = self.run(moment, Exactness::KeyFrame).await;
        match key {
            Ok(Some(frame)) if gathered.is_new(&frame) => {
                return Ok(Some((frame, Exactness::KeyFrame)));
            }
            // Not every decoder knows which frames are key frames before it has decoded them.
            Ok(_) | Err(CageError::Failed { .. }) => {}
            Err(error) => return Err(error),
        }
        match self.run(moment, Exactness::Moment).await {
            Ok(frame) => {
                let new = frame.filter(|frame| gathered.is_new(frame));
                Ok(new.map(|frame| (frame, Exactness::Moment)))
            }
            // The film is there, only slow.
            Err(CageError::TimedOut) if !gathered.is_empty() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn run(&self, moment: Moment, exactness: Exactness) -> Result<Option<Frame>, CageError> {
        let listening = self.cage.listening(self.directory.path()).await?;
        let listener = listening.listener()?;
        let list = self.directory.path().join("film.ffconcat");
        let address = listener.local_addr()?;
        let text = format!(
            "ffconcat version 1.0\nfile 'http://{address}/{}'\ninpoint {:.3}\n",
            self.path,
            moment.seconds()
        );
        write_private(&list, text.as_bytes())?;
        let server = RangeServer::start(listener, &self.path, self.counted.clone())?;
        let arguments = self.arguments(&list.to_string_lossy(), exactness);
        let output = listening.go(&arguments, FRAME_BYTES).await;
        server.end().await;
        Ok(Frame::from_ppm(&output?))
    }

    fn arguments(&self, list: &str, exactness: Exactness) -> Vec<String> {
        let turned = match self.subject.rotation {
            90 => ",transpose=clock",
            180 => ",hflip,vflip",
            270 => ",transpose=cclock",
            _ => "",
        };
        let (decoder, chosen): (&[&str], _) = match exactness {
            Exactness::KeyFrame => (&["-skip_frame", "nokey"], ""),
            // The list counts time from the moment on.
            Exactness::Moment => (&["-copyts"], "select=gte(t\\,0),"),
        };
        let filter = format!(
            "{chosen}scale=w=max(1\\,round(iw*sar)):h=ih,scale=w=min({POSTER_SIDE}\\,iw):h=min({POSTER_SIDE}\\,ih):\
             force_original_aspect_ratio=decrease{turned},setsar=1,format=rgb24"
        );
        let mut arguments = words("-nostdin -hide_banner -v error -threads 2 -noautorotate");
        arguments.extend(decoder.iter().map(|word| (*word).to_owned()));
        arguments.extend(words("-protocol_whitelist file,http,tcp -format_whitelist"));
        arguments.push(FORMATS.to_owned());
        arguments.extend(words("-f concat -safe 0 -i"));
        arguments.push(list.to_owned());
        arguments.extend(words("-map 0:v:0 -an -sn -dn -frames:v 1 -vf"));
        arguments.push(filter);
        arguments.extend(words("-f image2pipe -c:v ppm pipe:1"));
        arguments
    }

    /// A picture as WebP.
    async fn packed(&self, frame: &Frame) -> Result<Bytes, PicturesError> {
        let mut arguments =
            words("-hide_banner -v error -protocol_whitelist pipe -f rawvideo -pix_fmt rgb24 -s");
        arguments.push(format!("{}x{}", frame.width(), frame.height()));
        arguments.extend(words(
            "-i pipe:0 -frames:v 1 -c:v libwebp -quality 80 -f image2pipe pipe:1",
        ));
        let packed = self
            .cage
            .convert(
                &arguments,
                self.directory.path(),
                frame.pixels().to_vec(),
                PICTURE_BYTES,
            )
            .await;
        match packed {
            Ok(bytes) if !bytes.is_empty() => Ok(Bytes::from(bytes)),
            Ok(_) => Err(PicturesError::None("ffmpeg packed no picture.".to_owned())),
            Err(CageError::Start { source, .. } | CageError::Io(source)) => Err(source.into()),
            Err(error) => Err(PicturesError::None(format!(
                "ffmpeg could not pack a picture: {error}."
            ))),
        }
    }
}

/// Which frame is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exactness {
    /// The key frame before the moment: sharp, and had for little.
    KeyFrame,
    /// The one at the moment, whatever must be decoded for it.
    Moment,
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn write_private(path: &std::path::Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write as _;

    use fs_err::os::unix::fs::OpenOptionsExt as _;

    let mut options = fs_err::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    options.open(path)?.write_all(bytes)
}
