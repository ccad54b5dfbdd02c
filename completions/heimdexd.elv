
use builtin;
use str;

set edit:completion:arg-completer[heimdexd] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'heimdexd'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'heimdexd'= {
            cand --config 'The configuration file; credentials lie beside it'
            cand --log 'What to log, as `debug` or `heimdex_daemon=trace`'
            cand --log-to 'Where to log'
            cand --bwlimit 'Send no faster than this, in bytes a second, or by a timetable: `2M`, `off`, `08:00,2M 18:00,off`'
            cand --parallel 'Send so many files, or groups of small ones, at once, at most; of one watch one less, so that another never waits'
            cand --rescan 'Look through every watched folder so often, as `30m` or `6h`, whatever the system tells'
            cand --notify 'Whether the desktop is told what needs a person'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
    ]
    $completions[$command]
}
