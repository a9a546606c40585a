# bash completion for kt: bash asks kt itself.
_kt() {
  local line=$COMP_LINE word joined='' cut='' reply i
  local -a words=()
  # bash splits at = and :, kt does not: parts without a blank between them are one word.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if ((i > 0)) && [[ -n $word || -n $joined ]] && [[ $line == "$word"* && -n $word ]]; then
      joined+=$word
    else
      ((i > 0)) && words+=("$joined")
      line=${line#"${line%%[![:space:]]*}"}
      joined=$word
    fi
    line=${line#"$word"}
  done
  words+=("$joined")
  cut=${joined%"${COMP_WORDS[COMP_CWORD]}"}
  [[ ${COMP_WORDS[COMP_CWORD]} == [=:] ]] && cut=$joined
  COMPREPLY=()
  while IFS=$'\t' read -r reply _; do
    case $reply in
      :files) compopt -o default; return ;;
      :directories) compopt -o dirnames; return ;;
    esac
    printf -v reply %q "${reply#"$cut"}"
    COMPREPLY+=("$reply")
  done < <("${COMP_WORDS[0]}" __complete -- "${words[@]:1}" 2>/dev/null)
}
complete -F _kt kt
