//! What `tui.toml` says, value by value: what is wrong with one of them says nothing of the others. Version policy: keys
//! are added, never given another meaning.

use std::collections::BTreeMap;

use heimdex_api::names::nearest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// All that may stand at the top.
const NAMES: [&str; 4] = ["theme", "posters", "colours", "keys"];

/// Where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line(usize);

/// What is written, and where.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// `dark`, `light`, `high-contrast` or `mono`.
    pub(super) theme: Option<(Line, String)>,
    /// How posters are shown, as `--posters` has it.
    pub(super) posters: Option<(Line, String)>,
    /// Colours by what they are for.
    pub(super) colours: BTreeMap<String, (Line, String)>,
    /// Keys by action.
    pub(super) keys: BTreeMap<String, (Line, Vec<String>)>,
}

/// A value, what it is called, and the text that it is of.
struct Entry<'a> {
    text: &'a str,
    name: &'a str,
    value: &'a Spanned<DeValue<'a>>,
}

impl Line {
    fn of(text: &str, at: usize) -> Self {
        let before = text.as_bytes().iter().take(at);
        Self(1 + before.filter(|byte| **byte == b'\n').count())
    }

    /// A sentence with where it is about.
    pub(super) fn says(self, sentence: &str) -> String {
        format!("line {}: {sentence}", self.0)
    }
}

impl<'a> Entry<'a> {
    fn line(&self) -> Line {
        Line::of(self.text, self.value.span().start)
    }

    /// That it is not of the kind that is wanted.
    fn is_not(&self, wanted: &str) -> String {
        let (name, kind) = (self.name, self.value.get_ref().type_str());
        self.line()
            .says(&format!("`{name}` is of type {kind}, and takes {wanted}"))
    }

    fn text(&self, wanted: &str) -> Result<(Line, String), String> {
        let text = self.value.get_ref().as_str();
        let text = text.map(|text| (self.line(), text.to_owned()));
        text.ok_or_else(|| self.is_not(wanted))
    }

    fn entries(&self, wanted: &str) -> Result<Vec<Entry<'a>>, String> {
        let table = self.value.get_ref().as_table();
        let table = table.ok_or_else(|| self.is_not(wanted))?;
        Ok(entries(self.text, table))
    }

    /// Some keys; one need not stand in a list.
    fn keys(&self, wrong: &mut Vec<String>) -> Option<(Line, Vec<String>)> {
        const WANTED: &str = "a list of keys, as [\"j\", \"down\"]";
        let one = |value: &'a Spanned<DeValue<'a>>| {
            let value = Entry { value, ..*self };
            value.text(WANTED).map(|(_, key)| key)
        };
        let found: Vec<Result<String, String>> = match self.value.get_ref() {
            DeValue::Array(array) => array.iter().map(one).collect(),
            _ => vec![one(self.value)],
        };
        let is_empty = found.is_empty();
        let mut keys = Vec::new();
        for key in found {
            match key {
                Ok(key) => keys.push(key),
                Err(sentence) => wrong.push(sentence),
            }
        }
        // Only a list that says so takes all keys away.
        (is_empty || !keys.is_empty()).then(|| (self.line(), keys))
    }
}

fn entries<'a>(text: &'a str, table: &'a DeTable<'a>) -> Vec<Entry<'a>> {
    let entries = table.iter().map(|(name, value)| Entry {
        text,
        name: name.get_ref(),
        value,
    });
    entries.collect()
}

impl Written {
    /// What can be read of a text, and a sentence for each thing that cannot.
    pub(super) fn read(text: &str) -> (Self, Vec<String>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut broken: BTreeMap<Line, String> = BTreeMap::new();
        for error in &errors {
            let at = error.span().map_or(text.len(), |span| span.start);
            let line = Line::of(text, at);
            // What follows from the first mistake of a line is none of its own.
            broken
                .entry(line)
                .or_insert_with(|| line.says(error.message()));
        }
        let (mut written, mut wrong) = (Self::default(), Vec::new());
        for value in entries(text, table.get_ref()) {
            if let Err(sentence) = written.take(&value, &mut wrong) {
                wrong.push(sentence);
            }
        }
        let is_broken = |sentence: &String| {
            let mut lines = broken.keys();
            lines.any(|line| sentence.starts_with(&line.says("")))
        };
        wrong.retain(|sentence| !is_broken(sentence));
        (written, broken.into_values().chain(wrong).collect())
    }

    fn take(&mut self, value: &Entry<'_>, wrong: &mut Vec<String>) -> Result<(), String> {
        match value.name {
            "theme" => self.theme = Some(value.text("a name, as \"light\"")?),
            "posters" => self.posters = Some(value.text("a name, as \"auto\"")?),
            "colours" => {
                for colour in value.entries("colours by what they are for")? {
                    match colour.text("a colour, as \"#7aa2f7\"") {
                        Ok(text) => drop(self.colours.insert(colour.name.to_owned(), text)),
                        Err(sentence) => wrong.push(sentence),
                    }
                }
            }
            "keys" => {
                for action in value.entries("keys by action")? {
                    if let Some(keys) = action.keys(wrong) {
                        self.keys.insert(action.name.to_owned(), keys);
                    }
                }
            }
            name => {
                let near = nearest(name, NAMES);
                let near =
                    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                return Err(value.line().says(&format!("there is no `{name}`{near}")));
            }
        }
        Ok(())
    }
}
