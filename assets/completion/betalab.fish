# betalab completion fish > ~/.config/fish/completions/betalab.fish
function __betalab_complete
  set -l before (commandline -opc)
  set -l current (commandline -ct)
  set -l answer (betalab complete -- $before[2..-1] "$current" 2>/dev/null)
  switch "$answer[1]"
    case files
      __fish_complete_path "$current"
    case folders
      __fish_complete_directories "$current"
  end
  printf '%s\n' $answer[2..-1]
end
complete -c betalab -f -a '(__betalab_complete)'
