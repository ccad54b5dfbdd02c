//! A command as a person sees it: in a terminal of so many columns.

use heimdex_testkit::{Binary, Home, Output, binary_path};

/// Runs it there and expects that it ends well.
pub(crate) fn in_terminal(home: &Home, columns: u32, arguments: &str) -> Output {
    run_in_terminal(home, columns, arguments).exits(0)
}

/// Runs it there, however it ends.
pub(crate) fn run_in_terminal(home: &Home, columns: u32, arguments: &str) -> Output {
    let command = format!("stty cols {columns} rows 24 && exec heimdex {arguments}");
    let directory = binary_path(Binary::Cli).parent().unwrap().to_owned();
    home.any_program("script")
        .env("PATH", format!("{}:/usr/bin:/bin", directory.display()))
        .args(["-qec", &command, "/dev/null"])
        .run()
}
