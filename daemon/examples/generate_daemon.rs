//! Writes the man page and the shell completions of `heimdexd` below a directory: `generate_daemon DIRECTORY`.

use std::error::Error;
use std::path::Path;

use clap::ValueEnum as _;
use clap_complete::Shell;
use clap_mangen::Man;
use fs_err as fs;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args_os()
        .nth(1)
        .ok_or("usage: generate_daemon DIRECTORY")?;
    let directory = Path::new(&directory);
    let (man, completions) = (directory.join("man"), directory.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    let mut command = heimdex_daemon::command();
    for shell in Shell::value_variants() {
        clap_complete::generate_to(*shell, &mut command, "heimdexd", &completions)?;
    }
    let page = Man::new(command)
        .manual("Heimdex")
        .source(concat!("heimdexd ", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    page.render(&mut text)?;
    fs::write(man.join(page.get_filename()), text)?;
    Ok(())
}
