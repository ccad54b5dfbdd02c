//! Which of several words holds.

use fs_err as fs;

use super::*;
use crate::args::GlobalArgs;

const CONFIG: &str = "\
profile = 'work'
[profiles.work]
server = 'https://films.example.org'
store = 'keyring'
ca_file = '/etc/work.pem'
proxy = 'http://proxy.lan:1'
[profiles.home]
server = 'http://nas.lan:8000'
insecure = true
";

fn settings(profile: Option<&str>, variables: &[(&str, &str)]) -> Settings {
    settings_in(tempfile::tempdir().unwrap().path(), profile, variables)
}

fn settings_in(directory: &Path, profile: Option<&str>, variables: &[(&str, &str)]) -> Settings {
    let path = directory.join("config.toml");
    fs::write(&path, CONFIG).unwrap();
    let path = path.to_str().unwrap().to_owned();
    let mut all = vec![("HEIMDEX_CONFIG", path.as_str())];
    all.extend(variables);
    let global = GlobalArgs::with_profile(profile.map(str::to_owned));
    Settings::resolve(&global, &Environment::of(&all), Unlock::Never).unwrap()
}

fn connection() -> ConnectionArgs {
    ConnectionArgs {
        server: None,
        insecure: false,
        ca_file: None,
        proxy: None,
        store: None,
    }
}

fn shown(settings: &Settings, name: &str) -> (Option<String>, String) {
    let shown = settings
        .shown()
        .into_iter()
        .find(|shown| shown.name == name);
    let shown = shown.unwrap();
    (shown.value, shown.source.to_string())
}

#[test]
fn a_flag_goes_before_a_variable_before_the_file() {
    for (flag, variables, name, source) in [
        (
            Some("home"),
            &[("HEIMDEX_PROFILE", "work")][..],
            "home",
            "--profile",
        ),
        (
            None,
            &[("HEIMDEX_PROFILE", "home")],
            "home",
            "HEIMDEX_PROFILE",
        ),
        (None, &[], "work", "configuration"),
    ] {
        let settings = settings(flag, variables);
        assert_eq!(
            shown(&settings, "profile"),
            (Some(name.into()), source.into())
        );
    }
}

#[test]
fn what_a_profile_says_of_trust_holds_for_its_own_server_alone() {
    let own = settings(None, &[]);
    let ca_file = (Some("/etc/work.pem".into()), "profile".into());
    assert_eq!(shown(&own, "ca_file"), ca_file);
    assert_eq!(
        own.proxy().unwrap().unwrap().to_string(),
        "http://proxy.lan:1"
    );
    let other = settings(None, &[("HEIMDEX_SERVER", "https://other.example.org")]);
    assert_eq!(shown(&other, "ca_file").0, None);
    assert_eq!(other.proxy().unwrap(), None);
    let same = settings(None, &[("HEIMDEX_SERVER", "https://films.example.org/")]);
    assert_eq!(shown(&same, "ca_file"), ca_file);
    let insecure = settings(Some("home"), &[]);
    insecure.server().unwrap();
    let elsewhere = ConnectionArgs {
        server: Some("http://other.lan".into()),
        ..connection()
    };
    assert!(insecure.with_connection(&elsewhere).is_err());
}

#[test]
fn a_login_is_kept_where_it_was_typed_else_where_it_was() {
    let work = settings(None, &[]);
    assert_eq!(
        work.store(),
        Some(Known::new(Store::Keyring, Source::Profile))
    );
    assert_eq!(work.credentials().unwrap().store(), Store::Keyring);
    let typed = ConnectionArgs {
        store: Some(crate::args::StoreChoice::File),
        ..connection()
    };
    let typed = work.with_connection(&typed).unwrap();
    assert_eq!(
        typed.store(),
        Some(Known::new(Store::File, Source::Flag("--store")))
    );
    let home = settings(Some("home"), &[]);
    assert_eq!(home.store(), None, "the keyring is looked for");
    assert_eq!(home.credentials().unwrap().store(), Store::File);
}

#[test]
fn names_for_completion_are_one_accounts() {
    let directory = tempfile::tempdir().unwrap();
    let cache = |profile, variables: &[(&str, &str)]| {
        let mut all = vec![("HOME", "/home/ana")];
        all.extend(variables);
        settings_in(directory.path(), profile, &all).names_cache()
    };
    let work = cache(Some("work"), &[]);
    assert!(work.is_some());
    assert_eq!(work, cache(Some("work"), &[]));
    assert_ne!(work, cache(Some("home"), &[]));
    assert_ne!(work, cache(Some("work"), &[("HEIMDEX_TOKEN", "hdx_x")]));
}
