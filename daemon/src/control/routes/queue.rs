//! `GET /v1/queue` and what changes it: `POST /v1/queue/send`, `retry`, `cancel`, `move`.

use axum::Json;
use axum::extract::State;
use heimdex_client::control::{
    Answer, CancelRequest, Changed, MoveRequest, QueueList, QueueQuery, Request, RetryRequest,
    SendRequest,
};

use super::done;
use crate::control::App;
use crate::control::extract::{About, Asked};
use crate::control::refused::Refused;

type Done = Result<Json<Changed>, Refused>;

/// The queue, the next first.
pub(super) async fn list(
    State(app): State<App>,
    About(query): About<QueueQuery>,
) -> Result<Json<QueueList>, Refused> {
    match app.engine.ask(Request::Queue(query)).await? {
        Answer::Queue(mut list) => {
            list.say(&app.moment());
            Ok(Json(list))
        }
        Answer::Why(_) | Answer::Done(_) => Err(Refused::confused()),
    }
}

/// Sends files before all others.
pub(super) async fn send(State(app): State<App>, Asked(request): Asked<SendRequest>) -> Done {
    done(&app, Request::Send(request)).await
}

/// Tries failed files again at once.
pub(super) async fn retry(State(app): State<App>, Asked(request): Asked<RetryRequest>) -> Done {
    done(&app, Request::Retry(request)).await
}

/// Takes files out of the queue.
pub(super) async fn cancel(State(app): State<App>, Asked(request): Asked<CancelRequest>) -> Done {
    done(&app, Request::Cancel(request)).await
}

/// Gives a file another place in the queue.
pub(super) async fn move_item(State(app): State<App>, Asked(request): Asked<MoveRequest>) -> Done {
    done(&app, Request::Move(request)).await
}
