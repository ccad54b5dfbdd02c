//! `tui.toml`: a theme and keys of one's own. What cannot be used is said, and the rest holds.

mod written;

use std::collections::BTreeMap;
use std::path::Path;

use clap::ValueEnum as _;
use fs_err as fs;

use super::keymap::Keymap;
use super::theme::{Glyphs, Named, Theme};
use crate::args::Posters;
use crate::output::depth::Depth;
use crate::settings::Environment;
use written::{Line, Written};

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
        let (written, mut wrong) = Written::read(text);
        let is_mono = surroundings.depth == Depth::Mono;
        let named = theme(written.theme.as_ref(), &mut wrong);
        let named = if is_mono { Named::Mono } else { named };
        let mut theme = Theme::new(named, surroundings.glyphs).with_depth(surroundings.depth);
        for (name, (line, colour)) in written.colours.iter().filter(|_| !is_mono) {
            let own = BTreeMap::from([(name.clone(), colour.clone())]);
            let of_colour;
            (theme, of_colour) = theme.with_own(&own);
            wrong.extend(of_colour.into_iter().map(|text| line.says(&text)));
        }
        let posters = posters(written.posters.as_ref(), &mut wrong);
        let mut keymap = Keymap::default();
        for (action, (line, keys)) in &written.keys {
            let of_keys = keymap.put(action, keys).into_iter();
            wrong.extend(of_keys.map(|text| line.says(&text)));
        }
        wrong.extend(keymap.conflicts());
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

/// The theme, as it is written.
fn theme(written: Option<&(Line, String)>, wrong: &mut Vec<String>) -> Named {
    let Some((line, name)) = written else {
        return Named::Dark;
    };
    Theme::find(name).unwrap_or_else(|| {
        let themes: Vec<&str> = Theme::names().collect();
        let themes = themes.join(", ");
        wrong.push(line.says(&format!("there is no theme `{name}`, only {themes}")));
        Named::Dark
    })
}

/// How posters are shown, as it is written.
fn posters(written: Option<&(Line, String)>, wrong: &mut Vec<String>) -> Posters {
    let Some((line, name)) = written else {
        return Posters::Auto;
    };
    Posters::from_str(name, false).unwrap_or_else(|_| {
        let ways = Posters::value_variants().iter();
        let names: Vec<String> = ways
            .filter_map(|way| Some(way.to_possible_value()?.get_name().to_owned()))
            .collect();
        let names = names.join(", ");
        wrong.push(line.says(&format!("there are no posters `{name}`, only {names}")));
        Posters::Auto
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::actions::Action;

    const COLOURED: Surroundings = Surroundings {
        depth: Depth::True,
        glyphs: Glyphs::Unicode,
    };

    #[test]
    fn what_cannot_be_used_is_said_and_the_rest_holds() {
        let text = "theme = 'drak'\nposters = 'on'\n[colours]\naccent = '#7aa2f7'\nbad = 'reddish'\nacent = 'red'\n[keys]\nquit = ['Q']\n";
        let options = Options::parse(text, COLOURED);
        insta::assert_snapshot!(options.wrong.join("\n"), @r"
        tui.toml: line 1: there is no theme `drak`, only dark, light, high-contrast, mono
        tui.toml: line 6: there is no colour for `acent`; did you mean `accent`?
        tui.toml: line 5: `reddish` is not a colour (`bad`)
        tui.toml: line 2: there are no posters `on`, only auto, kitty, iterm2, sixel, half-blocks, off
        ");
        let quit = options.keymap.shown(Action::Quit);
        assert_eq!(quit, "Q");
        assert_eq!(options.posters, Posters::Auto);
        let options = Options::parse("posters = 'half-blocks'\n", COLOURED);
        assert_eq!(
            (options.posters, options.wrong),
            (Posters::HalfBlocks, Vec::new())
        );
    }

    #[test]
    fn one_wrong_value_takes_nothing_else_with_it() {
        let text = "colour = 3\ntheme = 'light'\nposters = []\n[colours]\nbad = 4\ngood = '#7aa2f7'\n\
                    [keys]\nup = 'w'\ndelete = 7\ndown = ['s', 8]\nleft = ['q']\n";
        let options = Options::parse(text, COLOURED);
        insta::assert_snapshot!(options.wrong.join("\n"), @r##"
        tui.toml: line 1: there is no `colour`; did you mean `colours`?
        tui.toml: line 5: `bad` is of type integer, and takes a colour, as "#7aa2f7"
        tui.toml: line 9: `delete` is of type integer, and takes a list of keys, as ["j", "down"]
        tui.toml: line 10: `down` is of type integer, and takes a list of keys, as ["j", "down"]
        tui.toml: line 3: `posters` is of type array, and takes a name, as "auto"
        "##);
        let keys = |action| options.keymap.shown(action);
        assert_eq!(
            (keys(Action::Up), keys(Action::Down)),
            ("w".into(), "s".into())
        );
        assert_eq!(
            (keys(Action::Left), keys(Action::Delete)),
            ("q".into(), "x del".into())
        );
        let good = BTreeMap::from([("good".to_owned(), "#7aa2f7".to_owned())]);
        let light = Theme::new(Named::Light, Glyphs::Unicode).with_depth(Depth::True);
        assert_eq!(options.theme, light.clone().with_own(&good).0);
        let broken = Options::parse("theme = 'light'\n[keys]\nup = [\n", COLOURED);
        assert!(
            broken.wrong[0].starts_with("tui.toml: line "),
            "{:?}",
            broken.wrong
        );
        assert_eq!(broken.theme, light);
        let twice = Options::parse("keys = 3\ncolours = 'red'\n", COLOURED);
        assert_eq!(twice.wrong.len(), 2, "{:?}", twice.wrong);
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
