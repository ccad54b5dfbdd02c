//! Thousands of files at once, and people who ask meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fs_err as fs;
use heimdex_testkit::{Home, TestDaemon, wait_until};

const FILES: usize = 4_000;
/// More than the engine can put off while a watch tells it of files.
const ASKERS: usize = 8;

/// Ends those who ask, also where the test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn questions_hold_nobody_up_while_thousands_of_files_are_found() {
    let home = Home::new();
    fs::create_dir(home.path("Videos")).unwrap();
    for number in 0..FILES {
        home.write(format!("Videos/{number}.bin"), "x");
    }
    home.heimdex(["watch", "add", "Videos", "--settle", "1s"])
        .ok();
    home.heimdex(["pause"]).ok();
    let daemon = TestDaemon::start(&home);
    let is_over = AtomicBool::new(false);
    let asked = format!("/v1/why?path={}", home.path("Videos/7.bin").display());
    std::thread::scope(|scope| {
        let _over = Over(&is_over);
        for _ in 0..ASKERS {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let (status, why) = daemon.ask("GET", &asked, None);
                    assert_eq!(status, 200, "{why}");
                }
            });
        }
        wait_until("all files to be queued", Duration::from_mins(1), || {
            let status = daemon.status();
            if status["watches"][0]["counts"]["queued"]["files"] == FILES {
                Ok(())
            } else {
                Err(status["watches"].to_string())
            }
        });
    });
}
