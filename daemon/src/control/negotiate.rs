//! Which version both sides speak: said in a header each way, so that neither has to guess.

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use heimdex_client::control::{
    OLDEST_PROTOCOL, PROTOCOL, PROTOCOL_HEADER, Refusal, RefusalCode, VERSION_HEADER,
};

use super::refused::Refused;

/// Refuses clients of another language, and says in each answer who answers.
pub(super) async fn negotiate(request: Request, next: Next) -> Response {
    let spoken = request.headers().get(PROTOCOL_HEADER);
    let mut response = match spoken.map_or(Ok(PROTOCOL), read).and_then(judge) {
        Ok(()) => next.run(request).await,
        Err(refusal) => Refused(refusal).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(PROTOCOL_HEADER, PROTOCOL.into());
    let version = HeaderValue::from_static(env!("CARGO_PKG_VERSION"));
    headers.insert(VERSION_HEADER, version);
    response
}

fn read(value: &HeaderValue) -> Result<u32, Refusal> {
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| {
        let detail = format!("the header `{PROTOCOL_HEADER}` is not a number");
        Refusal::new(RefusalCode::Invalid, detail)
    })
}

fn judge(spoken: u32) -> Result<(), Refusal> {
    let version = env!("CARGO_PKG_VERSION");
    if spoken > PROTOCOL {
        let detail =
            format!("heimdexd {version} speaks version {PROTOCOL}, the client version {spoken}");
        let refusal = Refusal::new(RefusalCode::ClientNewer, detail);
        return Err(refusal.with_hint("`heimdex daemon restart` starts the installed daemon"));
    }
    if spoken < OLDEST_PROTOCOL {
        let detail = format!(
            "heimdexd {version} understands version {OLDEST_PROTOCOL} and later, the client speaks {spoken}"
        );
        let refusal = Refusal::new(RefusalCode::ClientOlder, detail);
        return Err(refusal.with_hint("use the `heimdex` that the daemon came with"));
    }
    Ok(())
}
