//! Writes the man pages and the shell completions of `heimdex` below a directory: `generate DIRECTORY`.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use clap::{Command, ValueEnum as _};
use clap_complete::Shell;
use clap_mangen::Man;
use fs_err as fs;

fn main() -> Result<(), Box<dyn Error>> {
    let directory = std::env::args_os()
        .nth(1)
        .ok_or("usage: generate DIRECTORY")?;
    let directory = Path::new(&directory);
    let (man, completions) = (directory.join("man"), directory.join("completions"));
    fs::create_dir_all(&man)?;
    fs::create_dir_all(&completions)?;
    let mut command = heimdex_cli::command();
    for shell in Shell::value_variants() {
        clap_complete::generate_to(*shell, &mut command, "heimdex", &completions)?;
    }
    command.build();
    write_pages(&command, &man)
}

/// One page a command, the verbs below it first.
fn write_pages(command: &Command, directory: &Path) -> Result<(), Box<dyn Error>> {
    for verb in command.get_subcommands().filter(|verb| !verb.is_hide_set()) {
        write_pages(verb, directory)?;
    }
    let examples = command.get_before_long_help().map(ToString::to_string);
    let is_main = command.get_name() == "heimdex";
    // Both are written below in the form that manuals have.
    let shown = command
        .clone()
        .before_long_help(None::<&str>)
        .after_long_help(None::<&str>);
    let man = Man::new(shown.after_help(None::<&str>))
        .manual("Heimdex")
        .source(concat!("heimdex ", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render(&mut page)?;
    let mut page = String::from_utf8(page)?;
    if let Some(examples) = examples {
        let lines = examples
            .lines()
            .skip(1)
            .map(str::trim_start)
            .filter(|line| !line.is_empty());
        page.push_str(".SH EXAMPLES\n.nf\n");
        for line in lines {
            page.push_str(&text(line));
        }
        page.push_str(".fi\n");
    }
    if is_main {
        page.push_str(".SH \"EXIT STATUS\"\n");
        for (code, meaning) in heimdex_cli::EXIT_CODES {
            write!(page, ".TP\n\\fB{code}\\fR\n{}", text(meaning))?;
        }
        page.push_str(".SH ENVIRONMENT\n");
        for (name, meaning) in heimdex_cli::ENVIRONMENT {
            write!(page, ".TP\n\\fB{name}\\fR\n{}", text(meaning))?;
        }
    }
    fs::write(directory.join(man.get_filename()), page)?;
    Ok(())
}

/// A line of text as roff wants it: no backslash, no hyphen and no first dot that it would take as its own.
fn text(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    let guard = if line.starts_with(['.', '\'']) {
        "\\&"
    } else {
        ""
    };
    format!("{guard}{line}\n")
}
