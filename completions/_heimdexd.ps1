
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'heimdexd' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'heimdexd'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'heimdexd' {
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration file; credentials lie beside it')
            [CompletionResult]::new('--log', '--log', [CompletionResultType]::ParameterName, 'What to log, as `debug` or `heimdex_daemon=trace`')
            [CompletionResult]::new('--log-to', '--log-to', [CompletionResultType]::ParameterName, 'Where to log')
            [CompletionResult]::new('--bwlimit', '--bwlimit', [CompletionResultType]::ParameterName, 'Send no faster than this, in bytes a second, or by a timetable: `2M`, `off`, `08:00,2M 18:00,off`')
            [CompletionResult]::new('--parallel', '--parallel', [CompletionResultType]::ParameterName, 'Send so many files, or groups of small ones, at once, at most; of one watch one less, so that another never waits')
            [CompletionResult]::new('--rescan', '--rescan', [CompletionResultType]::ParameterName, 'Look through every watched folder so often, as `30m` or `6h`, whatever the system tells')
            [CompletionResult]::new('--notify', '--notify', [CompletionResultType]::ParameterName, 'Whether the desktop is told what needs a person')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
