//! What a request may hold, and how it is told what it may not.

use heimdex_api::VideoId;
use heimdex_api::auth::{CreateTokenRequest, LoginRequest, RegisterRequest};
use heimdex_api::upload::InitUploadRequest;
use proptest::prelude::*;

use super::*;

fn errors<T: fmt::Debug>(result: Result<T, ApiError>) -> Vec<String> {
    let problem = result.unwrap_err().to_problem("");
    assert_eq!(problem.status, 422);
    problem
        .errors
        .into_iter()
        .map(|error| format!("{}: {}", error.field, error.message))
        .collect()
}

fn body<T: RequestBody + DeserializeOwned + fmt::Debug>(text: &str) -> Vec<String> {
    errors(parse_body::<T>(text.as_bytes()))
}

#[test]
fn unknown_fields_are_refused_with_the_nearest() {
    assert_eq!(
        body::<InitUploadRequest>(r#"{"filename": "a", "sizebytes": 1, "xyzzy": 2}"#),
        [
            "sizebytes: There is no such field; did you mean `size_bytes`?",
            "xyzzy: There is no such field.",
        ]
    );
}

#[test]
fn unknown_fields_inside_lists_are_named_with_their_path() {
    let text =
        r#"{"filename": "a", "parts": [{"part_number": 1, "size_bytes": 1, "checksums": ""}]}"#;
    assert_eq!(
        body::<InitUploadRequest>(text),
        ["parts[0].checksums: There is no such field; did you mean `checksum`?"]
    );
}

#[test]
fn a_name_that_is_given_twice_is_refused_wherever_it_is() {
    let twice = "It is given more than once.";
    for (text, field) in [
        (
            r#"{"filename": "a", "size_bytes": 1, "filename": "b"}"#,
            "filename",
        ),
        // Equal values, an unknown name, and one that is ignored: nobody knows what was meant.
        (r#"{"filename": "a", "filename": "a"}"#, "filename"),
        (r#"{"xyzzy": 1, "xyzzy": 2}"#, "xyzzy"),
        (
            r#"{"filename": "a", "parts": [{"part_number": 1}, {"part_number": 2, "part_number": 3}]}"#,
            "parts[1].part_number",
        ),
        (r#"{"filename": "a", "\u0066ilename": "b"}"#, "filename"),
    ] {
        assert_eq!(
            body::<InitUploadRequest>(text),
            [format!("{field}: {twice}")],
            "{text}"
        );
    }
    assert_eq!(
        body::<LoginRequest>(r#"{"email": "a@b.c"} {"email": "b@b.c"}"#),
        [": The body is not JSON: line 1, column 20."]
    );
    assert_eq!(
        body::<LoginRequest>(r#"{"email": "a@b.c", "password"}"#),
        [": The body is not JSON: line 1, column 30."]
    );
}

proptest! {
    #[test]
    fn what_is_unambiguous_is_read_as_it_is(value in any_json()) {
        let text = value.to_string();
        prop_assert_eq!(read(text.as_bytes()).unwrap(), value);
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1_000_000..1_000_000).prop_map(|quarters| Value::from(f64::from(quarters) / 4.0)),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            proptest::collection::btree_map(".{0,6}", inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

#[test]
fn wrong_types_and_missing_fields_name_the_field() {
    assert_eq!(
        body::<LoginRequest>(r#"{"email": "a@b.c"}"#),
        ["password: It is missing."]
    );
    assert_eq!(body::<LoginRequest>(""), ["email: It is missing."]);
    assert_eq!(
        body::<CreateTokenRequest>(r#"{"name": "a", "scopes": ["admin"]}"#),
        ["scopes[0]: `admin` is none of read, upload, write."]
    );
    assert_eq!(
        body::<LoginRequest>(r#"{"email": 1, "password": "p"}"#),
        ["email: It must be a text."]
    );
}

#[test]
fn a_wrong_password_type_does_not_come_back_in_the_reply() {
    let answer = body::<LoginRequest>(r#"{"email": "a@b.c", "password": ["hunter2hunter2"]}"#);
    assert!(!answer.concat().contains("hunter2"), "{answer:?}");
    let answer = body::<LoginRequest>(r#"{"email": "a@b.c", "password": 12345678}"#);
    assert!(!answer.concat().contains("12345678"), "{answer:?}");
}

#[test]
fn what_is_no_object_is_refused() {
    assert_eq!(
        body::<LoginRequest>("[1]"),
        [": The body must be a JSON object."]
    );
    assert_eq!(
        body::<LoginRequest>("{"),
        [": The body is not JSON: line 1, column 1."]
    );
}

#[test]
fn fields_of_the_original_are_accepted_in_silence() {
    let text =
        r#"{"email": "a@b.c", "password": "12345678", "industry": "film", "email_consent": true}"#;
    let request = parse_body::<RegisterRequest>(text.as_bytes()).unwrap();
    assert_eq!(request.email, "a@b.c");
}

#[test]
fn a_zero_character_is_refused_wherever_it_is() {
    assert_eq!(
        body::<LoginRequest>(r#"{"email": "a\u0000b", "password": "12345678"}"#),
        ["email: It contains a zero character, which no name or text has."]
    );
    let nested = r#"{"filename": "a", "tags": ["b", "\u0000"]}"#;
    assert_eq!(
        body::<InitUploadRequest>(nested),
        ["tags[1]: It contains a zero character, which no name or text has."]
    );
    assert_eq!(
        errors(parse_query::<heimdex_api::video::VideoListQuery>("q=a%00b")),
        ["q: It contains a zero character, which no name or text has."]
    );
}

#[test]
fn unknown_and_repeated_parameters_are_refused() {
    use heimdex_api::video::VideoListQuery;
    let query = |text| errors(parse_query::<VideoListQuery>(text));
    assert_eq!(
        query("sate=indexed"),
        ["sate: There is no such parameter; did you mean `state`?"]
    );
    assert_eq!(query("q=a&q=b"), ["q: It is given more than once."]);
    assert!(parse_query::<VideoListQuery>("").is_ok());
}

#[tokio::test]
async fn a_malformed_id_answers_as_one_that_does_not_exist() {
    let (mut parts, ()) = http::Request::new(()).into_parts();
    let error = PathId::<VideoId>::from_request_parts(&mut parts, &())
        .await
        .unwrap_err();
    assert_eq!(error.code(), ErrorCode::NotFound);
}

proptest! {
    #[test]
    fn any_body_and_any_query_is_answered(bytes in proptest::collection::vec(any::<u8>(), 0..200), query in ".*") {
        let _ = parse_body::<InitUploadRequest>(&bytes);
        let _ = parse_query::<heimdex_api::video::VideoListQuery>(&query);
    }
}
