//! `tui.toml`: a theme and keys of one's own. What cannot be used is said, and the rest holds.

use std::collections::BTreeMap;
use std::path::Path;

use clap::ValueEnum as _;
use fs_err as fs;
use serde::Deserialize;

use super::keymap::Keymap;
use super::theme::{Glyphs, Named, Theme};
use crate::args::Posters;
use crate::output::depth::Depth;
use crate::settings::Environment;

/// The name of the file, beside the configuration.
pub(crate) const FILE: &str = "tui.toml";

/// What the terminal and the environment say of looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Surroundings {
    /// How many colours there are, or are wanted.
    pub(crate) depth: Depth,
    /// Which characters there are.
    pub(crate) glyphs: Glyphs,
}

/// What `tui.toml` says. Version policy: keys are added, never given another meaning.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    /// `dark`, `light`, `high-contrast` or `mono`.
    #[serde(default)]
    theme: Option<String>,
    /// How posters are shown, as `--posters` has it.
    #[serde(default)]
    posters: Option<String>,
    /// Colours by what they are for.
    #[serde(default)]
    colours: BTreeMap<String, String>,
    /// Keys by action.
    #[serde(default)]
    keys: BTreeMap<String, Vec<String>>,
}

/// Looks and keys, and what is wrong with the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    /// Colours and characters.
    pub(crate) theme: Theme,
    /// Keys.
    pub(crate) keymap: Keymap,
    /// How posters are shown.
    pub(crate) posters: Posters,
    /// A sentence for each thing that cannot be used.
    pub(crate) wrong: Vec<String>,
}

impl Glyphs {
    /// As the environment has it.
    pub(crate) fn of(environment: &Environment) -> Self {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| environment.text(name));
        let speaks_utf8 = locale.is_some_and(|locale| {
            let locale = locale.to_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        let is_console = environment.text("TERM").as_deref() == Some("linux");
        if speaks_utf8 && !is_console {
            Self::Unicode
        } else {
            Self::Ascii
        }
    }
}

impl Options {
    /// Reads the file, where there is one.
    pub(crate) fn load(path: Option<&Path>, surroundings: Surroundings) -> Self {
        match path.map(fs::read_to_string) {
            Some(Ok(text)) => Self::parse(&text, surroundings),
            Some(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
                let mut options = Self::parse("", surroundings);
                options
                    .wrong
                    .push(format!("cannot read `{FILE}`: {}", error.kind()));
                options
            }
            Some(Err(_)) | None => Self::parse("", surroundings),
        }
    }

    /// From the text of the file.
    pub(crate) fn parse(text: &str, surroundings: Surroundings) -> Self {
        let mut wrong = Vec::new();
        let written: Written = toml::from_str(text).unwrap_or_else(|error| {
            wrong.push(error.message().to_owned());
            Written::default()
        });
        let mut named = Named::Dark;
        if let Some(name) = &written.theme {
            if let Some(found) = Theme::find(name) {
                named = found;
            } else {
                let themes: Vec<&str> = Theme::names().collect();
                wrong.push(format!(
                    "there is no theme `{name}`, only {}",
                    themes.join(", ")
                ));
            }
        }
        let is_mono = surroundings.depth == Depth::Mono;
        if is_mono {
            named = Named::Mono;
        }
        let theme = Theme::new(named, surroundings.glyphs).with_depth(surroundings.depth);
        let (theme, of_colours) = if is_mono {
            (theme, Vec::new())
        } else {
            theme.with_own(&written.colours)
        };
        let posters = posters(written.posters.as_deref(), &mut wrong);
        let (keymap, of_keys) = Keymap::with(&written.keys);
        wrong.extend(of_colours);
        wrong.extend(of_keys);
        let wrong = wrong
            .into_iter()
            .map(|text| format!("{FILE}: {text}"))
            .collect();
        Self {
            theme,
            keymap,
            posters,
            wrong,
        }
    }
}

/// How posters are shown, as it is written.
fn posters(written: Option<&str>, wrong: &mut Vec<String>) -> Posters {
    let Some(name) = written else {
        return Posters::Auto;
    };
    Posters::from_str(name, false).unwrap_or_else(|_| {
        let ways = Posters::value_variants().iter();
        let names: Vec<String> = ways
            .filter_map(|way| Some(way.to_possible_value()?.get_name().to_owned()))
            .collect();
        wrong.push(format!(
            "there are no posters `{name}`, only {}",
            names.join(", ")
        ));
        Posters::Auto
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLOURED: Surroundings = Surroundings {
        depth: Depth::True,
        glyphs: Glyphs::Unicode,
    };

    #[test]
    fn what_cannot_be_used_is_said_and_the_rest_holds() {
        let text = "theme = 'drak'\nposters = 'on'\n[colours]\naccent = '#7aa2f7'\nbad = 'reddish'\nacent = 'red'\n[keys]\nquit = ['Q']\n";
        let options = Options::parse(text, COLOURED);
        insta::assert_snapshot!(options.wrong.join("\n"), @r"
        tui.toml: there is no theme `drak`, only dark, light, high-contrast, mono
        tui.toml: there are no posters `on`, only auto, kitty, iterm2, sixel, half-blocks, off
        tui.toml: there is no colour for `acent`; did you mean `accent`?
        tui.toml: `reddish` is not a colour (`bad`)
        ");
        let quit = options.keymap.shown(super::super::actions::Action::Quit);
        assert_eq!(quit, "Q");
        assert_eq!(options.posters, Posters::Auto);
        let options = Options::parse("posters = 'half-blocks'\n", COLOURED);
        assert_eq!(
            (options.posters, options.wrong),
            (Posters::HalfBlocks, Vec::new())
        );
    }

    #[test]
    fn no_colours_wins_over_the_file() {
        let surroundings = Surroundings {
            depth: Depth::Mono,
            glyphs: Glyphs::Ascii,
        };
        let options = Options::parse("theme = 'light'\n[colours]\nbad = 'red'\n", surroundings);
        let mono = Theme::new(Named::Mono, Glyphs::Ascii).with_depth(Depth::Mono);
        assert_eq!(options.theme, mono);
    }

    #[test]
    fn a_broken_file_is_named() {
        let options = Options::parse("theme = [", COLOURED);
        assert_eq!(options.wrong.len(), 1);
        assert!(
            options.wrong[0].starts_with("tui.toml: "),
            "{:?}",
            options.wrong
        );
    }
}
