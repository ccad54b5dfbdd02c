//! The unit that makes the daemon a service of the user's systemd.
//!
//! It is hardened as far as a program can be that must see every folder of its user, and cards that are mounted while it
//! runs: nothing that needs a mount namespace of its own (`ProtectSystem=`, `PrivateTmp=`), which would hide them.

use std::path::{Path, PathBuf};

use crate::commands::Context;
use crate::error::CliError;

/// The unit's name.
pub(super) const UNIT: &str = "heimdexd.service";

/// Where the unit lies: beside the configuration directory of this program is that of the user's systemd.
pub(super) fn path(context: &Context<'_>) -> Result<PathBuf, CliError> {
    let paths = context.settings.paths.as_ref().ok_or(CliError::NoHome)?;
    Ok(paths.user_units_dir().join(UNIT))
}

/// The unit of this program, with the configuration file where that is not the usual one.
pub(super) fn text(program: &Path, config: Option<&Path>) -> Result<String, CliError> {
    let mut command = quoted(program)?;
    if let Some(config) = config {
        command.push_str(" --config ");
        command.push_str(&quoted(config)?);
    }
    Ok(format!(
        "# Written by `heimdex daemon install`; changed by `systemctl --user edit {UNIT}`.
[Unit]
Description=Heimdex: gets every finished video off this machine
Documentation=man:heimdexd(1)
StartLimitIntervalSec=10min
StartLimitBurst=5

[Service]
Type=notify
NotifyAccess=main
ExecStart={command}
ExecReload=kill -HUP $MAINPID
Restart=on-failure
RestartSec=5s
# Another one runs already: starting it again would not help.
RestartPreventExitStatus=2 6
WatchdogSec=2min
TimeoutStartSec=1min
TimeoutStopSec=45s
UMask=0077

# It reads the user's files and speaks HTTPS, and needs nothing else. Namespaces of its own would hide cards that are
# mounted while it runs.
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=default.target
"
    ))
}

/// A word as systemd reads it back.
fn quoted(path: &Path) -> Result<String, CliError> {
    let Some(text) = path.to_str().filter(|text| !text.contains(['\n', '\r'])) else {
        return Err(CliError::Daemon {
            message: format!(
                "systemd cannot start `{}`: its name is no text",
                path.display()
            ),
            hint: Some("move it elsewhere, or start it by `heimdex daemon start`".into()),
        });
    };
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            // These stand for something else unless they are doubled.
            '%' | '$' => quoted.extend([c, c]),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_as_they_were() {
        for (path, expected) in [
            ("/usr/bin/heimdexd", "\"/usr/bin/heimdexd\""),
            ("/a b/%h/$x", "\"/a b/%%h/$$x\""),
            ("/a\"b\\c", "\"/a\\\"b\\\\c\""),
        ] {
            assert_eq!(quoted(Path::new(path)).unwrap(), expected);
        }
        assert!(quoted(Path::new("/a\nb")).is_err());
    }
}
