//! Lines at which a test may let the process die.
//!
//! `failpoint!("part.acked")` compiles to nothing unless the feature `failpoints` is on. Then a process started with
//! `HEIMDEX_FAILPOINT=part.acked` aborts when it comes to that line, and with `part.acked:3` when it comes there for
//! the third time. With `!` behind the name it panics instead, as a defect would. One stands wherever something becomes
//! durable, and where a panic must not take more with it than it has to.

/// Aborts the process, or panics, here if the named failpoint is armed; nothing without the feature `failpoints`.
#[cfg(feature = "failpoints")]
#[macro_export]
macro_rules! failpoint {
    ($name:literal) => {
        $crate::failpoint::hit($name)
    };
}

/// Aborts the process, or panics, here if the named failpoint is armed; nothing without the feature `failpoints`.
#[cfg(not(feature = "failpoints"))]
#[macro_export]
macro_rules! failpoint {
    ($name:literal) => {};
}

#[cfg(feature = "failpoints")]
mod armed {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU32, Ordering};

    struct Armed {
        name: String,
        is_panic: bool,
        left: AtomicU32,
    }

    static ARMED: OnceLock<Option<Armed>> = OnceLock::new();

    #[expect(
        clippy::disallowed_methods,
        reason = "armed from outside, in tests only"
    )]
    fn read() -> Option<Armed> {
        let text = std::env::var("HEIMDEX_FAILPOINT").ok()?;
        let (name, count) = text.split_once(':').unwrap_or((&text, "1"));
        let plain = name.strip_suffix('!');
        Some(Armed {
            name: plain.unwrap_or(name).to_owned(),
            is_panic: plain.is_some(),
            left: AtomicU32::new(count.parse().unwrap_or(1)),
        })
    }

    /// Called by `failpoint!`.
    ///
    /// # Panics
    /// Where that is what the failpoint was armed for.
    pub fn hit(name: &str) {
        let Some(armed) = ARMED.get_or_init(read) else {
            return;
        };
        if armed.name == name && armed.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            assert!(!armed.is_panic, "failpoint `{name}`");
            std::process::abort();
        }
    }
}

#[cfg(feature = "failpoints")]
pub use armed::hit;
