//! `--wait`: asks again while files are on their way, and ends as soon as the answer is known: a yes, a no that no
//! waiting mends, or nothing that moves any more.

use std::time::{Duration, Instant};

use heimdex_client::wipe::{Card, Checked, Step};

use super::beside::when;
use super::way::{Outlook, Ways};
use crate::clock;
use crate::commands::Context;
use crate::error::CliError;

/// Pauses between looks: short at first, as most is over soon.
const FIRST: Duration = Duration::from_secs(1);
const MOST: Duration = Duration::from_secs(15);
/// After a look it is quiet so many times as long as that took, so that a large card does not keep its server busy.
const SHARE: u32 = 2;
/// Looks at something that stands still, until it is believed: a daemon may be restarting, a file between two queues.
const STILL_MOST: u32 = 3;
/// What is sent by nobody that can be asked is taken for given up when it has not moved for so long.
const STALLED: Duration = Duration::from_mins(3);
/// How often a person is told what is waited for.
const TOLD: Duration = Duration::from_mins(1);

/// What was found out, and what is on its way.
pub(super) struct Answer {
    pub(super) checked: Checked,
    pub(super) ways: Ways,
}

/// Finds the answer, at once.
pub(super) async fn at_once<T: Fn(Step) + Send + Sync + 'static>(
    context: &Context<'_>,
    card: &mut Card<'_, T>,
) -> Result<Answer, CliError> {
    let checked = card.check().await?;
    let ways = Ways::find(context, &checked).await?;
    Ok(Answer { checked, ways })
}

/// Waits for the answer, no longer than `limit`.
pub(super) async fn until_known<T: Fn(Step) + Send + Sync + 'static>(
    context: &Context<'_>,
    card: &mut Card<'_, T>,
    limit: Option<Duration>,
) -> Result<Answer, CliError> {
    let began = Instant::now();
    let mut patience = Patience::new(began);
    loop {
        let look = Instant::now();
        let answer = at_once(context, card).await?;
        let outlook = answer.ways.outlook(&answer.checked);
        if answer.checked.verdict.is_safe() || !patience.lasts(outlook, &answer, Instant::now()) {
            return Ok(answer);
        }
        let left = limit.map(|limit| limit.saturating_sub(began.elapsed()));
        if left == Some(Duration::ZERO) {
            context
                .printer
                .talk("The time of --for is over; the answer is what is known now.");
            return Ok(answer);
        }
        patience.tell(context, &answer.ways);
        let pause = patience.pause(look.elapsed());
        tokio::time::sleep(left.map_or(pause, |left| pause.min(left))).await;
    }
}

/// How long it makes sense to go on.
struct Patience {
    pause: Duration,
    still: u32,
    /// What was proven and what had arrived when something moved last, and when that was.
    moved: (String, Instant),
    told: Option<Instant>,
}

impl Patience {
    fn new(now: Instant) -> Self {
        Self {
            pause: FIRST,
            still: 0,
            moved: (String::new(), now),
            told: None,
        }
    }

    /// Whether there is something to wait for.
    fn lasts(&mut self, outlook: Outlook, answer: &Answer, now: Instant) -> bool {
        let state = state(answer);
        if state != self.moved.0 {
            self.moved = (state, now);
            self.pause = FIRST;
        }
        match outlook {
            Outlook::Known => false,
            Outlook::Still => {
                self.still += 1;
                self.still < STILL_MOST
            }
            Outlook::Moving => {
                self.still = 0;
                // The daemon knows what it waits for, and the server ends what it began.
                let is_told = answer.ways.is_told();
                is_told || now.saturating_duration_since(self.moved.1) < STALLED
            }
        }
    }

    fn tell(&mut self, context: &Context<'_>, ways: &Ways) {
        if self.told.is_some_and(|told| told.elapsed() < TOLD) {
            return;
        }
        if let Some(text) = when(ways, &clock::moment()) {
            self.told = Some(Instant::now());
            context.printer.talk(&format!("Waiting: {text}"));
        }
    }

    fn pause(&mut self, look: Duration) -> Duration {
        let pause = self.pause.max(look * SHARE);
        self.pause = (self.pause * 2).min(MOST);
        pause
    }
}

/// All that changes when something moves.
fn state(answer: &Answer) -> String {
    let verdict = &answer.checked.verdict;
    format!("{} {:?}", verdict.proven, verdict.findings)
}
