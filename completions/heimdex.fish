# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_heimdex_global_optspecs
    string join \n profile= color= q/quiet v/verbose h/help V/version
end

function __fish_heimdex_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_heimdex_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_heimdex_using_subcommand
    set -l cmd (__fish_heimdex_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c heimdex -n "__fish_heimdex_needs_command" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_needs_command" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_needs_command" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_needs_command" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_needs_command" -s V -l version -d 'Print version'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "register" -d 'Make an account and log in'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "login" -d 'Log in'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "logout" -d 'Log out'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "whoami" -d 'Show who is logged in where, and what is stored'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "token" -d 'Make, list and revoke access tokens for scripts'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "profile" -d 'List, choose and forget profiles: a server and an account each'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "upload" -d 'Send files and folders'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "watch" -d 'Watch folders, so that the daemon sends every finished video in them'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "status" -d 'Show what the daemon does: watches, queue, rate, what failed'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "why" -d 'Tell why a file is sent, waits, or is left out'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "queue" -d 'Show and change what waits to be sent'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "pause" -d 'Send nothing for a while'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "resume" -d 'Go on after a pause'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "daemon" -d 'Start, stop and look after the daemon'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "list" -d 'List videos'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "ls" -d 'List videos'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "show" -d 'Show one video'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "download" -d 'Get videos back'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "ingests" -d 'Tell whether a card or folder arrived whole'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "events" -d 'Show what happens in the library, as it happens'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "edit" -d 'Change what is said of a video'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "rm" -d 'Put videos into the trash, or take them out of it'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "safe-to-wipe" -d 'Tell whether a card may be wiped'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "receipt" -d 'Check what `safe-to-wipe --receipt` wrote'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "completions" -d 'Print what makes a shell complete ids, tags, sources and profiles'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "config" -d 'Show what holds, and where it comes from'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "version" -d 'Show the version, and the server\'s'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "tui" -d 'Open the library in this terminal'
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -l display-name -d 'What to call you' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -l server -d 'The server\'s URL; without it the profile\'s, else `http://127.0.0.1:8000`' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -l ca-file -d 'Trust the certificates in this PEM file too' -r -F
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -l proxy -d 'Go through this proxy; without it, what `HTTPS_PROXY` says' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -l store -d 'Where the login is kept; without it as before, else in the keyring where one answers' -r -f -a "keyring\t'The keyring of the desktop or the system'
file\t'A file beside the configuration that only you can read'"
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -l password-stdin -d 'Read the password from standard input: its first line'
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -l insecure -d 'Accept a server beyond this machine without encryption'
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand register" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand login" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand login" -l server -d 'The server\'s URL; without it the profile\'s, else `http://127.0.0.1:8000`' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand login" -l ca-file -d 'Trust the certificates in this PEM file too' -r -F
complete -c heimdex -n "__fish_heimdex_using_subcommand login" -l proxy -d 'Go through this proxy; without it, what `HTTPS_PROXY` says' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand login" -l store -d 'Where the login is kept; without it as before, else in the keyring where one answers' -r -f -a "keyring\t'The keyring of the desktop or the system'
file\t'A file beside the configuration that only you can read'"
complete -c heimdex -n "__fish_heimdex_using_subcommand login" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand login" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand login" -l password-stdin -d 'Read the password from standard input: its first line'
complete -c heimdex -n "__fish_heimdex_using_subcommand login" -l insecure -d 'Accept a server beyond this machine without encryption'
complete -c heimdex -n "__fish_heimdex_using_subcommand login" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand login" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand login" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand logout" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand logout" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand logout" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand logout" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand logout" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand logout" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand whoami" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand whoami" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand whoami" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand whoami" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand whoami" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand whoami" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and not __fish_seen_subcommand_from create list revoke" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and not __fish_seen_subcommand_from create list revoke" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and not __fish_seen_subcommand_from create list revoke" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and not __fish_seen_subcommand_from create list revoke" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and not __fish_seen_subcommand_from create list revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and not __fish_seen_subcommand_from create list revoke" -f -a "create" -d 'Make a token and print it: the only time that it is shown'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and not __fish_seen_subcommand_from create list revoke" -f -a "list" -d 'List the tokens'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and not __fish_seen_subcommand_from create list revoke" -f -a "revoke" -d 'End a token at once'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from create" -l scope -d 'What the token permits; may be given several times' -r -f -a "read\t'Look at everything, and download'
upload\t'Send files, and nothing else'
write\t'Both, and changes'"
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from create" -l expires -d 'How long it holds, as 12h, 90d or 52w; without it until it is revoked' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from create" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from create" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from create" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from list" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from list" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from list" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from revoke" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from revoke" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from revoke" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from revoke" -s y -l yes -d 'Do not ask'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from revoke" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from revoke" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand token; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and not __fish_seen_subcommand_from list use rm" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and not __fish_seen_subcommand_from list use rm" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and not __fish_seen_subcommand_from list use rm" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and not __fish_seen_subcommand_from list use rm" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and not __fish_seen_subcommand_from list use rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and not __fish_seen_subcommand_from list use rm" -f -a "list" -d 'List profiles'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and not __fish_seen_subcommand_from list use rm" -f -a "use" -d 'Use a profile from now on'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and not __fish_seen_subcommand_from list use rm" -f -a "rm" -d 'Forget a profile and log out of it'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from list" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from list" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from list" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from use" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from use" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from use" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from use" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from use" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from use" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from rm" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from rm" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from rm" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Ask nothing'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l files-from -d 'Send also what this file names, one path a line; `-` is standard input' -r -F
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l title -d 'What to call it; for one file only' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l description -d 'What to say of it; for one file only' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l tag -d 'A tag; may be given several times' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l source -d 'The card, reel or folder that the files come from; without it the folder\'s name' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l exclude -d 'Leave out what matches, as `*.LRV` or `proxies/**`; may be given several times' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l bwlimit -d 'Send no faster than this, in bytes a second, or by a timetable: `2M`, `off`, `08:00,2M 18:00,off`' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l wait-for -d 'Wait until the server has come so far' -r -f -a "stored\t'All bytes are in the store'
verified\t'They were read back and are equal'
ready\t'They were looked into as well'"
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l summary -d 'Write what happened into this file as JSON, however it ends: for cron' -r -F
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -s 0 -l null -d 'Paths in --files-from end with a zero byte, as `find -print0` writes them'
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l hidden -d 'Take hidden files too'
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -s n -l dry-run -d 'Say what would be sent, and send nothing'
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l wait -d 'Wait until the server is done: --wait-for ready'
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l damaged -d 'Keep damaged videos as they are'
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l allow-duplicate -d 'Send also what is stored already, as a video of its own'
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -l check-store -d 'Ask the store itself, too, and send again what it lost of what is stored already'
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and not __fish_seen_subcommand_from add list ls edit rm" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and not __fish_seen_subcommand_from add list ls edit rm" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and not __fish_seen_subcommand_from add list ls edit rm" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and not __fish_seen_subcommand_from add list ls edit rm" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and not __fish_seen_subcommand_from add list ls edit rm" -s h -l help -d 'Print help'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and not __fish_seen_subcommand_from add list ls edit rm" -f -a "add" -d 'Watch a folder'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and not __fish_seen_subcommand_from add list ls edit rm" -f -a "list" -d 'List the folders under watch'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and not __fish_seen_subcommand_from add list ls edit rm" -f -a "ls" -d 'List the folders under watch'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and not __fish_seen_subcommand_from add list ls edit rm" -f -a "edit" -d 'Change what a watch takes, or what it does with it'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and not __fish_seen_subcommand_from add list ls edit rm" -f -a "rm" -d 'Watch a folder no more'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l existing -d 'What becomes of files that are there already' -r -f -a "upload\t'They are sent too'
skip\t'They are left alone until they change'"
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l source -d 'The label of what comes from it; without it the folder\'s name' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l tag -d 'A tag for every video; may be given several times' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l title-from -d 'What titles are made of' -r -f -a "name\t'The file\'s name'
folder\t'The folder that it lies in, and its name'
path\t'All folders below the watch, and its name'"
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l include -d 'Take only what matches, as `*.mp4`; may be given several times' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l exclude -d 'Leave out what matches, in the syntax of .gitignore; may be given several times' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l min-size -d 'Leave out smaller files, as `100K` or `5M`' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l settle -d 'How long a file must be still before it is sent, as `10s` or `2m`' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l after-verified -d 'What becomes of a file here once it is proven to be stored' -r -f -a "keep\t'It stays'
trash\t'It goes to the trash of this machine'"
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l bwlimit -d 'How fast, as `2M` or `08:00,2M 18:00,off`' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l parallel -d 'Send so many of its files, or groups of small ones, at once, at most' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l rescan -d 'Look through all of it so often, as `30m` or `6h`, whatever the system tells' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -l poll -d 'Look again and again instead of waiting for the system to tell of changes'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from list" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from list" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from list" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from ls" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from ls" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from ls" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from ls" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from ls" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l source -d 'The label of what comes from it; without it the folder\'s name' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l tag -d 'A tag for every video; may be given several times' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l title-from -d 'What titles are made of' -r -f -a "name\t'The file\'s name'
folder\t'The folder that it lies in, and its name'
path\t'All folders below the watch, and its name'"
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l include -d 'Take only what matches, as `*.mp4`; may be given several times' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l exclude -d 'Leave out what matches, in the syntax of .gitignore; may be given several times' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l min-size -d 'Leave out smaller files, as `100K` or `5M`' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l settle -d 'How long a file must be still before it is sent, as `10s` or `2m`' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l after-verified -d 'What becomes of a file here once it is proven to be stored' -r -f -a "keep\t'It stays'
trash\t'It goes to the trash of this machine'"
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l bwlimit -d 'How fast, as `2M` or `08:00,2M 18:00,off`' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l parallel -d 'Send so many of its files, or groups of small ones, at once, at most' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l rescan -d 'Look through all of it so often, as `30m` or `6h`, whatever the system tells' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l ignore-file -d 'Take this file\'s rules instead of those that `watch add` wrote; `-` is standard input' -r -F
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l poll -d 'Look again and again instead of waiting for the system to tell of changes'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l no-tags -d 'Take away all tags, before those that are named'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l no-include -d 'Take away all --include, before those that are named'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l no-exclude -d 'Take away all --exclude, before those that are named'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l no-poll -d 'Let the system tell of changes where it can'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l no-bwlimit -d 'Send as fast as it goes'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l no-parallel -d 'Send as many of its files at once as the daemon does without being told'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -l no-rescan -d 'Look through it as often as the daemon does without being told'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from rm" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from rm" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from rm" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from rm" -s y -l yes -d 'Do not ask'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from rm" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from rm" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand watch; and __fish_seen_subcommand_from rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand status" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand status" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand status" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand status" -s f -l follow -d 'Go on showing it as it changes; with --json one line each time'
complete -c heimdex -n "__fish_heimdex_using_subcommand status" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand status" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand why" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand why" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand why" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand why" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand why" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand why" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list send resume retry cancel move" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list send resume retry cancel move" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list send resume retry cancel move" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list send resume retry cancel move" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list send resume retry cancel move" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list send resume retry cancel move" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list send resume retry cancel move" -f -a "list" -d 'List it'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list send resume retry cancel move" -f -a "send" -d 'Let the daemon send files before all others'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list send resume retry cancel move" -f -a "resume" -d 'Go on with unfinished uploads of this machine'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list send resume retry cancel move" -f -a "retry" -d 'Try failed files again at once'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list send resume retry cancel move" -f -a "cancel" -d 'Take files out of the queue, or give uploads up and free what was sent'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list send resume retry cancel move" -f -a "move" -d 'Give a file another place in the queue'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from list" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from list" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from list" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from send" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from send" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from send" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from send" -l force -d 'Send them as they are now: still written, cut off, or left out by a rule; marked as damaged where they are'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from send" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from send" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from send" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from resume" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from resume" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from resume" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from resume" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from resume" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from retry" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from retry" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from retry" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from retry" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from retry" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from retry" -s h -l help -d 'Print help'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -s y -l yes -d 'Do not ask'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from move" -l before -d 'Right before this one' -r -F
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from move" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from move" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from move" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from move" -l first -d 'Before all others'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from move" -l last -d 'Behind all others'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from move" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from move" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from move" -s h -l help -d 'Print help'
complete -c heimdex -n "__fish_heimdex_using_subcommand pause" -l watch -d 'Only what comes from this watch: its folder or its id' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand pause" -l for -d 'For so long, as `30m`, `2h` or `1d`; without it until `heimdex resume`' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand pause" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand pause" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand pause" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand pause" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand pause" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand pause" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand resume" -l watch -d 'Only with this watch: its folder or its id; without it with everything' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand resume" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand resume" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand resume" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand resume" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand resume" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and not __fish_seen_subcommand_from start stop restart status logs install uninstall" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and not __fish_seen_subcommand_from start stop restart status logs install uninstall" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and not __fish_seen_subcommand_from start stop restart status logs install uninstall" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and not __fish_seen_subcommand_from start stop restart status logs install uninstall" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and not __fish_seen_subcommand_from start stop restart status logs install uninstall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and not __fish_seen_subcommand_from start stop restart status logs install uninstall" -f -a "start" -d 'Start it'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and not __fish_seen_subcommand_from start stop restart status logs install uninstall" -f -a "stop" -d 'Stop it'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and not __fish_seen_subcommand_from start stop restart status logs install uninstall" -f -a "restart" -d 'Stop it and start it again, as after an update'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and not __fish_seen_subcommand_from start stop restart status logs install uninstall" -f -a "status" -d 'Tell whether it runs, and how it is started; exit code 3 where it does not run'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and not __fish_seen_subcommand_from start stop restart status logs install uninstall" -f -a "logs" -d 'Print what it logged'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and not __fish_seen_subcommand_from start stop restart status logs install uninstall" -f -a "install" -d 'Start it now, and whenever you log in'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and not __fish_seen_subcommand_from start stop restart status logs install uninstall" -f -a "uninstall" -d 'Stop it, and start it no more by itself'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from start" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from start" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from start" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from start" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from start" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from start" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from stop" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from stop" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from stop" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from stop" -l now -d 'Do not wait for what is in flight'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from stop" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from stop" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from restart" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from restart" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from restart" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from restart" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from restart" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from restart" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from status" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from status" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from status" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from status" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from logs" -s n -l lines -d 'How many lines, the last ones' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from logs" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from logs" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from logs" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from logs" -s f -l follow -d 'Go on with what it logs from now on'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from logs" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from logs" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from logs" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from install" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from install" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from install" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from install" -s n -l dry-run -d 'Print the unit, and change nothing'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from install" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from install" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from install" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from uninstall" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from uninstall" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from uninstall" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from uninstall" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from uninstall" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand daemon; and __fish_seen_subcommand_from uninstall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l state -d 'In this state' -r -f -a "uploading\t'On its way'
stored\t'Stored, being read back'
verified\t'Read back and equal, being looked into'
ready\t'Done'
failed\t'Stopped, with a sentence why'
deleted\t'In the trash'"
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l id -d 'Whose id begins with these digits, four at least' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l source -d 'From this card, reel or folder' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l tag -d 'With this tag' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l since -d 'Arrived since then: `monday`, `2h`, `3d`, 2026-11-20' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l until -d 'Arrived before then' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l captured-since -d 'Shot since then' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l captured-until -d 'Shot before then' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l kind -d 'Videos, or files that are none' -r -f -a "video\t'A video'
file\t'Any other file'"
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l camera -d 'Shot with a camera whose name holds this text' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l min-duration -d 'At least so long: `90s`, `5m`, `1h30m`, 1:30:00' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l max-duration -d 'At most so long' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l sort -d 'Sorted by this' -r -f -a "arrived\t'Newest first'
captured\t'Shot last first'
title\t'From A to Z'
size\t'Largest first'
length\t'Longest first'"
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l order -d 'In this order; without it the one that is named with --sort' -r -f -a "asc\t'The oldest, smallest or shortest first; from A to Z'
desc\t'The newest, largest or longest first; from Z to A'"
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l limit -d 'At most so many' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l cursor -d 'The page that `next_cursor` or `prev_cursor` of an earlier one names, with the same filters' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l reverse -d 'The other way round'
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -s f -l follow -d 'Go on showing it as it changes, until Ctrl-C'
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l state -d 'In this state' -r -f -a "uploading\t'On its way'
stored\t'Stored, being read back'
verified\t'Read back and equal, being looked into'
ready\t'Done'
failed\t'Stopped, with a sentence why'
deleted\t'In the trash'"
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l id -d 'Whose id begins with these digits, four at least' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l source -d 'From this card, reel or folder' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l tag -d 'With this tag' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l since -d 'Arrived since then: `monday`, `2h`, `3d`, 2026-11-20' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l until -d 'Arrived before then' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l captured-since -d 'Shot since then' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l captured-until -d 'Shot before then' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l kind -d 'Videos, or files that are none' -r -f -a "video\t'A video'
file\t'Any other file'"
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l camera -d 'Shot with a camera whose name holds this text' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l min-duration -d 'At least so long: `90s`, `5m`, `1h30m`, 1:30:00' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l max-duration -d 'At most so long' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l sort -d 'Sorted by this' -r -f -a "arrived\t'Newest first'
captured\t'Shot last first'
title\t'From A to Z'
size\t'Largest first'
length\t'Longest first'"
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l order -d 'In this order; without it the one that is named with --sort' -r -f -a "asc\t'The oldest, smallest or shortest first; from A to Z'
desc\t'The newest, largest or longest first; from Z to A'"
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l limit -d 'At most so many' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l cursor -d 'The page that `next_cursor` or `prev_cursor` of an earlier one names, with the same filters' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l reverse -d 'The other way round'
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -s f -l follow -d 'Go on showing it as it changes, until Ctrl-C'
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand show" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand show" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand show" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand show" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand show" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand download" -l source -d 'All that was taken in under this label, as the tree that it was' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand download" -l ingest -d 'All of one run over a card or folder, by the first digits of its id' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand download" -s o -l output -d 'The file to write, `-` for standard output; for one video only' -r -F
complete -c heimdex -n "__fish_heimdex_using_subcommand download" -l to -d 'The folder to write to; without it the current one' -r -F
complete -c heimdex -n "__fish_heimdex_using_subcommand download" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand download" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand download" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand download" -l force -d 'Replace files that have other bytes'
complete -c heimdex -n "__fish_heimdex_using_subcommand download" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand download" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand download" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand ingests" -l source -d 'Those of this card, reel or folder' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ingests" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ingests" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand ingests" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand ingests" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand ingests" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand ingests" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand events" -l after -d 'Begin behind the event of this id, where the server still knows it' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand events" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand events" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand events" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand events" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand events" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand events" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand edit" -l title -d 'What to call it; empty: by its file' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand edit" -l description -d 'What to say of it; empty: nothing' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand edit" -l tag -d 'Add a tag; may be given several times' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand edit" -l untag -d 'Take a tag away; may be given several times' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand edit" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand edit" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand edit" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand edit" -l damaged -d 'Keep it as it is though its container is damaged'
complete -c heimdex -n "__fish_heimdex_using_subcommand edit" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand edit" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand edit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand rm" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand rm" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand rm" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand rm" -l undo -d 'Take them out of the trash'
complete -c heimdex -n "__fish_heimdex_using_subcommand rm" -s y -l yes -d 'Do not ask'
complete -c heimdex -n "__fish_heimdex_using_subcommand rm" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand rm" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l for -d 'With --wait: no longer than this, as `30m`, `2h` or `1d`' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l receipt -d 'Write down what was proven, as JSON and beside it as ASC MHL (.mhl); only where the answer is yes' -r -F
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l wait -d 'Wait while files of the card are on their way, until the answer is known'
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l reread -d 'Have the server read and hash what is stored once more, for this answer'
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l accept-cached -d 'Take copies that the server may have read back from its memory, not from its disk'
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l without-manifests -d 'Leave checksum files on the card aside'
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and not __fish_seen_subcommand_from verify" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and not __fish_seen_subcommand_from verify" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and not __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and not __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and not __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and not __fish_seen_subcommand_from verify" -f -a "verify" -d 'Tell whether everything on a receipt is still stored and verified'
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and __fish_seen_subcommand_from verify" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and __fish_seen_subcommand_from verify" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and __fish_seen_subcommand_from verify" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and __fish_seen_subcommand_from verify" -l reread -d 'Have the server read and hash what is stored once more, for this answer'
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and __fish_seen_subcommand_from verify" -l accept-cached -d 'Take copies that the server may have read back from its memory, not from its disk'
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand receipt; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand completions" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand completions" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand completions" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand completions" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and not __fish_seen_subcommand_from show path" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and not __fish_seen_subcommand_from show path" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and not __fish_seen_subcommand_from show path" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and not __fish_seen_subcommand_from show path" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and not __fish_seen_subcommand_from show path" -s h -l help -d 'Print help'
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and not __fish_seen_subcommand_from show path" -f -a "show" -d 'Show each value and where it comes from'
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and not __fish_seen_subcommand_from show path" -f -a "path" -d 'Print the path of the configuration file'
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and __fish_seen_subcommand_from show" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and __fish_seen_subcommand_from show" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and __fish_seen_subcommand_from show" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and __fish_seen_subcommand_from path" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and __fish_seen_subcommand_from path" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and __fish_seen_subcommand_from path" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and __fish_seen_subcommand_from path" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and __fish_seen_subcommand_from path" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand config; and __fish_seen_subcommand_from path" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand version" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand version" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand version" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand version" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand version" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand version" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand tui" -l posters -d 'How posters are shown; without it what `tui.toml` says, else the best way that the terminal has' -r -f -a "auto\t'The best way that the terminal has, which it is asked for'
kitty\t'By the graphics protocol of kitty'
iterm2\t'By that of iTerm2'
sixel\t'As sixels'
half-blocks\t'As characters, each of two coloured halves'
off\t'Not at all'"
complete -c heimdex -n "__fish_heimdex_using_subcommand tui" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand tui" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand tui" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand tui" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand tui" -s h -l help -d 'Print help (see more with \'--help\')'
