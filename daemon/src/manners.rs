//! Leaves processor and disks to everybody else first.

/// What `nice` calls a guest.
const NICE: i32 = 10;

/// Makes this process, and every thread that it starts from now on, the last to be served. Whoever does not permit it
/// has a daemon that is served as all others are.
pub fn be_nice() {
    if let Err(error) = rustix::process::setpriority_process(None, NICE) {
        tracing::info!(%error, "the daemon runs with the priority of all programs");
    }
    be_patient_with_disks();
}

/// The lowest level of those that are served at all: the idle class below would wait for ever on a busy disk.
#[cfg(target_os = "linux")]
fn be_patient_with_disks() {
    const WHO_PROCESS: libc::c_int = 1;
    const BEST_EFFORT: libc::c_int = 2;
    const LAST: libc::c_int = 7;
    #[expect(unsafe_code, reason = "ioprio_set has no wrapper at all")]
    // SAFETY: three numbers are passed, and no memory.
    let result = unsafe {
        libc::syscall(
            libc::SYS_ioprio_set,
            WHO_PROCESS,
            0,
            BEST_EFFORT << 13 | LAST,
        )
    };
    if result != 0 {
        tracing::info!("the daemon reads disks with the priority of all programs");
    }
}

#[cfg(not(target_os = "linux"))]
fn be_patient_with_disks() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nice_process_is_served_last() {
        let before = rustix::process::getpriority_process(None).unwrap();
        be_nice();
        let after = rustix::process::getpriority_process(None).unwrap();
        assert_eq!(after, NICE.max(before));
    }
}
