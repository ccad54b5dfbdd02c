//! What a store's refusals mean, and what to do about each. Pure.

use super::report::Trouble;
use crate::objects::ObjectsError;

/// What a failed operation tells. `doing` completes "The store refused …".
pub(super) fn of_objects(doing: &str, error: &ObjectsError) -> Trouble {
    if let Some(answer) = error.answer()
        && let Some(status) = answer.status
    {
        return of_refusal(doing, status, &answer.code);
    }
    let (sentence, remedy) = match error {
        ObjectsError::NotFound => (
            format!("The store answered {doing} as if nothing were there."),
            "Look at what stands between: a cache or a proxy may answer in the store's place.",
        ),
        ObjectsError::Full => (
            format!("The store has no room left for {doing}."),
            "Make room, or give the key a larger quota.",
        ),
        ObjectsError::ChecksumMismatch => (
            format!("The store says that the bytes of {doing} were damaged on the way."),
            "Look for a proxy that changes bodies, and test the network.",
        ),
        ObjectsError::Damaged
        | ObjectsError::NoSuchUpload
        | ObjectsError::InvalidPart
        | ObjectsError::PreconditionFailed => (
            format!("The store does not do {doing} as S3 does ({error})."),
            "Look for its entry in docs/stores.md, or use another store.",
        ),
        ObjectsError::Denied(_) | ObjectsError::Unavailable(_) | ObjectsError::Other(_) => (
            format!("There was no answer to {doing}: {}.", causes(error)),
            "Check that the store runs and that `s3.endpoint` is its address.",
        ),
    };
    Trouble::new(sentence, remedy)
}

/// What an HTTP refusal tells.
pub(super) fn of_refusal(doing: &str, status: u16, code: &str) -> Trouble {
    let (sentence, remedy) = match code {
        "InvalidAccessKeyId" => (
            "The store knows no such access key".to_owned(),
            "Check `s3.access_key`: the key may have been deleted, or made on another store.",
        ),
        "SignatureDoesNotMatch" => (
            "The store finds the signature wrong".to_owned(),
            "Check `s3.secret_key`; if it is right, a proxy in between changes `Host` or the path.",
        ),
        "RequestTimeTooSkewed" => (
            "The store finds that our clock is wrong".to_owned(),
            "Set the clock of this machine, or of the store, by NTP.",
        ),
        "AuthorizationHeaderMalformed"
        | "PermanentRedirect"
        | "IllegalLocationConstraintException" => (
            "The bucket is in another region".to_owned(),
            "Set `s3.region` and `s3.endpoint` to the bucket's.",
        ),
        "NoSuchBucket" => (
            "There is no such bucket".to_owned(),
            "Check `s3.bucket`, or create the bucket.",
        ),
        "ExpiredToken" | "InvalidToken" => (
            "The temporary key has ended".to_owned(),
            "See to it that the source of the AWS keys renews them.",
        ),
        "NotImplemented" | "MethodNotAllowed" => (
            "The store does not know that".to_owned(),
            "Look for its entry in docs/stores.md, or use another store.",
        ),
        "AccessDenied" | "" if status == 403 => (
            "The store does not allow it to this key".to_owned(),
            "Allow the key to list the bucket, and to get, put, delete and abort uploads in it.",
        ),
        _ if status >= 500 => (
            "The store has a fault of its own".to_owned(),
            "Look at the store's log.",
        ),
        _ => (
            "The store refuses it".to_owned(),
            "Look for its entry in docs/stores.md, and at the store's log.",
        ),
    };
    let code = if code.is_empty() {
        status.to_string()
    } else {
        format!("{status} {code}")
    };
    Trouble::new(format!("{sentence}: {doing} ended with {code}."), remedy)
}

/// An error's causes, the innermost last; without the outer words, which say nothing.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        // Some errors repeat what they wrap.
        if words.last() != Some(&text) {
            words.push(text);
        }
        next = cause.source();
    }
    match words.last() {
        Some(last) => last.clone(),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_apart() {
        for (status, code, sentence, remedy) in [
            (
                403,
                "InvalidAccessKeyId",
                "knows no such access key: a list ended with 403 InvalidAccessKeyId.",
                "s3.access_key",
            ),
            (
                403,
                "SignatureDoesNotMatch",
                "finds the signature wrong",
                "s3.secret_key",
            ),
            (403, "RequestTimeTooSkewed", "our clock is wrong", "NTP"),
            (
                400,
                "AuthorizationHeaderMalformed",
                "another region",
                "s3.region",
            ),
            (301, "PermanentRedirect", "another region", "s3.region"),
            (404, "NoSuchBucket", "no such bucket", "s3.bucket"),
            (
                403,
                "AccessDenied",
                "does not allow it to this key",
                "Allow the key",
            ),
            (
                403,
                "",
                "does not allow it to this key: a list ended with 403.",
                "Allow the key",
            ),
            (
                501,
                "NotImplemented",
                "does not know that",
                "docs/stores.md",
            ),
            (500, "InternalError", "a fault of its own", "log"),
            (400, "InvalidRequest", "refuses it", "docs/stores.md"),
        ] {
            let trouble = of_refusal("a list", status, code);
            assert!(trouble.sentence.contains(sentence), "{}", trouble.sentence);
            assert!(trouble.remedy.contains(remedy), "{}", trouble.remedy);
        }
    }
}
