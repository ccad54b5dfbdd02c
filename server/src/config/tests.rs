//! Where each setting comes from, what is refused, and what is never shown.

use std::ffi::OsString;

use super::*;

fn sources() -> Sources {
    Sources {
        default_data_dir: Some("/home/u/.local/share/heimdex-server".into()),
        ..Sources::default()
    }
}

fn env(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
    let owned = |(name, value): &(&str, &str)| (name.into(), value.into());
    pairs.iter().map(owned).collect()
}

fn with_file(toml: &str) -> (tempfile::TempDir, Sources) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("server.toml");
    fs_err::write(&path, toml).unwrap();
    let file = Some(path);
    (directory, Sources { file, ..sources() })
}

fn refusal(sources: Sources) -> String {
    let error = Config::resolve(sources).unwrap_err();
    let hint = error.hint().unwrap_or_default();
    format!("{error} | {hint}")
}

#[test]
fn nothing_needs_to_be_set() {
    let (config, shown) = Config::resolve(sources()).unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8000");
    assert_eq!(
        config.limits.max_file_size.get(),
        heimdex_api::limits::FILE_SIZE_MAX
    );
    assert_eq!(
        config.limits.max_single_put_size.get(),
        heimdex_api::limits::SINGLE_PUT_MAX
    );
    assert_eq!(
        config.limits.upload_ttl.get(),
        heimdex_api::limits::UPLOAD_TTL_DEFAULT
    );
    assert_eq!(
        config.limits.trash_ttl.get(),
        heimdex_api::limits::TRASH_TTL
    );
    assert_eq!(
        config.limits.single_put_mime_types,
        heimdex_api::limits::SINGLE_PUT_MIME_TYPES
    );
    assert_eq!(
        config.objects_dir().to_str().unwrap(),
        "/home/u/.local/share/heimdex-server/objects"
    );
    assert!(shown.iter().all(|shown| shown.origin == Origin::Default));
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_defaults() {
    let (_directory, mut sources) = with_file(
        "listen = '127.0.0.1:1'\nlog = 'debug'\nstop_grace = '5 s'\n[auth]\nregistration = 'closed'\n",
    );
    sources.environment = env(&[
        ("HEIMDEX_SERVER_LISTEN", "127.0.0.1:2"),
        ("HEIMDEX_SERVER_LOG", "warn"),
        ("HEIMDEX_SERVER_CONFIG", "/elsewhere"),
        ("HOME", "/home/u"),
    ]);
    sources.flags = vec![Flag {
        key: "listen",
        flag: "--listen",
        value: "127.0.0.1:3".to_owned(),
    }];
    let (config, shown) = Config::resolve(sources).unwrap();
    assert_eq!(config.server.listen.port(), 3);
    assert_eq!(config.server.log, "warn");
    assert_eq!(config.server.stop_grace.to_string(), "5 s");
    assert_eq!(config.auth.registration, Registration::Closed);
    let kinds: Vec<&str> = ["listen", "log", "stop_grace", "cors.origins"]
        .iter()
        .map(|key| {
            shown
                .iter()
                .find(|shown| shown.key == *key)
                .unwrap()
                .origin
                .kind()
        })
        .collect();
    assert_eq!(kinds, ["flag", "environment", "file", "default"]);
}

#[test]
fn unknown_keys_and_variables_name_the_nearest() {
    let (_directory, sources_with_typo) = with_file("[limits]\nmax_filesize = '1 GiB'\n");
    let path = sources_with_typo.file.clone().unwrap();
    assert_eq!(
        refusal(sources_with_typo),
        format!(
            "there is no setting `limits.max_filesize` ({}) | did you mean `limits.max_file_size`?",
            path.display()
        )
    );
    let environment = env(&[("HEIMDEX_SERVER_LISTN", "x")]);
    assert_eq!(
        refusal(Sources {
            environment,
            ..sources()
        }),
        "there is no setting `HEIMDEX_SERVER_LISTN` (environment) | did you mean `HEIMDEX_SERVER_LISTEN`?"
    );
}

#[test]
fn wrong_values_name_the_setting_and_where_it_stands() {
    for (name, value, message) in [
        (
            "LISTEN",
            "8000",
            "`listen` (HEIMDEX_SERVER_LISTEN): write an address and a port as 127.0.0.1:8000",
        ),
        (
            "AUTH_ACCESS_TOKEN_TTL",
            "1 day",
            "`auth.access_token_ttl` (HEIMDEX_SERVER_AUTH_ACCESS_TOKEN_TTL): it must lie between 15 min and 1 hour",
        ),
        (
            "DATABASE_URL",
            "mysql://h/d",
            "`database.url` (HEIMDEX_SERVER_DATABASE_URL): only postgres:// is known; leave it out for SQLite",
        ),
        (
            "LIMITS_STREAM_PART_SIZE",
            "60 MiB",
            "`limits.stream_part_size` (HEIMDEX_SERVER_LIMITS_STREAM_PART_SIZE): it must be a power of two",
        ),
        (
            "AUTH_PREVIOUS_SECRET",
            "correct-horse-battery-staple-0123456789",
            "`auth.previous_secret` (without `auth.secret`): it only holds beside the secret that came after it",
        ),
        (
            "JOBS_CONCURRENCY",
            "0",
            "`jobs.concurrency` (HEIMDEX_SERVER_JOBS_CONCURRENCY): it must be at least 1",
        ),
        (
            "TRUSTED_PROXIES",
            "10.0.0.0/40",
            "`trusted_proxies` (HEIMDEX_SERVER_TRUSTED_PROXIES): `10.0.0.0/40` is neither an address nor a network like 10.0.0.0/8",
        ),
    ] {
        let name = format!("HEIMDEX_SERVER_{name}");
        let environment = env(&[(&name, value)]);
        let error = Config::resolve(Sources {
            environment,
            ..sources()
        })
        .unwrap_err();
        assert_eq!(error.to_string(), message);
    }
}

#[test]
fn a_public_url_with_a_path_is_refused() {
    for (text, accepted) in [
        ("https://heimdex.example.org", true),
        ("https://heimdex.example.org/", true),
        ("http://[::1]:8000", true),
        ("https://example.org/heimdex", false),
        ("https://user:pw@example.org", false),
        ("ftp://example.org", false),
        ("example.org", false),
    ] {
        assert_eq!(text.parse::<PublicUrl>().is_ok(), accepted, "{text}");
    }
    let url: PublicUrl = "https://heimdex.example.org:443/".parse().unwrap();
    assert_eq!(url.authority(), "heimdex.example.org");
}

#[test]
fn secrets_are_not_shown() {
    let secret = "correct-horse-battery-staple-0123456789";
    let environment = env(&[
        ("HEIMDEX_SERVER_AUTH_SECRET", secret),
        (
            "HEIMDEX_SERVER_DATABASE_URL",
            "postgres://u:hunter2@h/d?password=hunter3",
        ),
    ]);
    let (config, shown) = Config::resolve(Sources {
        environment,
        ..sources()
    })
    .unwrap();
    let all = format!(
        "{}{}{config:?}",
        Shown::lines(&shown),
        Shown::to_json(&shown)
    );
    for secret in [secret, "hunter2", "hunter3"] {
        assert!(!all.contains(secret), "{all}");
    }
    assert!(all.contains("postgres://u:redacted@h/d"), "{all}");
}

#[test]
fn a_line_of_the_file_is_not_quoted_in_its_error() {
    let (_directory, sources) = with_file("[auth]\nsecret = hunter2hunter2\n");
    let message = refusal(sources);
    assert!(!message.contains("hunter2"), "{message}");
    assert!(message.contains("line 2"), "{message}");
}

#[test]
fn relative_paths_in_a_file_count_from_the_file() {
    let (directory, sources) = with_file("data_dir = 'data'\n[objects]\ndir = '/mnt/nas'\n");
    let (config, _) = Config::resolve(sources).unwrap();
    assert_eq!(config.server.data_dir, directory.path().join("data"));
    assert_eq!(config.objects_dir().to_str().unwrap(), "/mnt/nas");
}

#[test]
fn what_config_prints_is_a_configuration() {
    let (_, shown) = Config::resolve(sources()).unwrap();
    let printed = Shown::lines(&shown);
    let (_directory, again) = with_file(&printed);
    let (config, _) = Config::resolve(again).unwrap_or_else(|error| panic!("{error}: {printed}"));
    assert!(config.s3.external().is_none());
    insta::assert_snapshot!(printed);
}

#[test]
fn the_documentation_of_each_setting_names_its_variable_and_its_default() {
    for field in Config::fields() {
        assert!(field.doc.contains(&field.variable()), "{}", field.key());
        let default = match field.default {
            "" => "default: ".to_owned(),
            text => format!("`{text}`"),
        };
        assert!(field.doc.contains(&default), "{}: {default}", field.key());
    }
}

#[test]
fn the_reference_in_the_documentation_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");
    let written = fs_err::read_to_string(path).unwrap();
    pretty_eq(&written, &reference());
}

/// Names the first line that differs.
#[track_caller]
fn pretty_eq(written: &str, expected: &str) {
    for (written, expected) in written.lines().zip(expected.lines()) {
        assert_eq!(written, expected);
    }
    assert_eq!(written.len(), expected.len());
}

#[test]
fn an_external_store_has_two_addresses_and_keys_that_nobody_sees() {
    let environment = env(&[
        ("HEIMDEX_SERVER_S3_ENDPOINT", "http://10.0.0.5:9000"),
        (
            "HEIMDEX_SERVER_S3_PUBLIC_ENDPOINT",
            "https://Store.example.org/",
        ),
        ("HEIMDEX_SERVER_S3_BUCKET", "films"),
        ("HEIMDEX_SERVER_S3_ACCESS_KEY", "the-id"),
        ("HEIMDEX_SERVER_S3_SECRET_KEY", "the-secret"),
        ("HEIMDEX_SERVER_S3_PATH_STYLE", "false"),
        ("HEIMDEX_SERVER_S3_PART_CHECKSUM", "md5"),
        ("HEIMDEX_SERVER_JOBS_VERIFY_STORE", "never"),
    ]);
    let (config, shown) = Config::resolve(Sources {
        environment,
        ..sources()
    })
    .unwrap();
    let store = config.s3.external().unwrap();
    assert_eq!(store.endpoint.to_string(), "http://10.0.0.5:9000");
    assert_eq!(
        store.public_endpoint.to_string(),
        "https://store.example.org"
    );
    let lines = Shown::lines(&shown);
    assert!(lines.contains("s3.secret_key = \"[redacted]\""), "{lines}");
    for secret in ["the-id", "the-secret"] {
        assert!(!lines.contains(secret), "{lines}");
        assert!(!format!("{:?}", config.s3).contains(secret));
    }
    // Without a public address it is the one.
    let environment = env(&[("HEIMDEX_SERVER_S3_ENDPOINT", "http://10.0.0.5:9000")]);
    let (config, _) = Config::resolve(Sources {
        environment,
        ..sources()
    })
    .unwrap();
    let store = config.s3.external().unwrap();
    assert_eq!(store.public_endpoint, store.endpoint);
    assert!(matches!(store.keys, crate::objects::StoreKeys::AwsChain));
}

#[test]
fn what_is_said_of_the_store_must_be_said_of_one_store() {
    let refused = |pairs: &[(&str, &str)]| {
        let environment = env(pairs);
        refusal(Sources {
            environment,
            ..sources()
        })
    };
    let endpoint = ("HEIMDEX_SERVER_S3_ENDPOINT", "http://10.0.0.5:9000");
    for (pairs, said) in [
        (
            &[("HEIMDEX_SERVER_S3_BUCKET", "films")][..],
            "`s3.bucket` (HEIMDEX_SERVER_S3_BUCKET): it speaks of an external store",
        ),
        (
            &[("HEIMDEX_SERVER_JOBS_VERIFY_STORE", "never")],
            "`jobs.verify_store` (HEIMDEX_SERVER_JOBS_VERIFY_STORE): the embedded store is always read back",
        ),
        (
            &[endpoint, ("HEIMDEX_SERVER_OBJECTS_DIR", "/mnt/nas")],
            "`objects.dir` (HEIMDEX_SERVER_OBJECTS_DIR): it speaks of the embedded store",
        ),
        (
            &[endpoint, ("HEIMDEX_SERVER_S3_ACCESS_KEY", "k")],
            "its `s3.secret_key` is missing",
        ),
        (
            &[endpoint, ("HEIMDEX_SERVER_S3_SECRET_KEY", "s")],
            "its `s3.access_key` is missing",
        ),
        (
            &[
                endpoint,
                ("HEIMDEX_SERVER_LIMITS_MAX_SINGLE_PUT_SIZE", "6 GiB"),
            ],
            "external stores take at most 5 GiB in one PUT",
        ),
        (
            &[("HEIMDEX_SERVER_S3_ENDPOINT", "10.0.0.5:9000")],
            "write it as https://s3.example.org",
        ),
        (
            &[endpoint, ("HEIMDEX_SERVER_S3_BUCKET", "a/b")],
            "a bucket has 3 to 63",
        ),
        (
            &[endpoint, ("HEIMDEX_SERVER_S3_PART_CHECKSUM", "sha256")],
            "write auto, crc32c or md5",
        ),
    ] {
        let found = refused(pairs);
        assert!(found.contains(said), "{found}");
    }
}
