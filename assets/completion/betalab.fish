# betalab completion fish > ~/.config/fish/completions/betalab.fish
function __betalab_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  # The word as it stands, with its quotes and backslashes: the shell's own paths want them, names have none.
  set -l word (string replace -ar '["\'\\\\]' '' -- "$current")
  set -l answer (betalab complete -- $before[2..-1] "$word" 2>/dev/null)
  switch "$answer[1]"
    case files
      complete -C "'' $current"
    case folders
      __fish_complete_directories "$current"
  end
  printf '%s\n' $answer[2..-1]
end
complete -c betalab -f -a '(__betalab_complete)'
