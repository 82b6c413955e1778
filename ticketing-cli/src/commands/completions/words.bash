
# bash splits words at colons and equals signs, which addresses, statuses and options have. The parts of a word are joined for the
# program, and what comes before the last such character is taken off its candidates.
_ticketing_join_words() {
    local words=() cword=0 i rest=$COMP_LINE after
    for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
        after=${rest#"${rest%%[![:space:]]*}"}
        if ((i > 0)) && [[ -n $after && $after == "$rest" ]]; then
            words[${#words[@]}-1]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
        fi
        rest=${after#"${COMP_WORDS[i]}"}
        if ((i == COMP_CWORD)); then
            cword=$((${#words[@]} - 1))
        fi
    done
    local current=${words[cword]}
    local COMP_WORDS=("${words[@]}") COMP_CWORD=$cword
    _clap_complete_ticketing "$1" "$current" "${words[cword-1]}"
    local breaks=${COMP_WORDBREAKS//[!:=]/}
    if [[ -n $breaks && $current == *["$breaks"]* ]]; then
        local before=${current%"${current##*["$breaks"]}"}
        COMPREPLY=("${COMPREPLY[@]#"$before"}")
    fi
}
complete -o nospace -o bashdefault -F _ticketing_join_words ticketing
