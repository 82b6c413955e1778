
# bash splits words at colons, which addresses and statuses have. The parts are joined for the program, and the part before
# the last colon is taken off its candidates.
_ticketing_join_colons() {
    local words=() cword=0 i
    for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
        if ((${#words[@]} > 1)) && [[ ${COMP_WORDS[i]} == :* || ${COMP_WORDS[i-1]} == *: ]]; then
            words[${#words[@]}-1]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
        fi
        if ((i == COMP_CWORD)); then
            cword=$((${#words[@]} - 1))
        fi
    done
    local current=${words[cword]}
    local COMP_WORDS=("${words[@]}") COMP_CWORD=$cword
    _clap_complete_ticketing "$1" "$current" "${words[cword-1]}"
    if [[ $COMP_WORDBREAKS == *:* && $current == *:* ]]; then
        local before=${current%"${current##*:}"}
        COMPREPLY=("${COMPREPLY[@]#"$before"}")
    fi
}
complete -o nospace -o bashdefault -F _ticketing_join_colons ticketing
