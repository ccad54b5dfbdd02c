//! Dependencies point one way: `cli`, `daemon` -> `client` -> `api`, `media`; `server` -> `api`, `media`.
//!
//! And what gives a crate its character (a database, a web framework, a terminal) is named by its owner alone.

use cargo_metadata::{Dependency, DependencyKind, Metadata, Package};

use super::Finding;

/// Which members a member may depend on; in tests, `heimdex-testkit` comes to each.
const MEMBERS: &[(&str, &[&str])] = &[
    ("heimdex-api", &[]),
    ("heimdex-media", &[]),
    ("heimdex-client", &["heimdex-api", "heimdex-media"]),
    ("heimdex-testkit", &[]),
    (
        "heimdex",
        &["heimdex-api", "heimdex-media", "heimdex-client"],
    ),
    (
        "heimdexd",
        &["heimdex-api", "heimdex-media", "heimdex-client"],
    ),
    ("heimdex-server", &["heimdex-api", "heimdex-media"]),
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
    ("ratatui", Reach::Everywhere, &["heimdex"]),
    ("crossterm", Reach::Everywhere, &["heimdex"]),
    ("indicatif", Reach::Everywhere, &["heimdex"]),
    (
        "clap",
        Reach::Everywhere,
        &["heimdex", "heimdexd", "heimdex-server", "xtask"],
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

pub(super) fn check(metadata: &Metadata) -> Vec<Finding> {
    let packages = metadata.workspace_packages();
    let names: Vec<&str> = packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    packages
        .iter()
        .flat_map(|package| {
            let relative = package.manifest_path.strip_prefix(&metadata.workspace_root);
            let path = relative.unwrap_or(&package.manifest_path).to_string();
            findings_of(package, &names)
                .into_iter()
                .map(move |message| Finding::new(&path, message))
        })
        .collect()
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
    let in_tests = dependency.kind == DependencyKind::Development;
    if on == TESTKIT {
        return (!in_tests)
            .then(|| format!("`{name}` depends on `{on}`, which is for [dev-dependencies] alone"));
    }
    (!allowed.contains(&on)).then(|| format!("`{name}` must not depend on `{on}`"))
}

fn refused_crate(name: &str, dependency: &Dependency) -> Option<String> {
    let (owned, reach, owners) = OWNED
        .iter()
        .find(|(owned, ..)| *owned == dependency.name.as_str())?;
    let in_tests = dependency.kind == DependencyKind::Development;
    if owners.contains(&name) || (in_tests && *reach == Reach::OutsideTests) {
        return None;
    }
    Some(format!(
        "`{name}` must not name `{owned}`: it belongs to {}",
        owners.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use cargo_metadata::Dependency;

    use super::{refused_crate, refused_member};

    fn dependency(name: &str, kind: Option<&str>) -> Dependency {
        serde_json::from_value(serde_json::json!({
            "name": name, "source": null, "req": "*", "kind": kind, "rename": null, "optional": false,
            "uses_default_features": true, "features": [], "target": null, "registry": null,
        }))
        .unwrap()
    }

    #[test]
    fn the_server_never_depends_on_the_client_not_even_in_tests() {
        let allowed = ["heimdex-api"];
        for kind in [None, Some("dev"), Some("build")] {
            let on = dependency("heimdex-client", kind);
            assert!(refused_member("heimdex-server", &allowed, &on).is_some());
        }
        let on = dependency("heimdex-api", None);
        assert!(refused_member("heimdex-server", &allowed, &on).is_none());
    }

    #[test]
    fn testkit_is_for_tests_alone() {
        let refused = |kind| refused_member("heimdex", &[], &dependency("heimdex-testkit", kind));
        assert!(refused(None).is_some());
        assert!(refused(Some("dev")).is_none());
    }

    #[test]
    fn an_owned_crate_is_named_by_its_owner_alone() {
        for (name, on, kind, allowed) in [
            ("heimdex-client", "rusqlite", None, true),
            ("heimdex-server", "rusqlite", None, false),
            ("heimdex-e2e", "sqlx", Some("dev"), false),
            ("heimdex-e2e", "reqwest", Some("dev"), true),
            ("heimdex", "anyhow", None, false),
            ("heimdex", "serde", None, true),
        ] {
            let refused = refused_crate(name, &dependency(on, kind));
            assert_eq!(refused.is_none(), allowed, "{name} -> {on}");
        }
    }
}
