//! Writes the man pages and the shell completions of `heimdex-server` below a directory: `generate_server DIRECTORY`.

use std::error::Error;
use std::path::Path;

use clap::{Command, ValueEnum as _};
use clap_complete::Shell;
use clap_mangen::Man;
use fs_err as fs;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args_os()
        .nth(1)
        .ok_or("usage: generate_server DIRECTORY")?;
    let directory = Path::new(&directory);
    let (man, completions) = (directory.join("man"), directory.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    let mut command = heimdex_server::args::command().disable_help_subcommand(true);
    for shell in Shell::value_variants() {
        clap_complete::generate_to(*shell, &mut command, "heimdex-server", &completions)?;
    }
    command.build();
    write_pages(&command, &man)
}

/// One page a command, the verbs below it first.
fn write_pages(command: &Command, directory: &Path) -> Result<(), Box<dyn Error>> {
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        write_pages(verb, directory)?;
    }
    let man = Man::new(command.clone())
        .manual("Heimdex")
        .source(concat!("heimdex-server ", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render(&mut page)?;
    fs::write(directory.join(man.get_filename()), page)?;
    Ok(())
}
