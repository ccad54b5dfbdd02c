
use builtin;
use str;

set edit:completion:arg-completer[heimdex-server] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'heimdex-server'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'heimdex-server'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand serve 'Serve the API and the embedded store, and work on jobs'
            cand worker 'Work on jobs only, beside a `serve --no-worker`'
            cand doctor 'Look whether everything works together, and say what to do where it does not'
            cand config 'Print every setting, its value and where that comes from'
            cand pictures 'Queue the making of pictures for videos that have none, on the database itself'
            cand user 'Make, list and limit accounts, on the database itself'
        }
        &'heimdex-server;serve'= {
            cand --config 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)'
            cand --data-dir 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)'
            cand --listen 'Listen on this address and port; port 0 takes any (`HEIMDEX_SERVER_LISTEN`)'
            cand --no-worker 'Leave the jobs to `heimdex-server worker`'
            cand --adopt-store 'Take the object store that is there for the catalog''s own, though the catalog knows another one or none'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'heimdex-server;worker'= {
            cand --config 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)'
            cand --data-dir 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'heimdex-server;doctor'= {
            cand --config 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)'
            cand --data-dir 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)'
            cand --listen 'As for `serve`'
            cand --public-at 'Send what is signed for the public name to this address and port, whatever the name resolves to here'
            cand --json 'Print one JSON object instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'heimdex-server;config'= {
            cand --config 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)'
            cand --data-dir 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)'
            cand --listen 'As for `serve`'
            cand --json 'Print one JSON object instead'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'heimdex-server;pictures'= {
            cand --config 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)'
            cand --data-dir 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)'
            cand --limit 'At most so many videos, the oldest first'
            cand --failed 'Those too of which none could be made before'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'heimdex-server;user'= {
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand add 'Make an account'
            cand passwd 'Give an account a new password'
            cand disable 'Forbid an account everything'
            cand enable 'Permit an account to log in again'
            cand list 'List the accounts, and what each of them holds'
            cand quota 'Say how much an account may hold, or print it'
        }
        &'heimdex-server;user;add'= {
            cand --config 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)'
            cand --data-dir 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)'
            cand --name 'What to call the person'
            cand --quota 'How much the account may hold, as `500 GiB`; without, there is no limit'
            cand --password-stdin 'Read the password from the first line of standard input'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'heimdex-server;user;passwd'= {
            cand --config 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)'
            cand --data-dir 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)'
            cand --password-stdin 'Read the password from the first line of standard input'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'heimdex-server;user;disable'= {
            cand --config 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)'
            cand --data-dir 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'heimdex-server;user;enable'= {
            cand --config 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)'
            cand --data-dir 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'heimdex-server;user;list'= {
            cand --config 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)'
            cand --data-dir 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)'
            cand --json 'Print one JSON object instead'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'heimdex-server;user;quota'= {
            cand --config 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)'
            cand --data-dir 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
    ]
    $completions[$command]
}
