//! The library as statements, the same for both databases but for how each writes its values.
//!
//! What differs from file to file goes into a table of its own, a few thousand at a time; the tables of the catalog are
//! filled from there, a statement a table. Reading text is what a load spends its time with, and this is little of it.

use std::io::{self, Write};

use super::dialect::{Dialect, or_null, text};
use super::film::{Card, Film, Library, Standing, tags};
use super::indexes::Index;
use super::random::Random;
use super::tables;

/// So many files are brought into the tables at once.
const FILES: usize = 4_000;
/// As many rows go into one statement.
const ROWS: usize = 400;
const STATES: [&str; 6] = [
    "uploading",
    "validating",
    "processing",
    "indexed",
    "failed",
    "deleted",
];

/// What is written of one library, and what it comes to.
struct Script<'a, W> {
    dialect: Dialect,
    owner: &'a str,
    out: W,
    /// Videos and bytes of each state.
    counts: [(u64, u64); STATES.len()],
    /// Files so far.
    files: u64,
}

/// Writes the statements that fill the empty library of the account `owner` (its id, in hexadecimal digits), without these
/// indexes meanwhile.
pub(super) fn write(
    out: impl Write,
    dialect: Dialect,
    owner: &str,
    indexes: &[Index],
    (videos, seed): (u64, u64),
) -> io::Result<()> {
    let mut script = Script {
        dialect,
        owner,
        out,
        counts: [(0, 0); STATES.len()],
        files: 0,
    };
    script.say(dialect.prologue())?;
    script.say("BEGIN;")?;
    for index in indexes {
        writeln!(script.out, "DROP INDEX {};", index.name)?;
    }
    script.beginning(Random::new(seed ^ 0x5eed))?;
    let mut library = Library::new(videos, seed);
    let mut cards = Vec::new();
    let mut waiting = 0;
    while let Some((card, films)) = library.next_card() {
        waiting += films.len();
        cards.push((card, films));
        if waiting >= FILES {
            script.files(&cards)?;
            cards.clear();
            waiting = 0;
        }
    }
    script.files(&cards)?;
    script.totals()?;
    for index in indexes {
        writeln!(script.out, "{};", index.definition)?;
    }
    script.say("COMMIT;")?;
    script.say(dialect.epilogue())?;
    script.out.flush()
}

impl<W: Write> Script<'_, W> {
    /// The tables that files wait in, what chance is taken from, and the tags.
    fn beginning(&mut self, mut random: Random) -> io::Result<()> {
        self.say(tables::WAITING)?;
        let dialect = self.dialect;
        let mut row = |number: u64, bytes| {
            let bytes = dialect.bytes(&random.bytes(bytes));
            format!("{number}, {bytes}")
        };
        let runs = 0..tables::RUNS.into_iter().max().unwrap_or(0);
        let noise: Vec<String> = runs.map(|run| row(run, tables::RUN)).collect();
        let lists = (0..2 * tables::LISTS).map(|list| row(list, tables::length(list)));
        let lists: Vec<String> = lists.collect();
        self.insert("noise (run, bytes)", &noise)?;
        self.insert("lists (list, bytes)", &lists)?;
        let library = self.dialect.uuid(self.owner);
        let (mut rows, mut bits) = (Vec::new(), Vec::new());
        for (place, tag) in tags().iter().enumerate() {
            let id = self.dialect.uuid(&random.uuid());
            rows.push(format!("{id}, {library}, {}, {}", text(tag), text(tag)));
            bits.push(format!("{}, {id}", 1_u64 << place));
        }
        self.insert("tags (tag_id, library_id, name_fold, name)", &rows)?;
        self.insert("labels (bit, tag_id)", &bits)
    }

    fn files(&mut self, cards: &[(Card, Vec<Film>)]) -> io::Result<()> {
        if cards.is_empty() {
            return Ok(());
        }
        let mut ingests = Vec::with_capacity(cards.len());
        let mut rows = Vec::with_capacity(FILES);
        for (card, films) in cards {
            ingests.push(self.ingest(card, films));
            for film in films {
                rows.push(self.waiting(card, film));
                let counted = &mut self.counts[place(film.standing)];
                *counted = (counted.0 + 1, counted.1 + film.size);
            }
        }
        self.insert(
            "ingests (ingest_id, library_id, user_id, source, root_name, host, started_at, finished_at, \
             expected_files, expected_bytes)",
            &ingests,
        )?;
        for rows in rows.chunks(ROWS) {
            self.insert("waiting", rows)?;
        }
        for statement in tables::statements(self.dialect, self.owner) {
            self.say(&statement)?;
        }
        self.say("DELETE FROM waiting;")
    }

    fn ingest(&self, card: &Card, films: &[Film]) -> String {
        let owner = self.dialect.uuid(self.owner);
        let bytes: u64 = films.iter().map(|film| film.size).sum();
        format!(
            "{}, {owner}, {owner}, {}, 'CARD', 'cart', {}, {}, {}, {bytes}",
            self.dialect.uuid(&card.id),
            text(&card.source),
            card.started_at,
            card.started_at + 3_600_000_000,
            films.len(),
        )
    }

    /// A row of [`tables::WAITING`].
    fn waiting(&mut self, card: &Card, film: &Film) -> String {
        self.files += 1;
        let (width, height) = film
            .picture
            .map(|(width, height, _)| (width, height))
            .unzip();
        let deleted = film.standing == Standing::Deleted;
        let bits = tags().iter().enumerate();
        let bits: u64 = bits
            .filter(|(_, tag)| film.tags.contains(tag))
            .map(|(place, _)| 1_u64 << place)
            .sum();
        let columns = [
            self.files.to_string(),
            self.dialect.uuid(&film.id),
            self.dialect.uuid(&card.id),
            text(if film.is_video { "video" } else { "file" }),
            text(STATES[place(film.standing)]),
            or_null(deleted.then(|| text("indexed"))),
            text(&film.title),
            text(&film.filename),
            text(film.mime_type),
            text(film.extension),
            film.size.to_string(),
            or_null(film.duration_ms),
            or_null(width),
            or_null(height),
            or_null(film.codec.map(text)),
            or_null(film.camera.map(text)),
            or_null(film.captured_at),
            film.created_at.to_string(),
            bits.to_string(),
        ];
        columns.join(",")
    }

    fn totals(&mut self) -> io::Result<()> {
        let owner = self.dialect.uuid(self.owner);
        for (state, (videos, bytes)) in STATES.iter().zip(self.counts) {
            writeln!(
                self.out,
                "UPDATE library_counts SET videos = {videos}, bytes = {bytes} \
                 WHERE library_id = {owner} AND state = '{state}';"
            )?;
        }
        let events = self.files;
        writeln!(
            self.out,
            "UPDATE libraries SET event_seq = {events} WHERE library_id = {owner};"
        )
    }

    fn insert(&mut self, columns: &str, rows: &[String]) -> io::Result<()> {
        writeln!(
            self.out,
            "INSERT INTO {columns} VALUES\n({});",
            rows.join("),\n(")
        )
    }

    fn say(&mut self, statement: &str) -> io::Result<()> {
        writeln!(self.out, "{statement}")
    }
}

fn place(standing: Standing) -> usize {
    match standing {
        Standing::Uploading => 0,
        Standing::Processing => 2,
        Standing::Indexed => 3,
        Standing::Failed => 4,
        Standing::Deleted => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_get_the_same_library_in_their_own_spelling() {
        let script = |dialect| {
            let mut out = Vec::new();
            let indexes = [Index {
                name: "by_title".to_owned(),
                definition: "CREATE INDEX by_title ON videos (title)".to_owned(),
            }];
            write(&mut out, dialect, &"0a".repeat(16), &indexes, (300, 7)).unwrap();
            String::from_utf8(out).unwrap()
        };
        let values = |script: &str| {
            let rows = script.lines().filter(|line| line.starts_with('('));
            let rows = rows.map(|row| row.replace("'\\x", "'").replace("x'", "'"));
            let rows: Vec<String> = rows.collect();
            rows
        };
        let (sqlite, postgres) = (script(Dialect::Sqlite), script(Dialect::Postgres));
        assert_eq!(values(&sqlite), values(&postgres));
        // Noise and lists of hashes, tags and their bits, three cards, and the files.
        let before = tables::RUNS[0] + 2 * tables::LISTS;
        let rows = usize::try_from(before).unwrap() + 2 * tags().len() + 3 + 300;
        assert_eq!(values(&sqlite).len(), rows);
        assert_eq!(sqlite.matches("INSERT INTO ingests").count(), 1);
        assert_eq!(script(Dialect::Sqlite), sqlite, "the same every time");
        let (before, behind) = sqlite.split_once("INSERT INTO videos").unwrap();
        assert!(before.contains("DROP INDEX by_title;"));
        assert!(behind.contains("CREATE INDEX by_title ON videos (title);"));
    }
}
