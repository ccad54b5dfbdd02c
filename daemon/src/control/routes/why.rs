//! `GET /v1/why`.

use axum::Json;
use axum::extract::State;
use heimdex_client::control::{Answer, Refusal, RefusalCode, Request, Why, WhyQuery};

use crate::control::App;
use crate::control::extract::About;
use crate::control::refused::Refused;

/// Why a file is where it is.
pub(super) async fn why(
    State(app): State<App>,
    About(query): About<WhyQuery>,
) -> Result<Json<Box<Why>>, Refused> {
    let named = [
        query.path.is_some(),
        query.item.is_some(),
        query.video_id.is_some(),
    ];
    if named.iter().filter(|is_named| **is_named).count() != 1 {
        let detail = "ask about one file: by `path`, by `item` or by `video_id`";
        return Err(Refusal::new(RefusalCode::Invalid, detail).into());
    }
    match app.engine.ask(Request::Why(query)).await? {
        Answer::Why(mut why) => {
            why.say(&app.moment());
            Ok(Json(why))
        }
        Answer::Queue(_) | Answer::Done(_) => Err(Refused::confused()),
    }
}
