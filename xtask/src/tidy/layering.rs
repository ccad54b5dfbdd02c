//! Dependencies point one way: `cli`, `daemon` -> `client` -> `api`, `media`; `server` -> `api`, `media`; all three programs -> `process`.
//!
//! And what gives a crate its character (a database, a web framework, a terminal) is named by its owner alone.

use super::Finding;
use crate::workspace::{Dependency, Package};

/// Which members a member may depend on; in tests, `heimdex-testkit` comes to each.
const MEMBERS: &[(&str, &[&str])] = &[
    ("heimdex-api", &[]),
    ("heimdex-media", &[]),
    ("heimdex-client", &["heimdex-api", "heimdex-media"]),
    ("heimdex-process", &["heimdex-api"]),
    ("heimdex-testkit", &[]),
    (
        "heimdex",
        &[
            "heimdex-api",
            "heimdex-media",
            "heimdex-client",
            "heimdex-process",
        ],
    ),
    (
        "heimdexd",
        &[
            "heimdex-api",
            "heimdex-media",
            "heimdex-client",
            "heimdex-process",
        ],
    ),
    (
        "heimdex-server",
        &["heimdex-api", "heimdex-media", "heimdex-process"],
    ),
    ("heimdex-e2e", &[]),
    ("xtask", &[]),
];

const TESTKIT: &str = "heimdex-testkit";

/// Where an owner's claim to a crate ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// Nobody else names it, not even in tests.
    Everywhere,
    /// Tests of others may name it.
    OutsideTests,
}

/// Which members alone may name a crate.
const OWNED: &[(&str, Reach, &[&str])] = &[
    ("sqlx", Reach::Everywhere, &["heimdex-server"]),
    ("aws-sdk-s3", Reach::Everywhere, &["heimdex-server"]),
    ("s3s", Reach::Everywhere, &["heimdex-server"]),
    ("s3s-aws", Reach::Everywhere, &["heimdex-server"]),
    ("axum", Reach::Everywhere, &["heimdex-server", "heimdexd"]),
    ("rusqlite", Reach::Everywhere, &["heimdex-client"]),
    ("keyring", Reach::Everywhere, &["heimdex-client"]),
    ("secret-service", Reach::Everywhere, &["heimdex-client"]),
    ("zbus", Reach::Everywhere, &["heimdexd"]),
    ("ratatui", Reach::Everywhere, &["heimdex"]),
    ("ratatui-image", Reach::Everywhere, &["heimdex"]),
    ("image", Reach::Everywhere, &["heimdex"]),
    ("crossterm", Reach::Everywhere, &["heimdex"]),
    ("indicatif", Reach::Everywhere, &["heimdex"]),
    (
        "clap",
        Reach::Everywhere,
        &["heimdex", "heimdexd", "heimdex-server", "heimdex-process"],
    ),
    (
        "clap_complete",
        Reach::Everywhere,
        &["heimdex", "heimdexd", "heimdex-server"],
    ),
    (
        "clap_mangen",
        Reach::Everywhere,
        &["heimdex", "heimdexd", "heimdex-server"],
    ),
    (
        "reqwest",
        Reach::OutsideTests,
        &["heimdex-client", "heimdex-server"],
    ),
    ("anyhow", Reach::OutsideTests, &["xtask", TESTKIT]),
];

pub(super) fn check(packages: &[Package]) -> Vec<Finding> {
    let names: Vec<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let findings = packages.iter().flat_map(|package| {
        let manifest = package.directory.join("Cargo.toml");
        let messages = findings_of(package, &names);
        messages
            .into_iter()
            .map(move |message| Finding::new(&manifest, message))
    });
    findings.collect()
}

fn findings_of(package: &Package, members: &[&str]) -> Vec<String> {
    let name = package.name.as_str();
    let Some((_, allowed)) = MEMBERS.iter().find(|(member, _)| *member == name) else {
        return vec![format!(
            "`{name}` is new: say in tidy/layering.rs what it may depend on"
        )];
    };
    package
        .dependencies
        .iter()
        .filter_map(|dependency| {
            if members.contains(&dependency.name.as_str()) {
                refused_member(name, allowed, dependency)
            } else {
                refused_crate(name, dependency)
            }
        })
        .collect()
}

fn refused_member(name: &str, allowed: &[&str], dependency: &Dependency) -> Option<String> {
    let on = dependency.name.as_str();
    if on == TESTKIT {
        return (!dependency.in_tests)
            .then(|| format!("`{name}` depends on `{on}`, which is for [dev-dependencies] alone"));
    }
    (!allowed.contains(&on)).then(|| format!("`{name}` must not depend on `{on}`"))
}

fn refused_crate(name: &str, dependency: &Dependency) -> Option<String> {
    let (owned, reach, owners) = OWNED
        .iter()
        .find(|(owned, ..)| *owned == dependency.name.as_str())?;
    if owners.contains(&name) || (dependency.in_tests && *reach == Reach::OutsideTests) {
        return None;
    }
    Some(format!(
        "`{name}` must not name `{owned}`: it belongs to {}",
        owners.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::{refused_crate, refused_member};
    use crate::workspace::Dependency;

    fn dependency(name: &str, in_tests: bool) -> Dependency {
        Dependency {
            name: name.to_owned(),
            in_tests,
        }
    }

    #[test]
    fn the_server_never_depends_on_the_client_not_even_in_tests() {
        let allowed = ["heimdex-api"];
        for in_tests in [false, true] {
            let on = dependency("heimdex-client", in_tests);
            assert!(refused_member("heimdex-server", &allowed, &on).is_some());
        }
        let on = dependency("heimdex-api", false);
        assert!(refused_member("heimdex-server", &allowed, &on).is_none());
    }

    #[test]
    fn testkit_is_for_tests_alone() {
        let refused =
            |in_tests| refused_member("heimdex", &[], &dependency("heimdex-testkit", in_tests));
        assert!(refused(false).is_some());
        assert!(refused(true).is_none());
    }

    #[test]
    fn an_owned_crate_is_named_by_its_owner_alone() {
        for (name, on, in_tests, allowed) in [
            ("heimdex-client", "rusqlite", false, true),
            ("heimdex-server", "rusqlite", false, false),
            ("heimdex-e2e", "sqlx", true, false),
            ("heimdex-e2e", "reqwest", true, true),
            ("heimdex", "anyhow", false, false),
            ("heimdex", "serde", false, true),
        ] {
            let refused = refused_crate(name, &dependency(on, in_tests));
            assert_eq!(refused.is_none(), allowed, "{name} -> {on}");
        }
    }
}
