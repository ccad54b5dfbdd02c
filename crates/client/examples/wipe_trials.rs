//! `cargo xtask crash wipe`: the tries of the test of that name, thousands of them.

#![expect(clippy::unwrap_used, reason = "it says what went wrong by panicking")]
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

#[expect(dead_code, reason = "tests use more of it")]
#[path = "../tests/it/support.rs"]
mod support;
#[path = "../tests/it/wipe_trials.rs"]
mod wipe_trials;

use std::time::Instant;

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default: u64| {
        let given = arguments.next();
        given.map_or(default, |given| given.parse().unwrap())
    };
    let (tries, seed) = (number(5000), number(1));
    let mut trials = wipe_trials::Trials::new(seed).await;
    let began = Instant::now();
    let told = |done: u64| {
        if done.is_multiple_of(500) {
            println!("{done} tries, no wrong answer");
        }
    };
    trials.run(tries, told).await;
    println!(
        "safe-to-wipe: {tries} tries with one difference each (seed {seed}), no wrong answer, {:.0} s",
        began.elapsed().as_secs_f64()
    );
}
