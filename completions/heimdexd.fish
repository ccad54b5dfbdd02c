complete -c heimdexd -l config -d 'The configuration file; credentials lie beside it' -r -F
complete -c heimdexd -l log -d 'What to log, as `debug` or `heimdex_daemon=trace`' -r
complete -c heimdexd -l log-to -d 'Where to log' -r -f -a "auto\t'To the system\'s journal or a terminal where standard error is one, else to files'
stderr\t'To standard error'
files\t'To files in the state directory, which are kept small'"
complete -c heimdexd -l bwlimit -d 'Send no faster than this, in bytes a second, or by a timetable: `2M`, `off`, `08:00,2M 18:00,off`' -r
complete -c heimdexd -l parallel -d 'Send so many files, or groups of small ones, at once, at most; of one watch one less, so that another never waits' -r
complete -c heimdexd -l rescan -d 'Look through every watched folder so often, as `30m` or `6h`, whatever the system tells' -r
complete -c heimdexd -l notify -d 'Whether the desktop is told what needs a person' -r -f -a "auto\t'Where there is a graphical session'
always\t'Wherever a bus is'
never\t'Nowhere'"
complete -c heimdexd -s h -l help -d 'Print help (see more with \'--help\')'
complete -c heimdexd -s V -l version -d 'Print version'
