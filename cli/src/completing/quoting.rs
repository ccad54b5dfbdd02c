//! How a word stands on a shell's command line: what was meant by it, and how a value is written there.
//!
//! Shells hand over a word as it was typed. All but bash quote by themselves what they are given back.

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// As it is: the shell quotes.
    Plain,
    /// As a bare word of bash.
    Bare,
    /// Behind a double quote that was typed.
    InDouble,
    /// Behind a single quote that was typed.
    InSingle,
}

/// What a shell does with words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quoting {
    written: Written,
    /// Whether a backslash in a word stands before a character that is meant as it is.
    escapes: bool,
}

impl Quoting {
    /// What this shell does; `first` is the first character of the word, which bash takes away where it quotes.
    pub(super) fn of(shell: &str, first: &str) -> Self {
        // It may be the path of one.
        let name = shell.rsplit(['/', '\\']).next().unwrap_or_default();
        let written = match (name, first) {
            ("bash", "\"") => Written::InDouble,
            ("bash", "'") => Written::InSingle,
            ("bash", _) => Written::Bare,
            _ => Written::Plain,
        };
        let escapes = matches!(name, "bash" | "zsh" | "fish") && written != Written::InSingle;
        Self { written, escapes }
    }

    /// The word that was meant by what was typed so far.
    pub(super) fn read(self, typed: &str) -> String {
        let quoted = typed.strip_prefix(['\'', '"']);
        let escapes = self.escapes && !typed.starts_with('\'');
        let mut word = String::new();
        let mut characters = quoted.unwrap_or(typed).chars();
        while let Some(c) = characters.next() {
            if c == '\\' && escapes {
                word.extend(characters.next());
            } else {
                word.push(c);
            }
        }
        word
    }

    /// The value as it stands on the command line.
    pub(super) fn write(self, value: &str) -> String {
        let special = match self.written {
            Written::Plain => return value.to_owned(),
            Written::InSingle => return value.replace('\'', r"'\''"),
            Written::InDouble => |c: char| "\"\\$`".contains(c),
            Written::Bare => {
                |c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !"_-./+@%,:".contains(c)
            }
        };
        let mut quoted = String::new();
        for c in value.chars() {
            if special(c) {
                quoted.push('\\');
            }
            quoted.push(c);
        }
        quoted
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn labels_stand_as_one_word_in_bash() {
        let bare = Quoting::of("/usr/bin/bash", "A");
        assert_eq!(bare.write("A cam, day 3"), r"A\ cam,\ day\ 3");
        assert_eq!(bare.write("$(reboot)"), r"\$\(reboot\)");
        assert_eq!(bare.write("Zoë's"), r"Zoë\'s");
        let double = Quoting::of("bash", "\"");
        assert_eq!(double.write("A $1 \"x\""), r#"A \$1 \"x\""#);
        let single = Quoting::of("bash", "'");
        assert_eq!(single.write("A $1 Zoë's"), r"A $1 Zoë'\''s");
        assert_eq!(single.read(r"a\ b"), r"a\ b");
        assert_eq!(Quoting::of("zsh", "A").write("A cam"), "A cam");
    }

    #[test]
    fn what_was_typed_is_understood_in_every_shell() {
        for (shell, typed, meant) in [
            ("zsh", r"A\ c", "A c"),
            ("zsh", "'A c", "A c"),
            ("fish", "\"A c", "A c"),
            ("bash", r"A\ c", "A c"),
            ("powershell", r"C:\x", r"C:\x"),
        ] {
            assert_eq!(Quoting::of(shell, "").read(typed), meant, "{shell}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in "[^'\"].*", quote in 0_usize..2) {
            let quoting = Quoting::of("bash", ["", "\""][quote]);
            prop_assert_eq!(quoting.read(&quoting.write(&value)), value);
        }
    }
}
