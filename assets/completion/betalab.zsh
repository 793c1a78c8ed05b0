#compdef betalab
# In ~/.zshrc, after compinit: source <(betalab completion zsh)
_betalab() {
  local -a answer choices
  local line
  answer=("${(@f)$(betalab complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  for line in "${(@)answer[2,-1]}"; do
    choices+=("${${line%%$'\t'*}//:/\\:}${${line#*$'\t'}:+:${line#*$'\t'}}")
  done
  (( $#choices )) && _describe betalab choices
  compset -P '--*='
  case $answer[1] in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _betalab ]]; then _betalab "$@"; else compdef _betalab betalab; fi
