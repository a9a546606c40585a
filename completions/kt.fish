# fish completion for kt: fish asks kt itself.
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
