# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_heimdex_server_global_optspecs
    string join \n h/help V/version
end

function __fish_heimdex_server_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_heimdex_server_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_heimdex_server_using_subcommand
    set -l cmd (__fish_heimdex_server_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c heimdex-server -n "__fish_heimdex_server_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex-server -n "__fish_heimdex_server_needs_command" -s V -l version -d 'Print version'
complete -c heimdex-server -n "__fish_heimdex_server_needs_command" -f -a "serve" -d 'Serve the API and the embedded store, and work on jobs'
complete -c heimdex-server -n "__fish_heimdex_server_needs_command" -f -a "worker" -d 'Work on jobs only, beside a `serve --no-worker`'
complete -c heimdex-server -n "__fish_heimdex_server_needs_command" -f -a "doctor" -d 'Look whether everything works together, and say what to do where it does not'
complete -c heimdex-server -n "__fish_heimdex_server_needs_command" -f -a "config" -d 'Print every setting, its value and where that comes from'
complete -c heimdex-server -n "__fish_heimdex_server_needs_command" -f -a "pictures" -d 'Queue the making of pictures for videos that have none, on the database itself'
complete -c heimdex-server -n "__fish_heimdex_server_needs_command" -f -a "user" -d 'Make, list and limit accounts, on the database itself'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand serve" -l config -d 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)' -r -F
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand serve" -l data-dir -d 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)' -r -f -a "(__fish_complete_directories)"
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand serve" -l listen -d 'Listen on this address and port; port 0 takes any (`HEIMDEX_SERVER_LISTEN`)' -r
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand serve" -l no-worker -d 'Leave the jobs to `heimdex-server worker`'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand serve" -l adopt-store -d 'Take the object store that is there for the catalog\'s own, though the catalog knows another one or none'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand serve" -s V -l version -d 'Print version'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand worker" -l config -d 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)' -r -F
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand worker" -l data-dir -d 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)' -r -f -a "(__fish_complete_directories)"
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand worker" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand worker" -s V -l version -d 'Print version'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand doctor" -l config -d 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)' -r -F
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand doctor" -l data-dir -d 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)' -r -f -a "(__fish_complete_directories)"
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand doctor" -l listen -d 'As for `serve`' -r
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand doctor" -l public-at -d 'Send what is signed for the public name to this address and port, whatever the name resolves to here' -r
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand doctor" -l json -d 'Print one JSON object instead'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand config" -l config -d 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)' -r -F
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand config" -l data-dir -d 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)' -r -f -a "(__fish_complete_directories)"
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand config" -l listen -d 'As for `serve`' -r
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand config" -l json -d 'Print one JSON object instead'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand config" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand config" -s V -l version -d 'Print version'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand pictures" -l config -d 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)' -r -F
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand pictures" -l data-dir -d 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)' -r -f -a "(__fish_complete_directories)"
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand pictures" -l limit -d 'At most so many videos, the oldest first' -r
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand pictures" -l failed -d 'Those too of which none could be made before'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand pictures" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand pictures" -s V -l version -d 'Print version'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and not __fish_seen_subcommand_from add passwd disable enable list quota" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and not __fish_seen_subcommand_from add passwd disable enable list quota" -s V -l version -d 'Print version'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and not __fish_seen_subcommand_from add passwd disable enable list quota" -f -a "add" -d 'Make an account'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and not __fish_seen_subcommand_from add passwd disable enable list quota" -f -a "passwd" -d 'Give an account a new password'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and not __fish_seen_subcommand_from add passwd disable enable list quota" -f -a "disable" -d 'Forbid an account everything'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and not __fish_seen_subcommand_from add passwd disable enable list quota" -f -a "enable" -d 'Permit an account to log in again'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and not __fish_seen_subcommand_from add passwd disable enable list quota" -f -a "list" -d 'List the accounts, and what each of them holds'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and not __fish_seen_subcommand_from add passwd disable enable list quota" -f -a "quota" -d 'Say how much an account may hold, or print it'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from add" -l config -d 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)' -r -F
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from add" -l data-dir -d 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)' -r -f -a "(__fish_complete_directories)"
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from add" -l name -d 'What to call the person' -r
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from add" -l quota -d 'How much the account may hold, as `500 GiB`; without, there is no limit' -r
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from add" -l password-stdin -d 'Read the password from the first line of standard input'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from passwd" -l config -d 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)' -r -F
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from passwd" -l data-dir -d 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)' -r -f -a "(__fish_complete_directories)"
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from passwd" -l password-stdin -d 'Read the password from the first line of standard input'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from passwd" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from passwd" -s V -l version -d 'Print version'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from disable" -l config -d 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)' -r -F
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from disable" -l data-dir -d 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)' -r -f -a "(__fish_complete_directories)"
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from disable" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from disable" -s V -l version -d 'Print version'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from enable" -l config -d 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)' -r -F
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from enable" -l data-dir -d 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)' -r -f -a "(__fish_complete_directories)"
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from enable" -s h -l help -d 'Print help'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from enable" -s V -l version -d 'Print version'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from list" -l config -d 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)' -r -F
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from list" -l data-dir -d 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)' -r -f -a "(__fish_complete_directories)"
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from list" -l json -d 'Print one JSON object instead'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from quota" -l config -d 'Read settings from this TOML file (`HEIMDEX_SERVER_CONFIG`)' -r -F
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from quota" -l data-dir -d 'Keep everything in this directory (`HEIMDEX_SERVER_DATA_DIR`)' -r -f -a "(__fish_complete_directories)"
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from quota" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex-server -n "__fish_heimdex_server_using_subcommand user; and __fish_seen_subcommand_from quota" -s V -l version -d 'Print version'
