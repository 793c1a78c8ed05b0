# In ~/.bashrc: source <(betalab completion bash)
_betalab() {
  local current=$2 paths= value _
  COMPREPLY=()
  while IFS=$'\t' read -r value _; do
    if [[ -z $paths ]]; then paths=$value; else COMPREPLY+=("$value"); fi
  done < <(betalab complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case $paths in files) paths=-f ;; folders) paths=-d ;; *) return ;; esac
  compopt -o filenames 2>/dev/null
  while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen "$paths" -- "$current")
}
complete -F _betalab betalab
