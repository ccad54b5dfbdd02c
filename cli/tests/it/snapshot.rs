//! One way to pin what a run printed and how it ended.

use heimdex_testkit::Output;

/// Snapshots what was printed under a name that is a sentence.
macro_rules! text_snapshot {
    ($name:expr, $text:expr) => {{
        let text = $text;
        insta::with_settings!({
            prepend_module_to_snapshot => false,
            omit_expression => true,
            filters => vec![
                (r"(127\.0\.0\.1|localhost):\d{5}", "$1:[PORT]"),
                (r"/[^\s`']*/home/\.config", "[CONFIG]"),
                (r"/[^\s`']*/home/\.", "[HOME]/."),
                (r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "[ID]"),
                (r"\b[0-9a-f]{64}\b", "[BLAKE3]"),
                (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[TIME]"),
                (r"\([0-9a-f]{6}\)", "([SHORT])"),
                (r"BLAKE3 [0-9a-f]{4}…", "BLAKE3 [BLAKE3]…"),
                (r"download [0-9a-f]{6}`", "download [SHORT]`"),
                (r"(edit|--undo) [0-9a-f]{6}", "$1 [SHORT]"),
                (r"  [0-9a-f]{6}(\r?\n)", "  [SHORT]$1"),
                (r"--undo [0-9a-f]{6}`", "--undo [SHORT]`"),
                (r"(?i)\b(host\s+)\S+", "$1[HOST]"),
                (r"today \d\d:\d\d", "[TODAY]"),
                (r"(?m)^\d+ files? \w+ read from here, perhaps.*\n", ""),
                (r"just now|\d+ min ago", "[AGO]"),
                (r"\r\n", "\n"),
                (concat!("heimdex ", env!("CARGO_PKG_VERSION")), "heimdex [VERSION]"),
            ],
        }, {
            insta::assert_snapshot!($name, text);
        });
    }};
}
pub(crate) use text_snapshot;

/// Snapshots exit code, standard output and standard error of a run.
macro_rules! hx_snapshot {
    ($name:expr, $output:expr) => {
        crate::snapshot::text_snapshot!($name, crate::snapshot::transcript(&$output))
    };
}
pub(crate) use hx_snapshot;

/// A run as a person would see it.
pub(crate) fn transcript(output: &Output) -> String {
    let code = output
        .code
        .map_or_else(|| "a signal".into(), |code| code.to_string());
    let (stdout, stderr) = (output.stdout(), output.stderr());
    format!("exit code: {code}\n----- stdout -----\n{stdout}----- stderr -----\n{stderr}")
}
