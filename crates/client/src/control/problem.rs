//! What the daemon refuses: RFC 9457 problem details with a stable code and, apart from the sentence, what to do.

use std::fmt;

use serde::{Deserialize, Serialize};

heimdex_api::problem_codes! {
    /// Every stable `code` of the daemon. The list only grows; a code never changes its meaning.
    pub enum RefusalCode {
        /// The request cannot be meant.
        Invalid = "invalid", 422, "The request is not valid";
        /// Somebody else's process asks.
        Forbidden = "forbidden", 403, "This daemon works for somebody else";
        /// No such route, watch, file or place in the queue.
        NotFound = "not_found", 404, "Not found";
        /// The route exists, but not with this method.
        MethodNotAllowed = "method_not_allowed", 405, "Method not allowed";
        /// The file is in a state that does not permit this.
        Conflict = "conflict", 409, "Not in this state";
        /// The client speaks an older version than this daemon understands.
        ClientOlder = "client_older", 426, "The client is too old";
        /// The client speaks a newer version than this daemon.
        ClientNewer = "client_newer", 426, "The client is newer than the daemon";
        /// A fault of the daemon, which its log tells of.
        Internal = "internal", 500, "Internal error";
        /// The disk or share that the file lies on does not answer.
        NoAnswer = "no_answer", 504, "The disk does not answer";
        /// The daemon is about to end.
        Stopping = "stopping", 503, "The daemon is stopping";
    }
}

/// Why something is not done: a sentence, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Which kind.
    pub code: RefusalCode,
    /// A sentence about this occurrence: lower-case, no full stop.
    pub detail: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Refusal {
    /// Without a hint.
    #[must_use]
    pub fn new(code: RefusalCode, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            hint: None,
        }
    }

    /// With what to do.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// As it travels.
    #[must_use]
    pub fn to_problem(&self) -> Problem {
        Problem {
            kind: "about:blank".into(),
            title: self.code.title().into(),
            status: self.code.status(),
            detail: self.detail.clone(),
            code: self.code.as_str().into(),
            hint: self.hint.clone(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for Refusal {}

/// The body of every refusal, `application/problem+json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// `about:blank`: the code is in `code`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// [`RefusalCode::title`].
    #[serde(default)]
    pub title: String,
    /// The HTTP status, again.
    #[serde(default)]
    pub status: u16,
    /// A sentence about this occurrence.
    #[serde(default)]
    pub detail: String,
    /// A [`RefusalCode`], or one that is newer than this program.
    #[serde(default)]
    pub code: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_statuses_and_titles_stay_as_they_are() {
        let table: Vec<String> = RefusalCode::ALL
            .iter()
            .map(|c| format!("{} {} {}", c.status(), c.as_str(), c.title()))
            .collect();
        insta::assert_snapshot!(table.join("\n"), @r"
        422 invalid The request is not valid
        403 forbidden This daemon works for somebody else
        404 not_found Not found
        405 method_not_allowed Method not allowed
        409 conflict Not in this state
        426 client_older The client is too old
        426 client_newer The client is newer than the daemon
        500 internal Internal error
        504 no_answer The disk does not answer
        503 stopping The daemon is stopping
        ");
    }
}
