# fish completion for kt: fish asks kt itself.
function __kt_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l kt $words[1]
    set -e words[1]
    for line in ($kt __complete -- $words "$current" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path $current
            case :directories
                __fish_complete_directories $current
            case '*'
                echo $line
        end
    end
end
complete -c kt -f -a '(__kt_complete)'
