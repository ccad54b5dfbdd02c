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
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "queue" -d 'Show, resume and cancel unfinished uploads'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "list" -d 'List videos'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "ls" -d 'List videos'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "show" -d 'Show one video'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "download" -d 'Get videos back'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "ingests" -d 'Tell whether a card or folder arrived whole'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "edit" -d 'Change what is said of a video'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "rm" -d 'Put videos into the trash, or take them out of it'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "safe-to-wipe" -d 'Tell whether a card may be wiped'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "completions" -d 'Print what makes a shell complete ids, tags, sources and profiles'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "config" -d 'Show what holds, and where it comes from'
complete -c heimdex -n "__fish_heimdex_needs_command" -f -a "version" -d 'Show the version, and the server\'s'
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
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from use" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from use" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from use" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from use" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand profile; and __fish_seen_subcommand_from use" -s h -l help -d 'Print help (see more with \'--help\')'
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
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand upload" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list resume cancel" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list resume cancel" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list resume cancel" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list resume cancel" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list resume cancel" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list resume cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list resume cancel" -f -a "list" -d 'List them'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list resume cancel" -f -a "resume" -d 'Go on with those of this machine'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and not __fish_seen_subcommand_from list resume cancel" -f -a "cancel" -d 'Give uploads up and free what was sent'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from list" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from list" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from list" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from resume" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from resume" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from resume" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from resume" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from resume" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -s y -l yes -d 'Do not ask'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand queue; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help'
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -l state -d 'In this state' -r -f -a "uploading\t'On its way'
stored\t'Stored, being read back'
verified\t'Read back and equal, being looked into'
ready\t'Done'
failed\t'Stopped, with a sentence why'
deleted\t'In the trash'"
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
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdex -n "__fish_heimdex_using_subcommand ls" -l state -d 'In this state' -r -f -a "uploading\t'On its way'
stored\t'Stored, being read back'
verified\t'Read back and equal, being looked into'
ready\t'Done'
failed\t'Stopped, with a sentence why'
deleted\t'In the trash'"
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
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l receipt -d 'Write down what was proven, as JSON; only where the answer is yes' -r -F
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l json -d 'Print JSON, of the named fields only where some are named' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l profile -d 'The profile to use: a server and an account' -r
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l color -d 'When to use colours' -r -f -a "auto\t''
always\t''
never\t''"
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l reread -d 'Have the server read and hash what is stored once more, for this answer'
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -l accept-cached -d 'Take copies that the server may have read back from its memory, not from its disk'
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -s q -l quiet -d 'Say nothing but errors and what was asked for'
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -s v -l verbose -d 'Say why something failed; twice: say what is done'
complete -c heimdex -n "__fish_heimdex_using_subcommand safe-to-wipe" -s h -l help -d 'Print help (see more with \'--help\')'
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
