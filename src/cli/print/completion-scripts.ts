/**
 * Scripts that complete a command line in bash, zsh and fish. Pure.
 *
 * A script holds all words itself, so a press of TAB starts no process. In each
 * of them the words before the cursor are read from the left: a command leads to
 * its own words, and an option that takes a value takes the next word.
 *
 * Not done: `@bomb.sh/tab` 0.0.22, which reads commander's commands. It starts Node
 * at each TAB, evaluates the words that were typed, and completes no names of files.
 */

/** What can follow: words, a list of them with commas, names of files or directories, or nothing that is known. */
export type Values =
  | { readonly kind: "words" | "list"; readonly words: readonly string[] }
  | { readonly kind: "files" | "directories" | "unknown" };

/** An option; `values` is `null` if it takes none. */
export interface CompletedOption {
  /** "--output", "-o" */
  readonly names: readonly string[];
  readonly what: string;
  readonly values: Values | null;
}

/** A command, with the words that can follow it. */
export interface CompletedCommand {
  /** "trace gophers"; "" for the program itself. */
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly what: string }[];
  readonly options: readonly CompletedOption[];
  readonly operands: Values;
}

/** The script for bash 3.2 and newer. */
export function bashScript(program: string, commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ path, commands: below, options, operands }) => {
    const names = options.flatMap((option) => option.names);
    return `    ${quoted(path)}) commands=${quoted(spaced(below.map(({ name }) => name)))} options=${quoted(spaced(names))} valued=${quoted(spaced(valued(options)))} operands=${quoted(printValues(operands))} ;;`;
  });
  return `# bash completion of ${program}, written by: ${program} completions bash
${lookups(program, cases, commands)}

_${program}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path= option= word values commands options valued operands i prefix=
  _${program}_words ''
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ "$word" == "=" ]]; then continue
    elif [[ -n "$option" ]]; then option=
    elif [[ "$valued" == *" $word "* ]]; then option="$word"
    elif [[ "$commands" == *" $word "* ]]; then path="\${path:+$path }$word"; _${program}_words "$path"
    fi
  done
  [[ "$current" == "=" ]] && current=
  COMPREPLY=()
  if [[ -n "$option" ]]; then _${program}_values "$path:$option"
  elif [[ "$current" == -* ]]; then values="words $options"
  else values="$operands"; [[ -n "\${commands// /}" ]] && values="words $commands\${operands#* }"
  fi
  if [[ "$values" == list* && "$current" == *,* ]]; then prefix="\${current%,*},"; fi
  case "$values" in
    words*|list*) COMPREPLY=($(compgen -P "$prefix" -W "\${values#* }" -- "\${current##*,}")) ;;
  esac
}

complete -o bashdefault -o default -F _${program} ${program}`;
}

/** The script for zsh: a function for `fpath`, or to be sourced after `compinit`. */
export function zshScript(program: string, commands: readonly CompletedCommand[]): string {
  const cases = commands.map(({ path, commands: below, options, operands }) => {
    const described = options.flatMap(({ names, what }) => names.map((name) => quoted(`${name}:${what}`)));
    return `    ${quoted(path)})
      below=(${below.map(({ name, what }) => quoted(`${name}:${what}`)).join(" ")})
      flags=(${described.join(" ")})
      valued=${quoted(spaced(valued(options)))} operands=${quoted(printValues(operands))} ;;`;
  });
  return `#compdef ${program}
# zsh completion of ${program}, written by: ${program} completions zsh
${lookups(program, cases, commands)}

_${program}() {
  local where= option= word values valued operands
  local -a below flags
  integer i
  _${program}_words ''
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    if [[ -n "$option" ]]; then option=
    elif [[ "$valued" == *" $word "* ]]; then option="$word"
    elif (( \${below[(I)\${word}:*]} )); then where="\${where:+$where }$word"; _${program}_words "$where"
    fi
  done
  if [[ -z "$option" && "\${words[CURRENT]}" == --*=* ]]; then option="\${words[CURRENT]%%=*}"; compset -P '*='; fi
  if [[ -n "$option" ]]; then _${program}_values "$where:$option"
  elif [[ "\${words[CURRENT]}" == -* ]]; then _describe -o option flags; return
  else
    values="$operands"
    (( $#below )) && _describe command below
  fi
  case "$values" in
    list*) compset -P '*,'; compadd -S '' -- \${=values#* } ;;
    words*) compadd -- \${=values#* } ;;
    directories*) _files -/ ;;
    files*) _files ;;
  esac
}

if [[ "\${funcstack[1]}" == _${program} ]]; then _${program} "$@"; else compdef _${program} ${program}; fi`;
}

/** The script for fish. */
export function fishScript(program: string, commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ path, commands: below, options, operands }) => {
    const at = `complete -c ${program} -n ${quoted(`__${program}_at ${path === "" ? '""' : `"${path}"`}`)}`;
    return [
      ...below.map(({ name, what }) => `${at} -f -a ${name} -d ${fishQuoted(what)}`),
      ...options.map(({ names, what, values }) => `${at} ${names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(" ")}${values === null ? "" : fishValues(values)} -d ${fishQuoted(what)}`),
      ...(operands.kind === "files" || operands.kind === "directories" ? [] : [`${at} -f${operands.kind === "words" ? ` -a ${fishQuoted(operands.words.join(" "))}` : ""}`]),
    ];
  });
  const valuedAll = [...new Set(commands.flatMap(({ options }) => valued(options)))];
  return `# fish completion of ${program}, written by: ${program} completions fish
function __${program}_at
  set -l path
  set -l option
  for word in (commandline -opc)[2..-1]
    if test -n "$option"
      set option
    else if contains -- $word ${valuedAll.join(" ")}
      set option $word
    else if contains -- (string join " " -- $path $word) ${commands.flatMap(({ path }) => (path === "" ? [] : [quoted(path)])).join(" ")}
      set path $path $word
    end
  end
  test "$path" = "$argv[1]"
end
${lines.join("\n")}`;
}

function valued(options: readonly CompletedOption[]): string[] {
  return options.flatMap(({ names, values }) => (values === null ? [] : names));
}

/** Two functions that bash and zsh share: the words that follow a command, and the values of an option. */
function lookups(program: string, cases: readonly string[], commands: readonly CompletedCommand[]): string {
  return `_${program}_words() {
  case "$1" in
${cases.join("\n")}
  esac
}

_${program}_values() {
  case "$1" in
${valueCases(commands)}
    *) values= ;;
  esac
}`;
}

/** Cases of a shell for the options with values that are known: "trace gophers:--world". */
function valueCases(commands: readonly CompletedCommand[]): string {
  const places = commands.flatMap(({ path, options }) => options.flatMap(({ names, values }) => names.flatMap((name) => (values === null || values.kind === "unknown" ? [] : [{ place: `${path}:${name}`, values: printValues(values) }]))));
  return [...Map.groupBy(places, ({ values }) => values)].map(([values, found]) => `    ${found.map(({ place }) => quoted(place)).join("|")}) values=${quoted(values)} ;;`).join("\n");
}

/** "words a b", "files", "". */
function printValues(values: Values): string {
  if (values.kind === "words" || values.kind === "list") return `${values.kind} ${values.words.join(" ")}`;
  return values.kind === "unknown" ? "" : values.kind;
}

function fishValues(values: Values): string {
  switch (values.kind) {
    case "words":
      return ` -x -a ${fishQuoted(values.words.join(" "))}`;
    case "list":
      return ` -x -a ${fishQuoted(`(__fish_append , ${values.words.join(" ")})`)}`;
    case "files":
      return " -r -F";
    case "directories":
      return ` -x -a '(__fish_complete_directories)'`;
    case "unknown":
      return " -x";
  }
}

/** " a b ", so that each word has a blank on both sides. */
function spaced(words: readonly string[]): string {
  return ` ${words.join(" ")} `;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", String.raw`\\`).replaceAll("'", String.raw`\'`)}'`;
}
