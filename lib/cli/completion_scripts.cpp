// What `kt completion SHELL` prints: each shell hands over the words up to the cursor and shows
// what comes back.
#include "base/text.h"
#include "cli/complete.h"

namespace kt {
namespace {

constexpr std::string_view kBash = R"SCRIPT(# bash completion for kt: bash asks kt itself.
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
)SCRIPT";

constexpr std::string_view kZsh = R"SCRIPT(#compdef kt
# zsh completion for kt: zsh asks kt itself.
_kt() {
  local line value text
  local -a candidates
  for line in "${(@f)$("${words[1]}" __complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}"; do
    case $line in
      '') ;;
      :files) compset -P '--*='; _files; return ;;
      :directories) compset -P '--*='; _files -/; return ;;
      *)
        value=${line%%$'\t'*} text=${line#*$'\t'}
        candidates+=("${value//:/\\:}${text:+:$text}") ;;
    esac
  done
  (( $#candidates )) && _describe kt candidates
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _kt "$@"
else
  compdef _kt kt
fi
)SCRIPT";

constexpr std::string_view kFish = R"SCRIPT(# fish completion for kt: fish asks kt itself.
function __kt_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l kt $words[1]
    set -e words[1]
    for line in ($kt __complete -- $words "$current" 2>/dev/null)
        switch $line
            case :files :directories
                set -l flag (string match -r -- '^--[^=]+=' $current)
                set -l path (string replace -r -- '^--[^=]+=' '' $current)
                test $line = :files; and set -l found (__fish_complete_path $path)
                or set -l found (__fish_complete_directories $path)
                printf "$flag%s\n" $found
            case '*'
                echo $line
        end
    end
end
complete -c kt -f -a '(__kt_complete)'
)SCRIPT";

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") return std::string(kBash);
  if (shell == "zsh") return std::string(kZsh);
  if (shell == "fish") return std::string(kFish);
  throw Error("no completion for " + in_quotes(shell), Exit::usage, "bash, zsh and fish have one");
}

}  // namespace kt
